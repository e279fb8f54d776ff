"""What a controller holds after many contests is what it held before them."""

from __future__ import annotations

import os
import tempfile
import time
import uuid
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil
import pytest

from gilscope.lab.contest import Lab
from gilscope.lab.environment import common_environment
from gilscope.lab.lane import Lane
from gilscope.processes.guardian import Guardian
from gilscope.values.contests import Contest
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe
from gilscope.values.records import ContestEnd, Finding, Trial
from gilscope.values.rules import Rules
from targets import AS_BUILT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.values.progress import Progress
    from gilscope.values.records import Record
    from gilscope.values.runtimes import Arm
    from gilscope.values.watching import Watched

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not Path("/proc/self/environ").exists(), reason="processes are told apart by their environment, as Linux shows"
    ),
]

CONTESTS = 30
MARK = "GILSCOPE_TEST_MARK"
SECONDS_TO_BE_GONE = 60
ONCE = Rules(min_launches=1, max_launches=1, rounds=1, trial_ms=1, precision=0.01, budget_s=60, timeout_s=60, pin=False)
WITH_OWN_GIL = {arm.runtime.facts.build: arm for arm in AS_BUILT if arm.runtime.facts.own_gil}
"""The newest arm of each build that has interpreters with a GIL each."""


class Held(NamedTuple):
    """What there is of each kind; all but threads and descriptors by name, so that a failure tells what was left."""

    descriptors: int
    threads: int
    processes: frozenset[str]
    files: frozenset[str]


class Silent:
    """An observer of no interest."""

    def waits(self, holder: int | None) -> None: ...

    def contest_begins(self, contest: Contest, rules: Rules) -> None: ...
    def progress(self, progress: Progress) -> None: ...
    def watched(self, record: Watched) -> None: ...
    def contest_ends(self, end: ContestEnd) -> None: ...


def held(mark: str, folder: Path) -> Held:
    """What this process holds, and what lives of all that was started with the mark in its environment."""
    this = psutil.Process()
    processes = frozenset(told(child) for child in this.children(recursive=True)).union(marked(mark))
    return Held(this.num_fds(), this.num_threads(), processes, frozenset(path.name for path in folder.iterdir()))


def grown(before: Held, after: Held) -> dict[str, tuple[object, object]]:
    """What there is more of, before and after; there may be less, where a thread of an earlier test has ended."""
    kinds: Iterator[tuple[str, Any, Any]] = zip(Held._fields, before, after, strict=True)
    return {name: (then, now) for name, then, now in kinds if not now <= then}


def marked(mark: str) -> list[str]:
    """All processes that carry the mark, also those whose parents have ended."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                found.append(told(process))
        except psutil.Error:  # not ours, or it has ended in the meantime
            continue
    return found


def told(process: psutil.Process) -> str:
    """A process in words that are the same for as long as it lives."""
    return f"{process.pid} {process.name()}"


def two_interpreters(arm: Arm, folder: Path) -> Contest:
    """A contest of two lanes with an interpreter each."""
    path = folder / "probe.py"
    path.write_text("def work():\n    return 7\n", encoding="utf-8")
    probe = Probe(id="small", path=str(path), question="?", kind="cpu")
    lanes = tuple(LaneSpec(arm=arm, model="interpreters", workers=1, control=control) for control in (False, True))
    return Contest(id="small", probe=probe, lanes=lanes, reference=lanes[0].name)


@pytest.mark.parametrize(
    "arm",
    [pytest.param(arm, id=arm.name) for arm in WITH_OWN_GIL.values()]
    or [pytest.param(None, marks=pytest.mark.skip("no Python here has interpreters with a GIL each"))],
)
def test_contests_of_interpreters_leave_nothing_behind(
    arm: Arm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process, thread, descriptor or temporary file, of the controller's or of its lanes'."""
    mark, temporary = uuid.uuid4().hex, tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    environ = common_environment(os.environ, tmp_path / "bytecode") | {MARK: mark, "TMPDIR": str(temporary)}
    records: list[Record] = []
    contest = two_interpreters(arm, tmp_path)

    with Guardian() as guardian:
        lab = Lab(
            environ=environ,
            open_lane=partial(Lane, guardian=guardian),
            record=records.append,
            observer=Silent(),
            random=Random(1),  # noqa: S311 - an order to repeat, not a secret
        )
        lab.run(contest, ONCE)  # the first one loads libraries that start threads of their own
        before = held(mark, temporary)
        for _ in range(CONTESTS):
            lab.run(contest, ONCE)
        deadline_s = time.monotonic() + SECONDS_TO_BE_GONE
        while (more := grown(before, held(mark, temporary))) and time.monotonic() < deadline_s:
            time.sleep(0.1)

    assert [record for record in records if isinstance(record, Finding)] == []
    assert len([record for record in records if isinstance(record, Trial)]) == 2 * (CONTESTS + 1)
    assert more == {}
