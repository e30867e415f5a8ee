"""What gives a bot away on the hosted page: it fills a field that nobody sees, or the whole form in no time.

Other sites' forms have neither, and lose nothing: Turnstile is what a sign-up depends on.
"""

import datetime as dt

from django.core import signing

from waitlist.models import Waitlist

# From the page's rendering to its form's arrival. The page itself waits out the minimum, so that autofill is not
# mistaken for a bot.
MINIMUM = dt.timedelta(seconds=3)
MAXIMUM = dt.timedelta(hours=24)

SALT = "waitlist.form"
_signer = signing.TimestampSigner(salt=SALT)


class Trapped(Exception):
    """No person filled this form in."""


class FormExpired(Exception):
    """The page has been open for longer than MAXIMUM: no sign of a bot, but bots keep tokens too."""


def new_form_token(waitlist: Waitlist) -> str:
    """The signed time at which a page of this list was rendered."""
    return _signer.sign(waitlist.slug)


def check(waitlist: Waitlist, *, website: str | None, form_token: str | None) -> None:
    """Raise Trapped or FormExpired for a form that is suspicious; a part that is None is not looked at."""
    if website is not None:
        raise Trapped
    if form_token is None:
        return
    try:
        slug = _signer.unsign(form_token, max_age=MAXIMUM)
    except signing.SignatureExpired:
        raise FormExpired from None
    except signing.BadSignature:
        raise Trapped from None
    if slug != waitlist.slug or _is_young(form_token):
        raise Trapped


def _is_young(form_token: str) -> bool:
    try:
        _signer.unsign(form_token, max_age=MINIMUM)
    except signing.SignatureExpired:
        return False
    return True
