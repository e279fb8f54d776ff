"""Several names in one line: the first of them, and how many more there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 3
"""The most lanes that are named."""


def listed(names: Sequence[str], most: int = MOST, mark: str = ", ") -> str:
    """Names with a mark between them: ``a, b, c, 4 more``."""
    return mark.join(_first(names, most))


def either(names: Sequence[str]) -> str:
    """Names as alternatives: ``a, b or c``."""
    *others, last = _first(names, MOST)
    return f"{', '.join(others)} or {last}" if others else last


def _first(names: Sequence[str], most: int) -> list[str]:
    more = len(names) - most
    return [*names[:most], *([f"{more} more"] if more > 0 else [])]
