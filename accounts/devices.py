"""The devices that people log in with: what to call them, and which are known."""

import hmac
import re

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User

SALT = "accounts.devices"
REMEMBERED_FOR = 400 * 24 * 3600  # seconds; browsers keep no cookie for longer
REMEMBERED = 10  # accounts that one browser may have logged in

# What a user agent names, most telling first: Edge calls itself Chrome too, and Chrome Safari.
BROWSERS = {
    r"Edg(e|A|iOS)?/": "Edge",
    r"OPR/": "Opera",
    r"SamsungBrowser/": "Samsung Internet",
    r"Firefox/|FxiOS/": "Firefox",
    r"Chrome/|CriOS/": "Chrome",
    r"Safari/": "Safari",
}
SYSTEMS = {
    r"iPhone": "iPhone",
    r"iPad": "iPad",
    r"Android": "Android",
    r"Windows": "Windows",
    r"Mac OS X|Macintosh": "macOS",
    r"CrOS": "ChromeOS",
    r"Linux": "Linux",
}


def described(user_agent: str) -> str:
    """What people call the device, such as "Firefox on Windows"; what it says of itself may be untrue."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def is_known(request: HttpRequest, account: User) -> bool:
    """Whether ``account`` has logged in from this browser before, since it has its present password."""
    mark = _mark(account)
    return any(hmac.compare_digest(mark, known) for known in _marks(request))


def remember(request: HttpRequest, response: HttpResponse, account: User) -> None:
    """Have this browser known as one that ``account`` has logged in from."""
    mark = _mark(account)
    marks = [mark, *(known for known in _marks(request) if known != mark)][:REMEMBERED]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(marks, salt=SALT),
        max_age=REMEMBERED_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _mark(account: User) -> str:
    return salted_hmac(SALT, f"{account.pk} {account.password}", algorithm="sha256").hexdigest()


def _marks(request: HttpRequest) -> list[str]:
    try:
        marks: list[str] = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=REMEMBERED_FOR
        )
    except signing.BadSignature:
        return []
    return marks


def _first(names: dict[str, str], user_agent: str) -> str:
    return next((name for pattern, name in names.items() if re.search(pattern, user_agent)), "")
