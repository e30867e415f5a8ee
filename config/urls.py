"""The URL map."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

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
    path(settings.ADMIN_PATH, admin.site.urls),
]
handler403 = "config.errors.permission_denied"
