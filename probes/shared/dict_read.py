# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does reading one dict from all workers scale: 100,000 look-ups over 1,000 keys?

Threads share the dict; interpreters and processes cannot, and read a copy each.
"""

LOOKUPS = 100


def setup():
    return {f"key-{number}": number for number in range(1000)}


def work(table):
    keys = list(table)
    found = 0
    for _ in range(LOOKUPS):
        for key in keys:
            found += table[key]
    return found


def check(result):
    assert result == LOOKUPS * 999 * 1000 // 2, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
