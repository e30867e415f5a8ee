"""The whole way over real HTTP and SMTP: sign-up, worker, mail, link, button, CRM, founder's mail."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from dev.addresses import Addresses
from tests.api import form
from tests.waiting import eventually
from waitlist.models import Signup, WaitlistEntry

pytestmark = pytest.mark.slow


def test_a_sign_up_becomes_a_confirmed_lead(site: Addresses, mail_to: Callable[[str], dict[str, Any]]) -> None:
    answer = requests.post(f"{site.web}/api/waitlist", json=form(), timeout=10)
    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == "confirmation_pending"

    mail = mail_to("martin@maier-elektro.at")
    [link] = set(re.findall(rf"{site.web}/confirm/[0-9a-f-]{{36}}", mail["text"]))
    assert link in mail["html"]
    [party] = requests.get(f"{site.sandbox}/parties.json", timeout=5).json()
    assert (party["email"], party["status"]) == ("martin@maier-elektro.at", "lead")

    page = requests.get(link, timeout=10)
    assert page.status_code == 200
    assert WaitlistEntry.objects.get().confirmed_at is None, "opening the link has confirmed"
    assert requests.post(link, timeout=10).status_code == 200

    founders = mail_to("founder@kurzum.example")
    assert "Maier Elektrotechnik" in founders["text"]
    eventually(
        lambda: requests.get(f"{site.sandbox}/parties.json", timeout=5).json()[0]["status"] == "prospect" or None
    )
    entry, signup = WaitlistEntry.objects.get(), Signup.objects.get()
    assert entry.confirmed_at is not None
    assert str(entry.mms_party_id) == party["party_id"]
    assert (signup.entry, str(signup.pk)) == (entry, answer.json()["data"]["signupId"])

    unsubscribe = mail["headers"]["List-Unsubscribe"].strip("<>")
    assert requests.post(unsubscribe, {"List-Unsubscribe": "One-Click"}, timeout=10).status_code == 200
    eventually(lambda: requests.get(f"{site.sandbox}/parties.json", timeout=5).json()[0]["newsletter"] is False or None)
