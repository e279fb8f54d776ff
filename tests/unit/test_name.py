"""Our name on the index is free for anyone, so that nobody is told to install by it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TAKES_ONE = r"pip3? install|pipx (?:install|run)|uv (?:add|pip install|tool (?:install|run))|uvx|uv run --with"
BY_NAME = re.compile(rf"""(?:{TAKES_ONE}) +(?:-[\w-]+ +)*(?:\w[\w.\[\]-]* +)*["']?gilscope\b(?![/:])""")
"""A command that would ask an index for whatever is called gilscope there: after ``--from PATH``, it asks a folder."""

TEXTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "docs").rglob("*.py")),
    *sorted((ROOT / "src").rglob("*.py")),
]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_is_told_to_install_by_our_name(path: Path) -> None:
    """Neither by a page nor by a message."""
    found = [match.group() for match in BY_NAME.finditer(path.read_text("utf-8"))]

    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "pip install gilscope",
        "pip install --upgrade gilscope",
        "pip install numpy gilscope",
        'pip install "gilscope[page]"',
        "pip install 'gilscope[pyperformance]'",
        "pip3 install -U gilscope",
        "pipx run gilscope",
        "uvx gilscope run work.py:crunch",
        "uv tool install gilscope",
    ],
)
def test_a_command_that_would_is_found(text: str) -> None:
    """However it is spelled."""
    assert BY_NAME.search(f"`{text}`")


@pytest.mark.parametrize(
    "text",
    [
        "pip install .",
        "pip install '.[page]'",
        "pip install ./gilscope",
        "pip install gilscope/",
        "uvx --from . gilscope run work.py:crunch",
        "uvx --from ~/gilscope gilscope run work.py:crunch",
        "pip install nox` and `gilscope run`",
    ],
)
def test_a_command_that_takes_a_folder_is_not(text: str) -> None:
    """A clone is what its owner has looked at."""
    assert not BY_NAME.search(f"`{text}`")
