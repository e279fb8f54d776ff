"""Contests as values: lanes that are measured together, what is left out, and variants that are compared."""

from __future__ import annotations

import msgspec

from gilscope.values.lanes import LaneSpec, arm_and_work, lane_name
from gilscope.values.probes import Probe
from gilscope.values.runtimes import Pair

EVERY_LANE = "all"
"""What a skip calls its lane where a whole script is left out."""


class Skip(msgspec.Struct, frozen=True, kw_only=True, tag="skip"):
    """Something asked for that is not measured: which lane (or contest), and why."""

    contest: str
    lane: str
    reason: str


class Variant(msgspec.Struct, frozen=True, kw_only=True):
    """One of several things that a contest sets side by side, each of them against the first.

    ``arms`` are names; an arm is compared with the first variant's arm in the same place. Where there are two, they are
    a default build and a free-threaded one. ``meaning`` is what the label stands for, such as a commit, and
    ``differences`` says in words in what else the builds and packages differ from the first variant's.
    """

    label: str
    arms: tuple[str, ...]
    meaning: str = ""
    differences: tuple[str, ...] = ()


class Contest(msgspec.Struct, frozen=True, kw_only=True, tag="contest"):
    """The lanes of one probe that are measured together; a value that serialises, and all that a lab needs.

    Some are no lanes of the probe: second copies of the reference and of one parallel lane, and lanes that show what
    capacity the machine had. ``reference`` is the name of the lane that ratios are formed against: the twin's serial
    lane where there is a pair, the first variant's where there are ``variants``.
    """

    id: str
    probe: Probe
    lanes: tuple[LaneSpec, ...]
    reference: str
    pair: Pair | None = None
    variants: tuple[Variant, ...] = ()
    watched: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse lanes of one name, and variants that cannot be set side by side.

        Raises:
            ValueError: two lanes have one name, or variants do not have as many arms each.
        """
        if len({lane.name for lane in self.lanes}) < len(self.lanes):
            raise ValueError("two lanes of a contest have one name")
        if len({len(variant.arms) for variant in self.variants}) > 1:
            raise ValueError("one variant of a contest has more arms than another")

    @property
    def has_interventions(self) -> bool:
        """Whether something is changed in some lanes, to see what is to blame: nobody chooses among these."""
        return any(lane.interventions for lane in self.lanes)

    @property
    def arm_of_reference(self) -> str:
        """The name of the arm that the reference lane belongs to."""
        return arm_and_work(self.reference)[0]

    def is_of_twin(self, lane: LaneSpec) -> bool:
        """Whether a lane is one of the default build that the free-threaded one is compared with."""
        return self.pair is not None and self.pair.twin is not None and lane.arm.name == self.pair.twin.name

    def variant_of(self, lane: LaneSpec) -> Variant | None:
        """The variant that a lane belongs to, None where there are none."""
        return next((variant for variant in self.variants if lane.arm.name in variant.arms), None)

    def rival(self, lane: LaneSpec) -> str:
        """The name of the lane that a lane is compared with: the first variant's of equal work, or the reference."""
        variant = self.variant_of(lane)
        if variant is None or variant == self.variants[0] or lane.control:
            return self.reference
        return lane_name(self.variants[0].arms[variant.arms.index(lane.arm.name)], lane.work)

    def reference_of(self, variant: Variant | None) -> str:
        """The name of the lane whose results are a variant's: the one that does what the reference does."""
        return self.reference if variant is None else lane_name(variant.arms[0], arm_and_work(self.reference)[1])
