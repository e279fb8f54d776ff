"""One lane inside an implementation that lacks what the agent needs: Jython's Python 2.7, MicroPython and their like.

Run as ``PYTHON lane.py GIL``, with 1 where the implementation has one. It speaks the agent's protocol (JSON lines, each
behind the record separator of RFC 7464), and spreads a probe's ``work``, or a function of a file, over threads. The
whole lane is in this file, which keeps to what Python 2.7 and MicroPython can both run.
"""

import binascii
import json
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple  # noqa: F401 - type comments name them

try:
    import _thread as threading
except ImportError:  # Python 2.7's name of it
    import thread as threading  # type: ignore[import-not-found, no-redef]  # there alone

SEPARATOR = "\x1e"
LONGEST_SHOWN = 60
LONGEST_REASON = 500

HAS_GIL = len(sys.argv) > 1 and sys.argv[1] == "1"


def _clock():
    # type: () -> Callable[[], int]
    """Return a function that reads the finest monotonic clock that there is, in nanoseconds."""
    if sys.platform.startswith("java"):
        from java.lang import System  # type: ignore[import-not-found]  # noqa: PLC0415 - Java's

        return System.nanoTime
    if hasattr(time, "perf_counter_ns"):
        return time.perf_counter_ns
    return lambda: time.ticks_us() * 1000  # type: ignore[attr-defined]  # MicroPython's


clock_ns = _clock()


def _cpu_clock():
    # type: () -> Callable[[], int]
    """Return a function that reads the CPU time of its thread in nanoseconds.

    Where no system knows that, it is the process's.
    """
    if sys.platform.startswith("java"):
        from java.lang.management import ManagementFactory  # type: ignore[import-not-found]  # noqa: PLC0415 - Java's

        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime  # type: ignore[no-any-return]  # the same
    if hasattr(time, "thread_time_ns"):
        return time.thread_time_ns
    return lambda: _scheduled()[0] or int(time.clock() * 1e9)  # type: ignore[attr-defined]  # MicroPython's


def _scheduled():
    # type: () -> Tuple[Optional[int], Optional[int]]
    """Return ns on a CPU and ns waiting for one, as Linux counts them for the thread.

    Both are None elsewhere.
    """
    try:
        with open("/proc/thread-self/schedstat") as file:
            on_cpu_ns, waited_ns = file.read().split()[:2]
    except Exception:  # each implementation has a name of its own for a file that is not there
        return None, None
    return int(on_cpu_ns), int(waited_ns)


def _since(waited_ns):
    # type: (Optional[int]) -> Optional[int]
    """Return how many ns longer the thread has waited for a CPU than at an earlier look."""
    now_ns = _scheduled()[1]
    return None if now_ns is None or waited_ns is None else now_ns - waited_ns


cpu_ns = _cpu_clock()


class LaneError(Exception):
    """The end of a lane that cannot go on; ``record`` is what the controller hears."""

    record = {}  # type: Dict[str, str]  # noqa: RUF012 - never changed: each has its own


def failure(phase, kind, reason):
    # type: (str, str, str) -> LaneError
    """Return the end of a lane with its record."""
    error = LaneError(reason)  # MicroPython's exceptions have no __init__ that another could call
    error.record = {"type": "failed", "phase": phase, "kind": kind, "reason": reason[:LONGEST_REASON], "detail": ""}
    return error


def raised(phase, error):
    # type: (str, BaseException) -> LaneError
    """Return what foreign code raised as the lane's error."""
    if isinstance(error, LaneError):
        return error
    kind = "unparsable" if phase == "load" and isinstance(error, SyntaxError) else "raised"
    return failure(phase, kind, "{}: {}".format(type(error).__name__, error))


def text_of(result):
    # type: (object) -> str
    """Return the text of a result as Python 3 shows it: one digest holds across versions of the language."""
    if isinstance(result, list):
        return "[" + ", ".join([text_of(item) for item in result]) + "]"
    if isinstance(result, tuple):
        return "(" + ", ".join([text_of(item) for item in result]) + ("," if len(result) == 1 else "") + ")"
    if isinstance(result, dict):
        return "{" + ", ".join([text_of(key) + ": " + text_of(result[key]) for key in result]) + "}"
    text = repr(result)
    is_long = text[-1:] == "L" and text[:-1].lstrip("-").isdigit()  # 2.7's long integers, and its text
    return text[:-1] if is_long else text[1:] if text[:2] in ("u'", 'u"') else text


class Worker:
    """A worker, whose units run in the thread that calls it."""

    def __init__(self, unit, check):
        # type: (Callable[[], object], Optional[Callable[[object], object]]) -> None
        self.unit = unit
        self.check = check
        self.gate = threading.allocate_lock()
        self.done = threading.allocate_lock()
        self.gate.acquire()
        self.done.acquire()

    def live(self, loops):
        # type: (int) -> None
        """Wait in a new thread until the gate opens, and measure."""
        self.done.release()
        self.gate.acquire()
        self.measure(loops)
        self.done.release()

    def measure(self, loops):
        # type: (int) -> None
        """Run the unit, and keep when, with what, its last result, and what it raised."""
        unit = self.unit
        self.error = None
        waited_ns = _scheduled()[1]
        began_cpu_ns = cpu_ns()
        self.start_ns = clock_ns()
        try:
            for _ in range(loops - 1):
                unit()
            self.result = unit()
        except Exception as error:
            self.error = raised("work", error)
        self.end_ns = clock_ns()
        self.cpu_ns = max(0, cpu_ns() - began_cpu_ns)
        self.wait_ns = _since(waited_ns)

    def judged(self):
        # type: () -> Tuple[str, str]
        """Return the digest of the result, which is let go, and the beginning of its text; the first is checked."""
        if self.error is not None:
            raise self.error
        result, self.result, check, self.check = self.result, None, self.check, None
        try:
            if check is not None:
                check(result)
            text = text_of(result)
        except Exception as error:
            raise raised("check", error)  # noqa: B904 - Python 2.7 has no causes
        shown = " ".join(text[:LONGEST_SHOWN].split()) + "..." * (len(text) > LONGEST_SHOWN)
        return "{:08x}-{}".format(binascii.crc32(text.encode("utf-8")) & 0xFFFFFFFF, len(text)), shown


def trial(workers, loops, in_threads):
    # type: (List[Worker], int, bool) -> Dict[str, object]
    """Let every worker run ``loops`` units, and return the trial's record."""
    if in_threads:
        for worker in workers:
            threading.start_new_thread(worker.live, (loops,))
            worker.done.acquire()
        gate_ns = clock_ns()
        for worker in workers:
            worker.gate.release()
        for worker in workers:
            worker.done.acquire()
    else:
        workers[0].measure(loops)
        gate_ns = workers[0].start_ns
    judged = [worker.judged() for worker in workers]
    unknown = [None] * len(workers)
    return {
        "type": "trial",
        "loops": loops,
        "wall_ns": max([worker.end_ns for worker in workers]) - gate_ns,
        "starts_ns": [max(0, worker.start_ns - gate_ns) for worker in workers],
        "ends_ns": [worker.end_ns - gate_ns for worker in workers],
        "own_ns": [],
        "cpu_ns": [worker.cpu_ns for worker in workers],
        "others_ns": [0] * len(workers),
        "wait_ns": [worker.wait_ns for worker in workers],
        "system_ns": unknown,
        "voluntary": unknown,
        "involuntary": unknown,
        "faults": unknown,
        "collections": None,
        "paused_ns": None,
        "digests": [digest for digest, _ in judged],
        "children_peak_bytes": None,
        "shown": [shown for _, shown in judged],
        "observed": {},
        "calls": [],
        "gil_before": HAS_GIL,
        "gil_after": HAS_GIL,
    }


def _refuse(order):
    # type: (Dict[str, object]) -> None
    """Refuse what this lane cannot do; the controller asks for none of it."""
    for name in ("setup", "statement", "roles", "benchmark", "command", "way", "interventions"):
        if order[name]:
            raise failure("load", "unsupported", "gilscope's small agent has no " + name)


def _namespace(path):
    # type: (str) -> Dict[str, Any]
    """Run a file as a module that is not the main one."""
    sys.path.insert(0, path.rpartition("/")[0])
    namespace = {"__name__": "probe", "__file__": path}
    try:
        with open(path) as file:
            source = file.read()
        exec(compile(source, path, "exec"), namespace)  # noqa: S102 - running the user's file is what this is for
    except Exception as error:
        raise raised("load", error)  # noqa: B904 - Python 2.7 has no causes
    return namespace


def _units(order):
    # type: (Dict[str, Any]) -> Tuple[List[Callable[[], object]], Optional[Callable[[object], object]]]
    """Return what each worker runs, and a check of its result."""
    target = order["target"]
    if target is not None:
        namespace = _namespace(target["path"])
        if target["name"] not in namespace:
            raise failure("load", "raised", "it has no " + target["name"])
        return [namespace[target["name"]]] * order["workers"], None
    namespace = _namespace(order["path"])
    work, setup = namespace["work"], namespace.get("setup")
    if setup is None:
        return [work] * order["workers"], namespace.get("check")
    shared = setup()
    states = [shared if order["shared"] else setup() for _ in range(order["workers"])]
    return [_bound(work, state) for state in states], namespace.get("check")


def _bound(work, state):
    # type: (Callable[[object], object], object) -> Callable[[], object]
    return lambda: work(state)


class Door:
    """The way to the controller; what a probe prints goes to standard error where the implementation allows that."""

    def __init__(self):
        # type: () -> None
        self.answers = sys.stdout
        self.before = ""
        try:
            sys.stdout = sys.stderr
        except AttributeError:
            self.before = "\n"  # a record begins a line, whatever was printed before

    def send(self, record):
        # type: (Mapping[str, object]) -> None
        """Write one record."""
        self.answers.write(self.before + SEPARATOR + json.dumps(record) + "\n")
        if hasattr(self.answers, "flush"):
            self.answers.flush()

    def receive(self):
        # type: () -> Optional[Dict[str, Any]]
        """Return the next order, or None once the controller is gone."""
        line = sys.stdin.readline()
        return json.loads(line) if line[-1:] == "\n" else None


def serve(door):
    # type: (Door) -> None
    """Open what is ordered and run trials until the controller closes, or is gone."""
    order = door.receive()
    if order is None:
        return
    _refuse(order)
    units, check = _units(order)
    workers = [Worker(unit, check) for unit in units]
    door.send({"type": "ready", "gil": HAS_GIL})
    while True:
        request = door.receive()
        if request is None:
            return
        if request["type"] == "close":
            door.send({"type": "closed"})
            return
        if request["type"] == "imports":
            door.send({"type": "imports", "modules": {}, "packages": {}})
        else:
            door.send(trial(workers, request["loops"], in_threads=order["crew"].startswith("threads")))


def main():
    # type: () -> None
    """Serve one lane."""
    door = Door()
    door.send({"type": "hello", "gil": HAS_GIL, "version": sys.version.split()[0].rstrip(";")})
    try:
        serve(door)
    except LaneError as error:
        door.send(error.record)
    except BaseException as error:
        door.send(raised("start", error).record)


if __name__ == "__main__":
    main()
