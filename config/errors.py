"""Error pages that Django's own handlers do not know."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults
from django_ratelimit.exceptions import Ratelimited


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, or 429 where a page was asked for too often."""
    if isinstance(exception, Ratelimited):
        response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
        response["Retry-After"] = "60"
        return response
    return defaults.permission_denied(request, exception)
