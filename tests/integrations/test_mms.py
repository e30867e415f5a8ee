"""The CRM's contract, at the network edge."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import responses
from pytest_django import Settings
from responses.matchers import header_matcher, json_params_matcher, query_param_matcher

from integrations import mms
from integrations.errors import PermanentError, Reason, TransientError

BASE = "https://mms.test/v1"
PARTY = "0b6e2f6e-6f0a-4c57-9d2c-0d0f1f3f5a11"
POINT = "5d0b1bb6-3c2b-4f0e-8a57-1df8a2f1c922"
ANSWER: dict[str, Any] = {"party_id": PARTY, "contact_point_id": POINT, "created": True, "unsubscribe_token": "tok"}
WITH_KEY = header_matcher({"x-api-key": "key-of-the-tests"})


def create() -> mms.CreatedParty:
    return mms.create_party(
        email="martin@maier.at",
        display_name="Martin Maier",
        source_project="kurzum_app",
        consent_ip="203.0.113.7",
        consent_user_agent="Firefox",
        consent_text_version="1",
    )


@pytest.mark.parametrize("wrap", [lambda answer: answer, lambda answer: {"data": answer}], ids=["bare", "wrapped"])
def test_create_party_sends_the_consent_and_reads_the_answer(
    network: responses.RequestsMock, wrap: Callable[[Any], Any]
) -> None:
    body = {
        "email": "martin@maier.at",
        "display_name": "Martin Maier",
        "source_project": "kurzum_app",
        "marketing_consent": True,
        "consent_ip": "203.0.113.7",
        "consent_user_agent": "Firefox",
        "consent_text_version": "1",
    }
    network.post(f"{BASE}/parties", json=wrap(ANSWER), match=[WITH_KEY, json_params_matcher(body)])

    assert create() == mms.CreatedParty(UUID(PARTY), UUID(POINT), created=True, unsubscribe_token="tok")


@pytest.mark.parametrize("answer", [{**ANSWER, "created": False, "unsubscribe_token": None}, {
    "party_id": PARTY, "contact_point_id": POINT, "created": False
}])  # fmt: skip
def test_a_known_party_comes_without_a_token(network: responses.RequestsMock, answer: dict[str, Any]) -> None:
    network.post(f"{BASE}/parties", json=answer)

    party = create()

    assert (party.created, party.unsubscribe_token) == (False, None)


BAD_ANSWERS: list[Any] = [
    {"contact_point_id": POINT, "created": True},
    {"party_id": PARTY, "created": True},
    {"party_id": PARTY, "contact_point_id": POINT},
    {**ANSWER, "party_id": "no uuid"},
    {**ANSWER, "party_id": None},
    {**ANSWER, "party_id": 7},
    {"data": []},
    [],
    "text",
    None,
]  # fmt: skip


@pytest.mark.parametrize("answer", BAD_ANSWERS, ids=json.dumps)
def test_an_answer_of_another_shape_is_permanent(network: responses.RequestsMock, answer: Any) -> None:
    network.post(f"{BASE}/parties", json=answer)

    with pytest.raises(PermanentError) as caught:
        create()

    assert caught.value.reason is Reason.BAD_ANSWER


def test_an_empty_answer_is_permanent(network: responses.RequestsMock) -> None:
    network.post(f"{BASE}/parties", status=201)

    with pytest.raises(PermanentError):
        create()


def test_errors_of_the_service_come_through(network: responses.RequestsMock) -> None:
    network.post(f"{BASE}/parties", status=503, headers={"Retry-After": "30"})

    with pytest.raises(TransientError) as caught:
        create()

    assert (caught.value.service, caught.value.retry_after) == ("MMS", 30.0)


def test_lookup_finds_a_party_by_address(network: responses.RequestsMock) -> None:
    network.get(
        f"{BASE}/parties/lookup",
        json={"data": {"party_id": PARTY, "email": "m+a@maier.at", "display_name": "Martin", "status": "lead"}},
        match=[WITH_KEY, query_param_matcher({"email": "m+a@maier.at"})],
    )

    assert mms.lookup_party("m+a@maier.at") == mms.Party(UUID(PARTY), "m+a@maier.at", "Martin", "lead")


def test_lookup_of_an_unknown_address_is_none(network: responses.RequestsMock) -> None:
    network.get(f"{BASE}/parties/lookup", status=404, json={"error": "not found"})

    assert mms.lookup_party("martin@maier.at") is None


@pytest.mark.parametrize(("status", "kind"), [(403, PermanentError), (500, TransientError)])
def test_lookup_that_fails_is_not_an_unknown_address(
    network: responses.RequestsMock, status: int, kind: type[Exception]
) -> None:
    network.get(f"{BASE}/parties/lookup", status=status)

    with pytest.raises(kind):
        mms.lookup_party("martin@maier.at")


def test_get_party_reads_what_there_is(network: responses.RequestsMock) -> None:
    network.get(f"{BASE}/parties/{PARTY}", json={"party_id": PARTY}, match=[WITH_KEY])

    assert mms.get_party(UUID(PARTY)) == mms.Party(UUID(PARTY), None, None, None)


@pytest.mark.parametrize("answer", [{}, [], {"party_id": "x"}])
def test_get_party_of_another_shape_is_permanent(network: responses.RequestsMock, answer: Any) -> None:
    network.get(f"{BASE}/parties/{PARTY}", json=answer)

    with pytest.raises(PermanentError):
        mms.get_party(UUID(PARTY))


def test_update_party_status_patches(network: responses.RequestsMock) -> None:
    network.patch(f"{BASE}/parties/{PARTY}", match=[WITH_KEY, json_params_matcher({"status": "prospect"})])

    mms.update_party_status(UUID(PARTY), "prospect")

    assert len(network.calls) == 1


def test_unsubscribe_is_public(network: responses.RequestsMock) -> None:
    body = {"token": "tok", "preference_type": "newsletter"}
    network.post(f"{BASE}/email-preferences/unsubscribe", match=[json_params_matcher(body)])

    mms.unsubscribe("tok")

    assert "x-api-key" not in network.calls[0].request.headers


def test_another_deployment_is_a_setting(network: responses.RequestsMock, settings: Settings) -> None:
    settings.MMS_BASE_URL = "https://crm.kurzum.test/mms"
    network.get(f"https://crm.kurzum.test/mms/parties/{PARTY}", json={"party_id": PARTY})

    assert mms.get_party(UUID(PARTY)).party_id == UUID(PARTY)
