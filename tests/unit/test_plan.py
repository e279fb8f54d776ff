"""Probes, runtimes and a suite become contests, with a reason for all that is left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import PROBE, pair, runtime
from gilscope.lab.plan import group_of_one, group_of_pair, group_of_variants, plan, without_a_lane
from gilscope.runtimes.variants import Side
from gilscope.values.contests import Contest
from gilscope.values.probes import Probe, Target
from gilscope.values.runtimes import Arm
from gilscope.workloads import suites

if TYPE_CHECKING:
    from gilscope.lab.plan import Group, Plan
    from gilscope.workloads.suites import Suite

SUITE = suites.suite(Path(__file__).parents[2] / "matrix" / "suites.toml", "quick")
WIDE = msgspec.structs.replace(SUITE, lanes=("*",), without=(), workers=(1, 2, 4, 8))


def planned(group: Group, suite: Suite = WIDE, cpus: float = 2.0, requires: str | None = None) -> Plan:
    """The plan for one probe and one group, where each CPU is a core."""
    probe = msgspec.structs.replace(PROBE, requires_python=requires)
    return plan([probe], [group], suite, cpus, cpus)


def names(of: Plan) -> list[str]:
    """The names of the only contest's lanes."""
    (contest,) = of.contests
    return [lane.name for lane in contest.lanes]


def test_a_pair_is_measured_against_the_twins_serial_lane() -> None:
    """The reference comes first, its control second, and all three arms take part."""
    (contest,) = planned(group_of_pair(pair())).contests

    assert contest.id == "cpu/primes@3.14t"
    assert contest.reference == "3.14:serial"
    assert [lane.name for lane in contest.lanes[:2]] == ["3.14:serial", "3.14:serial#control"]
    assert {lane.arm.name for lane in contest.lanes} == {"3.14", "3.14t", "3.14t+gil"}


def test_a_free_threaded_build_without_a_twin_is_measured_against_itself() -> None:
    """Its own serial lane is the reference."""
    lonely = msgspec.structs.replace(pair(), twin=None)
    (contest,) = planned(group_of_pair(lonely)).contests

    assert contest.reference == "3.14t:serial"


def test_a_probe_with_ways_has_a_lane_for_each_and_for_no_model() -> None:
    """The twin's first way is what all are compared with."""
    probe = msgspec.structs.replace(PROBE, ways=("thread", "process"))
    (made,) = plan([probe], [group_of_pair(pair())], WIDE, 2.0, 2.0).contests

    assert made.reference == "3.14:thread"
    arms = ("3.14", "3.14t", "3.14t+gil")
    wanted = {f"{arm}:{way}" for arm in arms for way in ("thread", "process")} | {"3.14:thread#control"}
    assert {lane.name for lane in made.lanes} == wanted


SPREAD = msgspec.structs.replace(PROBE, target=Target(name="spread", path="/w.py", workers_argument="workers"))
PROGRAM = msgspec.structs.replace(PROBE, command=("{python}", "-m", "tool"))
TOLD = msgspec.structs.replace(PROGRAM, command=(*PROGRAM.command, "--jobs={workers}"))
STARTED = msgspec.structs.replace(PROBE, benchmark="startup", starts_program=True)


@pytest.mark.parametrize(("probe", "counts"), [(SPREAD, (2, 4)), (TOLD, (2, 4)), (PROGRAM, ()), (STARTED, ())])
def test_work_that_spreads_itself_has_lanes_of_its_own(probe: Probe, counts: tuple[int, ...]) -> None:
    """Its serial lane stands for one worker, and no model of ours is put around it."""
    (made,) = plan([probe], [group_of_one(runtime("3.14"))], WIDE, 2.0, 2.0).contests
    own = [f"3.14:own-{count}" for count in counts]
    copies = ["3.14:own-2#control"] if counts else []
    capacities = [f"3.14:capacity-{count}" for count in (1, *counts)]

    assert [lane.name for lane in made.lanes] == [
        "3.14:serial",
        "3.14:serial#control",
        *own,
        *copies,
        *capacities,
    ]


def test_why_a_program_has_no_parallel_lanes_is_told() -> None:
    """Once, with what would give it some; one that is told its number of workers has too many of them at most."""
    group = group_of_one(runtime("3.14"))
    (alone,) = plan([PROGRAM], [group], WIDE, 2.0, 2.0).skips
    (too_many,) = plan([TOLD], [group], WIDE, 2.0, 2.0).skips

    assert alone.lane == "any model with several workers"
    assert "{workers}" in alone.reason
    assert too_many.lane == "any model with 8 workers"


@pytest.mark.parametrize(
    ("probe", "fits"),
    [
        (PROBE, True),
        (msgspec.structs.replace(PROBE, heap=100_000), True),
        (msgspec.structs.replace(PROBE, target=Target(name="f", path="/w.py")), True),
        (msgspec.structs.replace(PROBE, target=Target(name="f", path="/w.py", arguments="(1,)")), False),
        (msgspec.structs.replace(PROBE, target=Target(name="f", module="w")), False),
        (msgspec.structs.replace(PROBE, ways=("one", "two")), False),
        (msgspec.structs.replace(PROBE, is_coroutine=True), False),
        (PROGRAM, False),
    ],
)
def test_only_plain_work_is_measured_where_the_small_agent_runs(probe: Probe, *, fits: bool) -> None:
    """The reason names the implementation; what the machine gives is shown by another Python."""
    cpython, jython = runtime("3.14"), runtime("2.7")
    jython = msgspec.structs.replace(jython, facts=msgspec.structs.replace(jython.facts, implementation="Jython"))
    made = plan([probe], [group_of_one(jython, Arm(name="3.14", runtime=cpython))], WIDE, 2.0, 2.0)

    assert bool(made.contests) is fits
    assert made.skips
    assert all("on Jython, gilscope" in skip.reason for skip in made.skips if "serial" in skip.lane or not fits)
    spinning = {lane.arm.name for contest in made.contests for lane in contest.lanes if lane.shows_capacity}
    assert spinning == ({"3.14"} if fits else set())


def test_a_suite_may_ask_for_more_workers_than_twice_the_cpus() -> None:
    """Workers that wait need no CPU."""
    many = msgspec.structs.replace(WIDE, oversubscription=4)
    assert "3.14:threads-8" in names(planned(group_of_one(runtime("3.14")), many, cpus=2.0))


def test_workers_are_bounded_by_the_cpus() -> None:
    """Twice the usable CPUs is the most; a serial lane has one worker whatever the suite says."""
    made = planned(group_of_one(runtime("3.14")), cpus=2.0)
    lanes = names(made)

    assert [skip.lane for skip in made.skips if "CPUs" in skip.reason] == ["any model with 8 workers"]
    assert "3.14:threads-4" in lanes
    assert "3.14:threads-8" not in lanes
    assert "3.14:serial" in lanes


def test_own_gil_interpreters_are_left_out_before_3_12_with_the_reason() -> None:
    """The shared-GIL ones are measured there."""
    made = planned(group_of_one(runtime("3.9")))
    reasons = {skip.lane: skip.reason for skip in made.skips}

    assert "PEP 684" in reasons["3.9:interpreters-2"]
    assert "3.9:interpreters-shared-2" in names(made)


def test_globs_choose_lanes_by_probe_arm_model_and_workers() -> None:
    """A suite's ``lanes`` and ``without`` are read as ids."""
    suite = msgspec.structs.replace(WIDE, lanes=("cpu/*@3.14*:*",), without=("*+gil:*", "*:processes*", "*-1"))
    lanes = names(planned(group_of_pair(pair()), suite))

    assert "3.14t:threads-2" in lanes
    left_out = [name for name in lanes if "+gil" in name or "processes" in name or name.endswith("-1")]
    assert left_out == ["3.14:capacity-1"]


def test_models_are_measured_by_name_on_the_arms_of_the_suite() -> None:
    """What a suite leaves out of a model, it left out for want of time; its arms are what it is about."""
    suite = msgspec.structs.replace(WIDE, models=("joblib",), without=("*+gil:*", "*:joblib-*"), workers=(2,))
    lanes = [lane for lane in planned(group_of_pair(pair()), suite).contests[0].lanes if not lane.shows_capacity]

    assert {lane.name for lane in lanes if not lane.control} == {
        *("3.14:serial", "3.14:joblib-2", "3.14t:serial", "3.14t:joblib-2")
    }


def test_ways_are_no_models() -> None:
    """A probe that spreads its work itself is measured as a whole."""
    probe = msgspec.structs.replace(PROBE, ways=("thread", "process"))
    suite = msgspec.structs.replace(WIDE, models=("threads",))
    (made,) = plan([probe], [group_of_pair(pair())], suite, 2.0, 2.0).contests

    assert {lane.way for lane in made.lanes} == {"thread", "process"}


def test_globs_that_fit_no_lane_are_found() -> None:
    """A lane that was left out with a reason is one; what shows the machine's capacity is none."""
    made = planned(group_of_one(runtime("3.9")))
    globs = ["*:threads-2", "*:interpreters-2", "threads-*", "*:capacity-*"]

    assert without_a_lane(globs, made) == ("threads-*", "*:capacity-*")


def test_a_probe_that_needs_a_later_python_is_skipped_with_the_reason() -> None:
    """No contest is left without its reference."""
    made = planned(group_of_one(runtime("3.9")), requires=">=3.11")

    assert made.contests == ()
    assert {skip.reason for skip in made.skips} == {"needs Python >=3.11"}


def test_an_arm_that_cannot_have_a_package_is_skipped_with_the_reason() -> None:
    """The others are measured: the twin's serial lane is the reference still."""
    group = msgspec.structs.replace(group_of_pair(pair()), lacking={"3.14t": "no wheel of numpy"})
    made = planned(group)
    without_twin = msgspec.structs.replace(group_of_pair(pair()), lacking={"3.14": "no wheel of numpy"})

    assert {skip.reason for skip in made.skips if skip.lane.startswith("3.14t:")} == {"no wheel of numpy"}
    assert not [name for name in names(made) if name.startswith("3.14t:")]
    assert made.contests[0].reference == "3.14:serial"
    assert planned(without_twin).contests[0].reference == "3.14t:serial"


def test_a_requirement_that_is_none_is_told() -> None:
    """A mistake in a probe's header does not stop the others."""
    made = planned(group_of_one(runtime("3.9")), requires="three")

    assert "no version specifier" in made.skips[0].reason


def test_lanes_without_a_reference_are_skipped_with_the_reason() -> None:
    """A suite that leaves out all serial lanes does not lose the others in silence."""
    suite = msgspec.structs.replace(WIDE, lanes=("*:threads-2",))
    made = planned(group_of_pair(pair()), suite)

    assert made.contests == ()
    assert {skip.lane for skip in made.skips} == {"3.14:threads-2", "3.14t:threads-2", "3.14t+gil:threads-2"}
    assert all("no serial lane" in skip.reason for skip in made.skips)


def test_a_contest_serialises() -> None:
    """It can be sent to another machine and measured there."""
    (contest,) = planned(group_of_pair(pair())).contests

    assert msgspec.json.decode(msgspec.json.encode(contest), type=Contest) == contest


@pytest.mark.parametrize(("cpus", "most"), [(0.5, 1), (1.0, 2), (2.0, 4), (64.0, 8)])
def test_even_a_part_of_a_cpu_gets_one_worker(cpus: float, most: int) -> None:
    """A quota below one CPU leaves lanes of one worker; many CPUs leave the suite's largest count."""
    (contest,) = planned(group_of_one(runtime("3.14")), cpus=cpus).contests

    assert max(lane.workers for lane in contest.lanes) == most


@pytest.mark.parametrize("cpus", [0.1, 0.49, 0.5, 0.99])
def test_every_model_has_a_lane_of_one_worker_on_less_than_a_cpu(cpus: float) -> None:
    """Where twice the CPUs are less than one worker too: without it, nothing could be said of the model."""
    made = planned(group_of_one(runtime("3.14")), cpus=cpus)

    assert {"3.14:threads-1", "3.14:processes-1"} <= set(names(made))
    assert not [name for name in names(made) if name.endswith("-2")]


def test_parallel_lanes_stand_beside_what_the_machine_gives() -> None:
    """The twin spins with as many processes as any lane has workers, and with one: a serial contest needs no more."""
    suite = msgspec.structs.replace(WIDE, lanes=("*:serial", "*:threads-*"), workers=(2, 4))
    made = names(planned(group_of_pair(pair()), suite))
    alone = names(planned(group_of_pair(pair()), msgspec.structs.replace(suite, lanes=("*:serial",))))

    assert [name for name in made if "capacity" in name] == [f"3.14:capacity-{count}" for count in (1, 2, 4)]
    assert [name for name in alone if "capacity" in name] == ["3.14:capacity-1"]


@pytest.mark.parametrize(
    ("group", "without", "copied"),
    [
        (group_of_pair(pair()), (), "3.14t:threads-2"),
        (group_of_pair(pair()), ("*:threads*",), "3.14t:interpreters-2"),
        (group_of_pair(pair()), ("3.14t:*", "*t:*"), "3.14:interpreters-2"),
        (group_of_one(runtime("3.14")), (), "3.14:interpreters-2"),
        (group_of_one(runtime("3.11")), (), "3.11:processes-2"),
    ],
    ids=["threads", "no threads", "with a GIL", "default build", "no own GIL"],
)
def test_one_parallel_lane_is_measured_twice(group: Group, without: tuple[str, ...], copied: str) -> None:
    """It is chosen before anything is measured, of those that there are CPUs for."""
    suite = msgspec.structs.replace(WIDE, without=tuple(f"*@{glob.removeprefix('*@')}" for glob in without))
    copies = [name for name in names(planned(group, suite)) if name.endswith("#control")]

    assert copies[1:] == [copied + "#control"]


def sides(*labels: str, version: str = "3.14t") -> list[Side]:
    """Sides of one runtime."""
    return [Side(label=label, arms=(Arm(name=f"{version} {label}", runtime=runtime(version)),)) for label in labels]


def test_variants_are_measured_against_the_first_ones_serial_lane() -> None:
    """Its control, and a copy of one of its parallel lanes, say what no difference looks like."""
    (contest,) = planned(group_of_variants("3.14t", sides("main", "HEAD"))).contests

    assert contest.id == "cpu/primes@3.14t main vs HEAD"
    assert contest.reference == "3.14t main:serial"
    assert [variant.label for variant in contest.variants] == ["main", "HEAD"]
    assert [lane.name for lane in contest.lanes if lane.control] == [
        "3.14t main:serial#control",
        "3.14t main:threads-2#control",
    ]
    works = [{lane.work for lane in contest.lanes if lane.arm.name.endswith(label)} for label in ("main", "HEAD")]
    assert works[1] == {work for work in works[0] if not work.startswith("capacity")}


def test_a_lane_of_a_variant_is_compared_with_the_first_ones() -> None:
    """All others, copies among them, with the reference."""
    (contest,) = planned(group_of_variants("3.14t", sides("main", "HEAD"))).contests
    rivals = {lane.name: contest.rival(lane) for lane in contest.lanes}

    assert rivals["3.14t HEAD:threads-2"] == "3.14t main:threads-2"
    assert rivals["3.14t HEAD:serial"] == "3.14t main:serial"
    assert {rival for name, rival in rivals.items() if "HEAD" not in name} == {contest.reference}


def test_pairs_of_builds_are_compared_place_by_place() -> None:
    """Default with default, free-threaded with free-threaded."""
    pairs = [
        Side(label=label, arms=tuple(Arm(name=f"{name} {label}", runtime=runtime(name)) for name in ("3.15", "3.15t")))
        for label in ("main", "branch")
    ]
    (contest,) = planned(group_of_variants("", pairs)).contests
    rivals = {lane.name: contest.rival(lane) for lane in contest.lanes}

    assert contest.id == "cpu/primes@main vs branch"
    assert rivals["3.15t branch:threads-2"] == "3.15t main:threads-2"
    assert rivals["3.15 branch:serial"] == "3.15 main:serial"
    assert [contest.reference_of(variant) for variant in contest.variants] == ["3.15 main:serial", "3.15 branch:serial"]


@pytest.mark.parametrize(
    ("old", "reasons"),
    [
        ("3.9", {"needs Python >=3.11", "there is no serial lane that it could be compared with"}),
        ("3.15", {"needs Python >=3.11", "no other variant is left to be compared with"}),
    ],
    ids=["the first", "the other"],
)
def test_a_variant_alone_is_not_measured(old: str, reasons: set[str]) -> None:
    """Whichever of both does not fit the workload."""
    other = "3.15" if old == "3.9" else "3.9"
    both = [*sides("a", version=old), *sides("b", version=other)]
    made = planned(group_of_variants("", both), requires=">=3.11")

    assert made.contests == ()
    assert {skip.reason for skip in made.skips} == reasons


def test_a_contest_of_variants_says_in_what_else_they_differ() -> None:
    """It is known once their environments are."""
    first, second = sides("old", "new")
    arm = msgspec.structs.replace(second.arms[0], packages={"numpy": "2.5"})
    (contest,) = planned(group_of_variants("3.14t", [first, second._replace(arms=(arm,))])).contests

    assert [variant.differences for variant in contest.variants] == [(), ("numpy 2.5 against none",)]
