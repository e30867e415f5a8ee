"""What load balancers and uptime monitors read."""

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from pytest_django import Settings

from waitlist.jobs import Job, enqueue


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every connection is refused, as by a stopped server."""

    def refuse(_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", refuse)


@pytest.mark.django_db
def test_all_is_well(client: Client, settings: Settings) -> None:
    response = client.get("/health")

    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "data": {
            "status": "ok",
            "database": "ok",
            "redis": "ok",
            "jobs": {"oldestWaitingSeconds": 0.0, "failed": 0},
            "version": settings.VERSION,
        },
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_waiting_and_failed_jobs_are_told(client: Client) -> None:
    enqueue(Job.DELIVER_MAIL, 1)
    enqueue(Job.DELIVER_MAIL, 2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE args->>'pk' = '1'")
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '90 s'")

    jobs = client.get("/health").json()["data"]["jobs"]

    assert jobs["failed"] == 1
    assert 90 <= jobs["oldestWaitingSeconds"] <= 100


@pytest.mark.django_db
def test_without_redis_it_is_degraded_but_serves(client: Client, without_redis: Settings) -> None:
    response = client.get("/health")

    assert response.status_code == 200
    assert response.json()["data"]["status"] == "degraded"
    assert response.json()["data"]["redis"] == "down"


def test_without_the_database_it_is_down(client: Client, no_database: None) -> None:
    response = client.get("/health")

    assert response.status_code == 503
    body = response.json()
    assert body["success"] is False
    assert body["error"]["code"] == "INTERNAL_ERROR"
    assert (body["data"]["status"], body["data"]["database"], body["data"]["redis"]) == ("down", "down", "ok")
