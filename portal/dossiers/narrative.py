"""What happened to a dossier, in sentences: one table for the company's timeline and the officer's (`narrative.toml`).

Reasons and messages are not part of it: they are kept apart and shown only to whom they were written for.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from portal.catalogue.text import Text
from portal.foundation.formats import Language, instant
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


def _moment(value: Param) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def sentence(kind: EventKind, language: str, *, agency: str = "", step: str = "", until: str = "") -> str:
    """One event as a sentence. Names that are not known are left out with grace."""
    text = EVENTS[kind].text.words(language)
    return text.format(agency=agency or "–", step=step or "–", until=until or "–")


def node_of(params: Mapping[str, Param]) -> str:
    """The key of the step an event is about; empty for none."""
    node = params.get("node")
    return node if isinstance(node, str) else ""
