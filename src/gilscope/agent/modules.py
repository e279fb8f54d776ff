"""A file of the user's, run as a module."""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader

from . import bytecode, stray
from .fault import LaneError, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict


def load(path: str) -> Dict[str, Any]:
    """Import a file by its own name, beside what lies in its folder; return all that it defines.

    It finds itself where ``python file.py`` would put it: in ``sys.argv`` and first on ``sys.path``.

    Raises:
        LaneError: it cannot be read or parsed, or raises.
    """
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    sys.argv = [path]
    try:
        return run(path, os.path.splitext(os.path.basename(path))[0])
    except BaseException as error:
        raise LaneError(raised("load", error)) from error


def run(path: str, name: str) -> Dict[str, Any]:
    """Run a file as the module of this name; return all that it defines.

    Raises:
        BaseException: whatever the file raises, or why it cannot be read or parsed.
    """
    module = type(sys)(name)
    module.__file__ = path
    if name != "__main__":  # which nobody imports
        _specify(module, name, path)
    try:
        with open(path, "rb") as file:
            code = bytecode.compiled(file.read(), path)
        sys.modules[name] = module
        exec(code, module.__dict__)  # noqa: S102 - running the user's file is what this is for
    finally:
        stray.end_if_copy()
    return module.__dict__


def _specify(module: Any, name: str, path: str) -> None:  # noqa: ANN401 - `__package__` and its kin differ in stubs
    """Give a module what an import gives it, by which resources, pickles and reloads find it."""
    loader = SourceFileLoader(name, path)
    module.__spec__ = ModuleSpec(name, loader, origin=path)
    module.__spec__.has_location = True
    module.__loader__ = loader
    module.__package__ = ""
