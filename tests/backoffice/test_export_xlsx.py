"""The workbook that the worker makes, and the way of its file through the database."""

import datetime as dt
import io
import zipfile
from array import array

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import JobAborted

from accounts.models import User
from backoffice.exports import making, reading, xlsx_file
from backoffice.models import Export
from backoffice.models.exports import ExportStatus
from tests.backoffice.exports import make_export, sheet, start, the_export
from tests.conftest import WorkAll
from tests.factories import make_entry

pytestmark = pytest.mark.django_db


def go_on() -> None:
    """The worker need not go."""


def made(export: Export) -> bytes:
    """The file of ``export``, made now."""
    making.make(export.pk, go_on)
    export.refresh_from_db()
    assert export.status == ExportStatus.DONE
    return b"".join(export.parts_in_order())


@pytest.fixture
def export(admin_user: User) -> Export:
    return make_export(admin_user, format="xlsx", status=ExportStatus.QUEUED)


def test_the_worker_makes_what_the_page_then_hands_out(admin_client: Client, work: WorkAll) -> None:
    make_entry(company_name="Wanted")
    make_entry(company_name="Other")
    assert start(admin_client, "q=wanted", format="xlsx").status_code == 302
    assert the_export().status == ExportStatus.QUEUED
    work()
    export = the_export()
    assert (export.status, export.rows) == (ExportStatus.DONE, 1)
    response = admin_client.get(reverse("admin:backoffice_export_file", args=[export.pk]))
    assert response["Content-Disposition"] == (
        f'attachment; filename="kurzum_app-{timezone.localdate():%Y-%m-%d}.xlsx"'
    )
    _header, row, footer = sheet(response.getvalue())
    assert row["B"] == "Wanted"
    assert footer == {"A": f"Export {export.pk}"}


def test_cells_are_texts_and_times_are_times(export: Export) -> None:
    make_entry(
        phone="+436641234567", company_size="1-5", created_at=dt.datetime(2026, 7, 1, 22, 30, 15, 700, tzinfo=dt.UTC)
    )
    _header, row, _footer = sheet(made(export))
    assert row["E"] == "+436641234567"
    assert row["G"] == "1–5"  # noqa: RUF001
    at = dt.datetime(1899, 12, 30) + dt.timedelta(days=row["M"])  # noqa: DTZ001 - Excel knows no zones
    assert at.replace(microsecond=0) + dt.timedelta(seconds=round(at.microsecond / 1e6)) == dt.datetime(  # noqa: DTZ001
        2026, 7, 2, 0, 30, 15
    )
    assert "N" not in row


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_a_formula(export: Export, start: str) -> None:
    make_entry(company_name=f"{start}1+1", message="https://evil.example")
    _header, row, _footer = sheet(made(export))
    assert row["B"] == f"'{start}1+1"
    assert row["H"] == "https://evil.example"


def test_its_properties_name_the_export(export: Export) -> None:
    with zipfile.ZipFile(io.BytesIO(made(export))) as archive:
        assert str(export.pk) in archive.read("docProps/core.xml").decode()


def test_more_rows_than_a_sheet_takes_fill_another(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "SHEET_ROWS", 3)
    monkeypatch.setattr(reading, "FETCHED_AT_ONCE", 2)
    for number in range(5):
        make_entry(company_name=f"Company {number}")
    file = made(export)
    first, second = sheet(file, 1), sheet(file, 2)
    assert [row["B"] for row in first[1:]] == ["Company 4", "Company 3", "Company 2"]
    assert [row["B"] for row in second[1:-1]] == ["Company 1", "Company 0"]
    assert first[0] == second[0]
    assert "Export" in second[-1]["A"]


def test_the_file_is_kept_in_small_parts(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "PART_SIZE", 1000)
    make_entry()
    file = made(export)
    assert export.parts.count() == -(-len(file) // 1000) > 2


def test_made_twice_it_is_there_once(export: Export) -> None:
    make_entry()
    file = made(export)
    making.make(export.pk, go_on)
    assert b"".join(export.parts_in_order()) == file
    assert export.ranges.count() == 1


def test_the_slower_of_two_workers_keeps_nothing(export: Export) -> None:
    make_entry()
    file = made(export)
    assert not export.store_file([b"another"], [array("q", [1])], 5)
    assert b"".join(export.parts_in_order()) == file
    assert export.ranges.count() == 1


def test_a_worker_that_has_to_go_leaves_it_to_the_next(export: Export) -> None:
    make_entry()

    def stop() -> None:
        raise JobAborted

    with pytest.raises(JobAborted):
        making.make(export.pk, stop)
    assert not export.parts.exists()
    assert len(sheet(made(export))) == 3


@pytest.mark.parametrize("loss", ["is_active", "is_superuser"])
def test_whoever_may_no_longer_export_gets_no_file(export: Export, loss: str) -> None:
    User.objects.update(**{loss: False})
    making.make(export.pk, go_on)
    export.refresh_from_db()
    assert export.status == ExportStatus.FAILED
    assert not export.parts.exists()


def test_an_error_is_tried_again_a_few_times_and_then_said(
    admin_client: Client, work: WorkAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("full disk")

    monkeypatch.setattr(making, "make_xlsx", fail)
    start(admin_client, format="xlsx")
    work()
    assert the_export().is_unfinished
    for _ in range(4):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
        work()
    assert the_export().status == ExportStatus.FAILED
    assert ProcrastinateJob.objects.get(task_name=making.MAKE_EXPORT).status == "failed"


def test_files_go_after_a_day_and_records_stay(export: Export) -> None:
    make_entry()
    made(export)
    unfinished = make_export(export.actor)
    assert making.remove_expired() == 0
    assert export.has_file()
    Export.objects.update(created_at=timezone.now() - dt.timedelta(hours=24, minutes=1))
    assert making.remove_expired() == 1
    export.refresh_from_db()
    assert not export.has_file()
    assert (export.status, export.rows) == (ExportStatus.DONE, 1)
    unfinished.refresh_from_db()
    assert unfinished.status == ExportStatus.FAILED
