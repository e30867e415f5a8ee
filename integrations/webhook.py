"""Messages to a chat, in the format of Slack's incoming webhooks, which Mattermost and others take too.

https://api.slack.com/messaging/webhooks
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings

from integrations.errors import PermanentError, Reason, TransientError
from integrations.http import call

SERVICE = "webhook"
TIMEOUT = 10.0  # seconds
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escape(text: str) -> str:
    """``text`` without anything that Slack would take for a link or a mention."""
    return text.translate(_ESCAPES)


def post_message(url: str, text: str) -> None:
    """Post ``text``, Slack's mrkdwn, to the webhook ``url``. Raises ServiceError.

    Outside DEBUG only to public addresses: the URL is typed by staff, and this machine reaches more than they do.
    """
    if not settings.DEBUG:
        _refuse_private(url)
    call(SERVICE, "POST", url, timeout=TIMEOUT, body={"text": text}, is_json=False)


def _refuse_private(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise PermanentError(SERVICE, Reason.REJECTED)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        raise TransientError(SERVICE, Reason.UNREACHABLE) from None
    if not all(ipaddress.ip_address(address[0]).is_global for *_, address in found):
        raise PermanentError(SERVICE, Reason.REJECTED)
