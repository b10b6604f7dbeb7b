"""Anybody does anything at any moment: whatever comes of it, every dossier stays whole.

Beside what `wholeness` holds of every dossier, each step is followed by two more questions: are the dates those an
independent clock counts from the bare events (`reckoning`), and has the act left exactly one trace of who did it?
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from sqlalchemy.orm import Session

from portal.accounts.models import Absence, AbsenceKind, AuditRow, Post
from portal.accounts.viewer import Viewer
from portal.calendars import actions as calendars
from portal.calendars import editing
from portal.calendars import queries as editions
from portal.catalogue.actions import publish
from portal.catalogue.definition import Definition
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.clock.zone import office_day
from portal.desk.queries.batches import hands_of
from portal.dossiers import moves
from portal.dossiers.actions import steps
from portal.dossiers.models import Dossier, DossierEvent, DossierStep, SupplementRequest
from portal.dossiers.projection import graph_of
from portal.foundation.errors import PortalError
from portal.foundation.outbox import OutboxRow, Timer, TimerKind
from portal.foundation.storage import Storage
from portal.letters.authority import DemoAuthority
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.rescheduling.actions import recount
from portal.routing.actions import people, ring, route
from portal.routing.actions.handing_over import hand_over
from portal.routing.actions.moving import move
from portal.routing.actions.people import Period
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import ENDED, Role, State
from tests.abuse.reckoning import assert_dates
from tests.abuse.traces import MACHINE, Mark, Traces
from tests.abuse.verbs import VERBS
from tests.abuse.wholeness import assert_whole
from tests.factories import people as persons
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

CODES = ("1.013225", "1.004191", "1.013952", "1.009645")
HOURS = st.integers(0, 60)
ADMINISTERING = "service_centre"
"""The office whose one-stop officer is the administrator as well."""


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
    for key, role in [*world.posts]:
        if role is Role.SPECIALIST:  # somebody to hand work over to, and to stand in
            persons.officer(session, world.agencies[key], role, name=f"Chuyên viên hai {key}")
    corrections = {code: corrected_version(session, version) for code, version in world.versions.items()}
    session.commit()
    connection = session.connection()

    class Lives(Life):
        town, press, line, corrected = world, office, connection, corrections

    run(
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

    @invariant()
    def the_clock_equals_the_oracle(self) -> None:
        if hasattr(self, "number"):
            assert_dates(self.session, self.dossier)

    # The clock and the machine

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

    # The administrator

    @property
    def administrator(self) -> Viewer:
        officer = self.world.viewer(ADMINISTERING, Role.ONE_STOP)
        return replace(officer, posts=(replace(officer.posts[0], role=Role.ADMINISTRATOR),))

    @rule()
    def the_administrator_moves_it_to_the_corrected_version(self) -> None:
        target, who = self.corrected[self.dossier.procedure.code], self.administrator
        self.attempted(
            lambda: move(self.session, self.number, target, reason="Sai.", viewer=who, now=self.now),
            Mark(by=who, kinds=frozenset({EventKind.MOVED_TO_VERSION}), audited="routing.move_to_version"),
        )

    @rule(days=st.integers(0, 45), change=st.sampled_from(["off", "works", "remove"]))
    def the_administrator_puts_another_calendar_into_force(self, days: int, change: str) -> None:
        on, who = office_day(self.now) + timedelta(days=days), self.administrator
        if change == "works":
            on += timedelta(days=(5 - on.weekday()) % 7)

        def publishes() -> None:
            newest = editions.newest(self.session)
            document = newest.document
            if change == "off":
                document = editing.add_day_off(document, on=on, name=min(document["names"]), source="Thử")
            elif change == "works":
                before = max(row["on"] for row in document["off"] if row["on"] < on.isoformat())
                document = editing.add_make_up_day(document, on=on, instead_of=date.fromisoformat(before), source="Thử")
            else:
                later = min(row["on"] for row in document["off"] if row["on"] >= on.isoformat())
                document = editing.remove(document, "off", date.fromisoformat(later))
            calendars.keep_draft(self.session, document, by=who.person_id, now=self.now)
            calendars.publish_draft(self.session, based_on=newest.number, reason="Thử.", by=who.person_id, now=self.now)

        self.attempted(publishes, Mark(by=who, audited="calendars.publish"))

    @rule()
    def the_job_moves_it_to_the_calendar_in_force(self) -> None:
        made = editions.newest(self.session)
        if made.made_by is not None:
            self.attempted(
                lambda: recount(self.session, self.number, made, now=self.now),
                Mark(
                    by=None,
                    kinds=frozenset({EventKind.DUE_CHANGED}),
                    audited="calendars.move_dossier",
                    or_nothing=True,
                ),
            )

    @rule(days=st.integers(0, 9))
    def whoever_has_the_step_is_away(self, days: int) -> None:
        person, who = self.some_holder(), self.administrator
        if person is None:
            return
        today = office_day(self.now)
        period = Period(first_day=today, last_day=today + timedelta(days=days))
        self.attempted(
            lambda: people.add_absence(
                self.session, person, period, kind=AbsenceKind.LEAVE, note="", viewer=who, now=self.now
            ),
            Mark(by=who, audited="team.add_absence"),
        )

    @rule()
    def somebody_is_back_early(self) -> None:
        away, who = (
            self.session.scalars(sa.select(Absence).where(Absence.ended_at.is_(None))).first(),
            self.administrator,
        )
        if away is not None:
            self.attempted(
                lambda: people.end_absence(self.session, away.id, viewer=who, now=self.now),
                Mark(by=who, audited="team.end_absence"),
            )

    @rule(days=st.integers(0, 9))
    def the_head_stands_in_for_the_leader(self, days: int) -> None:
        if self.dossier.agency_id is None:
            return
        leader = self.world.holder(self.dossier.agency_id, Role.LEADER)
        head = self.world.holder(self.dossier.agency_id, Role.HEAD)
        today = office_day(self.now)
        period = Period(first_day=today, last_day=today + timedelta(days=days))
        absent, substitute = leader.posts[0].id, head.posts[0].id
        self.attempted(
            lambda: people.add_substitution(self.session, absent, substitute, period, viewer=leader, now=self.now),
            Mark(by=leader, audited="team.add_substitution"),
        )

    @precondition(lambda self: self.dossier.agency_id is not None)
    @rule(verb=st.sampled_from(["sign", "send", "consent", "complete"]), choice=st.integers(0, 9))
    def whoever_stands_in_acts(self, verb: str, choice: int) -> None:
        """With their own post and those of others they fill today."""
        head = self.world.holder(self.dossier.agency_id, Role.HEAD)
        self.done(verb, hands_of(self.session, head.person_id, now=self.now), self.some_node(choice))

    @rule()
    def the_head_hands_the_work_over(self) -> None:
        person, agency = self.some_holder(), self.dossier.agency_id
        if person is None or agency is None:
            return
        head = self.world.holder(agency, Role.HEAD)
        results: list[Any] = []

        def hands_over() -> None:
            results.extend(hand_over(self.session, person, to=None, viewer=head, now=self.now))

        self.attempted(
            hands_over,
            Mark(
                by=head,
                kinds=frozenset({EventKind.STEP_ASSIGNED}),
                number=lambda: sum(one.done for one in results),
            ),
        )

    def some_holder(self) -> Any:
        """The person who has the first open step, if anybody has one."""
        return self.session.scalars(
            sa.select(Post.person_id)
            .join(DossierStep, DossierStep.post_id == Post.id)
            .where(DossierStep.dossier_id == self.number, DossierStep.closed_at.is_(None))
            .order_by(DossierStep.entry)
        ).first()

    # People who do their work, and people who try what is not theirs

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
            act = graph_of(self.dossier)[node].act
            verb = {Act.SIGN: "sign", Act.NUMBER: "number", Act.ISSUE: "issue"}.get(act, "complete")
            self.done(verb, self.holder_of(step), node)
            self.the_router_runs()

    def holder_of(self, step: DossierStep) -> Viewer:
        """Whoever has the step, or could."""
        if step.post_id is None:
            return self.world.holder(step.agency_id, step.role)
        person = self.session.get_one(Post, step.post_id).person_id
        return hands_of(self.session, person, now=self.now)

    @rule(verb=st.sampled_from(["answer", "withdraw", "fetch"]))
    def the_filer_acts(self, verb: str) -> None:
        self.done(verb, self.world.company_viewer)

    @rule(
        verb=st.sampled_from(["ask", "send", "drop", "consent", "decline", "back", "apologise"]),
        choice=st.integers(0, 9),
    )
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
        nodes = sorted(moves.open_nodes(self.session, self.dossier))
        nodes = nodes or [node.key for node in graph_of(self.dossier).nodes]
        return nodes[choice % len(nodes)]

    def done(self, name: str, viewer: Viewer, node: str = "") -> None:
        verb, ready = VERBS[name], replace(viewer, stepped_up_at=self.now)
        mark = Mark(by=ready, kinds=verb.leaves, also=verb.also, or_paper=verb.or_paper, or_nothing=verb.or_nothing)
        self.attempted(lambda: verb.does(self, ready, node), mark)

    def attempted(self, act: Callable[[], Any], mark: Mark = MACHINE) -> None:
        """As a request would: everything or nothing, and one trace of it. An ended dossier does not move again."""
        editions.forget(self.session)  # every act asks for the calendar in force, as in a transaction of its own
        before, state, traces = self.counts(), self.dossier.state, Traces.of(self.session, self.number)
        savepoint = self.session.begin_nested()
        try:
            act()
            savepoint.commit()
        except PortalError:
            savepoint.rollback()
            assert self.counts() == before
        else:
            self.session.flush()
            Traces.of(self.session, self.number).assert_one_more(than=traces, mark=mark)
        self.dossier = assert_whole(self.session, self.number)
        if state in ENDED - {State.SETTLED}:
            assert self.dossier.state is state

    def counts(self) -> list[Any]:
        """How much there is of everything an act leaves behind."""
        tables = (DossierEvent, OutboxRow, Timer, Letter, SupplementRequest, AuditRow, Absence)
        counts = [sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in tables]
        return [*self.session.execute(sa.select(*counts)).one()]
