# /// script
# requires-python = ">=2.7"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What do nested lists cost: 30 rows of 30 numbers sorted in pure Python, each row and then the rows?

Indexing, comparing and swapping inside lists that only one thread knows: the price of locks on lists that nobody
contends.
"""

SIZE = 30


def table():
    return [[(row * 7919 + column * 104729) % 1009 for column in range(SIZE)] for row in range(SIZE)]


def insertion_sort(items):
    for end in range(1, len(items)):
        item = items[end]
        place = end
        while place > 0 and items[place - 1] > item:
            items[place] = items[place - 1]
            place -= 1
        items[place] = item


def work():
    rows = table()
    for row in rows:
        insertion_sort(row)
    insertion_sort(rows)
    return rows


def check(result):
    assert result == sorted(sorted(row) for row in table())


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print("{:.60}: one unit took {:.2f} ms".format(repr(answer), took * 1e3))
