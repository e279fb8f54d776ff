"""The agent's sources, read without running them: what they import, and the oldest Python that can parse them."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

import pytest

from gilscope.places import AGENT

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = sorted(AGENT.parent.rglob("*.py"))
OLDEST = (3, 8)
ITS_OWN = {"gilscope_agent"}
"""The name under which the agent's own folder is mounted in a target."""
ASKED_ABOUT = {"numpy"}
"""What measures send to and fro where the target has it."""

OF_OTHERS = {"java", "thread"}
"""What is in the standard library of Jython alone, or of Python 2.7."""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_outside_the_standard_library_is_imported(path: Path) -> None:
    """Neither the controller, nor a package that a target may lack, but for what a measure asks about."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add(str(node.module).partition(".")[0])

    by_folder = ASKED_ABOUT if "measures" in path.parts else OF_OTHERS if "small" in path.parts else set()
    assert imported <= sys.stdlib_module_names | ITS_OWN | by_folder


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_oldest_python_can_parse_it(path: Path) -> None:
    """No syntax that came after 3.8."""
    tree = ast.parse(path.read_text("utf-8"), feature_version=OLDEST)

    assert ast.get_docstring(tree), f"{path.name} does not say what lives there"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_typing_is_never_imported_while_running(path: Path) -> None:
    """It costs milliseconds in every interpreter measured; types are for the checker alone."""
    tree = ast.parse(path.read_text("utf-8"))
    checked = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    unseen = {id(inner) for node in checked for inner in ast.walk(node)}

    running = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in unseen and "typing" in ast.unparse(node)
    ]

    assert running == []
