"""Modules that are left out, as if they were not installed: what remains of a package without its extension?

The variable ``GILSCOPE_WITHOUT`` names them, with commas between. Every interpreter of a lane reads it for itself.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import FrozenSet

VARIABLE = "GILSCOPE_WITHOUT"


class _Missing:
    """A finder that is asked first, and says that a module is not there."""

    def __init__(self, names: FrozenSet[str]) -> None:
        self._names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002 - as importlib asks
        """Find nothing, and end the search for a module that is left out."""
        if name in self._names:
            words = "No module named {!r}: {} leaves it out".format(name, VARIABLE)
            raise ModuleNotFoundError(words, name=name)


def leave_out() -> None:
    """Leave out what the variable names, in this interpreter."""
    names = frozenset(filter(None, os.environ.get(VARIABLE, "").split(",")))
    if names:
        sys.meta_path.insert(0, _Missing(names))
