"""The command line as data: every command with its arguments and its help text."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from rich_argparse import RawDescriptionRichHelpFormatter

from gilscope import __version__

DEFAULT_RESULTS = Path("results")

EXAMPLES = """\
examples:
  gilscope run                            what could be measured here
  gilscope run work.py:crunch             what leaving the GIL costs and gives your code
  gilscope run --with numpy work.py:crunch    with a package, installed for every runtime
  gilscope run -s 'import work' 'work.crunch()'    a statement, as with python -m timeit
  gilscope run bm_nbody.py                a script written for pyperf; its own options follow --
  gilscope run --command 'python -m tool --jobs {workers}'    a whole program, with 1, 2, ... workers
  gilscope run --suite quick --on '*'     the project's probes on every Python found
  gilscope ab --rev main --rev HEAD bench.py:f    two revisions of your code, side by side
  gilscope why work.py:crunch             why its threads do not scale, and what would help
  gilscope report                         the last run's tables again
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options given; ``script_arguments`` holds what follows ``--``, which is for the script that is measured."""
    own, script = arguments, []
    if "--" in arguments:
        place = arguments.index("--")
        own, script = arguments[:place], arguments[place + 1 :]
    return parser().parse_args(own, argparse.Namespace(script_arguments=script))


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="gilscope",
        description="What leaving the GIL costs on one thread, what it gives back on many, and what to run on.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"gilscope {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _runtimes(commands)
    _run(commands)
    _ab(commands)
    _why(commands)
    _report(commands)
    _page(commands)
    _charts(commands)
    _export(commands)
    _import(commands)
    _history(commands)
    _compare(commands)
    _claims(commands)
    _add(commands, "probes", "list the probes by kind, each with its question")
    return top


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    text: str,
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", formatter_class=RawDescriptionRichHelpFormatter
    )


def _runtimes(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    runtimes = _add(commands, "runtimes", "list every Python on this machine, or install a free-threaded one")
    runtimes.add_argument("--json", action="store_true", help="every fact of every interpreter, as JSON")
    _python(runtimes)
    actions = runtimes.add_subparsers(dest="action", metavar="ACTION", required=False)
    runtimes.set_defaults(action="list")
    install = _add(actions, "install", "bring a free-threaded Python and its twin to this machine")
    install.add_argument("version", nargs="?", help="such as 3.14t; the first that can be had where left out")
    install.add_argument("--optimised", action="store_true", help="build with PGO and LTO: slower to build, as shipped")


def _run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = _add(commands, "run", "measure probes, or a function of yours")
    _python(run)
    _changes(run, "a further arm: ")
    _measuring(run)


def _ab(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    ab = _add(commands, "ab", "measure variants side by side: give what varies twice or more, all else once")
    ab.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="[LABEL=]PATH",
        help="a build; a default and a free-threaded one of one label are a pair, whose penalties are compared",
    )
    _changes(ab, "")
    _measuring(ab)


def _changes(command: argparse.ArgumentParser, what: str) -> None:
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


def _why(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    why = _add(commands, "why", "say why threads do not scale, and prove it: suspects, causes, remedies")
    _python(why)
    _callable(why)
    _statement(why)
    _packages(why)
    why.add_argument("--on", action="append", default=[], metavar="NAME", help="a runtime (default: the newest 3.xt)")
    why.add_argument("--workers", type=_counts, metavar="COUNT", help="number of threads (default: 2)")
    why.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="longest time for one trial of one lane")
    why.add_argument("--budget", type=_seconds, metavar="SECONDS", help="time for all steps together (default: 60)")
    why.add_argument("--seed", type=int, help="decides the order of trials, the hash seeds and the CPUs")
    why.add_argument("--run", dest="run_id", metavar="ID", help="the name of the run that is stored")
    why.add_argument(
        "--pid",
        type=int,
        metavar="PID",
        help="watch a running program instead (Python 3.14 and later), for --budget seconds (default: 3)",
    )
    why.add_argument("--json", action="store_true", help="the answer with all its evidence, as JSON")
    of_other_commands = {"program": None, "module": None, "roles": None, "workers_argument": None, "suite": None}
    why.set_defaults(**of_other_commands, models=(), lanes=[])
    _results(why)


def _measuring(run: argparse.ArgumentParser) -> None:
    """What is measured, and for how long."""
    _callable(run)
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
    _statement(run)
    run.add_argument(
        "--roles",
        metavar="ROLES",
        help="unlike work side by side on threads, each role alone and all together: work.py:read*3,work.py:write*1",
    )
    _packages(run)
    run.add_argument(
        "--suite",
        metavar="SUITE",
        help="one of gilscope's, of your pyproject.toml, or FILE.toml, FILE.toml:NAME (default: quick)",
    )
    chosen_lanes = run.add_mutually_exclusive_group()
    chosen_lanes.add_argument(
        "--models",
        type=_names,
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
    run.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="longest time for one trial of one lane")
    run.add_argument(
        "--precision", type=_fraction, metavar="PERCENT", help="half width asked of every ratio, such as 1%%"
    )
    run.add_argument(
        "--budget", type=_seconds, metavar="SECONDS", help="time for each contest, instead of a number of launches"
    )
    run.add_argument(
        "--workers", type=_counts, metavar="COUNTS", help="numbers of workers, such as 2,8, instead of the suite's"
    )
    run.add_argument(
        "--no-pin",
        action="store_true",
        help="let lanes of one worker change CPUs (for work with threads of its own)",
    )
    run.add_argument("--seed", type=int, help="decides the order of trials, the hash seeds and the CPUs")
    run.add_argument("--run", dest="run_id", metavar="ID", help="add to this run instead of beginning one")
    run.add_argument("--no-report", action="store_true", help="measure and store only")
    _results(run)


def _callable(run: argparse.ArgumentParser) -> None:
    """What is called, and with what."""
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


def _statement(run: argparse.ArgumentParser) -> None:
    """Options for lines of a statement in place of a callable."""
    run.add_argument(
        "-s",
        dest="statement_setup",
        action="append",
        default=[],
        metavar="SETUP",
        help="as with python -m timeit: what stands in place of probes are lines of a statement, run after this setup",
    )
    run.add_argument("--statement", action="store_true", help="take probes for lines of a statement, as -s does")


def _report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    report = _add(commands, "report", "make the tables of a stored run again")
    report.add_argument("run", nargs="?", metavar="RUN", help="id or file; the latest where left out")
    report.add_argument("--markdown", type=Path, metavar="FILE", help="write them as a Markdown page instead")
    report.add_argument(
        "--svg", type=Path, metavar="FILE", help="write the summary and a first table as a picture instead"
    )
    _results(report)


def _page(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    page = _add(commands, "page", "write a stored run as one HTML file that opens offline")
    page.add_argument("run", nargs="?", metavar="RUN", help="id or file; the latest where left out")
    page.add_argument(
        "-o", "--output", type=Path, default=Path("gilscope.html"), metavar="FILE", help="default: %(default)s"
    )
    _results(page)


def _charts(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    charts = _add(commands, "charts", "draw penalties, round trips and what workers take, an SVG file per chart")
    charts.add_argument("run", nargs="?", metavar="RUN", help="id or file; the latest where left out")
    charts.add_argument("-o", "--output", type=Path, default=Path("charts"), metavar="DIR", help="default: charts/")
    _results(charts)


def _export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = _add(commands, "export", "write a stored run as files of another tool's, one per arm")
    export.add_argument("run", nargs="?", metavar="RUN", help="id or file; the latest where left out")
    export.add_argument("--format", choices=["pyperf"], default="pyperf", help="whose files (default: pyperf)")
    export.add_argument("-o", "--output", type=Path, metavar="DIR", help="default: RUN-pyperf/ beside the run")
    export.add_argument("--raw", action="store_true", help="every trial as it was measured, not our paired estimates")
    _results(export)


def _import(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    imported = _add(commands, "import", "compare pyperf's own files, with intervals")
    imported.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="pyperf's JSON; the first is the reference"
    )
    imported.add_argument("--markdown", type=Path, metavar="FILE", help="write the table as Markdown instead")


def _history(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    history = _add(commands, "history", "follow one figure over all stored runs, by version or by date")
    history.add_argument(
        "figure",
        nargs="?",
        choices=["penalty", "time", "gain", "scaling"],
        default="penalty",
        help="penalty on one thread, time per unit, gain over the default build's serial lane, scaling over the "
        "arm's own (default: penalty)",
    )
    history.add_argument("--probe", default="*", metavar="GLOB", help="such as cpu/* (default: all)")
    history.add_argument("--lane", default="*", metavar="GLOB", help="such as threads-2 (default: all)")
    history.add_argument("--by", choices=["version", "date"], default="version", help="default: version")
    history.add_argument("--json", action="store_true", help="every row, as JSON")
    history.add_argument(
        "--results",
        type=Path,
        nargs="+",
        action="extend",
        metavar="DIR",
        help="folders of runs, of this or other machines (default: results/, or as pyproject.toml says)",
    )


def _compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compare = _add(commands, "compare", "set two stored runs side by side")
    compare.add_argument("before", metavar="RUN", help="id or file of the run that is compared with")
    compare.add_argument("after", metavar="RUN", help="id or file of the other one")
    compare.add_argument("--json", action="store_true", help="the same as JSON")
    _results(compare)


def _claims(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    claims = _add(commands, "claims", "hold published statements against what was measured here")
    claims.add_argument("runs", nargs="*", metavar="RUN", help="ids or files; every stored run where left out")
    claims.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables as Markdown instead")
    _results(claims)


def _packages(command: argparse.ArgumentParser) -> None:
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


def _python(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--python", action="append", default=[], metavar="PATH", help="an interpreter to consider besides those found"
    )


def _results(command: argparse.ArgumentParser) -> None:
    command.add_argument("--results", type=Path, metavar="DIR", help="default: results/, or as pyproject.toml says")


def _names(text: str) -> tuple[str, ...]:
    """Names, separated by commas."""
    return tuple(name.strip() for name in text.split(","))


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds greater than 0")
    return number


def _counts(text: str) -> tuple[int, ...]:
    """Numbers of workers, separated by commas."""
    try:
        counts = tuple(map(int, text.split(",")))
    except ValueError:
        counts = (0,)
    if min(counts) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers of workers, such as 2,8")
    return counts


def _fraction(text: str) -> float:
    """A percentage, with or without its sign, as a fraction."""
    try:
        fraction = float(text.removesuffix("%")) / 100
    except ValueError:
        fraction = math.nan
    if not 0 < fraction < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage between 0 and 100, such as 1%")
    return fraction
