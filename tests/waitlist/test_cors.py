"""Which sites' browsers may post the form."""

import pytest
from django.test import Client

from tests.api import FakeTurnstile, form, post
from waitlist.models import Signup

pytestmark = pytest.mark.usefixtures("waitlist")

OWN, FOREIGN = "https://kurzum.example", "https://evil.example"


def preflight(origin: str, path: str = "/api/waitlist") -> dict[str, str]:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    response = Client().options(path, headers=headers)
    return {name.lower(): value for name, value in response.items() if name.lower().startswith("access-control-")}


@pytest.mark.parametrize("path", ["/api/waitlist", "/api/waitlist/kurzum_app"])
def test_a_preflight_of_the_lists_own_site_gets_permission(path: str) -> None:
    granted = preflight(OWN, path)

    assert granted["access-control-allow-origin"] == OWN
    assert granted["access-control-allow-methods"] == "POST"
    assert granted["access-control-allow-headers"] == "content-type"
    assert "access-control-allow-credentials" not in granted


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://kurzum.example", "https://kurzum.example:8443"])
def test_a_preflight_of_another_site_gets_no_permission(origin: str) -> None:
    assert preflight(origin) == {}


@pytest.mark.parametrize("path", ["/api/waitlist/unknown", "/api/nothing", "/health", "/", "/admin/login/"])
def test_no_other_address_can_be_called_from_another_site(path: str) -> None:
    assert preflight(OWN, path) == {}


def test_the_lists_own_site_can_read_the_answer(turnstile: FakeTurnstile) -> None:
    response = post(form(), Origin=OWN)

    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == OWN


@pytest.mark.parametrize("origin", [FOREIGN, "null"])
def test_a_post_from_another_site_is_forbidden_and_costs_no_token(turnstile: FakeTurnstile, origin: str) -> None:
    response = post(form(), Origin=origin)

    assert (response.status_code, response.json()["error"]["code"]) == (403, "FORBIDDEN")
    assert "Access-Control-Allow-Origin" not in response
    assert not turnstile.asked
    assert not Signup.objects.exists()


def test_the_hosted_form_may_post(turnstile: FakeTurnstile) -> None:
    assert post(form(), Origin="http://127.0.0.1:8000").status_code == 200
