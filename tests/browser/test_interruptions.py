"""What breaks in upon people while they file: a session that ends, a mandate taken back, a change of mind."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from portal.accounts.actions import mandates
from portal.accounts.models import Party, Person
from portal.workflow.lifecycle import Role
from tests.browser.walking import GO_ON, press, sign_in
from tests.browser.window import Window
from tests.factories import people
from tests.journeys import deciding, filing
from tests.journeys.town import Town

Open = Callable[..., Window]
PROCEDURE, CASE, SECTION = "1.013225", "works", "owner"
ENDED = """
    UPDATE sign_ins SET ends_at = now() FROM people p WHERE p.id = person_id AND p.email = %s RETURNING person_id"""
DOCUMENT = """
    SELECT f.document_key FROM attachments f JOIN dossiers d ON d.id = f.dossier_id WHERE d.code = %s
    ORDER BY f.document_key LIMIT 1"""
TYPED = "Công ty TNHH Gián Đoạn"


def begin(window: Window) -> str:
    """A new draft; its address."""
    page = window.open(f"/drafts/new?procedure={PROCEDURE}")
    page.check(f"[name=case][value={CASE}]")
    press(page, "main form button[type=submit]")
    return page.url


def text_box(window: Window) -> str:
    """The name of the first box for a line of text on the page."""
    box = window.page.locator("form[data-dossier-form] input[type=text]").locator("visible=true").first
    return str(box.get_attribute("name"))


def excuse(window: Window, *statuses: int) -> None:
    """What the browser notes of the answers that are to come here is no complaint."""
    words = [f"a status of {status}" for status in statuses]
    window.complaints[:] = [said for said in window.complaints if not any(word in said for word in words)]


def test_a_session_that_ends_in_the_middle_of_a_page_loses_nothing(town: Town, walk: Open) -> None:
    window = walk()
    sign_in(window, town, town.company_email)
    draft = begin(window)
    address = f"{draft}/sections/{filing.definitions()[PROCEDURE].sections[0].code}"
    page = window.open(address)
    name = text_box(window)
    assert town.rows(ENDED, town.company_email)
    page.fill(f'[name="{name}"]', TYPED)
    press(page, "form[data-dossier-form] button[type=submit]:not([name])")
    page.wait_for_url("**/sign-in**")
    window.look()
    page.fill("[name=email]", town.company_email)
    page.fill("[name=password]", people.PASSWORD)
    press(page, "main form button[type=submit]")
    assert TYPED in page.content()  # what was typed is here; nothing is sent without a press of the button
    window.look()
    press(page, "form[action*='/sections/'] button[type=submit]")

    assert window.open(address).input_value(f'[name="{name}"]') == TYPED
    excuse(window, 401, 403)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_back_button_leads_through_the_form_with_everything_kept_and_nobody_in_conflict_with_themselves(
    town: Town, walk: Open, scripts: bool
) -> None:
    window = walk(scripts=scripts)
    sign_in(window, town, town.company_email)
    draft, sections = begin(window), filing.definitions()[PROCEDURE].sections
    first, second = (f"{draft}/sections/{section.code}" for section in sections[:2])
    page = window.open(first)
    name = text_box(window)
    page.fill(f'[name="{name}"]', TYPED)
    with page.expect_navigation():
        page.locator(GO_ON).locator("visible=true").last.click()
    window.open(second)
    other = text_box(window)
    page.fill(f'[name="{other}"]', "Kho số 9")

    page.go_back()  # the second page is left without saving it
    page.wait_for_load_state()
    assert page.url.partition("?")[0] == first
    assert page.input_value(f'[name="{name}"]') == TYPED
    page.fill(f'[name="{name}"]', f"{TYPED} 2")
    with page.expect_navigation():
        page.locator(GO_ON).locator("visible=true").last.click()
    assert not page.locator(".mc-stale").count(), page.inner_text("main")

    page.go_back()
    page.wait_for_load_state()
    assert page.input_value(f'[name="{name}"]') == f"{TYPED} 2"
    assert window.open(first).input_value(f'[name="{name}"]') == f"{TYPED} 2"
    window.look()


def test_a_mandate_taken_back_in_mid_draft_shuts_the_agent_out_and_the_company_goes_on(town: Town, walk: Open) -> None:
    with Session(town.engine, expire_on_commit=False) as session:
        owner = session.query(Person).filter_by(email=town.company_email).one()
        company = session.query(Party).filter_by(name="Công ty TNHH Hoa Hồi Xứ Lạng").one()
        agency = people.party(session, name="Công ty Dịch vụ Kỳ Cùng")
        clerk = people.filer(session, company=agency)
        mandate = people.mandate(session, company, agency, fields=["construction"])
        session.commit()
    agent = walk()
    sign_in(agent, town, clerk.email)
    page = agent.open(f"/drafts/new?procedure={PROCEDURE}")
    page.check(f"[name=case][value={CASE}]")
    page.check(f"[name=party][value='{company.id}']")
    agent.look()
    press(page, "main form button[type=submit]")
    draft = page.url
    address = f"{draft}/sections/{filing.definitions()[PROCEDURE].sections[0].code}"
    page = agent.open(address)
    name = text_box(agent)

    with Session(town.engine) as session:
        mandates.revoke(session, mandate.id, party_id=company.id, by=owner.id, now=datetime.now(UTC))
        session.commit()
    page.fill(f'[name="{name}"]', TYPED)
    press(page, "form[data-dossier-form] button[type=submit]:not([name])")
    assert page.locator("form[data-dossier-form]").count() == 0  # the page is not there any more, for them
    agent.look()
    excuse(agent, 404)

    window = walk()
    sign_in(window, town, town.company_email)
    page = window.open(address)
    assert page.input_value(f'[name="{name}"]') != TYPED
    window.look()


def test_a_dossier_is_taken_back_and_its_end_complained_about(town: Town, walk: Open) -> None:
    code = filing.file_dossier(town.company(), PROCEDURE, CASE)
    window = walk()
    sign_in(window, town, town.company_email)
    page = window.open(f"/dossiers/{code}")
    press(page, "a[href$='/withdraw']")
    window.look()
    page.fill("[name=reason]", "Thay đổi thiết kế")
    press(page, "form[action$='/withdraw'] button[type=submit]")
    window.look()
    assert deciding.state_of(town, code) == "stopped"
    page = window.open(f"/dossiers/{code}")
    press(page, "a[href$='/complaint']")
    window.look()
    page.fill("[name=words]", "Hồ sơ bị dừng mà chưa được giải thích.")
    press(page, "form[action$='/complaint'] button[type=submit]")
    window.look()
    assert "Hồ sơ bị dừng" in page.inner_text("main")
    (matter,) = town.rows(
        "SELECT m.id FROM matters m JOIN dossiers d ON d.id = m.dossier_id WHERE d.code = %s AND m.kind = 'complaint'",
        code,
    )
    assert str(matter["id"]) in page.url


def test_a_request_for_a_better_copy_is_answered_beside_the_document_it_names(town: Town, walk: Open) -> None:
    code = filing.file_dossier(town.company(), PROCEDURE, CASE, seed=2)
    deciding.accept(town, code)
    deciding.work_through(town, code, until_role=Role.SPECIALIST)
    document = str(town.rows(DOCUMENT, code)[0]["document_key"])
    deciding.ask_for_a_better_copy(town, code, document)
    window = walk()
    sign_in(window, town, town.company_email)
    page = window.open(f"/dossiers/{code}")
    window.look()
    press(page, f"main a[href$='/dossiers/{code}/supplement']")
    window.look()
    better = {"name": "ban-ro.pdf", "mimeType": "application/pdf", "buffer": filing.small_pdf("bản rõ")}
    form = f"form[action*='/supplement/documents/{document}']"
    with page.expect_navigation():  # a chosen file is sent by itself
        page.locator(f"{form} input[type=file]").set_input_files(better)  # type: ignore[arg-type]
    assert "ban-ro.pdf" in page.inner_text("main")
    window.look()
    press(page, "button[name=send]")
    assert page.url.endswith(f"/dossiers/{code}"), page.inner_text("main")
    window.look()
    assert deciding.state_of(town, code) == "in_progress"
