"""Orders that are settled one by one, and that all threads share."""

OPEN = {}


def settle():
    OPEN.update((number, number * 0.25) for number in range(2_000))
    total = 0.0
    while OPEN:
        first = next(iter(OPEN))
        total += OPEN.pop(first)
    return total
