# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does writing one list scale where each worker has an index of its own: 60,000 values each?

Adds to ``list_read``: every write takes the list's lock. The places lie 16 items apart, so that no two are in one
cache line.
"""

from collections import deque

LOOPS = 60_000
WORKERS = 1_000
APART = 16


def setup():
    return [0] * WORKERS * APART, deque(range(0, WORKERS * APART, APART))


def work(state):
    items, free = state
    index = free.popleft()
    for number in range(LOOPS):
        items[index] = number
    last = items[index]
    free.append(index)
    return last


def check(result):
    assert result == LOOPS - 1, "somebody else wrote to a worker's own place"


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
