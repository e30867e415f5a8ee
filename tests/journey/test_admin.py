"""The founder's admin in a browser: it works under the policy of all pages, which refuses what is inline."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dev.addresses import Addresses
from tests.factories import make_entry
from waitlist.jobs import Job, enqueue

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]


def log_in(page: Page) -> None:
    page.goto("/admin/")
    page.locator("#id_username").fill("founder@kurzum.example")
    page.locator("#id_password").fill("demo-password")
    page.locator("[type=submit]").click()
    expect(page.locator("#site-name")).to_be_visible()


def test_nothing_of_it_is_inline(site: Addresses, open_page: OpenPage) -> None:
    entry = make_entry()
    page = open_page(1280)
    log_in(page)
    for path in ("", "waitlist/waitlistentry/", "waitlist/signup/", "waitlist/waitlist/", "auth/user/add/"):
        page.goto(f"/admin/{path}")
    page.goto(f"/admin/waitlist/signup/{entry.latest_signup().pk}/change/")
    page.goto(f"/admin/waitlist/waitlistentry/{entry.pk}/change/")
    page.locator("#id_company_name").fill("Muster & Söhne")
    page.locator("[name=_save]").click()

    expect(page.locator(".messagelist .success")).to_contain_text("Muster & Söhne")


def test_its_scripts_run(site: Addresses, open_page: OpenPage) -> None:
    make_entry()
    page = open_page(1280)
    log_in(page)

    page.goto("/admin/waitlist/waitlistentry/")
    page.locator("#action-toggle").check()
    expect(page.locator("#result_list tbody tr.selected")).to_have_count(1)

    page.goto("/admin/waitlist/waitlist/")
    page.locator("#result_list tbody a").first.click()
    page.locator(".add-row a").click()
    expect(page.locator("#id_consent_texts-1-text")).to_be_visible()


def test_the_queue_loses_no_more_than_looks(site: Addresses, open_page: OpenPage) -> None:
    enqueue(Job.DELIVER_MAIL, 1)  # there is no such mail, so it stays
    page = open_page(1280, foreseen="inline style")
    log_in(page)

    page.goto("/admin/procrastinate/procrastinatejob/")

    expect(page.locator("#result_list")).to_contain_text("deliver_mail")
