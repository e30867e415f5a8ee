"""What follows when somebody logs in or out, or changes how he does: trail, mails, sessions."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.account.signals import user_logged_in as logged_in_here
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from accounts import devices, mails, second_factor, sessions
from accounts.models import User
from trail.models import Action
from trail.recording import record

METHODS = {"password": "password", "socialaccount": "sso", "mfa": "passkey"}


@receiver(user_logged_in)
def begin_session(request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    sessions.begin(request)


@receiver(logged_in_here)
def welcome(request: HttpRequest, response: HttpResponse, user: User, **kwargs: Any) -> None:
    """The trail, the second factor that was shown, and a mail where the device is a new one."""
    factor = second_factor.was_shown(request, user)
    if factor:
        second_factor.prove(request)
    # The latest: somebody may have given up another way before. A passkey may be the way, or the second factor.
    shown = reversed(get_authentication_records(request, user))
    way = next(one["method"] for one in shown if one["method"] != "mfa" or one.get("passwordless"))
    is_new = not devices.is_known(request, user)
    event = record(request, Action.LOGIN, actor=user, method=METHODS[way], second_factor=factor, new_device=is_new)
    if is_new:
        mails.notify(event)
        devices.remember(request, response, user)


@receiver(user_logged_out)
def farewell(request: HttpRequest, user: AbstractBaseUser | None, **kwargs: Any) -> None:
    if user is not None:
        record(request, Action.LOGOUT, actor=user)


@receiver(password_changed)
@receiver(password_set)
@receiver(password_reset)
def password_was_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whoever is logged in elsewhere has to show the new one."""
    sessions.end_all(user, but=request.session.session_key)
    mails.notify(record(request, Action.PASSWORD, actor=user, target=user))


@receiver(authenticator_added)
def second_factor_was_added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    if authenticator.type in second_factor.FACTORS:
        second_factor.prove(request)
    if authenticator.type == Authenticator.Type.TOTP:
        # Who saw the code that the app was set up with must not log in with it.
        second_factor.use_up(user, request.POST.get("code", ""))
    _second_factor_changed(request, user, authenticator, "added")


@receiver(authenticator_removed)
def second_factor_was_removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _second_factor_changed(request, user, authenticator, "removed")


@receiver(authenticator_reset)
def recovery_codes_were_renewed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _second_factor_changed(request, user, authenticator, "renewed")


def _second_factor_changed(request: HttpRequest, user: User, authenticator: Authenticator, change: str) -> None:
    event = record(request, Action.SECOND_FACTOR, actor=user, target=user, change=change, type=authenticator.type)
    # Recovery codes come and go with the second factor itself.
    if authenticator.type in second_factor.FACTORS or change == "renewed":
        mails.notify(event)
