# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""What does garbage in cycles cost beside a heap that is alive: 5,000 pairs dropped next to 150,000 live objects?

The free-threaded collector has no young generation that it could look at alone, and stops all threads while it looks.
Threads share the heap, of which 50,000 lists are made here and the rest by gilscope; the garbage is each worker's own.
"""

ALIVE = 50_000
PAIRS = 5_000


def setup():
    return [[number] for number in range(ALIVE)]


def work(heap):
    for _ in range(PAIRS):
        one, other = [], []
        one.append(other)
        other.append(one)
    return len(heap)


def check(result):
    assert result == ALIVE, result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
