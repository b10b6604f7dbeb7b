import json
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ledger.canonical import LARGEST_NUMBER, NotCanonical, canonical_bytes, canonical_instant


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


WORDS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_NUMBER, LARGEST_NUMBER) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS.map(composed), inner, max_size=4),
    max_leaves=12,
)
RECORDS = st.dictionaries(WORDS.map(composed), VALUES, max_size=6)


def test_keys_are_sorted_and_nothing_is_spaced() -> None:
    assert (
        canonical_bytes({"b": [1, True, None], "a": {"z": "x", "y": -2}}) == b'{"a":{"y":-2,"z":"x"},"b":[1,true,null]}'
    )


def test_letters_are_one_sequence_of_bytes_however_they_were_typed() -> None:
    one, decomposed = "Lạng Sơn", unicodedata.normalize("NFD", "Lạng Sơn")

    assert one != decomposed
    assert canonical_bytes({one: one}) == canonical_bytes({decomposed: decomposed})
    assert canonical_bytes({"place": "Lạng Sơn"}) == '{"place":"Lạng Sơn"}'.encode()


def test_keys_are_sorted_by_code_point_beyond_the_basic_plane_too() -> None:
    assert canonical_bytes({"\U00020000": 1, "\uff00": 2}) == '{"\uff00":2,"\U00020000":1}'.encode()


def test_only_what_json_demands_is_escaped() -> None:
    assert canonical_bytes({"t": '"\\/\n\x01\x7f'}) == b'{"t":"\\"\\\\/\\n\\u0001\x7f"}'


def test_instants_are_universal_with_six_decimals_and_days_are_days() -> None:
    hanoi = timezone(timedelta(hours=7))

    assert canonical_instant(datetime(2026, 1, 8, 9, 0, tzinfo=hanoi)) == "2026-01-08T02:00:00.000000Z"
    assert canonical_instant(datetime(987, 1, 8, 9, 0, 0, 5, tzinfo=UTC)) == "0987-01-08T09:00:00.000005Z"
    assert canonical_bytes({"on": date(2026, 1, 8)}) == b'{"on":"2026-01-08"}'


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": 1.0}, "$.a"),
        ({"a": [0, float("nan")]}, "$.a[1]"),
        ({"a": LARGEST_NUMBER + 1}, "$.a"),
        ({"a": -LARGEST_NUMBER - 1}, "$.a"),
        ({"a": b"x"}, "$.a"),
        ({"a": {1, 2}}, "$.a"),
        ({"a": {1: 2}}, "$.a"),
        ({"a": "\ud800"}, "$.a"),
        ({"é": 1, "e\u0301": 2}, "$"),
    ],
)
def test_what_has_no_single_form_is_refused_with_its_place(value: dict[str, object], path: str) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical_bytes(value)

    assert refused.value.path == path


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(NotCanonical):
        canonical_bytes({"at": datetime(2026, 1, 8)})  # noqa: DTZ001


@given(RECORDS)
def test_an_outsider_reads_it_as_json_and_writes_the_same_bytes(record: dict[str, object]) -> None:
    written = canonical_bytes(record)
    read = json.loads(written)

    assert json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == written


@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_in_which_keys_were_written_does_not_matter(record: dict[str, object], random: object) -> None:
    keys = list(record)
    random.shuffle(keys)  # type: ignore[attr-defined]

    assert canonical_bytes({key: record[key] for key in keys}) == canonical_bytes(record)


@given(RECORDS, RECORDS)
def test_different_values_have_different_bytes(one: dict[str, object], other: dict[str, object]) -> None:
    same = as_composed(one) == as_composed(other)

    assert (canonical_bytes(one) == canonical_bytes(other)) == same


def as_composed(value: object) -> object:
    """The value with its texts composed and its kind beside it, since Python takes True for 1."""
    match value:
        case dict():
            return {composed(key): as_composed(item) for key, item in value.items()}
        case list():
            return [as_composed(item) for item in value]
        case str():
            return composed(value)
        case _:
            return type(value), value
