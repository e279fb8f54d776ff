# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does calling one bound method scale: 20,000 calls of it from all workers?

Adds to ``attribute_read``: the bound method is an ordinary object that every call holds, and that holds the instance.
Only code, functions, classes and modules are spared from counting by deferred reference counts.
"""

LOOPS = 20_000


class Step:
    def __init__(self, width):
        self.width = width

    def taken(self, place):
        return place + self.width


def setup():
    return Step(3).taken


def work(taken):
    place = 0
    for _ in range(LOOPS):
        place = taken(place)
    return place


def check(result):
    assert result == 3 * LOOPS, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
