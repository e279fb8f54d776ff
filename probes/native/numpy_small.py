# /// script
# requires-python = ">=3.8"
# dependencies = ["numpy"]
# [tool.gilscope]
# kind = "native"
# ///
"""Do NumPy's functions scale on small arrays: 5,000 sines of an array of four floats?

Each worker has an array of its own, and the calls take longer than the sines: what threads still share is what NumPy
itself keeps (its functions, types, and how they are dispatched).
"""

import numpy as np

CALLS = 5_000


def setup():
    return np.arange(4.0)


def work(numbers):
    for _ in range(CALLS):
        result = np.sin(numbers)
    return [round(sine, 12) for sine in result.tolist()]


def check(result):
    assert result == [0.0, 0.841470984808, 0.909297426826, 0.14112000806], result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
