"""``manage.py bootstrap``: what a new deployment needs beside its tables. Safe to repeat."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext

from waitlist.models import ConsentText, Waitlist


class Command(BaseCommand):
    help = "Creates the default list and its first consent text, where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            self._create_list()

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
