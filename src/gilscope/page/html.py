"""The page put together: one template, in which style, script, library and content find their places."""

from __future__ import annotations

import html
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from gilscope.page import charts
from gilscope.page.content import content
from gilscope.render.charts import charts as charts_of_workers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.resources.abc import Traversable

    from gilscope.model import Trial
    from gilscope.render.report import Report
    from gilscope.render.sheets import Sheet

ASSETS = files("gilscope.page") / "assets"
PLACE = re.compile(r"\{\{(\w+)\}\}")


def page(report: Report, trials: Sequence[Trial], vega: str, claims: Sequence[Sheet] = ()) -> str:
    """The whole file: ``report`` was made from these raw ``trials``, ``vega`` is what `gilscope.page.library` gives."""
    header = report.header
    held = content(report, trials, claims)
    drawn = [
        {"probe": chart.title.partition(":")[0], "specification": charts.of_workers(chart)}
        for chart in charts_of_workers(report.contests)
    ]
    ways = sorted({trip.way for trip in held.trips})
    parts = {
        "run": html.escape(header.id),
        "made": html.escape(
            f"Measured from {header.started} (UTC) with gilscope {header.gilscope}, suite {header.suite}, on "
            f"{header.host.cpu or header.host.machine}, {header.host.cpus_usable:g} usable CPUs."
        ),
        "style": _asset("page.css"),
        "script": _asset("page.js"),
        "library": vega,
        "content": _embedded(held),
        "charts": _embedded({"drawn": charts.specifications(ways), "workers": drawn}),
    }
    return PLACE.sub(lambda place: parts[place[1]], _asset("page.html"))


def _asset(name: str) -> str:
    asset: Traversable = ASSETS / name
    return asset.read_text(encoding="utf-8")


def _embedded(value: Any) -> str:  # noqa: ANN401 - whatever msgspec can encode
    """JSON that no markup inside a text can end: in JSON, these characters occur in strings only."""
    text = msgspec.json.encode(value).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
