"""Messages to a chat, in the format of Slack's incoming webhooks, which Mattermost and others take too.

https://api.slack.com/messaging/webhooks
"""

from django.conf import settings

from integrations.http import call

SERVICE = "webhook"
TIMEOUT = 10.0  # seconds
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escape(text: str) -> str:
    """``text`` without anything that Slack would take for a link or a mention."""
    return text.translate(_ESCAPES)


def post_message(url: str, text: str) -> None:
    """Post ``text``, Slack's mrkdwn, to the webhook ``url``; outside DEBUG only over HTTPS to a public address.

    Raises ServiceError.
    """
    call(SERVICE, "POST", url, timeout=TIMEOUT, body={"text": text}, is_json=False, public_only=not settings.DEBUG)
