"""Workers begin on CPUs of their own, and are kept on none."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

import targets
from gilscope.agent.placement import begin_apart, numbers

if TYPE_CHECKING:
    from agents import Agents
    from gilscope.values.runtimes import Arm

EDGES = [pytest.param(arm, id=arm.name) for arm in targets.EDGES]
pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2, reason="needs two CPUs to choose from"
)

WHERE = """
import os
import threading

def work():
    return sorted(os.sched_getaffinity(0))
"""


@pytest.mark.parametrize("arm", EDGES)
def test_no_worker_is_kept_where_it_begins(arm: Arm, agents: Agents) -> None:
    """All of them may use every CPU that the lane may use."""
    for model, ended in agents.ask(arm, agents.write(WHERE), loops=(1, 1)).items():
        assert len({digest for trial in ended.trials for digest in trial.digests}) == 1, model


@pytest.mark.parametrize("arm", EDGES)
def test_threads_are_new_in_every_trial(arm: Arm, agents: Agents) -> None:
    """Those that slept would be packed on one CPU; what a thread has for itself is new too."""
    source = """
import threading

here = threading.local()

def work():
    here.calls = getattr(here, "calls", 0) + 1
    return here.calls
"""
    ended = agents.ask(arm, agents.write(source), models=["threads"], loops=(3, 2))

    digests = [set(trial.digests) for trial in ended["threads"].trials]
    assert all(len(of_trial) == 1 for of_trial in digests)
    assert digests[0] != digests[1]


@pytest.mark.parametrize("arm", EDGES)
def test_descriptors_of_threads_that_ended_are_given_back(arm: Arm, agents: Agents) -> None:
    """Each thread has a record of its own in the system, and a trial has new threads."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux has a record of each thread")
    source = "import os\ndef work():\n    return len(os.listdir('/proc/self/fd'))\n"
    ended = agents.ask(arm, agents.write(source), models=["threads"], loops=(1,) * 30)

    assert len({digest for trial in ended["threads"].trials[1:] for digest in trial.digests}) <= 2


def test_the_number_of_a_worker_chooses_its_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """More workers than CPUs begin again with the first."""
    moves: list[list[int]] = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {4, 7})
    monkeypatch.setattr(os, "sched_setaffinity", lambda _, cpus: moves.append(sorted(cpus)))
    for worker in numbers(3):
        assert worker is not None
        begin_apart(worker)

    assert moves == [[4], [4, 7], [7], [4, 7], [4], [4, 7]]
    assert list(numbers(1)) == [None]
