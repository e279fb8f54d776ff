# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What do generators and closures cost: 5,000 numbers through a chain of four of them?

Each value suspends and resumes frames and calls functions with captured variables; cells and frames are counted
objects.
"""

NUMBERS = 5_000


def adder(step):
    def add(value):
        return value + step

    return add


def tally():
    count = 0

    def one_more():
        nonlocal count
        count += 1
        return count

    return one_more


def applied(function, values):
    for value in values:
        yield function(value)


def below(limit, values):
    for value in values:
        if value % limit:
            yield value


def work():
    count = tally()
    total = 0
    for value in below(5, applied(adder(3), applied(adder(4), range(NUMBERS)))):
        total += value
        count()
    return [total, count()]


def check(result):
    kept = [number + 7 for number in range(NUMBERS) if (number + 7) % 5]
    assert result == [sum(kept), len(kept) + 1], result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
