"""Expectations: how they are declared, taken apart into clauses, and what measurements make of each."""

from __future__ import annotations

import json
import math
from argparse import Namespace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import msgspec
import pytest

from builders import HEADER, contest, lane, pair, records, trials
from gilscope.arguments import parse
from gilscope.commands import check
from gilscope.errors import MatrixError
from gilscope.expectations import clauses, evidence, proofs
from gilscope.expectations.clauses import Clause
from gilscope.expectations.evidence import ERROR_RATE, Figure, Looks, figure
from gilscope.expectations.judgements import Checked, Judgement, Verdict
from gilscope.figures import lanes as figures_of_lanes
from gilscope.figures.yardsticks import Yardsticks
from gilscope.gates import annotations as notes
from gilscope.gates import bmf, junit
from gilscope.render import check as render
from gilscope.stats.estimate import Estimate, student
from gilscope.values.expectations import Expectation, Kind, Overlap, bound, nonsense
from gilscope.values.lanes import CAPACITY
from gilscope.values.records import Finding, FindingKind, Trial
from gilscope.workloads.project import project

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.figures.lanes import ContestLanes

TWIN = lane("3.14")
FREE = lane("3.14t")
THREADS = lane("3.14t", "threads", 2)
COPY = lane("3.14", control=True)
SPINNING = (lane("3.14", CAPACITY, 1), lane("3.14", CAPACITY, 2))
MS = 1e6


def lanes_of(measured: list[Trial], *findings: Finding) -> ContestLanes:
    """A contest of a pair, with threads and what the machine gave, of which this was measured."""
    of = contest(TWIN, COPY, FREE, THREADS, *SPINNING, builds=pair())
    (found,) = figures_of_lanes.contests(records(of, measured, findings))
    return found


def finding(kind: FindingKind, of: str = THREADS.name, reason: str = "why") -> Finding:
    """Something that went wrong in a lane."""
    return Finding(contest="cpu/primes@3.14t", lane=of, launch=0, phase="work", kind=kind, reason=reason)


def all_alike() -> list[Trial]:
    """A millisecond a trial, whoever runs it."""
    return trials(dict.fromkeys((TWIN, COPY, FREE, THREADS, *SPINNING), MS))


def expected(**things: object) -> Expectation:
    """Something that is expected of a piece of work on 3.14t."""
    return Expectation(workload="work.py:parse", **things)  # type: ignore[arg-type]  # by their keys


class TestDeclaration:
    """Tables of a ``pyproject.toml``."""

    @pytest.mark.parametrize(
        ("text", "of_scaling", "ratio", "of_machine"),
        [
            ("<= 15 %", False, 1.15, False),
            ("<=1.2x", False, 1.2, False),
            (">= 80 % of the machine", True, 0.8, True),
            (">= 80%", True, 0.8, True),
            (">= 1.5x", True, 1.5, False),
        ],
    )
    def test_bounds_are_ratios(self, text: str, ratio: float, *, of_scaling: bool, of_machine: bool) -> None:
        """A percentage is a share of the machine in a scaling, and a difference in all else."""
        read = bound(text, of_scaling=of_scaling)
        assert (round(read.ratio, 9), read.of_machine, read.at_least) == (ratio, of_machine, of_scaling)

    @pytest.mark.parametrize(
        ("text", "of_scaling"),
        [
            ("15 %", False),
            (">= 15 %", False),
            ("<= 80 %", True),
            ("<= 15 % of the machine", False),
            (">= 0 %", True),
            ("soon", True),
        ],
    )
    def test_what_is_no_bound_is_refused(self, text: str, *, of_scaling: bool) -> None:
        """Also one that is on the wrong side."""
        with pytest.raises(ValueError, match="bound"):
            bound(text, of_scaling=of_scaling)

    def test_a_project_declares_a_list_of_them(self, tmp_path: Path) -> None:
        """With the keys as they are written in TOML."""
        (tmp_path / "pyproject.toml").write_text(
            '[[tool.gilscope.expect]]\nworkload = "work.py:parse"\nsame-result = true\noverlap = { workers = 4 }\n'
            'models = ["threads", "processes"]\n[[tool.gilscope.expect]]\nworkload = "b"\npenalty = "<= 15 %"\n'
        )
        first, second = project(tmp_path).expectations
        assert (first.same_result, first.overlap, first.models) == (True, Overlap(workers=4), ("threads", "processes"))
        assert (second.workload, second.penalty, second.same_result) == ("b", "<= 15 %", False)

    def test_what_is_typed_stands_beside_what_is_declared(self) -> None:
        """Where, with how many workers and packages, and by how much; what is expected is the project's."""
        declared = Expectation(workload="a.py:f", on=("3.14t",), packages=("b",), same_result=True)
        words = ["check", "a.py:f", "--with", "c", "--workers", "4", "--slower", "<= 10 %"]
        options = Namespace(**vars(parse(words)) | {"project": Namespace(expectations=(declared,))})
        (found,) = check.expected(options)
        assert (found.on, found.packages, found.workers, found.slower) == (("3.14t",), ("b", "c"), 4, "<= 10 %")
        assert found.same_result

    def test_models_alone_are_expected_too(self) -> None:
        """That the work runs there."""
        options = Namespace(**vars(parse(["check", "a.py:f", "--models", "processes"])), project=None)
        (found,) = check.expected(options)
        assert (found.models, found.slower) == (("processes",), "<= 5 %")

    @pytest.mark.parametrize(
        ("lines", "words"),
        [
            ('workload = "a"', "it expects nothing: name one of gil, models"),
            ('gil = "off"', "workload is missing"),
            ('workload = "a"\ngil = "on"', "gil: invalid enum value"),
            ('workload = "a"\nsame_result = true', "did you mean 'same-result'?"),
            ('workload = "a"\npenalty = "15"', "penalty: '15': a bound is written as"),
            ('workload = "a"\nmodels = ["thread"]', "did you mean 'threads'?"),
        ],
    )
    def test_mistakes_name_the_table_by_its_number(self, tmp_path: Path, lines: str, words: str) -> None:
        """All of them, with what was probably meant."""
        (tmp_path / "pyproject.toml").write_text(f"[[tool.gilscope.expect]]\n{lines}\n")
        with pytest.raises(MatrixError) as raised:
            project(tmp_path)
        assert "[[tool.gilscope.expect]] number [1]" in str(raised.value)
        assert words in str(raised.value)

    def test_models_alone_are_an_expectation(self) -> None:
        """That the work runs in them."""
        assert not list(nonsense(expected(models=("threads",))))


class TestClauses:
    """What is held or refuted by itself."""

    def test_each_thing_that_happens_is_a_clause(self) -> None:
        """Of all lanes of the runtime, and of none of its twin's."""
        of = contest(TWIN, COPY, FREE, THREADS, *SPINNING, builds=pair())
        found = clauses.load_proof(
            expected(gil="off", same_result=True, no_fallback=True, overlap=Overlap(), models=("threads",)), of, "3.14t"
        )
        by_kind = {clause.kind: clause.lanes for clause in found}
        every = (FREE.name, THREADS.name)
        assert by_kind == dict.fromkeys(("gil", "models", "same-result", "no-fallback"), every) | {
            "overlap": (THREADS.name,)
        }

    def test_bounds_are_held_against_the_twin_or_ones_own_thread(self) -> None:
        """Penalty and memory, and scaling."""
        of = contest(TWIN, COPY, FREE, THREADS, *SPINNING, builds=pair())
        found = clauses.measured(expected(scaling=">= 80 %", penalty="<= 15 %", memory="<= 1.2x"), of, "3.14t")
        assert {clause.kind: (clause.lanes, clause.against) for clause in found} == {
            "scaling": ((THREADS.name,), FREE.name),
            "penalty": ((FREE.name,), TWIN.name),
            "memory": ((FREE.name,), TWIN.name),
        }


def clause(kind: Kind, of_lanes: tuple[str, ...] = (FREE.name, THREADS.name), **changes: object) -> Clause:
    """A clause of a contest on 3.14t."""
    made = Clause(
        kind=kind,
        workload="work.py:parse",
        runtime="3.14t",
        contest="cpu/primes@3.14t",
        words=f"{kind} it is",
        lanes=of_lanes,
        against=FREE.name,
    )
    return msgspec.structs.replace(made, **changes)


class TestProofs:
    """What needs no quiet machine."""

    @pytest.mark.parametrize(
        ("kind", "found", "expected_verdict"),
        [
            ("gil", [], "held"),
            ("gil", [finding("GIL turned on")], "refuted"),
            ("models", [], "held"),
            ("models", [finding("raised")], "refuted"),
            ("models", [finding("too large")], "undecided"),
            ("models", [finding("raised", TWIN.name)], "held"),
            ("same-result", [], "held"),
            ("same-result", [finding("disagreed")], "refuted"),
            ("same-result", [finding("raised")], "refuted"),
            ("same-result", [finding("varies"), finding("disagreed")], "undecided"),
            ("no-fallback", [], "held"),
            ("no-fallback", [finding("fell back", "3.14t:interpreters-2")], "refuted"),
            ("no-fallback", [finding("fell back", "3.14:interpreters-2")], "held"),
        ],
    )
    def test_a_finding_refutes_what_it_is_about(
        self, kind: Kind, found: list[Finding], expected_verdict: Verdict
    ) -> None:
        """And none of another lane, or of another kind."""
        assert proofs.judgement(clause(kind), lanes_of(all_alike(), *found)).verdict == expected_verdict

    @pytest.mark.parametrize("kind", ["gil", "models", "same-result", "no-fallback"])
    def test_what_was_not_tried_is_not_held(self, kind: Kind) -> None:
        """A lane without a trial says nothing."""
        tried = trials(dict.fromkeys((TWIN, COPY, FREE), MS))
        assert proofs.judgement(clause(kind), lanes_of(tried)).verdict == "undecided"

    @pytest.mark.parametrize(
        ("busy", "given", "expected_verdict"),
        [
            (2.0, 2.0, "held"),
            (1.3, 1.0, "held"),
            (1.0, 2.0, "refuted"),
            (1.0, 1.0, "undecided"),
            (1.2, 2.0, "undecided"),
        ],
        ids=["both ran", "a busy machine", "one at a time", "one CPU", "a little"],
    )
    def test_workers_overlap_by_their_cpu_time(self, busy: float, given: float, expected_verdict: Verdict) -> None:
        """That they do not is said only where the machine had the CPUs in the same rounds."""
        measured = [
            _with_cpus(each, {THREADS.name: busy, SPINNING[1].name: given}.get(each.lane, 1.0)) for each in all_alike()
        ]
        found = proofs.judgement(clause("overlap", (THREADS.name,)), lanes_of(measured))
        assert found.verdict == expected_verdict

    @pytest.mark.parametrize(
        ("wall_ns", "expected_verdict"), [(1.1 * MS, "held"), (2.0 * MS, "refuted"), (1.8 * MS, "undecided")]
    )
    def test_work_that_waits_overlaps_by_its_time(self, wall_ns: float, expected_verdict: Verdict) -> None:
        """Two that wait one after another take twice as long."""
        walls = {**dict.fromkeys((TWIN, COPY, FREE, *SPINNING), MS), THREADS: wall_ns}
        measured = [each if each.lane.startswith("3.14:capacity") else _with_cpus(each, 0.01) for each in trials(walls)]
        found = proofs.judgement(clause("overlap", (THREADS.name,)), lanes_of(measured))
        assert found.verdict == expected_verdict


def _with_cpus(of: Trial, busy: float) -> Trial:
    """A trial whose workers together kept so many CPUs busy."""
    each = round(busy * of.wall_ns / len(of.cpu_ns))
    return msgspec.structs.replace(of, cpu_ns=(each,) * len(of.cpu_ns))


SLOWER = bound("<= 5 %", of_scaling=False)
SCALING = bound(">= 80 %", of_scaling=True)


def log_ratio(ratio: float, error: float = 0.001, freedom: float = 8) -> Estimate:
    """The log of a ratio with a standard error."""
    return student(math.log(ratio), error, freedom)


class TestEvidence:
    """Bounds, looks and many clauses."""

    @pytest.mark.parametrize(
        ("of_bound", "ratio", "refutes", "holds"),
        [
            (SLOWER, 1.2, True, False),
            (SLOWER, 1.0, False, True),
            (SLOWER, 1.05, False, False),
            (SCALING, 0.5, True, False),
            (SCALING, 0.95, False, True),
        ],
    )
    def test_what_lies_beyond_the_bound_refutes_and_what_lies_before_it_holds(
        self, of_bound: object, ratio: float, *, refutes: bool, holds: bool
    ) -> None:
        """By the side that the bound is on."""
        small = 1e-4
        found = evidence.chances(clause("against", bound=of_bound), Figure(log_ratio(ratio)))
        assert (found.if_true < small, found.if_false < small) == (refutes, holds)

    def test_the_noise_floor_explains_a_part(self) -> None:
        """What two copies of one lane differ by proves nothing."""
        of = clause("against", bound=SLOWER)
        assert evidence.chances(of, Figure(log_ratio(1.08), floor=0.0)).if_true < ERROR_RATE
        assert evidence.chances(of, Figure(log_ratio(1.08), floor=0.05)).if_true == 1

    def test_what_is_lacking_decides_nothing(self) -> None:
        """However clear the figure looks."""
        seen = Figure(log_ratio(0.3), lacking="it gave 1.0 of 2 CPUs")
        assert evidence.chances(clause("scaling", bound=SCALING), seen) == (1, 1)

    def test_work_that_fails_is_refuted_and_a_twin_that_fails_is_not(self) -> None:
        """Nor is work for which the machine was too small."""
        walls = dict.fromkeys((TWIN, COPY, THREADS, *SPINNING), MS)
        cases: tuple[tuple[FindingKind, str, Verdict], ...] = (
            ("raised", FREE.name, "refuted"),
            ("too large", FREE.name, "undecided"),
            ("raised", TWIN.name, "undecided"),
        )
        for kind, against, verdict in cases:
            tried = {**walls, FREE: MS} if against == TWIN.name else walls
            found = lanes_of(trials({of: tried[of] for of in tried if of.name != against}), finding(kind, against))
            of = clause("penalty", (FREE.name,), against=TWIN.name, bound=SLOWER)
            looks = Looks([of])
            yardsticks = Yardsticks(found, HEADER.host)
            looks.look(of.contest, lambda each, of=found, by=yardsticks: figure(each, of, by))  # type: ignore[misc]
            assert (looks.judgements()[0].verdict, looks.are_clear(of.contest)) == (verdict, True)

    def test_each_further_look_has_less_of_the_error(self) -> None:
        """A p-value that would do at the first look does not at the third."""
        of = clause("against", bound=SLOWER)
        plain = evidence.chances(of, Figure(log_ratio(1.07, 0.005))).if_true
        assert ERROR_RATE / 8 < plain < ERROR_RATE / 2
        first, third = Looks([of]), Looks([of])
        first.look(of.contest, lambda _: Figure(log_ratio(1.07, 0.005)))
        for ratio in (1.05, 1.05, 1.07):
            third.look(of.contest, lambda _, ratio=ratio: Figure(log_ratio(ratio, 0.005)))  # type: ignore[misc]
        assert [looks.judgements()[0].verdict for looks in (first, third)] == ["refuted", "undecided"]
        assert (first.are_clear(of.contest), third.are_clear(of.contest)) == (True, False)

    def test_many_clauses_share_the_error(self) -> None:
        """What refutes one alone does not refute one of twenty."""
        many = [clause("against", words=f"number {number}", bound=SLOWER) for number in range(20)]
        for of, verdict in ((many[:1], "refuted"), (many, "undecided")):
            looks = Looks(of)
            looks.look(many[0].contest, lambda each: Figure(log_ratio(1.07 if each is many[0] else 1.05, 0.005)))
            assert looks.judgements()[0].verdict == verdict

    def test_figures_are_of_the_lanes_that_a_clause_is_about(self) -> None:
        """A penalty over the twin's, scaling over the machine's, and nothing where a lane is missing."""
        walls = {TWIN: MS, COPY: MS, FREE: 1.2 * MS, THREADS: 1.2 * MS, SPINNING[0]: MS, SPINNING[1]: MS}
        found = lanes_of(trials(walls))
        yardsticks = Yardsticks(found, HEADER.host)
        penalty = figure(clause("penalty", (FREE.name,), against=TWIN.name, bound=SLOWER), found, yardsticks)
        scaling = figure(clause("scaling", (THREADS.name,), bound=SCALING), found, yardsticks)
        missing = figure(clause("penalty", (FREE.name,), against="", bound=SLOWER), found, yardsticks)
        assert penalty.log_ratio is not None
        assert scaling.log_ratio is not None
        assert round(math.exp(penalty.log_ratio.value), 3) == 1.2
        assert round(math.exp(scaling.log_ratio.value), 3) == 1
        assert (missing.log_ratio, missing.lacking) == (None, "3.14t has no twin here")

    def test_a_machine_without_cpus_refutes_no_scaling(self) -> None:
        """Nor does it hold one."""
        walls = {TWIN: MS, COPY: MS, FREE: MS, THREADS: 2 * MS, SPINNING[0]: MS, SPINNING[1]: 2 * MS}
        measured = [_with_cpus(each, 1.0) if each.lane == SPINNING[1].name else each for each in trials(walls)]
        found = lanes_of(measured)
        seen = figure(clause("scaling", (THREADS.name,), bound=SCALING), found, Yardsticks(found, HEADER.host))
        assert "of 2 CPUs" in seen.lacking


def judged(verdict: Verdict, **changes: object) -> Judgement:
    """A judgement of a clause about time."""
    ratio = log_ratio(1.2).exp() if verdict == "refuted" else log_ratio(1.0).exp()
    of = clause("penalty", (FREE.name,), words="penalty <= 5 %", against=TWIN.name, bound=SLOWER)
    made = Judgement(clause=of, verdict=verdict, reason="", ratio=ratio, path="src/work.py", line=7)
    return msgspec.structs.replace(made, **changes)


CHECKED = Checked(
    date="2026-11-28T12:00:00+00:00",
    seconds=12.0,
    results=("gilscope-results/a.jsonl",),
    judgements=(
        judged("refuted"),
        judged("held"),
        judged("undecided", reason="50% <open> & \x1b", advice="a larger --budget"),
    ),
)


class TestReports:
    """Where people and their code hosts look."""

    def test_the_answer_names_the_first_thing_that_is_refuted(self) -> None:
        """With what was measured."""
        assert render.answer(CHECKED) == (
            "Of 3 things expected: 1 refuted, 1 undecided, 1 held; work.py:parse on 3.14t: penalty <= 5 % is refuted: "
            "+20.00 ±0.28%."
        )

    def test_annotations_stand_at_the_work(self) -> None:
        """An error for what is refuted, a warning for what is undecided, and nothing for what is held."""
        error, warning = notes.lines(CHECKED)
        assert error.startswith("::error file=src/work.py,line=7,title=refuted%3A work.py%3Aparse on 3.14t%3A penalty")
        assert warning.startswith("::warning file=src/work.py,line=7,")
        assert warning.endswith(" 50%25 <open> & \x1b; a larger --budget would decide it")

    def test_a_report_has_a_case_for_each_thing(self) -> None:
        """What is undecided counts as skipped, so that no job fails for it."""
        document = junit.document(CHECKED).partition("\n")[2]
        suite = ET.fromstring(document).find("testsuite")  # noqa: S314 - our own text
        assert suite is not None
        assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
            "tests": "3",
            "failures": "1",
            "errors": "0",
            "skipped": "1",
        }
        assert [[child.tag for child in case] for case in suite.iter("testcase")] == [["failure"], [], ["skipped"]]

    def test_metrics_have_intervals_as_bounds(self) -> None:
        """By workload and runtime, then by what they are."""
        (measures,) = bmf.metrics(msgspec.structs.replace(CHECKED, judgements=CHECKED.judgements[:1])).values()
        metric = measures["penalty-serial"]
        assert metric["lower_value"] < metric["value"] < metric["upper_value"]
        assert round(metric["value"], 9) == 1.2

    @pytest.mark.parametrize(
        ("verdicts", "message", "colour"),
        [
            (("held", "held"), "2 held", "brightgreen"),
            (("held", "undecided"), "1 held, 1 undecided", "yellow"),
            (("held", "refuted", "undecided"), "1 held, 1 refuted, 1 undecided", "red"),
        ],
    )
    def test_a_badge_has_the_gravest_colour(self, verdicts: tuple[Verdict, ...], message: str, colour: str) -> None:
        """And says how many of each there are."""
        badge = bmf.badge(msgspec.structs.replace(CHECKED, judgements=tuple(map(judged, verdicts))))
        assert (badge["message"], badge["color"], badge["schemaVersion"]) == (message, colour, 1)
        assert json.dumps(badge)
