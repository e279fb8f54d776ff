"""What the runs of a program took, as a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured
from gilscope.render.sheet import Column, Sheet, tabulate

if TYPE_CHECKING:
    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.figures.workers import LaneMemory

PER_RUN = (
    "Per run. CPU time is user and system time of the program and of all that it waited for; over wall time, it is how "
    "many CPUs were busy at once. Memory is the most that all its processes held together, in further runs that were "
    "looked at many times; the peak is the most that the largest ever had resident, and no less than that of the "
    "process which starts it."
)


def sheet(contest: ContestFigures) -> Sheet:
    """The wall time, the CPU time and the memory of every lane's runs."""
    quantity = "" if contest.quantity is None else f" ({contest.quantity})"
    columns: list[Column[LaneFigures]] = [
        Column("lane", lambda row: row.lane.name),
        Column("wall time", lambda row: numbers.seconds(row.time_per_unit)),
        Column("CPU time", lambda row: if_measured(row.per_unit.cpu_s, numbers.seconds)),
        Column("CPUs busy", lambda row: numbers.ratio(row.cores_busy)),
        Column(f"memory{quantity}", lambda row: if_measured(row.memory, lambda memory: numbers.memory(memory.best))),
        Column("peak of the largest", lambda row: if_measured(row.memory, _peak)),
    ]
    return tabulate(f"What a run took: {contest.contest.id}", columns, contest.lanes, [PER_RUN])


def _peak(memory: LaneMemory) -> str:
    return if_measured(memory.peak, numbers.memory)
