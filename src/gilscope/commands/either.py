"""A file whose one function is either of two, as a variable says: two variants of one workload."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.values.probes import Target

SIDE = "GILSCOPE_SIDE"
"""The variable that says which of the two is called."""
OTHER, OWN = "other", "own"
"""Its values."""

TEXT = '''"""Either of two functions, as a variable says."""

import importlib.util
import os
import sys

SIDES = {sides!r}
CALLS = {calls!r}


def _function(path, module, search, name):
    sys.path[:0] = search
    if module is not None:
        found = importlib.import_module(module)
    else:
        sys.path.insert(0, os.path.dirname(path))
        spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
        found = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = found
        spec.loader.exec_module(found)
    for part in name.split("."):
        found = getattr(found, part)
    return found


_chosen = _function(*SIDES[os.environ[{variable!r}]])
exec("def work():\\n    return _chosen" + CALLS[os.environ[{variable!r}]])
'''


@contextlib.contextmanager
def either_of(other: Target, own: Target) -> Iterator[Path]:
    """A file that is there as long as the context, whose ``work`` calls one of two functions."""
    sides = {
        side: (target.path, target.module, target.search, target.name) for side, target in ((OTHER, other), (OWN, own))
    }
    with tempfile.TemporaryDirectory(prefix="gilscope-") as folder:
        path = Path(folder, "either.py")
        calls = {OTHER: other.arguments, OWN: own.arguments}
        path.write_text(TEXT.format(sides=sides, variable=SIDE, calls=calls), "utf-8")
        yield path
