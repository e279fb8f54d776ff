# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["ordered", "opposite"]
# loops = 1
# timeout_s = 10
# observes = {ended = "threads"}
# ///
"""Do two threads end that take two locks, in the same order or in opposite ones?

The deadlock of "Multiprocessing vs. Threading in Python" (2021). In opposite orders they never do: the finding of that
way shows both stacks, once the time limit has ended it. By hand, only the way `ordered` is run.
"""

from contextlib import contextmanager
from threading import Barrier, Lock, Thread
from time import perf_counter

FIRST, SECOND = Lock(), Lock()


def first_then_second(ended, both_hold_one):
    with FIRST:
        both_hold_one()
        with SECOND:
            ended.append("first, then second")


def second_then_first(ended, both_hold_one):
    with SECOND:
        both_hold_one()
        with FIRST:
            ended.append("second, then first")


def look(functions, both_hold_one):
    ended = []
    threads = [Thread(target=function, args=(ended, both_hold_one)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"ended": len(ended)}


@contextmanager
def ordered():
    yield lambda: look([first_then_second, first_then_second], lambda: None)


@contextmanager
def opposite():
    yield lambda: look([first_then_second, second_then_first], Barrier(2).wait)


def check(seen):
    assert seen["ended"] == 2


if __name__ == "__main__":
    with ordered() as unit:
        begun = perf_counter()
        print(unit(), f"in {perf_counter() - begun:.6f} s")
