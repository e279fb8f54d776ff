# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["alike", "random"]
# loops = 1
# observes = {rounds = "rounds", progress = ""}
# ///
"""In how many rounds do two threads get both locks that give way to each other, after equal pauses or random ones?

The livelock of "Multiprocessing vs. Threading in Python" (2021): both are busy and neither gets on. The cure is that of
Ethernet's collisions (Metcalfe and Boggs 1976): pauses of random length.
"""

from contextlib import contextmanager
from random import uniform
from threading import Barrier, Lock, Thread
from time import perf_counter, sleep

PAUSE_S = 0.001
MOST_ROUNDS = 50


def alike_pause():
    return PAUSE_S


def random_pause():
    return uniform(0, 4 * PAUSE_S)  # noqa: S311 - no secret


def get_both(mine, other, pause):
    """The rounds it took: give back what is held when the other lock is not free, and try again."""
    for number in range(1, MOST_ROUNDS + 1):
        with mine:
            sleep(PAUSE_S)
            if other.acquire(blocking=False):
                other.release()
                return number
            sleep(PAUSE_S)
        sleep(pause())
    return MOST_ROUNDS


def look(pause):
    first, second, gate, rounds = Lock(), Lock(), Barrier(2), []

    def run(mine, other):
        gate.wait()
        rounds.append(get_both(mine, other, pause))

    threads = [Thread(target=run, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"rounds": min(rounds), "progress": "yes" if min(rounds) < MOST_ROUNDS else "no"}


@contextmanager
def alike():
    yield lambda: look(alike_pause)


@contextmanager
def random():
    yield lambda: look(random_pause)


def check(seen):
    assert 1 <= seen["rounds"] <= MOST_ROUNDS


if __name__ == "__main__":
    for way in (alike, random):
        with way() as unit:
            begun = perf_counter()
            print(way.__name__, unit(), f"in {perf_counter() - begun:.3f} s")
