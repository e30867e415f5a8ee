"""System checks of the configuration: every wrong variable is reported before the first request."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def environment_is_complete(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Report what was missing or malformed when the settings were read."""
    return list(settings.ENVIRONMENT_PROBLEMS)


@register()
def turnstile_is_real(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Cloudflare's published test keys accept every bot: https://developers.cloudflare.com/turnstile/troubleshooting/testing/."""
    if not settings.DEBUG and settings.TURNSTILE_SECRET_KEY.startswith(("1x0000", "2x0000", "3x0000")):
        return [
            Error(
                "TURNSTILE_SECRET_KEY is one of Cloudflare's test keys.",
                hint="Take the secret key of your own widget from the Cloudflare dashboard.",
                id="config.E002",
            )
        ]
    return []
