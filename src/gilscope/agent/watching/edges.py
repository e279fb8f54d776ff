"""The steps of a walk over objects: what each leads to, and by which path.

From a function they lead to the globals that the names in its code stand for, to cells of its closure and its defaults,
from there to attributes, items and classes.
"""

from __future__ import annotations

import builtins
import gc
import sys
from collections import deque
from functools import partial
from itertools import islice
from operator import setitem
from types import (
    BuiltinMethodType,
    ClassMethodDescriptorType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    WrapperDescriptorType,
)

from .attributes import HEAP_TYPE, attributes, names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, Optional, Sequence

    Put = Callable[[Sequence[object]], None]
    """Puts other objects into the places where these were found."""

FEW = 8
"""A container of no more values than this has them named one by one."""
SOME = 64
"""Of no more containers or instances than this in one container the walk goes on to what each of them holds."""
MANY = 1000
"""Values of one container that are looked at, at the most."""
LONGEST_KEY = 30

ATOMS = (int, float, complex, str, bytes, type(None), type(Ellipsis), range, slice)
SEQUENCES = (list, tuple, deque)
COLLECTIONS = (set, frozenset)
CONTAINERS = (dict, *SEQUENCES, *COLLECTIONS)
LEAVES = {
    CodeType,
    ModuleType,
    ClassMethodDescriptorType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
} - {FunctionType, MethodType, BuiltinMethodType}
"""Classes of objects that lead nowhere: they are not asked what they hold, since that stops all threads.

Most are methods and attributes of classes written in C. PyPy has functions for some of those.
"""
SPEC = ".__spec__"
"""What the path of a module's spec ends with."""
UNUSUAL = frozenset(
    (
        "__annotations__",
        "__dict__",
        "__doc__",
        "__firstlineno__",
        "__module__",
        "__static_attributes__",
        "__type_params__",
        "__weakref__",
    )
)
"""Names in classes and functions that no work is known to fight over."""


class Edge:
    """A step of the walk: what it leads to, by which path, and how to put something else there.

    Of a group, ``members`` are those from which the walk goes on, by their paths.
    """

    __slots__ = ("group", "members", "module", "objects", "path", "put")

    def __init__(
        self, path: str, objects: Sequence[object], put: Optional[Put] = None, group: str = "", module: str = ""
    ) -> None:
        self.path = path
        self.objects = objects
        self.put = put
        self.group = group
        self.module = module
        self.members: Dict[str, object] = {} if group else {path: objects[0]}


def children(path: str, thing: Any, home: Optional[str]) -> Iterator[Edge]:  # noqa: ANN401 - anything at all
    """Yield what an object leads to in one step; paths name modules other than ``home``."""
    kind = type(thing)
    if isinstance(thing, ATOMS) or kind in LEAVES:
        return
    if kind is FunctionType:
        yield from _of_function(path, thing, home)
    elif kind in {MethodType, BuiltinMethodType}:
        owner = path_of_owner(path, thing)
        if owner:
            yield Edge(owner, [thing.__self__])
        if kind is MethodType:
            yield Edge(path + ".__func__", [thing.__func__])
    elif kind in {staticmethod, classmethod, property}:
        functions = (getattr(thing, name, None) for name in ("__func__", "fget", "fset"))
        yield from (Edge(path, [function]) for function in functions if function is not None)
    elif isinstance(thing, type):
        yield from _of_class(path, thing, home)
    else:
        yield from _of_instance(path, thing, home)


def _of_function(path: str, function: FunctionType, home: Optional[str]) -> Iterator[Edge]:
    """Yield globals, cells and defaults that a function's code can use."""
    yield from _globals(function, home)
    yield _namespace(function, home)
    outer = function.__qualname__.rpartition(".")[0]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        if content(cell) is not cell:
            put = single(partial(setattr, cell, "cell_contents"))
            yield Edge("closure of {}.{}".format(outer, name), [content(cell)], put)
    by_place = function.__code__.co_varnames[: function.__code__.co_argcount]
    defaults = function.__defaults__ or ()
    by_name = [*zip(by_place[len(by_place) - len(defaults) :], defaults), *(function.__kwdefaults__ or {}).items()]
    yield from (Edge("default {} of {}".format(name, path), [value]) for name, value in by_name)
    for name, value in vars(function).items():
        if name not in UNUSUAL:
            yield Edge("{}.{}".format(path, name), [value])


def _namespace(function: FunctionType, home: Optional[str]) -> Edge:
    """Return the dict of a function's globals, which whoever writes a global locks; the walk ends there."""
    module = function.__globals__.get("__name__") or ""
    edge = Edge("globals()" if module == home else "vars({})".format(module), [function.__globals__], module=module)
    edge.members = {}
    return edge


def _globals(function: FunctionType, home: Optional[str]) -> Iterator[Edge]:
    """Yield what the names in a function's code stand for: globals, modules with what is used of them, built-ins."""
    namespace = function.__globals__
    module = namespace.get("__name__")
    names = list(dict.fromkeys(names_in(function.__code__)))
    for name in names:
        value = namespace.get(name, sys.modules.get(name))
        if type(value) is ModuleType:
            if name not in namespace:  # it is imported inside the function, each time by way of its spec
                yield Edge(name + SPEC, [value.__spec__])
            yield from _of_module(name, value, names)
        elif name in namespace:
            put = single(partial(setitem, namespace, name))
            yield Edge(_placed(module, name, home), [value], put, module=module or "")
        elif hasattr(builtins, name):
            yield Edge(name, [getattr(builtins, name)])


def _of_module(path: str, module: Any, names: Sequence[str]) -> Iterator[Edge]:  # noqa: ANN401 - its type has no items
    """Yield what the names in a function's code can mean in a module that it uses."""
    namespace = vars(module)
    for name in names:
        value = namespace.get(name)
        if type(value) is ModuleType:
            if value is not module:
                yield from _of_module("{}.{}".format(path, name), value, [other for other in names if other != name])
        elif name in namespace:
            put = single(partial(setitem, namespace, name))
            yield Edge("{}.{}".format(path, name), [value], put, module=module.__name__)


def _of_class(path: str, kind: type, home: Optional[str]) -> Iterator[Edge]:
    """Yield attributes and methods of a class that a class statement made, and of its bases."""
    if not kind.__flags__ & HEAP_TYPE:
        return
    for name, value in list(vars(kind).items()):
        if name not in UNUSUAL:
            yield Edge("{}.{}".format(path, name), [value], single(partial(setattr, kind, name)))
    for base in kind.__bases__:
        if base.__flags__ & HEAP_TYPE:
            yield Edge(_placed(base.__module__, base.__qualname__, home), [base])


def _of_instance(path: str, thing: Any, home: Optional[str]) -> Iterator[Edge]:  # noqa: ANN401 - anything at all
    """Yield items, attributes, the class, and what else an object holds."""
    kind = type(thing)
    yield from _items(path, thing)
    if kind in CONTAINERS:
        return
    held = gc.get_referents(thing)
    named = attributes(thing, held)
    for name, value in named.items():
        yield Edge("{}.{}".format(path, name), [value], single(partial(setattr, thing, name)))
    dicts = (item for item in held if type(item) is dict)
    own = next((item for item in dicts if any(item.get(key) is named[key] for key in named)), None)
    if own is not None:
        edge = Edge(path + ".__dict__", [own])
        edge.members = {}  # which have been named
        yield edge
    if kind.__flags__ & HEAP_TYPE and not _is_of_python(kind):
        yield Edge(_placed(kind.__module__, kind.__qualname__, home), [kind])
    known = {id(value) for value in (*named.values(), own, kind)}
    for item in held[:FEW] if not isinstance(thing, CONTAINERS) else ():
        if id(item) not in known and not isinstance(item, (*ATOMS, type, ModuleType)):
            yield Edge("{} inside {}".format(type(item).__name__, path), [item])


def _items(path: str, thing: Any) -> Iterator[Edge]:  # noqa: ANN401 - anything at all can be reached
    """Yield what a container holds."""
    if isinstance(thing, dict):
        keys = list(islice(thing, MANY))
        yield from _of_container(path, thing, keys, [thing[key] for key in keys])
        yield from _grouped("the keys of " + path, [key for key in keys if type(key) not in {str, int}], None)
    elif isinstance(thing, SEQUENCES):
        values = list(islice(thing, MANY))
        yield from _of_container(path, None if isinstance(thing, tuple) else thing, range(len(values)), values)
    elif isinstance(thing, COLLECTIONS):
        yield from _grouped("the values of " + path, list(islice(thing, MANY)), None)


def _of_container(path: str, container: Any, keys: Sequence[Any], values: Sequence[object]) -> Iterator[Edge]:  # noqa: ANN401
    """Yield the values of a container one by one where they are few, and together where they are many."""
    places = {"{}[{}]".format(path, text): place for place, text in enumerate(map(_key, keys)) if text is not None}
    if len(values) <= FEW:
        for name, place in places.items():
            put = None if container is None else single(partial(setitem, container, keys[place]))
            yield Edge(name, [values[place]], put)
        return
    inside = {name: values[place] for name, place in places.items() if not isinstance(values[place], ATOMS)}
    held = None if container is None else partial(_put_all, container, keys)
    for edge in _grouped("the values of " + path, values, held):
        edge.members = inside if len(inside) <= SOME else {}
        yield edge


def _grouped(path: str, values: Sequence[object], put: Optional[Put]) -> Iterator[Edge]:
    """Yield values of a container as one candidate, named by their number and kind."""
    if len(values) > 1:
        kinds = {type(value).__name__ for value in values}
        yield Edge(path, values, put, "{} {}s".format(len(values), kinds.pop() if len(kinds) == 1 else "object"))


def _put_all(container: Any, keys: Sequence[Any], values: Sequence[object]) -> None:  # noqa: ANN401 - any container
    for key, value in zip(keys, values):
        container[key] = value


def single(put: Callable[[Any], None]) -> Put:
    """Return what puts the first of several objects."""
    return lambda values: put(values[0])


def _key(key: object) -> Optional[str]:
    """Return a key as code has it, None where no short text stands for it."""
    if type(key) is str:
        text = '"{}"'.format(key.replace("\\", "\\\\").replace('"', '\\"'))
    elif isinstance(key, ATOMS):
        text = repr(key)
    else:
        return None
    return text if text.isprintable() and len(text) <= LONGEST_KEY else None


def content(cell: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    """Return what a cell holds, itself where it is empty."""
    try:
        return cell.cell_contents
    except ValueError:
        return cell


def path_of_owner(path: str, thing: Any) -> str:  # noqa: ANN401 - anything at all
    """Return the path of a method's object, by its name in the method's module if it has one; else empty."""
    owner = thing.__self__ if type(thing) in {MethodType, BuiltinMethodType} else None
    if owner is None or type(owner) is ModuleType:
        return ""
    place = path.rpartition(".")[0]
    module = sys.modules.get(place)
    names = [] if module is None else [name for name, value in vars(module).items() if value is owner]
    return "{}.{}".format(place, names[0]) if names else path + ".__self__"


def _placed(module: Optional[str], name: str, home: Optional[str]) -> str:
    """Return a global's name, behind that of its module where the code of ``home`` needs one."""
    return name if module in {None, home, "builtins"} else "{}.{}".format(module, name)


def _is_of_python(kind: type) -> bool:
    """Return whether a class comes with Python, so that its own attributes are nobody's suspicion."""
    return kind.__module__.partition(".")[0] in getattr(sys, "stdlib_module_names", ())
