"""The head's people, one's own day, the dispatcher's queue, and why a step is with whom it is."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Absence, AbsenceKind, Person, Post, Substitution
from portal.clock.zone import office_day
from portal.routing.actions.people import Period, add_absence
from portal.routing.models import ConflictOfInterest, PersonSkill, SkillNeed
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.factories.world import MONDAY
from tests.fixtures.app import Browser
from tests.routing.conftest import Bureau, viewer_of

TODAY = office_day(datetime.now(UTC))
DAY = {"day": str(TODAY.day), "month": str(TODAY.month), "year": str(TODAY.year)}


def period(prefix: str) -> dict[str, list[str]]:
    day = [DAY["day"], DAY["month"], DAY["year"]]
    return {f"{prefix}-first_day": day, f"{prefix}-last_day": day}


@pytest.fixture
def browser_of(session: Session, new_client: Callable[[], Browser]) -> Callable[[Post], Browser]:
    def sign_in(post: Post) -> Browser:
        browser = new_client()
        people.sign_in(browser, session.get_one(Person, post.person_id))
        return browser

    return sign_in


def test_the_head_sees_the_people_of_the_agency_with_their_load(
    bureau: Bureau, session: Session, browser_of: Callable[[Post], Browser]
) -> None:
    bureau.at(Act.APPRAISE)
    session.commit()
    text = browser_of(bureau.post(Role.HEAD)).get("/team").text

    assert "Chuyên viên 2" in text
    assert "<meter" in text
    assert "style=" not in text.split("<main")[1]


def test_an_officer_arranges_their_own_absence_and_substitute(
    bureau: Bureau, session: Session, browser_of: Callable[[Post], Browser]
) -> None:
    absent, substitute, _ = bureau.specialists
    browser = browser_of(absent)
    assert browser.get("/my-day").status_code == 200
    path = f"/team/{absent.person_id}"

    answer = browser.post(f"{path}/absence", data={"absence-kind": "leave", **period("absence"), "absence-note": "Gấp"})
    assert (answer.status_code, answer.location) == (303, "/my-day"), answer.text
    data = {"substitution-post": str(absent.id), "substitution-substitute": str(substitute.id)}
    assert browser.post(f"{path}/substitution", data={**data, **period("substitution")}).status_code == 303
    assert session.scalars(sa.select(Absence.person_id)).all() == [absent.person_id]
    assert session.scalars(sa.select(Substitution.substitute_post_id)).all() == [substitute.id]

    theirs = browser_of(substitute).get("/my-day").text
    assert "Ông/bà đang làm thay" in theirs
    assert "Gấp" in theirs
    back = {"substitution-post": str(substitute.id), "substitution-substitute": str(absent.id)}
    refused = browser_of(substitute).post(
        f"/team/{substitute.person_id}/substitution", data={**back, **period("substitution")}
    )
    assert refused.status_code == 422
    assert "tự làm thay chính mình" in refused.text


def test_nobody_arranges_anything_for_a_stranger_or_grades_themselves(
    bureau: Bureau, session: Session, browser_of: Callable[[Post], Browser]
) -> None:
    first, second, _ = bureau.specialists
    browser = browser_of(first)
    skills = {"skills-skills": "kết cấu"}
    assert browser.post(f"/team/{second.person_id}/skills", data=skills).status_code == 404
    assert browser.post(f"/team/{first.person_id}/skills", data=skills).status_code == 404
    assert browser.get(f"/team/{second.person_id}").status_code == 403
    assert session.scalars(sa.select(PersonSkill)).all() == []


def test_the_head_arranges_skills_needs_conflicts_and_hands_over(
    bureau: Bureau, session: Session, browser_of: Callable[[Post], Browser]
) -> None:
    dossier = bureau.at(Act.APPRAISE)
    held = session.get_one(Post, bureau.step(dossier).post_id)
    company = bureau.world.company
    assert company is not None
    session.commit()
    head, path = browser_of(bureau.post(Role.HEAD)), f"/team/{held.person_id}"

    assert (
        head.post(f"{path}/skills", data={"skills-known": "language:zh", "skills-skills": "kết cấu"}).status_code == 303
    )
    need = {"need-role": "specialist", "need-skill": "kết cấu", "need-procedure": ""}
    assert head.post("/team/needs", data=need).status_code == 303
    conflict = {"conflict-tax_code": company.tax_code or "", "conflict-reason": "Anh rể là giám đốc"}
    assert head.post(f"{path}/conflict", data=conflict).status_code == 303
    other = next(post for post in bureau.specialists if post.id != held.id)
    answer = head.post(f"{path}/hand-over", data={"hand-to": str(other.id)}, follow_redirects=True)

    assert "Đã bàn giao 1 bước" in answer.text
    session.expire_all()
    assert bureau.step(dossier).post_id == other.id
    assert set(session.scalars(sa.select(PersonSkill.skill))) == {"kết cấu", "language:zh"}
    assert session.scalars(sa.select(SkillNeed.skill)).all() == ["kết cấu"]
    assert session.scalars(sa.select(ConflictOfInterest.person_id)).all() == [held.person_id]


def test_the_dispatcher_sees_the_reason_and_gives_the_step(
    bureau: Bureau, session: Session, browser_of: Callable[[Post], Browser]
) -> None:
    week = Period(first_day=office_day(MONDAY), last_day=TODAY)
    for post in bureau.specialists:
        viewer = viewer_of(session, post)
        add_absence(session, post.person_id, week, kind=AbsenceKind.SICK, note="", viewer=viewer, now=MONDAY)
    dossier = bureau.at(Act.APPRAISE)
    officer = people.officer(session, bureau.world.agencies["land_registry"], Role.DISPATCHER)
    session.commit()
    browser = browser_of(session.scalars(sa.select(Post).where(Post.person_id == officer.id)).one())

    page = browser.get("/dispatch").text
    assert dossier.code in page
    assert "mọi người đều vắng" in page
    node = bureau.step(dossier).node_key
    answer = browser.post(f"/dispatch/{dossier.code}/{node}", data={"post": str(bureau.specialists[2].id)})

    assert answer.status_code == 303
    session.expire_all()
    assert bureau.step(dossier).post_id == bureau.specialists[2].id
    assert dossier.code not in browser.get("/dispatch").text


@pytest.mark.parametrize(
    ("language", "words"),
    [("vi", "Vì sao giao cho ông/bà"), ("en", "Why you got it"), ("zh", "为何由您经办")],
)
def test_the_officer_reads_why_they_got_it(
    bureau: Bureau, session: Session, browser_of: Callable[[Post], Browser], language: str, words: str
) -> None:
    dossier = bureau.at(Act.APPRAISE)
    session.commit()
    browser = browser_of(session.get_one(Post, bureau.step(dossier).post_id))
    browser.post("/accounts/language", data={"language": language, "next": "/"})
    browser.post("/language", data={"language": language, "next": "/"})

    text = browser.get(f"/desk/{dossier.code}").text

    assert words in text
    assert {"vi": "Có 3 người giữ vai trò này.", "en": "3 people hold this role.", "zh": "3人担任此职。"}[
        language
    ] in text


def test_pages_of_people_cost_the_same_however_many_steps_there_are(
    bureau: Bureau, session: Session, browser_of: Callable[[Post], Browser], statements: Callable[[], object]
) -> None:
    bureau.at(Act.APPRAISE)
    session.commit()
    browser = browser_of(bureau.post(Role.HEAD))
    browser.get("/team")
    with statements() as few:  # type: ignore[attr-defined]
        browser.get("/team")
    for _ in range(2):
        bureau.at(Act.APPRAISE)
    session.commit()
    with statements() as many:  # type: ignore[attr-defined]
        browser.get("/team")
    assert len(few) == len(many)


def test_a_skill_is_chosen_in_words_or_written_and_what_is_wrong_stands_beside_it(
    bureau: Bureau, session: Session, browser_of: Callable[[Post], Browser]
) -> None:
    person = bureau.specialists[0].person_id
    session.commit()
    head = browser_of(bureau.post(Role.HEAD))
    page = head.get(f"/team/{person}").text
    assert "language:zh" not in re.sub(r'value="[^"]*"', "", page)
    assert "tiếng Trung" in page
    both = {"need-role": "specialist", "need-procedure": "", "need-skill": "language:zh", "need-other": "đo đạc"}
    neither = {"need-role": "specialist", "need-procedure": ""}
    for wrong, said in ((both, "không làm cả hai"), (neither, "hoặc viết kỹ năng khác")):
        refused = head.post("/team/needs", data=wrong)
        assert refused.status_code == 422
        assert said in refused.text
    assert 'value="đo đạc"' in head.post("/team/needs", data=both).text
    assert session.scalars(sa.select(SkillNeed.skill)).all() == []
    assert head.post("/team/needs", data={**neither, "need-role": "nobody"}).status_code == 422
    assert head.post("/team/needs", data={**neither, "need-other": "đo đạc"}).status_code == 303

    assert head.post(f"/team/{person}/skills", data={"skills-known": ["đo đạc", "language:en"]}).status_code == 303
    session.expire_all()
    assert set(session.scalars(sa.select(PersonSkill.skill))) == {"đo đạc", "language:en"}
