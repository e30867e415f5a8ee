"""The servers behind `make run` and behind this suite: they keep their data and never outlive their caller."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from dev.errors import ToolError
from dev.processes import Processes
from dev.servers import postgres, valkey
from dev.serving import serving
from tests.waiting import eventually

STARTER = """
import sys, time
from pathlib import Path
from dev.servers import postgres, valkey

processes = {}
with postgres(Path(sys.argv[1]), durable=False, processes=processes), valkey(Path(sys.argv[2]), processes=processes):
    print(*(process.pid for process in processes.values()), flush=True)
    time.sleep(60)
"""


def value(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row and row[0]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_postgres_speaks_utf8_and_utc_and_keeps_its_data(tmp_path: Path) -> None:
    with postgres(tmp_path) as url:
        assert value(url, "SHOW server_encoding") == "UTF8"
        assert value(url, "SHOW timezone") == "UTC"
        assert value(url, "SELECT upper('für öl')") == "FÜR ÖL"
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    with postgres(tmp_path) as url:
        assert value(url, "SELECT answer FROM kept") == 42


def test_postgres_asks_for_the_password_that_only_its_owner_can_read(tmp_path: Path) -> None:
    with postgres(tmp_path, durable=False) as url:
        password = (tmp_path / "password").read_text()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(password, "guessed"))

    assert (tmp_path / "password").stat().st_mode & 0o777 == 0o600


def test_postgres_starts_on_what_a_killed_one_left(tmp_path: Path) -> None:
    processes: Processes = {}
    with postgres(tmp_path, durable=False, processes=processes):
        processes["postgres"].kill()
        processes["postgres"].wait()

    assert (tmp_path / "cluster" / "postmaster.pid").exists()
    with postgres(tmp_path, durable=False) as url:
        assert value(url, "SELECT 1") == 1


def test_postgres_ends_the_one_that_a_killed_run_left_running(tmp_path: Path) -> None:
    left: Processes = {}
    with postgres(tmp_path, durable=False, processes=left), postgres(tmp_path, durable=False) as url:
        assert left["postgres"].poll() is not None
        assert value(url, "SELECT 1") == 1


def test_postgres_is_not_misled_by_a_pid_that_now_belongs_to_another_process(tmp_path: Path) -> None:
    with postgres(tmp_path, durable=False):
        pass
    pid_file = tmp_path / "cluster" / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"], user=tmp_path.stat().st_uid) as other:
        pid_file.write_text(f"{other.pid}\n")

        with postgres(tmp_path, durable=False) as url:
            assert value(url, "SELECT 1") == 1

        assert other.poll() is None
        other.kill()


def test_postgres_makes_a_half_made_cluster_anew(tmp_path: Path) -> None:
    (tmp_path / "cluster.unfinished" / "base").mkdir(parents=True)

    with postgres(tmp_path, durable=False) as url:
        assert value(url, "SELECT 1") == 1

    assert not (tmp_path / "cluster.unfinished").exists()


def test_valkey_keeps_its_data(tmp_path: Path) -> None:
    with valkey(tmp_path) as url, redis.Redis.from_url(url) as client:
        client.set("kept", "42")

    with valkey(tmp_path) as url, redis.Redis.from_url(url) as client:
        assert client.get("kept") == b"42"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_servers_end_when_their_caller_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTER, str(tmp_path / "postgres"), str(tmp_path / "valkey")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout
        pids = [int(pid) for pid in caller.stdout.readline().split()]
        assert [is_running(pid) for pid in pids] == [True, True]
        caller.kill()

    eventually(lambda: not any(is_running(pid) for pid in pids))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the user")
def test_servers_of_root_run_as_somebody_else(tmp_path: Path) -> None:
    processes: Processes = {}
    with (
        postgres(tmp_path / "postgres", durable=False, processes=processes),
        valkey(tmp_path / "valkey", processes=processes),
    ):
        owners = {Path(f"/proc/{process.pid}").stat().st_uid for process in processes.values()}

    assert 0 not in owners


def test_a_server_that_does_not_start_is_reported_with_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.serving._ATTEMPTS", 1)
    command = ["sh", "-c", "echo out of luck; exit 3"]

    with (
        pytest.raises(ToolError, match=r"(?s)luckless did not start.*out of luck"),
        serving(lambda _: command, lambda _: False, tmp_path / "luckless.log", signal.SIGTERM),
    ):
        pytest.fail("it did start")
