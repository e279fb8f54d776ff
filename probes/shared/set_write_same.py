# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does writing one set scale where all workers write one member: 15,000 times in and out each?

Adds to ``set_write_own``: the entry is the same too.
"""

LOOPS = 15_000


def setup():
    return set()


def work(members):
    for _ in range(LOOPS):
        members.add("member")
        members.discard("member")
    return len(members) <= 1


def check(result):
    assert result is True, "a set holds one member twice"


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
