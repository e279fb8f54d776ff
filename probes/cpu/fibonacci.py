# /// script
# requires-python = ">=2.7"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What do plain Python calls cost: the 20th Fibonacci number by naive recursion, 21,891 calls?

The workload of most published comparisons of free-threaded builds, at a size that ends in a millisecond. It allocates
next to nothing, so it shows frames and integers alone.
"""

NUMBER = 20


def fibonacci(number):
    return number if number < 2 else fibonacci(number - 1) + fibonacci(number - 2)


def work():
    return fibonacci(NUMBER)


def check(result):
    assert result == 6765, result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print("{:.60}: one unit took {:.2f} ms".format(repr(answer), took * 1e3))
