"""``manage.py reset_second_factor``: for somebody whose phone or key is lost."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts import mails, sessions
from accounts.management.accounts import account_with
from trail.models import Action
from trail.recording import record


class Command(BaseCommand):
    help = "Removes an account's second factors and recovery codes, and ends its sessions. It sets up new ones then."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        account = account_with(email)
        with transaction.atomic():
            Authenticator.objects.filter(user=account).delete()
            sessions.end_all(account)
            mails.notify(record(None, Action.SECOND_FACTOR, target=account, email=account.email, change="reset"))
        self.stdout.write(f"{account.email} sets up a new second factor at the next login.")
