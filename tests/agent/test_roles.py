"""Threads in roles, run by the agent inside every CPython found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from agents import Agents, Ended, end
from gilscope.lab import protocol
from gilscope.models import ROLES
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Role, Target
from gilscope.values.runtimes import Arm
from targets import EDGES, NEWEST_DEFAULT

if TYPE_CHECKING:
    from gilscope.values.probes import Probe

TRIAL_NS = 200_000_000


def shown(value: object) -> str:
    """What a case is called."""
    return value.name if isinstance(value, Arm) else str(value)


def ask(agents: Agents, arm: Arm, probe: Probe, trials: int = 1, **workers: int) -> Ended:
    """Run functions of a probe's file as roles, each with this many workers, in one lane."""
    roles = tuple(
        Role(name=name, target=Target(name=name, path=probe.path), workers=count) for name, count in workers.items()
    )
    lane = LaneSpec(arm=arm, model=ROLES.name, workers=sum(workers.values()), roles=roles)
    orders = protocol.order(msgspec.structs.replace(probe, roles=roles), lane)
    return end(agents.start(arm, orders + protocol.trial_order(1) * trials + protocol.CLOSE))


SIDE_BY_SIDE = """
import time

def read():
    time.sleep(0.001)

def write():
    time.sleep(0.005)
"""


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_workers_of_all_roles_repeat_their_work_until_the_deadline(arm: Arm, agents: Agents) -> None:
    """The calls of each are counted and timed, in the order of the roles."""
    ended = ask(agents, arm, agents.write(SIDE_BY_SIDE), trials=2, read=2, write=1)

    assert ended.kinds == ["Hello", "Ready", "Measured", "Measured", "Closed"], ended
    for trial in ended.trials:
        *readers, writer = trial.calls
        assert len(readers) == 2
        assert min(calls.count for calls in readers) > writer.count
        assert all(calls.median_ns >= 1_000_000 for calls in readers)
        assert writer.longest_ns >= writer.median_ns >= 5_000_000
        assert all(calls.ns > TRIAL_NS // 2 for calls in trial.calls)


PATIENT = """
import time

def quick():
    pass

def slow():
    time.sleep(0.3)
"""


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_nobody_stops_before_the_last_has_passed_the_deadline(arm: Arm, agents: Agents) -> None:
    """A call that takes longer than the whole trial is counted, and all others beside it to its end."""
    (trial,) = ask(agents, arm, agents.write(PATIENT), quick=1, slow=1).trials
    quick, slow = trial.calls

    assert slow.count == 1
    assert slow.ns >= 300_000_000
    assert 0.9 * slow.ns < quick.ns <= slow.ns


def test_a_worker_with_few_calls_has_no_99th_percentile(agents: Agents) -> None:
    """A hundred calls have none beyond it."""
    (trial,) = ask(agents, NEWEST_DEFAULT, agents.write(PATIENT), quick=1, slow=1).trials
    quick, slow = trial.calls

    assert slow.p99_ns is None
    assert quick.p99_ns is not None
    assert quick.median_ns <= quick.p99_ns <= quick.longest_ns


SHARING = """
MADE = []

def make():
    MADE.append({"seen": 0})
    return MADE[-1]

def one(made):
    assert len(MADE) == %d, len(MADE)
    made["seen"] += 1

def other(made):
    assert made["seen"] >= 0
"""


@pytest.mark.parametrize(("shared", "made"), [(True, 1), (False, 3)], ids=["one for all", "one each"])
def test_roles_share_what_a_setup_makes_where_that_is_asked_for(agents: Agents, *, shared: bool, made: int) -> None:
    """They share the module in any case."""
    probe = agents.write(SHARING % made, shared=shared)
    probe = msgspec.structs.replace(probe, setup=Target(name="make", path=probe.path))

    assert ask(agents, NEWEST_DEFAULT, probe, one=2, other=1).trials


def test_a_role_that_raises_ends_the_lane_and_keeps_nobody_waiting(agents: Agents) -> None:
    """The others would go on for ever."""
    source = "def fails():\n    raise ValueError('told')\n\ndef works():\n    pass\n"
    failure = ask(agents, NEWEST_DEFAULT, agents.write(source), works=1, fails=1).failure

    assert (failure.phase, failure.kind) == ("work", "raised")
    assert "ValueError: told" in failure.reason


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_any_form_may_have_a_role(arm: Arm, agents: Agents) -> None:
    """A coroutine function is awaited, a test is called up to its bench call."""
    source = "async def waits(): ...\n\ndef test_it(benchmark):\n    benchmark(int)\n"
    (trial,) = ask(agents, arm, agents.write(source), waits=1, test_it=1).trials

    assert min(calls.count for calls in trial.calls) > 1
