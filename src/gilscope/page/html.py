"""The page as one file: a template with places for style, script, library and content."""

from __future__ import annotations

import html
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from gilscope.interchange import encoded

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from gilscope.page.content import Content
    from gilscope.page.shared import Library

ASSETS = files("gilscope.page") / "assets"
PLACE = re.compile(r"\{\{(\w+)\}\}")


def page(content: Content, shared: Library) -> str:
    """The whole file: any content, with the part that all pages share."""
    parts = {
        "title": html.escape(content.title),
        "answer": "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in content.answer),
        "made": html.escape(content.made),
        "style": _asset("page.css"),
        "script": _asset("page.js"),
        "library": shared.vega,
        "content": _embedded(content),
        "charts": _embedded(shared.charts),
    }
    return PLACE.sub(lambda place: parts[place[1]], _asset("page.html"))


def _asset(name: str) -> str:
    asset: Traversable = ASSETS / name
    return asset.read_text(encoding="utf-8")


def _embedded(value: Any) -> str:  # noqa: ANN401 - whatever msgspec can encode
    """A value as JSON without markup characters, which occur in its strings only, as escapes."""
    text = encoded(value).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
