# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["list-append", "list-extend", "set-add", "dict-set", "attribute-store", "integer-add"]
# loops = 1
# observes = {not_atomic = "times", attempts = "attempts"}
# ///
"""Of single operations that write, how many are lost or torn when two threads do them on one object?

Python's FAQ, "What kinds of global value mutation are thread-safe?", says that none is but `x += 1`.
"""

import sys
from contextlib import contextmanager
from threading import Barrier, Thread
from time import perf_counter
from types import SimpleNamespace

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


def lost(shared, *_):
    return 2 * EACH - len(shared)


def torn(shared, *_):
    return sum(one != other for one, other in zip(shared[::2], shared[1::2])) + abs(4 * EACH - len(shared)) // 2


def increment(number, *_):
    number.x += 1


list_append = operation(list, lambda items, *_: items.append(0), lost)
list_extend = operation(list, lambda items, who, _: items.extend((who, who)), torn)
set_add = operation(set, lambda items, *pair: items.add(pair), lost)
dict_set = operation(dict, lambda items, *pair: items.__setitem__(pair, 0), lost)
attribute_store = operation(
    SimpleNamespace, lambda thing, who, i: setattr(thing, f"x{who}_{i}", 0), lambda thing, *_: lost(vars(thing))
)
integer_add = operation(lambda: SimpleNamespace(x=0), increment, lambda number, *_: 2 * EACH - number.x)


def check(seen):
    assert 0 <= seen["not_atomic"] <= seen["attempts"]


if __name__ == "__main__":
    for name, way in (("list_append", list_append), ("integer_add", integer_add)):
        with way() as unit:
            begun = perf_counter()
            print(name, unit(), f"in {perf_counter() - begun:.3f} s")
