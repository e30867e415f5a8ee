"""The settings as production reads them, for tests."""

import runpy
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from pytest_django import Settings

from config.settings import env

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "0123456789abcdef" * 4,
    "BASE_URL": "https://liste.kurzum.example",
    "ALLOWED_HOSTS": "liste.kurzum.example",
    "DATABASE_URL": "postgres://user:password@127.0.0.1:1/waitlist?sslmode=require",
    "REDIS_URL": "rediss://127.0.0.1:1/0",
    "MMS_API_KEY": "key",
    "TURNSTILE_SITE_KEY": "site",
    "TURNSTILE_SECRET_KEY": "secret",
    "EMAIL_URL": "smtp+tls://user:password@smtp.example:587",
    "DEFAULT_FROM_EMAIL": "Mario von kurzum <mario@kurzum.example>",
    "FOUNDER_EMAIL": "mario@kurzum.example",
}
# The suite's own servers and files stay.
KEPT = {"DATABASES", "REDIS_URL", "CACHES", "STORAGES", "STATIC_ROOT", "LOGGING"}


def apply_production(settings: Settings, **variables: str) -> None:
    """Have ``settings`` and the URL map say what they say where PRODUCTION and ``variables`` are the environment."""
    with pytest.MonkeyPatch.context() as environment:
        for name in env.names:
            environment.delenv(name, raising=False)
        for name, value in {**PRODUCTION, **variables}.items():
            environment.setenv(name, value)
        values = runpy.run_path(str(ROOT / "config/settings.py"))
    for name, value in values.items():
        if name.isupper() and name not in KEPT and getattr(settings, name, None) != value:
            setattr(settings, name, value)
    # A copy of the module: the one that is imported has the suite's paths.
    spec = spec_from_file_location("production_urls", ROOT / "config/urls.py")
    assert spec
    assert spec.loader
    urls = module_from_spec(spec)
    spec.loader.exec_module(urls)
    settings.ROOT_URLCONF = urls
