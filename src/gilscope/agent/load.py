"""Probe files become a unit of work that can be called again and again."""

from __future__ import annotations

import os
import sys

from .fault import LaneError, failure, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional


class Probe:
    """A loaded probe: its functions, before any state was made.

    ``work`` is the callable to measure, ``setup`` and ``check`` are None where the probe has none.
    """

    def __init__(
        self,
        work: Callable[..., object],
        setup: Optional[Callable[[], object]],
        check: Optional[Callable[[object], None]],
    ) -> None:
        self.work = work
        self.setup = setup
        self.check = check

    def unit(self, state: object) -> Callable[[], object]:
        """One unit of work as a callable without arguments, bound to ``state`` where there is a setup."""
        if self.setup is None:
            return self.work
        from functools import partial  # noqa: PLC0415 - not every probe needs it

        return partial(self.work, state)

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


def load(path: str, function: Optional[str]) -> Probe:
    """Run the file at ``path`` as a module and pick its functions.

    ``function`` names the callable to measure in a script that knows nothing of the probe's contract.

    Raises:
        LaneError: the file cannot be read or parsed, raises on import, or lacks the callable.
    """
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
    return module.__dict__


def _missing(path: str, name: str, namespace: Dict[str, Any]) -> str:
    import difflib  # noqa: PLC0415 - only needed to word an error

    callables = sorted(key for key, value in namespace.items() if callable(value) and not key.startswith("__"))
    near = difflib.get_close_matches(name, callables, n=1)
    hint = "; did you mean {}()?".format(near[0]) if near else ""
    return "{} has no function {}(){}".format(os.path.basename(path), name, hint)
