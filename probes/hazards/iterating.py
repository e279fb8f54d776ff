# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["bare", "copy", "locked"]
# loops = 1
# observes = {broken = "passes", broken_share = "of all passes", lock = ""}
# ///
"""How many passes over a dict break off because another thread changes it meanwhile?

The race condition of "Multiprocessing vs. Threading in Python" (2021). `list(d)` is one step under a GIL; on a
free-threaded build the dict's own lock makes it one (PEP 703), which the way `copy` puts to the test.
"""

import sys
from contextlib import contextmanager
from threading import Barrier, Event, Lock, Thread
from time import perf_counter

PASSES = 10_000
LOCK = Lock()


def over_dict(shared):
    return sum(1 for _ in shared)


def over_locked(shared):
    with LOCK:
        return over_dict(shared)


def is_broken(one_pass, shared):
    try:
        one_pass(shared)
    except RuntimeError:
        return True
    return False


def look(one_pass, lock):
    shared, gate, is_over = dict.fromkeys(range(100)), Barrier(2), Event()

    def change():
        gate.wait()
        while not is_over.is_set():
            with LOCK:
                shared["more"] = None
                del shared["more"]

    changing = Thread(target=change)
    changing.start()
    gate.wait()
    broken = sum(is_broken(one_pass, shared) for _ in range(PASSES))
    is_over.set()
    changing.join()
    return {"broken": broken, "broken_share": broken / PASSES, "lock": lock}


def way(one_pass, lock):
    @contextmanager
    def entered():
        sys.setswitchinterval(1e-5)
        yield lambda: look(one_pass, lock)

    return entered


bare = way(over_dict, "none")
copy = way(lambda shared: over_dict(list(shared)), "the dict's own")
locked = way(over_locked, "held")


def check(seen):
    assert seen["broken"] == 0 or seen["lock"] != "held"


if __name__ == "__main__":
    with bare() as unit:
        begun = perf_counter()
        print(unit(), f"in {perf_counter() - begun:.3f} s")
