"""What is measured here against programs that time themselves: ten workloads, serial and on two threads, every build.

Run on a quiet machine: ``python benchmarks/bare.py --on 3.13 3.13t 3.14 3.14t``. In every launch, lanes of gilscope
and bare programs (``bare_programs/alone.py``: threads of their own behind a barrier, nothing of gilscope) are open side
by side, and their trials are interleaved, round by round. Prints a Markdown table of ratios, ours to bare, with their
95 % intervals, formed within rounds; a cell agrees where its interval holds 1.00, which 19 of 20 do where nothing
differs. Says too in how many cells each of the two times lies within the interval of the other.

Every bare program runs twice, the second with an environment that is longer by one variable, which moves its stack and
heap. How many of these copies agree says what the count would be if there were no harness at all.

The C library's thresholds are set for both sides: by default the top of the heap goes back to the system whenever more
than 128 KiB are free there, and whether a unit that takes and returns a few hundred KiB does that each time is a matter
of what happens to lie above. One import more or less changes a bare program's page faults per unit from 8 to 44.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple, Self

from gilscope.commands.measuring import take_census
from gilscope.lab import host, topology
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
    from collections.abc import Mapping, Sequence

    from gilscope.lab.topology import Cpu
    from gilscope.stats.estimate import Estimate
    from gilscope.values.records import Record

PROGRAMS = Path(__file__).parent / "bare_programs"
WORKLOADS = (
    "arithmetic",
    "objects",
    "shared_dict",
    "lock",
    "c_code",
    "files",
    "own_pool",
    "large_result",
    "cycles",
    "package",
)
WORKERS = (1, 2)
LONGER = {"UNUSED": "x" * 500}
HEAP = {"MALLOC_TRIM_THRESHOLD_": str(64 << 20), "MALLOC_MMAP_THRESHOLD_": str(32 << 20)}
TRIAL_NS = 30_000_000
TIMEOUT_S = 60.0


class Cell(NamedTuple):
    """One comparison: a workload on a runtime with some workers."""

    workload: str
    runtime: str
    workers: int


class Logs(NamedTuple):
    """The logs of the times of one round: ours, and of both copies of the bare program."""

    ours: float
    bare: float
    again: float


class Agreement(NamedTuple):
    """Our time and the bare program's in one cell, all on the log scale; ratios are formed within rounds."""

    ours: Estimate
    bare: Estimate
    ratio: Estimate
    copies: Estimate
    """The bare program's second copy over the first."""

    @property
    def is_mutual(self) -> bool:
        """Whether each time lies within the interval of the other."""
        return self.ours.contains(self.bare.value) and self.bare.contains(self.ours.value)


class Program:
    """A bare program that runs its workload whenever it is asked to."""

    def __init__(self, runtime: Runtime, cell: Cell, loops: int, environ: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [runtime.executable, str(PROGRAMS / "alone.py"), cell.workload, str(cell.workers), str(loops)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ,
        )
        self.run_ns()  # the first run is cold, and may still compile

    def __enter__(self) -> Self:
        """It is open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()

    def run_ns(self) -> int:
        """Run the workload once; nanoseconds."""
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the program has no pipes")
        stdin.write(b"\n")
        stdin.flush()
        return int(stdout.readline())


def main() -> None:
    """Compare, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", nargs="+", default=["3.14", "3.14t"], help="runtimes")
    parser.add_argument("--launches", type=int, default=9)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--workloads", nargs="+", default=WORKLOADS)
    options = parser.parse_args()
    runtimes = select(take_census(), options.on)
    found: dict[Cell, Agreement] = {}
    records: list[Record] = []
    with tempfile.TemporaryDirectory() as folder, Guardian() as guardian:
        environ = common_environment(os.environ | HEAP, Path(folder, "bytecode"))
        for workload in options.workloads:
            print(workload, file=sys.stderr, flush=True)
            random = Random(workload)  # noqa: S311 - an order to repeat, not a secret
            around = Surroundings(environ, partial(Lane, guardian=guardian), records.append, random)
            found |= Comparison(workload, runtimes, around).measured(options.launches, options.rounds)
    print(table(found, runtimes, options.workloads))


class Comparison:
    """One workload, ours and bare, on every runtime and with every number of workers."""

    def __init__(self, workload: str, runtimes: Sequence[Runtime], around: Surroundings) -> None:
        self.around = around
        self.runtimes = {runtime.name: runtime for runtime in runtimes}
        self.specs = {
            Cell(workload, runtime.name, workers): LaneSpec(
                arm=Arm(name=runtime.name, runtime=runtime),
                model="serial" if workers == 1 else "threads",
                workers=workers,
            )
            for runtime in runtimes
            for workers in WORKERS
        }
        lanes = tuple(self.specs.values())
        target = Target(name=workload, path=str(PROGRAMS / "work.py"))
        probe = Probe(id=workload, path=target.path or "", question="", kind="own", target=target)
        self.contest = Contest(id=workload, probe=probe, lanes=lanes, reference=lanes[0].name)

    def measured(self, launches: int, rounds: int) -> dict[Cell, Agreement]:
        """Our makespan and the bare program's by cell."""
        with Launch(self.around, self.contest, 0, TIMEOUT_S, ()) as scout:
            scout.open([self.contest.lanes[0]])
            calibration = scout.calibrate(TRIAL_NS)
        if calibration is None:
            raise RuntimeError(f"{self.contest.id} cannot be calibrated")
        cpus = () if calibration.own_workers else topology.read(host.pinnable_cpus())
        logs: dict[Cell, list[list[Logs]]] = defaultdict(list)
        for number in range(launches):
            with Launch(self.around, self.contest, number, TIMEOUT_S, cpus) as launch, ExitStack() as programs:
                launch.open(self.contest.lanes)
                opened = {
                    cell: {side: programs.enter_context(copy) for side, copy in copies.items()}
                    for cell, copies in self._programs(calibration.loops, cpus).items()
                }
                for cell, of_launch in self._rounds(launch, opened, calibration.loops, rounds).items():
                    logs[cell].append(of_launch)
        return {cell: _agreement(of_cell) for cell, of_cell in logs.items()}

    def _programs(self, loops: int, cpus: Sequence[Cpu]) -> dict[Cell, dict[str, Program]]:
        """Start both copies of each bare program; none is pinned, though we wait on the CPU of the pinned lanes."""
        waiting_on = host.pinnable_cpus() if cpus else ()
        host.pin(host.THIS_THREAD, [cpu.number for cpu in cpus])
        environs = {"bare": self.around.environ, "again": {**self.around.environ, **LONGER}}
        programs = {
            cell: {
                side: Program(self.runtimes[cell.runtime], cell, loops, environ) for side, environ in environs.items()
            }
            for cell in self.specs
        }
        host.pin(host.THIS_THREAD, waiting_on)
        return programs

    def _rounds(
        self, launch: Launch, programs: Mapping[Cell, Mapping[str, Program]], loops: int, rounds: int
    ) -> dict[Cell, list[Logs]]:
        """Logs of the times of each round by cell; a first round warms everything."""
        logs: dict[Cell, list[Logs]] = defaultdict(list)
        for number in range(rounds + 1):
            taken: dict[tuple[Cell, str], float] = {}
            order = [(cell, side) for cell in self.specs for side in Logs._fields]
            for cell, side in self.around.random.sample(order, len(order)):
                lane, program = launch.lanes[self.specs[cell].name], programs[cell].get(side)
                wall_ns = lane.trial(loops, TIMEOUT_S).wall_ns if program is None else program.run_ns()
                taken[cell, side] = math.log(wall_ns)
            for cell in self.specs if number else ():
                logs[cell].append(Logs(*(taken[cell, side] for side in Logs._fields)))
        return logs


def _agreement(logs: Sequence[Sequence[Logs]]) -> Agreement:
    """The two times of a cell by launch and round, their ratio, and that of the bare program's copies."""
    return Agreement(
        ours=log_ratio_interval([[row.ours for row in launch] for launch in logs]),
        bare=log_ratio_interval([[row.bare for row in launch] for launch in logs]),
        ratio=log_ratio_interval([[row.ours - row.bare for row in launch] for launch in logs]),
        copies=log_ratio_interval([[row.again - row.bare for row in launch] for launch in logs]),
    )


def table(found: Mapping[Cell, Agreement], runtimes: Sequence[Runtime], workloads: Sequence[str]) -> str:
    """The ratios as a Markdown table, and how many agree."""
    columns = [(runtime.name, workers) for runtime in runtimes for workers in WORKERS]
    heads = [f"{name}, {'serial' if workers == 1 else f'{workers} threads'}" for name, workers in columns]
    rows = [
        [workload, *(_shown(found[Cell(workload, name, workers)].ratio.exp()) for name, workers in columns)]
        for workload in workloads
    ]
    lines = [["ours / bare", *heads], ["---"] * (len(heads) + 1), *rows]
    agreeing = sum(cell.ratio.contains(0.0) for cell in found.values())
    mutual = sum(cell.is_mutual for cell in found.values())
    copies = sum(cell.copies.contains(0.0) for cell in found.values())
    said = (
        f"{agreeing} of {len(found)} agree, and {copies} of the bare programs with their own second copies. "
        f"In {mutual}, each time lies within the interval of the other."
    )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\n{said}\n"


def _shown(ratio: Estimate) -> str:
    mark = "" if ratio.contains(1.0) else " **differs**"
    return f"{ratio.value:.3f} ±{ratio.half_width:.3f}{mark}"


if __name__ == "__main__":
    main()
