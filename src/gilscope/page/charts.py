"""The page's charts in Vega-Lite's words; the page fills in the named data that the reader's choice leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from gilscope.render import charts

if TYPE_CHECKING:
    from collections.abc import Sequence

INK = "currentColor"
"""Whatever colour text has in the reader's theme."""
WHOLE = "datum.value % 1 ? '' : datum.label"
"""There is no half a worker."""
SMALL = (200, 150)
"""Width and height of a panel of many."""
LARGE = (300, 260)
"""The same where many lines cross."""


def specifications(ways: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Every chart by the name of the data that it draws; ``ways`` are those that payloads take."""
    return {"curves": _curves(), "penalties": _penalties(), "trips": _trips(ways), "rounds": _rounds()}


def of_workers(chart: charts.Chart) -> dict[str, Any]:
    """A chart of births or of memory, with its data."""
    return charts.specification(chart)


def _curves() -> dict[str, Any]:
    """Gain over workers, a panel per contest; the ideal has as many times the throughput as workers."""
    base = alt.Chart().encode(x=alt.X("workers:Q", axis=alt.Axis(grid=False, ticks=False, labelExpr=WHOLE)))
    measured, predicted = base.transform_filter("!datum.predicted"), base.transform_filter("datum.predicted")
    ideal = measured.mark_line(color=INK, opacity=0.45, strokeDash=[2, 4]).encode(y=alt.Y("workers:Q", title="gain"))
    colours = {"color": _builds(), "detail": ["model:N", "arm:N"]}
    bands = measured.mark_area(opacity=0.18).encode(y="low:Q", y2="high:Q", **colours)
    lines = measured.mark_line(strokeWidth=1.5).encode(y="gain:Q", **colours)
    laws = predicted.mark_line(strokeWidth=1.5, strokeDash=[6, 3]).encode(y="gain:Q", **colours)
    models = alt.Shape("model:N", legend=_legend())
    points = measured.mark_point(filled=True, size=45, opacity=1).encode(
        y="gain:Q", shape=models, tooltip=["lane:N", "text:N"], **colours
    )
    panel = alt.layer(ideal, bands, lines, laws, points, data=alt.NamedData("curves"))
    facet = alt.Facet("contest:N", title=None, sort=None)
    return _as_data(panel.properties(width=SMALL[0], height=SMALL[1]).facet(facet, columns=1))


def _penalties() -> dict[str, Any]:
    """A point with its interval per contest and arm, on a band as wide as the contest's noise floor."""
    base = alt.Chart(alt.NamedData("penalties")).encode(y=alt.Y("contest:N", title=None, sort=None))
    axis = alt.Axis(format="+.0%")
    x = alt.X("value:Q", title="penalty: time on one thread against the default build's, less one", axis=axis)
    floor = base.mark_bar(color=INK, opacity=0.12).encode(x=alt.X("floor_low:Q", title=None), x2="floor:Q")
    none = alt.Chart(alt.NamedData("penalties")).mark_rule(color=INK, opacity=0.4).encode(x=alt.datum(0))
    beside = base.encode(yOffset="build:N", color=_builds())
    intervals = beside.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
    shapes = alt.Shape(
        "build:N", scale=alt.Scale(domain=list(charts.BUILDS), range=list(charts.SHAPES)), legend=_legend()
    )
    points = beside.mark_point(filled=True, size=60, opacity=1).encode(
        x=x, shape=shapes, tooltip=["contest:N", "arm:N", "text:N"]
    )
    layers = alt.layer(floor, none, intervals, points)
    return _as_data(layers.properties(width="container"))


def _trips(ways: Sequence[str]) -> dict[str, Any]:
    """Round trip over the size of the payload, a panel per shape and arm.

    Colour and shape share one legend since both are told the same domain.
    """
    colour = alt.Color("way:N", scale=alt.Scale(domain=ways, scheme="tableau20"), legend=_legend())
    shape = alt.Shape("way:N", scale=alt.Scale(domain=ways), legend=_legend())
    base = alt.Chart().encode(
        x=alt.X("size:Q", scale=alt.Scale(type="log"), axis=alt.Axis(format="~s", tickCount=4), title="bytes"),
        color=colour,
    )
    intervals = base.mark_rule().encode(y=alt.Y("low:Q", scale=alt.Scale(type="log")), y2="high:Q")
    time = alt.Y("time:Q", title="round trip (s)", scale=alt.Scale(type="log"), axis=alt.Axis(format="~s", tickCount=5))
    lines = base.mark_line(strokeWidth=1.5).encode(y=time)
    points = base.mark_point(filled=True, size=45, opacity=1).encode(
        y=time, shape=shape, tooltip=["arm:N", "way:N", "text:N"]
    )
    panel = alt.layer(intervals, lines, points, data=alt.NamedData("trips"))
    sized = panel.properties(width=LARGE[0], height=LARGE[1])
    return _as_data(sized.facet(alt.Facet("panel:N", title=None, sort=None), columns=1))


def _rounds() -> dict[str, Any]:
    """Every trial of one lane, launch by launch; hollow ones were left out, since the lane was still warming."""
    drawn = (
        alt.Chart(alt.NamedData("rounds"))
        .mark_point(size=45, color=charts.COLOURS[1])
        .encode(
            x=alt.X("launch:O", title="launch", axis=alt.Axis(labelAngle=0)),
            xOffset="round:O",
            y=alt.Y("ms:Q", title="makespan (ms)", scale=alt.Scale(zero=False)),
            fillOpacity=alt.condition("datum.counts", alt.value(0.85), alt.value(0)),
            fill=alt.value(charts.COLOURS[1]),
            tooltip=["launch:O", "round:O", "ms:Q"],
        )
    )
    return _as_data(drawn.properties(width="container", height=180))


def _builds() -> alt.Color:
    """The same colours as in the charts of workers."""
    scale = alt.Scale(domain=list(charts.BUILDS), range=list(charts.COLOURS))
    return alt.Color("build:N", scale=scale, legend=_legend())


def _legend() -> alt.Legend:
    return alt.Legend(orient="bottom", direction="vertical", title=None, symbolOpacity=1)


def _as_data(chart: alt.TopLevelMixin) -> dict[str, Any]:
    specification: dict[str, Any] = chart.to_dict(validate=False)
    return specification
