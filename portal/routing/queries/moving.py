"""Running dossiers under an older version of their procedure, and what each would be under a corrected one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.catalogue import queries as catalogue
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.catalogue.route import graph_of as graph_of_definition
from portal.dossiers.models import Dossier, DossierAnswers, DossierEvent
from portal.dossiers.projection import graph_of
from portal.dossiers.record import as_event
from portal.dossiers.replaying import replayed
from portal.dossiers.terms import Terms, terms_for
from portal.routing.moving import Outlook, Versions, outlook
from portal.workflow.events import Event

PAGE = 50
"""Dossiers on one page, and moved in one go: each is a transaction of its own within the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """A procedure with running dossiers of earlier versions: how many, and the version in force."""

    code: str
    names: Mapping[str, str]
    number: int
    running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One dossier with its outlook. The administrator reads where it stands and its dates, nothing it contains."""

    dossier: Dossier
    outlook: Outlook
    agency_names: Mapping[str, str] | None


def outdated(session: Session, *, on: date) -> list[Outdated]:
    """The procedures with running dossiers that are not under the version in force on this day."""
    rows = session.execute(
        sa.select(ProcedureVersion.code, Dossier.procedure_version_id, sa.func.count())
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .where(Dossier.ended_at.is_(None))
        .group_by(ProcedureVersion.code, Dossier.procedure_version_id)
        .order_by(ProcedureVersion.code)
    ).all()
    found = []
    for code, group in groupby(rows, key=lambda row: row[0]):
        by_version = [(version_id, count) for _code, version_id, count in group]
        current, _ = catalogue.standing(session, code, on=on)
        if current is None:
            continue
        running = sum(count for version_id, count in by_version if version_id != current.id)
        if running:
            found.append(Outdated(code=code, names=current.names, number=current.number, running=running))
    return found


def running(session: Session, target: ProcedureVersion, *, after: UUID | None = None) -> tuple[list[Dossier], bool]:
    """A page of the running dossiers under other versions of the procedure, by id; and whether there are more."""
    statement = (
        sa.select(Dossier)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .where(
            ProcedureVersion.code == target.code,
            Dossier.procedure_version_id != target.id,
            Dossier.ended_at.is_(None),
        )
        .options(joinedload(Dossier.procedure, innerjoin=True), joinedload(Dossier.agency))
        .order_by(Dossier.id)
        .limit(PAGE + 1)
    )
    if after is not None:
        statement = statement.where(Dossier.id > after)
    dossiers = list(session.scalars(statement))
    return dossiers[:PAGE], len(dossiers) > PAGE


def outlooks(session: Session, dossiers: Sequence[Dossier], target: ProcedureVersion, *, now: datetime) -> list[Moved]:
    """What each of the dossiers would be under the target."""
    ids = [dossier.id for dossier in dossiers]
    histories, answers = _histories(session, ids), _answers(session, ids)
    return [
        Moved(
            dossier=dossier,
            outlook=look(dossier, histories[dossier.id], answers.get(dossier.id), target, now=now),
            agency_names=None if dossier.agency is None else dossier.agency.short_names,
        )
        for dossier in dossiers
    ]


def look(
    dossier: Dossier,
    events: Sequence[Event],
    answers: Mapping[str, Any] | None,
    target: ProcedureVersion,
    *,
    now: datetime,
) -> Outlook:
    """What this dossier would be under the target."""
    return outlook(
        replayed(dossier, events),
        versions_of(dossier, target),
        terms=Terms.from_json(dossier.terms),
        corrected=None if answers is None else corrected_terms(dossier, answers, target),
        now=now,
    )


def versions_of(dossier: Dossier, target: ProcedureVersion) -> Versions:
    """From the dossier's version to the target."""
    definition, case = definition_of(target), dossier.case_key
    new = graph_of_definition(definition, case) if definition.case(case) is not None else None
    return Versions(old_id=str(dossier.procedure_version_id), new_id=str(target.id), old=graph_of(dossier), new=new)


def corrected_terms(dossier: Dossier, answers: Mapping[str, Any], target: ProcedureVersion) -> Terms | None:
    """The dossier's terms under the target; None where it has no such case."""
    definition = definition_of(target)
    if definition.case(dossier.case_key) is None:
        return None
    fresh = terms_for(definition, dossier.case_key, answers, places=places())
    return Terms.from_json(dossier.terms).moved_to(fresh)


def latest_answers(session: Session, dossier_id: UUID) -> Mapping[str, Any] | None:
    """The dossier's answers as they stand; None once they have been erased."""
    return _answers(session, [dossier_id]).get(dossier_id)


def _answers(session: Session, ids: Sequence[UUID]) -> dict[UUID, Mapping[str, Any]]:
    rows = session.execute(
        sa.select(DossierAnswers.dossier_id, DossierAnswers.answers)
        .where(DossierAnswers.dossier_id.in_(ids))
        .order_by(DossierAnswers.dossier_id, DossierAnswers.supplement_round)
    )
    return dict(rows.all())


def _histories(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Event]]:
    rows = session.execute(
        sa.select(*sa.inspect(DossierEvent).local_table.columns)
        .where(DossierEvent.dossier_id.in_(ids))
        .order_by(DossierEvent.dossier_id, DossierEvent.version)
    ).all()
    return {key: [as_event(row) for row in group] for key, group in groupby(rows, key=lambda row: row.dossier_id)}
