"""The page's charts as Vega-Lite's specifications; the page fills in their named data."""

from __future__ import annotations

from typing import Any

import altair as alt

from gilscope.render.builds import BUILDS, COLOURS, SHAPES

INK = "currentColor"
"""The colour of text in the reader's theme."""
WHOLE = "datum.value % 1 ? '' : datum.label"
"""Labels of whole numbers only: there is no half a worker."""
SMALL = (200, 150)
"""Width and height of a panel among many."""
SHARES = {
    "useful": ("#2f9e68", [1, 0]),
    "inflation": ("#d9730d", [4, 2]),
    "queued": ("#b9c0cc", [1, 2]),
    "blocked": ("#8e4fb0", [2, 2]),
    "start, end": ("#e6e9ee", [1, 4]),
}
"""A colour and an outline for each share: bars can be read without colour."""
TRIED = {
    "as it stands": ("#74819c", "circle"),
    "one thing changed": ("#d9730d", "diamond"),
    "everything apart": ("#2f9e68", "square"),
    "everything apart but one": ("#8e4fb0", "triangle-up"),
    "other model": ("#2a7fb8", "cross"),
}
"""A colour and a shape for each group of what was tried."""
WORDS = 300
"""The longest label of what was tried, in pixels."""
LARGE = (300, 260)
"""Width and height of a panel in which many lines cross."""


def specifications() -> dict[str, dict[str, Any]]:
    """Every chart by the name of the data that it draws; runs differ in data only."""
    return {
        "why": _why(),
        "curves": _curves(),
        "penalties": _penalties(),
        "trips": _trips(),
        "rounds": _rounds(),
        "cores": _cores(),
    }


def _why() -> dict[str, Any]:
    """The gain with all that was tried, a panel per question; the dashed rule is at what the machine gave."""
    names, looks = list(TRIED), list(TRIED.values())
    base = alt.Chart()
    rule = base.mark_rule(color=INK, opacity=0.6, strokeDash=[4, 3]).encode(x=_in_workers("mean(given):Q"))
    beside = base.encode(
        y=alt.Y("what:N", title=None, sort=None, axis=alt.Axis(labelLimit=WORDS)),
        color=alt.Color("group:N", scale=alt.Scale(domain=names, range=[look[0] for look in looks]), legend=_legend()),
    )
    intervals = beside.mark_rule(strokeWidth=2).encode(x=_in_workers("low:Q"), x2="high:Q")
    shapes = alt.Scale(domain=names, range=[look[1] for look in looks])
    points = beside.mark_point(filled=True, size=70, opacity=1).encode(
        x=_in_workers("gain:Q"),
        shape=alt.Shape("group:N", scale=shapes, legend=_legend()),
        tooltip=["what:N", "text:N"],
    )
    panel = alt.layer(rule, intervals, points, data=alt.NamedData("why")).properties(width=LARGE[0])
    facet = alt.Facet("contest:N", title=None, sort=None)
    return _as_data(panel.facet(facet, columns=1))


def _in_workers(field: str) -> alt.X:
    """A gain from zero on, with one title in all layers."""
    return alt.X(field, title="gain (workers)", scale=alt.Scale(zero=True))


def _curves() -> dict[str, Any]:
    """Gain over workers, a panel per contest; the ideal gain is the number of workers."""
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
    shapes = alt.Shape("build:N", scale=alt.Scale(domain=list(BUILDS), range=list(SHAPES)), legend=_legend())
    points = beside.mark_point(filled=True, size=60, opacity=1).encode(
        x=x, shape=shapes, tooltip=["contest:N", "arm:N", "text:N"]
    )
    layers = alt.layer(floor, none, intervals, points)
    return _as_data(layers.properties(width="container"))


def _trips() -> dict[str, Any]:
    """Round trip over the size of the payload, a panel per shape and arm."""
    colour = alt.Color("way:N", scale=alt.Scale(scheme="tableau20"), legend=_legend())
    shape = alt.Shape("way:N", legend=_legend())
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


def _cores() -> dict[str, Any]:
    """Where the cores of every parallel lane went, as a bar of shares, a panel per contest."""
    scale = alt.Scale(domain=list(SHARES), range=[colour for colour, _ in SHARES.values()])
    dashes = alt.StrokeDash(
        "part:N", legend=_legend(), scale=alt.Scale(domain=list(SHARES), range=[d for _, d in SHARES.values()])
    )
    bars = (
        alt.Chart(alt.NamedData("cores"))
        .mark_bar(stroke=INK, strokeWidth=1)
        .encode(
            x=alt.X("share:Q", title="share of the workers' time", axis=alt.Axis(format=".0%", tickCount=5)),
            y=alt.Y("lane:N", title=None, sort=None),
            color=alt.Color("part:N", scale=scale, legend=_legend()),
            strokeDash=dashes,
            order="place:O",
            tooltip=["lane:N", "part:N", "text:N"],
        )
    )
    sized = bars.properties(width=LARGE[0])
    return _as_data(
        sized.facet(alt.Facet("contest:N", title=None, sort=None), columns=1).resolve_scale(y="independent")
    )


def _rounds() -> dict[str, Any]:
    """Every trial of one lane, launch by launch; hollow ones were left out, since the lane was still warming."""
    drawn = (
        alt.Chart(alt.NamedData("rounds"))
        .mark_point(size=45, color=COLOURS[1])
        .encode(
            x=alt.X("launch:O", title="launch", axis=alt.Axis(labelAngle=0)),
            xOffset="round:O",
            y=alt.Y("ms:Q", title="makespan (ms)", scale=alt.Scale(zero=False)),
            fillOpacity=alt.condition("datum.counts", alt.value(0.85), alt.value(0)),
            fill=alt.value(COLOURS[1]),
            tooltip=["launch:O", "round:O", "ms:Q"],
        )
    )
    return _as_data(drawn.properties(width="container", height=180))


def _builds() -> alt.Color:
    """Colours of builds, as in the charts of workers."""
    scale = alt.Scale(domain=list(BUILDS), range=list(COLOURS))
    return alt.Color("build:N", scale=scale, legend=_legend())


def _legend() -> alt.Legend:
    return alt.Legend(orient="bottom", direction="vertical", title=None, symbolOpacity=1)


def _as_data(chart: alt.TopLevelMixin) -> dict[str, Any]:
    specification: dict[str, Any] = chart.to_dict()
    return specification
