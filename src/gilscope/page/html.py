"""The page as one file: a template with places for style, script, library and content."""

from __future__ import annotations

import html
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from gilscope.page.content import content
from gilscope.page.shared import with_ways

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.resources.abc import Traversable

    from gilscope.figures.values import ContestFigures
    from gilscope.page.shared import Library
    from gilscope.render.report import Report
    from gilscope.render.sheet import Sheet
    from gilscope.values.records import Trial

ASSETS = files("gilscope.page") / "assets"
PLACE = re.compile(r"\{\{(\w+)\}\}")


def page(report: Report, trials: Sequence[Trial], shared: Library, claims: Sequence[Sheet] = ()) -> str:
    """The whole file of a run; the ``report`` was made from the raw ``trials``."""
    header = report.run.header
    page_content = content(report, trials, claims)
    ways = sorted({trip.way for trip in page_content.trips})
    drawn = {**shared.charts, "trips": with_ways(shared.charts["trips"], ways)}
    parts = {
        "run": html.escape(header.id),
        "made": html.escape(
            f"Measured from {header.started} (UTC) with gilscope {header.gilscope}, suite {header.suite}, on "
            f"{header.host.cpu or header.host.machine}, {header.host.cpus_usable:g} usable CPUs."
        ),
        "style": _asset("page.css"),
        "script": _asset("page.js"),
        "library": shared.vega,
        "content": _embedded(page_content),
        "charts": _embedded({"drawn": drawn, "workers": list(_of_workers(report.run.contests))}),
    }
    return PLACE.sub(lambda place: parts[place[1]], _asset("page.html"))


def _of_workers(contests: Sequence[ContestFigures]) -> Iterator[dict[str, Any]]:
    """The charts of births and of memory, with their data."""
    if any(contest.asks_about_workers for contest in contests):
        from gilscope.render import charts  # noqa: PLC0415 - altair takes longer to load than a page to make

        for chart in charts.charts(contests):
            yield {"probe": chart.probe, "specification": charts.specification(chart)}


def _asset(name: str) -> str:
    asset: Traversable = ASSETS / name
    return asset.read_text(encoding="utf-8")


def _embedded(value: Any) -> str:  # noqa: ANN401 - whatever msgspec can encode
    """A value as JSON without markup characters, which occur in its strings only, as escapes."""
    text = msgspec.json.encode(value).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
