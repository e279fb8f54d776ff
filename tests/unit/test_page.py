"""The page as text: what is embedded, how much of it, and what no text of a probe can do to it."""

from __future__ import annotations

import base64
import gzip
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
import vl_convert

import asked
import gilscope.page
from builders import HEADER, HOST, contest, lane, pair, records, trial, trials, variants
from gilscope import cli, store
from gilscope.commands import output
from gilscope.figures.run import of_run
from gilscope.figures.tried import TriedKind
from gilscope.history.hosts import across
from gilscope.history.series import history
from gilscope.history.summarise import summary
from gilscope.history.summary import DatedFigure
from gilscope.history.two_runs import compare
from gilscope.models import MODELS
from gilscope.page import charts, content, headlines, html, looks, points, rounds, several_runs, shared
from gilscope.page.charts import specifications
from gilscope.page.labels import labels
from gilscope.page.pictures import pictures
from gilscope.page.shared import Library, library
from gilscope.render import cells, in_words, throughput
from gilscope.render.builds import BUILDS, COLOURS
from gilscope.render.report import report
from gilscope.render.sheet import ColumnHead, Sheet
from gilscope.values.records import Finding, Record
from histories import made_run
from histories import stored as stored_run

if TYPE_CHECKING:
    from gilscope.history.hosts import AcrossHosts
    from gilscope.history.summary import FigureName
    from gilscope.values.records import Run

NAME = "<script>alert(1)</script>"
REASON = "</script><!-- {{library}} & \u2028 -->"
LANES = (lane("3.14"), lane("3.14", control=True), lane("3.14t"), lane("3.14t", "threads", 2))
WALLS = (1e6, 1e6, 1.08e6, 1.12e6)
LIBRARY = Library("LIBRARY", specifications())


def run(launches: int = 7) -> Run:
    """A pair's contest of a probe with markup for a name, and a note that holds more."""
    of = contest(*LANES, builds=pair())
    of = msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, id=NAME))
    note = Finding(contest=of.id, lane="3.14t:threads-2", launch=0, phase="end", kind="varies", reason=REASON)
    return records(of, trials(dict(zip(LANES, WALLS, strict=True)), launches), [note])


def page(of: Run) -> str:
    """The file, with a word in place of the library."""
    return html.page(content.content(report(of_run(of)), of.trials), LIBRARY)


def embedded(text: str) -> Any:  # noqa: ANN401 - whatever was embedded
    """The page's own data, read as the browser does."""
    found = re.search(r'<script type="application/json" id="content">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


REFERENCE = sorted((Path(__file__).parents[2] / "results").glob("*/*.jsonl"))


def one_of_each_kind(of: Run) -> Run:
    """The run with one contest of every kind, with and without findings: the others have sheets of the same columns."""
    found = {finding.contest for finding in of.findings}
    kinds = {
        (each.probe.kind, tuple(each.probe.observes), each.pair is None, each.id in found): each.id
        for each in of.contests
    }
    kept = set(kinds.values())
    return msgspec.structs.replace(
        of,
        contests=tuple(each for each in of.contests if each.id in kept),
        trials=tuple(each for each in of.trials if each.contest in kept),
    )


@pytest.mark.parametrize("path", REFERENCE, ids=lambda path: path.stem)
def test_the_page_shows_the_sheets_of_the_report(path: Path) -> None:
    """Contest by contest, whatever it was about; the bars made of characters are left out, as the page draws some."""
    of = one_of_each_kind(store.read(path))
    told = report(of_run(of))

    held = content.content(told, of.trials)
    shown = [
        (sheet.title, [row[: len(sheet.columns)] for row in sheet.rows]) for of in held.contests for sheet in of.sheets
    ]
    drawn = {sheet.title: sum(not column.drawn for column in sheet.columns) for sheet in told.details}
    assert shown == [
        (sheet.title, [row[: drawn[sheet.title]] for row in sheet.rows]) for sheet in told.details if sheet.rows
    ]


def test_looks_at_something_have_no_rounds_to_show() -> None:
    """How long a look took says nothing of what was seen."""
    of = run()
    (asked,) = of.contests
    looking = msgspec.structs.replace(asked.probe, observes={"lost": "updates"}, ways=("serial",))
    held = content.content(
        report(of_run(msgspec.structs.replace(of, contests=[msgspec.structs.replace(asked, probe=looking)]))),
        of.trials,
    )

    assert {lane.rounds for lane in held.lanes} == {None}
    assert {lane.rounds is None for lane in content.content(report(of_run(of)), of.trials).lanes} == {False}


def test_markup_of_a_probe_stays_inside_its_string() -> None:
    """It ends no element and takes no place of the template, and is read back as it was written."""
    text = page(run())
    data = embedded(text)

    assert NAME not in text
    assert text.count("LIBRARY") == 1
    assert data["contests"][0]["probe"] == NAME
    assert any(row[-1] == REASON for sheet in data["findings"] for row in sheet["rows"])


def test_the_figures_are_the_terminals_strings() -> None:
    """All of the table but its bars."""
    (told,) = of_run(run()).contests
    shown = embedded(page(run()))["contests"][0]["sheets"][0]["rows"]

    assert shown == [list(row[:-1]) for row in throughput.sheet(told).rows]


def test_rounds_are_the_raw_trials() -> None:
    """By lane, launch and round, to five digits."""
    of = run()
    threads = next(each for each in embedded(page(of))["lanes"] if each["name"] == "3.14t:threads-2")
    measured = [each.wall_ns for each in of.trials if each.lane == "3.14t:threads-2"]
    walls = [wall * threads["rounds"]["unit_ns"] for launch in threads["rounds"]["launches"] for wall in launch]

    assert walls == pytest.approx(measured, rel=1e-4)


def test_launches_that_do_not_fit_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first launches of every lane are there."""
    monkeypatch.setattr(rounds, "BYTES_OF_ROUNDS", rounds.BYTES_PER_ROUND * len(LANES) * 4 * 3)
    shown = [each["rounds"] for each in embedded(page(run(launches=7)))["lanes"]]

    assert {(len(each["launches"]), each["all_launches"]) for each in shown} == {(3, 7)}


def test_a_page_has_room_for_a_quarter_of_a_megabyte_of_rounds() -> None:
    """Six characters each: four launches of 10,000 trials fit, a fifth does not; the first always does."""
    many = [one for number in range(6) for one in [trial(LANES[0], number, 0, 1e6)] * 10_000]
    huge = [trial(LANES[0], 0, 0, 1e6)] * 50_000

    assert rounds._launches_that_fit(many) == 4
    assert rounds._launches_that_fit([*huge, *many[10_000:]]) == 1


def test_the_noise_floor_is_the_band_of_a_penalty() -> None:
    """As wide as analysis says, on both sides."""
    (told,) = of_run(run()).contests
    (point,) = embedded(page(run()))["penalties"]

    assert (point["floor_low"], point["floor"]) == (-(told.noise_floor or 0), told.noise_floor)
    assert point["text"] == cells.penalty(told.penalties[0])


def test_a_picture_is_the_same_for_the_same_figures() -> None:
    """Penalties were measured, payloads were not; no name of a probe ends an element."""
    told = of_run(run())
    (only,) = pictures(told).items()

    assert only == ("penalties", pictures(told)["penalties"])
    assert "with 95 % intervals" in only[1]
    assert NAME not in only[1]


def test_what_a_law_predicts_begins_where_measuring_ended() -> None:
    """With a fifth of the work serial: up to twice the workers measured, in the unit of the curve."""
    counts = (1, 2, 4, 8)
    lanes = [lane("3.14"), *(lane("3.14", "processes", count) for count in counts)]
    walls = [1e6, *(1e6 * (1 + 0.2 * (count - 1)) for count in counts)]
    host = msgspec.structs.replace(HOST, cpus_usable=8.0)
    of = records(contest(*lanes), trials(dict(zip(lanes, walls, strict=True))), host=host)
    found = {item["workers"]: item["gain"] for item in embedded(page(of))["predictions"]}

    assert list(found) == list(range(8, 17))
    assert [found[8], found[16]] == pytest.approx([8 / 2.4, 16 / 4], rel=0.02)


def test_where_no_law_fits_nothing_is_predicted() -> None:
    """Two workers say nothing about three."""
    assert embedded(page(run()))["predictions"] == []


def test_an_answer_stands_apart_from_what_it_rests_on() -> None:
    """With a point for everything that was tried; a run that was asked nothing has none of them."""
    held = embedded(page(asked.run()))
    none = embedded(page(run()))

    assert [sheet["title"].partition(" ")[0] for sheet in held["why"]] == ["threads-2"]
    assert [sheet["title"].partition(" ")[0] for sheet in held["evidence"]] == ["What", "Suspects", "Blocked"]
    assert [(point["kind"], round(point["gain"], 1)) for point in held["tried"]] == [
        ("as it stands", 1.0),
        ("one thing changed", 2.0),
        ("one thing changed", 2.0),
        ("everything apart", 2.0),
        ("everything apart but one", 1.0),
        ("everything apart but one", 2.0),
        ("other model", 2.0),
    ]
    assert {point["given"] for point in held["tried"]} == {2}
    assert (none["why"], none["evidence"], none["tried"]) == ([], [], [])


def test_every_group_of_what_was_tried_has_a_look() -> None:
    """A shape that no other group has; a kind without a group of several is one itself."""
    groups = {points.GROUPS.get(kind, kind) for kind in get_args(TriedKind)}

    assert groups == set(looks.TRIED)
    assert len(set(looks.TRIED.values())) == len(groups)


def test_every_cpu_model_has_a_shape_of_its_own_until_all_are_taken() -> None:
    """Machines are told apart without colour too."""
    assert len({shape for _, shape in looks.MACHINES}) == len(looks.MACHINES)


def test_every_model_has_a_shape_of_its_own() -> None:
    """No two models look alike, however many a run has."""
    assert looks.MODELS.keys() == MODELS.keys()
    assert len(set(looks.MODELS.values())) == len(MODELS)


MEANINGS = {
    **dict(zip(BUILDS, COLOURS, strict=True)),
    **{share: colour for share, (colour, _) in looks.SHARES.items()},
    **{answer: colour for answer, (colour, _) in looks.ANSWERS.items() if colour != looks.INK},
    **{f"machine {place}": colour for place, (colour, _) in enumerate(looks.MACHINES)},
}
"""Every colour of the page's charts by what it means."""
OUTLINED = {"queued", "start, end"}
"""Pale parts of bars, which have an outline in the colour of text."""


def luminance(colour: str) -> float:
    """The relative luminance of a colour by its digits (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def style() -> dict[str, tuple[str, str]]:
    """The colours of the style sheet by name, in the light theme and in the dark one."""
    text = (Path(html.__file__).parent / "assets" / "page.css").read_text("utf-8")
    found = re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", text)
    return {name: (light, dark) for name, light, dark in found}


def test_a_colour_has_one_meaning() -> None:
    """Builds, shares, answers and machines have no colour in common."""
    assert len(set(MEANINGS.values())) == len(MEANINGS)


@pytest.mark.parametrize("meaning", sorted(MEANINGS.keys() - OUTLINED))
def test_marks_stand_out_in_both_themes(meaning: str) -> None:
    """Three to one at least against the paper that charts lie on (WCAG 2.2, 1.4.11)."""
    assert [paper for paper in style()["sheet"] if contrast(MEANINGS[meaning], paper) < 3] == []


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        *((ink, paper) for ink in ("ink", "quiet", "link") for paper in ("paper", "sheet")),
        ("ink", "better"),
        ("ink", "worse"),
    ],
)
def test_text_can_be_read_in_both_themes(ink: str, paper: str) -> None:
    """Four and a half to one at least (WCAG 2.2, 1.4.3), in the darkest cell of the heat map too."""
    assert [pair for pair in zip(style()[ink], style()[paper], strict=True) if contrast(*pair) < 4.5] == []


def test_every_chart_has_a_section_with_a_description() -> None:
    """The script finds both by the chart's name; the rounds of a lane are in the dialog."""
    template = (Path(html.__file__).parent / "assets" / "page.html").read_text("utf-8")

    assert [name for name in specifications() if f'id="{name}-text"' not in template] == []
    assert [name for name in specifications() if f' id="{name}">' not in template and name != "rounds"] == []


def test_steps_of_a_question_have_no_gains_to_choose_by() -> None:
    """Neither in the curves and the heat map, nor bars of cores; their tables and rounds are there."""
    held = embedded(page(asked.run()))

    assert {each["contest"] for each in held["lanes"] if each["gain"]} == {0}
    assert {each["contest"] for each in held["lanes"] if each["rounds"]} == {0, 1, 2, 3}
    assert {each["contest"] for each in held["lanes"] if each.get("shares")} == {0}


class TestLabels:
    """What stands beside a chart can be told apart."""

    def test_what_all_have_in_common_is_left_out(self) -> None:
        """The folder and the builds; names that end alike keep their ends."""
        assert labels(["cpu/a@3.14t", "cpu/ab@3.14t"]) == {"cpu/a@3.14t": "a", "cpu/ab@3.14t": "ab"}
        assert labels(["cpu/a@3.13t", "cpu/a@3.14t"]) == {"cpu/a@3.13t": "a@3.13t", "cpu/a@3.14t": "a@3.14t"}
        assert labels(["work.py:crunch@3.14t"]) == {"work.py:crunch@3.14t": "work.py:crunch@3.14t"}

    def test_a_long_one_loses_its_middle(self) -> None:
        """As long as it still differs from all others; else it is whole."""
        alike = [f"{'a' * 40}{place}{'z' * 40}" for place in range(2)]
        apart = [f"{place}{'a' * 80}" for place in range(2)]

        assert list(labels(alike).values()) == alike
        assert [len(label) for label in labels(apart).values()] == [34, 34]

    def test_those_of_pyperformance_are_short_and_differ(self) -> None:
        """All of its contests on record."""
        (path,) = (each for each in REFERENCE if each.stem.endswith("-pyperformance"))
        ids = [each.id for each in store.read(path).contests]
        told = list(labels(ids).values())

        assert len(set(told)) == len(set(ids))
        assert max(map(len, told)) <= 34


def test_the_largest_penalty_stands_first() -> None:
    """Whatever the order in which contests were run."""
    parts = []
    for name, slower in (("cpu/low", 1.02), ("cpu/high", 1.3), ("cpu/middle", 1.1)):
        of = contest(*LANES[:3], builds=pair())
        of = msgspec.structs.replace(of, id=f"{name}@3.14t", probe=msgspec.structs.replace(of.probe, id=name))
        measured = trials(dict(zip(LANES, (1e6, 1e6, slower * 1e6), strict=False)))
        parts.append(records(of, [msgspec.structs.replace(each, contest=of.id) for each in measured]))
    whole = msgspec.structs.replace(
        parts[0],
        contests=tuple(of for part in parts for of in part.contests),
        calibrations=tuple(of for part in parts for of in part.calibrations),
        trials=tuple(of for part in parts for of in part.trials),
    )

    assert [point["label"] for point in embedded(page(whole))["penalties"]] == ["high", "middle", "low"]


class TestHeadline:
    """The answer stands on top."""

    def test_one_workload_has_its_verdict(self) -> None:
        """Its name is the title, and the words are those of the terminal."""
        figures = of_run(run())
        (told,) = figures.contests
        assert told.verdict is not None

        assert headlines.of_run(figures) == headlines.Headline(
            title=NAME, answer=(in_words.paragraph(told, told.verdict),)
        )

    def test_why_threads_do_not_scale(self) -> None:
        """The cause and the remedy, before all evidence."""
        (answer,) = headlines.of_run(of_run(asked.run())).answer

        assert "Because of reference counts of the values of `TABLE`" in answer
        assert "What to do: give each thread its own copy" in answer

    def test_variants_are_counted(self) -> None:
        """A tenth less time in one lane, and none in the other."""
        lanes = [lane("3.14 a"), lane("3.14 a", control=True), lane("3.14 b"), lane("3.14 a", "threads", 2)]
        lanes.append(lane("3.14 b", "threads", 2))
        walls = dict(zip(lanes, (1e6, 1e6, 0.9e6, 1e6, 1e6), strict=True))
        of = records(variants(*lanes), trials(walls))
        (answer,) = headlines.of_run(of_run(of)).answer

        assert answer.startswith("b against a: of 2 lanes, 1 became faster and 0 slower")
        assert [(point["lane"], point["answer"]) for point in embedded(page(of))["variants"]] == [
            ("3.14 b:serial", "better"),
            ("3.14 b:threads-2", "no difference"),
        ]

    @pytest.mark.parametrize(
        ("observed", "words"),
        [
            (
                {"p99": 0.002, "longest": 0.003},
                "Beside one busy threads, 3.14 answers 99 of 100 requests within 2 ±0 ms.",
            ),
            ({"longest": 0.003}, "Beside one busy threads, 3.14 answers every request within 3 ±0 ms."),
        ],
    )
    def test_requests_are_told_beside_the_most_busy_workers(self, observed: dict[str, float], words: str) -> None:
        """At the switch interval that Python begins with; another case says nothing on top."""
        asked_of = contest(*(msgspec.structs.replace(lane("3.14"), way=way) for way in ("alone", "one")))
        told = []
        for case in ("0.005", "0.05"):
            looking = msgspec.structs.replace(
                asked_of.probe,
                id=f"latency/threads/{case}",
                kind="latency",
                case=case,
                observes={"p99": "s", "longest": "s"},
                ways=("alone", "one"),
            )
            of = msgspec.structs.replace(asked_of, probe=looking)
            looks_seen = [
                msgspec.structs.replace(each, observed=observed) for each in trials(dict.fromkeys(of.lanes, 1e6))
            ]
            told.append(headlines.of_run(of_run(records(of, looks_seen))).answer)

        assert told[0] == (words,)
        assert words not in told[1]

    def test_nothing_measured_is_said(self) -> None:
        """All lanes failed before their first trial."""
        of = msgspec.structs.replace(run(), trials=())

        assert headlines.of_run(of_run(of)).answer == (headlines.NOTHING,)


def test_what_was_observed_is_drawn() -> None:
    """Numbers, each with its unit; words stay in the tables, and a percentile of requests has a chart of its own."""
    (asked_of,) = (of := run()).contests
    for kind, expected in (("hazards", (3, 0)), ("latency", (0, 3))):
        looking = msgspec.structs.replace(
            asked_of.probe, id=f"{kind}/x/0.005", kind=kind, case=0.005, observes={"p99": "s"}, ways=("serial",)
        )
        looks_seen = tuple(msgspec.structs.replace(each, observed={"p99": 2.0}) for each in of.trials)
        seen = msgspec.structs.replace(
            of, contests=(msgspec.structs.replace(asked_of, probe=looking),), trials=looks_seen
        )
        held = embedded(page(seen))

        assert (len(held["seen"]), len(held["requests"])) == expected
        assert {point["text"] for point in (*held["seen"], *held["requests"])} == {"2 ±0 s"}


def figures_of_hosts(tmp_path: Path, name: FigureName) -> AcrossHosts:
    """One figure of two hosts that have a CPU model each."""
    runs = []
    for host, cpu, slower in (("a", "EPYC", 1.1), ("b", "Xeon", 1.5)):
        of = store.read(stored_run(tmp_path / name, made_run(slower=slower, noise=0.001, host=host), host))
        header = msgspec.structs.replace(of.header, host=msgspec.structs.replace(of.header.host, cpu=cpu))
        runs.append(summary(msgspec.structs.replace(of, header=header)))
    dated = [
        DatedFigure(each.host, each.started, figure)
        for each in runs
        for figure in each.figures
        if figure.name == name and (name == "penalty" or not figure.is_of_one_cpu)
    ]
    return across(name, dated, {each.host: [each.setting] for each in runs})


class TestSeveralRuns:
    """Two runs, or a history, as the page that a single run has."""

    def test_two_runs_side_by_side(self, tmp_path: Path) -> None:
        """A change beyond noise is called better or worse, and the largest stands first."""
        runs = [made_run(slower=1.1, with_yardsticks=True), made_run(slower=1.3, with_yardsticks=True, run="r2")]
        first, second = (summary(store.read(stored_run(tmp_path, of, f"run{place}"))) for place, of in enumerate(runs))
        compared = compare(first, second)
        held = embedded(html.page(several_runs.of_comparison(compared), LIBRARY))

        assert held["title"] == "r1, then r2"
        assert len(held["changes"]) == len(compared.rows)
        assert {point["answer"] for point in held["changes"]} <= looks.ANSWERS.keys()
        assert held["changes"][0]["value"] == max(point["value"] for point in held["changes"])
        assert held["of_run"]

    def test_a_history_is_drawn_in_the_unit_of_its_tables(self, tmp_path: Path) -> None:
        """A penalty in per cent, one row a version, in the order of versions."""
        paths = [
            stored_run(tmp_path, made_run(version=version, slower=1.1, run=f"r{version}", noise=0.001), version)
            for version in ("3.14.10", "3.14.9")
        ]
        dated = [
            DatedFigure(of.host, of.started, figure)
            for of in (summary(store.read(path)) for path in paths)
            for figure in of.figures
            if figure.name == "penalty"
        ]
        held = embedded(html.page(several_runs.of_history(history("penalty", "version", dated)), LIBRARY))
        (panel,) = {point["panel"] for point in held["levels"]}

        assert panel.endswith(" (%)")
        assert [point["when"] for point in held["levels"]] == ["3.14.9", "3.14.10"]
        assert [point["value"] for point in held["levels"]] == pytest.approx([10, 10], rel=0.2)

    def test_hosts_are_drawn_by_cpu_model(self, tmp_path: Path) -> None:
        """A point for each host and lane, curves that begin at one, and what few hosts answer stands on top."""
        compared = [figures_of_hosts(tmp_path, name) for name in ("penalty", "scaling")]
        answers = {"a": ("Yes.",), "b": ("No.",)}
        held = embedded(html.page(several_runs.of_hosts(*compared, answers=answers), LIBRARY))
        many = several_runs.of_hosts(*compared, answers=dict.fromkeys("abcdefg", ("Yes.",)))

        assert [(point["host"], point["cpu"], round(point["value"])) for point in held["hosts"]] == [
            ("a", "EPYC", 10),
            ("b", "Xeon", 50),
        ]
        assert [(point["host"], point["workers"], point["value"] == 1) for point in held["scalings"]] == [
            ("a", 1, True),
            ("a", 2, False),
            ("b", 1, True),
            ("b", 2, False),
        ]
        assert held["title"] == "Penalty on one thread, by host"
        assert len(embedded(html.page(many, LIBRARY))["answer"]) == 1
        assert [paragraph.partition(" ")[0] for paragraph in held["answer"][1:]] == ["a:", "b:"]
        assert held["about"][0]["title"] == "Hosts"

    def test_the_command_writes_a_page_of_a_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """By its path or as one below the results, and without names where that is asked for."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(output, "cache_dir", lambda: tmp_path / "cache")
        monkeypatch.setattr(shared, "_new_library", lambda: LIBRARY)
        for name in ("secret-1", "secret-2"):
            stored_run(tmp_path / "gilscope-results" / "fleet", made_run(run=name), name)

        assert cli.main(["page", "fleet", "-o", "named.html"]) == 0
        assert cli.main(["page", "gilscope-results/fleet", "--anonymous", "-o", "unnamed.html"]) == 0
        named, unnamed = ((tmp_path / name).read_text("utf-8") for name in ("named.html", "unnamed.html"))
        assert [point["host"] for point in embedded(named)["hosts"]] == ["secret-1", "secret-2"]
        assert [point["host"] for point in embedded(unnamed)["hosts"]] == ["host 1", "host 2"]
        assert "secret" not in unnamed

    def test_the_command_writes_the_page(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """With the option, instead of the table."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(output, "cache_dir", lambda: tmp_path / "cache")
        monkeypatch.setattr(shared, "_new_library", lambda: LIBRARY)
        for name in ("r1", "r2"):
            stored_run(tmp_path / "gilscope-results", made_run(run=name), name)

        assert cli.main(["compare", "r1", "r2", "-o", "both.html"]) == 0
        assert cli.main(["history", "-o", "history.html"]) == 0
        for name in ("both", "history"):
            assert embedded((tmp_path / f"{name}.html").read_text("utf-8"))["of_run"]


def test_claims_are_shown_where_there_are_any() -> None:
    """As the sheets that they come in; sheets without rows are none."""
    told = Sheet(title="What was said", columns=(ColumnHead("claim"),), rows=(("so it is",),))
    none = Sheet(title="What else", columns=(ColumnHead("claim"),), rows=())
    of = run()
    shown = embedded(html.page(content.content(report(of_run(of)), of.trials, [told, none]), LIBRARY))["claims"]

    assert [(sheet["title"], sheet["rows"]) for sheet in shown] == [("What was said", [["so it is"]])]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """The run as a file."""
    of = run()
    path = tmp_path / "run.jsonl"
    writer = store.RunWriter(path)
    known: list[Record] = [HEADER, *of.contests, *of.calibrations, *of.trials]
    for record in known:
        writer.append(record)
    writer.close()
    return path


def test_the_command_writes_one_file_without_addresses_to_load(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No element loads anything, and the policy lets nothing be loaded; Vega stands behind our own part of the file."""
    monkeypatch.setattr(output, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setattr(shared, "_new_library", lambda: LIBRARY)
    assert cli.main(["page", str(stored), "-o", str(tmp_path / "page.html")]) == 0

    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    own = text.partition("<script>")[0]

    assert "default-src 'none'" in own
    assert not re.search(r"<(link|script|img)[^>]+(src|href)=.?(https?:)?//", own)


@pytest.mark.parametrize("command", ["page", "charts"])
def test_without_the_extra_the_command_says_how_to_get_it(
    command: str, stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Altair is no dependency of a measurement."""
    for package, module in ((gilscope.page, "html"), (gilscope.page, "pictures")):
        monkeypatch.delattr(package, module, raising=False)
        monkeypatch.setitem(sys.modules, f"{package.__name__}.{module}", None)

    assert cli.main([command, str(stored)]) == 2
    assert "`pip install altair vl-convert-python` brings them" in capsys.readouterr().err


def unpacked(shared: Library) -> str:
    """The script that a page makes of what it brings."""
    return gzip.decompress(base64.b64decode(shared.vega)).decode()


class TestLibrary:
    """Vega is bundled once, and packed."""

    @pytest.fixture
    def bundled(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """What was bundled so far."""
        made: list[str] = []

        def bundle() -> str:
            made.append(f"bundle {len(made)}")
            return made[-1]

        monkeypatch.setattr(vl_convert, "javascript_bundle", bundle)
        monkeypatch.setattr(charts, "specifications", lambda: LIBRARY.charts)
        return made

    def test_it_is_kept_for_the_next_page(self, bundled: list[str], tmp_path: Path) -> None:
        """Also where the cache has yet to be made; nothing else is left there."""
        cache = tmp_path / "cache"

        assert [unpacked(library(cache)), unpacked(library(cache))] == ["bundle 0"] * 2
        assert len(bundled) == len(list(cache.iterdir())) == 1

    def test_where_it_cannot_be_kept_it_is_made_again(self, bundled: list[str], tmp_path: Path) -> None:
        """A page matters more than a cache."""
        blocked = tmp_path / "cache"
        blocked.write_text("a file, and no folder")

        assert [unpacked(library(blocked)), unpacked(library(blocked))] == bundled == ["bundle 0", "bundle 1"]

    def test_what_was_cut_off_is_made_again(self, bundled: list[str], tmp_path: Path) -> None:
        """A full disk may leave half of it."""
        library(tmp_path)
        (kept,) = tmp_path.iterdir()
        kept.write_bytes(kept.read_bytes()[:100])

        assert unpacked(library(tmp_path)) == bundled[-1] == "bundle 1"
