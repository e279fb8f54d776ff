# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does asking one set from all workers scale: 20,000 questions whether it holds a number, half of them in vain?

Beside ``dict_read`` and ``list_read``: nothing is handed out, so no item's count changes hands.
"""

MEMBERS = 1_000
ROUNDS = 10


def setup():
    return set(range(0, 2 * MEMBERS, 2))


def work(members):
    found = 0
    for _ in range(ROUNDS):
        for number in range(2 * MEMBERS):
            found += number in members
    return found


def check(result):
    assert result == ROUNDS * MEMBERS, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
