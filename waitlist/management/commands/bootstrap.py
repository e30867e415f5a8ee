"""``manage.py bootstrap``: what a new deployment needs beside its tables. Safe to repeat."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext

from waitlist.models import ConsentText, Waitlist


class Command(BaseCommand):
    help = "Creates the default list and its first consent text, where they are missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo-founder", action="store_true", help="also create an account for trying out; only under DEBUG"
        )

    def handle(self, *args: Any, demo_founder: bool, **options: Any) -> None:
        if demo_founder and not settings.DEBUG:
            raise CommandError("A demo account is for trying out and exists only under DEBUG.")
        with transaction.atomic():
            self._create_list()
            if demo_founder:
                self._create_demo_founder()

    def _create_list(self) -> None:
        waitlist, created = Waitlist.objects.get_or_create(
            slug=settings.DEFAULT_WAITLIST,
            defaults={
                "name": settings.WAITLIST_NAME,
                "origins": settings.WAITLIST_ORIGINS,
                "founder_email": settings.FOUNDER_EMAIL,
            },
        )
        if waitlist.consent_text() is None:
            ConsentText.objects.create(waitlist=waitlist, version="1", text=self._consent(waitlist))
        if created:
            self.stdout.write(f"Created the list {waitlist.slug}.")

    def _consent(self, waitlist: Waitlist) -> str:
        return gettext(
            "Yes, %(name)s may store my details and write to me about the pilot and the product by e-mail. "
            "I can withdraw this at any time, for example by replying to a mail."
        ) % {"name": waitlist.name}

    def _create_demo_founder(self) -> None:
        users = get_user_model().objects
        if users.exists():
            return
        password = secrets.token_urlsafe(9)
        users.create_superuser(settings.FOUNDER_EMAIL, password)
        self.stdout.write(f"Created the account {settings.FOUNDER_EMAIL} with the password {password}")
