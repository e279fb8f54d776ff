"""Clauses: an expectation taken apart, one for each thing that can be held or refuted by itself; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from gilscope.models import MODELS
from gilscope.values.expectations import Bound, Expectation, Kind, bounds
from gilscope.values.lanes import LaneSpec, lane_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.values.contests import Contest

THREADS = ("threads",)
"""The models of an expectation that names none."""


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is expected of a workload on a runtime, in ``words``.

    It is about some ``lanes`` of a ``contest``, each held against the lane ``against`` where there is one.
    """

    kind: Kind
    workload: str
    runtime: str
    contest: str
    words: str
    lanes: tuple[str, ...]
    against: str = ""
    bound: Bound | None = None

    @property
    def name(self) -> str:
        """What names it in every report."""
        return f"{self.workload} on {self.runtime}: {self.words}"


def models(expectation: Expectation) -> tuple[str, ...]:
    """The models that spread the work."""
    return expectation.models or THREADS


def load_proof(expectation: Expectation, contest: Contest, runtime: str) -> Iterator[Clause]:
    """The clauses of an expectation that need no quiet machine, of a contest on one runtime."""
    lanes = _lanes(contest, runtime)
    parallel = [lane.name for lane in lanes if lane.model in models(expectation)]
    every = (lane_name(runtime), *parallel)

    def clause(kind: Kind, words: str, names: Sequence[str], against: str = "") -> Clause:
        return _clause(expectation, contest, runtime, kind, words, names, against)

    if expectation.gil:
        yield clause("gil", "GIL stays off", every)
    if expectation.models:
        yield clause("models", f"runs in {', '.join(expectation.models)}", every)
    if expectation.same_result:
        yield clause("same-result", f"one result in {', '.join(models(expectation))}", every)
    if expectation.no_fallback:
        yield clause("no-fallback", "no fallback to Python code", every)
    if expectation.overlap:
        threads = [name for name in parallel if name == lane_name(runtime, f"threads-{expectation.overlap.workers}")]
        words = f"{expectation.overlap.workers} workers at once"
        yield clause("overlap", words, threads or parallel, lane_name(runtime))


def measured(expectation: Expectation, contest: Contest, runtime: str) -> Iterator[Clause]:
    """The clauses of an expectation about how long work takes and what it holds, of a contest on one runtime."""
    read = bounds(expectation)
    serial = lane_name(runtime)
    twin = None if contest.pair is None or contest.pair.twin is None else lane_name(contest.pair.twin.name)
    if read.scaling is not None:
        for lane in _lanes(contest, runtime):
            if lane.model in models(expectation):
                words = f"scaling of {lane.work} {read.scaling.words}"
                yield _clause(expectation, contest, runtime, "scaling", words, [lane.name], serial, read.scaling)
    of_one: tuple[tuple[Kind, Bound | None], ...] = (("penalty", read.penalty), ("memory", read.memory))
    for kind, of_kind in of_one:
        if of_kind is not None:
            words = f"{kind} {of_kind.words}"
            yield _clause(expectation, contest, runtime, kind, words, [serial], twin or "", of_kind)


def versus(
    expectation: Expectation, contest: Contest, runtime: str, kind: Literal["against", "no-slower-than"], other: str
) -> Iterator[Clause]:
    """The clauses that hold work against another revision or workload, the first of two variants on one runtime."""
    slower = bounds(expectation).slower
    later = contest.variants[-1]
    for lane in contest.lanes:
        if lane.arm.name in later.arms and not (lane.control or lane.shows_capacity):
            words = f"{lane.work} at most {slower.words.removeprefix('<= ')} slower than {other}"
            yield _clause(expectation, contest, runtime, kind, words, [lane.name], contest.rival(lane), slower)


def _lanes(contest: Contest, runtime: str) -> list[LaneSpec]:
    return [lane for lane in contest.lanes if lane.arm.name == runtime and lane.model in MODELS and not lane.control]


def _clause(  # noqa: PLR0913, PLR0917 - all that a clause holds
    expectation: Expectation,
    contest: Contest,
    runtime: str,
    kind: Kind,
    words: str,
    lanes: Sequence[str],
    against: str = "",
    bound: Bound | None = None,
) -> Clause:
    return Clause(
        kind=kind,
        workload=expectation.workload,
        runtime=runtime,
        contest=contest.id,
        words=words,
        lanes=tuple(lanes),
        against=against,
        bound=bound,
    )
