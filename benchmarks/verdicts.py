"""Whether verdicts on real workloads agree with what is known of them by construction, and none claims too much.

Run on a quiet machine with two cores or more: ``python benchmarks/verdicts.py``. Prints a Markdown table: each workload
with its truth, what the verdict makes of it (right, wrong or cannot be told) and the verdict's own words. The exit
status is 1 where any is wrong, or fewer than eight are right. With ``--neighbours 2``, as many processes spin beside
the measurement, and only what is wrong counts.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from neighbours import spinning

from gilscope import store
from gilscope.figures.break_even import WORTH
from gilscope.figures.outcome import Better, CannotBeTold, NotBetter
from gilscope.figures.run import of_run
from gilscope.render.in_words import paragraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.figures.outcome import Outcome

LEAST_RIGHT = 8
TIMEOUT_S = 600
COMMAND = (sys.executable, "-m", "gilscope.cli", "run", "--no-report", "--workers", "2")
WORKLOADS = Path(__file__).with_name("known_truths.py")
FREE, DEFAULT = "free-threaded", "default"

Judgement = Literal["right", "wrong", "cannot be told"]


class Truth(NamedTuple):
    """A workload with the work of the lanes that are known to win, empty where none does, and why."""

    name: str
    build: str
    options: tuple[str, ...]
    wins: str
    because: str


TRUTHS = (
    Truth("arithmetic", FREE, ("--models", "threads"), "threads-2", "threads share nothing, and there is no GIL"),
    Truth("arithmetic", DEFAULT, ("--models", "threads"), "", "the GIL lets one thread add at a time"),
    Truth("arithmetic", DEFAULT, ("--models", "processes"), "processes-2", "each process has a GIL of its own"),
    Truth("locked", FREE, ("--models", "threads"), "", "all of it is done under one lock"),
    Truth(
        "locked_by",
        FREE,
        ("--setup", f"{WORKLOADS}:made_lock", "--share", "--models", "threads,processes"),
        "",
        "threads share one lock, and processes have copies of it",
    ),
    Truth("sleeping", FREE, ("--models", "threads"), "threads-2", "threads wait side by side"),
    Truth("sleeping_locked", FREE, ("--models", "threads"), "", "threads wait one after the other"),
    Truth("hashing", DEFAULT, ("--models", "threads"), "threads-2", "hashing releases the GIL"),
    Truth("awaiting", DEFAULT, ("--models", "asyncio"), "asyncio-2", "tasks wait side by side"),
    Truth("small_pieces", FREE, (), "", "to start a thread takes longer than its share of the work"),
)


class Answer(NamedTuple):
    """What a verdict says of a workload, and whether that is so."""

    truth: Truth
    judgement: Judgement
    words: str


def main() -> int:
    """Measure every workload, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", default="3.14t", help="the free-threaded runtime; the default build is its twin")
    parser.add_argument("--workloads", nargs="+", default=["*"], help="patterns of names")
    parser.add_argument("--neighbours", type=int, default=0, help="processes that spin beside the measurement")
    parser.add_argument("--budget", type=float, help="seconds for each workload (default: the suite's)")
    options = parser.parse_args()
    chosen = [truth for truth in TRUTHS if any(fnmatchcase(truth.name, pattern) for pattern in options.workloads)]
    answers: list[Answer] = []
    with spinning(options.neighbours):
        for truth in chosen:
            answers.append(asked(truth, options.on, options.budget))
            print(f"{truth.name}: {answers[-1].judgement}", file=sys.stderr, flush=True)
    print(table(answers))
    counts = Counter(answer.judgement for answer in answers)
    least = 0 if options.neighbours else min(LEAST_RIGHT, len(chosen))
    return 1 if counts["wrong"] or counts["right"] < least else 0


def asked(truth: Truth, free: str, budget_s: float | None) -> Answer:
    """The verdict on one workload, judged."""
    runtime = free if truth.build == FREE else free.removesuffix("t")
    budget = () if budget_s is None else ("--budget", f"{budget_s:g}")
    with tempfile.TemporaryDirectory() as results:
        command = [*COMMAND, f"{WORKLOADS}:{truth.name}", "--on", runtime, *truth.options, *budget]
        done = subprocess.run(
            [*command, "--results", results, "--run", "it"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        path = store.run_path(Path(results), "it")
        if not store.is_stored(path):
            raise SystemExit(f"{truth.name} was not measured:\n{done.stderr}")
        (contest,) = of_run(store.read(path)).contests
    if contest.verdict is None:
        raise SystemExit(f"{truth.name} has no verdict:\n{done.stderr}")
    return Answer(truth, judged(contest.verdict.outcome, truth), paragraph(contest, contest.verdict))


def judged(outcome: Outcome, truth: Truth) -> Judgement:
    """Whether an outcome is so; a gain that is too small to matter does not contradict that there is none."""
    match outcome:
        case Better() if truth.wins:
            return _if_right(all(lane.endswith(f":{truth.wins}") for lane in outcome.lanes))
        case Better():
            return _if_right(outcome.figure.high <= 1 + WORTH)
        case NotBetter():
            return _if_right(not truth.wins)
        case CannotBeTold():
            return "cannot be told"


def _if_right(is_so: bool) -> Judgement:  # noqa: FBT001 - what it asks
    return "right" if is_so else "wrong"


def table(answers: Sequence[Answer]) -> str:
    """All answers as a Markdown table, and how many were right."""
    lines = ["| workload | truth | judgement | the verdict says |", "|---|---|---|---|"]
    for truth, judgement, words in answers:
        known = f"{truth.wins} wins" if truth.wins else "nothing wins"
        lines.append(f"| {truth.name}, {truth.build} build | {known}: {truth.because} | {judgement} | {words} |")
    counts = Counter(answer.judgement for answer in answers)
    return "\n".join([*lines, "", ", ".join(f"{count} {judgement}" for judgement, count in counts.items()) + "."])


if __name__ == "__main__":
    sys.exit(main())
