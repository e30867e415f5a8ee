"""``manage.py deactivate_staff``: for somebody who has left."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts import sessions
from accounts.management.accounts import account_with
from trail.models import Action
from trail.recording import record


class Command(BaseCommand):
    help = "Closes an account and ends its sessions. What it has done stays in the trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        account = account_with(email)
        with transaction.atomic():
            account.is_active = False
            account.save(update_fields=["is_active"])
            sessions.end_all(account)
            record(None, Action.ACCOUNT, target=account, email=account.email, change="deactivated")
        self.stdout.write(f"{account.email} can no longer log in.")
