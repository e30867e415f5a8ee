"""The way of a sign-up, in the order in which it happens. The doors are ``views``, ``pages`` and ``tasks``.

1. ``intake``: the visitor sends the form; it is stored.
2. ``processing``: the CRM gets the party, the list its entry.
3. ``mailing``: the visitor gets a mail.
4. ``confirmation``: he opens the link and presses the button; the CRM and the founder learn of it.
5. ``upkeep``: what has failed or was left behind is set going again.

A row is written before anything outside is called; calls happen outside transactions; what they led to is
settled afterwards, together with the job for the next step. A crash anywhere leaves a row that says what is
left to do, and every step may run twice.
"""

from waitlist.pipeline.confirmation import (
    Confirmation,
    confirm,
    confirmation_of,
    make_customer,
    open_link,
    post_webhook,
    renew_confirmation,
    unsubscribe,
)
from waitlist.pipeline.crm import tell_crm, update_crm
from waitlist.pipeline.intake import BotDetected, RateLimited, accept
from waitlist.pipeline.mailing import deliver
from waitlist.pipeline.processing import process
from waitlist.pipeline.upkeep import discard, release, retry, retry_crm, sweep

__all__ = [
    "BotDetected",
    "Confirmation",
    "RateLimited",
    "accept",
    "confirm",
    "confirmation_of",
    "deliver",
    "discard",
    "make_customer",
    "open_link",
    "post_webhook",
    "process",
    "release",
    "renew_confirmation",
    "retry",
    "retry_crm",
    "sweep",
    "tell_crm",
    "unsubscribe",
    "update_crm",
]
