"""What the runs that are compared may each be off by, figure by figure; pure.

Figures of a kind are off alike: a ratio of two lanes of one worker by less than one that needs a second CPU, and both
by less than a time, in which the machine's speed does not cancel.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from gilscope.stats.between import Difference, run_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.history.summary import Figure, FigureName
    from gilscope.stats.estimate import Estimate

    Kind = tuple[FigureName, bool, bool]


class BetweenRuns:
    """The errors of single runs by kind of figure, estimated from pairs of runs that were made alike."""

    def __init__(self, pairs: Iterable[tuple[Figure, Figure]]) -> None:
        differences: dict[Kind, list[Difference]] = defaultdict(list)
        for early, late in pairs:
            differences[_kind(early, relative=False)].append(_difference(early.log, late.log))
            if early.yardstick is not None and late.yardstick is not None and are_comparable(early, late):
                relative = _difference(early.yardstick.log, late.yardstick.log)
                differences[_kind(early, relative=True)].append(relative)
        known = {kind: [each for each in of_kind if math.isfinite(each.error)] for kind, of_kind in differences.items()}
        self._errors = {kind: run_error(of_kind) for kind, of_kind in known.items()}

    def error(self, figure: Figure, *, relative: bool) -> Estimate:
        """What a run may be off by in this figure, on the log scale."""
        return self._errors.get(_kind(figure, relative=relative)) or run_error(())


def are_comparable(*figures: Figure) -> bool:
    """Whether a change from one of these figures to another is the program's rather than the machine's."""
    (basis, *others) = {figure.basis for figure in figures}
    return basis is not None and not others


def _kind(figure: Figure, *, relative: bool) -> Kind:
    return figure.name, figure.work == "serial", relative and figure.yardstick is not None


def _difference(early: Estimate, late: Estimate) -> Difference:
    return Difference(late.value - early.value, math.hypot(early.standard_error, late.standard_error))
