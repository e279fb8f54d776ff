"""How far from 1.00 do pyperf and gilscope find the ratio of an interpreter to itself, and in what time?

pyperf's default procedure (all of A, then all of B) against ours on the same benchmarks of pyperformance, in one run,
on a quiet machine and beside a disturbing load that comes and goes on the same CPUs. Ours gets a fifth of the time that
pyperf took in the same repetition on the quiet machine, and the same time on the disturbed one.

Each repetition is appended to a file at once, and a second call goes on where the first ended. Two CPUs can serve two
calls with a file each, if each stays on one CPU (which favours pyperf: free to move, it meets CPUs of unlike speed):

    taskset -c 0 python benchmarks/precision.py --on 3.14 --condition quiet --store a.jsonl --benchmarks nbody go
    python benchmarks/precision.py --report --store benchmarks/precision.jsonl

Ours alone can be measured again, each repetition for as long as it had the first time:

    python benchmarks/precision.py --condition disturbed --pyperf-from benchmarks/precision.jsonl --store again.jsonl
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Literal

import msgspec
from silence import Silent

from gilscope import places
from gilscope.commands.measuring import take_census
from gilscope.lab import host
from gilscope.lab.contest import Lab
from gilscope.lab.environment import common_environment
from gilscope.lab.lane import Lane
from gilscope.processes.guardian import Guardian
from gilscope.runtimes.twins import select
from gilscope.stats import effort
from gilscope.stats.estimate import Estimate, student_quantile
from gilscope.stats.intervals import log_ratio_interval
from gilscope.values.contests import Contest
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe
from gilscope.values.records import Record, Trial
from gilscope.values.runtimes import Arm, Runtime
from gilscope.workloads.suites import suite

if TYPE_CHECKING:
    from collections.abc import Iterator


BENCHMARKS = (
    "json_loads",
    "deltablue",
    "nbody",
    "richards",
    "float",
    "go",
    "chaos",
    "regex_compile",
    "fannkuch",
)
SHARES = {"quiet": 0.2, "disturbed": 1.0}
LOAD = """
import os, random, sys, time
source = random.Random(int(sys.argv[1]))
while os.getppid() != 1:
    end = time.monotonic() + source.expovariate(1 / float(sys.argv[2]))
    while time.monotonic() < end:
        pass
    time.sleep(source.expovariate(1 / float(sys.argv[2])))
"""
MEAN_SPELL_S = 3.0
LAUNCHES_AT_LEAST = 5


class Repetition(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison of an interpreter with itself by both procedures; ratios are time of B over time of A."""

    benchmark: str
    condition: Literal["quiet", "disturbed"]
    number: int
    pyperf_s: float
    pyperf_ratio: float
    pyperf_significant: bool
    ours_s: float
    ours_ratio: float
    ours_low: float
    ours_high: float
    launches: int

    @property
    def pyperf(self) -> tuple[float, float, bool]:
        """What `by_pyperf` gave."""
        return self.pyperf_s, self.pyperf_ratio, self.pyperf_significant


def main() -> None:
    """Run the repetitions that are missing, or report those that are stored."""
    options = _arguments()
    if options.report:
        print(report(stored(options.store)))
        return
    (runtime,) = select(take_census(), [options.on])
    done = {(item.benchmark, item.number) for item in _of(options.condition, options.store)}
    earlier = {(item.benchmark, item.number): item.pyperf for item in _of(options.condition, options.pyperf_from)}
    with tempfile.TemporaryDirectory() as folder:
        python = None if options.pyperf_from else with_pyperf(runtime, Path(folder))
        for number in range(options.repetitions):
            for name in options.benchmarks:
                if (name, number) not in done:
                    with disturbance(options.condition, seed=number):
                        theirs = by_pyperf(python, script(name)) if python else earlier[name, number]
                        item = repetition(runtime, theirs, name, options.condition, number)
                    with options.store.open("ab") as file:
                        file.write(msgspec.json.encode(item) + b"\n")
                    print(f"{name} {number}: {item.pyperf_ratio:.3f} and {item.ours_ratio:.3f}", file=sys.stderr)


def repetition(
    runtime: Runtime,
    pyperf: tuple[float, float, bool],
    name: str,
    condition: Literal["quiet", "disturbed"],
    number: int,
) -> Repetition:
    """Our procedure beside what pyperf's gave (as `by_pyperf` has it); the time that pyperf took is our budget."""
    pyperf_s, ratio, significant = pyperf
    begun = time.monotonic()
    interval, launches = by_gilscope(runtime, script(name), name, SHARES[condition] * pyperf_s, seed=number)
    return Repetition(
        benchmark=name,
        condition=condition,
        number=number,
        pyperf_s=pyperf_s,
        pyperf_ratio=ratio,
        pyperf_significant=significant,
        ours_s=time.monotonic() - begun,
        ours_ratio=interval.value,
        ours_low=interval.low,
        ours_high=interval.high,
        launches=launches,
    )


def by_pyperf(python: Path, path: Path) -> tuple[float, float, bool]:
    """Seconds taken, ratio of the means, and whether pyperf calls the difference significant."""
    import pyperf  # noqa: PLC0415 - not needed for a report

    with tempfile.TemporaryDirectory() as folder:
        outputs = [Path(folder, f"{side}.json") for side in "ab"]
        begun = time.monotonic()
        for output in outputs:
            subprocess.run([python, path, "--quiet", "-o", output], check=True, capture_output=True)
        seconds = time.monotonic() - begun
        first, second = (pyperf.BenchmarkSuite.load(str(output)).get_benchmarks()[0] for output in outputs)
    return seconds, second.mean() / first.mean(), is_significant(first.get_values(), second.get_values())


def is_significant(first: tuple[float, ...], second: tuple[float, ...]) -> bool:
    """Student's two-sample t test on the pooled values at 95 %, as pyperf's documentation describes its own."""
    freedom = len(first) + len(second) - 2
    pooled = ((len(first) - 1) * statistics.variance(first) + (len(second) - 1) * statistics.variance(second)) / freedom
    error = math.sqrt(pooled * (1 / len(first) + 1 / len(second)))
    return abs(statistics.mean(first) - statistics.mean(second)) >= student_quantile(freedom, 0.95) * error


def by_gilscope(runtime: Runtime, path: Path, name: str, budget_s: float, seed: int) -> tuple[Estimate, int]:
    """Our interval for the ratio of B to A within the budget, and the launches it took."""
    first, second = (LaneSpec(arm=Arm(name=side, runtime=runtime), model="serial", workers=1) for side in "AB")
    probe = Probe(id=name, path=str(path), question="", kind="pyperf", benchmark=name)
    contest = Contest(id=name, probe=probe, lanes=(first, second), reference=first.name)
    penalty = suite(places.SUITES, "penalty").rules
    rules = msgspec.structs.replace(
        penalty, min_launches=LAUNCHES_AT_LEAST, max_launches=10_000, precision=1e-9, budget_s=budget_s
    )
    records: list[Record] = []
    with tempfile.TemporaryDirectory() as folder, Guardian() as guardian:
        lab = Lab(
            environ=common_environment(os.environ, Path(folder)),
            open_lane=partial(Lane, guardian=guardian),
            record=records.append,
            observer=Silent(),
            random=Random(seed),  # noqa: S311 - an order to repeat, not a secret
        )
        end = lab.run(contest, rules)
    walls = {lane.name: _walls(records, lane.name, end.launches) for lane in (first, second)}
    cold = max(effort.cold_rounds(launches) for launches in walls.values())
    return log_ratio_interval(effort.warm_ratios(walls[second.name], walls[first.name], cold)).exp(), end.launches


def _walls(records: list[Record], lane: str, launches: int) -> list[list[float]]:
    walls: list[list[float]] = [[] for _ in range(launches)]
    for record in records:
        if isinstance(record, Trial) and record.lane == lane:
            walls[record.launch].append(float(record.wall_ns))
    return walls


@contextlib.contextmanager
def disturbance(condition: str, seed: int) -> Iterator[None]:
    """A seeded load for each CPU that comes and goes, in the disturbed condition; nothing otherwise."""
    count = int(host.usable_cpus()) if condition == "disturbed" else 0
    loads = [
        subprocess.Popen([sys.executable, "-c", LOAD, str(1000 * seed + cpu), str(MEAN_SPELL_S)])
        for cpu in range(count)
    ]
    try:
        yield
    finally:
        for load in loads:
            load.kill()
            load.wait()


def with_pyperf(runtime: Runtime, folder: Path) -> Path:
    """An environment of the runtime that has pyperf; its interpreter."""
    subprocess.run([runtime.executable, "-m", "venv", folder], check=True, capture_output=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "pyperf"], check=True, capture_output=True)
    return python


def script(name: str) -> Path:
    """The benchmark's script in the installed pyperformance package."""
    spec = find_spec("pyperformance")
    if spec is None or spec.origin is None:
        sys.exit("pyperformance is not installed: pip install pyperformance")
    return Path(spec.origin).parent / "data-files" / "benchmarks" / f"bm_{name}" / "run_benchmark.py"


def _of(condition: str, path: Path | None) -> list[Repetition]:
    return [item for item in stored(path) if item.condition == condition] if path else []


def stored(path: Path) -> list[Repetition]:
    """The repetitions so far."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [msgspec.json.decode(line, type=Repetition) for line in lines]


def report(items: list[Repetition]) -> str:
    """A table per condition as Markdown, a row per benchmark."""
    return "\n\n".join(_table(name, [*_rows(group), _row("all", group)]) for name, group in _conditions(items).items())


def overall(items: list[Repetition]) -> str:
    """A table as Markdown, a row per condition."""
    return _table("all benchmarks", [_row(name, group) for name, group in _conditions(items).items()])


def _conditions(items: list[Repetition]) -> dict[str, list[Repetition]]:
    groups = {name: [item for item in items if item.condition == name] for name in SHARES}
    return {name: group for name, group in groups.items() if group}


def _table(title: str, rows: list[list[str]]) -> str:
    heads = (title, "runs", "pyperf off", "ours off", "pyperf s", "ours s", "pyperf significant", "ours holds 1.00")
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rows(items: list[Repetition]) -> list[list[str]]:
    groups = {name: [item for item in items if item.benchmark == name] for name in BENCHMARKS}
    return [_row(name, group) for name, group in groups.items() if group]


def _row(name: str, items: list[Repetition]) -> list[str]:
    theirs = statistics.median(abs(item.pyperf_ratio - 1) for item in items)
    ours = statistics.median(abs(item.ours_ratio - 1) for item in items)
    return [
        name,
        str(len(items)),
        f"{theirs:.2%}",
        f"{ours:.2%}",
        f"{statistics.median(item.pyperf_s for item in items):.1f}",
        f"{statistics.median(item.ours_s for item in items):.1f}",
        f"{statistics.mean(item.pyperf_significant for item in items):.0%}",
        f"{statistics.mean(item.ours_low <= 1 <= item.ours_high for item in items):.0%}",
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", default="3.14")
    parser.add_argument("--condition", choices=list(SHARES), default="quiet")
    parser.add_argument("--repetitions", type=int, default=20)
    parser.add_argument("--benchmarks", nargs="*", default=BENCHMARKS[:8], choices=BENCHMARKS)
    parser.add_argument("--store", type=Path, default=Path("benchmarks/precision.jsonl"))
    parser.add_argument(
        "--pyperf-from", type=Path, help="take pyperf's figures from an earlier file, and measure ours again"
    )
    parser.add_argument("--report", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
