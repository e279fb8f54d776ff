"""How long ``gilscope history`` takes over 10,000 runs of 100 trials, and whether it finds a planted regression.

The goal: an answer in under a second after start, and the version from which the free-threaded build is 5 % slower is
the only change that is marked. ``--folder`` keeps the runs and their summaries for the next time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import msgspec
import numpy as np

from builders import DEFAULT, HOST
from gilscope import store
from gilscope.values.contests import Contest, LaneSpec, Probe, Rules
from gilscope.values.records import Calibration, ContestEnd, Record, RunHeader, Trial
from gilscope.values.runtimes import Arm, Pair, Runtime

GOAL_S = 1.0
ROUNDS = 5
VERSIONS = [(3, 13, patch) for patch in range(5)] + [(3, 14, patch) for patch in range(5)]
REGRESSION = 1.05
FROM_VERSION = (3, 14, 2)
PENALTY = 1.08
LAUNCHES, TRIALS = 5, 5
NOISE = {"launch": 0.01, "trial": 0.01, "machine": 0.03}
"""Standard deviations of logs: of a lane's launch, of a trial, and of what disturbs all lanes of a round alike."""

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
    """Make the runs, ask, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="made where it is not there; a temporary one by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if not (folder / "results").exists():
            make_runs(folder / "results", options.runs)
        report(folder)


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
