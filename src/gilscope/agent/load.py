"""Probe files become a unit of work that can be called again and again."""

from __future__ import annotations

import os
import sys

from . import bytecode, stray, units
from .fault import LaneError, failure, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Protocol

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

        def repeat(self, state: object) -> units.AnyRepeat:
            """What one worker runs."""


# Holds a `pyperf.py`, for scripts that import pyperf where it is not installed, and for the processes that they start.
ON_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "on_path")


# What CPython says of an extension module that cannot be in several interpreters.
REFUSED = "does not support loading in subinterpreters"


class Probe:
    """A loaded probe: its functions, before any state was made.

    ``work`` is the callable to measure, ``setup`` and ``check`` are None where the probe has none.
    """

    inner_loops = 1

    def __init__(
        self,
        work: Callable[..., Any],
        setup: Optional[Callable[[], object]],
        check: Optional[Callable[[object], None]],
        *,
        repeated: Callable[[Callable[[], Any]], units.AnyRepeat] = units.compared,
    ) -> None:
        self.work = work
        self.setup = setup
        self.check = check
        self._repeated = repeated

    def repeat(self, state: object) -> units.AnyRepeat:
        """What one worker runs: the work, bound to ``state`` where there is a setup."""
        if self.setup is None:
            return self._repeated(self.work)
        from functools import partial  # noqa: PLC0415 - not every probe needs it

        return self._repeated(partial(self.work, state))

    def fresh_state(self) -> object:
        """What ``setup`` makes, or None without one.

        Raises:
            LaneError: ``setup`` raised; a NotImplementedError tells that this runtime is unsupported, and why.
        """
        if self.setup is None:
            return None
        try:
            return self.setup()
        except NotImplementedError as error:
            raise LaneError(failure("setup", "unsupported", str(error))) from error
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
    bytecode.import_as_later()
    if order["benchmark"] is not None:
        from . import script  # noqa: PLC0415 - only scripts written for pyperf need it

        script.opened(order, body)
    elif order["way"] is not None:
        _way(order, body)
    else:
        body(_probe(order))


def _way(order: Dict[str, Any], body: Callable[[Workload], None]) -> None:
    """One of a probe's ways, a context manager around its unit of work."""
    namespace = _run_probe(order)
    enter = namespace[order["way"].replace("-", "_")]
    try:
        context = enter(*_case(order))
        unit = context.__enter__()
    except NotImplementedError as error:
        raise LaneError(failure("setup", "unsupported", str(error))) from error
    except BaseException as error:
        raise LaneError(raised("setup", error)) from error
    finally:
        stray.end_if_copy()
    body(Probe(unit, None, namespace.get("check"), repeated=_repeated(order)))
    try:
        context.__exit__(None, None, None)
    except BaseException as error:
        raise LaneError(raised("end", error)) from error


def _run_probe(order: Dict[str, Any]) -> Dict[str, Any]:
    """The probe's file, run; what it cannot import here is no failure where its block names it, or CPython refuses it.

    Raises:
        LaneError: it cannot be run.
    """
    try:
        return run_file(order["path"])
    except LaneError as error:
        reason = _unsupported_import(error.__cause__, order["dependencies"])
        if reason is None:
            raise
        raise LaneError(failure("load", "unsupported", reason)) from error


def _unsupported_import(error: Optional[BaseException], dependencies: List[str]) -> Optional[str]:
    """Why this runtime cannot import what the probe needs, None where the probe itself is wrong."""
    if not isinstance(error, ImportError):
        return None
    root: BaseException = error
    while root.__cause__ or root.__context__:
        root = root.__cause__ or root.__context__ or root
    if dependencies and isinstance(root, ModuleNotFoundError):
        import shlex  # noqa: PLC0415 - only needed to word a reason

        install = " ".join(map(shlex.quote, [sys.executable, "-m", "pip", "install", *dependencies]))
        return "needs {}: {}".format(" ".join(dependencies), install)
    return str(root) if dependencies or REFUSED in str(root) else None


def _case(order: Dict[str, Any]) -> List[object]:
    """The arguments of a way, or of a setup: the case where there is one."""
    return [] if order["case"] is None else [order["case"]]


def _probe(order: Dict[str, Any]) -> Probe:
    """A probe as the contract has it, or any callable of a script that knows nothing of it."""
    if order["function"] is not None:
        return _function(order["path"], order["function"])
    namespace = _run_probe(order)
    setup, case = namespace.get("setup"), _case(order)
    if setup is not None and case:
        from functools import partial  # noqa: PLC0415 - few probes have cases

        setup = partial(setup, *case)
    return Probe(_named(namespace, order["path"], "work"), setup, namespace.get("check"), repeated=_repeated(order))


def _repeated(order: Dict[str, Any]) -> Callable[[Callable[[], Any]], units.AnyRepeat]:
    """What becomes of the results of the probe's units."""
    if order["observes"]:
        return units.observed
    return units.told if order["self_timed"] else units.compared


def _function(path: str, name: str) -> Probe:
    if ON_PATH not in sys.path:
        sys.path.append(ON_PATH)
    return Probe(_named(run_file(path), path, name), None, None)


def _named(namespace: Dict[str, Any], path: str, name: str) -> Callable[..., Any]:
    found = namespace.get(name)
    if not callable(found):
        raise LaneError(failure("load", "missing", _missing(path, name, namespace)))
    return found  # type: ignore[no-any-return]  # what a script defines has no type here


def run_file(path: str) -> Dict[str, Any]:
    """Run a file as a module of its own name; all that it defines.

    Raises:
        LaneError: it cannot be read or parsed, or raises.
    """
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    name = os.path.splitext(os.path.basename(path))[0]
    module = type(sys)(name)
    module.__file__ = path
    try:
        with open(path, "rb") as file:
            code = bytecode.compiled(file.read(), path)
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
