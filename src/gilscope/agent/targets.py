"""A person's own work, found by name in a file or a module, and the literals to call it with."""

from __future__ import annotations

import importlib
import os
import sys

from . import modules, on_path, unittest_case
from .fault import LaneError, failure, raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Tuple

    from .records import TargetOrder


_loaded: Dict[str, Dict[str, Any]] = {}
"""What files define that were run before: work, its setup and other roles of one file share one module."""


def found(order: TargetOrder, *, has_state: bool) -> Any:  # noqa: ANN401 - anything may have that name
    """Import what an order names and return it; a method is bound to a new instance unless a state follows.

    Raises:
        LaneError: it cannot be imported, or is not there.
    """
    if on_path.FOLDER not in sys.path:
        sys.path.append(on_path.FOLDER)
    namespace = _namespace(order)
    first, *rest = order["name"].split(".")
    if first not in namespace:
        raise LaneError(failure("load", "missing", _missing(order, first, list(namespace))))
    value = namespace[first]
    for name in rest:
        value = _attribute(order, value, name, has_state=has_state)
    return value


def checked(order: TargetOrder, value: Any) -> Callable[..., Any]:  # noqa: ANN401 - anything may have that name
    """Return what an order names as something to call.

    Raises:
        LaneError: it cannot be called.
    """
    if not callable(value):
        reason = "{} is a {}, and nothing to call".format(order["name"], type(value).__name__)
        raise LaneError(failure("load", "missing", reason))
    return value  # type: ignore[no-any-return]  # what a script defines has no type here


def arguments(order: TargetOrder) -> Tuple[Tuple[Any, ...], Dict[str, Any]]:
    """Return the literals that the callable gets, by place and by name."""
    if order["arguments"] == "()":
        return (), {}
    import ast  # noqa: PLC0415 - few callables get any

    call = ast.parse("f" + order["arguments"], mode="eval").body
    assert isinstance(call, ast.Call)  # noqa: S101 - the controller has read it
    named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords if keyword.arg is not None}
    return tuple(map(ast.literal_eval, call.args)), named


def forget() -> None:
    """Let every file be run anew."""
    _loaded.clear()


def _namespace(order: TargetOrder) -> Dict[str, Any]:
    """Return all that the file or the module defines."""
    if order["module"] is None:
        path = order["path"]
        assert path is not None  # noqa: S101 - one of both is there
        if path not in _loaded:
            sys.path += [folder for folder in order["search"] if folder not in sys.path]
            _loaded[path] = modules.load(path)
        return _loaded[path]
    place = len(sys.path) if order["installed"] else 0
    sys.path[place:place] = [folder for folder in order["search"] if folder not in sys.path]
    sys.argv = [order["path"] or order["module"]]
    try:
        return vars(importlib.import_module(order["module"]))
    except BaseException as error:
        raise LaneError(raised("load", error)) from error


def _attribute(order: TargetOrder, owner: Any, name: str, *, has_state: bool) -> Any:  # noqa: ANN401 - anything
    """Return an attribute; a plain method is bound to a new instance where no state takes its place.

    Raises:
        LaneError: it is not there, or no instance can be made.
    """
    if not hasattr(owner, name):
        raise LaneError(failure("load", "missing", _missing(order, name, dir(owner))))
    if not isinstance(owner, type) or has_state or not _is_plain_method(owner, name):
        return getattr(owner, name)
    try:
        return getattr(owner(name) if unittest_case.is_case(owner) else owner(), name)
    except BaseException as error:
        raise LaneError(raised("setup", error)) from error


def _is_plain_method(owner: type, name: str) -> bool:
    """Whether a class's attribute is a function that is called on an instance."""
    raw = next(vars(base)[name] for base in owner.__mro__ if name in vars(base))
    return isinstance(raw, type(_is_plain_method))


def _missing(order: TargetOrder, name: str, names: List[str]) -> str:
    import difflib  # noqa: PLC0415 - only needed to word an error

    where = order["module"] or os.path.basename(order["path"] or "")
    near = difflib.get_close_matches(name, [key for key in names if not key.startswith("__")], n=1)
    hint = "; did you mean {}?".format(near[0]) if near else ""
    return "{} has no {}{}".format(where, order["name"], hint)
