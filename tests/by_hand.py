"""Penalty, gains and break-even of one contest, from the raw lines of a run: a second opinion that shares no code.

    python tests/by_hand.py results/reference/RUN.jsonl cpu/primes@3.14t

Only what the report tells of warming lanes is taken from it: how many trials of each launch to leave out.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
from collections import defaultdict
from pathlib import Path

from scipy.stats import t as student  # type: ignore[import-untyped]  # scipy carries no types

Walls = dict[str, dict[int, dict[int, int]]]
"""Nanoseconds by lane, launch and round."""


def read(path: Path, contest: str) -> Walls:
    """The trials of one contest."""
    walls: Walls = defaultdict(lambda: defaultdict(dict))
    for line in path.read_text().splitlines():
        record = json.loads(line)
        if record["type"] == "trial" and record["contest"] == contest:
            walls[record["lane"]][record["launch"]][record["round"]] = record["wall_ns"]
    return walls


def ratio(walls: Walls, lane: str, other: str, cold: int = 0) -> tuple[float, float, float]:
    """Time of a lane over that of another: centre and 95 % interval, off the log scale."""
    medians = []
    for launch in walls[lane]:
        both = sorted(set(walls[lane][launch]) & set(walls[other][launch]))[cold:]
        logs = [math.log(walls[lane][launch][number] / walls[other][launch][number]) for number in both]
        if logs:
            medians.append(statistics.median(logs))
    center, error = biweight(medians)
    half = student.ppf(0.975, max(1, 2 * ((len(medians) - 1) // 2))) * error
    return math.exp(center), math.exp(center - half), math.exp(center + half)


def biweight(values: list[float]) -> tuple[float, float]:
    """Tukey's biweight and its standard error (Mosteller and Tukey 1977, chapter 10), with 9 deviations."""
    n = len(values)
    center = statistics.median(values)
    distances = sorted(abs(value - center) for value in values)
    reach = 9 * distances[min((n + 1) // 2, n - 1)]
    for _ in range(20):
        weights = [max(0.0, 1 - ((value - center) / reach) ** 2) ** 2 for value in values]
        center = sum(w * value for w, value in zip(weights, values, strict=True)) / sum(weights)
    near = [((value - center) / reach) ** 2 for value in values if abs(value - center) < reach]
    spread = sum((u * reach**2) * (1 - u) ** 4 for u in near)
    slope = sum((1 - u) * (1 - 5 * u) for u in near)
    return center, math.sqrt(spread / (slope * (slope - 1)))


def crossing(below: float, above: float) -> float:
    """Where a gain that is ``below`` with one worker and ``above`` with two reaches one, on log scales."""
    return 2 ** (-math.log(below) / (math.log(above) - math.log(below)))


def told(walls: Walls, twin: str, free: str, workers: int, cold: dict[str, int]) -> dict[str, float]:
    """The figures by name."""

    def time_of(lane: str, other: str) -> float:
        return ratio(walls, lane, other, max(cold.get(lane, 0), cold.get(other, 0)))[0]

    serial, threads = f"{free}:serial", f"{free}:threads-{workers}"
    reference = f"{twin}:serial"
    figures = {"penalty": time_of(serial, reference) - 1}
    if (with_gil := f"{free}+gil:serial") in walls:
        figures["of which the build"] = time_of(with_gil, reference) - 1
        figures["of which the GIL"] = time_of(serial, with_gil) - 1
    for lane in walls:
        if lane.endswith(f"-{workers}") and not lane.endswith(f":capacity-{workers}"):
            figures[f"gain of {lane}"] = workers / time_of(lane, reference)
    alone = 1 / time_of(serial, reference)
    gained = figures[f"gain of {threads}"]
    rivals = [value for name, value in figures.items() if name.startswith(f"gain of {twin}:")]
    for name, rival in (("break-even", 1.0), ("break-even against the best", max([1.0, *rivals]))):
        if alone < 1 < gained / rival:
            figures[name] = crossing(alone, gained / rival)
    return figures


if __name__ == "__main__":
    contest = sys.argv[2]
    free_threaded = contest.rpartition("@")[2]
    found = told(read(Path(sys.argv[1]), contest), free_threaded.rstrip("t"), free_threaded, 2, {})
    for name, value in found.items():
        print(f"{name:32} {value:.4f}")  # noqa: T201 - it is a script
