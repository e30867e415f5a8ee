"""`make run` as a user meets it: real processes, ended in every way."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dev.addresses import Addresses
from dev.services import ROOT
from tests.dev.test_servers import is_running
from tests.ports import free_addresses
from tests.waiting import eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


@pytest.fixture(scope="module")
def addresses() -> Addresses:
    return free_addresses(9700)


def start(addresses: Addresses, data: Path) -> subprocess.Popen[str]:
    given = {name: text for name, text in os.environ.items() if name in {"PATH", "HOME"}}
    return subprocess.Popen(
        [sys.executable, "-m", "dev.run", "--data", str(data)],
        cwd=ROOT,
        env=given | {"PORT": str(addresses.port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until_ready(run: subprocess.Popen[str], addresses: Addresses) -> str:
    assert run.stdout
    text = ""
    for line in run.stdout:
        text += line
        if line == f"ready: {addresses.web}\n":
            return text
    pytest.fail(text)


def descendants(pid: int) -> set[int]:
    children = {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    return children.union(*(descendants(child) for child in children))


@contextmanager
def running(addresses: Addresses, data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A ready run and what it printed; nothing of it may be left when the block has ended it."""
    run = start(addresses, data)
    try:
        text = read_until_ready(run, addresses)
        family = descendants(run.pid)
        assert len(family) > 5
        yield run, text
        run.communicate(timeout=20)
        eventually(lambda: not any(is_running(pid) for pid in family))
    finally:
        run.kill()
        run.communicate()


def test_it_serves_ends_and_starts_again_on_its_data(addresses: Addresses, tmp_path: Path) -> None:
    with running(addresses, tmp_path) as (run, text):
        assert "with the password" in text
        assert urllib.request.urlopen(f"{addresses.web}/health").status == 200
        with start(addresses, tmp_path) as second:
            assert "another one is running" in second.communicate(timeout=20)[0]
            assert second.returncode == 1
        run.terminate()
    assert run.returncode == 0

    with running(addresses, tmp_path) as (run, text):
        assert "with the password" not in text
        run.kill()

    with running(addresses, tmp_path) as (run, text):
        run.send_signal(signal.SIGINT)
    assert run.returncode == 0


def manage(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = "import sys; from pathlib import Path; from dev.manage import run; run(Path(sys.argv[1]), sys.argv[2:])"
    given = {name: text for name, text in os.environ.items() if name in {"PATH", "HOME"}}
    command = [sys.executable, "-c", program, str(data), *arguments]
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)


def test_commands_reach_what_is_running_and_only_that(addresses: Addresses, tmp_path: Path) -> None:
    with running(addresses, tmp_path) as (run, _):
        assert "30 entries" in manage(tmp_path, "seed", "--entries", "30").stdout
        run.terminate()
    assert "Start `make run` first" in manage(tmp_path, "seed").stderr


def test_it_ends_with_a_message_when_a_part_of_it_dies(addresses: Addresses, tmp_path: Path) -> None:
    with running(addresses, tmp_path) as (run, _):
        worker = next(pid for pid in descendants(run.pid) if b"worker" in command_line(pid).split(b"\0"))
        os.kill(worker, signal.SIGKILL)
        assert run.stdout
        assert "worker ended unexpectedly" in run.stdout.read()
    assert run.returncode == 1


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
