"""Which pages' browsers may post a list's form: its own origins and this project's hosted form."""

from typing import Any
from urllib.parse import urlsplit

from corsheaders.signals import check_request_enabled
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from waitlist.models import Waitlist


def origin_is_allowed(request: HttpRequest, waitlist: Waitlist) -> bool:
    """Whether the page that sent this request may. Only browsers send an Origin; servers are not refused."""
    origin = request.headers.get("Origin")
    return origin is None or _is_own(origin) or waitlist.allows_origin(origin)


@receiver(check_request_enabled)
def list_allows_origin(sender: object, request: HttpRequest, **kwargs: Any) -> bool:
    """Tell django-cors-headers whether the list behind this path allows the request's origin."""
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return False
    if match.url_name != "api-sign-up":
        return False
    waitlist = Waitlist.objects.by_slug(match.kwargs.get("slug", settings.DEFAULT_WAITLIST))
    return waitlist is not None and waitlist.allows_origin(origin)


def _is_own(origin: str) -> bool:
    own = urlsplit(settings.BASE_URL)
    return origin == f"{own.scheme}://{own.netloc}"
