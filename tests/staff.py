"""Staff in each role, logged in."""

from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client

from accounts import second_factor
from accounts.models import User
from accounts.roles import Role, create_roles
from waitlist.models import Waitlist


def make_staff(role: Role | None, *lists: Waitlist, email: str = "", **fields: Any) -> User:
    """An account with ``role``, limited to ``lists``; without any it sees all."""
    if not Group.objects.exists():
        create_roles()
    name = email or f"{role.value.lower() if role else 'nobody'}{User.objects.count()}@kurzum.example"
    account = User.objects.create_user(name, **{"sees_all_lists": not lists} | fields)
    account.waitlists.set(lists)
    if role:
        account.groups.set([Group.objects.get(name=role.value)])
    return account


def client_of(account: User) -> Client:
    """A browser in which ``account`` is logged in, with a second factor."""
    client = Client()
    client.force_login(account)
    session = client.session
    second_factor.prove(SimpleNamespace(session=session))  # type: ignore[arg-type]
    session.save()
    return client
