"""Entries in pieces of bounded size, each by one short statement: nothing holds a snapshot while somebody downloads."""

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from waitlist.models import WaitlistEntry

COPIED_AT_ONCE = 10_000  # rows; some 2.5 MB
FETCHED_AT_ONCE = 2_000  # rows, which take more room as Python's objects


def copied(
    entries: QuerySet[WaitlistEntry], cells: Sequence[Combinable], delimiter: str
) -> "Iterator[tuple[array[int], bytes]]":
    """Primary keys and lines (CSV, CRLF) of ``entries``, the newest first, as PostgreSQL's COPY writes them."""
    piece = _copy(_page(entries, cells, COPIED_AT_ONCE), delimiter)
    while piece[0]:
        yield piece
        piece = _copy(_page(entries.filter(pk__lt=piece[0][-1]), cells, COPIED_AT_ONCE), delimiter)


def fetched(
    entries: QuerySet[WaitlistEntry], cells: Sequence[Combinable]
) -> "Iterator[tuple[array[int], list[tuple[Any, ...]]]]":
    """Primary keys and rows of ``entries``, the newest first; a row's first value is its key."""
    rows = list(_page(entries, cells, FETCHED_AT_ONCE))
    while rows:
        yield array("q", (row[0] for row in rows)), rows
        rows = list(_page(entries.filter(pk__lt=rows[-1][0]), cells, FETCHED_AT_ONCE))


def _page(
    entries: QuerySet[WaitlistEntry], cells: Sequence[Combinable], size: int
) -> QuerySet[WaitlistEntry, tuple[Any, ...]]:
    return entries.order_by("-pk").values_list("pk", *cells)[:size]


def _copy(page: QuerySet[WaitlistEntry, Any], delimiter: str) -> "tuple[array[int], bytes]":
    keys, lines = array("q"), []
    try:
        sql, params = page.query.sql_with_params()
    except EmptyResultSet:
        return keys, b""
    statement = f"COPY ({sql}) TO STDOUT (FORMAT csv, DELIMITER '{delimiter}')"
    end = delimiter.encode()
    # The driver's own cursor, since the one that Django wraps it in under DEBUG takes no parameters here.
    with connection.cursor() as cursor, cursor.cursor.copy(statement, params) as copy:
        for line in copy:
            key, _delimiter, cells = bytes(line).partition(end)
            keys.append(int(key))
            lines.append(cells[:-1])
    return keys, b"\r\n".join([*lines, b""])
