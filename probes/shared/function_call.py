# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does calling a shared function scale: 20,000 calls of one function from all workers?

Adds to ``globals_read``: every call holds the function and its code object; deferred reference counting is what keeps
threads from fighting over their counts.
"""

LOOPS = 20_000


def plus_three(number):
    return number + 3


def work():
    total = 0
    for _ in range(LOOPS):
        total = plus_three(total)
    return total


def check(result):
    assert result == 3 * LOOPS, result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
