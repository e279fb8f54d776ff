"""No modules import each other, the agent's included: imports for types and inside functions count too."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import pytest

from gilscope.places import PACKAGE as SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AGENT = "gilscope_agent"
"""The agent's name inside a target."""

Packages = dict[str, list[str]]
"""Folders by the name that a package in them is imported by."""

OURS: Packages = {"gilscope": [], AGENT: ["agent"]}

CIRCLES = {
    "plain": {"a.py": "from . import b", "b.py": "from .a import value"},
    "inside a function": {"a.py": "from . import b", "b.py": "def late():\n    from . import a"},
    "for types only": {"a.py": "from . import b", "b.py": "if TYPE_CHECKING:\n    from .a import Value"},
    "by the mounted name": {"a.py": "from . import b", "b.py": f"from {AGENT}.a import value"},
    "by a whole name": {"a.py": "from . import b", "b.py": f"import {AGENT}.a"},
    "of three": {"a.py": "from . import b", "b.py": "from . import c", "c.py": "from . import a"},
    "through a folder": {"a.py": "from .inner import b", "inner/b.py": "from .. import a"},
    "through its folder": {
        "inner/__init__.py": "from . import b",
        "inner/b.py": "from ..inner import value",
    },
}
STRAIGHT = {
    "to one side": {"a.py": "from . import b", "b.py": "import os"},
    "a name beside a module's": {"a.py": "from . import b", "b.py": "from marshal import a"},
    "a folder's sibling of the same name": {"a.py": "from .inner import a", "inner/a.py": "import json"},
    "through a folder": {"inner/a.py": "from . import b", "inner/b.py": "value = 1", "inner/__init__.py": ""},
}


def named_modules(folder: Path) -> dict[str, Path]:
    """Every module below a folder by its name in the package; a folder's own module has the folder's name."""
    paths = {".".join(path.relative_to(folder).with_suffix("").parts): path for path in folder.rglob("*.py")}
    return {name.removesuffix(".__init__"): path for name, path in sorted(paths.items()) if name != "__init__"}


def referred(name: str, path: Path, packages: Packages) -> Iterator[str]:
    """Every name in the package that a module imports, wherever the import stands, relative ones resolved."""
    here = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            whole = (alias.name.split(".") for alias in node.names)
            yield from (".".join([*packages[first], *rest]) for first, *rest in whole if first in packages)
        elif isinstance(node, ast.ImportFrom):
            module = node.module.split(".") if node.module else []
            if node.level:
                base = [*here[: len(here) - node.level + 1], *module]
            elif module[:1] and module[0] in packages:
                base = [*packages[module[0]], *module[1:]]
            else:
                continue
            for alias in node.names:
                yield ".".join([*base, alias.name])


def imports(folder: Path, packages: Packages) -> dict[str, set[str]]:
    """The modules that each module imports: what a dotted name means is the longest part of it that is a module."""
    modules = named_modules(folder)
    found: dict[str, set[str]] = {name: set() for name in modules}
    for name, path in modules.items():
        for dotted in referred(name, path, packages):
            parts = dotted.split(".")
            candidates = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
            found[name] |= {next((candidate for candidate in candidates if candidate in modules), name)} - {name}
    return found


def circle(folder: Path, packages: Packages) -> list[str]:
    """The modules of a circle, the first one twice; none where every import goes one way."""
    try:
        list(TopologicalSorter(imports(folder, packages)).static_order())
    except CycleError as error:
        return list(error.args[1])
    return []


def written(folder: Path, sources: dict[str, str]) -> Path:
    """Write modules into a folder."""
    for name, source in sources.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return folder


def test_no_modules_import_each_other() -> None:
    """Where two must, one of them is two modules."""
    assert circle(SOURCE, OURS) == []


@pytest.mark.parametrize("sources", CIRCLES.values(), ids=CIRCLES)
def test_a_circle_is_found(sources: dict[str, str], tmp_path: Path) -> None:
    """However the modules are imported."""
    assert circle(written(tmp_path, sources), {AGENT: []})


@pytest.mark.parametrize("sources", STRAIGHT.values(), ids=STRAIGHT)
def test_what_is_no_circle_is_not_taken_for_one(sources: dict[str, str], tmp_path: Path) -> None:
    """Names that only look like a module's do not count."""
    assert circle(written(tmp_path, sources), {AGENT: []}) == []


@pytest.mark.parametrize("name", named_modules(SOURCE))
def test_all_that_is_imported_is_there(name: str) -> None:
    """An import whose first part is no module would be missed by the search for circles."""
    modules = named_modules(SOURCE)

    for dotted in referred(name, modules[name], OURS):
        whole = dotted == "__version__" or any(dotted == known or dotted.startswith(f"{known}.") for known in modules)
        assert whole, dotted


def test_records_are_for_the_type_checker_only() -> None:
    """Nothing that runs imports them, so that no lane pays for their names."""
    importers = []
    for name, path in named_modules(SOURCE / "agent").items():
        tree = ast.parse(path.read_text("utf-8"))
        checked = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
        unseen = {id(inner) for node in checked for inner in ast.walk(node)}
        running = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and id(node) not in unseen]
        importers += [name for node in running if "records" in {node.module, *(alias.name for alias in node.names)}]

    assert importers == []
