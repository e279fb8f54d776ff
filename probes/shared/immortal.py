# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""What does fighting over an immortal object cost: 20,000 references to one made and dropped?

Beside ``refcount``, whose object is mortal: strings that are interned are immortal in free-threaded builds (PEP 683 and
703), so that nobody counts their references. Default builds count those of most.
"""

import sys

LOOPS = 20_000


def setup():
    return sys.intern("immortal where there is no GIL")


def work(thing):
    place = [None]
    for _ in range(LOOPS):
        place[0] = thing
        place[0] = None
    return place == [None]


def check(result):
    assert result is True, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
