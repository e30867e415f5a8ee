"""The whole way in a browser: from the hosted form to the founder's admin."""

import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
import time_machine
from django.core.signing import TimestampSigner
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from dev.addresses import Addresses
from waitlist.bot_traps import MAXIMUM, SALT
from waitlist.models import Signup

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]
MailTo = Callable[[str], dict[str, Any]]
WIDTHS = pytest.mark.parametrize("width", [1280, 375])


def fill_in(page: Page) -> None:
    page.get_by_label("Dein Name").fill("Martin Maier")
    page.get_by_label("E-Mail").fill("martin@maier-elektro.at")
    page.get_by_label("Betrieb").fill("Maier Elektrotechnik")
    page.get_by_label("Elektrotechnik", exact=True).check()
    page.get_by_label("6-10").check()
    page.get_by_label("Telefon").fill("0664 1234567")
    page.get_by_role("checkbox").check()
    page.wait_for_function("document.querySelector('[name=cf-turnstile-response]')?.value")


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@WIDTHS
def test_from_the_form_to_the_founders_list(site: Addresses, open_page: OpenPage, mail_to: MailTo, width: int) -> None:
    page = open_page(width)
    page.goto("/?utm_source=linkedin&utm_medium=cpc&utm_campaign=pilot")
    assert fits(page)
    fill_in(page)
    page.get_by_role("button", name="eintragen").click()
    expect(page.get_by_text("Spam")).to_be_visible()
    assert fits(page)

    [link] = set(re.findall(rf"{site.web}(/confirm/[0-9a-f-]{{36}})", mail_to("martin@maier-elektro.at")["text"]))
    page.goto(link)
    expect(page.get_by_text("Maier Elektrotechnik")).to_be_visible()
    assert fits(page)
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Danke")
    assert fits(page)
    assert "Maier Elektrotechnik" in mail_to("founder@kurzum.example")["text"]

    page.goto("/admin/")
    page.locator("#id_login").fill("founder@kurzum.example")
    page.locator("#id_password").fill("demo-password")
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.goto("/admin/waitlist/waitlistentry/")
    row = page.locator("#result_list tbody tr")
    for text in ("Maier Elektrotechnik", "Martin Maier", "martin@maier-elektro.at", "pilot", "Bestätigt"):
        expect(row).to_contain_text(text)
    signup = Signup.objects.get()
    assert signup.page_url == f"{site.web}/?utm_source=linkedin&utm_medium=cpc&utm_campaign=pilot"
    assert signup.form_data["utm_source"] == "linkedin"


@WIDTHS
def test_mistakes_are_shown_at_their_fields(site: Addresses, open_page: OpenPage, width: int) -> None:
    page = open_page(width, foreseen="400 (Bad Request)")
    page.goto("/")
    page.wait_for_function("document.querySelector('[name=cf-turnstile-response]')?.value")

    page.get_by_role("button", name="eintragen").click()
    expect(page.locator("#name")).to_be_focused()
    expect(page.locator("#name")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#name-error")).not_to_be_empty()
    expect(page.locator("#consent-error")).not_to_be_empty()
    assert fits(page)

    fill_in(page)
    expect(page.locator("#name-error")).to_be_empty()
    page.get_by_label("Telefon").fill("12")  # only the server knows
    with page.expect_response("**/api/waitlist/kurzum_app") as answer:
        page.get_by_role("button", name="eintragen").click()
    assert answer.value.status == 400
    expect(page.locator("#phone-error")).to_contain_text("Telefonnummer")
    expect(page.locator("#phone")).to_be_focused()
    assert not Signup.objects.exists()

    page.get_by_label("Telefon").fill("0664 1234567")
    page.get_by_role("button", name="eintragen").click()
    expect(page.get_by_text("Spam")).to_be_visible()
    assert Signup.objects.count() == 1


def test_the_form_works_with_the_keyboard_alone(site: Addresses, open_page: OpenPage) -> None:
    page = open_page(1280)
    page.goto("/")
    page.wait_for_function("document.querySelector('[name=cf-turnstile-response]')?.value")
    page.locator("#name").focus()
    for text in ("Martin Maier", "martin@maier-elektro.at", "Maier Elektrotechnik"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    for _ in range(2):  # trade and size: a radio group is one stop
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # consent, after phone and message
    page.keyboard.press("Enter")

    expect(page.get_by_text("Spam")).to_be_visible()
    expect(page.locator("#done")).to_be_focused()


def test_a_server_that_is_away_for_a_moment_is_not_the_visitors_worry(site: Addresses, open_page: OpenPage) -> None:
    page = open_page(1280, foreseen="Failed to load resource")
    envelope = {"success": False, "error": {"code": "INTERNAL_ERROR", "message": "Bitte versuch es noch einmal."}}
    tries = count(1)

    def answer(route: Route) -> None:
        match next(tries):
            case 1:
                route.fulfill(status=500, json=envelope)
            case 2:
                route.abort()
            case _:
                route.continue_()

    page.route("**/api/waitlist/kurzum_app", answer)
    page.goto("/")
    fill_in(page)

    page.get_by_role("button", name="eintragen").click()

    expect(page.get_by_text("Spam")).to_be_visible()
    assert Signup.objects.count() == 1


def test_a_filled_trap_is_a_bots_until_the_next_try(site: Addresses, open_page: OpenPage) -> None:
    """A password manager may fill it in for a person, who then gets through with the second press."""
    page = open_page(1280, foreseen="403 (Forbidden)")
    page.goto("/")
    fill_in(page)
    expect(page.locator("#website")).not_to_be_in_viewport()
    page.evaluate("document.getElementById('website').value = 'https://spam.example'")

    page.get_by_role("button", name="eintragen").click()
    expect(page.locator("#form-error")).to_contain_text("Sicherheitsprüfung")
    assert not Signup.objects.exists()

    page.wait_for_function("document.querySelector('[name=cf-turnstile-response]')?.value")
    page.get_by_role("button", name="eintragen").click()
    expect(page.get_by_text("Spam")).to_be_visible()
    assert Signup.objects.count() == 1


def test_a_page_left_open_gets_through_at_the_second_press(site: Addresses, open_page: OpenPage) -> None:
    with time_machine.travel(timezone.now() - MAXIMUM * 2):
        stale = TimestampSigner(salt=SALT).sign("kurzum_app")
    page = open_page(1280, foreseen="403 (Forbidden)")
    page.goto("/")
    fill_in(page)
    page.evaluate("token => document.querySelector('[name=formToken]').value = token", stale)

    page.get_by_role("button", name="eintragen").click()
    expect(page.locator("#form-error")).to_contain_text("zu lange offen")

    page.get_by_role("button", name="eintragen").click()
    expect(page.get_by_text("Spam")).to_be_visible()
