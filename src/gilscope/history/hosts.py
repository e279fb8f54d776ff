"""One figure over hosts: what it is on each, and whether they differ beyond noise; no mean over hosts; pure.

A host counts by its latest run, joined with those before it that measured one thing on one build. The hosts of a lane
are compared all at once (see `stats.heterogeneity`), each uncertain by what a run may be off by as well, and lanes are
corrected for each other by Holm's procedure, as changes over versions are. Hosts whose build or code is not that of
most hosts are shown, and compared with none.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import count, pairwise
from typing import TYPE_CHECKING, Literal

import msgspec

from gilscope.history.between import BetweenRuns, are_comparable
from gilscope.history.joining import Point, point_of
from gilscope.history.summary import MEASURED_ALIKE, UNKNOWN, Figure, FigureName, in_unit
from gilscope.stats.estimate import Estimate
from gilscope.stats.heterogeneity import p_of_alike
from gilscope.stats.significance import holm
from gilscope.values.contests import EVERY_LANE
from gilscope.values.lanes import lane_name, model_and_workers
from gilscope.values.records import HostCard

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from gilscope.history.summary import DatedFigure, Setting

    Key = tuple[str, str, str]

Answer = Literal["differ", "within the noise floor", "not told apart", "not judged"]

NO_INTERVAL = "no interval"
"""What a cell holds whose figures are all of single launches."""

NEVER_ALIKE = ("builds", "Python", *MEASURED_ALIKE, "GIL")
"""What hosts must have in common to be compared: each of these changes what is measured."""


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """A host of a name that no other has, as its latest run found it, and its builds by arm."""

    name: str
    card: HostCard
    builds: dict[str, str]

    @property
    def cpu(self) -> str:
        """The model of its CPU, or else the kind of machine."""
        return cpu_of(self.card)


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A figure on one host, which ``is_compared`` with those of most others; ``instead`` says why there is none."""

    host: str
    estimate: Estimate | None = None
    noise_floor: float = 0.0
    runs: int = 0
    is_compared: bool = True
    instead: str = ""


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    """How far the hosts of a row are apart: the highest over the lowest, and whether chance explains it."""

    lowest: str
    highest: str
    ratio: Estimate
    p: float
    answer: Answer


class HostsRow(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of one lane: a cell for every host, and how far its hosts are apart.

    ``apart`` is None where fewer than two can be compared. ``differences`` forbid comparing some: what they are about,
    and which hosts have which. ``may_explain`` names what else is different between hosts that are compared, and
    ``twins_differ`` the hosts by what their builds differ from their twins in.
    """

    probe: str
    arm: str
    work: str
    cells: tuple[Cell, ...]
    apart: Apart | None
    differences: dict[str, dict[str, tuple[str, ...]]]
    may_explain: tuple[str, ...]
    twins_differ: dict[str, tuple[str, ...]]

    @property
    def measured(self) -> tuple[Cell, ...]:
        """The cells that hold a figure, the lowest first."""
        known = [(cell.estimate.value, cell) for cell in self.cells if cell.estimate is not None]
        return tuple(cell for _, cell in sorted(known, key=lambda item: item[0]))


class AcrossHosts(msgspec.Struct, frozen=True, kw_only=True):
    """A figure over hosts; ``without`` names those of which nothing is known for any row, which have no cells."""

    figure: FigureName
    hosts: tuple[Host, ...]
    rows: tuple[HostsRow, ...]
    without: tuple[str, ...]

    @property
    def shown(self) -> tuple[Host, ...]:
        """The hosts that have cells."""
        return tuple(host for host in self.hosts if host.name not in self.without)

    @property
    def judged(self) -> tuple[HostsRow, ...]:
        """The rows in which hosts were judged."""
        return tuple(row for row in self.rows if row.apart is not None and row.apart.answer != "not judged")

    @property
    def differing(self) -> tuple[HostsRow, ...]:
        """The rows in which hosts differ beyond noise, those farthest apart first."""
        apart = [(row.apart, row) for row in self.rows if row.apart is not None]
        rows = [(found.ratio.value, row) for found, row in apart if found.answer == "differ"]
        return tuple(row for _, row in sorted(rows, key=lambda item: item[0], reverse=True))


def across(
    figure: FigureName, dated_figures: Iterable[DatedFigure], settings: Mapping[str, Sequence[Setting]]
) -> AcrossHosts:
    """One figure's rows, with the hosts that differ in each.

    Args:
        figure: the name that all figures have.
        dated_figures: those of all hosts.
        settings: at least one of every host, in order of time, by what dated figures call the host.
    """
    hosts = _hosts(settings)
    by_row: dict[Key, dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for dated in sorted(dated_figures, key=lambda dated: dated.started):
        item = dated.figure
        by_row[item.probe, item.arm, item.work][hosts[dated.host].name].append(item)
    keys = sorted(by_row)
    known = {key: {host: _measured_alike(of_host) for host, of_host in by_row[key].items()} for key in keys}
    between = BetweenRuns(pair for row in known.values() for figures in row.values() for pair in pairwise(figures))
    points = {
        key: [point_of(host, figures, between) for host, figures in row.items() if figures]
        for key, row in known.items()
    }
    alike_points = {key: _of_most(of_row) for key, of_row in points.items()}
    apart = _judged({key: _apart(of_row) for key, of_row in alike_points.items() if len(of_row) > 1})
    by_name = {hosts[host].name: (hosts[host], settings[host]) for host in hosts}
    rows = [_row(key, points[key], apart.get(key), by_row[key], by_name) for key in keys]
    with_cells = {cell.host for row in rows for cell in row.cells if cell.estimate is not None or cell.instead}
    return AcrossHosts(
        figure=figure,
        hosts=tuple(hosts.values()),
        rows=tuple(
            msgspec.structs.replace(row, cells=tuple(cell for cell in row.cells if cell.host in with_cells))
            for row in rows
        ),
        without=tuple(name for name in by_name if name not in with_cells),
    )


def cpu_of(card: HostCard) -> str:
    """The model of a machine's CPU, or else the kind of machine."""
    return card.cpu or card.machine


def _hosts(settings: Mapping[str, Sequence[Setting]]) -> dict[str, Host]:
    """The hosts with their names, those of one CPU beside each other; several of one name are numbered."""
    ordered = sorted(settings, key=lambda host: (cpu_of(settings[host][-1].card), settings[host][-1].card.name, host))
    counts = Counter(settings[host][-1].card.name for host in ordered)
    hosts: dict[str, Host] = {}
    for host in ordered:
        card = settings[host][-1].card
        taken = {other.name for other in hosts.values()} | counts.keys() - {card.name}
        names = (f"{card.name} ({number})" for number in count(1))
        name = card.name if counts[card.name] == 1 else next(name for name in names if name not in taken)
        builds = {arm: build for setting in settings[host] for arm, build in setting.builds.items()}
        hosts[host] = Host(name=name, card=card, builds=builds)
    return hosts


def _measured_alike(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """The figures with an interval that measured what the latest of them did."""
    known = [figure for figure in figures if figure.half_width is not None]
    return tuple(figure for figure in known if _kind(figure) == _kind(known[-1]))


def _kind(figure: Figure) -> tuple[str, ...]:
    """What figures of two hosts must have in common, in the order of `NEVER_ALIKE`."""
    return figure.recipe, figure.version, *figure.measured, figure.circumstances.get("GIL", UNKNOWN)


def _of_most(points: Sequence[Point]) -> list[Point]:
    """The hosts that may be compared: those of the commonest kind, or the first of several."""
    kinds = Counter(_kind(point.figures[-1]) for point in points)
    return [point for point in points if _kind(point.figures[-1]) == kinds.most_common(1)[0][0]]


def _apart(points: Sequence[Point]) -> Apart:
    """How far hosts are apart, before lanes are corrected for each other."""
    judged = are_comparable(*(figure for point in points for figure in point.figures))
    levels = [(point.over_yardstick if judged else point.level, point.label) for point in points]
    (lowest, lower), *_, (highest, higher) = sorted(levels, key=lambda level: level[0].log.value)
    ratio = highest.log.less(lowest.log)
    within_floor = ratio.value <= math.log1p(max(lowest.floor, highest.floor))
    answer: Answer = "within the noise floor" if within_floor else "differ"
    return Apart(
        lowest=lower,
        highest=higher,
        ratio=ratio.exp(),
        p=p_of_alike([level.log for level, _ in levels]),
        answer=answer if judged else "not judged",
    )


def _judged(apart: Mapping[Key, Apart]) -> dict[Key, Apart]:
    """The distances with their answers: chance alone explains some, where all lanes are looked at together."""
    judged = [key for key, found in apart.items() if found.answer != "not judged"]
    significant = dict(zip(judged, holm([apart[key].p for key in judged]), strict=True))
    return {
        key: found if significant.get(key, True) else msgspec.structs.replace(found, answer="not told apart")
        for key, found in apart.items()
    }


def _row(
    key: Key,
    points: Sequence[Point],
    apart: Apart | None,
    measured: Collection[str],
    hosts: Mapping[str, tuple[Host, Sequence[Setting]]],
) -> HostsRow:
    probe, arm, work = key
    compared = _of_most(points)
    by_host = {point.label: _cell(point, is_compared=point in compared) for point in points}
    return HostsRow(
        probe=probe,
        arm=arm,
        work=work,
        cells=tuple(
            by_host.get(name)
            or Cell(host=name, instead=NO_INTERVAL if name in measured else _instead(key, host, settings))
            for name, (host, settings) in hosts.items()
        ),
        apart=apart,
        differences=_differences(points),
        may_explain=_explanations(compared),
        twins_differ=_by_value((point.label, point.figures[-1].twin_differs) for point in points),
    )


def _cell(point: Point, *, is_compared: bool) -> Cell:
    return Cell(
        host=point.label,
        estimate=in_unit(point.figures[-1].name, point.level.log),
        noise_floor=point.level.floor,
        runs=len(point.figures),
        is_compared=is_compared,
    )


def _instead(key: Key, host: Host, settings: Sequence[Setting]) -> str:
    """Why a host has no figure, by what its runs say, the latest first; empty where none says anything."""
    probe, arm, work = key
    for setting in reversed(settings):
        for lack in setting.lacks:
            if lack.probe == probe and lack.lane in {lane_name(arm, work), EVERY_LANE}:
                return lack.what
    if arm not in host.builds:
        return f"no {arm}"
    cpus = host.card.cpus_usable
    return f"{cpus:g} CPUs" if model_and_workers(work)[1] > cpus else ""


def _differences(points: Sequence[Point]) -> dict[str, dict[str, tuple[str, ...]]]:
    """What some hosts must not be compared for: the hosts by what they have, of all in which they differ."""
    kinds = [(point.label, dict(zip(NEVER_ALIKE, _kind(point.figures[-1]), strict=True))) for point in points]
    found = {name: _by_value((host, kind[name]) for host, kind in kinds) for name in NEVER_ALIKE}
    return {name: hosts for name, hosts in found.items() if len(hosts) > 1}


def _by_value(values: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The hosts by a value that they have in common; an empty one is none."""
    hosts: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for host, value in values:
        if value:
            hosts[value] += (host,)
    return dict(hosts)


def _explanations(points: Iterable[Point]) -> tuple[str, ...]:
    """The circumstances in which hosts that are compared differ, as far as they are known."""
    known: dict[str, set[str]] = defaultdict(set)
    for point in points:
        for name, value in point.figures[-1].circumstances.items():
            known[name] |= {value} - {UNKNOWN}
    return tuple(sorted(name for name, values in known.items() if len(values) > 1))
