"""Whether ``gilscope why`` names the known causes of the catalogue in tests/why, and asserts nothing untrue.

Run on a quiet machine: ``python benchmarks/why.py --on 3.13t 3.14t --store benchmarks/why.jsonl``. Prints a Markdown
table: each workload with what is to be named, and on each runtime the verdict and the seconds that it took. The exit
status is 1 where on any runtime fewer than 27 are right, or any is wrong. With ``--neighbours 2``, as many processes
spin beside the measurement, and only what is wrong counts. ``--keep FOLDER`` keeps every answer with its raw trials.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from neighbours import spinning

sys.path.append(str(Path(__file__).parents[1] / "tests" / "why"))
from catalogue import Workload, workloads
from judging import Blamed, Judged, Said, judged, shown

from gilscope.commands.measuring import take_census
from gilscope.figures.why import Why
from gilscope.lab import host
from gilscope.runtimes.twins import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.values.runtimes import Runtime

LEAST_RIGHT = 27
TIMEOUT_S = 300
COMMAND = (sys.executable, "-m", "gilscope.cli", "why")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of the command as it was judged; ``python`` is the version of the runtime, ``seconds`` what it took."""

    workload: str
    runtime: str
    python: str
    machine: str
    day: str
    verdict: str
    details: str
    seconds: float


def main() -> int:
    """Ask about every workload on every runtime, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", nargs="+", default=["3.13t", "3.14t"], help="free-threaded runtimes")
    parser.add_argument("--workloads", nargs="+", default=["*"], help="patterns of names")
    parser.add_argument("--neighbours", type=int, default=0, help="processes that spin beside the measurement")
    parser.add_argument("--keep", type=Path, help="a folder for the answers and their runs")
    parser.add_argument("--store", type=Path, help="a file to which answers are appended")
    options = parser.parse_args()
    runtimes = select(take_census(), options.on)
    chosen = [item for item in workloads() if any(fnmatchcase(item.name, pattern) for pattern in options.workloads)]
    answers: list[Answer] = []
    with spinning(options.neighbours):
        for workload in chosen:
            for runtime in runtimes:
                answer = asked(workload, runtime, options.keep)
                print(f"{workload.name} on {runtime.name}: {_shown(answer)}", file=sys.stderr, flush=True)
                answers.append(answer)
                if options.store is not None:
                    with options.store.open("ab") as file:
                        file.write(msgspec.json.encode(answer) + b"\n")
    print(table(answers))
    least = 0 if options.neighbours else min(LEAST_RIGHT, len(chosen))
    failed = [found for found in counts(answers).values() if found["wrong"] or found["right"] < least]
    return 1 if failed else 0


def asked(workload: Workload, runtime: Runtime, keep: Path | None) -> Answer:
    """The answer about one workload on one runtime, judged."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as own:
        results, name = keep or Path(own), f"{workload.name}-{runtime.name}"
        command = [*COMMAND, f"{workload.path}:work", "--on", runtime.name, "--json"]
        done = subprocess.run(
            [*command, "--results", results, "--run", name], capture_output=True, timeout=TIMEOUT_S, check=False
        )
    if keep is not None:
        (keep / f"{name}.json").write_bytes(done.stdout)
    seconds = round(time.monotonic() - begun, 1)
    try:
        verdict = judged(said(msgspec.json.decode(done.stdout, type=Why)), workload, runtime.name)
    except msgspec.DecodeError:
        print(f"{workload.name} on {runtime.name}: {done.stderr.decode()}", file=sys.stderr)
        verdict = Judged("cannot be told", unnamed=(f"no answer, exit status {done.returncode}",))
    card = host.card()
    return Answer(
        workload=workload.name,
        runtime=runtime.name,
        python=runtime.facts.version_text,
        machine=f"{card.affinity or card.cpus_online} CPUs of {card.cpu or card.machine}",
        day=datetime.now(UTC).strftime("%Y-%m-%d"),
        verdict=verdict.verdict,
        details=str(verdict).partition("; ")[2],
        seconds=seconds,
    )


def stored(path: Path) -> list[Answer]:
    """The answers in a file; of several to one question the last."""
    answers = msgspec.json.Decoder(Answer).decode_lines(path.read_bytes())
    return list({(answer.workload, answer.runtime): answer for answer in answers}.values())


def table(answers: Sequence[Answer]) -> str:
    """All answers as a Markdown table, how many were right, and when, where and on what they were given."""
    runtimes = list(dict.fromkeys(answer.runtime for answer in answers))
    by_place = {(answer.workload, answer.runtime): answer for answer in answers}
    lines = [f"| workload | to be named | {' | '.join(runtimes)} |", f"|---|---|{'---|' * len(runtimes)}"]
    for workload in workloads():
        found = [by_place.get((workload.name, runtime)) for runtime in runtimes]
        if any(found):
            cells = ["" if answer is None else _shown(answer) for answer in found]
            lines.append(f"| {workload.name} | {to_be_named(workload)} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", totals(answers)])


def totals(answers: Sequence[Answer]) -> str:
    """How many answers were right on each runtime, and when, where and on what they were given; a line each."""
    lines = []
    for runtime, found in counts(answers).items():
        said_what = ", ".join(f"{found[verdict]} {verdict}" for verdict in sorted(found, reverse=True))
        places = {f"{item.python}, {item.machine}, {item.day}": None for item in answers if item.runtime == runtime}
        lines.append(f"{runtime}: {said_what} ({'; '.join(places)}).")
    return "\n".join(lines)


def counts(answers: Sequence[Answer]) -> dict[str, Counter[str]]:
    """How many answers on each runtime had each verdict."""
    found: dict[str, Counter[str]] = {}
    for answer in answers:
        found.setdefault(answer.runtime, Counter())[answer.verdict] += 1
    return found


def _shown(answer: Answer) -> str:
    details = f"; {answer.details}" if answer.details else ""
    return f"{answer.verdict}{details} ({answer.seconds:.0f} s)"


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


if __name__ == "__main__":
    sys.exit(main())
