"""Exports: who took which leads along, when and why; and the files that are made in the background."""

import datetime as dt
import uuid
from array import array
from collections.abc import Iterable, Iterator, Sequence

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Cast, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

FILE_KEPT_FOR = dt.timedelta(days=1)


class ExportFormat(models.TextChoices):
    """The kind of file."""

    CSV_SEMICOLON = "csv_semicolon", _("CSV with semicolons (German Excel)")
    CSV_COMMA = "csv_comma", _("CSV with commas")
    XLSX = "xlsx", _("Excel (XLSX)")


class ExportStatus(models.TextChoices):
    """How far an export has come."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


UNFINISHED = (ExportStatus.QUEUED, ExportStatus.RUNNING)


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User) -> "ExportQuerySet":
        """One's own; everybody's for those who may look at exports and see all lists."""
        if user.is_superuser or (user.sees_all_lists and user.has_perm("backoffice.view_export")):
            return self
        return self.filter(actor=user)

    def unfinished(self) -> "ExportQuerySet":
        """Those that wait or run."""
        return self.filter(status__in=UNFINISHED)

    def expired(self, now: dt.datetime) -> "ExportQuerySet":
        """Those whose file has had its day, or has never come about."""
        return self.filter(created_at__lt=now - FILE_KEPT_FOR)


class Export(models.Model):
    """One export of leads. It stays as a record when its file is gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="exports", verbose_name=_("Who"))
    reason = models.CharField(_("Reason"), max_length=500)
    # The query string of the list of entries that was taken along.
    query = models.TextField(blank=True, editable=False)
    # ... and what that meant then.
    filter = models.TextField(_("Filter"), blank=True)
    file_name = models.TextField(_("File"))
    columns = ArrayField(models.TextField(), verbose_name=_("Columns"))
    format = models.TextField(_("Format"), choices=ExportFormat)
    status = models.TextField(_("Status"), choices=ExportStatus, default=ExportStatus.QUEUED)
    rows = models.PositiveIntegerField(_("Rows"), default=0)
    expected_rows = models.PositiveIntegerField(_("Expected rows"), default=0)
    # The lists that the actor could see: who no longer sees one of them does not get the file.
    waitlist_pks = ArrayField(models.BigIntegerField(), default=list, editable=False)
    created_at = models.DateTimeField(_("Created"), db_default=Now(), editable=False)
    finished_at = models.DateTimeField(_("Finished"), null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        db_table = "backoffice_exports"
        ordering = ("-created_at",)
        default_permissions = ("view",)
        verbose_name = _("Export")
        verbose_name_plural = _("Exports")
        constraints = (
            models.CheckConstraint(condition=Q(format__in=ExportFormat.values), name="backoffice_exports_format"),
            models.CheckConstraint(condition=Q(status__in=ExportStatus.values), name="backoffice_exports_status"),
        )

    def __str__(self) -> str:
        return f"{timezone.localtime(self.created_at):%Y-%m-%d %H:%M} {self.get_format_display()}"

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED

    @property
    def percent(self) -> int:
        """How much of the expected rows is done; a hundred only at the end, since the number may be an estimate."""
        if self.status == ExportStatus.DONE:
            return 100
        return min(99, 100 * self.rows // max(self.expected_rows, 1))

    def has_file(self) -> bool:
        """Whether there is a finished file to fetch."""
        return self.status == ExportStatus.DONE and self.parts.exists()

    def may_be_fetched_by(self, user: User) -> bool:
        """By the one who started it, while he sees the lists that he saw, and by superusers."""
        if user.is_superuser:
            return True
        visible = set(user.visible_waitlists().values_list("pk", flat=True))
        return self.actor_id == user.pk and visible.issuperset(self.waitlist_pks)

    def parts_in_order(self) -> Iterator[bytes]:
        """The file, piece by piece, each by a query of its own: a slow reader holds no cursor."""
        for number in self.parts.values_list("number", flat=True):
            yield bytes(self.parts.values_list("data", flat=True).get(number=number))

    def record_progress(self, rows: int) -> None:
        """So many rows are written."""
        Export.objects.filter(pk=self.pk).update(rows=rows)

    def record_range(self, entry_pks: Sequence[int]) -> None:
        """These entries, in the order of their keys, are about to leave the house."""
        first, last = sorted((entry_pks[0], entry_pks[-1]))
        # As PostgreSQL writes it: the field would look at ten thousand numbers one by one.
        pks = Cast(Value(f"{{{','.join(map(str, entry_pks))}}}"), ArrayField(models.BigIntegerField()))
        self.ranges.create(first_pk=first, last_pk=last, entry_pks=pks)

    def record_done(self, rows: int) -> None:
        """All rows have been handed out, or their file can be fetched."""
        Export.objects.filter(pk=self.pk).update(status=ExportStatus.DONE, rows=rows, finished_at=timezone.now())

    def record_failure(self) -> None:
        """It will not come to an end."""
        Export.objects.filter(pk=self.pk, status__in=UNFINISHED).update(
            status=ExportStatus.FAILED, finished_at=timezone.now()
        )

    def begin(self) -> bool:
        """Start making the file, or start anew; False where nobody waits for it any more."""
        begun = Export.objects.filter(pk=self.pk, status__in=UNFINISHED).update(status=ExportStatus.RUNNING, rows=0)
        return bool(begun)

    def store_file(self, parts: Iterable[bytes], ranges: "Iterable[array[int]]", rows: int) -> bool:
        """Keep the finished file and what was in it, as a whole; False where another worker has been faster."""
        with transaction.atomic():
            export = Export.objects.select_for_update().get(pk=self.pk)
            if not export.is_unfinished:
                return False
            for number, data in enumerate(parts):
                ExportPart.objects.create(export=export, number=number, data=data)
            for entry_pks in ranges:
                export.record_range(entry_pks)
            export.record_done(rows)
        return True


class ExportedRange(models.Model):
    """The entries of one piece of an export; pieces are disjoint ranges of keys, so a lead is found by two numbers."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="ranges")
    first_pk = models.BigIntegerField()
    last_pk = models.BigIntegerField()
    entry_pks = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "backoffice_exported_ranges"
        indexes = (models.Index(fields=("last_pk", "first_pk"), name="backoffice_exported_ranges_pks"),)

    def __str__(self) -> str:
        return f"{self.first_pk} to {self.last_pk}"


class ExportPart(models.Model):
    """A piece of a finished file. In the database, since web and worker share no disk; removed after a day."""

    export = models.ForeignKey(Export, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "backoffice_export_parts"
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("export", "number"), name="backoffice_export_parts_number"),)

    def __str__(self) -> str:
        return f"{self.export_id} {self.number}"
