"""Options that several commands take, and values as people type them."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from gilscope.values.bounds import LONGEST_S, MOST, MOST_WORKERS

Color: TypeAlias = Literal["auto", "always", "never"]
"""Where there are colours."""

UNLIKELY = 0.1
"""A half width above this is hardly asked for as a fraction."""


def python(command: argparse.ArgumentParser) -> None:
    """Take interpreters besides those found."""
    command.add_argument(
        "--python", action="append", default=[], metavar="PATH", help="an interpreter to consider besides those found"
    )


def results(command: argparse.ArgumentParser) -> None:
    """Take a folder of results."""
    command.add_argument(
        "--results", type=Path, metavar="DIR", help="default: gilscope-results/, or as pyproject.toml says"
    )


def color(command: argparse.ArgumentParser, *, default: str) -> None:
    """Take where there are colours; what a command leaves out, the words before it decide."""
    command.add_argument(
        "--color",
        choices=get_args(Color),
        default=default,
        help="colours on a terminal (NO_COLOR and FORCE_COLOR are heeded), always, or never",
    )


def folders(command: argparse.ArgumentParser) -> None:
    """Take several folders of results."""
    command.add_argument(
        "--results",
        type=Path,
        nargs="+",
        action="extend",
        metavar="DIR",
        help="folders of runs, of this or other machines (default: gilscope-results/, or as pyproject.toml says)",
    )


def names(text: str) -> tuple[str, ...]:
    """Names, separated by commas."""
    return tuple(name.strip() for name in text.split(","))


def seconds(text: str) -> float:
    """A number of seconds, greater than 0 and at most three decades."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number <= LONGEST_S:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of seconds greater than 0 and at most {LONGEST_S:g}"
        )
    return number


def seed(text: str) -> int:
    """A number that decides what is left to chance, 0 or above."""
    number = int(text) if text.isdecimal() and len(text) <= len(str(MOST)) else -1
    if not 0 <= number <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to {MOST}")
    return number


def workers(text: str) -> int:
    """A number of workers, as typed.

    Raises:
        ArgumentTypeError: it is none.
    """
    several = counts(text)
    if len(several) > 1:
        raise argparse.ArgumentTypeError(f"one number of workers, not {text}")
    return several[0]


def counts(text: str) -> tuple[int, ...]:
    """Numbers of workers, separated by commas."""
    try:
        counts = tuple(map(int, text.split(",")))
    except ValueError:
        counts = (0,)
    if min(counts) < 1 or max(counts) > MOST_WORKERS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no list of numbers of workers, such as 2,8, none above {MOST_WORKERS}"
        )
    return counts


def fraction(text: str) -> float:
    """A fraction as files of suites have it (``0.01``), or a percentage with its sign (``1%``).

    A bare number above `UNLIKELY` may have been meant as a percentage, and is refused.
    """
    number, divisor = (text.removesuffix("%"), 100) if text.endswith("%") else (text, 1)
    try:
        fraction = float(number) / divisor
    except ValueError:
        fraction = math.nan
    if divisor == 1 and UNLIKELY < fraction < 100:  # noqa: PLR2004 - per cent
        raise argparse.ArgumentTypeError(f"{text!r} may mean a fraction or a percentage: write {text}% for the latter")
    if not 0 < fraction < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no precision, such as 1% or, as a fraction, 0.01")
    return fraction
