"""Logging in as people do, and the app on their phone."""

import time
from typing import Any

import requests
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from trail.models import AuditEvent

PASSWORD = "Regenschirm und Pinsel"


def log_in(client: Client, email: str = "mario@kurzum.example", password: str = PASSWORD, **more: Any) -> Any:
    """The answer to e-mail and password."""
    return client.post(reverse("account_login"), {"login": email, "password": password}, **more)


def back_from_provider(client: Client, press: str = "log in", **parameters: str) -> str:
    """Off to the provider of single sign-on, where a button is pressed; the address that this leads back to."""
    start = client.get(reverse("accounts_sso"), parameters)
    answer = requests.post(start["Location"], {"press": press}, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def log_in_by_provider(client: Client, press: str = "log in", **parameters: str) -> Any:
    """The answer to who comes back from the provider."""
    return client.get(back_from_provider(client, press, **parameters))


def refusal(client: Client, response: Any) -> tuple[str, str]:
    """Result and reason of the trail's one event, after single sign-on has opened nothing and its page has said so."""
    assert response.status_code == 403
    assert "account/sso_refused.html" in [template.name for template in response.templates]
    assert not is_in(client)
    event = AuditEvent.objects.get()
    assert (event.action, event.details) == ("login", {"method": "sso", "reason": event.details["reason"]})
    return event.result, event.details["reason"]


def give_app(account: User) -> str:
    """``account`` has an authenticator app from now on, and recovery codes; returns the app's secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(account, secret)
    RecoveryCodes.activate(account)
    return secret


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows; ``steps`` times 30 seconds later."""
    code: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))
    return code


def recovery_codes(account: User) -> list[str]:
    codes: list[str] = account.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()  # type: ignore[attr-defined]
    return codes


def is_in(client: Client) -> bool:
    """Whether the back office opens."""
    return client.get(reverse("admin:index")).status_code == 200


def trail() -> list[tuple[str, str, str]]:
    """Action, result and address of every event, the first one first."""
    return list(AuditEvent.objects.order_by("pk").values_list("action", "result", "actor_email"))


def jobs(task: str) -> list[str]:
    """The keys that ``task`` waits with."""
    waiting = ProcrastinateJob.objects.filter(task_name=task, status="todo").order_by("pk")
    return [job.args["pk"] for job in waiting]
