"""What stored runs say of the machine: its capacity, how much that narrows scaling, and whether shares add up.

Run as ``python benchmarks/machine.py RUN...``; every lane of threads of every contest is a row. Prints Markdown.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope import store
from gilscope.figures.run import of_run
from gilscope.render import numbers
from gilscope.render.cells import if_measured

if TYPE_CHECKING:
    from gilscope.figures.values import ContestFigures, LaneFigures

HEAD = ("lane", "capacity (CPUs)", "scaling", "of capacity", "useful", "inflation", "queued", "blocked", "start, end")


def main() -> None:
    """Print the rows, the ratio of half widths, and the farthest sum of shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path)
    options = parser.parse_args()
    contests = [contest for path in options.runs for contest in of_run(store.read(path)).contests]
    rows = [(contest, lane) for contest in contests for lane in contest.lanes if lane.shares is not None]
    parallel = [(contest, lane) for contest, lane in rows if lane.lane.workers > 1]
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    for contest, lane in parallel:
        if lane.lane.model == "threads":
            print(f"| {' | '.join(_cells(contest, lane))} |")
    widths = [
        lane.of_capacity.log().half_width / lane.scaling.log().half_width
        for _, lane in parallel
        if lane.of_capacity is not None and lane.scaling is not None and lane.scaling.is_bounded
    ]
    sums = [sum(share.value for share in lane.shares.parts.values()) for _, lane in rows if lane.shares is not None]
    if widths:
        print(f"\nHalf width of scaling against capacity over that of scaling, median of {len(widths)} lanes: ", end="")
        print(f"{statistics.median(widths):.2f}")
    if sums:
        print(f"Shares of {len(sums)} lanes add up to {min(sums):.4f} to {max(sums):.4f}.")


def _cells(contest: ContestFigures, lane: LaneFigures) -> list[str]:
    capacity = next((item.cpus for item in contest.capacities if item.workers == lane.lane.workers), None)
    parts = {} if lane.shares is None else lane.shares.parts
    return [
        f"{contest.contest.probe.id} {lane.lane.name}",
        if_measured(capacity, numbers.ratio),
        if_measured(lane.scaling, numbers.ratio),
        if_measured(lane.of_capacity, numbers.ratio),
        *(f"{parts[name].value:.0%}" for name in ("useful", "inflation", "queued", "blocked")),
        f"{parts['start'].value + parts['end'].value:.0%}",
    ]


if __name__ == "__main__":
    main()
