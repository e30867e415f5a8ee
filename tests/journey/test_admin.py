"""The founder's back office in a browser: all of it works under its policy, and everybody can use it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.search import learn_words
from dev.addresses import Addresses
from tests.axe import serious_findings
from tests.factories import make_entry, make_mail, make_signup
from waitlist.jobs import Job, enqueue

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]
WIDTHS = pytest.mark.parametrize("width", [1280, 375])


def log_in(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_label("E-Mail").fill("founder@kurzum.example")
    page.get_by_label("Passwort").fill("demo-password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Alle Listen")).to_be_visible()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.fixture
def leads(site: Addresses) -> list[Any]:
    """Three leads: a confirmed one, one with a failed update, one from another source; and a failed sign-up."""
    entries = [
        make_entry(
            company_name=f"{name} GmbH",
            display_name=f"{name} Chef",
            email=f"{name.lower()}@example.com",
            utm_source=source,
            confirmed_at=timezone.now() if name != "Bergmann" else None,
        )
        for name, source in (("Aigner", "google"), ("Bergmann", "google"), ("Cerny", "messe"))
    ]
    make_mail(entries[0].latest_signup(), status="sent", sent_at=timezone.now())
    entries[2].crm_updates.create(kind="prospect", status="failed", last_error="rejected", attempts=3)
    make_signup(status="failed", last_error="rejected", email="f@example.com")
    learn_words()
    return entries


@WIDTHS
def test_every_page_fits_and_can_be_used_by_everybody(leads: list[Any], open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    log_in(page)
    lead = f"waitlist/waitlistentry/{leads[2].pk}"
    paths = (
        "",
        "waitlist/waitlistentry/",
        "waitlist/waitlistentry/?q=cerny",
        f"{lead}/change/",
        f"{lead}/history/?at=2030-01-01T00:00",
        "waitlist/signup/",
        f"waitlist/signup/{leads[0].latest_signup().pk}/change/",
        "waitlist/waitlist/",
        f"waitlist/waitlist/{leads[0].waitlist_id}/change/",
        "backoffice/export/start/",
        "backoffice/export/",
    )
    findings = {}
    for path in paths:
        page.goto(f"/admin/{path}")
        assert fits(page), path
        findings[path] = serious_findings(page)
    assert {path: found for path, found in findings.items() if found} == {}


def test_from_the_figures_to_the_lead_with_the_keyboard_alone(leads: list[Any], open_page: OpenPage) -> None:
    page = open_page(1280)
    log_in(page)
    page.get_by_role("link", name="Leads, zu denen das CRM eine Meldung abgelehnt hat").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Cerny GmbH").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Fehlgeschlagenes erneut versuchen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Es wird noch einmal versucht.")).to_be_visible()
    page.get_by_role("textbox", name="Notiz").focus()
    page.keyboard.type("Ruft am Montag an")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator(".timeline")).to_contain_text("Ruft am Montag an")


def test_a_lead_is_found_in_spite_of_typing_errors_and_the_view_is_kept(leads: list[Any], open_page: OpenPage) -> None:
    page = open_page(1280)
    log_in(page)
    page.goto("/admin/waitlist/waitlistentry/")
    page.locator("#searchbar").fill("bergmnn")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Das sind die Ergebnisse für")).to_be_visible()
    expect(page.get_by_role("link", name="Bergmann GmbH")).to_be_visible()

    page.goto("/admin/waitlist/waitlistentry/?utm_source=google")
    expect(page.get_by_role("link", name="Cerny GmbH")).to_have_count(0)
    page.get_by_label("Name der Ansicht").fill("Von Google")
    page.get_by_role("button", name="Diese Ansicht sichern").click()
    page.get_by_role("link", name="Alle", exact=True).click()
    expect(page.get_by_role("link", name="Cerny GmbH")).to_be_visible()
    page.get_by_role("link", name="Von Google").click()
    expect(page.get_by_role("link", name="Cerny GmbH")).to_have_count(0)


def test_the_chart_is_drawn_and_its_table_can_be_opened(leads: list[Any], open_page: OpenPage) -> None:
    page = open_page(1280)
    log_in(page)
    drawn = (
        "[...document.querySelector('#daily-chart').getContext('2d').getImageData(0, 0, 600, 200).data].some(Boolean)"
    )
    page.wait_for_function(drawn)
    page.get_by_text("Als Tabelle").click()
    expect(page.get_by_role("columnheader", name="Bestätigungen").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Quelle als CSV").click()
    assert "google;2;1;0.5" in Path(download.value.path()).read_text()


def test_unsubscribing_is_asked_for_once_more(leads: list[Any], open_page: OpenPage) -> None:
    page = open_page(1280)
    log_in(page)
    page.goto(f"/admin/waitlist/waitlistentry/{leads[0].pk}/change/")
    steps = page.locator(".lead-steps")
    steps.get_by_role("link", name="Abmelden").click()
    expect(page.get_by_text("Diese Person bekommt keine Mails mehr.")).to_be_visible()
    steps.get_by_role("link", name="Abbrechen").click()
    assert not leads[0].signups.exclude(unsubscribed_at=None).exists()
    steps.get_by_role("link", name="Abmelden").click()
    steps.get_by_role("button", name="Abmelden").click()

    expect(page.locator(".timeline")).to_contain_text("Abgemeldet")


def test_the_queue_can_be_looked_at(site: Addresses, open_page: OpenPage) -> None:
    enqueue(Job.DELIVER_MAIL, 1)  # there is no such mail, so it stays
    page = open_page(1280)
    log_in(page)

    page.goto("/admin/procrastinate/procrastinatejob/")

    expect(page.locator("#result_list")).to_contain_text("deliver_mail")
