"""The endpoint as the marketing site's developer meets it."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from tests.api import FakeTurnstile, form, post
from waitlist.models import Signup, Waitlist

pytestmark = pytest.mark.usefixtures("waitlist")


def error_of(response: Any, status: int) -> dict[str, Any]:
    """The error of an envelope that has nothing else."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert set(body) == {"success", "error"}
    assert body["success"] is False
    error: dict[str, Any] = body["error"]
    assert {"code", "message"} <= set(error)
    return error


def test_a_valid_form_is_stored_with_its_evidence_and_its_job(turnstile: FakeTurnstile) -> None:
    response = post(form(email="Martin@Maier-Elektro.AT"), **{"User-Agent": "Firefox"})

    assert response.status_code == 200
    body = response.json()
    assert body == {"success": True, "data": {"signupId": body["data"]["signupId"], "status": "confirmation_pending"}}
    signup = Signup.objects.get(pk=UUID(body["data"]["signupId"]))
    assert signup.email == "Martin@maier-elektro.at"
    assert signup.display_name == "Martin Maier"
    assert signup.form_data == {
        "company_name": "Maier Elektrotechnik",
        "gewerk": "Elektrotechnik",
        "company_size": "1-5",
        "phone": "+436641234567",
        "message": "Bin sehr interessiert",
        "utm_source": "linkedin",
        "utm_medium": "cpc",
        "utm_campaign": "pilot",
    }
    assert (signup.ip_address, signup.user_agent) == ("203.0.113.7", "Firefox")
    assert signup.page_url == "https://kurzum.example/pilot"
    assert signup.consent_text.version == "1"
    assert signup.status == "received"
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args["pk"]) == ("process_signup", str(signup.pk))
    assert job.args["request_id"] == response["X-Request-ID"]


def test_optional_fields_may_be_left_out_or_null(turnstile: FakeTurnstile) -> None:
    body = form(phone=None, message="", utmSource=None, pageUrl=None)
    del body["utmMedium"], body["utmCampaign"]

    assert post(body).status_code == 200

    form_data = Signup.objects.get().form_data
    assert {form_data[name] for name in ("phone", "message", "utm_source", "utm_medium", "utm_campaign")} == {None}


def test_the_answer_is_the_same_for_a_known_address(turnstile: FakeTurnstile) -> None:
    first, second = post(form()), post(form())

    assert first.status_code == second.status_code == 200
    assert first.headers.keys() == second.headers.keys()
    assert first.json()["data"].keys() == second.json()["data"].keys()
    assert Signup.objects.count() == 2


def test_another_list_has_its_own_address(turnstile: FakeTurnstile) -> None:
    other = Waitlist.objects.create(slug="other", name="Other", founder_email="f@other.example")
    other.consent_texts.create(version="7", text="Ja")

    assert post(form(), path="/api/waitlist/other").status_code == 200

    assert Signup.objects.get().waitlist == other


def test_a_token_that_turnstile_rejects_is_a_bot(turnstile: FakeTurnstile) -> None:
    error = error_of(post(form(turnstileToken="fail-1")), 403)

    assert error["code"] == "BOT_DETECTED"
    assert not Signup.objects.exists()
    assert not ProcrastinateJob.objects.exists()


BAD_BODIES = {
    "broken JSON": b'{"name": ',
    "no JSON": b"name=Martin",
    "empty": b"",
    "an array": b"[]",
    "a string": b'"x"',
    "null": b"null",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "nested too deep": b"[" * 16_000,
    "an object nested too deep": b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
    "a number too long": b'{"name": ' + b"9" * 5_000 + b"}",
    "larger than 16 KiB": json.dumps(form(message="x" * 17_000)).encode(),
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_body_that_is_no_form_costs_no_token_and_no_unit(turnstile: FakeTurnstile, body: bytes) -> None:
    for _ in range(6):
        assert error_of(post(body), 400)["code"] == "VALIDATION_ERROR"

    assert not turnstile.asked
    assert post(form()).status_code == 200, "six bad bodies have used up the rate limit"


BAD_FIELDS: dict[str, tuple[str, Any]] = {
    "name missing": ("name", None),
    "name of one letter": ("name", " M "),
    "name too long": ("name", "x" * 101),
    "name a number": ("name", 12345),
    "name a list": ("name", ["Martin"]),
    "name with NUL": ("name", "Martin\0Maier"),
    "name with a line feed": ("name", "Martin\nBcc: all@example.com"),
    "name with half a surrogate pair": ("name", "Martin \ud800"),
    "e-mail missing": ("email", ""),
    "e-mail without at": ("email", "martin"),
    "e-mail without a dot": ("email", "martin@localhost"),
    "e-mail too long": ("email", "m" * 250 + "@maier.at"),
    "e-mail with a line feed": ("email", "m@maier.at\nBcc: x@y.at"),
    "company missing": ("companyName", None),
    "company too long": ("companyName", "x" * 201),
    "trade unknown": ("gewerk", "Dachdecker"),
    "trade missing": ("gewerk", None),
    "size unknown": ("companySize", "7"),
    "size a number": ("companySize", 5),
    "phone too short": ("phone", "12"),
    "phone of words": ("phone", "call me"),
    "message too long": ("message", "x" * 1001),
    "message with NUL": ("message", "a\u0000b"),
    "source too long": ("utmSource", "x" * 256),
    "medium an object": ("utmMedium", {"a": 1}),
    "campaign too long": ("utmCampaign", "x" * 256),
    "page not http": ("pageUrl", "javascript:alert(1)"),
    "page not an address": ("pageUrl", "http://"),
    "page too long": ("pageUrl", "https://kurzum.example/" + "x" * 2048),
    "consent unknown": ("consentVersion", "99"),
    "consent a number": ("consentVersion", 1),
    "token missing": ("turnstileToken", None),
    "token too long": ("turnstileToken", "x" * 2049),
    "token a boolean": ("turnstileToken", True),
}


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS.values(), ids=BAD_FIELDS.keys())
def test_a_bad_field_is_named_in_german_and_costs_no_token_and_no_unit(
    turnstile: FakeTurnstile, field: str, value: Any
) -> None:
    for _ in range(6):
        error = error_of(post(form(**{field: value})), 400)

    assert error["code"] == "VALIDATION_ERROR"
    assert list(error["fields"]) == [field]
    assert all(error["fields"][field])
    assert not turnstile.asked
    assert post(form()).status_code == 200, "six bad forms have used up the rate limit"


def test_every_bad_field_is_named_at_once(turnstile: FakeTurnstile) -> None:
    error = error_of(post({}), 400)

    assert set(error["fields"]) == {"name", "email", "companyName", "gewerk", "companySize", "turnstileToken"}
    assert error["fields"]["name"] == ["Bitte fülle dieses Feld aus."]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_content_type_is_refused(turnstile: FakeTurnstile, content_type: str) -> None:
    response = Client().post("/api/waitlist", json.dumps(form()), content_type=content_type)

    assert error_of(response, 400)["code"] == "VALIDATION_ERROR"
    assert not turnstile.asked


def test_a_charset_beside_the_content_type_is_fine(turnstile: FakeTurnstile) -> None:
    response = Client().post("/api/waitlist", json.dumps(form()), content_type="application/json; charset=utf-8")

    assert response.status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options", "trace"])
def test_another_method_gets_the_envelope_and_what_is_allowed(method: str) -> None:
    response = getattr(Client(), method)("/api/waitlist")

    assert error_of(response, 405)["code"] == "VALIDATION_ERROR"
    assert response["Allow"] == "POST"


@pytest.mark.parametrize(
    "path",
    ["/api/waitlist/unknown", "/api/", "/api/nothing", "/api/waitlist/", "/api/waitlist/a/b", "/api/waitlist/%00"],
)
@pytest.mark.parametrize("debug", [True, False])
def test_an_unknown_address_gets_the_envelope(settings: Settings, path: str, debug: bool) -> None:
    settings.DEBUG = debug

    assert error_of(post(form(), path=path), 404)["code"] == "NOT_FOUND"


def test_a_closed_list_takes_nothing(turnstile: FakeTurnstile, waitlist: Waitlist) -> None:
    Waitlist.objects.update(is_open=False)

    assert error_of(post(form()), 403)["code"] == "FORBIDDEN"
    assert not turnstile.asked


@pytest.mark.parametrize("debug", [True, False])
def test_an_unforeseen_error_tells_nothing(
    turnstile: FakeTurnstile, settings: Settings, monkeypatch: pytest.MonkeyPatch, debug: bool
) -> None:
    settings.DEBUG = debug

    def fail(**_: Any) -> None:
        raise DatabaseError("row of martin@maier-elektro.at")

    monkeypatch.setattr(Signup.objects, "create", fail)

    response = post(form(), Origin="https://kurzum.example")

    assert error_of(response, 500)["code"] == "INTERNAL_ERROR"
    assert b"martin" not in response.content
    assert response["Access-Control-Allow-Origin"] == "https://kurzum.example", "the site could not read the error"


def test_a_refused_host_gets_the_envelope(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["kurzum.example"]

    assert error_of(post(form(), Host="evil.example"), 400)["code"] == "VALIDATION_ERROR"


def test_sign_up_and_job_commit_together_or_not_at_all(
    turnstile: FakeTurnstile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise DatabaseError("the queue is away")

    monkeypatch.setattr("waitlist.pipeline.intake.enqueue", fail)

    assert post(form()).status_code == 500

    assert not Signup.objects.exists()
