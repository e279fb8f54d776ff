"""A stored run in short: its figures as logs, and what two runs must share to be compared."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from gilscope.stats.estimate import Estimate

FigureName = Literal["penalty", "time", "gain", "scaling"]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of one lane of a run, as a logarithm with its half width and degrees of freedom.

    ``half_width`` is None where a single launch shows nothing of how launches differ. ``work`` is the lane's name
    without its arm (``threads-2``), ``build`` how the arm was built and started. Builds are comparable that have a
    ``recipe`` in common; ``circumstances`` are what else may explain a change, and ``twin_differs`` in what the build
    differs that it is measured against.
    """

    name: FigureName
    probe: str
    arm: str
    work: str
    version: str
    build: str
    recipe: str
    circumstances: dict[str, str]
    twin_differs: str
    center: float
    half_width: float | None
    freedom: float
    floor: float

    @property
    def log(self) -> Estimate:
        """The figure on the log scale, unbounded where nothing is known of its interval."""
        reach = math.inf if self.half_width is None else self.half_width
        return Estimate(self.center, self.center - reach, self.center + reach, self.freedom)


class DatedFigure(msgspec.Struct, frozen=True):
    """A figure with the host it was measured on and the start of its run."""

    host: str
    started: str
    figure: Figure


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of a run; ``torn`` counts the lines of its file that could not be read."""

    run: str
    started: str
    host: str
    torn: int
    figures: tuple[Figure, ...]


def in_unit(name: FigureName, log: Estimate) -> Estimate:
    """A figure in its own unit, from its log: a penalty is a relative difference."""
    return log.exp().relative() if name == "penalty" else log.exp()
