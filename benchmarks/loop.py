"""What our loop around a unit costs: the project's gate holds it against a loop by hand."""

from __future__ import annotations

import sys
from pathlib import Path

AGENT = Path(__file__).resolve().parents[1] / "src" / "gilscope" / "agent"
CALLS = 200


def _agent() -> object:
    """The agent's repeat of a unit."""
    package = type(sys)("gilscope_agent")
    package.__path__ = [str(AGENT)]
    sys.modules.setdefault("gilscope_agent", package)
    from gilscope_agent import units  # noqa: PLC0415 - only now is it there

    return units.compared(unit)


def unit() -> int:
    """Do about as much as the smallest units that are measured: some microseconds."""
    return sum(range(100))


REPEAT = _agent()


def by_agent() -> int:
    """Call the unit as the agent does."""
    return REPEAT(CALLS)[0]  # type: ignore[operator,no-any-return]  # a repeat


def by_hand() -> int:
    """Call it in a loop."""
    result = 0
    for _ in range(CALLS):
        result = unit()
    return result
