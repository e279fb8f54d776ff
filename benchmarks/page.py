"""How large the page of a made-up run of 1,000 lanes is, and how long it takes to make.

The goals: under 1.5 MB, and under 2 seconds for the whole of ``gilscope page``, from start to file. The first page ever
also makes the bundle of Vega's library, which is kept for all later ones.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from typing import TYPE_CHECKING

import msgspec
from history import seconds

from builders import HEADER, PROBE, contest, lane, pair, trial
from gilscope.values.records import Calibration, Run, Trial

if TYPE_CHECKING:
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec

GOAL_S = 2.0
GOAL_BYTES = 1_500_000
PROBES = 40
LAUNCHES, ROUNDS = 5, 4
ARMS = ("3.14", "3.14t", "3.14t+gil")
NOISE = 0.01
TIMES = 5


def lanes() -> list[LaneSpec]:
    """Twenty-five, with the control."""
    spread = [
        lane(arm, model, workers)
        for arm in ARMS
        for model, counts in (("threads", (2, 4, 8)), ("interpreters", (2, 4)), ("processes", (2, 4)))
        for workers in counts
    ]
    return [*map(lane, ARMS), lane(ARMS[0], control=True), *spread]


def made_up() -> Run:
    """A made-up run with one contest per probe, each of all lanes."""
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
    calibrations = tuple(Calibration(contest=made.id, loops=10) for made in contests)
    return Run(
        path=Path("made-up.jsonl"),
        header=HEADER,
        contests=tuple(contests),
        calibrations=calibrations,
        trials=tuple(measured),
    )


def main() -> int:
    """Make the page and print its size and times; the exit status is 1 where a goal was missed."""
    run = made_up()
    with tempfile.TemporaryDirectory() as folder:
        stored, page = Path(folder, "made-up.jsonl"), Path(folder, "page.html")
        stored.write_bytes(msgspec.json.Encoder().encode_lines([HEADER, *run.contests, *run.calibrations, *run.trials]))
        environ = {**os.environ, "XDG_CACHE_HOME": folder}
        command = [sys.executable, "-m", "gilscope.cli", "page", str(stored), "-o", str(page)]
        first_s = seconds(command, environ)
        start_s = statistics.median(seconds([*command[:3], "--version"], environ) for _ in range(TIMES))
        page_s = statistics.median(seconds(command, environ) for _ in range(TIMES))
        size = page.stat().st_size
    print(f"lanes       {sum(len(each.lanes) for each in run.contests)}, {len(run.trials)} trials")
    print(f"start-up    {start_s:.2f} s (gilscope --version)")
    print(f"first page  {first_s:.2f} s, Vega's bundle made and kept")
    print(f"page        {page_s:.2f} s, {page_s / start_s:.1f} of start-up (goal: {GOAL_S:g} s)")
    print(f"size        {size / 1e6:.2f} MB (goal: {GOAL_BYTES / 1e6:g} MB)")
    return int(page_s > GOAL_S or size > GOAL_BYTES)


if __name__ == "__main__":
    sys.exit(main())
