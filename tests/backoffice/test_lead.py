"""One lead's page: what stands there, and what can be done with it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from backoffice.models import Note
from tests.backoffice.conftest import CountQueries, StaffClient
from tests.factories import make_entry, make_mail, make_signup, make_waitlist
from tests.staff import client_of, make_staff
from trail.models import Action, AuditEvent
from trail.recording import record
from waitlist.models import CrmUpdate, Mail, Signup, WaitlistEntry

pytestmark = pytest.mark.django_db


def page_of(entry: WaitlistEntry) -> str:
    return reverse("admin:waitlist_waitlistentry_change", args=(entry.pk,))


def take(client: Client, entry: WaitlistEntry, step: str) -> list[str]:
    """Press a button; returns the messages on the page after it."""
    response = client.post(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, step)), follow=True)
    assert response.status_code == 200
    return [message.level_tag for message in response.context["messages"]]


def text_of(client: Client, entry: WaitlistEntry) -> str:
    """The page's text, without tags and with single spaces."""
    html = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", client.get(page_of(entry)).content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html)


def offered(client: Client, entry: WaitlistEntry) -> set[str]:
    """The steps that the page has buttons for."""
    return set(re.findall(r"/step/(\w+)/", client.get(page_of(entry)).content.decode()))


def test_contact_company_message_campaign_and_evidence_stand_on_the_page(admin_client: Client) -> None:
    entry = make_entry(phone="+43 1 5551234", message="Bitte am Abend.", utm_campaign="herbst")
    Signup.objects.update(page_url="https://kurzum.example/fair", user_agent="Browser 9")
    make_mail(entry.latest_signup(), status="failed", last_error="rejected")

    page = text_of(admin_client, entry)

    contact = ("Erika Muster", "erika@example.com", "+43 1 5551234", "Bitte am Abend.", "herbst")
    evidence = ("Ja, ich bin einverstanden.", "203.0.113.7", "Browser 9", "https://kurzum.example/fair")
    assert [words for words in (*contact, *evidence) if words not in page] == []
    assert "Der Dienst hat die Daten abgelehnt" in page


@pytest.mark.parametrize(
    ("fields", "updates", "status"),
    [
        ({}, [], "waiting"),
        ({"confirmed_at": timezone.now()}, ["prospect"], "confirmed"),
        ({"confirmed_at": timezone.now()}, ["prospect", "customer"], "customer"),
        ({"confirmed_at": timezone.now()}, ["customer", "unsubscribe"], "unsubscribed"),
    ],
)
def test_the_status_is_the_last_one_reached(
    admin_client: Client, fields: dict[str, Any], updates: list[str], status: str
) -> None:
    entry = make_entry(**fields)
    for kind in updates:
        entry.crm_updates.create(kind=kind)
    if status == "unsubscribed":
        entry.signups.update(unsubscribed_at=timezone.now())
    assert f'class="lead-badge" data-status="{status}"' in admin_client.get(page_of(entry)).content.decode()


def test_what_the_crm_has_refused_does_not_look_as_if_it_knew(admin_client: Client) -> None:
    entry = make_entry(confirmed_at=timezone.now())
    entry.crm_updates.create(kind="customer", status="failed", last_error="unauthorized")
    assert "CRM: Ist Kunde Fehlgeschlagen Der Dienst hat uns den Zugriff verweigert" in text_of(admin_client, entry)


def test_a_note_is_kept_with_author_and_time_and_shown_as_it_was_written(
    admin_client: Client, admin_user: User
) -> None:
    entry = make_entry()
    url = reverse("admin:waitlist_waitlistentry_note", args=(entry.pk,))
    assert admin_client.post(url, {"text": "Ruft <b>Montag</b> an\0"}).status_code == 302
    assert admin_client.post(url, {"text": "  "}).status_code == 302

    note = Note.objects.get()
    assert (note.text, note.author) == ("Ruft <b>Montag</b> an", admin_user)
    html = admin_client.get(page_of(entry)).content.decode()
    assert "Ruft &lt;b&gt;Montag&lt;/b&gt; an" in html
    assert "Ruft <b>Montag" not in html


def test_the_confirmation_is_sent_again_within_the_caps(admin_client: Client) -> None:
    entry = make_entry()
    assert take(admin_client, entry, "resend") == ["success"]
    assert take(admin_client, entry, "resend") == ["warning"]
    assert [mail.kind for mail in Mail.objects.all()] == ["confirmation_renewed"]
    assert [event.details["worked"] for event in AuditEvent.objects.order_by("pk")] == [True, False]


def test_a_confirmation_that_is_held_back_is_not_said_to_be_on_its_way(admin_client: Client) -> None:
    entry = make_entry(waitlist=make_waitlist("full", hourly_limit=0))
    url = reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, "resend"))
    response = admin_client.post(url, follow=True)
    assert "hat ihre Mails dieser Stunde verbraucht" in response.content.decode()
    assert Mail.objects.get(kind="confirmation_renewed").status == "held"


def test_who_has_unsubscribed_or_confirmed_is_not_asked_to_confirm(admin_client: Client) -> None:
    unsubscribed, confirmed = make_entry(), make_entry(email="o@example.com", confirmed_at=timezone.now())
    unsubscribed.signups.update(unsubscribed_at=timezone.now())
    for entry in (unsubscribed, confirmed):
        assert "resend" not in offered(admin_client, entry)
        assert take(admin_client, entry, "resend") == ["warning"]
    assert not Mail.objects.exists()


def test_what_the_crm_refused_is_tried_again(admin_client: Client) -> None:
    entry = make_entry(confirmed_at=timezone.now())
    entry.crm_updates.create(kind="prospect", status="failed", attempts=3)
    assert "retry" in offered(admin_client, entry)
    assert take(admin_client, entry, "retry") == ["success"]

    update = CrmUpdate.objects.get()
    assert (update.status, update.attempts) == ("queued", 0)
    assert AuditEvent.objects.get().action == "crm_retry"
    assert take(admin_client, entry, "retry") == ["warning"]


def test_a_customer_is_made_once(admin_client: Client) -> None:
    entry = make_entry(confirmed_at=timezone.now())
    assert [take(admin_client, entry, "customer") for _ in range(2)] == [["success"], ["warning"]]
    assert CrmUpdate.objects.get().kind == "customer"
    assert "customer" not in offered(admin_client, entry)


@pytest.mark.parametrize(("token", "told"), [("secret", "Das CRM erfährt davon"), (None, "Melde die Person auch dort")])
def test_unsubscribing_asks_first_and_says_whether_the_crm_learns_of_it(
    admin_client: Client, token: str | None, told: str
) -> None:
    entry = make_entry()
    entry.signups.update(unsubscribe_token=token)
    question = admin_client.get(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, "unsubscribe")))
    assert told in question.content.decode()
    assert entry.signups.get().unsubscribed_at is None

    assert take(admin_client, entry, "unsubscribe") == ["success"]
    assert entry.signups.get().unsubscribed_at
    assert CrmUpdate.objects.get().kind == "unsubscribe"
    assert take(admin_client, entry, "unsubscribe") == ["warning"]
    assert [event.details["step"] for event in AuditEvent.objects.all()] == ["unsubscribe"] * 2


def test_a_step_that_cannot_be_recorded_is_not_taken(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = make_entry(confirmed_at=timezone.now())

    def no_trail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("backoffice.steps.record", no_trail)
    with pytest.raises(RuntimeError):
        take(admin_client, entry, "customer")
    assert not CrmUpdate.objects.exists()


def test_an_unknown_step_and_a_get_do_nothing(admin_client: Client) -> None:
    entry = make_entry()
    assert admin_client.post(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, "x"))).status_code == 404
    assert admin_client.get(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, "resend"))).status_code == 405


@pytest.mark.parametrize("step", ["resend", "retry", "customer", "unsubscribe"])
def test_who_may_only_look_can_take_no_step(staff_client: StaffClient, step: str) -> None:
    entry = make_entry()
    client = staff_client("view_waitlistentry", "view_contact")
    assert offered(client, entry) == set()
    assert client.get(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, "unsubscribe"))).status_code == 403
    assert client.post(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, step))).status_code == 403
    assert client.post(reverse("admin:waitlist_waitlistentry_note", args=(entry.pk,)), {"text": "x"}).status_code == 403


def test_without_permission_for_signups_their_evidence_is_not_shown(staff_client: StaffClient) -> None:
    entry = make_entry()
    assert "203.0.113.7" not in text_of(staff_client("view_waitlistentry", "view_contact"), entry)


def test_who_may_not_see_contacts_gets_no_link_to_write_or_call() -> None:
    entry = make_entry(phone="+43 1 5551234")
    html = client_of(make_staff(Role.VIEWER)).get(page_of(entry)).content.decode()
    assert "mailto:" not in html
    assert "tel:" not in html


def test_the_page_needs_as_many_queries_for_much_as_for_little(count_queries: CountQueries, admin_user: User) -> None:
    entry = make_entry()

    def happen(times: int) -> None:
        for number in range(times):
            make_mail(make_signup(entry=entry))
            entry.crm_updates.create(kind="prospect")
            Note.objects.create(entry=entry, author=admin_user, text="Note")
            WaitlistEntry.objects.filter(pk=entry.pk).update(company_name=f"Firma {times} {number}")
            record(None, Action.LEAD, target=entry, actor=admin_user, step="resend", worked=True)

    happen(1)
    count_queries(page_of(entry))  # what is looked up once in a process
    few = count_queries(page_of(entry))
    happen(18)
    assert count_queries(page_of(entry)) == few
