# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["bare", "setdefault", "locked"]
# loops = 1
# observes = {made_twice = "keys", made_twice_per_million = "per million keys", lock = ""}
# ///
"""How often do two threads both make what should be made once: `if key not in cache: cache[key] = make()`?

The race condition of "Multiprocessing vs. Threading in Python" (2021), as it hides in caches. Both threads fill cold
caches, each in a random order, as requests come: in one order they would run neck and neck. `setdefault` makes twice
too, but both go on with the same object, so that only what they disagree on is counted there.
"""

import random
import sys
from contextlib import contextmanager
from threading import Barrier, Lock, Thread
from time import perf_counter

CACHES = 60
KEYS = 5_000


def take_bare(cache, key):
    if key not in cache:
        cache[key] = object()
    return cache[key]


def take_by_setdefault(cache, key):
    return cache.setdefault(key, object())


def take_locked(cache, key, lock=Lock()):  # noqa: B008 - one lock for all
    with lock:
        return take_bare(cache, key)


def look(take, lock):
    caches, taken, gate = [{} for _ in range(CACHES)], ([], []), Barrier(2)

    def run(filled, order):
        for cache in caches:
            gate.wait()
            filled.append({key: take(cache, key) for key in order})

    threads = [Thread(target=run, args=(filled, random.sample(range(KEYS), KEYS))) for filled in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(own) for filled in taken for own in filled] == [KEYS] * CACHES * 2
    twice = sum(one[key] is not other[key] for one, other in zip(*taken) for key in range(KEYS))
    return {"made_twice": twice, "made_twice_per_million": twice / KEYS / CACHES * 1e6, "lock": lock}


def way(take, lock):
    @contextmanager
    def entered():
        sys.setswitchinterval(1e-5)
        yield lambda: look(take, lock)

    return entered


bare = way(take_bare, "none")
setdefault = way(take_by_setdefault, "the dict's own")
locked = way(take_locked, "held")


def check(seen):
    assert seen["made_twice"] == 0 or seen["lock"] == "none"


if __name__ == "__main__":
    for name, chosen in (("bare", bare), ("setdefault", setdefault), ("locked", locked)):
        with chosen() as unit:
            begun = perf_counter()
            print(name, unit(), f"in {perf_counter() - begun:.3f} s")
