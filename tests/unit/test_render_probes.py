"""The catalogue as a sheet."""

from __future__ import annotations

import msgspec

from builders import PROBE
from gilscope.render import probes


def test_the_cases_of_a_probe_are_told_together() -> None:
    """One file is one row, however many contests it makes; its name is the glob that chooses all of them."""
    several = [
        msgspec.structs.replace(PROBE, id=f"transport/text/{size}", path="/probes/text.py", kind="transport", case=size)
        for size in (8, 1000)
    ]
    rows = probes.sheet([*several, PROBE]).rows

    assert rows == (
        ("cpu/primes", "cpu", "How fast?"),
        ("transport/text/*", "transport", "How fast? (cases: 8, 1000)"),
    )
