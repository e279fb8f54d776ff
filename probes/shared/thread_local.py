# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""Does counting up a thread's own attribute scale: 20,000 times in one ``threading.local``?

Beside ``counter``: the object is shared, what it holds is not. What this loses to ``local_loop`` is the price of the
look-up.
"""

import threading

LOOPS = 20_000


def setup():
    return threading.local()


def work(own):
    own.value = 0
    for _ in range(LOOPS):
        own.value += 1
    return own.value


def check(result):
    assert result == LOOPS, "a thread's own value is not its own"


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
