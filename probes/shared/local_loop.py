# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does a loop over its own variables scale: 30,000 additions that touch nothing shared?

The lowest rung of the contention ladder (compare CPython's Tools/ftscalingbench): what is lost here is lost to the
machine, its clock, its caches and its neighbours. Every rung above is read against this one.
"""

LOOPS = 30_000


def work():
    total = 0
    for number in range(LOOPS):
        total += number
    return total


def check(result):
    assert result == LOOPS * (LOOPS - 1) // 2, result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
