"""How often one client may knock, and how often one account may be tried. With Redis away everybody passes."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django_ratelimit.core import get_usage

from accounts.pages import page
from trail.models import Action, Result
from trail.recording import record
from waitlist.pages import client_key

PASSWORDS = "10/5m"  # of one account, right or wrong
CODES = ("5/5m", "50/d")  # of one account's second factor; to be asked for it takes the password
RESET_MAILS = "3/h"  # to one address


def limited(
    group: str, rate: str, *, method: str | None = "POST"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A view that one client may call so often; ``method`` None counts every one."""

    def decorator(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if method is None or request.method == method:
                consume(request, group, rate, client_key("", request))
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        return wrapper

    return decorator


def consume(
    request: HttpRequest, group: str, rate: str, key: str, *, account: AbstractBaseUser | None = None, email: str = ""
) -> None:
    """Count one more try. Raises ImmediateHttpResponse with the page about too many of them."""
    usage = _usage(request, group, rate, key)
    if not usage or not usage["should_limit"]:
        return
    # Once in each window: a flood must not fill the trail, which forgets nothing.
    if usage["count"] == usage["limit"] + 1:
        record(request, Action.LOGIN, result=Result.RATE_LIMITED, actor=account, actor_email=email, limit=group)
    minutes = -(-max(usage["time_left"], 1) // 60)
    response = page(request, "account/too_many_tries.html", {"minutes": minutes}, HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(minutes * 60)
    raise ImmediateHttpResponse(response)


def is_over(request: HttpRequest, group: str, rate: str, key: str) -> bool:
    """Count one more try; whether that is too many."""
    usage = _usage(request, group, rate, key)
    return bool(usage and usage["should_limit"])


def _usage(request: HttpRequest, group: str, rate: str, key: str) -> dict[str, int] | None:
    usage: dict[str, int] | None = get_usage(
        request, group=f"accounts.{group}", key=lambda _group, _request: key, rate=rate, increment=True
    )
    return usage
