"""What the docs tell a person to type: the blocks of their pages, and the commands in those of the kind ``console``."""

from __future__ import annotations

import itertools
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = Path(__file__).parents[1]
PAGES = (HOME / "README.md", *sorted((HOME / "docs").rglob("*.md")))

NOT_RUN = {
    "runtimes install": "brings Pythons: it needs a network and minutes",
    "--suite pyperformance": "measures what pyperformance has: it needs an index and an hour",
    "/mnt/lab": "reads a share of another machine",
    "python3 -m venv": ".ci/run gives it in a fresh clone",
    "pip install": "asks an index for packages; .ci/run installs the same project",
    "nox -s": "starts a session, which .ci/run does; tests/unit/test_docs.py holds that there is one of this name",
}
"""Commands that no test can run, by a part of them, with the reason; a block with a reason of its own has a mark."""

BLOCK = re.compile(
    r"(?:<!-- not run: (?P<mark>[^>]+) -->\n{1,2})?(?:`(?P<name>[\w/]+\.py)`:\n\n)?"
    r"^```(?P<kind>\w+)\n(?P<text>.*?)^```",
    re.DOTALL | re.MULTILINE,
)
PROMPT = "$ "
OURS = re.compile(r"(?:[~\w/]*\.venv/bin/|uvx --from \S+ )?(?P<text>gilscope .*)")
NAME_ABOVE = re.compile(r"# (?P<name>[\w/]+\.py)\n")


class Block(NamedTuple):
    """A block of code: the file that it is, if any, and why no test runs it, where its page says so."""

    kind: str
    text: str
    name: str | None
    mark: str | None

    def commands(self) -> Iterator[tuple[str, str]]:
        """Each command with what it prints: where lines have a prompt those are commands, else all lines are."""
        lines = self.text.splitlines()
        if not any(line.startswith(PROMPT) for line in lines):
            yield from ((without_comment(line), "") for line in lines if without_comment(line))
            return
        for place, line in enumerate(lines):
            if line.startswith(PROMPT):
                below = itertools.takewhile(lambda other: not other.startswith(PROMPT), lines[place + 1 :])
                yield without_comment(line.removeprefix(PROMPT)), "\n".join(below)


class Command(NamedTuple):
    """A command of ours, what its page says that it prints, and what the page says before it of files and project."""

    page: str
    text: str
    printed: str
    files: dict[str, str]
    tables: str

    @property
    def words(self) -> list[str]:
        """The words behind ``gilscope``, as a shell would pass them."""
        return [os.path.expandvars(word) for word in shlex.split(self.text)[1:]]


def blocks(page: Path) -> Iterator[Block]:
    """A page's blocks of code, in order."""
    for match in BLOCK.finditer(page.read_text("utf-8")):
        above = NAME_ABOVE.match(match["text"])
        yield Block(match["kind"], match["text"], match["name"] or (above and above["name"]), match["mark"])


def commands(page: Path) -> Iterator[Command]:
    """The commands of ours in a page's console blocks, in order, but for blocks that are marked."""
    files: dict[str, str] = {}
    tables = ""
    for block in blocks(page):
        if block.kind == "python" and block.name:
            files[block.name] = block.text
        elif block.kind == "toml" and block.text.startswith("[tool.gilscope"):
            tables += f"\n{block.text}"
        elif block.kind == "console" and block.mark is None:
            for text, printed in block.commands():
                if ours := OURS.fullmatch(text):
                    yield Command(page.stem, ours["text"], printed, dict(files), tables)


def unanswered(page: Path) -> list[str]:
    """Commands that no test runs, and of which neither a mark before their block nor `NOT_RUN` says why."""
    return [
        text
        for block in blocks(page)
        if block.kind == "console" and block.mark is None
        for text, _ in block.commands()
        if not OURS.fullmatch(text) and not any(part in text for part in NOT_RUN)
    ]


def without_comment(text: str) -> str:
    """A command without what a shell would take for a comment."""
    return re.sub(r"(^|\s+)# .*", "", text).strip()
