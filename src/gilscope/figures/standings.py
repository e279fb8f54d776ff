"""The standing of each free-threaded version, from all runs on record: PEP 703's progress in figures; pure.

Every figure compares a free-threaded build with its twin of the same version, and is a geometric mean over the contests
that have it. Versions are set side by side, so their means are over the same probes: those that all of them have, of
the project's own, and of the scripts written for pyperf where they have any. Runs of several suites on one machine add
up; a version that none of them measured has no standing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.scales import scales
from gilscope.stats.estimate import Estimate, geometric_mean
from gilscope.values.contests import arm_and_work, lane_name
from gilscope.values.records import QUANTITIES, Quantity

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from gilscope.figures.values import ContestFigures, LaneFigures

FEATURES = "gil/features"
"""The probe that looks for what free threading leans on."""

BIRTH, START_UP = "birth/start", "python"
"""The probe that times workers until they work, and its way that starts a bare interpreter."""


class Mean(msgspec.Struct, frozen=True, kw_only=True):
    """A geometric mean of ratios, and the number of contests that it is over."""

    ratio: Estimate
    contests: int


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One rung of the contention ladder: the most threads measured, and their throughput over one worker thread's."""

    probe: str
    threads: int
    scaling: Estimate

    @property
    def scales(self) -> bool | None:
        """Whether it scales; None where that cannot be decided."""
        return scales(self.scaling, of=self.threads)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One version's figures; what no run holds is None, or empty.

    ``penalty`` and ``benchmarks`` are times on one thread over the twin's, of the project's own probes and of
    scripts written for pyperf; ``gains`` are throughputs of threads over the twin's serial lane by number of
    threads, of probes that share nothing. ``memory`` is what the serial lane holds, over contests that count it in the
    ``quantity`` by which lanes compare best, and ``start_up`` the time until a bare interpreter works, each over the
    twin's. ``features`` is what the probe that looks for them saw, by its names.
    """

    version: str
    penalty: Mean | None
    benchmarks: Mean | None
    gains: dict[int, Mean]
    memory: Mean | None
    quantity: Quantity | None
    start_up: Mean | None
    rungs: tuple[Rung, ...]
    features: dict[str, str]


def standings(contests: Iterable[ContestFigures]) -> tuple[Standing, ...]:
    """Every version that has a pair on record, in order of versions."""
    by_version: dict[str, list[ContestFigures]] = {}
    for contest in contests:
        pair = contest.contest.pair
        if pair is not None and pair.twin is not None:
            by_version.setdefault(pair.free_threaded.name, []).append(contest)
    alike = set().union(*(_on_all(by_version.values(), scripts=scripts) for scripts in (False, True)))
    return tuple(_standing(name, by_version[name], alike) for name in sorted(by_version, key=_number))


def _on_all(versions: Iterable[Sequence[ContestFigures]], *, scripts: bool) -> set[str]:
    """The probes, or the scripts written for pyperf, that all versions with any have in common."""
    probes = [[contest.contest.probe for contest in contests] for contests in versions]
    ids_by_version = [
        {probe.id for probe in version_probes if (probe.benchmark is not None) is scripts} for version_probes in probes
    ]
    nonempty = [ids for ids in ids_by_version if ids]
    return set.intersection(*nonempty) if nonempty else set()


def _standing(version: str, contests: Sequence[ContestFigures], alike: Container[str]) -> Standing:
    """A version's figures; means are over the probes that are ``alike``."""
    spreading = [contest for contest in contests if not contest.asks_about_workers]
    work = [contest for contest in spreading if contest.contest.probe.id in alike]
    probes = [contest for contest in work if contest.contest.probe.benchmark is None]
    scripts = [contest for contest in work if contest.contest.probe.benchmark is not None]
    apart = [contest for contest in probes if not contest.contest.probe.is_rung]
    memory = _memory(work, version)
    quantity = next((quantity for quantity in QUANTITIES if quantity in memory), None)
    counts = sorted({lane.lane.workers for contest in apart for lane in _threads(contest, version)})
    return Standing(
        version=version,
        penalty=_mean(_penalties(probes, version)),
        benchmarks=_mean(_penalties(scripts, version)),
        gains={count: mean for count in counts if (mean := _mean(_gains(apart, version, count))) is not None},
        memory=None if quantity is None else _mean(memory[quantity]),
        quantity=quantity,
        start_up=_mean(_penalties((item for item in contests if item.contest.probe.id == BIRTH), version, START_UP)),
        rungs=tuple(_rungs(spreading, version)),
        features=dict(_features(contests, version)),
    )


def _penalties(contests: Iterable[ContestFigures], version: str, way: str | None = None) -> Iterator[Estimate]:
    for contest in contests:
        for penalty in contest.penalties:
            if (penalty.arm, penalty.way) == (version, way):
                yield penalty.ratio


def _gains(contests: Iterable[ContestFigures], version: str, count: int) -> Iterator[Estimate]:
    for contest in contests:
        for lane in _threads(contest, version):
            if lane.lane.workers == count and lane.gain is not None:
                yield lane.gain


def _memory(contests: Iterable[ContestFigures], version: str) -> dict[Quantity, list[Estimate]]:
    """The memory of the serial lane over the twin's, by the quantity that it was counted in."""
    ratios: dict[Quantity, list[Estimate]] = defaultdict(list)
    for contest in contests:
        held = {lane.lane.name: lane.memory for lane in contest.lanes}
        memory, twins = held.get(lane_name(version)), held.get(contest.contest.reference)
        if memory is not None and twins is not None:
            ratios[memory.quantity].append(memory.best.over(twins.best))
    return ratios


def _rungs(contests: Iterable[ContestFigures], version: str) -> Iterator[Rung]:
    for contest in contests:
        if contest.contest.probe.is_rung:
            lanes = [lane for lane in _threads(contest, version) if lane.over_one_worker is not None]
            most = max(lanes, key=lambda lane: lane.lane.workers, default=None)
            if most is not None and most.over_one_worker is not None:
                yield Rung(probe=contest.contest.probe.id, threads=most.lane.workers, scaling=most.over_one_worker)


def _features(contests: Iterable[ContestFigures], version: str) -> Iterator[tuple[str, str]]:
    for contest in contests:
        if contest.contest.probe.id == FEATURES:
            for observation in contest.observations:
                if arm_and_work(observation.lane)[0] == version and observation.words:
                    yield observation.name, " or ".join(observation.words)


def _threads(contest: ContestFigures, version: str) -> Iterator[LaneFigures]:
    """The lanes of a version that run several threads, no more than there are cores."""
    for lane in contest.lanes:
        if (lane.lane.arm.name, lane.lane.model) == (version, "threads") and lane.has_own_cores:
            yield lane


def _mean(ratios: Iterable[Estimate]) -> Mean | None:
    bounded = [ratio for ratio in ratios if ratio.freedom > 0]
    return Mean(ratio=geometric_mean(bounded), contests=len(bounded)) if bounded else None


def _number(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.rstrip("t").split(".") if part.isdigit())
