# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["alone", "one", "two", "four"]
# cases = [0.0005, 0.005, 0.05]
# loops = 1
# observes = {p50 = "s", p99 = "s", longest = "s", rate = "requests/s"}
# ///
"""How long does a request take in a closed loop beside CPU-bound threads, by switch interval (the case, in s)?

The convoy effect of Beazley, "Understanding the Python GIL" (PyCon 2010) and bpo-7946. In a closed loop a request
waits for the last answer: what would have come meanwhile is in no percentile (Tene's coordinated omission).
"""

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter, sleep

LEAD_S, WINDOW_S, INTERVALS = 0.1, 0.2, 8
SPIN = "from time import perf_counter\nwhile perf_counter() < {}: sum(range(200))"
PEER = "import os\nfor data in iter(lambda: os.read(0, 64), b''): os.write(1, data)"


def work_beside(end):
    """A CPU-bound thread."""
    exec(SPIN.format(end), {})  # noqa: S102 - the same text runs in all kinds of workers


def answered(connection, end):
    times, begun = [], perf_counter()
    while not times or begun < end:
        connection.sendall(b"?")
        assert connection.recv(64) == b"?"
        begun, last = perf_counter(), begun
        times.append(begun - last)
    return sorted(times)


def look(connection, count, interval):
    end = perf_counter() + LEAD_S + max(WINDOW_S, INTERVALS * (count + 1) * interval)
    with ThreadPoolExecutor(count + 1) as pool:
        running = [pool.submit(work_beside, end) for _ in range(count)]
        sleep(LEAD_S)
        times = answered(connection, end)
        assert [each.result() for each in running] == [None] * count
    p50, p99 = (times[len(times) * percent // 100] for percent in (50, 99))
    return {"p50": p50, "p99": p99, "longest": times[-1], "rate": len(times) / sum(times)}


def beside(count):
    @contextmanager
    def way(interval):
        sys.setswitchinterval(interval)
        ours, theirs = socket.socketpair()
        with subprocess.Popen([sys.executable, "-I", "-c", PEER], stdin=theirs, stdout=theirs), theirs, ours:
            answered(ours, 0)  # the peer is there
            yield lambda: look(ours, count, interval)

    return way


alone = beside(0)
one = beside(1)
two = beside(2)
four = beside(4)


def check(seen):
    assert 0 < seen["p50"] <= seen["p99"] <= seen["longest"]


if __name__ == "__main__":
    with two(0.005) as unit:
        begun = perf_counter()
        print(unit(), f"in {perf_counter() - begun:.3f} s")
