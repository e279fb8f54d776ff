"""One figure over hosts: which are compared, what is said instead, and how often alike hosts are called unlike."""

from __future__ import annotations

import json
import math
from statistics import mean
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from alike import cochran, drawn, welch
from builders import HOST
from gilscope import cli, store
from gilscope.commands import hosts as commands
from gilscope.commands import output
from gilscope.errors import ResultsError
from gilscope.history.hosts import NO_INTERVAL, across
from gilscope.history.joining import joined
from gilscope.history.summarise import summary
from gilscope.history.summary import DatedFigure, Figure, Lack, Setting, Yardstick
from gilscope.render import hosts as sheets
from gilscope.render import widths
from gilscope.stats.between import run_error
from gilscope.stats.estimate import Estimate, student
from gilscope.stats.heterogeneity import p_of_alike
from gilscope.values.contests import EVERY_LANE, Contest, Skip
from gilscope.values.records import Calibration, ContestEnd, Finding, RunHeader, Trial
from histories import made_run, stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gilscope.history.hosts import AcrossHosts
    from gilscope.values.records import HostCard, Record

CODE = {"code": "a", "libraries": "none", "interpreter's commit": "b", "GIL": "off", "kernel": "6.1"}
BUILDS = {"3.14": "3.14.0 (GCC)", "3.14t": "3.14.0 (GCC)"}
SPINNING = Yardstick("capacity-2, 3.14", student(0.6, 0.002, 6))


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A cache and a working folder of its own, and a terminal of 80 columns."""
    monkeypatch.setattr(output, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


def seen(host: str, log: float = 0.1, *, day: str = "2026-01-01", **changes: object) -> DatedFigure:
    """The penalty of a host's run, with a standard error of half a per cent."""
    figure = Figure(
        name="penalty",
        probe="cpu/primes",
        arm="3.14t",
        work="serial",
        version="3.14.0",
        build="free-threaded",
        recipe="GCC",
        circumstances=CODE,
        twin_differs="",
        center=log,
        half_width=student(0.0, 0.005, 6).half_width,
        freedom=6,
        floor=0.004,
        is_of_one_cpu=True,
    )
    return DatedFigure(host, f"{day} 03:04:05", msgspec.structs.replace(figure, **changes))


def setting(
    name: str, cpu: str = "EPYC", *, lacks: Sequence[Lack] = (), builds: dict[str, str] = BUILDS, cpus: float = 8.0
) -> Setting:
    """What a run says of its host."""
    card: HostCard = msgspec.structs.replace(HOST, name=name, cpu=cpu, cpus_usable=cpus)
    return Setting(started="2026-01-01 03:04:05", card=card, builds=builds, lacks=tuple(lacks))


def compared(*figures: DatedFigure, **settings: Setting) -> AcrossHosts:
    """The penalties of hosts; each has an EPYC and both builds where no setting is given."""
    names = dict.fromkeys([*(figure.host for figure in figures), *settings])
    return across(figures[0].figure.name, figures, {name: [settings.get(name, setting(name))] for name in names})


class TestAnswers:
    """When hosts differ, and when that cannot be said."""

    @pytest.mark.parametrize(("log", "answer"), [(0.102, "not told apart"), (0.4, "differ")])
    def test_two_hosts(self, log: float, answer: str) -> None:
        """A fifth of a per cent is noise, and a third is not; the ratio is the higher one's over the lower one's."""
        (row,) = compared(seen("a", log), seen("b")).rows

        assert row.apart is not None
        assert row.apart.answer == answer
        assert (row.apart.lowest, row.apart.highest) == ("b", "a")
        assert row.apart.ratio.value == pytest.approx(math.exp(log - 0.1))

    def test_a_difference_within_the_noise_floor_is_called_that(self) -> None:
        """However sure it is that there is one."""
        loud = compared(seen("a", 0.4, floor=0.5), seen("b"))
        (row,) = loud.rows

        assert row.apart is not None
        assert row.apart.answer == "within the noise floor"
        assert loud.differing == ()

    def test_lanes_are_corrected_for_each_other(self) -> None:
        """What one lane alone would show is nothing among forty."""
        alone = [seen("a", 0.2), seen("b", 0.05)]
        others = [seen(host, probe=f"cpu/{number}") for host in "ab" for number in range(40)]

        assert len(compared(*alone).differing) == 1
        assert compared(*alone, *others).differing == ()

    def test_what_a_run_may_be_off_by_counts(self) -> None:
        """Ten runs of one host that hardly differ say that runs do: the error is less, and the difference plain."""
        many = [
            seen(host, log, day=f"2026-01-{day:02}") for host, log in (("a", 0.1), ("b", 0.16)) for day in range(1, 11)
        ]

        assert len(compared(*many).differing) == 1
        assert compared(*many[::10]).differing == ()
        assert {cell.runs for cell in compared(*many).rows[0].cells} == {10}

    def test_no_mean_holds_two_hosts(self) -> None:
        """Each cell is its own host's figure."""
        (row,) = compared(seen("a", 0.3), seen("b", 0.1)).rows

        assert [cell.estimate.value for cell in row.cells if cell.estimate is not None] == pytest.approx(
            [math.expm1(0.3), math.expm1(0.1)]
        )

    @pytest.mark.parametrize(("yardstick", "answer"), [(SPINNING, "not told apart"), (None, "not judged")])
    def test_what_threads_gain_is_judged_by_what_each_machine_gave(
        self, yardstick: Yardstick | None, answer: str
    ) -> None:
        """Gains that differ by half are shown as they are, and are alike over the capacity of each machine."""
        changes: dict[str, Any] = {"name": "gain", "work": "threads-2", "is_of_one_cpu": False, "yardstick": yardstick}
        (row,) = compared(seen("a", 0.6, **changes), seen("b", 0.2, **changes)).rows

        assert row.apart is not None
        assert row.apart.answer == answer
        assert [round(cell.estimate.value, 2) for cell in row.cells if cell.estimate] == [1.82, 1.22]


class TestComparable:
    """What is not alike is shown, and compared with nothing."""

    @pytest.mark.parametrize(
        ("changes", "what"),
        [
            ({"recipe": "Clang"}, "builds"),
            ({"version": "3.14.1"}, "Python"),
            ({"circumstances": {**CODE, "code": "c"}}, "code"),
            ({"circumstances": {**CODE, "libraries": "numpy 2"}}, "libraries"),
            ({"circumstances": {**CODE, "GIL": "on"}}, "GIL"),
        ],
    )
    def test_another_build_or_code_is_said(self, changes: dict[str, Any], what: str) -> None:
        """One host of three has it: it is marked, and the two others are compared."""
        several = compared(seen("a"), seen("odd", 0.9, **changes), seen("b"))
        (row,) = several.rows
        (sheet,) = sheets.figures(several)

        assert row.apart is not None
        assert {row.apart.lowest, row.apart.highest} == {"a", "b"}
        assert [cell.host for cell in row.cells if not cell.is_compared] == ["odd"]
        assert list(row.differences) == [what]
        assert sheet.rows[0][3].endswith(" !")
        assert any(note.startswith(f"NOT COMPARABLE in {what}: ") and "on odd" in note for note in sheet.notes)

    def test_no_two_alike(self) -> None:
        """There is nothing to judge then."""
        several = compared(seen("a"), seen("b", recipe="Clang"))

        assert several.rows[0].apart is None
        assert several.judged == ()
        assert next(sheets.figures(several)).rows[0][-1] == "builds or code differ"

    def test_builds_that_differ_from_their_twins(self) -> None:
        """It is said where, as everywhere."""
        (sheet,) = sheets.figures(compared(seen("a", twin_differs="PGO: yes against no"), seen("b")))

        assert any("NOT COMPARABLE in all" in note and "PGO: yes against no on a." in note for note in sheet.notes)

    def test_what_may_explain_a_difference_is_named(self) -> None:
        """A kernel is no reason not to compare; what is not known is no difference."""
        circumstances = {**CODE, "kernel": "6.9"}
        (row,) = compared(seen("a"), seen("b", circumstances=circumstances)).rows
        (unknown,) = compared(seen("a"), seen("b", circumstances={**CODE, "kernel": "unknown"})).rows

        assert row.apart is not None
        assert row.may_explain == ("kernel",)
        assert unknown.may_explain == ()

    def test_the_latest_build_counts(self) -> None:
        """Runs before an upgrade are joined with none after it."""
        runs = [seen("a", 0.5, version="3.13.9"), seen("a", 0.1, day="2026-01-02"), seen("a", 0.1, day="2026-01-03")]
        (row,) = compared(*runs, seen("b")).rows

        assert [(cell.host, cell.runs) for cell in row.cells] == [("a", 2), ("b", 1)]


class TestHosts:
    """Whom the columns stand for."""

    def test_one_host(self) -> None:
        """Its figure is shown, and nothing is compared."""
        alone = compared(seen("a"))

        assert sheets.verdict(alone) == "There are figures of one host at the most: measure on another to compare."
        assert next(sheets.figures(alone, 80)).rows[0][-1] == "nothing to compare"

    def test_two_machines_of_one_name(self) -> None:
        """They are two columns, numbered by their CPU models; a host that is called so already keeps its name."""
        names = {"x": setting("vm", "Xeon"), "y": setting("vm", "EPYC"), "z": setting("vm (1)", "EPYC")}
        several = compared(seen("x", 0.1), seen("y", 0.4), seen("z", 0.2), **names)

        assert [(host.name, host.cpu) for host in several.hosts] == [
            ("vm (2)", "EPYC"),
            ("vm (1)", "EPYC"),
            ("vm (3)", "Xeon"),
        ]

    def test_a_host_without_a_cpu_model_is_its_kind_of_machine(self) -> None:
        """As in all other places."""
        (host,) = compared(seen("a"), a=setting("a", "")).hosts

        assert host.cpu == "x86_64"

    @pytest.mark.parametrize(
        ("of_b", "words"),
        [
            (setting("b", builds={"3.14": "3.14.0 (GCC)"}), "no 3.14t"),
            (setting("b", lacks=[Lack("cpu/primes", "3.14t:serial", "raised")]), "raised"),
            (setting("b", lacks=[Lack("cpu/primes", EVERY_LANE, "left out")]), "left out"),
            (setting("b", lacks=[Lack("cpu/other", "3.14t:serial", "raised")]), ""),
        ],
    )
    def test_a_host_without_a_figure_says_why(self, of_b: Setting, words: str) -> None:
        """By its findings and skips, or since it has no such build; where nothing says why, a note has its name."""
        several = compared(seen("a"), b=of_b)
        (sheet,) = sheets.figures(several)

        assert [cell.instead for cell in several.rows[0].cells] == ["", words] if words else [""]
        assert (words in sheet.rows[0]) if words else ("Not measured on: b." in sheet.notes)

    @pytest.mark.parametrize(("cpus", "words"), [(2.0, ["", "2 CPUs"]), (7.5, ["", "7.5 CPUs"]), (8.0, [""])])
    def test_more_workers_than_cpus(self, cpus: float, words: list[str]) -> None:
        """A small host has no such lane, and that is why."""
        changes: dict[str, Any] = {"name": "gain", "work": "processes-fork-8", "is_of_one_cpu": False}
        (row,) = compared(seen("a", **changes), b=setting("b", cpus=cpus)).rows

        assert [cell.instead for cell in row.cells] == words

    def test_a_single_launch_has_no_interval(self) -> None:
        """It is said so, and compared with nothing; a run of many launches is none the worse for it."""
        (row,) = compared(seen("a"), seen("b", half_width=None)).rows
        joined_row = compared(seen("a"), seen("b"), seen("b", 9.0, day="2026-01-02", half_width=None)).rows[0]

        assert [cell.instead for cell in row.cells] == ["", NO_INTERVAL]
        assert row.apart is None
        assert joined_row.cells[1].estimate is not None
        assert joined_row.cells[1].estimate.value == pytest.approx(math.expm1(0.1))


class TestSheets:
    """Tables that fit."""

    @pytest.mark.parametrize("number", [2, 5, 40])
    @pytest.mark.parametrize("width", [80, 100])
    def test_every_host_is_shown_whole(self, number: int, width: int) -> None:
        """With a column each, or with rows where there is no room; no column is left out."""
        figures = [
            seen(f"host-{place}", 0.01 * place, probe=probe)
            for place in range(number)
            for probe in ("cpu/a", "io/b", "c")
        ]
        several = compared(*figures)
        shown = list(sheets.figures(several, width))
        texts = {cell for sheet in shown for row in sheet.rows for cell in row} | {
            column.heading for sheet in shown for column in sheet.columns
        }

        assert [widths.fitted(sheet, width).left_out for sheet in shown] == [()] * len(shown)
        assert {host.name for host in several.hosts} <= texts
        assert (
            sum(text.endswith("%") for sheet in shown for row in sheet.rows for text in row if "~" not in text)
            >= 3 * number
        )

    def test_the_verdict_names_the_lane_with_the_farthest_hosts(self) -> None:
        """And what they have."""
        figures = [seen("a"), seen("b", 0.3), seen("a", probe="cpu/z"), seen("b", 0.6, probe="cpu/z")]

        assert sheets.verdict(compared(*figures)).startswith(
            "2 of 2 penalties differ between hosts beyond noise, most of all cpu/z 3.14t: +10.5 "
        )

    def test_notes_name_the_first(self) -> None:
        """Three hosts of a kind and how many more, and eight lanes whose hosts differ."""
        alike = [
            seen(host, log, probe=f"p/{n}")
            for host, log in zip("abcd", (0.1, 0.9, 0.1, 0.1), strict=True)
            for n in range(9)
        ]
        (sheet,) = sheets.figures(compared(*alike, *(seen("odd", probe=f"p/{n}", recipe="Clang") for n in range(9))))

        assert any(note.endswith("Clang on odd; GCC on a, b, c, 1 more.") for note in sheet.notes)
        assert sum("highest on b" in note for note in sheet.notes) == 8

    def test_lanes_that_one_host_has_alone_are_counted_on_a_terminal(self) -> None:
        """A page has them all."""
        several = compared(seen("a"), seen("b"), seen("a", probe="cpu/alone"))
        (narrow,), (whole,) = sheets.figures(several, 80), sheets.figures(several)

        assert [row[0] for row in narrow.rows] == ["cpu/primes 3.14t"]
        assert "Left out: 1 lane that one host has alone; --json has them." in narrow.notes
        assert [row[0] for row in whole.rows] == ["cpu/alone 3.14t", "cpu/primes 3.14t"]


class TestAlike:
    """Whether several estimates are of one truth."""

    @pytest.mark.parametrize("freedom", [1, 2, 4, 8])
    @pytest.mark.parametrize("hosts", [2, 5, 40])
    def test_alike_hosts_are_called_unlike_in_five_of_a_hundred_answers_at_the_most(
        self, hosts: int, freedom: int
    ) -> None:
        """However few launches each has."""
        draw = np.random.default_rng(hosts * freedom)
        wrong = mean(p_of_alike(drawn(draw, hosts, freedom)) < 0.05 for _ in range(800))

        assert wrong <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 800)

    def test_why_neither_cochrans_nor_welchs_test(self) -> None:
        """Of forty alike hosts with five launches each, both say much too often that they differ."""
        draw = np.random.default_rng(1)
        several = [drawn(draw, 40, 4) for _ in range(400)]

        assert [mean(test(each) < 0.05 for each in several) > 0.15 for test in (cochran, welch)] == [True, True]

    def test_hosts_of_two_kinds_are_found(self) -> None:
        """Twenty lie three errors above twenty others."""
        draw = np.random.default_rng(2)
        estimates = drawn(draw, 40, 4)
        apart = [each.shifted(3.0 * (place % 2)) for place, each in enumerate(estimates)]

        assert p_of_alike(apart) < 0.01

    def test_known_errors_make_it_cochrans(self) -> None:
        """With endless degrees of freedom, the least sum is at the weighted mean."""
        known = [Estimate(0.0, -1.96, 1.96), Estimate(1.5, 0.52, 2.48), Estimate(3.0, -1.0, 7.0)]

        assert p_of_alike(known) == pytest.approx(cochran(known), rel=1e-2)

    def test_what_runs_may_be_off_by_is_no_difference_of_hosts(self) -> None:
        """Runs that differ as the project's own do, on alike hosts, each with five launches."""
        draw = np.random.default_rng(3)
        error = run_error(())
        wrong = []
        for _ in range(400):
            logs = [
                student(0.005 * each.value + draw.normal(0.0, 0.02), 0.005 * each.standard_error, 4)
                for each in drawn(draw, 10, 4)
            ]
            wrong.append(p_of_alike([joined([log], error) for log in logs]) < 0.05)

        assert mean(wrong) <= 0.05

    def test_equal_estimates_are_alike(self) -> None:
        """And those that lie endlessly far apart are not."""
        one = student(0.0, 1.0, 3)

        assert p_of_alike([one, one]) == pytest.approx(1.0)
        assert p_of_alike([student(0.0, 1e-3, 90), student(1e6, 1e-3, 90)]) == 0.0


def of_host(name: str, slower: float = 1.1, *, cpu: str = "EPYC") -> list[Record]:
    """A host's run of the pair."""
    records = made_run(slower=slower, noise=0.002, with_yardsticks=True, run=f"fleet-{name}")
    header = records[0]
    assert isinstance(header, RunHeader)
    return [msgspec.structs.replace(header, host=msgspec.structs.replace(header.host, cpu=cpu)), *records[1:]]


def failing(name: str) -> list[Record]:
    """A host's run whose free-threaded lane raised, and of which a lane was left out."""
    header, of, calibration, *others = of_host(name)
    assert isinstance(of, Contest)
    finding = Finding(contest=of.id, lane="3.14t:serial", launch=0, phase="work", kind="raised", reason="KeyError: 1")
    kept = [
        record
        for record in others
        if not (isinstance(record, Trial) and record.lane.startswith("3.14t:")) and not isinstance(record, ContestEnd)
    ]
    skip = Skip(contest=of.id, lane="3.14t:processes-2", reason="no room")
    assert isinstance(calibration, Calibration)
    return [header, skip, of, calibration, *kept, finding]


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Three hosts whose runs are in one folder: two CPU models, and one host of which a lane failed."""
    folder = tmp_path / "fleet"
    stored(folder, of_host("a"), "a")
    stored(folder, of_host("b", 1.5, cpu="Xeon"), "b")
    stored(folder, failing("c"), "c")
    return folder


class TestCommands:
    """From files to what is shown."""

    def test_a_folder_of_hosts(self, fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The answer of each host, the tables, and what hosts lack; hosts are called as their files are."""
        assert commands.report_on_hosts(store.runs(fleet), json=False, markdown=None, page=None) == 0
        out = capsys.readouterr().out
        words = " ".join(out.split())

        assert words.index("Host by host") < words.index("Penalty on one thread") < words.index("What hosts lack")
        assert "1 of 1 penalty differs between hosts beyond noise, most of all cpu/primes 3.14t: +" in words
        assert "raised" in words
        assert "3.14t:processes-2: no room" in words
        assert max(map(len, out.splitlines())) <= 80

    def test_as_json_and_markdown(self, fleet: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        """Each figure of each host."""
        commands.report_on_hosts(store.runs(fleet), json=True, markdown=None, page=None)
        told = json.loads(capsys.readouterr().out)
        commands.report_on_hosts(store.runs(fleet), json=False, markdown=tmp_path / "out" / "f.md", page=None)
        text = (tmp_path / "out" / "f.md").read_text("utf-8")

        assert list(told["answers"]) == ["a", "c", "b"]
        assert [each["figure"] for each in told["figures"]] == ["penalty", "gain", "scaling"]
        assert "| probe and lane | a | c | b | between hosts |" in text
        assert text.startswith("1 of 1 penalty differs")

    def test_a_folder_without_a_run_that_can_be_read(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """It ends with what to do."""
        (tmp_path / "odd.jsonl").write_text("nothing\n")

        with pytest.raises(ResultsError, match="no run of a host can be read"):
            commands.report_on_hosts(store.runs(tmp_path))
        assert "odd.jsonl" in capsys.readouterr().err.replace("\n", "")

    def test_history_by_host(self, fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Hosts are told apart by what they are, since they have one name here."""
        assert cli.main(["history", "--by", "host", "--results", str(fleet)]) == 0
        out = capsys.readouterr().out

        assert "lab (1)" in out
        assert "lab (2)" in out
        assert max(map(len, out.splitlines())) <= 80
        assert cli.main(["history", "--by", "host", "--json", "--results", str(fleet)]) == 0
        assert [host["card"]["cpu"] for host in json.loads(capsys.readouterr().out)["hosts"]] == ["EPYC", "Xeon"]

    def test_a_summary_keeps_what_its_host_lacks(self, fleet: Path) -> None:
        """Findings that ended a lane, and skips."""
        of = summary(store.read(fleet / "c.jsonl")).setting

        assert of.lacks == (
            Lack("cpu/primes", "3.14t:serial", "raised"),
            Lack("cpu/primes", "3.14t:processes-2", "left out"),
        )
        assert of.builds["3.14t"].startswith("3.14.0 (")
