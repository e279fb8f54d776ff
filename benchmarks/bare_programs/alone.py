"""A program that times a function as people do by hand: ``PYTHON alone.py FUNCTION WORKERS LOOPS``.

With one worker the main thread works, with more as many threads do, behind a barrier. Every line on standard input asks
for a run, every line on standard output answers with its nanoseconds, from the first start to the last end.
"""

import sys
import threading
from time import perf_counter_ns

import work


def main(name: str, workers: int, loops: int) -> None:
    """Run the function until nobody asks any more."""
    function = getattr(work, name)

    def repeat() -> "tuple[int, int]":
        start = perf_counter_ns()
        for _ in range(loops):
            function()
        return start, perf_counter_ns()

    def together() -> int:
        barrier = threading.Barrier(workers)
        spans = []

        def worker() -> None:
            barrier.wait()
            spans.append(repeat())

        threads = [threading.Thread(target=worker) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return max(end for _, end in spans) - min(start for start, _ in spans)

    def alone() -> int:
        start, end = repeat()
        return end - start

    for _ in sys.stdin:
        print(alone() if workers == 1 else together(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
