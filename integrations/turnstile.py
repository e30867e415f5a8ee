"""Cloudflare Turnstile: https://developers.cloudflare.com/turnstile/get-started/server-side-validation/."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings

from integrations.errors import ServiceError, TransientError
from integrations.http import call

logger = logging.getLogger(__name__)

SERVICE = "Turnstile"
TIMEOUT = 5.0  # seconds; a visitor is waiting, and answers come within ten
# What Cloudflare documents; anything else in a log line would be somebody's text.
ERROR_CODES = {
    "missing-input-secret",
    "invalid-input-secret",
    "missing-input-response",
    "invalid-input-response",
    "bad-request",
    "timeout-or-duplicate",
    "internal-error",
}


def verify_turnstile_token(token: str, ip: str | None, *, on_outage: Callable[[], None] = lambda: None) -> bool:
    """Whether Cloudflare vouches for ``token``. Fails closed: an outage or a strange answer is a no.

    A token lives 300 seconds and can be verified once: never ask twice for the same one. ``on_outage`` is called
    where the no is no verdict: Cloudflare was not reached in time or reported an error of its own.
    """
    body = {"secret": settings.TURNSTILE_SECRET_KEY, "response": token}
    if ip:
        body["remoteip"] = ip
    try:
        answer = call(SERVICE, "POST", settings.TURNSTILE_VERIFY_URL, body=body, timeout=TIMEOUT)
    except ServiceError as error:
        logger.error("Turnstile gave no verdict, which counts as a no: %s", error)
        if isinstance(error, TransientError):
            on_outage()
        return False
    if not isinstance(answer, dict):
        logger.error("Turnstile's answer is not an object, which counts as a no")
        return False
    if answer.get("success") is not True:
        logger.info("Turnstile rejected a token: %s", ", ".join(_codes(answer)) or "no code")
        return False
    return _matches(answer, "hostname", settings.TURNSTILE_HOSTNAME) and _matches(
        answer, "action", settings.TURNSTILE_ACTION
    )


def _codes(answer: dict[str, Any]) -> list[str]:
    codes = answer.get("error-codes")
    if not isinstance(codes, list):
        return []
    return [code if code in ERROR_CODES else "unknown code" for code in codes]


def _matches(answer: dict[str, Any], name: str, expected: str) -> bool:
    if expected and answer.get(name) != expected:
        logger.warning("Turnstile vouched for a token of another %s", name)
        return False
    return True
