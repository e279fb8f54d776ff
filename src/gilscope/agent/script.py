"""A script written for pyperf, run once from top to bottom as ``__main__``; a benchmark of it is served in its call."""

from __future__ import annotations

import os
import sys

from . import bytecode, stand_in, stray
from .fault import LaneError, failure, raised
from .load import ON_PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional

THE_REST = "(the rest)"


class Unwind(BaseException):
    """Leaves a script from inside its bench call, past its ``except Exception`` and through its ``finally``."""


def opened(order: Dict[str, Any], body: Callable[[stand_in.Benchmark], None]) -> None:
    """Run the script up to the wanted bench call, call ``body`` there, then leave the script.

    Raises:
        LaneError: the script ended or failed before it reached the benchmark, or the benchmark cannot be measured.
        BaseException: whatever ``body`` raised.
    """
    wanted = order["benchmark"]
    others: List[str] = []
    outcome: List[Optional[BaseException]] = []

    def visit(benchmark: stand_in.Benchmark) -> None:
        stray.end_if_copy()
        if not outcome and benchmark.name != wanted:
            others.append(benchmark.name)
            return
        if not outcome:
            outcome.append(_error_of(body, benchmark))
        raise Unwind

    try:
        _run(order, visit)
    except BaseException as error:
        if not outcome:
            raise LaneError(raised("load", error)) from error
    if not outcome:
        raise LaneError(failure("load", "missing", _missing(order["path"], wanted, others)))
    if outcome[0] is not None:
        raise outcome[0]


def contents(order: Dict[str, Any]) -> Dict[str, Any]:
    """Which benchmarks the script holds, found by running it without any of them.

    Returns:
        ``benchmarks``: the names; ``left_out``: pairs of a name and why it cannot be measured, the last of which may
        stand for all that a failing script did not come to; ``description``: what the script says of itself, or None.

    Raises:
        LaneError: the script failed before its first bench call.
    """
    found: List[stand_in.Benchmark] = []
    left_out: List[List[str]] = []
    try:
        _run(order, found.append)
    except BaseException as error:
        fault = raised("load", error)
        if not found:
            raise LaneError(fault) from error
        left_out.append([THE_REST, fault["reason"]])
    refused = [[benchmark.name, benchmark.refusal] for benchmark in found if benchmark.refusal is not None]
    return {
        "benchmarks": [benchmark.name for benchmark in found if benchmark.refusal is None],
        "left_out": refused + left_out,
        "description": next((benchmark.description for benchmark in found if benchmark.description), None),
    }


def _error_of(body: Callable[[stand_in.Benchmark], None], benchmark: stand_in.Benchmark) -> Optional[BaseException]:
    """What ``body`` raised: it is kept, since the script's own handlers must neither see nor swallow it."""
    if benchmark.refusal is not None:
        return LaneError(failure("load", "unsupported", benchmark.refusal))
    try:
        body(benchmark)
    except BaseException as error:  # noqa: BLE001 - the same
        return error
    return None


def _run(order: Dict[str, Any], visit: stand_in.Visit) -> None:
    """Run the file; a script may leave by ``sys.exit()``, which is no error unless it says so."""
    path = order["path"]
    sys.argv = [path, *order.get("argv", ())]
    sys.path[:0] = [os.path.dirname(os.path.abspath(path)), ON_PATH]
    stand_in.install(visit)
    module = type(sys)("__main__")
    module.__file__ = path
    with open(path, "rb") as file:
        code = bytecode.compiled(file.read(), path)
    sys.modules["__main__"] = module
    try:
        exec(code, module.__dict__)  # noqa: S102 - running the script is what this is for
    except SystemExit as error:
        if error.code:
            raise
    finally:
        stray.end_if_copy()


def _missing(path: str, wanted: str, others: List[str]) -> str:
    seen = ", ".join(others) if others else "none at all"
    return "{} came to its end without a benchmark {!r}; it has: {}".format(os.path.basename(path), wanted, seen)
