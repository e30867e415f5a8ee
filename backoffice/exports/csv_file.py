"""A CSV file that Excel opens on a double click, made while it is sent: UTF-8 with BOM, CRLF."""

import codecs
from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.models import QuerySet

from backoffice.exports.columns import Column
from backoffice.exports.footer import footer
from backoffice.exports.reading import copied
from backoffice.models import Export
from backoffice.models.exports import ExportFormat
from waitlist.models import WaitlistEntry

DELIMITERS = {ExportFormat.CSV_SEMICOLON.value: ";", ExportFormat.CSV_COMMA.value: ","}
# A client must take one in the seconds after which the server gives it up: slow ones get small ones.
PIECE_SIZE = 2**16  # bytes


def csv_pieces(export: Export, entries: QuerySet[WaitlistEntry], columns: Sequence[Column]) -> Iterator[bytes]:
    """The file, and in ``export`` what has become of it."""
    delimiter = DELIMITERS[export.format]
    rows = 0
    try:
        yield codecs.BOM_UTF8 + _line([str(column.header) for column in columns], delimiter)
        for keys, lines in copied(entries, [column.csv() for column in columns], delimiter):
            export.record_range(keys)
            rows += len(keys)
            export.record_progress(rows)
            _lend_connection()
            yield from _pieces(lines)
        export.record_done(rows)
        yield _line([footer(export)], delimiter)
    finally:
        # Where the client has gone, or the database; otherwise it is done.
        export.record_failure()


def _lend_connection() -> None:
    """Others can have it from the pool while the client takes its time."""
    if not connection.in_atomic_block:
        connection.close()


def _line(cells: Sequence[str], delimiter: str) -> bytes:
    """Our own words, which begin no formula and hold no quotes."""
    return f"{delimiter.join(cells)}\r\n".encode()


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), PIECE_SIZE):
        yield data[start : start + PIECE_SIZE]
