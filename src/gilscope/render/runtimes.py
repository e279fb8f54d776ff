"""A census of interpreters as tables for the terminal, and as data for ``--json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from rich.table import Table

    from gilscope.values.runtimes import Census, Facts, Runtime, Unusable

MODULE_IN_SHORT = {
    "concurrent.interpreters": "public",
    "_interpreters": "private",
    "_xxsubinterpreters": "private",
    None: "none",
}


UNKNOWN = "unknown, or ?: the build does not record whether a profile (PGO), or the linker (LTO), optimised it."


def as_data(census: Census) -> Any:  # noqa: ANN401 -- what JSON can hold has no narrower name
    """The census as dictionaries, lists, texts and numbers, with every fact under its own name."""
    return msgspec.to_builtins(census)


def tables(census: Census) -> tuple[Table, ...]:
    """A table of runtimes that can be measured and one of those that cannot, if they have rows.

    Both fit 80 columns.
    """
    usable = [_usable(census.runtimes)] if census.runtimes else []
    unusable = [_unusable(census.unusable)] if census.unusable else []
    return (*usable, *unusable)


def _usable(runtimes: Sequence[Runtime]) -> Table:
    columns: list[Column[Runtime]] = [
        Column("Name", lambda runtime: runtime.name),
        Column("Version", lambda runtime: _version(runtime.facts)),
        Column("Build", lambda runtime: _build(runtime.facts)),
        Column("GIL", lambda runtime: gil(runtime.facts)),
        Column("PGO/LTO", lambda runtime: _optimisation(runtime.facts)),
        Column("Interpreters", lambda runtime: _interpreters(runtime.facts)),
        Column("Origin", lambda runtime: runtime.origin),
    ]
    notes = [UNKNOWN] * any(runtime.facts.unknown for runtime in runtimes) + list(_by_others(runtimes))
    return _table(tabulate("Runtimes", columns, runtimes, notes), unwrapped={"Name", "Version", "Build"})


def gil(facts: Facts) -> str:
    """What a runtime says of its GIL, in a word."""
    if facts.gil_enabled:
        return "on"
    return "off" if facts.build == "free-threaded" else "none"


def _build(facts: Facts) -> str:
    if facts.is_cpython:
        return facts.build
    return f"{facts.implementation} {facts.release}" if facts.runs_agent else facts.implementation


def _version(facts: Facts) -> str:
    """The language's version, or the implementation's own where all its releases have one."""
    return facts.version_text if facts.runs_agent else facts.own_version


def _by_others(runtimes: Iterable[Runtime]) -> Iterator[str]:
    """Who compiled what the agent does not run on, or what runs it."""
    for runtime in runtimes:
        if not runtime.facts.runs_agent:
            yield f"{runtime.name}: {runtime.facts.compiler}; one worker or threads are measured."


def _optimisation(facts: Facts) -> str:
    jit = "JIT" if facts.jit == "on" else "JIT off"
    marks = [("PGO", facts.pgo), ("LTO", facts.lto), (jit, facts.jit != "absent"), ("debug", facts.debug)]
    if facts.pgo is None and facts.lto is None:
        marks[:2] = [("unknown", True)]
    return " ".join(mark if holds else f"{mark}?" for mark, holds in marks if holds is not False) or NOT_MEASURED


def _interpreters(facts: Facts) -> str:
    if facts.interpreters_api is None:
        return "none"
    return f"{MODULE_IN_SHORT[facts.interpreters_api]}, {'own' if facts.own_gil else 'shared'} GIL"


def _unusable(runtimes: Iterable[Unusable]) -> Table:
    columns: list[Column[Unusable]] = [
        Column("Name", lambda runtime: runtime.name),
        Column("Kind", lambda runtime: runtime.kind),
        Column("Reason", lambda runtime: runtime.reason),
        Column("Executable", lambda runtime: runtime.executable or NOT_MEASURED),
    ]
    return _table(tabulate("Not usable", columns, runtimes), unwrapped={"Name", "Kind"})


def _table(sheet: Sheet, *, unwrapped: Container[str]) -> Table:
    from rich import box  # noqa: PLC0415 -- 30 ms that --json saves
    from rich.table import Table  # noqa: PLC0415 -- 30 ms that --json saves
    from rich.text import Text  # noqa: PLC0415 -- 30 ms that --json saves

    table = Table(title=sheet.title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.caption, table.caption_justify = "\n".join(sheet.notes) or None, "left"
    for column in sheet.columns:
        table.add_column(column.heading, no_wrap=column.heading in unwrapped, overflow="fold")
    for row in sheet.rows:
        # Text, since a reason quotes what the executable printed, which may look like markup
        table.add_row(*map(Text, row))
    return table
