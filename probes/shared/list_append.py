# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does appending to one list scale: 20,000 items by each worker, who takes as many away again?

Adds to ``list_write_same``: the list grows, so that its items move while others read and write them.
"""

APPENDS = 20_000


def setup():
    return []


def work(items):
    for number in range(APPENDS):
        items.append(number)
    none_lost = len(items) >= APPENDS
    del items[-APPENDS:]
    return none_lost


def check(result):
    assert result is True, "appended items were lost: nobody takes away more than it appended"


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
