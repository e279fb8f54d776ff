"""Short names for what is drawn, which still differ from each other, and the groups in which contests are shown."""

from __future__ import annotations

from collections import defaultdict
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gilscope.figures.values import ContestFigures
    from gilscope.values.contests import Contest

BORDERS = "/:"
"""A common beginning ends behind one of these, so that what is left of a name is a name."""
BUILDS = "@"
"""A common end begins at this: what stands behind it in a contest's name is its builds."""
MOST = 34
"""The most characters of a label: as many as have room beside a chart."""
GAP = "…"


class Place(NamedTuple):
    """The group of charts that shows a contest, and the contest's label in that group."""

    group: str
    label: str


def places(contests: Sequence[ContestFigures]) -> dict[str, Place]:
    """The place of every contest, by its id."""
    groups: dict[str, list[str]] = defaultdict(list)
    for figures in contests:
        groups[group(figures.contest)].append(figures.contest.id)
    return {name: Place(of, label) for of, names in groups.items() for name, label in labels(names).items()}


def group(contest: Contest) -> str:
    """The builds of a contest: the free-threaded one of its pair, or the arm that is its reference."""
    return contest.arm_of_reference if contest.pair is None else contest.pair.free_threaded.name


def labels(names: Iterable[str]) -> dict[str, str]:
    """Labels by name: names without the beginning and the end that all of them have, and without their middles.

    A middle is left out only where the label is too long, and where no other label looks like it then.
    """
    distinct = list(dict.fromkeys(names))
    begin, end = (_common_begin(distinct), _common_end(distinct)) if len(distinct) > 1 else (0, 0)
    whole = {name: name[begin : len(name) - end] for name in distinct}
    short = {name: _without_middle(label) for name, label in whole.items()}
    return short if len(set(short.values())) == len(short) else whole


def _common_begin(names: Sequence[str]) -> int:
    """The length of the common beginning, up to the last border in it."""
    common = _common(names)
    return 1 + max(common.rfind(border) for border in BORDERS)


def _common_end(names: Sequence[str]) -> int:
    """The length of the common end, from its last mark of builds on."""
    common = _common([name[::-1] for name in names])
    return 1 + common.find(BUILDS)


def _common(names: Sequence[str]) -> str:
    """The characters that all names begin with."""
    alike = takewhile(lambda characters: len(set(characters)) == 1, zip(*names, strict=False))
    return "".join(first for first, *_ in alike)


def _without_middle(label: str) -> str:
    if len(label) <= MOST:
        return label
    head = (MOST - len(GAP)) // 2
    return f"{label[:head]}{GAP}{label[head + len(GAP) - MOST :]}"
