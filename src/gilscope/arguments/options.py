"""Options that several commands take, and values as people type them."""

from __future__ import annotations

import argparse
import math
from pathlib import Path


def python(command: argparse.ArgumentParser) -> None:
    """Take interpreters besides those found."""
    command.add_argument(
        "--python", action="append", default=[], metavar="PATH", help="an interpreter to consider besides those found"
    )


def results(command: argparse.ArgumentParser) -> None:
    """Take a folder of results."""
    command.add_argument("--results", type=Path, metavar="DIR", help="default: results/, or as pyproject.toml says")


def folders(command: argparse.ArgumentParser) -> None:
    """Take several folders of results."""
    command.add_argument(
        "--results",
        type=Path,
        nargs="+",
        action="extend",
        metavar="DIR",
        help="folders of runs, of this or other machines (default: results/, or as pyproject.toml says)",
    )


def names(text: str) -> tuple[str, ...]:
    """Names, separated by commas."""
    return tuple(name.strip() for name in text.split(","))


def seconds(text: str) -> float:
    """A number of seconds, greater than 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds greater than 0")
    return number


def counts(text: str) -> tuple[int, ...]:
    """Numbers of workers, separated by commas."""
    try:
        counts = tuple(map(int, text.split(",")))
    except ValueError:
        counts = (0,)
    if min(counts) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers of workers, such as 2,8")
    return counts


def fraction(text: str) -> float:
    """A percentage, with or without its sign, as a fraction."""
    try:
        fraction = float(text.removesuffix("%")) / 100
    except ValueError:
        fraction = math.nan
    if not 0 < fraction < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage between 0 and 100, such as 1%")
    return fraction
