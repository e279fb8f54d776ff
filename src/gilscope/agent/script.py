"""A script written for pyperf, run once from top to bottom; a benchmark is served in its bench call."""

from __future__ import annotations

import os
import sys

from . import modules, on_path, stand_in, stray
from .bench_call import Benchmark, Service
from .fault import LaneError, failure, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, Union

    from .records import Contents, LaneOrder, ScriptOrder

THE_REST = "(the rest)"


def opened(order: LaneOrder, wanted: str, body: Callable[[Benchmark], None]) -> None:
    """Run the script up to the wanted bench call, call ``body`` there, then leave the script.

    Raises:
        LaneError: the script ended or failed before it reached the benchmark, or the benchmark cannot be measured.
        BaseException: whatever ``body`` raised.
    """
    others: List[str] = []
    service = Service(body)

    def visit(benchmark: Benchmark) -> None:
        stray.end_if_copy()
        if not service.is_done and benchmark.name != wanted:
            others.append(benchmark.name)
            return
        service.serve(benchmark)

    try:
        _run(order, visit)
    except BaseException as error:
        if not service.is_done:
            raise LaneError(raised("load", error)) from error
    if not service.is_done:
        raise LaneError(failure("load", "missing", _missing(order["path"], wanted, others)))
    service.finish()


def contents(order: ScriptOrder) -> Contents:
    """Return which benchmarks the script holds, found by running it without any of them.

    Raises:
        LaneError: the script failed before its first bench call.
    """
    found: List[Benchmark] = []
    left_out: List[List[str]] = []
    try:
        _run(order, found.append)
    except BaseException as error:
        fault = raised("load", error)
        if not found:
            raise LaneError(fault) from error
        left_out.append([THE_REST, fault["reason"]])
    refused = [[benchmark.name, benchmark.refusal] for benchmark in found if benchmark.refusal is not None]
    measured = [benchmark for benchmark in found if benchmark.refusal is None]
    return {
        "benchmarks": [benchmark.name for benchmark in measured],
        "left_out": refused + left_out,
        "description": next((benchmark.description for benchmark in found if benchmark.description), None),
        "programs": [benchmark.name for benchmark in measured if benchmark.starts_program],
    }


def _run(order: Union[LaneOrder, ScriptOrder], visit: stand_in.Visit) -> None:
    """Run the file; a script may leave by ``sys.exit()``, which is no error unless its status is one."""
    path = order["path"]
    sys.argv = [path, *order.get("argv", ())]
    sys.path[:0] = [os.path.dirname(os.path.abspath(path)), on_path.FOLDER]
    stand_in.install(visit)
    try:
        modules.run(path, "__main__")
    except SystemExit as error:
        if error.code:
            raise


def _missing(path: str, wanted: str, others: List[str]) -> str:
    names = ", ".join(others) if others else "none at all"
    return "{} came to its end without a benchmark {!r}; it has: {}".format(os.path.basename(path), wanted, names)
