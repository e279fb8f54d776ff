"""What could be measured of the scripts in a folder, read without running them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from gilscope.workloads import measurable, scripts, texts

if TYPE_CHECKING:
    from pathlib import Path


def offers(folder: Path) -> dict[str, tuple[str, ...]]:
    """What could be measured of every script in a folder, by its name: callables that need no arguments, as typed.

    A script written for pyperf is offered as a whole. Those that offer nothing, or cannot be read, are left out.
    """
    found = {path.name: _of_script(path) for path in sorted(folder.glob("*.py")) if path.is_file()}
    return {name: offered for name, offered in found.items() if offered}


def _of_script(path: Path) -> tuple[str, ...]:
    try:
        with warnings.catch_warnings():  # of an escape that is none, say: they are the person's
            warnings.simplefilter("ignore")
            tree = texts.tree(path)
    except (OSError, SyntaxError, ValueError):
        return ()
    if scripts.is_for_pyperf(tree):
        return (path.name,)
    return tuple(f"{path.name}:{name}" for name in measurable.names(tree))
