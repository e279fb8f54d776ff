"""Whether ``gilscope why`` names the known causes of the catalogue in tests/why, and asserts nothing untrue.

Run on a quiet machine: ``python benchmarks/why.py --on 3.13t 3.14t``. Prints a Markdown table: each workload with what
is to be named, and on each runtime the verdict and the seconds that it took. The exit status is 1 where on any runtime
fewer than 27 are right, or any is wrong. With ``--neighbours 2``, as many processes spin beside the measurement, and
only what is wrong counts. ``--keep FOLDER`` keeps every answer with its raw trials.
"""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

sys.path.append(str(Path(__file__).parents[1] / "tests" / "why"))
from catalogue import Workload, workloads
from judging import Blamed, Judged, Said, judged, shown

from gilscope.figures.why import Why

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_RIGHT = 27
TIMEOUT_S = 300
COMMAND = (sys.executable, "-m", "gilscope.cli", "why")


def main() -> int:
    """Ask about every workload on every runtime, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", nargs="+", default=["3.13t", "3.14t"], help="free-threaded runtimes")
    parser.add_argument("--workloads", default="*", help="a pattern of names")
    parser.add_argument("--neighbours", type=int, default=0, help="processes that spin beside the measurement")
    parser.add_argument("--keep", type=Path, help="a folder for the answers and their runs")
    options = parser.parse_args()
    chosen = [workload for workload in workloads() if fnmatchcase(workload.name, options.workloads)]
    print(f"| workload | to be named | {' | '.join(options.on)} |\n|---|---|{'---|' * len(options.on)}")
    verdicts: dict[str, Counter[str]] = {runtime: Counter() for runtime in options.on}
    with spinning(options.neighbours):
        for workload in chosen:
            cells = [asked(workload, runtime, verdicts[runtime], options.keep) for runtime in options.on]
            print(f"| {workload.name} | {to_be_named(workload)} | {' | '.join(cells)} |", flush=True)
    print()
    for runtime, counted in verdicts.items():
        print(f"{runtime}: {', '.join(f'{counted[verdict]} {verdict}' for verdict in sorted(counted, reverse=True))}.")
    least = 0 if options.neighbours else min(LEAST_RIGHT, len(chosen))
    failed = [counted for counted in verdicts.values() if counted["wrong"] or counted["right"] < least]
    return 1 if failed else 0


def asked(workload: Workload, runtime: str, verdicts: Counter[str], keep: Path | None) -> str:
    """The table's cell for one workload on one runtime; counts its verdict."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as own:
        results, name = keep or Path(own), f"{workload.name}-{runtime}"
        command = [*COMMAND, f"{workload.path}:work", "--on", runtime, "--json", "--results", results, "--run", name]
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    if keep is not None:
        (keep / f"{name}.json").write_bytes(done.stdout)
    took = time.monotonic() - begun
    try:
        verdict = judged(said(msgspec.json.decode(done.stdout, type=Why)), workload, runtime)
    except msgspec.DecodeError:
        print(f"{workload.name} on {runtime}: {done.stderr.decode()}", file=sys.stderr)
        verdict = Judged("cannot be told", unnamed=(f"no answer, exit status {done.returncode}",))
    verdicts[verdict.verdict] += 1
    return f"{verdict} ({took:.0f} s)"


def said(why: Why) -> Said:
    """What an answer asserts."""
    if why.ending == "gil":
        return Said((Blamed("gil", why.gil_module or None),))
    if why.ending in {"machine", "uneven"}:
        return Said((Blamed(why.ending),))
    because = (cause for cause in why.causes if cause.judgement == "because of")
    blamed = (Blamed(cause.kind, cause.suspect and cause.suspect.path) for cause in because)
    return Said(tuple(blamed), scales=why.ending == "scales")


def to_be_named(workload: Workload) -> str:
    """The causes as the catalogue declares them."""
    causes = (
        shown(cause.kind, cause.object) + (f" ({cause.on} only)" if cause.on else "")
        for cause in workload.declaration.causes
    )
    return ", ".join(causes) or "nothing: it scales"


@contextmanager
def spinning(neighbours: int) -> Iterator[None]:
    """Some processes that take CPU time from what is measured."""
    processes = [multiprocessing.Process(target=spin, daemon=True) for _ in range(neighbours)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def spin() -> None:
    """Run for ever."""
    while True:
        pass


if __name__ == "__main__":
    sys.exit(main())
