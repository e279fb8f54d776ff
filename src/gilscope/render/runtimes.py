"""A census of interpreters as tables for the terminal, and as data for ``--json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from rich.table import Table

    from gilscope.values.runtimes import Census, Facts, Runtime

MODULE_IN_SHORT = {
    "concurrent.interpreters": "public",
    "_interpreters": "private",
    "_xxsubinterpreters": "private",
    None: "none",
}


def as_data(census: Census) -> Any:  # noqa: ANN401 -- what JSON can hold has no narrower name
    """Return the census as dictionaries, lists, texts and numbers, with every fact under its own name."""
    return msgspec.to_builtins(census)


def tables(census: Census) -> tuple[Table, ...]:
    """Return a table of what can be measured and one of what cannot, each only if it has rows.

    Both fit 80 columns.
    """
    found = [_usable(census)] if census.runtimes else []
    if census.unusable:
        found.append(_unusable(census))
    return tuple(found)


def _usable(census: Census) -> Table:
    table = _empty("Runtimes")
    for heading in ("Name", "Version", "Build", "GIL", "PGO/LTO", "Interpreters", "Origin"):
        table.add_column(heading, no_wrap=heading in {"Name", "Version", "Build"}, overflow="fold")
    for runtime in census.runtimes:
        table.add_row(*_cells(runtime))
    return table


def _cells(runtime: Runtime) -> tuple[str, ...]:
    facts = runtime.facts
    return (
        runtime.name,
        facts.version_text,
        facts.build,
        "on" if facts.gil_enabled else "off",
        _optimisation(facts),
        _interpreters(facts),
        runtime.origin,
    )


def _optimisation(facts: Facts) -> str:
    marks = [("PGO", facts.pgo), ("LTO", facts.lto), ("JIT", facts.jit == "on"), ("debug", facts.debug)]
    return " ".join(mark for mark, holds in marks if holds) or "-"


def _interpreters(facts: Facts) -> str:
    if facts.interpreters_api is None:
        return "none"
    return f"{MODULE_IN_SHORT[facts.interpreters_api]}, {'own' if facts.own_gil else 'shared'} GIL"


def _unusable(census: Census) -> Table:
    from rich.text import Text  # noqa: PLC0415 -- 30 ms that --json saves

    table = _empty("Not usable")
    for heading in ("Name", "Kind", "Reason", "Executable"):
        table.add_column(heading, no_wrap=heading in {"Name", "Kind"}, overflow="fold")
    for row in census.unusable:
        # Text, since a reason quotes what the executable printed, which may look like markup
        table.add_row(*map(Text, (row.name, row.kind, row.reason, row.executable or "-")))
    return table


def _empty(title: str) -> Table:
    from rich import box  # noqa: PLC0415 -- 30 ms that --json saves
    from rich.table import Table  # noqa: PLC0415 -- the same

    return Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
