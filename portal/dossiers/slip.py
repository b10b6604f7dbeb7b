"""Whose time it was, visit by visit and agency by agency: what the process-control slip (Form 06) and pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue.definition import Definition
from portal.clock import words
from portal.clock.split import Share, Split, Visit, split
from portal.clock.stopwatch import Pause
from portal.clock.verdict import Closed
from portal.dossiers import deadlines
from portal.dossiers.following import Names, step_name
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.replaying import definition_at
from portal.foundation.formats import Language
from portal.foundation.languages import spoken
from portal.workflow.events import Event
from portal.workflow.projection import Projection

NOTHING = Share(agency_minutes=0, applicant_minutes=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One visit to a step. `share` is its working time; `verdict` is None while it is open or has no limit.

    `due_at` is None without a limit, and of an open step while the clock stands still: its date moves with every day.
    """

    number: int
    step: str
    agency: str
    entered_at: datetime
    due_at: datetime | None
    left_at: datetime | None
    share: Share
    verdict: Closed | None
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """All visits in order, and the working time by agency: names and shares. Parallel visits count once per agency."""

    rows: tuple[Row, ...]
    agencies: tuple[tuple[str, Share], ...]
    whole: Share


def visits_of(session: Session, dossier_id: UUID) -> Sequence[DossierStep]:
    """Every visit of the dossier to a step, in order."""
    return session.scalars(
        sa.select(DossierStep)
        .where(DossierStep.dossier_id == dossier_id)
        .order_by(DossierStep.entry, DossierStep.node_key)
    ).all()


def slip_of(
    dossier: Dossier,
    projected: Projection,
    steps: Sequence[DossierStep],
    definition: Definition,
    names: Names,
    language: Language,
    *,
    now: datetime,
    events: Sequence[Event] = (),
) -> Slip:
    """The slip as of `now`; of an ended dossier, as of its end. By its `events` a step is called as it was then."""
    until = projected.ended_at or now
    shares = _split(dossier, projected, steps, until=until)
    rests = projected.open_pause is not None and projected.ended_at is None
    rows = tuple(
        Row(
            number=number,
            step=step_name(named_by(definition, events, step), step.node_key, language),
            agency=_name(names, _agency(dossier, step), language),
            entered_at=step.entered_at,
            due_at=None if rests and step.closed_at is None else step.due_at,
            left_at=step.closed_at,
            share=shares.by_step.get(_visit(step), NOTHING),
            verdict=_verdict(step),
            is_late=_is_late(step, until, rests=rests),
        )
        for number, step in enumerate(steps, start=1)
    )
    agencies = tuple((_name(names, key, language), share) for key, share in shares.by_agency.items())
    return Slip(rows=rows, agencies=agencies, whole=shares.whole)


def named_by(definition: Definition, events: Sequence[Event], step: DossierStep) -> Definition:
    """The definition a step is named by: the one it ended under, while it is open the one of today."""
    if step.closed_at is None:
        return definition
    later = (one for one in events if one.version > step.entry and one.at >= step.closed_at)
    ended = next((one.version for one in later), step.entry)
    return definition_at(definition, events, ended)


def in_working_time(share: Share) -> tuple[str, str]:
    """The agency's and the applicant's working time in the reader's words."""
    language = spoken()
    return words.working_time(share.agency_minutes, language), words.working_time(share.applicant_minutes, language)


def _split(dossier: Dossier, projected: Projection, steps: Sequence[DossierStep], *, until: datetime) -> Split:
    return split(
        received_at=projected.filed_at or dossier.filed_at,
        until=until,
        visits=[
            Visit(step=_visit(step), agency=_agency(dossier, step), entered_at=step.entered_at, left_at=step.closed_at)
            for step in steps
        ],
        pauses=[
            Pause(began_at=pause.began_at, ended_at=pause.ended_at, reason=pause.reason.value)
            for pause in projected.pauses
        ],
        calendar=deadlines.calendar_of(projected),
    )


def _visit(step: DossierStep) -> str:
    return f"{step.node_key}:{step.entry}"


def _agency(dossier: Dossier, step: DossierStep) -> str:
    return str(step.agency_id or dossier.agency_id or dossier.intake_agency_id)


def _is_late(step: DossierStep, until: datetime, *, rests: bool) -> bool:
    if step.due_at is None or (rests and step.closed_at is None):
        return False
    return (step.closed_at or until) > step.due_at


def _verdict(step: DossierStep) -> Closed | None:
    """Steps are counted in minutes, and judged by them."""
    if step.closed_at is None or step.due_at is None:
        return None
    if step.closed_at == step.due_at:
        return Closed.ON_TIME
    return Closed.EARLY if step.closed_at < step.due_at else Closed.OVERDUE


def _name(names: Names, identifier: str, language: Language) -> str:
    found = names.get(identifier, {})
    return found.get(language) or found.get("vi", "")
