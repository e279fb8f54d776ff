"""Each room knows only those below it: ``docs/rooms.toml`` says who may import whom, and is held against the source."""

from __future__ import annotations

import ast
import functools
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import gilscope

SOURCE = Path(gilscope.__file__).parent
PACKAGE = "gilscope"

ROOMS: dict[str, dict[str, str | list[str]]] = tomllib.loads(
    (Path(__file__).parents[2] / "docs" / "rooms.toml").read_text("utf-8")
)
MAY_IMPORT = {name: set(room.get("imports", [])) for name, room in ROOMS.items()}
EVERYTHING = {"*"}
COMMAND_LINE = {"__main__", "cli", "commands"}

STARTS_PROCESSES = {"processes", "pytest_plugin"}
READS_THE_ENVIRONMENT = {"commands", "places", "provision", "pytest_plugin"}
"""What brings a Python hands the user's settings on to uv, apt and make; a host of a fleet is lent others' probes."""


def modules() -> list[Path]:
    """Every module of the controller."""
    return [path for path in sorted(SOURCE.rglob("*.py")) if "agent" not in path.relative_to(SOURCE).parts]


def room(path: Path) -> str:
    """The room that a module belongs to: its folder's name, or its own."""
    return path.relative_to(SOURCE).with_suffix("").parts[0]


@functools.cache
def imported(path: Path) -> frozenset[str]:
    """Absolute names of all that a module imports, also inside functions and for types only."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


@functools.cache
def used(path: Path) -> frozenset[str]:
    """Every dotted name that a module mentions, ``print`` and ``os.environ`` for example."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute)}
    return imported(path) | names


def rooms_used(path: Path) -> set[str]:
    """The rooms of ours that a module imports from, besides its own."""
    parts = (name.split(".") for name in imported(path) if name.startswith(PACKAGE + "."))
    return {part[1] for part in parts if (SOURCE / f"{part[1]}.py").exists() or (SOURCE / part[1]).is_dir()} - {
        room(path)
    }


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_room_knows_only_those_below_it(path: Path) -> None:
    """A module imports no room that its row in the table lacks."""
    allowed = set(ROOMS) if MAY_IMPORT.get(room(path)) == EVERYTHING else MAY_IMPORT.get(room(path), set())
    strangers = sorted(rooms_used(path) - allowed)

    assert not strangers, f"{room(path)} imports {strangers}, and may import {sorted(allowed)} only"


def test_the_table_has_no_stale_row() -> None:
    """Every room has a row, and every permission in it is used by some module of the room."""
    entered: dict[str, set[str]] = {room(path): set() for path in [*modules(), SOURCE / "agent" / "__init__.py"]}
    for path in modules():
        entered[room(path)] |= rooms_used(path)
    entered.pop("__init__")
    unused = {name: sorted(rooms - EVERYTHING - entered.get(name, set())) for name, rooms in MAY_IMPORT.items()}
    stale = {name: rooms for name, rooms in unused.items() if rooms}

    assert set(ROOMS) == set(entered)
    assert not stale, f"nobody in these rooms imports what the table still allows: {stale}"


def test_no_rooms_import_each_other() -> None:
    """If they must, one of them is two rooms; the order is whole, so nothing raises `graphlib.CycleError`."""
    order = list(TopologicalSorter({name: rooms - EVERYTHING for name, rooms in MAY_IMPORT.items()}).static_order())

    assert set(order) == set(MAY_IMPORT)


def test_nobody_imports_the_agent() -> None:
    """The controller starts the agent as a script and never imports it."""
    importers = [path.name for path in modules() if any(name.startswith("gilscope.agent") for name in imported(path))]

    assert importers == []


@pytest.mark.parametrize("path", sorted((SOURCE / "agent").rglob("*.py")), ids=lambda path: path.name)
def test_the_agent_needs_the_standard_library_only(path: Path) -> None:
    """Inside a target there is nothing but Python; the agent's own modules are imported relatively."""
    of_others = {"java", "thread"} if path.parent.name == "small" else set()
    outside = {name.split(".")[0] for name in imported(path)} - sys.stdlib_module_names - {"__future__"}

    assert outside <= {"pyperf", "numpy", "gilscope_agent"} | of_others


def test_one_room_starts_processes() -> None:
    """What starts a process can hang or be left behind, so it lives in the room that knows how to end one.

    The pytest plugin, which imports nothing of ours, starts us.
    """
    ways = {"subprocess", "multiprocessing", "pty"}
    calls = {"os.fork", "os.forkpty", "os.system", "os.popen", "os.startfile"}
    starters = {
        room(path)
        for path in modules()
        if ways & {name.split(".")[0] for name in imported(path)}
        or calls & used(path)
        or any(name.startswith(("os.spawn", "os.posix_spawn", "os.exec")) for name in used(path))
    }

    assert starters == STARTS_PROCESSES


def test_only_the_command_line_prints_and_exits() -> None:
    """Everywhere else, what is told goes out as a value, or to a console that is handed in."""
    loud = {"print", "sys.stdout", "sys.stderr", "sys.exit", "exit", "quit", "input"}
    talkers = {room(path): sorted(loud & used(path)) for path in modules() if loud & used(path)}

    assert set(talkers) <= COMMAND_LINE, talkers


def test_few_rooms_read_the_environment() -> None:
    """Everywhere else, what is wanted comes in as a parameter."""
    ways = {"os.environ", "os.environb", "os.getenv", "os.getenvb"}
    readers = {room(path) for path in modules() if ways & used(path)}

    assert readers == READS_THE_ENVIRONMENT
