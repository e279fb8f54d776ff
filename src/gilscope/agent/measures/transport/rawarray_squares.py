# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["process-pool", "raw-array"]
# ///
"""What do processes take to fill a NumPy array's rows with i and i squared: pickled, or in place in shared memory?

The parent owns row 0, which nobody else may touch. A ``ProcessPoolExecutor`` of two does the others. The figure is for
all twenty rows, so it tells what a small task costs rather than what a large array does.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from gilscope_agent import stacks

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
"""In a worker, the array that it was started with."""


@contextmanager
def process_pool() -> Iterator[Callable[[], Rows]]:
    """Workers return rows, which the parent gathers."""
    array = _numpy().zeros((ROWS, 2), dtype="i")
    with ProcessPoolExecutor(WORKERS, mp_context=SPAWN, initializer=stacks.tell_on_request) as pool:

        def fill() -> Rows:
            _wipe(array)
            for number, row in pool.map(row_of, range(1, ROWS)):
                array[number] = row
            return _rows(array)

        yield fill


@contextmanager
def raw_array() -> Iterator[Callable[[], Rows]]:
    """Workers write rows where the parent reads them."""
    _numpy()
    memory = SPAWN.RawArray("i", ROWS * 2)
    array = _seen(memory)
    with ProcessPoolExecutor(WORKERS, mp_context=SPAWN, initializer=begin, initargs=(memory,)) as pool:

        def fill() -> Rows:
            _wipe(array)
            list(pool.map(write_row, range(1, ROWS)))
            return _rows(array)

        yield fill


def check(rows: Rows) -> None:
    """Row 0 is the parent's, the others hold their squares."""
    assert rows == [ROW_0, *([number, number**2] for number in range(1, ROWS))], rows  # noqa: S101 - by contract


def row_of(number: int) -> Tuple[int, List[int]]:
    """A row and where it belongs."""
    return number, [number, number**2]


def begin(memory: SharedArray) -> None:
    """What a worker does first."""
    stacks.tell_on_request()
    shared.append(_seen(memory))


def write_row(number: int) -> None:
    """A row, where it belongs."""
    shared[0][number] = [number, number**2]


def _wipe(array: SharedArray) -> None:
    array[:] = 0
    array[0] = ROW_0


def _rows(array: SharedArray) -> Rows:
    rows: Rows = array.tolist()
    return rows


def _seen(memory: SharedArray) -> SharedArray:
    return _numpy().frombuffer(memory, dtype="i").reshape(-1, 2)


def _numpy() -> Any:  # noqa: ANN401 - most machines that check this have no NumPy stubs
    try:
        import numpy  # noqa: ICN001, PLC0415 - most targets have none
    except ImportError:
        raise NotImplementedError("NumPy is not installed here") from None
    return numpy
