# /// script
# requires-python = ">=3.8"
# dependencies = ["numpy"]
# [tool.gilscope]
# kind = "native"
# ///
"""Does NumPy's matrix product run in parallel on threads: 320 x 320 floats?

NumPy releases the GIL and calls a BLAS library, which is told here to keep to one thread: its own threads would take
the CPUs that the model is asked about. Whole numbers as floats, so that every sum is exact.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import numpy as np  # BLAS reads the number of its threads when it is loaded

SIZE = 320


def setup():
    return (np.arange(SIZE * SIZE) % 13).astype(float).reshape(SIZE, SIZE)


def work(matrix):
    return int((matrix @ matrix.T).sum())


def check(result):
    columns = [sum((row * SIZE + column) % 13 for row in range(SIZE)) for column in range(SIZE)]
    assert result == sum(total * total for total in columns), result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
