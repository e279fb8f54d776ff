# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does making instances of a shared class scale: 5,000 of one class from all workers?

Adds to ``function_call``: every instance holds its class, whose count would be everybody's.
"""

INSTANCES = 5_000


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def work():
    total = 0
    for number in range(INSTANCES):
        point = Point(number, 1)
        total += point.x + point.y
    return total


def check(result):
    assert result == INSTANCES * (INSTANCES + 1) // 2, result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
