"""What commands that measure take: workloads in many forms, packages, lanes, and for how long."""

from __future__ import annotations

import argparse
from pathlib import Path

from gilscope.arguments.options import counts, fraction, names, results, seconds, seed


def changes(command: argparse.ArgumentParser, what: str) -> None:
    """What may be changed of an arm."""
    command.add_argument(
        "--rev",
        action="append",
        default=[],
        metavar="REVISION",
        help=f"{what}your files at a revision of your git repository; . is the working tree",
    )
    command.add_argument(
        "--env", action="append", default=[], metavar="VARIABLES", help=f"{what}variables, such as PYTHON_JIT=1"
    )
    command.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="OPTIONS",
        help=f"{what}options of the interpreter, such as '-X gil=0' or --option=-O",
    )


def measuring(run: argparse.ArgumentParser) -> None:
    """Take what is measured, for how long, and where it is stored and shown."""
    work(run)
    _bookkeeping(run)
    results(run)


def work(run: argparse.ArgumentParser) -> None:
    """Take what is measured, and for how long."""
    callables(run)
    _programs(run)
    statement(run)
    _roles(run)
    packages(run)
    _lanes(run)
    _end(run)
    _placing(run)


def callables(run: argparse.ArgumentParser) -> None:
    """Take probes and callables, with their arguments."""
    run.add_argument(
        "probes",
        nargs="*",
        metavar="PROBE",
        help="file.py:function, package.module:Class.method, 'file.py:function(512)', a timeit.Timer or a test in a "
        "file (test_speed.py::test_parse); names from your pyproject.toml; ids or globs (cpu/*), probe files, pyperf "
        "scripts; without any, what could be run is listed",
    )
    run.add_argument(
        "--arg", dest="arguments", action="append", default=[], metavar="NAME=VALUE", help="an argument of the callable"
    )
    run.add_argument("--setup", metavar="TARGET", help="makes the callable's first argument; it is not timed")
    run.add_argument(
        "--share",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="whether threads share what --setup makes (default: one each)",
    )


def _programs(run: argparse.ArgumentParser) -> None:
    """Take what spreads its work itself: callables with a number of workers, and programs."""
    run.add_argument(
        "--workers-arg",
        dest="workers_argument",
        metavar="NAME",
        help="the parameter by which the callable takes its number of workers and spreads its work itself (default: "
        "workers, where it has one)",
    )
    program = run.add_mutually_exclusive_group()
    program.add_argument(
        "--command",
        dest="program",
        metavar="COMMAND",
        help="a program to run to its end: each Python is put in for python, a number of workers for {workers}",
    )
    program.add_argument(
        "-m", dest="module", metavar="MODULE", help="as --command 'python -m MODULE', with the arguments behind --"
    )


def statement(run: argparse.ArgumentParser) -> None:
    """Take lines of a statement in place of a callable."""
    run.add_argument(
        "-s",
        dest="statement_setup",
        action="append",
        default=[],
        metavar="SETUP",
        help="as with python -m timeit: what stands in place of probes are lines of a statement, run after this setup",
    )
    run.add_argument("--statement", action="store_true", help="take probes for lines of a statement, as -s does")


def _roles(run: argparse.ArgumentParser) -> None:
    """Take unlike work side by side."""
    run.add_argument(
        "--roles",
        metavar="ROLES",
        help="unlike work side by side on threads, each role alone and all together: work.py:read*3,work.py:write*1",
    )


def packages(command: argparse.ArgumentParser) -> None:
    """What is installed for every runtime, in the words of uv."""
    command.add_argument(
        "--with",
        dest="packages",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="installed for every runtime: numpy, 'numpy==2.4.4', ./project, ./one.whl",
    )
    command.add_argument(
        "--with-requirements",
        dest="requirements",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="all that a requirements file names, for every runtime",
    )
    command.add_argument(
        "--with-editable",
        dest="editables",
        action="append",
        default=[],
        metavar="PATH",
        help="a project whose edits take effect at once",
    )
    command.add_argument(
        "--no-build",
        action="store_true",
        help="leave out at once what has no wheel for a runtime, instead of building it from source",
    )
    command.add_argument(
        "--with-active",
        action=argparse.BooleanOptionalAction,
        help="the packages of the active virtual environment (default for your own workloads in one)",
    )


def _lanes(run: argparse.ArgumentParser) -> None:
    """Take a suite, or what is to be measured of it."""
    run.add_argument(
        "--suite",
        metavar="SUITE",
        help="one of gilscope's, of your pyproject.toml, or FILE.toml, FILE.toml:NAME (default: quick)",
    )
    chosen_lanes = run.add_mutually_exclusive_group()
    chosen_lanes.add_argument(
        "--models",
        type=names,
        default=(),
        metavar="NAMES",
        help="models beside the serial lanes, such as threads,interpreters, instead of the suite's",
    )
    chosen_lanes.add_argument(
        "--lanes",
        action="append",
        default=[],
        metavar="GLOB",
        help="lanes beside the serial ones, such as '*@3.14t:threads-*', instead of the suite's",
    )
    run.add_argument("--on", action="append", default=[], metavar="NAME", help="runtimes by name or glob, with twins")


def _end(run: argparse.ArgumentParser) -> None:
    """Take what ends a trial or a contest."""
    run.add_argument("--timeout", type=seconds, metavar="SECONDS", help="longest time for one trial of one lane")
    run.add_argument(
        "--precision",
        type=fraction,
        metavar="WIDTH",
        help="half width asked of every ratio: 1%% or, as a fraction, 0.01",
    )
    run.add_argument(
        "--budget", type=seconds, metavar="SECONDS", help="time for each contest, instead of a number of launches"
    )


def _placing(run: argparse.ArgumentParser) -> None:
    """Take numbers of workers, and how lanes are placed and ordered."""
    run.add_argument(
        "--workers", type=counts, metavar="COUNTS", help="numbers of workers, such as 2,8, instead of the suite's"
    )
    run.add_argument(
        "--no-pin",
        action="store_true",
        help="let lanes of one worker change CPUs (for work with threads of its own)",
    )
    run.add_argument("--seed", type=seed, help="decides the order of trials, the hash seeds and the CPUs")


def _bookkeeping(run: argparse.ArgumentParser) -> None:
    """Take how a run is stored and shown."""
    run.add_argument("--run", dest="run_id", metavar="ID", help="add to this run instead of beginning one")
    shown = run.add_mutually_exclusive_group()
    shown.add_argument("--full", action="store_true", help="show all tables, notes and tracebacks at the end")
    shown.add_argument("--no-report", action="store_true", help="measure and store only")
