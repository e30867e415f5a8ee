"""Single sign-on in a browser: from the login page to the provider's, and back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from dev.addresses import Addresses
from tests.accounts.oidc import Provider
from tests.axe import serious_findings

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]


def go_to_provider(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name="Mit Firmenkonto anmelden").click()
    expect(page.get_by_role("heading", name="Provider")).to_be_visible()


def fits_and_can_be_used(page: Page) -> bool:
    assert serious_findings(page) == []
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.fixture
def person(provider: Provider) -> dict[str, Any]:
    """Who is about to log in at the provider."""
    provider.person = {"sub": "subject-of-the-founder", "email": "founder@kurzum.example", "email_verified": True}
    return provider.person


@pytest.mark.parametrize("width", [1280, 375])
def test_the_founder_logs_in_through_the_provider(
    site: Addresses, open_page: OpenPage, person: dict[str, Any], width: int
) -> None:
    page = open_page(width)
    page.goto("/admin/")
    assert fits_and_can_be_used(page)
    go_to_provider(page)
    page.get_by_role("button", name="Log in as subject-of-the-founder").click()

    expect(page.get_by_role("heading", name="Alle Listen")).to_be_visible()
    assert get_user_model().objects.get(email="founder@kurzum.example").external_id == "subject-of-the-founder"


@pytest.mark.parametrize(
    ("email", "press", "said"),
    [
        ("stranger@kurzum.example", "Log in", "für stranger@kurzum.example gibt es hier kein Konto"),
        ("founder@kurzum.example", "Cancel", "abgebrochen"),
    ],
    ids=["unknown", "cancelled"],
)
def test_who_is_refused_reads_why_and_finds_back(
    site: Addresses, open_page: OpenPage, person: dict[str, Any], email: str, press: str, said: str
) -> None:
    person["email"] = email
    page = open_page(375, foreseen="403 (Forbidden)")
    go_to_provider(page)
    page.get_by_role("button", name=press).click()

    expect(page.get_by_role("main")).to_contain_text(said)
    assert fits_and_can_be_used(page)
    page.get_by_role("link", name="Zur Anmeldung").click()
    expect(page.get_by_role("link", name="Mit Firmenkonto anmelden")).to_be_visible()
