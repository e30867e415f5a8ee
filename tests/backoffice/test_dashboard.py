"""The dashboard's figures, against a data set that was counted by hand."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from backoffice.dashboard import numbers
from backoffice.dashboard.period import Period
from tests.backoffice.conftest import StaffClient
from tests.factories import make_entry, make_mail, make_signup, make_waitlist
from waitlist.choices import MailStatus, SignupStatus
from waitlist.models import Refusal, Waitlist, WaitlistEntry

pytestmark = pytest.mark.django_db
INDEX = reverse("admin:index")
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
WEEK = Period(dt.date(2026, 11, 14), dt.date(2026, 11, 20))
LISTS = Waitlist.objects.all


def lead(day: int, *, hours: float | None = None, email: str = "a@example.com", **fields: Any) -> WaitlistEntry:
    """A lead of this November day at noon; confirmed ``hours`` later."""
    at = dt.datetime(2026, 11, day, 11, tzinfo=dt.UTC)
    confirmed_at = at + dt.timedelta(hours=hours) if hours is not None else None
    return make_entry(created_at=at, confirmed_at=confirmed_at, email=email, **fields)


@pytest.fixture
def november() -> None:
    """In the week: four leads, three confirmed after 1, 2 and 30 hours; in the week before: one lead."""
    lead(7, hours=1, utm_source="google")
    mailed = lead(14, hours=1, utm_source="google", utm_campaign="pilot", email="a@gmail.com")
    make_mail(mailed.latest_signup(), status=MailStatus.SENT, sent_at=NOW)
    mailed.crm_updates.create(kind="prospect", status="done", done_at=NOW)
    lead(16, hours=2, utm_source="google", email="b@gmx.at").crm_updates.create(kind="prospect", status="failed")
    lead(19, hours=30, gewerk="Sonstige").signups.update(unsubscribed_at=NOW)
    lead(20, utm_source="linkedin", company_size="50+")
    at = dt.datetime(2026, 11, 18, 11, tzinfo=dt.UTC)
    for status in (SignupStatus.FAILED, SignupStatus.QUARANTINED, SignupStatus.RECEIVED):
        make_signup(status=status, created_at=at)
    waitlist = Waitlist.objects.get()
    for day, reason, count in ((13, "bot", 100), (14, "bot", 5), (20, "limit", 2), (20, "validation", 3)):
        Refusal.objects.create(waitlist=waitlist, day=dt.date(2026, 11, day), reason=reason, count=count)


def test_the_figures_of_a_week(november: None) -> None:
    assert numbers.figures(LISTS(), WEEK) == numbers.Figures(
        signups=6, leads=4, confirmed=3, median_seconds=7200.0, waiting=1, failed=1, quarantined=1, unsubscribed=1
    )
    assert numbers.figures(LISTS(), WEEK).rate == 0.75


def test_the_week_before_is_counted_the_same_way(november: None) -> None:
    before = WEEK.before()
    assert before == Period(dt.date(2026, 11, 7), dt.date(2026, 11, 13))
    figures = numbers.figures(LISTS(), before)
    assert (figures.signups, figures.leads, figures.confirmed) == (1, 1, 1)


def test_the_funnel(november: None) -> None:
    funnel = numbers.funnel(LISTS(), WEEK, numbers.figures(LISTS(), WEEK))
    assert funnel == numbers.Funnel(
        {"validation": 3, "limit": 2, "bot": 5}, accepted=6, mailed=1, confirmed=3, prospects=1
    )
    assert funnel.attempted == 16


def test_each_day_of_the_chart(november: None) -> None:
    days = numbers.daily(LISTS(), WEEK)
    assert [(day.day.day, day.signups, day.confirmations) for day in days] == [
        (14, 1, 1),
        (15, 0, 0),
        (16, 1, 1),
        (17, 0, 0),
        (18, 2, 0),
        (19, 1, 0),
        (20, 1, 1),
    ]


def test_a_day_is_one_of_vienna(november: None) -> None:
    late = dt.datetime(2026, 11, 14, 23, 30, tzinfo=dt.UTC)  # half past midnight in Vienna
    make_entry(created_at=late, email="late@example.com")
    assert numbers.daily(LISTS(), Period.of_day(dt.date(2026, 11, 15)))[0].signups == 1


def test_the_shares_by_source_trade_and_size(november: None) -> None:
    shares = numbers.shares(LISTS(), WEEK)
    assert [tuple(share)[:3] for share in shares["utm_source"]] == [("google", 2, 2), ("", 1, 1), ("linkedin", 1, 0)]
    assert {share.value: share.leads for share in shares["gewerk"]} == {"Elektrotechnik": 3, "Sonstige": 1}
    assert {share.value: share.leads for share in shares["company_size"]} == {"1-5": 3, "50+": 1}


def test_a_mail_provider_whose_people_stop_confirming_is_noticed() -> None:
    for number in range(20):
        lead(15, email=f"{number}@gmx.at", hours=1 if number < 5 else None)
        lead(15, email=f"{number}@firma.at", hours=1 if number < 15 else None)
    by_name = {share.value: share for share in numbers.providers(LISTS(), WEEK)}
    assert (by_name["GMX"].leads, by_name["GMX"].confirmed, by_name["GMX"].is_collapsed) == (20, 5, True)
    assert not by_name[""].is_collapsed


def test_other_lists_are_not_counted(november: None) -> None:
    other = make_waitlist("other")
    lead(15, waitlist=other, email="o@example.com")
    assert numbers.figures(Waitlist.objects.filter(pk=other.pk), WEEK).leads == 1
    assert numbers.figures(Waitlist.objects.exclude(pk=other.pk), WEEK).leads == 4


@time_machine.travel(NOW)
def test_what_needs_attention_leads_to_just_those_rows(november: None, admin_client: Client) -> None:
    make_mail(make_entry(email="m@example.com").latest_signup(), status=MailStatus.FAILED)
    make_mail(make_entry(email="h@example.com").latest_signup(), status=MailStatus.HELD)
    attention = admin_client.get(INDEX).context["attention"]

    assert len(attention) == 5
    for text, number, url in attention:
        assert number == len(admin_client.get(url).context["cl"].result_list) == 1, text


@time_machine.travel(NOW)
@pytest.mark.parametrize(
    ("query", "signups"), [("period=7", "6"), ("period=all", "7"), ("period=own&from=2026-11-14&to=2026-11-16", "2")]
)
def test_the_page_shows_the_period_that_was_asked_for(
    november: None, admin_client: Client, query: str, signups: str
) -> None:
    assert admin_client.get(f"{INDEX}?{query}").context["tiles"][0]["value"] == signups


@pytest.mark.parametrize("query", ["period=nonsense", "period=own&from=2026-13-40&to=x", "from=%00", "period=own"])
def test_a_strange_period_means_the_default(admin_client: Client, query: str) -> None:
    assert admin_client.get(f"{INDEX}?{query}").context["chosen_period"] == "30"


@time_machine.travel(NOW)
def test_without_redis_the_page_counts(november: None, without_redis: None, admin_client: Client) -> None:
    assert admin_client.get(f"{INDEX}?period=7").context["tiles"][0]["value"] == "6"


@time_machine.travel(NOW)
def test_every_table_can_be_taken_along_and_formulas_are_disarmed(november: None, admin_client: Client) -> None:
    lead(18, utm_campaign="=HYPERLINK(1)", email="x@example.com")
    for name in ("daily", "funnel", "utm_source", "utm_medium", "utm_campaign", "gewerk", "company_size", "providers"):
        response = admin_client.get(reverse("backoffice_dashboard_csv", args=(name,)), {"period": "7"})
        assert response["Content-Type"].startswith("text/csv"), name
        assert len(response.content.decode().splitlines()) > 1, name
        assert "\n=" not in response.content.decode(), name


def test_staff_see_figures_of_their_lists_only(staff_client: StaffClient, november: None) -> None:
    client = staff_client("view_waitlistentry")
    user = get_user_model().objects.get()
    user.sees_all_lists = False
    user.save()
    user.waitlists.set([make_waitlist("mine")])

    assert client.get(f"{INDEX}?period=all").context["tiles"][0]["value"] == "0"
    assert client.get(f"{INDEX}?list=kurzum_app").status_code == 404
    assert client.get(reverse("backoffice_dashboard_csv", args=("daily",)), {"list": "kurzum_app"}).status_code == 404


def test_who_may_not_see_entries_sees_no_figures(staff_client: StaffClient, november: None) -> None:
    client = staff_client("view_waitlist")
    assert "tiles" not in client.get(INDEX).context
    assert client.get(reverse("backoffice_dashboard_csv", args=("daily",))).status_code == 404


def test_the_page_needs_as_many_queries_for_40_leads_as_for_4(
    november: None, count_queries: Callable[[str], int]
) -> None:
    few = count_queries(f"{INDEX}?period=own&from=2026-11-01&to=2026-11-19")
    for number in range(36):
        lead(15, email=f"{number}@example.com", utm_source=f"source-{number}")
    assert count_queries(f"{INDEX}?period=own&from=2026-11-01&to=2026-11-18") == few
