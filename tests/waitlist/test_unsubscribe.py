"""Unsubscribing: by the page's button and by the mail client's one click."""

import pytest
from django.test import Client

from integrations.sandbox import RunningSandbox
from tests.api import form, post
from tests.conftest import WorkAll
from tests.outside import fault, heal, inbox, parties
from waitlist import pipeline
from waitlist.models import CrmUpdate, Signup, Waitlist


@pytest.fixture
def address(waitlist: Waitlist, sandbox: RunningSandbox, work: WorkAll) -> str:
    """The one-click address in the confirmation mail of a sign-up."""
    post(form())
    work()
    header: str = inbox(sandbox)[0]["headers"]["List-Unsubscribe"]
    return header.strip("<>").removeprefix("http://127.0.0.1:8000")


@pytest.mark.django_db(transaction=True)
def test_opening_the_page_changes_nothing(client: Client, sandbox: RunningSandbox, work: WorkAll, address: str) -> None:
    assert "<form" in client.get(address).content.decode()
    work()

    assert parties(sandbox)[0]["newsletter"] is True
    assert Signup.objects.get().unsubscribed_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "One-Click"}], ids=["button", "one click"])
def test_posting_unsubscribes_in_the_crm(
    sandbox: RunningSandbox, work: WorkAll, address: str, body: dict[str, str]
) -> None:
    strict = Client(enforce_csrf_checks=True)

    for _ in range(2):
        assert strict.post(address, body).status_code == 200
    work()

    assert parties(sandbox)[0]["newsletter"] is False
    assert Signup.objects.get().unsubscribed_at


@pytest.mark.django_db(transaction=True)
def test_the_wish_outlives_an_outage_of_the_crm(
    client: Client, sandbox: RunningSandbox, work: WorkAll, address: str
) -> None:
    fault(sandbox, "mms", status=503)

    assert client.post(address).status_code == 200
    work()
    assert parties(sandbox)[0]["newsletter"] is True

    heal(sandbox)
    pipeline.update_crm(CrmUpdate.objects.get().pk, last_attempt=False)
    assert CrmUpdate.objects.get().status == "done"
    assert parties(sandbox)[0]["newsletter"] is False
