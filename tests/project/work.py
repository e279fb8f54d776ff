"""Work that depends on nothing."""


def crunch():
    return sum(number * number for number in range(10_000))
