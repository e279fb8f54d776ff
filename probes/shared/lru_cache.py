# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does one cached function scale: 10,000 hits of a ``functools.lru_cache`` by each worker?

Adds to ``function_call``: a cache that all ask, and that notes which of its entries was asked for last.
"""

from functools import lru_cache

KEYS = 100
PASSES = 100


def setup():
    @lru_cache(maxsize=KEYS)
    def doubled(number):
        return 2 * number

    for number in range(KEYS):
        doubled(number)
    return doubled


def work(doubled):
    total = 0
    for _ in range(PASSES):
        for number in range(KEYS):
            total += doubled(number)
    return total


def check(result):
    assert result == PASSES * KEYS * (KEYS - 1), result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
