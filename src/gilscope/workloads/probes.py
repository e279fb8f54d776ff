"""Probes as values, read without running them; all mistakes are reported at once, each with file and key or line."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from gilscope import places
from gilscope.declared import convert, unknown_name
from gilscope.errors import MatrixError, UsageError
from gilscope.values.probes import Probe, Target
from gilscope.workloads import definitions, measurable, scripts, statements, targets, texts
from gilscope.workloads.scripts import Script
from gilscope.workloads.targets import Given

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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


NOTHING_GIVEN = Given()


def select(
    below: Sequence[Path], names: Iterable[str], argv: tuple[str, ...] = (), given: Given = NOTHING_GIVEN
) -> tuple[Probe | Script, ...]:
    """The probes named: ids or globs, paths of scripts, or callables; every probe where none is named.

    A callable is ``file.py:name`` or ``module:name``, with literals in parentheses where it needs any, or a test by its
    id, ``file.py::test``; ``given`` is
    what is added to every callable. A script written for pyperf is chosen by its path, and one benchmark of it by
    ``file.py:name``; ``argv`` is for it.

    Raises:
        MatrixError: a script has mistakes.
        UsageError: a name fits nothing.
    """
    requests = list(names)
    if given.is_for_callables and not any(map(targets.is_target, requests)):
        raise UsageError(
            "--arg, --setup, --share and --workers-arg are for callables: name one, such as work.py:function"
        )
    if not requests:
        return probes(*below)
    selection: dict[str, Probe | Script] = {}
    for name in requests:
        for probe in _probes_named(below, name, argv, given):
            if selection.setdefault(probe.id, probe).path != probe.path:
                paths = f"{selection[probe.id].path} and {probe.path}"
                raise UsageError(f"{paths} would both be called {probe.id}: rename one, or measure them in two runs")
    return tuple(selection.values())


def _probes_named(below: Sequence[Path], name: str, argv: tuple[str, ...], given: Given) -> Iterator[Probe | Script]:
    script, _, function = name.rpartition(":")
    if script.endswith(".py") and not function:
        raise UsageError(f"{name!r} names no function: write {script}:function, or {script} alone for a probe")
    if script.endswith(".py") and (found := _pyperf_script(targets.existing(Path(script)), function, argv)):
        yield found
    elif targets.is_target(name):
        yield foreign(name, given)
    elif name.endswith(".py"):
        path = targets.existing(Path(name))
        script_for_pyperf = _pyperf_script(path, "*", argv)
        yield from _flawless(path, name) if script_for_pyperf is None else [script_for_pyperf]
    else:
        by_id = {probe.id: probe for probe in probes(*below)}
        fitting = [probe for probe in by_id.values() if fnmatchcase(probe.id, name)]
        if not fitting:
            hint = "; for a statement, give its setup with -s, or say --statement" * statements.looks_like_one(name)
            raise UsageError(unknown_name("probes", "probe", name, by_id) + hint)
        yield from fitting


def foreign(name: str, given: Given) -> Probe:
    """A callable that knows nothing of us.

    Raises:
        UsageError: it is not there, or cannot be called so.
    """
    target = targets.target(
        name,
        given.arguments,
        has_state=given.setup is not None,
        workers_argument=given.workers_argument,
        search=given.search,
    )
    setup = None if given.setup is None else targets.target(given.setup, {}, search=given.search)
    block = _metadata(target)
    where = target.module if target.path is None else targets.label(Path(target.path))
    called = f":{target.name}{'' if target.arguments == '()' else target.arguments}"
    identifier = f"{where}{called if target.node is None else f'::{target.node}'}"
    return Probe(
        id=identifier,
        path=target.path or "",
        target=target,
        setup=setup,
        shared=given.share,
        is_coroutine=_is_coroutine(target),
        question=f"What does {identifier} cost, and how does it scale?",
        kind="own",
        requires_python=texts.requires_python(block),
        dependencies=tuple(
            dict.fromkeys((*texts.dependencies(block), *texts.dependencies({} if setup is None else _metadata(setup))))
        ),
    )


def _metadata(target: Target) -> dict[str, Any]:
    """The inline metadata of a callable's script."""
    if target.path is None:
        return {}
    try:
        return texts.metadata(texts.source(Path(target.path)))
    except (OSError, SyntaxError, ValueError) as error:
        raise UsageError(f"{targets.label(Path(target.path))}: {error}") from error


def _is_coroutine(target: Target) -> bool:
    """Whether a callable is to be awaited, as far as the text of its file shows, which was parsed before."""
    return target.path is not None and definitions.is_coroutine(texts.tree(Path(target.path)), target.name)


def _pyperf_script(path: Path, pattern: str, argv: tuple[str, ...]) -> Script | None:
    """The script if it was written for pyperf, and ``pattern`` is not one of its functions."""
    try:
        text = texts.source(path)
        tree = texts.parsed(text)
        block = texts.metadata(text)
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
        requires_python=texts.requires_python(block),
        dependencies=scripts.without_pyperf(texts.dependencies(block)),
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
        text = texts.source(path)
        block = texts.metadata(text)
        tree = texts.parsed(text)
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
        mistakes += _unknown_functions(identifier, table, tree)
    if table is None or mistakes:
        return (), tuple(mistakes)
    probe = Probe(
        id=identifier,
        path=str(path),
        question=question,
        kind=table.kind or identifier.partition("/")[0],
        shared=table.shared,
        own_workers=table.own_workers,
        is_coroutine=definitions.is_coroutine(tree, "work"),
        heap=_heap(path, table),
        requires_python=texts.requires_python(block),
        dependencies=texts.dependencies(block),
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


def _unknown_functions(identifier: str, table: ProbeTable, tree: ast.Module) -> Iterator[str]:
    """The mistakes of a script that lacks ``work``, or the function of a way."""
    defined = _functions(tree)
    if not table.ways and "work" not in defined:
        yield f"{identifier}: has no function work(); {measurable.offers(tree, identifier)}"
    if table.observes and not table.ways:
        yield f"{identifier}: observes something, which needs ways: several workers would see it several times"
    for way in table.ways:
        if way.replace("-", "_") not in defined:
            yield f"{identifier}: has no function {way.replace('-', '_')}() for its way {way!r}"


def _functions(tree: ast.Module) -> list[str]:
    """Names bound at the top level by ``def`` or by assignment."""
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return names
