"""What watching costs: throughput in a lane and in a running program, and the walk beforehand.

Run on a quiet machine: ``python benchmarks/watching.py --on 3.13t 3.14t``. Trials that are watched alternate with plain
ones in each launch; a running program has spans with and without ``gilscope why --pid``. Prints the machine, Markdown
tables of the ratio of throughputs, watched to plain, with 95 % intervals (0.97 is asked of each), and the seconds in
which the objects of a program that has 100,000 are walked (2 are allowed).

The pace of a shared machine's CPUs changes within seconds, up to twofold where two of them are one core's, and a
running program cannot alternate as fast. Its spans are therefore divided by the pace of the CPUs in them, which a
short loop on each measures in its own CPU time, and by the part of the time that the host left them: what watching
takes from the program, or makes it wait for, is seen in neither. Work per second of CPU time still varies by some
percent from span to span, watched or not. The CPU time that its threads get does not: that ratio says several times as
well what watching takes, but would not show work that became slower.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from statistics import fmean
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

import psutil

from gilscope import places
from gilscope.arguments.why import WATCHED_S
from gilscope.commands.measuring import take_census
from gilscope.lab import host
from gilscope.lab.environment import common_environment
from gilscope.lab.lane import Lane
from gilscope.lab.launch import Launch, Surroundings
from gilscope.processes.guardian import Guardian
from gilscope.runtimes.twins import select
from gilscope.stats.intervals import log_ratio_interval
from gilscope.values.contests import Contest
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe, Target
from gilscope.values.runtimes import Arm, Runtime

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.stats.estimate import Estimate
    from gilscope.values.records import Record

WORKLOADS = Path(__file__).parents[1] / "tests" / "why" / "workloads"
CHOSEN = ("values_of_a_dict", "shared_instance", "list_appended", "lock", "scales_arithmetic", "scales_own_objects")
TRIAL_NS = 500_000_000
TIMEOUT_S = 60.0
LAUNCHES, ROUNDS = 5, 4
SERVERS = 12
SPAN_S = 10.0
PACE_EVERY_S = 0.02

WALK = """
import sys, time
package = type(sys)("gilscope_agent")
package.__path__ = [sys.argv[1]]
sys.modules["gilscope_agent"] = package
from gilscope_agent.watching import candidates, watched

class Order:
    def __init__(self, number):
        self.number, self.lines = number, [number]

ORDERS = {str(number): Order(number) for number in range(33_000)}

def total():
    return sum(len(order.lines) for order in ORDERS.values())

begun = time.perf_counter()
found = candidates.found([total], "")
others = watched._unnamed(found)
print(time.perf_counter() - begun, len(found), len(others))
"""

SERVER = """
import asyncio, http.server, json, logging, sys, threading, time
FEES = {number: number * 1.25 for number in range(64)}
DONE = [0, 0]

def answer(request):
    rows = [{"id": number, "name": str(number), "price": number * 0.75} for number in range(request, request + 40)]
    rows.sort(key=lambda row: row["name"])
    return json.dumps({"rows": rows, "fee": FEES[request & 63]})

def serve(worker):
    while True:
        for request in range(1000):
            answer(request)
            DONE[worker] += 1

for worker in range(2):
    threading.Thread(target=serve, args=(worker,), daemon=True).start()
for line in sys.stdin:
    before, begun = sum(DONE), time.perf_counter()
    while time.perf_counter() < begun + float(line):
        time.sleep(0.01)
    print((sum(DONE) - before) / (time.perf_counter() - begun), flush=True)
"""

PACER = """
import os, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
while True:
    time.sleep(float(sys.argv[2]))
    begun, total = time.thread_time_ns(), 0
    for number in range(3_000):
        total += number & 7
    print(time.monotonic_ns(), time.thread_time_ns() - begun, flush=True)
"""


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", nargs="+", default=["3.13t", "3.14t"], help="free-threaded runtimes")
    parser.add_argument("--only", choices=("lanes", "walk", "program"), help="one of the three")
    parser.add_argument("--servers", type=int, default=SERVERS, help="running programs (default: %(default)s)")
    options = parser.parse_args()
    runtimes = select(take_census(), options.on)
    card = host.card()
    print(f"{card.affinity or card.cpus_online} CPUs of {card.cpu or card.machine}, {datetime.now(UTC):%Y-%m-%d}\n")
    if options.only in {None, "lanes"}:
        lanes(runtimes)
    for runtime in runtimes:
        if options.only in {None, "walk"}:
            command = [runtime.executable, "-c", WALK, str(places.AGENT.parent)]
            seconds, named, others = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            print(f"{runtime.name}: {named} named objects and {others} others walked in {float(seconds):.2f} s")
        if options.only in {None, "program"} and runtime.facts.version >= (3, 14):
            done, ran = _of_program(runtime, options.servers)
            print(f"{runtime.name}: a program that is watched by --pid does {_shown(done)} of what it does alone,")
            print(f"and its threads get {_shown(ran)} of the CPU time ({options.servers} servers)")


def lanes(runtimes: tuple[Runtime, ...]) -> None:
    """Print the table of workloads in lanes."""
    print(f"| watched / plain | {' | '.join(runtime.name for runtime in runtimes)} |\n|---|{'---|' * len(runtimes)}")
    with tempfile.TemporaryDirectory() as folder, Guardian() as guardian:
        environ = common_environment(os.environ, Path(folder, "bytecode"))
        for workload in CHOSEN:
            records: list[Record] = []
            random = Random(workload)  # noqa: S311 - an order to repeat, not a secret
            around = Surroundings(environ, partial(Lane, guardian=guardian), records.append, random)
            cells = [_shown(_of_lane(workload, runtime, around)) for runtime in runtimes]
            print(f"| {workload} | {' | '.join(cells)} |", flush=True)
    print()


def _of_lane(workload: str, runtime: Runtime, around: Surroundings) -> Estimate:
    """The ratio of the throughput of a lane's two threads."""
    spec = LaneSpec(arm=Arm(name=runtime.name, runtime=runtime), model="threads", workers=2)
    target = Target(name="work", path=str(WORKLOADS / f"{workload}.py"))
    probe = Probe(id=workload, path=target.path or "", question="", kind="own", target=target)
    contest = Contest(id=workload, probe=probe, lanes=(spec,), reference=spec.name)
    logs: list[list[float]] = []
    for number in range(LAUNCHES):
        with Launch(around, contest, number, TIMEOUT_S, ()) as launch:
            launch.open(contest.lanes)
            calibration = launch.calibrate(TRIAL_NS)
            if calibration is None:
                raise RuntimeError(f"{workload} cannot be calibrated")
            lane, loops = launch.lanes[spec.name], calibration.loops
            pairs = [
                (lane.trial(loops, TIMEOUT_S).wall_ns, lane.watch(loops, TIMEOUT_S).wall_ns) for _ in range(ROUNDS)
            ]
            logs.append([math.log(plain_ns / watched_ns) for plain_ns, watched_ns in pairs])
    return log_ratio_interval(logs).exp()


class Span(NamedTuple):
    """What a program did, in units of the CPUs' loops, and its threads' part of the CPU time."""

    done: float
    ran: float


def _of_program(runtime: Runtime, servers: int) -> tuple[Estimate, Estimate]:
    """The ratios of a running program's throughput and CPU time, by spans with a watcher between two without."""
    ratios: list[Span] = []
    with ExitStack() as stack:
        paces = [stack.enter_context(_pacing(runtime, cpu)) for cpu in sorted(os.sched_getaffinity(0))]
        for number in range(servers):
            with _serving(runtime) as server:
                _span(server, 1, paces)
                before = _span(server, SPAN_S, paces)
                watcher = [sys.executable, "-m", "gilscope.cli", "why", "--pid", str(server.pid)]
                with subprocess.Popen([*watcher, "--budget", str(WATCHED_S)], stdout=subprocess.DEVNULL):
                    during = _span(server, WATCHED_S + 2, paces)
                after = _span(server, SPAN_S, paces)
            ratio = Span(
                during.done / math.sqrt(before.done * after.done), during.ran / math.sqrt(before.ran * after.ran)
            )
            print(f"server {number + 1}: {ratio.done:.3f}, CPU time {ratio.ran:.3f}", file=sys.stderr, flush=True)
            ratios.append(ratio)
    done, ran = ([[math.log(ratio)] for ratio in of_servers] for of_servers in zip(*ratios, strict=True))
    return log_ratio_interval(done).exp(), log_ratio_interval(ran).exp()


@contextmanager
def _pacing(runtime: Runtime, cpu: int) -> Iterator[list[tuple[int, int]]]:
    """The pace of a CPU: when each short loop ended, and its CPU time, both in ns."""
    command = [runtime.executable, "-c", PACER, str(cpu), str(PACE_EVERY_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as pacer:
        paces: list[tuple[int, int]] = []

        def read() -> None:
            for line in pacer.stdout or ():
                if line.endswith("\n"):  # the last one may have been cut
                    ended_ns, took_ns = map(int, line.split())
                    paces.append((ended_ns, took_ns))

        Thread(target=read, daemon=True).start()
        yield paces
        pacer.kill()


@contextmanager
def _serving(runtime: Runtime) -> Iterator[subprocess.Popen[str]]:
    """A program that imports what a server does, with two threads that make, sort and write objects.

    Both read one dict. Threads that fight all the time get more done where one of them loses its CPU. And a loop
    over the same few numbers may become slower for good whenever something interrupts it, watched or not.
    """
    with subprocess.Popen(
        [runtime.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        yield server
        server.kill()


def _span(server: subprocess.Popen[str], seconds: float, paces: Sequence[list[tuple[int, int]]]) -> Span:
    """What the program does in some seconds."""
    if server.stdin is None or server.stdout is None:
        raise RuntimeError("the program has no pipes")
    begun_ns, stolen_s, ran_before_s = time.monotonic_ns(), _stolen_s(), _ran_s(server.pid)
    server.stdin.write(f"{seconds}\n")
    server.stdin.flush()
    rate = float(server.stdout.readline())
    ended_ns = time.monotonic_ns()
    lasted_s, ran_s = 1e-9 * (ended_ns - begun_ns), _ran_s(server.pid)
    left = [1 - (now - then) / lasted_s for now, then in zip(_stolen_s(), stolen_s, strict=True)]
    speeds = [
        fmean(1e9 / took_ns for then_ns, took_ns in list(pace) if begun_ns <= then_ns <= ended_ns and took_ns)
        for pace in paces
    ]
    return Span(
        done=rate / sum(part * speed for part, speed in zip(left, speeds, strict=True)),
        ran=sum(ran_s[thread] - before_s for thread, before_s in ran_before_s.items()) / (lasted_s * sum(left)),
    )


def _stolen_s() -> list[float]:
    """The time that the host gave each CPU to others so far, in s."""
    times = psutil.cpu_times(percpu=True)
    return [float(times[cpu].steal) for cpu in sorted(os.sched_getaffinity(0))]


def _ran_s(pid: int) -> dict[int, float]:
    """The CPU time of each thread but the main one so far, in s; the main one begins the watcher."""
    threads = psutil.Process(pid).threads()
    return {thread.id: thread.user_time + thread.system_time for thread in threads if thread.id != pid}


def _shown(ratio: Estimate) -> str:
    return f"{ratio.value:.3f} ±{ratio.half_width:.3f}"


if __name__ == "__main__":
    main()
