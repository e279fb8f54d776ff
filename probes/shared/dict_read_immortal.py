# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does reading one dict scale whose keys and values are immortal: 100,000 look-ups over 200 keys?

Beside ``dict_read``, whose keys and values are counted, and those counts are everybody's: what is left here is the
look-up itself, which takes no lock in free-threaded builds (PEP 703). Keys are interned, values small integers.
"""

import sys

KEYS = 200
PASSES = 500


def setup():
    return {sys.intern(f"immortal key {number}"): number for number in range(KEYS)}


def work(table):
    keys = list(table)
    found = 0
    for _ in range(PASSES):
        for key in keys:
            found += table[key]
    return found


def check(result):
    assert result == PASSES * (KEYS - 1) * KEYS // 2, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
