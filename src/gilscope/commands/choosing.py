"""What a run measures, and how: the command line and the project's ``pyproject.toml`` put together."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope import errors, places
from gilscope.arguments import DEFAULT_RESULTS
from gilscope.commands import output

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from gilscope.values.probes import Probe
    from gilscope.workloads.project import NamedWorkload, Project
    from gilscope.workloads.scripts import Script
    from gilscope.workloads.suites import Suite

DEFAULT_SUITE = "quick"

OF_SEVERAL_FOLDERS = ("history", "tracker")
"""Commands whose runs may lie in several folders."""


NAME_THEIR_OWN = ("check",)
"""Commands whose work may name its own runtimes, before those that the project names for everything."""


class Part(NamedTuple):
    """The workloads of a run that are measured alike.

    ``options`` are the command line as if it had been typed for these alone; paths in it begin at ``folder``. ``name``
    is what the project calls its workload, None for all that it has no name for. ``packages`` are those that the
    project says are needed.
    """

    options: argparse.Namespace
    suite: Suite
    folder: Path
    name: str | None
    packages: tuple[str, ...]


def completed(options: argparse.Namespace) -> argparse.Namespace:
    """The command line with what the project says where it leaves something out; ``project`` has the rest of it.

    A running program is watched as it is: the project has no say in it.

    Raises:
        MatrixError: the project's file has mistakes.
    """
    if not hasattr(options, "results") or getattr(options, "pid", None) is not None:
        return options
    from gilscope.workloads.project import project

    options.project = project(Path.cwd())
    if options.results is None:
        folder = options.project.results or DEFAULT_RESULTS
        options.results = [folder] if options.command in OF_SEVERAL_FOLDERS else folder
    if hasattr(options, "budget") and options.budget is None:
        options.budget = options.project.budget_s
    if hasattr(options, "on") and not (options.on or options.python or options.command in NAME_THEIR_OWN):
        options.on = list(options.project.on)
    return options


def name_of_suite(options: argparse.Namespace) -> str:
    """The suite that is asked for: by the command line, by the project, or the quickest."""
    return options.suite or options.project.suite or DEFAULT_SUITE


def has_a_form(options: argparse.Namespace) -> bool:
    """Whether an option names what is to be measured: a program, roles or a statement."""
    is_program = options.program is not None or options.module is not None
    return is_program or is_statement(options) or bool(options.roles)


def is_statement(options: argparse.Namespace) -> bool:
    """Whether what stands in the place of probes are lines of a statement."""
    return bool(options.statement or options.statement_setup)


def parts(options: argparse.Namespace) -> tuple[Part, ...]:
    """The parts of a run: one for each workload that the project names, one for all others.

    Raises:
        MatrixError: a file of suites has mistakes.
        UsageError: a suite, a model or a workload is not there.
    """
    from gilscope.workloads import suites

    project: Project = options.project
    for mistake in suites.unknown_models(options.models):
        raise errors.UsageError(f"--{mistake}")
    name = name_of_suite(options)
    suite = suites.named(name, project.suites, places.SUITES)
    names = options.probes or (() if has_a_form(options) else suite.probes)
    named, others = ([], names) if is_statement(options) else _sorted_out(names, project, suite)
    found = [_named_part(text, project.workloads[text], options, suite) for text in named]
    if others or not named:
        typed = argparse.Namespace(**{**vars(options), "probes": others})
        lanes, workers = tuple(options.lanes), options.workers or ()
        narrowed = suites.narrowed(suite, models=options.models, lanes=lanes, workers=workers)
        folder = project.folder if name in project.suites and not options.probes else Path.cwd()
        found.append(Part(typed, narrowed, folder, None, project.packages))
    return tuple(found)


def _sorted_out(names: Iterable[str], project: Project, suite: Suite) -> tuple[list[str], list[str]]:
    """The names of the project's workloads, and all others.

    Raises:
        UsageError: a name could be that of a workload only, and is not.
    """
    from gilscope.declared import unknown_name
    from gilscope.workloads.project import FILE, is_name

    named: list[str] = []
    others: list[str] = []
    for name in dict.fromkeys(names):
        (named if name in project.workloads else others).append(name)
        if name not in project.workloads and project.workloads and is_name(name) and suite.source == "probes":
            raise errors.UsageError(unknown_name(FILE, "workload", name, project.workloads))
    return named, others


def _named_part(name: str, workload: NamedWorkload, options: argparse.Namespace, suite: Suite) -> Part:
    """A workload of the project's, as if its table had been typed; what was typed indeed comes first."""
    from gilscope.workloads import suites

    given = {text.partition("=")[0] for text in options.arguments}
    own = [f"{key}={value!r}" for key, value in workload.args.items() if key not in given]
    typed = {
        "probes": [workload.target],
        "arguments": [*own, *options.arguments],
        "setup": options.setup or workload.setup,
        "share": options.share or workload.share,
    }
    narrowed = suites.narrowed(
        msgspec.structs.replace(suite, source="probes"),
        models=options.models or (() if options.lanes else workload.models),
        lanes=tuple(options.lanes),
        workers=options.workers or workload.workers,
    )
    packages = (*options.project.packages, *workload.packages)
    return Part(argparse.Namespace(**{**vars(options), **typed}), narrowed, options.project.folder, name, packages)


def called(part: Part, workloads: Sequence[Probe | Script]) -> Sequence[Probe | Script]:
    """The workloads of a part, a single one by the project's name for it.

    A script written for pyperf keeps its own.
    """
    from gilscope.values.probes import Probe

    match workloads:
        case [Probe() as only] if part.name is not None:
            return [msgspec.structs.replace(only, id=part.name)]
        case _:
            return workloads


def show_choices(options: argparse.Namespace) -> int:
    """Show what could be run: the project's workloads, callables in scripts here, suites and probes."""
    from gilscope.render import choices as render
    from gilscope.render import terminal
    from gilscope.workloads.offers import offers
    from gilscope.workloads.probes import folders, probes
    from gilscope.workloads.suites import suites

    project: Project = options.project
    files = {probe.path: probe.id.partition("/")[0] for probe in probes(*folders())}
    known_suites = {**suites(places.SUITES), **project.suites}
    terminal.show(
        output.console(),
        render.sheets(
            workloads={name: workload.target for name, workload in project.workloads.items()},
            callables=offers(Path.cwd()),
            suites={name: suite.description for name, suite in known_suites.items()},
            kinds=Counter(files.values()),
        ),
    )
    return 0


def unread_copies(here: Path) -> str | None:
    """What lies in a folder like gilscope's own files and is not read, in words; None without any."""
    own = [str(place.relative_to(places.HOME)) for place in (places.SUITES, places.PROBES)]
    unread = [name for name in own if (here / name).exists() and not (here / name).samefile(places.HOME / name)]
    if not unread:
        return None
    return (
        f"{' and '.join(unread)} here {'is' if len(unread) == 1 else 'are'} not read: gilscope reads its copies in "
        f"{places.HOME}. In a checkout, `pip install -e .` makes it read what lies there."
    )


def say_what_is_not_read(console: Console) -> None:
    """Say it where the working folder holds copies of gilscope's own files, which look as if they were read."""
    unread = unread_copies(Path.cwd())
    if unread is not None:
        console.print(unread, style="yellow")
