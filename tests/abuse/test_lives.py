"""Anybody does anything at any moment: whatever comes of it, every dossier stays whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.catalogue.actions import publish
from portal.catalogue.answers import posted_from
from portal.catalogue.definition import Definition
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.dossiers import moves
from portal.dossiers.actions import decision, intake, steps, supplement, withdrawal
from portal.dossiers.models import Dossier, DossierEvent
from portal.dossiers.projection import graph_of
from portal.foundation.errors import PortalError
from portal.foundation.outbox import OutboxRow, Timer, TimerKind
from portal.foundation.storage import Storage
from portal.letters.authority import DemoAuthority
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.routing.actions import ring, route
from portal.routing.actions.moving import move
from portal.workflow.graph import Act
from portal.workflow.lifecycle import ENDED, Outcome, Role, State
from tests.abuse.wholeness import assert_whole
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

CODES = ("1.013225", "1.004191", "1.013952", "1.009645")
ROLES = (Role.ONE_STOP, Role.SPECIALIST, Role.HEAD, Role.LEADER, Role.CLERK, Role.CONSULTANT)
HOURS = st.integers(0, 60)
WRONG = [supplement.Item(kind="other", key="", what_is_wrong="Chưa rõ.")]
Verb = Callable[["Life", Viewer, str], Any]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> PrintingOffice:
    return PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )


def test_whatever_anybody_does_a_dossier_stays_whole(session: Session, office: PrintingOffice) -> None:
    world = worlds.build(session)
    corrections = {code: corrected_version(session, version) for code, version in world.versions.items()}
    session.commit()
    connection = session.connection()

    class Lives(Life):
        town, press, line, corrected = world, office, connection, corrections

    run_state_machine_as_test(
        Lives,
        settings=settings(
            settings(),
            stateful_step_count=30,
            max_examples=max(settings().max_examples // 4, 10),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def corrected_version(session: Session, version: ProcedureVersion) -> ProcedureVersion:
    """A version that grants the office five days more."""
    content = definition_of(version).model_dump(mode="json", exclude_defaults=True)
    for rule_of_law in content["limits"]:
        rule_of_law["amount"] = int(rule_of_law["amount"]) + 5
    # Not in force while the dossiers are filed: whoever has begun a draft would be told of it.
    made = publish(
        session, Definition.model_validate(content), now=MONDAY, origin="test", effective_on=date(2030, 1, 1)
    )
    assert made is not None
    return made


class Life(RuleBasedStateMachine):
    """One dossier and everybody who may or may not touch it, the clock and the administrator among them."""

    town: World
    press: PrintingOffice
    line: sa.Connection
    corrected: dict[str, ProcedureVersion]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = self.line.begin_nested()
        self.session = Session(self.line, join_transaction_mode="create_savepoint", expire_on_commit=False)
        self.world = replace(self.town, session=self.session)
        self.now = MONDAY

    def teardown(self) -> None:
        self.session.close()
        self.savepoint.rollback()

    @initialize(code=st.sampled_from(CODES), seed=st.integers(1, 5))
    def somebody_files(self, code: str, seed: int) -> None:
        self.dossier: Dossier = self.world.file(code, seed=seed)
        self.number = self.dossier.id

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_router_runs(self) -> None:
        self.attempted(lambda: route(self.session, self.number, now=self.now))

    @rule()
    def a_moment_rings(self) -> None:
        """The earliest that has come, as the relay and the worker would do it."""
        due = self.session.scalars(
            sa.select(Timer)
            .where(
                Timer.dossier_id == self.number,
                Timer.kind != TimerKind.RESULT_RENEWAL,  # another room's
                Timer.fired_at.is_(None),
                Timer.cancelled_at.is_(None),
                Timer.due_at <= self.now,
            )
            .order_by(Timer.due_at, Timer.id)
        ).first()
        if due is None:
            return

        def rings() -> None:
            due.fired_at = self.now
            self.session.flush()
            ring(self.session, due, now=self.now)

        self.attempted(rings)

    @rule()
    def the_administrator_moves_it_to_the_corrected_version(self) -> None:
        target = self.corrected[self.dossier.procedure.code]
        post = replace(self.world.viewer("service_centre", Role.ONE_STOP).posts[0], role=Role.ADMINISTRATOR)
        viewer = replace(self.world.viewer("service_centre", Role.ONE_STOP), posts=(post,))
        self.attempted(lambda: move(self.session, self.number, target, reason="Sai.", viewer=viewer, now=self.now))

    @rule(verb=st.sampled_from(sorted(["accept", "open", "ask", "refuse"])))
    def the_counter_acts(self, verb: str) -> None:
        self.done(verb, self.world.viewer("service_centre", Role.ONE_STOP))

    @rule(choice=st.integers(0, 5), steps_done=st.integers(1, 4))
    def the_right_officers_work(self, choice: int, steps_done: int) -> None:
        for _ in range(steps_done):
            nodes = sorted(moves.open_nodes(self.session, self.dossier))
            if not nodes:
                return
            node = nodes[choice % len(nodes)]
            step = steps.open_step(self.session, self.dossier, node)
            viewer = self.world.holder(step.agency_id, step.role)
            act = graph_of(self.dossier)[node].act
            self.done({Act.SIGN: "sign", Act.NUMBER: "number", Act.ISSUE: "issue"}.get(act, "complete"), viewer, node)
            self.the_router_runs()

    @rule(verb=st.sampled_from(["answer", "withdraw", "fetch"]))
    def the_filer_acts(self, verb: str) -> None:
        self.done(verb, self.world.company_viewer)

    @rule(verb=st.sampled_from(["ask", "send", "drop", "consent", "decline", "back"]), choice=st.integers(0, 9))
    def the_head_or_leader_acts(self, verb: str, choice: int) -> None:
        if self.dossier.agency_id is not None:
            role = Role.HEAD if choice % 2 else Role.LEADER
            self.done(verb, self.world.holder(self.dossier.agency_id, role), self.some_node(choice))

    @rule(who=st.integers(0, 99), verb=st.integers(0, 99), choice=st.integers(0, 9))
    def anybody_tries_anything(self, who: int, verb: int, choice: int) -> None:
        everybody = [*sorted(self.world.posts), None]
        key = everybody[who % len(everybody)]
        viewer = self.world.company_viewer if key is None else self.world.viewer(*key)
        self.done(sorted(VERBS)[verb % len(VERBS)], viewer, self.some_node(choice))

    def some_node(self, choice: int) -> str:
        nodes = sorted(moves.open_nodes(self.session, self.dossier)) or [node.key for node in self.graph.nodes]
        return nodes[choice % len(nodes)]

    @property
    def graph(self) -> Any:
        return graph_of(self.dossier)

    def done(self, verb: str, viewer: Viewer, node: str = "") -> None:
        ready = replace(viewer, stepped_up_at=self.now)
        self.attempted(lambda: VERBS[verb](self, ready, node))

    def attempted(self, act: Callable[[], Any]) -> None:
        """As a request would: everything or nothing. An ended dossier does not move again."""
        before, state = self.traces(), self.dossier.state
        savepoint = self.session.begin_nested()
        try:
            act()
            savepoint.commit()
        except PortalError:
            savepoint.rollback()
            assert self.traces() == before
        self.dossier = assert_whole(self.session, self.number)
        if state in ENDED - {State.SETTLED}:
            assert self.dossier.state is state

    def traces(self) -> list[Any]:
        """How much there is of everything an act leaves behind."""
        tables = (DossierEvent, OutboxRow, Timer, Letter, supplement.SupplementRequest)
        counts = [sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in tables]
        return [*self.session.execute(sa.select(*counts)).one()]


def answered(life: Life, viewer: Viewer) -> None:
    answers = supplement.latest_answers(life.session, life.dossier.id).answers
    typed = posted_from(definition_of(life.dossier.procedure), answers)
    supplement.answer(life.session, life.dossier, typed, viewer=viewer, now=life.now)


def sent(life: Life, viewer: Viewer, *, drop: bool) -> None:
    request = supplement.open_request(life.session, life.dossier.id)
    if request is None:
        return
    if drop:
        supplement.drop(life.session, life.dossier, request, viewer=viewer)
    else:
        supplement.send(life.session, life.dossier, request, viewer=viewer, now=life.now)


def sent_back(life: Life, viewer: Viewer, node: str) -> None:
    earlier = life.graph[node].returns_to
    to = min(earlier) if earlier else node
    steps.send_back(life.session, life.dossier, node, to=to, viewer=viewer, note="Xem lại.", now=life.now)


VERBS: dict[str, Verb] = {
    "open": lambda life, who, _: intake.note_opened(life.session, life.dossier, viewer=who, now=life.now),
    "accept": lambda life, who, _: intake.accept(life.session, life.dossier, viewer=who, now=life.now),
    "refuse": lambda life, who, _: intake.refuse_intake(
        life.session, life.dossier, viewer=who, reason="Không đúng thẩm quyền.", legal_ground="", now=life.now
    ),
    "ask": lambda life, who, _: supplement.draft_request(
        life.session, life.dossier, WRONG, reason="Thiếu", legal_ground="", viewer=who, now=life.now
    ),
    "send": lambda life, who, _: sent(life, who, drop=False),
    "drop": lambda life, who, _: sent(life, who, drop=True),
    "answer": lambda life, who, _: answered(life, who),
    "withdraw": lambda life, who, _: withdrawal.withdraw(
        life.session, life.dossier, viewer=who, reason="Không làm nữa.", now=life.now
    ),
    "consent": lambda life, who, _: withdrawal.decide(life.session, life.dossier, grant=True, viewer=who, now=life.now),
    "decline": lambda life, who, _: withdrawal.decide(
        life.session, life.dossier, grant=False, viewer=who, now=life.now
    ),
    "complete": lambda life, who, node: steps.complete(
        life.session, life.dossier, node, viewer=who, note="Đủ điều kiện.", now=life.now
    ),
    "back": sent_back,
    "sign": lambda life, who, node: decision.sign(
        life.session, life.dossier, node, outcome=Outcome.GRANTED, viewer=who, office=life.press, now=life.now
    ),
    "number": lambda life, who, node: decision.number(life.session, life.dossier, node, viewer=who, now=life.now),
    "issue": lambda life, who, node: decision.issue(
        life.session, life.dossier, node, viewer=who, office=life.press, now=life.now
    ),
    "fetch": lambda life, who, _: decision.deliver(
        life.session, life.dossier, actor=who.actor, how="download", now=life.now
    ),
}
