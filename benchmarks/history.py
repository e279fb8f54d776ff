"""What ``gilscope history`` and ``gilscope compare`` are held to: how long they take, and what they mark.

By itself: an answer over 10,000 runs of 100 trials comes in under a second after start, and the version from which the
free-threaded build is 5 % slower is the only change that is marked. ``--folder`` keeps the runs and their summaries for
the next time.

``--repeats FILE...`` sets side by side each two of these stored runs that were made on one host with the same builds:
what is marked though nothing changed, by the rule before runs had a between-run part and by today's, and whether 10 %
more time of an arm is marked that are planted in one probe or in all. Their histories, run by run, come after.
``--simulate`` shows how often an answer marks anything where runs differ by what is drawn, and how often planted 10 %.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import msgspec
import numpy as np

from builders import DEFAULT, HOST
from gilscope import store
from gilscope.history.changes import Level, Step, changes
from gilscope.history.series import history
from gilscope.history.summarise import summary
from gilscope.history.summary import DatedFigure, Figure, FigureName, Summary
from gilscope.history.two_runs import COMPARED, RunComparison, compare
from gilscope.stats.between import Difference, run_error
from gilscope.stats.estimate import mean, student
from gilscope.stats.significance import holm, p_value
from gilscope.values.contests import Contest
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe
from gilscope.values.records import Calibration, ContestEnd, Record, RunHeader, Trial
from gilscope.values.rules import Rules
from gilscope.values.runtimes import Arm, Pair, Runtime

if TYPE_CHECKING:
    from collections.abc import Sequence

GOAL_S = 1.0
ROUNDS = 5
VERSIONS = [(3, 13, patch) for patch in range(5)] + [(3, 14, patch) for patch in range(5)]
REGRESSION = 1.05
FROM_VERSION = (3, 14, 2)
PENALTY = 1.08
LAUNCHES, TRIALS = 5, 5
NOISE = {"launch": 0.01, "trial": 0.01, "machine": 0.03}
"""Standard deviations of logs: of a lane's launch, of a trial, and of what disturbs all lanes of a round alike."""

PLANTED = math.log(1.1)
"""The change that is planted in stored and simulated runs, on the log scale."""

ANSWERS = 300
"""Simulated answers for each number in the table."""

RULES = Rules(
    min_launches=LAUNCHES,
    max_launches=LAUNCHES,
    rounds=TRIALS,
    trial_ms=100,
    precision=0.01,
    budget_s=60,
    timeout_s=60,
)


def main() -> None:
    """Print Markdown tables of what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=Path, nargs="+", metavar="FILE", help="stored runs, some of the same builds")
    parser.add_argument("--simulate", action="store_true", help="draw runs that differ by known amounts")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="made where it is not there; a temporary one by default")
    options = parser.parse_args()
    if options.repeats:
        runs = [summary(store.read(path)) for path in options.repeats]
        repeats(runs)
        histories(runs)
        return
    if options.simulate:
        simulate()
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if not (folder / "results").exists():
            make_runs(folder / "results", options.runs)
        report(folder)


def repeats(runs: Sequence[Summary]) -> None:
    """Print what is marked between each two runs that were made alike, and what of a planted change."""
    print("| runs | rows | marked before | marked | 10 % in one | 10 % in all |\n| --- | --- | --- | --- | --- | --- |")
    counts = []
    for before, after in combinations(runs, 2):
        told = compare(before, after)
        if not told.rows or len(told.hosts) > 1 or any(row.differences for row in told.rows):
            continue
        places = [(row.arm, row.probe) for row in told.rows if row.figure == "penalty"]
        arms = dict.fromkeys(arm for arm, _ in places)
        old, new = marks_before(before, after), marks(told)
        one = sum(finds(before, after, arm, probe) for arm, probe in places)
        every = sum(finds(before, after, arm) for arm in arms)
        print(
            f"| {before.started}, {after.started} | {len(told.rows)} | {old} | {new} "
            f"| {one} of {len(places)} | {every} of {len(arms)} |"
        )
        counts.append((old > 0, new > 0, one, len(places), every, len(arms)))
    old, new, one, places_in_all, every, arms_in_all = map(sum, zip(*counts, strict=True))
    print(
        f"\n{len(counts)} answers, of which {old} marked something before and {new} do now. "
        f"Planted 10 %: {one} of {places_in_all} are marked in one probe, {every} of {arms_in_all} in all probes.\n"
    )


def marks(told: RunComparison) -> int:
    """How many changes of an answer are marked."""
    return sum(item.change.beyond_noise is not None for item in (*told.rows, *told.means))


def marks_before(before: Summary, after: Summary) -> int:
    """How many changes were marked when intervals within runs were all there was, and times were judged as they are."""
    first, second = ({_place(figure): figure for figure in run.figures} for run in (before, after))
    common = [(first[place], second[place]) for place in first if place in second and place[0] in COMPARED]
    steps = [Step(*(Level(figure.log, figure.floor) for figure in figures)) for figures in common]
    return sum(change.beyond_noise is not None for change in changes(steps))


def finds(before: Summary, after: Summary, arm: str, probe: str | None = None) -> bool:
    """Whether more time of an arm is marked, in one probe or in the mean of all."""
    told = compare(before, planted(after, arm, probe))
    items = told.means if probe is None else [row for row in told.rows if row.probe == probe]
    return any(item.arm == arm and item.change.beyond_noise == "up" for item in items)


def planted(run: Summary, arm: str, probe: str | None = None) -> Summary:
    """The run with more time of one arm, in one probe or in all."""
    slower = (
        _slower(figure) if figure.arm == arm and probe in {None, figure.probe} else figure for figure in run.figures
    )
    return msgspec.structs.replace(run, figures=tuple(slower))


def _slower(figure: Figure) -> Figure:
    if figure.name not in COMPARED:
        return figure
    beside = figure.yardstick
    yardstick = beside and msgspec.structs.replace(beside, log=beside.log.shifted(PLANTED))
    return msgspec.structs.replace(figure, center=figure.center + PLANTED, yardstick=yardstick)


def _place(figure: Figure) -> tuple[FigureName, str, str, str]:
    return figure.name, figure.probe, figure.arm, figure.work


def histories(runs: Sequence[Summary]) -> None:
    """What a history marks that has each of these runs in a row of its own."""
    print("| history | series | changes | judged | marked |\n| --- | --- | --- | --- | --- |")
    days = [str(np.datetime64("2026-01-01") + number) for number in range(len(runs))]
    dated_runs = [(day, run) for day, run in zip(days, sorted(runs, key=lambda run: run.started), strict=True)]
    for name in ("penalty", "gain", "scaling", "time"):
        dated = [
            DatedFigure(run.host, day, figure)
            for day, run in dated_runs
            for figure in run.figures
            if figure.name == name
        ]
        told = history(name, "date", dated)
        row = (name, len(told.series), told.compared + told.not_judged, told.compared, len(told.marked))
        print(f"| {' | '.join(map(str, row))} |")


def simulate() -> None:
    """Print how often an answer marks anything, where nothing changed and where something is planted."""
    rng = np.random.default_rng(15)
    print("| figures | runs differ by | tails | marks anything | 10 % in one figure | 10 % in all |")
    print("| --- | --- | --- | --- | --- | --- |")
    for figures in (1, 3, 10, 30):
        for spread in (0.0, 0.01, 0.02, 0.03):
            for freedom in (math.inf, 4) if spread else (math.inf,):
                row = (
                    rate(rng, figures, spread, freedom, np.zeros(figures)),
                    rate(rng, figures, spread, freedom, np.eye(1, figures)[0] * PLANTED),
                    rate(rng, figures, spread, freedom, np.full(figures, PLANTED)),
                )
                tails = "normal" if freedom == math.inf else f"t, {freedom}"
                print(f"| {figures} | {100 * spread:g} % | {tails} | {' | '.join(f'{each:.1f} %' for each in row)} |")


def rate(rng: np.random.Generator, figures: int, spread: float, freedom: float, change: np.ndarray) -> float:
    """The percentage of answers that mark something, where each run is off by ``spread`` and its launches by noise."""
    launches, within = 16, 0.01
    marked = 0
    for _ in range(ANSWERS):
        off = (
            rng.normal(0, spread, (2, figures))
            if freedom == math.inf
            else rng.standard_t(freedom, (2, figures)) * spread * math.sqrt((freedom - 2) / freedom)
        )
        errors = within * np.sqrt(rng.chisquare(launches, (2, figures)) / launches)
        values = off + rng.normal(0, within, (2, figures))
        values[1] += change
        differences = [Difference(*pair) for pair in zip(values[1] - values[0], np.hypot(*errors), strict=True)]
        error = run_error(differences)
        logs = [
            [student(*each, launches).less(error) for each in zip(*run, strict=True)]
            for run in zip(values, errors, strict=True)
        ]
        ratios = [late.less(early) for early, late in zip(*logs, strict=True)]
        ratios += [mean(logs[1]).less(mean(logs[0]))] if figures > 1 else []
        marked += any(holm([p_value(ratio) for ratio in ratios]))
    return 100 * marked / ANSWERS


def report(folder: Path) -> None:
    """Time the parts in turn, then show what was marked."""
    environ = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    ask = [sys.executable, "-m", "gilscope.cli", "history", "--results", str(folder / "results")]
    first_s = seconds(ask, environ)
    start = [sys.executable, "-c", "import gilscope.cli"]
    timed = [(seconds(start, environ), seconds(ask, environ)) for _ in range(ROUNDS)]
    start_s, ask_s = (statistics.median(column) for column in zip(*timed, strict=True))
    rows = {
        "python -c 'import gilscope.cli'": start_s,
        "gilscope history, the first time": first_s,
        "gilscope history": ask_s,
    }
    print(f"{len(list((folder / 'results').iterdir()))} runs, median of {ROUNDS}\n")
    print("| what | time | over start-up |\n| --- | --- | --- |")
    for what, taken_s in rows.items():
        print(f"| {what} | {taken_s:.2f} s | {taken_s / start_s:.1f} |")
    print(f"\nAfter start: {ask_s - start_s:.2f} s; the goal is {GOAL_S} s.\n")
    answer = json.loads(subprocess.run([*ask, "--json"], env=environ, check=True, capture_output=True).stdout)
    marked = [row for series in answer["series"] for row in series["rows"] if (row["change"] or {}).get("beyond_noise")]
    planted = ".".join(map(str, FROM_VERSION))
    print(f"Planted: {REGRESSION} from {planted}. Marked: {len(marked)}")
    for row in marked:
        ratio = row["change"]["ratio"]
        low, value, high = (ratio[end] for end in ("low", "value", "high")) if isinstance(ratio, dict) else ratio
        print(f"- {row['label']}: {value:.4f}, from {low:.4f} to {high:.4f}")


def seconds(command: list[str], environ: dict[str, str]) -> float:
    """The wall time of one run."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, env=environ, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def make_runs(results: Path, runs: int) -> None:
    """Runs of one contest each, their versions one after the other, two years of days."""
    results.mkdir(parents=True)
    rng = np.random.default_rng(6)
    encoder = msgspec.json.Encoder()
    for number in range(runs):
        records = made_run(number, VERSIONS[number * len(VERSIONS) // runs], rng)
        (results / f"{number:05}{store.SUFFIX}").write_bytes(encoder.encode_lines(records))


def made_run(number: int, version: tuple[int, int, int], rng: np.random.Generator) -> list[Record]:
    """A run whose lanes differ by what is planted, and by noise."""
    contest = made_contest(version)
    free_threaded = PENALTY * (REGRESSION if version >= FROM_VERSION else 1)
    ratios = np.array([1.0, 1.0, free_threaded, free_threaded])
    shape = (LAUNCHES, TRIALS, len(contest.lanes))
    noise = (
        rng.normal(0, NOISE["launch"], (LAUNCHES, 1, len(contest.lanes)))
        + rng.normal(0, NOISE["trial"], shape)
        + rng.normal(0, NOISE["machine"], (LAUNCHES, TRIALS, 1))
    )
    walls = (1e8 * ratios * np.exp(noise)).astype(int)
    day = np.datetime64("2024-01-01T00:00:00") + number * 6300
    header = RunHeader(
        schema=store.SCHEMA,
        id=f"{number:05}",
        started=str(day).replace("T", " "),
        gilscope="0.1.0",
        suite="quick",
        seed=number,
        rules=RULES,
        host=HOST,
    )
    trials = [
        made_trial(contest, lane, launch, trial, int(walls[launch, trial, index]))
        for launch in range(LAUNCHES)
        for trial in range(TRIALS)
        for index, lane in enumerate(contest.lanes)
    ]
    end = ContestEnd(contest=contest.id, reason="launches", seconds=10, launches=LAUNCHES)
    return [header, contest, Calibration(contest=contest.id, loops=10), *trials, end]


def made_contest(version: tuple[int, int, int]) -> Contest:
    """The default build twice, the free-threaded one alone and with two threads."""
    name = f"{version[0]}.{version[1]}"
    facts = msgspec.structs.replace(DEFAULT, version=version, version_text=".".join(map(str, version)))
    default = Runtime(name=name, executable="/opt/python", origin="PATH", facts=facts)
    free = msgspec.structs.replace(
        default, name=f"{name}t", facts=msgspec.structs.replace(facts, build="free-threaded", gil_enabled=False)
    )
    twin_arm, arm = Arm(name=name, runtime=default), Arm(name=f"{name}t", runtime=free)
    return Contest(
        id=f"cpu/primes@{name}t",
        probe=Probe(id="cpu/primes", path="primes.py", question="How fast?", kind="cpu"),
        lanes=(
            LaneSpec(arm=twin_arm, model="serial", workers=1),
            LaneSpec(arm=twin_arm, model="serial", workers=1, control=True),
            LaneSpec(arm=arm, model="serial", workers=1),
            LaneSpec(arm=arm, model="threads", workers=2),
        ),
        reference=f"{name}:serial",
        pair=Pair(free_threaded=free, twin=default, differences=()),
    )


def made_trial(contest: Contest, lane: LaneSpec, launch: int, number: int, wall_ns: int) -> Trial:
    """A trial in which every worker was busy from the gate to the end."""
    return Trial(
        contest=contest.id,
        lane=lane.name,
        launch=launch,
        round=number,
        loops=10,
        wall_ns=wall_ns,
        starts_ns=(0,) * lane.workers,
        ends_ns=(wall_ns,) * lane.workers,
        cpu_ns=(wall_ns,) * lane.workers,
        wait_ns=(0,) * lane.workers,
        digest="d",
        gil_before=True,
        gil_after=True,
    )


if __name__ == "__main__":
    main()
