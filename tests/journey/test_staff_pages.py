"""The pages around the login fit every screen, in the light and in the dark, and everybody can use them."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from accounts.mails import password_url
from accounts.roles import Role
from tests.accounts.people import PASSWORD, code_of
from tests.axe import serious_findings
from tests.journey.staff import log_in, plug_in_authenticator, show
from tests.staff import client_of, make_staff

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_every_page_fits_and_can_be_used_by_everybody(
    open_page: OpenPage, guarded: str, width: int, scheme: str
) -> None:
    mario = make_staff(Role.FOUNDER, email="mario@kurzum.example", password=PASSWORD)
    page = open_page(width, base_url=guarded, color_scheme=scheme)
    plug_in_authenticator(page)
    findings: dict[str, list[str]] = {}

    def judge(heading: str) -> None:
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), heading
        findings[heading] = serious_findings(page)

    page.goto("/admin/")
    judge("Anmelden")
    expect(page.locator("html.dark")).to_have_count(int(scheme == "dark"))
    page.get_by_role("link", name="Passwort vergessen?").click()
    judge("Passwort vergessen?")
    page.get_by_label("E-Mail").fill(mario.email)
    page.keyboard.press("Enter")
    judge("Sieh in deine Mails")
    page.goto(urlsplit(password_url(mario)).path)
    judge("Passwort festlegen")

    log_in(page, mario)
    judge("Richte deinen zweiten Faktor ein")
    page.get_by_role("link", name="Ein Passkey").click()
    judge("Passkey einrichten")
    page.get_by_role("link", name="Zurück").click()
    page.get_by_role("link", name="Eine App auf deinem Handy").click()
    judge("App einrichten")
    show(page, code_of(page.locator(".secret").inner_text()))
    judge("Deine Wiederherstellungscodes")
    page.goto("/admin/account/2fa/passkeys/add/")
    page.get_by_role("button", name="Einrichten").click()
    client_of(mario)  # a second session, which can be ended
    judge("Mein Konto")
    page.get_by_role("link", name="Passwort ändern").click()
    judge("Ändere dein Passwort")
    page.goto("/admin/account/reauthenticate/")
    judge("Bist du es?")
    page.context.clear_cookies()
    log_in(page, mario)
    judge("Dein zweiter Faktor")
    assert {heading: found for heading, found in findings.items() if found} == {}
