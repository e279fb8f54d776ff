"""The standing of each free-threaded version, from all runs on record: PEP 703's progress in figures; pure.

Every figure compares a free-threaded build with its twin of the same version, and is a geometric mean over the contests
that have it. Versions are set side by side, so their means are over the same work: that which all of them have, of
probes, of scripts written for pyperf and of people's own work, where they have any. Another state of one's code is
other work, and another release or another way to build it is another column. Runs of several suites on one machine add
up; a version that none of them measured has no standing.
"""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import msgspec

from gilscope.figures.code import digest_of_code
from gilscope.figures.scales import scales
from gilscope.stats.estimate import Estimate, geometric_mean
from gilscope.values.lanes import arm_and_work, lane_name
from gilscope.values.records import QUANTITIES, Quantity

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from gilscope.figures.values import ContestFigures, LaneFigures
    from gilscope.values.probes import Probe

Kind = Literal["probes", "scripts", "own work"]
"""Kinds of work whose means stand apart: gilscope's probes, scripts written for pyperf, and people's own."""

KINDS: tuple[Kind, ...] = get_args(Kind)
"""All of them, in the order of their rows."""

Work = tuple[str, str]
"""A piece of work: its name, and the state of its code."""

FEATURES = "gil/features"
"""The probe that looks for what free threading leans on."""

BIRTH, START_UP = "birth/start", "python"
"""The probe that times workers until they work, and its way that starts a bare interpreter."""


class Build(NamedTuple):
    """A free-threaded build beside its twin: the runtime's name, its release in full, and the recipe of both."""

    name: str
    release: str
    recipe: str
    version: tuple[int, int, int]

    @property
    def order(self) -> tuple[tuple[int, int, int], bool, str, str, str]:
        """The sort key: pre-releases stand before their release."""
        is_released = self.release.rstrip("+").replace(".", "").isdigit()
        return self.version, is_released, self.release, self.name, self.recipe


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

    ``version`` is the runtime's name (``3.14t``), ``release`` its whole version, and ``recipe`` how it was built.
    ``differences`` says in words in what it differs from its twin. ``left_out`` names work that it has and another
    version has not, so that no mean holds it, and ``gil_on`` work in the means that turned the GIL on again.

    ``penalty``, ``benchmarks`` and ``own_penalty`` are times on one thread over the twin's, of probes, of scripts
    written for pyperf and of people's own work; ``gains`` and ``own_gains`` are throughputs of threads over the twin's
    serial lane by number of threads, of probes that share nothing and of people's own work. ``memory`` is what the
    serial lane holds, over contests that count it in the ``quantity`` by which lanes compare best, and ``start_up`` the
    time until a bare interpreter works, each over the twin's. ``features`` is what the probe that looks for them saw,
    by its names.
    """

    version: str
    release: str
    recipe: str
    differences: tuple[str, ...]
    left_out: tuple[str, ...]
    gil_on: tuple[str, ...]
    penalty: Mean | None
    benchmarks: Mean | None
    own_penalty: Mean | None
    gains: dict[int, Mean]
    own_gains: dict[int, Mean]
    memory: Mean | None
    quantity: Quantity | None
    start_up: Mean | None
    rungs: tuple[Rung, ...]
    features: dict[str, str]


def best_known(contests: Iterable[ContestFigures]) -> tuple[ContestFigures, ...]:
    """The contest with the most launches for each piece of work and build; the last where several have as many.

    Of a rung of the ladder, one that measured its base (one worker thread) is better known than one that did not.
    Contests that set variants side by side, or changed something to find a cause, say nothing of a version.
    """
    chosen: dict[tuple[Work, Build], ContestFigures] = {}
    for contest in contests:
        build = build_of(contest)
        if build is None or contest.contest.variants or contest.contest.has_interventions:
            continue
        known = chosen.setdefault((_work(contest), build), contest)
        if _weight(contest) >= _weight(known):
            chosen[_work(contest), build] = contest
    return tuple(chosen.values())


def standings(contests: Iterable[ContestFigures]) -> tuple[Standing, ...]:
    """Every build that has a pair on record, in order of versions."""
    by_build: dict[Build, list[ContestFigures]] = defaultdict(list)
    for contest in contests:
        build = build_of(contest)
        if build is not None:
            by_build[build].append(contest)
    alike = frozenset[Work]().union(*(_on_all(by_build.values(), kind) for kind in KINDS))
    return tuple(_standing(build, by_build[build], alike) for build in sorted(by_build, key=attrgetter("order")))


def build_of(contest: ContestFigures) -> Build | None:
    """The free-threaded build that a contest measured beside its twin, None where it measured no pair."""
    pair = contest.contest.pair
    if pair is None or pair.twin is None:
        return None
    facts = pair.free_threaded.facts
    return Build(
        name=pair.free_threaded.name,
        release=facts.version_text,
        recipe=facts.recipe_against(pair.twin.facts),
        version=facts.version,
    )


def _weight(contest: ContestFigures) -> tuple[bool, int]:
    """How well a piece of work is known by a contest: by its base first, then by its launches."""
    has_base = any(row.over_one_worker is not None for row in contest.lanes)
    return has_base and contest.contest.probe.is_rung, 0 if contest.end is None else contest.end.launches


def _work(contest: ContestFigures) -> Work:
    """What was measured on the free-threaded build; runs of formats before 4 do not know the state of the code."""
    pair, probe = contest.contest.pair, contest.contest.probe
    code = next((item for item in contest.code if pair is not None and item.arm == pair.free_threaded.name), None)
    return probe.id, "" if code is None else digest_of_code(code, probe)


def _kind(probe: Probe) -> Kind:
    if probe.benchmark is not None:
        return "scripts"
    return "own work" if probe.is_own_work else "probes"


def _of_kind(contests: Iterable[ContestFigures], kind: Kind) -> list[ContestFigures]:
    """The contests about work of a kind; those that ask about workers have figures of their own."""
    return [item for item in contests if not item.asks_about_workers and _kind(item.contest.probe) == kind]


def _on_all(builds: Iterable[Sequence[ContestFigures]], kind: Kind) -> set[Work]:
    """The work of a kind that all builds with any have in common."""
    nonempty = [work for contests in builds if (work := {_work(item) for item in _of_kind(contests, kind)})]
    return set.intersection(*nonempty) if nonempty else set()


def _standing(build: Build, contests: Sequence[ContestFigures], alike: Container[Work]) -> Standing:
    """The figures of a build; means are over the work that is ``alike``."""
    version = build.name
    probes, scripts, own = ([item for item in _of_kind(contests, kind) if _work(item) in alike] for kind in KINDS)
    memory = _memory((*probes, *scripts, *own), version)
    quantity = next((quantity for quantity in QUANTITIES if quantity in memory), None)
    work = {_work(item) for item in contests if not item.asks_about_workers}
    newest = {item.contest.probe.id: item for item in _of_kind(contests, "probes")}  # a rung may have changed since
    return Standing(
        version=version,
        release=build.release,
        recipe=build.recipe,
        differences=tuple(dict.fromkeys(text for item in contests for text in _differences(item))),
        left_out=tuple(sorted({name for name, state in work if (name, state) not in alike})),
        gil_on=tuple(item.contest.probe.id for item in (*probes, *scripts, *own) if _turns_gil_on(item, version)),
        penalty=_mean(_penalties(probes, version)),
        benchmarks=_mean(_penalties(scripts, version)),
        own_penalty=_mean(_penalties(own, version)),
        gains=_mean_gains([item for item in probes if not item.contest.probe.is_rung], version),
        own_gains=_mean_gains(own, version),
        memory=None if quantity is None else _mean(memory[quantity]),
        quantity=quantity,
        start_up=_mean(_penalties((item for item in contests if item.contest.probe.id == BIRTH), version, START_UP)),
        rungs=tuple(_rungs(newest.values(), version)),
        features=dict(_features(contests, version)),
    )


def _differences(contest: ContestFigures) -> tuple[str, ...]:
    return () if contest.contest.pair is None else contest.contest.pair.differences


def _turns_gil_on(contest: ContestFigures, version: str) -> bool:
    """Whether a lane of the version ended with the GIL on, as an extension module may ask for."""
    return any(item.kind == "GIL turned on" and arm_and_work(item.lane)[0] == version for item in contest.findings)


def _penalties(contests: Iterable[ContestFigures], version: str, way: str | None = None) -> Iterator[Estimate]:
    for contest in contests:
        for penalty in contest.penalties:
            if (penalty.arm, penalty.way) == (version, way):
                yield penalty.ratio


def _mean_gains(contests: Sequence[ContestFigures], version: str) -> dict[int, Mean]:
    """The mean gain of a version's threads, by their number."""
    counts = sorted({lane.lane.workers for contest in contests for lane in _threads(contest, version)} - {1})
    means = ((count, _mean(_gains(contests, version, count))) for count in counts)
    return {count: mean for count, mean in means if mean is not None}


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
