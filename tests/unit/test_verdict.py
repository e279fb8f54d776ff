"""What to run a workload on, from made-up trials: what is best, what ties, what stands against it, how it is told."""

from __future__ import annotations

import io
import math
import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from rich.console import Console

from builders import HEADER, contest, lane, pair, records, starved, trials
from gilscope.figures.break_even import WORTH
from gilscope.figures.further import MOST, Seen, far_enough, further
from gilscope.figures.outcome import Better, CannotBeTold, Cause, NotBetter, Outcome, Scarcity, outcome
from gilscope.figures.run import of_run, together
from gilscope.figures.verdict import objections
from gilscope.render import report, terminal
from gilscope.render.in_words import paragraph
from gilscope.render.verdict import sheet
from gilscope.stats.estimate import SAME, Estimate
from gilscope.values.records import ContestEnd, Finding, FindingKind, Memory
from gilscope.values.rules import FIRST_LOOK

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gilscope.figures.values import ContestFigures
    from gilscope.figures.verdict import Verdict
    from gilscope.values.lanes import LaneSpec

TWIN = lane("3.14")
CONTROL = lane("3.14", control=True)
PROCESSES = lane("3.14", "processes", 2)
INTERPRETERS = lane("3.14t", "interpreters", 2)
FREE = lane("3.14t")
THREADS = lane("3.14t", "threads", 2)
ONE, TWO = lane("3.14", "capacity", 1), lane("3.14", "capacity", 2)
WALLS = {TWIN: 1e8, CONTROL: 1.001e8, FREE: 1.1e8, THREADS: 1.15e8}


def finding(of: LaneSpec, kind: FindingKind, phase: str = "work", reason: str = "why") -> Finding:
    """What happened to a lane."""
    return Finding(contest="cpu/primes@3.14t", lane=of.name, launch=1, phase=phase, kind=kind, reason=reason)


def measured(  # noqa: PLR0913 - each is one thing that may be made up of a contest
    walls: Mapping[LaneSpec, float],
    findings: Sequence[Finding] = (),
    held: Mapping[LaneSpec, int] | None = None,
    *,
    differences: tuple[str, ...] = (),
    given: float | None = None,
    given_to_one: float = 1.0,
    spread: Mapping[LaneSpec, float] | None = None,
    launches: int = 7,
    **probe: object,
) -> ContestFigures:
    """A contest of 3.14t and its twin whose lanes take so long, and hold so much, for part of which two had CPUs.

    The times of a lane differ from launch to launch by as much as its ``spread``, on the log scale and either way.
    """
    spinning = {} if given is None else {ONE: 5e7 / given_to_one, TWO: 5e7 / given}
    of = contest(*walls, *spinning, builds=pair(differences))
    of = msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, **probe))
    weighed = [
        Memory(contest=of.id, lane=item.name, launch=number, processes=1, resident_bytes=size)
        for item, size in (held or {}).items()
        for number in range(launches)
    ]
    of_work = [
        msgspec.structs.replace(made, wall_ns=round(made.wall_ns * math.exp(by * (made.launch / 3 - 1))))
        for item, wall in walls.items()
        for by in [(spread or {}).get(item, 0.0)]
        for made in trials({item: wall}, launches)
    ]
    shown = [made for item, wall in spinning.items() for made in starved({item: wall}, 5e7 / wall)]
    end = ContestEnd(contest=of.id, reason="budget", seconds=2.0 * launches, launches=launches)
    run = records(of, of_work + shown, findings)
    (made,) = of_run(msgspec.structs.replace(run, memory=tuple(weighed), ends=(end,))).contests
    return made


def judged(*arguments: object, **named: object) -> Verdict:
    """The verdict on such a contest."""
    made = measured(*arguments, **named)  # type: ignore[arg-type]  # handed on as they are
    assert made.verdict is not None
    return made.verdict


def test_the_fastest_lane_is_best() -> None:
    """Two threads that take 115 ms get 200 / 115 of the work done."""
    found = judged(WALLS).outcome

    assert isinstance(found, Better)
    assert found.best == THREADS.name
    assert found.figure.value == pytest.approx(200 / 115, rel=1e-3)
    assert (found.ties, found.undecided) == ((), ())


def test_what_cannot_be_told_from_the_best_ties_with_it() -> None:
    """Processes that are 0.05 % slower, where two copies of one lane differ by 0.1 %."""
    assert judged({**WALLS, PROCESSES: 1.1506e8}).winners == (THREADS.name, PROCESSES.name)


@pytest.mark.parametrize(("heap", "told"), [(0, False), (100_000, True)])
def test_the_memory_says_that_a_heap_is_in_it(heap: int, *, told: bool) -> None:
    """Where the probe was given one."""
    made = measured(WALLS)
    probe = msgspec.structs.replace(made.contest.probe, heap=heap)
    given = msgspec.structs.replace(made, contest=msgspec.structs.replace(made.contest, probe=probe))
    assert given.verdict is not None

    notes = sheet(given, given.verdict).notes

    assert any("100,000 live objects" in note for note in notes) is told


def test_the_best_of_ties_has_an_interval_for_the_highest_of_them() -> None:
    """The highest of two that cannot be told apart is partly so by chance."""
    alone, tied = judged(WALLS).outcome, judged({**WALLS, PROCESSES: 1.1506e8}).outcome

    assert isinstance(alone, Better)
    assert isinstance(tied, Better)
    assert alone.figure.confidence == pytest.approx(0.95)
    assert tied.figure.confidence == pytest.approx(0.95**0.5)


def test_memory_can_turn_the_choice() -> None:
    """Two processes are four per cent faster than two threads, and hold twice as much."""
    walls = {**WALLS, PROCESSES: 1.1e8}
    verdict = judged(walls, held={TWIN: 10_000, FREE: 11_000, THREADS: 12_000, PROCESSES: 24_000})

    assert verdict.winners == (PROCESSES.name,)
    assert verdict.per_memory is not None
    assert verdict.per_memory.best == THREADS.name
    assert verdict.per_memory.figure.value == pytest.approx(200 / 115 / 1.2, rel=1e-3)


def test_without_weights_nothing_is_said_of_memory() -> None:
    """Runs of the first format weighed no lanes."""
    assert judged(WALLS).per_memory is None


OBJECTIONS = {
    "a wrong result in threads": (finding(THREADS, "disagreed", "check"), "not thread-safe"),
    "an exception in threads": (finding(THREADS, "raised"), "not thread-safe"),
    "an import that an interpreter refuses": (finding(lane("3.14t", "interpreters", 2), "raised", "load"), "fails"),
    "a deadlock": (finding(THREADS, "hung"), "fails"),
    "the GIL": (finding(FREE, "GIL turned on"), "GIL turned on"),
}


@pytest.mark.parametrize("name", OBJECTIONS)
def test_what_stands_against_lanes(name: str) -> None:
    """With the reason and the lane."""
    happened, kind = OBJECTIONS[name]
    others = {**WALLS, lane("3.14t", "interpreters", 2): 1.2e8}

    (objection,) = judged(others, [happened]).objections

    assert (objection.kind, objection.lanes, objection.reason) == (kind, (happened.lane,), "why")


def test_what_fails_alone_says_nothing_of_threads() -> None:
    """The serial lane raised too."""
    (objection,) = judged(WALLS, [finding(FREE, "raised"), finding(THREADS, "raised")]).objections

    assert (objection.kind, objection.lanes) == ("fails", (FREE.name, THREADS.name))


def test_threads_are_not_accused_of_work_that_is_not_repeatable() -> None:
    """They gave another result, as the reference did itself."""
    happened = [finding(THREADS, "disagreed", "check"), finding(TWIN, "not repeatable", "check")]
    (objection,) = judged(WALLS, happened).objections

    assert (objection.kind, set(objection.lanes)) == ("not repeatable", {THREADS.name, TWIN.name})


def test_builds_and_noise_stand_against_the_comparison() -> None:
    """Another compiler, and two copies of one lane that differ by a fifth."""
    told = judged({**WALLS, CONTROL: 1.2e8}, differences=("compiler: GCC 14, Clang 19",)).objections

    assert [item.kind for item in told] == ["not comparable", "noise"]
    assert "Clang 19" in told[0].reason
    assert "20%" in told[1].reason


@pytest.mark.parametrize(("floor", "kinds"), [(None, ["noise"]), (0.1, []), (0.101, ["noise"])])
def test_noise_stands_against_a_comparison_above_a_tenth(floor: float | None, kinds: list[str]) -> None:
    """People decide by a tenth; a floor that was not measured may be anywhere."""
    assert [item.kind for item in objections(contest(TWIN, CONTROL), (), floor, {})] == kinds


def text(*contests: ContestFigures) -> str:
    """The end of the report, on a terminal of 80 columns."""
    console = Console(file=io.StringIO(), width=80, highlight=False, markup=False)
    terminal.show(console, report.report(together(HEADER, contests)).summaries[-1:])
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_one_workload_is_told_in_a_paragraph() -> None:
    """What to run it on, and what it costs on one thread."""
    told = " ".join(text(measured(WALLS)).split())

    assert "Run it on 3.14t:threads-2: 1.74 " in told
    assert "times the throughput of 3.14 on one thread." in told
    assert "On one thread, 3.14t takes 10 " in told
    assert "overtakes from 2 workers" in told
    assert all(len(line) <= 80 for line in text(measured(WALLS)).splitlines())


FEW = "there were too few launches"
SPREAD = r"To tell, add `--precision [\d.]+% --budget \d+` to the command: about \d+ (s|min)\."
TRUTHS: dict[str, tuple[dict[str, Any], type[Outcome], tuple[str, ...]]] = {
    "clearly better": (
        {"walls": WALLS},
        Better,
        (r"^Run it on 3\.14t:threads-2: 1\.74 ±\S+ times the throughput of 3\.14 on one thread\.",),
    ),
    "equal, intervals narrow": (
        {"walls": {**WALLS, THREADS: 2e8}},
        NotBetter,
        (
            r"^Nothing that was tried is worth leaving 3\.14 on one thread: gains above 1% are ruled out ",
            r"\(the closest is 3\.14t:threads-2, 1\.000 ±\S+ times its throughput\)\.",
        ),
    ),
    "equal, intervals wide": (
        {"walls": {**WALLS, THREADS: 2e8}, "spread": {THREADS: 0.3}},
        CannotBeTold,
        ("3.14t:threads-2 differs too much from launch to launch", r"a gain of up to 2\d% is possible", SPREAD),
    ),
    "better, within the noise floor": (
        {"walls": {**WALLS, THREADS: 2e8 / 1.08, CONTROL: 1.15e8}},
        CannotBeTold,
        (
            "two copies of one lane may differ by 15%",
            r"a gain of up to 2\d% is possible",
            "More launches alone would not",
        ),
    ),
    "too few CPUs": (
        {"walls": {**WALLS, THREADS: 2.1e8}, "given": 0.515},
        CannotBeTold,
        (
            r"cannot be told: the machine gave 1\.03 of 2 CPUs",
            "a gain of up to 100% is possible",
            "To tell, measure again when nothing else runs: about 14 s",
        ),
    ),
    "two of three tie": (
        {"walls": {**WALLS, PROCESSES: 1.1506e8, INTERPRETERS: 1.3e8}},
        Better,
        (r"^Run it on 3\.14t:threads-2 or 3\.14:processes-2, which cannot be told apart: 1\.74 ",),
    ),
    "only copies win": (
        {"walls": {**WALLS, THREADS: 2.1e8, PROCESSES: 1.1e8}, "shared": True},
        NotBetter,
        (
            r"^Nothing that was tried is as fast as 3\.14 on one thread: the closest is 3\.14t:threads-2, 0\.95",
            r"3\.14:processes-2 gains more \(1\.8\d* ±\S+ times\), but its workers have copies",
        ),
    ),
    "threads fail": (
        {"walls": {**WALLS, PROCESSES: 2e8}, "findings": [finding(THREADS, "raised")]},
        NotBetter,
        ("gains above 1% are ruled out", r"the work is not safe in threads here \(3\.14t:threads-2\)"),
    ),
    "a single launch": (
        {"walls": WALLS, "launches": 1},
        CannotBeTold,
        (FEW, "no gain is ruled out", r"To tell, add `--suite quick` to the command: about 18 s\."),
    ),
    "intervals that hold everything": (
        {"walls": {**WALLS, THREADS: 2e8}, "launches": 2, "spread": {THREADS: 0.7}},
        CannotBeTold,
        (r"differs too much from launch to launch; no gain is ruled out\.",),
    ),
    "the GIL came back": (
        {"walls": {**WALLS, THREADS: 2.1e8}, "findings": [finding(THREADS, "GIL turned on")]},
        NotBetter,
        (r"Mind that the GIL came back in 3\.14t:threads-2\.",),
    ),
}
"""Contests whose truth is known: how they were made, what comes out, and patterns of the words for it."""


@pytest.mark.parametrize("name", TRUTHS)
def test_the_verdict_says_what_is_true_and_no_more(name: str) -> None:
    """In at most four sentences, none of which speaks of paying."""
    made_of, expected, words = TRUTHS[name]
    made = measured(**made_of)
    assert made.verdict is not None
    told = paragraph(made, made.verdict)

    assert isinstance(made.verdict.outcome, expected)
    assert [pattern for pattern in words if not re.search(pattern, told)] == [], told
    assert len(re.findall(r"[.](?: |$)", told)) <= 4, told
    assert "pay" not in told
    assert bool(made.verdict.winners) is (expected is Better)


class TestOutcome:
    """Interval, noise floor and capacity decide together."""

    @staticmethod
    def outcome_of(
        gains: Mapping[LaneSpec, tuple[float, float]],
        floor: float = 0.0,
        short: Collection[int] = (),
        headstart: float = 1.0,
    ) -> Outcome:
        """The outcome of lanes whose log gains are known so well, each alone."""
        known = {TWIN: (0.0, 0.0), **gains}

        def log_ratio(of: LaneSpec, other: LaneSpec) -> Estimate:
            if of == other:
                return SAME
            value, half = known[of][0] - known[other][0], max(known[of][1], known[other][1])
            return Estimate(value, value - half, value + half, freedom=8)

        return outcome(list(gains), TWIN, log_ratio, floor, Scarcity(short, math.log(headstart)))

    @pytest.mark.parametrize(
        ("gain", "half", "floor", "expected"),
        [
            (0.0, 0.99, 0.0, NotBetter),
            (0.0, 1.01, 0.0, CannotBeTold),
            (0.0, 0.7, 0.7, NotBetter),
            (0.0, 0.72, 0.72, CannotBeTold),
            (2.0, 1.98, 0.0, Better),
            (2.0, 2.02, 0.0, CannotBeTold),
            (2.0, 1.9, 0.7, CannotBeTold),
            (0.5, 0.48, 0.0, Better),
            (-2.0, 2.9, 0.0, NotBetter),
            (-2.0, 3.1, 0.0, CannotBeTold),
        ],
    )
    def test_a_gain_that_matters_is_shown_ruled_out_or_open(
        self, gain: float, half: float, floor: float, expected: type[Outcome]
    ) -> None:
        """In units of the least gain that matters; interval and noise floor are joined by the root of squares."""
        unit = math.log1p(WORTH)
        found = self.outcome_of({THREADS: (gain * unit, half * unit)}, math.expm1(floor * unit))

        assert isinstance(found, expected)

    @pytest.mark.parametrize(
        ("half", "floor", "cause"), [(math.inf, 0.0, "launches"), (0.3, 0.2, "interval"), (0.1, 0.2, "noise floor")]
    )
    def test_the_cause_is_the_wider_of_both(self, half: float, floor: float, cause: Cause) -> None:
        """Or that there is no interval."""
        found = self.outcome_of({THREADS: (0.05, half)}, floor)

        assert isinstance(found, CannotBeTold)
        assert found.causes == (cause,)
        assert found.unsettled == (THREADS.name,)

    def test_nothing_is_said_against_lanes_that_lacked_cpus(self) -> None:
        """However slow they are: as much as their workers could bring is possible."""
        found = self.outcome_of({FREE: (-0.1, 0.01), THREADS: (-0.5, 0.01)}, short={2})

        assert isinstance(found, CannotBeTold)
        assert (found.causes, found.unsettled) == (("capacity",), ())
        assert found.likeliest is not None
        assert found.likeliest.lane == THREADS.name
        assert found.likeliest.gain.high == pytest.approx(2)
        assert found.withheld == (THREADS.name,)

    @pytest.mark.parametrize(
        ("gain", "headstart", "expected"),
        [(0.3, 1.0, Better), (0.3, 1.3, Better), (0.3, 1.4, CannotBeTold), (0.05, 1.4, NotBetter)],
    )
    def test_a_gain_that_a_lane_may_have_from_waiting_less_is_not_its_own(
        self, gain: float, headstart: float, expected: type[Outcome]
    ) -> None:
        """Two threads with a GIL wait for one CPU less long than one does, where others are busy."""
        found = self.outcome_of({THREADS: (gain, 0.02)}, headstart=headstart)

        assert isinstance(found, expected)
        if isinstance(found, CannotBeTold):
            assert (found.causes, found.unsettled, found.undecided) == (("headstart",), (), (THREADS.name,))

    def test_one_worker_has_no_headstart_over_one(self) -> None:
        """A build that is faster on one thread is so beside others too."""
        assert isinstance(self.outcome_of({FREE: (0.1, 0.02)}, headstart=2.0), Better)

    def test_a_lane_that_is_shown_to_be_better_comes_before_one_that_may_be(self) -> None:
        """A higher centre with an interval that holds both is named as undecided."""
        found = self.outcome_of({THREADS: (0.3, 0.4), PROCESSES: (0.2, 0.02), FREE: (-0.1, 0.02)})

        assert isinstance(found, Better)
        assert (found.best, found.ties, found.undecided) == (PROCESSES.name, (), (THREADS.name,))

    def test_where_nothing_stands_beside_the_reference_nothing_is_said(self) -> None:
        """Neither for it nor against it."""
        assert self.outcome_of({}) == CannotBeTold()


class TestFurther:
    """What would tell, from the noise seen so far."""

    END = ContestEnd(contest="c", reason="budget", seconds=20.0, launches=10)

    @staticmethod
    def seen(value: float, spread: float, launches: int = 10) -> Seen:
        """A ratio whose launches are evenly spread around a value."""
        offsets = [2 * number / max(1, launches - 1) - 1 for number in range(launches)]
        return Seen(value, [[value + spread * offset] * 4 for offset in offsets])

    def test_four_times_the_launches_halve_an_interval(self) -> None:
        """Each takes what those so far took."""
        copies = [self.seen(0.0, 0.001)]
        once, twice = (further([self.seen(0.0, by)], copies, 1, self.END) for by in (0.4, 0.8))

        assert once is not None
        assert twice is not None
        assert twice.launches == pytest.approx(4 * once.launches, rel=0.2)
        assert once.seconds == 2.0 * once.launches
        assert once.precision == pytest.approx(0.001)

    def test_a_gain_far_from_both_bounds_needs_fewer(self) -> None:
        """Half of what matters is the hardest to tell."""
        half = math.log1p(WORTH) / 2
        needed = [further([self.seen(gain, 0.4)], [self.seen(0.0, 0.001)], 1, self.END) for gain in (half, 0.0, 0.3)]

        assert [round(far_enough(gain) / half, 3) for gain in (half, 0.0)] == [1.0, 2.0]
        launches = [found.launches for found in needed if found is not None]
        assert launches == sorted(launches, reverse=True)
        assert len(set(launches)) == 3

    @pytest.mark.parametrize(
        ("copies", "end"),
        [([], END), ([("offset", 0.2)], END), ([("noise", 5.0)], END), ([("noise", 0.001)], None)],
        ids=["no copy", "copies that differ", "too noisy", "cut off"],
    )
    def test_more_launches_do_not_always_tell(self, copies: list[tuple[str, float]], end: ContestEnd | None) -> None:
        """Copies that differ by themselves do so however often they are measured."""
        made = [self.seen(size, 0.001) if kind == "offset" else self.seen(0.0, size) for kind, size in copies]

        assert MOST == 1000
        assert further([self.seen(0.0, 0.4)], made, 1, end) is None

    def test_one_launch_shows_no_noise_to_predict_by(self) -> None:
        """As many are needed as have to be run before anything is looked at."""
        one = ContestEnd(contest="c", reason="launches", seconds=2.0, launches=1)
        found = further([self.seen(0.0, 0.4, launches=1)], [self.seen(0.0, 0.0, launches=1)], 1, one)

        assert found is not None
        assert (found.launches, found.precision, found.seconds) == (FIRST_LOOK, None, 18.0)


@pytest.mark.parametrize(
    ("walls", "probe", "said"),
    [
        (WALLS, {}, None),
        (WALLS, {"is_coroutine": True}, "Not tried: asyncio (--models asyncio)."),
        ({**WALLS, lane("3.14", "asyncio", 2): 2e8}, {"is_coroutine": True}, None),
        ({TWIN: 1e8, CONTROL: 1.001e8, FREE: 1.1e8}, {}, "Not tried: more than one worker."),
        ({TWIN: 1e8, CONTROL: 1.001e8, FREE: 1.1e8}, {"command": ("python",)}, None),
    ],
    ids=["all", "a coroutine", "a coroutine on a loop", "one worker", "a program"],
)
def test_what_was_not_tried_is_said_where_it_might_answer_otherwise(
    walls: Mapping[LaneSpec, float], probe: dict[str, Any], said: str | None
) -> None:
    """In the last sentence."""
    made = measured(walls, **probe)
    assert made.verdict is not None
    told = paragraph(made, made.verdict)

    assert ("Not tried" in told) is (said is not None)
    assert told.endswith(said or "")


def test_unused_cpus_were_not_tried() -> None:
    """With the option that would use them."""
    made = measured(WALLS)
    assert made.cpus_used is not None
    many = msgspec.structs.replace(made, cpus_used=msgspec.structs.replace(made.cpus_used, cpus=64.0))
    assert many.verdict is not None

    assert paragraph(many, many.verdict).endswith("Not tried: more than 2 of 64 CPUs (--workers 64).")


def test_several_workloads_have_a_row_each() -> None:
    """With what was seen against them."""
    (row, other) = (
        report.report(together(HEADER, [measured(WALLS), measured(WALLS, [finding(FREE, "GIL turned on")])]))
        .summaries[-1]
        .rows
    )

    assert row[1].startswith(f"{THREADS.name}, 1.74 ")
    assert (row[-1], other[-1]) == ("nothing seen", "the GIL came back")


def test_nothing_is_said_against_parallel_lanes_where_the_machine_gave_too_few_cpus() -> None:
    """Two processes that share nothing got 1.03 CPUs: that two threads gained nothing says nothing about them."""
    made = measured({**WALLS, THREADS: 2.1e8}, given=0.515)
    assert made.verdict is not None
    shown = sheet(made, made.verdict)
    (objection,) = [item for item in made.verdict.objections if item.kind == "capacity"]

    assert objection.lanes == (THREADS.name,)
    assert made.verdict.winners == ()
    assert shown.rows[0][1:] == ("cannot be told", "a gain of up to 100% is possible")
    assert {even.is_open for even in made.break_evens} == {True}
    assert {row[1] for row in shown.rows if row[0].startswith("threads against")} == {"cannot be told"}


def test_what_wins_on_too_few_cpus_has_won() -> None:
    """Threads that gain nevertheless are said to."""
    made = measured(WALLS, given=0.515)
    assert made.verdict is not None

    assert sheet(made, made.verdict).notes[0].startswith("Run it on 3.14t:threads-2")
    assert {even.is_open for even in made.break_evens} == {False}


def test_two_workers_that_wait_less_than_one_have_not_won() -> None:
    """One process had a CPU for half of its time: two threads that gain 1.74 times as much may just wait less."""
    made = measured(WALLS, given=0.95, given_to_one=0.5)
    assert made.verdict is not None
    told = sheet(made, made.verdict).notes[0]

    assert "one process alone had a CPU for 50% of its time, so that any two workers may gain 100%" in told
    assert "To tell, measure again when nothing else runs" in told
    assert {even.is_open for even in made.break_evens} == {True}


def test_enough_cpus_leave_nothing_open() -> None:
    """Where two processes got 1.9 CPUs, threads that gain nothing are no better."""
    made = measured({**WALLS, THREADS: 2.1e8}, given=0.95)

    assert made.verdict is not None
    assert isinstance(made.verdict.outcome, NotBetter)
    assert {even.is_open for even in made.break_evens} == {False}
