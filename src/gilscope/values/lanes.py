"""Lanes as values, before they are opened, and the names that they have."""

from __future__ import annotations

import msgspec

from gilscope.values.bounds import Workers
from gilscope.values.interventions import Intervention
from gilscope.values.probes import Role
from gilscope.values.runtimes import Arm

CONTROL = "#control"
"""What the name of a lane's second copy ends with."""

CAPACITY = "capacity"
"""The model of lanes that show how many CPUs the machine gives: processes that spin and share nothing."""


OWN = "own"
"""The model of lanes whose work spreads itself over the number of workers that it is given."""


def lane_name(arm: str, work: str = "serial") -> str:
    """The name of a lane of an arm; its work is a model with its workers (``threads-2``), or a way."""
    return f"{arm}:{work}"


def arm_and_work(lane: str) -> tuple[str, str]:
    """The two parts of a lane's name."""
    arm, _, work = lane.partition(":")
    return arm, work


def model_and_workers(work: str) -> tuple[str, int]:
    """The model of a lane's work and its number of workers, which is one where the work names none."""
    model, _, workers = work.rpartition("-")
    return (model, int(workers)) if model and workers.isdecimal() else (work, 1)


def work_of(roles: tuple[Role, ...]) -> str:
    """The work of a lane in which these roles run side by side: ``read*3,write*1``."""
    return ",".join(role.label for role in roles)


def is_control(lane: str) -> bool:
    """Whether a lane's name is that of a second copy."""
    return lane.endswith(CONTROL)


class LaneSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One lane of a contest before it is opened; ``control`` marks the second copy of another lane.

    ``way`` is the function that is measured where the probe has ways; its lane is a serial one to us. Where it has
    ``roles``, those that run in this lane share its workers among them, in order. With ``interventions``, something is
    changed in it, so that it shows what the original does without that.
    """

    arm: Arm
    model: str
    workers: Workers
    control: bool = False
    way: str | None = None
    roles: tuple[Role, ...] = ()
    interventions: tuple[Intervention, ...] = ()

    @property
    def shows_capacity(self) -> bool:
        """Whether it spins, beside the lanes of the probe, to show what the machine gives."""
        return self.model == CAPACITY

    @property
    def divides_work(self) -> bool:
        """Whether its workers divide every unit among themselves, as the work arranges it."""
        return self.model == OWN

    @property
    def units_per_loop(self) -> int:
        """How many units a loop is: each worker runs one, but workers that divide the work share one."""
        return 1 if self.divides_work else self.workers

    @property
    def given_workers(self) -> int:
        """The number of workers that work is given which spreads itself; one where a model of ours spreads it."""
        return self.workers if self.divides_work else 1

    @property
    def original(self) -> str:
        """The name of the lane that it is a copy of, its own where it is none."""
        return self.name.removesuffix(CONTROL)

    @property
    def work(self) -> str:
        """The lane's name without its arm, e.g. ``threads-2``."""
        if self.roles:
            return work_of(self.roles)
        spread = self.way or (self.model if self.model == "serial" else f"{self.model}-{self.workers}")
        return spread + " with " * bool(self.interventions) + ", ".join(item.label for item in self.interventions)

    @property
    def name(self) -> str:
        """The lane's name in its contest, e.g. ``3.14t:threads-2``."""
        return lane_name(self.arm.name, self.work) + (CONTROL if self.control else "")
