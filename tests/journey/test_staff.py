"""How staff get in, and out: second factors are set up and asked for, and sessions end where they are told to."""

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from tests.accounts.people import PASSWORD, code_of, give_app, recovery_codes
from tests.journey.staff import expect_inside, expect_outside, go_to, log_in, log_out, plug_in_authenticator, show
from tests.staff import make_staff

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]

LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"
TABLET = "Mozilla/5.0 (Linux; Android 15; SM-X920) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"


@pytest.fixture
def open_guarded(open_page: OpenPage, guarded: str) -> OpenPage:
    """``open_page`` on the site that asks everybody for a second factor."""
    return partial(open_page, 1280, base_url=guarded)


@pytest.fixture
def mario(guarded: str) -> User:
    """A founder with a password and without a second factor."""
    return make_staff(Role.FOUNDER, email="mario@kurzum.example", password=PASSWORD)


def test_who_has_to_sets_up_an_app_and_gets_in_with_its_codes(open_guarded: OpenPage, mario: User) -> None:
    page = open_guarded()
    log_in(page, mario)
    page.get_by_role("link", name="Eine App auf deinem Handy").click()
    secret = page.locator(".secret").inner_text()
    show(page, code_of(secret))
    spare = page.locator(".recovery-codes li")
    expect(spare).to_have_count(10)
    code = spare.first.inner_text()
    page.get_by_role("link", name="Ich habe sie aufbewahrt").click()
    expect_inside(page)

    for proof in (code_of(secret, 1), code):  # the app's next one
        log_out(page, mario)
        log_in(page, mario)
        show(page, proof)
        expect_inside(page)

    log_out(page, mario)
    log_in(page, mario)
    show(page, code)
    expect(page.get_by_text("Der Code stimmt nicht oder wurde schon verwendet.")).to_be_visible()
    page.goto("/admin/account/")
    expect(page.get_by_role("heading", name="Mein Konto")).to_have_count(0)


def test_a_passkey_opens_alone_and_as_the_second_factor(open_guarded: OpenPage, mario: User) -> None:
    page = open_guarded()
    plug_in_authenticator(page)
    log_in(page, mario)
    page.get_by_role("link", name="Ein Passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Deine Wiederherstellungscodes")).to_be_visible()
    page.get_by_role("link", name="Ich habe sie aufbewahrt").click()
    expect_inside(page)

    log_out(page, mario)
    page.get_by_role("button", name="Mit einem Passkey anmelden").click()
    expect_inside(page)

    log_out(page, mario)
    log_in(page, mario)
    page.get_by_role("button", name="Passkey verwenden").click()
    expect_inside(page)
    page.goto("/admin/account/")
    expect(page.get_by_role("listitem").filter(has_text="Laptop")).to_contain_text("zuletzt verwendet am")


def test_a_session_that_was_ended_elsewhere_is_out_at_its_next_click(open_guarded: OpenPage, mario: User) -> None:
    give_app(mario)
    laptop, phone, tablet = (open_guarded(user_agent=device) for device in (LAPTOP, PHONE, TABLET))
    for page, code in zip((laptop, phone, tablet), recovery_codes(mario), strict=False):
        log_in(page, mario)
        show(page, code)
        expect_inside(page)

    laptop.goto("/admin/account/")
    row = laptop.get_by_role("listitem").filter(has_text="Safari auf iPhone")
    row.get_by_role("button", name="Beenden").click()
    expect(laptop.get_by_text("Die Sitzung ist beendet.")).to_be_visible()
    go_to(phone, "Einträge")
    expect_outside(phone)
    go_to(tablet, "Einträge")
    expect(tablet.locator("#searchbar")).to_be_visible()

    laptop.get_by_role("button", name="Alle anderen Sitzungen beenden").click()
    expect(laptop.get_by_text("Alle anderen Sitzungen sind beendet.")).to_be_visible()
    go_to(tablet, "Übersicht")
    expect_outside(tablet)


def test_in_to_ones_account_and_out_with_the_keyboard_alone(open_guarded: OpenPage, mario: User) -> None:
    secret = give_app(mario)
    page = open_guarded()
    page.goto("/admin/")
    expect(page.get_by_label("E-Mail")).to_be_focused()
    page.keyboard.type(mario.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(code_of(secret))
    page.keyboard.press("Enter")
    expect_inside(page)

    menu = page.get_by_role("button", name=mario.email)
    menu.press("Enter")
    page.get_by_role("link", name="Mein Konto").press("Enter")
    expect(page.get_by_role("heading", name="Zweiter Faktor")).to_be_visible()
    menu.press("Enter")
    page.get_by_role("button", name="Abmelden").press("Enter")
    expect_outside(page)
