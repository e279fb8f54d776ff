"""What is busy in a running program, which is watched for some seconds.

Nothing is installed or left in it. Where it leaves no CPU idle, what we take is taken from it: nothing is loaded here
that only measuring needs.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gilscope import errors
from gilscope.arguments.why import WATCHED_S
from gilscope.commands import choosing, output

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from gilscope.lab.live import Live


def answer(options: argparse.Namespace) -> int:
    """Say why threads do not scale: those of a running program, or of work that is measured for that."""
    if options.pid is not None:
        return watch(options)
    from gilscope.commands import why

    return why.ask(options)


def watch(options: argparse.Namespace) -> int:
    """Watch a running program, and show what is busy in it.

    Raises:
        UsageError: it cannot be asked, or something else is named beside it.
    """
    from gilscope.lab.environment import common_environment
    from gilscope.lab.live import Unanswered
    from gilscope.lab.live import watch as watched

    if options.probes or choosing.has_a_form(options):
        raise errors.UsageError("--pid asks about a running program: name no workload beside it")
    show = output.print_json if options.json else _shower()
    bytecode = output.bytecode_dir()
    try:
        found = watched(options.pid, options.budget or WATCHED_S, common_environment(os.environ, bytecode), bytecode)
    except Unanswered as reason:
        raise errors.UsageError(str(reason)) from None
    show(found)
    return 0


def _shower() -> Callable[[Live], None]:
    """What shows it in the terminal, loaded beforehand: what that takes is counted too."""
    from gilscope.render import terminal
    from gilscope.render import why as render

    console = output.console()

    def show(found: Live) -> None:
        for line in render.live(found.pid, found.busy_cpus, found.queued, found.beside_ns, found.seen):
            console.print(line, soft_wrap=True)
        terminal.show(console, render.suspects(found.seen))

    return show
