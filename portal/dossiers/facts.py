"""What a dossier's history says to the figures: the turnaround fact, made anew whenever something happens."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.catalogue.queries import definition_of
from portal.clock.zone import office_day
from portal.dossiers import deadlines
from portal.dossiers.models import Dossier
from portal.dossiers.terms import Terms
from portal.facts import actions
from portal.facts.models import DossierFact
from portal.workflow.lifecycle import Outcome, State
from portal.workflow.projection import Projection


def refresh(session: Session, dossier: Dossier, projected: Projection) -> None:
    """Upsert the fact of this dossier, in the transaction of the act that changed it."""
    actions.upsert(session, fact_of(dossier, projected))


def fact_of(dossier: Dossier, projected: Projection) -> DossierFact:
    """The fact, purely from the history, the terms and the calendar, so that it can be recomputed."""
    if projected.filed_at is None:
        raise ValueError("only a filed dossier has a turnaround")
    definition = definition_of(dossier.procedure)
    fact = DossierFact(
        dossier_id=dossier.id,
        version=projected.version,
        procedure_code=definition.code,
        case_key=dossier.case_key,
        field=definition.sector.value,
        agency_id=dossier.agency_id,
        commune=dossier.commune,
        state=projected.state.value,
        filed_on=office_day(projected.filed_at),
        accepted_on=office_day(projected.accepted_at) if projected.accepted_at else None,
        settled_on=office_day(projected.settled_at) if projected.settled_at else None,
        ended_on=office_day(projected.ended_at) if projected.ended_at else None,
        statutory_due_at=dossier.statutory_due_at,
        promised_due_at=dossier.promised_due_at,
        clock_stopped_at=_stopped_since(projected),
        supplement_rounds=projected.supplement_rounds,
        outcome=projected.outcome.value if projected.outcome else None,
        stop_reason=projected.stop_reason.value if projected.stop_reason else None,
        refusal_reason=_refused_for(projected),
        accepted_at=projected.accepted_at,
        level=dossier.procedure.level,
        channel=dossier.channel.value,
    )
    terms = Terms.from_json(dossier.terms)
    if projected.accepted_at is not None:
        acceptance = deadlines.acceptance_of(projected, terms, now=projected.last_at, office=dossier.intake_agency_id)
        fact.acceptance_was_late = projected.accepted_at > acceptance.due_at
        _spend(fact, projected, accepted_at=projected.accepted_at)
    if projected.accepted_at is not None and projected.settled_at is not None:
        _measure(fact, projected, terms, settled_at=projected.settled_at)
    return fact


def _refused_for(projected: Projection) -> str | None:
    """The key of the managed reason of a refusal, empty for own words alone; None where nothing was refused."""
    is_refused = projected.outcome is Outcome.REFUSED or projected.state is State.NOT_ACCEPTED
    return (projected.refused_for or "") if is_refused else None


def _stopped_since(projected: Projection) -> datetime | None:
    """Since when the statutory clock has been standing still for the filer, if it is."""
    pause = projected.open_pause
    return None if pause is None or pause.before_intake or projected.ended_at else pause.began_at


def _spend(fact: DossierFact, projected: Projection, *, accepted_at: datetime) -> None:
    """Working time since acceptance: the filer's turns that are over, and once it has ended the agency's as well."""
    calendar, ended_at = deadlines.calendar_of(projected), projected.settled_at or projected.ended_at
    fact.applicant_minutes = sum(
        calendar.working_minutes(pause.began_at, pause.ended_at or ended_at or pause.began_at)
        for pause in deadlines.after_intake(projected)
    )
    if ended_at is not None:
        fact.agency_minutes = calendar.working_minutes(accepted_at, ended_at) - fact.applicant_minutes


def _measure(fact: DossierFact, projected: Projection, terms: Terms, *, settled_at: datetime) -> None:
    """Both verdicts of a settled dossier."""
    statutory = deadlines.statutory_of(projected, terms, now=settled_at)
    promised = deadlines.promised_of(projected, terms, now=settled_at)
    fact.was_on_time = _on_time(settled_at, statutory.due_at, by_minute=terms.statutory.unit.is_counted_in_minutes)
    # Source: Decision 766/QĐ-TTg as transcribed in the working paper: the end against the appointed date, and a
    # dossier with more than one supplement request counts as overdue.
    kept = _on_time(settled_at, promised.due_at, by_minute=terms.promised.unit.is_counted_in_minutes)
    fact.was_on_time_766 = kept and projected.supplement_rounds <= 1


def _on_time(settled_at: datetime, due_at: datetime, *, by_minute: bool) -> bool:
    return settled_at <= due_at if by_minute else office_day(settled_at) <= office_day(due_at)
