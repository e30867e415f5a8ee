"""A pytest plugin: the environment of the tests, with a real PostgreSQL and Valkey where none is given.

Loaded by ``-p`` before Django's settings are read. Whatever else the developer's environment or ``.env`` says
is overridden, so that the suite runs the same everywhere.
"""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from dev.catalogue import CATALOGUE, compile_catalogue
from dev.servers import postgres, valkey

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "ENV_FILE": os.devnull,
    "DEBUG": "1",
    "SECRET_KEY": "only-for-the-tests",
    "BASE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    "ADMIN_PATH": "admin/",
    "TRUSTED_PROXY_COUNT": "0",
    "MMS_BASE_URL": "https://mms.test/v1",
    "MMS_API_KEY": "key-of-the-tests",
    "TURNSTILE_SITE_KEY": "site-key",
    "TURNSTILE_SECRET_KEY": "secret-key",
    "TURNSTILE_VERIFY_URL": "https://turnstile.test/siteverify",
    "TURNSTILE_SCRIPT_URL": "https://turnstile.test/api.js",
    "TURNSTILE_HOSTNAME": "",
    "TURNSTILE_ACTION": "",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "EMAIL_BACKEND": "",
    "ANYMAIL": "{}",
    "DEFAULT_FROM_EMAIL": "Mario von kurzum <mario@kurzum.example>",
    "FOUNDER_EMAIL": "founder@kurzum.example",
    "DEFAULT_WAITLIST": "kurzum_app",
    "WAITLIST_NAME": "kurzum",
    "WAITLIST_ORIGINS": "https://kurzum.example",
    "CONFIRMATION_DAYS": "30",
    "DATABASE_POOLER": "0",
    # Browser tests run in contexts of their own, each of which keeps its connection.
    "DATABASE_POOL_SIZE": "60",
    "METRICS_TOKEN": "",
    "SESSION_IDLE_MINUTES": "60",
    "SESSION_HOURS": "12",
    "OIDC_SERVER_URL": "",
    "OIDC_CLIENT_ID": "",
    "OIDC_CLIENT_SECRET": "",
    "OIDC_NAME": "Single Sign-on",
    # pytest-playwright runs an event loop in the main thread, where Django would refuse the tests' own queries.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}

_running = ExitStack()


def pytest_addoption() -> None:
    """The earliest hook: pytest-django reads the settings right after it."""
    os.environ.update(ENVIRONMENT)
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)  # prometheus_client takes an empty one for a folder
    compile_catalogue(CATALOGUE)
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Tests empty their Valkey and cut all connections: parts that run side by side share no servers.
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
    data = ROOT / ".data" / f"test-{os.getpid()}"
    if "DATABASE_URL" not in os.environ or "REDIS_URL" not in os.environ:
        data.mkdir(parents=True)
        _running.callback(shutil.rmtree, data, ignore_errors=True)
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = _running.enter_context(postgres(data / "postgres", durable=False))
    if "REDIS_URL" not in os.environ:
        os.environ["REDIS_URL"] = _running.enter_context(valkey(data / "valkey"))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _running.close()
