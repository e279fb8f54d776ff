# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What do exceptions cost: 1,000 raised four calls deep, caught, and raised again from one another?

Tracebacks hold frames, frames hold locals: the objects that live longest by accident, and the ones a free-threaded
build must count most carefully.
"""

ROUNDS = 1_000


class OutOfRangeError(ValueError):
    pass


def fail(number, depth):
    if depth == 0:
        raise OutOfRangeError(number)
    fail(number, depth - 1)


def translated(number):
    try:
        fail(number, 3)
    except OutOfRangeError as error:
        raise KeyError(number) from error


def work():
    caught = 0
    for number in range(ROUNDS):
        try:
            translated(number)
        except KeyError as error:  # noqa: PERF203 - what is measured
            caught += error.__cause__.args[0] == number
    return caught


def check(result):
    assert result == ROUNDS, result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
