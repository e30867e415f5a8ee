"""From the wish for an export to its file."""

import logging
from collections.abc import Iterator, Sequence
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from accounts.staff import staff_of
from backoffice.exports.columns import chosen
from backoffice.exports.csv_file import csv_pieces
from backoffice.exports.selection import Selection, only_filters, select
from backoffice.exports.xlsx_file import Check, make_xlsx
from backoffice.models import Export, ExportPart
from backoffice.models.exports import ExportFormat, ExportStatus
from trail.models import Action
from trail.recording import record
from waitlist.jobs import enqueue
from waitlist.models import Waitlist, WaitlistEntry

logger = logging.getLogger(__name__)

MAKE_EXPORT = "make_export"  # the task's name


def start(
    request: HttpRequest, selection: Selection, *, query: str, reason: str, columns: list[str], file_format: str
) -> Export:
    """Write down and record that somebody takes ``selection`` along; a workbook is made by the worker."""
    user = staff_of(request)
    visible = list(user.visible_waitlists())
    with transaction.atomic():
        export = Export.objects.create(
            actor=user,
            reason=reason,
            query=only_filters(query),
            filter="; ".join(selection.words),
            file_name=file_name(selection.entries, visible, file_format),
            columns=columns,
            format=file_format,
            status=ExportStatus.QUEUED if file_format == ExportFormat.XLSX else ExportStatus.RUNNING,
            expected_rows=selection.expected,
            waitlist_pks=[waitlist.pk for waitlist in visible],
        )
        record(
            request,
            Action.EXPORT,
            target=export,
            waitlist=visible[0] if len(visible) == 1 else None,
            rows=selection.expected,
            columns=columns,
            reason=reason,
            filter=export.filter,
            query=export.query,
            format=file_format,
        )
        if file_format == ExportFormat.XLSX:
            enqueue(MAKE_EXPORT, export.pk)
    logger.info("export started", extra={"export": str(export.pk), "format": file_format})
    return export


def file_name(entries: QuerySet[WaitlistEntry], visible: Sequence[Waitlist], file_format: str) -> str:
    """Named after the list, where there is just one, and the day."""
    lists: Sequence[Waitlist] = visible
    if len(visible) > 1:
        lists = list(Waitlist.objects.filter(Exists(entries.filter(waitlist=OuterRef("pk")).order_by()))[:2])
    name = lists[0].slug if len(lists) == 1 else gettext("waitlists")
    ending = "xlsx" if file_format == ExportFormat.XLSX else "csv"
    return f"{name}-{timezone.localdate():%Y-%m-%d}.{ending}"


def stream(export: Export, selection: Selection) -> Iterator[bytes]:
    """The CSV file of ``export``, once."""
    return csv_pieces(export, selection.entries, chosen(export.columns, export.actor))


def make(export_pk: UUID, check: Check) -> None:
    """Make the workbook of an export, as its actor may see the entries now. Does nothing where that has happened.

    Where the actor may no longer export, or the filter makes no sense any more, the export fails for good.
    ``check`` may raise, when the worker has to go: the job is then done anew.
    """
    export = Export.objects.select_related("actor").get(pk=export_pk)
    if not export.begin():
        return
    if not (export.actor.is_active and export.actor.has_perm("waitlist.export_waitlistentry")):
        export.record_failure()
        return
    try:
        selection = select(export.actor, export.query)
    except BadRequest:
        export.record_failure()
        return
    # The list's number may be an estimate; here there is time to count.
    Export.objects.filter(pk=export_pk).update(expected_rows=selection.entries.count())
    make_xlsx(export, selection.entries, chosen(export.columns, export.actor), check)


def give_up(export_pk: UUID) -> None:
    """Nobody will try again to make it."""
    Export(pk=export_pk).record_failure()


def remove_expired() -> int:
    """Remove the files that have had their day, and end what has never come to an end; returns how many files."""
    expired = Export.objects.expired(timezone.now())
    for export in expired.unfinished():
        export.record_failure()
    files = expired.filter(parts__isnull=False).distinct().count()
    ExportPart.objects.filter(export__in=expired).delete()
    return files
