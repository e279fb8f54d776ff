# /// script
# requires-python = ">=3.8"
# dependencies = ["numpy"]
# [tool.gilscope]
# kind = "native"
# ///
"""Does NumPy's element-wise maths run in parallel on threads: five operations on 200,000 floats?

Each releases the GIL for its loop and makes a new array: the memory is as busy as the CPU. Roots of whole squares, so
that every result is exact.
"""

import numpy as np

SIZE = 200_000


def setup():
    return np.arange(SIZE, dtype=float)


def work(numbers):
    squares = numbers * numbers
    roots = np.sqrt(squares)
    return int((np.maximum(roots, 10.0) + 1.0).sum())


def check(result):
    assert result == SIZE * (SIZE - 1) // 2 + SIZE + 55, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
