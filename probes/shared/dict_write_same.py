# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does writing one dict scale where all workers write one key: 20,000 values each?

Adds to ``dict_write_own``: the entry is the same too, and each writer drops the value of another.
"""

LOOPS = 20_000


def setup():
    return {}


def work(table):
    for number in range(LOOPS):
        table["key"] = number
    return [len(table), table["key"] in range(LOOPS)]


def check(result):
    assert result == [1, True], result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
