# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "native"
# ///
"""What does an image filter in pure Python cost: each of 100 rows of 120 pixels blurred over five neighbours?

The worked example of introductions to the GIL, a filter whose rows are independent. ``blur_numpy`` does the same in C.
"""

ROWS, COLUMNS, REACH = 100, 120, 2


def setup():
    return [[(row * 31 + column * 17) % 256 for column in range(COLUMNS)] for row in range(ROWS)]


def blurred(row):
    width = 2 * REACH + 1
    total = sum(row[:width])
    smooth = [total // width]
    for column in range(width, COLUMNS):
        total += row[column] - row[column - width]
        smooth.append(total // width)
    return smooth


def work(image):
    return sum(sum(blurred(row)) for row in image)


def check(result):
    width = 2 * REACH + 1
    expected = sum(sum(row[at : at + width]) // width for row in setup() for at in range(COLUMNS - width + 1))
    assert result == expected, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
