"""Child processes that never outlive their parent."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

# Processes by the name that messages use.
Processes = dict[str, subprocess.Popen[bytes]]

_PR_SET_PDEATHSIG = 1
# Loaded here: between fork and exec nothing may be imported.
_libc = ctypes.CDLL(None)


def end_with_parent(death_signal: signal.Signals) -> None:
    """Have the kernel send this process ``death_signal`` as soon as its parent is gone, even by kill -9.

    Linux only; elsewhere it does nothing.
    """
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))


def start(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    death_signal: signal.Signals = signal.SIGTERM,
    output: IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a session of its own, so that Ctrl-C in the terminal reaches only the parent.

    ``output`` takes both of its streams; without it they are the parent's. Call it from the main thread:
    to the kernel the "parent" is the thread that started the child.
    """
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
        preexec_fn=_bind_to(os.getpid(), death_signal),  # noqa: PLW1509 - makes two system calls, takes no lock
    )


def _bind_to(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    def bind() -> None:
        end_with_parent(death_signal)
        # The parent may have died before the kernel was told.
        if os.getppid() != parent:
            os._exit(1)

    return bind


def finish(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: IO[bytes]) -> int:
    """Run ``command`` to its end and return its exit code."""
    process = start(command, cwd=cwd, env=env, death_signal=signal.SIGKILL, output=output)
    try:
        return process.wait()
    finally:
        stop([process], grace=0)


def stop(processes: Collection[subprocess.Popen[bytes]], *signals: signal.Signals, grace: float) -> None:
    """End ``processes`` and what is left of their process groups.

    Sends them one of ``signals`` after the other and gives all of them together ``grace`` seconds each
    time, then SIGKILL.
    """
    for number in signals:
        deadline = time.monotonic() + grace
        for process in processes:
            process.send_signal(number)
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
    for process in processes:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
