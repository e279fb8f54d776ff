"""A census as tables and as data."""

from __future__ import annotations

from io import StringIO
from typing import Literal

import msgspec
import pytest
from rich.console import Console

from builders import DEFAULT
from gilscope.render.runtimes import as_data, tables
from gilscope.values.runtimes import Census, Runtime, Unusable

FACTS = msgspec.structs.replace(
    DEFAULT,
    executable="/opt/3.14.6t/bin/python3.14t",
    base_prefix="/opt/3.14.6t",
    build="free-threaded",
    gil_enabled=False,
    config_args=("--disable-gil",),
)
OLD = msgspec.structs.replace(
    FACTS, build="default", gil_enabled=True, pgo=False, lto=False, own_gil=False, interpreters_api="_xxsubinterpreters"
)
CENSUS = Census(
    runtimes=(
        Runtime(name="3.14t", executable=FACTS.executable, origin="uv", facts=FACTS),
        Runtime(name="3.11.15-gilscope", executable="/opt/old", origin="gilscope", facts=OLD),
    ),
    unusable=(Unusable(name="python3.9", kind="broken", reason="it said [bold]x", executable="/a/long/path" * 9),),
)


def lines(census: Census) -> list[str]:
    """Print the tables on a terminal of 80 columns."""
    screen = StringIO()
    console = Console(width=80, file=screen)
    for table in tables(census):
        console.print(table)
    return screen.getvalue().splitlines()


def test_tables_fit_80_columns() -> None:
    """A terminal of the usual width cuts nothing of the facts."""
    printed = lines(CENSUS)
    row = next(line for line in printed if line.startswith("3.14t"))

    assert max(map(len, printed)) <= 80
    assert row.split()[:7] == ["3.14t", "3.14.6", "free-threaded", "off", "PGO", "LTO", "public,"]


def test_what_a_build_does_not_record_has_a_question_mark() -> None:
    """And a line that says what it means, which nobody reads where all is known."""
    facts = msgspec.structs.replace(FACTS, pgo=None, lto=None, jit="absent")
    unknown = msgspec.structs.replace(CENSUS.runtimes[0], facts=facts)
    printed = "\n".join(lines(msgspec.structs.replace(CENSUS, runtimes=(unknown,))))

    assert "off   unknown   public" in printed
    assert "does not record" in printed
    assert "does not record" not in "\n".join(lines(CENSUS))


@pytest.mark.parametrize(("jit", "shown"), [("on", "PGO JIT "), ("off", "PGO JIT off "), ("absent", "PGO  ")])
def test_a_compiler_that_is_there_is_marked_also_where_it_is_off(
    jit: Literal["on", "off", "absent"], shown: str
) -> None:
    """It can be switched on, for an arm of its own."""
    facts = msgspec.structs.replace(FACTS, pgo=True, lto=False, jit=jit)
    runtime = msgspec.structs.replace(CENSUS.runtimes[0], facts=facts)

    assert shown in "\n".join(lines(msgspec.structs.replace(CENSUS, runtimes=(runtime,))))


def test_reasons_are_not_taken_for_markup() -> None:
    """A reason quotes what the executable printed, brackets and all."""
    printed = "\n".join(lines(CENSUS))

    assert "[bold]x" in printed


def test_a_table_without_rows_is_left_out() -> None:
    """Where everything is usable, nothing is said of what is not."""
    shown = tables(Census(runtimes=CENSUS.runtimes, unusable=()))

    assert [table.title for table in shown] == ["Runtimes"]


def test_data_reads_back_as_the_census() -> None:
    """JSON tells everything that the values hold."""
    text = msgspec.json.encode(as_data(CENSUS))

    assert msgspec.json.decode(text, type=Census) == CENSUS
