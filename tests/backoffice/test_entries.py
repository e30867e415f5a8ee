"""The entries' list and pages."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.overview import EntryStatus
from tests.backoffice.conftest import CountQueries, StaffClient
from tests.factories import make_entry, make_mail, make_signup, make_waitlist
from waitlist.choices import CrmUpdateKind, CrmUpdateStatus, MailKind, MailStatus
from waitlist.models import Mail, Signup, WaitlistEntry

LIST = reverse("admin:waitlist_waitlistentry_changelist")

pytestmark = pytest.mark.django_db


def page_of(entry: WaitlistEntry) -> str:
    return reverse("admin:waitlist_waitlistentry_change", args=(entry.pk,))


def listed(client: Client, **params: str) -> list[str]:
    """The companies that the list shows, in its order."""
    response = client.get(LIST, params)
    assert response.status_code == 200
    return [entry.company_name for entry in response.context["cl"].result_list]


def test_the_list_shows_name_and_email_of_the_latest_signup(admin_client: Client) -> None:
    entry = make_entry(email="old@example.com", display_name="Old Name")
    make_signup(entry=entry, email="new@example.com", display_name="New Name")
    html = admin_client.get(LIST).content.decode()
    assert "new@example.com" in html
    assert "New Name" in html
    assert "old@example.com" not in html


def test_the_list_says_in_words_who_has_confirmed(admin_client: Client) -> None:
    make_entry()
    make_entry(confirmed_at=timezone.now())
    html = admin_client.get(LIST).content.decode()
    for status in (EntryStatus.WAITING, EntryStatus.CONFIRMED):
        assert re.search(rf"<span[^>]*>\s*{status.label}\s*</span>", html), status


@pytest.mark.parametrize("column", ["company", "created_at", "confirmed"])
def test_the_main_columns_can_be_sorted_by(admin_client: Client, column: str) -> None:
    number = str(1 + ("company", "status", "person", "campaign", "created_at", "confirmed").index(column))
    for company, day in (("B", 2), ("A", 1), ("C", 3)):
        at = dt.datetime(2026, 1, day, tzinfo=dt.UTC)
        make_entry(company_name=company, created_at=at, confirmed_at=at)
    assert listed(admin_client, o=number) == ["A", "B", "C"]
    assert listed(admin_client, o=f"-{number}") == ["C", "B", "A"]


@pytest.mark.parametrize(
    "params",
    [
        {"status": "confirmed"},
        {"waitlist__id__exact": "{list_id}"},
        {"gewerk__exact": "Sonstige"},
        {"company_size__exact": "50+"},
        {"utm_source": "google"},
        {"utm_campaign": "spring"},
        {"utm_medium": "cpc"},
        {"created_at_from": "01.01.2020", "created_at_to": "31.12.2020"},
        {"confirmed_at_from": "01.06.2020", "confirmed_at_to": "02.06.2020"},
        {"crm": "failed"},
        {"status": "customer"},
        {"status": "unsubscribed"},
        {"q": "wanted gmbh"},
        {"q": "Wanda"},
        {"q": "wanda@example.com"},
        {"q": "+436641234567"},
        {"q": "wallbox"},
        {"q": "spring"},
    ],
    ids=str,
)
def test_every_filter_and_search_finds_the_one_entry(admin_client: Client, params: dict[str, str]) -> None:
    make_entry(company_name="Other")
    wanted = make_entry(
        company_name="Wanted GmbH",
        display_name="Wanda Wolf",
        email="wanda@example.com",
        waitlist=make_waitlist("other_app"),
        gewerk="Sonstige",
        company_size="50+",
        phone="+436641234567",
        message="Wir bauen Wallboxen.",
        utm_source="google",
        utm_medium="cpc",
        utm_campaign="spring",
        confirmed_at=dt.datetime(2020, 6, 1, 12, tzinfo=dt.UTC),
        created_at=dt.datetime(2020, 5, 1, tzinfo=dt.UTC),
    )
    wanted.crm_updates.create(kind=CrmUpdateKind.CUSTOMER, status=CrmUpdateStatus.FAILED)
    wanted.signups.update(unsubscribed_at=timezone.now())
    params = {name: value.format(list_id=wanted.waitlist_id) for name, value in params.items()}
    assert listed(admin_client, **params) == ["Wanted GmbH"]


def test_filtering_by_waiting_leaves_the_confirmed_out(admin_client: Client) -> None:
    make_entry(company_name="Waiting")
    make_entry(company_name="Confirmed", confirmed_at=timezone.now())
    assert listed(admin_client, status="waiting") == ["Waiting"]


def test_an_entry_found_through_two_signups_is_listed_once(admin_client: Client) -> None:
    make_signup(entry=make_entry(company_name="Once"))
    assert listed(admin_client, q="erika") == ["Once"]


def test_the_theme_speaks_german_too(admin_client: Client) -> None:
    make_entry(confirmed_at=dt.datetime(2026, 11, 21, 8, 33, tzinfo=dt.UTC))

    found, nothing = (admin_client.get(LIST, {"q": q}).content.decode() for q in ("", "nothing"))

    assert "21.11.2026 09:33" in found
    assert "Nichts gefunden" in nothing
    for english in ("Filters", "Select record", "Type to search", "No results", "Apply", "Reset"):
        assert f">{english}" not in re.sub(r">\s+", ">", found + nothing)


def test_entries_cannot_be_added_by_hand(admin_client: Client) -> None:
    assert admin_client.get(reverse("admin:waitlist_waitlistentry_add")).status_code == 403


def test_the_page_shows_the_evidence_of_consent_and_the_mails(admin_client: Client) -> None:
    entry = make_entry()
    signup = entry.latest_signup()
    Signup.objects.filter(pk=signup.pk).update(user_agent="Firefox/150", page_url="https://kurzum.example/landing")
    make_mail(signup, status=MailStatus.FAILED)
    html = admin_client.get(page_of(entry)).content.decode()
    for evidence in ("203.0.113.7", "Firefox/150", "https://kurzum.example/landing", "erika@example.com"):
        assert evidence in html
    assert re.search(rf"{MailKind.CONFIRMATION.label}</span>\s*<span [^>]*>{MailStatus.FAILED.label}<", html)


def test_the_page_never_shows_a_token(admin_client: Client) -> None:
    entry = make_entry()
    Signup.objects.update(unsubscribe_token="secret-token")
    html = admin_client.get(page_of(entry)).content.decode()
    assert str(entry.confirmation_token) not in html
    assert "secret-token" not in html


def test_only_company_trade_and_size_can_be_edited(admin_client: Client) -> None:
    entry = make_entry()
    before = WaitlistEntry.objects.values().get()
    forged = dict.fromkeys(before, "2020-01-01") | {"confirmed_at_0": "2020-01-01", "confirmed_at_1": "00:00"}
    mended = {"company_name": "Mended GmbH", "gewerk": "Sonstige", "company_size": "50+"}
    inline = {"signups-TOTAL_FORMS": "0", "signups-INITIAL_FORMS": "0"}
    response = admin_client.post(page_of(entry), forged | mended | inline)
    assert response.status_code == 302
    after = WaitlistEntry.objects.values().get()
    assert after == before | mended | {"updated_at": after["updated_at"]}


def test_deleting_an_entry_needs_the_permission(staff_client: StaffClient) -> None:
    entry = make_entry()
    url = reverse("admin:waitlist_waitlistentry_delete", args=(entry.pk,))
    assert staff_client("view_waitlistentry", "change_waitlistentry").post(url, {"post": "yes"}).status_code == 403
    assert WaitlistEntry.objects.exists()


def test_deleting_an_entry_deletes_all_that_is_known_of_it(admin_client: Client) -> None:
    entry = make_entry()
    make_mail(entry.latest_signup())
    admin_client.post(reverse("admin:waitlist_waitlistentry_delete", args=(entry.pk,)), {"post": "yes"})
    assert not WaitlistEntry.objects.exists()
    assert not Signup.objects.exists()
    assert not Mail.objects.exists()


@pytest.mark.parametrize("query", ["", "?q=muster&status=waiting&o=4"])
def test_the_list_needs_as_many_queries_for_20_entries_as_for_2(count_queries: CountQueries, query: str) -> None:
    for _ in range(2):
        make_entry()
    few = count_queries(LIST + query)
    for number in range(18):
        make_entry(utm_campaign=f"campaign {number}", waitlist=make_waitlist(f"app_{number % 5}"))
    assert count_queries(LIST + query) == few


def test_the_page_needs_as_many_queries_for_30_signups_as_for_2(count_queries: CountQueries) -> None:
    entry = make_entry()
    make_mail(make_signup(entry=entry))
    few = count_queries(page_of(entry))
    for number in range(28):
        text = entry.waitlist.consent_texts.create(version=f"v{number}", text="Ja.")
        make_mail(make_signup(entry=entry, consent_text=text))
    assert count_queries(page_of(entry)) == few
