"""A check as annotations of a job on GitHub, which shows them at the line of the work.

The format is that of GitHub's workflow commands: ``::error file=...,line=...,title=...::message``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render.check import because

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.expectations.judgements import Checked

LEVELS = {"refuted": "error", "undecided": "warning"}


def lines(checked: Checked) -> Iterator[str]:
    """A line for each judgement that somebody has to look at."""
    for judgement in checked.judgements:
        level = LEVELS.get(judgement.verdict)
        if level is not None:
            title = _property(f"{judgement.verdict}: {judgement.clause.name}")
            place = f"file={_property(judgement.path)},line={judgement.line}," if judgement.path else ""
            yield f"::{level} {place}title={title}::{_data(because(judgement))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
