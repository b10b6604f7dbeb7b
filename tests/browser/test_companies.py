"""Companies: one that has never been here, to its result online or at the counter; one whose owners sign together.

The company and the office that approves it are real windows; the officers who decide use their pages over HTTP.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from tests.browser.beginning import Founder, approve, become, link_to, register
from tests.browser.walking import add_documents, confirm_and_file, fill_section, press, sign_in
from tests.browser.window import CHINESE_PHONE, ENGLISH_PHONE, Window, ways
from tests.conftest import new_database
from tests.factories import people
from tests.journeys import deciding, filing
from tests.journeys.browserlike import Visitor
from tests.journeys.town import Town, open_town
from tests.notices.smtp import MailServer
from tests.servers import Servers

ONLINE, WORKS = "1.013225", "works"
AT_COUNTER, ISSUE = "1.004191", "issue"
Open = Callable[..., Window]


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def town(
    chromium: Browser,
    post: MailServer,
    servers: Servers,
    worker_number: int,
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:
    """A town whose mail goes out, so that an address is known only when its letter has been opened."""
    assert chromium
    with (
        new_database(servers, f"browser_companies_{worker_number}") as database_url,
        open_town(
            database_url=database_url,
            redis_url=redis_url,
            folder=tmp_path_factory.mktemp("companies"),
            environment={"SMTP_URL": post.url},
            procedures=(ONLINE, AT_COUNTER),
        ) as town,
    ):
        yield town


def test_a_first_time_company_files_and_downloads_its_result(town: Town, post: MailServer, walk: Open) -> None:
    company = walk()
    code = file_as_newcomer(company, walk(), town, post, ONLINE, WORKS)
    settle(town, code)
    page = company.open(f"/dossiers/{code}")
    company.glance()
    with page.expect_download() as begun:
        page.locator(".mc-documents__item--result a").click()
    page = (anybody := walk()).open(filing.address_in(begun.value.path().read_bytes()))
    assert page.locator(".mc-verdict--good").count() == 1
    anybody.glance()


@pytest.mark.parametrize("walk", ways(CHINESE_PHONE), indirect=True, ids=str)
def test_a_first_time_company_books_a_time_and_fetches_its_result_at_the_counter(
    town: Town, post: MailServer, walk: Open
) -> None:
    company, officer = walk(), walk()
    code = file_as_newcomer(company, officer, town, post, AT_COUNTER, ISSUE, receives="counter")
    settle(town, code)
    page = company.open(f"/dossiers/{code}")
    press(page, f"main a[href$='/dossiers/{code}/slot']")
    company.glance()
    press(page, ".mc-slots__time >> nth=0")
    company.glance()
    press(page, f"a[href$='/dossiers/{code}']")
    company.glance()

    page = officer.open("/handing-over")
    while not page.locator(f"main a[href$='/desk/{code}']").count():
        press(page, "main a[rel=next]")
    officer.glance()
    press(page, f"tr:has(a[href$='/desk/{code}']) button[value=handed_over]")
    officer.glance()
    assert deciding.state_of(town, code) == "returned"
    company.open(f"/dossiers/{code}")
    company.glance()


@pytest.mark.parametrize("walk", ways(ENGLISH_PHONE), indirect=True, ids=str)
def test_a_second_owner_reads_and_co_signs_before_the_dossier_is_filed(town: Town, walk: Open) -> None:
    tax_code, first, second = two_owners(town)
    filer, signer = walk(), walk()
    sign_in(filer, town, first.email)
    page = filer.open("/accounts")
    press(page, f"main a[href*='/{tax_code}/members']")
    page.check("#cosigning [name=needed][value=yes]")
    filer.look()
    press(page, "#cosigning form button[type=submit]")

    draft = complete_draft(town, first.email)
    page = filer.open(draft)
    filer.look()
    press(page, "main a[href$='/cosignature']")
    page.check(f"[name=person][value='{second.id}']")
    filer.look()
    press(page, "main form[action$='/cosignature'] button[type=submit]")
    filer.look()

    sign_in(signer, town, second.email)
    page = signer.open("/dossiers")
    signer.look()
    press(page, "#to-cosign a[href$='/cosign']")
    signer.look()
    page.check("#sign [name=declared]")
    press(page, "#sign form[action$='/cosign'] button[type=submit]")
    if "/step-up" in page.url:
        page.fill("[name=password]", people.PASSWORD)
        press(page, "main form button[type=submit]")
        press(page, "#sign form[action$='/cosign'] button[type=submit]")
    signer.look()

    page = filer.open(f"{draft}/review")
    filer.look()
    page.check("[name=declared]")
    press(page, "#file form[action$='/file'] button[type=submit]")
    confirm_and_file(page)
    code = page.url.split("/dossiers/")[1].split("/")[0]
    assert deciding.state_of(town, code) == "filed"


def file_as_newcomer(
    company: Window, officer: Window, town: Town, post: MailServer, procedure: str, case: str, *, receives: str = ""
) -> str:
    """Account, company, a draft begun before the office knows the company, its approval, filing; returns the code."""
    founder = Founder.of(company.way, procedure)
    become(company, founder, post)
    register(company, founder)
    typed = filing.example(procedure, case, seed=3)
    begin(company, procedure, case, founder)
    fill_section(company.page, typed)
    page = company.open(f"{company.page.url.partition('/sections/')[0]}/review")
    draft = page.url.removesuffix("/review")
    assert founder.company in page.inner_text("#file")  # not yet: the office has not approved it
    assert not page.locator("[name=declared]").count()
    company.glance()

    approve(officer, town, founder)
    link_to(founder, post, "/accounts")  # the letter that says so
    page = company.open(f"{draft}/sections/{filing.definitions()[procedure].sections[0].code}")
    company.glance()
    while "/sections/" in page.url:
        fill_section(page, typed)
    company.glance()
    add_documents(page)
    press(page, "main a[href$='/review']")
    company.glance()
    if receives:
        press(page, "#receiving a")
        page.check(f"[name=way][value={receives}]")
        company.glance()
        press(page, "main form button[type=submit]")
    page.check("[name=declared]")
    press(page, "#file button[type=submit]")
    confirm_and_file(page)
    company.glance()
    return page.url.split("/dossiers/")[1].split("/")[0]


def begin(window: Window, procedure: str, case: str, founder: Founder) -> None:
    """A draft of the procedure for the company, from the procedure's page to the first page of the form."""
    language = window.way.language if window.way else "vi"
    page = window.open(f"/{language}/procedures/{procedure}")
    press(page, "main a[href*='/drafts/new']")
    if page.locator("[name=party][type=radio]").count():  # they may file for themselves, too
        page.get_by_label(founder.company).check()
    page.check(f"[name=case][value={case}]")
    window.glance()
    press(page, "main form button[type=submit]")
    window.glance()
    press(page, f"a[href*='/sections/{filing.definitions()[procedure].sections[0].code}']")


def settle(town: Town, code: str) -> None:
    """The officers accept it and work it through to the issue."""
    deciding.accept(town, code)
    deciding.work_through(town, code)


def two_owners(town: Town) -> tuple[str, Person, Person]:
    """A company with two owners; its tax code and both of them."""
    with Session(town.engine, expire_on_commit=False) as session:
        first, second = people.person(session, name="Hoàng Thị Nhất"), people.person(session, name="Lý Văn Nhì")
        company = people.party(session, name="Công ty cổ phần Hai Chữ Ký", owner=first)
        people.membership(session, second, company)
        session.commit()
        return str(company.tax_code), first, second


def complete_draft(town: Town, email: str) -> str:
    """A draft with every answer and document, made over HTTP; its address."""
    visitor: Visitor = town.person(email)
    definition = filing.definitions()[ONLINE]
    page = filing.begin(visitor, ONLINE, WORKS)
    page = filing.fill_in(page, definition, filing.example(ONLINE, WORKS))
    filing.add_documents(page, definition, WORKS)
    return page.url.removesuffix("/documents")
