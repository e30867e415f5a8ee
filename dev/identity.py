"""The user that the servers run as: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from dev.errors import ToolError

# Root's own right to pass closed folders, kept across the change of user. PostgreSQL asks access(2),
# which takes that right into account only with the second setting.
_PASS_CLOSED_FOLDERS = (
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--securebits=+no_setuid_fixup",
)
_ADVICE = "Run this as an ordinary user, or set DATABASE_URL and REDIS_URL to servers of your own."


def own(folder: Path) -> None:
    """Create ``folder`` for the user that the servers run as: oneself, or for root nobody.

    One that exists keeps its owner, as whom root then runs the servers. Raises ToolError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = folder.stat().st_uid
    if os.geteuid() != 0:
        if owner != os.geteuid():
            raise ToolError(f"{folder} belongs to another user. Run as that user again, or delete the folder.")
    elif owner == 0:
        nobody = pwd.getpwnam("nobody")
        try:
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        except OSError as error:
            raise ToolError(f"The servers do not run as root, and root is confined here: {error}. {_ADVICE}") from error


def write_private(path: Path, text: str) -> None:
    """Write a file that only the owner of its folder can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        owner = path.parent.stat()
        os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.write(text)


def command_prefix(folder: Path, program: Path, death_signal: signal.Signals) -> list[str]:
    """What to put in front of ``program`` so that it runs as the owner of ``folder``: nothing, unless root asks.

    The prefix sets ``death_signal`` itself, because a change of user makes the kernel forget it.
    Raises ToolError if that user cannot run ``program`` or write to ``folder``.
    """
    if os.geteuid() != 0:
        return []
    owner = folder.stat()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ToolError(f"The servers do not run as root, and setpriv (util-linux) is missing. {_ADVICE}")
    prefix = [
        setpriv,
        f"--reuid={owner.st_uid}",
        f"--regid={owner.st_gid}",
        "--clear-groups",
        f"--pdeathsig={death_signal.name.removeprefix('SIG')}",
    ]
    for candidate in (prefix, [*prefix, *_PASS_CLOSED_FOLDERS]):
        probe = [*candidate, "test", "-x", str(program), "-a", "-w", str(folder)]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return candidate
    raise ToolError(f"The servers do not run as root, and uid {owner.st_uid} cannot reach {program}. {_ADVICE}")
