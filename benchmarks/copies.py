"""Lanes against copies of themselves on this machine: how many of their intervals hold a ratio of 1.00.

Run on a machine as noisy as it is: ``python benchmarks/copies.py --on 3.14t --contests 60``. Every contest measures a
probe in four ways (serial, two threads, two processes, two interpreters), each of them twice. A 95 % interval of the
ratio of the two copies holds 1.00 in 95 of 100 contests where intervals keep their word. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import msgspec
from silence import Silent

from gilscope.commands.measuring import take_census
from gilscope.figures.paired import Paired
from gilscope.lab.contest import Lab
from gilscope.lab.environment import common_environment
from gilscope.lab.lane import Lane
from gilscope.processes.guardian import Guardian
from gilscope.runtimes.twins import select
from gilscope.values.contests import Contest
from gilscope.values.lanes import LaneSpec
from gilscope.values.records import Record, Trial
from gilscope.values.rules import Rules
from gilscope.values.runtimes import Arm
from gilscope.workloads import probes

if TYPE_CHECKING:
    from gilscope.stats.estimate import Estimate

MODELS = (("serial", 1), ("threads", 2), ("processes", 2), ("interpreters", 2))
RULES = Rules(min_launches=9, max_launches=9, rounds=4, trial_ms=10, precision=1e-9, budget_s=60, timeout_s=60)


def main() -> None:
    """Measure the contests, and print the share that holds 1.00."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", default="3.14t", help="a runtime")
    parser.add_argument("--probe", default="cpu/primes")
    parser.add_argument("--contests", type=int, default=60)
    options = parser.parse_args()
    (runtime,) = select(take_census(), [options.on])
    (probe,) = probes.select(probes.folders(), [options.probe])
    arm = Arm(name=runtime.name, runtime=runtime)
    lanes = [LaneSpec(arm=arm, model=model, workers=workers) for model, workers in MODELS]
    copies = [msgspec.structs.replace(lane, control=True) for lane in lanes]
    contest = Contest(id=options.probe, probe=probe, lanes=(*lanes, *copies), reference=lanes[0].name)
    ratios: dict[str, list[Estimate]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, Guardian() as guardian:
        environ = common_environment(os.environ, Path(folder, "bytecode"))
        for number in range(options.contests):
            print(f"\r{number + 1} of {options.contests}", end="", file=sys.stderr, flush=True)
            trials = measured(contest, environ, guardian, number)
            paired = Paired(trials)
            for lane, copy in zip(lanes, copies, strict=True):
                ratio = paired.log_ratio(copy.name, lane.name)
                if ratio.is_bounded:  # an unmeasured lane holds anything
                    ratios[lane.work].append(ratio)
    print(f"| {options.probe} on {runtime.name} | contests | hold 1.00 | median half width |\n|---|---|---|---|")
    for work, of_work in ratios.items():
        held = sum(ratio.contains(0.0) for ratio in of_work)
        widths = sorted(ratio.half_width for ratio in of_work)
        print(f"| {work} | {len(of_work)} | {held} ({held / len(of_work):.0%}) | {widths[len(widths) // 2]:.1%} |")


def measured(contest: Contest, environ: dict[str, str], guardian: Guardian, seed: int) -> list[Trial]:
    """The trials of one contest."""
    records: list[Record] = []
    lab = Lab(
        environ=environ,
        open_lane=partial(Lane, guardian=guardian),
        record=records.append,
        observer=Silent(),
        random=Random(seed),  # noqa: S311 - an order to repeat, not a secret
    )
    lab.run(contest, RULES)
    return [record for record in records if isinstance(record, Trial)]


if __name__ == "__main__":
    main()
