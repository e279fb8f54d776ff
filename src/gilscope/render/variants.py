"""Variants side by side, as sheets: lane by lane for one workload, and a row each for several."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured, marked
from gilscope.render.notes import mark
from gilscope.render.sheet import BETTER, NOT_MEASURED, WORSE, Column, Sheet, tabulate
from gilscope.values.lanes import arm_and_work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.values import ContestFigures
    from gilscope.figures.variants import Comparison, LaneComparison, VariantMeans, VariantPenalty
    from gilscope.values.contests import Variant

NONE = "no difference that could be told"
FACTOR = 2.0
"""Where so large a ratio is still possible, no percentage says more."""
HOW_TO_READ = (
    "Ratio: time over that of the first variant's lane in the same rounds; below 1 is faster. The answers hold for all "
    "lanes together, beyond what two copies of one lane differ by (the noise floor)."
)
MARKS = (
    "Time over that of the first variant; below 1 is faster. ~ marks what could not be told from no difference, all "
    "lanes of a workload together, beyond the noise floor."
)
OF_PENALTIES = (
    "Penalty: time of the free-threaded build over the default one of the same variant, less 1. Its change is that of "
    "1 + penalty: -2% stands for about two points less."
)
DIFFERS = "NOT THE SAME RESULTS: {} gives others than {}. A ratio of unlike work is no gain."


def sheets(contest: ContestFigures) -> Iterator[Sheet]:
    """What the variants of one contest take: lane by lane, then their penalties where they are pairs of builds."""
    if contest.variants is None:
        return
    variants = contest.contest.variants
    yield tabulate(
        f"{contest.contest.id}: time against {variants[0].label}",
        _columns(contest),
        contest.variants.lanes,
        [HOW_TO_READ, *_notes([contest])],
    )
    yield tabulate(
        f"{contest.contest.id}: penalties",
        _columns_of_penalties(variants[0].label),
        contest.variants.penalties,
        [OF_PENALTIES],
    )


def overviews(contests: Sequence[ContestFigures], means: VariantMeans) -> Iterator[Sheet]:
    """A sheet for every arm that is compared with another: workloads down, lanes across, their means below."""
    by_arms: dict[tuple[str, str], dict[str, ContestFigures]] = defaultdict(dict)
    for contest in contests:
        for row in () if contest.variants is None else contest.variants.lanes:
            by_arms[row.lane.arm.name, arm_and_work(row.against)[0]][contest.contest.id] = contest
    for (arm, against), rows in by_arms.items():
        columns = list(_columns_of_arm(arm, list(rows.values()), means))
        notes = [MARKS, *(_notes(rows.values()) if len(rows) > 1 else ())]
        yield tabulate(f"{arm} against {against}", columns, rows.values(), notes, has_foot=len(rows) > 1)


def _columns_of_arm(
    arm: str, contests: Sequence[ContestFigures], means: VariantMeans
) -> Iterator[Column[ContestFigures]]:
    """The columns of an overview: every lane of one arm, and its penalty's change where its variant is a pair."""
    yield Column("workload", lambda contest: contest.contest.probe.id, foot="geometric mean")
    compared = [row for contest in contests if contest.variants is not None for row in contest.variants.lanes]
    of_arm = {row.lane.name: row for row in compared if row.lane.arm.name == arm}
    for name, row in of_arm.items():
        yield Column(row.lane.work, partial(_lane, name), foot=if_measured(means.lanes.get(name), _ratio))
    for variant in dict.fromkeys(row.variant for row in of_arm.values() if arm in row.variant.arms[1:]):
        foot = if_measured(means.penalties.get(variant.label), _change)
        yield Column("change of penalty", partial(_penalty, variant.label), foot=foot)


def _columns(contest: ContestFigures) -> list[Column[LaneComparison]]:
    rows = {row.lane.name: row for row in contest.lanes}
    return [
        Column("lane", lambda row: f"{row.lane.name}{mark(rows[row.lane.name])}"),
        Column("time per unit", lambda row: numbers.seconds(rows[row.lane.name].time_per_unit)),
        Column("of first", lambda row: numbers.seconds(rows[row.against].time_per_unit), wide=True),
        Column("ratio", lambda row: numbers.ratio(row.comparison.ratio)),
        Column("answer", lambda row: _answer(row.comparison)),
    ]


def _columns_of_penalties(first: str) -> list[Column[VariantPenalty]]:
    return [
        Column("variant", lambda row: row.variant.label),
        Column("penalty, one thread", lambda row: numbers.signed_percent(row.penalty)),
        Column(f"change against {first}", lambda row: if_measured(row.change, _change)),
        Column("answer", lambda row: if_measured(row.change, _answer)),
    ]


def _answer(comparison: Comparison) -> str:
    """The answer in words, with what is still possible where no difference was found."""
    if comparison.answer == "no difference":
        return f"{NONE}{_possible(comparison)}"
    much = numbers.change(comparison.ratio.relative(), "slower", "faster")
    return much + (BETTER if comparison.answer == "better" else WORSE)


def _possible(comparison: Comparison) -> str:
    ends = comparison.possible
    if ends.low < 1 / FACTOR or ends.high > FACTOR:
        return ": even a factor of two is possible"
    return (
        f": {numbers.plain_percent(1 - ends.low)} faster to {numbers.plain_percent(ends.high - 1)} slower is possible"
    )


def _ratio(comparison: Comparison) -> str:
    text = marked(numbers.ratio(comparison.ratio), beyond_noise=comparison.answer != "no difference")
    return text + {"better": BETTER, "worse": WORSE, "no difference": ""}[comparison.answer]


def _change(comparison: Comparison) -> str:
    return marked(
        numbers.signed_percent(comparison.ratio.relative()), beyond_noise=comparison.answer != "no difference"
    )


def _lane(name: str, contest: ContestFigures) -> str:
    rows = () if contest.variants is None else contest.variants.lanes
    return next((_ratio(row.comparison) for row in rows if row.lane.name == name), NOT_MEASURED)


def _penalty(label: str, contest: ContestFigures) -> str:
    rows = () if contest.variants is None else contest.variants.penalties
    changes = {row.variant.label: row.change for row in rows}
    return if_measured(changes.get(label), _change)


def _notes(contests: Iterable[ContestFigures]) -> Iterator[str]:
    """What labels stand for, what else variants differ in, and whose results are others; each said once."""
    notes: dict[str, None] = {}
    for contest in contests:
        first = contest.contest.variants[0]
        notes |= dict.fromkeys(f"{item.label}: {item.meaning}." for item in contest.contest.variants if item.meaning)
        notes |= dict.fromkeys(_differences(item, first) for item in contest.contest.variants if item.differences)
        notes |= dict.fromkeys(
            f"{contest.contest.probe.id}: {DIFFERS.format(finding.lane, contest.contest.reference)}"
            for finding in contest.findings
            if finding.kind == "differs"
        )
    yield from notes


def _differences(variant: Variant, first: Variant) -> str:
    return f"{variant.label} differs from {first.label} in {'; '.join(variant.differences)}."
