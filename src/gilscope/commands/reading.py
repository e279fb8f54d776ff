"""Stored runs as far as they can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope import errors
from gilscope.commands import output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from gilscope.values.records import Run


def readable(paths: Iterable[Path]) -> Iterator[Run]:
    """The runs that can be read; the reason for any other goes to the standard error."""
    from gilscope import store

    for path in paths:
        try:
            yield store.read(path)
        except errors.ResultsError as error:
            output.console(stderr=True).print(str(error), style="yellow")
