# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["process-pool", "raw-array"]
# ///
"""What do processes take to fill a NumPy array's rows with i and i squared: pickled, or in place in shared memory?

The parent owns row 0, which nobody else may touch. A ``ProcessPoolExecutor`` of two does the others. The figure is for
all twenty rows, so it is about what a small task costs, not about what a large array does.
"""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager

from gilscope_agent import stacks
from gilscope_agent.measures import _offered
from gilscope_agent.measures.transport._shapes import imported_numpy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, List, Tuple

    Rows = List[List[int]]
    SharedArray = Any

ROWS = 20
WORKERS = 2
ROW_0 = [-1, -1]
SPAWN = multiprocessing.get_context("spawn")

shared: List[SharedArray] = []
"""The array that a worker was started with."""


@contextmanager
def process_pool() -> Iterator[Callable[[], Rows]]:
    """Let workers return rows, which the parent gathers."""
    array = imported_numpy().zeros((ROWS, 2), dtype="i")
    with _offered.process_pool()(WORKERS, mp_context=SPAWN, initializer=stacks.write_on_request) as pool:

        def fill() -> Rows:
            _wipe(array)
            for number, row in pool.map(row_of, range(1, ROWS)):
                array[number] = row
            return _rows(array)

        yield fill


@contextmanager
def raw_array() -> Iterator[Callable[[], Rows]]:
    """Let workers write rows where the parent reads them."""
    imported_numpy()
    memory = SPAWN.RawArray("i", ROWS * 2)
    array = _as_rows(memory)
    with _offered.process_pool()(WORKERS, mp_context=SPAWN, initializer=begin, initargs=(memory,)) as pool:

        def fill() -> Rows:
            _wipe(array)
            list(pool.map(write_row, range(1, ROWS)))
            return _rows(array)

        yield fill


def check(rows: Rows) -> None:
    """Refuse rows other than the parent's row 0 and the workers' squares."""
    assert rows == [ROW_0, *([number, number**2] for number in range(1, ROWS))], rows  # noqa: S101 - by contract


def row_of(number: int) -> Tuple[int, List[int]]:
    """Return a row and where it belongs."""
    return number, [number, number**2]


def begin(memory: SharedArray) -> None:
    """Keep the array that this worker is started with."""
    stacks.write_on_request()
    shared.append(_as_rows(memory))


def write_row(number: int) -> None:
    """Write a row where it belongs."""
    shared[0][number] = [number, number**2]


def _wipe(array: SharedArray) -> None:
    array[:] = 0
    array[0] = ROW_0


def _rows(array: SharedArray) -> Rows:
    rows: Rows = array.tolist()
    return rows


def _as_rows(memory: SharedArray) -> SharedArray:
    return imported_numpy().frombuffer(memory, dtype="i").reshape(-1, 2)
