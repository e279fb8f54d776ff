"""Claims: the file and its mistakes, every figure and every verdict on made-up runs, and how they are told."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from rich.console import Console

from builders import HEADER, HOST, PROBE, contest, lane, runtime, trials
from gilscope import places, store
from gilscope.claims.judgements import judged
from gilscope.claims.statements import Claim, on_host, verdict
from gilscope.claims.statements import claims as claims_file
from gilscope.cli import main
from gilscope.errors import MatrixError, ResultsError
from gilscope.models import MODELS
from gilscope.render import claims as render
from gilscope.render import terminal
from gilscope.stats.estimate import Estimate
from gilscope.values.contests import Skip
from gilscope.values.records import Calibration, Finding, Memory, Run
from gilscope.workloads import probes as catalog
from gilscope.workloads import suites
from gilscope.workloads.pyperformance import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gilscope.claims.statements import Judgement
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.probes import Probe
    from gilscope.values.records import Record

CLAIM = Claim(
    statement="Two threads are no faster than one.",
    source="a page",
    url="https://example.org/page",
    date="2025-01",
    theirs="1x",
    probe="cpu/primes",
    suite="default",
    figure="speed-up",
    lane="3.14:threads-2",
    against="3.14:serial",
    at_most=1.1,
)
SERIAL, THREADS = lane("3.14"), lane("3.14", "threads", 2)
FREE, FREE_THREADS = lane("3.14t"), lane("3.14t", "threads", 2)


def claim(**changes: object) -> Claim:
    """The made-up claim with some of its keys changed."""
    return msgspec.structs.replace(CLAIM, **changes)


def run(walls_ns: Mapping[LaneSpec, float], of: Contest | None = None, **changes: object) -> Run:
    """A stored run of one contest whose makespans are known."""
    measured = of or contest(*walls_ns)
    own = tuple(msgspec.structs.replace(trial, contest=measured.id) for trial in trials(walls_ns))
    made = Run(
        path=Path("made-up.jsonl"),
        header=HEADER,
        contests=(measured,),
        skips=(),
        calibrations=(Calibration(contest=measured.id, loops=10),),
        trials=own,
        memory=(),
        findings=(),
        ends=(),
    )
    return msgspec.structs.replace(made, **changes)


def of_probe(name: str, *lanes: LaneSpec) -> Contest:
    """A contest of another probe."""
    probe = msgspec.structs.replace(PROBE, id=name)
    return msgspec.structs.replace(contest(*lanes), id=f"{name}@3.14t", probe=probe)


def both(one: Run, other: Run) -> Run:
    """One run with the contests of two."""
    fields = ("contests", "calibrations", "trials", "memory")
    return msgspec.structs.replace(one, **{name: getattr(one, name) + getattr(other, name) for name in fields})


def judge(said: Claim, *runs: Run) -> Judgement:
    """What these runs say of one claim."""
    return judged({"a": said}, runs)[0]


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ({"at_most": 1.1}, "held"),
        ({"at_least": 0.9, "at_most": 1.1}, "held"),
        ({"at_least": 1.5, "at_most": None}, "not held"),
        ({"at_most": 0.5}, "not held"),
    ],
)
def test_whole_intervals_are_held_or_not(bounds: dict[str, float | None], verdict: str) -> None:
    """An interval that no bound cuts has a verdict."""
    told = judge(claim(**bounds), run({SERIAL: 1e6, THREADS: 2e6}))
    assert told.verdict == verdict
    assert told.ours is not None
    assert told.ours.value == pytest.approx(1.0)
    assert (told.run, told.probes) == (HEADER.id, 1)


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.5, 1.5, "held"),
        (0.499, 1.5, "cannot be told"),
        (0.5, 1.501, "cannot be told"),
        (0.1, 0.5, "cannot be told"),
        (0.1, 0.499, "not held"),
        (1.5, 2.0, "cannot be told"),
        (1.501, 2.0, "not held"),
    ],
)
def test_a_bound_belongs_to_what_it_bounds(low: float, high: float, told: str) -> None:
    """From one half to three halves: an interval that ends on a bound is within it, and not outside."""
    assert verdict(claim(at_least=0.5, at_most=1.5), Estimate((low + high) / 2, low, high)) == told


@pytest.mark.parametrize(("cpus", "told"), [(2, "held"), (3, "cannot be judged here")])
def test_as_many_cpus_as_a_claim_needs_are_enough(cpus: int, told: str) -> None:
    """The host had two."""
    assert judge(claim(cpus=cpus), run({SERIAL: 1e6, THREADS: 2e6})).verdict == told


@pytest.mark.parametrize(("fewest", "told"), [(1, "held"), (2, "cannot be judged here")])
def test_as_many_probes_as_a_claim_needs_are_enough(fewest: int, told: str) -> None:
    """One was measured."""
    assert judge(claim(fewest=fewest), run({SERIAL: 1e6, THREADS: 2e6})).verdict == told


def test_an_interval_around_a_bound_cannot_be_told() -> None:
    """Noise that reaches over a bound leaves it open."""
    made = run({SERIAL: 1e6, THREADS: 2e6})
    noisy = tuple(
        msgspec.structs.replace(trial, wall_ns=trial.wall_ns * (9 + trial.launch % 3) // 10)
        if trial.lane == THREADS.name
        else trial
        for trial in made.trials
    )
    told = judge(claim(at_most=1.0), msgspec.structs.replace(made, trials=noisy))
    assert told.verdict == "cannot be told"
    assert told.ours is not None
    assert told.ours.low < 1.0 < told.ours.high


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        ({"figure": "speed-up"}, 0.8),
        ({"figure": "time"}, 1.25),
        ({"figure": "penalty"}, 0.25),
        ({"figure": "time", "against": None}, 2.5e6 / 1e9 / 10 / 2),
    ],
)
def test_figures_of_time(changes: dict[str, str | None], ours: float) -> None:
    """Ratios count the units that all workers did together; a time has its own unit."""
    told = judge(claim(**changes), run({SERIAL: 1e6, THREADS: 2.5e6}))
    assert told.ours is not None
    assert told.ours.value == pytest.approx(ours, rel=0.02 if changes.get("against", "") is None else 1e-6)


def weighed(of: Run, bytes_of: Mapping[LaneSpec, int], *, format_2: bool = False) -> Run:
    """The run with what its lanes held, and peaks that were two and three times as high with one and two workers."""

    def told(held: int, workers: int) -> dict[str, int]:
        peak = held * (1 + workers)
        return {"pss_bytes": held, "uss_bytes": held // 2} if format_2 else {"resident_bytes": held, "peak_bytes": peak}

    name = of.contests[0].id
    records = (
        Memory(contest=name, lane=each.name, launch=launch, processes=1, **told(held, each.workers))
        for each, held in bytes_of.items()
        for launch in range(7)
    )
    return msgspec.structs.replace(of, memory=tuple(records))


def test_figures_of_memory() -> None:
    """A lane's memory against another's, and what a further worker brings."""
    more = lane("3.14", "threads", 4)
    made = weighed(run({SERIAL: 1e6, THREADS: 2e6, more: 4e6}), {SERIAL: 1000, THREADS: 1500, more: 1700})
    ratio = judge(claim(figure="memory"), made)
    assert ratio.ours is not None
    assert ratio.ours.value == pytest.approx(1.5)
    slope = judge(claim(figure="memory per worker", lane="3.14:threads", against=None), made)
    assert slope.ours is not None
    assert slope.ours.value == pytest.approx(100)
    unweighed = judge(claim(figure="memory"), run({SERIAL: 1e6, THREADS: 2e6}))
    assert unweighed.reason == "3.14:threads-2 was not weighed"


def test_memory_that_others_measured_is_held_against_the_peak() -> None:
    """Three times 1500 against two times 1000; a run of format 2 has none."""
    walls, held = {SERIAL: 1e6, THREADS: 2e6}, {SERIAL: 1000, THREADS: 1500}
    now = judge(claim(figure="peak memory"), weighed(run(walls), held))
    then = judge(claim(figure="peak memory"), weighed(run(walls), held, format_2=True))
    assert now.ours is not None
    assert now.ours.value == pytest.approx(4500 / 2000)
    assert then.reason == "the peak of 3.14:threads-2 is not on record"


def test_memory_goes_by_the_name_of_what_was_counted() -> None:
    """Old runs and new ones stand in one table."""
    walls, held = {SERIAL: 1e6, THREADS: 2e6}, {SERIAL: 1000, THREADS: 1500}
    now, then = (judge(claim(figure="memory"), weighed(run(walls), held, format_2=is_old)) for is_old in (False, True))
    assert "1.5 ±0x (resident)" in shown(now, width=160)
    assert "1.5 ±0x (PSS)" in shown(then, width=160)
    assert judge(CLAIM, run(walls)).quantity is None


def test_memory_counted_in_two_ways_is_not_compared() -> None:
    """Lanes of two contests of a run that was continued by a later gilscope."""
    one, other = (of_probe("cpu/primes", lane) for lane in (SERIAL, THREADS))
    other = msgspec.structs.replace(other, id="cpu/primes@3.13t")
    old = weighed(run({SERIAL: 1e6}, of=one), {SERIAL: 1000}, format_2=True)
    new = weighed(run({THREADS: 2e6}, of=other), {THREADS: 1500})
    told = judge(claim(figure="memory"), both(old, new))
    assert told.reason == "memory not comparable: resident and PSS"


def test_figures_of_what_was_observed() -> None:
    """Numbers that ways saw are figures, words are none."""
    ways = {msgspec.structs.replace(each, way="look"): 1e6 for each in (SERIAL, FREE)}
    made = run(ways)
    seen = tuple(
        msgspec.structs.replace(trial, observed={"size": 32 if "t:" in trial.lane else 16, "state": "off"})
        for trial in made.trials
    )
    made = msgspec.structs.replace(made, trials=seen)
    asked = claim(figure="observed", observation="size", lane="3.14t:look", against="3.14:look", at_least=1.99)
    told = judge(msgspec.structs.replace(asked, at_most=2.01), made)
    assert told.verdict == "held"
    words = judge(msgspec.structs.replace(asked, observation="state"), made)
    assert words.reason == "3.14t:look observed no number called state"


def test_several_probes_have_a_geometric_mean() -> None:
    """And it is no figure where it is of too few."""
    made = both(
        run({SERIAL: 1e6, FREE: 1.1e6}),
        run({SERIAL: 1e6, FREE: 1.21e6}, of_probe("cpu/objects", SERIAL, FREE)),
    )
    asked = claim(figure="penalty", probe="cpu/*", lane="3.14t:serial")
    told = judge(asked, made)
    assert told.ours is not None
    assert told.ours.value == pytest.approx(1.1**1.5 - 1)
    assert told.probes == 2
    few = judge(msgspec.structs.replace(asked, fewest=3), made)
    assert (few.verdict, few.reason) == ("cannot be judged here", "needs 3 probes, 2 were measured")


def test_lanes_of_different_contests_are_compared_as_measured_apart() -> None:
    """As two versions of Python are."""
    older = lane("3.13")
    there = msgspec.structs.replace(contest(older), id="cpu/primes@3.13")
    told = judge(
        claim(figure="time", lane="3.14:serial", against="3.13:serial"),
        both(run({SERIAL: 1e6}), run({older: 2e6}, there)),
    )
    assert told.ours is not None
    assert told.ours.value == pytest.approx(0.5, rel=0.02)
    assert told.ours.low < told.ours.value < told.ours.high


def differing(*, pgo: bool | None = False) -> Run:
    """A run whose builds differ in more than their GIL, or may."""
    plain = msgspec.structs.replace(FREE.arm, runtime=runtime("3.14t", pgo=pgo))
    return run({SERIAL: 1e6, msgspec.structs.replace(FREE, arm=plain): 1e6})


def failed() -> Run:
    """A run in which the claim's lane failed."""
    of = run({SERIAL: 1e6, THREADS: 2e6})
    finding = Finding(
        contest=of.contests[0].id, lane=THREADS.name, launch=0, phase="work", kind="raised", reason="ValueError: 3"
    )
    return msgspec.structs.replace(of, findings=(finding,))


def siblings() -> Run:
    """A run on two CPUs of one core."""
    of = run({SERIAL: 1e6, THREADS: 2e6})
    host = msgspec.structs.replace(of.header.host, cores=1)
    return msgspec.structs.replace(of, header=msgspec.structs.replace(of.header, host=host))


def skipped() -> Run:
    """A run that left the claim's lane out."""
    of = run({SERIAL: 1e6})
    skip = Skip(contest=of.contests[0].id, lane=THREADS.name, reason="the suite leaves it out")
    return msgspec.structs.replace(of, skips=(skip,))


@pytest.mark.parametrize(
    ("changes", "made", "reason"),
    [
        ({"cpus": 8}, run({SERIAL: 1e6, THREADS: 2e6}), "needs 8 cores, the host had 2"),
        ({"cpus": 2}, siblings(), "needs 2 cores, the host had 1"),
        ({"lane": "3.15t:threads-2"}, run({SERIAL: 1e6, THREADS: 2e6}), "no runtime 3.15t was measured"),
        ({"lane": "3.14:threads-4"}, run({SERIAL: 1e6, THREADS: 2e6}), "3.14:threads-4 was not measured"),
        (
            {"lane": "3.14t:serial"},
            differing(),
            "builds not comparable: 3.14t and 3.14 differ in PGO",
        ),
        (
            {"lane": "3.14t:serial"},
            differing(pgo=None),
            "builds not comparable: of 3.14t or 3.14, PGO is not on record",
        ),
        ({"platform": "win*"}, run({SERIAL: 1e6, THREADS: 2e6}), "said of win*, measured on linux-x86_64"),
        ({}, failed(), "3.14:threads-2: ValueError: 3"),
        ({}, skipped(), "3.14:threads-2: the suite leaves it out"),
        ({"lane": "3.14:threads"}, run({SERIAL: 1e6, THREADS: 2e6}), "3.14:threads names no lane but a model"),
    ],
)
def test_what_keeps_a_claim_from_being_judged(changes: dict[str, object], made: Run, reason: str) -> None:
    """Every reason is told in words, and there is no figure."""
    told = judge(claim(**changes), made)
    assert (told.verdict, told.reason, told.ours) == ("cannot be judged here", reason, None)


def test_no_run_of_the_probe_is_no_verdict() -> None:
    """Nothing is held that was not measured."""
    other = run({SERIAL: 1e6, THREADS: 2e6}, of_probe("io/sleeping", SERIAL, THREADS))
    for told in (judge(CLAIM), judge(CLAIM, other)):
        assert (told.verdict, told.ours, told.run) == ("not measured yet", None, None)


def test_the_newest_run_that_has_the_figure_wins() -> None:
    """A newer run without the figure does not hide it."""

    def dated(made: Run, day: int) -> Run:
        header = msgspec.structs.replace(HEADER, id=f"day-{day}", started=f"2026-01-0{day} 00:00:00")
        return msgspec.structs.replace(made, header=header)

    runs = [
        dated(run({SERIAL: 1e6, THREADS: 2e6}), 1),
        dated(run({SERIAL: 1e6, THREADS: 1e6}), 2),
        dated(run({SERIAL: 1e6}), 3),
    ]
    told = judge(CLAIM, *runs)
    assert (told.run, told.verdict) == ("day-2", "not held")


def test_an_arm_is_called_by_its_version_whatever_its_name() -> None:
    """Claims know nothing of what a machine calls its Pythons."""
    renamed = msgspec.structs.replace(SERIAL.arm, name="3.14-pyenv")
    lanes = {msgspec.structs.replace(each, arm=renamed): wall for each, wall in ((SERIAL, 1e6), (THREADS, 2e6))}
    for version in ("3.14", "3.14.0"):
        told = judge(claim(lane=f"{version}:threads-2", against=f"{version}:serial"), run(lanes))
        assert told.verdict == "held"


def test_workers_follow_the_host() -> None:
    """As many as it has CPUs, or twice as many."""
    assert on_host("3.14:processes-{cpus}", HOST) == "3.14:processes-2"
    assert on_host("3.14:processes-{twice}", HOST) == "3.14:processes-4"
    told = judge(claim(lane="3.14:threads-{cpus}"), run({SERIAL: 1e6, THREADS: 2e6}))
    assert told.verdict == "held"


GOOD = """
[a-claim]
statement = "s"
source = "s"
theirs = "1x"
probe = "cpu/primes"
suite = "default"
figure = "speed-up"
lane = "3.14:threads-2"
against = "3.14:serial"
at_most = 1.1
"""


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("at_most = 1.1", "", "has no bounds"),
        ("at_most = 1.1", "at_most = 1\nat_least = 2", "at_least is greater than at_most"),
        ('against = "3.14:serial"', "", "a speed-up needs a lane that it is against"),
        ('"3.14:serial"', '"3.14:threads-2"', "lane and against are the same"),
        ('"speed-up"', '"observed"', "observation names what was observed"),
        ('"speed-up"', '"speed"', "figure: invalid enum value 'speed'"),
        ('"3.14:threads-2"', '"threads-2"', "lane: expected"),
        ('theirs = "1x"', "", "theirs is missing"),
        ('theirs = "1x"', 'theirs = "1x"\ncpus = 0', "cpus: expected"),
        ('theirs = "1x"', 'theirs = "1x"\nthiers = "1x"', "did you mean 'theirs'?"),
        ('theirs = "1x"', 'theirs = "1x"\nurl = "page"', "url: expected"),
        ('theirs = "1x"', 'theirs = "1x"\ndate = "May"', "date: expected"),
    ],
)
def test_mistakes_name_the_claim_and_the_key(tmp_path: Path, old: str, new: str, mistake: str) -> None:
    """Whoever edits the file sees where."""
    assert old in GOOD
    path = tmp_path / "claims.toml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MatrixError) as caught:
        claims_file(path)
    assert str(caught.value).count("claims.toml: [a-claim]") >= 1
    assert mistake in str(caught.value)


def test_a_mean_is_of_ratios_only(tmp_path: Path) -> None:
    """A mean over times of different probes says nothing."""
    path = tmp_path / "claims.toml"
    text = GOOD.replace("cpu/primes", "cpu/*").replace('"speed-up"', '"time"').replace('against = "3.14:serial"', "")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MatrixError, match="several probes have a mean only of ratios"):
        claims_file(path)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Those of every claim."""
    path = tmp_path / "claims.toml"
    path.write_text(GOOD.replace("at_most", "most") + "[b]\nstatement = 1\n", encoding="utf-8")
    with pytest.raises(MatrixError) as caught:
        claims_file(path)
    assert "[a-claim]: unknown key 'most'" in str(caught.value)
    assert "[b]: statement: expected" in str(caught.value)


PROJECT = claims_file(places.CLAIMS)
SUITES = suites.suites(places.SUITES)


def test_the_projects_claims_are_many() -> None:
    """No section of the file was lost."""
    assert len(PROJECT) >= 28


@pytest.mark.parametrize("name", PROJECT)
def test_every_claim_has_a_year_or_says_that_there_is_none(name: str) -> None:
    """What is said of a version that moves cannot be judged without."""
    assert PROJECT[name].date is not None or "without its date" in PROJECT[name].source


@pytest.mark.parametrize("name", [name for name, said in PROJECT.items() if said.source == "PEP 703"])
def test_what_pep_703_says_of_its_time_says_so(name: str) -> None:
    """It spoke of a fork, and of the releases before: no version that is measured here."""
    assert PROJECT[name].said_of is not None


@pytest.mark.parametrize(
    ("said_of", "told"),
    [(None, "held"), ("a fork of 3.12", "held (by 3.14t and 3.14, said of a fork of 3.12)")],
)
def test_a_verdict_says_which_version_stands_in_for_another(said_of: str | None, told: str) -> None:
    """Both sheets do; arms are named once, and without their lanes."""
    made = judge(claim(lane="3.14t:threads-2", said_of=said_of), run({SERIAL: 1e6, FREE_THREADS: 2e6}))
    statements, verdicts = render.sheets([made])

    assert verdicts.rows[0][3] == told
    assert statements.rows[0][4] == told.removeprefix("held (by ").removesuffix(")").replace("held", "3.14t and 3.14")


@pytest.fixture(scope="module")
def probes() -> dict[str, Probe]:
    """The catalogue by id."""
    return {probe.id: probe for probe in catalog.probes(*catalog.folders())}


@pytest.mark.parametrize("name", PROJECT)
def test_each_claim_of_the_project_can_be_measured(name: str, probes: dict[str, Probe]) -> None:
    """Its probe is known, and its suite plans its lanes on a machine with just as many cores as it takes."""
    said = PROJECT[name]
    suite = SUITES[said.suite]
    counts = suites.counts(suite.workers, said.cpus, said.cpus)
    host = msgspec.structs.replace(HOST, cpus_usable=float(said.cpus))
    assert said.probe in probes or said.probe == f"{PREFIX}*"
    for wanted in filter(None, (said.lane, said.against)):
        arm, _, work = on_host(wanted, host).partition(":")
        model, _, workers = work.rpartition("-")
        probe = probes.get(said.probe)
        if probe is not None and probe.ways:
            assert work in probe.ways
        elif work in MODELS and work != "serial":
            assert said.figure == "memory per worker"
        elif work != "serial":
            assert model in MODELS
            assert int(workers) in counts
        lane_id = f"{said.probe}@{arm}:{work}"
        assert any(fnmatchcase(lane_id, glob) for glob in suite.lanes)
        assert not any(fnmatchcase(lane_id, glob) for glob in suite.without)


def shown(*judgements: Judgement, width: int = 80) -> str:
    """Both tables as text."""
    console = Console(width=width, record=True)
    terminal.show(console, render.sheets(judgements))
    return console.export_text()


def test_tables_fit_80_columns_and_say_the_verdict_in_words() -> None:
    """The project's own claims are the widest there are."""
    text = shown(*judged(PROJECT, [run({SERIAL: 1e6, THREADS: 2e6})]))
    assert max(map(len, text.splitlines())) <= 80
    assert "held" in text
    assert all(name in text for name in PROJECT)


def test_rows_hold_both_figures_and_the_run() -> None:
    """Theirs, ours with its interval, and the bounds."""
    text = shown(judge(CLAIM, run({SERIAL: 1e6, THREADS: 2e6})), width=160)
    assert "1x" in text
    assert "1 ±0x" in text
    assert HEADER.id in text
    assert "speed-up of 3.14:threads-2 against 3.14:serial, cpu/primes: at most 1.1x" in " ".join(text.split())


def test_what_was_not_measured_comes_with_its_command() -> None:
    """It names the suite, the runtimes and the probe."""
    text = " ".join(shown(judge(claim(lane="3.14t:serial")), width=160).split())
    assert "gilscope run --suite default --on 3.14t cpu/primes" in text


@pytest.mark.parametrize(
    ("changes", "bounds"),
    [
        ({"figure": "penalty", "at_least": 0.05, "at_most": 0.1}, "+5% to +10%"),
        ({"figure": "time", "against": None, "at_most": 0.1}, "at most 100 ms"),
        ({"figure": "memory", "against": None, "at_most": None, "at_least": 2**20}, "at least 1 MiB"),
        ({"figure": "observed", "observation": "size", "against": None, "at_most": 32}, "at most size 32"),
    ],
)
def test_bounds_have_the_figures_unit(changes: dict[str, object], bounds: str) -> None:
    """Bounds are exact and have no interval."""
    assert bounds in " ".join(shown(judge(claim(**changes)), width=200).split())


def test_the_command_works_without_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every claim is a row."""
    monkeypatch.setenv("COLUMNS", "160")
    assert main(["claims", "--results", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.count("not measured yet") >= len(PROJECT)
    assert main(["claims", "--results", str(tmp_path), "--markdown", str(tmp_path / "claims.md")]) == 0
    page = (tmp_path / "claims.md").read_text(encoding="utf-8")
    assert "### What the stored runs say" in page


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder with one run that can be read, and one that cannot."""
    made = run({SERIAL: 1e6, THREADS: 2e6})
    writer = store.RunWriter(store.run_path(tmp_path, HEADER.id))
    records: list[Record] = [made.header, *made.contests, *made.calibrations, *made.trials]
    for record in records:
        writer.append(record)
    writer.close()
    store.run_path(tmp_path, "later").write_text("{}\n", encoding="utf-8")
    return tmp_path


def test_the_command_reads_the_runs_that_it_is_given(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By id, as all commands do; one that cannot be read ends it."""
    assert main(["claims", "--results", str(results), HEADER.id]) == 0
    assert "held: 1" in capsys.readouterr().out
    assert main(["claims", "--results", str(results), "later"]) == ResultsError.exit_status


def test_a_run_that_cannot_be_read_hides_no_other(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told of beside the tables."""
    assert main(["claims", "--results", str(results)]) == 0
    told = capsys.readouterr()
    assert "held: 1" in told.out
    assert "later.jsonl" in told.err.replace("\n", "")
