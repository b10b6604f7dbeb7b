"""From file to definition: lines that are right, files that are anything."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue.definition import Definition, canonical_json, content_hash
from portal.catalogue.locating import lines_of
from portal.catalogue.parsing import parse_definition, parse_text
from tests.catalogue.samples import FILES, definition, of_file


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_definition_survives_its_canonical_writing(path: Path) -> None:
    there = of_file(path)
    again = Definition.model_validate_json(canonical_json(there))

    assert again == there
    assert content_hash(again) == content_hash(there)


def test_the_hash_does_not_change_with_the_way_of_writing_and_changes_with_the_content() -> None:
    same = definition(lambda told: told["steps"][0]["limit"].update(amount="0.500"))
    other = definition(lambda told: told["steps"][0]["limit"].update(amount=0.75))

    assert content_hash(same) == content_hash(definition())
    assert content_hash(other) != content_hash(definition())


def test_what_stands_at_its_default_does_not_change_the_hash() -> None:
    spelled = definition(lambda told: told["documents"][0].update(count=1, required=True))

    assert content_hash(spelled) == content_hash(definition())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_line_found_holds_what_it_is_said_to_hold(path: Path) -> None:
    text = path.read_text()
    written = text.split("\n")
    for place, line in lines_of(text).items():
        names = [part for part in place if isinstance(part, str)]
        here = written[line - 1]
        assert names[-1] in here or here.lstrip().startswith(("{", "[[", '"')), (place, line, here)


def test_a_shape_error_names_the_line_of_the_thing_itself() -> None:
    text = FILES[0].read_text()
    number = next(n for n, line in enumerate(text.split("\n"), 1) if line.startswith("max_length = "))
    parsed = parse_text(text.replace("max_length = ", "max_length = -", 1), Definition, file="x.toml")

    assert [(finding.code, finding.line) for finding in parsed.findings] == [("wrong_shape", number)]


def test_all_errors_are_told_at_once() -> None:
    text = FILES[0].read_text()
    broken = text.replace('sector = "', 'sector = "un', 1).replace('intake = "service_centre"', "intake = 5", 1)

    assert {finding.path for finding in parse_text(broken, Definition).findings} == {("sector",), ("intake",)}


BINARY = bytes(range(256))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BINARY, "unreadable"),
        (b"", "wrong_shape"),
        (b"code = ", "not_toml"),
        (b'code = "a"\ncode = "b"', "not_toml"),
        (b"a = " + b"[" * 100 + b"]" * 100, "too_deep"),
        (b"a = " + b"[" * 50_000 + b"]" * 50_000, "too_deep"),
        (b"[[steps]]\n" * 20_000, "and_more"),
        (b"a = " + b"9" * 5_000, "not_toml"),
        (b"a." * 2_000 + b"b = 1", "too_deep"),
        (b"#" * 5_000_000, "too_big"),
        (b"x = nan", "wrong_shape"),
        (b"effective_from = 9999-99-99", "not_toml"),
    ],
)
def test_no_file_makes_the_reading_crash(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "1.000001.toml"
    path.write_bytes(content)

    assert code in {finding.code for finding in parse_definition(path).findings}


def test_a_device_without_end_is_refused_and_a_byte_order_mark_forgiven(tmp_path: Path) -> None:
    marked = tmp_path / "1.004191.toml"
    marked.write_text("\ufeff" + FILES[0].read_text("utf-8").replace("\n", "\r\n"), "utf-8", newline="")

    assert [f.code for f in parse_definition(Path("/dev/zero")).findings] == ["too_big"]
    assert parse_definition(marked).findings == ()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert [f.code for f in parse_definition(tmp_path / "none.toml").findings] == ["unreadable"]


@settings(deadline=None)
@given(st.text(alphabet="ab=[]{}.,\"'\n#\\ 1", max_size=60))
def test_looking_for_lines_never_fails(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in lines_of(text).values())


KEYS = st.text(alphabet="abc", min_size=1, max_size=2)
VALUES = st.recursive(
    st.integers(0, 9).map(str) | st.sampled_from(['"x # y"', "'[['", '"""a\nb = 1"""', "true"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda parts: "[\n" + ",\n".join(parts) + "]"),
    max_leaves=4,
)


@settings(deadline=None)
@given(st.lists(st.tuples(KEYS, VALUES), max_size=5, unique_by=lambda pair: pair[0]))
def test_every_key_of_a_plain_file_is_found_on_its_line(pairs: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{key} = {value}  # note" for key, value in pairs)
    told: dict[str, Any] = tomllib.loads(text)
    lines = lines_of(text)

    assert {(key,) for key in told} <= set(lines)
    for key in told:
        assert text.split("\n")[lines[key,] - 1].startswith(f"{key} = ")


def test_mistakes_of_shape_are_told_in_words_and_not_in_those_of_the_machinery() -> None:
    parsed = parse_text('code = 5\nname = [1]\nsteps = "no"\nodd = 1\n', Definition)
    twice = parse_text('code = "X"\ncode = "Y"\n', Definition)

    told = {one.where: one.message for one in parsed.findings}
    assert told["code"] == "Words in quotation marks are expected here (code)"
    assert told["name"] == "A table of keys is expected here (name)"
    assert told["steps"] == "A list is expected here (steps)"
    assert told["odd"] == "There is no such key here (odd)"
    assert told["summary"] == "This key is missing (summary)"
    assert "The key is written twice (at line 2" in twice.findings[0].message
