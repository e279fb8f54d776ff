# /// script
# requires-python = ">=3.8"
# dependencies = ["numpy"]
# [tool.gilscope]
# kind = "native"
# ///
"""Does an image filter in NumPy run in parallel: each of 800 rows of 600 pixels blurred over five neighbours?

The filter of ``blur_python`` over whole arrays: ten operations in C that release the GIL, and a little Python between.
"""

import numpy as np

ROWS, COLUMNS, REACH = 800, 600, 2


def setup():
    rows, columns = np.ogrid[:ROWS, :COLUMNS]
    return ((rows * 31 + columns * 17) % 256).astype(np.int32)


def work(image):
    width = 2 * REACH + 1
    total = np.zeros((ROWS, COLUMNS - width + 1), dtype=np.int32)
    for start in range(width):
        total += image[:, start : start + total.shape[1]]
    return int((total // width).sum())


def check(result):
    width = 2 * REACH + 1
    image = setup().tolist()
    starts = range(COLUMNS - width + 1)
    assert result == sum(sum(row[start : start + width]) // width for row in image for start in starts), result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
