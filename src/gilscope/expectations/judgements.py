"""Judgements: what became of a clause, and why; the shape in which every report gets it."""

from __future__ import annotations

from typing import Literal

import msgspec

from gilscope.expectations.clauses import Clause
from gilscope.stats.estimate import Estimate

Verdict = Literal["held", "refuted", "undecided"]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A clause with its verdict and the reason for it.

    ``ratio`` is what was measured, with an interval of its own, where the clause has a bound. ``advice`` says what
    would decide what is undecided. The work stands in a ``line`` of the file at ``path``, where that is known.
    """

    clause: Clause
    verdict: Verdict
    reason: str
    ratio: Estimate | None = None
    advice: str = ""
    path: str = ""
    line: int = 1


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A whole check: when it ended (UTC), how long it took, where the trials are, and every judgement."""

    date: str
    seconds: float
    results: tuple[str, ...]
    judgements: tuple[Judgement, ...]

    def of(self, verdict: Verdict) -> list[Judgement]:
        """Those with one verdict."""
        return [each for each in self.judgements if each.verdict == verdict]
