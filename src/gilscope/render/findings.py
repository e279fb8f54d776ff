"""What went wrong or was left out, as sheets: findings, what they hold in full, and skips."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from gilscope.render.names import listed
from gilscope.render.sheet import Column, Sheet, tabulate
from gilscope.values.contests import EVERY_LANE
from gilscope.values.lanes import is_control

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.values import ContestFigures
    from gilscope.values.contests import Skip
    from gilscope.values.records import Damage, Finding

MOST_LINES = 12
"""The most numbers of damaged lines that a row names."""


def findings(contests: Sequence[ContestFigures]) -> Sheet:
    """Findings by what happened; kinds of workers that do not exist are left out, as they have rows elsewhere."""
    columns: list[Column[list[Finding]]] = [
        Column("lane", lambda alike: f"{alike[0].contest} {_listed([finding.lane for finding in alike])}"),
        Column("what", lambda alike: alike[0].kind),
        Column("when", lambda alike: alike[0].phase),
        Column("why", lambda alike: alike[0].reason),
    ]
    return tabulate("Findings", columns, _alike(contests))


def details(contests: Sequence[ContestFigures]) -> Sheet:
    """Tracebacks and stacks that lanes left behind when they failed, each text once."""
    columns: list[Column[Finding]] = [
        Column("lane", lambda finding: f"{finding.contest} {finding.lane}"),
        Column("detail", lambda finding: finding.detail),
    ]
    by_text = {finding.detail: finding for contest in contests for finding in contest.findings if finding.detail}
    return tabulate("Tracebacks and stacks", columns, by_text.values())


def skips(left_out: Sequence[Skip]) -> Sheet:
    """Lanes that were not measured, with the reason; a script that was left out whole is named itself."""
    columns: list[Column[tuple[str, str]]] = [
        Column("lane", lambda row: row[0]),
        Column("probes", lambda row: str(counts[row])),
        Column("why", lambda row: row[1]),
    ]
    counts = Counter((skip.contest if skip.lane == EVERY_LANE else skip.lane, skip.reason) for skip in left_out)
    return tabulate("Not measured", columns, sorted(counts))


def finding_lines(contests: Sequence[ContestFigures]) -> list[str]:
    """Findings as a line each: the lanes, what happened, and why; contests are named where there are several."""
    groups = list(_alike(contests))
    has_several = len(contests) > 1
    return [
        f"{f'{alike[0].contest} ' * has_several}{_listed([finding.lane for finding in alike])}: "
        f"{alike[0].kind} ({alike[0].phase}): {_last_words(alike[0])}"
        for alike in groups
    ]


def skip_lines(left_out: Sequence[Skip]) -> list[str]:
    """Lanes that were not measured, a line for each reason."""
    by_reason: dict[str, dict[str, None]] = defaultdict(dict)
    for skip in left_out:
        by_reason[skip.reason][skip.contest if skip.lane == EVERY_LANE else skip.lane] = None
    return [f"{_listed(list(lanes))}: {reason}" for reason, lanes in by_reason.items()]


def damages(left_out: Sequence[Damage]) -> Sheet:
    """Lines of a run's file that were damaged, a row for each reason."""
    columns: list[Column[tuple[str, list[int]]]] = [
        Column("lines", lambda row: listed(list(map(str, row[1])), MOST_LINES)),
        Column("what is wrong", lambda row: row[0]),
    ]
    notes = ["No figure holds what stood there."]
    return tabulate("Damaged lines of the run's file, left out", columns, _by_reason(left_out).items(), notes)


def damage_lines(left_out: Sequence[Damage]) -> list[str]:
    """Lines of a run's file that were damaged, a line for each reason."""
    return [f"{listed(list(map(str, lines)))}: {reason}" for reason, lines in _by_reason(left_out).items()]


def _by_reason(left_out: Sequence[Damage]) -> dict[str, list[int]]:
    lines: dict[str, list[int]] = defaultdict(list)
    for damage in left_out:
        lines[damage.reason].append(damage.line)
    return lines


def _last_words(finding: Finding) -> str:
    """Why something happened, in one line: of a text of several lines the exception's name and its last line.

    What wraps another exception (NumPy's advice on how to install it) names that one at its end, and a traceback has
    the whole text where a reason is cut.
    """
    first, *others = finding.reason.strip().splitlines() or [""]
    if not others:
        return first
    last = (finding.detail.strip().splitlines() or others)[-1]
    return f"{first.partition(':')[0].strip()}: {last.strip()}"


def failures(contest: ContestFigures) -> dict[str, Finding]:
    """The last failure of every lane that failed, by the lane's name; the control lane is left out."""
    return {
        finding.lane: finding for finding in contest.findings if finding.fails_lane and not is_control(finding.lane)
    }


def in_short(failure: Finding) -> str:
    """A failure as one line."""
    return f"{failure.kind}: {failure.reason}"


def _alike(contests: Sequence[ContestFigures]) -> Iterator[list[Finding]]:
    """Findings that differ in their lane only, each lane once: a function that raises does so in every lane.

    Lanes that nobody asked for (second copies, those that show the capacity) count where it happened in them alone.
    """
    for contest in contests:
        groups: dict[tuple[str, ...], dict[str, Finding]] = defaultdict(dict)
        for finding in contest.findings:
            if not (contest.asks_about_workers and finding.kind == "unsupported"):
                groups[finding.kind, finding.phase, finding.reason].setdefault(finding.lane, finding)
        beside = {lane.name for lane in contest.contest.lanes if lane.control or lane.shows_capacity}
        for group in groups.values():
            yield [finding for name, finding in group.items() if name not in beside] or list(group.values())


def _listed(lanes: Sequence[str]) -> str:
    """The first lane by name, the others by number."""
    return lanes[0] if len(lanes) == 1 else f"{lanes[0]} and {len(lanes) - 1} more"
