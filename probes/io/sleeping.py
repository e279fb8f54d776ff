# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "io"
# ///
"""Do waits overlap: ten sleeps of 2 ms, standing for ten answers from a network?"""

import time

WAITS = 10
SECONDS = 0.002


def work():
    for _ in range(WAITS):
        time.sleep(SECONDS)
    return WAITS


def check(result):
    assert result == WAITS


if __name__ == "__main__":
    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
