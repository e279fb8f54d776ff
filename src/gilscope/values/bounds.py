"""The numbers that records and settings may hold: whatever is read from outside is held against these types.

An integer of JSON has any number of digits, and one that no clock and no counter could give is no measurement.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

MOST = 2**62
"""More nanoseconds than a century has, and more bytes than a machine."""
MOST_WORKERS = 100_000
MOST_LAUNCHES = 100_000
LONGEST_S = 1e9
"""Three decades."""

Amount = Annotated[int, Meta(ge=0, le=MOST)]
"""Nanoseconds, bytes or a count, none of them possible."""
Positive = Annotated[int, Meta(ge=1, le=MOST)]
"""Nanoseconds, bytes or a count, one of them at least."""
Number = Annotated[int, Meta(ge=0, lt=MOST_LAUNCHES)]
"""The number of a launch or a round, from 0."""
Launches = Annotated[int, Meta(ge=1, le=MOST_LAUNCHES)]
"""How many launches or rounds there are."""
Cpus = Annotated[float, Meta(gt=0, le=MOST_WORKERS)]
"""CPUs that may be used, of which a quota may leave a part."""
Workers = Annotated[int, Meta(ge=1, le=MOST_WORKERS)]
Seconds = Annotated[float, Meta(ge=0, le=LONGEST_S)]
PositiveSeconds = Annotated[float, Meta(gt=0, le=LONGEST_S)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
"""A part of a whole."""
Precision = Annotated[float, Meta(gt=0, le=1)]
"""The half width that is asked of a ratio."""
Whole = Annotated[int, Meta(ge=-MOST, le=MOST)]
"""Any integer that means no amount, such as an argument."""
