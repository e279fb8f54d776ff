"""What a check measures: expectations become contests, each with the clauses that it is to decide."""

from __future__ import annotations

import ast
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from gilscope import errors
from gilscope.arguments import parse
from gilscope.commands import choosing, comparing, measuring
from gilscope.commands.either import OTHER, OWN, SIDE, either_of
from gilscope.values.lanes import LaneSpec, lane_name
from gilscope.workloads.targets import label

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from contextlib import ExitStack

    from gilscope.expectations.clauses import Clause
    from gilscope.values.contests import Contest
    from gilscope.values.expectations import Expectation
    from gilscope.values.probes import Target


class Asked(NamedTuple):
    """A contest with the clauses that it is to decide, and the file and line at which its work stands."""

    contest: Contest
    clauses: tuple[Clause, ...]
    place: tuple[str, int]


def asked(
    options: argparse.Namespace, expectations: Sequence[Expectation], environ: dict[str, str], until: ExitStack
) -> tuple[list[Asked], list[Asked]]:
    """The contests that decide everything: those about what happens, and those about how long it takes.

    Raises:
        UsageError: the GIL of a build shall be off that always has it, or nothing is left to measure.
    """
    from gilscope.expectations import clauses

    happening: list[Asked] = []
    taking: list[Asked] = []
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
                happening.append(Asked(_narrowed(happens, found, has_copies=False), found, place))
            takes = msgspec.structs.replace(named, id=f"{named.id}: how long it takes")
            bounded = tuple(clauses.measured(expectation, takes, runtime))
            if bounded:
                taking.append(Asked(_narrowed(takes, bounded, has_copies=True), bounded, place))
        for kind, other, words in _sides(options, expectation, until):
            for contest in _variants(words, environ, until):
                runtime = contest.id.rpartition("@")[2].partition(" ")[0]
                identifier = f"{expectation.workload} beside {other}@{runtime} ({number})"
                versus = msgspec.structs.replace(contest, id=identifier)
                taking.append(Asked(versus, tuple(clauses.versus(expectation, versus, runtime, kind, other)), place))
    return happening, taking


def _contests(
    options: argparse.Namespace, expectation: Expectation, environ: dict[str, str], until: ExitStack
) -> tuple[Contest, ...]:
    """The contests of an expectation, as `gilscope run` would measure them."""
    words = ["run", *_words(options, expectation, expectation.workload, until)]
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
        words = _words(options, expectation, expectation.workload, until)
        yield "against", expectation.against, ["ab", *words, *lanes, "--rev", expectation.against, "--rev", "."]
    if expectation.no_slower_than:
        other = expectation.no_slower_than
        file = until.enter_context(either_of(*(_function(options, text) for text in (other, expectation.workload))))
        sides = [word for side in (OTHER, OWN) for word in ("--env", f"{SIDE}={side}")]
        yield "no-slower-than", other, ["ab", *_words(options, expectation, f"{file}:work", until), *lanes, *sides]


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


def _words(options: argparse.Namespace, expectation: Expectation, workload: str, until: ExitStack) -> list[str]:
    """The words behind ``gilscope run`` or ``ab`` for what an expectation measures of a workload."""
    words = [workload, "--suite", choosing.DEFAULT_SUITE, "--workers", str(expectation.workers)]
    for flag, values in (
        ("--on", expectation.on),
        ("--python", options.python),
        ("--with", filter(_is_folder, expectation.packages)),  # of which each revision has its own
        ("--with-requirements", [*options.requirements, *_required(expectation, until)]),
        ("--with-editable", options.editables),
    ):
        for value in values:
            words += [flag, str(value)]
    if options.with_active is not None:
        words.append("--with-active" if options.with_active else "--no-with-active")
    return words


def _required(expectation: Expectation, until: ExitStack) -> list[Path]:
    """A file with what an expectation needs from an index, if anything: several of ``--with`` would be variants."""
    texts = [text for text in expectation.packages if not _is_folder(text)]
    if not texts:
        return []
    folder = until.enter_context(tempfile.TemporaryDirectory(prefix="gilscope-"))
    file = Path(folder, "requirements.txt")
    file.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    return [file]


def _is_folder(requirement: str) -> bool:
    return Path(requirement).is_dir()


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


def _place(contest: Contest) -> tuple[str, int]:
    """The file that a workload's callable stands in, and its line there, as far as both are known."""
    probe = contest.probe
    path = Path(probe.target.path if probe.target is not None and probe.target.path else probe.path)
    if path.suffix != ".py" or not path.is_file():
        return "", 1
    name = "work" if probe.target is None else probe.target.name.rpartition(".")[2]
    return label(path), next(_lines_of(path, name), 1)


def _lines_of(path: Path, name: str) -> Iterator[int]:
    """The lines at which a function of this name begins."""
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
            yield node.lineno
