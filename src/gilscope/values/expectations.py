"""What a person expects of a piece of work, as declared, and bounds as they are written."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import msgspec

from gilscope.values.bounds import Workers

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUND = re.compile(r"\s*(>=|<=)\s*(\d+(?:\.\d+)?)\s*(%|x)\s*(of the machine)?\s*")
Kind = Literal[
    "gil",
    "models",
    "same-result",
    "no-fallback",
    "overlap",
    "scaling",
    "penalty",
    "memory",
    "against",
    "no-slower-than",
]
"""What can be expected."""
SLOWER = "<= 5 %"
"""By how much something may be slower where nobody says more."""
FORMS = "a bound is written as '<= 15 %', '<= 1.2x', '>= 1.5x' or '>= 80 % of the machine'"


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """A bound of a ratio: ``at_least`` or at most ``ratio``, in ``words`` as it was written."""

    at_least: bool
    ratio: float
    of_machine: bool
    words: str

    @property
    def log(self) -> float:
        """The bound on the log scale, on which ratios are estimated."""
        return math.log(self.ratio)


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """How many workers shall be inside the work at one time."""

    workers: Workers = 2


class Expectation(msgspec.Struct, frozen=True, kw_only=True, rename=lambda name: name.replace("_", "-")):
    """A table ``[[tool.gilscope.expect]]``: what a workload is expected to do, and where.

    ``workload`` is anything that `gilscope run` takes, or a name of the project's own. ``on`` names runtimes, and
    ``models`` who spreads the work (threads, where none is named), each with a number of ``workers``. ``slower`` is
    the bound of ``against``, the revision that the working tree is held against, and of ``no-slower-than``, another
    workload. All else is expected only if named.
    """

    workload: str
    on: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    workers: Workers = 2
    packages: tuple[str, ...] = msgspec.field(default=(), name="with")
    gil: Literal["off"] | None = None
    same_result: bool = False
    no_fallback: bool = False
    overlap: Overlap | None = None
    scaling: str | None = None
    penalty: str | None = None
    memory: str | None = None
    against: str | None = None
    no_slower_than: str | None = None
    slower: str = SLOWER


def bound(text: str, *, of_scaling: bool) -> Bound:
    """A bound as a ratio: percentages are shares of the machine in a scaling, and differences elsewhere.

    Raises:
        ValueError: it is none, with the forms that there are.
    """
    found = BOUND.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r}: {FORMS}")
    sign, number, unit, of_machine = found.groups()
    if of_scaling != (sign == ">=") or (of_machine and not of_scaling):
        raise ValueError(f"{text!r}: a scaling has a bound >=, and all else one <=, of which the machine is none")
    value = float(number)
    is_share = of_scaling and unit == "%"
    ratio = value if unit == "x" else value / 100 if is_share else 1 + value / 100
    if not 0 < ratio < math.inf:
        raise ValueError(f"{text!r}: a bound is above zero")
    return Bound(at_least=of_scaling, ratio=ratio, of_machine=is_share, words=" ".join(text.split()))


class Bounds(NamedTuple):
    """The bounds of one expectation, those that it has."""

    scaling: Bound | None
    penalty: Bound | None
    memory: Bound | None
    slower: Bound


def bounds(expectation: Expectation) -> Bounds:
    """The bounds of an expectation.

    Raises:
        ValueError: one of them is none, with its key.
    """

    def read(key: str, text: str | None) -> Bound | None:
        try:
            return None if text is None else bound(text, of_scaling=key == "scaling")
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from None

    return Bounds(
        scaling=read("scaling", expectation.scaling),
        penalty=read("penalty", expectation.penalty),
        memory=read("memory", expectation.memory),
        slower=bound(expectation.slower, of_scaling=False),
    )


def nonsense(expectation: Expectation) -> Iterator[str]:
    """What is wrong with an expectation whose keys all have the right type."""
    try:
        read = bounds(expectation)
    except ValueError as error:
        yield str(error)
        return
    if not (_is_load_proof(expectation) or any(read[:3]) or expectation.against or expectation.no_slower_than):
        yield f"it expects nothing: name one of {', '.join(get_args(Kind))}"


def _is_load_proof(expectation: Expectation) -> bool:
    return bool(
        expectation.gil
        or expectation.models
        or expectation.same_result
        or expectation.no_fallback
        or expectation.overlap
    )
