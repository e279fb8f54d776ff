# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does reading module globals and constants scale: 20,000 additions of two of them?

Adds to ``local_loop``: the module's dict and the objects in it, which all threads read and nobody writes.
"""

LOOPS = 20_000
STEP = 7
SCALE = 1.5


def work():
    total = 0.0
    for _ in range(LOOPS):
        total += STEP * SCALE
    return total


def check(result):
    assert result == LOOPS * STEP * SCALE, result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
