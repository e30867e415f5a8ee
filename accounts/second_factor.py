"""The second factor: whose session has shown one, who has one, and whether a code is right."""

from allauth.account.authentication import get_authentication_records
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest

PROVEN = "second_factor"  # the key under which a session keeps that its owner has shown a second factor
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
LAST_STEP = "last_step"  # of a TOTP's data: the 30 seconds that its last accepted code was for


def is_enrolled(account: AbstractBaseUser) -> bool:
    """Whether ``account`` has a second factor; recovery codes stand in for one, and are none."""
    return Authenticator.objects.filter(user_id=account.pk, type__in=FACTORS).exists()


def is_last(authenticator: Authenticator) -> bool:
    """Whether its owner would have no second factor without ``authenticator``."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
    return not others.exclude(pk=authenticator.pk).exists()


def is_proven(request: HttpRequest) -> bool:
    """Whether a second factor was shown, or set up, in this very session."""
    return bool(request.session.get(PROVEN))


def prove(request: HttpRequest) -> None:
    request.session[PROVEN] = True


def was_shown(request: HttpRequest, account: AbstractBaseUser) -> str:
    """The kind of second factor that this login was made with, such as "totp"; "" for none."""
    records = get_authentication_records(request, account)
    return next((str(record["type"]) for record in records if record["method"] == "mfa"), "")


def use_up(account: AbstractBaseUser, code: str) -> Authenticator | None:
    """The authenticator that ``code`` is from, and has not been used for yet; None where there is none.

    allauth remembers used TOTP codes in the cache, where they would be forgotten or, with Redis away, all refused.
    """
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    with transaction.atomic():
        for authenticator in Authenticator.objects.select_for_update().filter(user_id=account.pk, type__in=kinds):
            is_totp = authenticator.type == Authenticator.Type.TOTP
            if _is_new_totp(authenticator, code) if is_totp else authenticator.wrap().validate_code(code):
                return authenticator
    return None


def _is_new_totp(authenticator: Authenticator, code: str) -> bool:
    secret = decrypt(authenticator.data["secret"])
    for step in totp.yield_hotp_counters_from_time():
        right = compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, step)))
        if right and step > authenticator.data.get(LAST_STEP, 0):
            authenticator.data[LAST_STEP] = step
            authenticator.save(update_fields=["data"])
            return True
    return False
