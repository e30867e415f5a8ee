"""``manage.py worker``, as the platform runs it: it outlives a lost database and leaves in good order."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from integrations.sandbox import RunningSandbox
from tests.factories import make_signup
from tests.outside import fault, heal
from tests.services import ROOT
from tests.waiting import eventually
from waitlist.jobs import Job, enqueue
from waitlist.models import Signup, Waitlist

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@contextmanager
def worker(sandbox: RunningSandbox) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process on the test's database and the sandbox."""
    base, name = os.environ["DATABASE_URL"].rpartition("/")[0], connection.settings_dict["NAME"]
    env = os.environ | {
        "DATABASE_URL": f"{base}/{name}",
        "MMS_BASE_URL": f"{sandbox.url}/v1",
        "EMAIL_URL": f"smtp://127.0.0.1:{sandbox.smtp_port}",
    }
    process = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=env)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def sign_up() -> Signup:
    signup = make_signup()
    enqueue(Job.PROCESS_SIGNUP, signup.pk)
    return signup


def is_processed(signup: Signup) -> bool:
    signup.refresh_from_db()
    return signup.status == "processed"


def test_it_goes_on_after_every_connection_was_cut(waitlist: Waitlist, sandbox: RunningSandbox) -> None:
    before = timezone.now()
    with worker(sandbox) as process:
        first = sign_up()
        eventually(lambda: is_processed(first))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_start > %s",
                [before],
            )

        second = sign_up()

        eventually(lambda: is_processed(second))
        assert process.poll() is None


def test_sigterm_lets_the_running_job_finish(waitlist: Waitlist, sandbox: RunningSandbox) -> None:
    fault(sandbox, "mms", delay_ms=2_000)
    with worker(sandbox) as process:
        signup = sign_up()
        eventually(lambda: ProcrastinateJob.objects.filter(status="doing", task_name="process_signup").exists())

        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=20) == 0
        assert is_processed(signup)
        assert not ProcrastinateJob.objects.filter(status="doing").exists()
    heal(sandbox)
