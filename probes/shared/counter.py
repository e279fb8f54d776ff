# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does counting up one attribute without a lock scale: 20,000 times by each worker?

Adds to ``attribute_read``: all write the same attribute. Counts may be lost between reading and writing; how many is
another probe's question.
"""

LOOPS = 20_000


class Counter:
    value = 0


def setup():
    return Counter()


def work(counter):
    for _ in range(LOOPS):
        counter.value += 1
    return counter.value > 0


def check(result):
    assert result is True, "a counter that only goes up is not above where it began"


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
