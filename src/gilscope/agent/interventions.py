"""Interventions: what is changed before the workers of a lane start, to see whether it was to blame.

=================== ==================================================================================================
kind                what becomes of it
=================== ==================================================================================================
own modules         each worker runs its own copy of the person's modules, and of those that the path names, which
                    belongs to its thread
shared              beside it: the object at the path, or what a container holds, is that of the first worker again
immortal            nobody counts references to the object at the path any more; its lock stays what it is
deferred            references from threads' stacks are not counted (3.14 and later)
collector off       the garbage collector is off, and ``gc.collect`` collects nothing
collector frozen    it leaves alone what was alive before the workers started
=================== ==================================================================================================

All of them end with the process, which serves one lane.
"""

from __future__ import annotations

import gc
import importlib
import sys

from . import imports, targets
from .fault import LaneError, failure
from .watching import candidates, edges, header
from .watching.paths import state_path
from .workload import opened as workload_opened
from .workload import states

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Container, Dict, Iterable, List, Optional, Sequence

    from .records import InterventionOrder, LaneOrder
    from .watching.candidates import Candidate
    from .workload import Share, Workload

OWN_MODULES, SHARED, IMMORTAL, DEFERRED = "own modules", "shared", "immortal", "deferred"
COLLECTOR_OFF, COLLECTOR_FROZEN = "collector off", "collector frozen"
LASTING = frozenset(("builtins", "gc", "importlib", "os", "sys", "threading", "types"))
"""Modules of Python that a process has once."""
MOST_REACHED = 200_000
FEWEST_COPIES = 2
"""What a copy has to itself is seen beside another one, also where there is a single worker."""


class _Copy:
    """A loaded workload, its state, and the modules that belong to it."""

    def __init__(self, probe: Workload, state: object) -> None:
        self.probe = probe
        self.state = state
        self.modules: Dict[str, Any] = dict(sys.modules)


def opened(order: LaneOrder, body: Callable[[Sequence[Share]], None]) -> None:
    """Load a workload with a state for every worker, change what is ordered, and call ``body`` with them.

    Raises:
        LaneError: something cannot be loaded, or what is to be changed is not there.
        BaseException: whatever ``body`` raised.
    """
    asked = order["interventions"]
    own = [item for item in asked if item["kind"] == OWN_MODULES]
    copies: List[_Copy] = []

    def up(probe: Workload) -> None:
        if not own:
            copies.extend(_Copy(probe, state) for state in states(probe, order))
            body(_changed(order, copies))
            return
        copies.append(_Copy(probe, probe.fresh_state()))
        if len(copies) < max(FEWEST_COPIES, order["workers"]):
            _forget(own[0]["path"].split())
            workload_opened(order, up)
        else:
            body(_changed(order, copies)[: order["workers"]])

    workload_opened(order, up)


def _forget(further: Iterable[str]) -> None:
    """Let the person's modules, and further ones with all that is below them, be imported anew.

    What comes with the interpreter itself, and has no file, is there once.
    """
    files = {name: getattr(sys.modules.get(name), "__file__", None) or "" for name in further}
    wanted = {name for name, file in files.items() if file.endswith(".py") and name.partition(".")[0] not in LASTING}
    for name in list(sys.modules):
        if any(name == module or name.startswith(module + ".") for module in wanted):
            del sys.modules[name]
    for name in imports.own_modules():
        del sys.modules[name]
    targets.forget()


def _changed(order: LaneOrder, copies: List[_Copy]) -> List[Share]:
    """Change what is ordered, in the order in which it can be: what is shared again first, the collector last."""
    by_kind: Dict[str, List[InterventionOrder]] = {}
    for item in order["interventions"]:
        by_kind.setdefault(item["kind"], []).append(item)
    state = state_path(order)
    wanted = [item["path"] for item in order["interventions"] if item["kind"] in {SHARED, IMMORTAL, DEFERRED}]
    places = [_located(wanted, copy, state) for copy in copies] if wanted else []
    _share([item["path"] for item in by_kind.get(SHARED, ())], copies, places, state)
    unknown = header.unknown() if IMMORTAL in by_kind else None
    if unknown is not None:
        raise LaneError(failure("setup", "unsupported", unknown))
    for item in by_kind.get(IMMORTAL, ()):
        for thing in _things(item["path"], places):
            header.make_immortal(thing)
    for item in by_kind.get(DEFERRED, ()):
        _defer(item["path"], _things(item["path"], places))
    if COLLECTOR_OFF in by_kind:
        gc.disable()
        gc.collect = _nothing_collected
    if COLLECTOR_FROZEN in by_kind:
        if not hasattr(gc, "freeze"):
            raise LaneError(failure("setup", "unsupported", "this collector cannot be frozen"))
        gc.collect()
        gc.freeze()
    return [(copy.probe, copy.state, adopt) for copy, adopt in zip(copies, _adopters(by_kind, copies))]


def _adopters(by_kind: Container[str], copies: Sequence[_Copy]) -> Sequence[Optional[Callable[[], None]]]:
    """Return what makes each copy its worker's own in each new thread."""
    if OWN_MODULES not in by_kind or header.unknown() is not None:
        return [None] * len(copies)
    from . import ownership  # noqa: PLC0415 - only copies have owners to change

    roots = [[copy.probe.repeat(copy.state), copy.state] for copy in copies]
    return ownership.adopters(roots, [copy.modules for copy in copies])


def _nothing_collected(generation: int = 2) -> int:  # noqa: ARG001 - what it stands in for takes one
    """Stand in for ``gc.collect``; the number of objects found unreachable."""
    return 0


def _share(paths: Sequence[str], copies: List[_Copy], places: Sequence[Dict[str, Candidate]], state: str) -> None:
    """Put what the first copy has at these paths into the places that the others have it in."""
    for copy, of_copy in zip(copies[1:], places[1:]):
        for path in paths:
            if path == state:
                copy.state = copies[0].state
            elif not of_copy[path].puts:
                raise LaneError(
                    failure("setup", "missing", "nothing else can be put into the place of {}".format(path))
                )
            else:
                for put in of_copy[path].puts:
                    put(places[0][path].objects)


def _things(path: str, places: Sequence[Dict[str, Candidate]]) -> List[object]:
    """Return the objects at a path in all copies, each once."""
    return list({id(thing): thing for of_copy in places for thing in of_copy[path].objects}.values())


def _located(paths: Sequence[str], copy: _Copy, state: str) -> Dict[str, Candidate]:
    """Return what is at these paths in one copy.

    Raises:
        LaneError: nothing is at some of them, which are the lines of its detail.
    """
    for path in paths:
        if path.endswith(edges.SPEC):
            importlib.import_module(path[: -len(edges.SPEC)])  # as the work would have done by now
    found = candidates.found([copy.probe.repeat(copy.state)], state)
    if any(path not in found for path in paths):
        found = {**candidates.from_modules(copy.modules, None, MOST_REACHED), **found}
    missing = [path for path in dict.fromkeys(paths) if path not in found]
    if missing:
        reason = "there is no {} in a fresh process".format(", ".join(missing))
        raise LaneError(failure("setup", "missing", reason, "\n".join(missing)))
    return {path: found[path] for path in paths}


def _defer(path: str, things: Sequence[object]) -> None:
    """Defer the counting of references from threads' stacks.

    Raises:
        LaneError: this build cannot do it, or not for such an object.
    """
    import ctypes  # noqa: PLC0415 - seldom asked for

    call = getattr(ctypes.pythonapi, "PyUnstable_Object_EnableDeferredRefcount", None)
    if call is None:
        raise LaneError(failure("setup", "unsupported", "references can be deferred from 3.14 on"))
    if not all(call(ctypes.py_object(thing)) for thing in things):
        reason = "references to {} cannot be deferred: the collector does not track it".format(path)
        raise LaneError(failure("setup", "unsupported", reason))
