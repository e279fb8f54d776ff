# /// script
# requires-python = ">=2.7"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""How fast are the prime factors of 100 numbers up to 10^8 found by trial division?

The workload of a widely copied threads-against-processes lesson (10,000 random numbers over ten processes), at a
hundredth of its size and with a fixed sequence instead of random numbers.
"""


def setup():
    return [(index * 2654435761) % 99980000 + 20000 for index in range(1, 101)]


def factors(number):
    found = []
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            found.append(divisor)
            number //= divisor
        divisor += 1
    if number > 1:
        found.append(number)
    return found


def work(numbers):
    return [factors(number) for number in numbers]


def check(result):
    for number, found in zip(setup(), result):
        product = 1
        for factor in found:
            product *= factor
        assert product == number, (number, found)


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print("{:.60}: one unit took {:.2f} ms".format(repr(answer), took * 1e3))
