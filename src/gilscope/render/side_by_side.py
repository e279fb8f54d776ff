"""Which runtimes run threads side by side, as a sheet: a row for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured, marked
from gilscope.render.runtimes import gil
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.figures.side_by_side import Standing

ANSWERS = {True: "in turns", False: "side by side", None: "cannot be told"}
HOW_TO_READ = (
    "One thread: the time of a unit of `{workload}`, and over that of {first} in the same rounds. {workers} threads: "
    "how much they get done of what one does on the same runtime, where the machine gave {cpus} CPUs to processes that "
    "share nothing; they run side by side where that lies above the middle between one and these CPUs, and in turns "
    "where it lies below. Start: a run that does nothing, from its start to its end. Memory: what the lane of one "
    "thread holds, its agent with it. ~ marks what could not be told from no difference. Where two rows differ in what "
    "they are built with, their times compare these builds, and say nothing of the versions."
)


def sheet(workload: str, standings: Sequence[Standing]) -> Sheet:
    """Runtimes down; what one thread takes and what several get done across."""
    first = standings[0]
    workers = first.threads.lane.workers
    columns: list[Column[Standing]] = [
        Column("runtime", lambda row: row.name),
        Column("implementation", lambda row: f"{row.facts.implementation} {row.facts.own_version}"),
        Column("built with", lambda row: row.facts.recipe),
        Column("says of its GIL", lambda row: gil(row.facts)),
        Column("threads run", lambda row: ANSWERS[row.takes_turns]),
        Column(f"{workers} threads", lambda row: if_measured(row.threads.scaling, numbers.ratio)),
        Column("one thread", lambda row: numbers.seconds(row.one_thread.time_per_unit)),
        Column(f"over {first.name}", _over_first),
        Column("start", lambda row: if_measured(row.start, numbers.seconds)),
        Column("memory", _memory),
    ]
    note = HOW_TO_READ.format(
        workload=workload, first=first.name, workers=workers, cpus=if_measured(first.cpus, numbers.ratio)
    )
    return tabulate("Which Pythons run threads side by side?", columns, standings, [note])


def _over_first(row: Standing) -> str:
    if row.over_first is None:
        return "1"
    return marked(numbers.ratio(row.over_first.ratio), beyond_noise=row.over_first.answer != "no difference")


def _memory(row: Standing) -> str:
    memory = row.one_thread.memory
    return NOT_MEASURED if memory is None else numbers.memory(memory.best)
