"""``python -m benchmarks.export``: rows a second of both kinds of export, beside psql's \\copy of the same query.

Takes all entries of the database that DATABASE_URL names (``manage.py seed`` makes some), as their list shows them.
"""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings
from django.db import connection

from accounts.models import User
from backoffice.exports import making
from backoffice.exports.columns import COLUMNS
from backoffice.exports.selection import Selection, select
from backoffice.models import Export
from backoffice.models.exports import ExportFormat, ExportStatus

PSQL, CSV, XLSX = "psql \\copy, same query", "CSV export", "XLSX export"
KEYS = [column.key for column in COLUMNS]


class Report:
    """The table, line by line."""

    def __init__(self) -> None:
        self._rates: dict[str, float] = {}
        self._lines = [f"{'':24}{'rows':>12}{'seconds':>10}{'rows/s':>12}{'memory growth':>16}"]

    @contextmanager
    def measure(self, name: str) -> Iterator[list[int]]:
        """Time what follows, which puts its number of rows into the list."""
        rows: list[int] = []
        start = time.perf_counter()
        with growth() as grown:
            yield rows
        seconds = time.perf_counter() - start
        self._rates[name] = sum(rows) / seconds
        memory = f"{grown[0] / 2**20:.0f} MB"
        self._lines.append(f"{name:24}{sum(rows):12,}{seconds:10.1f}{self._rates[name]:12,.0f}{memory:>16}")

    def skip(self, name: str, why: str) -> None:
        """Say ``why`` there is no such figure."""
        self._lines.append(f"{name:24}{why}")

    def show(self) -> None:
        """Print the table, and what CSV makes of psql's rate."""
        print("\n".join(self._lines))
        if PSQL in self._rates:
            print(f"CSV at {self._rates[CSV] / self._rates[PSQL]:.0%} of psql's rate")


def main() -> None:
    """Measure with an account of its own, which is gone afterwards with its exports."""
    settings.DEBUG = False  # under which Django keeps the text of all queries in memory
    user = User.objects.create_superuser(f"benchmark-{time.time_ns()}@kurzum.example")
    report = Report()
    try:
        with TemporaryDirectory() as folder:
            take_csv(user, Path(folder) / "warm.csv", Report())  # the database's caches are warm for all
            take_by_psql(user, Path(folder) / "psql.csv", report)
            take_csv(user, Path(folder) / "export.csv", report)
        make_xlsx(user, report)
    finally:
        user.exports.all().delete()
        user.delete()
    report.show()


def take_csv(user: User, path: Path, report: Report) -> None:
    """What a download does, into a file instead of a socket."""
    export, selection = begin(user, ExportFormat.CSV_SEMICOLON)
    with report.measure(CSV) as rows, path.open("wb") as file:
        file.writelines(making.stream(export, selection))
        rows.append(written(export))


def make_xlsx(user: User, report: Report) -> None:
    """What the worker does."""
    export, _selection = begin(user, ExportFormat.XLSX)
    with report.measure(XLSX) as rows:
        making.make(export.pk, lambda: None)
        rows.append(written(export))


def take_by_psql(user: User, path: Path, report: Report) -> None:
    """The whole query at once, with all its formatting, by PostgreSQL's own client."""
    psql = shutil.which("psql")
    if psql is None:
        report.skip(PSQL, "skipped: psql is not installed")
        return
    entries = select(user, "").entries.order_by("-pk").values_list("pk", *(column.csv() for column in COLUMNS))
    with connection.cursor() as cursor:
        query = cursor.cursor.mogrify(*entries.query.sql_with_params()).replace("\n", " ")
    command = f"\\copy ({query}) TO '{path}' WITH (FORMAT csv, DELIMITER ';')"
    arguments = [psql, os.environ["DATABASE_URL"], "-c", command]
    with report.measure(PSQL) as rows:
        done = subprocess.run(arguments, check=True, capture_output=True, text=True)  # noqa: S603 - our own query
        rows.append(int(done.stdout.split()[-1]))


def begin(user: User, file_format: str) -> tuple[Export, Selection]:
    """An export of all entries with all columns."""
    selection = select(user, "")
    export = Export.objects.create(
        actor=user,
        reason="benchmark",
        columns=KEYS,
        format=file_format,
        file_name="benchmark",
        status=ExportStatus.RUNNING,
        expected_rows=selection.expected,
    )
    return export, selection


def written(export: Export) -> int:
    """The rows of a finished export."""
    export.refresh_from_db()
    if export.status != ExportStatus.DONE:
        sys.exit(f"The export has ended as {export.status}.")
    return export.rows


@contextmanager
def growth() -> Iterator[list[int]]:
    """Puts into the list by how many bytes this process was larger at most than at the start."""
    before = peak = resident()
    stop = Event()
    grown: list[int] = []

    def watch() -> None:
        nonlocal peak
        while not stop.wait(0.02):
            peak = max(peak, resident())

    thread = Thread(target=watch)
    thread.start()
    try:
        yield grown
    finally:
        stop.set()
        thread.join()
        grown.append(peak - before)


def resident() -> int:
    """This process's memory, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main()
