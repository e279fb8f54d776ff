"""A check's runs: contests are measured until all that is expected is held or refuted, or the budget is spent."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from gilscope.commands import choosing, measuring, output

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from gilscope.commands.expecting import Asked
    from gilscope.expectations.evidence import Looks
    from gilscope.expectations.judgements import Judgement
    from gilscope.figures.lanes import ContestLanes
    from gilscope.lab.contest import IsDecided
    from gilscope.values.contests import Contest
    from gilscope.values.records import HostCard
    from gilscope.values.rules import Rules
    from gilscope.workloads.suites import Suite

BUDGET_S = 60.0
"""Seconds for each contest that is about time, where nobody says how many."""
LAUNCHES, MOST_LAUNCHES, ROUNDS = 2, 8, 4
"""How much of a contest is measured that is about what happens: at first, and where an overlap is open still."""
FIRST = 7
"""The launches before the first look at how long something takes."""
FINE = 1e-6
"""A half width that no interval reaches: the verdict ends a contest."""


class Measured:
    """The runs of one check: what happens first, since it takes seconds, then how long things take."""

    def __init__(self, options: argparse.Namespace, environ: dict[str, str], run_id: str) -> None:
        self._options = options
        self._environ = environ
        self._run_id = run_id
        self.paths: list[Path] = []

    def what_happens(self, asked: Sequence[Asked]) -> list[Judgement]:
        """Measure for seconds what needs no quiet machine, and judge it."""
        from gilscope.expectations import proofs

        if not asked:
            return []
        clauses = {each.contest.id: each.clauses for each in asked}

        def judged(contest: Contest) -> list[Judgement]:
            found, _ = self._lanes_of(contest)
            return [proofs.judgement(clause, found) for clause in clauses[contest.id]]

        def is_decided(contest: Contest) -> bool:
            return not any(each.verdict == "undecided" and each.clause.kind == "overlap" for each in judged(contest))

        launches = {"min_launches": LAUNCHES, "max_launches": MOST_LAUNCHES}
        self._run("happens", asked, is_decided, **launches, rounds=ROUNDS, precision=FINE)
        return [judgement for each in asked for judgement in judged(each.contest)]

    def how_long(self, asked: Sequence[Asked]) -> list[Judgement]:
        """Measure until each bound is held or refuted, or the budget is spent."""
        from gilscope.expectations.evidence import Looks

        if not asked:
            return []
        looks = Looks([clause for each in asked for clause in each.clauses])

        def is_decided(contest: Contest) -> bool:
            self._look(looks, contest)
            return looks.are_clear(contest.id)

        launches = {"min_launches": FIRST, "max_launches": measuring.MOST_LAUNCHES}
        self._run("takes", asked, is_decided, **launches, precision=FINE)
        for each in asked:
            self._look(looks, each.contest)
        return looks.judgements()

    def _run(self, part: str, asked: Sequence[Asked], is_decided: IsDecided, **changes: float) -> None:
        """Measure contests in a run of their own, each until it is decided."""
        from gilscope import store
        from gilscope.lab import measure
        from gilscope.lab.plan import Plan
        from gilscope.render.progress import RunProgress

        path = store.run_path(self._options.results, f"{self._run_id}-{part}")
        rules = self._rules(**changes)
        seed = measuring.seed_of(self._options)
        request = measure.Request(suite=choosing.DEFAULT_SUITE, rules=rules, seed=seed)
        self.paths.append(path)
        plan = Plan(tuple(each.contest for each in asked), ())
        with (
            closing(measure.writer_of(path, request, anew=True)) as writer,
            measuring.kept(path),
            RunProgress(output.console(stderr=True), len(plan.contests)) as observer,
        ):
            measure.measure(plan, request, writer, self._environ, observer, output.locks_dir(), is_decided)

    def _lanes_of(self, contest: Contest) -> tuple[ContestLanes, HostCard]:
        """What was measured of a contest in the latest run so far, and on which host."""
        from gilscope import store
        from gilscope.figures import lanes

        run = store.read(self.paths[-1])
        return next(of for of in lanes.contests(run) if of.contest.id == contest.id), run.header.host

    def _look(self, looks: Looks, contest: Contest) -> None:
        """Look at what was measured of a contest so far."""
        from gilscope.expectations.evidence import figure
        from gilscope.figures.yardsticks import Yardsticks

        found, host = self._lanes_of(contest)
        yardsticks = Yardsticks(found, host)
        looks.look(contest.id, lambda clause: figure(clause, found, yardsticks))

    def _rules(self, **changes: float) -> Rules:
        from gilscope import places
        from gilscope.workloads import suites

        suite: Suite = suites.suite(places.SUITES, choosing.DEFAULT_SUITE)
        budget_s = self._options.budget or BUDGET_S
        timeout_s = self._options.timeout or suite.timeout_s
        return msgspec.structs.replace(suite.rules, budget_s=budget_s, timeout_s=timeout_s, **changes)
