"""A procedure, or one version of it, is taken out of force in the editor, and everybody can read since when and why."""

from datetime import timedelta
from typing import Any

import html5lib
import pytest
import sqlalchemy as sa

from portal.accounts.models import AuditRow
from portal.catalogue.actions import publish
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of, in_force, versions_of
from portal.clock.zone import office_day
from tests.authoring.desk import Desk, now
from tests.factories import people
from tests.fixtures.app import Browser

CODE = "1.013225"
PAGE = f"/authoring/published/{CODE}/withdraw"
WHY = "Quyết định 12/QĐ-UBND bãi bỏ"


@pytest.fixture
def administrator(client: Browser, desk: Desk) -> Browser:
    people.sign_in(client, desk.one)
    desk.step_up()
    return client


def typed(days: int = 2, **changes: Any) -> dict[str, Any]:
    day = office_day(now()) + timedelta(days=days)
    return {"number": "all", "withdrawn_on": [str(day.day), str(day.month), str(day.year)], "reason": WHY} | changes


def second_version(desk: Desk) -> ProcedureVersion:
    first = desk.world.versions[CODE]
    definition = definition_of(first)
    changed = definition.model_copy(update={"summary": definition.summary.model_copy(update={"en": "Another."})})
    made = publish(
        desk.session, changed, now=now(), origin="editor", by=desk.one.id, effective_on=office_day(now()), reason="Mới"
    )
    assert made is not None
    desk.session.commit()
    return made


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
def test_the_list_of_the_editor_leads_to_the_page(administrator: Browser, desk: Desk, language: str) -> None:
    administrator.set_cookie("motcua_test_language", language)

    assert f'href="{PAGE}"' in administrator.get("/authoring").text
    page = administrator.get(PAGE)
    assert page.status_code == 200
    html5lib.HTMLParser(strict=True).parse(page.text)


def test_a_withdrawn_procedure_says_so_to_whoever_looks_for_it(administrator: Browser, desk: Desk) -> None:
    done = administrator.post(PAGE, data=typed(0))

    assert done.status_code == 303
    assert WHY in administrator.get(done.location).text
    for language, words in (("vi", "đã bị bãi bỏ từ"), ("en", "was withdrawn on"), ("zh", "废止")):
        page = administrator.get(f"/{language}/procedures/{CODE}")
        assert page.status_code == 410
        assert words in page.text
        assert WHY in page.text
        html5lib.HTMLParser(strict=True).parse(page.text)
    row = desk.session.scalars(sa.select(AuditRow).where(AuditRow.verb == "authoring.withdraw")).one()
    assert (row.actor_id, row.thing, row.before) == (desk.one.id, f"procedure:{CODE}", {"version_1": None})
    assert row.after == {"version_1": office_day(now()).isoformat(), "reason": WHY}


def test_one_version_alone_gives_way_to_the_one_before_it(administrator: Browser, desk: Desk) -> None:
    second = second_version(desk)

    assert administrator.post(PAGE, data=typed(number=str(second.number))).status_code == 303

    desk.session.expire_all()
    days = [office_day(now()) + timedelta(days=after) for after in (1, 2)]
    found = [in_force(desk.session, CODE, on=day) for day in days]
    assert [one and one.number for one in found] == [2, 1]


def test_the_whole_procedure_has_no_version_that_comes_back(administrator: Browser, desk: Desk) -> None:
    second_version(desk)

    assert administrator.post(PAGE, data=typed()).status_code == 303

    desk.session.expire_all()
    assert in_force(desk.session, CODE, on=office_day(now()) + timedelta(days=2)) is None


def test_a_withdrawal_whose_day_has_not_come_can_be_taken_back(administrator: Browser, desk: Desk) -> None:
    administrator.post(PAGE, data=typed())
    assert WHY in administrator.get(PAGE).text

    kept = administrator.post(f"/authoring/published/{CODE}/1/keep")

    assert kept.status_code == 303
    desk.session.expire_all()
    assert [one.withdrawn_on for one in versions_of(desk.session, CODE)] == [None]
    assert administrator.post(f"/authoring/published/{CODE}/1/keep").status_code == 404


def test_what_has_ended_cannot_be_taken_back_or_withdrawn_again(administrator: Browser, desk: Desk) -> None:
    administrator.post(PAGE, data=typed(0))

    assert administrator.post(f"/authoring/published/{CODE}/1/keep").status_code == 404
    assert administrator.post(PAGE, data=typed()).status_code == 404
    assert "mc-editor-form" not in administrator.get(PAGE).text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reason": "  "}, "3 đến 500 ký tự"),
        ({"withdrawn_on": ["", "", ""]}, "Nhập ngày đầu tiên không còn áp dụng."),
        ({"withdrawn_on": ["1", "1", "2026"]}, "Chỉ bãi bỏ từ hôm nay trở đi"),
    ],
)
def test_a_mistake_stands_beside_its_box_and_nothing_typed_is_lost(
    administrator: Browser, desk: Desk, wrong: dict[str, Any], words: str
) -> None:
    page = administrator.post(PAGE, data=typed(**wrong))

    assert page.status_code == 422
    assert words in page.text
    if "reason" not in wrong:
        assert WHY in page.text
    desk.session.expire_all()
    assert [one.withdrawn_on for one in versions_of(desk.session, CODE)] == [None]


def test_what_was_typed_goes_along_to_the_second_factor_and_back(administrator: Browser, desk: Desk) -> None:
    desk.step_up(now() - timedelta(hours=1))

    led = administrator.post(PAGE, data=typed())
    assert led.location.startswith("/step-up")
    desk.step_up()
    back = administrator.get(f"{PAGE}?number=all&withdrawn_on=1&withdrawn_on=2&withdrawn_on=2030&reason=B%E1%BB%8F")

    assert 'value="2030"' in back.text
    assert "Bỏ</textarea>" in back.text


def test_a_number_of_no_version_means_the_whole_and_nothing_else(administrator: Browser, desk: Desk) -> None:
    assert administrator.get("/authoring/published/9.999999/withdraw").status_code == 404
    assert administrator.post("/authoring/published/9.999999/withdraw", data=typed()).status_code == 404
