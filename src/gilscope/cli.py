# PYTHON_ARGCOMPLETE_OK
"""The command line: every command by its name, and how it ends."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from gilscope import errors
from gilscope.arguments import parse
from gilscope.commands import comparing, completion, judging, measuring, output, showing, why
from gilscope.commands.choosing import completed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

CYCLES = 100_000
"""Objects between two searches for cycles: what a command reads lives until its end, and little of it is garbage."""

COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "runtimes": measuring.list_runtimes,
    "run": measuring.measure_run,
    "ab": comparing.compare_variants,
    "why": why.ask,
    "report": showing.show_report,
    "page": showing.make_page,
    "charts": showing.make_charts,
    "export": showing.export_run,
    "import": showing.import_files,
    "history": judging.show_history,
    "tracker": judging.show_tracker,
    "compare": judging.compare_runs,
    "claims": judging.judge_claims,
    "probes": measuring.list_probes,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status, one of those in ``gilscope.errors``."""
    gc.set_threshold(CYCLES)
    completion.answer()
    options = parse(sys.argv[1:] if arguments is None else arguments)
    output.COLOR.set(options.color)
    try:
        return COMMANDS[options.command](completed(options))
    except KeyboardInterrupt:
        return _fail(errors.ControllerInterruptedError("interrupted; nothing was running"))
    except errors.GilscopeError as error:
        return _fail(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _fail(error: errors.GilscopeError) -> int:
    print(f"gilscope: {error}", file=sys.stderr)  # noqa: T201 - this is the room that prints
    return error.exit_status


if __name__ == "__main__":
    sys.exit(main())
