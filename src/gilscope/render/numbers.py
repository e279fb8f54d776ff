"""Figures as text: each with its interval and unit, rounded to what the interval supports."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gilscope.stats.estimate import Estimate

TIME_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))
MEMORY_UNITS = ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"))
RATE_UNITS = ((1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"))
EIGHTHS: tuple[str, ...] = ("", *"▏▎▍▌▋▊▉█")
MOST_DECIMALS = 3
FARTHEST = 10.0
"""An interval this many times as wide as its value (two launches, or one) leaves the value open."""


def half_width(estimate: Estimate) -> float:
    """The distance to the interval's farther end: intervals from the log scale are wider on one side."""
    return max(estimate.high - estimate.value, estimate.value - estimate.low)


def ratio(estimate: Estimate) -> str:
    """A ratio as ``1.93 ±0.02``."""
    return _with_interval(estimate)


def percent(estimate: Estimate) -> str:
    """A fraction as ``97 ±2%``."""
    return _with_interval(estimate.scaled(100.0), scale=100.0) + "%"


def signed_percent(estimate: Estimate) -> str:
    """A relative difference as ``+8.1 ±0.6%``."""
    return _signed(percent(estimate))


def seconds(estimate: Estimate) -> str:
    """A duration in seconds as ``58.9 ±0.4 ms``."""
    return _in_unit(estimate, TIME_UNITS)


def memory(estimate: Estimate) -> str:
    """Bytes as ``2.31 ±0.05 MiB``."""
    return _in_unit(estimate, MEMORY_UNITS)


def bandwidth(estimate: Estimate) -> str:
    """Bytes a second as ``1.32 ±0.04 GB/s``."""
    return _in_unit(estimate, RATE_UNITS)


def amount(estimate: Estimate) -> str:
    """A count that need not be whole as ``0.50 ±0.02``: zero is an ordinary value."""
    return _with_interval(estimate, scale=1.0)


def slope(estimate: Estimate) -> str:
    """A slope on log scales as ``0.02 ±0.05``: zero is an ordinary value."""
    return _with_interval(estimate, scale=1.0)


def bar(value: float, longest: float, width: int) -> str:
    """A bar for a value, in eighths of a character; the bar of ``longest`` fills ``width`` characters."""
    eighths = round(8 * width * min(1.0, value / longest)) if longest > 0 else 0
    return EIGHTHS[8] * (eighths // 8) + EIGHTHS[eighths % 8]


def plain_percent(fraction: float) -> str:
    """A fraction without an interval (a noise floor, say) as ``0.8%``."""
    return f"{100 * fraction:.2g}%" if math.isfinite(fraction) else "unknown"


def signed_memory(estimate: Estimate) -> str:
    """Further bytes as ``+2.31 ±0.05 MiB``."""
    return _signed(memory(estimate))


def _signed(text: str) -> str:
    return text if text.startswith("-") else "+" + text


def _in_unit(estimate: Estimate, units: tuple[tuple[float, str], ...]) -> str:
    """An estimate in the largest unit of which it holds one, or else in the smallest."""
    factor, unit = next((pair for pair in units if abs(estimate.value) >= pair[0]), units[-1])
    return f"{_with_interval(estimate.scaled(1 / factor))} {unit}"


def _with_interval(estimate: Estimate, scale: float = 0.0) -> str:
    """Value and half width, the half width with two significant digits; ``±?`` where the interval says nothing.

    ``scale`` is what a value is small against, where zero is an ordinary value.
    """
    width = half_width(estimate)
    if width > FARTHEST * max(scale, abs(estimate.value)):
        return f"{estimate.value:.2g} ±?"
    if width <= 0:
        return f"{estimate.value:.0f} ±0" if float(estimate.value).is_integer() else f"{estimate.value:.3g} ±0"
    decimals = min(MOST_DECIMALS, max(0, 1 - math.floor(math.log10(width))))
    return f"{estimate.value:.{decimals}f} ±{width:.{decimals}f}"
