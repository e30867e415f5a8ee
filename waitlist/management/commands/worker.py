"""``manage.py worker``: does the jobs until SIGTERM or SIGINT, and outlives the database's absence."""

import asyncio
import logging
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from waitlist.database import wait_for_database

logger = logging.getLogger(__name__)

# Longer than any call that a job makes, shorter than the 20 or 30 s after which platforms kill.
GRACE = 15.0  # seconds
PAUSE = 1.0  # seconds before a worker that has failed starts anew


class Command(BaseCommand):
    help = "Runs a worker for the jobs: CRM, mails, the sweep."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4, help="jobs at the same time")

    def handle(self, *args: Any, concurrency: int, **options: Any) -> None:
        asyncio.run(work_until_signal(concurrency))


async def work_until_signal(concurrency: int) -> None:
    """Run workers, a new one after each that has failed."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        worker = asyncio.create_task(_work(concurrency))
        await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
        worker.cancel()  # lets running jobs finish
        [outcome] = await asyncio.gather(worker, return_exceptions=True)
        if not stop.is_set():
            error = outcome if isinstance(outcome, BaseException) else None
            logger.error("The worker has ended and starts anew", exc_info=error)
            await asyncio.wait({stopping}, timeout=PAUSE)


async def _work(concurrency: int) -> None:
    await asyncio.to_thread(wait_for_database)
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=5, timeout=10)
    with app.replace_connector(connector) as worker_app:
        await _run(worker_app, concurrency)


async def _run(worker_app: App, concurrency: int) -> None:
    async with worker_app.open_async():
        logger.info("The worker is ready")
        await worker_app.run_worker_async(
            concurrency=concurrency,
            install_signal_handlers=False,
            shutdown_graceful_timeout=GRACE,
            # Sign-ups and mails tell what was done; the queue keeps what is left to do, and what failed.
            delete_jobs="successful",
        )
