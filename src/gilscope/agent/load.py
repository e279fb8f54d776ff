"""Probe files become a unit of work that can be called again and again."""

from __future__ import annotations

import os
import sys

from . import stray, units
from .fault import LaneError, failure, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional, Protocol

    class Workload(Protocol):
        """What all crews run: a probe, or a benchmark of a script written for pyperf.

        ``check`` is None where no result is looked at; one unit does ``inner_loops`` times what is asked about.
        """

        @property
        def check(self) -> Optional[Callable[[object], None]]:
            """Raises where a result is wrong."""

        @property
        def inner_loops(self) -> int:
            """How often one unit does it."""

        def fresh_state(self) -> object:
            """The state that one worker needs."""

        def repeat(self, state: object) -> units.Repeat:
            """What one worker runs."""


# Holds a `pyperf.py`, for scripts that import pyperf where it is not installed, and for the processes that they start.
ON_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "on_path")


class Probe:
    """A loaded probe: its functions, before any state was made.

    ``work`` is the callable to measure, ``setup`` and ``check`` are None where the probe has none.
    """

    inner_loops = 1

    def __init__(
        self,
        work: Callable[..., object],
        setup: Optional[Callable[[], object]],
        check: Optional[Callable[[object], None]],
    ) -> None:
        self.work = work
        self.setup = setup
        self.check = check

    def repeat(self, state: object) -> units.Repeat:
        """What one worker runs: the work, bound to ``state`` where there is a setup."""
        if self.setup is None:
            return units.compared(self.work)
        from functools import partial  # noqa: PLC0415 - not every probe needs it

        return units.compared(partial(self.work, state))

    def fresh_state(self) -> object:
        """What ``setup`` makes, or None without one.

        Raises:
            LaneError: ``setup`` raised.
        """
        if self.setup is None:
            return None
        try:
            return self.setup()
        except BaseException as error:
            raise LaneError(raised("setup", error)) from error
        finally:
            stray.end_if_copy()


def opened(order: Dict[str, Any], body: Callable[[Workload], None]) -> None:
    """Call ``body`` with what the order asks for, loaded, and alive for as long as ``body`` runs.

    Raises:
        LaneError: it cannot be loaded.
        BaseException: whatever ``body`` raised.
    """
    if order.get("benchmark") is None:
        body(load(order["path"], order["function"]))
        return
    from . import script  # noqa: PLC0415 - only scripts written for pyperf need it

    script.opened(order, body)


def load(path: str, function: Optional[str]) -> Probe:
    """Run the file at ``path`` as a module and pick its functions.

    ``function`` names the callable to measure in a script that knows nothing of the probe's contract.

    Raises:
        LaneError: the file cannot be read or parsed, raises on import, or lacks the callable.
    """
    if function is not None and ON_PATH not in sys.path:
        sys.path.append(ON_PATH)
    namespace = _run_file(path)
    name = function or "work"
    work = namespace.get(name)
    if not callable(work):
        raise LaneError(failure("load", "missing", _missing(path, name, namespace)))
    if function is not None:
        return Probe(work, None, None)
    return Probe(work, namespace.get("setup"), namespace.get("check"))


def _run_file(path: str) -> Dict[str, Any]:
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    name = os.path.splitext(os.path.basename(path))[0]
    module = type(sys)(name)
    module.__file__ = path
    try:
        with open(path, "rb") as file:
            code = compile(file.read(), path, "exec")
        sys.modules[name] = module
        exec(code, module.__dict__)  # noqa: S102 - running the probe is what this is for
    except BaseException as error:
        raise LaneError(raised("load", error)) from error
    finally:
        stray.end_if_copy()
    return module.__dict__


def _missing(path: str, name: str, namespace: Dict[str, Any]) -> str:
    import difflib  # noqa: PLC0415 - only needed to word an error

    callables = sorted(key for key, value in namespace.items() if callable(value) and not key.startswith("__"))
    near = difflib.get_close_matches(name, callables, n=1)
    hint = "; did you mean {}()?".format(near[0]) if near else ""
    return "{} has no function {}(){}".format(os.path.basename(path), name, hint)
