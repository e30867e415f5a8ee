"""One lead's page: what is told of it, what can be done with it, and what it was."""

import datetime as dt
import re
from collections import Counter

import pghistory
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from backoffice.history import as_of, changes
from backoffice.models import Export, ExportedRange
from backoffice.timeline import timeline
from tests.backoffice.conftest import CountQueries, StaffClient
from tests.factories import make_entry, make_mail, make_signup
from trail.models import AuditEvent
from waitlist import pipeline
from waitlist.models import CrmUpdate, Mail, WaitlistEntry

pytestmark = pytest.mark.django_db


def page_of(entry: WaitlistEntry) -> str:
    return reverse("admin:waitlist_waitlistentry_change", args=(entry.pk,))


def take(client: Client, entry: WaitlistEntry, step: str) -> list[str]:
    """Press a button; returns the messages on the page after it."""
    response = client.post(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, step)), follow=True)
    assert response.status_code == 200
    return [message.level_tag for message in response.context["messages"]]


def test_the_timeline_tells_everything_that_was_recorded(admin_client: Client) -> None:
    now = timezone.now()
    entry = make_entry(confirmed_at=now)
    make_mail(entry.latest_signup(), status="sent", sent_at=now)
    make_mail(entry.latest_signup(), kind="founder_notice", status="failed")
    entry.crm_updates.create(kind="prospect", status="done", done_at=now)
    pipeline.open_link(entry)
    entry.signups.update(unsubscribed_at=now)
    admin_client.post(reverse("admin:waitlist_waitlistentry_note", args=(entry.pk,)), {"text": "Ruft <b>Montag</b> an"})
    WaitlistEntry.objects.filter(pk=entry.pk).update(company_name="Neu GmbH")

    icons = Counter(moment.icon for moment in timeline(WaitlistEntry.objects.get(), contacts=True))
    once = ["edit_document", "mail", "error", "visibility", "verified", "unsubscribe", "sticky_note_2", "edit"]
    assert icons == Counter([*once, "sync", "sync"])
    html = admin_client.get(page_of(entry)).content.decode()
    assert "Ruft &lt;b&gt;Montag&lt;/b&gt; an" in html
    assert "Neu GmbH" in html


def test_an_export_that_held_the_lead_is_told(admin_client: Client, admin_user: User) -> None:
    entry, other = make_entry(), make_entry(email="o@example.com")
    export = Export.objects.create(actor=admin_user, reason="Newsletter", columns=[], format="xlsx")
    ExportedRange.objects.create(export=export, first_pk=entry.pk, last_pk=entry.pk, entry_pks=[entry.pk])

    assert "download" in [moment.icon for moment in timeline(entry, contacts=True)]
    assert "download" not in [moment.icon for moment in timeline(other, contacts=True)]


def test_the_confirmation_is_sent_again_within_the_caps(admin_client: Client) -> None:
    entry = make_entry()
    assert take(admin_client, entry, "resend") == ["success"]
    assert take(admin_client, entry, "resend") == ["warning"]
    assert [mail.kind for mail in Mail.objects.all()] == ["confirmation_renewed"]
    assert [event.details["worked"] for event in AuditEvent.objects.order_by("pk")] == [True, False]


def test_what_the_crm_refused_is_tried_again(admin_client: Client) -> None:
    entry = make_entry(confirmed_at=timezone.now())
    entry.crm_updates.create(kind="prospect", status="failed", attempts=3)
    assert "step/retry" in admin_client.get(page_of(entry)).content.decode()
    assert take(admin_client, entry, "retry") == ["success"]

    update = CrmUpdate.objects.get()
    assert (update.status, update.attempts) == ("queued", 0)
    assert AuditEvent.objects.get().action == "crm_retry"
    assert take(admin_client, entry, "retry") == ["warning"]


def test_a_customer_is_made_once(admin_client: Client) -> None:
    entry = make_entry(confirmed_at=timezone.now())
    assert [take(admin_client, entry, "customer") for _ in range(2)] == [["success"], ["warning"]]
    assert CrmUpdate.objects.get().kind == "customer"


def test_unsubscribing_reaches_the_crm_and_says_where_it_cannot(admin_client: Client) -> None:
    entry = make_entry()
    assert take(admin_client, entry, "unsubscribe") == ["success"]
    assert entry.signups.get().unsubscribed_at
    assert CrmUpdate.objects.get().kind == "unsubscribe"
    assert take(admin_client, entry, "unsubscribe") == ["warning"]


def test_an_unknown_step_and_a_get_do_nothing(admin_client: Client) -> None:
    entry = make_entry()
    assert admin_client.post(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, "x"))).status_code == 404
    assert admin_client.get(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, "resend"))).status_code == 405


@pytest.mark.parametrize("step", ["resend", "retry", "customer", "unsubscribe"])
def test_who_may_only_look_can_take_no_step(staff_client: StaffClient, step: str) -> None:
    entry = make_entry()
    client = staff_client("view_waitlistentry", "view_contact")
    html = client.get(page_of(entry)).content.decode()
    assert "/step/" not in html
    assert client.post(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, step))).status_code == 403
    assert client.post(reverse("admin:waitlist_waitlistentry_note", args=(entry.pk,)), {"text": "x"}).status_code == 403


@pytest.mark.django_db(transaction=True)  # who it was is said for a transaction
def test_the_history_has_every_way_of_writing_with_who_and_what(admin_client: Client) -> None:
    entry = make_entry(company_name="Eins")
    form = {"company_name": "Zwei", "gewerk": "Sonstige", "company_size": "50+"}
    inline = {"signups-TOTAL_FORMS": "0", "signups-INITIAL_FORMS": "0"}
    assert admin_client.post(page_of(entry), form | inline).status_code == 302
    with pghistory.context(source="process_signup"):
        WaitlistEntry.objects.update(company_name="Drei")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE waitlist_entries SET company_name = 'Vier'")
    WaitlistEntry.objects.bulk_update([WaitlistEntry(pk=entry.pk, company_name="Fünf")], ["company_name"])
    pipeline.confirm(WaitlistEntry.objects.get())

    told = changes(entry.pk, contacts=True)
    assert [change.kind for change in told] == ["insert"] + ["update"] * 5
    assert [change.fields[0].new for change in told[1:5]] == ["Zwei", "Drei", "Vier", "Fünf"]
    assert len(told[1].fields) == 3
    assert "admin" in told[1].who
    assert len({change.who for change in told[1:4]}) == 3
    WaitlistEntry.objects.all().delete()
    assert changes(entry.pk, contacts=True)[-1].kind == "delete"


def test_an_entry_is_seen_as_it_was(admin_client: Client) -> None:
    before = timezone.now() - dt.timedelta(minutes=1)
    entry = make_entry(company_name="Früher GmbH")
    with connection.cursor() as cursor:  # history rows of one transaction have one time
        cursor.execute("UPDATE waitlist_entries_history SET pgh_created_at = now() - interval '1 hour'")
    WaitlistEntry.objects.update(company_name="Heute GmbH")
    then = timezone.now() - dt.timedelta(minutes=30)

    assert "Früher GmbH" in [value for _label, value in as_of(entry.pk, then, contacts=True) or ()]
    assert as_of(entry.pk, before - dt.timedelta(hours=2), contacts=True) is None
    url = reverse("admin:waitlist_waitlistentry_history", args=(entry.pk,))
    html = admin_client.get(url, {"at": f"{timezone.localtime(then):%Y-%m-%dT%H:%M}"}).content.decode()
    assert re.search(r"<dd>\s*Früher GmbH\s*</dd>", html)
    assert admin_client.get(url, {"at": "nonsense"}).status_code == 200
    assert admin_client.get(url, {"at": "2026-13-45T00:00"}).status_code == 200


def test_the_page_needs_as_many_queries_for_20_signups_as_for_2(count_queries: CountQueries) -> None:
    entry = make_entry()
    make_mail(make_signup(entry=entry))
    few = count_queries(page_of(entry))
    for _ in range(18):
        make_mail(make_signup(entry=entry))
        entry.crm_updates.create(kind="prospect")
    assert count_queries(page_of(entry)) == few
