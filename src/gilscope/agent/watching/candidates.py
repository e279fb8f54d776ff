"""Objects that several workers can reach, each under the path that a reader of the code would write.

The walk begins at what the workers call. It follows the names in the code to the globals that they stand for, cells of
closures, defaults and arguments, and from there attributes, items and classes, a few levels deep.

    CONFIG["limits"]                  an item              make.<locals>.counter      a cell of a closure
    SHARED.table                      an attribute         mypkg.cache._entries       a global of another module
    the values of TABLE               what a container holds, where its values are many

Every way to an object is kept, so that another can be put in its place.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from operator import setitem
from types import FunctionType, MethodType, ModuleType

from .edges import ATOMS, Edge, children, content, single

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Set

    from .edges import Put

OURS = __name__.partition(".")[0]
MOST = 4000
"""Candidates that a walk from what workers call ends with."""


class Candidate:
    """An object, or the values of a container, by the first path to it.

    Each of its ``puts`` is a place that holds it. A ``group`` says what the values of a container are, and ``module``
    where the path begins.
    """

    __slots__ = ("group", "module", "objects", "path", "puts")

    def __init__(self, path: str, objects: Sequence[object], group: str = "", module: str = "") -> None:
        self.path = path
        self.objects = objects
        self.group = group
        self.module = module
        self.puts: List[Put] = []


def found(repeats: Sequence[object], state: str = "") -> Dict[str, Candidate]:
    """Return what all workers can reach, by path; ``state`` names what makes their first argument.

    Args:
        repeats: what each worker runs. What only the first of them reaches is its own, and no candidate.
        state: a path for the first argument, empty where it has no name.
    """
    walk, *further = (_walk_from(repeat, state) for repeat in repeats[:2])
    if further:
        others = further[0].reached
        return {path: one for path, one in walk.candidates.items() if all(id(thing) in others for thing in one.objects)}
    return walk.candidates


def _walk_from(repeat: object, state: str) -> Walk:
    edges = list(roots(repeat, state))
    called = (edge.objects[0] for edge in edges if callable(edge.objects[0]))
    return Walk(edges, MOST, home=next((getattr(thing, "__module__", None) for thing in called), None))


class Walk:
    """A walk over objects, breadth first; it names each by the first path and keeps it alive."""

    def __init__(
        self, edges: Iterable[Edge], most: int, *, wanted: Optional[Set[int]] = None, home: Optional[str] = None
    ) -> None:
        """Walk until ``most`` candidates are named, or all objects are whose ids are ``wanted``.

        Globals of the module ``home`` are called by their names alone.
        """
        self.candidates: Dict[str, Candidate] = {}
        self.reached: Dict[int, object] = {}
        self._home = home
        self._by_id: Dict[int, Candidate] = {}
        self._wanted = None if wanted is None else set(wanted)
        self._most = most
        self._follow(deque(edges))

    def _follow(self, edges: deque[Edge]) -> None:
        while edges and len(self.candidates) < self._most and self._wanted != set():
            edge = edges.popleft()
            known = self._by_id.get(id(edge.objects[0]))
            if known is not None and len(known.objects) == len(edge.objects):
                if edge.put is not None:
                    known.puts.append(edge.put)
                continue
            if edge.path in self.candidates:
                continue
            candidate = self.candidates[edge.path] = Candidate(edge.path, edge.objects, edge.group, edge.module)
            if edge.put is not None:
                candidate.puts.append(edge.put)
            for thing in edge.objects:
                self._by_id.setdefault(id(thing), candidate)
                self.reached[id(thing)] = thing
                if self._wanted is not None:
                    self._wanted.discard(id(thing))
            for path, member in edge.members.items():
                for child in children(path, member, self._home):
                    child.module = child.module or edge.module
                    edges.append(child)


def roots(repeat: object, state: str) -> Iterator[Edge]:
    """Yield what a worker calls and with what, from behind the agent's own functions around it."""
    seen: Set[int] = set()
    behind = [repeat]
    while behind:
        thing = behind.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, partial):
            behind.append(thing.func)
            yield from _arguments(thing, state)
        elif isinstance(thing, MethodType):
            behind.append(thing.__func__)
            yield Edge("{}()".format(type(thing.__self__).__qualname__), [thing.__self__])
        elif isinstance(thing, FunctionType) and _is_ours(thing.__module__):
            behind.extend(content(cell) for cell in thing.__closure__ or () if not isinstance(content(cell), ATOMS))
        elif _is_ours(type(thing).__module__):
            behind.extend(value for value in getattr(thing, "__dict__", {}).values() if callable(value))
        elif callable(thing):
            yield Edge(getattr(thing, "__qualname__", type(thing).__qualname__).rpartition(".")[2], [thing])


def _arguments(called: Any, state: str) -> Iterator[Edge]:  # noqa: ANN401 - a partial of anything
    """Yield what a work is called with, by place and by name."""
    for place, argument in enumerate(called.args):
        yield Edge(state if state and not place else "argument {}".format(place + 1), [argument])
    for name, argument in called.keywords.items():
        yield Edge("argument {}".format(name), [argument])


def from_modules(modules: Dict[str, Any], wanted: Optional[Set[int]], most: int) -> Dict[str, Candidate]:
    """Return wanted objects, or all, by the shortest path from a module, as far as one leads to them."""
    own = [(name, module) for name, module in modules.items() if type(module) is ModuleType and not _is_ours(name)]
    edges = (
        Edge("{}.{}".format(name, key), [value], single(partial(setitem, vars(module), key)), module=name)
        for name, module in sorted(own, key=lambda item: (item[0].count("."), len(item[0])))
        for key, value in list(vars(module).items())
        if type(value) is not ModuleType and key != "__builtins__"
    )
    walk = Walk(edges, most, wanted=wanted)
    if wanted is None:
        return walk.candidates
    return {path: one for path, one in walk.candidates.items() if any(id(thing) in wanted for thing in one.objects)}


def _is_ours(module: Optional[str]) -> bool:
    return module is not None and (module == OURS or module.startswith(OURS + "."))
