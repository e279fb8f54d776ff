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
from gilscope.workloads import scripts
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
        found = Path(place, "data-files", "benchmarks")
        if (found / "MANIFEST").is_file():
            return found
    raise UsageError(
        "pyperformance is not installed beside gilscope: `pip install 'gilscope[pyperformance]'` brings it"
    )


def benchmarks(home: Path) -> tuple[Script, ...]:
    """Every benchmark that the manifest names, in its order.

    Raises:
        MatrixError: some of its files cannot be read; all are reported at once.
    """
    found: list[Script] = []
    mistakes: list[str] = []
    for name, metafile in _entries(home):
        try:
            found.append(_script(name, metafile))
        except (OSError, tomllib.TOMLDecodeError, SyntaxError) as error:
            mistakes.append(f"{PREFIX}{name}: {error}")
    if mistakes:
        raise MatrixError(tuple(mistakes))
    return tuple(found)


def select(known: Sequence[Script], names: Iterable[str]) -> tuple[Script, ...]:
    """The benchmarks that ids or globs name, by the manifest's name or by the script's own.

    Raises:
        UsageError: a name fits nothing.
    """
    wanted = [name if name.startswith(PREFIX) else PREFIX + name for name in names]
    if not wanted:
        return tuple(known)
    chosen: dict[Script, None] = {}
    for name in wanted:
        fitting = [script for script in known if fnmatchcase(script.id, name)] or _holding(known, name)
        if not fitting:
            raise UsageError(unknown_name("pyperformance", "benchmark", name, {script.id: script for script in known}))
        chosen.update(dict.fromkeys(fitting))
    return tuple(chosen)


def _holding(known: Sequence[Script], name: str) -> list[Script]:
    """Scripts that may hold a benchmark: its name is in their text, or begins with their own name."""
    wanted = name.removeprefix(PREFIX)
    return [
        msgspec.structs.replace(script, wanted=wanted)
        for script in known
        if name.startswith(script.id + "_") or f'{wanted}"' in (text := _text(script)) or f"{wanted}'" in text
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
    _, _, other = place.strip("<>").partition(":")
    return home / f"bm_{other}" / f"bm_{name}.toml" if other else home / f"bm_{name}" / "pyproject.toml"


def _script(name: str, metafile: Path) -> Script:
    own = _toml(metafile)
    base = _toml(metafile.parent / "pyproject.toml")
    tool = {**base.get("tool", {}).get("pyperformance", {}), **own.get("tool", {}).get("pyperformance", {})}
    project = {**base.get("project", {}), **own.get("project", {})}
    path = metafile.parent / tool.get("runscript", RUN_SCRIPT)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return Script(
        id=PREFIX + name,
        path=str(path),
        prefix=PREFIX,
        question=(ast.get_docstring(tree) or name).strip().partition("\n")[0],
        argv=tuple(own.get("tool", {}).get("pyperformance", {}).get("extra_opts", ())),
        requires_python=project.get("requires-python"),
        unfit=scripts.unfit(tree),
    )


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
