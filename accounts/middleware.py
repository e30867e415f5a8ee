"""What is asked of everybody who is logged in, before anything of the back office is shown."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import second_factor, sessions
from config.headers import in_admin

# The pages that lead to a second factor, and out.
ENROLMENT = {
    "accounts_enrol",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
    "account_logout",
}


class SessionAgeMiddleware:
    """Ends sessions that have gone on for too long, and keeps those in use from ending for being idle."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if in_admin(request) and request.user.is_authenticated:
            if sessions.is_over(request):
                logout(request)
            else:
                sessions.note_use(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Leads staff without a second factor to its enrolment, where one is compulsory.

    It is the session that must have shown one: who knows the password of somebody who has none yet could otherwise
    wait, logged in, until that one has set it up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.SECOND_FACTOR_REQUIRED or not in_admin(request) or not request.user.is_authenticated:
            return None
        if second_factor.is_proven(request):
            return None
        if second_factor.is_enrolled(request.user):
            logout(request)
            return redirect("account_login")
        name = request.resolver_match.view_name if request.resolver_match else ""
        return None if name in ENROLMENT else redirect("accounts_enrol")
