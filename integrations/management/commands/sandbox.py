"""`manage.py sandbox`: the services outside, played on this machine."""

import asyncio
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Serve MMS, Turnstile and a mail sink until SIGTERM or SIGINT."""

    help = "Plays MMS, Turnstile and a mail server on 127.0.0.1, for development and tests; refused outside DEBUG."
    # It needs neither the database nor valid settings.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ports and state."""
        parser.add_argument("--http-port", type=int, default=8001, help="0 takes a free one (default: 8001)")
        parser.add_argument("--smtp-port", type=int, default=8002, help="0 takes a free one (default: 8002)")
        parser.add_argument("--state", type=Path, metavar="DIR", help="keep parties and mails in this directory")

    def handle(self, *args: Any, http_port: int, smtp_port: int, state: Path | None, **options: Any) -> None:
        """Run the servers; CommandError outside DEBUG, without the packages, or where a port is taken."""
        if not settings.DEBUG:
            raise CommandError("The sandbox is refused outside DEBUG.")
        try:
            # Here, so that production, where the servers' packages are missing, gets the refusal above.
            from integrations.sandbox import Addresses, serve  # noqa: PLC0415
        except ImportError as missing:
            raise CommandError(f"The sandbox needs the development requirements: {missing}.") from missing

        def ready(addresses: Addresses) -> None:
            self.stdout.write(f"sandbox ready: {addresses.url}, smtp://127.0.0.1:{addresses.smtp_port}")
            self.stdout.flush()

        try:
            asyncio.run(serve(http_port, smtp_port, state, ready))
        except (OSError, OverflowError) as problem:
            raise CommandError(f"The sandbox cannot start: {problem}.") from problem
