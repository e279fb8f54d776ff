"""The registry of models: what is said of their workers, wherever it is asked."""

from __future__ import annotations

import msgspec
import pytest

from builders import DEFAULT, PROBE, lane
from gilscope.agent import facts
from gilscope.models import MODELS, orders_of_weight, works_on_copies
from gilscope.values import runtimes


def test_workers_are_said_to_weigh_more_in_three_orders() -> None:
    """Threads come first, an interpreter weighs more, and a process weighs most, spawned or forked."""
    assert orders_of_weight() == (
        ("threads", "interpreters", "processes"),
        ("threads", "interpreters-shared", "processes"),
        ("threads", "interpreters", "processes-fork"),
    )


@pytest.mark.parametrize(
    ("model", "workers", "shared", "copies"),
    [
        ("serial", 1, True, False),
        ("threads", 2, True, False),
        ("thread-pool", 2, True, False),
        ("asyncio", 2, True, False),
        ("asyncio-threads", 2, True, False),
        ("interpreters", 2, True, True),
        ("interpreters-shared", 2, True, True),
        ("interpreter-pool", 2, True, True),
        ("processes", 2, True, True),
        ("processes-fork", 2, True, True),
        ("joblib", 2, True, True),
        ("own", 2, True, False),
        ("processes", 1, True, False),
        ("processes", 2, False, False),
        ("of somebody else", 2, True, False),
    ],
)
def test_several_workers_that_cannot_share_work_on_copies(
    model: str, workers: int, *, shared: bool, copies: bool
) -> None:
    """One alone has nobody to share with, and a probe that shares nothing has nothing to copy."""
    probe = msgspec.structs.replace(PROBE, shared=shared)

    assert works_on_copies(probe, lane("3.14t", model, workers)) is copies


def test_one_worker_and_threads_are_what_the_small_agent_has() -> None:
    """And one worker alone where the implementation was built without threads."""
    jython = msgspec.structs.replace(DEFAULT, implementation="Jython", interpreters_api=None, own_gil=False)

    assert [name for name, model in MODELS.items() if model.unfit(jython) is None] == ["serial", "threads"]
    assert MODELS["threads"].unfit(msgspec.structs.replace(jython, threads=False)) == "this build has no threads"


@pytest.mark.parametrize(("version", "is_left_out"), [((3, 8, 16), False), ((3, 9, 16), True), ((3, 10, 14), False)])
def test_a_pool_whose_library_is_broken_is_left_out(version: tuple[int, int, int], *, is_left_out: bool) -> None:
    """PyPy renamed what its ``ProcessPoolExecutor`` of 3.9 still calls when its processes are not forked."""
    pypy = msgspec.structs.replace(DEFAULT, implementation="PyPy", version=version, interpreters_api=None)

    assert (MODELS["process-pool"].unfit(pypy) is not None) is is_left_out
    assert MODELS["processes"].unfit(pypy) is None


def test_the_agent_and_its_controller_know_the_same_machines_of_java() -> None:
    """One says whether a JIT is on, the other what is pinned."""
    assert facts.ON_JVM == runtimes.ON_JVM


def test_only_threads_share_objects() -> None:
    """A result that is wrong there alone shows code that is not thread-safe; pools and loops may be threads too."""
    assert {name for name, model in MODELS.items() if model.shares_objects} == {
        "threads",
        "thread-pool",
        "asyncio-threads",
    }
