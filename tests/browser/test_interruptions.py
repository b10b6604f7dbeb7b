"""What breaks in upon people while they file: a session that ends, a mandate taken back, a change of mind."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from portal.accounts.actions import mandates
from portal.accounts.models import Party, Person
from tests.browser.walking import press, sign_in
from tests.browser.window import DESKTOP, PHONE, Window
from tests.factories import people
from tests.journeys import deciding, filing
from tests.journeys.town import Town

Open = Callable[..., Window]
PROCEDURE, CASE, SECTION = "1.013225", "works", "owner"
TYPED = "Công ty TNHH Gián Đoạn"


def look(window: Window) -> None:
    for size in (PHONE, DESKTOP):
        window.resize(size)
        window.check()


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


def test_a_session_that_ends_in_the_middle_of_a_page_loses_nothing(town: Town, open_window: Open) -> None:
    window = open_window()
    sign_in(window, town, town.company_email)
    draft = begin(window)
    address = f"{draft}/sections/{filing.definitions()[PROCEDURE].sections[0].code}"
    page = window.open(address)
    name = text_box(window)
    assert town.rows("UPDATE sign_ins SET ends_at = now() RETURNING person_id")
    page.fill(f'[name="{name}"]', TYPED)
    press(page, "form[data-dossier-form] button[type=submit]:not([name])")
    page.wait_for_url("**/sign-in**")
    look(window)
    page.fill("[name=email]", town.company_email)
    page.fill("[name=password]", people.PASSWORD)
    press(page, "main form button[type=submit]")
    assert TYPED in page.content()  # what was typed is here; nothing is sent without a press of the button
    look(window)
    press(page, "form[action*='/sections/'] button[type=submit]")

    assert window.open(address).input_value(f'[name="{name}"]') == TYPED
    excuse(window, 401, 403)


def test_a_mandate_taken_back_in_mid_draft_shuts_the_agent_out_and_the_company_goes_on(
    town: Town, open_window: Open
) -> None:
    with Session(town.engine, expire_on_commit=False) as session:
        owner = session.query(Person).filter_by(email=town.company_email).one()
        company = session.query(Party).filter_by(name="Công ty TNHH Hoa Hồi Xứ Lạng").one()
        agency = people.party(session, name="Công ty Dịch vụ Kỳ Cùng")
        clerk = people.filer(session, company=agency)
        mandate = people.mandate(session, company, agency, fields=["construction"])
        session.commit()
    agent = open_window()
    sign_in(agent, town, clerk.email)
    page = agent.open(f"/drafts/new?procedure={PROCEDURE}")
    page.check(f"[name=case][value={CASE}]")
    page.check(f"[name=party][value='{company.id}']")
    look(agent)
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
    look(agent)
    excuse(agent, 404)

    window = open_window()
    sign_in(window, town, town.company_email)
    page = window.open(address)
    assert page.input_value(f'[name="{name}"]') != TYPED
    look(window)


def test_a_dossier_is_taken_back_and_its_end_complained_about(town: Town, open_window: Open) -> None:
    code = filing.file_dossier(town.company(), PROCEDURE, CASE)
    window = open_window()
    sign_in(window, town, town.company_email)
    page = window.open(f"/dossiers/{code}")
    press(page, "a[href$='/withdraw']")
    look(window)
    page.fill("[name=reason]", "Thay đổi thiết kế")
    press(page, "form[action$='/withdraw'] button[type=submit]")
    look(window)
    assert deciding.state_of(town, code) == "stopped"
    page = window.open(f"/dossiers/{code}")
    press(page, "a[href$='/complaint']")
    look(window)
    page.fill("[name=words]", "Hồ sơ bị dừng mà chưa được giải thích.")
    press(page, "form[action$='/complaint'] button[type=submit]")
    look(window)
    assert "Hồ sơ bị dừng" in page.inner_text("main")
    (matter,) = town.rows(
        "SELECT m.id FROM matters m JOIN dossiers d ON d.id = m.dossier_id WHERE d.code = %s AND m.kind = 'complaint'",
        code,
    )
    assert str(matter["id"]) in page.url
