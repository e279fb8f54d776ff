"""Notes below the sheets of a contest: facts that a reader of its figures needs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from gilscope.render import numbers
from gilscope.render.cells import if_measured

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.figures.trends import Trend
    from gilscope.figures.values import ContestFigures, CpusUsed, LaneFigures
    from gilscope.figures.warming import WarmLane
    from gilscope.values.contests import Contest
    from gilscope.values.records import Code, ContestEnd
    from gilscope.values.runtimes import Pair

COMMIT_DIGITS = 12

ENDS = {
    "precise": "All intervals are as narrow as asked",
    "decided": "What was asked of it was decided",
    "budget": "The time budget ended it",
    "launches": "The most launches asked for were run",
    "changed": "Its code was changed meanwhile, which ended it",
    "no lane left": "No lane was left to measure",
}

FELL_BACK = (
    "! an extension was not loaded there, and Python code did its work: this is compared with C (Findings name it, "
    "`gilscope audit` all of them)."
)
CUT_OFF = "This contest was cut off; what had been measured is shown."
OWN_COPY = (
    "Own copy: these workers share nothing, each has a copy of what threads share. They are shown beside the others, "
    "and are no candidates of verdict, break-even and best lane."
)


def comparability(pair: Pair | None) -> Iterator[str]:
    """The note beside every figure that compares two builds."""
    if pair is None:
        return
    if pair.twin is None:
        yield f"{pair.free_threaded.name} has no twin here: it is compared with itself, its GIL forced on or off."
        return
    ours, theirs = pair.free_threaded.name, pair.twin.name
    unknown = [word for word in pair.free_threaded.facts.unknown if word in pair.twin.facts.unknown]
    if pair.differences:
        differences = "; ".join(pair.differences)
        said = (
            f"NOT COMPARABLE in all: {ours} and {theirs} differ in {differences}. "
            "The penalty holds these differences too."
        )
    else:
        said = f"{ours} and {theirs}: same version, {'compiler' if unknown else 'compiler, optimisation'} and flags."
    if unknown:
        what = " and ".join(unknown)
        said += f" Neither records whether it was built with {what}, so that the penalty may hold a difference in that."
    yield said


def comparabilities(contests: Iterable[Contest]) -> Iterator[str]:
    """The notes beside figures of several contests; where those on one pair differ, the rare ones name their probes."""
    probes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for contest in contests:
        for note in comparability(contest.pair):
            probes["" if contest.pair is None else contest.pair.free_threaded.name][note].append(contest.probe.id)
    for notes in probes.values():
        *rare, common = sorted(notes, key=lambda note: len(notes[note]))
        for note in rare:
            yield f"{', '.join(notes[note])}: {note}"
        yield f"All others: {common}" if rare else common


def _warming(lanes: Sequence[WarmLane]) -> Iterator[str]:
    """What compiled while it ran, and was left to run first."""
    told = [f"{lane.lane} {lane.trials:.0f} ({lane.seconds:.1f} s)" for lane in lanes]
    if told:
        yield f"Compiled while it ran, and was left to run before each launch's rounds (trials): {', '.join(told)}."
    unsteady = [lane.lane for lane in lanes if not lane.is_steady]
    if unsteady:
        yield f"Still getting faster when its rounds began, in one launch or more: {', '.join(unsteady)}."


def contest_notes(contest: ContestFigures) -> Iterator[str]:
    """The notes of a contest that was timed; the first one gives its noise floor."""
    yield f"Noise floor: {floor(contest)}."
    yield from _machine(contest)
    yield from comparability(contest.contest.pair)
    if contest.end is not None:
        inner = f", each of which does it {contest.inner_loops} times" if contest.inner_loops > 1 else ""
        yield f"{ended(contest.end)} {contest.loops} {_units(contest)} and trial{inner}."
    else:
        yield CUT_OFF
    yield from _warming(contest.warm_lanes)
    cold = [f"{lane.lane.name} {lane.cold_rounds}" for lane in contest.lanes if lane.cold_rounds]
    if cold:
        yield f"Still warming, left out of each launch (trials): {', '.join(cold)}."
    yield from _marks(contest)
    mixed = [lane.lane.name for lane in contest.lanes if lane.mixes_kinds]
    if mixed:
        yield f"More workers than cores of the fastest kind, so that some had slower ones: {', '.join(mixed)}."
    yield from cpus_used(contest.cpus_used)
    if any(lane.has_own_copy for lane in contest.lanes):
        yield OWN_COPY
    yield from (_contention(lane) for lane in contest.lanes if lane.is_contended)
    yield from _question(contest)
    yield from (_super_linear(lane) for lane in contest.lanes if lane.is_super_linear)
    yield from _collections(contest)
    yield from map(_trend, contest.trends)
    if contest.contest.probe.target is not None:
        yield from dict.fromkeys(map(_code, contest.code))


def brief_notes(contest: ContestFigures) -> Iterator[str]:
    """The notes without which a contest's gains would be misread, for where the others are left out."""
    pair = contest.contest.pair
    if pair is not None and (pair.twin is None or pair.differences):
        yield from comparability(pair)
    if contest.end is None:
        yield CUT_OFF
    yield from _marks(contest)
    if any(lane.has_own_copy for lane in contest.lanes):
        yield OWN_COPY
    yield from _own_workers(contest)
    yield from _question(contest)


def _marks(contest: ContestFigures) -> Iterator[str]:
    """What the marks behind the names of lanes mean, of those that are there, and which lanes ended early."""
    if any(lane.oversubscribed for lane in contest.lanes):
        yield "* more workers than usable CPUs."
    if any(_shares_cores(lane) for lane in contest.lanes):
        yield "+ more workers than cores: two CPUs of one core do not get twice as much done as one."
    if any(lane.fell_back for lane in contest.lanes):
        yield FELL_BACK
    failed = [lane.lane.name for lane in contest.lanes if lane.has_failed]
    if failed:
        yield f"Failed in a later launch, so that the figures are of the launches before: {', '.join(failed)}."
    if contest.instead_of is not None:
        yield f"{contest.instead_of}, which gains are formed against, was not measured: {contest.contest.reference} is."


def _code(code: Code) -> str:
    """The note on the person's own code, and on what it imported."""
    count = len(code.modules)
    modules = f"{count} {'module' if count == 1 else 'modules'} of yours"
    changes = ", with uncommitted changes" * code.is_dirty
    commit = "" if code.commit is None else f" at commit {code.commit[:COMMIT_DIGITS]}{changes}"
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(code.libraries.items()))
    return f"Measured: {modules}{commit}{'; libraries: ' * bool(libraries)}{libraries}."


def _machine(contest: ContestFigures) -> Iterator[str]:
    """What the machine gave, and where lanes could run."""
    for capacity in contest.capacities:
        short = " That is too little to say how lanes with so many workers scale." if capacity.is_short else ""
        slow = f" Each of them ran {numbers.ratio(capacity.speed)} times as fast as one alone." * capacity.is_slow
        yield (
            f"The machine gave {numbers.ratio(capacity.cpus)} of {capacity.workers} CPUs to as many processes that "
            f"share nothing, in the same rounds; of capacity is scaling over that.{slow}{short}"
        )
    yield from _own_workers(contest)


def _own_workers(contest: ContestFigures) -> Iterator[str]:
    """What lanes are whose work has workers of its own, and how many of those ran at once."""
    if contest.contest.probe.takes_workers:
        yield (
            "The work spreads itself over the number of workers that it is given, which is one in serial lanes: own "
            "lanes do as much as these, and no lane is pinned to a CPU."
        )
    elif contest.own_workers:
        serial = [row for row in contest.lanes if row.lane.model == "serial" and row.lane.way is None]
        busy = ", ".join(f"{numbers.ratio(row.cores_busy)} in {row.lane.name}" for row in serial)
        at_once = f" CPUs that were busy at once: {busy} (processes that live on are not counted)." if busy else ""
        yield f"The work starts threads or processes of its own: no lane is pinned to a CPU.{at_once}"


def cpus_used(used: CpusUsed | None) -> Iterator[str]:
    """The note beside an answer that left CPUs unused."""
    if used is not None and used.leaves_some:
        share = "" if used.cores == used.cpus else f", which share {used.cores:g} cores"
        yield (f"{used.used:g} of {used.cpus:g} CPUs used{share}: what more workers gain was not measured (--workers).")


def mark(lane: LaneFigures) -> str:
    """The marks behind the name of a lane: too few CPUs or cores, and Python code for an extension."""
    crowded = "*" if lane.oversubscribed else "+" if _shares_cores(lane) else ""
    return crowded + "!" * lane.fell_back


def _shares_cores(lane: LaneFigures) -> bool:
    return not lane.oversubscribed and not lane.has_own_cores


def _question(contest: ContestFigures) -> Iterator[str]:
    """The command that says why threads without a GIL lose time to each other, where some do."""
    if contest.contest.watched or contest.contest.has_interventions:  # which that command has asked
        return
    asked = (row.lane for row in contest.lanes if row.is_contended and row.lane.model == "threads")
    lane = next((lane for lane in asked if not lane.arm.gil_forced and not lane.arm.runtime.facts.gil_enabled), None)
    if lane is not None:
        yield f"What they fight over: ask `gilscope why {contest.contest.probe.id} --on {lane.arm.runtime.name}`."


def _contention(lane: LaneFigures) -> str:
    shares = lane.shares
    if shares is None:
        return ""
    return (
        f"Contention: {lane.lane.name} loses {numbers.percent(shares.lost)} of its workers' time to what they share "
        f"(inflation {numbers.percent(shares.inflation)}, blocked {numbers.percent(shares.blocked)}, "
        f"start {numbers.percent(shares.start)}, end {numbers.percent(shares.end)})."
    )


def _super_linear(lane: LaneFigures) -> str:
    return (
        f"{lane.lane.name} has an efficiency of {if_measured(lane.efficiency, numbers.percent)}: no worker does more "
        "than the serial lane's by working beside others, so that something else differs between the two lanes."
    )


def _units(contest: ContestFigures) -> str:
    """What a trial counts: runs of a program, units of all workers together, or of each."""
    if contest.contest.probe.is_program:
        return "runs per lane"
    return "units per lane" if contest.contest.probe.takes_workers else "units per worker"


def _collections(contest: ContestFigures) -> Iterator[str]:
    """The note on lanes in which a unit is collected more often than in others; a program's nobody counts."""
    if contest.collections_differ is not None and not contest.contest.probe.is_program:
        fewest, most = (
            f"{if_measured(lane.per_unit.collections, numbers.amount)} in {lane.lane.name}"
            for lane in contest.collections_differ
        )
        yield f"Lanes differ in collections per unit, which is a part of what is compared: from {fewest} to {most}."


def _trend(trend: Trend) -> str:
    much = numbers.change(trend.slower.relative(), "slower", "faster")
    return f"Trend: {trend.lane} gets {much} from a launch's first round to its last."


def floor(contest: ContestFigures) -> str:
    """The noise floor, and what it was found by."""
    if contest.noise_floor is None or contest.control is None:
        return "unknown, since the control lane was not measured"
    of_reference = numbers.plain_percent(contest.noise_floor)
    of_serial = f"{of_reference} (the reference lane run twice: {numbers.ratio(contest.control)})"
    if contest.parallel_floor is None or contest.parallel_control is None:
        return of_serial
    copied = next(lane.original for lane in contest.contest.lanes if lane.control and lane.model != "serial")
    of_parallel = f"{numbers.plain_percent(contest.parallel_floor)} between parallel lanes"
    return f"{of_serial}; {of_parallel} ({copied} run twice: {numbers.ratio(contest.parallel_control)})"


def ended(end: ContestEnd) -> str:
    """Why a contest ended, after how many launches and seconds."""
    return f"{ENDS.get(end.reason, end.reason)}: {end.launches} launches in {end.seconds:.0f} s."
