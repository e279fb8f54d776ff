"""Pictures of what workers take: a panel per version, a point per kind of worker and build.

It needs altair, which the extra ``page`` brings.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import msgspec
import vl_convert

from gilscope.render import numbers
from gilscope.render.builds import BUILDS, COLOURS, SHAPES, build, version
from gilscope.render.sheet import Column, tabulate
from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.values import ContestFigures
    from gilscope.render.sheet import Sheet
    from gilscope.values.runtimes import Arm

Unit = Literal["time", "memory"]

TIME_TICKS = {
    1e-6: "1 us",
    1e-5: "10 us",
    1e-4: "100 us",
    1e-3: "1 ms",
    1e-2: "10 ms",
    1e-1: "100 ms",
    1.0: "1 s",
    10.0: "10 s",
}
MEMORY_TICKS = {
    2.0**10: "1 KiB",
    2.0**14: "16 KiB",
    2.0**18: "256 KiB",
    2.0**22: "4 MiB",
    2.0**26: "64 MiB",
    2.0**30: "1 GiB",
}
PANEL_WIDTH = 220
ROW_HEIGHT = 16
PANELS_PER_ROW = 3


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One mark: ``low`` and ``high`` are the ends of its interval."""

    version: str
    build: str
    kind: str
    value: float
    low: float
    high: float


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of one probe before it is drawn; its rows are the ``kinds``."""

    probe: str
    title: str
    unit: Unit
    kinds: tuple[str, ...]
    points: tuple[Point, ...]

    @property
    def name(self) -> str:
        """The name of its file, without a suffix."""
        return self.probe.replace("/", "-")


def charts(contests: Iterable[ContestFigures]) -> tuple[Chart, ...]:
    """The charts of a run: times of every probe with timed ways, memory of every probe that is weighed.

    Ways to send payloads have none, as their times belong over the payload's size.
    """
    by_probe: dict[str, list[ContestFigures]] = {}
    for contest in contests:
        if contest.contest.probe.sends_payloads:
            continue
        by_probe.setdefault(contest.contest.probe.id, []).append(contest)
    drawn = (_chart(probe, of_probe) for probe, of_probe in by_probe.items())
    return tuple(chart for chart in drawn if chart.points)


def _chart(probe: str, contests: Sequence[ContestFigures]) -> Chart:
    timed = bool(contests[0].contest.probe.ways)
    lanes = [lane for contest in contests for lane in contest.contest.lanes]
    kinds = dict.fromkeys(lane.way or lane.model for lane in lanes)
    points = [point for contest in contests for point in (_times if timed else _weights)(contest)]
    return Chart(
        probe=probe,
        title=f"{probe}: {'time' if timed else 'memory per further worker'}, with 95 % intervals",
        unit="time" if timed else "memory",
        kinds=tuple(kind for kind in kinds if any(point.kind == kind for point in points)),
        points=tuple(dict.fromkeys(points)),
    )


def svg(chart: Chart) -> str:
    """The picture as SVG; equal figures make equal files."""
    return str(vl_convert.vegalite_to_svg(specification(chart)))


def specification(chart: Chart) -> dict[str, Any]:
    """The chart as Vega-Lite's specification."""
    ticks = TIME_TICKS if chart.unit == "time" else MEMORY_TICKS
    values = _ticks(chart.points, ticks)
    kinds = list(chart.kinds)
    versions = sorted({point.version for point in chart.points}, key=_numbers)
    data = alt.InlineData(values=[_datum(point, min(values)) for point in chart.points])
    x = alt.X(
        "value:Q",
        scale=alt.Scale(type="log", domain=[min(values), max(values)]),
        axis=alt.Axis(values=values, labelExpr=_labels(ticks), grid=True, labelOverlap=True, labelFlush=False),
        title=None,
    )
    y = alt.Y("kind:N", sort=kinds, title=None, scale=alt.Scale(domain=kinds))
    builds = [build for build in BUILDS if any(point.build == build for point in chart.points)]
    legend = alt.Legend(orient="bottom", title=None)
    colour = alt.Color("build:N", scale=alt.Scale(domain=builds, range=list(COLOURS)), legend=legend)
    shape = alt.Shape("build:N", scale=alt.Scale(domain=builds, range=list(SHAPES)), legend=legend)
    beside = alt.YOffset("build:N", scale=alt.Scale(domain=builds))
    base = alt.Chart().encode(y=y, yOffset=beside, color=colour)
    intervals = base.mark_rule(strokeWidth=1.5, clip=True).encode(x=alt.X("low:Q"), x2="high:Q")
    marks = base.mark_point(filled=True, size=36, opacity=1).encode(x=x, shape=shape)
    panel = alt.layer(intervals, marks, data=data).properties(width=PANEL_WIDTH, height=ROW_HEIGHT * len(kinds))
    facet = alt.Facet("version:N", sort=versions, title=None, header=alt.Header(labelFontWeight="bold"))
    whole: dict[str, Any] = (
        panel.facet(facet, columns=min(PANELS_PER_ROW, len(versions)))
        .resolve_axis(x="independent")
        .properties(title=chart.title)
        .to_dict()
    )
    return whole


def table(chart: Chart) -> Sheet:
    """The points of a chart as a sheet, each with its interval."""
    text = numbers.seconds if chart.unit == "time" else numbers.memory
    columns: list[Column[Point]] = [
        Column("kind", lambda point: point.kind),
        Column("version", lambda point: point.version),
        Column("build", lambda point: point.build),
        Column(chart.unit, lambda point: text(Estimate(point.value, point.low, point.high))),
    ]
    return tabulate(chart.title, columns, chart.points)


def _times(contest: ContestFigures) -> Iterator[Point]:
    for row in contest.lanes:
        if row.lane.way is not None and contest.contest.probe.is_timed:
            yield _point(row.lane.arm, row.lane.way, row.time_per_unit)


def _weights(contest: ContestFigures) -> Iterator[Point]:
    arms = {lane.arm.name: lane.arm for lane in contest.contest.lanes}
    for item in contest.worker_memory:
        estimate = item.best
        if estimate.value > 0:
            yield _point(arms[item.arm], item.model, estimate)


def _point(arm: Arm, kind: str, estimate: Estimate) -> Point:
    return Point(
        version=version(arm),
        build=build(arm),
        kind=kind,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
    )


def _datum(point: Point, least: float) -> dict[str, float | str]:
    """A point as Vega-Lite takes it; an interval that reaches to zero ends where the picture does."""
    datum: dict[str, float | str] = msgspec.structs.asdict(point)
    return datum | {"low": max(least, point.low), "high": point.high if math.isfinite(point.high) else point.value}


def _ticks(points: Sequence[Point], ticks: Iterable[float]) -> list[float]:
    """The ticks from the last one below all points to the first one above them."""
    known = sorted(ticks)
    least, most = min(point.value for point in points), max(point.value for point in points)
    first = max((tick for tick in known if tick <= least), default=known[0])
    last = min((tick for tick in known if tick >= most and tick > first), default=known[-1])
    return [tick for tick in known if first <= tick <= last]


def _labels(ticks: dict[float, str]) -> str:
    """An expression that names every tick."""
    named = [f"datum.value == {value!r} ? '{name}'" for value, name in ticks.items()]
    return " : ".join([*named, "''"])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
