import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ledger.chain import GENESIS, Finding, Head, Link, Verdict, commitment, event_hash, opens, verify

SALT = bytes(range(32))


def chain_of(count: int) -> list[Link]:
    links: list[Link] = []
    for version in range(1, count + 1):
        previous = links[-1].hash if links else GENESIS
        content = {"version": version, "kind": "message_sent", "at": datetime(2026, 1, 8, 2, version % 60, tzinfo=UTC)}
        links.append(Link(version=version, content=content, previous=previous, hash=event_hash(previous, content)))
    return links


def rewritten(links: list[Link], place: int) -> list[Link]:
    """The chain with one event changed and every hash from there on computed anew."""
    forged = links[:place]
    for link in links[place:]:
        previous = forged[-1].hash if forged else GENESIS
        content = {**link.content, "kind": "issued"} if link.version == place + 1 else link.content
        forged.append(
            Link(version=link.version, content=content, previous=previous, hash=event_hash(previous, content))
        )
    return forged


LENGTHS = st.integers(2, 12)


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[Link], int]:
    links = chain_of(draw(LENGTHS))
    return links, draw(st.integers(0, len(links) - 1))


def test_a_hash_is_that_of_the_one_before_and_the_canonical_event() -> None:
    content = {"version": 1, "kind": "filed"}

    assert event_hash(GENESIS, content) == hashlib.sha256(bytes(32) + b'{"kind":"filed","version":1}').digest()


def test_a_previous_hash_has_thirty_two_bytes() -> None:
    with pytest.raises(ValueError, match="32"):
        event_hash(b"", {"version": 1})


@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_an_untouched_chain_is_intact(count: int) -> None:
    links = chain_of(count)

    assert verify(links).intact
    if links:
        assert verify(links, head=Head(version=count, hash=links[-1].hash)).intact


@given(chains())
def test_a_changed_event_is_named(drawn: tuple[list[Link], int]) -> None:
    links, place = drawn
    links[place] = replace(links[place], content={**links[place].content, "kind": "issued"})

    assert verify(links) == Verdict(finding=Finding.CHANGED, version=place + 1)


@given(chains())
def test_a_changed_event_with_a_new_hash_is_named(drawn: tuple[list[Link], int]) -> None:
    links, place = drawn
    content = {**links[place].content, "kind": "issued"}
    links[place] = replace(links[place], content=content, hash=event_hash(links[place].previous, content))
    head = Head(version=len(links), hash=chain_of(len(links))[-1].hash)

    assert verify(links, head=head) == Verdict(finding=Finding.CHANGED, version=place + 1)


@given(chains())
def test_a_removed_event_is_named(drawn: tuple[list[Link], int]) -> None:
    links, place = drawn
    head = Head(version=len(links), hash=links[-1].hash)
    del links[place]

    assert verify(links, head=head) == Verdict(finding=Finding.REMOVED, version=place + 1)


@given(chains(), st.data())
def test_reordered_events_are_named_at_the_first_of_them(drawn: tuple[list[Link], int], data: st.DataObject) -> None:
    links, first = drawn
    second = data.draw(st.integers(0, len(links) - 1).filter(lambda place: place != first))
    links[first], links[second] = links[second], links[first]

    assert verify(links) == Verdict(finding=Finding.REORDERED, version=min(first, second) + 1)


@given(chains())
def test_an_event_told_twice_is_named(drawn: tuple[list[Link], int]) -> None:
    links, place = drawn
    links.insert(place + 1, links[place])

    assert verify(links) == Verdict(finding=Finding.INSERTED, version=place + 2)


@given(chains())
def test_events_renumbered_to_hide_a_removal_are_named(drawn: tuple[list[Link], int]) -> None:
    links, place = drawn
    del links[place]
    renumbered = [replace(link, version=number) for number, link in enumerate(links, start=1)]
    verdict = verify(renumbered, head=Head(version=len(links) + 1, hash=bytes(32)))

    assert not verdict.intact
    assert verdict.version == place + 1


@given(chains())
def test_a_chain_written_anew_from_some_point_shows_only_against_a_head_from_elsewhere(
    drawn: tuple[list[Link], int],
) -> None:
    links, place = drawn
    forged = rewritten(links, place)

    assert verify(forged).intact
    assert not verify(forged, head=Head(version=len(links), hash=links[-1].hash)).intact


def test_a_chain_longer_than_the_noted_head_is_intact() -> None:
    links = chain_of(9)

    assert verify(links, head=Head(version=4, hash=links[3].hash)).intact


def test_thirty_lines_of_an_outsider_suffice() -> None:
    exported = [
        {"content": {**link.content, "at": f"2026-01-08T02:{link.version:02d}:00.000000Z"}, "hash": link.hash.hex()}
        for link in chain_of(5)
    ]
    previous = bytes(32)
    for entry in json.loads(json.dumps(exported)):
        body = json.dumps(entry["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        previous = hashlib.sha256(previous + body).digest()
        assert previous.hex() == entry["hash"]


def test_a_commitment_is_a_keyed_hash_of_the_canonical_value() -> None:
    expected = hmac.new(SALT, '{"value":"Nguyễn"}'.encode(), hashlib.sha256).hexdigest()

    assert commitment("Nguyễn", SALT) == expected


@given(st.text(), st.text(), st.binary(min_size=16, max_size=32), st.binary(min_size=16, max_size=32))
def test_a_commitment_opens_with_its_own_value_and_salt_alone(
    value: str, other: str, salt: bytes, other_salt: bytes
) -> None:
    try:
        made = commitment(value, salt)
        again = commitment(other, salt)
    except TypeError:
        return

    assert opens(made, value, salt)
    assert opens(made, other, salt) == (made == again)
    assert opens(made, value, other_salt) == (salt.ljust(64, b"\0") == other_salt.ljust(64, b"\0"))


def test_a_salt_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="16"):
        commitment("yes", b"short")


def test_a_commitment_that_is_no_hex_opens_nothing() -> None:
    assert not opens("é", "value", SALT)
