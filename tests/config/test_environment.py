"""A wrong environment is a system check error with a hint, before the first request."""

import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest

from config.environment import admin_path
from config.settings import env
from tests.config.production import PRODUCTION, ROOT


def run(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Python under the production environment; a variable that is None is left out."""
    variables = {name: value for name, value in {**PRODUCTION, **changes}.items() if value is not None}
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        **variables,
    }
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_a_complete_environment_passes_the_deployment_check() -> None:
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")

    assert result.returncode == 0, result.stderr


def test_every_missing_variable_is_named_with_a_hint_at_once() -> None:
    result = run("manage.py", "check", **dict.fromkeys(PRODUCTION))

    assert result.returncode == 1
    assert result.stderr.count("HINT:") == len(PRODUCTION)
    assert "Traceback" not in result.stderr
    for name in PRODUCTION:
        assert f"{name} is missing" in result.stderr


MALFORMED = {
    "BASE_URL": "liste.kurzum.example",
    "DATABASE_URL": "mysql://user:hunter2@127.0.0.1/waitlist",
    "REDIS_URL": "http://127.0.0.1",
    "MMS_BASE_URL": "api.masem.at",
    "EMAIL_URL": "pigeon://hunter2@roof",
    "TRUSTED_PROXY_COUNT": "-1",
    "CONFIRMATION_DAYS": "soon",
    "DEBUG": "perhaps",
    "ANYMAIL": '["hunter2"]',
    "ADMIN_PATH": "hunter2?",
    "OIDC_SERVER_URL": "http://hunter2.example",
}


def test_every_malformed_variable_is_named_without_its_value_at_once() -> None:
    result = run("manage.py", "check", **MALFORMED)

    assert result.returncode == 1
    assert "hunter2" not in result.stderr
    assert "Traceback" not in result.stderr
    for name in MALFORMED:
        assert f"{name} is malformed" in result.stderr


@pytest.mark.parametrize("value", ["hunter2", "postgres://user:hunter2@127.0.0.1:port/waitlist", "postgres://h/"])
def test_a_database_url_that_cannot_be_parsed_is_malformed(value: str) -> None:
    result = run("manage.py", "check", DATABASE_URL=value)

    assert result.returncode == 1
    assert "DATABASE_URL is malformed" in result.stderr
    assert "hunter2" not in result.stderr


def test_turnstiles_test_keys_are_refused() -> None:
    result = run("manage.py", "check", TURNSTILE_SECRET_KEY="1x0000000000000000000000000000000AA")

    assert result.returncode == 1
    assert "test keys" in result.stderr


def test_a_wildcard_for_all_hosts_is_refused() -> None:
    result = run("manage.py", "check", ALLOWED_HOSTS="*")

    assert result.returncode == 1
    assert "config.E004" in result.stderr


@pytest.mark.parametrize("path", ["api", "api/waitlist/"])
def test_an_admin_behind_another_address_is_refused(path: str) -> None:
    result = run("manage.py", "check", ADMIN_PATH=path)

    assert result.returncode == 1
    assert "config.E005" in result.stderr


@pytest.mark.parametrize("path", ["/", "../admin", "a//b", "a b", "<str:x>", "büro", "^admin"])
def test_an_admin_path_is_made_of_words(path: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        admin_path(path)


@pytest.mark.parametrize("path", ["buero/liste", "/buero/liste/"])
def test_slashes_around_an_admin_path_do_not_matter(path: str) -> None:
    assert admin_path(path) == "buero/liste/"


def test_the_web_process_does_not_start_with_a_wrong_environment() -> None:
    result = run("-c", "import config.wsgi", MMS_API_KEY=None)

    assert result.returncode != 0
    assert "MMS_API_KEY is missing" in result.stderr


def test_the_sandbox_and_the_demo_account_are_refused_outside_debug() -> None:
    for arguments in (("sandbox",), ("demo_accounts",)):
        result = run("manage.py", *arguments)
        assert result.returncode == 1
        assert "DEBUG" in result.stderr


def test_three_variables_are_enough_under_debug() -> None:
    nothing = dict.fromkeys(PRODUCTION)
    result = run(
        "manage.py",
        "check",
        **{**nothing, "DEBUG": "1", "DATABASE_URL": "postgres://a:b@h/n", "REDIS_URL": "redis://h"},
    )

    assert result.returncode == 0, result.stderr


def test_the_example_lists_every_variable_with_an_explanation() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    variables = {
        line.removeprefix("# ").partition("=")[0]: above
        for above, line in pairwise(lines)
        if re.match(r"(# )?[A-Z_]+=", line)
    }

    assert set(variables) == set(env.names)
    assert all(above.startswith("# ") for above in variables.values())
