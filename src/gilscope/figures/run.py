"""The figures of a stored run, computed once for every sheet, page and file that shows them; pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from gilscope.figures import answering, contest, lanes, variants
from gilscope.figures.transport import Means, means
from gilscope.figures.values import ContestFigures, CpusUsed, PairFigures
from gilscope.figures.variants import VariantMeans
from gilscope.figures.why import Why
from gilscope.stats.estimate import geometric_mean
from gilscope.values.contests import Skip
from gilscope.values.records import Damage, RunHeader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gilscope.stats.estimate import Estimate
    from gilscope.values.records import Run


class RunFigures(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of a run: ``pairs`` are free-threaded builds beside their twins, ``means`` ways to send payloads.

    ``variants`` has what variants take over several workloads, and ``answers`` why threads do not scale, for each lane
    that was asked about. ``damages`` are the lines of the run's file that are in no figure.
    """

    header: RunHeader
    contests: tuple[ContestFigures, ...]
    pairs: tuple[PairFigures, ...]
    means: tuple[Means, ...]
    variants: VariantMeans
    answers: tuple[Why, ...]
    skips: tuple[Skip, ...]
    damages: tuple[Damage, ...] = ()

    @property
    def cpus_used(self) -> CpusUsed | None:
        """The CPUs that the contest with the most workers used, None where none spread work."""
        return most_used(self.contests)


def of_run(run: Run) -> RunFigures:
    """The figures of every contest that was begun, in the order in which they were run."""
    measured = lanes.contests(run)
    contests = tuple(contest.figures(contest_lanes, run.header.host) for contest_lanes in measured)
    told = together(run.header, contests, run.skips, answering.answers(measured, run.watched))
    return msgspec.structs.replace(told, damages=run.damages)


def together(
    header: RunHeader, contests: Sequence[ContestFigures], skips: Sequence[Skip] = (), answers: Sequence[Why] = ()
) -> RunFigures:
    """The figures of contests, each alone and all together."""
    return RunFigures(
        header=header,
        contests=tuple(contests),
        pairs=by_pair(contests),
        means=means(contests),
        variants=variants.means(figures.variants for figures in contests),
        answers=tuple(answers),
        skips=tuple(skips),
    )


def most_used(contests: Iterable[ContestFigures]) -> CpusUsed | None:
    """The CPUs that the contest with the most workers used, None where none spread work."""
    used = [contest.cpus_used for contest in contests if contest.cpus_used is not None]
    return max(used, key=lambda item: item.workers, default=None)


def by_pair(contests: Iterable[ContestFigures]) -> tuple[PairFigures, ...]:
    """The contests that spread work and measured a free-threaded build, pair by pair."""
    groups: dict[str, list[ContestFigures]] = defaultdict(list)
    for figures in contests:
        if figures.contest.pair is not None and figures.lanes and not figures.asks_about_workers:
            groups[figures.contest.pair.free_threaded.name].append(figures)
    return tuple(
        PairFigures(
            name=name,
            contests=tuple(group),
            mean_penalties=_mean_penalties(group),
            mean_gil_off=_mean([figures.gil_off.ratio for figures in group if figures.gil_off is not None]),
        )
        for name, group in groups.items()
    )


def _mean_penalties(contests: Iterable[ContestFigures]) -> dict[str, Estimate]:
    ratios: dict[str, list[Estimate]] = defaultdict(list)
    for figures in contests:
        for penalty in figures.penalties:
            ratios[penalty.arm].append(penalty.ratio)
    means_by_arm = {arm: _mean(of_arm) for arm, of_arm in ratios.items()}
    return {arm: mean for arm, mean in means_by_arm.items() if mean is not None}


def _mean(ratios: Sequence[Estimate]) -> Estimate | None:
    """The geometric mean as a relative difference; a single ratio needs none."""
    return geometric_mean(ratios).relative() if len(ratios) > 1 else None
