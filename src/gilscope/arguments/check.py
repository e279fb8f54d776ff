"""What `gilscope check` takes: workloads, what they are expected to do, and where verdicts are written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gilscope.arguments.measuring import packages
from gilscope.arguments.options import names, results, seconds, seed, workers

if TYPE_CHECKING:
    import argparse


def check(command: argparse.ArgumentParser) -> None:
    """Take what is expected of which workloads, and where verdicts are written."""
    command.add_argument(
        "workloads",
        nargs="*",
        metavar="WORKLOAD",
        help="as `gilscope run` takes them; what pyproject.toml declares of these, where nothing is expected here, and "
        "all that it declares where left out",
    )
    command.add_argument("--on", action="append", default=[], metavar="NAME", help="a runtime (default: the newest)")
    _expected(command)
    packages(command)
    command.add_argument(
        "--budget", type=seconds, metavar="SECONDS", help="for each workload, where bounds are held (default: 60)"
    )
    command.add_argument("--timeout", type=seconds, metavar="SECONDS", help="longest time for one trial of one lane")
    command.add_argument("--seed", type=seed, help="decides the order of trials, the hash seeds and the CPUs")
    command.add_argument("--strict", action="store_true", help="end with status 7 where something is undecided")
    _written(command)
    results(command)


def _expected(command: argparse.ArgumentParser) -> None:
    """Take what is expected, by the keys of a table ``[[tool.gilscope.expect]]``."""
    command.add_argument("--gil", choices=["off"], help="nobody turns the GIL on")
    command.add_argument(
        "--models", type=names, default=(), metavar="NAMES", help="it runs in these (default: threads)"
    )
    command.add_argument("--workers", type=workers, metavar="NUMBER", help="workers of each model (default: 2)")
    command.add_argument("--same-result", action="store_true", help="it gives one result in every model")
    command.add_argument(
        "--no-fallback", action="store_true", help="no Python code does the work of an extension, in interpreters too"
    )
    command.add_argument(
        "--overlap", type=workers, metavar="NUMBER", help="so many workers are inside the work at one time"
    )
    command.add_argument("--scaling", metavar="BOUND", help="such as '>= 80 %% of the machine', or '>= 1.5x'")
    command.add_argument("--penalty", metavar="BOUND", help="on one thread, against the twin: '<= 15 %%'")
    command.add_argument("--memory", metavar="BOUND", help="of one thread's process, against the twin's: '<= 1.2x'")
    command.add_argument("--against", metavar="REVISION", help="the working tree is not slower than this revision")
    command.add_argument("--no-slower-than", metavar="WORKLOAD", help="it is not slower than this other function")
    command.add_argument("--slower", metavar="BOUND", help="by how much it may be (default: '<= 5 %%')")


def _written(command: argparse.ArgumentParser) -> None:
    """Take where verdicts are written, beside the terminal and the summary of a job on GitHub."""
    command.add_argument("--json", action="store_true", help="every verdict with its figure, as JSON")
    command.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables as Markdown too")
    command.add_argument("--junit", type=Path, metavar="FILE", help="write a report as JUnit's XML too")
    command.add_argument("--bmf", type=Path, metavar="FILE", help="write ratios in Bencher's metric format too")
    command.add_argument("--badge", type=Path, metavar="FILE", help="write a badge (JSON of Shields' endpoint) too")
