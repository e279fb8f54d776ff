"""What stands on top of a page: the name of what was measured, and the answer in sentences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures.observations import LONGEST, request_times
from gilscope.page.labels import labels
from gilscope.render import changes, history, hosts, in_words, numbers, why
from gilscope.render.sheet import BETTER, WORSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gilscope.figures.observations import Observation
    from gilscope.figures.run import RunFigures
    from gilscope.figures.values import ContestFigures
    from gilscope.figures.why import Why
    from gilscope.history.hosts import AcrossHosts
    from gilscope.history.series import History
    from gilscope.history.two_runs import RunComparison

MOST_NAMES = 3
"""The most workloads that are named in a title, and the most whose verdicts stand on top in full."""
MOST_HOSTS = 6
"""The most hosts whose own answers stand on top."""
NOTHING = "Nothing was measured: the findings below say why."
VERDICTS = "What to run each workload on stands under “In short”."
SWITCH_INTERVAL_S = 0.005
"""What `sys.getswitchinterval` gives where nothing has set it."""
BELOW = "Each table below answers the question in its title."


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """The top of a page: a title, and the answer as paragraphs."""

    title: str
    answer: tuple[str, ...]


def of_run(run: RunFigures) -> Headline:
    """The workloads of a run, and the first answer that it has."""
    answer = next(filter(None, (tuple(paragraphs) for paragraphs in _answers(run))), (BELOW,))
    return Headline(title=_named([contest.contest.probe.id for contest in run.contests]), answer=answer)


def alone(run: RunFigures) -> tuple[str, ...]:
    """The answer of a run by itself, where there is no page that has the rest of it."""
    return tuple(paragraph for paragraph in of_run(run).answer if paragraph not in {VERDICTS, BELOW})


def _answers(run: RunFigures) -> Iterator[Iterable[str]]:
    """Everything that could stand on top, what says most first."""
    yield map(_why, run.answers)
    yield _variants(run.contests)
    yield _verdicts(run.contests)
    yield _mean_penalties(run)
    yield _requests(run.contests)
    yield () if any(contest.lanes or contest.observations or contest.roles for contest in run.contests) else (NOTHING,)
    questions = dict.fromkeys(contest.contest.probe.question for contest in run.contests)
    yield questions if len(questions) <= MOST_NAMES else ()


def _why(answer: Why) -> str:
    """What a lane loses because of what, and what to do."""
    sheet = why.answer_sheet(answer)
    guilty = [row for row in sheet.rows if row[0] == "because of"] or sheet.rows
    behind = " " if answer.ending == "causes" else ": "
    named = ((behind.join(filter(None, (judgement, what))), cost) for judgement, what, cost in guilty)
    causes = (f"{name[:1].upper()}{name[1:]}: {cost}." for name, cost in named)
    advice = (note for note in sheet.notes if note.startswith("What to do"))
    return " ".join([f"{sheet.title}.", *causes, *advice])


def _variants(contests: Sequence[ContestFigures]) -> Iterator[str]:
    """How many lanes of each variant became better or worse."""
    answers: dict[str, Counter[str]] = {}
    for contest in contests:
        for row in () if contest.variants is None else contest.variants.lanes:
            first = contest.contest.variants[0].label
            of_variant = answers.setdefault(f"{row.variant.label} against {first}", Counter())
            of_variant[row.comparison.answer] += 1
    for variant, counts in answers.items():
        yield (
            f"{variant}: of {counts.total()} lanes, {counts['better']} became faster and {counts['worse']} slower; for "
            f"{counts['no difference']}, no difference could be told."
        )


def _verdicts(contests: Sequence[ContestFigures]) -> Iterator[str]:
    """The verdict of each workload, where there are few."""
    judged = [(contest, contest.verdict) for contest in contests if contest.verdict is not None]
    if len(judged) > MOST_NAMES:
        return
    for contest, found in judged:
        beginning = f"{contest.contest.id}: " if len(judged) > 1 else ""
        yield beginning + in_words.paragraph(contest, found)


def _mean_penalties(run: RunFigures) -> Iterator[str]:
    """The mean cost of each build on one thread, and where the verdicts on single workloads stand."""
    for pair in run.pairs:
        mean = pair.mean_penalties.get(pair.name)
        if mean is not None:
            much = numbers.change(mean, "more", "less")
            yield (
                f"On one thread, {pair.name} takes {much} time than the default build: the geometric mean of "
                f"{len(pair.contests)} workloads."
            )
    if any(contest.verdict is not None for contest in run.contests):
        yield VERDICTS


def _requests(contests: Sequence[ContestFigures]) -> Iterator[str]:
    """How long requests take beside the most busy workers of each kind, at the default switch interval."""
    timed = [figures for figures in contests if figures.contest.probe.times_requests]
    for figures in timed:
        probe = figures.contest.probe
        if float(probe.case or 0) != SWITCH_INTERVAL_S:
            continue
        times = request_times(figures.observations)
        most = [lane for lane in figures.contest.lanes if lane.way == probe.ways[-1] and not lane.control]
        told = [f"{lane.arm.name} answers {_answered(times[lane.name])}" for lane in most if lane.name in times]
        if told:
            yield f"Beside {probe.ways[-1]} busy {probe.id.split('/')[1]}, {', '.join(told)}."


def _answered(seen: Observation) -> str:
    """How many requests are answered within what time."""
    assert seen.estimate is not None  # noqa: S101 - times are numbers
    number = "every request" if seen.name == LONGEST else "99 of 100 requests"
    return f"{number} within {numbers.seconds(seen.estimate)}"


def of_comparison(compared: RunComparison) -> Headline:
    """Two runs by name, and how many of their figures changed."""
    marks = [changes.mark(row.figure, row.change) for row in compared.rows]
    judged = sum(row.change.judged for row in compared.rows)
    better, worse = (sum(mark.endswith(end) for mark in marks) for end in (BETTER, WORSE))
    answer = f"Of {judged} changes that can be judged, {better} are better and {worse} worse beyond noise."
    unjudged = len(marks) - judged
    left = f" {unjudged} more cannot be judged, since there is no yardstick for them." if unjudged else ""
    return Headline(title=f"{compared.before}, then {compared.after}", answer=(answer + left,))


def of_history(followed: History) -> Headline:
    """The figure that is followed, and how many of its changes are beyond noise."""
    title = f"{history.TITLES[followed.figure]}, by {followed.by}"
    return Headline(title=title, answer=(history.verdict(followed),))


def of_hosts(compared: AcrossHosts, answers: Mapping[str, Sequence[str]]) -> Headline:
    """The figure that hosts are compared in, how many differ between them, and what few hosts answer by themselves."""
    few = answers.items() if len(answers) <= MOST_HOSTS else ()
    alone = (f"{host}: {' '.join(paragraphs)}" for host, paragraphs in few if paragraphs)
    return Headline(title=f"{history.TITLES[compared.figure]}, by host", answer=(hosts.verdict(compared), *alone))


def _named(probes: Iterable[str]) -> str:
    """A title for workloads: their names where they are few, or else their kinds and their number."""
    distinct = list(dict.fromkeys(probes))
    if len(distinct) <= MOST_NAMES:
        return ", ".join(distinct) or "Nothing"
    kinds = dict.fromkeys(name.partition("/")[0] for name in distinct if "/" in name)
    if kinds and len(kinds) <= MOST_NAMES:
        return f"{', '.join(kinds)}: {len(distinct)} workloads"
    return f"{len(distinct)} workloads: {', '.join(list(labels(distinct).values())[:MOST_NAMES])} and others"
