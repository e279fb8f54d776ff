"""The contention ladder as a sheet: what threads bring that share more and more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gilscope.figures.scales import SCALES
from gilscope.render import numbers, scaling
from gilscope.render.cells import if_measured
from gilscope.render.sheet import Column, Sheet, tabulate

if TYPE_CHECKING:
    from gilscope.figures.ladder import Ladder, RungByArm

HOW_TO_READ = (
    "Throughput against one worker thread of the same arm: {workers} is all that there is to win, 1 is nothing won, "
    "and less is lost by waiting for each other. Rungs in order of the newest build without a GIL. A rung scales from "
    "{bound:g} on, at both ends of its interval. Owner: the time of one worker thread over that of the main thread, "
    "which made what the rung shares. Without a GIL the main thread owns it, and what exceeds 1 is what ownership is "
    "worth; with a GIL nothing is owned."
)


def sheet(ladder: Ladder) -> Sheet:
    """Rungs down and arms across: what threads bring, for as many as there are CPUs, and what the owner saves."""
    columns: list[Column[RungByArm]] = [
        Column("rung", lambda rung: rung.probe, foot="rungs that scale"),
        *(Column(arm, partial(_scaling, arm), foot=_tally(ladder, arm)) for arm in ladder.arms),
        *(Column(f"owner, {arm}", partial(_owner, arm)) for arm in ladder.arms),
    ]
    title = f"The contention ladder: {ladder.workers} threads"
    note = HOW_TO_READ.format(workers=ladder.workers, bound=SCALES * ladder.workers)
    return tabulate(title, columns, ladder.rungs, [note], has_foot=bool(ladder.rungs))


def _tally(ladder: Ladder, arm: str) -> str:
    return scaling.tally(rung.scales[arm] for rung in ladder.rungs if arm in rung.scales)


def _scaling(arm: str, rung: RungByArm) -> str:
    return if_measured(rung.scaling.get(arm), numbers.ratio)


def _owner(arm: str, rung: RungByArm) -> str:
    return if_measured(rung.owner.get(arm), numbers.ratio)
