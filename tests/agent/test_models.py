"""What tells the models apart: coroutines under each of them, tasks on one loop, and pools whose workers die."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gilscope.agent.timing import digest
from gilscope.values.runtimes import Arm
from patience import asked_again
from targets import EDGES, has_joblib, models_of

if TYPE_CHECKING:
    from agents import Agents

ONE_LOOP_PER_PROCESS = (3, 12, 0)
"""The first version on which interpreters can have an event loop each."""


def shown(value: object) -> str:
    """What a case is called."""
    return value.name if isinstance(value, Arm) else str(value)


# coroutines

COROUTINE = """
import asyncio

def setup():
    return []

async def {name}({state}):
    loop = asyncio.get_running_loop()
    {state}.append(id(loop))
    await asyncio.sleep(0.01)
    return len(set({state}))
"""


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_coroutines_are_awaited_on_one_loop_for_as_long_as_the_worker_lives(arm: Arm, agents: Agents) -> None:
    """Under every model; where interpreters cannot have a loop each, that is said."""
    ended = agents.ask(arm, agents.write(COROUTINE.format(name="work", state="loops")), loops=(1, 2))

    for model, one in ended.items():
        if model == "interpreters-shared" and arm.runtime.facts.version < ONE_LOOP_PER_PROCESS:
            assert (one.failure.kind, one.failure.phase) == ("unsupported", "start")
        else:
            workers = 1 if model == "serial" else 2
            assert [trial.digests for trial in one.trials] == [(digest(1),) * workers] * 2, model


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_any_coroutine_function_of_a_script_is_awaited(arm: Arm, agents: Agents) -> None:
    """Also one that knows nothing of us, and is wrapped."""
    source = (
        "import functools\nasync def add(one, other):\n    return one + other\nsum = functools.partial(add, 3, 4)\n"
    )
    ended = agents.ask(arm, agents.write(source, function="sum"), models=["serial", "threads", "asyncio"])

    assert {digest for one in ended.values() for digest in one.trials[0].digests} == {digest(7)}


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_a_coroutine_that_raises_is_told(arm: Arm, agents: Agents) -> None:
    """As any work, whatever it raises: an event loop lets some exceptions through."""
    for error in ("IndexError", "SystemExit", "asyncio.CancelledError"):
        probe = agents.write(f"import asyncio\nasync def work():\n    raise {error}('no')\n")
        for model, one in agents.ask(arm, probe).items():
            if one.failure.kind != "unsupported":
                assert (one.failure.phase, one.failure.kind) == ("work", "raised"), model
                assert error.rpartition(".")[2] in one.failure.reason, model


# tasks on one event loop

WAITING = """
import asyncio
import time

async def together():
    await asyncio.sleep(0.2)

def alone():
    time.sleep(0.2)

async def busy():
    begun = time.process_time()
    while time.process_time() - begun < 0.05:
        await asyncio.sleep(0)
"""


@pytest.mark.parametrize("arm", EDGES, ids=shown)
@pytest.mark.parametrize(("function", "overlaps"), [("together", True), ("alone", False)])
@asked_again
def test_coroutines_overlap_on_one_loop_and_functions_block_it(
    arm: Arm, function: str, agents: Agents, *, overlaps: bool
) -> None:
    """With a loop per thread, both overlap."""
    probe = agents.write(WAITING, function=function)
    ended = agents.ask(arm, probe, models=["asyncio", "asyncio-threads"])

    (one,), (each,) = ended["asyncio"].trials, ended["asyncio-threads"].trials
    assert (max(one.starts_ns) < min(one.ends_ns)) == overlaps
    assert max(each.starts_ns) < min(each.ends_ns)


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_tasks_share_the_cpu_time_of_their_loop(arm: Arm, agents: Agents) -> None:
    """Two tasks of one thread keep no more than one core busy, though both are at work all the time."""
    ended = agents.ask(arm, agents.write(WAITING, function="busy"), models=["asyncio"])

    (trial,) = ended["asyncio"].trials
    assert sum(trial.cpu_ns) < 1.5 * trial.wall_ns
    assert trial.cpu_ns[0] == trial.cpu_ns[1]


# pools


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_a_pool_whose_worker_dies_says_how(arm: Arm, agents: Agents) -> None:
    """The status of the one that died, not those of its fellows, which are then ended."""
    models = ["process-pool", *(["joblib"] if has_joblib(arm) else [])]
    source = "import os\ndef work():\n    os._exit(3)\n"

    ended = agents.ask(arm, agents.write(source), models=models)

    for model, one in ended.items():
        assert (one.failure.phase, one.failure.kind) == ("work", "worker died"), model
        assert one.failure.reason.startswith("a worker process died (exit codes: 3"), model


@pytest.mark.parametrize("arm", EDGES, ids=shown)
@asked_again
def test_as_many_workers_as_asked_for_are_there(arm: Arm, agents: Agents) -> None:
    """Before the first trial, in pools too, which start theirs when there is work.

    A pool gives two units to one worker where another one comes too late.
    """
    source = (
        "import os, threading, time\ndef work():\n    time.sleep(0.2)\n    return os.getpid(), threading.get_ident()\n"
    )
    models = [model for model in models_of(arm) if model not in {"serial", "asyncio"}]

    ended = agents.ask(arm, agents.write(source), models=models, workers=3)

    assert {model: len(set(one.trials[0].digests)) for model, one in ended.items()} == dict.fromkeys(models, 3)
