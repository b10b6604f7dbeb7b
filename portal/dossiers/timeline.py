"""What happened to a dossier, as its company reads it: newest first, each step in one line.

A step that is over is told once, where it ended, with when it began; one that ended by an act with a sentence of its
own (signed, numbered, issued …) is told by that sentence alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from portal.catalogue.definition import Definition
from portal.dossiers import narrative
from portal.dossiers.following import Names, agency_name, step_name
from portal.dossiers.replaying import definition_at
from portal.foundation.formats import Language, instant
from portal.workflow.events import Event, EventKind

_ENDS = MappingProxyType(
    {EventKind.STEP_COMPLETED: "done", EventKind.STEP_SENT_BACK: "ended", EventKind.STEP_DROPPED: "ended"}
)
"""How a step that began with a line of its own is told when it is over."""

_ACTS = frozenset({EventKind.SIGNED, EventKind.NUMBERED, EventKind.ISSUED, EventKind.RETURNED})
"""Acts that end a step and tell it themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of the timeline. `text` are the words written for the filer with it."""

    version: int
    title: str
    at: datetime
    text: str
    kind: str


def timeline_of(
    events: Sequence[Event],
    texts: Mapping[tuple[int, str], str],
    definition: Definition,
    names: Names,
    language: Language,
    *,
    counter_names: Mapping[int, str] = MappingProxyType({}),
) -> tuple[Happened, ...]:
    """What happened, newest first, in the filer's words; what concerns only the office is left out.

    `counter_names` says, by event, which officer did it at the counter for whom.
    """
    ends = _ends(events)
    began = {ends[opened.version].version: opened for opened in events if opened.version in ends}
    lines = []
    for event in reversed(events):
        now = definition_at(definition, events, event.version)
        if event.kind in _ENDS and event.version in began:
            lines.append(_over(event, began[event.version], now, names, language))
        elif event.version not in ends and _is_told(event):
            lines.append(_happened(event, texts, now, names, language))
    return tuple(
        replace(
            line,
            title=narrative.counter_title(EventKind(line.kind), language) or line.title,
            text="\n".join(filter(None, (line.text, counter_names[line.version]))),
        )
        if line.version in counter_names
        else line
        for line in lines
    )


def _is_told(event: Event) -> bool:
    """A day that moved is told where it is the filer's own."""
    if event.kind is EventKind.DUE_CHANGED:
        return narrative.moves_promise(event)
    return not narrative.EVENTS[event.kind].is_inside


def _ends(events: Sequence[Event]) -> dict[int, Event]:
    """By the event with which a step began: the one with which it ended, where it has."""
    found: dict[int, Event] = {}
    opened: dict[str, int] = {}
    for event in events:
        node = narrative.node_of(event.params)
        if event.kind is EventKind.STEP_OPENED:
            opened[node] = event.version
        elif (event.kind in _ENDS or event.kind in _ACTS) and node in opened:
            found[opened.pop(node)] = event
    return found


def _over(end: Event, began: Event, definition: Definition, names: Names, language: Language) -> Happened:
    agency = began.params.get("agency")
    title = narrative.STEPS[_ENDS[end.kind]].words(language)
    return Happened(
        version=end.version,
        title=title.format(
            step=step_name(definition, narrative.node_of(began.params), language),
            agency=agency_name(names, agency if isinstance(agency, str) else None, language) or "–",
        ),
        at=end.at,
        text=narrative.STEPS["began"].words(language).format(since=instant(began.at, language)),
        kind=end.kind.value,
    )


def _happened(
    event: Event,
    texts: Mapping[tuple[int, str], str],
    definition: Definition,
    names: Names,
    language: Language,
) -> Happened:
    agency = event.params.get("agency")
    node = narrative.node_of(event.params)
    title, *rest = narrative.moved(event, language) or (
        narrative.sentence(
            event.kind,
            language,
            agency=agency_name(names, agency if isinstance(agency, str) else None, language),
            step=step_name(definition, node, language) if node else "",
            until=narrative.until_of(event, language),
        ),
    )
    said = [*rest, *(texts.get((event.version, key), "") for key in narrative.EVENTS[event.kind].for_filer)]
    said.append(narrative.declared(event, texts, language))
    text = "\n".join(words for words in said if words)
    return Happened(version=event.version, title=title, at=event.at, text=text, kind=event.kind.value)
