# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does writing one list scale where all workers write one index: 60,000 values each?

Adds to ``list_write_own``: the place is the same too, and each writer drops the value of another.
"""

LOOPS = 60_000


def setup():
    return [0]


def work(items):
    for number in range(LOOPS):
        items[0] = number
    return [len(items), items[0] in range(LOOPS)]


def check(result):
    assert result == [1, True], result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
