"""The probes that observe, in every CPython found: each looks and checks what it saw, or says why it cannot."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import targets
from agents import TIME_LIMIT_S, Agents, Ended, end
from gilscope import places
from gilscope.lab import lane as lane_room
from gilscope.lab import protocol
from gilscope.lab.environment import common_environment, lane_environment
from gilscope.lab.lane import Lane, LaneFailedError
from gilscope.lab.plan import unfit
from gilscope.processes.guardian import Guardian
from gilscope.values.lanes import LaneSpec
from gilscope.workloads import probes as catalog
from patience import asked_again, looked

if TYPE_CHECKING:
    from gilscope.values.probes import Probe
    from gilscope.values.records import Fault
    from gilscope.values.runtimes import Arm

FOLDER = places.PROBES
KINDS = {"latency", "hazards", "gil", "isolation"}
PROBES = {probe.id: probe for probe in catalog.probes(FOLDER) if probe.kind in KINDS and probe.observes}
SCRIPTS = sorted({Path(probe.path) for probe in PROBES.values()})
ARMS = [pytest.param(arm, id=arm.name) for arm in targets.ARMS]
ONE_CASE = [
    pytest.param(arm, probe, id=f"{arm.name}-{probe.id}")
    for arm in targets.AS_BUILT
    for probe in PROBES.values()
    if probe.case in {None, 0.005} and unfit(probe.requires_python, arm.runtime) is None
]
HANGS = "opposite"
BUILDING = {"declaring", "undeclaring"}
"""Ways that compile an extension."""


def looks(agents: Agents, arm: Arm, probe: Probe, ways: tuple[str, ...]) -> dict[str, Ended]:
    """One look by each of these ways, one after the other: beside each other they would disturb what they see."""
    told = {}
    for way in ways:
        order = protocol.order(probe, LaneSpec(arm=arm, model="serial", workers=1, way=way))
        told[way] = end(agents.start(arm, order + protocol.trial_order(1) + protocol.CLOSE))
    return told


def lacks(probe: Probe, way: str, arm: Arm) -> str | None:
    """How a way's reason begins where it needs what this Python, or this machine, has not."""
    if arm.runtime.facts.interpreters_api is None and (probe.kind == "isolation" or way == "shared-gil"):
        return "No module named '_xxsubinterpreters'"
    if way == "own-gil" and arm.runtime.facts.version < (3, 12):
        return "interpreters own a GIL from 3.12 on (PEP 684)"
    return lacks_extensions(arm.runtime.executable) if way in BUILDING else None


def lacks_extensions(executable: str) -> str | None:
    """How the reason begins where no C extension can be built for this Python, None where one can."""
    can_build = shutil.which("cc") is not None and targets.headers(executable) is not None
    return None if can_build else "needs a C compiler called cc, and Python.h in "


@pytest.mark.parametrize(("arm", "probe"), ONE_CASE)
@asked_again
def test_every_way_sees_what_its_probe_names(arm: Arm, probe: Probe, agents: Agents) -> None:
    """Its check holds; a way that needs what this Python lacks is unsupported, with a reason."""
    for way, one in looks(agents, arm, probe, tuple(way for way in probe.ways if way != HANGS)).items():
        reason = lacks(probe, way, arm)
        if reason is None:
            assert one.trials, (way, one.answers)
            assert set(one.trials[0].observed) == set(probe.observes), way
            words = {name for name, seen in one.trials[0].observed.items() if isinstance(seen, str)}
            assert words == {name for name, unit in probe.observes.items() if not unit}, way
        else:
            assert one.failure.kind == "unsupported", (way, one.failure)
            assert one.failure.reason.startswith(reason), (way, one.failure)


@pytest.mark.parametrize("arm", ARMS)
@asked_again
def test_the_gil_by_flag_is_the_gil_by_behaviour(arm: Arm, agents: Agents) -> None:
    """Also where it is forced on; on a machine so busy that one look errs, another agrees."""
    is_on = arm.gil_forced or arm.runtime.facts.build == "default"

    one = looks(agents, arm, PROBES["gil/state"], ("threads",))["threads"]

    assert one.trials, one.answers
    (seen,) = one.trials
    assert (seen.observed["by_flag"], seen.observed["by_behaviour"]) == (("on", "on") if is_on else ("off", "off"))


@pytest.mark.parametrize("arm", ARMS)
def test_the_extension_that_turns_the_gil_on_is_named(arm: Arm, agents: Agents) -> None:
    """Where the GIL was off; what declares that it can do without leaves it off."""
    was_off = arm.runtime.facts.build == "free-threaded" and not arm.gil_forced
    if lacks_extensions(arm.runtime.executable) is not None:
        pytest.skip(f"needs a C compiler called cc, and the headers of {arm.runtime.executable}")

    told = looks(agents, arm, PROBES["gil/after_import"], ("declaring", "undeclaring"))
    culprits = {way: one.trials[0].observed["turned_on_by"] for way, one in told.items()}

    assert culprits == {"declaring": "nobody", "undeclaring": "planted_undeclaring" if was_off else "nobody"}


@pytest.mark.parametrize("arm", [pytest.param(arm, id=arm.name) for arm in targets.EDGES])
def test_a_deadlock_is_ended_with_both_stacks(arm: Arm, bytecode: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time limit ends it; the finding names the function in which each of the two threads waits."""
    environ = lane_environment(common_environment({}, bytecode), arm, hash_seed=7)
    spec = LaneSpec(arm=arm, model="serial", workers=1, way=HANGS)

    def hung(limit_s: float) -> Fault:
        monkeypatch.setattr(lane_room, "SECONDS_FOR_STACKS", limit_s)
        with Guardian() as guardian:
            lane = Lane(spec, PROBES["hazards/deadlock"], environ, guardian)
            try:
                lane.wait_ready(time.monotonic() + 60)
                with pytest.raises(LaneFailedError) as failed:
                    lane.trial(1, limit_s)
            finally:
                lane.kill()
        return failed.value.fault

    def has_both(error: Fault) -> bool:
        return all(f"in {name}" in error.detail for name in ("first_then_second", "second_then_first"))

    error = looked(hung, has_both)

    assert error.kind == "hung"
    assert has_both(error), error.detail


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.parent.name}/{script.stem}")
def test_a_probe_is_a_short_script_that_runs_by_hand(script: Path) -> None:
    """It prints something, with this Python, which is new enough for all of them."""
    if script.stem == "after_import" and lacks_extensions(sys.executable) is not None:
        pytest.skip("needs a C compiler called cc, and the headers of the Python that runs the tests")

    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
    assert len(script.read_text().splitlines()) <= 80
