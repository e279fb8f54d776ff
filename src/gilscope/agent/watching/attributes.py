"""An instance's attributes by name, found without making the dict that most instances do without.

Asking for ``__dict__`` would make one, and the instance would be another than before: slower, and with a lock more. So
attributes are asked for by name. Names come from the class, which lists what its methods assign, and where something
is left that the instance holds, from all code of the class's module.
"""

from __future__ import annotations

import sys
from types import CodeType, FunctionType, MemberDescriptorType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, FrozenSet, Iterator, Sequence, Set

HEAP_TYPE = 1 << 9
INLINE_VALUES = 1 << 2
"""Flags of types: one made by a class statement, and one whose instances keep attributes without a dict."""

_used: Dict[str, FrozenSet[str]] = {}
"""Names that the code of modules uses, by module."""


def attributes(thing: Any, held: Sequence[object]) -> Dict[str, object]:  # noqa: ANN401 - anything at all
    """Return the attributes of an instance that it holds itself; ``held`` is all that it refers to."""
    kind = type(thing)
    in_class: Dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        in_class.update(vars(base))
    slots = [name for name, value in in_class.items() if type(value) is MemberDescriptorType]
    own_slots = slots if kind.__flags__ & HEAP_TYPE else []
    reached = {id(item) for item in held}
    for item in held:
        if type(item) is dict:
            reached.update(map(id, item.values()))
    names = {name: None for name in _listed(thing, held) if name not in in_class}
    found = _asked_for(thing, (*own_slots, *names), reached)
    if {id(item) for item in held} - {id(value) for value in found.values()} - {id(kind)}:
        further = (name for name in _used_in(kind.__module__) if name not in in_class)
        found.update(_asked_for(thing, further, reached))
    return found


def names_in(code: CodeType) -> Iterator[str]:
    """Yield the names that a function's code and the functions inside it use."""
    yield from getattr(code, "co_names", ())  # PyPy's built-in functions have none
    for constant in getattr(code, "co_consts", ()):
        if type(constant) is CodeType:
            yield from names_in(constant)


def _listed(thing: Any, held: Sequence[object]) -> Iterator[str]:  # noqa: ANN401 - anything at all
    """Yield names of attributes that classes list, or that a dict holds which is there already."""
    kind = type(thing)
    for base in kind.__mro__:
        yield from vars(base).get("__static_attributes__", ())
    dicts = [item for item in held if type(item) is dict]
    if not kind.__flags__ & INLINE_VALUES:
        dicts.append(getattr(thing, "__dict__", {}))
    for names in dicts:
        yield from (name for name in names if isinstance(name, str))


def _asked_for(thing: object, names: Any, reached: Set[int]) -> Dict[str, object]:  # noqa: ANN401 - an iterable
    """Return the attributes of these names, as far as they are what the instance holds."""
    found: Dict[str, object] = {}
    for name in names:
        try:
            value = object.__getattribute__(thing, name)
        except Exception:  # noqa: BLE001, S112 - an empty slot, or an attribute that was never set
            continue
        if id(value) in reached:
            found[name] = value
    return found


def _used_in(name: str) -> FrozenSet[str]:
    """Return the names that functions and methods of a module use."""
    if name not in _used:
        namespace = vars(sys.modules[name]) if name in sys.modules else {}
        classes = [value for value in list(namespace.values()) if isinstance(value, type)]
        values = [*list(namespace.values()), *(value for kind in classes for value in list(vars(kind).values()))]
        functions = [value for value in values if type(value) is FunctionType]
        _used[name] = frozenset(used for function in functions for used in names_in(function.__code__))
    return _used[name]
