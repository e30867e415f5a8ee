"""A person's own names for filtered lists; what a view shows is in its address."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from accounts.staff import staff_of
from backoffice.admin.changelist import AFTER, BEFORE
from backoffice.models import SavedView

PAGE = "admin:waitlist_waitlistentry_changelist"


class SavedViews:
    """For a ModelAdmin: the views over its list, saved and deleted."""

    list_before_template = "backoffice/list/saved_views.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        query = _normalised(request.GET.urlencode())
        views = list(SavedView.objects.filter(owner=request.user)) if request.user.is_authenticated else []
        context = {"saved_views": views, "current_query": query, "is_saved": query in {view.query for view in views}}
        return super().changelist_view(request, {**context, **(extra_context or {})})  # type: ignore[misc]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("views/save/", wrap(require_POST(self.save_view)), name="backoffice_savedview_save"),
            path("views/<int:pk>/delete/", wrap(require_POST(self.forget_view)), name="backoffice_savedview_delete"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def save_view(self, request: HttpRequest) -> HttpResponse:
        """Name the filter in ``query``; a name that is there already is given to the new one."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        name, query = request.POST.get("name", "").strip()[:80], _normalised(request.POST.get("query", ""))
        if name:
            SavedView.objects.update_or_create(owner=staff_of(request), name=name, defaults={"query": query})
        return redirect(f"{reverse(PAGE)}?{query}")

    def forget_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Forget one of the person's own views."""
        get_object_or_404(SavedView, pk=pk, owner=request.user).delete()
        return redirect(PAGE)


def _normalised(query: str) -> str:
    """The parts of a query string that choose and sort, in a fixed order."""
    passing = {AFTER, BEFORE, "_changelist_filters"}
    return urlencode(sorted(pair for pair in parse_qsl(query[:2000]) if pair[0] not in passing))
