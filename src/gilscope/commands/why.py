"""The command that says why threads do not scale: a ceiling, shares, suspects, and proof by elimination."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope import errors
from gilscope.commands import choosing, measuring, output

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rich.console import Console

    from gilscope.figures.lanes import ContestLanes
    from gilscope.figures.why import Why
    from gilscope.lab.measure import Request
    from gilscope.lab.plan import Group
    from gilscope.store import RunWriter
    from gilscope.values.contests import Contest
    from gilscope.values.interventions import Intervention
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.probes import Probe
    from gilscope.values.runtimes import Census, Runtime
    from gilscope.workloads.scripts import Script
    from gilscope.workloads.suites import Suite

SUITE = "why"
STEPS = 4
"""The contests that share the budget: the ceiling, and three that look for causes."""
BUDGET_S = 56.0
WORKERS = 2
DEFERS_FROM = (3, 14)
"""The first version in which the counting of references to one object can be deferred."""
ONLY_CPYTHON = "{} is {}: what its threads fight over can be seen in CPython alone"
ONE = "one runtime is asked about at a time: --on 3.14t"
WHAT = "name what does not scale: gilscope why work.py:function"
ONE_NUMBER = "one number of threads is asked about at a time, two or more: --workers 2"
ONE_WORKLOAD = "one workload is asked about at a time, and this names several: {}"
NOT_SPREAD = "gilscope spreads the work over threads itself to see why they do not scale; this spreads itself"


class _Asked(NamedTuple):
    """The contest of a question, and whether its threads run without a GIL."""

    contest: Contest
    plain: LaneSpec
    is_free: bool


def ask(options: argparse.Namespace) -> int:
    """Measure step after step, show what each says, then the answer."""
    from gilscope import store
    from gilscope.lab import measure
    from gilscope.lab.environment import common_environment

    environ = common_environment(os.environ, output.bytecode_dir())
    asked = _asked(options, environ)
    console = output.console(stderr=options.json)
    run_id = options.run_id or measure.new_run_id(datetime.now(UTC))
    path = store.run_path(options.results, run_id)
    request = measure.Request(suite=SUITE, rules=_suite(options, (), ()).rules, seed=measuring.seed_of(options))
    with closing(measure.writer_of(path, request, anew=options.run_id is None)) as writer:
        inquiry = _Inquiry(request, writer, environ, console)
        with measuring.kept(writer.path):
            if asked.is_free:
                _answer_free(inquiry, asked, options)
            else:
                _answer_with_gil(inquiry, asked, options)
    return errors.LANES_FAILED if inquiry.has_failed else 0


class _Inquiry:
    """The steps of one question, each measured once what it asks is known, and stored in one run."""

    def __init__(self, request: Request, writer: RunWriter, environ: dict[str, str], console: Console) -> None:
        self.request = request
        self.writer = writer
        self.environ = environ
        self.console = console
        self.ids: list[str] = []
        self.has_failed = False

    def measure(self, contest: Contest) -> None:
        """Measure one more contest; only in the first one a failed lane is a failure of the work."""
        from gilscope.lab import measure
        from gilscope.lab.plan import Plan
        from gilscope.render.asking import AskingProgress

        with AskingProgress(output.console(stderr=True), self.console) as observer:
            done = measure.measure(
                Plan((contest,), ()), self.request, self.writer, self.environ, observer, output.locks_dir()
            )
        self.has_failed = self.has_failed or bool(done.failed and not self.ids)
        self.ids.append(contest.id)

    def lanes(self) -> list[ContestLanes]:
        """What was measured so far, in order."""
        from gilscope import store
        from gilscope.figures import lanes

        found = {of.contest.id: of for of in lanes.contests(store.read(self.writer.path))}
        return [found[name] for name in self.ids if name in found]

    def answer(self) -> Why:
        """What is known so far.

        Raises:
            GilscopeError: the lane that is asked about failed.
        """
        from gilscope import store
        from gilscope.figures.answering import answers

        found = answers(self.lanes(), store.read(self.writer.path).watched)
        if not found:
            raise errors.GilscopeError(f"nothing can be said: {self.failures()}")
        return found[0]

    def failures(self) -> str:
        """Why lanes failed, in words."""
        from gilscope import store

        findings = store.read(self.writer.path).findings
        return "; ".join(dict.fromkeys(finding.reason for finding in findings)) or "too little was measured"

    def say(self, lines: Sequence[str]) -> None:
        """Print what one stage says."""
        for line in lines:
            self.console.print(line, soft_wrap=True)


def _answer_free(inquiry: _Inquiry, asked: _Asked, options: argparse.Namespace) -> None:
    """Ask about threads without a GIL, stage by stage."""
    from gilscope.render import why as render

    inquiry.measure(asked.contest)
    known = inquiry.answer()
    inquiry.say([*render.ceiling(known), *render.shares(known), ""])
    if known.ending in {"causes", "open"}:
        known = _eliminate(inquiry, asked)
    if options.json:
        output.print_json(known)
    else:
        inquiry.say(render.answer(known))


def _eliminate(inquiry: _Inquiry, asked: _Asked) -> Why:
    """Remove all suspects, until it is known whether the loss goes with them; then put them back one by one."""
    from gilscope.figures import why
    from gilscope.figures.eliminating import elimination
    from gilscope.values.elimination import APART, PUT_BACK, REMEDIES, Elimination, step

    def removal() -> Elimination:
        return elimination(inquiry.answer(), inquiry.lanes())

    can_defer = asked.plain.arm.runtime.facts.version >= DEFERS_FROM
    best = _best(asked, inquiry.answer())
    left = STEPS - 1
    while left and why.is_undecided(inquiry.answer()):
        name = APART if left == STEPS - 1 else f"{APART}, {STEPS - left}"
        inquiry.measure(step(asked.contest, name, asked.plain, removal().apart(), best))
        left -= 1
    if not (removal().is_divisible and why.is_regained(inquiry.answer())):
        return inquiry.answer()
    mended: tuple[tuple[Intervention, ...], ...] = ()
    for again in range(left):
        if mended:
            inquiry.measure(step(asked.contest, REMEDIES, asked.plain, mended, ()))
            break
        name = f"{PUT_BACK}, {again + 1}" if again else PUT_BACK
        inquiry.measure(step(asked.contest, name, asked.plain, removal().one_by_one(), ()))
        mended = removal().mended(why.causes_to_mend(inquiry.answer()), can_defer=can_defer)
    return inquiry.answer()


def _best(asked: _Asked, known: Why) -> list[LaneSpec]:
    """The lane of another model that gains most."""
    best = max(known.ceilings, key=lambda item: item.gain.value, default=None)
    return [lane for lane in asked.contest.lanes if best is not None and lane.work == best.work and not lane.control]


def _answer_with_gil(inquiry: _Inquiry, asked: _Asked, options: argparse.Namespace) -> None:
    """Say what threads that take turns at a GIL do with their time, and what would be gained instead."""
    from gilscope.figures import gil_time
    from gilscope.render import why as render

    inquiry.measure(asked.contest)
    (lanes,) = inquiry.lanes()
    plain = lanes.by_name.get(asked.plain.name)
    if lanes.reference is None or plain is None:
        raise errors.GilscopeError(f"nothing can be said: {inquiry.failures()}")
    known = gil_time.turns(lanes, plain, lanes.reference)
    if options.json:
        output.print_json(known)
    else:
        inquiry.say(render.turns(known))


def _asked(options: argparse.Namespace, environ: dict[str, str]) -> _Asked:
    """The contest of the question: a lane of threads, with what it is held against.

    Raises:
        UsageError: nothing, too much, or what spreads itself is asked about.
    """
    if not (options.probes or choosing.has_a_form(options)):
        raise errors.UsageError(WHAT)
    census = measuring.take_census(options.python)
    runtimes = measuring.chosen_runtimes(options, census)
    if len(runtimes) > 1:
        raise errors.UsageError(ONE)
    (runtime,) = runtimes
    if not runtime.facts.is_cpython:
        raise errors.UsageError(ONLY_CPYTHON.format(runtime.name, runtime.facts.implementation))
    group, names = _group(runtime, census)
    workers = options.workers or (WORKERS,)
    if len(workers) > 1 or workers == (1,):
        raise errors.UsageError(ONE_NUMBER)
    suite = _suite(options, names, workers)
    parts = [part._replace(suite=suite) for part in choosing.parts(options)]

    def groups_of(_: Sequence[Probe | Script]) -> tuple[Group, ...]:
        return (group,)

    plan = measuring.plan_of(options, parts, environ, groups_of)
    if len(plan.contests) != 1:
        raise errors.UsageError(ONE_WORKLOAD.format(", ".join(contest.probe.id for contest in plan.contests)))
    contest = plan.contests[0]
    if contest.probe.spreads_itself or contest.probe.roles or not contest.probe.is_timed:
        raise errors.UsageError(f"{contest.probe.id}: {NOT_SPREAD}")
    plain = next((lane for lane in contest.lanes if lane.model == "threads" and lane.arm.name == runtime.name), None)
    if plain is None:
        raise errors.UsageError(f"{contest.probe.id} has no lane of threads on {runtime.name}")
    is_free = not runtime.facts.gil_enabled
    kept = tuple(lane for lane in contest.lanes if not lane.control or lane.original == contest.reference)
    watched = (plain.name,) if is_free else ()
    return _Asked(msgspec.structs.replace(contest, lanes=kept, watched=watched), plain, is_free)


def _group(runtime: Runtime, census: Census) -> tuple[Group, tuple[str, ...]]:
    """The arms to measure, and lanes of these: with a GIL, also the threads of the free-threaded twin."""
    from gilscope.lab.plan import Group as GroupOfArms
    from gilscope.lab.plan import group_of_pair
    from gilscope.runtimes.twins import pairs
    from gilscope.values.runtimes import Arm

    name = runtime.name
    lanes = tuple(f"*@{name}:{work}" for work in ("serial", "threads-*", "interpreters-[0-9]*", "processes-[0-9]*"))
    pair = next((item for item in pairs(census.runtimes) if item.twin == runtime), None)
    if pair is None:
        return GroupOfArms(name=name, arms=(Arm(name=name, runtime=runtime),)), lanes
    twin = pair.free_threaded.name
    return group_of_pair(pair), (*lanes, f"*@{twin}:serial", f"*@{twin}:threads-*")


def _suite(options: argparse.Namespace, lanes: tuple[str, ...], workers: tuple[int, ...]) -> Suite:
    """What each step measures and for how long."""
    from gilscope.workloads.suites import Suite

    return Suite(
        description="why threads do not scale",
        lanes=lanes,
        workers=workers,
        oversubscription=float("inf"),
        min_launches=5,
        max_launches=1000,  # the budget decides
        rounds=4,
        trial_ms=15,
        precision=0.02,
        budget_s=(options.budget or BUDGET_S) / STEPS,
        timeout_s=options.timeout or 60.0,
    )
