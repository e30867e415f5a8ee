"""The history of a lead: every way of writing is in it, with who it was; and the lead as it was at any instant."""

import datetime as dt
import re
import uuid

import pghistory
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from backoffice.history import Change, FieldThen, as_of, changes
from integrations.sandbox import RunningSandbox
from tests.backoffice.conftest import CountQueries
from tests.conftest import WorkAll
from tests.factories import make_entry, make_signup, make_waitlist
from tests.staff import client_of, make_staff
from waitlist.jobs import Job, enqueue
from waitlist.models import Waitlist, WaitlistEntry

pytestmark = pytest.mark.django_db
# Who it was is said for a whole transaction: what is about that needs transactions of its own.
committed = pytest.mark.django_db(transaction=True)


def url_of(entry_pk: int) -> str:
    return reverse("admin:waitlist_waitlistentry_history", args=(entry_pk,))


def last_change(entry: WaitlistEntry) -> Change:
    return changes(entry.pk, contacts=True)[-1]


def told(change: Change) -> list[tuple[str, object, object]]:
    return [(field.name, field.old, field.new) for field in change.fields]


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def put_back(hours: int) -> None:
    """All that the history knows so far was so long ago."""
    execute(f"UPDATE waitlist_entries_history SET pgh_created_at = pgh_created_at - interval '{hours} hours'")


@committed
def test_a_change_in_the_admin_has_the_person_and_each_field(admin_client: Client, admin_user: User) -> None:
    entry = make_entry(company_name="Eins", company_size="1-5")
    form = {"company_name": "Zwei", "gewerk": entry.gewerk, "company_size": "50+"}
    assert admin_client.post(reverse("admin:waitlist_waitlistentry_change", args=(entry.pk,)), form).status_code == 302

    change = last_change(entry)

    assert told(change) == [("company_name", "Eins", "Zwei"), ("company_size", "1-5", "50+")]
    assert (change.kind, change.who) == ("update", str(admin_user))


@committed
def test_what_a_worker_writes_has_its_job(waitlist: Waitlist, sandbox: RunningSandbox, work: WorkAll) -> None:
    enqueue(Job.PROCESS_SIGNUP, make_signup().pk)
    work()
    change = last_change(WaitlistEntry.objects.get())
    assert change.kind == "insert"
    assert re.fullmatch(r"der Abgleich mit dem CRM \(Auftrag \d+\)", change.who)


@committed
def test_what_the_visitor_confirms_is_his(client: Client) -> None:
    entry = make_entry()
    token = WaitlistEntry.objects.get().confirmation_token
    assert client.post(reverse("confirm", args=(token,))).status_code == 200
    change = last_change(entry)
    assert [field.name for field in change.fields] == ["confirmed_at"]
    assert change.who == "der Besucher"


@committed
@pytest.mark.parametrize("way", ["update", "bulk_update", "raw SQL"])
def test_what_goes_past_the_models_is_in_it_too(way: str) -> None:
    entry = make_entry(company_name="Eins")
    match way:
        case "update":
            WaitlistEntry.objects.update(company_name="Zwei")
        case "bulk_update":
            WaitlistEntry.objects.bulk_update([WaitlistEntry(pk=entry.pk, company_name="Zwei")], ["company_name"])
        case "raw SQL":
            execute("UPDATE waitlist_entries SET company_name = 'Zwei'")
    assert told(last_change(entry)) == [("company_name", "Eins", "Zwei")]
    assert last_change(entry).who == "direkt in der Datenbank"


@committed
def test_what_is_created_or_deleted_in_bulk_is_in_it_too() -> None:
    [entry] = WaitlistEntry.objects.bulk_create(
        [
            WaitlistEntry(
                waitlist=make_waitlist(),
                mms_party_id=uuid.uuid4(),
                mms_contact_point_id=uuid.uuid4(),
                company_name="Eins",
                gewerk="Sonstige",
                company_size="1-5",
            )
        ]
    )
    execute("DELETE FROM waitlist_entries")
    assert [change.kind for change in changes(entry.pk, contacts=True)] == ["insert", "delete"]


@committed
def test_who_it_was_does_not_outlive_the_request(admin_client: Client, admin_user: User) -> None:
    entry = make_entry()
    form = {"company_name": "Zwei", "gewerk": entry.gewerk, "company_size": entry.company_size}
    admin_client.post(reverse("admin:waitlist_waitlistentry_change", args=(entry.pk,)), form)
    WaitlistEntry.objects.update(company_name="Drei")
    assert [change.who for change in changes(entry.pk, contacts=True)[1:]] == [
        str(admin_user),
        "direkt in der Datenbank",
    ]


@committed
def test_what_an_unknown_job_writes_is_not_said_to_be_by_hand() -> None:
    entry = make_entry()
    with pghistory.context(source="merge_parties", job=7):
        WaitlistEntry.objects.update(company_name="Zwei")
    assert last_change(entry).who == "merge_parties (Auftrag 7)"


def test_a_change_of_nothing_but_the_time_is_left_out() -> None:
    entry = make_entry()
    WaitlistEntry.objects.update(company_name=entry.company_name)
    assert [change.kind for change in changes(entry.pk, contacts=True)] == ["insert"]


def test_an_entry_is_seen_as_it_was_with_what_has_changed_since(admin_client: Client) -> None:
    entry = make_entry(company_name="Früher GmbH", utm_source="google")
    put_back(hours=2)
    WaitlistEntry.objects.update(company_name="Heute GmbH")
    then = timezone.localtime() - dt.timedelta(hours=1)

    shown = as_of(entry.pk, then, contacts=True) or []
    assert FieldThen("Betrieb", "Früher GmbH", "Heute GmbH", has_changed=True) in shown
    assert FieldThen("Quelle", "google", "google", has_changed=False) in shown
    response = admin_client.get(url_of(entry.pk), {"at": f"{then:%Y-%m-%dT%H:%M}"})
    assert [change.kind for change in response.context["since"]] == ["update"]
    assert [change.kind for change in response.context["changes"]] == ["insert"]
    assert re.search(r"<dd>\s*Früher GmbH\s*</dd>\s*<dd>\s*<small>\s*Jetzt:\s*Heute GmbH", response.content.decode())


def test_each_change_leads_to_the_entry_as_it_was_after_it(admin_client: Client) -> None:
    entry = make_entry(company_name="Früher GmbH")
    put_back(hours=2)
    WaitlistEntry.objects.update(company_name="Heute GmbH")
    links = re.findall(r'href="(\?at=[^"]+)"', admin_client.get(url_of(entry.pk)).content.decode())

    shown = [admin_client.get(url_of(entry.pk) + link).context["then"] for link in links]

    assert [fields[3].then for fields in shown] == ["Heute GmbH", "Früher GmbH"]


def test_before_its_first_day_there_was_no_such_lead(admin_client: Client) -> None:
    response = admin_client.get(url_of(make_entry().pk), {"at": "2001-01-01T00:00"})
    assert response.context["then"] is None
    assert "Diesen Lead gab es damals nicht" in response.content.decode()


@pytest.mark.parametrize(
    "at", ["nonsense", "2026-13-45T00:00", "0001-01-01T00:00+23:00", "9999-12-31T23:59-23:00", "\0"]
)
def test_what_is_no_instant_is_said_to_be_none(admin_client: Client, at: str) -> None:
    response = admin_client.get(url_of(make_entry().pk), {"at": at})
    assert response.status_code == 200
    assert "Das ist kein Datum mit Uhrzeit." in response.content.decode()


@committed
def test_a_deleted_lead_still_has_its_history(admin_client: Client, admin_user: User) -> None:
    entry = make_entry(company_name="Früher GmbH")
    delete = reverse("admin:waitlist_waitlistentry_delete", args=(entry.pk,))
    assert admin_client.post(delete, {"post": "yes"}).status_code == 302

    response = admin_client.get(url_of(entry.pk))

    assert "Früher GmbH wurde gelöscht." in response.content.decode()
    assert response.context["changes"][0][1:3] == ("delete", str(admin_user))


def test_a_deleted_lead_of_another_list_does_not_exist() -> None:
    entry = make_entry(waitlist=make_waitlist("theirs"))
    entry.delete()
    assert client_of(make_staff(Role.FOUNDER, make_waitlist("ours"))).get(url_of(entry.pk)).status_code == 404


@pytest.mark.parametrize("key", ["0", "x", "²", "9" * 30])
def test_a_lead_that_never_was_has_no_history(admin_client: Client, key: str) -> None:
    assert admin_client.get(f"/admin/waitlist/waitlistentry/{key}/history/").status_code == 404


def test_the_page_needs_as_many_queries_for_many_changes_as_for_few(count_queries: CountQueries) -> None:
    entry = make_entry()
    WaitlistEntry.objects.update(company_name="Eins")
    url = url_of(entry.pk) + "?at=2030-01-01T00:00"
    few = count_queries(url)
    for number in range(18):
        WaitlistEntry.objects.update(company_name=f"Firma {number}")
    assert count_queries(url) == few
