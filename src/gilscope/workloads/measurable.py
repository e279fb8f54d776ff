"""What could be measured of a script as it stands, by its text."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gilscope.workloads import definitions, signatures

if TYPE_CHECKING:
    from gilscope.workloads.definitions import Function

MOST_NAMES = 8
"""How many callables are listed where none was named."""

FIXTURE = "benchmark"
"""The parameter of a test that gets a stand-in for pytest-benchmark's fixture; nobody has to fill it."""


def names(tree: ast.Module) -> tuple[str, ...]:
    """Names that can be measured as they stand: functions, methods and tests in order, then Timers and lambdas."""
    others: list[str] = []
    values: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            others += [node.name] if _runs_alone(node, skipped=0) else []
        elif isinstance(node, ast.ClassDef):
            others += [
                f"{node.name}.{method.name}"
                for method in _measurable_methods(node)
                if _runs_alone(method, skipped=signatures.bound(method))
            ]
        elif isinstance(node, ast.Assign) and _runs_itself(node.value):
            values += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return (*others, *values)


def offers(tree: ast.Module, label: str) -> str:
    """The names of a script that could be measured, in words."""
    found = names(tree)
    as_program = f"; as a program: --command 'python {label}'" if definitions.is_program(tree) else ""
    if not found:
        return f"nothing in it can be called without arguments: write {label}:function(arguments){as_program}"
    commands = ", ".join(f"{label}:{name}" for name in found[:MOST_NAMES])
    more = f" and {len(found) - MOST_NAMES} more" if len(found) > MOST_NAMES else ""
    return f"what could be measured: {commands}{more}{as_program}"


def _runs_alone(node: Function, *, skipped: int) -> bool:
    """Whether a function needs no arguments, or is a test that calls the fixture and gets all others from pytest."""
    needed = signatures.required(node.args)[skipped:]
    is_fixture = any("fixture" in decorator for decorator in definitions.decorators(node))
    return not is_fixture and not definitions.is_generator(node) and (not needed or FIXTURE in needed)


def _runs_itself(value: ast.expr) -> bool:
    """Whether a value at the top level is a Timer, or a lambda that needs no arguments."""
    return definitions.is_timer(value) or (isinstance(value, ast.Lambda) and not signatures.required(value.args))


def _measurable_methods(node: ast.ClassDef) -> list[Function]:
    """The public methods of a class whose instances can be made without arguments, or the tests of a unittest case."""
    methods = [item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
    if definitions.is_case(node):
        return [method for method in methods if method.name.startswith("test")]
    if node.bases or node.decorator_list or signatures.needs_arguments(node):
        return []
    return [method for method in methods if not method.name.startswith("_")]
