"""A stored run in short: its figures as logs, and what two runs must share to be compared."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from gilscope.stats.estimate import Estimate
from gilscope.values.records import HostCard

FigureName = Literal["penalty", "time", "gain", "scaling"]

UNKNOWN = "unknown"
"""A circumstance that a run does not hold, since it is of an older format."""

MEASURED_ALIKE = ("code", "libraries", "interpreter's commit")
"""Circumstances that runs share which are joined in one row: each of them changes what is measured."""

DIGESTS = frozenset({"code", "interpreter's files", "result"})
"""Circumstances of which people can read no more than that they changed."""

ONE_CPU = "ratios of lanes of one worker"
"""The basis of figures in which what the machine gives cancels: both lanes had one CPU, in the same rounds."""


class Yardstick(msgspec.Struct, frozen=True):
    """The log of a figure over what the machine gave, round by round; ``build`` is the yardstick's interpreter."""

    build: str
    log: Estimate


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of one lane of a run, as a logarithm with its half width and degrees of freedom.

    ``half_width`` is None where a single launch shows nothing of how launches differ. ``work`` is the lane's name
    without its arm (``threads-2``), or a role and what runs beside it (``read*3 beside write*1``), ``build`` how the
    arm was built and started. Builds are comparable that have a ``recipe`` in common; ``circumstances`` are what else
    may explain a change, and ``twin_differs`` in what the build differs that it is measured against.
    ``is_of_one_cpu`` says that it is a ratio in which what the machine gives cancels; any other is judged by its
    ``yardstick``, where it was measured beside one.
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
    is_of_one_cpu: bool
    yardstick: Yardstick | None = None

    @property
    def basis(self) -> str | None:
        """What two figures share whose change is judged: one CPU, or the yardstick's build; None is no basis."""
        if self.is_of_one_cpu:
            return ONE_CPU
        return None if self.yardstick is None else self.yardstick.build

    @property
    def measured(self) -> tuple[str, ...]:
        """What was measured, as far as version and name leave it open; runs that differ are never joined."""
        return tuple(self.circumstances.get(name, UNKNOWN) for name in MEASURED_ALIKE)

    def level(self, *, relative: bool) -> Estimate:
        """The figure on the log scale; ``relative`` asks for it over the yardstick, where it has one."""
        return self.yardstick.log if relative and self.yardstick is not None else self.log

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


class Lack(msgspec.Struct, frozen=True):
    """A lane that a run has no figure of, and what happened instead in a word or two."""

    probe: str
    lane: str
    what: str


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """The host of a run as it was then, its builds by arm, and the lanes without a figure."""

    started: str
    card: HostCard
    builds: dict[str, str]
    lacks: tuple[Lack, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of a run; ``damaged`` counts the lines of its file that could not be read."""

    run: str
    started: str
    host: str
    setting: Setting
    damaged: int
    figures: tuple[Figure, ...]


def in_unit(name: FigureName, log: Estimate) -> Estimate:
    """A figure in its own unit, from its log: a penalty is a relative difference."""
    return log.exp().relative() if name == "penalty" else log.exp()
