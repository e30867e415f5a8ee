"""Staff with chosen permissions, and how many queries a page needs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User

StaffClient = Callable[..., Client]
CountQueries = Callable[..., int]


@pytest.fixture
def admin_user(db: None) -> User:
    """Everything is allowed to him. Without a password, whose hashing would take longer than most tests."""
    return User.objects.create_superuser("admin@kurzum.example")


@pytest.fixture
def staff_client(db: None) -> StaffClient:
    """``staff_client("view_signup", ...)``: logged in as staff with just these permissions."""

    def log_in(*codenames: str) -> Client:
        account = get_user_model().objects.create_user("staff@kurzum.example", sees_all_lists=True)
        account.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(account)
        return client

    return log_in


@pytest.fixture
def count_queries(admin_client: Client) -> CountQueries:
    """The number of queries of a successful GET, or POST of ``data``, streamed body included."""

    def count(url: str, data: dict[str, Any] | None = None) -> int:
        with CaptureQueriesContext(connection) as queries:
            response = admin_client.post(url, data) if data else admin_client.get(url)
            assert response.status_code == 200
            response.getvalue()
        return len(queries)

    return count
