"""Variants side by side: planted ratios are found, equal ones not told apart, and no claim takes them for its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import contest, lane, records, trials, variants
from gilscope.claims.judgements import judged
from gilscope.claims.statements import Claim
from gilscope.figures.run import of_run
from gilscope.figures.variants import VariantFigures, compared, means
from gilscope.history.summarise import summary
from gilscope.stats.estimate import Estimate
from gilscope.values.contests import Contest
from gilscope.values.records import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gilscope.figures.values import ContestFigures
    from gilscope.values.lanes import LaneSpec

MAIN = lane("3.14t main")
CONTROL = lane("3.14t main", control=True)
HEAD = lane("3.14t HEAD")
MAIN_THREADS = lane("3.14t main", "threads", 2)
COPY = lane("3.14t main", "threads", 2, control=True)
HEAD_THREADS = lane("3.14t HEAD", "threads", 2)
CLAIM = Claim(
    statement="A prime takes time.",
    source="a page",
    theirs="1 s",
    probe="cpu/primes",
    suite="default",
    figure="time",
    lane="3.14t:serial",
    at_least=0.0,
)
EQUAL = dict.fromkeys((MAIN, CONTROL, HEAD, MAIN_THREADS, COPY, HEAD_THREADS), 1e8)


def measured(walls: Mapping[LaneSpec, float]) -> ContestFigures:
    """The figures of a contest of variants with these makespans."""
    (figures,) = of_run(records(variants(*walls), trials(walls))).contests
    return figures


def of_variants(walls: Mapping[LaneSpec, float]) -> VariantFigures:
    """What a contest of variants says of them."""
    figures = measured(walls).variants
    assert figures is not None
    return figures


def answers(walls: Mapping[LaneSpec, float]) -> dict[str, str]:
    """The answer for every lane of the later variants."""
    return {row.lane.name: row.comparison.answer for row in of_variants(walls).lanes}


def test_a_planted_ratio_is_found_lane_by_lane() -> None:
    """Serial lanes are compared with the serial one, threads with threads, and no copy with anything."""
    walls = {**EQUAL, HEAD: 0.95e8, HEAD_THREADS: 1.2e8}
    rows = {row.lane.name: row for row in of_variants(walls).lanes}

    assert {name: row.against for name, row in rows.items()} == {
        HEAD.name: MAIN.name,
        HEAD_THREADS.name: MAIN_THREADS.name,
    }
    assert rows[HEAD.name].comparison.ratio.value == pytest.approx(0.95, rel=1e-6)
    assert rows[HEAD_THREADS.name].comparison.ratio.value == pytest.approx(1.2, rel=1e-6)
    assert answers(walls) == {HEAD.name: "better", HEAD_THREADS.name: "worse"}


def test_equal_variants_are_not_told_apart() -> None:
    """What is still possible holds a ratio of one."""
    rows = of_variants({**EQUAL, CONTROL: 1.01e8}).lanes

    assert {row.comparison.answer for row in rows} == {"no difference"}
    assert all(row.comparison.possible.contains(1) for row in rows)


@pytest.mark.parametrize(
    ("control", "copy", "expected"),
    [
        (1e8, 1e8, ("better", "better")),
        (1.06e8, 1e8, ("no difference", "no difference")),
        (1e8, 1.06e8, ("better", "no difference")),
    ],
    ids=["quiet", "loud", "loud in parallel"],
)
def test_a_difference_must_exceed_what_two_copies_show(control: float, copy: float, expected: tuple[str, str]) -> None:
    """Parallel lanes have a noise floor of their own, which is never below that of serial ones."""
    walls = {**EQUAL, HEAD: 0.95e8, HEAD_THREADS: 0.95e8, CONTROL: control, COPY: copy}

    assert tuple(answers(walls).values()) == expected


def test_the_more_is_looked_at_the_wider_is_what_is_possible() -> None:
    """A difference that stands alone does not stand among twenty."""
    log_ratio = Estimate(-0.05, -0.09, -0.01, freedom=8)

    assert compared(log_ratio, 0.0, 1).answer == "better"
    assert compared(log_ratio, 0.0, 20).answer == "no difference"
    assert compared(log_ratio, 0.0, 20).ratio == log_ratio.exp()


@pytest.mark.parametrize("beyond", [False, True])
def test_an_answer_lies_beyond_interval_and_noise_floor_together(*, beyond: bool) -> None:
    """Joined as the root of the sum of their squares: 3 % and 4 % make 5 %, of which a little more is a difference."""
    value = 0.0501 if beyond else 0.0499
    comparison = compared(Estimate(value, value - 0.03, value + 0.03), math.expm1(0.04), 1)

    assert comparison.answer == ("worse" if beyond else "no difference")
    assert comparison.possible.low == pytest.approx(math.exp(value - 0.05))


def test_a_lane_that_failed_is_compared_with_nothing() -> None:
    """Neither where it is the first variant's nor where it is another's."""
    walls = {of: wall for of, wall in EQUAL.items() if of not in {MAIN_THREADS, COPY}}

    assert set(answers(walls)) == {HEAD.name}


def test_three_variants_are_compared_with_the_first() -> None:
    """Not each with the one before it."""
    third = lane("3.14t third")
    rows = of_variants({MAIN: 1e8, CONTROL: 1e8, HEAD: 2e8, third: 1e8}).lanes

    assert {(row.variant.label, row.against) for row in rows} == {("HEAD", MAIN.name), ("third", MAIN.name)}


def test_pairs_of_builds_have_penalties_and_their_change() -> None:
    """10 % on main and 21 % on the branch: 1.21 over 1.1 is 10 % more."""
    walls = {
        lane("3.15 main"): 1e8,
        lane("3.15 main", control=True): 1e8,
        lane("3.15t main"): 1.1e8,
        lane("3.15 branch"): 2e8,
        lane("3.15t branch"): 2.42e8,
    }
    main, branch = of_variants(walls).penalties

    assert (main.variant.label, main.change) == ("main", None)
    assert main.penalty.value == pytest.approx(0.1, abs=1e-6)
    assert branch.penalty.value == pytest.approx(0.21, abs=1e-6)
    assert branch.change is not None
    assert branch.change.ratio.value == pytest.approx(1.1, abs=1e-6)
    assert branch.change.answer == "worse"


def test_a_pair_without_one_of_its_builds_has_no_penalty() -> None:
    """The change of the other one's has nothing to be formed with."""
    walls = {lane("3.15 main"): 1e8, lane("3.15 branch"): 1e8, lane("3.15t branch"): 1.2e8}
    of = variants(lane("3.15 main"), lane("3.15t main"), lane("3.15 branch"), lane("3.15t branch"))
    (figures,) = of_run(records(of, trials(walls))).contests
    assert figures.variants is not None
    (only,) = figures.variants.penalties

    assert (only.variant.label, only.change) == ("branch", None)


def test_several_workloads_have_a_geometric_mean_for_every_lane() -> None:
    """A ratio of 0.8 and one of 1.25 make none; one workload alone needs no mean."""
    noisy = {**EQUAL, CONTROL: 1.01e8}
    faster, slower = of_variants({**noisy, HEAD: 0.8e8}), of_variants({**noisy, HEAD: 1.25e8})
    both = means([faster, None, slower])

    assert set(both.lanes) == {HEAD.name, HEAD_THREADS.name}
    assert both.lanes[HEAD.name].ratio.value == pytest.approx(1.0, rel=1e-6)
    assert both.lanes[HEAD.name].answer == "no difference"
    assert means([faster]).lanes == {}


def test_noise_floors_of_several_workloads_join_as_uncertainties() -> None:
    """Four workloads of 2 % leave 1 % open: half as much, as a mean of four does."""
    row = compared(Estimate(0.1, 0.1, 0.1), 0.02, 1)
    one = of_variants(EQUAL)
    loud = msgspec.structs.replace(
        one, lanes=tuple(msgspec.structs.replace(item, comparison=row) for item in one.lanes)
    )

    assert means([loud] * 4).lanes[HEAD.name].floor == pytest.approx(math.expm1(math.log1p(0.02) / 2))


def test_variants_have_no_verdict() -> None:
    """The question is which of them takes less, and not what to run the workload on."""
    assert measured(EQUAL).verdict is None


def test_contests_without_variants_have_no_such_figures() -> None:
    """Their lanes are compared with a reference."""
    of = msgspec.structs.replace(variants(*EQUAL), variants=())
    (figures,) = of_run(records(of, trials(EQUAL))).contests

    assert figures.variants is None


def test_histories_and_claims_leave_variants_out() -> None:
    """A label such as HEAD is another commit tomorrow, and an arm called after it is not 3.14t as it was built."""
    run = records(variants(*EQUAL), trials(EQUAL))
    (judgement,) = judged({"c": CLAIM}, [run])

    assert summary(run).figures == ()
    assert judgement.verdict == "not measured yet"


@pytest.mark.parametrize(
    ("arm", "expected"),
    [({}, "held"), ({"options": ("-O",)}, "cannot be judged here"), ({"environ": {"A": "1"}}, "cannot be judged here")],
    ids=["as built", "with options", "with variables"],
)
def test_claims_speak_of_arms_as_they_were_built(arm: dict[str, object], expected: str) -> None:
    """A further arm of a run is none of them."""
    spec = lane("3.14t")
    changed = msgspec.structs.replace(spec, arm=msgspec.structs.replace(spec.arm, **arm))
    (judgement,) = judged({"c": CLAIM}, [records(contest(changed), trials({changed: 1e8}))])

    assert judgement.verdict == expected


def test_a_note_on_other_results_fails_no_lane() -> None:
    """The variant is compared all the same, and the note stands beside it."""
    note = Finding(
        contest=variants(*EQUAL).id, lane=HEAD.name, launch=0, phase="check", kind="differs", reason="other results"
    )
    (figures,) = of_run(records(variants(*EQUAL), trials(EQUAL), [note])).contests

    assert figures.variants is not None
    assert HEAD.name in {row.lane.name for row in figures.variants.lanes}


def test_a_contest_of_variants_serialises() -> None:
    """It is stored as an ordinary one."""
    of = variants(*EQUAL)

    assert msgspec.json.decode(msgspec.json.encode(of), type=Contest) == of
