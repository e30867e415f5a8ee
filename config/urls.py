"""The URL map."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django_ratelimit.decorators import ratelimit

from backoffice.dashboard.view import csv_view
from config.health import health
from config.metrics import metrics
from waitlist.pages import client_key

limit_login = ratelimit(key=client_key, rate="20/m", method="POST")
limit_account = ratelimit(key="post:username", rate="10/m", method="POST")

urlpatterns = [
    path("", include("waitlist.urls")),
    path("health", health, name="health"),
    path("metrics", metrics, name="metrics"),
    path(f"{settings.ADMIN_PATH}login/", limit_login(limit_account(admin.site.login))),
    path(
        f"{settings.ADMIN_PATH}figures/<slug:name>.csv",
        admin.site.admin_view(csv_view),
        name="backoffice_dashboard_csv",
    ),
    path(settings.ADMIN_PATH, admin.site.urls),
]
handler403 = "config.errors.permission_denied"
