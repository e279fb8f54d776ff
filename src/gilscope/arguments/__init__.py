"""The command line as data: every command with its arguments and its help text."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich_argparse import RawDescriptionRichHelpFormatter

from gilscope import __version__
from gilscope.arguments import fleet
from gilscope.arguments.audit import audit
from gilscope.arguments.check import check
from gilscope.arguments.measuring import changes, measuring, work
from gilscope.arguments.options import color, folders, python, results
from gilscope.arguments.why import why

DEFAULT_RESULTS = Path("gilscope-results")
"""With a hyphen, so that no build backend takes it for a package of the project that it lies in."""

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
  gilscope audit work.py                  which of its imports turn the GIL on, or do not load in an interpreter
  gilscope fleet run work.py:crunch       the same on every host of a Dask cluster, side by side
  gilscope report                         the last run again; --full, --json and --csv say all of it
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options given, and as they were typed.

    ``script_arguments`` holds what follows ``--``, which is for the script that is measured.
    """
    own, script = arguments, []
    if "--" in arguments:
        place = arguments.index("--")
        own, script = arguments[:place], arguments[place + 1 :]
    return parser().parse_args(own, argparse.Namespace(typed=own, script_arguments=script))


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="gilscope",
        description="What leaving the GIL costs on one thread, what it gives back on many, and what to run on.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"gilscope {__version__}")
    color(top, default="auto")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", prog=top.prog)
    _runtimes(commands)
    _run(commands)
    _ab(commands)
    _why(commands)
    _audit(commands)
    _check(commands)
    _fleet(commands)
    _report(commands)
    _page(commands)
    _charts(commands)
    _export(commands)
    _import(commands)
    _history(commands)
    _tracker(commands)
    _compare(commands)
    _claims(commands)
    _add(commands, "probes", "list the probes by kind, each with its question")
    return top


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    text: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", formatter_class=RawDescriptionRichHelpFormatter
    )
    color(command, default=argparse.SUPPRESS)
    return command


def _runtimes(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    runtimes = _add(commands, "runtimes", "list every Python on this machine, or install a free-threaded one")
    runtimes.add_argument("--json", action="store_true", help="every fact of every interpreter, as JSON")
    python(runtimes)
    actions = runtimes.add_subparsers(dest="action", metavar="ACTION", required=False)
    runtimes.set_defaults(action="list")
    install = _add(actions, "install", "bring a free-threaded Python and its twin to this machine")
    install.add_argument("version", nargs="?", help="such as 3.14t; the first that can be had where left out")
    install.add_argument("--from", dest="tree", metavar="TREE", help="build both from your own source tree of CPython")
    install.add_argument("--optimised", action="store_true", help="build with PGO and LTO: slower to build, as shipped")


def _run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = _add(commands, "run", "measure probes, or a function of yours")
    python(run)
    changes(run, "a further arm: ")
    measuring(run)


def _ab(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    ab = _add(commands, "ab", "measure variants side by side: give what varies twice or more, all else once")
    ab.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="[LABEL=]PATH",
        help="a build; a default and a free-threaded one of one label are a pair, whose penalties are compared",
    )
    changes(ab, "")
    measuring(ab)


def _why(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = _add(commands, "why", "say why threads do not scale, and prove it: suspects, causes, remedies")
    python(command)
    why(command)


def _audit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = _add(
        commands, "audit", "say which imports turn the GIL on, are refused by interpreters, or fall back in silence"
    )
    python(command)
    audit(command)


def _check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = _add(commands, "check", "hold work to what is expected of it: held, refuted or undecided; for CI")
    python(command)
    check(command)


def _fleet(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = _add(commands, "fleet", "measure one suite on many machines, by Dask, and set them side by side")
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    run = _add(actions, "run", "measure on every host of a cluster what `gilscope run` would measure here")
    run.allow_abbrev = False  # what is not for the fleet goes to its hosts as it was typed
    fleet.fleet(run)
    python(run)
    changes(run, "a further arm: ")
    work(run)
    fleet.status(_add(actions, "status", "show what each host of a cluster measures now"))
    fleet.report(_add(actions, "report", "show what a fleet has measured, with a column for each host"))
    actions.add_parser("obey").add_argument("order", type=Path)  # what a worker starts on its host, no word for people


def _report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    report = _add(commands, "report", "show a stored run again: the answer, its tables, or every figure")
    report.add_argument("run", nargs="?", metavar="RUN", help="id or file; the latest where left out")
    shown = report.add_mutually_exclusive_group()
    shown.add_argument("--full", action="store_true", help="all tables, notes and tracebacks")
    shown.add_argument("--json", action="store_true", help="every figure with its interval and unit, as JSON")
    shown.add_argument("--csv", action="store_true", help="the same as CSV, a row each")
    shown.add_argument("--markdown", type=Path, metavar="FILE", help="write all tables as a Markdown page instead")
    shown.add_argument(
        "--svg",
        type=Path,
        metavar="FILE",
        help="draw the answer instead, as wide as the terminal or COLUMNS",
    )
    _anonymous(report)
    report.add_argument("--theme", choices=["dark", "light"], default="dark", help="colours of --svg (default: dark)")
    results(report)


def _page(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    page = _add(commands, "page", "write a stored run, or those of several hosts, as one HTML file that opens offline")
    page.add_argument(
        "run", nargs="?", metavar="RUN", help="id or file; a folder with a run of each host; the latest where left out"
    )
    page.add_argument(
        "-o", "--output", type=Path, default=Path("gilscope.html"), metavar="FILE", help="default: %(default)s"
    )
    _anonymous(page)
    results(page)


def _anonymous(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--anonymous",
        action="store_true",
        help="without the host's name, folders, values of variables, and what code said when it failed",
    )


def _page_instead(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write it as one HTML file instead, which opens offline"
    )


def _charts(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    charts = _add(commands, "charts", "draw penalties, round trips and what workers take, an SVG file per chart")
    charts.add_argument("run", nargs="?", metavar="RUN", help="id or file; the latest where left out")
    charts.add_argument("-o", "--output", type=Path, default=Path("charts"), metavar="DIR", help="default: charts/")
    results(charts)


def _export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = _add(commands, "export", "write a stored run for others: as pyperf's files, or as results of gilscope's")
    export.add_argument("run", nargs="?", metavar="RUN", help="id or file; the latest where left out")
    export.add_argument(
        "--format", choices=["pyperf", "gilscope"], default="pyperf", help="whose files (default: pyperf, one per arm)"
    )
    export.add_argument("-o", "--output", type=Path, metavar="DIR", help="a folder (default: beside the run)")
    _anonymous(export)
    export.add_argument("--raw", action="store_true", help="every trial as it was measured, not our paired estimates")
    results(export)


def _import(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    imported = _add(commands, "import", "compare pyperf's own files, with intervals")
    imported.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="pyperf's JSON; the first is the reference"
    )
    imported.add_argument("--markdown", type=Path, metavar="FILE", help="write the table as Markdown instead")


def _history(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    history = _add(commands, "history", "follow one figure over all stored runs, by version, date or host")
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
    history.add_argument(
        "--by",
        choices=["version", "date", "host"],
        default="version",
        help="rows of versions or dates, or a column for each host (default: version)",
    )
    history.add_argument("--json", action="store_true", help="every row, as JSON")
    _page_instead(history)
    folders(history)


def _tracker(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    tracker = _add(commands, "tracker", "show how free threading fares from version to version, from all stored runs")
    tracker.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables as Markdown instead")
    folders(tracker)


def _compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compare = _add(commands, "compare", "set two stored runs side by side")
    compare.add_argument("before", metavar="RUN", help="id or file of the run that is compared with")
    compare.add_argument("after", metavar="RUN", help="id or file of the other one")
    compare.add_argument("--json", action="store_true", help="the same as JSON")
    _page_instead(compare)
    results(compare)


def _claims(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    claims = _add(commands, "claims", "hold published statements against what was measured here")
    claims.add_argument("runs", nargs="*", metavar="RUN", help="ids or files; every stored run where left out")
    claims.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables as Markdown instead")
    results(claims)
