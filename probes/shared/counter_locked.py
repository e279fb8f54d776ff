# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does counting up one attribute under a lock scale: 10,000 times by each worker?

Adds to ``counter``: a lock around every step, so that no count is lost, and so that workers wait for each other.
"""

import threading

LOOPS = 10_000


class Counter:
    def __init__(self):
        self.value = 0
        self.lock = threading.Lock()


def setup():
    return Counter()


def work(counter):
    before = counter.value
    for _ in range(LOOPS):
        with counter.lock:
            counter.value += 1
    return counter.value >= before + LOOPS


def check(result):
    assert result is True, "counts were lost in spite of the lock"


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
