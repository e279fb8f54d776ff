# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["own-gil", "shared-gil"]
# loops = 1
# observes = {switch_interval = "", by_behaviour = "", cores_wanted = "cores"}
# ///
"""Do two busy interpreters of one process run side by side, each with a GIL of its own or all with one?

PEP 684 (Snow 2022). A switch interval that both see belongs to one GIL. With the GIL off, no GIL keeps them apart.
"""

import os
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Barrier, Thread
from time import perf_counter, thread_time_ns

SPIN = "from time import perf_counter\nwhile perf_counter() < {}: sum(range(200))"
TELL = "import os, sys\nos.write({}, b'shared' if sys.getswitchinterval() > 0.09 else b'own')"


def runnable_ns():
    """This thread's time on a CPU, and on Linux also that of waiting for one: so a busy machine makes no difference."""
    file = Path("/proc/thread-self/schedstat")
    return sum(map(int, file.read_text().split()[:2])) if file.exists() else thread_time_ns()


def look(module, interpreters):
    told, gate, (end, inside) = [], Barrier(2), os.pipe()

    def spin(identifier):
        before_ns = runnable_ns()
        gate.wait()
        begun_s = perf_counter()
        module.run_string(identifier, SPIN.format(begun_s + 0.4))
        told.append((begun_s, perf_counter(), runnable_ns() - before_ns))

    threads = [Thread(target=spin, args=(identifier,)) for identifier in interpreters]
    assert [thread.start() for thread in threads] == [thread.join() for thread in threads]
    begins, ends, runnable = zip(*told)
    cores = sum(runnable) / 1e9 / (max(ends) - min(begins))
    module.run_string(interpreters[0], TELL.format(inside))
    behaviour = "side by side" if cores >= 1.6 else "in turns"
    return {"switch_interval": os.read(end, 9).decode(), "by_behaviour": behaviour, "cores_wanted": cores}


def both(**options):
    module = import_module("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
    sys.setswitchinterval(0.1)
    interpreters = [module.create(**options) for _ in range(2)]
    yield lambda: look(module, interpreters)
    for identifier in interpreters:
        module.destroy(identifier)


@contextmanager
def own_gil():
    if sys.version_info < (3, 12):
        raise NotImplementedError("interpreters own a GIL from 3.12 on (PEP 684)")
    return both()


@contextmanager
def shared_gil():
    old = {} if sys.version_info < (3, 9) else {"isolated": False}
    return both(**({"config": "legacy"} if sys.version_info >= (3, 13) else old))


def check(seen):
    is_one = seen["switch_interval"] == "shared" and getattr(sys, "_is_gil_enabled", lambda: True)()
    assert seen["by_behaviour"] == ("in turns" if is_one else "side by side"), seen


if __name__ == "__main__":
    with shared_gil() as unit:
        begun = perf_counter()
        print(unit(), f"in {perf_counter() - begun:.3f} s")
