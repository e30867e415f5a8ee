"""``manage.py seed``: a list full of made-up leads, for trying out and for measuring."""

import time
from argparse import ArgumentParser
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice.seeding import seed
from waitlist.models import Waitlist


class Command(BaseCommand):
    help = "Fills a list with made-up leads of the last year. Nobody is mailed and the CRM is not told."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--entries", type=int, default=2000, help="how many")
        parser.add_argument("--list", default=settings.DEFAULT_WAITLIST, help="the list's slug")
        parser.add_argument("--seed-number", type=int, help="the same number makes the same people")
        parser.add_argument(
            "--even-in-production", action="store_true", help="mix made-up leads with real ones, outside DEBUG"
        )

    def handle(self, *args: Any, entries: int, list: str, seed_number: int | None, **options: Any) -> None:  # noqa: A002
        if not (settings.DEBUG or options["even_in_production"]):
            raise CommandError("Made-up leads are for trying out: only under DEBUG, or with --even-in-production.")
        waitlist = Waitlist.objects.by_slug(list)
        if waitlist is None or waitlist.consent_text() is None:
            raise CommandError(
                f"There is no list {list} with a consent text; manage.py bootstrap makes the default one."
            )
        start = time.monotonic()
        seed(waitlist, entries, Random(seed_number), progress=self._show)  # noqa: S311 - for demonstration
        seconds = time.monotonic() - start
        self.stdout.write(f"{entries:,} entries in {seconds:.1f} s: {entries / seconds:,.0f} a second")

    def _show(self, done: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"{done:,}", ending="\r")
            self.stdout.flush()
