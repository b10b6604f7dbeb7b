"""Routing: the competent agency for a dossier, and hands for every open step.

Run by a worker after each act that opens steps, and safe to run again: what is already routed or assigned stays.
Where no agency can be determined the dossier goes to the dispatcher, never to a guess.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.dossiers.actions.steps import assign, open_step
from portal.dossiers.capacity import require_step
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.queries import locked
from portal.dossiers.record import Happening, record
from portal.dossiers.terms import Terms
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.foundation.outbox import Job, TimerKind, enqueue
from portal.routing import queries
from portal.routing.queries import Candidate
from portal.workflow.events import EventKind, Param
from portal.workflow.lifecycle import CLOCK_RUNNING, ENDED, Role, State

ROUTER = "machine:router"
ASSIGNERS = (Role.HEAD, Role.LEADER, Role.DISPATCHER)
"""Who may give a step of their agency to somebody."""
TIMER = "machine:timer"


def route(session: Session, dossier_id: UUID, *, now: datetime) -> None:
    """Send the dossier to the competent agency if it has none, and give its unassigned steps to posts."""
    dossier = locked(session, dossier_id)
    if dossier is None or dossier.state in ENDED:
        return
    happenings: list[Happening] = []
    if dossier.agency_id is None:
        happenings.append(_competence(session, dossier))
    else:
        earlier = queries.earlier_holders(session, dossier.id)
        taken: dict[UUID, int] = {}
        for step in queries.unassigned_steps(session, dossier.id):
            found = _hands(session, step, earlier.get(step.node_key), taken)
            if found is not None:
                happenings.append(found)
    if happenings:
        record(session, dossier, happenings, actor=ROUTER, now=now)


def take_over(session: Session, dossier: Dossier, node: str, *, viewer: Viewer, now: datetime) -> None:
    """Take a step a colleague of the same role in the same agency has, or nobody yet."""
    step = open_step(session, dossier, node)
    actor = require_step(viewer, step)
    post_id = actor.removeprefix("post:")
    if str(step.post_id) == post_id:
        raise Refused("step.already_yours")
    assign(session, dossier, node, post_id=post_id, reason="taken_over", actor=actor, now=now)


def give_to(session: Session, dossier: Dossier, node: str, *, post_id: UUID, viewer: Viewer, now: datetime) -> None:
    """The head, the leader or the dispatcher of the agency gives a step to somebody who holds its role there."""
    step = open_step(session, dossier, node)
    actor = next((f"post:{post.id}" for role in ASSIGNERS if (post := viewer.post_for(step.agency_id, role))), None)
    if actor is None or step.agency_id is None:
        raise Forbidden("step.not_yours")
    if all(one.post_id != post_id for one in queries.candidates(session, agency_id=step.agency_id, role=step.role)):
        raise Invalid("step.not_a_colleague", fields={"post": "not_a_colleague"})
    assign(session, dossier, node, post_id=str(post_id), reason="chosen_by_head", actor=actor, now=now)


def give_opened_to(session: Session, dossier: Dossier, *, post_id: UUID, viewer: Viewer, now: datetime) -> None:
    """Give the post every open step of its own role that nobody has yet: the head assigning a dossier."""
    for step in queries.unassigned_steps(session, dossier.id):
        if step.agency_id is None:
            continue
        possible = queries.candidates(session, agency_id=step.agency_id, role=step.role)
        if any(one.post_id == post_id for one in possible):
            give_to(session, dossier, step.node_key, post_id=post_id, viewer=viewer, now=now)


def choose_agency(session: Session, dossier: Dossier, *, agency_id: UUID, viewer: Viewer, now: datetime) -> None:
    """The dispatcher says which agency is competent where no rule did."""
    post = next((post for post in viewer.posts if post.role is Role.DISPATCHER), None)
    if post is None:
        raise Forbidden("dossier.role_may_not")
    if dossier.agency_id is not None or dossier.state in ENDED:
        raise Refused("routing.already_routed")
    if not queries.has_staff(session, agency_id):
        raise Invalid("routing.agency_missing", fields={"agency": "agency_missing"})
    chosen = Happening(kind=EventKind.ROUTED, params={"agency": str(agency_id), "why": "dispatcher"})
    record(session, dossier, [chosen], actor=f"post:{post.id}", now=now)
    enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)}, now=now)


def _competence(session: Session, dossier: Dossier) -> Happening:
    agency = queries.agency_by_key(session, Terms.from_json(dossier.terms).competent)
    if agency is None:
        return Happening(kind=EventKind.SENT_TO_DISPATCHER)
    return Happening(kind=EventKind.ROUTED, params={"agency": str(agency.id), "why": "competence_rule"})


def _hands(session: Session, step: DossierStep, earlier: UUID | None, taken: dict[UUID, int]) -> Happening | None:
    """The post for this step: whoever had it before, else the one with the fewest open steps."""
    if step.agency_id is None:
        return None
    found = queries.candidates(session, agency_id=step.agency_id, role=step.role)
    if not found:
        return None
    same = next((one for one in found if one.post_id == earlier), None)
    chosen = same or min(found, key=lambda one: (_burden(one, taken), str(one.post_id)))
    taken[chosen.post_id] = taken.get(chosen.post_id, 0) + 1
    why = "had_it_before" if same else "fewest_open_steps"
    params: dict[str, Param] = {
        "node": step.node_key,
        "assignee": str(chosen.post_id),
        "why": why,
        "open_steps": chosen.open_steps,
    }
    return Happening(kind=EventKind.STEP_ASSIGNED, params=params)


def _burden(candidate: Candidate, taken: dict[UUID, int]) -> int:
    return candidate.open_steps + taken.get(candidate.post_id, 0)


def note_limit_passed(session: Session, dossier_id: UUID, kind: TimerKind, *, now: datetime) -> None:
    """A limit has run out while the dossier waited: record it, so that lateness is seen and never silent.

    A timer that no longer means anything (the dossier ended, was accepted, or answered) records nothing.
    """
    dossier = locked(session, dossier_id)
    if dossier is None or not _still_means_something(dossier, kind):
        return
    passed = Happening(kind=EventKind.ESCALATED, params={"limit": kind.value})
    record(session, dossier, [passed], actor=TIMER, now=now)


def _still_means_something(dossier: Dossier, kind: TimerKind) -> bool:
    match kind:
        case TimerKind.ACCEPTANCE_LIMIT:
            return dossier.state is State.FILED
        case TimerKind.SUPPLEMENT_DEADLINE:
            return dossier.state is State.SUPPLEMENT_REQUESTED
        case _:
            return dossier.state in CLOCK_RUNNING
