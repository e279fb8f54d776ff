"""The command that holds work to what a person expects of it, with a verdict for each thing."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

import msgspec

from gilscope import errors
from gilscope.commands import output
from gilscope.commands.deciding import Measured
from gilscope.commands.expecting import asked

if TYPE_CHECKING:
    import argparse

    from gilscope.expectations.judgements import Checked, Judgement
    from gilscope.values.expectations import Expectation

NOTHING = (
    "nothing is expected: name a workload and what it shall do, such as `gilscope check work.py:parse --gil off`, or "
    "declare it in pyproject.toml as [[tool.gilscope.expect]]"
)


def check(options: argparse.Namespace) -> int:
    """Measure what decides each expectation, show every verdict, and end with the gravest."""
    from gilscope.expectations.judgements import Checked
    from gilscope.lab.environment import common_environment

    began_s = time.monotonic()
    expectations = expected(options)
    environ = common_environment(os.environ, output.bytecode_dir())
    with ExitStack() as until:
        happening, taking = asked(options, expectations, environ, until)
        run_id = _run_id()
        measured = Measured(options, environ, run_id)
        judgements = [*measured.what_happens(happening), *measured.how_long(taking)]
    where = {each.contest.id: each.place for each in (*happening, *taking)}
    checked = Checked(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=time.monotonic() - began_s,
        results=tuple(map(str, measured.paths)),
        judgements=tuple(_with_place(judgement, *where[judgement.clause.contest]) for judgement in judgements),
    )
    _show(options, checked)
    if checked.of("refuted"):
        return errors.FOUND
    return errors.UNDECIDED if options.strict and checked.of("undecided") else 0


def expected(options: argparse.Namespace) -> tuple[Expectation, ...]:
    """What is expected: what was typed, or else what the project declares, of the workloads that are named.

    Raises:
        UsageError: that is nothing, or cannot be meant.
    """
    from gilscope.values.expectations import SLOWER, Expectation, Kind, Overlap, nonsense

    typed = {name.replace("-", "_"): getattr(options, name.replace("-", "_")) for name in get_args(Kind)}
    if not any(typed.values()):
        declared: tuple[Expectation, ...] = options.project.expectations
        named = tuple(each for each in declared if not options.workloads or each.workload in options.workloads)
        if not named:
            known = ", ".join(dict.fromkeys(each.workload for each in declared))
            raise errors.UsageError(f"{NOTHING}{f'; it declares something of: {known}' if known else ''}")
        return tuple(_as_typed(each, options) for each in named)
    if not options.workloads:
        raise errors.UsageError("name the workload of which that is expected, such as work.py:parse")
    overlap = None if options.overlap is None else Overlap(workers=options.overlap)
    given = {name: value for name, value in typed.items() if name != "overlap"}
    made = tuple(
        Expectation(
            workload=workload,
            on=tuple(options.on),
            workers=options.workers or (overlap.workers if overlap else 2),
            packages=tuple(options.packages),
            slower=options.slower or SLOWER,
            overlap=overlap,
            **{**given, "models": tuple(options.models)},
        )
        for workload in options.workloads
    )
    for mistake in nonsense(made[0]):
        raise errors.UsageError(mistake)
    return made


def _as_typed(declared: Expectation, options: argparse.Namespace) -> Expectation:
    """An expectation of the project's, where and beside what is typed."""
    return msgspec.structs.replace(
        declared,
        on=tuple(options.on) or declared.on,
        workers=options.workers or declared.workers,
        packages=(*declared.packages, *options.packages),
        slower=options.slower or declared.slower,
    )


def _run_id() -> str:
    from gilscope.lab import measure

    return measure.new_run_id(datetime.now(UTC))


def _with_place(judgement: Judgement, path: str, line: int) -> Judgement:
    return msgspec.structs.replace(judgement, path=path, line=line)


def _show(options: argparse.Namespace, checked: Checked) -> None:
    """Show every verdict: here, and wherever somebody looks."""
    from gilscope.commands import reporting
    from gilscope.render import check as render
    from gilscope.render import terminal

    reporting.report(options, checked)  # first, since whoever reads the terminal may have gone
    if options.json:
        output.print_json(render.listing(checked))
    else:
        terminal.show_blocks(output.console(), render.blocks(checked))
