# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["threads"]
# loops = 1
# observes = {by_flag = "", by_behaviour = "", cores_wanted = "cores"}
# ///
"""Is the GIL on, by what the interpreter says and by what two busy threads do?

PEP 703 (Gross 2023) adds the flag. By behaviour: two busy threads together are on a CPU, or wait for nothing but a CPU,
for one core's time where they share a GIL, and for two cores' without.
"""

import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread
from time import perf_counter, thread_time_ns

WINDOW_S = 0.4


def runnable_ns():
    """This thread's time on a CPU, and on Linux also that of waiting for one: so a busy machine makes no difference."""
    try:
        return sum(map(int, Path("/proc/thread-self/schedstat").read_text().split()[:2]))
    except OSError:
        return thread_time_ns()


def spin(gate, told):
    before_ns = runnable_ns()
    gate.wait()
    begun_s = perf_counter()
    while perf_counter() < begun_s + WINDOW_S:
        sum(range(200))
    told.append((begun_s, perf_counter(), runnable_ns() - before_ns))


def look():
    told, gate = [], Barrier(2)
    threads = [Thread(target=spin, args=(gate, told)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    begins, ends, runnable = zip(*told)
    cores = sum(runnable) / 1e9 / (max(ends) - min(begins))
    is_enabled = getattr(sys, "_is_gil_enabled", lambda: True)()
    return {
        "by_flag": "on" if is_enabled else "off",
        "by_behaviour": "on" if cores < 1.5 else "off",
        "cores_wanted": cores,
    }


@contextmanager
def threads():
    sys.setswitchinterval(0.1)  # who waits for the GIL wakes up to ask for it, and wants a CPU for that
    yield look


def check(seen):
    assert seen["by_flag"] == seen["by_behaviour"], seen


if __name__ == "__main__":
    with threads() as unit:
        begun = perf_counter()
        print(unit(), f"in {perf_counter() - begun:.3f} s")
