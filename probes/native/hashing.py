# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "native"
# ///
"""Does C code that releases the GIL (SHA-256 over 4 MiB) run in parallel under every model?

``hashlib`` lets go of the GIL for data above 2,047 bytes, so threads should scale here even on a default build.
"""

import hashlib

EXPECTED = "2b07811057df887086f06a67edc6ebf911de8b6741156e7a2eb1416a4b8b1b2e"


def setup():
    return bytes(range(256)) * (4 * 1024 * 1024 // 256)


def work(data):
    return hashlib.sha256(data).hexdigest()


def check(result):
    assert result == EXPECTED, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
