"""A script's text: whether a name is there, whether it can be called so, and what could be measured instead.

Only what the text shows beyond doubt is refused. A name that a star import may bind, a decorator that may change the
arguments, or a class with bases elsewhere are left to the interpreter.
"""

from __future__ import annotations

import ast
import difflib
import inspect
from typing import TYPE_CHECKING

from gilscope.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.values.contests import Target

    Function = ast.FunctionDef | ast.AsyncFunctionDef

MOST_NAMES = 8
"""How many callables are listed where none was named."""

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

_BINDING_KINDS = {"staticmethod", "classmethod"}

WORKERS_ARGUMENT = "workers"
"""The parameter that is taken for a number of workers where no other is named."""

_WORKERS = ("worker", "job", "thread", "proc", "parallel", "concurren")
"""What names of parameters hold that are numbers of workers, mostly."""

FIXTURE = "benchmark"
"""The parameter of a test that gets a stand-in for pytest-benchmark's fixture; nobody has to fill it."""


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
    definition = _definition(tree.body, first)
    if definition is None:
        if not _may_bind(tree, first):
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
    call = _call(target.arguments)
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


def measurable(tree: ast.Module) -> tuple[str, ...]:
    """Names that can be measured as they stand: functions, methods and tests in order, then Timers and lambdas."""
    names: list[str] = []
    values: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names += [node.name] if _runs_alone(node, skipped=0) else []
        elif isinstance(node, ast.ClassDef):
            names += [
                f"{node.name}.{method.name}"
                for method in _measurable_methods(node)
                if _runs_alone(method, skipped=_bound(method))
            ]
        elif isinstance(node, ast.Assign) and _runs_itself(node.value):
            values += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return (*names, *values)


def function(tree: ast.Module, name: str) -> Function | None:
    """A function's text, or that of a method behind its class and a dot; None where the script shows none."""
    first, _, method = name.partition(".")
    definition = _definition(tree.body, first)
    if method and isinstance(definition, ast.ClassDef):
        definition = _definition(definition.body, method)
    return definition if isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef) else None


def unfilled(node: Function, arguments: str, *, is_method: bool) -> list[str]:
    """The names of the parameters without a default that a call with these literals leaves open."""
    call = _call(arguments)
    open_names = _required(node.args)[(_bound(node) if is_method else 0) + len(call.args) :]
    return [name for name in open_names if name not in {keyword.arg for keyword in call.keywords}]


def decorators(node: Function) -> set[str]:
    """The decorators of a function as text."""
    return {ast.unparse(decorator) for decorator in node.decorator_list}


def offers(tree: ast.Module, label: str) -> str:
    """The names of a script that could be measured, in words."""
    names = measurable(tree)
    as_program = f"; as a program: --command 'python {label}'" if is_program(tree) else ""
    if not names:
        return f"nothing in it can be called without arguments: write {label}:function(arguments){as_program}"
    commands = ", ".join(f"{label}:{name}" for name in names[:MOST_NAMES])
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"what could be measured: {commands}{more}{as_program}"


def is_program(tree: ast.Module) -> bool:
    """Whether a script does something when it is run, behind a comparison of its name with ``__main__``."""
    guards = (node.test for node in tree.body if isinstance(node, ast.If))
    return any("__name__" in (text := ast.unparse(guard)) and "__main__" in text for guard in guards)


def imports_relatively(tree: ast.Module) -> bool:
    """Whether a script imports from its own package."""
    return any(isinstance(node, ast.ImportFrom) and node.level > 0 for node in ast.walk(tree))


def _definition(body: list[ast.stmt], name: str) -> ast.stmt | ast.expr | None:
    """The last thing at the top level that binds a name: function, class, or an assignment's value."""
    found: ast.stmt | ast.expr | None = None
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
            found = node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            bound = node.targets if isinstance(node, ast.Assign) else [node.target]
            found = node.value if any(_is_name(target, name) for target in bound) else found
    return found


def _parameters(tree: ast.Module, name: str, *, has_state: bool) -> tuple[ast.arguments, int] | None:
    """The parameters of a callable, and how many of them others fill; None where its text does not show them."""
    first, _, method = name.partition(".")
    found = _definition(tree.body, first)
    if isinstance(found, ast.Lambda):
        return found.args, int(has_state)
    if isinstance(found, ast.ClassDef):
        found = _definition(found.body, method)
    if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef) or not decorators(found) <= _BINDING_KINDS:
        return None
    return found.args, _skipped(found, has_state=has_state) if method else int(has_state)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _may_bind(tree: ast.Module, name: str) -> bool:
    """Whether a script binds a name somewhere, or in a way that its text does not show."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            bound = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
            if bound & {name, "*"}:
                return True
        elif isinstance(node, ast.Name):
            if node.id in {"exec", "setattr"} or (node.id == name and isinstance(node.ctx, ast.Store)):
                return True
        elif (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)) or isinstance(node, ast.Attribute):
            if ast.unparse(node.value) == "globals()":
                return True
        elif isinstance(node, ast.FunctionDef) and node.name == "__getattr__":
            return True
    # inside a branch: if sys.version_info ..., try: ... except ImportError: ...
    nested = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    branches = [node for node in tree.body if isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While)]
    return any(isinstance(node, nested) and node.name == name for branch in branches for node in ast.walk(branch))


def _missing(tree: ast.Module, label: str, name: str) -> str:
    near = difflib.get_close_matches(name, measurable(tree), n=1)
    hint = f"did you mean {label}:{near[0]}?" if near else offers(tree, label)
    return f"{label} has no {name}; {hint}"


def _check_class(node: ast.ClassDef, label: str, name: str, arguments: str, *, has_state: bool) -> None:
    """Refuse a class as a callable, or a method that it lacks or that cannot be called so."""
    _, _, method = name.partition(".")
    if not method:
        methods = [item for item in measurable(ast.Module([node], [])) if "." in item]
        hint = f"name a method: {label}:{methods[0]}" if methods else "name a method, or write a function that uses it"
        raise UsageError(f"{label}:{name} is a class, and making instances of it is seldom the question; {hint}")
    definition = _definition(node.body, method)
    if definition is None and _shows_its_methods(node) and "." not in method:
        names = [item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
        near = difflib.get_close_matches(method, names, n=1)
        hint = f"did you mean {node.name}.{near[0]}?" if near else f"it has {', '.join(names) or 'none at all'}"
        raise UsageError(f"{label}: class {node.name} has no method {method}; {hint}")
    if isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        is_plain = decorators(definition).isdisjoint(_BINDING_KINDS)
        if is_plain and not has_state and _needs_arguments(node):
            raise UsageError(
                f"{label}: {node.name}() needs arguments, so that nobody can make one for {method}(): write a function "
                f"that returns one and name it with --setup {label}:function"
            )
        _check_function(definition, f"{label}:{name}", arguments, skipped=_skipped(definition, has_state=has_state))


def _check_value(value: ast.expr, label: str, name: str, arguments: str, *, has_state: bool) -> None:
    """Refuse a name at the top level whose value is nothing to call."""
    if isinstance(value, ast.Lambda):
        _check_call(value.args, f"{label}:{name}", arguments, skipped=int(has_state))
        return
    if _is_timer(value) and (has_state or arguments != "()"):
        raise UsageError(f"{label}:{name} is a Timer, which has a setup and globals of its own, and takes no arguments")
    kind = _KINDS.get(type(value))
    if kind is None and isinstance(value, ast.Constant):
        kind = "nothing" if value.value is None else f"{type(value.value).__name__} {value.value!r:.40}"
    if kind is not None:
        raise UsageError(f"{label}:{name} is {kind}, and nothing to call; write a function that uses it")


def _check_function(node: Function, label: str, arguments: str, *, skipped: int) -> None:
    """Refuse a generator, and arguments that do not fit; the first ``skipped`` parameters are filled by others."""
    if decorators(node) - _BINDING_KINDS:
        return
    if _is_generator(node):
        consumer = "async for" if isinstance(node, ast.AsyncFunctionDef) else "list()"
        raise UsageError(
            f"{label} is a generator: calling it runs none of its body. Measure a function that runs it to its end, "
            f"with {consumer}"
        )
    _check_call(node.args, label, arguments, skipped=skipped)


def _call(arguments: str) -> ast.Call:
    """A call with these arguments."""
    call = ast.parse(f"f{arguments}", mode="eval").body
    assert isinstance(call, ast.Call)  # noqa: S101 - they have been read before
    return call


def _check_call(parameters: ast.arguments, label: str, arguments: str, *, skipped: int) -> None:
    call = _call(arguments)
    positional = [None] * (skipped + len(call.args))
    named = dict.fromkeys(keyword.arg for keyword in call.keywords if keyword.arg is not None)
    if FIXTURE in _required(parameters):
        named[FIXTURE] = None
    try:
        _signature(parameters).bind(*positional, **named)
    except TypeError as error:
        needed = ", ".join(_required(parameters)[skipped:])
        example = f" It takes ({needed}): write {label.partition('(')[0]}(...), --arg name=value, or --setup." * bool(
            needed
        )
        raise UsageError(f"{label}{'' if arguments == '()' else arguments}: {error}.{example}") from None


def _signature(parameters: ast.arguments) -> inspect.Signature:
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


def _required(parameters: ast.arguments) -> list[str]:
    """The names of the parameters without a default, in order."""
    empty = inspect.Parameter.empty
    variadic = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    of_signature = _signature(parameters).parameters.values()
    return [item.name for item in of_signature if item.default is empty and item.kind not in variadic]


def _runs_alone(node: Function, *, skipped: int) -> bool:
    """Whether a function needs no arguments, or is a test that calls the fixture and gets all others from pytest."""
    needed = _required(node.args)[skipped:]
    is_fixture = any("fixture" in decorator for decorator in decorators(node))
    return not is_fixture and not _is_generator(node) and (not needed or FIXTURE in needed)


def _runs_itself(value: ast.expr) -> bool:
    """Whether a value at the top level is a Timer, or a lambda that needs no arguments."""
    return _is_timer(value) or (isinstance(value, ast.Lambda) and not _required(value.args))


def _is_timer(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) in {"Timer", "timeit.Timer"}


def _bound(method: Function) -> int:
    """How many parameters a method gets from being bound: none where it is static."""
    return 0 if "staticmethod" in decorators(method) else 1


def _skipped(method: Function, *, has_state: bool) -> int:
    """How many parameters of a method are filled by an instance, by its class or by a state."""
    if decorators(method).isdisjoint(_BINDING_KINDS):
        return 1  # a state takes the place of the instance
    return _bound(method) + has_state


def _measurable_methods(node: ast.ClassDef) -> list[Function]:
    """The public methods of a class whose instances can be made without arguments, or the tests of a unittest case."""
    methods = [item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
    if _is_case(node):
        return [method for method in methods if method.name.startswith("test")]
    if node.bases or node.decorator_list or _needs_arguments(node):
        return []
    return [method for method in methods if not method.name.startswith("_")]


def _is_case(node: ast.ClassDef) -> bool:
    """Whether a class is a case of unittest's beyond doubt."""
    return [ast.unparse(base) for base in node.bases] in (["TestCase"], ["unittest.TestCase"])


def _shows_its_methods(node: ast.ClassDef) -> bool:
    """Whether a class has no methods to measure but those that its text shows."""
    return (not node.bases or _is_case(node)) and not _has_getattr(node)


def _needs_arguments(node: ast.ClassDef) -> bool:
    """Whether making an instance needs arguments beyond doubt: it has an ``__init__`` of its own that does."""
    init = _definition(node.body, "__init__")
    return isinstance(init, ast.FunctionDef) and not decorators(init) and len(_required(init.args)) > 1


def _has_getattr(node: ast.ClassDef) -> bool:
    return _definition(node.body, "__getattr__") is not None or bool(node.keywords) or bool(node.decorator_list)


def _is_generator(node: Function) -> bool:
    """Whether a function yields, in its own body and not in one that it defines."""
    return any(isinstance(item, ast.Yield | ast.YieldFrom) for item in _own_nodes(node))


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own_nodes(child)
