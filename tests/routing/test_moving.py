"""Running dossiers are moved to a corrected version of their procedure: what stays, what changes, what is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, Post
from portal.catalogue.actions import publish
from portal.catalogue.definition import Definition
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.dossiers.actions import steps
from portal.dossiers.following import step_name
from portal.dossiers.models import Dossier
from portal.dossiers.record import history
from portal.dossiers.replaying import replayed
from portal.dossiers.terms import Terms, terms_for
from portal.dossiers.visits import shares
from portal.foundation.errors import Forbidden, Refused
from portal.routing.actions import route
from portal.routing.actions.moving import move
from portal.routing.queries import moving
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role
from tests.abuse.wholeness import assert_whole
from tests.factories import people
from tests.factories.world import MONDAY
from tests.fixtures.app import Browser
from tests.routing.conftest import CODE, Bureau, viewer_of

Content = dict[str, Any]
LATER = MONDAY + timedelta(hours=3)


def corrected(session: Session, change: Callable[[Content], None]) -> ProcedureVersion:
    """The next version of the procedure, differing by this."""
    newest = session.scalars(
        sa.select(ProcedureVersion).where(ProcedureVersion.code == CODE).order_by(ProcedureVersion.number.desc())
    ).first()
    assert newest is not None
    content = definition_of(newest).model_dump(mode="json", exclude_defaults=True)
    change(content)
    made = publish(session, Definition.model_validate(content), now=MONDAY, origin="test")
    assert made is not None
    return made


def step(content: Content, code: str) -> Content:
    return next(one for one in content["steps"] if one["code"] == code)


def longer(content: Content) -> None:
    for rule in content["limits"]:
        rule["amount"] = int(rule["amount"]) + 5


def with_second_check(content: Content) -> None:
    place = content["steps"].index(step(content, "approve"))
    second = {**step(content, "conclude"), "code": "second_check", "after": ["conclude"]}
    content["steps"].insert(place, second)
    step(content, "approve")["after"] = ["second_check"]


def without_visit(content: Content) -> None:
    content["steps"].remove(step(content, "site_visit"))
    step(content, "conclude")["after"].remove("site_visit")


def of_another_role(content: Content) -> None:
    step(content, "site_visit")["role"] = "head"


@pytest.fixture
def administrator(bureau: Bureau, session: Session) -> Post:
    officer = people.officer(session, bureau.agency, Role.ADMINISTRATOR, name="Quản trị viên")
    return session.scalars(sa.select(Post).where(Post.person_id == officer.id)).one()


def test_the_law_s_limit_follows_and_the_promise_stays(bureau: Bureau, session: Session, administrator: Post) -> None:
    dossier = bureau.at(Act.APPRAISE)
    statutory, promised, before = dossier.statutory_due_at, dossier.promised_due_at, dossier.procedure_version_id
    target = corrected(session, longer)

    move(session, dossier.id, target, reason="Sai thời hạn", viewer=viewer_of(session, administrator), now=LATER)

    assert dossier.procedure_version_id == target.id
    assert dossier.statutory_due_at is not None
    assert statutory is not None
    assert dossier.statutory_due_at > statutory
    assert dossier.promised_due_at == promised
    last = history(session, dossier.id)[-1]
    assert last.kind is EventKind.MOVED_TO_VERSION
    assert (last.params["version_before"], last.params["version"]) == (str(before), str(target.id))
    assert_whole(session, dossier.id)


def test_new_steps_lie_ahead_and_the_dossier_walks_through_them(
    bureau: Bureau, session: Session, administrator: Post
) -> None:
    dossier = bureau.at(Act.APPRAISE)
    target = corrected(session, with_second_check)
    answers = moving.latest_answers(session, dossier.id)
    seen = moving.look(dossier, history(session, dossier.id), answers, target, now=LATER)
    assert (seen.added, seen.left_out, seen.obstacle) == (("second_check",), (), None)

    move(session, dossier.id, target, reason="Thiếu bước", viewer=viewer_of(session, administrator), now=LATER)
    bureau.walk(dossier, Act.SIGN)

    kinds = [(event.kind, event.params.get("node")) for event in history(session, dossier.id)]
    assert (EventKind.STEP_COMPLETED, "second_check") in kinds
    assert "second_check" in replayed(dossier, history(session, dossier.id)).passed
    assert_whole(session, dossier.id)


@pytest.mark.parametrize(
    ("change", "code"), [(without_visit, "moving.step_gone"), (of_another_role, "moving.step_differs")]
)
def test_a_dossier_whose_step_is_not_the_same_work_there_stays_where_it_is(
    bureau: Bureau, session: Session, administrator: Post, change: Callable[[Content], None], code: str
) -> None:
    dossier = at_node(bureau, "site_visit")
    version = dossier.version

    with pytest.raises(Refused) as refused:
        move(
            session, dossier.id, corrected(session, change), reason="Sửa", viewer=viewer_of(session, administrator),
            now=LATER,
        )  # fmt: skip

    assert refused.value.code == code
    assert dossier.version == version


def renamed(content: Content) -> None:
    step(content, "site_visit")["name"] = {"vi": "Xem hiện trường", "en": "Look at the site", "zh": "查看现场"}


def test_a_step_done_before_the_move_is_called_as_it_was_then_and_an_open_one_as_it_is_now(
    bureau: Bureau, session: Session, administrator: Post, client: Browser
) -> None:
    dossier = at_node(bureau, "site_visit")
    old = step_name(definition_of(dossier.procedure), "site_visit", "vi")
    here = bureau.step(dossier)
    bureau.session.commit()
    people.sign_in(client, session.get_one(Person, bureau.holder(here).person_id))
    target = corrected(session, renamed)
    move(session, dossier.id, target, reason="Sửa tên", viewer=viewer_of(session, administrator), now=LATER)
    session.commit()
    assert "Xem hiện trường" in client.get(f"/desk/{dossier.code}").text

    steps.complete(session, dossier, here.node_key, viewer=bureau.holder(here), note="Đủ điều kiện.", now=LATER)
    gone = corrected(session, without_visit)
    move(session, dossier.id, gone, reason="Bỏ bước", viewer=viewer_of(session, administrator), now=LATER)
    session.commit()

    page = client.get(f"/desk/{dossier.code}")
    assert page.status_code == 200
    assert "Xem hiện trường" in page.text, "as it was called when it was done"
    assert old in page.text, "as it was called when it was opened"
    assert ">site_visit<" not in page.text
    assert "Xem hiện trường" in client.get(f"/dossiers/{dossier.code}/slip").text
    assert [one["step"] for one in shares(dossier, history(session, dossier.id))].count("site_visit") == 1


def at_node(bureau: Bureau, node: str) -> Dossier:
    dossier = bureau.at(Act.APPRAISE)
    for _ in range(5):
        here = bureau.step(dossier)
        if here.node_key == node:
            return dossier
        steps.complete(
            bureau.session, dossier, here.node_key, viewer=bureau.holder(here), note="Đủ điều kiện.", now=MONDAY
        )
        route(bureau.session, dossier.id, now=MONDAY)
    raise AssertionError("the dossier never came there")


def test_a_longer_limit_does_not_hide_that_a_dossier_is_late(
    bureau: Bureau, session: Session, administrator: Post
) -> None:
    dossier = bureau.at(Act.APPRAISE)
    assert dossier.statutory_due_at is not None
    late = dossier.statutory_due_at + timedelta(days=1)

    with pytest.raises(Refused) as refused:
        move(
            session, dossier.id, corrected(session, longer), reason="Sửa", viewer=viewer_of(session, administrator),
            now=late,
        )  # fmt: skip

    assert refused.value.code == "moving.stays_late"


def test_only_an_administrator_moves_dossiers(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.APPRAISE)
    with pytest.raises(Forbidden):
        move(session, dossier.id, corrected(session, longer), reason="x", viewer=bureau.viewer(Role.LEADER), now=LATER)


def test_the_page_shows_what_would_change_and_moves_what_was_chosen(
    bureau: Bureau, session: Session, administrator: Post, new_client: Callable[[], Browser]
) -> None:
    moved, kept = bureau.at(Act.APPRAISE), bureau.at(Act.APPRAISE, 2)
    target = corrected(session, with_second_check)
    session.commit()
    browser = new_client()
    people.sign_in(browser, session.get_one(Person, administrator.person_id))

    assert f"/versions/{CODE}" in browser.get("/versions").text
    text = browser.get(f"/versions/{CODE}").text
    assert moved.code in text
    assert kept.code in text
    assert "Còn phải qua" in text

    data = {"version": str(target.number), "dossier": [str(moved.id)]}
    nothing_said = browser.post(f"/versions/{CODE}", data=data)
    assert nothing_said.status_code == 422
    done = browser.post(f"/versions/{CODE}", data={**data, "reason": "Thiếu bước kiểm tra"})

    assert done.status_code == 303
    session.expire_all()
    assert session.get_one(Dossier, moved.id).procedure_version_id == target.id
    assert session.get_one(Dossier, kept.id).procedure_version_id != target.id
    assert moved.code not in browser.get(f"/versions/{CODE}").text.split("<table")[-1]


def test_a_supplement_after_the_move_keeps_the_promise(bureau: Bureau, session: Session, administrator: Post) -> None:
    dossier = bureau.at(Act.APPRAISE)
    promised = Terms.from_json(dossier.terms).promised
    move(
        session, dossier.id, corrected(session, longer), reason="Sửa", viewer=viewer_of(session, administrator),
        now=LATER,
    )  # fmt: skip
    kept = Terms.from_json(dossier.terms)
    answers = moving.latest_answers(session, dossier.id)
    fresh = terms_for(definition_of(dossier.procedure), dossier.case_key, dict(answers or {}), places=places())

    after = kept.with_answers(fresh)
    assert (after.promised.amount, after.statutory.amount) == (promised.amount, fresh.statutory.amount)
    assert fresh.promised.amount != promised.amount
