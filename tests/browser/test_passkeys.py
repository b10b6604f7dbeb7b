"""A passkey in a real browser, with the authenticator Chromium keeps for tests."""

from collections.abc import Callable

from tests.browser.walking import press, sign_in
from tests.browser.window import DESKTOP, PHONE, Window
from tests.factories import people
from tests.journeys.town import Town

Open = Callable[..., Window]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_made_used_at_the_door_and_before_a_decision_and_removed(town: Town, open_window: Open) -> None:
    window = open_window()
    page = window.page
    tools = window.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    sign_in(window, town, town.company_email)
    window.open("/accounts/passkeys")
    page.fill("[name=password]", people.PASSWORD)
    press(page, "main form button[type=submit]")
    for size in (DESKTOP, PHONE):
        window.resize(size)
        window.check()
    page.fill("form[data-passkey] [name=name]", "Máy thử")
    press(page, "form[data-passkey] button[type=submit]")
    window.check()
    assert page.locator(".mc-codes li").count() == 10

    window.context.clear_cookies()
    window.open("/sign-in")
    page.fill("[name=email]", town.company_email)
    page.fill("[name=password]", people.PASSWORD)
    press(page, "main form button[type=submit]")
    assert "/sign-in/code" in page.url
    window.check()
    press(page, "form[data-passkey] button[type=submit]")
    assert "/sign-in" not in page.url, page.inner_text("main")

    window.open("/step-up?next=/accounts/passkeys")
    window.check()
    press(page, "form[data-passkey] button[type=submit]")
    assert page.url.endswith("/accounts/passkeys")
    assert "Máy thử" in page.inner_text("main")
    window.check()

    press(page, "main button:has-text('Gỡ khóa truy cập này')")
    assert "Máy thử" not in page.inner_text("main")


def test_whoever_shows_no_passkey_is_told_so_and_may_try_again(town: Town, open_window: Open) -> None:
    window = open_window()
    page = window.page
    sign_in(window, town, town.company_email)
    window.open("/accounts/passkeys")
    page.fill("[name=password]", people.PASSWORD)
    press(page, "main form button[type=submit]")
    page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error('declined')) }")

    page.click("form[data-passkey] button[type=submit]")
    page.locator("[data-passkey-problem]").locator("visible=true").wait_for()

    assert page.locator("form[data-passkey] button[type=submit]").is_enabled()
