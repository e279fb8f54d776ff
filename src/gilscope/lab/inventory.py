"""The benchmarks that scripts written for pyperf hold, found by running each script in the runtime to be measured."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from gilscope.lab.environment import lane_environment
from gilscope.lab.lane import Inquiry, LaneFailedError
from gilscope.lab.plan import only_plain_work
from gilscope.values.contests import EVERY_LANE, Skip
from gilscope.values.probes import Probe
from gilscope.workloads.scripts import Script

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gilscope.lab.plan import Group
    from gilscope.lab.protocol import Benchmarks
    from gilscope.processes.guardian import Guardian
    from gilscope.values.runtimes import Arm

HASH_SEED = 0


class Inventory(msgspec.Struct, frozen=True):
    """The probes of a group of runtimes, scripts replaced by their benchmarks, and what cannot be measured there."""

    probes: tuple[Probe, ...]
    skips: tuple[Skip, ...] = ()


class Inquirer:
    """Asks scripts in targets that all share an environment and a time limit, ``at_once`` of them side by side."""

    def __init__(self, environ: Mapping[str, str], guardian: Guardian, timeout_s: float, at_once: int) -> None:
        self._environ = environ
        self._guardian = guardian
        self._timeout_s = timeout_s
        self._at_once = at_once
        self._asked: set[Inquiry] = set()

    def take(self, workloads: Sequence[Probe | Script], group: Group) -> Inventory:
        """The inventory of a group, asked of its first arm that is fit; in the order of the workloads."""

        def inventory_of(workload: Probe | Script) -> Inventory:
            return self._script_inventory(workload, group) if isinstance(workload, Script) else Inventory((workload,))

        with ThreadPoolExecutor(self._at_once) as pool:
            try:
                inventories = list(pool.map(inventory_of, workloads))
            except BaseException:  # those who wait for an answer hear of its end
                for inquiry in tuple(self._asked):
                    inquiry.end()
                pool.shutdown(cancel_futures=True)
                raise
        probes = {probe.id: probe for inventory in inventories for probe in inventory.probes}
        return Inventory(tuple(probes.values()), tuple(skip for inventory in inventories for skip in inventory.skips))

    def _script_inventory(self, script: Script, group: Group) -> Inventory:
        reasons = [group.unfit(script.requires_python, arm) or only_plain_work(arm.runtime) for arm in group.arms]
        reason = None if None in reasons else reasons[0]
        if reason is None:
            try:
                return expanded(script, group.name, self._answer(script, group.arms[reasons.index(None)]))
            except LaneFailedError as error:
                reason = str(error)
        return Inventory((), (_skip(script.id, group.name, reason),))

    def _answer(self, script: Script, arm: Arm) -> Benchmarks:
        environ = lane_environment(self._environ, arm, HASH_SEED)
        inquiry = Inquiry(arm, script.path, script.argv, environ, self._guardian)
        self._asked.add(inquiry)
        try:
            return inquiry.answer(self._timeout_s)
        finally:
            self._asked.discard(inquiry)
            inquiry.kill()


def expanded(script: Script, group: str, answer: Benchmarks) -> Inventory:
    """A probe for each wanted benchmark that the script holds, a skip for each that cannot be measured."""
    fits = partial(fnmatchcase, pat=script.pattern)
    probes = tuple(_probe(script, name, answer) for name in answer.benchmarks if fits(name))
    skips = tuple(_skip(script.prefix + name, group, reason) for name, reason in answer.left_out if fits(name))
    if not probes and not skips:
        names = ", ".join(answer.benchmarks) or "none at all"
        skips = (_skip(script.id, group, f"it has no benchmark {script.pattern!r}; it has: {names}"),)
    return Inventory(probes, skips)


def _probe(script: Script, name: str, answer: Benchmarks) -> Probe:
    return Probe(
        id=script.prefix + name,
        path=script.path,
        question=answer.description or script.question,
        kind="pyperf",
        requires_python=script.requires_python,
        dependencies=script.dependencies,
        benchmark=name,
        argv=script.argv,
        starts_program=name in answer.programs,
    )


def _skip(contest: str, group: str, reason: str) -> Skip:
    return Skip(contest=f"{contest}@{group}", lane=EVERY_LANE, reason=reason)
