"""The benchmarks of an installed pyperformance, read from its data files; nothing of it is imported."""

from __future__ import annotations

import ast
import tomllib
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from gilscope.declared import unknown_name
from gilscope.errors import MatrixError, UsageError
from gilscope.workloads import scripts, texts
from gilscope.workloads.scripts import Script

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PREFIX = "pyperformance/"
RUN_SCRIPT = "run_benchmark.py"


def folder() -> Path:
    """Where the installed pyperformance keeps its benchmarks.

    Raises:
        UsageError: it is not installed beside gilscope.
    """
    spec = find_spec("pyperformance")
    for place in (spec.submodule_search_locations if spec is not None else None) or ():
        benchmarks_folder = Path(place, "data-files", "benchmarks")
        if (benchmarks_folder / "MANIFEST").is_file():
            return benchmarks_folder
    raise UsageError("pyperformance is not installed beside gilscope: `pip install pyperformance` brings it")


def benchmarks(home: Path) -> tuple[Script, ...]:
    """Every benchmark that the manifest names, in its order.

    Raises:
        MatrixError: some of its files cannot be read; all are reported at once.
    """
    manifest_scripts: list[Script] = []
    mistakes: list[str] = []
    for name, metafile in _entries(home):
        try:
            manifest_scripts.append(_script(name, metafile))
        except (OSError, tomllib.TOMLDecodeError, SyntaxError) as error:
            mistakes.append(f"{PREFIX}{name}: {error}")
    if mistakes:
        raise MatrixError(tuple(mistakes))
    return tuple(manifest_scripts)


def select(available: Sequence[Script], names: Iterable[str]) -> tuple[Script, ...]:
    """The benchmarks that ids or globs name, by the manifest's name or by the script's own.

    Raises:
        UsageError: a name fits nothing.
    """
    patterns = [name if name.startswith(PREFIX) else PREFIX + name for name in names]
    if not patterns:
        return tuple(available)
    selection: dict[Script, None] = {}
    for name in patterns:
        fitting = [script for script in available if fnmatchcase(script.id, name)] or _holding(available, name)
        if not fitting:
            raise UsageError(
                unknown_name("pyperformance", "benchmark", name, {script.id: script for script in available})
            )
        selection.update(dict.fromkeys(fitting))
    return tuple(selection)


def _holding(available: Sequence[Script], name: str) -> list[Script]:
    """Scripts that may hold a benchmark: its name is in their text, or begins with their own name."""
    benchmark = name.removeprefix(PREFIX)
    return [
        msgspec.structs.replace(script, pattern=benchmark)
        for script in available
        if name.startswith(script.id + "_") or f'{benchmark}"' in (text := _text(script)) or f"{benchmark}'" in text
    ]


def _text(script: Script) -> str:
    return Path(script.path).read_text(encoding="utf-8")


def _entries(home: Path) -> Iterator[tuple[str, Path]]:
    """Name and metafile of each line of the manifest's table of benchmarks."""
    section = ""
    for line in (home / "MANIFEST").read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("["):
            section = text.strip("[]")
        elif section == "benchmarks" and text and not text.startswith("name\t"):
            name, _, place = text.partition("\t")
            yield name, _metafile(home, name, place.strip())


def _metafile(home: Path, name: str, place: str) -> Path:
    """A benchmark's metafile: ``<local>`` is a folder of its own, ``<local:other>`` that of another benchmark."""
    _, _, owner = place.strip("<>").partition(":")
    return home / f"bm_{owner}" / f"bm_{name}.toml" if owner else home / f"bm_{name}" / "pyproject.toml"


def _script(name: str, metafile: Path) -> Script:
    own_table = _toml(metafile)
    base = _toml(metafile.parent / "pyproject.toml")
    tool = {**base.get("tool", {}).get("pyperformance", {}), **own_table.get("tool", {}).get("pyperformance", {})}
    project = {**base.get("project", {}), **own_table.get("project", {})}
    path = metafile.parent / tool.get("runscript", RUN_SCRIPT)
    tree = texts.tree(path)
    return Script(
        id=PREFIX + name,
        path=str(path),
        prefix=PREFIX,
        question=(ast.get_docstring(tree) or name).strip().partition("\n")[0],
        argv=tuple(own_table.get("tool", {}).get("pyperformance", {}).get("extra_opts", ())),
        requires_python=project.get("requires-python"),
        dependencies=scripts.without_pyperf(_pinned(path.parent) or project.get("dependencies", ())),
    )


def _pinned(folder: Path) -> tuple[str, ...]:
    """The packages of a benchmark's ``requirements.txt`` in their versions; none without that file."""
    try:
        lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(text for line in lines if (text := line.partition("#")[0].strip()))


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
