"""People who log in by hand, quickly."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.accounts import oidc
from tests.accounts.people import PASSWORD

Due = Callable[[], None]


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Django's own hasher takes a third of a second on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def mario(db: None) -> User:
    """A superuser with a password and without a second factor."""
    return User.objects.create_superuser("mario@kurzum.example", PASSWORD, name="Mario")


@pytest.fixture
def compulsory(settings: Settings) -> Settings:
    """A second factor is compulsory, as it is outside of DEBUG."""
    settings.SECOND_FACTOR_REQUIRED = True
    return settings


@pytest.fixture
def firefox() -> Client:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    return Client(headers={"User-Agent": agent}, REMOTE_ADDR="203.0.113.7")


@pytest.fixture
def provider(settings: Settings) -> Iterator[oidc.Provider]:
    """The provider of single sign-on, where Mario is about to log in with a verified address."""
    with oidc.running() as provider:
        provider.redirect_uris = {"http://testserver/admin/account/sso/callback/"}
        provider.person = {"sub": "subject-of-mario", "email": "mario@kurzum.example", "email_verified": True}
        settings.OIDC_SERVER_URL = provider.url
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = oidc.CLIENT_ID, oidc.CLIENT_SECRET
        settings.OIDC_NAME = "Firmenkonto"
        yield provider
