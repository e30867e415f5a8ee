"""The OpenAPI document: it says what the code does, and 2,000 generated requests get no answer beside it."""

from collections import Counter
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema_rs import validator_for
from pytest_django import Settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from integrations.sandbox import RunningSandbox
from tests.api import FakeTurnstile, form, new_token, post
from waitlist.choices import CompanySize, Gewerk
from waitlist.envelope import STATUS, ErrorCode
from waitlist.models import Waitlist
from waitlist.openapi import DETAILS, document, form_schema
from waitlist.validation import FIELDS

Json = dict[str, Any]
CASES = {"/api/waitlist": 1400, "/api/waitlist/{slug}": 600}
REQUESTS_PER_CLIENT = 30  # of which some meet the rate limit
# Not whether bad data are refused: the API is more lenient, with white space around a text for example.
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
# Where a schema cannot say all, generated values rarely pass: in half of the requests these are a person's.
A_PERSONS = {name: form().get(name) for name in ("email", "phone", "pageUrl", "consentVersion", "website", "formToken")}


def test_it_is_served_to_everybody_and_may_be_cached(client: Client) -> None:
    response = client.get("/api/openapi.json")

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response["Cache-Control"] == "public, max-age=3600"
    assert response.json() == document()
    assert client.post("/api/openapi.json").json()["error"]["code"] == "VALIDATION_ERROR"


def test_every_field_is_described_by_its_own_limits() -> None:
    schema = form_schema()

    assert list(schema["properties"]) == list(FIELDS)
    assert set(DETAILS) <= set(FIELDS)
    assert schema["required"] == ["name", "email", "companyName", "gewerk", "companySize", "turnstileToken"]
    limits = {name: field.get("maxLength") for name, field in schema["properties"].items()}
    assert (limits["name"], limits["message"]) == (100, 1000)
    assert {name for name, limit in limits.items() if limit is None} == {"gewerk", "companySize"}
    assert schema["properties"]["gewerk"]["enum"] == Gewerk.values
    assert schema["properties"]["companySize"]["enum"] == CompanySize.values


@pytest.mark.parametrize("path", ["/api/waitlist", "/api/waitlist/{slug}"])
def test_every_error_code_is_documented_under_its_status(path: str) -> None:
    responses = document()["paths"][path]["post"]["responses"]

    documented = {
        (code, int(status))
        for status, answer in responses.items()
        if status != "200"
        for code in answer["content"]["application/json"]["schema"]["properties"]["error"]["properties"]["code"]["enum"]
    }
    # The public API asks nobody to log in.
    expected = {(code, status) for code, status in STATUS.items() if code is not ErrorCode.UNAUTHORIZED}
    assert documented == expected | {(ErrorCode.VALIDATION_ERROR, 405)}


def test_the_examples_of_the_fields_are_a_sign_up(waitlist: Waitlist, turnstile: FakeTurnstile) -> None:
    fields = form_schema()["properties"]
    body = {name: field["examples"][0] for name, field in fields.items() if "examples" in field}
    body |= {name: field["enum"][0] for name, field in fields.items() if "enum" in field}

    assert post({**body, "turnstileToken": "fresh"}).status_code == 200


@pytest.mark.parametrize(
    "change", [{}, {"name": ""}, {"turnstileToken": "fail-1"}, {"website": "https://spam.example"}]
)
def test_answers_are_what_is_documented(waitlist: Waitlist, turnstile: FakeTurnstile, change: Json) -> None:
    response = post(form(**change))

    described = document()
    answer = described["paths"]["/api/waitlist"]["post"]["responses"][str(response.status_code)]
    schema = answer["content"]["application/json"]["schema"] | {"components": described["components"]}
    assert validator_for(schema).is_valid(response.json())


@pytest.mark.slow
@pytest.mark.parametrize("path", CASES)
def test_generated_requests_get_no_undocumented_answer(
    transactional_db: None,  # the application commits, and gives its connection back after every request
    waitlist: Waitlist,
    sandbox: RunningSandbox,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    path: str,
) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    statuses = _send_generated_requests(path, CASES[path])

    with capsys.disabled():
        print(f"\n  {path}: {statuses.total()} generated requests, {dict(sorted(statuses.items()))}")
    assert statuses.total() >= CASES[path]
    assert statuses[200] > CASES[path] / 10, "hardly a request has got through"
    assert {400, 403, 429} <= statuses.keys()


def _send_generated_requests(path: str, cases: int) -> Counter[int]:
    """The statuses of the answers, each of which has been checked against the document."""
    load_all_checks()
    checks = [CHECKS.get_one(name) for name in CHECKED]
    schema = schemathesis.openapi.from_dict(document())
    schema.app = get_wsgi_application()
    modes = [schema[path]["POST"].as_strategy(generation_mode=mode) for mode in GenerationMode]
    statuses: Counter[int] = Counter()
    number = count()

    @settings_for(cases)
    @given(case=st.one_of(modes), by_a_person=st.booleans())
    def send(case: Any, by_a_person: bool) -> None:
        if by_a_person and isinstance(case.body, dict):
            case.body = {**case.body, **A_PERSONS, "turnstileToken": new_token()}
            case.path_parameters = case.path_parameters and {"slug": "kurzum_app"}
        client = f"10.0.{next(number) // REQUESTS_PER_CLIENT}.1"
        response = case.call(headers={"X-Forwarded-For": client})
        statuses[response.status_code] += 1
        case.validate_response(response, checks=checks)

    send()
    return statuses


def settings_for(cases: int) -> settings:
    """The same requests at every run."""
    return settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
