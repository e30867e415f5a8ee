"""What allauth asks the project: nobody signs up, active staff log in, and the trail is told."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import limits, second_factor
from accounts.models import User
from accounts.pages import page
from trail.models import Action, Result
from trail.recording import record
from waitlist.client_address import client_address

WAYS = {
    "reauthenticate": _("With your password"),
    "mfa_reauthenticate": _("With a code from the app, or a recovery code"),
    "mfa_reauthenticate:webauthn": _("With a passkey"),
}
FRESH = 300  # seconds after a login in which nobody is asked who he is


class AccountAdapter(DefaultAccountAdapter):
    """Logging in with a password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("E-mail or password is wrong."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("The password is wrong."),
        "incorrect_code": _("The code is wrong, or was used before."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "unknown"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        email = credentials["email"].lower()
        limits.consume(request, "password", limits.PASSWORDS, email, email=_if_address(email))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # The account is not looked up, so that the answer takes as long for one that does not exist.
        record(
            request,
            Action.LOGIN,
            result=Result.FAILURE,
            actor_email=_if_address(credentials["email"]),
            method="password",
        )

    def _rollback_login_failed_rl_usage(self) -> None:
        """The limit counts right passwords too."""

    def reauthenticate(self, user: User, password: str) -> bool:
        return self.authenticate(self.request, email=user.email, password=password) == user

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        if not user.is_staff:
            return self.respond_user_inactive(request, user)
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        record(request, Action.LOGIN, result=Result.UNAUTHORIZED, actor=user, reason="inactive")
        return page(request, "account/account_inactive.html", {})

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        return [method | {"description": WAYS[method["id"]]} for method in super().get_reauthentication_methods(user)]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < FRESH:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("This is your last second factor. Set up another one first."),
        "incorrect_code": _("The code is wrong, or was used before."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not settings.SECOND_FACTOR_REQUIRED or not second_factor.is_last(authenticator)

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - allauth's name
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)d") % {"number": number}


def _if_address(text: str) -> str:
    """``text`` where it looks like an e-mail address: what else people type there may be a password."""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text
