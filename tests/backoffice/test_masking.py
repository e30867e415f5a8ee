"""Without the permission no page tells an e-mail address, a phone number or a message, until it is asked for."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from backoffice.masking import HIDDEN, masked, masked_email, masked_phone
from tests.factories import make_entry, make_signup
from tests.staff import client_of, make_staff
from trail.models import Action, AuditEvent
from waitlist.choices import SignupStatus
from waitlist.models import Signup, WaitlistEntry

ENTRIES = reverse("admin:waitlist_waitlistentry_changelist")
SIGNUPS = reverse("admin:waitlist_signup_changelist")
CONTACT = {"email": "erika@muster.example", "phone": "+43 664 5551234", "message": "Ruf mich am Abend an."}
CONTACTS = list(CONTACT.values())

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> WaitlistEntry:
    """A lead whose phone and message have been other ones."""
    entry = make_entry(**CONTACT)
    WaitlistEntry.objects.filter(pk=entry.pk).update(phone="+43 1 5559876", message="Doch am Morgen.")
    return WaitlistEntry.objects.get()


@pytest.fixture
def viewer() -> Client:
    return client_of(make_staff(Role.VIEWER))


def page_of(lead: WaitlistEntry) -> str:
    return reverse("admin:waitlist_waitlistentry_change", args=(lead.pk,))


def pages_of(lead: WaitlistEntry) -> list[str]:
    """All pages that tell of one lead."""
    signup, history = lead.signups.get(), reverse("admin:waitlist_waitlistentry_history", args=(lead.pk,))
    return [
        page_of(lead),
        history,
        f"{history}?at={timezone.localtime() + dt.timedelta(minutes=1):%Y-%m-%dT%H:%M}",
        reverse("admin:waitlist_signup_change", args=(signup.pk,)),
        reverse("admin:waitlist_signup_history", args=(signup.pk,)),
    ]


def told(client: Client, urls: list[str]) -> set[str]:
    """The contacts that stand in the pages."""
    secrets = [*CONTACTS, "+43 1 5559876", "Doch am Morgen."]
    html = "".join(client.get(url).content.decode() for url in urls)
    return {secret for secret in secrets if secret in html}


def show(client: Client, lead: WaitlistEntry) -> Any:
    return client.post(reverse("admin:waitlist_waitlistentry_contact", args=(lead.pk,)))


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("mario@muster.at", "m•••@m•••.at"),
        ("a@sub.domain.co.uk", "a•••@s•••.uk"),
        ('"odd@local"@muster.at', '"•••@m•••.at'),
        ("nonsense", HIDDEN),
        ("a@b", HIDDEN),
    ],
)
def test_of_an_address_first_letters_and_the_country_stay(email: str, shown: str) -> None:
    assert masked_email(email) == shown


@pytest.mark.parametrize(
    ("phone", "shown"), [("+43 664 12 34 567", "••• 67"), ("0664/1234567", "••• 67"), ("1234", HIDDEN), ("x", HIDDEN)]
)
def test_of_a_phone_number_two_digits_stay(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


def test_nothing_stays_of_a_message_and_empty_stays_empty() -> None:
    assert masked("message", "Ruf mich an") == HIDDEN
    assert [masked("message", None), masked("phone", ""), masked("gewerk", "Sonstige")] == [None, "", "Sonstige"]


def test_a_viewer_sees_no_contact_on_any_page(viewer: Client, lead: WaitlistEntry) -> None:
    pages = [ENTRIES, SIGNUPS, *pages_of(lead)]
    assert {viewer.get(page).status_code for page in pages} == {200}
    assert told(viewer, pages) == set()
    assert "e•••@m•••.example" in viewer.get(ENTRIES).content.decode()
    assert "••• 76" in viewer.get(page_of(lead)).content.decode()


def test_an_editor_sees_them_at_once(lead: WaitlistEntry) -> None:
    editor = client_of(make_staff(Role.EDITOR))
    assert told(editor, pages_of(lead)) == {*CONTACTS, "+43 1 5559876", "Doch am Morgen."}
    assert CONTACT["email"] in told(editor, [ENTRIES])
    assert CONTACT["email"] in told(editor, [SIGNUPS])
    assert reverse("admin:waitlist_waitlistentry_contact", args=(lead.pk,)) not in (
        editor.get(page_of(lead)).content.decode()
    )


def test_showing_is_recorded_with_the_lead_and_shows_this_one_only(viewer: Client, lead: WaitlistEntry) -> None:
    other = make_entry(email="other@muster.example")
    assert reverse("admin:waitlist_waitlistentry_contact", args=(lead.pk,)) in (
        viewer.get(page_of(lead)).content.decode()
    )

    response = show(viewer, lead)

    assert (response.status_code, response["Location"]) == (302, page_of(lead))
    event = AuditEvent.objects.get()
    assert (event.action, event.target_model, event.target_pk) == (Action.UNMASK, lead._meta.label_lower, str(lead.pk))
    assert (event.waitlist, event.actor_email[:6]) == (lead.waitlist, "viewer")
    assert told(viewer, pages_of(lead)) == {*CONTACTS, "+43 1 5559876", "Doch am Morgen."}
    assert told(viewer, [ENTRIES, SIGNUPS]) == set()
    assert "other@muster.example" not in viewer.get(page_of(other)).content.decode()


def test_what_was_shown_is_masked_again_after_five_minutes(viewer: Client, lead: WaitlistEntry) -> None:
    show(viewer, lead)
    for minutes, is_shown in ((4, True), (6, False)):
        with time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes)):
            assert bool(told(viewer, pages_of(lead))) is is_shown


def test_what_is_shown_to_one_is_not_shown_to_another(viewer: Client, lead: WaitlistEntry) -> None:
    show(viewer, lead)
    assert told(client_of(make_staff(Role.VIEWER)), pages_of(lead)) == set()


def test_opening_the_address_of_the_button_shows_nothing(viewer: Client, lead: WaitlistEntry) -> None:
    url = reverse("admin:waitlist_waitlistentry_contact", args=(lead.pk,))
    assert viewer.get(url).status_code == 405
    assert told(viewer, pages_of(lead)) == set()
    assert not AuditEvent.objects.exists()


def test_the_contact_of_a_signup_without_a_lead_stays_masked(viewer: Client, lead: WaitlistEntry) -> None:
    failed = make_signup(email="failed@muster.example", status=SignupStatus.FAILED)
    show(viewer, lead)
    html = viewer.get(reverse("admin:waitlist_signup_change", args=(failed.pk,))).content.decode()
    assert "failed@muster.example" not in html
    assert "f•••@m•••.example" in html


@pytest.mark.parametrize("term", ["erika@muster.example", "muster.example", "5559876", "Morgen"])
def test_a_viewer_finds_no_lead_by_its_contact(viewer: Client, lead: WaitlistEntry, term: str) -> None:
    for url in (ENTRIES, SIGNUPS):
        assert not viewer.get(url, {"q": term}).context["cl"].result_list


def test_a_viewer_finds_leads_by_name_and_company(viewer: Client, lead: WaitlistEntry) -> None:
    for url in (ENTRIES, SIGNUPS):
        for term in ("Erika", "Muster GmbH"):
            assert len(viewer.get(url, {"q": term}).context["cl"].result_list) == 1, (url, term)


@pytest.mark.parametrize(
    ("url", "lookup"),
    [
        (ENTRIES, "phone__startswith"),
        (ENTRIES, "message__icontains"),
        (ENTRIES, "signups__email__startswith"),
        (ENTRIES, "signups__form_data__phone__startswith"),
        (ENTRIES, "person_email__startswith"),
        (ENTRIES, "search_document__person_email__startswith"),
        (SIGNUPS, "email__startswith"),
        (SIGNUPS, "address_key__startswith"),
        (SIGNUPS, "form_data__icontains"),
        (SIGNUPS, "form_data__message__startswith"),
        (SIGNUPS, "entry__phone__startswith"),
    ],
)
def test_a_filter_in_the_address_tells_a_viewer_nothing(
    viewer: Client, lead: WaitlistEntry, url: str, lookup: str
) -> None:
    assert viewer.get(url, {lookup: "a"}).status_code == 400


def test_masking_never_reaches_the_database(viewer: Client, lead: WaitlistEntry) -> None:
    for url in [ENTRIES, SIGNUPS, *pages_of(lead)]:
        viewer.get(url)
    assert Signup.objects.get().email == CONTACT["email"]
    assert WaitlistEntry.objects.get().phone == "+43 1 5559876"
