"""Does a check refute what is true, or hold what is false? By simulation, and by work of known truth.

    python benchmarks/check.py simulate [--times 4000] [--store FILE]
    python benchmarks/check.py measure --on 3.14t [--times 20] [--load] [--only KIND] [--store FILE]

``simulate`` draws launches whose true ratio is known, looks at them as a check does, and counts wrong verdicts: at the
bound itself, where either verdict is wrong, and on either side of it.

``measure`` checks small functions in a repository of their own: an identical revision, work that scales, a penalty
within its bound; and work that is 10 % slower, that holds a lock, that turns the GIL on, whose result differs in
threads, or whose extension falls back. ``--load`` keeps CPUs busy meanwhile, in spells of random length.

``--store`` appends a line of JSON for each row to a file, of which ``docs/explanation/checks.md`` makes its tables.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from neighbours import spinning

from gilscope.expectations.clauses import Clause
from gilscope.expectations.evidence import Figure, Looks
from gilscope.stats.intervals import log_ratio_interval
from gilscope.stats.significance import noise_floor
from gilscope.values.expectations import bound

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

LOOKS = (7, 14, 28, 56)
"""The launches at which a check looks, where each stage has as many as all before it."""
CLAUSES = 4
BOUND = 0.05
"""The bound that is simulated: at most 5 % slower."""
ROUNDS = 4
OUTLIERS = 0.1
"""The share of launches that spread six times as far, where launches are contaminated."""
BUDGET_S = 20
WORK = """
import threading

LOCK = threading.Lock()


def scales():
    total = 0
    for number in range({count}):
        total += number * number
    return total


def locked():
    with LOCK:
        return scales()


def differs():
    return threading.current_thread() is threading.main_thread()


def turned():
    import neither
    return neither.speed()


def fell():
    import fallback
    return fallback.speed()
"""


class Kind(NamedTuple):
    """Something that is checked: the words behind the workload, and whether it is true."""

    workload: str
    words: tuple[str, ...]
    is_true: bool
    needs_extensions: bool = False


KINDS = {
    "A/A": Kind("scales", ("--against", "same"), is_true=True),
    "scaling": Kind("scales", ("--scaling", ">= 70 % of the machine"), is_true=True),
    "penalty": Kind("scales", ("--penalty", "<= 40 %"), is_true=True),
    "overlap": Kind("scales", ("--overlap", "2"), is_true=True),
    "10 % slower": Kind("scales", ("--against", "faster"), is_true=False),
    "lock": Kind("locked", ("--overlap", "2"), is_true=False),
    "lock, scaling": Kind("locked", ("--scaling", ">= 70 % of the machine"), is_true=False),
    "result": Kind("differs", ("--same-result",), is_true=False),
    "GIL on": Kind("turned", ("--gil", "off"), is_true=False, needs_extensions=True),
    "fallback": Kind("fell", ("--no-fallback",), is_true=False, needs_extensions=True),
}


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    simulated = actions.add_parser("simulate")
    simulated.add_argument("--times", type=int, default=4000)
    simulated.add_argument("--store", type=Path)
    measured = actions.add_parser("measure")
    measured.add_argument("--on", default="3.14t")
    measured.add_argument("--times", type=int, default=20)
    measured.add_argument("--load", action="store_true")
    measured.add_argument("--only", action="append", choices=list(KINDS))
    measured.add_argument("--store", type=Path)
    options = parser.parse_args()
    if options.action == "simulate":
        simulate(options)
    else:
        measure(options)


def simulate(options: argparse.Namespace) -> None:
    """Count the verdicts of checks whose launches are drawn."""
    times = options.times
    draws = np.random.default_rng(7)
    shapes = {
        "normal": lambda size: draws.normal(0, 1, size),
        "long-tailed": lambda size: draws.standard_t(3, size),
        "contaminated": lambda size: draws.normal(0, 1, size) * np.where(draws.random(size) < OUTLIERS, 6, 1),
    }
    print(
        f"{CLAUSES} clauses each, looks at {LOOKS} launches, {times} checks; per cent of checks with any such verdict"
    )
    for name, draw in shapes.items():
        for has_floor in (True, False):
            for truth in (0.0, BOUND, 2 * BOUND):
                verdicts = Counter[str]()
                for _ in range(times):
                    verdicts.update(set(_simulated(draw, math.log1p(truth), has_floor=has_floor)))
                shares = ", ".join(f"{verdict} {verdicts[verdict] / times:.2%}" for verdict in ("refuted", "held"))
                floor = "with" if has_floor else "without"
                print(f"{name:>13}, {floor} a noise floor, truth {truth:+.0%}, bound +5 %: {shares}", flush=True)
                row = {"kind": "simulated", "launches": name, "has_floor": has_floor, "truth": truth, "checks": times}
                _store(options.store, {**row, **verdicts})


def _simulated(draw: Callable[..., NDArray[np.float64]], truth: float, *, has_floor: bool) -> list[str]:
    """The verdicts of one check of clauses that all have one truth."""
    clauses = [
        Clause(
            kind="against",
            workload="work",
            runtime="3.14t",
            contest=f"contest {number}",
            words=f"number {number}",
            lanes=("lane",),
            bound=bound("<= 5 %", of_scaling=False),
        )
        for number in range(CLAUSES)
    ]
    looks = Looks(clauses)
    for clause in clauses:
        lane, copy = ((0.02 * draw(LOOKS[-1]))[:, None] + 0.02 * draw((LOOKS[-1], ROUNDS)) for _ in range(2))
        for launches in LOOKS:
            log_ratio = log_ratio_interval((truth + lane[:launches]).tolist())
            floor = noise_floor(log_ratio_interval(copy[:launches].tolist())) if has_floor else 0.0
            looks.look(clause.contest, partial(_seen, Figure(log_ratio, floor)))
            if looks.are_clear(clause.contest):
                break
    return [judgement.verdict for judgement in looks.judgements()]


def _seen(figure: Figure, _: Clause) -> Figure:
    return figure


def measure(options: argparse.Namespace) -> None:
    """Check each kind many times, and count verdicts."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    counts: dict[str, Counter[str]] = {name: Counter() for name in options.only or KINDS}
    seconds: dict[str, list[float]] = {name: [] for name in counts}
    with tempfile.TemporaryDirectory() as folder, spinning(2 * options.load, in_spells=True):
        python = _prepared(Path(folder), options.on)
        for number in range(options.times):
            for name, count in counts.items():
                began_s = time.monotonic()
                count[_checked(KINDS[name], Path(folder), options.on, python)] += 1
                seconds[name].append(time.monotonic() - began_s)
            print(number + 1, {name: dict(count) for name, count in counts.items()}, flush=True)
    for name, count in counts.items():
        verdicts = ", ".join(
            f"{verdict} {count[verdict]}" for verdict in ("held", "undecided", "refuted", "no verdict")
        )
        truth = "true " if KINDS[name].is_true else "false"
        print(f"{truth} {name:>14}: {verdicts}; {np.median(seconds[name]):.0f} s each")
        condition = "beside a load" if options.load else "quiet"
        row = {
            "kind": "measured",
            "condition": condition,
            "on": options.on,
            "date": datetime.now(UTC).date().isoformat(),
        }
        _store(options.store, {**row, "what": name, "is_true": KINDS[name].is_true, **count})


def _store(path: Path | None, row: dict[str, object]) -> None:
    if path is not None:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(row)}\n")


def report(path: Path) -> str:
    """Tables of what is stored in a file, as Markdown: simulated at the bound, then measured."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    lines = ["| launches | noise floor | checks | refuted | held |", "|---|---|--:|--:|--:|"]
    for row in rows:
        if row["kind"] == "simulated" and row["truth"] == BOUND:
            floor = "as measured" if row["has_floor"] else "none"
            shares = [f"{row.get(verdict, 0) / row['checks']:.2%}" for verdict in ("refuted", "held")]
            lines.append(f"| {row['launches']} | {floor} | {row['checks']} | {' | '.join(shares)} |")
    verdicts = ("held", "undecided", "refuted")
    lines += ["", f"| what is checked | truth | condition | {' | '.join(verdicts)} |", "|---|---|---|--:|--:|--:|"]
    counted: dict[tuple[str, bool, str], Counter[str]] = {}
    for row in rows:
        if row["kind"] == "measured":
            count = counted.setdefault((row["what"], row["is_true"], row["condition"]), Counter())
            count.update({verdict: row.get(verdict, 0) for verdict in verdicts})
    for (what, is_true, condition), count in counted.items():
        counts = " | ".join(str(count[verdict]) for verdict in verdicts)
        lines.append(f"| {what} | {'true' if is_true else 'false'} | {condition} | {counts} |")
    return "\n".join(lines)


def _prepared(folder: Path, runtime: str) -> str:
    """Make a repository of the work, and an environment with extensions that are made for it; the Python of that."""
    from extensions import made  # noqa: PLC0415 - of the tests, found by a path that is set late
    from gilscope.commands.measuring import take_census  # noqa: PLC0415 - starts interpreters

    (found,) = [each for each in take_census().runtimes if each.name == runtime]
    (folder / ".gitignore").write_text("env\ngilscope-results\n")
    for count, tag in ((18000, "faster"), (20000, "same")):
        (folder / "work.py").write_text(WORK.format(count=count))
        if tag == "faster":
            _git(folder, "init", "-q")
        _git(folder, "add", ".")
        _git(folder, "commit", "-q", "-m", tag)
        _git(folder, "tag", tag)
    return made(found, folder / "env").python


def _git(folder: Path, *words: str) -> None:
    command = [str(shutil.which("git")), "-c", "user.name=a", "-c", "user.email=a@b.c", *words]
    subprocess.run(command, cwd=folder, check=True)


def _checked(kind: Kind, folder: Path, runtime: str, python: str) -> str:
    """The gravest verdict of one check."""
    on = ("--python", python) if kind.needs_extensions else ("--on", runtime)
    words = ("check", f"work.py:{kind.workload}", *kind.words, *on, "--budget", str(BUDGET_S), "--json")
    command = [sys.executable, "-m", "gilscope", *words, "--no-with-active"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if not ended.stdout.strip():
        print(ended.stderr, file=sys.stderr)
        return "no verdict"
    verdicts = {judgement["verdict"] for judgement in json.loads(ended.stdout)["judgements"]}
    return next(verdict for verdict in ("refuted", "undecided", "held") if verdict in verdicts)


if __name__ == "__main__":
    main()
