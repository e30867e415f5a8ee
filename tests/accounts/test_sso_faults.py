"""What a provider, or somebody who poses as one, does wrong opens nothing: a page, a line in the trail, and no more."""

import logging
import socket
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import requests
import time_machine
from cryptography.hazmat.primitives import serialization
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests.accounts.oidc import CLIENT_ID, DISCOVERY, KEY_ID, Claims, Provider, key, signed
from tests.accounts.people import back_from_provider, is_in, log_in_by_provider, refusal, trail

pytestmark = pytest.mark.django_db
Break = Callable[[Provider], None]


def with_public_key(claims: Claims) -> str:
    """HS256 with the public key, which everybody knows, as the secret. PyJWT refuses to make such a token."""
    public = key("provider").public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    header, payload, _ = jwt.encode(claims, "x" * 64, "HS256", headers={"kid": KEY_ID}).split(".")
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = hmac.sign(f"{header}.{payload}".encode(), pem)
    return f"{header}.{payload}.{jwt.utils.base64url_encode(signature).decode()}"


def says(**attributes: Any) -> Break:
    """What sets ``attributes`` of the provider."""

    def change(provider: Provider) -> None:
        for name, value in attributes.items():
            setattr(provider, name, value)

    return change


def unsigned(claims: Claims) -> str:
    return jwt.encode(claims, "", "none", headers={"kid": KEY_ID})


def tampered(claims: Claims) -> str:
    """The signature of another payload."""
    header, payload, _ = signed(claims).split(".")
    return f"{header}.{payload}.{signed(claims | {'sub': 'another'}).split('.')[2]}"


def without(name: str) -> Break:
    return says(sign=lambda claims: signed({key: value for key, value in claims.items() if key != name}))


FAULTS: dict[str, Break] = {
    "for another client": says(id_token={"aud": "somebody-else"}),
    "of another issuer": says(id_token={"iss": "https://evil.example"}),
    "of yesterday": says(id_token={"iat": 1, "exp": 301}),
    "of tomorrow": says(id_token={"iat": int(time.time()) + 86400, "exp": int(time.time()) + 90000}),
    "not valid yet": says(id_token={"nbf": int(time.time()) + 86400}),
    "of a number": says(id_token={"sub": 1}),
    "without audience": without("aud"),
    "without issuer": without("iss"),
    "without end": without("exp"),
    "without subject": without("sub"),
    "signed by somebody else": says(sign=lambda claims: signed(claims, "forger")),
    "signed for other claims": says(sign=tampered),
    "unsigned": says(sign=unsigned),
    "signed with the public key": says(sign=with_public_key),
    "with an unknown key": says(sign=lambda claims: jwt.encode(claims, key("provider"), "RS256", {"kid": "2025"})),
    "without a key": says(sign=lambda claims: jwt.encode(claims, key("provider"), "RS256")),
    "no token at all": says(sign=lambda _: "nonsense"),
    "userinfo of another": says(userinfo={"sub": "subject-of-another"}),
    "userinfo of nobody": says(userinfo={"sub": None}),
    "userinfo is a list": says(bodies={"/userinfo": "[]"}),
    "userinfo is no JSON": says(bodies={"/userinfo": "<html>"}),
    "userinfo refused": says(statuses={"/userinfo": 403}),
    "a subject that no database takes": says(person={"sub": "subject-of-mario\0"}),
    "a subject that is too long": says(person={"sub": "s" * 256}),
    "an empty subject": says(person={"sub": ""}),
    "tokens refused": says(statuses={"/token": 400}),
    "tokens away": says(statuses={"/token": 500}),
    "tokens without the one": says(bodies={"/token": '{"access_token": "a"}'}),
    "tokens are no JSON": says(bodies={"/token": "{"}),
    "keys away": says(statuses={"/jwks": 503}),
    "keys are none": says(bodies={"/jwks": '{"keys": []}'}),
    "keys of another shape": says(bodies={"/jwks": '{"keys": "none"}'}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_token_or_an_answer_that_is_wrong_opens_nothing(
    client: Client, mario: User, provider: Provider, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    User.objects.update(external_id="subject-of-mario")
    FAULTS[fault](provider)
    response = log_in_by_provider(client)

    assert refusal(client, response) == ("failure", "provider")
    assert "Firmenkonto" in response.content.decode()
    for personal in ("mario", "subject-of", "kurzum.example"):
        assert personal not in caplog.text


@pytest.mark.parametrize("address", ["mario@kurzum.example\0", "\ud800", ["mario@kurzum.example"], {}, 1, "x" * 10_000])
@pytest.mark.parametrize("verified", [True, False])
def test_an_address_that_is_none_opens_nothing(
    client: Client, mario: User, provider: Provider, address: object, verified: bool
) -> None:
    provider.person |= {"email": address, "email_verified": verified}
    log_in_by_provider(client)

    assert not is_in(client)
    mario.refresh_from_db()
    assert mario.external_id is None
    assert [result for _, result, _ in trail()] in (["failure"], ["unauthorized"])


@pytest.mark.parametrize(
    "broken",
    [
        says(statuses={DISCOVERY: 500}),
        says(bodies={DISCOVERY: "<html>"}),
        says(bodies={DISCOVERY: "{}"}),
        says(bodies={DISCOVERY: "[]"}),
    ],
    ids=["away", "no JSON", "empty", "of another shape"],
)
def test_without_discovery_nobody_is_sent_anywhere(
    client: Client, mario: User, provider: Provider, broken: Break
) -> None:
    broken(provider)

    assert refusal(client, client.get(reverse("accounts_sso"))) == ("failure", "provider")


def test_a_provider_that_does_not_answer_is_a_page_and_no_error(
    client: Client, mario: User, provider: Provider, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.OIDC_SERVER_URL = f"http://127.0.0.1:{port}"

    assert refusal(client, client.get(reverse("accounts_sso"))) == ("failure", "provider")
    assert "Single sign-on failed: ConnectionError" in [
        record.getMessage() for record in caplog.records if record.levelno == logging.WARNING
    ]


def test_a_clock_that_differs_a_little_does_no_harm(client: Client, mario: User, provider: Provider) -> None:
    now = int(time.time())
    provider.id_token = {"iat": now + 30, "nbf": now + 30, "exp": now + 330}
    log_in_by_provider(client)

    assert is_in(client)


def test_who_cancels_is_told_so(client: Client, mario: User, provider: Provider) -> None:
    response = log_in_by_provider(client, press="cancel")

    assert refusal(client, response) == ("failure", "cancelled")
    assert "abgebrochen" in response.content.decode()


@pytest.mark.parametrize("parameters", [{}, {"state": "forged"}, {"state": ""}], ids=["none", "forged", "empty"])
def test_a_state_that_this_browser_did_not_begin_with_is_refused(
    client: Client, mario: User, provider: Provider, parameters: dict[str, str]
) -> None:
    code = back_from_provider(client).partition("code=")[2].partition("&")[0]
    response = client.get(reverse("openid_connect_callback"), {"code": code, **parameters})

    assert refusal(client, response) == ("failure", "provider")


def test_a_victim_is_not_logged_in_by_the_link_of_a_thief(client: Client, mario: User, provider: Provider) -> None:
    address = back_from_provider(Client())

    assert refusal(client, client.get(address)) == ("failure", "provider")


def test_a_login_that_was_begun_too_long_ago_is_refused(client: Client, mario: User, provider: Provider) -> None:
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False) as clock:
        address = back_from_provider(client)
        clock.shift(601)

        assert refusal(client, client.get(address)) == ("failure", "provider")


def test_a_code_of_another_login_is_refused(client: Client, mario: User, provider: Provider) -> None:
    """A thief has got hold of a code: it is bound to the browser that the login was begun in."""
    stolen = back_from_provider(Client()).partition("code=")[2].partition("&")[0]
    own = back_from_provider(client)
    code = own.partition("code=")[2].partition("&")[0]

    assert refusal(client, client.get(own.replace(code, stolen))) == ("failure", "provider")
    assert provider.refusals == ["invalid_grant"]


def test_the_provider_takes_a_code_once_and_with_its_secrets_only(
    client: Client, mario: User, provider: Provider
) -> None:
    """That the tests' own provider is as strict as a real one."""
    used = back_from_provider(client)
    client.get(used)
    form = {"grant_type": "authorization_code", "redirect_uri": next(iter(provider.redirect_uris))}
    code = used.partition("code=")[2].partition("&")[0]
    for authentication, error in ((None, "invalid_client"), ((CLIENT_ID, "known-to-both"), "invalid_grant")):
        answer = requests.post(f"{provider.url}/token", form | {"code": code}, auth=authentication, timeout=5)
        assert answer.json() == {"error": error}
    assert requests.get(f"{provider.url}/userinfo", timeout=5).status_code == 401
    wrong = {"client_id": CLIENT_ID, "redirect_uri": "https://evil.example/"}
    assert requests.get(f"{provider.url}/authorize", wrong, timeout=5).status_code == 400


def test_too_many_logins_of_one_client_are_refused(client: Client, mario: User, provider: Provider) -> None:
    statuses = [client.get(reverse("accounts_sso")).status_code for _ in range(21)]

    assert statuses == [302] * 20 + [429]
    assert trail() == [("login", "rate_limited", "")]
