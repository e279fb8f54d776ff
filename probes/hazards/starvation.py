# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["greedy", "considerate"]
# loops = 1
# observes = {polite_share = "of all turns", polite_turns = "turns", turns = "turns"}
# ///
"""How many turns with a lock does a polite thread get beside one that asks for it again at once?

The starvation of "Multiprocessing vs. Threading in Python" (2021): a `threading.Lock` is not fair, on any build. Beside
a considerate thread, which pauses as the polite one does, both get as many.
"""

from contextlib import contextmanager
from threading import Barrier, Lock, Thread
from time import perf_counter, sleep

WINDOW_S = 0.2
HELD_S = 0.001


def look(pause_of_other_s):
    lock, gate, turns = Lock(), Barrier(2), {"polite": 0, "other": 0}

    def run(name, pause_s):
        gate.wait()
        end = perf_counter() + WINDOW_S
        while perf_counter() < end:
            with lock:
                sleep(HELD_S)
            turns[name] += 1
            if pause_s:
                sleep(pause_s)

    threads = [Thread(target=run, args=pair) for pair in (("polite", HELD_S), ("other", pause_of_other_s))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = sum(turns.values())
    return {"polite_share": turns["polite"] / total, "polite_turns": turns["polite"], "turns": total}


@contextmanager
def greedy():
    yield lambda: look(0)


@contextmanager
def considerate():
    yield lambda: look(HELD_S)


def check(seen):
    assert 0 <= seen["polite_turns"] <= seen["turns"]
    assert seen["turns"] > 0


if __name__ == "__main__":
    for way in (greedy, considerate):
        with way() as unit:
            begun = perf_counter()
            print(way.__name__, unit(), f"in {perf_counter() - begun:.3f} s")
