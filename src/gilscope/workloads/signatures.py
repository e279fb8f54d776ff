"""How a callable can be called, by its text: its parameters, and those that an instance or a state fills."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

from gilscope.workloads import definitions

if TYPE_CHECKING:
    from gilscope.workloads.definitions import Function

BINDING_KINDS = {"staticmethod", "classmethod"}
"""Decorators that change what a method is bound to, and no other argument."""


def unfilled(node: Function, arguments: str, *, is_method: bool) -> list[str]:
    """The names of the parameters without a default that a call with these literals leaves open."""
    call = call_with(arguments)
    open_names = required(node.args)[(bound(node) if is_method else 0) + len(call.args) :]
    return [name for name in open_names if name not in {keyword.arg for keyword in call.keywords}]


def call_with(arguments: str) -> ast.Call:
    """A call with these arguments."""
    call = ast.parse(f"f{arguments}", mode="eval").body
    assert isinstance(call, ast.Call)  # noqa: S101 - they have been read before
    return call


def signature(parameters: ast.arguments) -> inspect.Signature:
    """The signature of a function's text; defaults are there or not, whatever their values."""
    kinds = inspect.Parameter
    plain = [*parameters.posonlyargs, *parameters.args]
    first_default = len(plain) - len(parameters.defaults)
    made = [
        kinds(
            item.arg,
            kinds.POSITIONAL_ONLY if place < len(parameters.posonlyargs) else kinds.POSITIONAL_OR_KEYWORD,
            default=None if place >= first_default else kinds.empty,
        )
        for place, item in enumerate(plain)
    ]
    if parameters.vararg is not None:
        made.append(kinds(parameters.vararg.arg, kinds.VAR_POSITIONAL))
    made += [
        kinds(item.arg, kinds.KEYWORD_ONLY, default=kinds.empty if default is None else None)
        for item, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True)
    ]
    if parameters.kwarg is not None:
        made.append(kinds(parameters.kwarg.arg, kinds.VAR_KEYWORD))
    return inspect.Signature(made)


def required(parameters: ast.arguments) -> list[str]:
    """The names of the parameters without a default, in order."""
    empty = inspect.Parameter.empty
    variadic = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    of_signature = signature(parameters).parameters.values()
    return [item.name for item in of_signature if item.default is empty and item.kind not in variadic]


def bound(method: Function) -> int:
    """How many parameters a method gets from being bound: none where it is static."""
    return 0 if "staticmethod" in definitions.decorators(method) else 1


def skipped(method: Function, *, has_state: bool) -> int:
    """How many parameters of a method are filled by an instance, by its class or by a state."""
    if definitions.decorators(method).isdisjoint(BINDING_KINDS):
        return 1  # a state takes the place of the instance
    return bound(method) + has_state


def needs_arguments(node: ast.ClassDef) -> bool:
    """Whether making an instance needs arguments beyond doubt: it has an ``__init__`` of its own that does."""
    init = definitions.find(node.body, "__init__")
    return isinstance(init, ast.FunctionDef) and not definitions.decorators(init) and len(required(init.args)) > 1
