# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does reading one instance's attributes scale: 20,000 reads of two of them from all workers?

Adds to ``instantiate``: the instance itself is shared, and so are the values in it, whose counts every read changes
for a moment (they are computed, since constants are immortal).
"""

LOOPS = 20_000


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def setup():
    return Point(*(10**9 + step for step in (0, 1)))


def work(point):
    total = 0
    for _ in range(LOOPS):
        total += point.x + point.y
    return total


def check(result):
    assert result == LOOPS * (2 * 10**9 + 1), result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
