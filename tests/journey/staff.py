"""What members of the staff do at the site's door, in a browser."""

from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.accounts.people import PASSWORD
from tests.staff import client_of


def log_in(page: Page, account: User) -> None:
    """E-mail and password; what comes then depends on the account."""
    page.goto("/admin/")
    page.get_by_label("E-Mail").fill(account.email)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Passwort")).to_have_count(0)


def show(page: Page, code: str) -> None:
    """A code from the app, or a recovery code."""
    page.get_by_label("Code").fill(code)
    page.keyboard.press("Enter")


def log_out(page: Page, account: User) -> None:
    page.get_by_role("button", name=account.email).click()
    page.get_by_role("button", name="Abmelden").click()
    expect_outside(page)


def expect_inside(page: Page) -> None:
    expect(page.get_by_role("heading", name="Alle Listen")).to_be_visible()


def expect_outside(page: Page) -> None:
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()


def come_in(page: Page, account: User, site: str) -> None:
    """``account`` has logged in to ``site`` a moment ago, with its second factor."""
    session = client_of(account).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])


def go_to(page: Page, title: str) -> None:
    """By the menu at the side."""
    page.locator("#nav-sidebar-apps").get_by_text(title, exact=True).click()


def plug_in_authenticator(page: Page) -> None:
    """The device has a fingerprint reader, on which a finger rests."""
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": options})
