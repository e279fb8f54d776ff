# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["bare", "setdefault", "locked"]
# loops = 1
# observes = {made_twice = "keys", made_twice_per_million = "per million keys", lock = ""}
# ///
"""How often do two threads both make what should be made once: `if key not in cache: cache[key] = make()`?

The race condition of "Multiprocessing vs. Threading in Python" (2021), as it hides in caches. `setdefault` makes twice
too, but both threads go on with the same object, so that only what they disagree on is counted there.
"""

import sys
from contextlib import contextmanager
from threading import Barrier, Lock, Thread
from time import perf_counter

KEYS = 100_000


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
    cache, taken, gate = {}, ([], []), Barrier(2)

    def run(own):
        gate.wait()
        for key in range(KEYS):
            own.append(take(cache, key))

    threads = [Thread(target=run, args=(own,)) for own in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(own) for own in taken] == [KEYS, KEYS]
    twice = sum(one is not other for one, other in zip(*taken))
    return {"made_twice": twice, "made_twice_per_million": twice / KEYS * 1e6, "lock": lock}


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
