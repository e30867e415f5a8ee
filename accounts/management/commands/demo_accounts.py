"""``manage.py demo_accounts``: a founder and a viewer to try the back office with. Safe to repeat."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from accounts.roles import Role, create_roles

PEOPLE = {Role.FOUNDER: "Mario Muster", Role.VIEWER: "Vera Viewer"}


class Command(BaseCommand):
    help = "Creates the roles and, where there is no account yet, a founder's and a viewer's; only under DEBUG."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demo accounts are for trying out and exist only under DEBUG.")
        with transaction.atomic():
            create_roles()
            if User.objects.exists():
                return
            for role, name in PEOPLE.items():
                self._create(role, name)

    def _create(self, role: Role, name: str) -> None:
        local, _at, domain = settings.FOUNDER_EMAIL.rpartition("@")
        email = f"{local if role is Role.FOUNDER else role.value.lower()}@{domain}"
        password = secrets.token_urlsafe(12)
        account = User.objects.create_user(email, password, name=name, sees_all_lists=True)
        account.groups.set([Group.objects.get(name=role.value)])
        self.stdout.write(f"Created the account {email} ({role.value}) with the password {password}")
