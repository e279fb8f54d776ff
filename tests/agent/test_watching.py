"""A watched trial: headers are checked on each build, and what workers fight over has the name that readers know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

import targets
from agents import Agents, end
from gilscope.lab import protocol
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe, Target
from patience import asked_again, looked

if TYPE_CHECKING:
    from gilscope.values.runtimes import Arm

FREE_THREADED = [pytest.param(arm, id=arm.name) for arm in targets.FREE_THREADED]
WITH_A_GIL = [pytest.param(arm, id=arm.name) for arm in targets.DEFAULT[-1:]]
LOOPS = 3000
TIMES = (1, 4, 16)
"""How much longer a trial may last: the watcher, beside workers on all CPUs, may get few turns in a short one."""
LOOKS = 2

FIGHT = """
import functools, queue, random, threading

CONFIG = {"limits": {"a": [1]}}
TABLE = {number: number * 100_000 for number in range(64)}
LIST = []
LOCK = threading.Lock()

class Registry:
    entries = [1]

    def __init__(self):
        self.table = {number: object() for number in range(100)}

    def get(self, key):
        return self.table[key]

SHARED = Registry()

def helper(value):
    return value

def of_values():
    for number in range(400):
        helper(TABLE[number & 63])

def of_attributes():
    for number in range(200):
        SHARED.get(number & 63), CONFIG["limits"]["a"], Registry.entries

def of_lock():
    for number in range(400):
        with LOCK:
            pass

def of_list():
    for number in range(400):
        LIST.append(number)
    LIST.clear()

def of_random():
    for number in range(2000):
        random.random()

def make():
    counter = [0]
    def work():
        for number in range(2000):
            counter[0]
    return work

of_closure = make()

def state():
    return [1, 2, 3]

def of_state(values):
    for number in range(1000):
        [values]

def nothing():
    total = 0
    for number in range(2000):
        total += number
"""


def watched(agents: Agents, arm: Arm, function: str, *, shared: bool = False, times: float = 1) -> protocol.Watching:
    """What is seen while two threads call a function of the module above, in two trials together."""
    probe = agents.write(FIGHT, function=function, shared=shared)
    assert probe.target is not None
    made = Target(name="state", path=probe.path) if function == "of_state" else None
    probe = Probe(id="p", path=probe.path, question="?", kind="cpu", target=probe.target, setup=made, shared=shared)
    loops = round(times * LOOPS)
    order = protocol.order(probe, LaneSpec(arm=arm, model="threads", workers=2))
    ended = end(
        agents.start(arm, order + LOOKS * protocol.watch_order(loops) + protocol.trial_order(1) + protocol.CLOSE)
    )

    assert ended.kinds == ["Hello", "Ready", *["Watching"] * LOOKS, "Measured", "Closed"], ended
    found = [answer for answer in ended.answers if isinstance(answer, protocol.Watching)]
    return msgspec.structs.replace(found[0], suspects=tuple(suspect for of in found for suspect in of.suspects))


@pytest.mark.parametrize("arm", FREE_THREADED)
def test_the_header_of_this_build_is_known(arm: Arm, agents: Agents) -> None:
    """Counts and a lock that are moved on purpose are found where they are looked for."""
    found = watched(agents, arm, "nothing")

    assert found.unknown is None
    assert found.looks > 0
    assert found.others > 0


@pytest.mark.parametrize("arm", FREE_THREADED)
@pytest.mark.parametrize(
    ("function", "path"),
    [
        ("of_values", "the values of TABLE"),
        ("of_attributes", "SHARED"),
        ("of_lock", "LOCK"),
        ("of_list", "LIST"),
        ("of_random", "random.random"),
        ("of_closure", "closure of make.<locals>.counter"),
    ],
)
def test_what_threads_fight_over_has_a_name(arm: Arm, function: str, path: str, agents: Agents) -> None:
    """It is among the suspects, under the path that a reader of the code would write."""

    def is_suspected(seen: protocol.Watching) -> bool:
        return path in [suspect.path for suspect in seen.suspects]

    found = looked(lambda times: watched(agents, arm, function, times=times), is_suspected, TIMES)

    assert is_suspected(found), found


@pytest.mark.parametrize("arm", FREE_THREADED)
@asked_again
def test_a_state_is_suspected_only_where_it_is_shared(arm: Arm, agents: Agents) -> None:
    """One state for each worker moves too, since another thread made it, and nobody fights over it."""
    shared = watched(agents, arm, "of_state", shared=True)
    own = watched(agents, arm, "of_state")

    assert [suspect.path for suspect in shared.suspects if suspect.path.startswith("state()")]
    assert not [suspect.path for suspect in own.suspects if suspect.path.startswith("state()")]


@pytest.mark.parametrize("arm", FREE_THREADED)
def test_functions_and_classes_are_no_suspects(arm: Arm, agents: Agents) -> None:
    """References to them are not counted."""
    paths = {suspect.path for suspect in watched(agents, arm, "of_values").suspects}

    assert not paths & {"helper", "of_values", "Registry", "Registry.get"}


@pytest.mark.parametrize("arm", FREE_THREADED)
def test_lines_are_named_at_which_workers_are_blocked(arm: Arm, agents: Agents) -> None:
    """Each of two threads holds the lock over a sleep, so that the other waits at that line."""
    source = """
import threading, time

LOCK = threading.Lock()

def work():
    with LOCK:
        time.sleep(0.005)
"""
    probe = agents.write(source, function="work")
    order = protocol.order(probe, LaneSpec(arm=arm, model="threads", workers=2))
    ended = end(agents.start(arm, order + protocol.watch_order(60) + protocol.CLOSE))
    found = next(answer for answer in ended.answers if isinstance(answer, protocol.Watching))

    assert {line.text for line in found.lines} & {"with LOCK:", "time.sleep(0.005)"}, found
    assert all(line.file == probe.path for line in found.lines), found


@pytest.mark.parametrize("arm", WITH_A_GIL)
def test_a_build_with_a_gil_has_no_suspects_and_says_why(arm: Arm, agents: Agents) -> None:
    """The trial is run all the same."""
    found = watched(agents, arm, "of_values")

    assert found.unknown is not None
    assert found.suspects == ()
