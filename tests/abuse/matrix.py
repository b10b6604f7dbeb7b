"""Reading `matrix.toml`: who gets which answer from which route."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.abuse.town import ACTORS

TABLE = Path(__file__).with_name("matrix.toml")
OPTIONS = {"on", "form", "query", "values", "when", "but", "states", "writes", "public", "file"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One route. `answers` holds, by state of the thing, the status each actor gets."""

    endpoint: str
    on: str
    form: Mapping[str, str]
    query: Mapping[str, str]
    values: Mapping[str, str]
    is_file: bool
    is_public: bool
    writes: frozenset[str]
    """Actors whose reading is an act by itself (a dossier opened, a result fetched), as `actor` or `actor state`."""
    answers: Mapping[str, Mapping[str, int]]

    def answer(self, state: str, actor: str) -> int:
        """The status; "sign-in" is written 401 although people are led there by a redirect."""
        return self.answers.get(state, self.answers["*"])[actor]

    def is_shut(self, actor: str) -> bool:
        """Whether the actor never comes past the door, whatever state the thing is in."""
        return {answers[actor] for answers in self.answers.values()} <= {401, 403}


def rows() -> dict[str, Row]:
    """The table, by endpoint."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    groups = table.pop("groups")
    return {endpoint: _row(endpoint, entry, groups) for endpoint, entry in table.items()}


def _row(endpoint: str, entry: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Row:
    is_public = entry.get("public", False)
    answers = {"*": _answers(endpoint, entry, groups, is_public=is_public)}
    for special in entry.get("when", ()):
        for state in special["states"]:
            answers[state] = _answers(endpoint, special, groups, is_public=is_public)
    for one in entry.get("but", ()):
        for state in one["states"]:
            answers.setdefault(state, dict(answers["*"]))
            answers[state] |= dict.fromkeys(one["who"], one["status"])
    return Row(
        endpoint=endpoint,
        on=entry["on"],
        form=entry.get("form", {}),
        query=entry.get("query", {}),
        values=entry.get("values", {}),
        is_file=entry.get("file", False),
        is_public=is_public,
        writes=frozenset(entry.get("writes", ())),
        answers=answers,
    )


def _answers(
    endpoint: str, entry: Mapping[str, Any], groups: Mapping[str, list[str]], *, is_public: bool
) -> dict[str, int]:
    found: dict[str, int] = {} if is_public else {"anonymous": 401}
    rest = None
    for status, who in entry.items():
        if status in OPTIONS:
            continue
        for actor in _people(who, groups):
            if actor == "rest":
                rest = int(status)
            elif actor not in ACTORS or actor in found:
                raise ValueError(f"{TABLE.name}, {endpoint}: {actor!r} is unknown or stands there twice")
            else:
                found[actor] = int(status)
    if rest is not None:
        found = {**dict.fromkeys(ACTORS, rest), **found}
    if forgotten := set(ACTORS) - set(found):
        raise ValueError(f"{TABLE.name}, {endpoint}: nothing is said about {', '.join(sorted(forgotten))}")
    return found


def _people(who: Iterable[str], groups: Mapping[str, list[str]]) -> Iterable[str]:
    for name in who:
        yield from groups.get(name, [name])
