"""An administrator writes a small procedure from nothing, publishes it, and a company files a dossier of it."""

from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from portal.accounts import sealing
from portal.accounts.models import Agency
from portal.catalogue import registers
from portal.catalogue.definition import Definition
from portal.catalogue.examples import valid_answers
from portal.clock.zone import office_day
from portal.workflow.lifecycle import Role
from tests.browser.walking import add_documents, confirm_and_file, fill_section, press, sign_in
from tests.browser.window import DESKTOP, PHONE, Window
from tests.factories import people
from tests.fixtures.app import SECRET_KEY
from tests.journeys.town import Town

CODE = "LS-CHO-TAM"
Open = Callable[..., Window]


def test_a_procedure_is_built_published_and_filed(town: Town, open_window: Open) -> None:
    administrator = open_window()
    build_it(administrator, administrator_of(town), town)
    file_it(open_window(), town)


def test_the_editor_works_without_scripts(town: Town, open_window: Open) -> None:
    window = open_window(scripts=False)
    page = begin(window, administrator_of(town), town)
    add(page, "questions", "Bạn có dựng mái che không?")
    add(page, "fees", "Phí thử")
    page.select_option("#b-kind", "rate")
    press(page, "button[value=refresh]")
    assert page.locator("#b-rate").count() == 1
    press(page, "button[value='add:when']")
    page.select_option("[name='when.field']", "case")
    press(page, "button[value=save]")
    page.check("[name='when.value'][value=new]")
    press(page, "button[value='add:when']")
    assert page.locator("[name='when.join']").count() == 1
    press(page, "button[value='remove:when.1']")
    assert page.locator("[name='when.value'][value=new]").is_checked()


def administrator_of(town: Town) -> str:
    """The address of somebody who may write procedures."""
    sealing.use_key(SECRET_KEY)
    with Session(town.engine, expire_on_commit=False) as session:
        office = session.scalars(sa.select(Agency).where(Agency.key == "provincial_office")).one()
        person = people.person(session, name="Quản trị viên", second_factor=True)
        people.post(session, person, office, Role.ADMINISTRATOR)
        session.commit()
        return person.email


def look(window: Window) -> None:
    window.check()
    window.resize(PHONE)
    window.check()
    window.resize(DESKTOP)


def words(page: Page, setting: str, text: str) -> None:
    """Fill in the three languages of a text."""
    for language in ("vi", "en", "zh"):
        page.fill(f"[name='{setting}.{language}']", text)


def part(page: Page, name: str) -> None:
    press(page, f".mc-parts a[href$='/part/{name}']")


def save(page: Page) -> None:
    press(page, ".mc-editor__save button[value=save]")


def add(page: Page, name: str, text: str, *, setting: str = "name") -> None:
    """Add a thing to a part of the draft and say what it is called."""
    part(page, name)
    press(page, f"#list-{name} button[value=add]")
    setting = {"questions": "ask.label"}.get(name, setting)
    words(page, setting, text)
    save(page)


def begin(window: Window, email: str, town: Town) -> Page:
    sign_in(window, town, email)
    page = window.open("/authoring")
    press(page, "form[action$='/authoring/blank'] button")
    return page


def build_it(window: Window, email: str, town: Town) -> None:
    """From an empty draft to the published version, the page of every kind looked at on the way."""
    page = begin(window, email, town)
    look(window)
    page.fill("#b-code", CODE)
    words(page, "name", "Cấp phép chợ tạm")
    words(page, "summary", "Bạn được dựng chợ tạm.")
    page.select_option("#b-sector", "trade")
    save(page)
    part(page, "competence")
    press(page, ".mc-things__name")
    page.select_option("#b-agency", "construction")
    save(page)
    part(page, "limits")
    press(page, ".mc-things__name")
    page.fill("#b-amount", "bảy")
    save(page)
    assert page.locator("#b-amount-error-1").count() == 1
    assert page.input_value("#b-amount") == "bảy"
    look(window)
    page.fill("#b-amount", "7")
    save(page)
    build_form(window)
    add(page, "documents", "Đơn đề nghị")
    add(page, "legal_basis", "Luật thử", setting="title")
    page.fill("#b-act", "1/2026/QH16")
    save(page)
    part(page, "results")
    press(page, ".mc-things__name")
    words(page, "name", "Quyết định cho phép chợ tạm")
    save(page)
    press(page, ".mc-editor-name a")
    assert page.locator(".mc-complaints__item:not(.mc-complaints__item--doubt)").count() == 0, page.inner_text("main")
    publish_it(window, town, email)


def build_form(window: Window) -> None:
    """One page of the form: what is sold, and a question that only one answer brings up."""
    page = window.page
    add(page, "sections", "Về chợ", setting="title")
    section = page.url.partition("#")[0]
    for text in ("Tên chợ", "Loại chợ", "Cam kết vệ sinh"):
        page.goto(section)
        press(page, "#list-fields button[value=add]")
        words(page, "label", text)
        save(page)
        if text == "Loại chợ":
            page.select_option("#b-type", "choice")
            page.wait_for_selector("[name='options.0.label.vi']")
            for number, answer in enumerate(("Chợ phiên", "Chợ đêm")):
                words(page, f"options.{number}.label", answer)
                save(page)
    press(page, "button[value='add:when']")
    page.select_option("[name='when.field']", "loai_cho")
    page.wait_for_selector("[name='when.value'][value=cho_dem]")
    page.check("[name='when.value'][value=cho_dem]")
    save(page)
    look(window)


def publish_it(window: Window, town: Town, email: str) -> None:
    page = window.page
    press(page, ".mc-parts__more a[href$='/preview']")
    look(window)
    press(page, "main a[href*='/preview/form']")
    look(window)
    assert not page.locator("[data-field=cam_ket_ve_sinh]").is_visible()
    page.check("[name=loai_cho][value=cho_dem]")
    assert page.locator("[data-field=cam_ket_ve_sinh]").is_visible()
    press(page, ".mc-parts__more a[href$='/publish']")
    look(window)
    page.fill("[name=reason]", "Thủ tục mới của tỉnh")
    press(page, "main form[action$='/publish'] button")
    if "/step-up" in page.url:
        page.fill("[name=code]", town.next_code(email))
        press(page, "main form button[type=submit]")
        press(page, "main form[action$='/publish'] button")
    assert f"/procedures/{CODE}/versions/1" in page.url, page.inner_text("main")


def file_it(window: Window, town: Town) -> None:
    """A company finds it, fills it in and files it."""
    sign_in(window, town, town.company_email)
    page = window.open(f"/vi/procedures/{CODE}")
    look(window)
    press(page, "main a[href*='/drafts/new']")
    press(page, "main form button[type=submit]")
    found = town.rows("SELECT definition FROM procedure_versions WHERE code = %s", CODE)
    definition = Definition.model_validate(found[0]["definition"])
    typed = valid_answers(definition, "new", places=registers.places(), day=office_day(datetime.now(UTC)), seed=3)
    press(page, f"a[href*='/sections/{definition.sections[0].code}']")
    fill_section(page, typed)
    add_documents(page)
    press(page, "main a[href$='/review']")
    page.check("[name=declared]")
    press(page, "#file button[type=submit]")
    confirm_and_file(page)
    code = page.url.split("/dossiers/")[1].split("/")[0]
    assert town.rows("SELECT state FROM dossiers WHERE code = %s", code)[0]["state"] == "filed"
