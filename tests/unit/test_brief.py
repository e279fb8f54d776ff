"""A run in short: the answer first, the highest gain on top, and nothing that vanishes without a word."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec
import pytest
from rich.console import Console

from builders import HEADER, PROBE, contest, lane, pair, records, trials, variants
from gilscope.figures.run import of_run, together
from gilscope.render import findings, gains, in_words, terminal, verdict
from gilscope.render.brief import brief
from gilscope.render.report import report
from gilscope.render.sheet import Lines, Sheet
from gilscope.values.contests import Skip
from gilscope.values.records import ContestEnd, Finding, Memory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gilscope.figures.values import ContestFigures
    from gilscope.render.sheet import Block
    from gilscope.values.lanes import LaneSpec

TWIN = lane("3.14")
CONTROL = lane("3.14", control=True)
FREE = lane("3.14t")
THREADS = lane("3.14t", "threads", 2)
PROCESSES = lane("3.14", "processes", 2)
SPINNING = lane("3.14", "capacity", 2)
WITH_GIL = lane("3.14t+gil", "interpreters-shared", 2)
WALLS = {TWIN: 1e8, CONTROL: 1.001e8, FREE: 1.1e8, THREADS: 1.1e8, PROCESSES: 1.5e8, WITH_GIL: 2.4e8}
FINDING = Finding(
    contest="cpu/primes@3.14t",
    lane="3.14t:interpreters-2",
    launch=0,
    phase="load",
    kind="raised",
    reason="ValueError: no",
)
NUMPY = msgspec.structs.replace(
    FINDING,
    reason="ImportError: \n\nIMPORTANT: PLEASE READ THIS FOR ADVICE ON HOW TO SOLVE THIS ISSUE!\n\nImporting the nu",
    detail="Traceback (most recent call last):\n  ...\nOriginal error was: no subinterpreters\n",
)


def measured(
    walls: Mapping[LaneSpec, float] = WALLS, happened: Sequence[Finding] = (), name: str = PROBE.id
) -> ContestFigures:
    """A contest whose lanes took so long, and held 16 MiB for each worker."""
    of = contest(*walls, builds=pair())
    of = msgspec.structs.replace(of, id=f"{name}@3.14t", probe=msgspec.structs.replace(PROBE, id=name))
    renamed = [msgspec.structs.replace(trial, contest=of.id) for trial in trials(walls)]
    held = [
        Memory(contest=of.id, lane=spec.name, launch=launch, processes=1, resident_bytes=spec.workers * 2**24)
        for spec in walls
        for launch in range(7)
    ]
    end = ContestEnd(contest=of.id, reason="budget", seconds=11.4, launches=7)
    run = msgspec.structs.replace(records(of, renamed, happened), memory=held, ends=[end])
    (made,) = of_run(run).contests
    return made


def blocks(*contests: ContestFigures, skips: Sequence[Skip] = (), in_full: bool = False) -> list[Block]:
    """What a terminal of 80 columns is shown of contests."""
    return list(brief(report(together(HEADER, contests, skips)), 80, in_full=in_full))


def shown(of: Sequence[Block], width: int) -> list[str]:
    """The lines of a terminal of this width."""
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False)
    terminal.show_blocks(console, of)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def column(sheet: Sheet, heading: str) -> list[str]:
    """The cells below a heading."""
    place = [head.heading for head in sheet.columns].index(heading)
    return [row[place] for row in sheet.rows]


class TestTheTable:
    """Every lane of one contest."""

    def test_it_is_sorted_by_gain_and_has_its_winner_marked(self) -> None:
        """The reference stands where its gain of one belongs; the mark is explained."""
        sheet = gains.sheet(measured(), 80)

        assert [row[0] for row in sheet.rows] == [
            "> 3.14t:threads-2",
            "  3.14:processes-2",
            "  3.14:serial",
            "  3.14t:serial",
            "  3.14t+gil:interpreters-shared-2",
        ]
        assert column(sheet, "gain")[2] == "1 (reference)"
        assert gains.MEANINGS[gains.WINNER] in sheet.notes
        assert gains.MEANINGS[gains.TIE] not in sheet.notes

    def test_ties_have_one_mark(self) -> None:
        """The order among them says nothing."""
        sheet = gains.sheet(measured({**WALLS, PROCESSES: 1.1e8}), 80)

        assert sorted(row[0] for row in sheet.rows if row[0].startswith("= ")) == [
            "= 3.14:processes-2",
            "= 3.14t:threads-2",
        ]
        assert not any(row[0].startswith("> ") for row in sheet.rows)
        assert gains.MEANINGS[gains.TIE] in sheet.notes

    def test_where_nothing_is_better_nothing_is_marked(self) -> None:
        """The paragraph says what is ruled out."""
        sheet = gains.sheet(measured({TWIN: 1e8, CONTROL: 1.001e8, FREE: 1.1e8, THREADS: 3e8}), 80)

        assert [row[0] for row in sheet.rows] == ["3.14:serial", "3.14t:serial", "3.14t:threads-2"]
        assert not set(gains.MEANINGS.values()) & set(sheet.notes)

    def test_what_cannot_be_told_has_a_mark_of_its_own(self) -> None:
        """Two copies of one lane differ by a half, so that anything may be better."""
        sheet = gains.sheet(measured({**WALLS, CONTROL: 1.5e8, THREADS: 1.9e8}), 80)

        assert "? 3.14t:threads-2" in [row[0] for row in sheet.rows]
        assert gains.MEANINGS[gains.UNDECIDED] in sheet.notes

    def test_each_lane_says_what_it_needs(self) -> None:
        """In the quantity that the heading names."""
        sheet = gains.sheet(measured(), 80)

        assert column(sheet, "memory (resident)")[0].startswith("32")
        assert column(sheet, "efficiency")[0].startswith("100")

    @pytest.mark.parametrize(("width", "length", "has_time"), [(80, 14, False), (200, 60, True)])
    def test_bars_take_the_room_that_is_left(self, width: int, length: int, *, has_time: bool) -> None:
        """At 80 columns the times per unit go, with a note; at 200 all are there, and bars are long."""
        sheet = gains.sheet(measured(), width)
        (drawn,) = [number for number, head in enumerate(sheet.columns) if head.drawn]
        text = " ".join(" ".join(shown([sheet], width)).split())

        assert {len(cell) for cell in (sheet.columns[drawn].heading, *(row[drawn] for row in sheet.rows))} == {length}
        assert ("No room at" in text) != has_time
        assert max(map(len, shown([sheet], width))) <= width

    def test_builds_that_differ_are_called_that(self) -> None:
        """It is the one note on builds that nobody may miss."""
        made = measured()
        unlike = msgspec.structs.replace(made.contest, pair=pair(("PGO: yes against no",)))
        sheet = gains.sheet(msgspec.structs.replace(made, contest=unlike), 80)

        assert any("NOT COMPARABLE" in note for note in sheet.notes)
        assert not any("same version" in note for note in gains.sheet(made, 80).notes)


class TestOneContest:
    """A paragraph, a table, and lines."""

    def test_the_answer_comes_first(self) -> None:
        """In words, then lane by lane, then what went wrong."""
        made = measured(happened=[FINDING])
        assert made.verdict is not None
        paragraph, table, found = blocks(made)

        assert paragraph == in_words.paragraph(made, made.verdict)
        assert table == gains.sheet(made, 80)
        assert found == Lines("Findings: 1", ("3.14t:interpreters-2: raised (load): ValueError: no",))

    def test_it_fits_a_screen(self) -> None:
        """A contest of six lanes with a failure is read without scrolling, and no line is too long."""
        lines = shown(blocks(measured(happened=[NUMPY])), 80)

        assert len(lines) < 32
        assert max(map(len, lines)) <= 80

    def test_what_nobody_measured_is_said(self) -> None:
        """A lane that fails everywhere leaves no table."""
        nothing = msgspec.structs.replace(measured(), lanes=(), verdict=None)

        assert blocks(nothing)[0] == "No lane of cpu/primes@3.14t was measured: the findings say why."

    def test_without_its_reference_there_are_times(self) -> None:
        """Gains are over nothing then."""
        without = msgspec.structs.replace(measured(), verdict=None)
        (sheet,) = blocks(without)

        assert isinstance(sheet, Sheet)
        assert sheet.columns[1].heading == "time per unit"

    def test_variants_are_compared_lane_by_lane(self) -> None:
        """They have no verdict."""
        walls = {lane("3.14t main"): 1e8, lane("3.14t HEAD"): 0.9e8}
        (made,) = of_run(records(variants(*walls), trials(walls))).contests
        (sheet,) = blocks(made)

        assert isinstance(sheet, Sheet)
        assert "time against main" in sheet.title


class TestSeveralContests:
    """A row each comes first."""

    @pytest.mark.parametrize(("number", "tables"), [(2, 2), (4, 4), (5, 0)])
    def test_few_of_them_have_tables_too(self, number: int, tables: int) -> None:
        """Of more, the overview is what fits."""
        contests = [measured(name=f"cpu/{place}") for place in range(number)]
        overview, *others = blocks(*contests)

        assert overview == verdict.overview(contests)
        assert sum(isinstance(block, Sheet) for block in others) == tables
        assert sum(isinstance(block, str) for block in others) == tables

    def test_in_full_all_of_them_have(self) -> None:
        """Findings are left to the tables that say all of them."""
        contests = [measured(name=f"cpu/{place}", happened=[FINDING]) for place in range(5)]

        assert sum(isinstance(block, Sheet) for block in blocks(*contests, in_full=True)) == 1 + len(contests)
        assert not any(isinstance(block, Lines) for block in blocks(*contests, in_full=True))

    def test_findings_are_counted_and_the_first_listed(self) -> None:
        """Each names its contest."""
        contests = [
            measured(name=f"cpu/{place}", happened=[msgspec.structs.replace(FINDING, contest=f"cpu/{place}@3.14t")])
            for place in range(10)
        ]
        found = blocks(*contests)[-1]

        assert isinstance(found, Lines)
        assert found.title == "Findings: 10"
        assert found.lines[0].startswith("cpu/0@3.14t 3.14t:interpreters-2: raised")
        assert found.lines[8:] == ("and 2 more (--full)",)

    @pytest.mark.parametrize("width", [80, 200])
    def test_many_fit_two_screens(self, width: int) -> None:
        """Twenty workloads in a hundred lines."""
        lines = shown(blocks(*(measured(name=f"kind/workload_{place}") for place in range(20))), width)

        assert len(lines) <= 100
        assert max(map(len, lines)) <= width


def test_a_wrapped_exception_says_its_last_line() -> None:
    """NumPy's advice is in full only; its reason was cut before it came to the point."""
    made = measured(happened=[NUMPY])

    assert findings.finding_lines([made]) == [
        "3.14t:interpreters-2: raised (load): ImportError: Original error was: no subinterpreters"
    ]


@pytest.mark.parametrize(
    ("lanes", "named"),
    [
        ((TWIN, CONTROL, SPINNING, FREE), "3.14:serial and 1 more"),
        ((CONTROL, SPINNING), f"{CONTROL.name} and 1 more"),
    ],
    ids=["asked for", "beside them"],
)
def test_lanes_that_nobody_asked_for_count_where_it_happened_in_them_alone(
    lanes: Sequence[LaneSpec], named: str
) -> None:
    """A function that raises does so in second copies too, and whoever counts lanes has none of those."""
    happened = [msgspec.structs.replace(FINDING, lane=of.name) for of in lanes]
    made = measured({**WALLS, SPINNING: 1e8}, happened)

    assert [line.partition(": raised")[0] for line in findings.finding_lines([made])] == [named]


def test_lanes_that_were_left_out_have_a_line_for_each_reason() -> None:
    """The first by name, the others by number."""
    left_out = [Skip(contest="c", lane=f"3.11:interpreters-{count}", reason="too old") for count in (2, 4)]

    assert blocks(measured(), skips=left_out)[-1] == Lines(
        "Not measured: 1", ("3.11:interpreters-2 and 1 more: too old",)
    )
