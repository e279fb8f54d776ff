"""Clauses that need no quiet machine, held against what happened in lanes; pure.

Whether workers overlap is shown by CPU time, which a busy machine gives late but does not make up: where never more
than ``N - 1`` of ``N`` workers are inside the work at once, their CPU time together is at most ``N - 1`` times the time
from the first one's start to the last one's end. A single trial with more proves the overlap. Work that mostly waits
uses no CPU; there a trial proves it that ends before ``N - 1`` at a time could have waited that long.

That there is no overlap is only said where the machine had the CPUs: processes that share nothing had them in the same
rounds, and no trial of the lane showed any overlap.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from gilscope.expectations.judgements import Judgement, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gilscope.expectations.clauses import Clause
    from gilscope.figures.lanes import ContestLanes
    from gilscope.values.expectations import Kind
    from gilscope.values.records import Finding, FindingKind, Trial

SURE = 0.25
"""By how much more than ``N - 1`` CPUs an overlap is proven: clocks of threads and of the wall differ a bit."""
NONE = 0.1
"""Up to how much more than that a trial shows no overlap."""
MOSTLY = 0.5
"""The share of its time for which work uses a CPU below which it mostly waits."""
GIVEN = 0.9
"""The share of the CPUs that processes had in rounds in which an overlap could have been seen."""
ROUNDS = 4
"""The fewest of these rounds after which it is said that there was none."""
SOONER = 0.85
"""The share of the time that workers would wait one after another, below which they have waited at once."""
MACHINE: tuple[FindingKind, ...] = ("too large", "slept", "changed", "died at shutdown")
"""Kinds of finding that say nothing of the work: the machine was too small, or somebody did something."""
UNREPEATABLE: tuple[FindingKind, ...] = ("varies", "not repeatable")


class _Seen(NamedTuple):
    verdict: Verdict
    reason: str
    advice: str = ""


def judgement(clause: Clause, contest_lanes: ContestLanes) -> Judgement:
    """What became of a clause, by the lanes of its contest."""
    seen = _BY_KIND[clause.kind](clause, contest_lanes)
    return Judgement(clause=clause, verdict=seen.verdict, reason=seen.reason, advice=seen.advice)


def _gil(clause: Clause, lanes: ContestLanes) -> _Seen:
    found = _findings(clause, lanes, lambda finding: finding.kind == "GIL turned on")
    if found:
        return _Seen("refuted", found[0].reason)
    return _unless_tried(clause, lanes, _Seen("held", "the GIL was off before and after each trial"))


def _models(clause: Clause, lanes: ContestLanes) -> _Seen:
    failures = _findings(clause, lanes, lambda finding: finding.fails_lane)
    blamed = [finding for finding in failures if finding.kind not in MACHINE]
    if blamed:
        return _Seen("refuted", f"{blamed[0].lane}: {_line(blamed[0])}")
    if failures:
        return _Seen("undecided", f"{failures[0].lane}: {_line(failures[0])}", "a machine with more memory")
    return _unless_tried(clause, lanes, _Seen("held", "every lane ran to its end"))


def _same_result(clause: Clause, lanes: ContestLanes) -> _Seen:
    strange = _findings(clause, lanes, lambda finding: finding.kind in UNREPEATABLE)
    if strange:
        advice = "work that gives one result whenever it is called: a seed, or another return value"
        return _Seen("undecided", _line(strange[0]), advice)
    disagreed = _findings(clause, lanes, lambda finding: finding.kind == "disagreed")
    if disagreed:
        return _Seen("refuted", f"{disagreed[0].lane}: {_line(disagreed[0])}")
    ran = _models(clause, lanes)
    return ran if ran.verdict != "held" else _Seen("held", "all results were alike")


def _no_fallback(clause: Clause, lanes: ContestLanes) -> _Seen:
    found = [finding for finding in lanes.findings if finding.kind == "fell back" and _is_of_arm(finding, clause)]
    if found:
        return _Seen("refuted", f"{found[0].lane}: {_line(found[0])}")
    interpreters = [lane.name for lane in lanes.lanes if lane.model.startswith("interpreters")]
    where = f"none was seen in {', '.join(interpreters) or 'threads; interpreters were not tried'}"
    return _unless_tried(clause, lanes, _Seen("held", where))


def _overlap(clause: Clause, lanes: ContestLanes) -> _Seen:
    name, serial = clause.lanes[0], clause.against
    trials, alone = _trials(lanes, name), _trials(lanes, serial)
    if not trials or not alone:
        failures = _findings(clause, lanes, lambda finding: finding.fails_lane)
        if failures:
            return _Seen("refuted", f"{failures[0].lane}: {_line(failures[0])}")
        return _Seen("undecided", "too little was measured", "a larger --budget")
    workers = len(trials[0].ends_ns)
    uses_cpu = median(sum(trial.cpu_ns) / max(1, trial.wall_ns - _waited(trial)) for trial in alone) >= MOSTLY
    if uses_cpu:
        return _overlap_by_cpu(name, trials, workers, lanes)
    return _overlap_by_waiting(name, trials, workers, min(trial.wall_ns - _waited(trial) for trial in alone))


def _overlap_by_cpu(name: str, trials: Sequence[Trial], workers: int, lanes: ContestLanes) -> _Seen:
    busy = {(trial.launch, trial.round): _busy(trial) for trial in trials}
    most = max(busy.values())
    figure = f"{most:.2f} CPUs were busy at once in {name}"
    if most >= workers - 1 + SURE:
        return _Seen("held", figure)
    spinning = next((lane for lane in lanes.contest.lanes if lane.shows_capacity and lane.workers == workers), None)
    beside = () if spinning is None else _trials(lanes, spinning.name)
    rounds = [
        (trial.launch, trial.round)
        for trial in beside
        if _busy(trial) >= GIVEN * workers and (trial.launch, trial.round) in busy
    ]
    if len(rounds) >= ROUNDS and most <= workers - 1 + NONE:
        return _Seen("refuted", f"at most {figure}, in rounds in which processes had {workers} CPUs")
    advice = "a machine with free CPUs" if len(rounds) < ROUNDS else "longer work, or a larger --budget"
    return _Seen("undecided", f"at most {figure}", advice)


def _overlap_by_waiting(name: str, trials: Sequence[Trial], workers: int, alone_ns: int) -> _Seen:
    one_by_one_ns = alone_ns * workers / (workers - 1)
    least = min(max(trial.ends_ns) - _waited(trial) for trial in trials) / one_by_one_ns
    share = f"the work mostly waits, and {name} took {least:.0%} of what it takes with one worker fewer at a time"
    if least < SOONER:
        return _Seen("held", share)
    if least >= 1 and len(trials) >= ROUNDS:
        return _Seen("refuted", share)
    return _Seen("undecided", share, "longer work, or a machine with less to do")


def _busy(trial: Trial) -> float:
    """The CPUs that its workers kept busy, from the first one's start to the last one's end."""
    return sum(trial.cpu_ns) / max(1, max(trial.ends_ns) - min(trial.starts_ns))


def _waited(trial: Trial) -> int:
    """The longest that a worker waited for a CPU, in ns."""
    return max((wait_ns for wait_ns in trial.wait_ns if wait_ns is not None), default=0)


def _trials(lanes: ContestLanes, name: str) -> list[Trial]:
    return [trial for trial in lanes.trials if trial.lane == name]


def _findings(clause: Clause, lanes: ContestLanes, wanted: Callable[[Finding], bool]) -> list[Finding]:
    return [finding for finding in lanes.findings if finding.lane in clause.lanes and wanted(finding)]


def _is_of_arm(finding: Finding, clause: Clause) -> bool:
    return finding.lane.partition(":")[0] == clause.runtime


def _unless_tried(clause: Clause, lanes: ContestLanes, seen: _Seen) -> _Seen:
    """What was seen, if every lane was tried; else why that is not known."""
    tried = {trial.lane for trial in lanes.trials}
    missing = [name for name in clause.lanes if name not in tried]
    if not clause.lanes or missing:
        reasons = [_line(finding) for finding in lanes.findings if finding.lane in missing and finding.fails_lane]
        what = f"{', '.join(missing) or 'no lane'} was not measured"
        return _Seen("undecided", f"{what}: {reasons[0]}" if reasons else what, "models that can run the work here")
    return seen


def _line(finding: Finding) -> str:
    """A finding's reason in one line."""
    return " ".join(finding.reason.split())


_BY_KIND: Mapping[Kind, Callable[[Clause, ContestLanes], _Seen]] = {
    "gil": _gil,
    "models": _models,
    "same-result": _same_result,
    "no-fallback": _no_fallback,
    "overlap": _overlap,
}
