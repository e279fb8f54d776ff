"""Figures over hosts as sheets: a column for each host, or where these find no room a row for each."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from gilscope.render import numbers, widths
from gilscope.render.cells import marked
from gilscope.render.changes import figure
from gilscope.render.findings import damage_lines, finding_lines, skip_lines
from gilscope.render.history import TITLES
from gilscope.render.names import listed
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate
from gilscope.values.lanes import lane_name, model_and_workers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from gilscope.figures.run import RunFigures
    from gilscope.history.hosts import AcrossHosts, Answer, Apart, Cell, Host, HostsRow
    from gilscope.history.summary import FigureName

MOST_HOSTS = 3
"""The most hosts that a note names of those that have something in common."""

MOST_ROWS = 8
"""The most lanes of which a note says which hosts differ."""

PLURALS: dict[FigureName, str] = {"penalty": "penalties", "time": "times", "gain": "gains", "scaling": "scalings"}

OTHER_BUILD = " !"
"""What a figure ends with that is not compared, since the build or the code is not that of most hosts."""

NOT_COMPARED = f"{OTHER_BUILD.strip()} marks figures of other builds or other code than most hosts have: not compared."

ENDINGS: dict[Answer, str] = {
    "differ": ", differ",
    "within the noise floor": ", noise floor",
    "not told apart": "",
    "not judged": ", not judged",
}
"""What stands behind the distance of the two hosts that are farthest apart."""

HOW_TO_READ = (
    "Each host's latest run, joined with earlier ones of the same code and builds; every interval holds what runs of "
    "the same builds differ by, so that it is wider than in the host's own report. No mean holds two hosts."
)
HOW_FAR = (
    "Between hosts: the time (or throughput) on the highest over that on the lowest, less one. Hosts differ where all "
    "of them together lie farther apart than their intervals explain, at 5% for one false answer in all of this (Holm "
    "1979), and the ends farther than their noise floors. ~ marks all others."
)
BY_YARDSTICK = (
    "Of what each gave: times, and what several workers gain, hold how fast the machine was and how many CPUs it gave. "
    "They are compared by their ratio to capacity lanes of one build that ran in the same rounds; without these, hosts "
    "are not judged."
)


def verdict(compared: AcrossHosts) -> str:
    """The answer in a sentence: how many figures differ between hosts, and which does most."""
    several = PLURALS[compared.figure]
    if len(compared.shown) <= 1:
        return "There are figures of one host at the most: measure on another to compare."
    differing, judged = compared.differing, len(compared.judged)
    left = len(compared.rows) - judged
    beginning = f"{len(differing) or 'None'} of {judged} {several if judged != 1 else compared.figure}"
    verb = "differs" if len(differing) == 1 else "differ"
    return " ".join(
        [
            f"{beginning} {verb} between hosts beyond noise{_most(compared, differing)}.",
            *([f"{left} {'is' if left == 1 else 'are'} not compared."] if left else []),
        ]
    )


def _most(compared: AcrossHosts, differing: Sequence[HostsRow]) -> str:
    """The lane whose hosts are farthest apart, and between which hosts; penalties with what they are there."""
    for row in differing:
        if row.apart is not None:
            ends = [cell for host in (row.apart.lowest, row.apart.highest) for cell in row.cells if cell.host == host]
            if compared.figure == "penalty":
                said = (f"{_figure('penalty', cell)} on {cell.host}" for cell in ends)
                return f", most of all {name(row)}: {', '.join(said)}"
            return f", most of all {name(row)}, between {ends[0].host} and {ends[1].host}"
    return ""


def sheets(compared: AcrossHosts, width: int | None = None) -> Iterator[Sheet]:
    """Yield the figures, and then the hosts with the builds that the figures are of; a ``width`` is a terminal's."""
    yield from figures(compared, width)
    arms = {row.arm for row in compared.rows if len(row.measured) > 1} or {row.arm for row in compared.rows}
    yield legend([_with_builds(host, arms) for host in compared.shown])


def once(several: Iterable[Sheet]) -> Iterator[Sheet]:
    """Yield sheets that are read in their order, without notes that stand below an earlier one."""
    said: set[str] = set()
    for sheet in several:
        yield msgspec.structs.replace(sheet, notes=tuple(note for note in sheet.notes if note not in said))
        said |= set(sheet.notes)


def figures(compared: AcrossHosts, width: int | None = None) -> Iterator[Sheet]:
    """Yield a sheet with a column for each host, or a row for each where a terminal has no room.

    A terminal shows no lanes that one of several hosts has alone.
    """
    if width is None:
        yield _across(compared)
        return
    together = tuple(row for row in compared.rows if len(row.measured) > 1) or compared.rows
    alone = len(compared.rows) - len(together)
    shown = msgspec.structs.replace(compared, rows=together)
    across = _across(shown, alone)
    if widths.fitted(across, width).left_out:
        yield from _down(shown, width, alone)
    else:
        yield across


def legend(hosts: Sequence[Host]) -> Sheet:
    """The hosts by the names that their columns have, with machine and builds."""
    columns: list[Column[Host]] = [
        Column("host", lambda host: host.name),
        Column("CPU", lambda host: host.cpu),
        Column("usable CPUs", lambda host: f"{host.card.cpus_usable:g} of {host.card.cpus_online}"),
        Column("kernel", lambda host: host.card.kernel),
        Column("virtualisation", lambda host: host.card.virtualisation or "n/a"),
        Column("builds", _builds),
        Column("system", lambda host: host.card.system, wide=True),
        Column("governor", lambda host: host.card.governor or "n/a", wide=True),
    ]
    return tabulate("Hosts", columns, hosts)


def _with_builds(host: Host, arms: Collection[str]) -> Host:
    return msgspec.structs.replace(host, builds={arm: build for arm, build in host.builds.items() if arm in arms})


def _builds(host: Host) -> str:
    """The builds of a host, each with the arms that it has."""
    arms: dict[str, list[str]] = defaultdict(list)
    for arm, build in host.builds.items():
        arms[build].append(arm)
    return "; ".join(f"{build}: {', '.join(names)}" for build, names in arms.items())


def answers(of_hosts: Mapping[str, Sequence[str]]) -> Sheet:
    """What the run of each host answers by itself."""
    columns: list[Column[tuple[str, Sequence[str]]]] = [
        Column("host", lambda row: row[0]),
        Column("answer", lambda row: " ".join(row[1]) or NOT_MEASURED),
    ]
    return tabulate("Host by host", columns, of_hosts.items())


def lacks(of_hosts: Mapping[str, RunFigures]) -> Sheet:
    """What was left out, failed or damaged on which hosts, and which builds they have not got."""
    hosts: dict[str, list[str]] = defaultdict(list)
    arms = {host: _arms(run) for host, run in of_hosts.items()}
    for host, run in of_hosts.items():
        for arm in sorted(set().union(*arms.values()) - arms[host]):
            hosts[f"no {arm}"].append(host)
        for line in (*finding_lines(run.contests), *skip_lines(run.skips), *damage_lines(run.damages)):
            hosts[line].append(host)
    columns: list[Column[tuple[str, list[str]]]] = [
        Column("hosts", lambda row: listed(row[1], MOST_HOSTS)),
        Column("what is lacking", lambda row: row[0]),
    ]
    return tabulate("What hosts lack", columns, hosts.items())


def _arms(run: RunFigures) -> set[str]:
    return {lane.arm.name for each in run.contests for lane in each.contest.lanes}


def _across(compared: AcrossHosts, alone: int = 0) -> Sheet:
    """Lanes down, hosts across."""
    columns: list[Column[HostsRow]] = [
        Column("probe and lane", name),
        *(Column(host.name, partial(_in_row, compared.figure, host)) for host in compared.shown),
        Column(_apart(compared), _between),
    ]
    return tabulate(TITLES[compared.figure], columns, compared.rows, _notes(compared, alone))


def _down(compared: AcrossHosts, width: int, alone: int) -> Iterator[Sheet]:
    """Yield hosts down and lanes across, as many at a time as there is room for; distances stand last."""
    hosts: Column[Host] = Column("host", lambda host: host.name, foot=_apart(compared).rpartition(", ")[2])
    lanes = [Column(name(row), partial(_on_host, compared.figure, row), foot=_between(row)) for row in compared.rows]
    while lanes:
        fitting = 1
        while fitting < len(lanes) and _has_room(compared, [hosts, *lanes[: fitting + 1]], width):
            fitting += 1
        columns, lanes = [hosts, *lanes[:fitting]], lanes[fitting:]
        yield _of_hosts(compared, columns, () if lanes else _notes(compared, alone))


def _has_room(compared: AcrossHosts, columns: Sequence[Column[Host]], width: int) -> bool:
    return not widths.fitted(_of_hosts(compared, columns), width).left_out


def _of_hosts(compared: AcrossHosts, columns: Sequence[Column[Host]], notes: Iterable[str] = ()) -> Sheet:
    return tabulate(TITLES[compared.figure], columns, compared.shown, notes, has_foot=True)


def _on_host(of: FigureName, row: HostsRow, host: Host) -> str:
    return next((_figure(of, cell) for cell in row.cells if cell.host == host.name), NOT_MEASURED)


def name(row: HostsRow) -> str:
    """The probe and the lane of a row; a serial lane is named by its arm."""
    return f"{row.probe} {lane_name(row.arm, row.work).removesuffix(':serial')}"


def _in_row(of: FigureName, host: Host, row: HostsRow) -> str:
    return _on_host(of, row, host)


def _figure(of: FigureName, cell: Cell) -> str:
    """A host's figure, or why there is none."""
    if cell.estimate is None:
        return cell.instead or NOT_MEASURED
    return figure(of, cell.estimate) + OTHER_BUILD * (not cell.is_compared)


def _apart(compared: AcrossHosts) -> str:
    """What the distance between hosts is one of: what the machines gave cancels in it."""
    return "between hosts" if compared.figure == "penalty" else "between hosts, of what each gave"


def _between(row: HostsRow) -> str:
    """How far the two hosts are apart that are farthest, and what that says."""
    if row.apart is None:
        return "builds or code differ" if row.differences else "nothing to compare"
    return _size(row.apart) + ENDINGS[row.apart.answer]


def _size(apart: Apart) -> str:
    """How much more the highest has than the lowest, marked where noise may explain it."""
    return marked(numbers.signed_percent(apart.ratio.relative()), beyond_noise=apart.answer == "differ")


def _notes(compared: AcrossHosts, alone: int) -> Iterator[str]:
    yield HOW_TO_READ
    if any(row.apart is not None for row in compared.rows):
        yield HOW_FAR
    if compared.figure == "time" or any(model_and_workers(row.work)[1] > 1 for row in compared.rows):
        yield BY_YARDSTICK
    yield from _ends(compared)
    if any(not cell.is_compared for row in compared.rows for cell in row.cells):
        yield NOT_COMPARED
    yield from _not_comparable(compared)
    explanations = sorted({what for row in compared.rows for what in row.may_explain})
    if explanations:
        yield f"Hosts that are compared also differ in {', '.join(explanations)}, which may explain a difference."
    if alone:
        yield f"Left out: {alone} {'lane' if alone == 1 else 'lanes'} that one host has alone; --json has them."
    if compared.without:
        yield f"Not measured on: {listed(compared.without, MOST_HOSTS)}."


def _ends(compared: AcrossHosts) -> Iterator[str]:
    """Yield between which hosts the distance lies, of the lanes in which they differ most."""
    for row in compared.differing[:MOST_ROWS]:
        if row.apart is not None:
            lowest, highest = row.apart.lowest, row.apart.highest
            yield f"{name(row)}: lowest on {lowest}, highest on {highest}, {_size(row.apart)} apart."


def _not_comparable(compared: AcrossHosts) -> Iterator[str]:
    """Yield which builds or code forbid comparing which hosts, with the lanes that it concerns."""
    lanes: dict[tuple[str, tuple[str, ...]], list[HostsRow]] = defaultdict(list)
    for row in compared.rows:
        for what, values in row.differences.items():
            lanes[f"NOT COMPARABLE in {what}", tuple(sorted(values))].append(row)
        for differs in row.twins_differ:
            lanes["NOT COMPARABLE in all: builds that are set against each other differ", (differs,)].append(row)
    for (what, several), rows in lanes.items():
        places = ((value, _hosts_with(compared, rows, value)) for value in several)
        said = "; ".join(f"{value} on {listed(hosts, MOST_HOSTS)}" for value, hosts in places)
        where = "" if len(rows) == len(compared.rows) else f" ({listed([name(row) for row in rows])})"
        yield f"{what}: {said}{where}."


def _hosts_with(compared: AcrossHosts, rows: Sequence[HostsRow], value: str) -> list[str]:
    """The hosts that have a value in any of these rows, in order."""
    found = [values for row in rows for values in (*row.differences.values(), row.twins_differ)]
    having = {host for values in found for host in values.get(value, ())}
    return [host.name for host in compared.shown if host.name in having]
