# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does one ``queue.Queue`` scale: 1,000 items put in by each worker, and as many taken out?

Adds to ``lock``: two conditions and a deque under one lock, as most programs hand work from thread to thread. Nobody
waits for an item: each takes out no more than it has put in.
"""

import queue

ITEMS = 1_000


def setup():
    return queue.Queue()


def work(line):
    for _ in range(ITEMS):
        line.put(7)
    return sum(line.get() for _ in range(ITEMS))


def check(result):
    assert result == 7 * ITEMS, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
