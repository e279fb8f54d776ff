"""Two runs side by side: how the figures that both have differ; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.history.changes import Change, Level, changes
from gilscope.history.summary import Figure, FigureName, Summary, in_unit
from gilscope.stats.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterator

    Key = tuple[str, str, str, str]

COMPARED: frozenset[FigureName] = frozenset({"penalty", "time"})


class BothSided(msgspec.Struct, frozen=True, kw_only=True):
    """One figure in both runs; ``differences`` are what forbids, or may explain, the change, in words."""

    figure: FigureName
    probe: str
    arm: str
    work: str
    before: Estimate
    after: Estimate
    change: Change
    noise_floors: tuple[float, float]
    differences: tuple[str, ...]


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
    one_sided: tuple[OneSided, ...]


def compare(before: Summary, after: Summary) -> RunComparison:
    """What changed from one run to the other; all changes are one answer (see `changes`)."""
    first, second = _by_key(before), _by_key(after)
    common = [(first[key], second[key]) for key in first if key in second]
    step_changes = changes([(_level(early), _level(late)) for early, late in common])
    return RunComparison(
        before=before.run,
        after=after.run,
        hosts=tuple(dict.fromkeys((before.host, after.host))),
        rows=tuple(_row(*figures, change) for figures, change in zip(common, step_changes, strict=True)),
        one_sided=(*_only(before.run, first, second), *_only(after.run, second, first)),
    )


def _by_key(run: Summary) -> dict[Key, Figure]:
    return {
        (figure.probe, figure.name, figure.arm, figure.work): figure
        for figure in run.figures
        if figure.name in COMPARED
    }


def _level(figure: Figure) -> Level:
    return Level(figure.log, figure.floor)


def _row(early: Figure, late: Figure, change: Change) -> BothSided:
    return BothSided(
        figure=early.name,
        probe=early.probe,
        arm=early.arm,
        work=early.work,
        before=in_unit(early.name, early.log),
        after=in_unit(late.name, late.log),
        change=change,
        noise_floors=(early.floor, late.floor),
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
        if then != now:
            yield f"{what}: {then}, then {now}" if len(then + now) <= LONGEST else f"{what} changed"


def _only(run: str, figures: dict[Key, Figure], other_figures: dict[Key, Figure]) -> Iterator[OneSided]:
    for key, figure in figures.items():
        if key not in other_figures:
            yield OneSided(run=run, figure=figure.name, probe=figure.probe, arm=figure.arm, work=figure.work)


LONGEST = 60
"""Characters up to which both values of a circumstance are printed."""
