"""The links of the built site: what is dead, and what would be loaded from elsewhere, is found."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

LINKS = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "links.py"))


def built(folder: Path, **texts: str) -> Path:
    """A site of pages by their names, each in a folder of its own beside one style."""
    for name, text in texts.items():
        (folder / name).mkdir()
        (folder / name / "index.html").write_text(f"<main id='top'>{text}</main>", encoding="utf-8")
    return folder


def found(site: Path) -> list[str]:
    """What is said of a site's links."""
    return [str(fault) for fault in LINKS["faults"](site)]


@pytest.mark.parametrize(
    "link",
    [
        "<a href='../b/index.html'>",
        "<a href='../b/index.html#top'>",
        "<a href='#top'>",
        "<a href='#'>",
        "<a href='https://example.org/#any'>",
        "<img src='data:image/png;base64,AA'>",
        "<script src='../b/index.html?v=1'></script>",
    ],
)
def test_what_leads_somewhere_is_no_fault(tmp_path: Path, link: str) -> None:
    """Pages, places in them, the page itself, other sites that are only linked to, and data in the page."""
    assert found(built(tmp_path, a=link, b="")) == []


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("<a href='../c.html'>", "there is no such file"),
        ("<a href='../b/index.html#none'>", "there is no such place in the page"),
        ("<a href='#none'>", "there is no such place in the page"),
        ("<img src='none.png'>", "there is no such file"),
        ("<img src='https://example.org/badge.svg'>", "loaded from another site"),
        ("<script src='//example.org/script.js'></script>", "loaded from another site"),
        ("<link rel='stylesheet' href='https://example.org/font.css'>", "loaded from another site"),
        ("<source srcset='https://example.org/dark.svg 2x'>", "loaded from another site"),
    ],
)
def test_a_dead_or_foreign_address_is_found(tmp_path: Path, link: str, reason: str) -> None:
    """It is named with its page and the reason."""
    (fault,) = found(built(tmp_path, a=link, b=""))

    assert fault.startswith("a/index.html: ")
    assert fault.endswith(reason)


def test_a_style_that_loads_a_font_from_elsewhere_is_found(tmp_path: Path) -> None:
    """Data in a style is no other site's."""
    site = built(tmp_path, a="")
    (site / "own.css").write_text("@font-face { src: url(data:font/woff2;base64,AA) }", encoding="utf-8")
    assert found(site) == []

    (site / "own.css").write_text("@font-face { src: url('https://example.org/a.woff2') }", encoding="utf-8")
    assert found(site) == ["own.css: https://example.org/a.woff2: loaded from another site"]


def test_links_to_other_sites_are_listed_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody asks them, so that the list is what a person can look at."""
    site = built(tmp_path, a="<a href='https://example.org/'>", b="<a href='https://example.org/'>")

    assert LINKS["main"](site) == 0
    assert capsys.readouterr().out.count("https://example.org/") == 1
