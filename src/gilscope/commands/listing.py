"""Commands that list what there is to measure, and on what, and bring a Python that is not there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from gilscope import errors
from gilscope.commands import choosing, measuring, output

if TYPE_CHECKING:
    import argparse


def list_runtimes(options: argparse.Namespace) -> int:
    """List every Python found, or `install` one."""
    from gilscope.render import runtimes as render

    if options.action == "install":
        return _install(options)
    census = measuring.take_census(options.python)
    if options.json:
        output.print_json(render.as_data(census))
        return 0
    console = output.console()
    for table in render.tables(census):
        console.print(table)
        console.print()
    return 0


def _install(options: argparse.Namespace) -> int:
    from gilscope import places
    from gilscope.provision import install, own_tree
    from gilscope.render.install_progress import InstallProgress
    from gilscope.runtimes.wishes import runtimes_file

    versions = [options.version] if options.version else list(runtimes_file(places.WISHES).install)
    data_dir = platformdirs.user_data_path("gilscope") / "pythons"
    if options.tree and options.version:
        raise errors.UsageError("--from builds what the tree holds: name no version beside it")
    with InstallProgress(output.console()) as progress:
        if options.tree:
            tree = Path(options.tree).absolute()
            executables = own_tree.bring(tree, progress, optimised=options.optimised, data_dir=data_dir.absolute())
        else:
            executables = install.install_first(
                versions, optimised=options.optimised, progress=progress, data_dir=data_dir
            )
    for executable in executables:
        print(executable)  # noqa: T201 - this is the room that prints
    return 0


def list_probes(_: argparse.Namespace) -> int:
    """List all probes by kind."""
    from gilscope.render import probes as render
    from gilscope.render import terminal
    from gilscope.workloads.probes import folders, probes

    choosing.say_what_is_not_read(output.console(stderr=True))
    terminal.show(output.console(), [render.sheet(probes(*folders()))])
    return 0
