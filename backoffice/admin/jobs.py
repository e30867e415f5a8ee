"""The worker's jobs, for those who see all lists: a job holds the key of a row, whosever list that is of."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.admin import ProcrastinateEventInline as _EventInline
from procrastinate.contrib.django.admin import ProcrastinateJobAdmin as _JobAdmin
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.admin import ModelAdmin, StackedInline

from accounts.staff import staff_of
from backoffice.admin.scope import NotFoundIs404

admin.site.unregister(ProcrastinateJob)


class EventInline(StackedInline, _EventInline):
    """What became of a job, and when."""


@admin.register(ProcrastinateJob)
class JobAdmin(NotFoundIs404, ModelAdmin, _JobAdmin):
    """procrastinate's own, in the theme's dress and with permissions on what it does."""

    list_filter = ["status", "task_name"]
    inlines = [EventInline]
    actions = ["retry"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and staff_of(request).sees_all_lists

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and request.user.has_perm("procrastinate.change_procrastinatejob")

    @admin.action(description=_("Try again"), permissions=("retry",))
    def retry(self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]) -> None:
        super().retry(request, queryset)
