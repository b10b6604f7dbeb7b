"""Form 04 and a leader's correction through the real verbs: which dates move, who may, what the ledger says."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock import words
from portal.clock.explain import Kind
from portal.clock.zone import office_day
from portal.dossiers import following, moves
from portal.dossiers.actions import decision, extending, letters, reopening
from portal.dossiers.models import Dossier, DossierEvent, DossierStep
from portal.dossiers.projection import graph_of
from portal.dossiers.record import history
from portal.dossiers.replaying import replayed
from portal.dossiers.writing import Writer
from portal.facts.models import DossierFact, TurnaroundCell
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.foundation.outbox import Job, OutboxRow, Timer, TimerKind
from portal.foundation.storage import Storage
from portal.letters.authority import DemoAuthority
from portal.letters.contents import LetterKind
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.notices.models import Notice
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome, Role, State
from portal.workflow.projection import Projection
from tests.dossiers.test_life import accepted, worked
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

LATER = MONDAY + timedelta(days=3)
REASON = "Chờ kết quả đo đạc lại."


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session, procedures=("1.013225",))


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> PrintingOffice:
    return PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )


def projected(session: Session, dossier: Dossier) -> Projection:
    return replayed(dossier, history(session, dossier.id))


def told(session: Session, dossier: Dossier) -> set[str]:
    return set(session.scalars(sa.select(Notice.kind).where(Notice.dossier_id == dossier.id)))


def ledger(session: Session, dossier: Dossier, now: datetime) -> list[tuple[Kind, str, tuple[str, ...]]]:
    events = history(session, dossier.id)
    clock = following.clock_of(dossier, replayed(dossier, events), events=events, now=now)
    return [(line.kind, words.line(line, "en"), line.events) for line in clock.ledger]


def test_a_new_promise_moves_the_promised_day_and_no_other(
    world: World, session: Session, office: PrintingOffice
) -> None:
    dossier = accepted(world, session)
    statutory, promised = dossier.statutory_due_at, dossier.promised_due_at
    assert statutory is not None
    assert promised is not None
    leader = world.holder(dossier.agency_id, Role.LEADER)
    new_day = date(2026, 4, 14)

    extending.extend(session, dossier, new_promised_on=new_day, reason=REASON, viewer=leader, now=LATER)

    assert dossier.statutory_due_at == statutory
    assert dossier.promised_due_at is not None
    assert office_day(dossier.promised_due_at) == new_day
    fact = session.get_one(DossierFact, dossier.id, populate_existing=True)
    assert (fact.statutory_due_at, fact.promised_due_at) == (statutory, dossier.promised_due_at)
    line = ledger(session, dossier, LATER)[-1]
    assert (line[0], line[2]) == (Kind.EXTENSION, (str(dossier.version),))
    assert "14 April 2026" in line[1]
    assert "promise_moved" in told(session, dossier)
    asked = session.scalars(sa.select(OutboxRow.payload).where(OutboxRow.kind == Job.RENDER_LETTER)).all()
    payload: Any = next(one for one in asked if one["kind"] == "apology")
    letters.write(
        session,
        dossier_id=dossier.id,
        kind=LetterKind.APOLOGY,
        event_version=payload["event_version"],
        office=office,
        now=LATER,
    )
    assert session.scalars(sa.select(Letter).where(Letter.kind == "apology")).one().sealed_at == LATER


def test_the_receipt_says_what_its_signer_knew_however_late_it_is_printed(world: World, session: Session) -> None:
    dossier = accepted(world, session)
    promised, answer_by = dossier.promised_due_at, dossier.acceptance_due_at
    assert promised is not None
    leader = world.holder(dossier.agency_id, Role.LEADER)

    extending.extend(session, dossier, new_promised_on=date(2026, 4, 14), reason=REASON, viewer=leader, now=LATER)

    events = history(session, dossier.id)
    first, entered = (
        session.get_one(DossierEvent, (dossier.id, next(event.version for event in events if event.kind is kind)))
        for kind in (EventKind.FILED, EventKind.ACCEPTED)
    )
    writer = Writer(session, dossier, "http://localhost")
    assert writer.receipt(entered).promised_at == promised
    assert writer.filing_receipt(first).answer_by == answer_by
    clock = following.clock_of(dossier, projected(session, dossier), events=events, now=LATER)
    assert clock.promised is not None
    assert (clock.printed_on, clock.promised.due_on) == (office_day(promised), date(2026, 4, 14))


def test_a_promise_is_moved_once_by_whoever_approves_it_to_a_working_day_to_come(
    world: World, session: Session
) -> None:
    dossier = accepted(world, session)
    head, leader = (world.holder(dossier.agency_id, role) for role in (Role.HEAD, Role.LEADER))
    day = date(2026, 4, 14)

    def extend(viewer: Any, on: date, reason: str = REASON) -> None:
        extending.extend(session, dossier, new_promised_on=on, reason=reason, viewer=viewer, now=LATER)

    assert extending.approvals_of(dossier) == (Role.HEAD, Role.LEADER)
    with pytest.raises(Forbidden):
        extend(head, day)
    assert extending.proposing_post(dossier, head) is not None
    for wrong, code in ((date(2026, 3, 6), "extension.day_too_early"), (date(2026, 4, 12), "extension.day_off")):
        with pytest.raises(Invalid) as refusal:
            extend(leader, wrong)
        assert refusal.value.code == code
    with pytest.raises(Invalid):
        extend(leader, day, reason="  ")
    extend(leader, day)
    with pytest.raises(Refused) as again:
        extend(leader, date(2026, 4, 21))
    assert again.value.code == "dossier.extended_before"


def deliver_decision(
    world: World, session: Session, dossier: Dossier, node: str, office: PrintingOffice, *, now: datetime = LATER
) -> None:
    """Sign, number and issue."""
    leader = replace(world.holder(dossier.agency_id, Role.LEADER), stepped_up_at=now)
    decision.sign(session, dossier, node, outcome=Outcome.GRANTED, viewer=leader, office=office, now=now)
    for act, verb in ((Act.NUMBER, decision.number), (Act.ISSUE, partial(decision.issue, office=office))):
        node = next(key for key in moves.open_nodes(session, dossier) if graph_of(dossier)[key].act is act)
        verb(session, dossier, node, viewer=world.holder(dossier.agency_id, Role.CLERK), now=now)


def settled(world: World, session: Session, office: PrintingOffice) -> Dossier:
    dossier = accepted(world, session)
    node = worked(world, session, dossier, until=Act.SIGN)
    deliver_decision(world, session, dossier, node, office)
    assert dossier.state is State.SETTLED
    return dossier


def reopen(world: World, session: Session, dossier: Dossier, *, role: Role = Role.LEADER, reason: str = REASON) -> None:
    viewer = world.holder(dossier.agency_id, role)
    to = reopening.ways_back(dossier)[-1]
    reopening.reopen(session, dossier, to, reason=reason, legal_ground="Điều 1", viewer=viewer, now=LATER)


def test_a_leaders_correction_puts_a_settled_dossier_back_to_work_and_its_clock_never_stopped(
    world: World, session: Session, office: PrintingOffice
) -> None:
    dossier = settled(world, session, office)
    due, cells = dossier.statutory_due_at, session.scalars(sa.select(TurnaroundCell)).all()
    assert cells

    reopen(world, session, dossier)

    assert (dossier.state, dossier.outcome, dossier.ended_at) == (State.IN_PROGRESS, None, None)
    assert dossier.statutory_due_at == due
    signing = session.scalars(
        sa.select(DossierStep).where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
    ).one()
    assert graph_of(dossier)[signing.node_key].act is Act.SIGN
    now = projected(session, dossier)
    assert (now.signed, now.numbered, now.issued, now.corrections) == (None, None, None, 1)
    assert [kind for kind, _, _ in ledger(session, dossier, LATER)].count(Kind.REOPENED) == 1
    session.expire_all()
    fact = session.get_one(DossierFact, dossier.id)
    assert (fact.settled_on, fact.was_on_time, fact.agency_minutes, fact.state) == (None, None, None, "in_progress")
    assert session.scalars(sa.select(TurnaroundCell)).all() == []
    assert "reopened" in told(session, dossier)
    waiting = session.scalars(
        sa.select(Timer).where(
            Timer.kind == TimerKind.TOTAL_LIMIT, Timer.fired_at.is_(None), Timer.cancelled_at.is_(None)
        )
    ).one()
    assert due is not None
    assert waiting.due_at == due + timedelta(minutes=1)


def test_a_corrected_dossier_that_is_issued_after_its_day_counts_as_late(
    world: World, session: Session, office: PrintingOffice
) -> None:
    dossier = settled(world, session, office)
    reopen(world, session, dossier)
    assert dossier.statutory_due_at is not None
    late = dossier.statutory_due_at + timedelta(days=7)
    node = next(iter(projected(session, dossier).standing))

    deliver_decision(world, session, dossier, node, office, now=late)

    fact = session.get_one(DossierFact, dossier.id, populate_existing=True)
    assert (dossier.state, dossier.outcome) == (State.SETTLED, Outcome.GRANTED)
    assert (fact.was_on_time, fact.was_on_time_766, fact.settled_on) == (False, False, office_day(late))
    assert session.scalars(sa.select(TurnaroundCell.was_on_time)).all() == [False]
    decisions = session.scalars(sa.select(Letter).where(Letter.kind == "decision").order_by(Letter.number)).all()
    assert [letter.number for letter in decisions] == [1, 2]


def test_only_the_leader_reopens_only_what_has_ended_and_says_why(
    world: World, session: Session, office: PrintingOffice
) -> None:
    dossier = accepted(world, session)
    with pytest.raises(Refused):
        reopen(world, session, dossier)

    node = worked(world, session, dossier, until=Act.SIGN)
    deliver_decision(world, session, dossier, node, office)
    for role in (Role.HEAD, Role.CLERK):
        with pytest.raises(Forbidden):
            reopen(world, session, dossier, role=role)
    with pytest.raises(Invalid):
        reopen(world, session, dossier, reason=" ")
    leader = world.holder(dossier.agency_id, Role.LEADER)
    with pytest.raises(Invalid) as nowhere:
        reopening.reopen(session, dossier, "issue", reason=REASON, legal_ground="", viewer=leader, now=LATER)
    assert nowhere.value.code == "reopening.no_way_back"
