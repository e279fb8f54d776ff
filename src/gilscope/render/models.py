"""The models that every runtime has, as a sheet: arms down, models across, no cell empty."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.findings import failures, in_short
from gilscope.render.sheet import Column, Sheet, tabulate
from gilscope.values.lanes import arm_and_work

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.values.contests import Skip

HOW_TO_READ = (
    "Measured: throughput of the workers against the same arm's serial lane, whose time per unit is told. A letter "
    "stands for why there is no figure."
)
NOT_ASKED = "not asked for"


def matrix(contests: Iterable[ContestFigures], skips: Iterable[Skip], only: Sequence[str] = ()) -> Sheet:
    """One probe's models on any number of runtimes, each with its most workers; all models, or some."""
    cells = _Cells()
    for contest in contests:
        cells.add(contest)
    for skip in skips:
        if ":" in skip.lane:
            cells.leave_out(skip.lane, skip.reason)
    models = [model for model in dict.fromkeys(model for _, model in cells.texts) if not only or model in only]
    arms = sorted({arm for arm, _ in cells.texts}, key=lambda arm: ([*map(int, re.findall(r"\d+", arm))], arm))
    not_asked = cells.why(NOT_ASKED)
    texts = {(arm, model): cells.texts.get((arm, model)) or not_asked for arm in arms for model in models}

    def cell(model: str, arm: str) -> str:
        return texts[arm, model]

    columns: list[Column[str]] = [Column("arm", str), *(Column(model, partial(cell, model)) for model in models)]
    letters = (f"{letter}: {reason}." for reason, letter in cells.letters.items() if letter in texts.values())
    return tabulate("Every model on every runtime", columns, arms, [HOW_TO_READ, *letters])


class _Cells:
    """Cells by arm and model, and letters that stand for reasons."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str], str] = {}
        self.letters: dict[str, str] = {}

    def why(self, reason: str) -> str:
        return self.letters.setdefault(reason, chr(ord("a") + len(self.letters)))

    def add(self, contest: ContestFigures) -> None:
        measured = {lane.lane.name: lane for lane in contest.lanes}
        reasons = {name: in_short(failure) for name, failure in failures(contest).items()}
        for lane in contest.contest.lanes:
            if lane.name in measured:
                self.texts[lane.arm.name, lane.model] = _figure(measured[lane.name])
            elif not lane.control and not lane.shows_capacity:
                self.texts[lane.arm.name, lane.model] = self.why(reasons.get(lane.name, "no trial was measured"))

    def leave_out(self, lane: str, reason: str) -> None:
        arm, model = arm_and_work(lane)
        self.texts.setdefault((arm, model.rstrip("0123456789").rstrip("-")), self.why(reason))


def _figure(lane: LaneFigures) -> str:
    return numbers.seconds(lane.time_per_unit) if lane.scaling is None else numbers.ratio(lane.scaling)
