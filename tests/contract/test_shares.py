"""Where the cores went, with real threads whose shares are known: spinning, one lock, one CPU for two."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import msgspec
import pytest

from gilscope.figures.cores import Shares, shares
from gilscope.lab.lane import Lane
from gilscope.processes.guardian import Guardian
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe
from gilscope.values.records import Trial
from targets import FREE_THREADED, environment

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.runtimes import Arm

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports how long a thread was queued"),
    pytest.mark.skipif(not FREE_THREADED, reason="no free-threaded Python is here"),
]

TIME_LIMIT_S = 30.0
UNITS = 4
ROUNDS = 3
WORKERS = 2
MOST = 0.25
"""At least this share has a cause that takes half of what two workers have."""
LOOKS = 6
"""A busy machine makes who is woken wait for a CPU, which is no blocking: one look of several has to show it."""
FEW = 0.05
"""Below this share lies what no cause is there for."""

SPINNING = "def work():\n    for _ in range(1_000_000):\n        pass\n"
ONE_LOCK = "import threading\nLOCK = threading.Lock()\n\n" + SPINNING.replace("    for", "  with LOCK:\n    for")


def measured(source: str, folder: Path, cpus: tuple[int, ...] = ()) -> Shares:
    """The shares of two threads, against a serial lane of the same launch."""
    path = folder / "probe.py"
    path.write_text(source)
    probe = Probe(id="probe", path=str(path), question="?", kind="shared", shared=True)
    arm: Arm = FREE_THREADED[-1]
    specs = (LaneSpec(arm=arm, model="serial", workers=1), LaneSpec(arm=arm, model="threads", workers=WORKERS))
    with Guardian() as guardian:
        environ = environment(arm, folder)
        lanes = [Lane(spec, probe, environ, guardian, cpus) for spec in specs]
        try:
            for lane in lanes:
                lane.wait_ready(time.monotonic() + TIME_LIMIT_S)
            trials = [[_trial(lane, number) for number in range(ROUNDS)] for lane in lanes]
        finally:
            for lane in lanes:
                lane.kill()
    found = shares({0: trials[1]}, {0: trials[0]})
    assert found is not None
    return found


def _trial(lane: Lane, number: int) -> Trial:
    timing = msgspec.structs.asdict(lane.trial(UNITS, TIME_LIMIT_S))
    for name in ("digests", "shown", "children_peak_bytes", "refused"):
        del timing[name]
    return Trial(contest="probe", lane=lane.spec.name, launch=0, round=number, digest="", **timing)


def test_threads_that_share_nothing_are_not_blocked(tmp_path: Path) -> None:
    """They run, or wait for a CPU."""
    assert measured(SPINNING, tmp_path).blocked.value < FEW


def test_threads_that_share_a_lock_are_blocked_half_of_the_time(tmp_path: Path) -> None:
    """Only one of two can hold it: of the time that neither waits for a CPU, or for the other's last unit."""
    assert any(_blocked_while_at_work(measured(ONE_LOCK, tmp_path)) > MOST for _ in range(LOOKS))


def _blocked_while_at_work(found: Shares) -> float:
    return found.blocked.value / (1 - found.queued.value - found.start.value - found.end.value)


def test_threads_that_share_a_cpu_are_queued_half_of_the_time(tmp_path: Path) -> None:
    """That is the machine's doing, and not blocking."""
    found = measured(SPINNING, tmp_path, cpus=(min(os.sched_getaffinity(0)),))

    assert found.queued.value > MOST
    assert found.blocked.value < FEW


@pytest.mark.parametrize("source", [SPINNING, ONE_LOCK], ids=["spinning", "one lock"])
def test_shares_of_real_threads_add_up(source: str, tmp_path: Path) -> None:
    """Nothing of the time up to the last end is left out, or counted twice."""
    assert sum(share.value for share in measured(source, tmp_path).parts.values()) == pytest.approx(1)
