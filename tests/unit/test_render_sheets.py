"""Figures as sheets of text: what stands in which cell, and what is said beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import HOST, contest, lane, pair, records, trials
from gilscope.figures.run import by_pair, of_run
from gilscope.figures.values import CpusUsed
from gilscope.render import findings, in_words, machine, notes, pairs, scaling, throughput, verdict
from gilscope.render.report import of_contest
from gilscope.render.sheet import NOT_MEASURED, Sheet
from gilscope.stats.estimate import Estimate
from gilscope.values.contests import EVERY_LANE, Skip
from gilscope.values.probes import Target
from gilscope.values.records import ContestEnd, CoreKind, Finding, Memory
from gilscope.values.runtimes import Pair

if TYPE_CHECKING:
    from gilscope.figures.values import ContestFigures
    from gilscope.values.records import HostCard
    from gilscope.values.runtimes import Pair

TWIN = lane("3.14")
CONTROL = lane("3.14", control=True)
FREE = lane("3.14t")
FREE_THREADS = lane("3.14t", "threads", 2)
FREE_FOUR = lane("3.14t", "threads", 4)
WALLS = {TWIN: 1e8, CONTROL: 1.005e8, FREE: 1.1e8, FREE_THREADS: 1.1e8, FREE_FOUR: 2.2e8}
SKIP = Skip(contest="cpu/primes@3.14t", lane="3.14t:interpreters-2", reason="no subinterpreters")
FINDING = Finding(
    contest="cpu/primes@3.14t", lane="3.14t:processes-2", launch=0, phase="work", kind="raised", reason="ValueError: no"
)


def measured(builds: Pair | None = None) -> ContestFigures:
    """A free-threaded build 10 % slower than its twin, whose threads scale to two and no further."""
    of = contest(*WALLS, builds=builds or pair())
    end = ContestEnd(contest=of.id, reason="budget", seconds=11.4, launches=7)
    run = msgspec.structs.replace(records(of, trials(WALLS), [FINDING]), ends=[end])
    (made,) = of_run(run).contests
    return made


def cells(sheet: Sheet, name: str) -> dict[str, str]:
    """The row that begins with this name, by heading."""
    row = next(row for row in sheet.rows if row[0] == name)
    return dict(zip((column.heading for column in sheet.columns), row, strict=True))


def test_the_summary_tells_cost_gain_and_break_even() -> None:
    """One row per probe answers the project's question."""
    row = cells(pairs.summary(*by_pair([measured()])), "cpu/primes")

    assert row["penalty, one thread"].startswith("+10 ")
    assert row["with its GIL on"] == NOT_MEASURED
    assert row["best gain, threads"].startswith("1.8")
    assert row["best gain, threads"].endswith(" threads-2")
    assert row["threads overtake from (workers)"].startswith("1.1")


def test_several_probes_have_a_geometric_mean_of_their_penalties() -> None:
    """10 % and 30 % make 19.58 %: the root of 1.1 x 1.3; one probe alone needs no mean."""
    slower = {**WALLS, FREE: 1.3e8}
    (other,) = of_run(records(contest(*slower, builds=pair()), trials(slower))).contests
    (both,) = by_pair([measured(), other])

    assert both.mean_penalties["3.14t"].value == pytest.approx(0.1958, abs=0.002)
    assert cells(pairs.summary(both), "geometric mean")["penalty, one thread"].startswith("+19.")
    assert not any(row[0] == "geometric mean" for row in pairs.summary(*by_pair([other])).rows)


def test_a_penalty_within_the_noise_is_marked() -> None:
    """The tilde that the note explains stands before it."""
    walls = {TWIN: 1e8, CONTROL: 1.05e8, FREE: 1.001e8}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests
    sheet = pairs.summary(*by_pair([made]))

    assert cells(sheet, "cpu/primes")["penalty, one thread"].startswith("~ ")
    assert any("~" in note for note in sheet.notes)


def test_a_lane_that_never_overtakes_says_within_what_was_measured() -> None:
    """No number of workers is made up."""
    walls = {TWIN: 1e8, CONTROL: 1e8, FREE: 1.1e8, FREE_THREADS: 3e8}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests

    assert cells(pairs.summary(*by_pair([made])), "cpu/primes")["threads overtake from (workers)"] == "not within 2"
    assert cells(scaling.break_evens(made), "3.14t:threads")["overtakes from"] == "not within 2"


def test_the_reference_is_named_and_the_control_has_no_row() -> None:
    """A gain against itself would say nothing, and a second copy would only confuse."""
    sheet = throughput.sheet(measured())

    assert cells(sheet, "3.14:serial")["gain"] == "reference"
    assert not [row for row in sheet.rows if "#control" in row[0]]


def test_serial_lanes_have_neither_scaling_nor_efficiency() -> None:
    """The cells say that nothing was measured there."""
    row = cells(throughput.sheet(measured()), "3.14t:serial")

    assert row["scaling"] == row["efficiency"] == NOT_MEASURED


def test_oversubscribed_lanes_are_marked_and_the_mark_is_explained() -> None:
    """Four workers on two CPUs."""
    sheet = throughput.sheet(measured())

    assert "3.14t:threads-4*" in [row[0] for row in sheet.rows]
    assert "3.14t:threads-2" in [row[0] for row in sheet.rows]
    assert "* more workers than usable CPUs." in sheet.notes


def test_lanes_that_share_cores_have_another_mark() -> None:
    """Two workers on two CPUs of one core."""
    made = measured()
    rows = tuple(msgspec.structs.replace(row, cores=1.0) for row in made.lanes)
    sheet = throughput.sheet(msgspec.structs.replace(made, lanes=rows))

    assert {"3.14t:threads-2+", "3.14t:threads-4*"} <= {row[0] for row in sheet.rows}
    assert any(note.startswith("+ more workers than cores") for note in sheet.notes)
    assert not any(note.startswith("+ ") for note in throughput.sheet(made).notes)


def test_contention_says_where_the_time_goes() -> None:
    """Inflation and blocking are the program's; what is queued is not spoken of."""
    made = measured()
    slow = next(row for row in made.lanes if row.shares is not None and row.lane.workers > 1)
    assert slow.shares is not None
    shares = msgspec.structs.replace(
        slow.shares,
        lost=Estimate(0.5, 0.4, 0.6),
        inflation=Estimate(0.3, 0.2, 0.4),
        blocked=Estimate(0.2, 0.1, 0.3),
    )
    contended = msgspec.structs.replace(slow, shares=shares, cores=8.0)
    sheet = throughput.sheet(msgspec.structs.replace(made, lanes=(contended,)))

    (note,) = [note for note in sheet.notes if note.startswith("Contention")]
    assert "loses 50 ±10% of its workers' time" in note
    assert "(inflation 30 ±10%, blocked 20 ±10%, start" in note


OWN_TWO = lane("3.14t", "own", 2)
OWN_WALLS = {TWIN: 1e8, CONTROL: 1e8, FREE: 1.1e8, OWN_TWO: 6e7}


def spreading(**changes: object) -> ContestFigures:
    """Lanes of work that divides itself, three quarters of whose CPU time is spent by others than the caller."""
    of = contest(*OWN_WALLS, builds=pair())
    of = msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, **changes))
    of_others = [
        msgspec.structs.replace(made, cpu_ns=(made.wall_ns // 4,), others_ns=(made.wall_ns * 3 // 4,))
        for made in trials(OWN_WALLS)
    ]
    memory = [
        Memory(contest=of.id, lane=of_lane.name, launch=launch, processes=2, resident_bytes=2**25, peak_bytes=2**24)
        for of_lane in OWN_WALLS
        for launch in range(7)
    ]
    end = ContestEnd(contest=of.id, reason="budget", seconds=11.4, launches=7)
    (made,) = of_run(msgspec.structs.replace(records(of, of_others), memory=memory, ends=[end])).contests
    return made


def test_how_many_workers_of_its_own_ran_at_once_is_told() -> None:
    """Where nobody sets their number: with the GIL one at a time, say, and without it two."""
    made = spreading(own_workers=True)
    (note,) = [note for note in throughput.sheet(made).notes if "of its own" in note]

    assert "no lane is pinned to a CPU. CPUs that were busy at once: 1 ±0 in" in note
    assert all(f"in {name}:serial" in note for name in ("3.14", "3.14t"))
    assert "own-2" not in note
    assert made.verdict is not None
    assert "As it is, 3.14t takes 10 " in in_words.paragraph(made, made.verdict)


def test_what_lanes_of_work_that_spreads_itself_are_is_told() -> None:
    """They share what one worker does alone."""
    target = Target(name="spread", path="/w.py", workers_argument="workers")
    made = spreading(target=target)
    sheet = throughput.sheet(made)
    text = " ".join(sheet.notes)

    assert "own lanes do as much as these" in text
    assert "10 units per lane and trial" in text
    assert made.verdict is not None
    assert "With one worker, 3.14t takes 10 " in in_words.paragraph(made, made.verdict)
    assert cells(sheet, "3.14t:own-2")["scaling"].startswith("1.83")


def test_a_program_has_its_time_and_memory_in_a_sheet_of_its_own() -> None:
    """Nobody counts its switches and collections: there are no shares of its cores, and no counts."""
    made = spreading(command=("{python}", "-m", "tool", "{workers}"))
    sheets = {sheet.title: sheet for sheet in of_contest(made)}
    took = next(sheet for title, sheet in sheets.items() if title.startswith("What a run took"))
    row = cells(took, "3.14t:own-2")

    assert not [title for title in sheets if title.startswith(("Where the cores went", "Per unit"))]
    assert row["wall time"].startswith("6.")
    assert row["CPU time"].startswith("6.")
    assert row["CPUs busy"] == "1 ±0"
    assert row["memory (resident)"].startswith("32")
    assert row["peak of the largest"].startswith("16")
    assert "10 runs per lane and trial" in " ".join(throughput.sheet(made).notes)


def test_lanes_on_several_kinds_of_core_are_named() -> None:
    """Two workers have a fast core each, four do not."""
    made = measured()
    rows = tuple(msgspec.structs.replace(row, cores_of_a_kind=2.0) for row in made.lanes)
    (note,) = [note for note in throughput.sheet(msgspec.structs.replace(made, lanes=rows)).notes if "kind" in note]

    assert note.endswith("slower ones: 3.14t:threads-4.")


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (CpusUsed(workers=4, cpus=64.0, cores=64.0), "4 of 64 CPUs used: what more workers"),
        (CpusUsed(workers=32, cpus=64.0, cores=32.0), "32 of 64 CPUs used, which share 32 cores: what more workers"),
        (CpusUsed(workers=4, cpus=2.0, cores=2.0), None),
        (None, None),
    ],
)
def test_an_answer_that_left_cpus_unused_says_so(used: CpusUsed | None, said: str | None) -> None:
    """Beside the contest's figures, and beside what to run several workloads on."""
    made = msgspec.structs.replace(measured(), cpus_used=used)
    assert made.verdict is not None
    for sheet in (throughput.sheet(made), verdict.overview([made, made])):
        assert [note for note in sheet.notes if "CPUs used" in note][:1] == [
            note for note in sheet.notes if said is not None and note.startswith(said)
        ]


def facts_of(card: HostCard, used: CpusUsed | None) -> dict[str, str]:
    """What the sheet says of a machine, by fact."""
    return {row[0]: row[1] for row in machine.host(card, used).rows}


@pytest.mark.parametrize(
    ("used", "shown"),
    [
        (CpusUsed(workers=4, cpus=64.0, cores=32.0), "4 of 64"),
        (CpusUsed(workers=4, cpus=2.0, cores=2.0), "2 of 2"),
        (None, "n/a"),
    ],
)
def test_the_machine_is_shown_with_its_cores(used: CpusUsed | None, shown: str) -> None:
    """What older runs did not ask reads n/a."""
    kinds = (CoreKind(cores=2, cpus=4), CoreKind(cores=8, cpus=8))
    card = msgspec.structs.replace(HOST, cores=10, siblings=2, sockets=1, kinds=kinds)
    facts = facts_of(card, used)

    assert facts["cores, most CPUs of one"] == "10, 2"
    assert facts["sockets, NUMA nodes"] == "1, n/a"
    assert facts["kinds of core, the fastest first"] == "2 with 4 CPUs, 8 with 8 CPUs"
    assert facts["CPUs used"] == shown
    assert facts_of(HOST, None)["kinds of core, the fastest first"] == "n/a"


def test_copies_are_marked_and_the_mark_is_explained() -> None:
    """Four processes on two CPUs, each with a copy of what threads share."""
    walls = {TWIN: 1e8, FREE_THREADS: 1e8, lane("3.14", "processes", 4): 1e8}
    of = contest(*walls)
    shared = msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, shared=True))
    (made,), (unshared,) = (of_run(records(one, trials(walls))).contests for one in (shared, of))
    sheet = throughput.sheet(made)

    assert [row[0] for row in sheet.rows] == ["3.14:serial", "3.14t:threads-2", "3.14:processes-4* (own copy)"]
    assert notes.OWN_COPY in sheet.notes
    assert notes.OWN_COPY not in throughput.sheet(unshared).notes


def test_a_contest_tells_its_noise_floor_and_why_it_ended() -> None:
    """The reader sees how far the figures can be trusted."""
    notes = " ".join(throughput.sheet(measured()).notes)

    assert "Noise floor: 0.5%" in notes
    assert "The time budget ended it: 7 launches in 11 s." in notes
    assert "10 units per worker and trial" in notes


def test_a_contest_that_was_cut_off_says_so() -> None:
    """A run that was killed shows what there is, and is not taken for a whole one."""
    cut_off = msgspec.structs.replace(measured(), end=None)

    assert "This contest was cut off; what had been measured is shown." in throughput.sheet(cut_off).notes


def test_a_contest_without_its_control_has_no_noise_floor() -> None:
    """It is unknown, not zero."""
    (made,) = of_run(records(contest(TWIN, FREE, builds=pair()), trials({TWIN: 1e8, FREE: 1.1e8}))).contests

    assert "Noise floor: unknown" in throughput.sheet(made).notes[0]


def test_builds_that_differ_are_called_not_comparable() -> None:
    """In the detail and in the summary, with what they differ in."""
    made = measured(pair(differences=("PGO: yes against no",)))

    for sheet in (throughput.sheet(made), pairs.summary(*by_pair([made]))):
        (note,) = [note for note in sheet.notes if note.startswith("NOT COMPARABLE")]
        assert "3.14t and 3.14 differ in PGO: yes against no" in note


def test_packages_that_differ_are_said_of_the_probes_that_need_them() -> None:
    """Twins that agree otherwise are not called unlike for all others."""
    alike, unlike = measured(), measured(pair(differences=("numpy 2.3.1 against 2.4.0",)))
    probe = msgspec.structs.replace(unlike.contest.probe, id="native/c")
    unlike = msgspec.structs.replace(unlike, contest=msgspec.structs.replace(unlike.contest, probe=probe))

    said = pairs.summary(*by_pair([alike, unlike, alike])).notes[:2]

    assert said[0].startswith("native/c: NOT COMPARABLE in all: 3.14t and 3.14 differ in numpy 2.3.1 against 2.4.0.")
    assert said[1] == "All others: 3.14t and 3.14: same version, compiler, optimisation and flags."


def test_builds_that_agree_are_said_to() -> None:
    """That nothing differs is information too."""
    assert list(notes.comparability(pair())) == [
        "3.14t and 3.14: same version, compiler, optimisation and flags.",
    ]


def test_a_build_without_a_twin_says_what_it_is_compared_with() -> None:
    """Its gain is against itself, which is easily misread."""
    (note,) = notes.comparability(msgspec.structs.replace(pair(), twin=None))

    assert "3.14t has no twin" in note


def test_findings_name_lane_kind_phase_and_reason() -> None:
    """A row says what happened to whom."""
    (row,) = findings.findings([measured()]).rows

    assert row == ("cpu/primes@3.14t 3.14t:processes-2", "raised", "work", "ValueError: no")


def test_skips_are_counted_over_probes() -> None:
    """A lane that no probe could use is one row, not a row per probe."""
    (row,) = findings.skips([SKIP, msgspec.structs.replace(SKIP, contest="io/sleeping@3.14t")]).rows

    assert row == ("3.14t:interpreters-2", "2", "no subinterpreters")


def test_a_script_that_was_left_out_whole_is_named() -> None:
    """It has no lanes that could be listed."""
    (row,) = findings.skips([Skip(contest="bm.py@3.14t", lane=EVERY_LANE, reason="ImportError: pyperf")]).rows

    assert row == ("bm.py@3.14t", "1", "ImportError: pyperf")


def test_lanes_that_warmed_up_are_told() -> None:
    """What was left out of the figures is said."""
    made = measured()
    cold = msgspec.structs.replace(made.lanes[0], cold_rounds=2)
    sheet = throughput.sheet(msgspec.structs.replace(made, lanes=(cold, *made.lanes[1:])))

    assert any("Still warming" in note and "3.14:serial 2" in note for note in sheet.notes)


def test_slow_cpus_are_said_to_be_slow() -> None:
    """Two processes on the two CPUs of one core got both of them, and each ran at six tenths of its speed alone."""
    one, two = lane("3.14", "capacity", 1), lane("3.14", "capacity", 2)
    walls = {TWIN: 1e8, FREE_THREADS: 1.7e8, one: 6e7, two: 1e8}
    (made,) = of_run(records(contest(*walls), trials(walls))).contests
    note = next(note for note in notes.contest_notes(made) if note.startswith("The machine gave"))

    assert "Each of them ran 0.6" in note
    assert "times as fast as one alone. That is too little to say how lanes" in note
