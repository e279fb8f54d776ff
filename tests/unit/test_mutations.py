"""The table of planted faults is up to date: a renamed variable would make a row of it meaningless."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "tests" / "unit"
MUTATIONS = runpy.run_path(str(ROOT / "benchmarks" / "mutations.py"))["MUTATIONS"]


def test_every_fault_has_one_place() -> None:
    """The text that a row replaces stands in its file once."""
    texts = {row.file: (ROOT / "src" / "gilscope" / row.file).read_text("utf-8") for row in MUTATIONS}

    assert [(row.file, row.old) for row in MUTATIONS if texts[row.file].count(row.old) != 1] == []


def test_every_fault_names_a_test_that_is_there() -> None:
    """The script itself shows, in minutes, that the test catches the fault."""
    named = {(file, parts[-1]) for row in MUTATIONS for file, *parts in [row.test.partition("[")[0].split("::")]}
    functions = {
        (file, node.name)
        for file in {file for file, _ in named}
        for node in ast.walk(ast.parse((UNIT / file).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }

    assert named - functions == set()
