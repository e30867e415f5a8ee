"""The CSV file, to the byte, and who may have it."""

import csv
import datetime as dt
import io
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice import export
from backoffice.export import csv_response
from backoffice.overview import EntryStatus
from tests.backoffice.conftest import CountQueries, StaffClient
from tests.factories import make_entry, make_signup, make_waitlist
from waitlist.models import Signup, WaitlistEntry

LIST = reverse("admin:waitlist_waitlistentry_changelist")
EXPORT = reverse("admin:waitlist_waitlistentry_export")

pytestmark = pytest.mark.django_db


def exported() -> bytes:
    return csv_response(WaitlistEntry.objects.all()).getvalue()


def rows_of(body: bytes) -> list[dict[str, str]]:
    """What a spreadsheet reads."""
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))


def column(body: bytes, position: int) -> list[str]:
    """The cells below the header at ``position``."""
    return [list(row.values())[position] for row in rows_of(body)]


def test_the_file_to_the_byte() -> None:
    entry = make_entry(
        company_name='Müller "Blitz"; Söhne',
        phone="+436641234567",
        message="Zwei\r\nZeilen",
        utm_campaign="spring",
        created_at=dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC),
        confirmed_at=dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC),
    )
    Signup.objects.filter(entry=entry).update(unsubscribed_at=dt.datetime(2027, 1, 2, 11, tzinfo=dt.UTC))
    body = exported()
    header, row = body.split(b"\r\n", 1)
    assert header.startswith(b"\xef\xbb\xbf")
    assert header.count(b";") == 14
    assert row.decode() == (
        'kurzum_app;"Müller ""Blitz""; Söhne";Erika Muster;erika@example.com;\'+436641234567;Elektrotechnik;1–5;'  # noqa: RUF001
        f'"Zwei\r\nZeilen";;;spring;{EntryStatus.CONFIRMED.label};2026-07-02 00:30:00;2027-01-01 00:30:00;'
        "2027-01-02 12:00:00\r\n"
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "|", "%", "\t", "\r", "\n"])
@pytest.mark.parametrize("field", ["company_name", "display_name", "message", "utm_campaign"])
def test_no_cell_begins_a_formula(start: str, field: str) -> None:
    evil = f"{start}cmd('calc')!A1"
    make_entry(**{field: evil})
    cells = [cell for row in rows_of(exported()) for cell in row.values()]
    assert f"'{evil}".replace("|", "\\|") in cells
    assert not [cell for cell in cells if cell.startswith(start)]


def test_a_size_is_not_taken_for_a_date() -> None:
    make_entry(company_size="11-20")
    assert column(exported(), 6) == ["11–20"]  # noqa: RUF001


def test_the_newest_come_first_and_none_is_lost_between_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "CHUNK_SIZE", 3)
    for number in range(7):
        make_entry(company_name=f"Company {number}")
    assert column(exported(), 1) == [f"Company {number}" for number in range(6, -1, -1)]


def test_an_export_of_nothing_is_a_header() -> None:
    assert exported().count(b"\r\n") == 1


def test_an_entry_has_its_latest_persons_name_in_one_row() -> None:
    entry = make_entry(display_name="Old")
    make_signup(entry=entry, display_name="New")
    assert column(exported(), 2) == ["New"]


def test_the_file_is_named_after_its_list_and_the_day() -> None:
    make_entry()
    make_waitlist("empty_app")
    day = timezone.localdate()
    assert csv_response(WaitlistEntry.objects.all())["Content-Disposition"] == (
        f'attachment; filename="kurzum_app-{day:%Y-%m-%d}.csv"'
    )
    make_entry(waitlist=make_waitlist("other_app"))
    assert "kurzum_app" not in csv_response(WaitlistEntry.objects.all())["Content-Disposition"]


@pytest.mark.parametrize(
    "query",
    [{"status": "confirmed"}, {"q": "wanted"}, {"utm_source": "google"}, {"created_at__year": "2020"}],
    ids=str,
)
def test_the_button_exports_what_the_filtered_list_shows(admin_client: Client, query: dict[str, str]) -> None:
    make_entry(company_name="Other")
    make_entry(
        company_name="Wanted",
        utm_source="google",
        confirmed_at=timezone.now(),
        created_at=dt.datetime(2020, 5, 1, tzinfo=dt.UTC),
    )
    assert column(admin_client.get(EXPORT, query).getvalue(), 1) == ["Wanted"]


def test_the_buttons_link_keeps_the_filters_but_not_the_page(admin_client: Client) -> None:
    for _ in range(101):
        make_entry()
    html = admin_client.get(LIST, {"q": "muster", "status": "waiting", "p": "2"}).content.decode()
    assert f'href="{EXPORT}?q=muster&amp;status=waiting"' in html
    assert len(rows_of(admin_client.get(EXPORT, {"q": "muster", "status": "waiting"}).getvalue())) == 101


def test_the_action_exports_the_selected(staff_client: StaffClient) -> None:
    selected, _other = make_entry(company_name="Selected"), make_entry(company_name="Other")
    client = staff_client("view_waitlistentry", "export_waitlistentry")
    response = client.post(LIST, {"action": "export_selected", "_selected_action": [str(selected.pk)]})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert column(response.getvalue(), 1) == ["Selected"]


def test_without_the_permission_there_is_no_button_no_action_and_no_file(staff_client: StaffClient) -> None:
    entry = make_entry()
    client = staff_client("view_waitlistentry", "change_waitlistentry", "delete_waitlistentry")
    html = client.get(LIST).content.decode()
    assert EXPORT not in html
    assert "export_selected" not in html
    response = client.post(LIST, {"action": "export_selected", "_selected_action": [str(entry.pk)]})
    assert response.status_code == HTTPStatus.FOUND
    assert client.get(EXPORT).status_code == HTTPStatus.FORBIDDEN


def test_strangers_are_sent_to_the_login(client: Client) -> None:
    assert client.get(EXPORT)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("query", [{"created_at__year": "never"}, {"nonsense": "1"}], ids=str)
def test_a_filter_that_makes_no_sense_exports_nothing(admin_client: Client, query: dict[str, str]) -> None:
    make_entry()
    assert admin_client.get(EXPORT, query).status_code == HTTPStatus.BAD_REQUEST


def test_the_export_needs_as_many_queries_for_30_entries_as_for_2(count_queries: CountQueries) -> None:
    for _ in range(2):
        make_entry()
    few = count_queries(EXPORT)
    for _ in range(28):
        make_entry()
    assert count_queries(EXPORT) == few


def test_the_action_needs_as_many_queries_for_30_entries_as_for_2(count_queries: CountQueries) -> None:
    def select_all() -> dict[str, Any]:
        return {"action": "export_selected", "_selected_action": [entry.pk for entry in WaitlistEntry.objects.all()]}

    for _ in range(2):
        make_entry()
    few = count_queries(LIST, select_all())
    for _ in range(28):
        make_entry()
    assert count_queries(LIST, select_all()) == few
