"""MMS as the sandbox plays it."""

import uuid
from datetime import UTC, datetime

import pytest

from tests.integrations.sandbox.conftest import Client

SIGNUP = {
    "email": "anna@example.com",
    "display_name": "Anna",
    "source_project": "kurzum_app",
    "marketing_consent": True,
    "consent_ip": "192.0.2.1",
    "consent_user_agent": "Firefox",
    "consent_text_version": "2",
}


def test_a_new_party_gets_ids_and_its_unsubscribe_token(sandbox: Client) -> None:
    answer = sandbox.mms("POST", "/parties", SIGNUP)
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert uuid.UUID(data["party_id"]) != uuid.UUID(data["contact_point_id"])
    assert data["created"] is True
    assert data["unsubscribe_token"]


def test_a_known_address_in_any_case_is_found_and_no_token_is_told_again(sandbox: Client) -> None:
    first = sandbox.create()
    again = sandbox.mms("POST", "/parties", {"email": "ANNA@Example.com", "display_name": "Somebody else"})
    assert again.status_code == 200
    assert again.json()["data"] == {**first, "created": False, "unsubscribe_token": None}
    assert [party["display_name"] for party in sandbox.parties()] == ["Anna"]


def test_parties_are_listed_as_they_were_told_and_without_their_token(sandbox: Client) -> None:
    created = sandbox.mms("POST", "/parties", SIGNUP).json()["data"]
    [party] = sandbox.parties()
    assert datetime.fromisoformat(party.pop("created_at")).tzinfo == UTC
    ids = {name: created[name] for name in ("party_id", "contact_point_id")}
    assert party == {**SIGNUP, **ids, "status": "lead", "newsletter": True}


def test_a_party_is_found_by_its_address_and_by_its_id(sandbox: Client) -> None:
    party_id = sandbox.create()["party_id"]
    looked_up = sandbox.mms("GET", "/parties/lookup", params={"email": "Anna@example.com"}).json()["data"]
    fetched = sandbox.mms("GET", f"/parties/{party_id}").json()["data"]
    assert looked_up == fetched == sandbox.parties()[0]


@pytest.mark.parametrize("status", ["prospect", "customer", "lead"])
def test_the_status_moves(sandbox: Client, status: str) -> None:
    party_id = sandbox.create()["party_id"]
    answer = sandbox.mms("PATCH", f"/parties/{party_id}", {"status": status})
    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == sandbox.parties()[0]["status"] == status


@pytest.mark.parametrize("body", [{"status": "friend"}, {"status": None}, {"status": ["lead"]}, {}, [], "lead"])
def test_a_wrong_status_is_refused(sandbox: Client, body: object) -> None:
    party_id = sandbox.create()["party_id"]
    assert sandbox.mms("PATCH", f"/parties/{party_id}", body).status_code == 422
    assert sandbox.parties()[0]["status"] == "lead"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/parties/lookup"),
        ("GET", "/parties/lookup?email=who@example.com"),
        ("GET", "/parties/1"),
        ("PATCH", "/parties/1"),
    ],
)
def test_an_unknown_party_is_a_json_404(sandbox: Client, method: str, path: str) -> None:
    answer = sandbox.mms(method, path, {"status": "prospect"})
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "unknown party"


@pytest.mark.parametrize(
    "change",
    [
        {"email": None},
        {"email": "anna"},
        {"email": "anna@@example.com"},
        {"email": "anna @example.com"},
        {"email": 7},
        {"display_name": 7},
        {"consent_ip": ["192.0.2.1"]},
        {"marketing_consent": "yes"},
    ],
)
def test_a_wrong_field_is_refused_by_its_name(sandbox: Client, change: dict[str, object]) -> None:
    answer = sandbox.mms("POST", "/parties", SIGNUP | change)
    assert answer.status_code == 422
    assert next(iter(change)) in answer.json()["error"]["message"]
    assert sandbox.parties() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(sandbox: Client, body: bytes) -> None:
    answer = sandbox.call("POST", "/v1/parties", data=body, headers={"x-api-key": "any"})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "the body must be a JSON object"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/parties"), ("GET", "/parties/lookup"), ("GET", "/parties/1"), ("PATCH", "/parties/1")],
)
def test_without_a_key_nothing_is_told(sandbox: Client, method: str, path: str) -> None:
    for headers in ({}, {"x-api-key": ""}):
        answer = sandbox.call(method, f"/v1{path}", json=SIGNUP, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["message"] == "x-api-key is missing"
    assert sandbox.parties() == []


def test_unsubscribing_needs_the_token_only_and_may_be_repeated(sandbox: Client) -> None:
    token = sandbox.create(marketing_consent=True)["unsubscribe_token"]
    for _ in range(2):
        body = {"token": token, "preference_type": "newsletter"}
        assert sandbox.call("POST", "/v1/email-preferences/unsubscribe", json=body).status_code == 200
        assert sandbox.parties()[0]["newsletter"] is False


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"token": "unknown", "preference_type": "newsletter"}, 404),
        ({"token": "unknown", "preference_type": "everything"}, 422),
        ({"preference_type": "newsletter"}, 422),
        ([], 422),
    ],
)
def test_a_wrong_unsubscription_changes_nobody(sandbox: Client, body: object, status: int) -> None:
    sandbox.create(marketing_consent=True)
    assert sandbox.call("POST", "/v1/email-preferences/unsubscribe", json=body).status_code == status
    assert sandbox.parties()[0]["newsletter"] is True
