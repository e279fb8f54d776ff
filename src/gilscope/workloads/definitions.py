"""What a script defines, by its text: names, what they are bound to, and what functions and classes are like."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from gilscope.workloads.texts import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    Function = ast.FunctionDef | ast.AsyncFunctionDef


def function(tree: ast.Module, name: str) -> Function | None:
    """A function's text, or that of a method behind its class and a dot; None where the script shows none."""
    first, _, method = name.partition(".")
    definition = find(tree.body, first)
    if method and isinstance(definition, ast.ClassDef):
        definition = find(definition.body, method)
    return definition if isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef) else None


def is_coroutine(tree: ast.Module, name: str) -> bool:
    """Whether a function, or a method as ``Class.method``, is awaited, as far as its text shows."""
    return isinstance(function(tree, name), ast.AsyncFunctionDef)


def decorators(node: Function) -> set[str]:
    """The decorators of a function as text."""
    return {ast.unparse(decorator) for decorator in node.decorator_list}


@lru_cache(maxsize=SCRIPTS)
def imports_relatively(tree: ast.Module) -> bool:
    """Whether a script imports from its own package."""
    return any(isinstance(node, ast.ImportFrom) and node.level > 0 for node in ast.walk(tree))


def is_program(tree: ast.Module) -> bool:
    """Whether a script does something when it is run, behind a comparison of its name with ``__main__``."""
    guards = (node.test for node in tree.body if isinstance(node, ast.If))
    return any("__name__" in (text := ast.unparse(guard)) and "__main__" in text for guard in guards)


def find(body: list[ast.stmt], name: str) -> ast.stmt | ast.expr | None:
    """The last thing at the top level that binds a name: function, class, or an assignment's value."""
    found: ast.stmt | ast.expr | None = None
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
            found = node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            bound = node.targets if isinstance(node, ast.Assign) else [node.target]
            found = node.value if any(_is_name(target, name) for target in bound) else found
    return found


def may_bind(tree: ast.Module, name: str) -> bool:
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


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def is_generator(node: Function) -> bool:
    """Whether a function yields, in its own body and not in one that it defines."""
    return any(isinstance(item, ast.Yield | ast.YieldFrom) for item in _own_nodes(node))


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own_nodes(child)


def is_timer(value: ast.expr) -> bool:
    """Whether an expression makes a `timeit.Timer`."""
    return isinstance(value, ast.Call) and ast.unparse(value.func) in {"Timer", "timeit.Timer"}


def is_case(node: ast.ClassDef) -> bool:
    """Whether a class is a case of unittest's beyond doubt."""
    return [ast.unparse(base) for base in node.bases] in (["TestCase"], ["unittest.TestCase"])


def shows_its_methods(node: ast.ClassDef) -> bool:
    """Whether a class has no methods to measure but those that its text shows."""
    return (not node.bases or is_case(node)) and not _has_getattr(node)


def _has_getattr(node: ast.ClassDef) -> bool:
    return find(node.body, "__getattr__") is not None or bool(node.keywords) or bool(node.decorator_list)
