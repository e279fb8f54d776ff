# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""What does fighting over one object's reference count cost: 20,000 references to it made and dropped?

Lists of their own, one object in common: only its count is contended. The thread that made it counts in a field of its
own (biased reference counting, PEP 703), all others by atomic operations on one cache line.
"""

LOOPS = 20_000


class Thing:
    pass


def setup():
    return Thing()


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
