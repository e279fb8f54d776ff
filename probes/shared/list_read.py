# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does reading one list from all workers scale: 20,000 items by index?

Beside ``dict_read``: no hashing, so that the list's own reads without a lock and the items' counts are all that is
left.
"""

ITEMS = 1_000
ROUNDS = 20


def setup():
    return [10**6 + number for number in range(ITEMS)]


def work(items):
    total = 0
    for _ in range(ROUNDS):
        for index in range(ITEMS):
            total += items[index]
    return total


def check(result):
    assert result == ROUNDS * sum(setup()), result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
