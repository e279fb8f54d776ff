"""Texts that cells of several sheets have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from gilscope.render import numbers
from gilscope.render.sheet import NOT_MEASURED

if TYPE_CHECKING:
    from collections.abc import Callable

    from gilscope.figures.values import Penalty

Value = TypeVar("Value")


def if_measured(value: Value | None, text: Callable[[Value], str]) -> str:
    """The text of a value, or the mark of what was not measured."""
    return NOT_MEASURED if value is None else text(value)


def marked(text: str, *, beyond_noise: bool) -> str:
    """The text of a difference, after a tilde where noise may explain it."""
    return text if beyond_noise else f"~ {text}"


def penalty(item: Penalty | None) -> str:
    """A penalty, marked where noise may explain it."""
    return (
        NOT_MEASURED
        if item is None
        else marked(numbers.signed_percent(item.penalty), beyond_noise=item.distinguishable)
    )
