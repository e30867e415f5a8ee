"""The CSV file, to the byte, and that it holds what the list shows."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from backoffice.exports import csv_file, making, reading
from backoffice.exports.selection import select
from backoffice.models.exports import ExportStatus
from backoffice.overview import EntryStatus
from tests.backoffice.exports import column, csv_of, make_export, rows_of, start, the_export
from tests.factories import make_entry, make_signup, make_waitlist
from waitlist.models import Signup

pytestmark = pytest.mark.django_db


def test_the_file_to_the_byte(admin_client: Client) -> None:
    entry = make_entry(
        company_name='Müller "Blitz"; Söhne',
        phone="+436641234567",
        message="Zwei\r\nZeilen",
        utm_campaign="spring",
        created_at=dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC),
        confirmed_at=dt.datetime(2026, 12, 31, 23, 30, 59, 999999, tzinfo=dt.UTC),
    )
    Signup.objects.filter(entry=entry).update(unsubscribed_at=dt.datetime(2027, 1, 2, 11, tzinfo=dt.UTC))
    body = csv_of(admin_client)
    header, row = body.split(b"\r\n", 1)
    assert header.startswith(b"\xef\xbb\xbf")
    assert header.count(b";") == 14
    assert row.decode() == (
        'kurzum_app;"Müller ""Blitz""; Söhne";Erika Muster;erika@example.com;\'+436641234567;Elektrotechnik;1–5;'  # noqa: RUF001
        f'"Zwei\r\nZeilen";;;spring;{EntryStatus.UNSUBSCRIBED.label};2026-07-02 00:30:00;2027-01-01 00:30:59;'
        f"2027-01-02 12:00:00\r\nExport {the_export().pk}\r\n"
    )


def test_with_commas_it_is_the_same_file(admin_client: Client) -> None:
    make_entry(company_name="Huber; Huber, Huber")
    body = csv_of(admin_client, format="csv_comma")
    assert body.startswith(b"\xef\xbb\xbf")
    assert rows_of(body, ",") == rows_of(csv_of(admin_client))
    assert b'"Huber; Huber, Huber"' in body


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "＝"])  # noqa: RUF001
@pytest.mark.parametrize("field", ["company_name", "display_name", "message", "utm_campaign"])
def test_no_cell_begins_a_formula(admin_client: Client, start: str, field: str) -> None:
    evil = f"{start}cmd('calc')!A1"
    make_entry(**{field: evil})
    cells = [cell for row in rows_of(csv_of(admin_client)) for cell in row.values()]
    assert f"'{evil}".replace("|", "\\|") in cells
    assert not [cell for cell in cells if cell.startswith(start)]


@pytest.mark.parametrize("text", ["Äpfel", "7 Zwerge", "'s Werkl", "ß", "~", "A", " = 1", "{x|y}"])
def test_other_texts_stay_as_they_are(admin_client: Client, text: str) -> None:
    make_entry(company_name=text)
    assert column(csv_of(admin_client), 1) == [text]


def test_an_empty_text_is_an_empty_cell(admin_client: Client) -> None:
    make_entry(message="", utm_source=None)
    assert b'""' not in csv_of(admin_client)


def test_a_size_is_not_taken_for_a_date(admin_client: Client) -> None:
    make_entry(company_size="11-20")
    assert column(csv_of(admin_client), 6) == ["11–20"]  # noqa: RUF001


def test_the_newest_come_first_and_none_is_lost_between_chunks(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "COPIED_AT_ONCE", 3)
    entries = [make_entry(company_name=f"Company {number}") for number in range(7)]
    assert column(csv_of(admin_client), 1) == [f"Company {number}" for number in range(6, -1, -1)]
    pieces = list(the_export().ranges.order_by("-pk").values_list("first_pk", "last_pk", "entry_pks"))
    keys = [entry.pk for entry in entries]
    assert pieces == [
        (keys[0], keys[0], [keys[0]]),
        (keys[1], keys[3], [keys[3], keys[2], keys[1]]),
        (keys[4], keys[6], [keys[6], keys[5], keys[4]]),
    ]


def test_slow_clients_get_small_pieces(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "PIECE_SIZE", 50)
    make_entry(message="x" * 120)
    pieces = list(start(admin_client).streaming_content)
    assert max(map(len, pieces[1:])) == 50
    assert len(rows_of(b"".join(pieces))) == 1


def test_an_export_of_nothing_is_a_header_and_a_footer(admin_client: Client) -> None:
    assert csv_of(admin_client).count(b"\r\n") == 2
    assert csv_of(admin_client, "q=nobody").count(b"\r\n") == 2


def test_an_entry_has_its_latest_persons_name_in_one_row(admin_client: Client) -> None:
    entry = make_entry(display_name="Old")
    make_signup(entry=entry, display_name="New")
    assert column(csv_of(admin_client), 2) == ["New"]


def test_the_file_is_named_after_its_list_and_the_day(admin_client: Client) -> None:
    make_entry()
    make_waitlist("empty_app")
    day = timezone.localdate()
    assert start(admin_client)["Content-Disposition"] == f'attachment; filename="kurzum_app-{day:%Y-%m-%d}.csv"'
    make_entry(waitlist=make_waitlist("other_app"))
    assert "_app" not in start(admin_client)["Content-Disposition"]


@pytest.mark.parametrize(
    "query",
    ["status=confirmed", "q=wanted", "utm_source=google", "created_at_from=2020-01-01&created_at_to=2020-12-31"],
)
def test_it_holds_what_the_filtered_list_shows(admin_client: Client, query: str) -> None:
    make_entry(company_name="Other")
    make_entry(
        company_name="Wanted",
        utm_source="google",
        confirmed_at=timezone.now(),
        created_at=dt.datetime(2020, 5, 1, tzinfo=dt.UTC),
    )
    assert column(csv_of(admin_client, query), 1) == ["Wanted"]


def test_entries_of_lists_that_somebody_may_not_see_are_not_in_his_export(
    django_user_model: type[User],
) -> None:
    make_entry(company_name="Theirs", waitlist=make_waitlist("other_app"))
    make_entry(company_name="Ours")
    user = django_user_model.objects.create_user("staff@kurzum.example")
    user.waitlists.set([make_waitlist()])
    assert [entry.company_name for entry in select(user, "").entries] == ["Ours"]


def test_queries_do_not_grow_with_the_rows(admin_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            csv_of(admin_client)
        return len(captured)

    make_entry()
    queries()
    few = queries()
    for _ in range(20):
        make_entry()
    assert queries() == few


def test_what_has_become_of_it_is_written_down(admin_client: Client) -> None:
    make_entry()
    csv_of(admin_client)
    export = the_export()
    assert (export.status, export.rows, export.expected_rows) == (ExportStatus.DONE, 1, 1)
    assert export.finished_at


def test_a_client_that_goes_leaves_a_failed_export_with_what_he_took(
    admin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "COPIED_AT_ONCE", 2)
    for _ in range(4):
        make_entry()
    export = make_export(admin_user)
    pieces = making.stream(export, select(admin_user, ""))
    next(pieces), next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    export.refresh_from_db()
    assert (export.status, export.rows) == (ExportStatus.FAILED, 2)
    assert export.ranges.count() == 1
