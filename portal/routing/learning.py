"""The table of effort, made anew from the finished steps: exactly the same rows from the same history."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from portal.calendars.queries import in_force
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.catalogue.route import graph_of
from portal.dossiers.models import Dossier, DossierPause, DossierStep
from portal.routing.effort import Counting, Effort, Finished, capped, hands_on, prior_of
from portal.routing.models import StepEffort
from portal.workflow.events import EventKind
from portal.workflow.graph import Act

WINDOW = timedelta(days=365)
"""Older steps are forgotten: offices and procedures change."""

DONE = tuple(
    kind.value
    for kind in (
        EventKind.STEP_COMPLETED,
        EventKind.STEP_SENT_BACK,
        EventKind.OPINION_GIVEN,
        EventKind.SIGNED,
        EventKind.NUMBERED,
        EventKind.ISSUED,
    )
)
"""How a visit ends that somebody worked on; dropped and silent ones say nothing."""

StepKey = tuple[str, str]
Pauses = Mapping[UUID, tuple[tuple[datetime, datetime], ...]]


def learned(session: Session, *, now: datetime) -> dict[StepKey, Effort]:
    """What a year of finished steps up to `now` says of every step of every published procedure."""
    limits = _limits(session)
    counts: dict[StepKey, int] = defaultdict(int)
    sums: dict[StepKey, int] = defaultdict(int)
    for step, minutes in _samples(session, now=now):
        counts[step] += 1
        sums[step] += capped(minutes, limits.get(step, 0))
    return {
        step: Effort(samples=counts[step], minutes=sums[step], prior_minutes=prior_of(limits.get(step, 0)))
        for step in sorted(limits.keys() | counts.keys())
    }


def learn(session: Session, *, now: datetime, check: bool = False) -> list[str]:
    """Write the table anew and say what differed; with `check` only say it."""
    effort = learned(session, now=now)
    known = {(row.procedure_code, row.node_key): _as_effort(row) for row in session.scalars(sa.select(StepEffort))}
    differences = [
        f"{code} {node}: {_said(known.get((code, node)))} → {_said(effort.get((code, node)))}"
        for code, node in sorted(known.keys() | effort.keys())
        if known.get((code, node)) != effort.get((code, node))
    ]
    if differences and not check:
        _write(session, effort)
    return differences


def _write(session: Session, effort: Mapping[StepKey, Effort]) -> None:
    session.execute(sa.delete(StepEffort))
    rows = [
        {
            "procedure_code": code,
            "node_key": node,
            "samples": one.samples,
            "minutes": one.minutes,
            "prior_minutes": one.prior_minutes,
            "expected_minutes": one.expected_minutes,
        }
        for (code, node), one in effort.items()
    ]
    if rows:
        session.execute(sa.insert(StepEffort), rows)


def _as_effort(row: StepEffort) -> Effort:
    return Effort(samples=row.samples, minutes=row.minutes, prior_minutes=row.prior_minutes)


def _said(effort: Effort | None) -> str:
    return "none" if effort is None else f"{effort.expected_minutes} min (n={effort.samples})"


def _limits(session: Session) -> dict[StepKey, int]:
    """The longest limit of each step in the newest version of each procedure, in working minutes."""
    newest = session.scalars(
        sa.select(ProcedureVersion)
        .ext(distinct_on(ProcedureVersion.code))
        .order_by(ProcedureVersion.code, ProcedureVersion.number.desc())
    )
    limits: dict[StepKey, int] = {}
    for version in newest:
        definition = definition_of(version)
        for case in definition.cases:
            for node in graph_of(definition, case.code).nodes:
                if node.act is not Act.PAY:
                    step = (version.code, node.key)
                    limits[step] = max(limits.get(step, 0), node.minutes)
    return limits


def _samples(session: Session, *, now: datetime) -> Iterator[tuple[StepKey, int]]:
    """Every finished step of the window with its hands-on minutes, person by person."""
    since = now - WINDOW
    pauses, calendar = _pauses(session, since), in_force(session)
    rows = session.execute(
        sa.select(
            DossierStep.post_id, DossierStep.agency_id, DossierStep.dossier_id, ProcedureVersion.code,
            DossierStep.node_key, DossierStep.entered_at, DossierStep.closed_at,
        )
        .join(Dossier, Dossier.id == DossierStep.dossier_id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .where(
            DossierStep.post_id.is_not(None),
            DossierStep.closed_at > since,
            DossierStep.closed_at <= now,
            DossierStep.closed_outcome.in_(DONE),
        )
        .order_by(DossierStep.post_id, DossierStep.closed_at, DossierStep.entered_at, DossierStep.id)
    )  # fmt: skip
    for (_, agency_id), group in groupby(rows, key=lambda row: (row.post_id, row.agency_id)):
        yield from _of_one(group, pauses, calendar.hours_of(agency_id))


def _of_one(rows: Iterable[Any], pauses: Pauses, calendar: Counting) -> Iterator[tuple[StepKey, int]]:
    finished: Sequence[Finished] = [
        Finished(
            step=(row.code, row.node_key),
            entered_at=row.entered_at,
            closed_at=row.closed_at,
            pauses=pauses.get(row.dossier_id, ()),
        )
        for row in rows
    ]
    return zip((one.step for one in finished), hands_on(finished, calendar), strict=True)


def _pauses(session: Session, since: datetime) -> Pauses:
    found: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = session.execute(
        sa.select(DossierPause.dossier_id, DossierPause.began_at, DossierPause.ended_at)
        .where(DossierPause.ended_at > since)
        .order_by(DossierPause.dossier_id, DossierPause.event_version)
    )
    for dossier_id, began_at, ended_at in rows:
        assert ended_at is not None  # noqa: S101 - asked for
        found[dossier_id].append((began_at, ended_at))
    return {dossier_id: tuple(stretches) for dossier_id, stretches in found.items()}
