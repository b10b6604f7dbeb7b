"""The acts of the review page: who may, what is refused and how, and that nothing typed is lost."""

import html
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Person, Post, SignIn
from portal.clock.zone import office_day
from portal.dossiers.actions import withdrawal
from portal.dossiers.models import (
    Dossier,
    DossierEvent,
    DossierPause,
    DossierStep,
    SupplementRequest,
    SupplementState,
)
from portal.dossiers.writing import Writer
from portal.foundation.formats import short_instant
from portal.letters.contents import Signatory
from portal.routing.actions import route
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome, Role, State
from tests.desk.conftest import Office
from tests.factories import people
from tests.fixtures.app import Browser

NOTE = "Một ghi chú dài mà không ai muốn gõ lại."


def state_of(session: Session, dossier: Dossier) -> State:
    session.expire_all()
    return session.get_one(Dossier, dossier.id).state


def events_of(session: Session, dossier: Dossier, kind: EventKind) -> int:
    found = sa.select(sa.func.count()).where(DossierEvent.dossier_id == dossier.id, DossierEvent.kind == kind)
    return session.scalar(found) or 0


def test_opening_a_filed_dossier_at_the_counter_is_recorded_once(office: Office, session: Session) -> None:
    dossier = office.file()
    counter = office.browser("service_centre", Role.ONE_STOP)
    counter.get(f"/desk/{dossier.code}")
    counter.get(f"/desk/{dossier.code}")

    assert events_of(session, dossier, EventKind.OPENED_BY_OFFICE) == 1


def test_a_foreign_dossier_is_not_found_by_page_or_act(office: Office) -> None:
    dossier = office.accepted("1.013225")
    step = office.open_steps(dossier)[0]
    stranger = office.browser("finance", Role.HEAD)

    assert stranger.get(f"/desk/{dossier.code}").status_code == 404
    for path in ("supplement", "withdrawal", f"steps/{step.node_key}/complete", f"steps/{step.node_key}/take"):
        assert office.do(stranger, dossier, path, **{"withdrawal-answer": "grant"}).status_code == 404, path


def test_whether_one_may_is_asked_before_whether_the_form_is_complete(office: Office) -> None:
    dossier = office.accepted()
    step = office.open_steps(dossier)[0]
    clerk, counter = office.at(dossier, Role.CLERK), office.browser("service_centre", Role.ONE_STOP)

    assert office.do(clerk, dossier, f"steps/{step.node_key}/send-back").status_code == 403
    assert office.do(counter, dossier, "refuse").status_code == 403
    assert office.do(office.at(dossier, Role.HEAD), dossier, "withdrawal").status_code == 403
    assert counter.post(f"/desk/{dossier.code}/refuse", data={"version": "1"}).status_code == 409


def test_a_colleague_of_another_role_sees_the_dossier_but_may_not_act(office: Office, session: Session) -> None:
    dossier = office.accepted()
    step = office.open_steps(dossier)[0]
    clerk = office.at(dossier, Role.CLERK)

    assert clerk.get(f"/desk/{dossier.code}").status_code == 200
    assert clerk.post(f"/desk/{dossier.code}/accept", data={"version": "1"}).status_code == 403
    refused = office.do(clerk, dossier, f"steps/{step.node_key}/complete", **{f"do-{step.node_key}-note": NOTE})
    assert refused.status_code == 403
    assert events_of(session, dossier, EventKind.STEP_COMPLETED) == 1


def test_a_stale_act_says_what_changed_and_keeps_what_was_typed(office: Office, session: Session) -> None:
    dossier = office.accepted()
    step = office.work_until(dossier, Act.APPRAISE)
    version = session.get_one(Dossier, dossier.id).version
    head = office.at(dossier, Role.HEAD)
    office.do(head, dossier, "supplement", other="Thiếu bản vẽ mặt đứng.")

    browser = office.holder(step)
    data = {"version": str(version), f"do-{step.node_key}-note": NOTE}
    answer = browser.post(f"/desk/{dossier.code}/steps/{step.node_key}/complete", data=data)

    assert answer.status_code == 409
    assert NOTE in answer.text
    assert "mc-timeline__item" in answer.text


def test_the_second_press_of_a_button_does_nothing(office: Office, session: Session) -> None:
    dossier = office.file()
    counter = office.browser("service_centre", Role.ONE_STOP)
    data = {"version": str(session.get_one(Dossier, dossier.id).version)}
    first = counter.post(f"/desk/{dossier.code}/accept", data=data)
    second = counter.post(f"/desk/{dossier.code}/accept", data=data)

    assert (first.status_code, second.status_code) == (303, 409)
    assert events_of(session, dossier, EventKind.ACCEPTED) == 1


def test_an_act_without_a_version_is_never_done(office: Office, session: Session) -> None:
    dossier = office.file()
    answer = office.browser("service_centre", Role.ONE_STOP).post(f"/desk/{dossier.code}/accept")

    assert answer.status_code == 409
    assert state_of(session, dossier) is State.FILED


def test_refusing_intake_needs_a_reason_and_ends_the_dossier(office: Office, session: Session) -> None:
    dossier = office.file()
    counter = office.browser("service_centre", Role.ONE_STOP)

    empty = office.do(counter, dossier, "refuse", **{"refuse-legal_ground": "Điều 7 Nghị định 61"})
    assert empty.status_code == 422
    assert "Điều 7 Nghị định 61" in empty.text
    done = office.do(counter, dossier, "refuse", **{"refuse-reason": "Không thuộc thẩm quyền."})
    assert done.status_code == 303
    assert state_of(session, dossier) is State.NOT_ACCEPTED


def test_an_opinion_needs_a_conclusion_and_reasons_and_both_stay_where_one_is_missing(office: Office) -> None:
    dossier = office.accepted("1.009645")
    step = office.work_until(dossier, Act.OPINION)
    browser, path = office.holder(step), f"steps/{step.node_key}/complete"

    without_conclusion = office.do(browser, dossier, path, **{f"do-{step.node_key}-note": NOTE})
    without_note = office.do(browser, dossier, path, **{f"do-{step.node_key}-conclusion": "disagree"})

    assert (without_conclusion.status_code, without_note.status_code) == (422, 422)
    assert NOTE in without_conclusion.text
    assert 'value="disagree" checked' in without_note.text


def test_ticks_become_a_request_that_the_head_approves(office: Office, session: Session) -> None:
    dossier = office.accepted()
    specialist = office.holder(office.work_until(dossier, Act.APPRAISE))
    ticked = {
        "tick.document.drawings": "wrong",
        "stock.document.drawings": "unreadable",
        "tick.field.works_name": "wrong",
        "why.field.works_name": "Tên chưa khớp bản vẽ.",
        "tick.field.plot_number": "ok",
    }

    assert office.do(specialist, dossier, "supplement", **ticked).status_code == 303
    request = session.scalars(sa.select(SupplementRequest)).one()
    assert request.state is SupplementState.DRAFTED
    assert state_of(session, dossier) is State.IN_PROGRESS
    head = office.at(dossier, Role.HEAD)
    assert dossier.code in head.get("/desk?tab=approvals").text
    page = head.get(f"/desk/{dossier.code}").text
    assert "Tên chưa khớp bản vẽ." in page
    assert "Bản chụp mờ" in page
    assert office.do(specialist, dossier, "supplement/send").status_code == 403

    assert office.do(head, dossier, "supplement/send").status_code == 303
    assert state_of(session, dossier) is State.SUPPLEMENT_REQUESTED
    assert dossier.code in head.get("/desk?tab=waiting").text
    assert dossier.code not in head.get("/desk?tab=unit").text
    assert_no_date_from_before(office, dossier, head)


def assert_no_date_from_before(office: Office, dossier: Dossier, head: Browser) -> None:
    """The row and the page of a stopped dossier say since when its clock stands, and no due date of that moment."""
    office.session.expire_all()
    kept = office.session.get_one(Dossier, dossier.id).statutory_due_at
    (step,) = office.session.scalars(sa.select(DossierStep).where(DossierStep.closed_at.is_(None))).all()
    since = office.session.scalars(sa.select(DossierPause.began_at)).one()
    assert kept is not None
    for address in ("/desk?tab=waiting", f"/desk?tab=search&q={dossier.code}"):
        text = head.get(address).text
        assert f"từ ngày {office_day(since):%d/%m/%Y}" in text
        assert "còn lùi cho đến khi có trả lời" in text
        assert f"{office_day(kept):%d/%m/%Y}" not in text
    page = head.get(f"/desk/{dossier.code}").text
    assert f"hạn {short_instant(step.due_at, 'vi')}" not in page
    assert "Tạm dừng tính thời hạn</p>" in page


def test_a_request_without_a_reason_comes_back_with_its_ticks(office: Office, session: Session) -> None:
    dossier = office.file()
    counter = office.browser("service_centre", Role.ONE_STOP)

    answer = office.do(counter, dossier, "supplement", **{"tick.field.works_name": "wrong", "reason": NOTE})

    assert answer.status_code == 422
    assert NOTE in answer.text
    assert 'name="tick.field.works_name" value="wrong" checked' in answer.text
    assert state_of(session, dossier) is State.FILED


def test_the_head_drops_a_request_and_nothing_is_sent(office: Office, session: Session) -> None:
    dossier = office.accepted()
    specialist = office.holder(office.work_until(dossier, Act.APPRAISE))
    office.do(specialist, dossier, "supplement", other="Thiếu bản vẽ.")
    assert office.do(office.at(dossier, Role.HEAD), dossier, "supplement/drop").status_code == 303

    assert session.scalars(sa.select(SupplementRequest)).one().state is SupplementState.DROPPED
    assert state_of(session, dossier) is State.IN_PROGRESS


def test_one_person_with_two_posts_does_not_both_appraise_and_approve(office: Office, session: Session) -> None:
    dossier = office.accepted()
    agency = office.world.agencies[office.competent(dossier)]
    both = people.officer(session, agency, Role.SPECIALIST, Role.HEAD, name="Hứa Thị Mai")
    session.commit()
    browser = office.of_person(both.id)
    step = office.work_until(dossier, Act.APPRAISE)
    data = {f"do-{step.node_key}-note": NOTE}
    assert office.do(browser, dossier, f"steps/{step.node_key}/complete", **data).status_code == 303
    step = office.work_until(dossier, Act.APPROVE)

    data = {f"do-{step.node_key}-note": "Ý kiến khác"}
    answer = office.do(browser, dossier, f"steps/{step.node_key}/complete", **data)

    assert answer.status_code == 409
    assert "Ý kiến khác" in answer.text
    assert office.open_steps(dossier)[0].node_key == step.node_key


def test_sending_back_opens_the_earlier_step_with_the_same_hands(office: Office) -> None:
    dossier = office.accepted()
    step = office.work_until(dossier, Act.APPROVE)
    browser, key = office.holder(step), step.node_key

    empty = office.do(browser, dossier, f"steps/{key}/send-back", **{f"back-{key}-to": "conclude"})
    assert empty.status_code == 422
    nowhere = office.do(
        browser, dossier, f"steps/{key}/send-back", **{f"back-{key}-to": "intake", f"back-{key}-note": NOTE}
    )
    assert nowhere.status_code == 409
    assert NOTE in nowhere.text
    data = {f"back-{key}-to": "conclude", f"back-{key}-note": NOTE}
    assert office.do(browser, dossier, f"steps/{key}/send-back", **data).status_code == 303

    standing = office.open_steps(dossier)
    assert [one.node_key for one in standing] == ["conclude"]
    assert standing[0].assignment_reason == "had_it_before"
    assert NOTE in office.holder(standing[0]).get(f"/desk/{dossier.code}").text


def test_a_colleague_takes_a_step_over_and_the_head_gives_it_back(office: Office, session: Session) -> None:
    dossier = office.accepted()
    step = office.work_until(dossier, Act.APPRAISE)
    first_post = step.post_id
    agency = office.world.agencies[office.competent(dossier)]
    second = people.officer(session, agency, Role.SPECIALIST, name="Hứa Thị Mai")
    session.commit()
    colleague = office.of_person(second.id)

    assert "/take" in colleague.get(f"/desk/{dossier.code}").text
    assert office.do(colleague, dossier, f"steps/{step.node_key}/take").status_code == 303
    assert office.open_steps(dossier)[0].post_id != first_post
    assert office.do(colleague, dossier, f"steps/{step.node_key}/take").status_code == 409

    head = office.at(dossier, Role.HEAD)
    given = office.do(head, dossier, f"steps/{step.node_key}/give", **{f"give-{step.node_key}-post": str(first_post)})
    assert given.status_code == 303
    assert office.open_steps(dossier)[0].post_id == first_post
    clerk_post = office.world.posts[office.competent(dossier), Role.CLERK].id
    wrong = office.do(head, dossier, f"steps/{step.node_key}/give", **{f"give-{step.node_key}-post": str(clerk_post)})
    assert wrong.status_code == 422


def test_the_head_chooses_who_handles_it(office: Office, session: Session) -> None:
    dossier = office.accepted()
    agency = office.world.agencies[office.competent(dossier)]
    second = people.officer(session, agency, Role.SPECIALIST, name="Hứa Thị Mai")
    session.commit()
    step = office.open_steps(dossier)[0]
    chosen = next(post.id for post in _posts(session, second))

    data = {f"do-{step.node_key}-post": str(chosen)}
    office.do(office.holder(step), dossier, f"steps/{step.node_key}/complete", **data)

    assert office.open_steps(dossier)[0].post_id == chosen


def test_signing_asks_for_the_second_factor_before_anything_is_typed(office: Office, session: Session) -> None:
    dossier = office.accepted("1.004191")
    step = office.work_until(dossier, Act.SIGN)
    leader = office.holder(step)
    _let_step_up_pass(session)

    opened = leader.get(f"/desk/{dossier.code}/sign/{step.node_key}")
    assert opened.status_code in {302, 303}
    assert "/step-up?next=" in opened.location
    late = office.do(leader, dossier, f"sign/{step.node_key}", outcome="refused", reason=NOTE)
    assert late.status_code == 403
    assert NOTE in late.text
    assert state_of(session, dossier) is State.IN_PROGRESS


def test_only_the_leader_of_the_step_opens_the_signing_page(office: Office) -> None:
    dossier = office.accepted("1.004191")
    step = office.work_until(dossier, Act.SIGN)

    address = f"/desk/{dossier.code}/sign/{step.node_key}"
    stranger = next(key for key in ("construction", "finance") if key != office.competent(dossier))
    assert office.at(dossier, Role.HEAD).get(address).status_code == 403
    assert office.browser(stranger, Role.LEADER).get(address).status_code == 404


@pytest.mark.parametrize(("answer", "expected"), [("grant", State.STOPPED), ("decline", State.IN_PROGRESS)])
def test_the_head_answers_a_request_to_withdraw(office: Office, session: Session, answer: str, expected: State) -> None:
    dossier = office.accepted()
    now = datetime.now(UTC)
    withdrawal.withdraw(session, dossier, viewer=office.world.company_viewer, reason="Đổi kế hoạch", now=now)
    session.commit()
    head = office.at(dossier, Role.HEAD)
    assert dossier.code in head.get("/desk?tab=withdrawals").text
    assert office.do(head, dossier, "withdrawal").status_code == 422

    done = office.do(head, dossier, "withdrawal", **{"withdrawal-answer": answer, "withdrawal-reason": "Vì vậy."})

    assert done.status_code == 303
    assert state_of(session, dossier) is expected


def test_the_dispatcher_chooses_the_agency_where_no_rule_does(office: Office, session: Session) -> None:
    dossier = office.world.file(now=datetime.now(UTC))
    dossier.terms = {**dossier.terms, "competent": "nobody"}
    session.flush()
    route(session, dossier.id, now=datetime.now(UTC))
    session.commit()
    dispatcher = office.browser("service_centre", Role.DISPATCHER)
    assert dossier.code in dispatcher.get("/desk?tab=dispatch").text
    assert office.do(dispatcher, dossier, "agency").status_code == 422

    agency = office.world.agencies["construction"]
    done = office.do(dispatcher, dossier, "agency", **{"agency-agency": str(agency.id)})

    assert done.status_code == 303
    session.expire_all()
    assert session.get_one(Dossier, dossier.id).agency_id == agency.id


def test_a_result_is_not_handed_over_before_it_is_issued(office: Office, session: Session) -> None:
    dossier = office.accepted()

    answer = office.do(office.browser("service_centre", Role.ONE_STOP), dossier, "hand-over")

    assert answer.status_code == 409
    assert state_of(session, dossier) is State.IN_PROGRESS


def test_a_consulted_officer_reads_the_dossier_without_the_offices_notes(office: Office) -> None:
    dossier = office.accepted("1.009645")
    head = office.open_steps(dossier)[0]
    office.do(office.holder(head), dossier, f"steps/{head.node_key}/complete", **{f"do-{head.node_key}-note": NOTE})
    asked = office.work_until(dossier, Act.OPINION)

    assert NOTE in office.at(dossier, Role.SPECIALIST).get(f"/desk/{dossier.code}").text
    page = office.holder(asked).get(f"/desk/{dossier.code}")
    assert page.status_code == 200
    assert NOTE not in page.text


def _posts(session: Session, who: Person) -> list[Post]:
    return list(session.scalars(sa.select(Post).where(Post.person_id == who.id)))


def _let_step_up_pass(session: Session) -> None:
    """Everybody showed their second factor eleven minutes ago."""
    earlier = datetime.now(UTC) - timedelta(minutes=11)
    session.execute(sa.update(SignIn).values(stepped_up_at=earlier))
    session.commit()


def test_the_leader_reads_before_signing_what_the_paper_will_say(office: Office, session: Session) -> None:
    dossier = office.accepted()
    step = office.work_until(dossier, Act.SIGN)

    page = html.unescape(office.holder(step).get(f"/desk/{dossier.code}/sign/{step.node_key}").text)

    writer = Writer(session, session.get_one(Dossier, dossier.id, options=[joinedload(Dossier.procedure)]))
    assert step.agency_id is not None
    paper = writer.decision(
        outcome=Outcome.GRANTED,
        agency_id=step.agency_id,
        signatory=Signatory(name="", post=""),
        issued_at=datetime.now(UTC),
    )
    facts = [text for fact in paper.facts for text in (fact.label.vi, *fact.value.split("\n"))]
    said = [paper.title.vi, *paper.grounds, *facts, *(article.vi for article in paper.articles), paper.owner.name]
    assert len(facts) > 10
    assert [text for text in said if text not in page] == []


def test_whoever_approves_reads_what_was_found_and_the_decision_beside_the_button(office: Office) -> None:
    dossier = office.accepted("1.013225")
    step = office.work_until(dossier, Act.APPROVE)
    head = office.holder(step)

    review = head.get(f"/desk/{dossier.code}").text
    panel = review[review.index(f'id="do-{step.node_key}"') : review.index("</section>", review.index('id="do-'))]
    draft = head.get(f"/desk/{dossier.code}/draft")

    assert "Đủ điều kiện." in panel
    assert f"/desk/{dossier.code}/draft" in panel
    assert draft.status_code == 200
    assert draft.text.count('class="mc-paper"') == 2  # if it is granted, and if it is refused
    assert "Đủ điều kiện." in draft.text
    assert f"{Role.LEADER.value} {office.competent(dossier)}" in draft.text


def test_before_it_is_accepted_there_is_no_decision_to_read(office: Office) -> None:
    dossier = office.file("1.013225")

    assert office.browser("service_centre", Role.ONE_STOP).get(f"/desk/{dossier.code}/draft").status_code == 404


def test_after_the_signature_no_supplement_is_offered_and_none_is_taken(office: Office, session: Session) -> None:
    dossier = office.accepted("1.004191")
    assert office.sign(dossier).status_code == 303
    head = office.at(dossier, Role.HEAD)

    asked = office.do(head, dossier, "supplement", other="Bản sao giấy phép.")

    assert 'id="supplement"' not in head.get(f"/desk/{dossier.code}").text
    assert asked.status_code == 409
    assert session.scalar(sa.select(sa.func.count()).select_from(SupplementRequest)) == 0
