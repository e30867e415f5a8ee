"""An Excel workbook, made by the worker in constant memory: rows go to temporary files, those into the archive."""

import datetime as dt
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from django.db.models import QuerySet

from backoffice.exports.columns import Column
from backoffice.exports.footer import footer
from backoffice.exports.reading import fetched
from backoffice.models import Export
from waitlist.models import WaitlistEntry

SHEET_ROWS = 2**20 - 2  # Excel's 1,048,576 without the header and the footer
PART_SIZE = 2**20  # bytes
TIME_FORMAT = "yyyy-mm-dd hh:mm:ss"

Check = Callable[[], None]


def make_xlsx(export: Export, entries: QuerySet[WaitlistEntry], columns: Sequence[Column], check: Check) -> bool:
    """Make the file of ``export`` and keep it in the database; False where another worker has been faster.

    ``check`` is called between pieces and may raise, when the worker has to go.
    """
    keys: list[array[int]] = []
    with TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder) / "export.xlsx"
        book = _Book(path, export, columns, folder)
        for piece, rows in fetched(entries, [column.xlsx() for column in columns]):
            check()
            keys.append(piece)
            book.write(rows)
            export.record_progress(book.rows)
        book.close()
        check()
        return export.store_file(_parts(path), keys, book.rows)


class _Book:
    """The workbook: as many sheets as the rows need, each with its header."""

    def __init__(self, path: Path, export: Export, columns: Sequence[Column], folder: str) -> None:
        self.rows = 0
        self._columns = columns
        self._footer = footer(export)
        # No text of ours is a formula or an address, whatever it begins with.
        self._book = xlsxwriter.Workbook(
            path,
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": folder},
        )
        self._book.set_properties(
            {"comments": self._footer, "created": export.created_at.astimezone(dt.UTC).replace(tzinfo=None)}
        )
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._time = self._book.add_format({"num_format": TIME_FORMAT, "align": "left"})
        # Also when somebody edits the cell it stays a text.
        self._text = self._book.add_format({"quote_prefix": True})
        self._sheet: Any = None
        self._row = 0
        self._begin_sheet()

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        for _key, *cells in rows:
            if self._row > SHEET_ROWS:
                self._begin_sheet()
            self._write_row(cells)
            self._row += 1
        self.rows += len(rows)

    def close(self) -> None:
        self._sheet.write_string(self._row, 0, self._footer)
        self._book.close()

    def _write_row(self, cells: Sequence[Any]) -> None:
        sheet, row = self._sheet, self._row
        for number, (column, value) in enumerate(zip(self._columns, cells, strict=True)):
            if value is None:
                continue
            if column.is_time:
                sheet.write_number(row, number, value, self._time)
            else:
                sheet.write_string(row, number, value, self._text)

    def _begin_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        for number, column in enumerate(self._columns):
            self._sheet.set_column(number, number, column.width)
            self._sheet.write_string(0, number, str(column.header), self._bold)
        self._row = 1


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(PART_SIZE):
            yield data
