"""What `gilscope why` takes: one workload, or a running program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.arguments.measuring import callables, packages, statement
from gilscope.arguments.options import counts, results, seconds, seed

if TYPE_CHECKING:
    import argparse

WATCHED_S = 20.0
"""How long a program is watched where nobody says how long: starting takes half a second of CPU, whatever follows."""


def why(command: argparse.ArgumentParser) -> None:
    """Take one workload or a running program, and the time to explain it."""
    callables(command)
    statement(command)
    packages(command)
    command.add_argument(
        "--on", action="append", default=[], metavar="NAME", help="a runtime (default: the newest 3.xt)"
    )
    command.add_argument("--workers", type=counts, metavar="COUNT", help="number of threads (default: 2)")
    command.add_argument("--timeout", type=seconds, metavar="SECONDS", help="longest time for one trial of one lane")
    command.add_argument("--budget", type=seconds, metavar="SECONDS", help="time for all steps together (default: 60)")
    command.add_argument("--seed", type=seed, help="decides the order of trials, the hash seeds and the CPUs")
    command.add_argument("--run", dest="run_id", metavar="ID", help="the name of the run that is stored")
    command.add_argument(
        "--pid",
        type=int,
        metavar="PID",
        help=f"watch a running program instead (Python 3.14 and later), for --budget seconds (default: {WATCHED_S:g})",
    )
    command.add_argument("--json", action="store_true", help="the answer with all its evidence, as JSON")
    of_other_commands = {"program": None, "module": None, "roles": None, "workers_argument": None, "suite": None}
    command.set_defaults(**of_other_commands, models=(), lanes=[])
    results(command)
