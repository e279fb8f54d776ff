"""A script's text, held against a name and arguments: what is not there, or cannot be called so, is refused.

Only what the text shows beyond doubt is refused. A name that a star import may bind, a decorator that may change the
arguments, or a class with bases elsewhere are left to the interpreter.
"""

from __future__ import annotations

import ast
import difflib
from typing import TYPE_CHECKING

from gilscope.errors import UsageError
from gilscope.workloads import definitions, measurable, signatures
from gilscope.workloads.measurable import FIXTURE
from gilscope.workloads.signatures import BINDING_KINDS

if TYPE_CHECKING:
    from gilscope.values.probes import Target
    from gilscope.workloads.definitions import Function

_KINDS: dict[type[ast.expr], str] = {
    ast.Dict: "a dict",
    ast.DictComp: "a dict",
    ast.List: "a list",
    ast.ListComp: "a list",
    ast.Set: "a set",
    ast.SetComp: "a set",
    ast.Tuple: "a tuple",
    ast.GeneratorExp: "a generator",
    ast.JoinedStr: "a string",
}
"""What is nothing to call, by the expression that makes it."""

WORKERS_ARGUMENT = "workers"
"""The parameter that is taken for a number of workers where no other is named."""

_WORKERS = ("worker", "job", "thread", "proc", "parallel", "concurren")
"""What names of parameters hold that are numbers of workers, mostly."""


def check(tree: ast.Module, label: str, name: str, arguments: str, *, has_state: bool) -> None:
    """Refuse a name that is not there, or cannot be called so.

    Args:
        tree: the script.
        label: what messages call the script.
        name: a function, a method behind its class and a dot, or a Timer.
        arguments: literals in parentheses.
        has_state: whether a setup's result goes before them.

    Raises:
        UsageError: what is wrong, and what was probably meant.
    """
    first, _, rest = name.partition(".")
    definition = definitions.find(tree.body, first)
    if definition is None:
        if not definitions.may_bind(tree, first):
            raise UsageError(_missing(tree, label, name))
    elif isinstance(definition, ast.ClassDef):
        _check_class(definition, label, name, arguments, has_state=has_state)
    elif not rest and isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        _check_function(definition, f"{label}:{name}", arguments, skipped=int(has_state))
    elif not rest and isinstance(definition, ast.expr):
        _check_value(definition, label, name, arguments, has_state=has_state)


def workers_argument(tree: ast.Module, label: str, target: Target, *, has_state: bool) -> str | None:
    """The parameter by which a callable is given its number of workers, None where it takes none.

    Args:
        tree: its script.
        label: what messages call it.
        target: the callable as it was typed, with the parameter that a person named, if one did.
        has_state: whether a setup's result goes before its arguments.

    Raises:
        UsageError: it has no parameter of the name that was given, or another value was given for it.
    """
    wanted = target.workers_argument
    shown = _parameters(tree, target.name, has_state=has_state)
    if shown is None:
        return wanted
    parameters, skipped = shown
    call = signatures.call_with(target.arguments)
    by_place = [item.arg for item in (*parameters.posonlyargs, *parameters.args)]
    given = {*by_place[: skipped + len(call.args)], *(keyword.arg for keyword in call.keywords)}
    by_name = [item.arg for item in (*parameters.args, *parameters.kwonlyargs) if item.arg not in by_place[:skipped]]
    if wanted is None:
        return WORKERS_ARGUMENT if WORKERS_ARGUMENT in by_name and WORKERS_ARGUMENT not in given else None
    if wanted in given:
        raise UsageError(f"{label}: {wanted} is given a value already: drop that, or --workers-arg {wanted}")
    if wanted not in by_name and parameters.kwarg is None:
        meant = [name for name in by_name if any(part in name for part in _WORKERS)]
        hint = f"takes {meant[0]}: --workers-arg {meant[0]}" if meant else f"takes ({', '.join(by_name)})"
        raise UsageError(f"{label} has no parameter {wanted}; it {hint}")
    return wanted


def _parameters(tree: ast.Module, name: str, *, has_state: bool) -> tuple[ast.arguments, int] | None:
    """The parameters of a callable, and how many of them others fill; None where its text does not show them."""
    first, _, method = name.partition(".")
    found = definitions.find(tree.body, first)
    if isinstance(found, ast.Lambda):
        return found.args, int(has_state)
    if isinstance(found, ast.ClassDef):
        found = definitions.find(found.body, method)
    if (
        not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef)
        or not definitions.decorators(found) <= BINDING_KINDS
    ):
        return None
    return found.args, signatures.skipped(found, has_state=has_state) if method else int(has_state)


def _missing(tree: ast.Module, label: str, name: str) -> str:
    near = difflib.get_close_matches(name, measurable.names(tree), n=1)
    hint = f"did you mean {label}:{near[0]}?" if near else measurable.offers(tree, label)
    return f"{label} has no {name}; {hint}"


def _check_class(node: ast.ClassDef, label: str, name: str, arguments: str, *, has_state: bool) -> None:
    """Refuse a class as a callable, or a method that it lacks or that cannot be called so."""
    _, _, method = name.partition(".")
    if not method:
        methods = [item for item in measurable.names(ast.Module([node], [])) if "." in item]
        hint = f"name a method: {label}:{methods[0]}" if methods else "name a method, or write a function that uses it"
        raise UsageError(f"{label}:{name} is a class, and making instances of it is seldom the question; {hint}")
    definition = definitions.find(node.body, method)
    if definition is None and definitions.shows_its_methods(node) and "." not in method:
        names = [item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
        near = difflib.get_close_matches(method, names, n=1)
        hint = f"did you mean {node.name}.{near[0]}?" if near else f"it has {', '.join(names) or 'none at all'}"
        raise UsageError(f"{label}: class {node.name} has no method {method}; {hint}")
    if isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        is_plain = definitions.decorators(definition).isdisjoint(BINDING_KINDS)
        if is_plain and not has_state and signatures.needs_arguments(node):
            raise UsageError(
                f"{label}: {node.name}() needs arguments, so that nobody can make one for {method}(): write a function "
                f"that returns one and name it with --setup {label}:function"
            )
        _check_function(
            definition, f"{label}:{name}", arguments, skipped=signatures.skipped(definition, has_state=has_state)
        )


def _check_value(value: ast.expr, label: str, name: str, arguments: str, *, has_state: bool) -> None:
    """Refuse a name at the top level whose value is nothing to call."""
    if isinstance(value, ast.Lambda):
        _check_call(value.args, f"{label}:{name}", arguments, skipped=int(has_state))
        return
    if definitions.is_timer(value) and (has_state or arguments != "()"):
        raise UsageError(f"{label}:{name} is a Timer, which has a setup and globals of its own, and takes no arguments")
    kind = _KINDS.get(type(value))
    if kind is None and isinstance(value, ast.Constant):
        kind = "nothing" if value.value is None else f"{type(value.value).__name__} {value.value!r:.40}"
    if kind is not None:
        raise UsageError(f"{label}:{name} is {kind}, and nothing to call; write a function that uses it")


def _check_function(node: Function, label: str, arguments: str, *, skipped: int) -> None:
    """Refuse a generator, and arguments that do not fit; the first ``skipped`` parameters are filled by others."""
    if definitions.decorators(node) - BINDING_KINDS:
        return
    if definitions.is_generator(node):
        consumer = "async for" if isinstance(node, ast.AsyncFunctionDef) else "list()"
        raise UsageError(
            f"{label} is a generator: calling it runs none of its body. Measure a function that runs it to its end, "
            f"with {consumer}"
        )
    _check_call(node.args, label, arguments, skipped=skipped)


def _check_call(parameters: ast.arguments, label: str, arguments: str, *, skipped: int) -> None:
    call = signatures.call_with(arguments)
    positional = [None] * (skipped + len(call.args))
    named = dict.fromkeys(keyword.arg for keyword in call.keywords if keyword.arg is not None)
    if FIXTURE in signatures.required(parameters):
        named[FIXTURE] = None
    try:
        signatures.signature(parameters).bind(*positional, **named)
    except TypeError as error:
        needed = ", ".join(signatures.required(parameters)[skipped:])
        example = f" It takes ({needed}): write {label.partition('(')[0]}(...), --arg name=value, or --setup." * bool(
            needed
        )
        raise UsageError(f"{label}{'' if arguments == '()' else arguments}: {error}.{example}") from None
