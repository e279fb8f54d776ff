# /// script
# requires-python = ">=2.7"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What does arithmetic on floats cost: the Mandelbrot set on 48 x 32 points, up to 50 steps each?

Every step makes and drops floats, which have no free list in common between threads.
"""

WIDTH, HEIGHT, STEPS = 48, 32, 50


def steps_until_escape(real, imaginary):
    x = y = 0.0
    for step in range(STEPS):
        x, y = x * x - y * y + real, 2.0 * x * y + imaginary
        if x * x + y * y > 4.0:
            return step
    return STEPS


def work():
    return [
        [steps_until_escape(column / 16.0 - 2.0, row / 16.0 - 1.0) for column in range(WIDTH)] for row in range(HEIGHT)
    ]


def check(result):
    assert result[16][32] == STEPS, "the origin is in the set"
    assert result[0][0] == 0, "a point at a distance of more than two is not"
    assert result[1:16] == list(reversed(result[17:])), "the set is the same above and below the real axis"


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print("{:.60}: one unit took {:.2f} ms".format(repr(answer), took * 1e3))
