"""Charts as SVG files, for pages of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import vl_convert

from gilscope.page import charts, observed, points
from gilscope.page.labels import labels
from gilscope.render.charts import charts as charts_of_workers
from gilscope.render.charts import svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gilscope.figures.run import RunFigures

WIDTH, ROW = 560, 30
"""Width of the chart of penalties, and height of each of its rows."""
COLUMNS = 2
"""Entries of a legend side by side."""
PANELS = 4
"""Panels of the chart of round trips side by side."""
OF_PENALTIES = "Time on one thread against the default build's, with 95 % intervals; grey: within the noise floor"
OF_TRIPS = "Round trip by size of the payload, with 95 % intervals"


def pictures(run: RunFigures) -> dict[str, str]:
    """Every chart that there are figures for, by the name of its file; equal figures make equal files."""
    drawn = {chart.name: svg(chart) for chart in charts_of_workers(run.contests)}
    penalties = points.penalties(run.contests)
    trips = observed.trips(run.contests, run.means)
    known = charts.specifications()
    if penalties:
        height = ROW * len({point.contest for point in penalties})
        penalties = _apart(penalties)
        sized = {**known["penalties"], "width": WIDTH, "height": height}
        drawn["penalties"] = _with_data(sized, OF_PENALTIES, {"penalties": penalties})
    if trips:
        every = [msgspec.structs.replace(trip, panel=f"{trip.group}: {trip.panel}") for trip in trips]
        drawn["trips"] = _with_data({**known["trips"], "columns": PANELS}, OF_TRIPS, {"trips": every})
    return drawn


def _apart(penalties: Sequence[points.PenaltyPoint]) -> tuple[points.PenaltyPoint, ...]:
    """Penalties of all builds in one chart, in which labels name the builds where there are several."""
    told = labels(point.contest for point in penalties)
    return tuple(msgspec.structs.replace(point, label=told[point.contest]) for point in penalties)


def _with_data(specification: Mapping[str, Any], title: str, data: Mapping[str, Iterable[msgspec.Struct]]) -> str:
    around = {
        "title": {"text": title, "anchor": "start"},
        "config": {**specification["config"], "legend": {"columns": COLUMNS}},
        "datasets": msgspec.to_builtins(data),
    }
    return str(vl_convert.vegalite_to_svg({**specification, **around}))
