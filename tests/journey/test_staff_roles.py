"""What each role finds in the back office: on the overview, in the list, on a lead's page, and of exports."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.roles import Role
from tests.factories import make_entry, make_waitlist
from tests.journey.staff import come_in
from tests.staff import make_staff
from waitlist.models import Waitlist, WaitlistEntry

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]

LEADS = "/admin/waitlist/waitlistentry/"
EXPORT = "/admin/backoffice/export/start/"
CONTACT = ("chefin@aigner.example", "+43 664 5551234", "Ruf mich am Abend an.")
MASKED = ("c•••@a•••.example", "••• 34", "•••")
EVERYBODYS = ["Übersicht", "Einträge", "Anmeldungen"]
FOUNDERS = ["Listen", "Exporte", "Konten", "Protokoll"]


@pytest.fixture
def lead(guarded: str) -> WaitlistEntry:
    email, phone, message = CONTACT
    return make_entry(company_name="Aigner GmbH", email=email, phone=phone, message=message, utm_source="messe")


@pytest.fixture
def page_of(open_page: OpenPage, guarded: str, lead: WaitlistEntry) -> Callable[..., Page]:
    """A browser in which somebody of a role, perhaps limited to a list, is logged in."""

    def open_one(role: Role, *lists: Waitlist, foreseen: str = "nothing is foreseen") -> Page:
        page = open_page(1280, foreseen, base_url=guarded)
        come_in(page, make_staff(role, *lists), guarded)
        return page

    return open_one


def menu(page: Page) -> list[str]:
    return page.locator("#nav-sidebar-apps li a > span:nth-child(2)").all_inner_texts()


def sources(page: Page) -> Locator:
    """Where leads come from, on the overview."""
    return page.get_by_role("region", name="Quelle")


def steps(page: Page) -> Locator:
    """The buttons of what can be done with a lead."""
    return page.locator("form[action*='/step/'], a[href*='/step/']")


def test_a_founder_sees_everything(page_of: Callable[..., Page], lead: WaitlistEntry) -> None:
    page = page_of(Role.FOUNDER)
    page.goto("/admin/")
    expect(sources(page)).to_contain_text("messe")
    assert menu(page) == [*EVERYBODYS, *FOUNDERS]

    page.goto(LEADS)
    expect(page.locator("#result_list")).to_contain_text(CONTACT[0])
    page.get_by_role("link", name="Aigner GmbH").click()
    for part in CONTACT:
        expect(page.get_by_text(part).first).to_be_visible()
    expect(steps(page)).to_contain_text(["Bestätigung", "Abmelden"])

    page.goto(LEADS)
    page.get_by_role("link", name="Diese Liste exportieren").click()
    expect(page.get_by_role("button", name="Export starten")).to_be_visible()


def test_an_editor_works_with_leads_and_takes_none_along(page_of: Callable[..., Page], lead: WaitlistEntry) -> None:
    page = page_of(Role.EDITOR, foreseen="status of 403")
    page.goto("/admin/")
    expect(sources(page)).to_contain_text("messe")
    assert menu(page) == EVERYBODYS

    page.goto(LEADS)
    expect(page.locator("#result_list")).to_contain_text(CONTACT[0])
    expect(page.get_by_role("link", name="Diese Liste exportieren")).to_have_count(0)
    page.get_by_role("link", name="Aigner GmbH").click()
    for part in CONTACT:
        expect(page.get_by_text(part).first).to_be_visible()
    expect(steps(page)).to_contain_text(["Bestätigung", "Abmelden"])

    page.goto(EXPORT)
    expect(page.get_by_role("heading", name="Diese Seite darfst du nicht sehen")).to_be_visible()


def test_a_viewer_reads_masked_contacts_until_he_asks_for_one(
    page_of: Callable[..., Page], lead: WaitlistEntry
) -> None:
    page = page_of(Role.VIEWER, foreseen="status of 403")
    page.goto("/admin/")
    expect(sources(page)).to_contain_text("messe")
    assert menu(page) == EVERYBODYS

    page.goto(LEADS)
    expect(page.locator("#result_list")).to_contain_text(MASKED[0])
    expect(page.get_by_role("link", name="Diese Liste exportieren")).to_have_count(0)
    page.get_by_role("link", name="Aigner GmbH").click()
    for part in MASKED:
        expect(page.get_by_text(part, exact=True).first).to_be_visible()
    assert not any(part in page.content() for part in CONTACT)
    expect(steps(page)).to_have_count(0)

    page.get_by_role("button", name="Kontakt zeigen").click()
    expect(page.get_by_text("Dass du ihn gesehen hast, wird festgehalten.")).to_be_visible()
    for part in CONTACT:
        expect(page.get_by_text(part).first).to_be_visible()

    page.goto(EXPORT)
    expect(page.get_by_role("heading", name="Diese Seite darfst du nicht sehen")).to_be_visible()


def test_of_other_peoples_lists_there_is_nothing(page_of: Callable[..., Page], lead: WaitlistEntry) -> None:
    page = page_of(Role.FOUNDER, make_waitlist("own", name="Eigene Liste"), foreseen="status of 404")
    page.goto("/admin/")
    expect(sources(page)).to_contain_text("Nichts in diesem Zeitraum.")
    page.goto(LEADS)
    expect(page.locator("#searchbar")).to_be_visible()
    assert "Aigner" not in page.content()

    response = page.goto(f"{LEADS}{lead.pk}/change/")
    assert response
    assert response.status == 404
