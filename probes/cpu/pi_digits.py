# /// script
# requires-python = ">=2.7"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What do big integers cost: 150 digits of pi by Gibbons's spigot?

The benchmark game's pidigits in pure Python (Jeremy Gibbons, "Unbounded Spigot Algorithms for the Digits of Pi", 2006):
few bytecodes, large numbers.
"""

DIGITS = 150


def digits():
    q, r, t, k, n, m = 1, 0, 1, 1, 3, 3
    while True:
        if 4 * q + r - t < n * t:
            yield n
            q, r, n = q * 10, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
        else:
            q, r, t, k, n, m = q * k, (2 * q + r) * m, t * m, k + 1, (q * (7 * k + 2) + r * m) // (t * m), m + 2


def work():
    return "".join(str(digit) for digit, _ in zip(digits(), range(DIGITS)))


def check(result):
    assert result.startswith("31415926535897932384626433832795028841971693993751"), result
    assert len(result) == DIGITS, result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print("{:.60}: one unit took {:.2f} ms".format(repr(answer), took * 1e3))
