"""How large the page of a made-up run of 1,000 lanes is, and how long it takes to make.

The goals: under 1.5 MB, and under 2 seconds from the analysed run to the file. The analysis, and making the bundle of
Vega's library, which takes as long for any run, are told by themselves.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import msgspec

from builders import HEADER, HOST, PROBE, contest, lane, pair, trial
from gilscope.analysis import RunRecords, figures
from gilscope.model import Calibration, Contest, LaneSpec, Trial
from gilscope.page import html
from gilscope.render.report import report

GOAL_S = 2.0
GOAL_BYTES = 1_500_000
PROBES = 40
LAUNCHES, ROUNDS = 5, 4
ARMS = ("3.14", "3.14t", "3.14t+gil")
NOISE = 0.01


def lanes() -> list[LaneSpec]:
    """Twenty-five and a control."""
    spread = [
        lane(arm, model, workers)
        for arm in ARMS
        for model, counts in (("threads", (2, 4, 8)), ("interpreters", (2, 4)), ("processes", (2, 4)))
        for workers in counts
    ]
    return [*map(lane, ARMS), lane(ARMS[0], control=True), *spread, lane(ARMS[1], "asyncio")]


def made_up() -> RunRecords:
    """As many contests as probes, each of all lanes."""
    chance = random.Random(1)  # noqa: S311 - noise, no secret
    contests: list[Contest] = []
    measured: list[Trial] = []
    for number in range(PROBES):
        made = contest(*lanes(), builds=pair())
        name = f"cpu/probe_{number}"
        made = msgspec.structs.replace(made, id=f"{name}@3.14t", probe=msgspec.structs.replace(PROBE, id=name))
        contests.append(made)
        measured += [
            msgspec.structs.replace(trial(of, launch, place, 5e7 * chance.lognormvariate(0, NOISE)), contest=made.id)
            for of in made.lanes
            for launch in range(LAUNCHES)
            for place in range(ROUNDS)
        ]
    calibrations = [Calibration(contest=made.id, loops=10) for made in contests]
    return RunRecords(host=HOST, contests=contests, calibrations=calibrations, trials=measured, findings=(), ends=())


def main() -> int:
    """Make it, and tell; the exit status says whether the goals were met."""
    run = made_up()
    begun = time.perf_counter()
    vega = html.bundled_vega()
    bundled = time.perf_counter()
    told = figures(run)
    analysed = time.perf_counter()
    page = html.page(report(HEADER, told), run.trials, vega)
    made = time.perf_counter()
    size = len(page.encode())
    print(f"lanes      {sum(len(each.lanes) for each in told)}, {len(run.trials)} trials")
    print(f"bundle     {bundled - begun:.2f} s, {len(vega) / 1e6:.2f} MB")
    print(f"analysis   {analysed - bundled:.2f} s")
    print(f"page       {made - analysed:.2f} s, {size / 1e6:.2f} MB (goals: {GOAL_S:g} s, {GOAL_BYTES / 1e6:g} MB)")
    return int(made - analysed > GOAL_S or size > GOAL_BYTES)


if __name__ == "__main__":
    sys.exit(main())
