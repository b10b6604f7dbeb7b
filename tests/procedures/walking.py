"""A dossier led along a planned walk by the real verbs: each move by the officer whose it is.

It is looked at after every return and at every end of a stretch; in full runs, after every act.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from portal.accounts.viewer import Viewer
from portal.catalogue.answers import posted_from
from portal.catalogue.queries import definition_of
from portal.clock.zone import office_day
from portal.dossiers import deadlines, moves
from portal.dossiers.actions import decision, intake, obligation, payment, steps, stopping, supplement, withdrawal
from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from portal.dossiers.record import history, record
from portal.dossiers.terms import Terms
from portal.letters.printing import PrintingOffice
from portal.payments.actions import settling
from portal.payments.kinds import BillState
from portal.payments.models import Bill
from portal.routing.actions import route
from portal.workflow.graph import Act, Graph, StepOutcome
from portal.workflow.lifecycle import Outcome, Role, State, StopReason
from portal.workflow.replay import replay
from tests.abuse.wholeness import assert_whole
from tests.factories.world import MONDAY, World
from tests.procedures import walker
from tests.procedures.laws import FULL
from tests.procedures.walker import Move

CENTRE = "service_centre"
NOTE = "Đã đối chiếu hồ sơ, đủ điều kiện trình."
WRONG = [supplement.Item(kind="other", key="", what_is_wrong="Bản vẽ chưa có chữ ký của người lập.")]
DUES = [obligation.Due(name="Tiền sử dụng đất", amount_vnd=12_000_000)]
TICK = timedelta(minutes=25)


@dataclass
class Led:
    """One dossier and the office that leads it; `now` moves on with every act."""

    world: World
    office: PrintingOffice
    dossier: Dossier
    now: datetime = field(default=MONDAY)

    @property
    def graph(self) -> Graph:
        return graph_of(self.dossier)

    def plan(self) -> walker.Walk:
        """The walk that begins with this dossier's own graph and conditions."""
        return walker.begin(self.graph, Terms.from_json(self.dossier.terms).truths)

    def settle_down(self, *, looks: bool = True) -> None:
        """What the router does after every act; then, where one `looks`, everything must still fit together."""
        session = self.world.session
        route(session, self.dossier.id, now=self.now)
        if looks or FULL:
            self.dossier = assert_whole(session, self.dossier.id)
            assert_open_as_replayed(self.world, self.dossier)
        self.now += TICK

    def counter(self) -> Viewer:
        return self.world.viewer(CENTRE, Role.ONE_STOP)

    def competent(self, role: Role) -> Viewer:
        return self.world.holder(self.dossier.agency_id, role)

    def prepay(self) -> None:
        """What is owed before filing is paid at the counter."""
        if self.dossier.state is State.AWAITING_PREPAYMENT:
            self._pay()
        self.settle_down()

    def accept(self) -> None:
        intake.note_opened(self.world.session, self.dossier, viewer=self.counter(), now=self.now)
        intake.accept(self.world.session, self.dossier, viewer=self.counter(), now=self.now)
        self.settle_down()

    def supplement_round(self) -> None:
        """The office asks, whoever has to approve approves, the filer answers."""
        session = self.world.session
        role = supplement.approver_of(self.dossier)
        asks = self.counter() if role is Role.ONE_STOP else self.competent(role)
        supplement.draft_request(
            session, self.dossier, WRONG, reason="Thiếu", legal_ground="", viewer=asks, now=self.now
        )
        assert self.dossier.state is State.SUPPLEMENT_REQUESTED
        self.settle_down()
        answers = supplement.latest_answers(session, self.dossier.id).answers
        typed = posted_from(definition_of(self.dossier.procedure), answers)
        supplement.answer(session, self.dossier, typed, viewer=self.world.company_viewer, now=self.now)
        self.settle_down()

    def withdraw(self, *, grant: bool) -> None:
        filer, session = self.world.company_viewer, self.world.session
        withdrawal.withdraw(session, self.dossier, viewer=filer, reason="Thay đổi kế hoạch.", now=self.now)
        self.settle_down()
        withdrawal.decide(session, self.dossier, grant=grant, viewer=self.competent(Role.HEAD), now=self.now)
        self.settle_down()

    def stop(self, ground: StopReason = StopReason.CLOSED_ADMINISTRATIVELY) -> None:
        head = self.competent(Role.HEAD)
        stopping.stop(self.world.session, self.dossier, ground=ground, reason="Lý do", viewer=head, now=self.now)
        self.settle_down()

    def refuse_intake(self) -> None:
        reason, clerk = "Không thuộc phạm vi của thủ tục.", self.counter()
        intake.refuse_intake(
            self.world.session, self.dossier, viewer=clerk, reason=reason, legal_ground="", now=self.now
        )
        self.settle_down()

    def follow(self, planned: Sequence[Move]) -> None:
        """Make these moves, one after the other; accepting has done the intake step already."""
        for move in planned:
            if self.graph[move.node].act is not Act.INTAKE:
                self.make(move)
                self.settle_down(looks=move.to is not None or move == planned[-1])

    def make(self, move: Move) -> None:
        """One move by its verb."""
        session, act = self.world.session, self.graph[move.node].act
        if act is Act.PAY:
            self._pay()
            return
        if act is Act.DELIVER:
            decision.hand_over(session, self.dossier, viewer=self.counter(), now=self.now)
            return
        step = steps.open_step(session, self.dossier, move.node)
        viewer = replace(self.world.holder(step.agency_id, step.role), stepped_up_at=self.now)
        if move.to is not None:
            steps.send_back(session, self.dossier, move.node, to=move.to, viewer=viewer, note="Xem lại.", now=self.now)
        elif move.outcome is StepOutcome.SILENT:
            happenings = moves.advance(session, self.dossier, move.node, outcome=StepOutcome.SILENT)
            record(session, self.dossier, happenings, actor="machine:timer", now=self.now)
        elif act in {Act.SIGN, Act.NUMBER, Act.ISSUE}:
            self._decide(move, act, viewer)
        elif steps.leads_to_payment(session, self.dossier) == move.node and move.conclusion is None:
            self._bill(viewer)
        else:
            steps.complete(
                session, self.dossier, move.node, viewer=viewer, note=NOTE, conclusion=move.conclusion, now=self.now
            )

    def _decide(self, move: Move, act: Act, viewer: Viewer) -> None:
        session = self.world.session
        if act is Act.SIGN:
            outcome = Outcome(move.conclusion or "")
            reason = "Không phù hợp quy hoạch." if outcome is Outcome.REFUSED else ""
            decision.sign(
                session, self.dossier, move.node,
                outcome=outcome, reason=reason, viewer=viewer, office=self.office, now=self.now,
            )  # fmt: skip
        elif act is Act.NUMBER:
            decision.number(session, self.dossier, move.node, viewer=viewer, now=self.now)
        else:
            decision.issue(session, self.dossier, move.node, viewer=viewer, office=self.office, now=self.now)

    def _bill(self, viewer: Viewer) -> None:
        """The step before a stop ends with the notice that the head sends."""
        session = self.world.session
        obligation.draft_notice(
            session, self.dossier, DUES,
            reason="", legal_ground="", due_on=office_day(self.now) + timedelta(days=30), viewer=viewer, now=self.now,
        )  # fmt: skip
        if self.dossier.state is not State.PAYMENT_DUE:
            obligation.send_notice(session, self.dossier, viewer=self.competent(Role.HEAD), now=self.now)

    def _pay(self) -> None:
        session, till = self.world.session, self.world.posts[CENTRE, Role.CASHIER]
        owed = sa.select(Bill).where(Bill.dossier_id == self.dossier.id, Bill.state == BillState.OWED)
        for bill in session.scalars(owed.order_by(Bill.raised_at)).all():
            paid = settling.take_cash(
                session, bill.id,
                post_id=till.id, agency_id=bill.agency_id, person_id=till.person_id, payer_name="Ông A", now=self.now,
            )  # fmt: skip
            payment.note_settlement(session, paid.id, now=self.now)


def file(world: World, office: PrintingOffice, code: str, case: str, *, seed: int) -> Led:
    """A dossier filed, paid where it is paid first, and routed."""
    led = Led(world, office, world.file(code, case, seed=seed))
    led.prepay()
    assert led.dossier.state is State.FILED
    return led


def assert_open_as_replayed(world: World, dossier: Dossier) -> None:
    """One open step per branch, and the dates on the row are those the events give when counted anew."""
    session, graph = world.session, graph_of(dossier)
    replayed = replay(history(session, dossier.id), graph)
    for key in replayed.standing:
        assert not graph.ahead_of((key,)) & replayed.standing
    held = {key for key in replayed.standing if graph[key].role is not None}
    assert moves.open_nodes(session, dossier) == held
    counted = deadlines.of(dossier, replayed)
    assert (dossier.acceptance_due_at, dossier.statutory_due_at, dossier.promised_due_at) == (
        counted.acceptance_due_at,
        counted.statutory_due_at,
        counted.promised_due_at,
    )
