"""How somebody who has never been here becomes a company that may file: account, address, certificate, approval."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from portal.workflow.lifecycle import Role
from tests.browser.walking import press, sign_in
from tests.browser.window import Way, Window
from tests.factories import people
from tests.fixtures.workers import until
from tests.journeys.filing import small_pdf
from tests.journeys.town import ONE_STOP_AGENCY, Town
from tests.notices.smtp import MailServer

LINK = re.compile(r"http://localhost:\d+(/\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """Who makes the account, and the company they register."""

    name: str
    email: str
    company: str
    tax_code: str

    @classmethod
    def of(cls, way: Way | None, kind: str) -> "Founder":
        """Another one for each journey and way, so that all of them can live in one town."""
        told = f"{kind}-{way}"
        return cls(
            name="Dương Thị Mẫu",
            email=f"{told}@example.vn",
            company=f"Công ty TNHH Mẫu Sơn {told}",
            tax_code=people.tax_code(),
        )


def become(window: Window, founder: Founder, post: MailServer) -> None:
    """From the front page to an account whose address is confirmed, by the letter that really came."""
    language = window.way.language if window.way else "vi"
    page = window.open(f"/{language}/")
    press(page, "a[href*='/sign-in']")
    press(page, "main a[href*='/accounts/register']")
    window.glance()
    page.fill("[name=name]", founder.name)
    page.fill("[name=email]", founder.email)
    page.fill("[name=password]", people.PASSWORD)
    press(page, "main form button[type=submit]")
    window.glance()
    page.fill("[name=email]", founder.email)
    page.fill("[name=password]", people.PASSWORD)
    press(page, "main form button[type=submit]")
    assert founder.email in page.inner_text(".mc-address")  # calm, but on every page: the address is to be confirmed
    window.glance()
    window.open(link_to(founder, post, "/accounts/address/check/"))
    window.glance()
    press(page, "main form button[type=submit]")
    assert not page.locator(".mc-address").count()


def register(window: Window, founder: Founder) -> None:
    """The company with its certificate, found from the page of the account."""
    page = window.open("/accounts")
    press(page, "main a[href$='/accounts/companies/new']")
    window.glance()
    page.fill("[name=name]", founder.company)
    page.fill("[name=tax_code]", founder.tax_code)
    page.fill("[name=address]", "Số 8, đường Trần Đăng Ninh, phường Tam Thanh, tỉnh Lạng Sơn")
    page.fill("[name=representative]", founder.name)
    page.fill("[name=phone]", "0912 345 678")
    press(page, "main form button[type=submit]")
    window.glance()
    sheet = {"name": "dang-ky.pdf", "mimeType": "application/pdf", "buffer": small_pdf(founder.company)}
    page.set_input_files("[name=file]", sheet)  # type: ignore[arg-type]
    press(page, "main form[enctype] button[type=submit]:not(.govuk-file-upload-button)")
    assert "dang-ky.pdf" in page.inner_text("main")
    window.glance()


def approve(window: Window, town: Town, founder: Founder) -> None:
    """The one-stop office finds the registration, looks at the certificate, and lets the company file."""
    sign_in(window, town, town.officers[ONE_STOP_AGENCY, Role.ONE_STOP])
    page = window.open("/counter/")
    press(page, "a[href$='/accounts/registrations']")
    window.glance()
    press(page, f"main a[href$='/accounts/registrations/{founder.tax_code}']")
    assert "dang-ky.pdf" in page.inner_text("main")
    window.glance()
    press(page, "main form[action$='/approve'] button")
    assert founder.company in page.inner_text("body")


def link_to(founder: Founder, post: MailServer, address: str) -> str:
    """The path of the link to such an address in the newest letter that has one."""
    found: list[str] = []

    def has_come() -> bool:
        for letter in post.letters:
            if founder.email in letter.recipients and (body := letter.message.get_body(("plain",))):
                found.extend(path for path in LINK.findall(str(body.get_content())) if path.startswith(address))
        return bool(found)

    until(has_come)
    return urlsplit(found[-1]).path
