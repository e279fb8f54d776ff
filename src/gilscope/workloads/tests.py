"""Tests as workloads: most can be called as they are, and some only by pytest, which makes their fixtures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gilscope.errors import UsageError
from gilscope.workloads import callables, definitions, signatures
from gilscope.workloads.measurable import FIXTURE
from gilscope.workloads.texts import source

if TYPE_CHECKING:
    import ast
    from pathlib import Path

NODE = re.compile(r"(?P<where>.+?\.py)::?(?P<name>[^\W\d]\w*(?:(?:::|\.)[^\W\d]\w*)*)(?P<case>\[.*\])?", re.DOTALL)
"""The id of a test as pytest has it, ``file.py::TestParse::test_it[small]``; one colon less is forgiven."""

_SETTING = re.compile(r"\b(autouse|usefixtures|pytestmark|setup_(module|function|class|method))\b")
"""Words by which a test's own file sets up more than a test's parameters name."""

_AUTOUSE = re.compile(r"\bautouse\b")


def is_file_of_tests(path: Path) -> bool:
    """Whether pytest takes a file for one of tests, by its name."""
    return path.name.startswith("test_") or path.stem.endswith("_test")


def calls_fixture(tree: ast.Module, name: str, arguments: str) -> bool:
    """Whether a function of a script leaves its parameter ``benchmark`` to a fixture."""
    return FIXTURE in _unfilled(tree, name, arguments)


def needs_pytest(tree: ast.Module, path: Path, name: str, arguments: str, *, is_id: bool) -> bool:
    """Whether only pytest can call a test: it has fixtures besides ``benchmark``, or a setting that pytest makes.

    What is named by an id is a test; anything else is one where it leaves ``benchmark`` to a fixture.
    """
    is_benchmark = calls_fixture(tree, name, arguments)
    has_others = bool(_unfilled(tree, name, arguments) - {FIXTURE})
    if has_others:
        return is_id or is_benchmark
    return is_benchmark and (_may_be_skipped(tree, name) or _has_setting(path))


def check(tree: ast.Module, label: str, name: str, arguments: str, case: str | None) -> None:
    """Refuse a test that pytest runs, as far as its text shows that pytest could not.

    Raises:
        UsageError: it is not there, is given arguments, or has several cases of which none is named.
    """
    test = definitions.function(tree, name)
    node = f"{label}::{name.replace('.', '::')}"
    if test is None:
        callables.check(tree, label, name, arguments, has_state=False)
    elif arguments != "()":
        raise UsageError(
            f"{node} has fixtures, so that pytest calls it, which takes no arguments from elsewhere: "
            f"name one of its cases, {node}[...], or fill all its parameters but {FIXTURE}"
        )
    elif case is None and any("parametrize" in decorator for decorator in definitions.decorators(test)):
        raise UsageError(
            f"{node} has several cases: name one, {node}[...] (`pytest --collect-only {label}` lists them), "
            f"or fill its parameters: {label}:{name}(...)"
        )


def _unfilled(tree: ast.Module, name: str, arguments: str) -> set[str]:
    """The parameters that nobody fills; none where the text does not show the function: a base may have it."""
    function = definitions.function(tree, name)
    return set() if function is None else set(signatures.unfilled(function, arguments, is_method="." in name))


def _may_be_skipped(tree: ast.Module, name: str) -> bool:
    """Whether a mark of pytest's says when to leave a test out."""
    function = definitions.function(tree, name)
    return function is not None and any(".skip" in decorator for decorator in definitions.decorators(function))


def _has_setting(path: Path) -> bool:
    """Whether a test's file, or a ``conftest.py`` in a folder above it, sets up something for every test."""
    beside = (folder / "conftest.py" for folder in path.parents)
    return bool(_SETTING.search(source(path))) or any(
        conftest.is_file() and _AUTOUSE.search(source(conftest)) for conftest in beside
    )
