"""Checks of the way through the offices: that it can be walked, by people who are there, within the limit."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from portal.catalogue.agencies import AgencyEntry
from portal.catalogue.check_conditions import can_hold, scope_in_case
from portal.catalogue.conditions import Condition
from portal.catalogue.definition import Case, Definition
from portal.catalogue.findings import Finding, Severity, counted
from portal.catalogue.locating import KeyPath
from portal.catalogue.numbers import write_number
from portal.catalogue.requirements import limit_of
from portal.catalogue.route import graph_of
from portal.catalogue.steps import Step
from portal.clock.calendar import Calendar
from portal.clock.due import due
from portal.clock.limit import Limit
from portal.clock.zone import at_office
from portal.workflow.graph import MINUTES_PER_DAY, Act, longest_path_minutes
from portal.workflow.roles import Role
from portal.workflow.soundness import problems

ROLE_OF_ACT: Final[Mapping[Act, Role]] = {
    Act.INTAKE: Role.ONE_STOP,
    Act.SIGN: Role.LEADER,
    Act.NUMBER: Role.CLERK,
    Act.ISSUE: Role.CLERK,
    Act.DELIVER: Role.ONE_STOP,
    Act.OPINION: Role.CONSULTANT,
}


def check_route(
    definition: Definition, agencies: Mapping[str, AgencyEntry], calendar: Calendar | None
) -> Iterator[Finding]:
    """Yield what is wrong with the steps, their roles and their limits."""
    sound = True
    for finding in _check_graph(definition):
        sound = False
        yield finding
    for number, step in enumerate(definition.steps):
        yield from _check_step(definition, step, ("steps", number), agencies)
    if sound and calendar is not None:
        for case in definition.cases:
            yield from _check_length(definition, case, calendar)


def _check_graph(definition: Definition) -> Iterator[Finding]:
    place = {step.code: number for number, step in enumerate(definition.steps)}
    for problem in problems(graph_of(definition, definition.cases[0].code)):
        path: KeyPath = ("steps", place[problem.node]) if problem.node in place else ("steps",)
        yield Finding(code=problem.code, path=path, detail={"step": problem.node})
    if not any(step.act is Act.INTAKE for step in definition.steps):
        yield Finding(code="no_intake", path=("steps",))


def _check_step(
    definition: Definition, step: Step, path: KeyPath, agencies: Mapping[str, AgencyEntry]
) -> Iterator[Finding]:
    expected = ROLE_OF_ACT.get(step.act)
    if step.role is not None and expected is not None and step.role is not expected:
        detail = {"act": step.act.value, "expected": expected.value, "role": step.role.value}
        yield Finding(code="wrong_role", path=(*path, "role"), detail=detail)
    if step.act is Act.OPINION and step.silence is None:
        yield Finding(code="opinion_without_silence", path=path)
    for case in step.limit_by_case:
        if definition.case(case) is None:
            yield Finding(code="unknown_case", path=(*path, "limit_by_case"), detail={"case": case})
    for key in _agencies_of(definition, step):
        if key not in agencies:
            if step.agency == key:
                yield Finding(code="unknown_agency", path=(*path, "agency"), detail={"agency": key})
        elif step.role is not None and step.role not in agencies[key].roles:
            detail = {"agency": key, "role": step.role.value}
            yield Finding(code="role_nobody_holds", path=(*path, "role"), detail=detail)


def _agencies_of(definition: Definition, step: Step) -> tuple[str, ...]:
    if step.agency == "intake":
        return (definition.intake,)
    if step.agency == "competent":
        return tuple(dict.fromkeys(rule.agency for rule in definition.competence))
    return (step.agency,)


def _check_length(definition: Definition, case: Case, calendar: Calendar) -> Iterator[Finding]:
    """Compare the longest way with the limit on every start day (decision 6).

    A warning while the limit or a step's limit is unverified: published flows do not always add up.
    """
    rules = [(number, rule) for number, rule in enumerate(definition.limits) if may_apply(definition, rule.when, case)]
    if not rules:
        return
    scope = scope_in_case(definition, case)
    truths = {step.code: can_hold(step.when, scope) for step in definition.steps if step.when is not None}
    minutes = longest_path_minutes(graph_of(definition, case.code), truths)
    number, rule = min(rules, key=lambda numbered: numbered[1].amount)
    limit = limit_of(rule)
    late, starts = late_starts(limit, minutes, calendar)
    if late:
        limits = [rule, *(step.limit_by_case.get(case.code, step.limit) for step in definition.steps)]
        certain = all(limit.verified for limit in limits)
        days = write_number(round(Decimal(minutes) / MINUTES_PER_DAY, 2))
        yield Finding(
            code="longer_than_limit",
            path=("limits", number),
            severity=Severity.ERROR if certain else Severity.WARNING,
            detail={
                "case": case.code,
                "days": days,
                "way": counted(days, "working day"),
                "limit": counted(rule.amount, rule.unit.value.replace("_", " ")),
                "late": late,
                "starts": starts,
            },
        )


def may_apply(definition: Definition, condition: Condition | None, case: Case) -> bool:
    """Say whether a condition can hold in this case, whatever else is answered."""
    return condition is None or can_hold(condition, scope_in_case(definition, case))


@lru_cache(maxsize=512)
def late_starts(limit: Limit, minutes: int, calendar: Calendar) -> tuple[int, int]:
    """Return on how many start days steps of that many working minutes end after the limit, and of how many.

    Every working day of the loaded years is tried, with acceptance in its last minute, so that nothing of that day is
    left for the steps; with a latest hour for the same day, at that hour, the worst of those that still count for it.
    """
    late = starts = 0
    for year in sorted(calendar.years):
        day = calendar.first_working_day(date(year, 1, 1))
        while day.year == year:
            start = calendar.close_of(day) - timedelta(minutes=1)
            if limit.same_day_cutoff is not None:
                start = min(start, at_office(day, limit.same_day_cutoff))
            starts += 1
            due_at = due(received_at=start, limit=limit, calendar=calendar).due_at
            late += calendar.add_working_minutes(start, minutes) > due_at
            day = calendar.first_working_day(day + timedelta(days=1))
    return late, starts
