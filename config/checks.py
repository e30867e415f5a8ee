"""System checks of the deployment: what is wrong is reported before the first request."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name
from django.urls import resolve, reverse


@register()
def environment_is_complete(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report what was missing or malformed when the settings were read."""
    return list(settings.ENVIRONMENT_PROBLEMS)


@register()
def turnstile_is_real(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Cloudflare's test keys pass every bot: https://developers.cloudflare.com/turnstile/troubleshooting/testing/."""
    if settings.DEBUG or not settings.TURNSTILE_SECRET_KEY.startswith(("1x0000", "2x0000", "3x0000")):
        return []
    hint = "Take the secret key of your own widget from the Cloudflare dashboard."
    return [Error("TURNSTILE_SECRET_KEY is one of Cloudflare's test keys.", hint=hint, id="config.E002")]


@register()
def catalogue_is_compiled(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Without it people would read, and agree to, English."""
    if Path(settings.LOCALE_PATHS[0], "de/LC_MESSAGES/django.mo").exists():
        return []
    kind = Warning if settings.DEBUG else Error
    hint = "Run: python -m dev.catalogue compile"
    return [kind("The German catalogue is not compiled.", hint=hint, id="config.E003")]


@register()
def hosts_are_named(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """With a wildcard for all, anybody's Host header would end up in links."""
    if settings.DEBUG or "*" not in settings.ALLOWED_HOSTS:
        return []
    hint = "Name the hosts; .example.com stands for all below a domain."
    return [Error("ALLOWED_HOSTS lets every host through.", hint=hint, id="config.E004")]


@register()
def admin_is_reachable(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """An ADMIN_PATH such as ``api`` would lead to another view."""
    if resolve(reverse("admin:index")).app_name == "admin":
        return []
    return [Error("ADMIN_PATH is taken by another address.", hint="Choose another one.", id="config.E005")]
