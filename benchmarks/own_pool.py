"""Whether a pool of the work's own takes as long in a lane as in a program that times itself.

Run on a quiet machine: ``python benchmarks/own_pool.py --on 3.14t``. In every launch, lanes of
``bare_programs/pool.py:spread`` (one worker in a serial lane, more in lanes of its own) and the program itself are open
side by side, and their trials are interleaved, round by round. Prints a Markdown table of ratios, ours to the program's
own, with their 95 % intervals. The exit status is 1 where one is not known to lie within 5 % of one.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Self

from gilscope.commands.measuring import take_census
from gilscope.lab.environment import common_environment
from gilscope.lab.lane import Lane
from gilscope.lab.launch import Launch, Surroundings
from gilscope.processes.guardian import Guardian
from gilscope.runtimes.twins import select
from gilscope.stats.intervals import log_ratio_interval
from gilscope.values.contests import Contest
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe, Target
from gilscope.values.runtimes import Arm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gilscope.stats.estimate import Estimate
    from gilscope.values.records import Record
    from gilscope.values.runtimes import Runtime

PROGRAM = Path(__file__).parent / "bare_programs" / "pool.py"
TIMEOUT_S = 60.0
TOLERANCE = 0.05


class Program:
    """The program with some workers, which makes a call whenever it is asked to; a context manager."""

    def __init__(self, executable: str, workers: int, environ: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [executable, str(PROGRAM), str(workers)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
        )

    def __enter__(self) -> Self:
        """It is open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def call_ns(self) -> int:
        """The nanoseconds of one call by its own clock."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the program has no pipes")
        stdin.write(b"\n")
        stdin.flush()
        return int(stdout.readline())


def main() -> int:
    """Compare, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", nargs="+", default=["3.14t"], help="runtimes")
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--launches", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    print(f"| workers | {' | '.join(options.on)} |\n|---|{'---|' * len(options.on)}")
    with tempfile.TemporaryDirectory() as folder, Guardian() as guardian:
        environ = common_environment(os.environ, Path(folder))
        random = Random(7)  # noqa: S311 - an order to repeat, not a secret
        records: list[Record] = []
        around = Surroundings(environ, partial(Lane, guardian=guardian), records.append, random)
        columns = [
            ratios(runtime, options.workers, around, options.launches, options.rounds)
            for runtime in select(take_census(), options.on)
        ]
    for workers, *row in zip(options.workers, *columns, strict=True):
        print(f"| {workers} | {' | '.join(f'{ratio.value:.3f} ±{ratio.half_width:.3f}' for ratio in row)} |")
    within = all(max(1 - ratio.low, ratio.high - 1) < TOLERANCE for column in columns for ratio in column)
    print(f"\n{'All are' if within else 'Not all are'} known to lie within {TOLERANCE:.0%} of one.")
    return 0 if within else 1


def ratios(
    runtime: Runtime, workers: Sequence[int], around: Surroundings, launches: int, rounds: int
) -> list[Estimate]:
    """The ratio of a call's time in a lane to that in the program, for each number of workers."""
    arm = Arm(name=runtime.name, runtime=runtime)
    lanes = [LaneSpec(arm=arm, model="serial" if count == 1 else "own", workers=count) for count in workers]
    target = Target(name="spread", path=str(PROGRAM), workers_argument="workers")
    probe = Probe(id="pool", path=str(PROGRAM), question="", kind="own", target=target)
    contest = Contest(id="pool", probe=probe, lanes=tuple(lanes), reference=lanes[0].name)
    logs: list[list[list[float]]] = [[] for _ in lanes]
    for number in range(launches):
        with Launch(around, contest, number, TIMEOUT_S, ()) as launch, ExitStack() as programs:
            launch.open(lanes)
            opened = [programs.enter_context(Program(runtime.executable, count, around.environ)) for count in workers]
            for of_workers, of_launch in zip(logs, _rounds(launch, lanes, opened, rounds), strict=True):
                of_workers.append(of_launch)
    return [log_ratio_interval(of_workers).exp() for of_workers in logs]


def _rounds(launch: Launch, lanes: Sequence[LaneSpec], programs: Sequence[Program], rounds: int) -> list[list[float]]:
    """Log ratios by number of workers, one per round; a first round warms everything and does not count."""
    logs: list[list[float]] = [[] for _ in lanes]
    for number in range(rounds + 1):
        for lane, program, of_lane in zip(lanes, programs, logs, strict=True):
            ours, theirs = _pair_ns(launch.lanes[lane.name], program, ours_first=bool(number % 2))
            if number:
                of_lane.append(math.log(ours / theirs))
    return logs


def _pair_ns(lane: Lane, program: Program, *, ours_first: bool) -> tuple[int, int]:
    """The nanoseconds of a call in a lane and of one in the program, one after the other."""
    if ours_first:
        return lane.trial(1, TIMEOUT_S).wall_ns, program.call_ns()
    theirs = program.call_ns()
    return lane.trial(1, TIMEOUT_S).wall_ns, theirs


if __name__ == "__main__":
    sys.exit(main())
