# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What do dicts that grow and shrink cost: 3,000 keys put in, changed, moved to another dict, and taken out?

Keys are strings made on the spot, so hashing, resizing and freeing are all part of it; the dicts belong to one thread.
"""

KEYS = 3_000


def work():
    table = {}
    for number in range(KEYS):
        table[f"key-{number}"] = number
    for key in table:
        table[key] += 1
    moved = {}
    while table:
        key, value = table.popitem()
        moved[value] = key
    for value in range(1, KEYS, 2):
        del moved[value]
    return sum(moved)


def check(result):
    assert result == sum(range(2, KEYS + 1, 2)), result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
