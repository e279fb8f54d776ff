"""Lanes and their guardian with real processes: whatever a target does is told, and nothing is left behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

import pytest

from gilscope.lab import host, weighing
from gilscope.lab import lane as lane_room
from gilscope.lab.lane import Lane, LaneFailedError
from gilscope.processes.families import kill_group
from gilscope.processes.guardian import Guardian
from gilscope.processes.lines import CHUNK_BYTES, LONGEST_BYTES
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe
from leftovers import gone, members
from patience import looked
from targets import FREE_THREADED, NEWEST_DEFAULT, environment, models_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gilscope.values.records import Fault
    from gilscope.values.runtimes import Arm

ARM = NEWEST_DEFAULT
MODELS = models_of(ARM)
"""What this Python can run: a model that it lacks has no case here (`tests/agent` holds that it is refused)."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fakes are shell scripts, and signals are POSIX's")

TIME_LIMIT_S = 30.0

PROCESSES = ("processes", "processes-fork", "processes-forkserver", "process-pool")
"""Models whose worker is a process of its own; joblib calls the function itself where there is one worker."""
INTERPRETERS = [model for model in MODELS if model.startswith("interpreter")]


def by(limit_s: float) -> float:
    """The time of the monotonic clock so many seconds from now."""
    return time.monotonic() + limit_s


class Lanes:
    """Opens lanes on probes given as text; a context manager that leaves none behind."""

    def __init__(self, arm: Arm, folder: Path, bytecode: Path) -> None:
        self.arm = arm
        self.folder = folder
        self.bytecode = bytecode
        self.guardian = Guardian()
        self.opened: list[Lane] = []

    def __enter__(self) -> Lanes:  # noqa: PYI034 - it is no base class
        """Start the guardian."""
        self.guardian.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Kill what is left."""
        for lane in self.opened:
            lane.kill()
        self.guardian.__exit__(None, None, None)

    def open(
        self,
        source: str,
        model: str = "serial",
        executable: str | None = None,
        cpus: tuple[int, ...] = (),
        workers: int = 1,
    ) -> Lane:
        """Start a lane, by another executable or kept to CPUs where any are given."""
        path = self.folder / "probe.py"
        path.write_text(source)
        probe = Probe(id="probe", path=str(path), question="?", kind="cpu")
        runtime = self.arm.runtime
        if executable is not None:
            runtime = type(runtime)(name="fake", executable=executable, origin="PATH", facts=runtime.facts)
        arm = type(self.arm)(name=self.arm.name, runtime=runtime)
        environ = environment(arm, self.bytecode)
        lane = Lane(LaneSpec(arm=arm, model=model, workers=workers), probe, environ, self.guardian, cpus)
        self.opened.append(lane)
        return lane

    def fail(self, source: str, model: str = "serial", *, limit_s: float = TIME_LIMIT_S) -> Fault:
        """Open a lane, run a trial of one unit, and return how that failed.

        Interpreters before 3.14 run the unit once while they get ready, so that it may fail there already. Elsewhere a
        short limit is the trial's alone: how long a start takes is no matter of the unit.
        """
        lane = self.open(source, model)
        with pytest.raises(LaneFailedError) as caught:  # noqa: PT012 - either may be where it fails
            lane.wait_ready(by(min(TIME_LIMIT_S, 10 * limit_s) if self.phase(model) == "start" else TIME_LIMIT_S))
            lane.trial(1, limit_s)
        return caught.value.fault

    def phase(self, model: str) -> str:
        """Where a unit that ends its process does so first."""
        runs_early = model.startswith("interpreters") and self.arm.runtime.facts.version < (3, 14, 0)
        return "start" if runs_early else "work"

    def fail_to_open(self, script: str, *, limit_s: float = TIME_LIMIT_S) -> Fault:
        """Open a lane with a shell script for an interpreter, and return how that failed."""
        lane = self.open("def work(): ...\n", executable=self.fake(script))
        with pytest.raises(LaneFailedError) as caught:
            lane.wait_ready(by(limit_s))
        return caught.value.fault

    def fake(self, script: str) -> str:
        """Write a shell script that poses as an interpreter; ``$PYTHON`` in it is a real one."""
        path = self.folder / "python"
        path.write_text(f"#!/bin/sh\nPYTHON='{self.arm.runtime.executable}'\n{script}\n")
        path.chmod(0o755)
        return str(path)


@pytest.fixture(scope="module")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all tests keep what was compiled, as a controller does."""
    return tmp_path_factory.mktemp("bytecode")


@pytest.fixture
def lanes(tmp_path: Path, bytecode: Path) -> Iterator[Lanes]:
    """Lanes that live no longer than a test."""
    with Lanes(ARM, tmp_path, bytecode) as made:
        yield made


def group_of(lanes: Lanes) -> int:
    """The process group of the lane opened last."""
    return lanes.opened[-1]._child.pid


# what a lane weighs


STATE = "def setup():\n    return [object() for _ in range(200_000)]\ndef work(state):\n    return len(state)\n"
KINDS = ("serial", "threads", "interpreters", "processes", "processes-fork")
"""Models of each kind of worker; all others start theirs in one of these ways."""
CLOSE = 0.03
"""Lanes weigh the same where they differ by no more than this."""


@pytest.mark.parametrize(
    ("arm", "model"),
    [(arm, model) for arm in (ARM, *FREE_THREADED[-1:]) for model in KINDS if model in models_of(arm)],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
@pytest.mark.skipif(not weighing._counts_pages(), reason="this system does not report pages")
def test_a_lane_weighs_the_same_alone_and_beside_ten_others(lanes: Lanes, arm: Arm, model: str) -> None:
    """They map the same interpreter; each weighs what it does without them, but for what allocators do by chance."""
    lanes.arm = arm

    def opened(model: str) -> Lane:
        lane = lanes.open(STATE, model)
        lane.wait_ready(by(TIME_LIMIT_S))
        lane.trial(1, TIME_LIMIT_S)
        return lane

    def held(lane: Lane) -> tuple[int, int]:
        weight = lane.memory()
        assert weight is not None
        assert weight.resident_bytes is not None
        assert weight.peak_bytes is not None
        return weight.resident_bytes, weight.peak_bytes

    def held_alone() -> tuple[int, int]:
        lane = opened(model)
        weight = held(lane)
        lane.kill()
        return weight

    held_alone()  # the first of all compiles the agent, and holds what that took
    alone = [held_alone() for _ in range(3)]
    others = [opened(model) for _ in range(11)]
    beside = [held(other) for other in others]

    for of_alone, of_beside in zip(zip(*alone, strict=True), zip(*beside, strict=True), strict=True):
        assert median(of_beside) == pytest.approx(median(of_alone), rel=CLOSE)


# what work does


USES = """
import os
def work():
    return sorted(os.sched_getaffinity(0))
def check(result):
    assert result == {cpus}, result
"""


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.skipif(not host.pinnable_cpus(), reason="this system pins no process")
def test_a_pinned_lane_and_all_that_it_starts_stay_on_one_cpu(lanes: Lanes, model: str) -> None:
    """The last of the CPUs, so that a lane which is not pinned would be on another too."""
    cpu = host.pinnable_cpus()[-1]
    lane = lanes.open(USES.format(cpus=[cpu]), model, cpus=(cpu,))
    lane.wait_ready(by(TIME_LIMIT_S))
    lane.trial(1, TIME_LIMIT_S)
    lane.close()


@pytest.mark.parametrize("model", [model for model in MODELS if model != "serial"])
@pytest.mark.skipif(len(host.pinnable_cpus()) < 2, reason="there is one CPU, or this system pins no thread")
def test_lanes_of_several_workers_get_all_cpus_of_a_controller_that_stays_on_one(lanes: Lanes, model: str) -> None:
    """A process inherits the CPU of the thread that starts it."""
    cpus = host.pinnable_cpus()
    host.pin(host.THIS_THREAD, cpus[-1:])
    try:
        lane = lanes.open(USES.format(cpus=list(cpus)), model, cpus=cpus, workers=2)
    finally:
        host.pin(host.THIS_THREAD, cpus)
    lane.wait_ready(by(TIME_LIMIT_S))
    lane.trial(1, TIME_LIMIT_S)
    lane.close()


@pytest.mark.parametrize("model", MODELS)
def test_a_good_lane_is_closed_without_a_word(lanes: Lanes, model: str) -> None:
    """Trials of as many loops as asked, then an orderly end with an empty process group."""
    lane = lanes.open("def work():\n    return 7\n", model)
    lane.wait_ready(by(TIME_LIMIT_S))

    measured = [lane.trial(loops, TIME_LIMIT_S) for loops in (1, 5)]
    lane.close()

    assert [trial.loops for trial in measured] == [1, 5]
    assert members(group_of(lanes)) == []


@pytest.mark.parametrize("model", MODELS)
def test_work_that_raises(lanes: Lanes, model: str) -> None:
    """Its traceback is on record."""
    error = lanes.fail("def deep():\n    raise ValueError('no')\ndef work():\n    deep()\n", model)

    assert (error.phase, error.kind, error.reason) == ("work", "raised", "ValueError: no")
    assert "in deep" in error.detail


@pytest.mark.parametrize("model", MODELS)
def test_work_that_segfaults(lanes: Lanes, model: str) -> None:
    """The signal is named: as the lane's own end, or as that of a worker process."""
    error = lanes.fail("import ctypes\ndef work():\n    ctypes.string_at(0)\n", model)

    assert error.phase == lanes.phase(model)
    if model in PROCESSES:
        assert (error.kind, error.reason) == ("worker died", "a worker process died (exit codes: -11)")
    else:
        assert (error.kind, error.reason) == ("died", "died of SIGSEGV")
        assert "Segmentation fault" in error.detail


@pytest.mark.parametrize("model", MODELS)
def test_work_that_leaves(lanes: Lanes, model: str) -> None:
    """An exit status of a process that should have gone on is a failure, whatever the status is."""
    error = lanes.fail("import os\ndef work():\n    os._exit(3)\n", model)

    assert error.phase == lanes.phase(model)
    if model in PROCESSES:
        assert (error.kind, error.reason) == ("worker died", "a worker process died (exit codes: 3)")
    else:
        assert (error.kind, error.reason) == ("died", "ended with exit status 3")


@pytest.mark.parametrize("model", [model for model in MODELS if model not in INTERPRETERS])
def test_work_that_hangs(lanes: Lanes, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stacks name the function that hangs, in whatever thread or process; the kill takes them all."""
    source = "import time\ndef sits_here():\n    time.sleep(600)\ndef work():\n    sits_here()\n"

    def hung(limit_s: float) -> Fault:
        monkeypatch.setattr(lane_room, "SECONDS_FOR_STACKS", limit_s)
        return lanes.fail(source, model, limit_s=limit_s)

    error = looked(hung, lambda error: "sits_here" in error.detail)
    lanes.opened[-1].kill()

    assert (error.phase, error.kind) == ("work", "hung")
    assert "sits_here" in error.detail
    assert members(group_of(lanes)) == []


@pytest.mark.parametrize("model", ["serial", "processes"])
def test_what_hanging_work_has_started_ends_with_it(lanes: Lanes, model: str) -> None:
    """Also in a session of its own, and though its parent dies of the signal that asks for stacks."""
    noted = lanes.folder / "noted"
    nested = (
        "import subprocess, time; sleeper = subprocess.Popen(['sleep', '600'], start_new_session=True); "
        f"open({str(noted)!r}, 'a').write(f'{{sleeper.pid}} '); time.sleep(600)"
    )
    source = f"import subprocess, sys\ndef work():\n    subprocess.run([sys.executable, '-c', {nested!r}])\n"

    error = looked(lambda limit_s: lanes.fail(source, model, limit_s=limit_s), lambda _: noted.exists())
    lanes.opened[-1].kill()

    assert error.kind == "hung"
    assert all(map(gone, map(int, noted.read_text().split())))


@pytest.mark.parametrize("model", INTERPRETERS)
def test_work_that_hangs_in_an_interpreter(lanes: Lanes, model: str) -> None:
    """It is given up and killed just the same; CPython tells the stacks of the main interpreter alone."""
    phase = lanes.phase(model)

    def hung(limit_s: float) -> Fault:
        return lanes.fail("def work():\n    while True: ...\n", model, limit_s=limit_s)

    error = looked(hung, lambda error: phase == "work" or "in work" in error.detail)
    lanes.opened[-1].kill()

    assert (error.kind, error.phase) == ("hung", phase)
    assert phase == "work" or "in work" in error.detail
    assert members(group_of(lanes)) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time\ndef sits_here():\n    time.sleep(600)\n{}",
        "import time\ndef sits_here():\n    while True: ...\n{}",
    ],
    ids=["sleeping", "busy"],
)
@pytest.mark.parametrize(
    "rest", ["sits_here()\ndef work(): ...\n", "setup = sits_here\ndef work(state): ...\n"], ids=["import", "setup"]
)
def test_a_probe_that_never_gets_ready(lanes: Lanes, source: str, rest: str) -> None:
    """Import and setup have a time limit too, and their stacks are told."""

    def unready(limit_s: float) -> Fault:
        lane = lanes.open(source.format(rest))
        with pytest.raises(LaneFailedError) as caught:
            lane.wait_ready(by(limit_s))
        return caught.value.fault

    error = looked(unready, lambda error: "sits_here" in error.detail)

    assert (error.phase, error.kind) == ("start", "hung")
    assert "sits_here" in error.detail


@pytest.mark.parametrize("model", [model for model in MODELS if model not in INTERPRETERS])
def test_work_that_forks(lanes: Lanes, model: str) -> None:
    """The copy tells of itself; nothing of it is left."""
    error = lanes.fail("import os\ndef work():\n    if os.fork():\n        os.wait()\n", model)
    lanes.opened[-1].kill()

    assert (error.kind, error.reason.startswith("the probe called fork")) == ("forked", True)
    assert members(group_of(lanes)) == []


def test_a_lane_that_dies_beside_a_child_has_died(lanes: Lanes) -> None:
    """The child keeps the answers' pipe open, so that no end of file tells; the child ends with the lane."""
    source = "import os, time\ndef work():\n    if not os.fork():\n        time.sleep(600)\n    os._exit(3)\n"

    error = looked(lambda limit_s: lanes.fail(source, limit_s=limit_s), lambda error: error.kind == "died")
    lanes.opened[-1].kill()

    assert (error.kind, error.reason) == ("died", "ended with exit status 3")
    assert members(group_of(lanes)) == []


def test_a_lane_that_dies_on_its_way_out(lanes: Lanes) -> None:
    """All was measured, so that is a state of its own."""
    lane = lanes.open("import os\nos._exit = lambda status: os.abort()\ndef work(): ...\n")
    lane.wait_ready(by(TIME_LIMIT_S))
    lane.trial(1, TIME_LIMIT_S)

    with pytest.raises(LaneFailedError, match="all was done, then it died of SIGABRT") as caught:
        lane.close()

    assert (caught.value.fault.phase, caught.value.fault.kind) == ("end", "died at shutdown")


def test_a_lane_that_does_not_end(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for one that hangs after its last answer; it is killed."""

    def unended(limit_s: float) -> Fault:
        lane = lanes.open("import os, time\nos._exit = lambda status: time.sleep(600)\ndef work(): ...\n")
        lane.wait_ready(by(TIME_LIMIT_S))
        monkeypatch.setattr(lane_room, "SECONDS_TO_LEAVE", limit_s)
        with pytest.raises(LaneFailedError) as caught:
            lane.close()
        return caught.value.fault

    reason = "all was done, but the process did not end"
    error = looked(unended, lambda error: error.reason == reason)

    assert (error.kind, error.reason) == ("died at shutdown", reason)
    assert members(group_of(lanes)) == []


# what an interpreter does before the agent runs


def test_rubbish_before_the_agent_is_passed_over(lanes: Lanes) -> None:
    """As a ``sitecustomize`` or a wrapper may print it; the lane works."""
    wrapper = lanes.fake('echo rubbish; echo \'{"type": "closed"}\'; exec "$PYTHON" "$@"')
    lane = lanes.open("def work(): ...\n", executable=wrapper)

    lane.wait_ready(by(TIME_LIMIT_S))

    assert lane.trial(2, TIME_LIMIT_S).loops == 2


def test_rubbish_instead_of_the_agent(lanes: Lanes) -> None:
    """What was printed, on both streams, is in the finding."""
    error = lanes.fail_to_open("echo rubbish; echo more >&2; exit 3")

    assert (error.phase, error.kind, error.reason) == ("start", "died", "ended with exit status 3")
    assert error.detail == "rubbish\nmore\n"


def test_a_forged_record_is_garbage(lanes: Lanes) -> None:
    """A line that is marked as a record but holds none."""
    error = lanes.fail_to_open("printf '\\036{nonsense\\n'; sleep 600")

    assert (error.phase, error.kind) == ("start", "garbage")
    assert "nonsense" in error.reason


@pytest.mark.parametrize("flood", ["while :; do echo rubbish; done", "exec cat /dev/zero"], ids=["lines", "no line"])
def test_endless_rubbish_does_not_hold_us(lanes: Lanes, flood: str) -> None:
    """The time limit counts although something comes all the time, which would go on for ever; little of it is kept."""
    error = looked(lambda limit_s: lanes.fail_to_open(flood, limit_s=limit_s), lambda error: bool(error.detail))

    assert error.kind == "hung"
    assert 0 < len(error.detail) <= lane_room.LONGEST_OUTPUT_BYTES
    kept = lanes.opened[-1]._child.lines
    assert sum(map(len, kept._ready)) + len(kept._rest) <= LONGEST_BYTES + CHUNK_BYTES


def test_a_target_that_closes_its_answers(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot answer any more, so it is not waited for until the time limit."""
    monkeypatch.setattr(lane_room, "SECONDS_TO_LEAVE", 0.5)

    error = lanes.fail_to_open("exec >&-; exec sleep 600")

    assert (error.kind, error.reason) == ("garbage", "closed its answers but lives on")


def test_an_executable_that_cannot_be_started(lanes: Lanes) -> None:
    """The system's reason is told."""
    with pytest.raises(LaneFailedError, match=r"cannot be started: .*No such file") as caught:
        lanes.open("def work(): ...\n", executable=str(lanes.folder / "none"))

    assert (caught.value.fault.phase, caught.value.fault.kind) == ("start", "died")


# the guardian


def test_the_guardian_kills_what_is_on_its_list_and_nothing_else() -> None:
    """A group that was reported as ended may be someone else's by now."""
    sleep = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
    sleepers = [subprocess.Popen(sleep, start_new_session=True) for _ in range(2)]
    try:
        with Guardian() as guardian:
            for sleeper in sleepers:
                guardian.watch(str(sleeper.pid), sleeper.pid)
            guardian.forget(str(sleepers[1].pid))

        assert sleepers[0].wait(TIME_LIMIT_S) < 0
        assert sleepers[1].poll() is None
    finally:
        for sleeper in sleepers:
            kill_group(sleeper.pid)
            sleeper.wait()


def test_a_dead_guardian_does_not_stop_the_controller() -> None:
    """Someone killed it; the lanes can still be ended by their own means."""
    with contextlib.ExitStack() as stack:
        guardian = stack.enter_context(Guardian())
        guardian._process.kill()
        guardian._process.wait()

        guardian.watch("mark", 2**22 + 1)
        guardian.forget("mark")

        assert guardian._process.returncode < 0
