"""The links of the built site: inner ones lead somewhere, and nothing is loaded from elsewhere.

    python docs/links.py build/site

ends with 1 where either does not hold. Links to other sites are listed and not asked.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

LOADED = frozenset({"icon", "preload", "modulepreload", "stylesheet"})
"""What a ``link`` is to its page where a browser fetches it with the page."""
OF_A_STYLE = re.compile(r"""(?:url\(|@import)\s*['"]?(?P<address>(?:https?:)?//[^'")\s]+)""")

FOREIGN = "loaded from another site"


class Fault(NamedTuple):
    """A link that does not hold, in a file of the site."""

    file: str
    address: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.address}: {self.reason}"


class Page(HTMLParser):
    """The addresses that a page links to or loads, and the names by which it can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.linked: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one element names, links to and loads."""
        given = {name: value for name, value in attrs if value}
        self.names |= {given[name] for name in ("id", "name") if name in given}
        if "href" in given:
            is_loaded = tag == "link" and LOADED & set(given.get("rel", "").split())
            (self.loaded if is_loaded else self.linked).append(given["href"])
        if "src" in given:
            self.loaded.append(given["src"])
        if "srcset" in given:
            self.loaded += [candidate.split()[0] for candidate in given["srcset"].split(",")]


def pages(site: Path) -> dict[Path, Page]:
    """Every page of a site by its file."""
    return {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def faults(site: Path) -> list[Fault]:
    """What is wrong with a site's links: dead ones within it, and what would be loaded from another site."""
    known = pages(site)
    found = [
        Fault(path.relative_to(site.resolve()).as_posix(), address, reason)
        for path, page in known.items()
        for address in dict.fromkeys([*page.linked, *page.loaded])
        if (reason := foreign(address, page) or why_dead(path, address, known))
    ]
    for path in sorted(site.rglob("*.css")):
        addresses = [match["address"] for match in OF_A_STYLE.finditer(path.read_text(encoding="utf-8"))]
        found += [Fault(path.relative_to(site).as_posix(), address, FOREIGN) for address in addresses]
    return found


def foreign(address: str, page: Page) -> str | None:
    """Why a page may not have an address, which is that the page loads it from another site, or None."""
    return FOREIGN if is_elsewhere(address) and address in page.loaded else None


def is_elsewhere(address: str) -> bool:
    """Whether an address leaves the site; one that holds its data itself is none of another site."""
    parts = urlsplit(address)
    return bool(parts.netloc or parts.scheme) and parts.scheme != "data"


def why_dead(path: Path, address: str, known: dict[Path, Page]) -> str | None:
    """Why an inner address leads nowhere from a page, None where it leads somewhere or to another site."""
    parts = urlsplit(address)
    if is_elsewhere(address) or parts.scheme == "data":
        return None
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return "there is no such file"
    if parts.fragment and target in known and unquote(parts.fragment) not in known[target].names:
        return "there is no such place in the page"
    return None


def others(site: Path) -> list[str]:
    """The addresses of other sites that pages link to, each once."""
    addresses = {address for page in pages(site).values() for address in page.linked if is_elsewhere(address)}
    return sorted(addresses)


def main(site: Path) -> int:
    """List the links to other sites, then each fault; the exit status is 1 where there is one."""
    print("Links to other sites, which nobody asked:", *others(site), sep="\n  ")
    found = faults(site)
    print(*(found or [f"All other links of {len(pages(site))} pages hold."]), sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
