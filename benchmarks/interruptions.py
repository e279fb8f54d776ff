"""What a run is like after a signal at a random moment, and once it went on: ``python benchmarks/interruptions.py``.

Short runs on this Python are ended by SIGKILL, SIGTERM, SIGINT and SIGHUP at moments drawn over all their phases. After
`PATIENCE_S` seconds nothing may be left of them, their files must read, and each goes on (``--run``) to its end. A
Markdown table is printed; the exit status is 1 where anything was left or lost. The finished runs' gains are held
against that of undisturbed runs: both intervals are 95 %, so that they part in about one of a hundred pairs by chance.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from gilscope import store
from gilscope.errors import GilscopeError
from gilscope.figures.run import of_run
from runs import THIS_PYTHON, Runs, end, interruptible

if TYPE_CHECKING:
    import subprocess

    from gilscope.stats.estimate import Estimate

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PATIENCE_S = 10.0
OURS = f"{os.sep}gilscope{os.sep}"
UNDISTURBED = 5
SUITE = """
[brief]
description = "enough launches for an interval"
lanes = ["*:serial", "*:threads-*", "*:processes-*"]
workers = [2]
min_launches = 4
max_launches = 4
rounds = 2
trial_ms = 20
precision = 0.02
budget_s = 60
timeout_s = 60
"""
RUN = ("run", *THIS_PYTHON, "--suite", "brief.toml", "--no-report", "small.py:work")


class Moment:
    """One run in a folder of its own, ended at a moment, and what became of it."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir(parents=True)
        self.runs = Runs(folder, cache)
        self.runs.environ["TMPDIR"] = str(self.temporary)
        self.runs.script("brief.toml", SUITE)

    def undisturbed(self) -> float:
        """Run to the end; how long that took, in seconds."""
        began_s = time.monotonic()
        ended = self.runs.gilscope(*RUN)
        if ended.returncode:
            sys.exit(f"an undisturbed run failed: {ended}")
        return time.monotonic() - began_s

    def gains(self) -> dict[str, Estimate]:
        """The gain of each lane of the only run."""
        (contest,) = of_run(store.read(self.runs.stored())).contests
        return {lane.lane.work: lane.gain for lane in contest.lanes if lane.gain is not None}

    def faults(self, process: subprocess.Popen[str], number: signal.Signals) -> list[str]:
        """What is wrong once the run was sent a signal, and went on."""
        process.send_signal(number)
        ended = end(process)
        # While Python itself starts, Ctrl-C shows where it was: none of its frames are ours then.
        found = [f"a traceback: {ended.stderr}"] if "Traceback" in ended.stderr and OURS in ended.stderr else []
        if ended.returncode not in {-number, 128 + number, 0}:
            found.append(f"exit status {ended.returncode}")
        deadline_s = time.monotonic() + PATIENCE_S
        while (left := self._left()) and time.monotonic() < deadline_s:
            time.sleep(0.05)
        found += left
        stored = list(self.runs.results.glob("*.jsonl"))
        for path in stored:
            try:
                store.read(path)
            except GilscopeError as error:
                found.append(f"the file does not read: {error}")
        resumed = self.runs.gilscope(*RUN, *(["--run", stored[0].stem] if stored else []))
        if resumed.returncode:
            found.append(f"it does not go on: {resumed.stderr[-500:]}")
        return found

    def _left(self) -> list[str]:
        living = [f"left: {line}" for line in self.runs.living()]
        return living + [f"left: {path}" for path in self.temporary.iterdir()]


def main() -> int:
    """Print what became of all; 1 where anything was left or lost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)  # noqa: S311 - moments, no secret
    sent: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    apart, compared = 0, 0
    with tempfile.TemporaryDirectory() as base, interruptible():
        whole = [Moment(Path(base) / f"whole-{number}", Path(base) / "cache") for number in range(UNDISTURBED)]
        took_s = max(moment.undisturbed() for moment in whole)
        standards = [moment.gains() for moment in whole]
        for number in range(arguments.moments):
            which = SIGNALS[number % len(SIGNALS)]
            moment = Moment(Path(base) / f"ended-{number}", Path(base) / f"cache-{number % 2}")
            process = moment.runs.start(*RUN)
            time.sleep(chance.uniform(0, took_s))
            sent[which.name] += 1
            if found := moment.faults(process, which):
                wrong[which.name] += 1
                print(f"{number}: {which.name}: {'; '.join(found)}", file=sys.stderr, flush=True)
                continue
            standard = standards[number % UNDISTURBED]
            for lane, gain in moment.gains().items():
                compared += 1
                apart += gain.low > standard[lane].high or gain.high < standard[lane].low
    print("| signal | moments | anything left or lost |\n|---|---:|---:|")
    for name, count in sent.items():
        print(f"| {name} | {count} | {wrong[name]} |")
    print(f"\nGains beside those of undisturbed runs: {compared} pairs, {apart} whose intervals do not meet.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
