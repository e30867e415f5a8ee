"""A running sandbox, and the ways to talk to it."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
import requests

from integrations.sandbox import RunningSandbox, running

TIMEOUT = 5


class Client:
    """Speaks HTTP and SMTP to one sandbox, as the project does."""

    def __init__(self, url: str, smtp_port: int) -> None:
        self.url = url
        self.smtp_port = smtp_port

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request; the caller judges the answer."""
        return requests.request(method, self.url + path, timeout=options.pop("timeout", TIMEOUT), **options)

    def mms(self, method: str, path: str, body: object = None, **options: Any) -> requests.Response:
        """One request to MMS with a key."""
        return self.call(method, f"/v1{path}", json=body, headers={"x-api-key": "any"}, **options)

    def create(self, email: str = "anna@example.com", **fields: Any) -> dict[str, Any]:
        """What MMS answers to a sign-up of this address."""
        answer = self.mms("POST", "/parties", {"email": email, "display_name": "Anna", **fields})
        data: dict[str, Any] = answer.json()["data"]
        return data

    def verify(self, **fields: Any) -> dict[str, Any]:
        """What Turnstile says."""
        answer: dict[str, Any] = self.call("POST", "/turnstile/v0/siteverify", json=fields).json()
        return answer

    def send(self, message: EmailMessage | None = None, **options: Any) -> None:
        """Send a mail."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=options.pop("timeout", TIMEOUT)) as server:
            server.send_message(message or mail(), **options)

    def inbox(self) -> list[dict[str, Any]]:
        """The received mails."""
        mails: list[dict[str, Any]] = self.call("GET", "/inbox.json").json()
        return mails

    def parties(self) -> list[dict[str, Any]]:
        """The parties of MMS."""
        parties: list[dict[str, Any]] = self.call("GET", "/parties.json").json()
        return parties

    def order(self, service: str, **fault: Any) -> None:
        """Make a service misbehave."""
        answer = self.call("POST", "/faults", json={"service": service, **fault})
        assert answer.status_code == 201, answer.text


def mail(subject: str = "Grüße", html: str = "") -> EmailMessage:
    """A mail with umlauts, with an HTML part where one is given."""
    message = EmailMessage()
    message["From"] = "Mario Müller <mario@kurzum.example>"
    message["To"] = "Anna Huber <anna@example.com>, max@example.com"
    message["Subject"] = subject
    message.set_content("Schöne Grüße\nhttp://127.0.0.1:8000/confirm/1\n")
    if html:
        message.add_alternative(html, subtype="html")
    return message


@pytest.fixture(scope="session")
def server() -> Iterator[RunningSandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server: RunningSandbox) -> Client:
    server.reset()
    return Client(server.url, server.smtp_port)
