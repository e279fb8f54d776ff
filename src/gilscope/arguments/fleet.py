"""The words of `gilscope fleet`: what a fleet takes besides what measuring takes, and what is for its hosts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope.arguments.options import results, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

WAIT_S = 30.0
"""How long workers are waited for where nobody says how long."""


def fleet(run: argparse.ArgumentParser) -> None:
    """Take a cluster, its hosts, and how they share the work."""
    _scheduler(run, "the scheduler of a Dask cluster, such as tcp://10.0.0.1:8786 (default: a worker on this machine)")
    run.add_argument(
        "--split",
        action="store_true",
        help="like hosts (of one CPU model, kernel and builds) share the suite; by default, each measures all of it",
    )
    run.add_argument(
        "--hosts", type=_count, default=1, metavar="N", help="workers to wait for, one on each host (default: 1)"
    )
    run.add_argument(
        "--wait", type=seconds, default=WAIT_S, metavar="SECONDS", help=f"how long to wait (default: {WAIT_S:g})"
    )
    run.add_argument("--run", dest="run_id", metavar="ID", help="go on with this run where it was")
    results(run)


def status(command: argparse.ArgumentParser) -> None:
    """Take a cluster to look at."""
    _scheduler(command, "the scheduler of a Dask cluster, such as tcp://10.0.0.1:8786", required=True)
    command.add_argument("--once", action="store_true", help="show it once, and do not follow it")


def report(command: argparse.ArgumentParser) -> None:
    """Take a run of a fleet, and how it is shown."""
    command.add_argument("run", nargs="?", metavar="RUN", help="id of a fleet's run; the latest where left out")
    shown = command.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="every row, as JSON")
    shown.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables as Markdown instead")
    shown.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write it as one HTML file instead, which opens offline"
    )
    results(command)


def words_for_hosts(typed: Sequence[str]) -> tuple[str, ...]:
    """What a host measures, as words behind ``gilscope run``: those typed, without those for the fleet."""
    own = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    fleet(own)
    _, words = own.parse_known_args(list(typed))
    return tuple(words)


def _scheduler(command: argparse.ArgumentParser, text: str, *, required: bool = False) -> None:
    command.add_argument("--scheduler", metavar="ADDRESS", help=text, required=required)


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of hosts, 1 or above")
    return number
