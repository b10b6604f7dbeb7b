"""How long a dossier stood at each step of its way: what its visits add to the figures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.clock.calendar import Calendar
from portal.clock.stopwatch import Pause
from portal.clock.zone import office_day
from portal.dossiers import deadlines
from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from portal.dossiers.replaying import graph_at
from portal.facts.shares import Values
from portal.workflow.events import Event, EventKind
from portal.workflow.lifecycle import ENDED
from portal.workflow.projection import OpenStep, Projection
from portal.workflow.replay import apply


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A stay at a step that has ended. `named_at`: when somebody was first named to do it; None: nobody was.

    `limit_minutes` is what the step had by the version of the procedure it ended under.
    """

    step: OpenStep
    named_at: datetime | None
    ended_at: datetime
    limit_minutes: int


def ended_visits(dossier: Dossier, events: Iterable[Event]) -> tuple[list[Visit], Projection | None]:
    """The stays that ended with work done or sent back, and the dossier's present.

    A step that was dropped, or that ended because the dossier did, says nothing about how long it takes.
    """
    told = tuple(events)
    moved = any(event.kind is EventKind.MOVED_TO_VERSION for event in told)
    graph = graph_of(dossier)
    present: Projection | None = None
    found: list[Visit] = []
    named: dict[tuple[str, int], datetime] = {}
    for event in told:
        graph = graph_at(dossier, told, event.version) if moved else graph
        before, present = present, apply(present, event, graph)
        still = {(step.node, step.entry): step for step in present.open_steps}
        for visit, step in still.items():
            if step.assignee is not None:
                named.setdefault(visit, event.at)
        if before is None or not says_how_long(event, present):
            continue
        found += [
            Visit(
                step=step,
                named_at=named.get((step.node, step.entry)),
                ended_at=event.at,
                limit_minutes=graph[step.node].minutes,
            )
            for step in before.open_steps
            if (step.node, step.entry) not in still and graph[step.node].role is not None
        ]
    return found, present


def shares(dossier: Dossier, events: Iterable[Event]) -> Iterator[Values]:
    """What the dossier's visits add to the rollups. Minutes are counted by the calendar of the step's agency."""
    visits, present = ended_visits(dossier, events)
    if present is None:
        return
    yield from counted(dossier, visits, present)


def counted(dossier: Dossier, visits: Iterable[Visit], present: Projection) -> Iterator[Values]:
    """What these stays add to the rollups; `present` is the dossier's, with all its pauses."""
    pauses = deadlines.after_intake(present)
    for visit in visits:
        agency = visit.step.agency or present.agency_id
        if agency is None:
            continue
        calendar = deadlines.calendar_of(present, agency)
        spent = _own_minutes(calendar, pauses, visit.step.opened_at, visit.ended_at)
        waited = _own_minutes(calendar, pauses, visit.step.opened_at, visit.named_at or visit.ended_at)
        yield {
            "dossier_id": dossier.id,
            "entry": visit.step.entry,
            "step": visit.step.node,
            "day": office_day(visit.ended_at),
            "procedure_code": dossier.procedure.code,
            "case_key": dossier.case_key,
            "agency_id": UUID(agency),
            "channel": dossier.channel.value,
            "agency_minutes": spent,
            "waiting_minutes": min(waited, spent),
            "applicant_minutes": 0,
            "supplement_rounds": 0,
            "was_on_time": spent <= visit.limit_minutes,
            "was_on_time_766": False,
            "was_early": False,
            "was_refused": False,
            "refusal_reason": "",
        }


def says_how_long(event: Event, present: Projection) -> bool:
    """Whether a stay that this event ended counts: not if it was dropped, or cut short with the dossier."""
    is_cut_short = present.state in ENDED and present.settled_at is None and event.kind is not EventKind.STEP_COMPLETED
    return event.kind is not EventKind.STEP_DROPPED and not is_cut_short


def _own_minutes(calendar: Calendar, pauses: Iterable[Pause], since: datetime, until: datetime) -> int:
    """Working minutes between the instants that were not the filer's."""
    filers = 0
    for pause in pauses:
        began, ended = max(pause.began_at, since), min(pause.ended_at or until, until)
        if began < ended:
            filers += calendar.working_minutes(began, ended)
    return max(0, calendar.working_minutes(since, until) - filers)
