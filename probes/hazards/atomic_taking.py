# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["list-pop", "deque-popleft", "dict-popitem", "dict-setdefault", "next-count"]
# loops = 1
# observes = {not_atomic = "times", attempts = "attempts"}
# ///
"""Of single operations that take something, how many give it to two threads at once?

Python's FAQ, "What kinds of global value mutation are thread-safe?" says that taking an item is.
"""

import sys
from collections import deque
from contextlib import contextmanager
from itertools import count
from threading import Barrier, Thread
from time import perf_counter

EACH = 100_000


def look(make, act, broken):
    shared, gate, got = make(), Barrier(2), ([], [])

    def run(who):
        gate.wait()
        for number in range(EACH):
            got[who].append(act(shared, who, number))

    threads = [Thread(target=run, args=(who,)) for who in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got[0]) == len(got[1]) == EACH
    return {"not_atomic": broken(shared, *got), "attempts": 2 * EACH}


def operation(make, act, broken):
    """Both threads `act` on what `make` gives; `broken` counts what is wrong with it, and with what they got."""

    @contextmanager
    def way():
        sys.setswitchinterval(1e-5)
        yield lambda: look(make, act, broken)

    return way


def doubled(_, *got):
    """How many of what both threads took was not its only copy."""
    return 2 * EACH - len({item for own in got for item in own})


def differing(_, *got):
    return sum(one is not other for one, other in zip(*got))


def numbers():
    return range(2 * EACH)


list_pop = operation(lambda: list(numbers()), lambda items, *_: items.pop(), doubled)
deque_popleft = operation(lambda: deque(numbers()), lambda items, *_: items.popleft(), doubled)
dict_popitem = operation(lambda: dict.fromkeys(numbers()), lambda items, *_: items.popitem(), doubled)
dict_setdefault = operation(dict, lambda items, _, i: items.setdefault(i, object()), differing)
next_count = operation(count, lambda counter, *_: next(counter), doubled)


def check(seen):
    assert 0 <= seen["not_atomic"] <= seen["attempts"]


if __name__ == "__main__":
    for name, way in (("list_pop", list_pop), ("next_count", next_count)):
        with way() as unit:
            begun = perf_counter()
            print(name, unit(), f"in {perf_counter() - begun:.3f} s")
