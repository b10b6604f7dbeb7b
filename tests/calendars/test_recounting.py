"""Open dossiers follow a new calendar; ended ones keep the one they ended with."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.accounts.models import AuditRow
from portal.calendars import editing, editions, queries
from portal.calendars.editions import edition_of
from portal.calendars.models import CalendarEdition
from portal.catalogue.queries import definition_of
from portal.clock.zone import office_day
from portal.dossiers import deadlines
from portal.dossiers.actions import intake, supplement
from portal.dossiers.actions.supplement import Item
from portal.dossiers.facts import fact_of
from portal.dossiers.models import Dossier, DossierEvent, DossierStep
from portal.dossiers.projection import graph_of
from portal.dossiers.queries import locked
from portal.dossiers.record import Happening, history, record
from portal.dossiers.timeline import timeline_of
from portal.facts.models import DossierFact
from portal.foundation.outbox import Job, OutboxRow, Timer
from portal.foundation.unit_of_work import unit_of_work
from portal.ledger import chain
from portal.notices.models import Notice
from portal.notices.wording import words_of
from portal.rescheduling import queries as rescheduling
from portal.rescheduling.actions import recount
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Role
from portal.workflow.projection import Projection
from portal.workflow.replay import replay
from tests.calendars.desk import IN_THE_WAY, CalendarDesk
from tests.factories.world import MONDAY

LATER = MONDAY + timedelta(hours=2)


def replayed(session: Session, dossier: Dossier) -> Projection:
    return replay(history(session, dossier.id), graph_of(dossier))


def dates(session: Session, dossier: Dossier) -> deadlines.Dates:
    return deadlines.of(dossier, replayed(session, dossier))


def as_kept(dossier: Dossier) -> deadlines.Dates:
    assert dossier.acceptance_due_at is not None
    return deadlines.Dates(
        acceptance_due_at=dossier.acceptance_due_at,
        statutory_due_at=dossier.statutory_due_at,
        promised_due_at=dossier.promised_due_at,
        is_provisional=dossier.due_is_provisional,
    )


def moves(session: Session, dossier: Dossier) -> list[AuditRow]:
    return list(
        session.scalars(
            sa.select(AuditRow)
            .where(AuditRow.verb == "calendars.move_dossier", AuditRow.thing == f"dossier:{dossier.code}")
            .order_by(AuditRow.id)
        )
    )


def test_the_first_event_names_the_calendar_in_force(desk: CalendarDesk, session: Session) -> None:
    dossier = desk.filed()

    first = history(session, dossier.id)[0]
    assert first.params["calendar"] == queries.newest(session).content_hash == dossier.calendar_hash


def test_a_new_day_off_moves_an_open_dossier_and_says_so(desk: CalendarDesk, session: Session) -> None:
    dossier = desk.accepted()
    before = as_kept(dossier)
    assert before.statutory_due_at is not None

    made = desk.publish(desk.with_day_off())
    desk.run_job(made)

    after = as_kept(dossier)
    assert after.statutory_due_at is not None
    calendar = queries.edition(made.content_hash).calendar
    assert after.statutory_due_at > before.statutory_due_at
    assert office_day(after.statutory_due_at) == calendar.first_working_day(IN_THE_WAY)
    assert dates(session, dossier) == after
    last = history(session, dossier.id)[-1]
    assert (last.kind, last.params["calendar"]) == (EventKind.DUE_CHANGED, made.content_hash)
    (row,) = moves(session, dossier)
    assert row.actor_id == desk.administrator.id
    assert row.before is not None
    assert row.after is not None
    assert row.before["statutory_due_at"] == before.statutory_due_at.astimezone(UTC).isoformat()
    assert row.after["statutory_due_at"] == after.statutory_due_at.astimezone(UTC).isoformat()


def test_the_filer_reads_from_when_to_when_and_why_where_their_own_day_moved_and_nothing_else(
    desk: CalendarDesk, session: Session
) -> None:
    dossier = desk.accepted()
    old = as_kept(dossier).statutory_due_at
    desk.run_job(desk.publish(desk.with_day_off()))
    new = as_kept(dossier).statutory_due_at
    assert old is not None
    assert new is not None
    events = history(session, dossier.id)
    only_a_step = replace(events[-1], params={"calendar": events[-1].params["calendar"], "because": "2026-03-03"})

    told = timeline_of(events, {}, definition_of(dossier.procedure), {}, "en")[0]
    hidden = timeline_of([*events[:-1], only_a_step], {}, definition_of(dossier.procedure), {}, "en")

    assert told.title == f"The day due by law moved from {office_day(old):%d/%m/%Y} to {office_day(new):%d/%m/%Y}"
    assert f"Reason: the calendar of the offices was changed, as of {IN_THE_WAY:%d/%m/%Y}" in told.text
    assert all(line.kind != EventKind.DUE_CHANGED for line in hidden)


def test_steps_timers_and_facts_move_with_it(desk: CalendarDesk, session: Session) -> None:
    dossier = desk.accepted()
    made = desk.publish(desk.with_day_off())
    step = session.scalars(sa.select(DossierStep).where(DossierStep.closed_at.is_(None))).first()
    assert step is not None
    desk.run_job(made)

    waiting = (Timer.cancelled_at.is_(None), Timer.fired_at.is_(None), Timer.kind == "total_limit")
    timer = session.scalars(sa.select(Timer).where(*waiting)).one()
    fact = session.get_one(DossierFact, dossier.id)
    assert dossier.statutory_due_at is not None
    assert timer.due_at == dossier.statutory_due_at + timedelta(minutes=1)
    assert fact.statutory_due_at == dossier.statutory_due_at
    for each in session.scalars(sa.select(DossierStep).where(DossierStep.closed_at.is_(None))):
        projected = replayed(session, dossier)
        opened = next(one for one in projected.open_steps if one.node == each.node_key)
        due_at = deadlines.of_step(
            projected,
            node=graph_of(dossier)[each.node_key],
            agency=opened.agency,
            first_entered_at=opened.opened_at,
            now=projected.last_at,
        )
        assert each.due_at == due_at


def test_a_limit_that_had_rung_rings_again_when_a_calendar_moves_it(desk: CalendarDesk, session: Session) -> None:
    dossier = desk.filed()
    rung = session.scalars(sa.select(Timer)).one()
    rung.fired_at = dossier.acceptance_due_at
    session.commit()

    made = desk.publish(desk.with_day_off(date(2026, 3, 3)))
    row = locked(session, dossier.id)
    assert row is not None
    recount(session, dossier.id, made, now=dossier.acceptance_due_at + timedelta(hours=1))
    session.commit()

    waiting = session.scalars(sa.select(Timer).where(Timer.fired_at.is_(None), Timer.cancelled_at.is_(None))).one()
    assert waiting.due_at == dossier.acceptance_due_at + timedelta(minutes=1)


def test_the_job_done_twice_is_done_once(desk: CalendarDesk, session: Session) -> None:
    dossier = desk.accepted()
    made = desk.publish(desk.with_day_off())
    desk.run_job(made)
    version, kept = dossier.version, as_kept(dossier)
    desk.run_job(made)

    assert (dossier.version, as_kept(dossier)) == (version, kept)
    assert len(moves(session, dossier)) == 1


def dies_after(dossier_id: UUID, made: CalendarEdition) -> None:
    with unit_of_work() as own:
        recount(own, dossier_id, made, now=LATER)
        raise KeyboardInterrupt


def test_a_job_killed_in_the_middle_and_begun_again_ends_the_same(desk: CalendarDesk, session: Session) -> None:
    dossiers = [desk.accepted(seed=seed) for seed in (1, 2, 3, 4)]
    made = desk.publish(desk.with_day_off())
    expected = {
        dossier.id: deadlines.of(dossier, replace(replayed(session, dossier), calendar=made.content_hash))
        for dossier in dossiers
    }
    for dossier in dossiers[:2]:  # two are saved, the third is not, then the worker dies
        with unit_of_work() as own:
            recount(own, dossier.id, made, now=LATER)
    with pytest.raises(KeyboardInterrupt):
        dies_after(dossiers[2].id, made)
    desk.run_job(made)

    assert {dossier.id: as_kept(dossier) for dossier in dossiers} == expected
    for dossier in dossiers:
        assert [event.kind for event in history(session, dossier.id)].count(EventKind.DUE_CHANGED) == 1
        assert len(moves(session, dossier)) == 1


def test_what_the_preview_says_is_what_the_job_does(desk: CalendarDesk, session: Session) -> None:
    moved = [desk.accepted(seed=seed) for seed in (1, 2)]
    waiting = desk.filed(seed=3, now=datetime(2026, 3, 20, 8, 0, tzinfo=UTC))
    untouched = desk.filed(seed=4, now=datetime(2026, 4, 6, 2, 0, tzinfo=UTC))
    document = desk.with_day_off()
    foreseen = rescheduling.preview(session, edition_of(document, {}), now=LATER)
    before = {dossier.code: as_kept(dossier) for dossier in (*moved, waiting, untouched)}
    desk.run_job(desk.publish(document))

    told = {move.code: move for move in foreseen.moves}
    assert set(told) == {*(dossier.code for dossier in moved), waiting.code}
    assert foreseen.moved == foreseen.later == 3
    for dossier in (*moved, waiting, untouched):
        if dossier.code not in told:
            assert as_kept(dossier) == before[dossier.code]
            continue
        for shift in told[dossier.code].shifts:
            assert shift.old == getattr(before[dossier.code], f"{shift.name}_due_at")
            assert shift.new == getattr(as_kept(dossier), f"{shift.name}_due_at")


def test_locking_a_year_makes_dates_sure_without_moving_them(desk: CalendarDesk, session: Session) -> None:
    dossier = desk.accepted(now=datetime(2026, 12, 21, 2, 0, tzinfo=UTC))
    assert dossier.due_is_provisional
    due = dossier.statutory_due_at
    document = editing.set_year(desk.document, year=2027, is_official=True, source="Thông báo 1/TB-BNV")
    foreseen = rescheduling.preview(session, edition_of(document, {}), now=LATER)
    desk.run_job(desk.publish(document))

    assert (foreseen.moved, foreseen.surer) == (0, 1)
    assert not dossier.due_is_provisional
    assert dossier.statutory_due_at == due
    (row,) = moves(session, dossier)
    assert row.before is not None
    assert row.before["due_is_provisional"] is True


def test_a_dossier_whose_dates_do_not_move_takes_the_new_calendar_with_its_next_event(
    desk: CalendarDesk, session: Session
) -> None:
    dossier = desk.filed()
    made = desk.publish(desk.with_day_off(date(2026, 12, 1)))
    desk.run_job(made)
    assert (dossier.version, dossier.calendar_hash) == (1, history(session, dossier.id)[0].params["calendar"])

    officer = desk.world.viewer("service_centre", Role.ONE_STOP)
    intake.note_opened(session, dossier, viewer=officer, now=LATER)

    assert dossier.calendar_hash == made.content_hash
    assert history(session, dossier.id)[-1].params["calendar"] == made.content_hash


def stop(session: Session, dossier: Dossier, *, now: datetime) -> None:
    asked, granted = (Happening(kind=kind) for kind in (EventKind.WITHDRAWAL_REQUESTED, EventKind.WITHDRAWAL_GRANTED))
    record(session, dossier, [asked, granted], actor=None, now=now)
    session.commit()


def test_an_ended_dossier_keeps_its_dates_and_its_figures(desk: CalendarDesk, session: Session) -> None:
    dossier = desk.accepted()
    stop(session, dossier, now=LATER)
    kept, events = as_kept(dossier), history(session, dossier.id)
    fact = fact_of(dossier, replayed(session, dossier))

    desk.run_job(desk.publish(desk.with_day_off()))

    assert as_kept(dossier) == dates(session, dossier) == kept
    assert history(session, dossier.id) == events
    again = fact_of(dossier, replayed(session, dossier))
    assert (again.statutory_due_at, again.acceptance_was_late) == (fact.statutory_due_at, fact.acceptance_was_late)


def test_what_is_filed_after_a_publication_counts_by_it_at_once(desk: CalendarDesk, session: Session) -> None:
    made = desk.publish(desk.with_day_off())
    dossier = desk.accepted()
    old = history(session, dossier.id)[0].params["calendar"]
    newer = desk.publish(desk.with_day_off(date(2026, 3, 24)))

    assert old == made.content_hash
    desk.run_job(newer)
    assert dossier.calendar_hash == newer.content_hash


def test_the_chain_holds_with_the_new_events(desk: CalendarDesk, session: Session) -> None:
    dossier = desk.accepted()
    desk.run_job(desk.publish(desk.with_day_off()))

    previous = chain.GENESIS
    rows = session.scalars(
        sa.select(DossierEvent).where(DossierEvent.dossier_id == dossier.id).order_by(DossierEvent.version)
    ).all()
    for row, event in zip(rows, history(session, dossier.id), strict=True):
        assert row.previous_hash == previous
        assert row.hash == chain.event_hash(previous, event.content())
        previous = row.hash


def stopped(desk: CalendarDesk, session: Session) -> Dossier:
    """An accepted dossier that waits for its filer since two hours after Monday's filing."""
    dossier = desk.accepted()
    head = desk.world.holder(dossier.agency_id, Role.HEAD)
    item = Item(kind="other", key="", what_is_wrong="Thiếu bản vẽ")
    supplement.draft_request(session, dossier, [item], reason="", legal_ground="", viewer=head, now=LATER)
    session.commit()
    return dossier


def test_a_dossier_waiting_for_its_filer_is_moved_by_what_lies_ahead(desk: CalendarDesk, session: Session) -> None:
    dossier, week_later = stopped(desk, session), LATER + timedelta(days=7)
    shown = deadlines.of(dossier, replace(replayed(session, dossier), last_at=week_later)).statutory_due_at
    kept = dossier.statutory_due_at
    assert shown is not None
    assert kept is not None
    assert office_day(shown) > office_day(kept)

    made = desk.publish(desk.with_day_off(office_day(shown)), now=week_later)
    foreseen = rescheduling.preview(session, edition_of(made.document, {}), now=week_later).moves
    move = recount(session, dossier.id, made, now=week_later)
    session.commit()

    assert dossier.calendar_hash == made.content_hash
    assert dates(session, dossier) == as_kept(dossier)
    assert foreseen == [move]
    (row,) = moves(session, dossier)
    assert row.before is not None
    assert row.after is not None
    assert row.before["statutory_due_at"] == shown.astimezone(UTC).isoformat(), "as it was shown, not as it was kept"
    assert dossier.statutory_due_at is not None
    assert row.after["statutory_due_at"] == dossier.statutory_due_at.astimezone(UTC).isoformat()
    assert row.after["because"] == office_day(shown).isoformat()


def test_a_stopped_dossier_stays_as_it_is_where_nothing_shown_of_it_moves(desk: CalendarDesk, session: Session) -> None:
    dossier = stopped(desk, session)
    assert dossier.statutory_due_at is not None
    made = desk.publish(desk.with_day_off(date(2026, 3, 4)), now=LATER)

    assert recount(session, dossier.id, made, now=LATER + timedelta(days=7)) is None
    assert moves(session, dossier) == []


def test_the_event_says_from_when_to_when_and_by_which_day_and_the_filer_is_told_once(
    desk: CalendarDesk, session: Session
) -> None:
    dossier = desk.accepted()
    before = as_kept(dossier)
    made = desk.publish(desk.with_day_off())
    desk.run_job(made)
    desk.run_job(made)

    after, params = as_kept(dossier), history(session, dossier.id)[-1].params
    assert before.statutory_due_at is not None
    assert after.statutory_due_at is not None
    assert params["statutory_from"] == before.statutory_due_at.astimezone(UTC).isoformat()
    assert params["statutory_to"] == after.statutory_due_at.astimezone(UTC).isoformat()
    assert params["because"] == IN_THE_WAY.isoformat()
    assert desk.world.filer is not None
    told = session.scalars(sa.select(Notice).where(Notice.kind == "calendar_moved")).all()
    assert [notice.person_id for notice in told].count(desk.world.filer.id) == 1
    words = words_of(told[0].kind, told[0].params, "vi")
    assert "23/03/2026" in words.subject
    assert "24/03/2026" in words.subject
    assert any("Ngày thay đổi trong lịch: thứ Hai 23/03/2026" in line for line in words.paragraphs)


def test_where_only_a_step_moves_it_is_named_and_nobody_outside_is_told(desk: CalendarDesk, session: Session) -> None:
    dossier = desk.accepted()
    step = session.scalars(sa.select(DossierStep).where(DossierStep.closed_at.is_(None))).first()
    assert step is not None
    assert step.due_at is not None
    document = editing.add_hours(
        desk.document, spans=["07:00-11:30"], source="QĐ 1", since=date(2026, 3, 2), until=date(2026, 3, 2)
    )

    made = desk.publish(document)
    (move,) = rescheduling.preview(session, edition_of(made.document, {}), now=LATER).moves
    desk.run_job(made)

    names = {one.code: one.name for one in definition_of(dossier.procedure).steps}
    assert move.shifts == ()
    assert [shift.name for shift in move.steps] == [names[step.node_key]]
    (row,) = moves(session, dossier)
    assert row.before is not None
    assert row.after is not None
    (said,) = row.before["steps"]
    assert said["step"]["vi"] == names[step.node_key].vi
    assert said["due_at"] != row.after["steps"][0]["due_at"]
    assert "statutory_due_at" not in row.before
    assert "statutory_from" not in history(session, dossier.id)[-1].params
    assert session.scalars(sa.select(Notice).where(Notice.kind == "calendar_moved")).all() == []


def test_an_agency_has_the_hours_it_says(desk: CalendarDesk, session: Session) -> None:
    centre = desk.world.agencies["service_centre"]
    document = editing.add_hours(
        desk.document, agency="service_centre", spans=["08:00-12:00", "13:00-16:00"], source="Quyết định 5/QĐ-TTPVHCC"
    )
    made = desk.publish(document)
    dossier = desk.filed()

    hours = queries.edition(made.content_hash).hours_of(centre.id)
    assert [(span.opens, span.closes) for span in hours.spans_of(date(2026, 3, 3))] == [(480, 720), (780, 960)]
    # Monday 09:00 to 12:00 and 13:00 to 16:00 are six hours; the other two are on Tuesday from 08:00.
    assert dossier.acceptance_due_at == datetime(2026, 3, 3, 3, 0, tzinfo=UTC)


def test_the_job_of_an_edition_that_was_overtaken_leaves_everything_to_the_next(
    desk: CalendarDesk, session: Session
) -> None:
    dossier = desk.accepted()
    first = desk.publish(desk.with_day_off())
    second = desk.publish(desk.with_day_off(date(2026, 3, 24)))
    desk.run_job(first)
    assert not moves(session, dossier)

    desk.run_job(second)

    assert dossier.calendar_hash == second.content_hash
    wanted = session.scalars(sa.select(OutboxRow.payload).where(OutboxRow.kind == Job.APPLY_CALENDAR.value)).all()
    assert sorted(payload["edition"] for payload in wanted) == [first.number, second.number]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.sets(st.dates(date(2026, 3, 3), date(2026, 5, 29)), min_size=1, max_size=8), opens=st.integers(6, 9))
def test_no_edition_whatever_moves_an_ended_dossier(
    desk: CalendarDesk, session: Session, days: set[date], opens: int
) -> None:
    dossier = next(iter(desk.look_again()), None)
    if dossier is None:
        dossier = desk.accepted()
        stop(session, dossier, now=LATER)
    kept = dates(session, dossier)
    document = editing.add_hours(
        desk.document, spans=[f"{opens:02}:00-11:00", "13:00-16:00"], source="", since=IN_THE_WAY
    )
    for day in days:
        if day.isoformat() not in {row["on"] for row in document["off"]}:
            document = desk.with_day_off(day, document=document)
    new = editions.edition_of(document, {})
    events = history(session, dossier.id)

    assert rescheduling.move_of(dossier, replay(events, graph_of(dossier)), events, new, now=LATER) is None
    assert rescheduling.batch(session, new, now=LATER) == ([], None)
    assert dates(session, dossier) == kept == as_kept(dossier)
