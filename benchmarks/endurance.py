"""Whether the controller's memory and descriptors stay flat over many contests: ``python benchmarks/endurance.py``.

One run measures a thousand workloads that only sleep, on this Python: real lanes, a real file of results, and little
for the CPUs to do, which takes two hours. Meanwhile the controller is looked at. A Markdown table is printed; the exit
status is 1 where its resident memory grew by `MOST_BYTES` or more after the first hundred contests, or it mostly has
more descriptors or threads than by then. ``--contests 200`` is a shorter try.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from operator import le
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = 100
"""Contests after which nothing should grow any more."""
MOST_BYTES = 10_000_000
LOOK_S = 0.5
SUITE = """
[sleeping]
description = "three launches of two lanes, and of what shows capacity"
lanes = ["*:serial", "*:threads-*"]
workers = [2]
min_launches = 3
max_launches = 3
rounds = 4
trial_ms = 60
precision = 0.02
budget_s = 60
timeout_s = 60
"""
WORK = """
import time
def work_{number:04}():
    time.sleep(0.01)
"""


class Look(NamedTuple):
    """What the controller holds after some number of contests.

    ``own_bytes`` are also those of libraries, for as long as no other process on the machine has them loaded: they leap
    when a neighbour ends, so that nothing is judged by them.
    """

    contests: int
    seconds: float
    resident_bytes: int
    own_bytes: int
    descriptors: int
    threads: int


def looks(folder: Path, contests: int) -> Iterator[Look]:
    """Run the contests, and look at the controller at the end of each hundredth part of them."""
    (folder / "sleeping.toml").write_text(SUITE)
    (folder / "work.py").write_text("".join(WORK.format(number=number) for number in range(contests)))
    targets = [f"work.py:work_{number:04}" for number in range(contests)]
    command = [sys.executable, "-m", "gilscope.cli", "run", "--no-report", "--python", sys.executable]
    began_s = time.monotonic()
    with (folder / "printed.txt").open("w") as printed:
        running = subprocess.Popen(
            [*command, "--suite", "sleeping.toml", *targets], cwd=folder, stdout=printed, stderr=printed
        )
        controller = psutil.Process(running.pid)
        seen, position = 0, 0
        while running.poll() is None:
            ended, position = _ended(folder, position)
            if ended:
                before, seen = seen, seen + ended
                if before * 100 // contests < seen * 100 // contests:
                    yield _look(controller, seen, time.monotonic() - began_s)
            time.sleep(LOOK_S)
    if running.returncode:
        sys.exit((folder / "printed.txt").read_text()[-2000:])


def _ended(folder: Path, position: int) -> tuple[int, int]:
    """How many contests have ended since a position in the file of results, and where that ends now."""
    found = list(folder.glob("gilscope-results/*.jsonl"))
    if not found:
        return 0, 0
    with found[0].open("rb") as file:
        file.seek(position)
        text = file.read()
    whole = text.rfind(b"\n") + 1
    return text[:whole].count(b'"type":"contest end"'), position + whole


def _look(controller: psutil.Process, contests: int, seconds: float) -> Look:
    memory = controller.memory_full_info()
    return Look(contests, seconds, memory.rss, memory.uss, controller.num_fds(), controller.num_threads())


def main() -> int:
    """Print the table; 1 where anything grew."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--contests", type=int, default=1000)
    contests: int = parser.parse_args().contests
    print("| contests | minutes | resident MB | own MB | descriptors | threads |")
    print("|---:|---:|---:|---:|---:|---:|")
    seen: list[Look] = []
    with tempfile.TemporaryDirectory() as folder:
        for look in looks(Path(folder), contests):
            seen.append(look)
            print(
                f"| {look.contests} | {look.seconds / 60:.1f} | {look.resident_bytes / 1e6:.1f} "
                f"| {look.own_bytes / 1e6:.1f} | {look.descriptors} | {look.threads} |",
                flush=True,
            )
    if len(seen) < 2:  # noqa: PLR2004 - a first and a last
        sys.exit("too few contests to see anything grow")
    first = next(look for look in seen if look.contests >= min(FIRST, contests // 2))
    grew = max(look.resident_bytes for look in seen if look.contests >= first.contests) - first.resident_bytes
    print(f"\nAfter the first {first.contests} contests its resident memory grew by {grew / 1e6:.1f} MB.")
    before, after = (
        [(look.descriptors, look.threads) for look in seen if (look.contests <= first.contests) is is_before]
        for is_before in (True, False)
    )
    is_flat = all(map(le, map(median, zip(*after, strict=True)), map(median, zip(*before, strict=True))))
    print(f"It has {'no more' if is_flat else 'more'} descriptors and threads than it had during these.")
    return 0 if grew < MOST_BYTES and is_flat else 1


if __name__ == "__main__":
    sys.exit(main())
