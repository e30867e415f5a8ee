"""The trail in the back office: to read, to filter and to take along; nobody writes here."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from accounts.roles import manageable
from accounts.staff import staff_of
from backoffice.admin.changelist import KeysetChangeList
from backoffice.admin.filters import DaysFilter, ListFilter
from backoffice.admin.scope import ListScoped
from trail.export import lines
from trail.models import Action, AuditEvent, Result
from trail.recording import record

EXPORT_PERMISSION = "trail.export_auditevent"
RESULT_COLOURS = {
    Result.SUCCESS: "success",
    Result.FAILURE: "warning",
    Result.UNAUTHORIZED: "danger",
    Result.RATE_LIMITED: "danger",
}


class ActorFilter(RelatedDropdownFilter):
    """By who it was, of the accounts that exist for the person."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [(account.pk, str(account)) for account in manageable(staff_of(request))]


@admin.register(AuditEvent)
class AuditEventAdmin(ListScoped, ModelAdmin):
    list_display = ("at", "what", "how", "who", "ip_address", "target", "waitlist")
    list_display_links = ("at",)
    list_filter = (
        ("action", ChoicesDropdownFilter),
        ("result", ChoicesDropdownFilter),
        ("actor", ActorFilter),
        ("waitlist", ListFilter),
        ("at", DaysFilter),
    )
    list_filter_submit = True
    list_filter_sheet = True
    list_fullwidth = True
    list_select_related = ("waitlist",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-at",)
    search_fields = ("actor_email",)
    search_help_text = _("E-mail")
    actions = None
    fields = ("at", "what", "how", "who", "ip_address", "user_agent", "target", "waitlist", "details")
    readonly_fields = fields

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(require_POST(self.export))
        return [path("export/", export, name="trail_auditevent_export"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    @display(description=_("What"))
    def what(self, event: AuditEvent) -> str:
        return str(Action(event.action).label)

    @display(description=_("Result"), label=RESULT_COLOURS)
    def how(self, event: AuditEvent) -> tuple[str, str]:
        return event.result, str(Result(event.result).label)

    @display(description=_("Who"))
    def who(self, event: AuditEvent) -> str:
        return event.actor_email or "manage.py"

    @display(description=_("Of what"))
    def target(self, event: AuditEvent) -> str:
        return f"{event.target_model} {event.target_pk}".strip() or "\N{EN DASH}"

    def export(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """What the list shows for the query string, on all its pages, as CSV. That it was taken is recorded first."""
        if not (self.has_view_permission(request) and request.user.has_perm(EXPORT_PERMISSION)):
            record(request, Action.EXPORT, result=Result.UNAUTHORIZED, of=AuditEvent._meta.label_lower)
            raise PermissionDenied
        events: QuerySet[AuditEvent] = self.get_changelist_instance(request).queryset
        record(request, Action.EXPORT, of=AuditEvent._meta.label_lower, filter=request.GET.urlencode())
        disposition = content_disposition_header(as_attachment=True, filename=f"trail-{timezone.localdate()}.csv")
        return StreamingHttpResponse(
            lines(events), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
        )
