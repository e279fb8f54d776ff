"""What measuring costs: the loss against a hand-written loop, the controller's own CPU time, the price of one trial.

Run on a quiet machine: ``python benchmarks/harness.py --on 3.14t``. Prints one Markdown table; every goal is a ratio of
two things measured in this very run, or a cost beside what it buys.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from silence import Silent

from gilscope.commands.measuring import take_census
from gilscope.lab import host, topology
from gilscope.lab.contest import Lab
from gilscope.lab.environment import common_environment
from gilscope.lab.lane import Lane
from gilscope.lab.launch import Launch, Surroundings
from gilscope.processes.guardian import Guardian
from gilscope.runtimes.twins import select
from gilscope.stats.intervals import log_ratio_interval
from gilscope.values.contests import Contest
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe, Target
from gilscope.values.records import Calibration, Record, Trial
from gilscope.values.rules import Rules
from gilscope.values.runtimes import Arm, Runtime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.stats.estimate import Estimate

LOOP = """
def work():
    total = 0
    for number in range(300_000):
        total += number * number
    return total
"""

NOTHING = """
def work():
    pass
"""

ECHO = """
import sys, time
for _ in sys.stdin:
    begun = time.perf_counter_ns()
    while time.perf_counter_ns() - begun < 20_000_000:
        pass
    print(time.perf_counter_ns() - begun, flush=True)
"""

BARE = """
import json, sys, threading, time
sys.path.insert(0, {folder!r})
from loop import work

def timed(threads, units):
    def run():
        for _ in range(units):
            work()
    workers = [threading.Thread(target=run) for _ in range(threads)]
    begun = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.perf_counter() - begun

timed(2, {units})
print(json.dumps([[timed(1, {units}), timed(2, {units})] for _ in range({rounds})]))
"""

GOALS = {"gain": 0.97, "controller": 0.02, "trial_us": 100.0}
UNITS = 4
ROUNDS = 5
COST_ROUNDS = 100


def main() -> None:
    """Measure the three costs and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", default="3.14t", help="a free-threaded runtime")
    parser.add_argument("--launches", type=int, default=15)
    options = parser.parse_args()
    (runtime,) = select(take_census(), [options.on])
    with tempfile.TemporaryDirectory() as folder, Guardian() as guardian:
        probe = _written(folder, "loop", LOOP)
        environ = common_environment(os.environ, Path(folder, "bytecode"))
        ratio, share = gains(runtime, probe, environ, guardian, options.launches)
        nothing = _written(folder, "nothing", NOTHING)
        cpus = host.pinnable_cpus()
        hot = trial_cost_us(runtime, nothing, environ, guardian, cpus)
        free = trial_cost_us(runtime, nothing, environ, guardian, ())
        cold = trial_cost_us(runtime, probe, environ, guardian, cpus)
        bare = round_trip_us(runtime, environ, cpus[:1])
    print("| what | measured | goal |\n| --- | --- | --- |")
    shown = f"{ratio.value:.3f} (95 %: {ratio.low:.3f} to {ratio.high:.3f})"
    print(f"| gain of two threads here / in a bare loop | {shown} | at least {GOALS['gain']} |")
    print(f"| controller's CPU time / wall time of trials | {share:.2%} | under {GOALS['controller']:.0%} |")
    print(f"| one trial beyond the work, trial after trial | {hot:.0f} us | under {GOALS['trial_us']:.0f} us |")
    print(f"| the same with --no-pin, where idle CPUs are woken | {free:.0f} us | - |")
    print(f"| one trial beyond 20 ms of work, from cold caches | {cold:.0f} us | bare pipes: {bare:.0f} us |")


def _written(folder: str, name: str, source: str) -> Probe:
    script = Path(folder, f"{name}.py")
    script.write_text(source, encoding="utf-8")
    return Probe(id=name, path=str(script), question="", kind="own", target=Target(name="work", path=str(script)))


def gains(
    runtime: Runtime, probe: Probe, environ: dict[str, str], guardian: Guardian, launches: int
) -> tuple[Estimate, float]:
    """Ratio of our gain to the bare loop's, launch by launch in turn, and the controller's share of CPU time."""
    arm = Arm(name=runtime.name, runtime=runtime)
    serial, threads = (LaneSpec(arm=arm, model=model, workers=n) for model, n in (("serial", 1), ("threads", 2)))
    contest = Contest(id="loop", probe=probe, lanes=(serial, threads), reference=serial.name)
    rules = Rules(min_launches=1, max_launches=1, rounds=ROUNDS, trial_ms=60, precision=1e-9, budget_s=60, timeout_s=60)
    logs: list[list[float]] = []
    used_s = trials_s = 0.0
    for number in range(launches):
        records: list[Record] = []
        lab = Lab(
            environ=environ,
            open_lane=partial(Lane, guardian=guardian),
            record=records.append,
            observer=Silent(),
            random=Random(number),  # noqa: S311 - an order to repeat, not a secret
        )
        before = _cpu_s()
        lab.run(contest, rules)
        used_s += _cpu_s() - before
        trials = [record for record in records if isinstance(record, Trial)]
        trials_s += sum(trial.wall_ns for trial in trials) / 1e9
        ours = [_wall(trials, serial, n) * 2 / _wall(trials, threads, n) for n in range(1, ROUNDS)]
        bare = bare_gains(runtime, environ, Path(probe.path).parent)
        logs.append([math.log(statistics.median(ours) / statistics.median(bare))])
    return log_ratio_interval(logs).exp(), used_s / trials_s


def bare_gains(runtime: Runtime, environ: dict[str, str], folder: Path) -> list[float]:
    """The gain of two threads in a hand-written loop, once per round."""
    source = BARE.format(folder=str(folder), units=UNITS, rounds=ROUNDS - 1)
    command = [runtime.executable, "-c", source]
    done = subprocess.run(command, env=environ, capture_output=True, check=True, text=True)
    return [2 * one / two for one, two in json.loads(done.stdout)]


def trial_cost_us(
    runtime: Runtime, probe: Probe, environ: dict[str, str], guardian: Guardian, cpus: Sequence[int]
) -> float:
    """Median microseconds of one trial beyond its makespan, in a launch of two serial lanes with these CPUs to use."""
    lanes = tuple(LaneSpec(arm=Arm(name=side, runtime=runtime), model="serial", workers=1) for side in "AB")
    contest = Contest(id=probe.id, probe=probe, lanes=lanes, reference=lanes[0].name)
    records: list[Record] = []
    around = Surroundings(
        environ,
        partial(Lane, guardian=guardian),
        records.append,
        Random(0),  # noqa: S311 - an order to repeat, not a secret
    )
    once = Calibration(contest=contest.id, loops=1)
    with Launch(around, contest, 0, 60, topology.read(cpus)) as launch:
        launch.open(lanes)
        rounds = (launch.round(number, once, compare=True, begins=lambda _: None) for number in range(COST_ROUNDS))
        trials = (trial for of_round in rounds for trial in of_round)
        return statistics.median(seconds * 1e6 - timing.wall_ns / 1e3 for _, timing, seconds in trials)


def round_trip_us(runtime: Runtime, environ: dict[str, str], cpus: Sequence[int], count: int = 200) -> float:
    """Median microseconds of a line to another process and back beyond its 20 ms of work, both on these CPUs."""
    before = host.pinnable_cpus()
    host.pin(host.THIS_THREAD, cpus)
    try:
        with subprocess.Popen(
            [runtime.executable, "-c", ECHO], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        ) as process:
            return statistics.median(_echo_us(process) for _ in range(count))
    finally:
        host.pin(host.THIS_THREAD, before)


def _echo_us(process: subprocess.Popen[bytes]) -> float:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the process has no pipes")
    begun = time.perf_counter_ns()
    process.stdin.write(b"go\n")
    worked_ns = int(process.stdout.readline())
    return (time.perf_counter_ns() - begun - worked_ns) / 1e3


def _wall(trials: list[Trial], lane: LaneSpec, number: int) -> int:
    return next(trial.wall_ns for trial in trials if trial.lane == lane.name and trial.round == number)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
