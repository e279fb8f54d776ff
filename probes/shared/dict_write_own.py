# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does writing one dict scale where each worker has a key of its own: 20,000 values each?

Adds to ``dict_read``: every write takes the dict's lock. The keys differ, the lock does not.
"""

import threading

LOOPS = 20_000


def setup():
    return {}


def work(table):
    key = threading.get_ident()
    for number in range(LOOPS):
        table[key] = number
    return table[key]


def check(result):
    assert result == LOOPS - 1, "somebody else wrote under a worker's own key"


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
