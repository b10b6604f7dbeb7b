"""Which acts a viewer may do on a dossier now: what the review page offers, and in what form.

Pure: it asks the lifecycle's table and the posts. The verbs ask again when the act is done; this only keeps the
page from offering what would be refused.
"""

from dataclasses import dataclass
from uuid import UUID

from portal.accounts.viewer import HeldPost, Viewer
from portal.catalogue.definition import Definition
from portal.desk.queries.review import Reading, Visit
from portal.dossiers.actions import extending
from portal.dossiers.actions.supplement import approver_of
from portal.dossiers.models import Dossier, SupplementState
from portal.dossiers.policy import capacities
from portal.workflow import refusal
from portal.workflow.graph import Act, Node
from portal.workflow.lifecycle import CLOCK_RUNNING, Action, Role, State, open_to

DONE_BY_HAND = frozenset({Act.ASSIGN, Act.APPRAISE, Act.OPINION, Act.APPROVE})
"""Acts that are done by writing what was found; the others leave evidence of their own."""

ASSIGNERS = frozenset({Role.HEAD, Role.LEADER, Role.DISPATCHER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An open step and what the viewer may do with it."""

    visit: Visit
    node: Node
    definition: Definition
    is_mine: bool
    may_do: bool
    may_assign: bool
    may_turn_down: bool = False

    @property
    def act(self) -> Act:
        return self.node.act

    @property
    def key(self) -> str:
        return self.node.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """Everything the viewer may do with the dossier now."""

    may_accept: bool
    may_refuse_intake: bool
    may_ask: bool
    may_bill: bool
    sends_at_once: bool
    may_approve_request: bool
    may_decide_withdrawal: bool
    may_hand_over: bool
    may_choose_agency: bool
    may_apologise: bool
    apologises_at_once: bool
    may_reopen: bool
    works: tuple[Work, ...]

    @property
    def open_works(self) -> tuple[Work, ...]:
        """The steps the viewer may do now."""
        return tuple(work for work in self.works if work.may_do)

    def shows(self, node: str) -> bool:
        """Whether the step has a panel of its own for the viewer."""
        return any(work.key == node and (work.may_do or work.may_assign) for work in self.works)

    @property
    def has_any(self) -> bool:
        """Whether there is anything to do here for the viewer."""
        return bool(
            self.may_accept
            or self.may_refuse_intake
            or self.may_ask
            or self.may_approve_request
            or self.may_decide_withdrawal
            or self.may_hand_over
            or self.may_choose_agency
            or self.may_reopen
            or self.open_works
        )


def acts_for(reading: Reading, viewer: Viewer) -> Acts:
    """What the viewer may do now."""
    dossier = reading.dossier
    roles = frozenset(one for one in capacities(viewer, dossier) if isinstance(one, Role))
    actions = _actions(dossier, roles)
    request = reading.open_request
    drafted = request is not None and request.state is SupplementState.DRAFTED
    approver = approver_of(dossier)
    sends = extending.approving_post(dossier, viewer) is not None
    may_promise_anew = dossier.state in CLOCK_RUNNING and reading.projected.extended_to is None
    return Acts(
        may_accept=Action.ACCEPT in actions,
        may_refuse_intake=Action.REFUSE_INTAKE in actions,
        may_bill=Action.REQUEST_PAYMENT in actions and not roles <= {Role.CASHIER},
        may_ask=Action.REQUEST_SUPPLEMENT in actions and request is None and reading.projected.signed is None,
        sends_at_once=approver in roles,
        may_approve_request=drafted and approver in roles and Action.REQUEST_SUPPLEMENT in actions,
        may_decide_withdrawal=Action.GRANT_WITHDRAWAL in actions,
        may_hand_over=Action.DELIVER in actions and Role.ONE_STOP in roles,
        may_choose_agency=dossier.agency_id is None and Role.DISPATCHER in roles,
        may_apologise=may_promise_anew and (sends or extending.proposing_post(dossier, viewer) is not None),
        apologises_at_once=sends,
        may_reopen=Action.REOPEN in actions,
        works=tuple(_work(reading, visit, viewer) for visit in reading.open_visits),
    )


def sees_notes(reading: Reading, viewer: Viewer) -> bool:
    """Internal notes are for those who handle the dossier; a consulted agency reads what was sent to it."""
    if any(post.role is Role.AUDITOR for post in viewer.posts):
        return True
    home = {reading.dossier.agency_id, reading.dossier.intake_agency_id}
    handles = {post.agency_id for post in viewer.posts if post.role is not Role.CONSULTANT}
    held = {visit.step.agency_id for visit in reading.visits if visit.step.role is not Role.CONSULTANT}
    return bool(handles & (home | held))


def noting_post(reading: Reading, viewer: Viewer) -> HeldPost | None:
    """The post from which the viewer may write an internal note: one of an office that handles the dossier."""
    home = {reading.dossier.agency_id, reading.dossier.intake_agency_id}
    held = {visit.step.agency_id for visit in reading.visits if visit.step.role is not Role.CONSULTANT}
    silent = {Role.CONSULTANT, Role.AUDITOR, Role.ADMINISTRATOR}
    return next((post for post in viewer.posts if post.role not in silent and post.agency_id in home | held), None)


def _actions(dossier: Dossier, roles: frozenset[Role]) -> frozenset[Action]:
    opened = dossier.opened_by_office_at is not None
    accepted = dossier.accepted_at is not None
    return frozenset(
        action for role in roles for action in open_to(dossier.state, role, accepted=accepted, opened=opened)
    )


def _work(reading: Reading, visit: Visit, viewer: Viewer) -> Work:
    step = visit.step
    post = viewer.post_for(step.agency_id, step.role)
    resting = reading.dossier.state not in CLOCK_RUNNING
    delivering = reading.graph[step.node_key].act is Act.DELIVER and reading.dossier.state is State.SETTLED
    return Work(
        visit=visit,
        node=refusal.way_of(reading.graph, reading.projected.turned_down_at)[step.node_key],
        may_turn_down=refusal.may_turn_down(reading.graph, step.node_key),
        definition=reading.definition,
        is_mine=any(held.id == step.post_id for held in viewer.posts),
        may_do=post is not None and not resting,
        may_assign=(not resting or delivering) and _may_assign(viewer, step.agency_id),
    )


def _may_assign(viewer: Viewer, agency_id: UUID | None) -> bool:
    return bool(ASSIGNERS & viewer.roles_in(agency_id))
