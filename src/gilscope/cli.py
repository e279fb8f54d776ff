# PYTHON_ARGCOMPLETE_OK
"""The command line: every command by its name, and how it ends."""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys
from typing import TYPE_CHECKING

from gilscope import errors, interrupts
from gilscope.arguments import parse
from gilscope.commands import completion, doors, output
from gilscope.commands.choosing import completed
from gilscope.render.visible import visible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

CYCLES = 100_000
"""Objects between two searches for cycles: what a command reads lives until its end, and little of it is garbage."""

COMMANDS = {
    "runtimes": "listing.list_runtimes",
    "run": "measuring.measure_run",
    "ab": "comparing.compare_variants",
    "why": "running.answer",
    "audit": "audit.ask",
    "check": "check.check",
    "fleet": "fleet.command",
    "report": "showing.show_report",
    "page": "showing.make_page",
    "charts": "showing.make_charts",
    "export": "showing.export_run",
    "import": "showing.import_files",
    "history": "judging.show_history",
    "tracker": "judging.show_tracker",
    "compare": "judging.compare_runs",
    "claims": "judging.judge_claims",
    "probes": "listing.list_probes",
}
"""Where each command is, in ``gilscope.commands``: only the one that is asked for is loaded."""

CANNOT_PRINT = "cannot print ({}). What was measured is kept; `gilscope report` shows it."

STARTS_PROGRAMS = frozenset({"runtimes", "run", "ab", "why", "audit", "check", "fleet"})
"""Commands that start interpreters."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status, one of those in ``gilscope.errors``."""
    gc.set_threshold(CYCLES)
    completion.answer()
    lost = output.take_any_text()
    options = parse(sys.argv[1:] if arguments is None else arguments)
    output.COLOR.set(options.color)
    with interrupts.heard() as heard:
        try:
            doors.need_a_working_folder()
            doors.refuse_unwritable_names(sys.argv[1:] if arguments is None else arguments)
            if options.command in STARTS_PROGRAMS:
                doors.need_a_temporary_folder()
                doors.allow_descriptors()
            status = command(options.command)(completed(options))
            sys.stdout.flush()
            if lost is not None:
                raise errors.ResultsError(CANNOT_PRINT.format(lost))
        except KeyboardInterrupt:
            status = _fail(errors.ControllerInterruptedError("interrupted; all that had been started is ended"))
        except errors.GilscopeError as error:
            status = _fail(error)
        except BrokenPipeError:
            output.leave(sys.stdout)
            status = 1
        except OSError as error:
            if error.filename is not None:  # no stream of ours
                raise
            output.leave(sys.stdout)
            status = _fail(errors.ResultsError(CANNOT_PRINT.format(error.strerror)))
        output.end_of_errors()
    return status if heard.status is None else heard.status


def command(name: str) -> Callable[[argparse.Namespace], int]:
    """What a command does, given its options: it returns the exit status."""
    module, _, function = COMMANDS[name].partition(".")
    found: Callable[[argparse.Namespace], int] = getattr(
        importlib.import_module(f"gilscope.commands.{module}"), function
    )
    return found


def _fail(error: errors.GilscopeError) -> int:
    with contextlib.suppress(OSError):
        print(f"gilscope: {visible(str(error))}", file=sys.stderr)  # noqa: T201 - this is the room that prints
    return error.exit_status


if __name__ == "__main__":
    sys.exit(main())
