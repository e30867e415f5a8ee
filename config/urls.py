"""The URL map."""

from django.conf import settings
from django.contrib import admin
from django.http import Http404
from django.urls import include, path, re_path
from django.views.defaults import page_not_found

from backoffice.dashboard.view import csv_view
from config.health import health
from config.metrics import metrics

urlpatterns = [
    path("", include("waitlist.urls")),
    path("health", health, name="health"),
    path("metrics", metrics, name="metrics"),
    # Before the admin's own, some of which they replace.
    path(settings.ADMIN_PATH, include("accounts.urls")),
    path(
        f"{settings.ADMIN_PATH}figures/<slug:name>.csv",
        admin.site.admin_view(csv_view),
        name="backoffice_dashboard_csv",
    ),
    # Nothing here has a page on the site; for models without a table Django's way to it fails.
    re_path(f"^{settings.ADMIN_PATH}r/", page_not_found, {"exception": Http404()}),
    path(settings.ADMIN_PATH, admin.site.urls),
]
handler403 = "config.errors.permission_denied"
