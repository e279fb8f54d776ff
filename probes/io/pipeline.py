# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "io"
# ways = ["one-after-another", "threads", "processes", "interpreters"]
# ///
"""Which model serves a pipeline best that reads, computes and stores 16 pieces?

The data pipeline of "Multiprocessing vs. Threading in Python" (2021): reading and storing wait 2 ms each, as for a
network, and overlap on threads in every way but the first; the others differ in what computes.
"""

import multiprocessing
import sys
import time
from concurrent import futures
from contextlib import contextmanager

PIECES = 16
WAIT_S = 0.002
WORKERS = 2


def read(number):
    time.sleep(WAIT_S)
    return range(number, number + 5_000)


def compute(numbers):
    return sum(number * number % 7 for number in numbers)


def store(value):
    time.sleep(WAIT_S)
    return value


@contextmanager
def one_after_another():
    yield lambda: sum(map(store, map(compute, map(read, range(PIECES)))))


@contextmanager
def pools(computing):
    with futures.ThreadPoolExecutor(PIECES) as waiting, computing:
        yield lambda: sum(waiting.map(store, computing.map(compute, waiting.map(read, range(PIECES)))))


def threads():
    return pools(futures.ThreadPoolExecutor(WORKERS))


def processes():
    if sys.implementation.name == "pypy" and sys.version_info[:2] == (3, 9):
        raise NotImplementedError("this PyPy's ProcessPoolExecutor cannot start processes by spawning")
    return pools(futures.ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")))


def interpreters():
    if not hasattr(futures, "InterpreterPoolExecutor"):
        raise NotImplementedError("InterpreterPoolExecutor came with 3.14")
    return pools(futures.InterpreterPoolExecutor(WORKERS))


def check(result):
    assert result == sum(compute(range(number, number + 5_000)) for number in range(PIECES)), result


if __name__ == "__main__":
    with threads() as work:
        begun = time.perf_counter()
        answer = work()
        took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
