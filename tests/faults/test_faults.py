"""The short form of `make faults`: a few of its faults, under a lighter load, by the same rules."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.count import Row
from tests.faults.every import SHORT as FAULTS
from tests.faults.fault import Fault
from tests.faults.measure import SHORT as PLAN
from tests.faults.measure import measure
from tests.faults.world import running

pytestmark = [pytest.mark.slow, pytest.mark.alone]


async def measure_all(folder: Path) -> dict[Fault, Row]:
    async with running(folder) as world:
        return {fault: await measure(fault, PLAN, world) for fault in FAULTS}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[Fault, Row]:
    """All of them on one stack, whose logs stay in pytest's folder."""
    # In a thread of its own: in the main one the browser tests have left an event loop running.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, measure_all(tmp_path_factory.mktemp("faults"))).result()


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.key for fault in FAULTS])
def test_no_accepted_sign_up_is_lost_or_doubled(rows: dict[Fault, Row], fault: Fault) -> None:
    assert rows[fault].problems == []
