"""The competent agency for a dossier, and hands for every open step.

Run by a worker after each act that opens steps, and safe to run again: what is already routed or assigned stays.
Where no agency can be determined, or nobody can take a step, it goes to the dispatcher, never to a guess.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.dossiers.actions.steps import assign, open_step
from portal.dossiers.actions.succeeding import to_successors
from portal.dossiers.capacity import require_step
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.projection import graph_of
from portal.dossiers.record import Happening, record
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.foundation.outbox import Job, Wanted, enqueue, enqueue_all
from portal.routing import queries
from portal.routing.actions.watching import watch
from portal.routing.assignment import NOBODY, Choice, Wish, choose
from portal.routing.effort import prior_of
from portal.routing.queries.choosing import Hands
from portal.workflow.events import EventKind, Param
from portal.workflow.graph import Act
from portal.workflow.lifecycle import ENDED, Role

ROUTER = "machine:router"
ASSIGNERS = (Role.HEAD, Role.LEADER, Role.DISPATCHER)
"""Who may give a step of their agency to somebody."""

SPOKEN_TO = frozenset({Role.SPECIALIST, Role.CONSULTANT})
"""Roles that read what the filer wrote, so that knowing the filer's language helps."""

CHECKED = {Act.APPROVE: {Act.APPRAISE}, Act.SIGN: {Act.APPRAISE, Act.APPROVE}}
"""Acts for which another person is needed than for those (two-person rule)."""


def route(session: Session, dossier_id: UUID, *, now: datetime) -> None:
    """Send the dossier to the competent agency if it has none, and give the steps nobody has to posts.

    What a closed agency holds goes to its successor first.
    """
    dossier, competent = queries.locked_with_competent(session, dossier_id)
    if dossier is None:
        return
    if dossier.state in ENDED:
        watch(session, dossier)
        return
    moved = to_successors(session, dossier)
    if moved:
        record(session, dossier, moved, actor=ROUTER, now=now)
    happenings: list[Happening] = []
    if dossier.agency_id is None:
        happenings.append(_competence(competent))
    else:
        happenings.extend(_assignments(session, dossier, now=now))
    if happenings:
        record(session, dossier, happenings, actor=ROUTER, now=now)
    if dossier.accepted_at is not None:
        watch(session, dossier)


def place(session: Session, *, person_id: UUID | None = None) -> int:
    """Have every dossier routed anew that has a step without hands; of one person who has left, or of all.

    Returns how many. Each is a job of its own, so that one which cannot be placed holds up no other.
    """
    found = queries.to_be_placed(session, person_id=person_id)
    if found:
        wanted = [Wanted(job=Job.ROUTE_DOSSIER, payload={"dossier_id": str(one)}) for one in found]
        enqueue_all(session, wanted)
    return len(found)


def take_over(session: Session, dossier: Dossier, node: str, *, viewer: Viewer, now: datetime) -> None:
    """Take a step a colleague of the same role in the same agency has, or nobody yet."""
    step = open_step(session, dossier, node)
    actor = require_step(viewer, step)
    post = next((post for post in viewer.posts if post.actor == actor), None)
    if post is None or post.id == step.post_id:
        raise Refused("step.already_yours")
    assign(session, dossier, node, post_id=str(post.id), reason="taken_over", actor=actor, now=now)


def give_to(session: Session, dossier: Dossier, node: str, *, post_id: UUID, viewer: Viewer, now: datetime) -> None:
    """The head, the leader or the dispatcher of the agency gives a step to somebody who holds its role there.

    A step nobody can take may be given by any dispatcher. Whom the machine left out (away, without the skill) may
    be given a step all the same: that is what a person decides; not somebody with a conflict of interest.
    """
    step = open_step(session, dossier, node)
    actor = _giver(viewer, step)
    if actor is None or step.agency_id is None:
        raise Forbidden("step.not_yours")
    possible = queries.candidates(session, agency_id=step.agency_id, role=step.role, now=now, party_id=dossier.party_id)
    chosen = next((one for one in possible if one.post_id == post_id), None)
    if chosen is None:
        raise Invalid("step.not_a_colleague", fields={"post": "not_a_colleague"})
    if chosen.has_conflict:
        raise Invalid("step.conflict_of_interest", fields={"post": "conflict_of_interest"})
    assign(session, dossier, node, post_id=str(post_id), reason="chosen_by_head", actor=actor, now=now)


def give_opened_to(session: Session, dossier: Dossier, *, post_id: UUID, viewer: Viewer, now: datetime) -> None:
    """Give the post every open step of its own role that nobody has yet: the head assigning a dossier."""
    for step in queries.unassigned_steps(session, dossier.id):
        if step.agency_id is None:
            continue
        possible = queries.candidates(session, agency_id=step.agency_id, role=step.role, now=now)
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
    record(session, dossier, [chosen], actor=post.actor, now=now)
    enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)})


def _giver(viewer: Viewer, step: DossierStep) -> str | None:
    for role in ASSIGNERS:
        if post := viewer.post_for(step.agency_id, role):
            return post.actor
    if step.post_id is None and step.assignment_reason in NOBODY:
        return next((post.actor for post in viewer.posts if post.role is Role.DISPATCHER), None)
    return None


def _competence(agency_id: UUID | None) -> Happening:
    if agency_id is None:
        return Happening(kind=EventKind.SENT_TO_DISPATCHER)
    return Happening(kind=EventKind.ROUTED, params={"agency": str(agency_id), "why": "competence_rule"})


def _assignments(session: Session, dossier: Dossier, *, now: datetime) -> list[Happening]:
    steps = [step for step in queries.unassigned_steps(session, dossier.id) if step.agency_id is not None]
    if not steps:
        return []
    earlier = queries.earlier_holders(session, dossier.id)
    expected = queries.expected_of(session, dossier.procedure.code)
    found = [_hands(session, dossier, step, earlier=earlier, expected=expected, now=now) for step in steps]
    return [one for one in found if one is not None]


def _hands(
    session: Session,
    dossier: Dossier,
    step: DossierStep,
    *,
    earlier: Hands,
    expected: Mapping[str, int],
    now: datetime,
) -> Happening | None:
    """Who gets this step, and why; None where still nobody can and that is known already."""
    choice = best_hands(
        session,
        dossier,
        step,
        earlier=earlier.by_node.get(step.node_key),
        familiar=earlier.by_office.get((step.agency_id, step.role)),
        expected=expected.get(step.node_key),
        now=now,
    )
    if choice.post_id is None and step.post_id is None and step.assignment_reason == choice.why.value:
        return None
    return as_happening(step.node_key, choice)


def acted_before(session: Session, dossier: Dossier, nodes: Collection[str]) -> frozenset[UUID]:
    """The people who may not check these steps: who did one, and the officer who filed the dossier at the counter."""
    filed = frozenset({dossier.filer_id}) if dossier.walk_in_id is not None else frozenset()
    return queries.acted_in(session, dossier.id, nodes) | filed


def as_happening(node: str, choice: Choice) -> Happening:
    """The choice with all its reasons, for the record: an event keeps numbers and rules, never names."""
    assignee = None if choice.post_id is None else str(choice.post_id)
    params: dict[str, Param] = {"node": node, "assignee": assignee, "why": choice.why.value}
    return Happening(kind=EventKind.STEP_ASSIGNED, params={**params, **choice.reasons})


def best_hands(
    session: Session,
    dossier: Dossier,
    step: DossierStep,
    *,
    now: datetime,
    expected: int | None = None,
    earlier: UUID | None = None,
    familiar: UUID | None = None,
    but: UUID | None = None,
) -> Choice:
    """Choose for a step of an agency, waiting for whoever chooses among the same people; `but` is left out."""
    assert step.agency_id is not None  # noqa: S101 - asked only for steps of an agency
    graph = graph_of(dossier)
    node = graph[step.node_key]
    checks = CHECKED.get(node.act)
    done = {one.key for one in graph.nodes if checks and one.act in checks}
    queries.take_turns(session, step.agency_id, step.role)
    found = queries.candidates(
        session,
        agency_id=step.agency_id,
        role=step.role,
        now=now,
        party_id=dossier.party_id,
        acted=acted_before(session, dossier, done) if done else (),
    )
    wish = Wish(
        dossier_id=dossier.id,
        expected=expected or prior_of(node.minutes),
        skills=queries.needed_skills(session, step.agency_id, step.role, dossier.procedure.code),
        language=dossier.language if step.role in SPOKEN_TO and dossier.language != "vi" else None,
        earlier=earlier,
        familiar=familiar,
    )
    return choose([one for one in found if one.person_id != but], wish)
