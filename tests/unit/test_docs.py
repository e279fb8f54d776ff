"""The pages of the docs: links that hold on GitHub and on the site, commands that are run, messages that exist."""

from __future__ import annotations

import ast
import itertools
import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt

import documented
from documented import HOME, NOT_RUN, PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from markdown_it.token import Token

DOCS = HOME / "docs"
NAVIGATION = DOCS / "navigation.md"
OF_THE_SITE = [
    *(page for page in PAGES if DOCS in page.parents and page != NAVIGATION),
    *(HOME / "CHANGELOG.md", HOME / "CONTRIBUTING.md"),
]
TROUBLESHOOTING = DOCS / "how-to" / "troubleshooting.md"
HOLE = "…"
"""Stands for what a message fills in, in the page of messages."""


@cache
def tokens(page: Path) -> list[Token]:
    """A page as Markdown's parser sees it, with tables as on GitHub; what is in code is no link."""
    return MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8"))


def addresses(page: Path) -> Iterator[str]:
    """What a page links to and which pictures it shows."""
    for token in itertools.chain.from_iterable(token.children or () for token in tokens(page)):
        if token.type in {"link_open", "image"}:
            yield str(token.attrs["href" if token.type == "link_open" else "src"])


@cache
def anchors(page: Path) -> frozenset[str]:
    """The names by which GitHub, and MyST with it, let the headings of a page be linked to."""
    found: set[str] = set()
    for before, token in itertools.pairwise(tokens(page)):
        if before.type == "heading_open":
            texts = (child.content for child in token.children or () if child.type in {"text", "code_inline"})
            slug = re.sub(r"[^\w\- ]", "", "".join(texts).strip().lower()).replace(" ", "-")
            further = (f"{slug}-{number}" for number in itertools.count(1))
            found.add(slug if slug not in found else next(name for name in further if name not in found))
    return frozenset(found)


def why_dead(page: Path, address: str) -> str | None:
    """Why an address within the repository leads nowhere, None where it leads somewhere or elsewhere."""
    parts = urlsplit(address)
    if parts.scheme:
        return None
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file():
        return "there is no such file"
    if parts.fragment and unquote(parts.fragment) not in anchors(target):
        return "its page has no such heading"
    return None


@pytest.mark.parametrize("page", [HOME / "README.md", *OF_THE_SITE], ids=lambda page: str(page.relative_to(HOME)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """A link to a file of the repository finds it, and one to a heading finds that."""
    dead = {address: reason for address in addresses(page) if (reason := why_dead(page, address))}

    assert dead == {}


def test_every_page_has_one_place_in_the_navigation() -> None:
    """The site's table of contents names each page but the front page once, and no other."""
    lines = NAVIGATION.read_text("utf-8").splitlines()
    named = [line for line in lines if re.fullmatch(r"/?[\w./-]+", line)]
    pages = [(HOME if name.startswith("/") else DOCS) / f"{name.removeprefix('/')}.md" for name in named]

    assert sorted(pages) == sorted(page for page in OF_THE_SITE if page != DOCS / "index.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOME)))
def test_every_command_is_run_or_its_page_says_why_not(page: Path) -> None:
    """A command is gilscope's, or of those that no test can run, or its block has ``<!-- not run: REASON -->``."""
    assert documented.unanswered(page) == []
    assert re.findall(r"^[ \t]+```console", page.read_text("utf-8"), re.MULTILINE) == [], "such a block is not read"


def test_every_reason_not_to_run_a_command_is_that_of_one() -> None:
    """A reason that no page needs any more goes."""
    texts = [text for page in PAGES for block in documented.blocks(page) for text, _ in block.commands()]

    assert [part for part in NOT_RUN if not any(part in text for text in texts)] == []


def test_every_session_that_a_page_names_exists() -> None:
    """A session of nox's that was renamed is renamed in the pages too."""
    source = (HOME / "noxfile.py").read_text("utf-8")
    sessions = set(re.findall(r"@nox\.session.*?^def (\w+)\(", source, re.DOTALL | re.MULTILINE))
    given = [
        (page.name, name)
        for page in [*PAGES, HOME / "CONTRIBUTING.md"]
        for match in re.finditer(r"nox -s (?P<names>[\w ]+)", page.read_text("utf-8"))
        for name in itertools.takewhile(str.isidentifier, match["names"].split(" "))
    ]

    assert given
    assert [(page, name) for page, name in given if name not in sessions] == []


def filled(text: str) -> str:
    """A message with `HOLE` for each place that is filled in later, and blanks for line breaks."""
    return re.sub(r"\{[^{}]*\}", HOLE, " ".join(text.split()))


def said(source: Path) -> Iterator[str]:
    """Every text in a module, with `HOLE` for what it fills in."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield filled(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
            yield filled("".join(parts))


def quoted(page: Path) -> Iterator[str]:
    """The messages in the first column of a page's tables."""
    for first, second, third in zip(tokens(page), tokens(page)[1:], tokens(page)[2:], strict=False):
        if (first.type, second.type) == ("tr_open", "td_open"):
            yield from (child.content for child in third.children or () if child.type == "code_inline")


def test_every_message_that_is_explained_can_be_met() -> None:
    """A message that the source no longer says goes from the page of messages, or is quoted anew."""
    sources = (DOCS.parent / "src" / "gilscope").rglob("*.py")
    texts = "\n".join(text for source in sources for text in said(source))
    messages = list(quoted(TROUBLESHOOTING))

    assert messages
    assert [message for message in messages if filled(message) not in texts] == []
