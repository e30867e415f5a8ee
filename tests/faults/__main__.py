"""`make faults`: break one thing after the other under load, and print what became of every sign-up."""

import argparse
import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from dev.errors import ToolError
from dev.services import ROOT
from tests.faults import every, table
from tests.faults.fault import Fault
from tests.faults.measure import SHORT, Plan, measure
from tests.faults.world import running


def main() -> int:
    """Return 0 where every row is as promised, otherwise 1."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="PART", help="faults with this in their key")
    parser.add_argument("--short", action="store_true", help="the few faults and the lighter load of `make test`")
    parser.add_argument("--list", action="store_true", help="only list the faults' keys")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    options = parser.parse_args()
    faults = every.SHORT if options.short and not options.only else every.chosen(options.only)
    if options.list or not faults:
        print("\n".join(fault.key for fault in faults) or "make faults: no fault has such a key")
        return int(not faults)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    folder = ROOT / ".data" / f"faults-{os.getpid()}"
    folder.mkdir(parents=True)
    try:
        return asyncio.run(_report(faults, SHORT if options.short else Plan(), folder))
    except ToolError as failure:
        print(f"make faults: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


async def _report(faults: Sequence[Fault], plan: Plan, folder: Path) -> int:
    remarks: list[str] = []
    failed = 0
    async with running(folder) as world:
        print(table.head(), flush=True)
        for fault in faults:
            row = await measure(fault, plan, world)
            print(table.line(row), flush=True)
            remarks += [f"- {row.title}: {note}" for note in row.notes]
            remarks += [f"- **{row.title}: {problem}**" for problem in row.problems]
            failed |= bool(row.problems)
    print("", table.foot(plan), "", *remarks, sep="\n")
    return failed


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    """Let SIGTERM tidy up as Ctrl-C does."""
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
