"""Which small faults the unit tests catch: ``python benchmarks/mutations.py [WORD ...]``.

Every row of `MUTATIONS` plants one fault where a threshold lies, in a copy of ``src/``, and runs the one test that must
fail there. Words choose the rows whose place or test holds one of them. A Markdown table is printed; the exit status is
1 where a fault was not caught, and 2 where a row is out of date: its old text is not there exactly once, or its test
fails without the fault.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = Path("src") / "gilscope"
UNIT = Path("tests") / "unit"
BESIDE = ("matrix", "probes")
"""Folders that the package looks for beside ``src/``."""
AT_A_TIME = 2
PASSED, FAILED, OUT_OF_DATE = 0, 1, 2
"""Exit statuses of pytest, the first two, and of this script."""


class Mutation(NamedTuple):
    """One fault: ``old`` becomes ``new`` in a file of the package, and a test of ``tests/unit`` must fail."""

    file: str
    old: str
    new: str
    test: str


MUTATIONS = (
    # models
    Mutation(
        "models.py",
        'crew="threads:Threads", unfit=_always, shares_objects=True',
        'crew="threads:Threads", unfit=_always',
        "test_verdict.py",
    ),
    Mutation(
        "models.py",
        'crew="pools:ThreadPool", unfit=_always, shares_objects=True',
        'crew="pools:ThreadPool", unfit=_always',
        "test_models.py",
    ),
    Mutation(
        "models.py",
        'heavier_than=("interpreters", "interpreters-shared")',
        'heavier_than=("interpreters",)',
        "test_models.py",
    ),
    # stats
    Mutation(
        "stats/significance.py",
        "return abs(log_ratio.value) > math.hypot",
        "return abs(log_ratio.value) >= math.hypot",
        "test_stats.py::TestVerdicts",
    ),
    Mutation(
        "stats/significance.py",
        "if p_values[index] > error_rate / (len(p_values) - rank)",
        "if p_values[index] >= error_rate / (len(p_values) - rank)",
        "test_changes.py",
    ),
    Mutation(
        "stats/significance.py", "error_rate / (len(p_values) - rank)", "error_rate / len(p_values)", "test_changes.py"
    ),
    Mutation("stats/intervals.py", "FEWEST = 2\n", "FEWEST = 3\n", "test_stats.py::TestLogRatioInterval"),
    Mutation(
        "stats/intervals.py",
        "max(1, 2 * ((launches - 1) // 2))",
        "max(1, 2 * (launches // 2))",
        "test_stats.py::TestLogRatioInterval",
    ),
    Mutation("stats/intervals.py", "TUNING = 9.0", "TUNING = 6.0", "test_stats.py::TestLogRatioInterval"),
    Mutation("stats/effort.py", "WARM_UP_EXCESS = 0.01", "WARM_UP_EXCESS = 0.015", "test_effort.py::TestWarmUpEnd"),
    Mutation("stats/effort.py", "WARM_UP_EXCESS = 0.01", "WARM_UP_EXCESS = 0.005", "test_effort.py::TestWarmUpEnd"),
    Mutation("stats/effort.py", "WARM_UP_TRIALS = 4", "WARM_UP_TRIALS = 5", "test_effort.py::TestWarmUpEnd"),
    # figures
    Mutation("figures/values.py", "CONTENDED = 0.8", "CONTENDED = 0.7", "test_analysis.py"),
    Mutation("figures/values.py", "CONTENDED = 0.8", "CONTENDED = 0.9", "test_analysis.py"),
    Mutation("figures/verdict.py", "LOUD = 0.1\n", "LOUD = 0.12\n", "test_verdict.py"),
    Mutation("figures/verdict.py", "LOUD = 0.1\n", "LOUD = 0.08\n", "test_verdict.py"),
    Mutation("figures/verdict.py", "floor > LOUD", "floor >= LOUD", "test_verdict.py"),
    Mutation("figures/transport.py", "SPAN = 100\n", "SPAN = 10\n", "test_transport.py"),
    Mutation("figures/transport.py", "SPAN = 100\n", "SPAN = 101\n", "test_transport.py"),
    Mutation("figures/transport.py", "size * SPAN >= measured[-1]", "size * SPAN > measured[-1]", "test_transport.py"),
    Mutation("figures/transport.py", "HALF = 0.5\n", "HALF = 0.45\n", "test_transport.py"),
    Mutation("figures/transport.py", "HALF = 0.5\n", "HALF = 0.55\n", "test_transport.py"),
    Mutation("figures/transport.py", "FASTEST_COPY = 100e9", "FASTEST_COPY = 80e9", "test_transport.py"),
    Mutation("figures/transport.py", "FASTEST_COPY = 100e9", "FASTEST_COPY = 120e9", "test_transport.py"),
    Mutation("figures/break_even.py", "math.ceil(round(", "math.floor(round(", "test_break_even.py"),
    Mutation(
        "figures/break_even.py",
        "point.log_ratio.value > 0 and distinguishable",
        "distinguishable",
        "test_break_even.py",
    ),
    Mutation("figures/scaling_law.py", "FEWEST_COUNTS = 4", "FEWEST_COUNTS = 3", "test_scalability.py"),
    Mutation("figures/scaling_law.py", "FEWEST_COUNTS = 4", "FEWEST_COUNTS = 5", "test_scalability.py"),
    Mutation("figures/scaling_law.py", "count <= physical_cores", "count < physical_cores", "test_scalability.py"),
    Mutation("figures/workers.py", "FEWEST_COUNTS = 2", "FEWEST_COUNTS = 3", "test_workers.py"),
    Mutation("figures/workers.py", "FEWEST_COUNTS = 2", "FEWEST_COUNTS = 1", "test_workers.py"),
    Mutation(
        "figures/paired.py",
        "max(self.cold[lane], self.cold[other])",
        "min(self.cold[lane], self.cold[other])",
        "test_paired.py",
    ),
    Mutation("figures/paired.py", "(rounds[:cold], rounds[cold:])", "(rounds[:cold], rounds)", "test_paired.py"),
    # lab
    Mutation("lab/host.py", "return min(quotas, default=None)", "return max(quotas, default=None)", "test_host.py"),
    Mutation("lab/host.py", "min(limit for limit in limits", "max(limit for limit in limits", "test_host.py"),
    Mutation("lab/plan.py", "max(1.0, suite.oversubscription", "max(0.0, suite.oversubscription", "test_plan.py"),
    Mutation(
        "lab/plan.py",
        "for count in suite.workers if count <= most",
        "for count in suite.workers if count < most",
        "test_plan.py",
    ),
    Mutation("lab/stopping.py", "BUDGET_STRETCH = 3", "BUDGET_STRETCH = 2", "test_stopping.py"),
    Mutation("lab/stopping.py", "BUDGET_STRETCH = 3", "BUDGET_STRETCH = 4", "test_stopping.py"),
    Mutation("lab/stopping.py", "FEWEST_LAUNCHES = 2", "FEWEST_LAUNCHES = 3", "test_stopping.py"),
    Mutation("lab/stopping.py", "MOST_ROUNDS = 10", "MOST_ROUNDS = 11", "test_stopping.py"),
    Mutation(
        "lab/stopping.py",
        "_half_width(launches) > rules.precision",
        "_half_width(launches) >= rules.precision",
        "test_stopping.py",
    ),
    Mutation(
        "lab/stopping.py", "elapsed_s / launches > budget_s", "elapsed_s / launches >= budget_s", "test_stopping.py"
    ),
    Mutation("lab/launch.py", "CALIBRATION_STEPS = 12", "CALIBRATION_STEPS = 11", "test_lab.py"),
    Mutation("lab/launch.py", "MOST_LOOPS = 10_000_000", "MOST_LOOPS = 100_000_000", "test_lab.py"),
    Mutation("lab/launch.py", "measured.wall_ns < target_ns / 2", "measured.wall_ns <= target_ns / 2", "test_lab.py"),
    Mutation("lab/launch.py", "measured.wall_ns < target_ns / 2", "measured.wall_ns < target_ns / 3", "test_lab.py"),
    Mutation("lab/protocol.py", r'SEPARATOR = b"\x1e"', r'SEPARATOR = b"\x1f"', "test_protocol.py"),
    Mutation("lab/protocol.py", '"observes": bool(probe.observes)', '"observes": False', "test_protocol.py"),
    # store
    Mutation("store.py", "record.schema > SCHEMA", "record.schema >= SCHEMA", "test_store.py"),
    Mutation("store.py", "record.schema > SCHEMA", "record.schema > SCHEMA + 1", "test_store.py"),
    Mutation("store.py", "key=lambda path: (_started(path), path.name)", "key=lambda path: path.name", "test_store.py"),
    Mutation("store.py", "if self._file.tell() and not _ends_with_newline(path)", "if False", "test_store.py"),
    Mutation("store.py", "number >= begun.get", "number > begun.get", "test_store.py"),
    # history
    Mutation(
        "history/changes.py", "max(earlier.floor, later.floor)", "min(earlier.floor, later.floor)", "test_changes.py"
    ),
    Mutation("history/series.py", "median(run.figure.floor", "max(run.figure.floor", "test_history.py::TestRows"),
    Mutation("history/series.py", "median(run.figure.floor", "min(run.figure.floor", "test_history.py::TestRows"),
    Mutation("history/series.py", "if len(logs) < FEWEST", "if len(logs) <= FEWEST", "test_history.py::TestJoined"),
    Mutation("history/summarise.py", "{host.cpus_usable:g} of", "{host.cpus_online:g} of", "test_summarise.py"),
    Mutation(
        "history/summarise.py", "(host.virtualisation, host.governor)", "(host.virtualisation,)", "test_summarise.py"
    ),
    Mutation(
        "history/two_runs.py", "len(then + now) <= LONGEST", "len(then + now) < LONGEST", "test_run_comparison.py"
    ),
    # claims
    Mutation("claims/statements.py", "least <= ours.low", "least < ours.low", "test_claims.py"),
    Mutation("claims/statements.py", "ours.high <= most", "ours.high < most", "test_claims.py"),
    Mutation("claims/statements.py", "ours.high < least", "ours.high <= least", "test_claims.py"),
    Mutation("claims/statements.py", "ours.low > most", "ours.low >= most", "test_claims.py"),
    Mutation("claims/judgements.py", "if usable < claim.cpus", "if usable <= claim.cpus", "test_claims.py"),
    Mutation("claims/judgements.py", "if len(logs) < claim.fewest", "if len(logs) <= claim.fewest", "test_claims.py"),
    # runtimes
    Mutation("runtimes/census.py", "OLDEST = (3, 8)", "OLDEST = (3, 9)", "test_census.py"),
    Mutation("runtimes/census.py", "OLDEST = (3, 8)", "OLDEST = (3, 7)", "test_census.py"),
    Mutation("runtimes/answers.py", "SHORT_S = 600", "SHORT_S = 590", "test_interrogation.py"),
    Mutation("runtimes/answers.py", "asked_at_s < SHORT_S", "asked_at_s <= SHORT_S", "test_interrogation.py"),
    Mutation("runtimes/answers.py", "DISCOVERY_S = 86_400", "DISCOVERY_S = 80_000", "test_interrogation.py"),
    Mutation("runtimes/answers.py", "DISCOVERY_S = 86_400", "DISCOVERY_S = 88_000", "test_interrogation.py"),
    Mutation("runtimes/twins.py", '"pgo": 10,', '"pgo": 7,', "test_twins.py"),
    Mutation("runtimes/twins.py", '"compiler": 2,', '"compiler": 6,', "test_twins.py"),
    # processes
    Mutation("processes/lines.py", "LONGEST_BYTES = 1_000_000", "LONGEST_BYTES = 999_999", "test_lines.py"),
    Mutation("processes/lines.py", "len(rest) > LONGEST_BYTES", "len(rest) > LONGEST_BYTES + 1", "test_lines.py"),
    # render and page
    Mutation("render/numbers.py", "FARTHEST = 10.0", "FARTHEST = 9.0", "test_render_numbers.py"),
    Mutation("render/numbers.py", "FARTHEST = 10.0", "FARTHEST = 11.0", "test_render_numbers.py"),
    Mutation("render/numbers.py", "MOST_DECIMALS = 3", "MOST_DECIMALS = 4", "test_render_numbers.py"),
    Mutation("render/numbers.py", "MOST_DECIMALS = 3", "MOST_DECIMALS = 2", "test_render_numbers.py"),
    Mutation("render/history.py", "LATEST = 30", "LATEST = 29", "test_history.py::TestRows"),
    Mutation("page/points.py", "PREDICTED = 2", "PREDICTED = 3", "test_page.py"),
    Mutation("page/rounds.py", "if room < 0 < launches", "if room <= 0 < launches", "test_page.py"),
    Mutation("page/rounds.py", "BYTES_OF_ROUNDS = 250_000", "BYTES_OF_ROUNDS = 500_000", "test_page.py"),
    # workloads
    Mutation(
        "workloads/suites.py", "if not 1 <= suite.min_launches", "if not 0 <= suite.min_launches", "test_matrix.py"
    ),
    Mutation(
        "workloads/suites.py",
        "suite.min_launches <= suite.max_launches",
        "suite.min_launches < suite.max_launches",
        "test_matrix.py",
    ),
    Mutation("workloads/suites.py", "min(suite.workers) < 1", "min(suite.workers) < 0", "test_matrix.py"),
    Mutation("workloads/suites.py", "getattr(suite, name) <= 0", "getattr(suite, name) < 0", "test_matrix.py"),
    # commands
    Mutation("errors.py", "LANES_FAILED = 1", "LANES_FAILED = 0", "test_cli.py"),
    Mutation(
        "commands/measuring.py",
        "errors.LANES_FAILED if failed else 0",
        "errors.LANES_FAILED if failed > 1 else 0",
        "test_cli.py",
    ),
)


def main(words: list[str]) -> int:
    """Plant the chosen faults, print what became of them, and return the exit status."""
    chosen = [row for row in MUTATIONS if not words or any(word in row.file or word in row.test for word in words)]
    stale = [row for row in chosen if (ROOT / PACKAGE / row.file).read_text("utf-8").count(row.old) != 1]
    for row in stale:
        print(f"{row.file} does not hold this text exactly once: {row.old!r}", file=sys.stderr)
    if stale or not chosen:
        return OUT_OF_DATE
    healthy = pytest_status(ROOT / "src", *dict.fromkeys(row.test for row in chosen))
    if healthy != PASSED:
        print(f"the tests fail without any fault (pytest ended with {healthy})", file=sys.stderr)
        return OUT_OF_DATE
    print("| place | mutation | test | caught |\n| --- | --- | --- | --- |", flush=True)
    missed = 0
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for row, caught in zip(chosen, pool.map(is_caught, chosen), strict=True):
            missed += not caught
            cells = (row.file, f"`{shown(row.old)}` → `{shown(row.new)}`", row.test, "yes" if caught else "NO")
            print(f"| {' | '.join(cells)} |", flush=True)
    print(f"\n{len(chosen) - missed} of {len(chosen)} were caught.")
    return 1 if missed else 0


def is_caught(row: Mutation) -> bool:
    """Whether the row's test fails once the fault is planted."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(ROOT / "src", home / "src")
        for name in BESIDE:
            (home / name).symlink_to(ROOT / name)
        file = home / PACKAGE / row.file
        file.write_text(file.read_text("utf-8").replace(row.old, row.new), "utf-8")
        return pytest_status(home / "src", row.test) == FAILED


def pytest_status(source: Path, *tests: str) -> int:
    """The exit status of pytest, whose tests import the package from a source folder."""
    options = ("--exitfirst", "--quiet", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout", "120")
    environ = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", *options, *(str(UNIT / test) for test in tests)]
    return subprocess.run(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, check=False).returncode


def shown(text: str) -> str:
    """The text as it may stand in a cell of a table."""
    return text.strip().replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
