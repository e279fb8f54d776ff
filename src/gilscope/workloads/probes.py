"""Probes as values, read without running them; all mistakes are reported at once, each with file and key or line."""

from __future__ import annotations

import ast
import contextlib
import re
import tokenize
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from gilscope import places
from gilscope.declared import convert, unknown_name
from gilscope.errors import MatrixError, UsageError
from gilscope.values.contests import Probe
from gilscope.workloads import scripts
from gilscope.workloads.scripts import Script

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# PEP 723's reference expression for a script's metadata block.
_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")


PROGRAM = 100_000
"""Live objects beside gilscope's own workloads: a web service imports 89,000 (FastAPI, SQLAlchemy, HTTPX on 3.14)."""


class ProbeTable(msgspec.Struct, frozen=True):
    """The table ``[tool.gilscope]`` of a probe's PEP 723 block; any key may be left out.

    ``kind`` is the folder's name where it is left out. ``own_workers`` keeps lanes unpinned whose work starts threads
    or processes itself; where a probe does not say so, it is noticed. A probe with ``ways`` has no ``work``, but for
    each of them a context manager (``thread-pool`` is ``thread_pool()``). There is a contest for each of the ``cases``.
    What the ways' units return in ``observes`` has a name and a unit each. With ``loops``, every trial has so many
    units: where ways differ a thousandfold, as many as fill a trial of the fastest would take the slowest minutes.
    ``timeout_s`` is for probes that are meant to hang: it shortens the suite's time limit. ``heap`` is how many live
    objects every interpreter holds that runs the work; where it is left out, those of gilscope's own probes that have a
    ``work`` get 100,000, and all others none.
    """

    kind: str | None = None
    shared: bool = False
    own_workers: bool = False
    ways: tuple[str, ...] = ()
    cases: tuple[int | float | str, ...] = ()
    self_timed: bool = False
    observes: dict[str, str] = {}
    loops: Annotated[int, msgspec.Meta(ge=1)] | None = None
    timeout_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    heap: Annotated[int, msgspec.Meta(ge=0)] | None = None


def folders() -> tuple[Path, ...]:
    """Where gilscope's own probes are: its workloads, and those that ask about the workers themselves."""
    return places.PROBES, places.BUILT_IN_PROBES


def probes(*below: Path) -> tuple[Probe, ...]:
    """Every probe below the folders in order of id; probes of one script stand in order of its cases.

    Raises:
        MatrixError: at least one of them has mistakes.
    """
    parsed_scripts = [
        _probes(path, path.relative_to(folder).with_suffix("").as_posix())
        for folder in below
        for path in _scripts(folder)
    ]
    mistakes = [mistake for _, script_mistakes in parsed_scripts for mistake in script_mistakes]
    if mistakes:
        raise MatrixError(tuple(mistakes))
    return tuple(probe for script_probes, _ in sorted(parsed_scripts, key=_id_of_first) for probe in script_probes)


def _id_of_first(parsed_script: tuple[tuple[Probe, ...], tuple[str, ...]]) -> str:
    return parsed_script[0][0].id if parsed_script[0] else ""


def select(below: Sequence[Path], names: Iterable[str], argv: tuple[str, ...] = ()) -> tuple[Probe | Script, ...]:
    """The probes named: ids or globs, paths of scripts, or ``file.py:function``; every probe where none is named.

    A script written for pyperf is chosen by its path, and one benchmark of it by ``file.py:name``; ``argv`` is for it.

    Raises:
        MatrixError: a script has mistakes.
        UsageError: a name fits nothing.
    """
    requests = list(names)
    if not requests:
        return probes(*below)
    selection: dict[str, Probe | Script] = {}
    for name in requests:
        for probe in _probes_named(below, name, argv):
            if selection.setdefault(probe.id, probe).path != probe.path:
                paths = f"{selection[probe.id].path} and {probe.path}"
                raise UsageError(f"{paths} would both be called {probe.id}: rename one, or measure them in two runs")
    return tuple(selection.values())


def _probes_named(below: Sequence[Path], name: str, argv: tuple[str, ...]) -> Iterator[Probe | Script]:
    script, _, function = name.rpartition(":")
    if script.endswith(".py"):
        if not function:
            raise UsageError(f"{name!r} names no function: write {script}:function, or {script} alone for a probe")
        yield _pyperf_script(_existing(Path(script)), function, argv) or _foreign(Path(script), function)
    elif name.endswith(".py"):
        path = _existing(Path(name))
        script_for_pyperf = _pyperf_script(path, "*", argv)
        yield from _flawless(path, name) if script_for_pyperf is None else [script_for_pyperf]
    else:
        by_id = {probe.id: probe for probe in probes(*below)}
        fitting = [probe for probe in by_id.values() if fnmatchcase(probe.id, name)]
        if not fitting:
            raise UsageError(unknown_name("probes", "probe", name, by_id))
        yield from fitting


def _existing(path: Path) -> Path:
    with contextlib.suppress(OSError):  # a name that no file can have, a folder that may not be looked into
        if path.is_file():
            return path.resolve()
    raise UsageError(f"there is no script {path}: name a probe (`gilscope probes` lists them) or file.py:function")


def _foreign(path: Path, function: str) -> Probe:
    """A callable in a script that knows nothing of us; nothing of it is checked before it runs."""
    resolved = _existing(path)
    return Probe(
        id=f"{path.name}:{function}",
        path=str(resolved),
        function=function,
        question=f"What does {function}() in {path.name} cost, and how does it scale?",
        kind="own",
    )


def _pyperf_script(path: Path, pattern: str, argv: tuple[str, ...]) -> Script | None:
    """The script if it was written for pyperf, and ``pattern`` is not one of its functions."""
    try:
        text = _source(path)
        tree = ast.parse(text)
        requires_python = _requires_python(_metadata(text))
    except (OSError, SyntaxError, ValueError):
        return None
    if not scripts.is_for_pyperf(tree) or pattern in _functions(tree):
        return None
    return Script(
        id=path.name if pattern == "*" else f"{path.name}:{pattern}",
        path=str(path),
        prefix=f"{path.name}:",
        question=(ast.get_docstring(tree) or "").partition("\n")[0] or f"What {path.name} measures",
        argv=argv,
        pattern=pattern,
        requires_python=requires_python,
        unfit=scripts.unfit(tree),
    )


def _flawless(path: Path, name: str) -> tuple[Probe, ...]:
    script_probes, mistakes = _probes(path, name)
    if mistakes:
        raise MatrixError(mistakes)
    return script_probes


def _scripts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if not path.name.startswith("_"))


def _probes(path: Path, identifier: str) -> tuple[tuple[Probe, ...], tuple[str, ...]]:
    """The probes of one script, one for each of its cases; or its mistakes."""
    try:
        text = _source(path)
        block = _metadata(text)
        tree = ast.parse(text)
    except (OSError, SyntaxError, ValueError) as error:  # no TOML and no text in its encoding are ValueErrors
        return (), (f"{identifier}: {error}",)
    tool = block.get("tool", {})
    raw_table = tool.get("gilscope", {}) if isinstance(tool, dict) else tool
    table, type_mistakes = convert(raw_table, ProbeTable, f"{identifier}: [tool.gilscope]")
    question = (ast.get_docstring(tree) or "").partition("\n")[0]
    mistakes = list(type_mistakes)
    if not question:
        mistakes.append(f"{identifier}: has no docstring; its first line is the probe's question")
    if table is not None:
        mistakes += _unknown_functions(identifier, table, _functions(tree))
    if table is None or mistakes:
        return (), tuple(mistakes)
    probe = Probe(
        id=identifier,
        path=str(path),
        question=question,
        kind=table.kind or identifier.partition("/")[0],
        shared=table.shared,
        own_workers=table.own_workers,
        heap=_heap(path, table),
        requires_python=_requires_python(block),
        dependencies=_dependencies(block),
        ways=table.ways,
        self_timed=table.self_timed,
        observes=table.observes,
        loops=table.loops,
        timeout_s=table.timeout_s,
    )
    cases = (msgspec.structs.replace(probe, id=f"{identifier}/{case}", case=case) for case in table.cases)
    return tuple(cases) or (probe,), ()


def _heap(path: Path, table: ProbeTable) -> int:
    """How many objects are alive beside a probe's work; what is the person's own is run as it is."""
    if table.heap is not None:
        return table.heap
    return PROGRAM if path.is_relative_to(places.PROBES) and not table.ways else 0


def _unknown_functions(identifier: str, table: ProbeTable, defined: list[str]) -> Iterator[str]:
    """The mistakes of a script that lacks ``work``, or the function of a way."""
    if not table.ways and "work" not in defined:
        yield unknown_work(identifier, defined)
    if table.observes and not table.ways:
        yield f"{identifier}: observes something, which needs ways: several workers would see it several times"
    for way in table.ways:
        if way.replace("-", "_") not in defined:
            yield f"{identifier}: has no function {way.replace('-', '_')}() for its way {way!r}"


def unknown_work(identifier: str, functions: list[str]) -> str:
    """The mistake of a script without ``work``, in words."""
    example = functions[0] if functions else "function"
    command = f"gilscope run {identifier}:{example}"
    return f"{identifier}: has no function work(); write one, or name what to measure: `{command}`"


def _functions(tree: ast.Module) -> list[str]:
    """Names bound at the top level by ``def`` or by assignment."""
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return names


def _source(path: Path) -> str:
    """A script's text in the encoding that it declares (PEP 263)."""
    with tokenize.open(path) as file:
        return file.read()


def _requires_python(block: dict[str, Any]) -> str | None:
    """The version specifier in the block as text; the plan rejects text that is none."""
    specifier = block.get("requires-python")
    return None if specifier is None else str(specifier)


def _dependencies(block: dict[str, Any]) -> tuple[str, ...]:
    """The packages that the block names; the agent reports the missing ones."""
    names = block.get("dependencies", [])
    return tuple(map(str, names)) if isinstance(names, list) else ()


def _metadata(text: str) -> dict[str, Any]:
    for match in _BLOCK.finditer(text):
        if match["type"] == "script":
            lines = match["content"].splitlines(keepends=True)
            return tomllib.loads("".join(line[2:] if line.startswith("# ") else line[1:] for line in lines))
    return {}
