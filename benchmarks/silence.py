"""The observer of benchmarks that run contests: nobody watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gilscope.values.contests import Contest
    from gilscope.values.progress import Progress
    from gilscope.values.records import ContestEnd
    from gilscope.values.rules import Rules
    from gilscope.values.watching import Watched


class Silent:
    """An observer that looks away."""

    def waits(self, holder: int | None) -> None:
        """Somebody else measures on this machine."""

    def contest_begins(self, contest: Contest, rules: Rules) -> None:
        """Nothing."""

    def progress(self, progress: Progress) -> None:
        """Nothing."""

    def watched(self, record: Watched) -> None:
        """Nothing."""

    def contest_ends(self, end: ContestEnd) -> None:
        """Nothing."""
