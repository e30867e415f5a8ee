"""What tests say to the endpoint, and the Turnstile that answers behind it."""

import json
from collections import Counter
from itertools import count
from typing import Any

import requests
import responses
from django.test import Client

_tokens = count()


def new_token() -> str:
    """A token that no test has used."""
    return f"token-{next(_tokens)}"


def form(**changes: Any) -> dict[str, Any]:
    """A complete valid sign-up with a fresh token; ``changes`` replace fields."""
    return {
        "name": "Martin Maier",
        "email": "martin@maier-elektro.at",
        "companyName": "Maier Elektrotechnik",
        "gewerk": "Elektrotechnik",
        "companySize": "1-5",
        "phone": "0664 1234567",
        "message": "Bin sehr interessiert",
        "utmSource": "linkedin",
        "utmMedium": "cpc",
        "utmCampaign": "pilot",
        "pageUrl": "https://kurzum.example/pilot",
        "turnstileToken": new_token(),
        **changes,
    }


def post(body: Any, *, path: str = "/api/waitlist", ip: str = "203.0.113.7", **headers: str) -> Any:
    """POST ``body`` (bytes as they are, anything else as JSON) as a visitor with address ``ip``."""
    data = body if isinstance(body, bytes) else json.dumps(body)
    return Client(raise_request_exception=False, enforce_csrf_checks=True).post(
        path, data, content_type="application/json", REMOTE_ADDR=ip, headers=headers
    )


class FakeTurnstile:
    """Siteverify at the network edge; ``asked`` counts the questions by token."""

    def __init__(self, network: responses.RequestsMock, url: str) -> None:
        self.asked: Counter[str] = Counter()
        network.add_callback("POST", url, self._answer)

    def _answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        token = json.loads(request.body or "{}")["response"]
        self.asked[token] += 1
        passed = not token.startswith("fail") and self.asked[token] == 1
        codes = [] if passed else ["timeout-or-duplicate" if self.asked[token] > 1 else "invalid-input-response"]
        return 200, {}, json.dumps({"success": passed, "error-codes": codes, "hostname": "kurzum.example"})
