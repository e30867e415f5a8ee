"""The sandbox as a process: the command, its end, and what survives it."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandParser
from django.core.management.base import CommandError
from django.test import override_settings

from integrations.management.commands.sandbox import Command
from integrations.sandbox import running
from tests.integrations.sandbox.conftest import Client, mail

ROOT = Path(__file__).resolve().parents[3]
# The command by itself: it needs no database and no other part of the project.
START = """
from pathlib import Path
from django.conf import settings
settings.configure(DEBUG=True)
from django.core.management.base import CommandError
from integrations.management.commands.sandbox import Command
try:
    Command().handle(http_port={port}, smtp_port=0, state=Path({state!r}))
except CommandError as error:
    print(error)
"""


@contextmanager
def process(state: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command in a process of its own, and its first line."""
    command = [sys.executable, "-c", START.format(port=port, state=str(state))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        assert child.stdout
        try:
            yield child, child.stdout.readline()
        finally:
            child.kill()


def client(line: str) -> Client:
    """Speaks to the sandbox that printed this line."""
    found = re.fullmatch(r"sandbox ready: (http://127\.0\.0\.1:\d+), smtp://127\.0\.0\.1:(\d+)\n", line)
    assert found, line
    return Client(found[1], int(found[2]))


def test_the_state_survives_a_kill_even_with_a_torn_last_line(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with process(state) as (child, line):
        before = client(line)
        anna = before.create("anna@example.com", marketing_consent=True)
        before.mms("PATCH", f"/parties/{anna['party_id']}", {"status": "prospect"})
        before.send(mail("Überlebt", html="<p>Ja</p>"))
        parties, inbox = before.parties(), before.inbox()
        child.kill()
        child.wait()
    for name in ("parties.jsonl", "mails.jsonl"):
        with (state / name).open("a") as file:
            file.write('{"torn": "li')
    with running(directory=state) as sandbox:
        after = Client(sandbox.url, sandbox.smtp_port)
        assert (after.parties(), after.inbox()) == (parties, inbox)
        assert after.create("anna@example.com")["created"] is False
        after.create("max@example.com")
        unsubscription = {"token": anna["unsubscribe_token"], "preference_type": "newsletter"}
        assert after.call("POST", "/v1/email-preferences/unsubscribe", json=unsubscription).status_code == 200
    with running(directory=state) as sandbox:
        later = Client(sandbox.url, sandbox.smtp_port).parties()
        assert [(party["email"], party["newsletter"]) for party in later] == [
            ("anna@example.com", False),
            ("max@example.com", False),
        ]


def test_reset_empties_the_directory_too(tmp_path: Path) -> None:
    with running(directory=tmp_path) as sandbox:
        Client(sandbox.url, sandbox.smtp_port).create()
        sandbox.reset()
    with running(directory=tmp_path) as sandbox:
        assert Client(sandbox.url, sandbox.smtp_port).parties() == []


def test_without_a_directory_nothing_is_remembered() -> None:
    with running() as sandbox:
        Client(sandbox.url, sandbox.smtp_port).create()
    with running() as sandbox:
        assert Client(sandbox.url, sandbox.smtp_port).parties() == []


def test_the_command_ends_cleanly_while_clients_are_connected_and_waiting(tmp_path: Path) -> None:
    with process(tmp_path) as (child, line):
        sandbox = client(line)
        sandbox.order("mms", delay_ms=60_000, times=1)
        with (
            socket.create_connection(("127.0.0.1", sandbox.smtp_port)),
            socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2]))) as waiting,
        ):
            waiting.sendall(b"GET /v1/parties/1 HTTP/1.1\r\nHost: sandbox\r\n\r\n")
            # The fault is taken as soon as the request is being handled.
            while sandbox.call("GET", "/faults").json():
                time.sleep(0.01)
            child.terminate()
            assert child.wait(timeout=5) == 0
        assert child.stdout
        assert child.stdout.read() == ""


def test_a_taken_port_is_an_error_in_one_line(tmp_path: Path) -> None:
    with running() as sandbox, process(tmp_path, sandbox.http_port) as (child, line):
        assert line.startswith("The sandbox cannot start: ")
        assert child.wait(timeout=5) == 0


def test_a_taken_port_reaches_the_caller_of_running() -> None:
    with (
        running() as sandbox,
        pytest.raises(OSError, match="address already in use"),
        running(http_port=sandbox.http_port),
    ):
        pass


def test_outside_debug_the_command_refuses() -> None:
    with override_settings(DEBUG=False), pytest.raises(CommandError, match="refused outside DEBUG"):
        Command().handle(http_port=0, smtp_port=0, state=None)


def test_without_the_development_requirements_the_command_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "integrations.sandbox", None)
    with override_settings(DEBUG=True), pytest.raises(CommandError, match="needs the development requirements"):
        Command(stdout=StringIO()).handle(http_port=0, smtp_port=0, state=None)


def test_the_default_ports_are_8001_and_8002_and_nothing_is_kept() -> None:
    parser = CommandParser()
    Command().add_arguments(parser)
    options = parser.parse_args([])
    assert (options.http_port, options.smtp_port, options.state) == (8001, 8002, None)
