"""What happened to a dossier, in sentences: one table for the company's timeline and the officer's (`narrative.toml`).

Reasons and messages are not part of it: they are kept apart and shown only to whom they were written for.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from portal.catalogue.text import Text
from portal.foundation.formats import Language, day, instant, office_day, short_instant
from portal.letters.contents import LetterKind
from portal.workflow.events import Event, EventKind, Param
from portal.workflow.lifecycle import State

_TABLE: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text("utf-8")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How one kind of event is told.

    `is_inside`: only the officers read of it. `for_filer` names the words kept with the event that were written for
    the filer, in the order they are shown; everything else stays with the office.
    """

    text: Text
    is_inside: bool
    for_filer: tuple[str, ...]


def _text(row: Mapping[str, Any]) -> Text:
    return Text(vi=row["vi"], en=row["en"], zh=row["zh"])


EVENTS: Final[Mapping[EventKind, Told]] = MappingProxyType(
    {
        EventKind(name): Told(text=_text(row), is_inside=row.get("inside", False), for_filer=tuple(row.get("told", ())))
        for name, row in _TABLE["event"].items()
    }
)

STATES: Final = MappingProxyType({State(name): _text(row) for name, row in _TABLE["state"].items()})
"""The state in one sentence, to the filer."""

PUBLIC_STATES: Final = MappingProxyType(
    {**STATES, **{State(name): _text(row) for name, row in _TABLE["public_state"].items()}}
)
"""The same to a reader of the public page, who may be anybody."""

LETTERS: Final = MappingProxyType({LetterKind(name): _text(row) for name, row in _TABLE["letter"].items()})
"""What a letter is called."""

DECLARATION: Final = "+declaration"
"""Where a signed declaration lies among the files of its dossier: a name no document of a procedure can have."""

COSIGNATURE: Final = "+cosignature"
"""Where the declaration a second person has co-signed with a certificate lies."""

EVIDENCE: Final = MappingProxyType(
    {DECLARATION: LETTERS[LetterKind.DECLARATION], COSIGNATURE: _text(_TABLE["evidence"]["cosignature"])}
)
"""What lies among the files of a dossier and is none of its documents, by its key."""

PAUSES: Final = MappingProxyType({name: _text(row) for name, row in _TABLE["pause"].items()})
"""Why the clock stood, by the name the events use."""


STOPS: Final = MappingProxyType({name: _text(_TABLE["slip"][name]) for name in ("over", "open")})
"""A stop of the clock beside a step of the process-control slip: `over` or still `open`."""

FILER: Final = _text(_TABLE["slip"]["filer"])
"""Who handed the dossier to its first step."""

COUNTER: Final = MappingProxyType({name: _text(row) for name, row in _TABLE["counter"].items()})
"""What is said of a filing at the counter instead of the usual sentence."""


def at_counter(name: str, language: str, *, officer: str = "", filer: str = "") -> str:
    """A sentence about a filing at the counter; names that have been erased are left out with grace."""
    return COUNTER[name].words(language).format(officer=officer or "–", filer=filer or "–")


_AT_COUNTER: Final = MappingProxyType({EventKind.FILED: "title", EventKind.PREPAYMENT_REQUESTED: "awaiting"})


def counter_title(kind: EventKind, language: str) -> str | None:
    """What happened at the counter: it was filed, or waits for its prepaid fee. None: told as elsewhere."""
    return at_counter(_AT_COUNTER[kind], language) if kind in _AT_COUNTER else None


DECLARED: Final = MappingProxyType({name: _text(row) for name, row in _TABLE["declared"].items()})
"""How a dossier was declared when it was filed, by the name its first event uses."""

COSIGNED: Final = MappingProxyType({name: _text(row) for name, row in _TABLE["cosigned"].items()})
"""How the second person signed where the company asks for one, by the name the first event uses."""

_CERTIFICATE = ("declared_by", "certificate_number", "certificate", "certificate_issuer")
"""The words kept with a filing that was declared by a signature."""

_DECLARING = (*_CERTIFICATE, "filed_by", "cosigned_by", *(f"cosigning_{name}" for name in _CERTIFICATE))
"""The same of both persons where a second one has co-signed."""


def declared(event: Event, texts: Mapping[tuple[int, str], str], language: Language) -> str:
    """By whose signature the dossier was declared, and who co-signed it; empty where one person did on the page."""
    known = {name: texts.get((event.version, name)) or "–" for name in _DECLARING}
    known["cosigned_at"] = instant(_moment(event.params.get("cosigned_at")), language)
    ways = (
        DECLARED.get(str(event.params.get("declared", ""))),
        COSIGNED.get(str(event.params.get("cosigned", ""))),
    )
    return "\n".join(way.words(language).format(**known) for way in ways if way is not None)


STEPS: Final = MappingProxyType({name: _text(row) for name, row in _TABLE["step"].items()})
"""How a step that is over stands in one line: `done` or `ended`, and when it `began`."""

MOVED: Final = MappingProxyType({name: _text(row) for name, row in _TABLE["moved"].items()})
"""What another calendar moved, by the name of the date, and `because`."""


def moved(event: Event, language: Language) -> tuple[str, ...]:
    """The dates a new calendar moved, each from when to when, and why; empty for any other event."""
    if event.kind is not EventKind.DUE_CHANGED:
        return ()
    said = []
    for name in ("acceptance", "statutory", "promised"):
        old, new = (_moment(event.params.get(f"{name}_{side}")) for side in ("from", "to"))
        if old is not None and new is not None:
            is_same_day = office_day(old) == office_day(new)
            ends = [(short_instant if is_same_day else day)(one, language) for one in (old, new)]
            said.append(MOVED[name].words(language).format(old=ends[0], new=ends[1]))
    because = event.params.get("because")
    reason = (
        [MOVED["because"].words(language).format(day=day(date.fromisoformat(because), language))]
        if isinstance(because, str)
        else []
    )
    return (*(said or [MOVED["steps"].words(language)]), *reason)


def moves_promise(event: Event) -> bool:
    """Whether a new calendar made the day by law or the promised day another: what the filer is told."""
    ends = [
        [_moment(event.params.get(f"{name}_{side}")) for side in ("from", "to")] for name in ("statutory", "promised")
    ]
    return any(old is not None and new is not None and office_day(old) != office_day(new) for old, new in ends)


def _moment(value: Param) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def sentence(kind: EventKind, language: str, *, agency: str = "", step: str = "", until: str = "") -> str:
    """One event as a sentence. Names that are not known are left out with grace."""
    text = EVENTS[kind].text.words(language)
    return text.format(agency=agency or "–", step=step or "–", until=until or "–")


def until_of(event: Event, language: Language) -> str:
    """The day an event names as the reader writes it; a booked moment is kept in figures as it is."""
    until = event.params.get("until")
    if not isinstance(until, str):
        return ""
    return day(date.fromisoformat(until), language) if event.kind is EventKind.EXTENDED else until


def node_of(params: Mapping[str, Param]) -> str:
    """The key of the step an event is about; empty for none."""
    node = params.get("node")
    return node if isinstance(node, str) else ""
