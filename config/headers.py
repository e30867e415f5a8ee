"""Headers that no library here sets."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

# Passkeys, with which staff log in.
PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")
# What no page here uses, each with an empty list of origins: nor may a frame in it, such as Turnstile's.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "screen-wake-lock",
        "usb",
        "xr-spatial-tracking",
    )
)


# What django-unfold's Alpine.js and Chart.js need.
ADMIN_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE], "font-src": [SELF]}


def in_admin(request: HttpRequest) -> bool:
    """Whether the request is for the back office."""
    return request.path_info.startswith(f"/{settings.ADMIN_PATH}")


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """django-csp's, with what the admin's theme needs under the admin's path only."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if in_admin(request):
            response._csp_replace = ADMIN_POLICY  # type: ignore[attr-defined]  # noqa: SLF001 - django-csp's own way
        return super().process_response(request, response)


class HeadersMiddleware:
    """Permissions-Policy and Cross-Origin-Resource-Policy everywhere, and the admin's own Referrer-Policy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        passkeys = "(self)" if in_admin(request) else "()"
        response["Permissions-Policy"] = ", ".join([PERMISSIONS_POLICY, *(f"{name}={passkeys}" for name in PASSKEYS)])
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        if in_admin(request):
            # Without a referrer a browser posts with "Origin: null", which Django's CSRF check refuses.
            response["Referrer-Policy"] = "same-origin"
        return response
