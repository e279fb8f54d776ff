"""Looks again before a test fails: a machine that is busy with other work makes one look err, but not every one.

A test asks again only for what another process's turn on the CPU can change. What is asserted stays as strict as it is
on a quiet machine: code that is wrong fails every time.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Given = ParamSpec("Given")
Seen = TypeVar("Seen")

TIMES = 3
LIMITS_S = (0.5, 2.0, 8.0)


def asked_again(test: Callable[Given, None]) -> Callable[Given, None]:
    """A test that fails only when it failed three times in a row; its fixtures are made once."""

    @functools.wraps(test)
    def patient(*arguments: Given.args, **named: Given.kwargs) -> None:
        for _ in range(TIMES - 1):
            try:
                return test(*arguments, **named)
            except AssertionError:
                continue
        return test(*arguments, **named)

    return patient


def looked(
    look: Callable[[float], Seen], is_right: Callable[[Seen], bool], lengths: Iterable[float] = LIMITS_S
) -> Seen:
    """What a look of some length showed: the first right one, each longer than the one before it.

    Where none are given, lengths are time limits in seconds.
    """
    first, *longer = lengths
    seen = look(first)
    for length in longer:
        if is_right(seen):
            break
        seen = look(length)
    return seen
