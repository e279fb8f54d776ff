"""Published statements about the GIL as data, and when a figure bears one out; pure.

A claim names a figure of a lane, and most often another lane that it is compared with:

    time                time per unit, in seconds; against another lane, the ratio of both
    penalty             the same ratio less one
    speed-up            throughput against another lane's
    memory              what all processes of a lane hold, in bytes; against another lane, the ratio of both
    peak memory         the most that a lane's largest process ever had resident, as ``ru_maxrss`` and pyperf tell it
    memory per worker   what one further worker of a model brings, in bytes, or the ratio of both
    observed            what a way saw, by name, or the ratio of both

Where a claim names several probes, by a glob, the figure is the geometric mean over those that were measured.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from gilscope.declared import tables
from gilscope.stats.estimate import Estimate
from gilscope.values.lanes import arm_and_work
from gilscope.values.records import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gilscope.values.records import HostCard

ClaimVerdict = Literal["held", "not held", "cannot be told", "cannot be judged here", "not measured yet"]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Lane = Annotated[str, msgspec.Meta(pattern=r"^3\.\d+(\.\d+)?t?(\+gil)?:[a-z0-9{}-]+$")]
"""``3.14t:threads-{cpus}``: an arm by its version and build, then a model with its workers, a model alone, or a way."""
Count = Annotated[int, msgspec.Meta(ge=1)]

NEEDS_AGAINST = {"penalty", "speed-up"}
GLOB = frozenset("*?[")


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One table of ``matrix/claims.toml``: what was said, by whom, and the figure that answers it.

    ``theirs`` is their figure, ``machine`` what they measured it on, and ``said_of`` the version or build that they
    speak of, where another one has to judge it. It is called held from ``at_least`` to ``at_most``, in the figure's
    unit. ``cpus`` is how many it takes to judge it, where SMT siblings count as one, ``fewest`` of how many probes the
    figure has to be the mean, and ``suite`` the one that measures it.
    """

    statement: Text
    source: Text
    url: Annotated[str, msgspec.Meta(pattern="^https://")] | None = None
    date: Annotated[str, msgspec.Meta(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = None
    machine: str = "not told"
    said_of: Text | None = None
    theirs: Text
    probe: Text
    suite: Text
    figure: Literal["time", "penalty", "speed-up", "memory", "peak memory", "memory per worker", "observed"]
    observation: str | None = None
    lane: Lane
    against: Lane | None = None
    at_least: float | None = None
    at_most: float | None = None
    cpus: Count = 1
    fewest: Count = 1
    platform: str = "*"

    @property
    def judges(self) -> tuple[str, ...]:
        """The arms whose lanes judge it, each once."""
        lanes = (lane for lane in (self.lane, self.against) if lane is not None)
        return tuple(dict.fromkeys(arm_and_work(lane)[0] for lane in lanes))

    @property
    def is_ratio(self) -> bool:
        """Whether its figure has no unit."""
        return self.against is not None and self.figure != "penalty"


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the stored runs say of a claim.

    ``ours`` is our figure, in the same unit as the claim's bounds, over ``probes`` probes of ``run``; None where the
    verdict needs none. ``quantity`` is what memory was counted in, where the claim is about memory held. ``reason``
    says in words why it cannot be judged.
    """

    id: str
    claim: Claim
    verdict: ClaimVerdict
    ours: Estimate | None = None
    probes: int = 0
    quantity: Quantity | None = None
    run: str | None = None
    reason: str = ""


def claims(path: Path) -> dict[str, Claim]:
    """All published statements by id.

    Raises:
        MatrixError: the file has mistakes.
    """
    return tables(path, Claim, mistakes)


def mistakes(claim: Claim) -> Iterator[str]:
    """What is wrong with a claim whose keys are all of their types."""
    if claim.at_least is None and claim.at_most is None:
        yield "has no bounds: set at_least, at_most or both"
    elif claim.at_least is not None and claim.at_most is not None and claim.at_least > claim.at_most:
        yield "at_least is greater than at_most"
    if claim.figure in NEEDS_AGAINST and claim.against is None:
        yield f"a {claim.figure} needs a lane that it is against"
    if claim.against is None and GLOB & set(claim.probe):
        yield "several probes have a mean only of ratios: name one, or a lane that it is against"
    if claim.against == claim.lane:
        yield "lane and against are the same"
    if (claim.figure == "observed") != (claim.observation is not None):
        yield "observation names what was observed, for the figure 'observed' and for no other"


def on_host(lane: str, host: HostCard) -> str:
    """A lane's name with the host's usable CPUs for ``{cpus}`` and twice that for ``{twice}``."""
    cpus = max(1, int(host.cpus_usable))
    return lane.replace("{cpus}", str(cpus)).replace("{twice}", str(2 * cpus))


def verdict(claim: Claim, ours: Estimate) -> ClaimVerdict:
    """Held where the whole interval lies within the bounds, not held where all of it lies outside."""
    least = -math.inf if claim.at_least is None else claim.at_least
    most = math.inf if claim.at_most is None else claim.at_most
    if least <= ours.low and ours.high <= most:
        return "held"
    return "not held" if ours.high < least or ours.low > most else "cannot be told"
