# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = [
#     "thread", "interpreter", "interpreter-no-site", "interpreter-shared", "interpreter-shared-no-site",
#     "fork", "forkserver", "spawn", "python", "python-no-site", "thread-pool", "interpreter-pool", "process-pool",
# ]
# cases = ["start", "end"]
# self_timed = true
# loops = 3
# ///
"""How long does a worker take from being asked for to its first instruction (start), and from being told to its end?

Every way is a life: a worker is asked for, reads the clock, is told to end, and is gone. The clock is the monotonic
one, which all processes of a host share. A pool's life holds its first task; ``dispatch/empty_task`` has the next ones.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from concurrent import futures
from contextlib import contextmanager
from functools import lru_cache
from queue import SimpleQueue
from time import perf_counter_ns

from gilscope_agent import subinterpreter
from gilscope_agent.measures import _newborn, _offered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, ContextManager, Iterator, Tuple

    Life = Callable[[], Tuple[int, int]]
    """A worker's life, from which come the nanoseconds of its start and of its end."""

CASES = ("start", "end")

# The source text that a new interpreter runs; `posix` and `time` are built in.
FIRST_INSTRUCTIONS = """
from time import perf_counter_ns
born_ns = perf_counter_ns()
import os
os.write({write_fd}, str(born_ns).encode())
"""

# The source text that a new process runs; it lives until its standard input ends.
FIRST_AND_LAST_INSTRUCTIONS = """
from time import perf_counter_ns
born_ns = perf_counter_ns()
import sys
print(born_ns, flush=True)
sys.stdin.read()
"""

# The source text that a process without `site` runs, to see interpreters born that have none either.
HOST = """
import sys
package = type(sys)("gilscope_agent")
package.__path__ = [{agent!r}]
sys.modules["gilscope_agent"] = package
sys.path.insert(0, {measures!r})
import birth
birth.host(own_gil={own_gil})
"""


def _way(life: Life) -> Callable[[str], ContextManager[Callable[[], int]]]:
    """Make a way of a life, of which a case asks for one part."""

    @contextmanager
    def way(case: str) -> Iterator[Callable[[], int]]:
        part = CASES.index(case)
        life()  # what falls to the first one only: imports, the fork server
        yield lambda: life()[part]

    return way


@_way
def thread() -> Tuple[int, int]:
    """Start and end a thread of the main interpreter."""
    born: SimpleQueue[int] = SimpleQueue()
    end: SimpleQueue[None] = SimpleQueue()

    def live() -> None:
        born.put(perf_counter_ns())
        end.get()

    asked_ns = perf_counter_ns()
    worker = threading.Thread(target=live)
    worker.start()
    born_ns = born.get()
    dismissed_ns = perf_counter_ns()
    end.put(None)
    worker.join()
    return born_ns - asked_ns, perf_counter_ns() - dismissed_ns


@_way
def interpreter() -> Tuple[int, int]:
    """Start and end an interpreter with a GIL of its own, in the calling thread."""
    return _interpreter(own_gil=True)


@_way
def interpreter_shared() -> Tuple[int, int]:
    """Start and end an interpreter that shares the main one's GIL."""
    return _interpreter(own_gil=False)


@_way
def interpreter_no_site() -> Tuple[int, int]:
    """Start and end an interpreter with a GIL of its own, in a process without ``site``."""
    return _without_site(own_gil=True)


@_way
def interpreter_shared_no_site() -> Tuple[int, int]:
    """Start and end an interpreter that shares the main one's GIL, in a process without ``site``."""
    return _without_site(own_gil=False)


@_way
def fork() -> Tuple[int, int]:
    """Start and end a process that ``multiprocessing`` forks."""
    return _process("fork")


@_way
def forkserver() -> Tuple[int, int]:
    """Start and end a process that a running fork server makes."""
    return _process("forkserver")


@_way
def spawn() -> Tuple[int, int]:
    """Start and end a process that ``multiprocessing`` spawns."""
    return _process("spawn")


@_way
def python() -> Tuple[int, int]:
    """Start and end a bare Python: the least that a fresh process can take."""
    return _python()


@_way
def python_no_site() -> Tuple[int, int]:
    """Start and end a bare Python without ``site``."""
    return _python("-S")


@_way
def thread_pool() -> Tuple[int, int]:
    """Start a pool of one thread with its first task, and end it."""
    return _pool(lambda: futures.ThreadPoolExecutor(1))


@_way
def interpreter_pool() -> Tuple[int, int]:
    """Start a pool of one interpreter with its first task, and end it."""
    executor = _offered.interpreter_pool()
    return _pool(lambda: executor(1))


@_way
def process_pool() -> Tuple[int, int]:
    """Start a pool of one spawned process with its first task, and end it."""
    executor = _offered.process_pool()
    context = multiprocessing.get_context("spawn")
    return _pool(lambda: executor(1, mp_context=context))


def host(*, own_gil: bool) -> None:
    """Print how a second interpreter of this process lived; what comes once only falls to the first."""
    _interpreter(own_gil=own_gil)
    print(*_interpreter(own_gil=own_gil))  # noqa: T201 - its standard output is the way home


def _interpreter(*, own_gil: bool) -> Tuple[int, int]:
    read_fd, write_fd = os.pipe()
    asked_ns = perf_counter_ns()
    identifier = _offered.interpreter(own_gil=own_gil)
    subinterpreter.run(identifier, FIRST_INSTRUCTIONS.format(write_fd=write_fd))
    dismissed_ns = perf_counter_ns()
    subinterpreter.destroy(identifier)
    gone_ns = perf_counter_ns()
    born_ns = int(os.read(read_fd, 32))
    os.close(read_fd)
    os.close(write_fd)
    return born_ns - asked_ns, gone_ns - dismissed_ns


def _without_site(*, own_gil: bool) -> Tuple[int, int]:
    """Let an interpreter live without ``site``, as its process does: no version's API gives the choice."""
    _check(own_gil=own_gil)
    measures = os.path.dirname(os.path.abspath(__file__))
    source = HOST.format(agent=os.path.dirname(measures), measures=measures, own_gil=own_gil)
    output = subprocess.run([sys.executable, "-S", "-c", source], stdout=subprocess.PIPE, check=True).stdout
    start_ns, end_ns = map(int, output.split())
    return start_ns, end_ns


@lru_cache(maxsize=None)
def _check(*, own_gil: bool) -> None:
    """Make and end an interpreter, once, to see whether this version can."""
    subinterpreter.destroy(_offered.interpreter(own_gil=own_gil))


def _process(method: str) -> Tuple[int, int]:
    if method not in multiprocessing.get_all_start_methods():
        raise NotImplementedError("this system has no start method " + method)
    context = multiprocessing.get_context(method)
    born_in, born_out = context.Pipe(duplex=False)
    end_in, end_out = context.Pipe(duplex=False)
    asked_ns = perf_counter_ns()
    worker = context.Process(target=_newborn.live, args=(born_out, end_in))  # type: ignore[attr-defined]  # all contexts have it
    worker.start()
    born_ns = born_in.recv()
    dismissed_ns = perf_counter_ns()
    end_out.send(None)
    worker.join()
    gone_ns = perf_counter_ns()
    for connection in (born_in, born_out, end_in, end_out):
        connection.close()
    worker.close()
    return born_ns - asked_ns, gone_ns - dismissed_ns


def _python(*options: str) -> Tuple[int, int]:
    command = [sys.executable, *options, "-c", FIRST_AND_LAST_INSTRUCTIONS]
    asked_ns = perf_counter_ns()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        born_ns = int(worker.stdout.readline())  # type: ignore[union-attr]  # it is a pipe
        dismissed_ns = perf_counter_ns()
        worker.stdin.close()  # type: ignore[union-attr]  # it is a pipe too
        worker.wait()
        gone_ns = perf_counter_ns()
    return born_ns - asked_ns, gone_ns - dismissed_ns


def _pool(make: Callable[[], futures.Executor]) -> Tuple[int, int]:
    asked_ns = perf_counter_ns()
    pool = make()
    born_ns = pool.submit(_newborn.first_task).result()
    dismissed_ns = perf_counter_ns()
    pool.shutdown()
    return born_ns - asked_ns, perf_counter_ns() - dismissed_ns
