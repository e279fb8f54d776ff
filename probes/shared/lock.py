# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does taking and giving back one lock scale: 20,000 times by each worker, with nothing in between?

What is left of ``counter_locked`` without its counter: the price of ``threading.Lock`` when all want it.
"""

import threading

LOOPS = 20_000


def setup():
    return threading.Lock()


def work(lock):
    taken = 0
    for _ in range(LOOPS):
        with lock:
            taken += 1
    return taken


def check(result):
    assert result == LOOPS, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
