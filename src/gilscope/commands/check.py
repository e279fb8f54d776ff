"""The command that holds work to what a person expects of it, with a verdict for each thing."""

from __future__ import annotations

import ast
import os
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from gilscope import errors
from gilscope.arguments import parse
from gilscope.commands import choosing, comparing, measuring, output
from gilscope.commands.either import OTHER, OWN, SIDE, either_of
from gilscope.values.lanes import LaneSpec, lane_name

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from gilscope.expectations.clauses import Clause
    from gilscope.expectations.evidence import Looks
    from gilscope.expectations.judgements import Checked, Judgement
    from gilscope.figures.lanes import ContestLanes
    from gilscope.values.contests import Contest
    from gilscope.values.expectations import Expectation
    from gilscope.values.probes import Target
    from gilscope.values.rules import Rules
    from gilscope.workloads.suites import Suite

BUDGET_S = 60.0
"""Seconds for each contest that is about time, where nobody says how many."""
LAUNCHES, ROUNDS = 2, 4
"""How much of a contest is measured that is about what happens."""
FIRST = 7
"""The launches before the first look at how long something takes."""
FINE = 1e-6
"""A half width that no interval reaches: the verdict ends a contest."""
NOTHING = (
    "nothing is expected: name a workload and what it shall do, such as `gilscope check work.py:parse --gil off`, or "
    "declare it in pyproject.toml as [[tool.gilscope.expect]]"
)


class _Asked(NamedTuple):
    """A contest with the clauses that it is to decide, and the file and line at which its work stands."""

    contest: Contest
    clauses: tuple[Clause, ...]
    place: tuple[str, int]


def check(options: argparse.Namespace) -> int:
    """Measure what decides each expectation, show every verdict, and end with the gravest."""
    from gilscope.expectations.judgements import Checked
    from gilscope.lab.lane import common_environment

    began_s = time.monotonic()
    expectations = _expectations(options)
    environ = common_environment(os.environ, output.bytecode_dir())
    with ExitStack() as until:
        happening, taking = _asked(options, expectations, environ, until)
        run_id = _run_id()
        measured = _Measured(options, environ, run_id)
        judgements = [*measured.what_happens(happening), *measured.how_long(taking)]
    where = {each.contest.id: each.place for each in (*happening, *taking)}
    checked = Checked(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=time.monotonic() - began_s,
        results=tuple(map(str, measured.paths)),
        judgements=tuple(_with_place(judgement, *where[judgement.clause.contest]) for judgement in judgements),
    )
    _show(options, checked)
    if checked.of("refuted"):
        return errors.FOUND
    return errors.UNDECIDED if options.strict and checked.of("undecided") else 0


def _expectations(options: argparse.Namespace) -> tuple[Expectation, ...]:
    """What is expected: what was typed, or else what the project declares, of the workloads that are named.

    Raises:
        UsageError: that is nothing, or cannot be meant.
    """
    from gilscope.values.expectations import THINGS, Expectation, Overlap, nonsense

    typed = {name.replace("-", "_"): getattr(options, name.replace("-", "_")) for name in THINGS}
    if not any(value for name, value in typed.items() if name != "models"):
        declared: tuple[Expectation, ...] = options.project.expectations
        named = tuple(each for each in declared if not options.workloads or each.workload in options.workloads)
        if not named:
            known = ", ".join(dict.fromkeys(each.workload for each in declared))
            raise errors.UsageError(f"{NOTHING}{f'; it declares something of: {known}' if known else ''}")
        return tuple(msgspec.structs.replace(each, on=tuple(options.on) or each.on) for each in named)
    if not options.workloads:
        raise errors.UsageError("name the workload of which that is expected, such as work.py:parse")
    overlap = None if options.overlap is None else Overlap(workers=options.overlap)
    given = {name: value for name, value in typed.items() if name != "overlap"}
    made = tuple(
        Expectation(
            workload=workload,
            on=tuple(options.on),
            workers=options.workers or (overlap.workers if overlap else 2),
            packages=tuple(options.packages),
            slower=options.slower,
            overlap=overlap,
            **{**given, "models": tuple(options.models)},
        )
        for workload in options.workloads
    )
    for mistake in nonsense(made[0]):
        raise errors.UsageError(mistake)
    return made


def _asked(
    options: argparse.Namespace, expectations: Sequence[Expectation], environ: dict[str, str], until: ExitStack
) -> tuple[list[_Asked], list[_Asked]]:
    """The contests that decide everything: those about what happens, and those about how long it takes.

    Raises:
        UsageError: the GIL of a build shall be off that always has it, or nothing is left to measure.
    """
    from gilscope.expectations import clauses

    happening: list[_Asked] = []
    taking: list[_Asked] = []
    for number, expectation in enumerate(expectations, 1):
        place = ("", 1)
        for contest in _contests(options, expectation, environ, until):
            runtime = _runtime(contest)
            _refuse(expectation, contest, runtime)
            place = _place(contest)
            named = msgspec.structs.replace(contest, id=f"{contest.id} ({number})")
            happens = msgspec.structs.replace(named, id=f"{named.id}: what happens")
            found = tuple(clauses.load_proof(expectation, happens, runtime))
            if found:
                happening.append(_Asked(_narrowed(happens, found, has_copies=False), found, place))
            takes = msgspec.structs.replace(named, id=f"{named.id}: how long it takes")
            bounded = tuple(clauses.measured(expectation, takes, runtime))
            if bounded:
                taking.append(_Asked(_narrowed(takes, bounded, has_copies=True), bounded, place))
        for kind, other, words in _sides(options, expectation, until):
            for contest in _variants(words, environ, until):
                runtime = contest.id.rpartition("@")[2].partition(" ")[0]
                identifier = f"{expectation.workload} beside {other}@{runtime} ({number})"
                versus = msgspec.structs.replace(contest, id=identifier)
                taking.append(_Asked(versus, tuple(clauses.versus(expectation, versus, runtime, kind, other)), place))
    return happening, taking


def _contests(
    options: argparse.Namespace, expectation: Expectation, environ: dict[str, str], until: ExitStack
) -> tuple[Contest, ...]:
    """The contests of an expectation, as `gilscope run` would measure them."""
    words = ["run", *_words(options, expectation, expectation.workload)]
    needs_interpreters = expectation.no_fallback and not any("interpreter" in name for name in expectation.models)
    models = [*(expectation.models or ("threads",)), *["interpreters"] * needs_interpreters]
    typed = _parsed([*words, "--models", ",".join(models)])
    groups_for = partial(measuring.groups_of, typed, until)
    return measuring.plan_of(typed, choosing.parts(typed), environ, groups_for).contests


def _sides(
    options: argparse.Namespace, expectation: Expectation, until: ExitStack
) -> Iterator[tuple[Literal["against", "no-slower-than"], str, list[str]]]:
    """What work is held against, each with its name and the words behind ``gilscope`` that measure both side by side.

    Raises:
        UsageError: another workload is no function that could be called in its place.
    """
    lanes = ["--models", ",".join(expectation.models)] if expectation.models else ["--lanes", "*:serial"]
    if expectation.against:
        words = _words(options, expectation, expectation.workload)
        yield "against", expectation.against, ["ab", *words, *lanes, "--rev", expectation.against, "--rev", "."]
    if expectation.no_slower_than:
        other = expectation.no_slower_than
        file = until.enter_context(either_of(*(_function(options, text) for text in (other, expectation.workload))))
        sides = [word for side in (OTHER, OWN) for word in ("--env", f"{SIDE}={side}")]
        yield "no-slower-than", other, ["ab", *_words(options, expectation, f"{file}:work"), *lanes, *sides]


def _function(options: argparse.Namespace, text: str) -> Target:
    """The function that a text names."""
    from gilscope.values.probes import Probe

    typed = _parsed(["run", text, "--results", str(options.results)])
    match measuring.workloads_of(choosing.parts(typed)[0]):
        case [Probe(target=target, setup=None, roles=())] if target is not None and not target.workers_argument:
            return target
    raise errors.UsageError(
        f"{text}: only functions without a setup are held against each other, such as work.py:parse"
    )


def _variants(words: list[str], environ: dict[str, str], until: ExitStack) -> tuple[Contest, ...]:
    """The contests of two variants, as `gilscope ab` would measure them."""
    groups_for, typed = comparing.varied_in(_parsed(words), until)
    return measuring.plan_of(typed, choosing.parts(typed), environ, groups_for).contests


def _parsed(words: list[str]) -> argparse.Namespace:
    return choosing.completed(parse(words))


def _words(options: argparse.Namespace, expectation: Expectation, workload: str) -> list[str]:
    """The words behind ``gilscope run`` for what an expectation measures of a workload."""
    words = [workload, "--suite", choosing.DEFAULT_SUITE, "--workers", str(expectation.workers)]
    for flag, values in (
        ("--on", expectation.on),
        ("--python", options.python),
        ("--with", expectation.packages),
        ("--with-requirements", options.requirements),
        ("--with-editable", options.editables),
    ):
        for value in values:
            words += [flag, str(value)]
    if options.with_active is not None:
        words.append("--with-active" if options.with_active else "--no-with-active")
    return words


def _runtime(contest: Contest) -> str:
    """The runtime that a contest asks about."""
    return contest.arm_of_reference if contest.pair is None else contest.pair.free_threaded.name


def _refuse(expectation: Expectation, contest: Contest, runtime: str) -> None:
    arms = {lane.arm.name: lane.arm for lane in contest.lanes}
    if expectation.gil and runtime in arms and arms[runtime].runtime.facts.build == "default":
        raise errors.UsageError(
            f"{expectation.workload}: the GIL shall be off on {runtime}, which always has it: name a free-threaded "
            f"build (`gilscope runtimes install` brings one)"
        )


def _narrowed(contest: Contest, clauses: Sequence[Clause], *, has_copies: bool) -> Contest:
    """A contest of the lanes alone that clauses are about, with what these are held against.

    The twin is there only where one of them is about it.
    """
    runtime = clauses[0].runtime
    names = {lane_name(runtime), *(name for clause in clauses for name in (*clause.lanes, clause.against))}
    if any(clause.kind == "no-fallback" for clause in clauses):
        names |= {contest.reference, *(lane.name for lane in contest.lanes if _is_in_interpreters(lane, runtime))}
    reference = contest.reference if contest.reference in names else lane_name(runtime)
    counts = {lane.workers for lane in contest.lanes if lane.name in names}
    lanes = [lane for lane in contest.lanes if lane.name in names and not lane.control]
    copies = [msgspec.structs.replace(lane, control=True) for lane in lanes if lane.name == reference]
    copies += [lane for lane in contest.lanes if lane.control and lane.model != "serial" and lane.original in names]
    spinning = [lane for lane in contest.lanes if lane.shows_capacity and lane.workers in counts]
    return msgspec.structs.replace(
        contest,
        lanes=(*lanes, *(copies if has_copies else ()), *spinning),
        reference=reference,
        pair=contest.pair if contest.reference == reference else None,
    )


def _is_in_interpreters(lane: LaneSpec, runtime: str) -> bool:
    return lane.model == "interpreters" and lane.arm.name == runtime and not lane.control


class _Measured:
    """The runs of one check: what happens first, since it takes seconds, then how long things take."""

    def __init__(self, options: argparse.Namespace, environ: dict[str, str], run_id: str) -> None:
        self._options = options
        self._environ = environ
        self._run_id = run_id
        self.paths: list[Path] = []

    def what_happens(self, asked: Sequence[_Asked]) -> list[Judgement]:
        """Measure for seconds what needs no quiet machine, and judge it."""
        from gilscope.expectations import proofs

        if not asked:
            return []
        found = self._run("happens", asked, min_launches=LAUNCHES, max_launches=LAUNCHES, rounds=ROUNDS)
        return [judgement for each in asked for judgement in proofs.all_of(each.clauses, found[each.contest.id])]

    def how_long(self, asked: Sequence[_Asked]) -> list[Judgement]:
        """Measure until each bound is held or refuted, or the budget is spent."""
        from gilscope.expectations.evidence import Looks

        if not asked:
            return []
        looks = Looks([clause for each in asked for clause in each.clauses])
        self._run("takes", asked, looks, min_launches=FIRST, max_launches=measuring.MOST_LAUNCHES, precision=FINE)
        for each in asked:
            self._look(looks, each.contest)
        return looks.judgements()

    def _run(
        self, part: str, asked: Sequence[_Asked], looks: Looks | None = None, **changes: float
    ) -> dict[str, ContestLanes]:
        """Measure contests in a run of their own, and return all lanes by contest."""
        from gilscope import store
        from gilscope.figures import lanes
        from gilscope.lab import measure
        from gilscope.lab.plan import Plan
        from gilscope.render.progress import RunProgress

        path = store.run_path(self._options.results, f"{self._run_id}-{part}")
        rules = self._rules(**changes)
        seed = measuring.seed_of(self._options)
        request = measure.Request(suite=choosing.DEFAULT_SUITE, rules=rules, seed=seed)
        self.paths.append(path)

        def is_decided(contest: Contest) -> bool:
            if looks is None:
                return False
            self._look(looks, contest)
            return looks.are_clear(contest.id)

        plan = Plan(tuple(each.contest for each in asked), ())
        with closing(measure.writer_of(path, request, anew=True)) as writer:
            try:
                with RunProgress(output.console(stderr=True), len(plan.contests)) as observer:
                    measure.measure(plan, request, writer, self._environ, observer, output.locks_dir(), is_decided)
            except KeyboardInterrupt:
                raise errors.ControllerInterruptedError(
                    f"interrupted. What had been measured is in {path}; `gilscope report {path}` shows it."
                ) from None
        return {of.contest.id: of for of in lanes.contests(store.read(path))}

    def _look(self, looks: Looks, contest: Contest) -> None:
        """Look at what was measured of a contest so far."""
        from gilscope import store
        from gilscope.expectations.evidence import figure
        from gilscope.figures import lanes
        from gilscope.figures.yardsticks import Yardsticks

        run = store.read(self.paths[-1])
        found = next((of for of in lanes.contests(run) if of.contest.id == contest.id), None)
        if found is not None:
            yardsticks = Yardsticks(found, run.header.host)
            looks.look(contest.id, lambda clause: figure(clause, found, yardsticks))

    def _rules(self, **changes: float) -> Rules:
        from gilscope import places
        from gilscope.workloads import suites

        suite: Suite = suites.suite(places.SUITES, choosing.DEFAULT_SUITE)
        budget_s = self._options.budget or BUDGET_S
        timeout_s = self._options.timeout or suite.timeout_s
        return msgspec.structs.replace(suite.rules, budget_s=budget_s, timeout_s=timeout_s, **changes)


def _run_id() -> str:
    from gilscope.lab import measure

    return measure.new_run_id(datetime.now(UTC))


def _place(contest: Contest) -> tuple[str, int]:
    """The file that a workload's callable stands in, and its line there, as far as both are known."""
    probe = contest.probe
    path = Path(probe.target.path if probe.target is not None and probe.target.path else probe.path)
    if path.suffix != ".py" or not path.is_file():
        return "", 1
    name = "work" if probe.target is None else probe.target.name.rpartition(".")[2]
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return str(shown), next(_lines_of(path, name), 1)


def _lines_of(path: Path, name: str) -> Iterator[int]:
    """The lines at which a function of this name begins."""
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
            yield node.lineno


def _with_place(judgement: Judgement, path: str, line: int) -> Judgement:
    return msgspec.structs.replace(judgement, path=path, line=line)


def _show(options: argparse.Namespace, checked: Checked) -> None:
    """Show every verdict: here, and wherever somebody looks."""
    from gilscope.commands import reporting
    from gilscope.render import check as render
    from gilscope.render import terminal

    if options.json:
        output.print_json(render.listing(checked))
    else:
        terminal.show_blocks(output.console(), render.blocks(checked))
    reporting.report(options, checked)
