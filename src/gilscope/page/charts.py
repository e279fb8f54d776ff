"""The page's charts as Vega-Lite's specifications; the page fills in their named data.

A chart with panels has one for each value of the field ``panel``. The page's script keeps of every scale that is
declared here what its data have, so that a legend names what is drawn, and drops layers whose ``name`` no row has.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from gilscope.page.looks import ANSWERS, INK, MACHINES, MODELS, SHARES, TRIED
from gilscope.render.builds import BUILDS, COLOURS, SHAPES

WHOLE = "datum.value % 1 ? '' : datum.label"
"""Labels of whole numbers only: there is no half a worker."""
SMALL = (200, 150)
"""Width and height of a panel among many."""
LARGE = (300, 200)
"""Width and height of a panel in which lines cross."""
WIDE = 300
"""Width of a panel with a row for each lane."""
LABELS = 240
"""The longest label of a row, in pixels."""
WORDS = 300
"""The longest label of what was tried, in pixels."""
DASHES = [[1, 0], [5, 3], [2, 2], [8, 3, 2, 3], [1, 3], [8, 2], [4, 1, 1, 1], [12, 4]]
"""Lines of one build by version, the newest first."""


def specifications() -> dict[str, dict[str, Any]]:
    """Every chart by the name of the data that it draws; runs differ in data only."""
    return {
        "why": _why(),
        "lanes": _lanes(),
        "cores": _cores(),
        "curves": _curves(),
        "penalties": _penalties(),
        "variants": _variants(),
        "changes": _changes(),
        "levels": _levels(),
        "hosts": _hosts(),
        "scalings": _scalings(),
        "requests": _requests(),
        "seen": _seen(),
        "trips": _trips(),
        "rounds": _rounds(),
    }


def _why() -> dict[str, Any]:
    """The gain with all that was tried, a panel per question; the dashed rule is at what the machine gave."""
    base = alt.Chart()
    rule = base.mark_rule(color=INK, opacity=0.6, strokeDash=[4, 3]).encode(x=_in_workers("mean(given):Q"))
    beside = base.encode(y=_rows("what", WORDS))
    intervals = beside.mark_rule(color=INK, strokeWidth=2).encode(x=_in_workers("low:Q"), x2="high:Q")
    shapes = alt.Scale(domain=list(TRIED), range=list(TRIED.values()))
    points = beside.mark_point(filled=True, color=INK, size=70, opacity=1).encode(
        x=_in_workers("gain:Q"),
        shape=alt.Shape("kind:N", scale=shapes, legend=_legend()),
        tooltip=["what:N", "text:N"],
    )
    panel = alt.layer(rule, intervals, points, data=alt.NamedData("why")).properties(width=WIDE)
    return _as_data(panel.facet(_panels(), columns=1))


def _in_workers(field: str) -> alt.X:
    """A gain from zero on, with one title in all layers."""
    return alt.X(field, title="gain (workers)", scale=alt.Scale(zero=True))


def _lanes() -> dict[str, Any]:
    """A point with its interval per lane; rules are at the reference and at the CPUs that the machine gave.

    An arrow stands where an interval goes on beyond what is drawn.
    """
    base = alt.Chart()
    one = _rule(base, "one", _gain("one:Q"))
    given = _rule(base, "given", _gain("given:Q"), dash=[4, 3])
    beside = base.encode(y=_rows("label"), color=_builds())
    intervals = beside.mark_rule(strokeWidth=2).encode(x=_gain("low:Q"), x2="high:Q")
    points = beside.mark_point(filled=True, size=70, opacity=1).encode(
        x=_gain("gain:Q"), shape=_models(), tooltip=["label:N", "text:N"]
    )
    further = beside.transform_filter("isValid(datum.beyond)").mark_point(shape="triangle-right", filled=True, size=50)
    beyond = further.encode(x=_gain("beyond:Q")).properties(name="beyond")
    return _with_rows(alt.layer(one, given, intervals, beyond, points, data=alt.NamedData("lanes")))


def _gain(field: str) -> alt.X:
    return alt.X(field, title="gain over the reference lane", scale=alt.Scale(zero=True))


def _curves() -> dict[str, Any]:
    """Gain over workers, a panel per contest; the ideal gain is the number of workers."""
    base = alt.Chart().encode(x=alt.X("workers:Q", axis=alt.Axis(grid=False, ticks=False, labelExpr=WHOLE)))
    measured, predicted = base.transform_filter("!datum.predicted"), base.transform_filter("datum.predicted")
    ideal = measured.mark_line(color=INK, opacity=0.45, strokeDash=[2, 4]).encode(y=alt.Y("workers:Q", title="gain"))
    lines_of = {"color": _builds(), "detail": ["model:N", "arm:N"]}
    bands = measured.mark_area(opacity=0.18).encode(y="low:Q", y2="high:Q", **lines_of)
    lines = measured.mark_line(strokeWidth=1.5).encode(y="gain:Q", **lines_of)
    laws = predicted.mark_line(strokeWidth=1.5, strokeDash=[6, 3]).encode(y="gain:Q", **lines_of)
    points = measured.mark_point(filled=True, size=45, opacity=1).encode(
        y="gain:Q", shape=_models(), tooltip=["lane:N", "text:N"], **lines_of
    )
    layers = alt.layer(ideal, bands, lines, laws.properties(name="predicted"), points, data=alt.NamedData("curves"))
    return _as_data(layers.properties(width=SMALL[0], height=SMALL[1]).facet(_panels(), columns=1))


def _penalties() -> dict[str, Any]:
    """A point with its interval per contest and arm, on a band as wide as the contest's noise floor."""
    base = alt.Chart(alt.NamedData("penalties")).encode(y=_rows("label"))
    axis = alt.Axis(format="+.0%")
    x = alt.X("value:Q", title="penalty: time on one thread against the default build's, less one", axis=axis)
    floor = base.mark_bar(color=INK, opacity=0.12).encode(x=alt.X("floor_low:Q", title=None), x2="floor:Q")
    none = alt.Chart(alt.NamedData("penalties")).mark_rule(color=INK, opacity=0.4).encode(x=alt.datum(0))
    beside = base.encode(yOffset="build:N", color=_builds())
    intervals = beside.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
    points = beside.mark_point(filled=True, size=60, opacity=1).encode(
        x=x, shape=_shapes_of_builds(), tooltip=["contest:N", "arm:N", "text:N"]
    )
    layers = alt.layer(floor, none, intervals, points)
    return _as_data(layers.properties(width="container"))


def _variants() -> dict[str, Any]:
    """A ratio of times per lane; the thin line is what is possible where all lanes are looked at together."""
    base = alt.Chart()
    one = _rule(base, "one", _ratio("one:Q"))
    beside = base.encode(y=_rows("lane"), color=_answers())
    possible = beside.mark_rule(strokeWidth=1).encode(x=_ratio("least:Q"), x2="most:Q")
    intervals = beside.mark_rule(strokeWidth=3).encode(x=_ratio("low:Q"), x2="high:Q")
    points = beside.mark_point(filled=True, size=70, opacity=1).encode(
        x=_ratio("value:Q"), shape=_shapes_of_answers(), tooltip=["lane:N", "text:N"]
    )
    return _with_rows(alt.layer(one, possible, intervals, points, data=alt.NamedData("variants")))


def _ratio(field: str) -> alt.X:
    return alt.X(field, title="time over the first variant's (less is faster)", scale=alt.Scale(zero=False))


def _changes() -> dict[str, Any]:
    """A change per figure between two runs, with its interval; the rule is at none."""
    base = alt.Chart()
    none = _rule(base, "none", _change("none:Q"))
    beside = base.encode(y=_rows("lane"), color=_answers())
    intervals = beside.mark_rule(strokeWidth=2).encode(x=_change("low:Q"), x2="high:Q")
    points = beside.mark_point(filled=True, size=60, opacity=1).encode(
        x=_change("value:Q"), shape=_shapes_of_answers(), tooltip=["lane:N", "text:N"]
    )
    return _with_rows(alt.layer(none, intervals, points, data=alt.NamedData("changes")))


def _change(field: str) -> alt.X:
    return alt.X(field, title="change from the first run to the second", axis=alt.Axis(format="+.0%", tickCount=5))


def _levels() -> dict[str, Any]:
    """A figure over versions or dates, a panel per series in its own unit; marks beyond noise have a colour."""
    base = alt.Chart().encode(x=alt.X("when:N", title=None, sort=None, axis=alt.Axis(labelAngle=-45)))
    value = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False))
    lines = base.mark_line(color=INK, opacity=0.4, strokeWidth=1).encode(y=value)
    intervals = base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q", title=None), y2="high:Q", color=_answers())
    points = base.mark_point(filled=True, size=60, opacity=1).encode(
        y=value, color=_answers(), shape=_shapes_of_answers(), tooltip=["when:N", "text:N"]
    )
    panel = alt.layer(lines, intervals, points, data=alt.NamedData("levels"))
    sized = panel.properties(width=SMALL[0], height=SMALL[1])
    return _as_data(sized.facet(_panels(), columns=1).resolve_scale(x="independent", y="independent"))


def _hosts() -> dict[str, Any]:
    """A point with its interval per host, a panel per lane in its own unit; CPU models have looks."""
    beside = alt.Chart().encode(y=_rows("host"), color=_cpus())
    x = alt.X("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5))
    intervals = beside.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=None), x2="high:Q")
    points = beside.mark_point(filled=True, size=60, opacity=1).encode(
        x=x, shape=_shapes_of_cpus(), tooltip=["host:N", "cpu:N", "text:N"]
    )
    panel = alt.layer(intervals, points, data=alt.NamedData("hosts")).properties(width=WIDE)
    return _as_data(panel.facet(_panels(), columns=1).resolve_scale(x="independent", y="independent"))


def _scalings() -> dict[str, Any]:
    """Scaling over workers, a panel per probe and model, and a dashed line per host; dotted is the ideal."""
    base = alt.Chart().encode(x=alt.X("workers:Q", axis=alt.Axis(grid=False, ticks=False, labelExpr=WHOLE)))
    ideal = base.mark_line(color=INK, opacity=0.45, strokeDash=[2, 4]).encode(y=alt.Y("workers:Q", title="scaling"))
    of_host = base.encode(color=_cpus(), detail="host:N")
    dashes = alt.StrokeDash("host:N", scale=alt.Scale(domain=[], range=DASHES), legend=_legend(len(DASHES)))
    intervals = of_host.mark_rule(opacity=0.6).encode(y="low:Q", y2="high:Q")
    lines = of_host.mark_line(strokeWidth=1.5).encode(y="value:Q", strokeDash=dashes)
    points = of_host.mark_point(filled=True, size=45, opacity=1).encode(
        y="value:Q", shape=_shapes_of_cpus(), tooltip=["host:N", "cpu:N", "workers:Q", "text:N"]
    )
    layers = alt.layer(ideal, intervals, lines, points, data=alt.NamedData("scalings"))
    return _as_data(layers.properties(width=SMALL[0], height=SMALL[1]).facet(_panels(), columns=1))


def _requests() -> dict[str, Any]:
    """How long requests took by switch interval, a panel per kind and number of busy workers."""
    base = alt.Chart().encode(
        x=alt.X("interval:Q", title="switch interval", scale=alt.Scale(type="log"), axis=_axis_of(IN_SECONDS, 3))
    )
    panel = _crossing_lines(base, "requests", "99 of 100 requests within")
    return _as_data(panel.facet(_panels(), columns=1))


def _seen() -> dict[str, Any]:
    """A point with its interval per lane, a panel per number that a probe observes, each in its own unit."""
    beside = alt.Chart().encode(y=_rows("lane"), color=_builds())
    x = alt.X("value:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4))
    intervals = beside.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=None), x2="high:Q")
    points = beside.mark_point(filled=True, size=60, opacity=1).encode(
        x=x, shape=_shapes_of_builds(), tooltip=["lane:N", "text:N"]
    )
    panel = alt.layer(intervals, points, data=alt.NamedData("seen")).properties(width=WIDE)
    return _as_data(panel.facet(_panels(), columns=1).resolve_scale(x="independent", y="independent"))


def _trips() -> dict[str, Any]:
    """Round trip over the size of the payload, a panel per way to send it."""
    base = alt.Chart().encode(
        x=alt.X("size:Q", title="payload", scale=alt.Scale(type="log"), axis=_axis_of(IN_BYTES, 4))
    )
    panel = _crossing_lines(base, "trips", "round trip")
    return _as_data(panel.facet(_panels(), columns=1))


def _crossing_lines(base: alt.Chart, data: str, title: str) -> alt.LayerChart | alt.FacetChart:
    """A panel of times on a log scale: a line per arm, coloured by build and dashed by version."""
    time = alt.Y("time:Q", title=title, scale=alt.Scale(type="log"), axis=_axis_of(IN_SECONDS, 5))
    beside = base.encode(color=_builds(), detail="arm:N")
    dashes = alt.StrokeDash("version:N", sort=None, scale=alt.Scale(range=DASHES), legend=_legend())
    intervals = beside.mark_rule().encode(y=alt.Y("low:Q", title=title, scale=alt.Scale(type="log")), y2="high:Q")
    lines = beside.mark_line(strokeWidth=1.5).encode(y=time, strokeDash=dashes)
    points = beside.mark_point(filled=True, size=45, opacity=1).encode(
        y=time, shape=_shapes_of_builds(), tooltip=["arm:N", "panel:N", "text:N"]
    )
    layers = alt.layer(intervals, lines, points, data=alt.NamedData(data))
    return layers.properties(width=LARGE[0], height=LARGE[1])


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
            y=_rows("label"),
            color=alt.Color("part:N", scale=scale, legend=_legend()),
            strokeDash=dashes,
            order="place:O",
            tooltip=["label:N", "part:N", "text:N"],
        )
    )
    return _with_rows(bars)


def _rounds() -> dict[str, Any]:
    """Every trial of one lane, launch by launch; hollow ones were left out, since the lane was still warming."""
    builds = alt.Scale(domain=list(BUILDS), range=list(COLOURS))
    drawn = (
        alt.Chart(alt.NamedData("rounds"))
        .mark_point(size=45)
        .encode(
            x=alt.X("launch:O", title="launch", axis=alt.Axis(labelAngle=0)),
            xOffset="round:O",
            y=alt.Y("ms:Q", title="makespan (ms)", scale=alt.Scale(zero=False)),
            stroke=alt.Stroke("build:N", scale=builds, legend=None),
            fill=alt.Fill("build:N", scale=builds, legend=None),
            fillOpacity=alt.condition("datum.counts", alt.value(0.85), alt.value(0)),
            tooltip=["launch:O", "round:O", "ms:Q"],
        )
    )
    return _as_data(drawn.properties(width="container", height=180))


def _rule(base: alt.Chart, field: str, x: alt.X, dash: list[int] | None = None) -> alt.Chart:
    """An upright rule at a value that the first row of each panel holds, named after its field."""
    first = base.transform_filter(f"isValid(datum['{field}'])")
    ruled: alt.Chart = (
        first.mark_rule(color=INK, opacity=0.6, strokeDash=dash or [1, 0]).encode(x=x).properties(name=field)
    )
    return ruled


def _rows(field: str, longest: int = LABELS) -> alt.Y:
    """A row for each value of a field, in the order of the data."""
    return alt.Y(f"{field}:N", title=None, sort=None, axis=alt.Axis(labelLimit=longest))


def _with_rows(panel: alt.Chart | alt.LayerChart | alt.FacetChart) -> dict[str, Any]:
    """A chart with panels, each of which has rows and an axis of its own."""
    sized = panel.properties(width=WIDE)
    faceted = sized.facet(_panels(), columns=1).resolve_scale(y="independent").resolve_axis(x="independent")
    return _as_data(faceted)


def _panels() -> alt.Facet:
    return alt.Facet("panel:N", title=None, sort=None)


SHOWN = "!datum.label ? '' : "
"""Vega leaves labels of log scales out where they would touch; an expression brings them back unless it asks."""
IN_SECONDS = SHOWN + (
    "datum.value >= 0.999 ? format(datum.value, '.3~g') + ' s' : "
    "datum.value >= 0.999e-3 ? format(datum.value * 1e3, '.3~g') + ' ms' : "
    "datum.value >= 0.999e-6 ? format(datum.value * 1e6, '.3~g') + ' us' : "
    "format(datum.value * 1e9, '.3~g') + ' ns'"
)
"""A time as the tables have it."""
IN_BYTES = SHOWN + (
    "datum.value >= 1e9 ? datum.value / 1e9 + ' GB' : datum.value >= 1e6 ? datum.value / 1e6 + ' MB' : "
    "datum.value >= 1e3 ? datum.value / 1e3 + ' kB' : datum.value + ' B'"
)
"""A size as the tables have it."""


def _axis_of(labels: str, ticks: int) -> alt.Axis:
    return alt.Axis(tickCount=ticks, labelExpr=labels)


def _builds() -> alt.Color:
    """Colours of builds, as in the charts of workers."""
    scale = alt.Scale(domain=list(BUILDS), range=list(COLOURS))
    return alt.Color("build:N", scale=scale, legend=_legend())


def _shapes_of_builds() -> alt.Shape:
    return alt.Shape("build:N", scale=alt.Scale(domain=list(BUILDS), range=list(SHAPES)), legend=_legend())


def _models() -> alt.Shape:
    """Shapes of models, one for each in all charts."""
    return alt.Shape("model:N", scale=alt.Scale(domain=list(MODELS), range=list(MODELS.values())), legend=_legend())


def _answers() -> alt.Color:
    colours = [colour for colour, _ in ANSWERS.values()]
    return alt.Color("answer:N", scale=alt.Scale(domain=list(ANSWERS), range=colours), legend=_legend())


def _shapes_of_answers() -> alt.Shape:
    shapes = [shape for _, shape in ANSWERS.values()]
    return alt.Shape("answer:N", scale=alt.Scale(domain=list(ANSWERS), range=shapes), legend=_legend())


def _cpus() -> alt.Color:
    """Colours of CPU models, in turn: the page's script fills in the domain, since nobody knows them beforehand."""
    scale = alt.Scale(domain=[], range=[colour for colour, _ in MACHINES])
    return alt.Color("cpu:N", scale=scale, legend=_legend())


def _shapes_of_cpus() -> alt.Shape:
    return alt.Shape("cpu:N", scale=alt.Scale(domain=[], range=[shape for _, shape in MACHINES]), legend=_legend())


def _legend(most: alt.typing.Optional[int] = alt.Undefined) -> alt.Legend:
    """A legend below the chart, of at most this number of entries where one is given."""
    return alt.Legend(orient="bottom", direction="vertical", title=None, symbolOpacity=1, symbolLimit=most)


def _as_data(chart: alt.TopLevelMixin) -> dict[str, Any]:
    specification: dict[str, Any] = chart.to_dict()
    return specification
