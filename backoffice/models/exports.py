"""Exports: who took which leads along, when and why; and the files that are made in the background."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


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


class Export(models.Model):
    """One export of leads. It stays as a record when its file is gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="exports", verbose_name=_("Who"))
    reason = models.CharField(_("Reason"), max_length=500)
    # The query string of the list of entries that was taken along.
    query = models.TextField(_("Filter"), blank=True)
    columns = ArrayField(models.TextField(), verbose_name=_("Columns"))
    format = models.TextField(_("Format"), choices=ExportFormat)
    status = models.TextField(_("Status"), choices=ExportStatus, default=ExportStatus.QUEUED)
    rows = models.PositiveIntegerField(_("Rows"), default=0)
    expected_rows = models.PositiveIntegerField(_("Expected rows"), default=0)
    created_at = models.DateTimeField(_("Created"), db_default=Now(), editable=False)
    finished_at = models.DateTimeField(_("Finished"), null=True)

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
        return f"{self.created_at:%Y-%m-%d %H:%M} {self.get_format_display()}"


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
