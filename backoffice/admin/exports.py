"""Exports: starting one, watching it, fetching its file; and the record of who took what along."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.http.response import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.formats import number_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from accounts.staff import staff_of
from backoffice.admin.scope import NotFoundIs404
from backoffice.exports import making
from backoffice.exports.columns import headers
from backoffice.exports.form import ExportForm
from backoffice.exports.selection import Selection, select
from backoffice.models import Export
from backoffice.models.exports import ExportFormat, ExportStatus
from trail.models import Action, Result
from trail.recording import record

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHORT: dict[str, str] = {
    ExportFormat.CSV_SEMICOLON: "CSV ;",
    ExportFormat.CSV_COMMA: "CSV ,",
    ExportFormat.XLSX: "XLSX",
}
PERMISSION = "waitlist.export_waitlistentry"


@admin.register(Export)
class ExportAdmin(NotFoundIs404, ModelAdmin):
    """Nobody adds, changes or deletes a record; one's own are there for everybody who may export."""

    list_display = ("created_at", "who", "reason", "filtered_by", "row_count", "kind", "state")
    list_filter = ("status", "format")
    list_select_related = ("actor",)
    fields = (
        "created_at",
        "who",
        "reason",
        "filtered_by",
        "column_headers",
        "format",
        "row_count",
        "finished_at",
        "id",
    )
    change_form_outer_before_template = "backoffice/exports/progress.html"
    list_fullwidth = True
    show_full_result_count = False

    class Media:
        css = {"all": ["backoffice/exports.css"]}
        js = ["backoffice/exports.js"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("start/", view(self.start), name="backoffice_export_start"),
            path("<uuid:pk>/progress/", view(self.progress), name="backoffice_export_progress"),
            path("<uuid:pk>/file/", view(self.file), name="backoffice_export_file"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        return super().get_queryset(request).visible_to(request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Export | None = None) -> Iterable[str]:
        return self.fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Export | None = None) -> bool:
        return request.user.has_perm(PERMISSION) or request.user.has_perm("backoffice.view_export")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An export begins at the list of entries."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Export | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Export | None = None) -> bool:
        return False

    @display(description=_("Who"), ordering="actor__email")
    def who(self, export: Export) -> str:
        """Without a link: not everybody may look at accounts."""
        return str(export.actor)

    @display(description=_("Format"), ordering="format")
    def kind(self, export: Export) -> str:
        return SHORT[export.format]

    @display(description=_("Filter"))
    def filtered_by(self, export: Export) -> Any:
        return export.filter or _("All entries")

    @display(description=_("Columns"))
    def column_headers(self, export: Export) -> str:
        return ", ".join(headers(export.columns))

    @display(description=_("Rows"), ordering="rows")
    def row_count(self, export: Export) -> str:
        return "\N{EN DASH}" if export.is_unfinished else number_format(export.rows, force_grouping=True)

    @display(
        description=_("Status"),
        ordering="status",
        label={
            ExportStatus.QUEUED.label: "info",
            ExportStatus.RUNNING.label: "info",
            ExportStatus.DONE.label: "success",
            ExportStatus.FAILED.label: "danger",
        },
    )
    def state(self, export: Export) -> Any:
        return ExportStatus(export.status).label

    def start(self, request: HttpRequest) -> HttpResponseBase:
        """Ask why, how and what; then send the file, or have it made. The query string is the list's."""
        self._demand_permission(request)
        query = request.GET.urlencode()
        selection = select(staff_of(request), query)
        form = ExportForm(staff_of(request), request.POST or None)
        if not form.is_valid():
            return self._ask(request, form, selection)
        export = making.start(
            request,
            selection,
            query=query,
            reason=form.cleaned_data["reason"],
            columns=form.cleaned_data["columns"],
            file_format=form.cleaned_data["format"],
        )
        if export.format == ExportFormat.XLSX:
            return redirect("admin:backoffice_export_change", export.pk)
        return _download(export, making.stream(export, selection), "text/csv; charset=utf-8")

    def progress(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """How far an export has come, for the page that shows it."""
        export = get_object_or_404(self.get_queryset(request), pk=pk)
        return JsonResponse(
            {
                "unfinished": export.is_unfinished,
                "status": export.get_status_display(),
                "percent": export.percent,
                "rows": export.rows,
                "expected": export.expected_rows,
            }
        )

    def file(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        """The finished workbook, for the one who had it made."""
        self._demand_permission(request)
        export = get_object_or_404(self.get_queryset(request), pk=pk)
        if not export.may_be_fetched_by(staff_of(request)):
            record(request, Action.EXPORT, result=Result.UNAUTHORIZED, target=export)
            raise PermissionDenied
        if not export.has_file():
            raise Http404
        record(request, Action.EXPORT, target=export, rows=export.rows, fetched=True)
        return _download(export, export.parts_in_order(), XLSX_TYPE)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        export: Any = self.get_object(request, object_id)
        may_fetch = export is not None and export.has_file() and export.may_be_fetched_by(staff_of(request))
        context = {"title": _("Export"), "may_fetch": may_fetch and request.user.has_perm(PERMISSION)}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def _demand_permission(self, request: HttpRequest) -> None:
        if not request.user.has_perm(PERMISSION):
            record(request, Action.EXPORT, result=Result.UNAUTHORIZED)
            raise PermissionDenied

    def _ask(self, request: HttpRequest, form: ExportForm, selection: Selection) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Export entries"),
            "opts": self.opts,
            "media": self.media,
            "form": form,
            "selection": selection,
        }
        return TemplateResponse(request, "backoffice/exports/start.html", context)


def _download(export: Export, pieces: Iterable[bytes], content_type: str) -> StreamingHttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=export.file_name)
    return StreamingHttpResponse(pieces, content_type=content_type, headers={"Content-Disposition": disposition})
