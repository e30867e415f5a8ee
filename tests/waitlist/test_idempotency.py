"""The token is the idempotency key: the same form sent again is one sign-up."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, connections
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from integrations.sandbox import RunningSandbox
from tests.api import FakeTurnstile, form, post
from waitlist.models import Signup, Waitlist


def test_the_same_body_gives_the_first_answer_without_asking_turnstile_again(
    waitlist: Waitlist, turnstile: FakeTurnstile
) -> None:
    body = form()

    answers = [post(body).json() for _ in range(7)]

    assert all(answer == answers[0] for answer in answers)
    assert turnstile.asked[body["turnstileToken"]] == 1
    assert Signup.objects.count() == ProcrastinateJob.objects.count() == 1


def test_replays_cost_no_unit_of_the_rate_limit(waitlist: Waitlist, turnstile: FakeTurnstile) -> None:
    body = form()
    for _ in range(5):
        post(body)

    assert [post(form()).status_code for _ in range(5)] == [200, 200, 200, 200, 429]


def test_the_same_token_with_another_form_is_a_bot(waitlist: Waitlist, turnstile: FakeTurnstile) -> None:
    body = form()
    post(body)

    response = post({**body, "email": "other@maier-elektro.at"})

    assert response.json()["error"]["code"] == "BOT_DETECTED"
    assert turnstile.asked[body["turnstileToken"]] == 1
    assert Signup.objects.count() == 1


def test_a_rejected_token_is_not_asked_about_again(waitlist: Waitlist, turnstile: FakeTurnstile) -> None:
    body = form(turnstileToken="fail-once")

    assert [post(body).status_code for _ in range(3)] == [403, 403, 403]
    assert turnstile.asked["fail-once"] == 1


def test_a_form_that_could_not_be_stored_gets_through_with_the_same_token(
    waitlist: Waitlist, turnstile: FakeTurnstile, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = form()

    def fail(**_: Any) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(Signup.objects, "create", fail)
        assert post(body).status_code == 500

    assert post(body).status_code == 200
    assert turnstile.asked[body["turnstileToken"]] == 1


def posted_at_once(bodies: list[dict[str, Any]]) -> list[Any]:
    def one(body: dict[str, Any]) -> Any:
        try:
            return post(body).json()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(one, bodies))


@pytest.mark.django_db(transaction=True)
def test_ten_clicks_at_once_are_one_sign_up_and_one_answer(waitlist: Waitlist, sandbox: RunningSandbox) -> None:
    answers = posted_at_once([form(turnstileToken="clicked")] * 10)

    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["success"] is True
    assert Signup.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_redis_the_database_still_keeps_it_one_sign_up(
    waitlist: Waitlist, sandbox: RunningSandbox, without_redis: Settings
) -> None:
    answers = posted_at_once([form(turnstileToken="clicked")] * 10)

    assert Signup.objects.count() == 1
    assert {answer["data"]["signupId"] for answer in answers if answer["success"]} == {str(Signup.objects.get().pk)}
