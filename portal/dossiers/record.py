"""The one way anything happens to a dossier: events are appended, and the projection is made from them anew.

`record` chains the new events to the old, replays the whole history, and writes what follows from it: state,
dates, open steps, pauses, timers, facts. Nothing else writes these. Rows are written only where the replay before
the new events and the replay with them differ; that the rows equal the replay is compared in a test.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.accounts.viewer import IN_PLACE_OF
from portal.calendars.queries import FOR_ACT, edition, in_force_for_act, note_for_act
from portal.catalogue.models import ProcedureVersion
from portal.dossiers import projection
from portal.dossiers.models import Dossier, DossierEvent, EventText
from portal.dossiers.projection import Change
from portal.dossiers.replaying import replayed
from portal.foundation.errors import Refused, Stale
from portal.ledger import chain
from portal.workflow.events import Event, EventKind, Param
from portal.workflow.projection import Projection
from portal.workflow.reading import BrokenHistory

SALT_BYTES = 32
CALENDAR = "calendar"
"""The param that names the calendar in force by its content hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What is about to be recorded. `texts` are words kept apart and erasable; `data` is kept in other tables.

    The event holds a salted commitment to each of both, by name, and never the thing itself (decision 13).
    `data` maps a name to the value and the salt kept beside it.
    """

    kind: EventKind
    params: Mapping[str, Param] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, tuple[object, bytes]] = field(default_factory=dict)


def new_salt() -> bytes:
    """Random bytes that keep a commitment from being guessed."""
    return secrets.token_bytes(SALT_BYTES)


def history(session: Session, dossier_id: UUID) -> list[Event]:
    """Every event of the dossier, in order."""
    return [as_event(row) for row in _rows(session, dossier_id)]


def as_event(row: Any) -> Event:
    """The row, whole or its columns, as the value the pure rooms understand."""
    return Event(
        dossier_id=row.dossier_id,
        version=row.version,
        kind=row.kind,
        at=row.at,
        actor=row.actor,
        params=row.params,
        commitments=row.commitments,
    )


def record(
    session: Session,
    dossier: Dossier,
    happenings: Sequence[Happening],
    *,
    actor: str | None,
    now: datetime,
) -> Projection:
    """Append what happened and bring the dossier's projection up to it; returns the new projection.

    The dossier must have been read for update in this unit of work, or be new (version 0). Raises `Stale` if
    somebody else recorded something since: nothing is then saved.
    """
    rows = _rows_for_act(session, dossier.id) if dossier.version else []
    if len(rows) != dossier.version:
        raise Stale
    known = [as_event(row) for row in rows]
    before = replayed(dossier, known) if known else None
    at = max(now, rows[-1].at) if rows else now  # a clock that is behind does not turn the history round
    actor, happenings = in_whose_place(actor, happenings)
    new, texts = _make(dossier, _counted(session, before, happenings), actor=actor, now=at)
    change = _change(dossier, known, before, new)
    if change.changes_version:
        dossier.procedure = session.get_one(ProcedureVersion, UUID(change.after.procedure_version))
    projection.apply(dossier, change.after)
    try:
        session.flush()
    except StaleDataError as stale:
        raise Stale from stale
    session.execute(sa.insert(DossierEvent), _chained(rows[-1].hash if rows else chain.GENESIS, new))
    if texts:
        session.execute(sa.insert(EventText), texts)
    projection.follow(session, dossier, change, now=now)
    return change.after


def in_whose_place(actor: str | None, happenings: Sequence[Happening]) -> tuple[str | None, Sequence[Happening]]:
    """Whoever stands in acts from their own post; for whom, and in what manner, is part of what is recorded."""
    own, separator, absent = (actor or "").partition(IN_PLACE_OF)
    if not separator:
        return actor, happenings
    post, _, manner = absent.partition(" ")
    whose: dict[str, Param] = {"in_place_of": post, "manner": manner}
    return own, [replace(happening, params={**happening.params, **whose}) for happening in happenings]


def _rows(session: Session, dossier_id: UUID) -> Sequence[sa.Row[Any]]:
    return session.execute(_HISTORY, {"of_dossier": dossier_id}).all()


def _rows_for_act(session: Session, dossier_id: UUID) -> Sequence[sa.Row[Any]]:
    """The same, asking on the way for the calendar in force, which the act has to name."""
    rows = session.execute(_HISTORY_FOR_ACT, {"of_dossier": dossier_id}).all()
    if rows:
        note_for_act(session, rows[0].in_force)
    return rows


_HISTORY = (
    sa.select(*sa.inspect(DossierEvent).local_table.columns)
    .where(DossierEvent.dossier_id == sa.bindparam("of_dossier"))
    .order_by(DossierEvent.version)
)
"""Columns, not objects: every act reads the whole history, and nothing of it is ever changed."""

_HISTORY_FOR_ACT = _HISTORY.add_columns(FOR_ACT.scalar_subquery().label("in_force"))


def _counted(session: Session, before: Projection | None, happenings: Sequence[Happening]) -> Sequence[Happening]:
    """The happenings, the first of them carrying the calendar in force where the dossier does not count by it yet.

    An ended dossier keeps the calendar it ended with, until it is reopened.
    """
    reopens = any(happening.kind is EventKind.REOPENED_BY_CORRECTION for happening in happenings)
    if (before is not None and before.ended_at is not None and not reopens) or any(
        CALENDAR in happening.params for happening in happenings
    ):
        return happenings
    in_force = in_force_for_act(session)
    if before is not None and edition(before.calendar).content_hash == in_force:
        return happenings
    first, *others = happenings
    return [replace(first, params={**first.params, CALENDAR: in_force}), *others]


def _change(dossier: Dossier, known: list[Event], before: Projection | None, new: list[Event]) -> Change:
    """What the new events make of the dossier; what they may not do is a refusal, a broken history a fault."""
    try:
        after = replayed(dossier, new, onto=before)
    except BrokenHistory as broken:
        raise Refused(f"dossier.{broken.code}") from broken
    awaited = projection.awaited_by(dossier)
    return Change(events=(*known, *new), new=new, before=before, after=after, awaited=awaited)


def _make(
    dossier: Dossier, happenings: Sequence[Happening], *, actor: str | None, now: datetime
) -> tuple[list[Event], list[dict[str, object]]]:
    events: list[Event] = []
    texts: list[dict[str, object]] = []
    for version, happening in enumerate(happenings, start=dossier.version + 1):
        commitments = {name: chain.commitment(value, salt) for name, (value, salt) in happening.data.items()}
        for key, text in happening.texts.items():
            salt = new_salt()
            commitments[key] = chain.commitment(text, salt)
            texts.append({"dossier_id": dossier.id, "event_version": version, "key": key, "text": text, "salt": salt})
        events.append(
            Event(
                dossier_id=dossier.id,
                version=version,
                kind=happening.kind,
                at=now,
                actor=actor,
                params=happening.params,
                commitments=commitments,
            )
        )
    return events, texts


def _chained(previous: bytes, events: Sequence[Event]) -> list[dict[str, object]]:
    values: list[dict[str, object]] = []
    for event in events:
        digest = chain.event_hash(previous, event.content())
        values.append(
            {
                "dossier_id": event.dossier_id,
                "version": event.version,
                "kind": event.kind,
                "at": event.at,
                "actor": event.actor,
                "params": dict(event.params),
                "commitments": dict(event.commitments),
                "previous_hash": previous,
                "hash": digest,
            }
        )
        previous = digest
    return values
