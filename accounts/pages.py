"""Pages around the login, dressed like the back office."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse


def dressed(view: Callable[..., Any]) -> Callable[..., Any]:
    """``view`` with what the back office's templates need in its context."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse) and not response.is_rendered:
            response.context_data = admin.site.each_context(request) | (response.context_data or {})
        return response

    return wrapper


def page(
    request: HttpRequest, template: str, context: dict[str, Any], status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """``template``, dressed, at once."""
    return render(request, template, admin.site.each_context(request) | context, status=status)
