# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does calling a method scale that instances have in common: 20,000 calls on an instance of each worker's own?

Beside ``method_call``, where all call one bound method: here only the class and its function are shared, as in the
``pymethod`` of CPython's Tools/ftscalingbench.
"""

LOOPS = 20_000


class Step:
    def __init__(self, width):
        self.width = width

    def taken(self, place):
        return place + self.width


def work():
    step = Step(3)
    place = 0
    for _ in range(LOOPS):
        place = step.taken(place)
    return place


def check(result):
    assert result == 3 * LOOPS, result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
