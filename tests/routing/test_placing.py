"""Steps find hands, and the reasons are kept: against the real database."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import people as accounts
from portal.accounts.actions import posts
from portal.accounts.models import AbsenceKind
from portal.accounts.queries import standing_in
from portal.dossiers.models import Dossier, DossierEvent
from portal.dossiers.record import history
from portal.foundation.errors import Forbidden, Invalid
from portal.foundation.outbox import Job, OutboxRow
from portal.routing import learning, queries
from portal.routing.actions import give_to, place, route
from portal.routing.actions.handing_over import hand_over
from portal.routing.actions.people import (
    Period,
    add_absence,
    add_substitution,
    declare_conflict,
    end_absence,
    need_skill,
    set_skills,
)
from portal.routing.models import StepEffort
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.factories.world import MONDAY
from tests.routing.conftest import CODE, Bureau, viewer_of

TODAY = date(2026, 3, 2)
WEEK = Period(first_day=TODAY, last_day=TODAY + timedelta(days=6))


def last_assignment(session: Session, dossier: Dossier) -> dict[str, object]:
    event = [one for one in history(session, dossier.id) if one.kind is EventKind.STEP_ASSIGNED][-1]
    return dict(event.params)


def away(bureau: Bureau, post_id: object) -> None:
    person = bureau.person(post_id)  # type: ignore[arg-type]
    add_absence(
        bureau.session, person.id, WEEK, kind=AbsenceKind.SICK, note="", viewer=bureau.viewer(Role.HEAD), now=MONDAY
    )


def test_three_dossiers_go_to_three_specialists_and_say_why(bureau: Bureau, session: Session) -> None:
    dossiers = [bureau.at(Act.APPRAISE, number) for number in (1, 2, 3)]

    assert len({bureau.step(one).post_id for one in dossiers}) == 3
    reasons = last_assignment(session, dossiers[2])
    assert reasons["why"] == "least_work"
    assert reasons["candidates"] == 3
    assert reasons["load"] == 0
    assert reasons["load_after"] == reasons["expected"]


def test_somebody_away_gets_nothing_new_until_they_are_back(bureau: Bureau, session: Session) -> None:
    for post in bureau.specialists[1:]:
        away(bureau, post.id)

    dossiers = [bureau.at(Act.APPRAISE, number) for number in (1, 2)]

    assert {bureau.step(one).post_id for one in dossiers} == {bureau.specialists[0].id}
    assert last_assignment(session, dossiers[0])["away"] == 2


def test_with_everybody_away_the_dispatcher_hears_of_it_and_the_first_back_gets_it(
    bureau: Bureau, session: Session
) -> None:
    for post in bureau.specialists:
        away(bureau, post.id)
    dossier = bureau.at(Act.APPRAISE)

    assert bureau.step(dossier).post_id is None
    assert [(one.code, one.why) for one in queries.unplaced(session)] == [(dossier.code, "nobody_present")]
    version = dossier.version
    route(session, dossier.id, now=MONDAY)
    assert dossier.version == version, "what is known is not said again"

    person = bureau.person(bureau.specialists[1].id)
    absence = standing_in.absences_of(session, [person.id], since=TODAY)[0]
    end_absence(session, absence.id, viewer=viewer_of(session, bureau.specialists[1]), now=MONDAY)
    assert place(session) == 1
    route(session, dossier.id, now=MONDAY)
    assert bureau.step(dossier).post_id == bureau.specialists[1].id


def test_a_conflict_of_interest_keeps_a_dossier_from_its_officer(bureau: Bureau, session: Session) -> None:
    company = bureau.world.company
    assert company is not None
    for post in bureau.specialists[:2]:
        declare_conflict(
            session,
            post.person_id,
            tax_code=company.tax_code or "",
            reason="Công ty của em gái",
            viewer=viewer_of(session, post),
            now=MONDAY,
        )
    dossier = bureau.at(Act.APPRAISE)

    assert bureau.step(dossier).post_id == bureau.specialists[2].id
    assert last_assignment(session, dossier)["in_conflict"] == 2
    with pytest.raises(Invalid, match="conflict"):
        give_to(
            session,
            dossier,
            bureau.step(dossier).node_key,
            post_id=bureau.specialists[0].id,
            viewer=bureau.viewer(Role.HEAD),
            now=MONDAY,
        )


def test_a_skill_is_needed_and_a_language_helps(bureau: Bureau, session: Session) -> None:
    head = bureau.viewer(Role.HEAD)
    need_skill(
        session, bureau.agency.id, role=Role.SPECIALIST, skill="kết cấu", procedure_code=CODE, viewer=head, now=MONDAY
    )
    without = bureau.at(Act.APPRAISE, 1)
    assert bureau.step(without).assignment_reason == "nobody_skilled"

    for post, skills in zip(bureau.specialists[:2], (["kết cấu"], ["kết cấu", "language:zh"]), strict=True):
        set_skills(session, post.person_id, skills, viewer=head, now=MONDAY)
    route(session, without.id, now=MONDAY)
    assert bureau.step(without).post_id in {post.id for post in bureau.specialists[:2]}

    chinese = bureau.accepted(2)
    chinese.language = "zh"
    session.flush()
    bureau.walk(chinese, Act.APPRAISE)
    assert bureau.step(chinese).post_id == bureau.specialists[1].id
    assert last_assignment(session, chinese)["language"] == "zh"


def test_a_disabled_persons_steps_are_placed_anew_by_a_job(bureau: Bureau, session: Session) -> None:
    dossiers = [bureau.at(Act.APPRAISE, number) for number in (1, 2, 3)]
    lost = next(one for one in dossiers if bureau.step(one).post_id == bureau.specialists[1].id)
    accounts.disable(session, bureau.specialists[1].person_id, by=None, now=MONDAY)

    asked = session.scalars(sa.select(OutboxRow.payload).where(OutboxRow.kind == Job.PLACE_STEPS)).all()
    assert asked == [{"person_id": str(bureau.specialists[1].person_id)}]
    assert place(session, person_id=bureau.specialists[1].person_id) == 1
    route(session, lost.id, now=MONDAY)
    assert bureau.step(lost).post_id in {bureau.specialists[0].id, bureau.specialists[2].id}


def test_a_leaving_persons_steps_are_placed_anew(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    held = bureau.step(dossier).post_id
    assert held is not None
    posts.end_post(session, held, by=None, now=MONDAY)
    session.flush()
    route(session, dossier.id, now=MONDAY)
    assert bureau.step(dossier).post_id not in {held, None}


def test_any_dispatcher_may_give_what_nobody_could_take(bureau: Bureau, session: Session) -> None:
    for post in bureau.specialists:
        away(bureau, post.id)
    dossier = bureau.at(Act.APPRAISE)
    elsewhere = bureau.world.agencies["land_registry"]
    dispatcher = people.officer(session, elsewhere, Role.DISPATCHER)
    viewer = viewer_of(session, *session.scalars(sa.select(posts.Post).where(posts.Post.person_id == dispatcher.id)))
    node = bureau.step(dossier).node_key

    give_to(session, dossier, node, post_id=bureau.specialists[0].id, viewer=viewer, now=MONDAY)

    assert bureau.step(dossier).post_id == bureau.specialists[0].id
    with pytest.raises(Forbidden):
        give_to(session, dossier, node, post_id=bureau.specialists[1].id, viewer=viewer, now=MONDAY)


def test_handing_over_moves_every_open_step_with_a_result_for_each(bureau: Bureau, session: Session) -> None:
    dossiers = [bureau.at(Act.APPRAISE, number) for number in (1, 2, 3)]
    leaving = bureau.specialists[0]
    head = bureau.viewer(Role.HEAD)

    results = hand_over(session, leaving.person_id, to=bureau.specialists[1].id, viewer=head, now=MONDAY)
    assert [one.done for one in results] == [True]
    assert bureau.specialists[0].id not in {bureau.step(one).post_id for one in dossiers}

    results = hand_over(session, bureau.specialists[1].person_id, to=None, viewer=head, now=MONDAY)
    assert [one.done for one in results] == [True, True]
    assert bureau.specialists[1].id not in {bureau.step(one).post_id for one in dossiers}
    with pytest.raises(Forbidden):
        hand_over(
            session,
            bureau.specialists[2].person_id,
            to=None,
            viewer=viewer_of(session, bureau.specialists[0]),
            now=MONDAY,
        )


def test_what_is_learned_is_made_again_exactly_and_used(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    node = bureau.step(dossier).node_key
    session.execute(sa.delete(StepEffort))
    later = MONDAY + timedelta(hours=2)
    from portal.dossiers.actions import steps  # noqa: PLC0415

    steps.complete(session, dossier, node, viewer=bureau.holder(bureau.step(dossier)), note="Đủ.", now=later)

    assert learning.learn(session, now=later)
    assert learning.learn(session, now=later, check=True) == []
    row = session.get_one(StepEffort, (CODE, node))
    assert row.samples == 1
    assert row.minutes == 120
    assert row.expected_minutes == (row.minutes + 8 * row.prior_minutes + 4) // 9
    route(session, dossier.id, now=later)
    again = bureau.at(Act.APPRAISE)
    assert last_assignment(session, again)["expected"] == row.expected_minutes


def test_the_reasons_are_in_the_chained_event(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    kept = session.scalars(
        sa.select(DossierEvent)
        .where(DossierEvent.dossier_id == dossier.id, DossierEvent.kind == EventKind.STEP_ASSIGNED)
        .order_by(DossierEvent.version.desc())
    ).first()
    assert kept is not None
    assert {"candidates", "load", "load_after", "open_steps", "why"} <= set(kept.params)


def test_substitution_in_a_chain_and_no_circle(bureau: Bureau, session: Session) -> None:
    head = bureau.viewer(Role.HEAD)
    first, second, third = bureau.specialists
    add_substitution(session, first.id, second.id, WEEK, viewer=head, now=MONDAY)
    add_substitution(session, second.id, third.id, WEEK, viewer=head, now=MONDAY)

    seats = standing_in.seats(session, third.person_id, day=TODAY)
    assert {seat.id for seat in seats} == {first.id, second.id}
    assert {seat.own_post_id for seat in seats} == {third.id}
    assert standing_in.seats(session, third.person_id, day=TODAY + timedelta(days=7)) == ()
    with pytest.raises(Invalid, match="circle"):
        add_substitution(session, third.id, first.id, WEEK, viewer=head, now=MONDAY)
    later = Period(first_day=TODAY + timedelta(days=10), last_day=TODAY + timedelta(days=12))
    add_substitution(session, third.id, first.id, later, viewer=head, now=MONDAY)


def test_what_a_closed_agency_was_competent_for_goes_to_its_successor(bureau: Bureau, session: Session) -> None:
    other = next(one for one in bureau.world.agencies.values() if one.id != bureau.agency.id and not one.is_intake)
    bureau.agency.closed_at, bureau.agency.successor_id = MONDAY, other.id
    dossier = bureau.world.file(CODE, seed=7)
    session.flush()
    route(session, dossier.id, now=MONDAY)

    assert dossier.agency_id == other.id


def test_a_closed_agency_without_an_open_successor_leaves_the_dossier_to_the_dispatcher(
    bureau: Bureau, session: Session
) -> None:
    bureau.agency.closed_at, bureau.agency.successor_id = MONDAY, None
    dossier = bureau.world.file(CODE, seed=7)
    session.flush()
    route(session, dossier.id, now=MONDAY)

    assert dossier.agency_id is None
    assert history(session, dossier.id)[-1].kind is EventKind.SENT_TO_DISPATCHER


def test_the_team_page_shows_the_load_steps_are_given_by(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    step = bureau.step(dossier)
    later = MONDAY + timedelta(hours=2)
    shown = {one.person_id: one.load for one in queries.people_of(session, bureau.agency.id, now=later)}
    chosen = queries.candidates(session, agency_id=bureau.agency.id, role=Role.SPECIALIST, now=later)
    at_once = queries.candidates(session, agency_id=bureau.agency.id, role=Role.SPECIALIST, now=MONDAY)

    assert {one.person_id: one.load for one in chosen}.items() <= shown.items()
    holder = bureau.person(step.post_id)
    before = next(one.load for one in at_once if one.person_id == holder.id)
    assert (before, shown[holder.id]) == (60, 15)  # two hours have run, and what is in hand never counts for nothing
