"""Two runs side by side: how the figures that both have differ; pure."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from gilscope.history.between import BetweenRuns, are_comparable
from gilscope.history.changes import Change, Level, Step, changes
from gilscope.history.summary import DIGESTS, UNKNOWN, Figure, FigureName, Summary, in_unit
from gilscope.stats.estimate import Estimate, mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Key = tuple[str, str, str, str]
    LaneKey = tuple[FigureName, str, str]

COMPARED: frozenset[FigureName] = frozenset({"penalty", "time"})


class BothSided(msgspec.Struct, frozen=True, kw_only=True):
    """One figure in both runs; ``differences`` are what forbids, or may explain, the change, in words.

    The change of a time that is judged is that of its multiple of the yardstick's. ``between_runs`` is the standard
    deviation of a change between runs in which nothing changed, beyond the intervals of both.
    """

    figure: FigureName
    probe: str
    arm: str
    work: str
    before: Estimate
    after: Estimate
    change: Change
    noise_floors: tuple[float, float]
    between_runs: float
    differences: tuple[str, ...]


class MeanChange(msgspec.Struct, frozen=True, kw_only=True):
    """The geometric mean of one figure's changes over all probes that were judged."""

    figure: FigureName
    arm: str
    work: str
    probes: int
    change: Change


class OneSided(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that only one of the runs has."""

    run: str
    figure: FigureName
    probe: str
    arm: str
    work: str


class RunComparison(msgspec.Struct, frozen=True, kw_only=True):
    """What two runs have in common, and what only one has; two ``hosts`` must not be compared."""

    before: str
    after: str
    hosts: tuple[str, ...]
    rows: tuple[BothSided, ...]
    means: tuple[MeanChange, ...]
    one_sided: tuple[OneSided, ...]


def compare(before: Summary, after: Summary) -> RunComparison:
    """What changed from one run to the other; all changes are one answer (see `changes`)."""
    first, second = _by_key(before), _by_key(after)
    common = [(first[key], second[key]) for key in first if key in second]
    between = BetweenRuns(common)
    steps = [_step(early, late, between) for early, late in common]
    groups = _by_lane(common, steps)
    found = iter(changes([*steps, *map(_mean_step, groups.values())]))
    return RunComparison(
        before=before.run,
        after=after.run,
        hosts=tuple(dict.fromkeys((before.host, after.host))),
        rows=tuple(_row(early, late, next(found), between) for early, late in common),
        means=tuple(_mean_change(key, len(group), next(found)) for key, group in groups.items()),
        one_sided=(*_only(before.run, first, second), *_only(after.run, second, first)),
    )


def _by_key(run: Summary) -> dict[Key, Figure]:
    return {
        (figure.probe, figure.name, figure.arm, figure.work): figure
        for figure in run.figures
        if figure.name in COMPARED
    }


def _step(early: Figure, late: Figure, between: BetweenRuns) -> Step:
    judged = are_comparable(early, late)
    error = between.error(early, relative=judged)
    earlier, later = (Level(figure.level(relative=judged).less(error), figure.floor) for figure in (early, late))
    return Step(earlier, later, judged)


def _by_lane(common: Iterable[tuple[Figure, Figure]], steps: Iterable[Step]) -> dict[LaneKey, list[Step]]:
    """The steps that are judged, lane by lane, of lanes that several probes have."""
    groups: dict[LaneKey, list[Step]] = defaultdict(list)
    for (early, _), step in zip(common, steps, strict=True):
        if step.judged:
            groups[early.name, early.arm, early.work].append(step)
    return {key: group for key, group in groups.items() if len(group) > 1}


def _mean_step(steps: Sequence[Step]) -> Step:
    return Step(_mean_level([step.earlier for step in steps]), _mean_level([step.later for step in steps]))


def _mean_level(levels: Sequence[Level]) -> Level:
    """The mean of logs; noise floors are joined as independent uncertainties are (JCGM 100:2008, 5.1.2)."""
    floor = math.hypot(*(math.log1p(level.floor) for level in levels)) / len(levels)
    return Level(mean([level.log for level in levels]), math.expm1(floor))


def _mean_change(key: LaneKey, probes: int, change: Change) -> MeanChange:
    figure, arm, work = key
    return MeanChange(figure=figure, arm=arm, work=work, probes=probes, change=change)


def _row(early: Figure, late: Figure, change: Change, between: BetweenRuns) -> BothSided:
    error = between.error(early, relative=change.judged).standard_error
    return BothSided(
        figure=early.name,
        probe=early.probe,
        arm=early.arm,
        work=early.work,
        before=in_unit(early.name, early.log),
        after=in_unit(late.name, late.log),
        change=change,
        noise_floors=(early.floor, late.floor),
        between_runs=math.expm1(math.sqrt(2) * error),
        differences=tuple(_differences(early, late)),
    )


def _differences(early: Figure, late: Figure) -> Iterator[str]:
    if early.recipe != late.recipe:
        yield f"NOT COMPARABLE builds: {early.recipe}, then {late.recipe}"
    for figure in dict.fromkeys((early.twin_differs, late.twin_differs)):
        if figure:
            yield f"NOT COMPARABLE in all: the builds set against each other differ in {figure}"
    for what, then in early.circumstances.items():
        now = late.circumstances[what]
        if then != now and UNKNOWN not in {then, now}:
            is_shown = what not in DIGESTS and len(then + now) <= LONGEST
            yield f"{what}: {then}, then {now}" if is_shown else f"{what} changed"


def _only(run: str, figures: dict[Key, Figure], other_figures: dict[Key, Figure]) -> Iterator[OneSided]:
    for key, figure in figures.items():
        if key not in other_figures:
            yield OneSided(run=run, figure=figure.name, probe=figure.probe, arm=figure.arm, work=figure.work)


LONGEST = 60
"""Characters up to which both values of a circumstance are printed."""
