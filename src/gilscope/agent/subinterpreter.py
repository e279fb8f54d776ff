"""One small face over the subinterpreter modules of CPython 3.8 to 3.15 (PEP 554, 684 and 734).

======== ======================= ==========================================================
version  module                  GIL
======== ======================= ==========================================================
3.8      ``_xxsubinterpreters``  always shared, ``create()`` takes no argument
3.9-3.11 ``_xxsubinterpreters``  always shared, ``isolated`` only forbids threads and forks
3.12     ``_xxsubinterpreters``  own where ``isolated`` (PEP 684)
3.13 on  ``_interpreters``       own with the ``isolated`` configuration, shared with ``legacy``
======== ======================= ==========================================================
"""

from __future__ import annotations

import importlib
import os
import sys

from .fault import LaneError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = tuple(sys.version_info[:2])

# `threading` is imported on the creating thread: imported later on another one, it makes the interpreter's end hang
# (3.9 to 3.12).
_MOUNT = """
import sys
package = type(sys)("gilscope_agent")
package.__path__ = [{folder!r}]
sys.modules["gilscope_agent"] = package
sys.path[:] = {path!r}
import threading
from gilscope_agent import without
without.leave_out()
"""


def create(*, own_gil: bool) -> object:
    """Make an interpreter and return its id; on 3.12 and before, the interpreter lives only as long as the id.

    Raises:
        LaneError: this version cannot make an interpreter of this kind.
    """
    if own_gil and VERSION < (3, 12):
        raise LaneError(failure("start", "unsupported", "interpreters own a GIL from 3.12 on (PEP 684)"))
    low = _module()
    if VERSION >= (3, 13):
        identifier: object = low.create("isolated" if own_gil else "legacy")
    elif VERSION >= (3, 9):
        identifier = low.create(isolated=own_gil)
    else:
        identifier = low.create()
    return identifier


def mount() -> str:
    """Return what a new interpreter runs first, so that it can import what this one can, ``gilscope_agent`` too."""
    return _MOUNT.format(folder=os.path.dirname(os.path.abspath(__file__)), path=sys.path)


def run(identifier: object, source: str) -> None:
    """Run source text in the interpreter's ``__main__``, in the calling thread.

    An error inside may be reported here (as text), or not at all: CPython 3.14 reports an uncaught MemoryError as
    success. What must not be missed has to be caught inside.

    Raises:
        LaneError: the interpreter reported an uncaught error.
    """
    try:
        report = _module().run_string(identifier, source, {})
    except Exception as error:
        raise LaneError(failure("start", "raised", str(error))) from error
    if report is not None:
        raise LaneError(failure("start", "raised", str(report.formatted), str(getattr(report, "errdisplay", ""))))


def destroy(identifier: object) -> None:
    """End the interpreter; must be called on the thread that created it (threading's clean-up hangs elsewhere)."""
    _module().destroy(identifier)


def _module() -> Any:  # noqa: ANN401 - the modules have no stubs, and differ between versions
    name = "_interpreters" if VERSION >= (3, 13) else "_xxsubinterpreters"
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise LaneError(failure("start", "unsupported", "this build has no {} module".format(name))) from error
