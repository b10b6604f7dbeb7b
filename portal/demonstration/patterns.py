"""A dossier that has lived through the real verbs, kept as a pattern that others can live by.

Its acts are kept with the working time between them, and everything they wrote: the events, the words, the answers
and the list of documents that the events commit to. What follows from the events is worked out here once: the present
after each of them by replay, and the visits to steps.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.attachments import queries as files
from portal.attachments.models import Attachment
from portal.dossiers import visits
from portal.dossiers.models import Dossier, DossierAnswers, DossierEvent, EventText, SupplementItem, SupplementRequest
from portal.dossiers.projection import ENDED_WITH_DOSSIER, ENTERING, graph_of
from portal.dossiers.record import CALENDAR, as_event
from portal.foundation.packaged import office_calendar
from portal.ledger.canonical import canonical_bytes
from portal.workflow.events import Event, EventKind, Param
from portal.workflow.graph import Graph
from portal.workflow.lifecycle import ENDED, Role
from portal.workflow.projection import OpenStep, Projection
from portal.workflow.replay import apply

AT, DOSSIER, OF_CALENDAR = "<at>", "<dossier>", "<calendar>"
OWN_IDS = ("letter", "request", "bill", "payment")
"""Params that name something only this dossier has."""
LIVED_BY_THEMSELVES = frozenset({EventKind.ESCALATED, EventKind.REMINDED, EventKind.LETTER_SENT})
"""What time brings about: a dossier with other moments would have had these at others, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as it was told, in the act of this place. `data` are the values it commits to, by name.

    `content` are its canonical bytes as text and `params` its params, both with tokens in place of what every dossier
    has of its own (`tokens` of the pattern). `committed`: names of its commitments with the supplements so far.
    """

    act: int
    kind: EventKind
    actor: str | None
    content: str
    params: str
    texts: Mapping[str, str]
    data: Mapping[str, object]
    supplements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One stay at a step: by which events it was opened, given to somebody, and closed (None: never)."""

    step: OpenStep
    role: Role
    agency: str
    first_entered: int
    named: tuple[tuple[int, str | None, str | None], ...]
    closed: int | None
    closed_outcome: str | None
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One life from filing to its end. `instants` are those of its acts, `minutes_after` the time between them.

    `own_ids` are the ids in params that belong to this dossier alone. `presents` is what replay says after each event.
    """

    dossier: Dossier
    names: tuple[str, ...]
    instants: tuple[datetime, ...]
    minutes_after: tuple[int, ...]
    events: tuple[Told, ...]
    presents: tuple[Projection, ...]
    stays: tuple[Stay, ...]
    own_ids: tuple[str, ...]
    answers: Mapping[int, Mapping[str, Any]]
    requests: Sequence[SupplementRequest]
    items: Mapping[UUID, Sequence[SupplementItem]]
    attachments: Sequence[Attachment]


def patterns(session: Session) -> dict[str, list[Pattern]]:
    """The lives that have come to their end, by the code of their procedure.

    Only those with files: an ended dossier of the bulk has none, and nobody lives by its pattern again.
    """
    found: dict[str, list[Pattern]] = {}
    has_files = sa.exists().where(Attachment.dossier_id == Dossier.id)
    statement = (
        sa.select(Dossier)
        .where(Dossier.state.in_(ENDED), has_files)
        .options(joinedload(Dossier.procedure), joinedload(Dossier.party))
        .order_by(Dossier.filed_at, Dossier.id)
    )
    for dossier in session.scalars(statement).all():
        rows = session.scalars(
            sa.select(DossierEvent).where(DossierEvent.dossier_id == dossier.id).order_by(DossierEvent.version)
        ).all()
        if any(row.kind in LIVED_BY_THEMSELVES for row in rows):
            continue
        found.setdefault(dossier.procedure.code, []).append(_pattern(session, dossier, rows))
    return found


def _pattern(session: Session, dossier: Dossier, rows: Sequence[DossierEvent]) -> Pattern:
    attachments = session.scalars(
        sa.select(Attachment).where(Attachment.dossier_id == dossier.id).order_by(Attachment.uploaded_at, Attachment.id)
    ).all()
    answers = {
        row.supplement_round: row.answers
        for row in session.scalars(sa.select(DossierAnswers).where(DossierAnswers.dossier_id == dossier.id))
    }
    requests = session.scalars(
        sa.select(SupplementRequest)
        .where(SupplementRequest.dossier_id == dossier.id)
        .order_by(SupplementRequest.supplement_round)
    ).all()
    items: dict[UUID, list[SupplementItem]] = {}
    for item in session.scalars(
        sa.select(SupplementItem)
        .where(SupplementItem.request_id.in_([request.id for request in requests]))
        .order_by(SupplementItem.position)
    ):
        items.setdefault(item.request_id, []).append(item)
    events = [as_event(row) for row in rows]
    texts: dict[int, dict[str, str]] = {}
    for text in session.scalars(sa.select(EventText).where(EventText.dossier_id == dossier.id)):
        texts.setdefault(text.event_version, {})[text.key] = text.text
    instants = tuple(sorted({event.at for event in events}))
    own_ids = sorted({str(event.params[name]) for event in events for name in OWN_IDS if event.params.get(name)})
    presents = tuple(_presents(events, graph_of(dossier)))
    calendar, party = office_calendar(), dossier.party
    return Pattern(
        dossier=dossier,
        names=tuple(name for name in (party.name, party.tax_code, dossier.subject) if name),
        instants=instants,
        minutes_after=(0, *(calendar.working_minutes(*pair) for pair in pairwise(instants))),
        events=tuple(_told(events, instants, own_ids, texts, answers, attachments)),
        presents=presents,
        stays=tuple(_stays(events, presents, graph_of(dossier))),
        own_ids=tuple(own_ids),
        answers=answers,
        requests=requests,
        items=items,
        attachments=attachments,
    )


def _presents(events: Sequence[Event], graph: Graph) -> Iterator[Projection]:
    present: Projection | None = None
    for event in events:
        present = apply(present, event, graph)
        yield present


def _told(
    events: Sequence[Event],
    instants: Sequence[datetime],
    own_ids: Sequence[str],
    texts: Mapping[int, Mapping[str, str]],
    answers: Mapping[int, Mapping[str, Any]],
    attachments: Sequence[Attachment],
) -> Iterator[Told]:
    supplements = 0
    for event in events:
        supplements += event.kind is EventKind.SUPPLEMENT_ANSWERED
        known = [one for one in attachments if one.supplement_round <= supplements]
        data = {"answers": answers[supplements], "documents": files.digested(known)} if event.commitments else {}
        own = {known: token(place) for place, known in enumerate(own_ids)}
        params = {name: own.get(str(value), value) for name, value in event.params.items()}
        if CALENDAR in params:
            params[CALENDAR] = OF_CALENDAR
        content: dict[str, object] = {
            **event.content(),
            "at": AT,
            "dossier_id": DOSSIER,
            "params": params,
            "commitments": {name: commitment_token(name) for name in event.commitments},
        }
        yield Told(
            act=instants.index(event.at),
            kind=event.kind,
            actor=event.actor,
            content=canonical_bytes(content).decode(),
            params=canonical_bytes(params).decode(),
            texts=texts.get(event.version, {}),
            data={name: value for name, value in data.items() if name in event.commitments},
            supplements=supplements,
        )


def _stays(events: Sequence[Event], presents: Sequence[Projection], graph: Graph) -> Iterator[Stay]:
    """Every stay at a step somebody does, by the places of the events that opened, gave and closed it."""
    first: dict[str, int] = {}
    for place, event in enumerate(events):
        if event.kind in ENTERING:
            first.setdefault(str(event.params.get("node")), place)
    for opened, present in enumerate(presents):
        for step in present.open_steps:
            role = graph[step.node].role
            if step.entry == opened + 1 and role is not None:
                yield _stay(events, presents, step, role, opened=opened, first_entered=first[step.node])


def _stay(
    events: Sequence[Event],
    presents: Sequence[Projection],
    step: OpenStep,
    role: Role,
    *,
    opened: int,
    first_entered: int,
) -> Stay:
    named: list[tuple[int, str | None, str | None]] = []
    closed = next(
        (place for place in range(opened, len(events)) if (step.node, step.entry) not in _visits(presents[place])), None
    )
    for place in range(opened, len(events) if closed is None else closed):
        event = events[place]
        if event.kind is EventKind.STEP_ASSIGNED and event.params.get("node") == step.node:
            why = event.params.get("why")
            named.append((place, _text(event.params.get("assignee")), _text(why)))
    last = None if closed is None else events[closed]
    is_own = last is not None and last.params.get("node") == step.node
    return Stay(
        step=step,
        role=role,
        agency=step.agency or str(presents[opened].agency_id),
        first_entered=first_entered,
        named=tuple(named),
        closed=closed,
        closed_outcome=None if last is None else last.kind.value if is_own else ENDED_WITH_DOSSIER,
        counts=last is not None and closed is not None and visits.says_how_long(last, presents[closed]),
    )


def _visits(present: Projection) -> set[tuple[str, int]]:
    return {(step.node, step.entry) for step in present.open_steps}


def _text(value: Param) -> str | None:
    return None if value is None else str(value)


def token(place: int) -> str:
    """What stands in an event for the id of its own at this place."""
    return f"<own {place}>"


def commitment_token(name: str) -> str:
    """What stands in an event for its commitment of this name."""
    return f"<commitment {name}>"
