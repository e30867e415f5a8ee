"""Pages that begin after a row: they are complete, in order, and cost the same wherever they are."""

import datetime as dt

import pytest
from django.test import Client

from backoffice.admin.changelist import KeysetChangeList
from backoffice.admin.entries import WaitlistEntryAdmin
from backoffice.models import SavedView
from tests.backoffice.conftest import CountQueries, StaffClient
from tests.backoffice.test_entries import LIST
from tests.factories import make_entry

pytestmark = pytest.mark.django_db
DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def seven() -> None:
    """Seven leads, with equal values in every column that can be sorted by."""
    for number in range(7):
        make_entry(
            company_name="AAABBCC"[number],
            email=f"{number}@example.com",
            created_at=DAY + dt.timedelta(days=number // 2),
            confirmed_at=DAY if number % 3 == 0 else None,
        )


def change_list(client: Client, query: str) -> KeysetChangeList:
    response = client.get(LIST + query)
    assert response.status_code == 200
    changelist: KeysetChangeList = response.context["cl"]
    return changelist


@pytest.mark.parametrize("order", ["", "o=1", "o=-1", "o=5", "o=-5", "o=6", "o=-6"])
def test_forwards_and_backwards_every_row_comes_once(
    admin_client: Client, seven: None, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    whole = [row.pk for row in change_list(admin_client, f"?{order}").result_list]
    assert len(whole) == 7
    monkeypatch.setattr(WaitlistEntryAdmin, "list_per_page", 3)

    page = change_list(admin_client, f"?{order}")
    assert page.previous_page is None
    forwards = [[row.pk for row in page.result_list]]
    while page.next_page:
        page = change_list(admin_client, page.next_page)
        forwards.append([row.pk for row in page.result_list])
    backwards = [forwards[-1]]
    while page.previous_page:
        page = change_list(admin_client, page.previous_page)
        backwards.append([row.pk for row in page.result_list])

    assert [len(pks) for pks in forwards] == [3, 3, 1]
    assert [pk for pks in forwards for pk in pks] == whole
    assert backwards == forwards[::-1]


def test_a_new_lead_does_not_shift_the_next_page(
    admin_client: Client, seven: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WaitlistEntryAdmin, "list_per_page", 3)
    first = change_list(admin_client, "")
    assert first.next_page
    before = [row.pk for row in change_list(admin_client, first.next_page).result_list]
    make_entry(email="new@example.com")

    assert [row.pk for row in change_list(admin_client, first.next_page).result_list] == before


@pytest.mark.parametrize("position", ["x", "W10=", "WzEsMl0=", "bnVsbA==", "eyJhIjogMX0="])
def test_a_made_up_position_leads_back_to_the_list(admin_client: Client, seven: None, position: str) -> None:
    assert admin_client.get(f"{LIST}?after={position}").status_code == 302


def test_the_number_is_exact_for_few_and_an_estimate_for_many(
    admin_client: Client, seven: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WaitlistEntryAdmin, "list_per_page", 3)
    exact = change_list(admin_client, "")
    assert (exact.result_count, exact.is_estimate) == (7, False)
    monkeypatch.setattr("backoffice.admin.changelist.COUNTED", 2)

    assert change_list(admin_client, "").is_estimate


def test_a_page_needs_as_many_queries_for_7_leads_as_for_40(
    count_queries: CountQueries, seven: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WaitlistEntryAdmin, "list_per_page", 3)
    few = count_queries(f"{LIST}?q=muster&status=waiting")
    for number in range(33):
        make_entry(email=f"more-{number}@example.com", utm_source=f"source-{number}")

    assert count_queries(f"{LIST}?q=muster&status=waiting") <= few


def test_a_view_is_saved_shown_and_deleted_by_its_owner_only(staff_client: StaffClient, admin_client: Client) -> None:
    make_entry(company_name="Shown", confirmed_at=DAY)
    save = f"{LIST}views/save/"
    admin_client.post(save, {"name": "Bestätigte", "query": "status=confirmed&after=abc"})
    view = SavedView.objects.get()
    assert view.query == "status=confirmed"
    assert "Bestätigte" in admin_client.get(LIST).content.decode()

    other = staff_client("view_waitlistentry")
    assert "Bestätigte" not in other.get(LIST).content.decode()
    assert other.post(f"{LIST}views/{view.pk}/delete/").status_code == 404
    assert admin_client.post(f"{LIST}views/{view.pk}/delete/").status_code == 302
    assert not SavedView.objects.exists()
