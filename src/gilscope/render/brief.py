"""A run in short, for a terminal: the answer in words, a table for each contest, findings as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render import findings, gains, in_words, verdict
from gilscope.render.report import comparisons, of_contest
from gilscope.render.sheet import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.figures.values import ContestFigures
    from gilscope.render.report import Report
    from gilscope.render.sheet import Block, Sheet

FEW = 4
"""The most contests of which each has its own table; of more, those over all of them fit two screens."""

MOST_LINES = 8
"""The most findings, or reasons why lanes were left out, that are listed."""

NOTHING = "No lane of {} was measured: the findings say why."


def brief(report: Report, width: int, *, in_full: bool = False) -> Iterator[Block]:
    """Yield what a terminal of this width shows of a run at first.

    With ``in_full``, every contest has its table, and findings are left to the sheets that say all of them. Contests
    that a question was asked with have none: the answer says what they say.
    """
    yield from report.answers
    contests = [item for item in report.run.contests if not (item.contest.watched or item.contest.has_interventions)]
    over_all = list(_over_all(report, contests)) if len(contests) > 1 else []
    yield from over_all
    if in_full or len(contests) <= FEW or not over_all:
        for contest in contests:
            yield from _of_contest(contest, width)
    if not in_full:
        yield from _listed("Findings", findings.finding_lines(report.run.contests))
        yield from _listed("Not measured", findings.skip_lines(report.run.skips))
        yield from _listed("Damaged lines of the run's file, left out", findings.damage_lines(report.run.damages))


def _over_all(report: Report, contests: Sequence[ContestFigures]) -> Iterator[Sheet]:
    """Yield the tables over several contests: a row for each verdict, and what sets others side by side."""
    judged = [contest for contest in contests if contest.verdict is not None]
    if judged:
        yield verdict.overview(judged)
    yield from (sheet for sheet in comparisons(report.run) if sheet.rows)


def _of_contest(contest: ContestFigures, width: int) -> Iterator[Block]:
    """Yield a contest's answer and its table."""
    if not (contest.lanes or contest.observations or contest.roles):
        yield NOTHING.format(contest.contest.id)
    elif contest.verdict is not None:
        yield in_words.paragraph(contest, contest.verdict)
        yield gains.sheet(contest, width)
    else:
        sheets = [sheet for sheet in of_contest(contest) if sheet.rows]
        of_variants = sheets[1:] if contest.contest.variants else []
        yield from of_variants or sheets[:1]


def _listed(title: str, lines: Sequence[str]) -> Iterator[Lines]:
    """Yield the first of some lines below their number."""
    left = len(lines) - MOST_LINES
    more = [f"and {left} more (--full)"] if left > 0 else []
    if lines:
        yield Lines(f"{title}: {len(lines)}", (*lines[:MOST_LINES], *more))
