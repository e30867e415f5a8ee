"""Counters for Prometheus, for nobody else."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings


def test_without_a_token_there_are_no_metrics(client: Client) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("header", [None, "Bearer wrong", "secret", "Bearer secret2"])
def test_a_stranger_sees_nothing(client: Client, settings: Settings, header: str | None) -> None:
    settings.METRICS_TOKEN = "secret"

    assert client.get("/metrics", headers={"Authorization": header} if header else {}).status_code == 404


def test_with_the_token_the_counters_are_told(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "secret"

    response = client.get("/metrics", headers={"Authorization": "Bearer secret"})

    assert response.status_code == 200
    assert "waitlist_rate_limit_unavailable_total" in response.content.decode()


def test_processes_share_a_folder(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.METRICS_TOKEN, settings.PROMETHEUS_MULTIPROC_DIR = "secret", str(tmp_path)

    assert client.get("/metrics", headers={"Authorization": "Bearer secret"}).status_code == 200
