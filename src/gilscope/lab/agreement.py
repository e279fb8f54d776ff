"""Whether the lanes of one launch agree on their results, variant by variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.values.lanes import CONTROL
from gilscope.values.records import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gilscope.lab.protocol import Measured
    from gilscope.values.contests import Contest

NOT_REPEATABLE = "two runs of one interpreter, on one thread, give different results, so that no lane's can be judged"


class Agreement:
    """What each variant's lanes should result in, and which of them got something else.

    Expected is what the reference got in the launch's first round or, where it failed, the lane that ran first.
    Where the reference itself or its second copy got something else, no lane is to blame: the work gives another
    result to one interpreter, on one thread.
    """

    def __init__(self, contest: Contest) -> None:
        self._contest = contest
        self._variants = {spec.name: contest.variant_of(spec) for spec in contest.lanes}
        self._expected: dict[str, tuple[str, str]] = {}
        self._shown: dict[str, str] = {}

    def see(self, timing: Measured) -> None:
        """Keep how results begin, to show them."""
        self._shown |= texts(timing)

    def faults(self, digests: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Fault]]:
        """Yield what is wrong with a round, given the digests of each lane's workers: lanes, each with its fault."""
        for variant in self._contest.variants or (None,):
            of_variant = {name: of_lane for name, of_lane in digests.items() if self._variants[name] == variant}
            yield from self._of_variant(self._contest.reference_of(variant), of_variant)

    def _of_variant(self, reference: str, digests: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Fault]]:
        if reference not in self._expected:
            lane = reference if reference in digests else next(iter(digests), None)
            if lane is None:
                return
            self._expected[reference] = lane, digests[lane][0]
            yield from self._of_first_variant(reference)
        lane, expected = self._expected[reference]
        strange = {
            name: other
            for name, of_workers in digests.items()
            if (other := next((digest for digest in of_workers if digest != expected), None)) is not None
        }
        copies = [name for name in strange if lane == reference == name.removesuffix(CONTROL)]
        if copies:
            words = self._difference(strange[copies[0]], expected)
            yield lane, Fault("check", "not repeatable", f"{NOT_REPEATABLE}: {words}")
            return
        for name, other in strange.items():
            words = self._difference(other, expected)
            yield name, Fault("check", "disagreed", f"its result is not that of {lane}: {words}")

    def _of_first_variant(self, reference: str) -> Iterator[tuple[str, Fault]]:
        """Yield, once per launch, that a variant's results are not those of the first one."""
        _, first = self._expected.get(self._contest.reference, ("", None))
        _, own = self._expected[reference]
        if first not in {None, own}:
            words = self._difference(own, str(first))
            yield (
                reference,
                Fault("check", "differs", f"its results are not those of {self._contest.reference}: {words}"),
            )

    def _difference(self, other: str, expected: str) -> str:
        """Two results as they begin, by their digests."""
        both = [self._shown.get(digest, digest) for digest in (other, expected)]
        return f"both begin with {both[0]}" if both[0] == both[1] else f"{both[0]} instead of {both[1]}"


def texts(timing: Measured) -> dict[str, str]:
    """The beginnings of all workers' results by their digests."""
    return dict(zip(timing.digests, timing.shown or timing.digests, strict=True))
