"""The registry of models: what is said of their workers, wherever it is asked."""

from __future__ import annotations

from gilscope.models import MODELS, orders_of_weight


def test_workers_are_said_to_weigh_more_in_three_orders() -> None:
    """Threads come first, an interpreter weighs more, and a process weighs most, spawned or forked."""
    assert orders_of_weight() == (
        ("threads", "interpreters", "processes"),
        ("threads", "interpreters-shared", "processes"),
        ("threads", "interpreters", "processes-fork"),
    )


def test_only_threads_share_objects() -> None:
    """A result that is wrong there alone shows code that is not thread-safe; pools and loops may be threads too."""
    assert {name for name, model in MODELS.items() if model.shares_objects} == {
        "threads",
        "thread-pool",
        "asyncio-threads",
    }
