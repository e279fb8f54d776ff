"""A figure's history as sheets: one per series, and the changes beyond noise at the end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.changes import HOLM, NOT_JUDGED, figure, mark, size
from gilscope.render.sheet import Column, Sheet, tabulate
from gilscope.values.lanes import lane_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.history.changes import Change
    from gilscope.history.series import History, Series, SeriesPoint
    from gilscope.history.summary import FigureName

TITLES: dict[FigureName, str] = {
    "penalty": "Penalty on one thread",
    "time": "Time per unit",
    "gain": "Gain over the default build's serial lane",
    "scaling": "Scaling over the arm's own serial lane",
}
STRIP = 15
"""Characters in which a row's interval is drawn."""

LATEST = 30
"""Last rows of a series, which are all shown; earlier rows are shown if they have a mark."""


def sheets(history: History) -> Iterator[Sheet]:
    """A sheet for every series, then one for the changes beyond noise."""
    for series in history.series:
        yield _sheet(history, series)
    yield _changes(history)


def verdict(history: History) -> str:
    """The number of changes beyond noise, and of all that were judged."""
    marked = len(history.marked)
    unjudged = f" {history.not_judged} without a yardstick were not judged." if history.not_judged else ""
    changes = f"{history.compared} {'change' if history.compared == 1 else 'changes'} ({len(history.series)} series)"
    return f"{marked or 'None'} of {changes} {'is' if marked == 1 else 'are'} beyond noise.{unjudged}"


def _changes(history: History) -> Sheet:
    columns: list[Column[tuple[Series, SeriesPoint, Change]]] = [
        Column("probe and lane", lambda marked: f"{marked[0].probe} {_lane(marked[0])}"),
        Column("since", lambda marked: marked[1].label),
        Column("change", lambda marked: size(marked[2])),
        Column("", lambda marked: mark(history.figure, marked[2])),
    ]
    notes = (
        f"{series.probe} {_lane(series)} {row.label}: also changed since the row before: {_also(row)}."
        for series, row, _ in history.marked
        if row.circumstances
    )
    return tabulate("Changes beyond noise", columns, history.marked, notes)


def _sheet(history: History, series: Series) -> Sheet:
    rows = [row for row in series.rows[:-LATEST] if _marked(row)] + list(series.rows[-LATEST:])
    low, high = min(row.estimate.low for row in rows), max(row.estimate.high for row in rows)
    name = history.figure
    columns: list[Column[SeriesPoint]] = [
        Column(history.by, lambda row: row.label),
        Column(name, lambda row: figure(name, row.estimate)),
        Column("change", lambda row: "" if row.change is None else size(row.change)),
        Column("", lambda row: "" if row.change is None else mark(name, row.change)),
        Column(_scale(name, low, high), lambda row: _strip(row, low, high)),
        Column("runs", lambda row: str(row.runs)),
        Column("noise floor", lambda row: numbers.plain_percent(row.noise_floor), wide=True),
        Column("also changed", _also, wide=True),
    ]
    title = f"{TITLES[name]}: {series.probe}, {_lane(series)}"
    return tabulate(title, columns, rows, _notes(history, series, len(rows)))


def _notes(history: History, series: Series, count: int) -> Iterator[str]:
    yield f"On {series.host}; builds: {series.recipe}."
    for differs in sorted({text for row in series.rows for text in row.twin_differs}):
        yield f"NOT COMPARABLE in all: the builds set against each other differ in {differs}."
    if count < len(series.rows):
        yield f"{len(series.rows) - count} earlier rows without a mark are left out here; --json has them."
    if series == history.series[-1]:
        yield HOLM
        if history.not_judged:
            yield NOT_JUDGED
        if history.single_launches:
            yield f"Left out: {history.single_launches} figures of a single launch, which have no interval."


def _lane(series: Series) -> str:
    return lane_name(series.arm, series.work)


def _also(row: SeriesPoint) -> str:
    return ", ".join(row.circumstances)


def _marked(row: SeriesPoint) -> bool:
    return row.change is not None and row.change.beyond_noise is not None


def _scale(name: FigureName, low: float, high: float) -> str:
    """The heading of the strips: both their ends."""
    if name == "penalty":
        return f"{100 * low:+.1f} to {100 * high:+.1f}%"
    if name == "time":
        factor, unit = next((pair for pair in numbers.TIME_UNITS if high >= pair[0]), numbers.TIME_UNITS[-1])
        return f"{low / factor:.3g} to {high / factor:.3g} {unit}"
    return f"{low:.3g} to {high:.3g}"


def _strip(row: SeriesPoint, low: float, high: float) -> str:
    """A row's interval as a line with a dot at the estimate, on the scale of the series."""
    places = _places((row.estimate.low, row.estimate.value, row.estimate.high), low, high)
    left, dot, right = places
    line = [" "] * STRIP
    line[left : right + 1] = "─" * (right - left + 1)
    line[dot] = "●"
    return "".join(line)


def _places(values: Sequence[float], low: float, high: float) -> list[int]:
    width = high - low
    return [math.floor((value - low) / width * (STRIP - 1) + 0.5) if width else 0 for value in values]
