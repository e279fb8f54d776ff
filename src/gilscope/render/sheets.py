"""Figures arranged as sheets of text, which the terminal and the Markdown page show alike; nothing is computed here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.scaling_law import Fit, Refusal
from gilscope.render import numbers
from gilscope.values.contests import EVERY_LANE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.break_even import BreakEven
    from gilscope.figures.values import ContestFigures, LaneFigures, PairFigures, Penalty, ScalingLaw
    from gilscope.stats.estimate import Estimate
    from gilscope.values.contests import Skip
    from gilscope.values.records import ContestEnd
    from gilscope.values.runtimes import Pair

NOT_MEASURED = "-"
WIDTH_OF_BARS = 8
BETTER, WORSE = ", better", ", worse"
"""How a cell ends that tells a change beyond noise."""
HOW_TO_READ = (
    "Penalty: time on one thread against the default build's. Gain: throughput against the default build's serial "
    "lane. Threads pay from the number of workers at which they overtake that lane. ~ marks a difference within its "
    "interval or the noise floor."
)
OF_WHICH = (
    "Of the penalty, what the build costs with its GIL on, and what turning the GIL off costs on the same build, "
    "multiply."
)
HOW_IT_PAYS = (
    "Between the numbers of workers measured, the ratio of throughputs is interpolated on log scales; a serial lane "
    "stands for one worker. The best model is the default build's fastest lane with no more workers."
)
THE_LAW = (
    "Universal Scalability Law (Gunther): contention is the share of work that cannot run side by side, coherency what "
    "each pair of workers costs, the peak the number of workers with the highest throughput."
)


class Column(msgspec.Struct, frozen=True):
    """A heading; ``wide`` columns are left out where there are fewer than 100 characters, ``drawn`` ones hold bars."""

    heading: str
    wide: bool = False
    drawn: bool = False


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A table as text with its notes; the first column names the row."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def summary(pair: PairFigures) -> Sheet:
    """One row per probe for the contests of one pair: the cost on one thread, the gain on many, the break-even."""
    return Sheet(
        title=f"What {pair.name} costs and gives",
        columns=(
            Column("probe"),
            Column("penalty, one thread"),
            Column("with its GIL on", wide=True),
            Column("GIL off, same build", wide=True),
            Column("best gain, threads"),
            Column("best gain, default build"),
            Column("threads pay from (workers)"),
        ),
        rows=(*(_summary_row(contest, pair.name) for contest in pair.contests), *_mean_row(pair)),
        notes=(
            *comparability(pair.contests[0].contest.pair),
            HOW_TO_READ,
            *([OF_WHICH] if any(contest.gil_off is not None for contest in pair.contests) else []),
        ),
    )


def detail(contest: ContestFigures) -> Sheet:
    """Every lane of one contest."""
    return Sheet(
        title=f"{contest.contest.id}: {contest.contest.probe.question}",
        columns=(
            Column("lane"),
            Column("time per unit"),
            Column("gain"),
            Column("scaling", wide=True),
            Column("efficiency"),
            Column("cores busy"),
            Column("gain, drawn", wide=True, drawn=True),
        ),
        rows=tuple(_lane_row(contest, lane) for lane in contest.lanes),
        notes=contest_notes(contest),
    )


def break_evens(contest: ContestFigures) -> Sheet:
    """From how many workers each model pays."""
    return Sheet(
        title=f"Break-even of {contest.contest.id}",
        columns=(Column("lane"), Column("against"), Column("pays from"), Column("crossing"), Column("gain at most")),
        rows=tuple(_break_even_row(item) for item in contest.break_evens),
        notes=(HOW_IT_PAYS, *_refusals(contest)),
    )


def scaling_laws(contest: ContestFigures) -> Sheet:
    """How each model's throughput grows with workers, where enough of them were measured to say."""
    return Sheet(
        title=f"Scaling of {contest.contest.id}",
        columns=(Column("lane"), Column("contention"), Column("coherency"), Column("peak (workers)")),
        rows=tuple(_law_row(item, item.law) for item in contest.scaling_laws if isinstance(item.law, Fit)),
        notes=(THE_LAW,),
    )


def findings(contests: Sequence[ContestFigures]) -> Sheet:
    """What lanes did instead of, or besides, delivering trials; kinds of workers that are not there have rows."""
    return Sheet(
        title="Findings",
        columns=(Column("lane"), Column("what"), Column("when"), Column("why")),
        rows=tuple((f"{contest} {_listed(lanes)}", *what) for (contest, *what), lanes in _alike(contests).items()),
    )


def _alike(contests: Sequence[ContestFigures]) -> dict[tuple[str, ...], list[str]]:
    """Lanes by contest and by what happened to them: a function that raises does so in every lane."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for contest in contests:
        missing = {"unsupported"} if contest.asks_about_workers else set()
        for finding in contest.findings:
            if finding.kind in missing:
                continue
            lanes = groups.setdefault((finding.contest, finding.kind, finding.phase, finding.reason), [])
            if finding.lane not in lanes:
                lanes.append(finding.lane)
    return groups


def _listed(lanes: Sequence[str]) -> str:
    """The first lane by name, the others by number."""
    return lanes[0] if len(lanes) == 1 else f"{lanes[0]} and {len(lanes) - 1} more"


def skips(left_out: Sequence[Skip]) -> Sheet:
    """What was not measured, a row per lane and reason; a script that was left out whole is named itself."""
    probes: dict[tuple[str, str], int] = {}
    for skip in left_out:
        name = skip.contest if skip.lane == EVERY_LANE else skip.lane
        probes[name, skip.reason] = probes.get((name, skip.reason), 0) + 1
    return Sheet(
        title="Not measured",
        columns=(Column("lane"), Column("probes"), Column("why")),
        rows=tuple((lane, str(count), reason) for (lane, reason), count in sorted(probes.items())),
    )


def comparability(pair: Pair | None) -> Iterator[str]:
    """What must be said beside every figure that compares two builds."""
    if pair is None:
        return
    if pair.twin is None:
        yield f"{pair.free_threaded.name} has no twin here: it is compared with itself, its GIL forced on or off."
    elif pair.differences:
        yield (
            f"NOT COMPARABLE in all: {pair.free_threaded.name} and {pair.twin.name} differ in "
            f"{'; '.join(pair.differences)}. The penalty holds these differences too."
        )
    else:
        yield f"{pair.free_threaded.name} and {pair.twin.name}: same version, compiler, optimisation and flags."


def _summary_row(contest: ContestFigures, name: str) -> tuple[str, ...]:
    penalties = {penalty.arm: penalty for penalty in contest.penalties}
    twin = contest.contest.reference.partition(":")[0]
    threads = [lane for lane in contest.lanes if lane.lane.arm.name == name and lane.lane.model == "threads"]
    even = [item for item in contest.break_evens if item.model == "threads" and item.against.endswith("serial")]
    return (
        contest.contest.probe.id,
        penalty(penalties.get(name)),
        penalty(penalties.get(f"{name}+gil")),
        penalty(contest.gil_off),
        _best(threads),
        _best([lane for lane in contest.lanes if lane.lane.arm.name == twin]),
        _crossing(even[0]) if even else NOT_MEASURED,
    )


def _mean_row(pair: PairFigures) -> Iterator[tuple[str, ...]]:
    """The geometric mean over all probes that have a penalty, where there are several."""
    if pair.mean_penalties:
        means = (*(pair.mean_penalties.get(arm) for arm in (pair.name, f"{pair.name}+gil")), pair.mean_gil_off)
        shown = (NOT_MEASURED if mean is None else numbers.signed_percent(mean) for mean in means)
        yield ("geometric mean", *shown, *[NOT_MEASURED] * 3)


def penalty(item: Penalty | None) -> str:
    """A penalty, marked where it cannot be told from none."""
    if item is None:
        return NOT_MEASURED
    return ("" if item.distinguishable else "~ ") + numbers.signed_percent(item.penalty)


def _best(lanes: Sequence[LaneFigures]) -> str:
    best = max((lane for lane in lanes if lane.gain is not None), key=_gain_of, default=None)
    if best is None or best.gain is None:
        return NOT_MEASURED
    return f"{numbers.ratio(best.gain)} {best.lane.model}-{best.lane.workers}"


def _gain_of(lane: LaneFigures) -> float:
    return lane.gain.value if lane.gain is not None else 0.0


def pays_from(item: BreakEven) -> str:
    """The least whole number of workers that pays."""
    count = item.whole_workers
    return f"not within {item.within}" if count is None else f"{count} {'worker' if count == 1 else 'workers'}"


def _crossing(item: BreakEven) -> str:
    """Where the two throughputs meet; they do before what was measured where the least number pays already."""
    if item.workers is None:
        return pays_from(item)
    if item.workers.low == item.workers.high:
        return f"{item.workers.value:g} or fewer" if item.workers.value > 1 else "1"
    return numbers.ratio(item.workers)


def _break_even_row(item: BreakEven) -> tuple[str, ...]:
    crossing = NOT_MEASURED if item.workers is None else _crossing(item)
    gain = f"{numbers.ratio(item.gain)} ({item.within})"
    return (f"{item.arm}:{item.model}", item.against, pays_from(item), crossing, gain)


def _refusals(contest: ContestFigures) -> Iterator[str]:
    reasons = dict.fromkeys(item.law.reason for item in contest.scaling_laws if isinstance(item.law, Refusal))
    yield from (f"No curve is fitted: {reason}." for reason in reasons)


def _law_row(item: ScalingLaw, law: Fit) -> tuple[str, ...]:
    peak = numbers.ratio(law.peak) if math.isfinite(law.peak.value) else "none"
    contention, coherency = numbers.slope(law.contention), numbers.slope(law.coherency)
    return (f"{item.arm}:{item.model}", contention, coherency, peak)


def _lane_row(contest: ContestFigures, lane: LaneFigures) -> tuple[str, ...]:
    is_reference = lane.lane.name == contest.contest.reference
    return (
        lane.lane.name + ("*" if lane.oversubscribed else ""),
        numbers.seconds(lane.time_per_unit),
        "reference" if is_reference else _ratio(lane.gain),
        _ratio(lane.scaling),
        NOT_MEASURED if lane.efficiency is None else numbers.percent(lane.efficiency),
        numbers.ratio(lane.cores_busy),
        _drawn(contest, lane),
    )


def _drawn(contest: ContestFigures, lane: LaneFigures) -> str:
    """The reference lane's bar is one; the longest is that of the most workers."""
    value = 1.0 if lane.gain is None else lane.gain.value
    longest = max([1.0, *(row.gain.value for row in contest.lanes if row.gain is not None)])
    return numbers.bar(value, longest, WIDTH_OF_BARS)


def _ratio(estimate: Estimate | None) -> str:
    return NOT_MEASURED if estimate is None else numbers.ratio(estimate)


def contest_notes(contest: ContestFigures) -> tuple[str, ...]:
    """What must be known of a contest to read its figures; the first note tells its noise floor."""
    return tuple(_notes(contest))


def _notes(contest: ContestFigures) -> Iterator[str]:
    yield f"Noise floor: {_floor(contest)}."
    yield from comparability(contest.contest.pair)
    if contest.end is not None:
        inner = f", each of which does it {contest.inner_loops} times" if contest.inner_loops > 1 else ""
        yield f"{_end(contest.end)} {contest.loops} units per worker and trial{inner}."
    else:
        yield "This contest was cut off; what had been measured is shown."
    cold = [f"{lane.lane.name} {lane.cold_rounds}" for lane in contest.lanes if lane.cold_rounds]
    if cold:
        yield f"Still warming, left out of each launch (trials): {', '.join(cold)}."
    if any(lane.oversubscribed for lane in contest.lanes):
        yield "* more workers than usable CPUs."
    yield from (_contention(lane) for lane in contest.lanes if lane.is_contended)


def _contention(lane: LaneFigures) -> str:
    return (
        f"Contention: {lane.lane.name} keeps {numbers.ratio(lane.cores_busy)} cores busy, for {_ratio(lane.scaling)} "
        "times the throughput of its serial lane."
    )


def _floor(contest: ContestFigures) -> str:
    if contest.noise_floor is None or contest.control is None:
        return "unknown, since the control lane was not measured"
    floor = numbers.plain_percent(contest.noise_floor)
    return f"{floor} (the reference lane run twice: {numbers.ratio(contest.control)})"


ENDS = {
    "precise": "All intervals are as narrow as asked",
    "budget": "The time budget ended it",
    "launches": "The most launches asked for were run",
    "no lane left": "No lane was left to measure",
}


def _end(end: ContestEnd) -> str:
    return f"{ENDS.get(end.reason, end.reason)}: {end.launches} launches in {end.seconds:.0f} s."
