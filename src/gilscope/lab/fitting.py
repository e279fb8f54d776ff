"""Which lanes of a contest fit into memory side by side, judged by what its first lane holds; pure.

Interleaving needs all lanes of a launch alive at once. Lanes opened in groups would be compared across minutes, and
lanes that are swapped out say nothing at all: those that do not fit are left out, with what they would need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.models import model_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.values.lanes import LaneSpec
    from gilscope.values.probes import Probe

INTERPRETER_BYTES = 12 * 2**20
"""About what an interpreter has resident in which the agent has nothing to do; what exceeds it is the state."""

FILLED = 0.9
"""The share of free memory that lanes may fill; the rest is for what trials need on top."""

GIB = 2**30


def need(spec: LaneSpec, probe: Probe, one: float) -> float:
    """Bytes that a lane will hold where a lane of one worker holds ``one``.

    Threads share the interpreter, and what they work on too where the probe is a shared one or a script written for
    pyperf. Any other worker of ours has an interpreter and a state to itself; what workers of the work's own hold,
    nobody knows.
    """
    if not model_of(spec).shares_objects:
        return spec.units_per_loop * one
    states = 1 if probe.shared or probe.benchmark is not None else spec.workers
    return one + (states - 1) * max(0, one - INTERPRETER_BYTES)


def too_large(specs: Iterable[LaneSpec], probe: Probe, one: float, free: float) -> dict[str, str]:
    """Name the lanes that must be left out so that the others fit, the largest first, each with the reason.

    Args:
        specs: the lanes of a launch.
        probe: what they work on.
        one: bytes that an open lane of one worker holds.
        free: bytes that are free for all of them.
    """
    needs = sorted(((need(spec, probe, one), spec.name) for spec in specs if not spec.shows_capacity), reverse=True)
    total = sum(amount for amount, _ in needs)
    reasons: dict[str, str] = {}
    together = f"all lanes of the contest about {total / GIB:.2g} GiB, and {free / GIB:.2g} GiB are free"
    for amount, name in needs:
        if total <= FILLED * free:
            break
        total -= amount
        reasons[name] = f"it would need about {amount / GIB:.2g} GiB, {together}"
    return reasons
