"""The content of pages over several runs: two side by side, and one figure over versions or dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.page import headlines
from gilscope.page.content import Content, filled, undrawn
from gilscope.page.points import ChangePoint, LevelPoint, drawn
from gilscope.render import changes, history, numbers, run_comparison
from gilscope.render.sheet import BETTER, WORSE
from gilscope.values.lanes import lane_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.history.changes import Change
    from gilscope.history.series import History, Series
    from gilscope.history.summary import FigureName
    from gilscope.history.two_runs import RunComparison

SCALES = {"penalty": (100.0, " (%)"), "gain": (1.0, ""), "scaling": (1.0, "")}
"""What a figure is multiplied by where it is drawn, and its unit; a time has the unit of its largest value."""


def of_comparison(compared: RunComparison) -> Content:
    """Two runs side by side; what changed most stands first."""
    headline = headlines.of_comparison(compared)
    hosts = " and ".join(compared.hosts)
    return Content(
        title=headline.title,
        answer=headline.answer,
        made=f"Two runs, measured on {hosts}.",
        changes=tuple(_changes(compared)),
        of_run=filled(run_comparison.sheets(compared)),
    )


def _changes(compared: RunComparison) -> Iterator[ChangePoint]:
    for row in sorted(compared.rows, key=lambda row: row.change.ratio.value, reverse=True):
        value, low, high = drawn(row.change.ratio.relative())
        is_penalty = row.figure == "penalty" and row.work == "serial"
        yield ChangePoint(
            panel=row.probe,
            probe=row.probe,
            arm=row.arm,
            model=row.work,
            lane=f"penalty {row.arm}" if is_penalty else lane_name(row.arm, row.work),
            value=value,
            low=low,
            high=high,
            answer=_answer(row.figure, row.change),
            text=changes.size(row.change),
        )


def of_history(followed: History) -> Content:
    """One figure over versions or dates."""
    headline = headlines.of_history(followed)
    return Content(
        title=headline.title,
        answer=headline.answer,
        made=f"{len(followed.series)} series, on {', '.join(dict.fromkeys(each.host for each in followed.series))}.",
        levels=tuple(point for series in followed.series for point in _levels(followed, series)),
        of_run=filled(map(undrawn, history.sheets(followed))),
    )


def _levels(followed: History, series: Series) -> Iterator[LevelPoint]:
    by, unit = _scale(followed.figure, max(row.estimate.value for row in series.rows))
    for row in series.rows:
        value, low, high = drawn(row.estimate.scaled(by))
        yield LevelPoint(
            group=series.host,
            panel=f"{series.probe}, {lane_name(series.arm, series.work)}{unit}",
            probe=series.probe,
            arm=series.arm,
            model=series.work,
            when=row.label,
            value=value,
            low=low,
            high=high,
            answer="no difference" if row.change is None else _answer(followed.figure, row.change),
            text=changes.figure(followed.figure, row.estimate),
        )


def _scale(figure: FigureName, largest: float) -> tuple[float, str]:
    """What a series is multiplied by, and its unit, which is that of its table."""
    if figure != "time":
        return SCALES[figure]
    size, unit = next((pair for pair in numbers.TIME_UNITS if largest >= pair[0]), numbers.TIME_UNITS[-1])
    return 1 / size, f" ({unit})"


def _answer(figure: FigureName, change: Change) -> str:
    """Whether a change is for the better or the worse, or no change beyond noise; the answers of `looks.ANSWERS`."""
    if not change.judged:
        return "not judged"
    mark = changes.mark(figure, change)
    return "better" if mark.endswith(BETTER) else "worse" if mark.endswith(WORSE) else "no difference"
