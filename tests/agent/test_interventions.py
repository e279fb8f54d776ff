"""Interventions: what a worker sees of them, in a process that is changed before its workers start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import targets
from agents import Agents, Ended, end
from gilscope.lab import protocol
from gilscope.values.interventions import Intervention
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe, Target

if TYPE_CHECKING:
    from gilscope.values.runtimes import Arm

FREE_THREADED = [pytest.param(arm, id=arm.name) for arm in targets.FREE_THREADED]
DEFERRING = [arm for arm in targets.FREE_THREADED if arm.runtime.facts.version >= (3, 14)]
EDGES = [pytest.param(arm, id=arm.name) for arm in targets.EDGES]
OWN = Intervention("own modules")

WORK = """
import ctypes, gc, random, sys

SEEN, OTHER = [], []
TABLE = {number: number * 100_000 for number in range(64)}

class Registry:
    def __init__(self):
        self.calls = []

SHARED = Registry()

def calls():
    SEEN.append(1)
    return len(SEEN)

def calls_of_registry():
    SHARED.calls.append(1)
    return len(SHARED.calls)

def state():
    return []

def calls_of_state(seen):
    seen.append(1)
    return len(seen)

def deferred():
    return ctypes.c_uint8.from_address(id(SEEN) + 11).value & 64 != 0

def counts():
    return sys.getrefcount(SEEN) > 2**20, sys.getrefcount(TABLE[7]) > 2**20

def owned():
    made_here = []
    owner, other = (ctypes.c_size_t.from_address(id(thing)).value for thing in (made_here, SEEN))
    return owner == other

def collects():
    return gc.isenabled()

def collects_by_hand():
    ring = []
    ring.append(ring)
    del ring
    return gc.collect() > 0

def identity():
    return id(random._inst)
"""


def run(  # noqa: PLR0913 - each is a field of what is opened
    agents: Agents,
    arm: Arm,
    function: str,
    *changes: Intervention,
    setup: str | None = None,
    shared: bool = False,
    workers: int = 2,
) -> Ended:
    """Run one unit in each of some threads, one after the other's result is in."""
    written = agents.write(WORK, function=function)
    made = None if setup is None else Target(name=setup, path=written.path)
    probe = Probe(id="p", path=written.path, question="?", kind="cpu", target=written.target, setup=made, shared=shared)
    lane = LaneSpec(arm=arm, model="threads", workers=workers, interventions=changes)
    return end(agents.start(arm, protocol.order(probe, lane) + protocol.trial_order(1) + protocol.CLOSE))


def shown(ended: Ended) -> list[str]:
    """The results of both workers, in order of their size."""
    (trial,) = ended.trials
    return sorted(trial.shown)


@pytest.mark.parametrize("arm", EDGES)
def test_each_worker_runs_its_own_copy_of_the_modules(arm: Arm, agents: Agents) -> None:
    """Two calls of one list are seen by both threads, and one call of two lists by each."""
    assert shown(run(agents, arm, "calls"))[-1] == "2"
    assert shown(run(agents, arm, "calls", OWN)) == ["1", "1"]


@pytest.mark.parametrize("arm", EDGES)
def test_what_is_shared_again_is_one_object_for_all(arm: Arm, agents: Agents) -> None:
    """A global, an attribute of what is each worker's own, and not another one."""
    assert shown(run(agents, arm, "calls", OWN, Intervention("shared", "SEEN")))[-1] == "2"
    assert shown(run(agents, arm, "calls_of_registry", OWN)) == ["1", "1"]
    assert shown(run(agents, arm, "calls_of_registry", OWN, Intervention("shared", "SHARED.calls")))[-1] == "2"


@pytest.mark.parametrize("arm", FREE_THREADED)
def test_a_copy_belongs_to_the_thread_that_uses_it(arm: Arm, agents: Agents) -> None:
    """References are counted for less there, as in a program whose threads make their own copies."""
    assert shown(run(agents, arm, "owned")) == ["False", "False"]
    assert shown(run(agents, arm, "owned", OWN)) == ["True", "True"]
    assert shown(run(agents, arm, "owned", OWN, workers=1)) == ["True"]
    assert shown(run(agents, arm, "owned", OWN, Intervention("shared", "SEEN"))) == ["False", "False"]


@pytest.mark.parametrize("arm", EDGES)
def test_a_state_is_each_workers_own_until_it_is_shared_again(arm: Arm, agents: Agents) -> None:
    """It goes by the name of what makes it."""
    again = Intervention("shared", "state()")

    assert shown(run(agents, arm, "calls_of_state", OWN, setup="state", shared=True)) == ["1", "1"]
    assert shown(run(agents, arm, "calls_of_state", OWN, again, setup="state", shared=True))[-1] == "2"


@pytest.mark.parametrize("arm", EDGES)
def test_further_modules_are_copied_where_they_are_named(arm: Arm, agents: Agents) -> None:
    """A module of Python's is shared by all copies of the person's otherwise."""
    assert len(set(shown(run(agents, arm, "identity", OWN)))) == 1
    assert len(set(shown(run(agents, arm, "identity", Intervention("own modules", "random"))))) == 2


@pytest.mark.parametrize("arm", FREE_THREADED)
def test_references_to_immortal_objects_are_not_counted(arm: Arm, agents: Agents) -> None:
    """A container is one thing and its values are another."""
    assert shown(run(agents, arm, "counts")) == ["(False, False)"] * 2
    assert shown(run(agents, arm, "counts", Intervention("immortal", "SEEN"))) == ["(True, False)"] * 2
    assert shown(run(agents, arm, "counts", Intervention("immortal", "the values of TABLE"))) == ["(False, True)"] * 2


@pytest.mark.parametrize("arm", [pytest.param(arm, id=arm.name) for arm in DEFERRING])
def test_counting_can_be_deferred_for_what_all_workers_share(arm: Arm, agents: Agents) -> None:
    """Once for all of them: a second time is refused."""
    assert shown(run(agents, arm, "deferred")) == ["False", "False"]
    assert shown(run(agents, arm, "deferred", Intervention("deferred", "SEEN"))) == ["True", "True"]


@pytest.mark.parametrize("arm", EDGES)
def test_the_collector_can_be_switched_off(arm: Arm, agents: Agents) -> None:
    """The lane's process ends with it."""
    assert shown(run(agents, arm, "collects")) == ["True", "True"]
    assert shown(run(agents, arm, "collects", Intervention("collector off"))) == ["False", "False"]
    frozen = run(agents, arm, "collects", Intervention("collector frozen"))
    if not arm.runtime.facts.is_cpython:  # PyPy does not say what it collected either
        assert (frozen.failure.kind, frozen.failure.reason) == ("unsupported", "this collector cannot be frozen")
        return
    assert shown(frozen) == ["True", "True"]
    assert "True" in shown(run(agents, arm, "collects_by_hand"))
    assert shown(run(agents, arm, "collects_by_hand", Intervention("collector off"))) == ["False", "False"]


@pytest.mark.parametrize("arm", FREE_THREADED)
def test_an_object_that_is_not_there_ends_the_lane(arm: Arm, agents: Agents) -> None:
    """It says which, and nothing is measured."""
    failure = run(agents, arm, "calls", Intervention("immortal", "NOWHERE")).failure

    assert (failure.phase, failure.kind) == ("setup", "missing")
    assert "NOWHERE" in failure.reason
