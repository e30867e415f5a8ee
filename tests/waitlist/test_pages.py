"""The pages before and around the sign-up; the browser's tests fill the form in."""

import pytest
from django.test import Client
from pytest_django import Settings

from waitlist.models import Waitlist


@pytest.mark.parametrize("path", ["/", "/w/kurzum_app"])
def test_the_form_shows_the_lists_wording_and_posts_to_the_list(client: Client, waitlist: Waitlist, path: str) -> None:
    waitlist.consent_texts.create(version="2", text="Die neue Einwilligung.")
    Waitlist.objects.update(privacy_url="https://kurzum.example/datenschutz")

    page = client.get(path).content.decode()

    assert 'data-api-url="/api/waitlist/kurzum_app"' in page
    assert "Die neue Einwilligung." in page
    assert 'name="consentVersion" value="2"' in page
    assert 'data-sitekey="site-key"' in page
    assert 'src="https://turnstile.test/api.js"' in page
    assert 'href="https://kurzum.example/datenschutz"' in page


@pytest.mark.django_db
def test_an_unknown_list_has_no_form(client: Client) -> None:
    assert client.get("/w/unknown").status_code == 404


def test_a_closed_list_says_so(client: Client, waitlist: Waitlist) -> None:
    Waitlist.objects.update(is_open=False)

    page = client.get("/").content.decode()

    assert "<form" not in page
    assert "geschlossen" in page


def test_a_list_without_wording_takes_no_sign_ups(client: Client, waitlist: Waitlist) -> None:
    waitlist.consent_texts.all().delete()

    assert "<form" not in client.get("/").content.decode()


def test_pages_carry_the_security_headers(client: Client, waitlist: Waitlist) -> None:
    response = client.get("/")

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self' https://turnstile.test" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin", "without a referrer the form would post with Origin: null"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies


def test_who_asks_too_often_is_told_in_german(client: Client, waitlist: Waitlist) -> None:
    answers = [client.get("/") for _ in range(61)]

    assert {answer.status_code for answer in answers[:60]} == {200}
    assert answers[60].status_code == 429
    assert answers[60]["Retry-After"] == "60"
    assert '<html lang="de"' in answers[60].content.decode()
    assert client.get("/", REMOTE_ADDR="203.0.113.8").status_code == 200


def test_pages_are_served_without_redis(client: Client, waitlist: Waitlist, without_redis: Settings) -> None:
    assert {client.get("/").status_code for _ in range(61)} == {200}
