"""Figures as text: each with its interval and unit, rounded to what the interval supports.

    1.931 ±0.020      both ends are about as far from the value
    1.93 +0.30 -0.20  one end is a quarter farther than the other, or more
    0.4 to 2.4        an end is at least as far as the value is large: there is no value to speak of
    below 2.4         the lower end is out of reach: zero, or less than a tenth of the value
    at least 0.4      the upper end is: more than a hundred times the value
    cannot be told    both are
    0 (below 0.30)    none was seen, and no more than this can have been missed
    0 seen            none was, and how much can have been missed is not known

Differences have signs, and ends on both sides of zero: where one is farther than the other, both are told as a range.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gilscope.stats.estimate import Estimate

    Units = tuple[tuple[float, str], ...]
    """Sizes of units, largest first, and what is written behind a figure in them."""

TIME_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))
MEMORY_UNITS = ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"))
RATE_UNITS = ((1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"))
CALL_UNITS = ((1e6, "M/s"), (1e3, "k/s"), (1.0, "/s"))
MINUTE_S, HOUR_S = 60, 3600
EIGHTHS: tuple[str, ...] = ("", *"▏▎▍▌▋▊▉█")
MOST_DECIMALS = 3
LOPSIDED = 1.25
"""An end that is this many times as far from the value as the other has a half width of its own."""
FARTHEST_BELOW, FARTHEST_ABOVE = 10.0, 100.0
"""Ends that many times below and above their value are within reach; those beyond leave their side open."""
FARTHEST = 10.0
"""The same of a difference, in the number that it is one from."""
ROUNDING = 1e-9
"""The relative error of arithmetic on logs, at the most."""
ALMOST_ALL = 0.995
"""A fraction above this is all of it, in two digits."""
OPEN = "cannot be told"
"""A figure of which nothing is known, as text."""


def half_width(estimate: Estimate) -> float:
    """The distance to the interval's farther end: intervals from the log scale are wider on one side."""
    return max(estimate.high - estimate.value, estimate.value - estimate.low)


def ratio(estimate: Estimate, unit: str = "") -> str:
    """A ratio as ``1.93 ±0.02``, with its unit behind it."""
    return _amount(estimate, ((1.0, unit),))


def percent(estimate: Estimate) -> str:
    """A fraction as ``97 ±2%``."""
    return _amount(estimate, ((0.01, "%"),))


def signed_percent(estimate: Estimate) -> str:
    """A relative difference as ``+8.1 ±0.6%``."""
    return _difference(estimate.scaled(100.0), "%", one=100.0)


def change(estimate: Estimate, more: str, less: str) -> str:
    """A relative difference as ``8.1 ±0.6% slower``: with the word for its direction in place of the sign."""
    size, word = (estimate, more) if estimate.value >= 0 else (estimate.negated(), less)
    return f"{_difference(size.scaled(100.0), '%', one=100.0, plus='')} {word}"


def seconds(estimate: Estimate) -> str:
    """A duration in seconds as ``58.9 ±0.4 ms``."""
    return _amount(estimate, _spaced(TIME_UNITS))


def memory(estimate: Estimate) -> str:
    """Bytes as ``2.31 ±0.05 MiB``."""
    return _amount(estimate, _spaced(MEMORY_UNITS))


def bandwidth(estimate: Estimate) -> str:
    """Bytes a second as ``1.32 ±0.04 GB/s``."""
    return _amount(estimate, _spaced(RATE_UNITS))


def rate(estimate: Estimate) -> str:
    """Calls a second as ``12.3 ±0.2 k/s``."""
    return _amount(estimate, _spaced(CALL_UNITS))


def amount(estimate: Estimate) -> str:
    """A count that need not be whole as ``0.50 ±0.02``, or as ``0 (below 0.30)`` where there was none."""
    return _amount(estimate, ((1.0, ""),))


def slope(estimate: Estimate) -> str:
    """A slope on log scales as ``0.02 ±0.05``: zero is an ordinary value."""
    return _difference(estimate, "", one=1.0, plus="")


def bar(value: float, longest: float, width: int) -> str:
    """A bar for a value, in eighths of a character; the bar of ``longest`` fills ``width`` characters."""
    eighths = round(8 * width * min(1.0, value / longest)) if longest > 0 else 0
    return EIGHTHS[8] * (eighths // 8) + EIGHTHS[eighths % 8]


def plain_percent(fraction: float) -> str:
    """A fraction without an interval (a noise floor, say) as ``0.8%``."""
    if math.isinf(fraction):
        return "unknown"
    return f"{100 * fraction:.2g}%" if fraction < ALMOST_ALL else "100% or more"


def at_most(fraction: float) -> str:
    """An upper end above zero, as a fraction, rounded up to whole per cents: ``4%``."""
    return f"{math.ceil(round(100 * fraction, 6))}%"


def duration(seconds: float) -> str:
    """A length of time without an interval as ``94 s``, ``12 min`` or ``3.5 h``."""
    if seconds < 2 * MINUTE_S:
        return f"{max(0.0, seconds):.0f} s"
    return f"{seconds / MINUTE_S:.0f} min" if seconds < 2 * HOUR_S else f"{seconds / HOUR_S:.1f} h"


def signed_memory(estimate: Estimate) -> str:
    """Further bytes as ``+2.31 ±0.05 MiB``, where fewer are a possible answer."""
    factor, unit = _unit(max(abs(estimate.value), half_width(estimate)), _spaced(MEMORY_UNITS))
    return _difference(estimate.scaled(1 / factor), unit, one=0.0)


def _spaced(units: Units) -> Units:
    return tuple((size, f" {unit}") for size, unit in units)


def _unit(amount: float, units: Units) -> tuple[float, str]:
    """The largest unit of which there is one, or else the smallest; what rounds to one is one."""
    return next((pair for pair in units if amount * (1 + ROUNDING) >= pair[0]), units[-1])


def _amount(estimate: Estimate, units: Units) -> str:
    """An amount, which is never below zero; a slope that stands for one may be, where it is all noise."""
    value = abs(estimate.value)
    if not value:
        return _nothing(estimate, units)
    if half_width(estimate) < value <= FARTHEST_BELOW * min(abs(estimate.low), abs(estimate.high)):
        factor, unit = _unit(value, units)
        return _with_half_widths(estimate.scaled(1 / factor), value / factor) + unit
    is_low_told = estimate.low * FARTHEST_BELOW >= value
    if estimate.high <= FARTHEST_ABOVE * value:
        factor, unit = _unit(estimate.high, units)
        most = _short(max(0.0, estimate.high) / factor) + unit
        return f"{_short(estimate.low / factor)} to {most}" if is_low_told else f"below {most}"
    factor, unit = _unit(estimate.low, units)
    return f"at least {_short(estimate.low / factor)}{unit}" if is_low_told else OPEN


def _nothing(estimate: Estimate, units: Units) -> str:
    """An amount of which none was seen."""
    if math.isinf(estimate.high):
        return OPEN if estimate.low < 0 else "0 seen"
    factor, unit = _unit(estimate.high, units)
    return f"0 (below {_short(estimate.high / factor)}{unit})" if estimate.high > 0 else f"0 ±0{unit}"


def _difference(estimate: Estimate, unit: str, *, one: float, plus: str = "+") -> str:
    """A difference from ``one``, or from nothing known where that is zero."""
    size, farther = max(one, abs(estimate.value)), half_width(estimate)
    if farther > FARTHEST * size:
        return OPEN
    nearer = min(estimate.high - estimate.value, estimate.value - estimate.low)
    if farther >= size or farther > LOPSIDED * nearer:
        decimals = max(0, _decimals(farther, size))
        low, high = (_rounded(end, decimals, plus) for end in (estimate.low, estimate.high))
        return f"{low} to {high}{unit}"
    return _with_half_widths(estimate, size, plus) + unit


def _with_half_widths(estimate: Estimate, size: float, plus: str = "") -> str:
    """The value with its half width, or with two where they differ; ``size`` is what the value is small against."""
    value, up, down = estimate.value, estimate.high - estimate.value, estimate.value - estimate.low
    farther, nearer = max(up, down), min(up, down)
    if farther <= 0:
        return f"{value:{plus}.0f} ±0" if float(value).is_integer() else f"{value:{plus}.3g} ±0"
    decimals = _decimals(farther, size)
    if farther > LOPSIDED * nearer:
        return f"{_rounded(value, decimals, plus)} +{_rounded(up, decimals)} -{_rounded(down, decimals)}"
    return f"{_rounded(value, decimals, plus)} ±{_rounded(farther, decimals)}"


def _decimals(width: float, size: float) -> int:
    """Decimals that leave two digits of a width, but not more of them than the figure's size needs."""
    most = max(MOST_DECIMALS, 1 - math.floor(math.log10(size)))
    return min(most, 1 - math.floor(math.log10(width)))


def _rounded(number: float, decimals: int, plus: str = "") -> str:
    """A number with this many decimals; fewer than none round to tens, hundreds, and so on."""
    return f"{round(number, decimals):{plus}.{max(0, decimals)}f}"


def _short(number: float) -> str:
    """A number above zero with two digits."""
    rounded = float(f"{number:.2g}")
    return f"{rounded:.{max(0, 1 - math.floor(math.log10(rounded)))}f}" if rounded else "0"
