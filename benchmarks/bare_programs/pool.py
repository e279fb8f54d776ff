"""A function with a thread pool over a fixed list, and a program that times it: ``PYTHON pool.py WORKERS``.

Every line on standard input asks for a call, every line on standard output answers with its nanoseconds.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter_ns

ITEMS = [20_000 + 100 * (number % 7) for number in range(24)]


def rolled(size: int) -> int:
    """Some arithmetic that keeps to itself."""
    value = 1
    for number in range(size):
        value = (value * 31 + number) % 1_000_003
    return value


def spread(workers: int) -> int:
    """Divide the list over a pool of as many threads."""
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(rolled, ITEMS))


def main(workers: int) -> None:
    """Time calls until nobody asks any more."""
    for _ in sys.stdin:
        begun = perf_counter_ns()
        spread(workers)
        print(perf_counter_ns() - begun, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
