"""A person's pyproject.toml: where it is looked for, what it declares, and all of its mistakes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gilscope.errors import MatrixError
from gilscope.workloads.project import NamedWorkload, Project, project

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """
[project]
name = "mine"

[tool.gilscope]
results = "measured"
on = ["3.14t"]
suite = "evening"
budget_s = 60
with = ["numpy"]

[tool.gilscope.workloads.resize]
target = "work.py:resize(512)"
setup = "work.py:load"
args = { mode = "fast", sizes = [1, 2.5], deep = { a = true } }
share = true
models = ["threads"]
workers = [1, "cores"]
with = ["pillow"]

[tool.gilscope.suites.evening]
description = "for the evening"
lanes = ["*"]
workers = [2]
min_launches = 9
max_launches = 15
rounds = 4
trial_ms = 20
precision = 0.01
budget_s = 10
timeout_s = 60
"""


def declared(folder: Path, text: str) -> Project:
    """The project of a folder with this file."""
    (folder / "pyproject.toml").write_text(text)
    return project(folder)


def mistakes(folder: Path, text: str) -> tuple[str, ...]:
    """What is wrong with a file."""
    with pytest.raises(MatrixError) as caught:
        declared(folder, text)
    return caught.value.mistakes


def test_a_project_is_what_its_file_declares(tmp_path: Path) -> None:
    """The results folder lies beside the file; what other tools declare is theirs."""
    found = declared(tmp_path, TEXT)

    assert (found.folder, found.results) == (tmp_path, tmp_path / "measured")
    assert (found.on, found.suite, found.budget_s, found.packages) == (("3.14t",), "evening", 60.0, ("numpy",))
    assert found.suites["evening"].budget_s == 10
    assert found.workloads["resize"] == NamedWorkload(
        target="work.py:resize(512)",
        setup="work.py:load",
        args={"mode": "fast", "sizes": [1, 2.5], "deep": {"a": True}},
        share=True,
        models=("threads",),
        workers=(1, "cores"),
        packages=("pillow",),
    )


def test_a_file_is_found_from_below(tmp_path: Path) -> None:
    """The nearest one that has a table of ours."""
    declared(tmp_path, TEXT)
    inner = tmp_path / "part" / "deep"
    inner.mkdir(parents=True)
    (tmp_path / "part" / "pyproject.toml").write_text("[project]\nname = 'part'\n")

    assert project(inner).folder == tmp_path


def test_nothing_is_looked_for_above_a_repository(tmp_path: Path) -> None:
    """What lies there is not this project's."""
    declared(tmp_path, TEXT)
    inner = tmp_path / "other"
    (inner / ".git").mkdir(parents=True)

    assert project(inner) == Project(folder=inner)


@pytest.mark.parametrize("text", ["", "[tool.black]\nline-length = 88\n", "tool = 3\n"])
def test_a_file_without_our_table_declares_nothing(tmp_path: Path, text: str) -> None:
    """It is another tool's."""
    (tmp_path / ".git").mkdir()

    assert declared(tmp_path, text) == Project(folder=tmp_path)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Of the table itself, of workloads and of suites, each with its place and the nearest key."""
    text = (
        TEXT.replace("budget_s = 60", "budget = 60").replace('setup = "', 'set_up = "').replace("trial_ms", "trials_ms")
    )
    told = mistakes(tmp_path, text)

    assert told == (
        "pyproject.toml: [tool.gilscope]: unknown key 'budget'; did you mean 'budget_s'?",
        "pyproject.toml: [tool.gilscope.workloads.resize]: unknown key 'set_up'; did you mean 'setup'?",
        "pyproject.toml: [tool.gilscope.suites.evening]: unknown key 'trials_ms'; did you mean 'trial_ms'?",
        "pyproject.toml: [tool.gilscope.suites.evening]: trial_ms is missing",
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('models = ["threads"]', 'models = ["thread"]', "unknown model 'thread'; did you mean 'threads'?"),
        ('workers = [1, "cores"]', "workers = [0]", "workers: expected `int` >= 1"),
        ('mode = "fast"', "mode = 2026-01-02", "args: mode = 2026-01-02 is no number"),
        ('mode = "fast"', "mode = inf", "args: mode = inf is no number"),
        ("workloads.resize]", 'workloads."cpu/resize"]', "a workload's name has letters, digits, _ and - only"),
        ('target = "work.py:resize(512)"\n', "", "target is missing"),
    ],
)
def test_what_makes_no_sense_is_told(tmp_path: Path, old: str, new: str, words: str) -> None:
    """Though its type is right."""
    (told,) = mistakes(tmp_path, TEXT.replace(old, new))

    assert words in told


@pytest.mark.parametrize("text", ["[tool]\ngilscope = 3\n", "[tool.gilscope]\nworkloads = 3\n"])
def test_what_is_no_table_is_told_once(tmp_path: Path, text: str) -> None:
    """Nothing in it is looked at."""
    (told,) = mistakes(tmp_path, text)

    assert "pyproject.toml: [tool.gilscope]: " in told


def test_a_file_that_is_no_toml_is_told(tmp_path: Path) -> None:
    """It may hold our table, so that nobody can go on without it."""
    (told,) = mistakes(tmp_path, "[tool.gilscope\n")

    assert told.startswith("pyproject.toml: ")
