"""The registry of models: what is said of their workers, wherever it is asked."""

from __future__ import annotations

import msgspec
import pytest

from builders import DEFAULT, PROBE, lane
from gilscope.models import MODELS, orders_of_weight, works_on_copies


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


def test_only_threads_share_objects() -> None:
    """A result that is wrong there alone shows code that is not thread-safe; pools and loops may be threads too."""
    assert {name for name, model in MODELS.items() if model.shares_objects} == {
        "threads",
        "thread-pool",
        "asyncio-threads",
    }
