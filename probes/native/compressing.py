# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "native"
# ///
"""Does C code that releases the GIL and allocates (zlib over 128 KiB, to and fro) run in parallel under every model?

Beside ``hashing``: ``zlib`` allocates its tables and a growing result for every call. Compressed bytes differ between
builds of zlib, so the answer is what comes out again.
"""

import zlib


def setup():
    return b"".join(b"line %d says %d;" % (number, number * number % 97) for number in range(7_000))


def work(data):
    return zlib.crc32(zlib.decompress(zlib.compress(data, 6)))


def check(result):
    assert result == zlib.crc32(setup()), result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
