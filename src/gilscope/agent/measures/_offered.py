"""Interpreters and pools where this version offers them, a NotImplementedError with the reason elsewhere."""

from __future__ import annotations

import sys
from concurrent import futures

from gilscope_agent import subinterpreter
from gilscope_agent.fault import LaneError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Type


def interpreter(*, own_gil: bool) -> object:
    """Make an interpreter and return its id.

    Raises:
        NotImplementedError: this version has no interpreters of this kind.
    """
    try:
        return subinterpreter.create(own_gil=own_gil)
    except LaneError as error:
        raise NotImplementedError(str(error)) from error


def interpreter_pool() -> Callable[[int], futures.Executor]:
    """Return the class of pools of interpreters.

    Raises:
        NotImplementedError: this version has none.
    """
    executor: Callable[[int], futures.Executor] = getattr(futures, "InterpreterPoolExecutor", None)  # type: ignore[assignment]  # None is refused below
    if executor is None:
        raise NotImplementedError("InterpreterPoolExecutor came with 3.14")
    return executor


def process_pool() -> Type[futures.ProcessPoolExecutor]:
    """Return the class of pools of spawned processes.

    Raises:
        NotImplementedError: this version's calls a method that is not there, unless its processes are forked.
    """
    if sys.implementation.name == "pypy" and sys.version_info[:2] == (3, 9):
        raise NotImplementedError("this PyPy's ProcessPoolExecutor cannot start processes by spawning")
    return futures.ProcessPoolExecutor
