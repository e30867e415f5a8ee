"""``manage.py create_roles``: the roles as this release knows them. Part of every release, after ``migrate``."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.roles import create_roles


class Command(BaseCommand):
    help = "Creates the roles (Founder, Editor, Viewer), or gives the existing ones just what they may do."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            create_roles()
