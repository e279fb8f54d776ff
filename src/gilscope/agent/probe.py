"""A probe's file becomes a unit of work that can be called again and again."""

from __future__ import annotations

import os
import sys

from . import heap, modules, stray, units
from .fault import LaneError, failure, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple, TypeVar

    from .records import LaneOrder

    Arguments = Tuple[Tuple[Any, ...], Dict[str, Any]]
    Result = TypeVar("Result")
    Unit = Callable[..., Any]

REFUSALS = ("does not support loading in subinterpreters", "cannot load module more than once per process")
"""What CPython and NumPy say of an extension module that cannot be in several interpreters."""

NO_PYTEST = "it needs pytest, which this Python lacks: --with pytest brings it"


class LoadedProbe:
    """A probe's functions, before any state was made.

    ``work`` is the callable to measure, ``setup`` and ``check`` are None where the probe has none. What ``setup`` makes
    goes before the ``arguments`` by place and by name.
    """

    inner_loops = 1
    ends_with_opening = False

    def __init__(
        self,
        work: Callable[..., Any],
        setup: Optional[Callable[[], object]],
        check: Optional[Callable[[object], None]],
        *,
        arguments: Arguments = ((), {}),
        repeated: Callable[[Unit], units.AnyRepeat] = units.compared,
    ) -> None:
        self.work = work
        self.setup = setup
        self.check = check
        self._arguments = arguments
        self._repeated = repeated

    def repeat(self, state: object) -> units.AnyRepeat:
        """Return what one worker runs: the work, bound to its arguments, and to ``state`` where there is a setup."""
        by_place, by_name = self._arguments
        if self.setup is not None:
            by_place = (state, *by_place)
        if not by_place and not by_name:
            return self._repeated(self.work)
        from functools import partial  # noqa: PLC0415 - not every probe needs it

        return self._repeated(partial(self.work, *by_place, **by_name))

    def fresh_state(self) -> object:
        """Return what ``setup`` makes, or None without one.

        Raises:
            LaneError: ``setup`` raised.
        """
        return None if self.setup is None else _set_up(self.setup)


def loaded(order: LaneOrder) -> LoadedProbe:
    """Load a probe that has a ``work``.

    Raises:
        LaneError: it cannot be loaded.
    """
    heap.hold(order["heap"])
    namespace = _run(order)
    setup, case = namespace.get("setup"), _case(order)
    if setup is not None and case:
        from functools import partial  # noqa: PLC0415 - few probes have cases

        setup = partial(setup, *case)
    work = _named(namespace, order["path"], "work")
    return LoadedProbe(work, setup, namespace.get("check"), repeated=_repeated(order))


def opened_way(order: LaneOrder, way: str, body: Callable[[LoadedProbe], None]) -> None:
    """Enter one of a probe's ways, a context manager; call ``body`` with its unit of work, and leave it.

    Raises:
        LaneError: it cannot be loaded, entered or left.
        BaseException: whatever ``body`` raised.
    """
    namespace = _run(order)
    enter = namespace[way.replace("-", "_")]
    context = _set_up(lambda: enter(*_case(order)))
    unit = _set_up(context.__enter__)
    body(LoadedProbe(unit, None, namespace.get("check"), repeated=_repeated(order)))
    try:
        context.__exit__(None, None, None)
    except BaseException as error:
        raise LaneError(raised("end", error)) from error


def _set_up(make: Callable[[], Result]) -> Result:
    """Call what the probe makes its state or its unit with.

    Raises:
        LaneError: it raised; a NotImplementedError means that this runtime is unsupported, and says why.
    """
    try:
        return make()
    except NotImplementedError as error:
        raise LaneError(failure("setup", "unsupported", str(error))) from error
    except BaseException as error:
        lack = _lacked(error)
        fault = raised("setup", error) if lack is None else failure("setup", "unsupported", lack)
        raise LaneError(fault) from error
    finally:
        stray.end_if_copy()


def _run(order: LaneOrder) -> Dict[str, Any]:
    """Run the probe's file; what it cannot import is no failure where its block names it or CPython refuses it.

    Raises:
        LaneError: it cannot be run.
    """
    return imported(order, lambda: modules.load(order["path"]))


def imported(order: LaneOrder, load: Callable[[], Result]) -> Result:
    """Import something of the person's; what this runtime lacks for it is no failure of theirs.

    Raises:
        LaneError: it cannot be imported.
    """
    try:
        return load()
    except LaneError as error:
        reason = _unsupported_import(error.__cause__, order["dependencies"])
        if reason is None:
            raise
        raise LaneError(failure("load", "unsupported", reason)) from error


def _unsupported_import(error: Optional[BaseException], dependencies: List[str]) -> Optional[str]:
    """Return why this runtime cannot import what the probe needs, None where the probe itself is wrong."""
    if not isinstance(error, ImportError):
        return None
    root: BaseException = error
    while root.__cause__ or root.__context__:
        root = root.__cause__ or root.__context__ or root
    if isinstance(root, ModuleNotFoundError) and root.name == "pytest":
        return NO_PYTEST
    lack = _lacked(root)
    if lack is not None:
        return lack
    if dependencies and isinstance(root, ModuleNotFoundError):
        return "needs {}: {}".format(" ".join(dependencies), root)
    return str(root) if dependencies or any(words in str(root) for words in REFUSALS) else None


def _lacked(error: BaseException) -> Optional[str]:
    """Return what another implementation lacks: of the standard library, or a private module of CPython's."""
    if sys.implementation.name == "cpython" or not isinstance(error, ImportError):
        return None
    name = (error.name or "").partition(".")[0]
    is_of_library = name.startswith("_") or name in getattr(sys, "stdlib_module_names", ())
    return "{}; {} lacks it".format(error, sys.implementation.name) if is_of_library else None


def _case(order: LaneOrder) -> List[object]:
    """Return the arguments of a way or of a setup: the case where there is one."""
    return [] if order["case"] is None else [order["case"]]


def _repeated(order: LaneOrder) -> Callable[[Unit], units.AnyRepeat]:
    """Return what makes repeats of the probe's units, by what becomes of their results."""
    if order["observes"]:
        return units.observed
    return units.self_timed if order["self_timed"] else units.compared


def _named(namespace: Dict[str, Any], path: str, name: str) -> Callable[..., Any]:
    function = namespace.get(name)
    if not callable(function):
        raise LaneError(failure("load", "missing", _missing(path, name, namespace)))
    return function  # type: ignore[no-any-return]  # what a script defines has no type here


def _missing(path: str, name: str, namespace: Dict[str, Any]) -> str:
    import difflib  # noqa: PLC0415 - only needed to word an error

    callables = sorted(key for key, value in namespace.items() if callable(value) and not key.startswith("__"))
    near = difflib.get_close_matches(name, callables, n=1)
    hint = "; did you mean {}()?".format(near[0]) if near else ""
    return "{} has no function {}(){}".format(os.path.basename(path), name, hint)
