"""Entries as a CSV file that German Excel opens on a double click: UTF-8 with BOM, semicolons, CRLF."""

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from defusedcsv import csv
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.overview import EntryStatus, with_person, with_unsubscribed_at
from waitlist.models import Waitlist, WaitlistEntry

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
CHUNK_SIZE = 2000  # rows per query and per piece of the response


def _text(value: str | None) -> str:
    """defusedcsv disarms = + - @ | % at a cell's start; OWASP names tab, CR and LF too."""
    return f"'{value}" if value and value[0] in "\t\r\n" else value or ""


def _size(value: str) -> str:
    """Excel reads 1-5 as the first of May, but leaves an en dash alone."""
    return value.replace("-", "\N{EN DASH}")


def _time(value: dt.datetime | None) -> str:
    """Local time without its offset, which Excel would not take for a date."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S") if value else ""


def _status(confirmed_at: dt.datetime | None) -> str:
    return str(EntryStatus.of(confirmed_at).label)


class Column(NamedTuple):
    """A header, the queryset's field below it, and how a value of it is written."""

    header: str | Promise
    field: str
    write: Callable[[Any], str] = _text


COLUMNS = (
    Column(_("List"), "waitlist__slug"),
    Column(_("Company"), "company_name"),
    Column(_("Name"), "person_name"),
    Column(_("E-mail"), "person_email"),
    # E.164 comes out as '+43664...: Excel would make 4,37E+12 of it without the apostrophe.
    Column(_("Phone"), "phone"),
    Column(_("Trade"), "gewerk"),
    Column(_("Company size"), "company_size", _size),
    Column(_("Message"), "message"),
    Column(_("Source"), "utm_source"),
    Column(_("Medium"), "utm_medium"),
    Column(_("Campaign"), "utm_campaign"),
    Column(_("Status"), "confirmed_at", _status),
    Column(_("Created"), "created_at", _time),
    Column(_("Confirmed"), "confirmed_at", _time),
    Column(_("Unsubscribed"), "unsubscribed_at", _time),
)


def csv_response(entries: QuerySet[WaitlistEntry]) -> StreamingHttpResponse:
    """A download of ``entries``, newest first, made while it is sent."""
    return StreamingHttpResponse(
        _pieces(entries),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=_filename(entries))},
    )


def _filename(entries: QuerySet[WaitlistEntry]) -> str:
    """Named after the list, where there is just one, and the day."""
    slugs = Waitlist.objects.filter(pk__in=entries.order_by().values("waitlist")).values_list("slug", flat=True)[:2]
    name = slugs[0] if len(slugs) == 1 else gettext("waitlists")
    return f"{name}-{timezone.localdate():%Y-%m-%d}.csv"


def _pieces(entries: QuerySet[WaitlistEntry]) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write(BOM)
    writer.writerow([column.header for column in COLUMNS])
    for rows in _chunks(with_unsubscribed_at(with_person(entries))):
        writer.writerows(
            [column.write(value) for column, value in zip(COLUMNS, values, strict=True)] for _pk, *values in rows
        )
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _chunks(entries: QuerySet[WaitlistEntry]) -> Iterator[list[tuple[Any, ...]]]:
    """Pages by primary key rather than ``iterator()``, which loads everything where a pooler forbids cursors."""
    rows = entries.order_by("-pk").values_list("pk", *(column.field for column in COLUMNS))
    chunk = list(rows[:CHUNK_SIZE])
    while chunk:
        yield chunk
        chunk = list(rows.filter(pk__lt=chunk[-1][0])[:CHUNK_SIZE])
