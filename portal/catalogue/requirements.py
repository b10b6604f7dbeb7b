"""What one dossier needs: its documents, its time limit, the office that decides."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import time

from portal.catalogue.answers import Answers, facts_of
from portal.catalogue.conditions import holds, look_up
from portal.catalogue.definition import Definition, LimitRule
from portal.catalogue.documents import Document
from portal.catalogue.steps import Result, Step
from portal.clock.due import ACCEPTANCE_MINUTES
from portal.clock.limit import Limit, Unit
from portal.workflow.graph import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierLimit:
    """Time the authority has for this dossier; `difficult` says that the place gives it more."""

    limit: Limit
    verified: bool
    difficult: bool


def documents_for(definition: Definition, case: str, answers: Answers) -> tuple[Document, ...]:
    """Return the documents this dossier consists of, required or not, in the order of the list."""
    facts = facts_of(case, answers)
    return tuple(document for document in definition.documents if holds(document.when, facts))


def limit_for(
    definition: Definition, case: str, answers: Answers, *, difficult_communes: Container[str] = frozenset()
) -> DossierLimit:
    """Return the statutory limit; longer where the matter lies in a commune with difficult conditions."""
    return _limit(definition, definition.limits, case, answers, difficult_communes)


def promised_limit_for(
    definition: Definition, case: str, answers: Answers, *, difficult_communes: Container[str] = frozenset()
) -> DossierLimit:
    """Return the limit the receipt promises; the statutory one where nothing better is promised."""
    rules = definition.promised_limits + definition.limits
    return _limit(definition, rules, case, answers, difficult_communes)


def acceptance_minutes(definition: Definition, case: str, limit: Limit) -> int:
    """Return the working minutes the one-stop office has to accept or refuse, from effective filing.

    Where the limit itself is in working hours, acceptance is the first step inside it (decision 2).
    """
    if limit.unit is not Unit.WORKING_HOUR:
        return ACCEPTANCE_MINUTES
    intake = (step.limit_by_case.get(case, step.limit).minutes for step in definition.steps if step.act is Act.INTAKE)
    return min(next(intake, ACCEPTANCE_MINUTES), limit.count)


def agency_for(definition: Definition, case: str, answers: Answers) -> str:
    """Return the key of the agency that decides."""
    facts = facts_of(case, answers)
    fitting = (rule.agency for rule in definition.competence if holds(rule.when, facts))
    return next(fitting, definition.competence[-1].agency)


def agency_of_step(definition: Definition, step: Step, case: str, answers: Answers) -> str:
    """Return the key of the agency that holds the step in this dossier."""
    if step.agency == "intake":
        return definition.intake
    return agency_for(definition, case, answers) if step.agency == "competent" else step.agency


def results_for(definition: Definition, case: str, answers: Answers) -> tuple[Result, ...]:
    """Return what the filer receives if the dossier is granted."""
    facts = facts_of(case, answers)
    return tuple(result for result in definition.results if holds(result.when, facts))


def commune_of(definition: Definition, answers: Answers) -> str | None:
    """Return the code of the commune the matter lies in, where the form asks for it."""
    if definition.location is None:
        return None
    found = look_up(f"{definition.location}.commune", answers)
    return found if isinstance(found, str) else None


def subject_of(definition: Definition, answers: Answers) -> str | None:
    """Return what the dossier is about, in the filer's own words."""
    found = answers.get(definition.title_field or "")
    return found if isinstance(found, str) else None


def _limit(
    definition: Definition,
    rules: tuple[LimitRule, ...],
    case: str,
    answers: Answers,
    difficult_communes: Container[str],
) -> DossierLimit:
    facts = facts_of(case, answers)
    rule = next((rule for rule in rules if holds(rule.when, facts)), rules[-1])
    commune = commune_of(definition, answers)
    difficult = rule.difficult_extra > 0 and commune is not None and commune in difficult_communes
    limit = limit_of(rule, extra=rule.difficult_extra if difficult else 0)
    return DossierLimit(limit=limit, verified=rule.verified, difficult=difficult)


def limit_of(rule: LimitRule, *, extra: int = 0) -> Limit:
    """Return the limit a rule gives, with what the place adds to it."""
    cutoff = rule.same_day_cutoff
    return Limit(
        amount=rule.amount + extra,
        unit=rule.unit,
        source=rule.basis,
        skips_holidays=rule.skips_holidays,
        same_day_cutoff=time.fromisoformat(cutoff) if cutoff else None,
    )
