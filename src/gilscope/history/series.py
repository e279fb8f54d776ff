"""One figure over versions or dates, never across hosts or kinds of build; pure."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import msgspec
from packaging.version import InvalidVersion, Version

from gilscope.history.between import BetweenRuns, are_comparable
from gilscope.history.changes import Change, Step, changes
from gilscope.history.joining import Point, point_of
from gilscope.history.summary import UNKNOWN, DatedFigure, Figure, FigureName, in_unit
from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


By = Literal["version", "date"]

_Row = tuple[str, tuple[Figure, ...]]


class SeriesPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A version or date: the figure of its runs, and what changed since the row before it.

    ``change`` is None in the first row. ``circumstances`` are what else differs from the row before, in words, and
    ``twin_differs`` in what the builds differ that the figure sets against each other.
    """

    label: str
    estimate: Estimate
    noise_floor: float
    runs: int
    change: Change | None
    circumstances: tuple[str, ...]
    twin_differs: tuple[str, ...]


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that may be compared; ``arm`` is a kind of build by version, and a runtime's name by date."""

    host: str
    recipe: str
    probe: str
    arm: str
    work: str
    rows: tuple[SeriesPoint, ...]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """All series of a figure; ``single_launches`` figures were left out, since they have no interval."""

    figure: FigureName
    by: By
    series: tuple[Series, ...]
    single_launches: int

    @property
    def compared(self) -> int:
        """How many changes were judged together."""
        return sum(change.judged for change in self._changes)

    @property
    def not_judged(self) -> int:
        """How many changes may be the machine's own, since no yardstick was measured on both sides."""
        return sum(not change.judged for change in self._changes)

    @property
    def _changes(self) -> list[Change]:
        return [row.change for series in self.series for row in series.rows if row.change is not None]

    @property
    def marked(self) -> tuple[tuple[Series, SeriesPoint, Change], ...]:
        """The changes beyond noise."""
        return tuple(
            (series, row, row.change)
            for series in self.series
            for row in series.rows
            if row.change is not None and row.change.beyond_noise is not None
        )


def history(figure: FigureName, by: By, dated_figures: Iterable[DatedFigure]) -> History:
    """The series of a figure, and which of its changes are beyond noise."""
    groups: dict[tuple[str, ...], list[DatedFigure]] = defaultdict(list)
    unknown = 0
    for dated in dated_figures:
        item = dated.figure
        if item.half_width is None:
            unknown += 1
        else:
            arm = item.build if by == "version" else item.arm
            groups[dated.host, item.recipe, item.probe, arm, item.work].append(dated)
    rows = {key: _rows(groups[key], by) for key in sorted(groups)}
    between = BetweenRuns(_neighbours(rows.values()))
    lines = {key: [point_of(label, of_row, between) for label, of_row in rows[key]] for key in rows}
    steps = [_step(early, late) for points in lines.values() for early, late in pairwise(points)]
    step_changes = iter(changes(steps))
    series = tuple(
        _series(key, [_row(point, figure) for point in points], points, step_changes) for key, points in lines.items()
    )
    return History(figure=figure, by=by, series=series, single_launches=unknown)


def version_order(text: str) -> Version:
    """The sort key of a version: pre-releases stand before their release, unknown spellings before all."""
    try:
        return Version(text.rstrip("+"))
    except InvalidVersion:
        return Version("0")


def _rows(runs: Iterable[DatedFigure], by: By) -> list[_Row]:
    """The label and the figures of every row; figures stand in order of time, rows in order of their labels.

    Runs of one version or date that did not measure one thing are rows of their own, labelled by when they began.
    """
    groups: dict[str, dict[tuple[str, ...], list[DatedFigure]]] = defaultdict(lambda: defaultdict(list))
    for run in sorted(runs, key=lambda run: run.started):
        label = run.figure.version if by == "version" else run.started[: len("2026-01-31")]
        groups[label][run.figure.measured].append(run)
    labels = sorted(groups, key=version_order) if by == "version" else sorted(groups)
    return [
        (label if len(groups[label]) == 1 else _since(label, rows[0].started), tuple(run.figure for run in rows))
        for label in labels
        for rows in groups[label].values()
    ]


def _since(label: str, started: str) -> str:
    """The label of a row beside others of its version or date."""
    return started if started.startswith(label) else f"{label} from {started}"


def _neighbours(lines: Iterable[list[_Row]]) -> Iterator[tuple[Figure, Figure]]:
    """Runs that follow each other in one series: most have the builds in common, or builds that hardly differ."""
    for rows in lines:
        yield from pairwise(figure for _, figures in rows for figure in figures)


def _step(early: Point, late: Point) -> Step:
    if are_comparable(*early.figures, *late.figures):
        return Step(early.over_yardstick, late.over_yardstick)
    return Step(early.level, late.level, judged=False)


def _series(
    key: tuple[str, ...], rows: Sequence[SeriesPoint], points: Sequence[Point], step_changes: Iterator[Change]
) -> Series:
    host, recipe, probe, arm, work = key
    first, *others = rows
    later = (
        msgspec.structs.replace(row, change=next(step_changes), circumstances=_differences(early, late))
        for row, (early, late) in zip(others, pairwise(points), strict=True)
    )
    return Series(host=host, recipe=recipe, probe=probe, arm=arm, work=work, rows=(first, *later))


def _row(point: Point, figure: FigureName) -> SeriesPoint:
    return SeriesPoint(
        label=point.label,
        estimate=in_unit(figure, point.level.log),
        noise_floor=point.level.floor,
        runs=len(point.figures),
        change=None,
        circumstances=(),
        twin_differs=tuple(sorted({each.twin_differs for each in point.figures if each.twin_differs})),
    )


def _differences(early: Point, late: Point) -> tuple[str, ...]:
    """The circumstances in which the runs of two rows differ, besides a version that is the row's own label."""
    differing = []
    kinds = [{tuple(figure.circumstances.items()) for figure in point.figures} for point in (early, late)]
    for name in late.figures[0].circumstances:
        before, after = ({dict(kind)[name] for kind in circumstance_sets} for circumstance_sets in kinds)
        is_label = name == "Python" and late.label.startswith(late.figures[0].version)
        if before != after and UNKNOWN not in before | after and not is_label:
            differing.append(name)
    return tuple(differing)
