"""The visitor sends the form."""

import hashlib
import logging
from typing import Any

from django.db import IntegrityError, connection, transaction

from integrations.turnstile import verify_turnstile_token
from waitlist.choices import SignupStatus
from waitlist.database import retried
from waitlist.jobs import Job, enqueue
from waitlist.models import Signup
from waitlist.rate_limit import check_rate_limit
from waitlist.turnstile_once import one_at_a_time, verified_once

logger = logging.getLogger(__name__)

QUARANTINE_PER_INBOX = 3
QUARANTINE_IN_ALL = 1_000


class RateLimited(Exception):
    """Too many sign-ups from one address; the next one may pass in ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class BotDetected(Exception):
    """Cloudflare does not vouch for the visitor."""


class TurnstileAway(Exception):
    """Cloudflare was asked and gave no verdict."""


def accept(fields: dict[str, Any], *, token: str, ip_address: str | None, user_agent: str) -> Signup:
    """Store a valid form (``SignupForm.signup_fields``) of a visitor whom Turnstile vouches for.

    The token is the idempotency key: the same form with the same token gives the first sign-up again.
    Raises RateLimited or BotDetected; where Turnstile was away, the form is kept in quarantine.
    """
    token_hash = hashlib.sha256(token.encode()).digest()
    values = {**fields, "token_hash": token_hash, "ip_address": ip_address, "user_agent": user_agent}
    with one_at_a_time(token_hash):
        earlier = _earlier(token_hash)
        if earlier is None:
            limit = check_rate_limit(ip_address)
            if not limit.success:
                raise RateLimited(limit.retry_after)
            try:
                if verified_once(token_hash, lambda: _verify(token, ip_address)):
                    return _store(values)
            except TurnstileAway:
                _quarantine(values)
                raise BotDetected from None
            # Redis away, the same form may have come in beside this one and have used the token up.
            earlier = _earlier(token_hash)
    if earlier is None or not earlier.is_same_form(fields):
        raise BotDetected
    return earlier


def _verify(token: str, ip_address: str | None) -> bool:
    # Back to the pool while Cloudflare thinks: requests that wait for it must not keep others from the database.
    if not connection.in_atomic_block:
        connection.close()
    outages: list[None] = []
    verdict = verify_turnstile_token(token, ip_address, on_outage=lambda: outages.append(None))
    if outages:
        raise TurnstileAway
    return verdict


@retried
def _earlier(token_hash: bytes) -> Signup | None:
    """The sign-up that was accepted with this token."""
    return Signup.objects.filter(token_hash=token_hash).exclude(status=SignupStatus.QUARANTINED).first()


@retried
def _store(values: dict[str, Any]) -> Signup:
    """Sign-up and job commit together or not at all; done anew, it finds what it has stored before."""
    try:
        with transaction.atomic():
            signup = Signup.objects.create(**values)
            enqueue_processing(signup)
    except IntegrityError:
        token_hash = values["token_hash"]
        if Signup.objects.quarantined().filter(token_hash=token_hash).delete()[0]:
            return _store(values)  # the token that Turnstile could not vouch for at first
        earlier = _earlier(token_hash)
        if earlier is None:
            raise
        return earlier
    return signup


@retried
def _quarantine(values: dict[str, Any]) -> None:
    """Keep a form that nobody vouches for, within the caps: an outage must not be used to fill the disk."""
    signup = Signup(**values, status=SignupStatus.QUARANTINED)
    kept = Signup.objects.quarantined()
    if kept.same_inbox(signup).count() >= QUARANTINE_PER_INBOX or kept.count() >= QUARANTINE_IN_ALL:
        logger.warning("The quarantine is full, a sign-up was not kept")
        return
    Signup.objects.bulk_create([signup], ignore_conflicts=True)  # a second click with the same token


def enqueue_processing(signup: Signup) -> None:
    """The job for the next step."""
    # By inbox: two spellings of one address at once would become two parties in the CRM.
    enqueue(Job.PROCESS_SIGNUP, signup.pk, one_at_a_time=signup.inbox)
