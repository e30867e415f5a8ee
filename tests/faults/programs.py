"""Processes that may be killed and come back."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from dev.processes import start
from dev.services import ROOT

RESTART_SECONDS = 1.0


class Program:
    """One program, running or not; its output is appended to ``log``.

    While it is ``wanted``, the supervisor starts it anew when it dies, as systemd or a platform does.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        cwd: Path = ROOT,
        death_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.wanted = False
        self._command, self._env, self._log, self._cwd, self._death_signal = command, env, log, cwd, death_signal
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start it, and want it."""
        self.wanted = True
        with self._log.open("ab") as output:
            self._process = start(
                self._command, cwd=self._cwd, env=self._env, death_signal=self._death_signal, output=output
            )

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program itself; one that is not running does not mind."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it and its children at once, as kill -9 of a container does. Still wanted, it comes back."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    async def stop(self, *signals: signal.Signals, seconds: float) -> float:
        """End it for good with one of ``signals`` after the other, then SIGKILL; returns how long that took."""
        self.wanted = False
        began = time.monotonic()
        for number in signals:
            self.send(number)
            if await self.ended(seconds):
                break
        self.kill()
        return time.monotonic() - began

    async def ended(self, seconds: float) -> bool:
        """Whether it ends within ``seconds``."""
        return await happens(lambda: not self.is_alive, seconds)


async def happens(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether ``condition`` comes true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


async def supervise(programs: Collection[Program]) -> None:
    """Bring back what has died although it is wanted; runs until it is cancelled."""
    while True:
        await asyncio.sleep(RESTART_SECONDS)
        for program in programs:
            if program.wanted and not program.is_alive:
                program.start()
