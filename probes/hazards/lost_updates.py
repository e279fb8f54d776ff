# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["bare", "locked"]
# loops = 1
# observes = {lost = "updates", lost_per_million = "per million updates", lock = ""}
# ///
"""How many updates are lost when two threads do `x += 1` on one variable, with and without a lock?

The race condition of "Multiprocessing vs. Threading in Python" (2021). From 3.10 on a GIL is only given up at calls and
backward jumps, so that the three steps of `x += 1` stay together there by chance.
"""

import sys
from contextlib import contextmanager
from threading import Barrier, Lock, Thread
from time import perf_counter

UPDATES = 200_000
x = 0


def add_bare():
    global x  # noqa: PLW0603 - the shared variable is what this is about
    for _ in range(UPDATES):
        x += 1


def add_locked(lock=Lock()):  # noqa: B008 - one lock for all
    global x  # noqa: PLW0603 - the shared variable is what this is about
    for _ in range(UPDATES):
        with lock:
            x += 1


def look(add, lock):
    global x  # noqa: PLW0603 - the shared variable is what this is about
    x = 0
    gate = Barrier(2)

    def run():
        gate.wait()
        add()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lost = 2 * UPDATES - x
    return {"lost": lost, "lost_per_million": lost / (2 * UPDATES) * 1e6, "lock": lock}


@contextmanager
def bare():
    sys.setswitchinterval(1e-5)
    yield lambda: look(add_bare, "none")


@contextmanager
def locked():
    sys.setswitchinterval(1e-5)
    yield lambda: look(add_locked, "held")


def check(seen):
    assert 0 <= seen["lost"] <= (0 if seen["lock"] == "held" else 2 * UPDATES)


if __name__ == "__main__":
    for way in (bare, locked):
        with way() as unit:
            begun = perf_counter()
            print(way.__name__, unit(), f"in {perf_counter() - begun:.3f} s")
