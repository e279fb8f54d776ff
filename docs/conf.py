"""Sphinx's settings: the site is built from the Markdown that GitHub shows, `nox -s docs` builds it.

The source folder is the repository's root, so that links between pages mean one thing in both places.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent / "src"))

import gilscope  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "gilscope"
project_copyright = "The gilscope authors"
release = gilscope.__version__
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["docs/**", "CHANGELOG.md", "CONTRIBUTING.md"]
exclude_patterns = [
    "docs/navigation.md",  # a part of the front page, see below
    # folders without pages, which need not be looked through
    *(".*", "benchmarks", "build", "dist", "matrix", "probes", "results", "src", "tests"),
]
myst_heading_anchors = 4
suppress_warnings = [
    "myst.header",  # generated tables have headings of level 3 wherever they stand
    "misc.highlighting_failure",  # DuckDB's SQL has braces, which the highlighter does not know
]
smartquotes = False  # a `--flag` in running text is no dash

html_theme = "furo"
html_title = f"gilscope {release}"
html_extra_path = ["front"]  # an index.html that leads to the front page
html_use_index = False
html_copy_source = False


def setup(app: Sphinx) -> None:
    """Have the table of contents appended to the front page, since GitHub would show its directives as code."""
    app.connect("source-read", with_navigation)


def with_navigation(app: Sphinx, name: str, source: list[str]) -> None:
    """Append `navigation.md` to the front page's text."""
    if name == app.config.root_doc:
        source[0] += "\n" + (DOCS / "navigation.md").read_text(encoding="utf-8")
