"""What is audited, what was seen of it, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

Way = Literal["main", "interpreter", "threads"]
"""How something is imported: in the main interpreter, in one that owns its GIL, or from many threads at once."""
Kind = Literal[
    "turns the GIL on",
    "would turn the GIL on",
    "is refused",
    "would be refused",
    "falls back",
    "has no wheel",
    "cannot be imported",
    "fails in threads",
    "differs in threads",
    "says nothing of threads",
    "crashes",
    "hangs",
    "not looked at",
    "not all looked at",
    "forks",
    "prints",
]
"""What an audit finds; what would happen is foretold by a module's slots, on a build that does not show it."""

UNGRAVE: tuple[Kind, ...] = ("not all looked at", "forks", "prints", "says nothing of threads")
"""Kinds that are worth a line, and make no verdict."""

OWN = "your own"
"""The distribution of a person's own files."""
LIBRARY = "Python"
"""The distribution of the standard library."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution as one environment holds it, or a person's file: the names by which it is imported.

    ``extensions`` are its extension modules. ``is_guessed`` is whether no record says how it is imported, so that its
    own name is tried, and ``is_local`` whether no index brought it. ``version`` is empty for a person's file, of which
    a function may be named that is called too.
    """

    name: str
    version: str
    modules: tuple[str, ...]
    extensions: tuple[str, ...] = ()
    is_guessed: bool = False
    is_local: bool = False
    is_file: bool = False
    function: str = ""


class Step(msgspec.Struct, frozen=True, array_like=True):
    """A line of a chain of imports: where it stands, and the module that it is part of."""

    path: str
    line: int
    module: str


class Error(msgspec.Struct, frozen=True):
    """What an import ended with, and what the error said at which that began."""

    type: str
    text: str
    root: str

    @property
    def line(self) -> str:
        """What it is, and what it began with."""
        return f"{self.type}: {self.root}"


class Begins(msgspec.Struct, frozen=True, tag="begins", tag_field="kind"):
    """A target is about to be imported."""

    target: str


class Ends(msgspec.Struct, frozen=True, tag="ends", tag_field="kind"):
    """A target has been imported, or has failed; ``gil_on`` is whether there was a GIL then."""

    target: str
    error: Error | None
    gil_on: bool = False


class Loads(msgspec.Struct, frozen=True, tag="loads", tag_field="kind"):
    """An extension is about to be loaded, from a file, on behalf of whoever is on the chain, innermost first."""

    module: str
    path: str
    chain: tuple[Step, ...]


class Declares(msgspec.Struct, frozen=True, tag="declares", tag_field="kind"):
    """An extension was created, and has said what it is; None stands for what is unknown here.

    ``needs_gil`` is whether it leaves it open that it does without, and ``gil_on`` whether there was a GIL then.
    ``interpreters`` and ``gil_slot`` are the values of its slots.
    """

    module: str
    gil_on: bool
    needs_gil: bool | None
    single_phase: bool | None
    interpreters: int | None
    gil_slot: int | None


class Loaded(msgspec.Struct, frozen=True, tag="loaded", tag_field="kind"):
    """An extension was executed, and is there."""

    module: str


class Fails(msgspec.Struct, frozen=True, tag="fails", tag_field="kind"):
    """An extension could not be loaded."""

    module: str
    error: Error


class Forks(msgspec.Struct, frozen=True, tag="forks", tag_field="kind"):
    """What is imported has forked."""


class Called(msgspec.Struct, frozen=True, tag="called", tag_field="kind"):
    """A function was called alone, and then from many threads at once.

    ``alone`` are the beginnings of the texts of two results, ``other`` that of a result in threads which is not theirs,
    None where all are. ``error`` is what a call ended with, in threads or already alone, where there is no result.
    """

    alone: tuple[str, ...]
    other: str | None
    error: Error | None


class Lacks(msgspec.Struct, frozen=True, tag="lacks", tag_field="kind"):
    """There is no interpreter of this kind."""

    error: str


class Done(msgspec.Struct, frozen=True, tag="done", tag_field="kind"):
    """All that was asked for has been done."""


Event = Begins | Ends | Loads | Declares | Loaded | Fails | Forks | Called | Lacks | Done


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt at loading an extension that a target made; ``is_over`` is whether it came to an end."""

    module: str
    path: str
    target: str
    chain: tuple[Step, ...]
    declared: Declares | None = None
    error: Error | None = None
    is_over: bool = False

    @property
    def is_loaded(self) -> bool:
        """Whether the extension was there afterwards."""
        return self.declared is not None and self.error is None


class End(msgspec.Struct, frozen=True, array_like=True):
    """How a process ended before it had done what it was asked, as a kind of finding and in words."""

    kind: Kind
    words: str


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of a subject that was imported one way in one environment.

    ``errors`` has every target that was imported, with its error or None, ``loads`` every attempt at an extension in
    order. ``ends`` has the targets at which the process died or hung, with how, and ``untried`` those to which none
    came afterwards. ``gil_on`` is the first target behind which there was a GIL, ``printed`` the first line that was
    printed, and ``lacking`` why nothing could be imported at all.
    """

    way: Way
    errors: dict[str, Error | None]
    loads: tuple[Load, ...]
    ends: dict[str, End] = {}
    untried: tuple[str, ...] = ()
    gil_on: str = ""
    forked: bool = False
    printed: str = ""
    lacking: str = ""
    called: Called | None = None

    def was_imported(self, target: str) -> bool:
        """Whether a target was imported without an error."""
        return target in self.errors and self.errors[target] is None

    def failed(self, targets: Sequence[str]) -> list[tuple[str, Error]]:
        """Those of some targets that ended with an error, and the errors."""
        return [(target, error) for target in targets if (error := self.errors.get(target)) is not None]

    def first_loads(self) -> list[Load]:
        """The first time that each extension was loaded."""
        firsts: dict[str, Load] = {}
        for load in self.loads:
            if load.is_loaded:
                firsts.setdefault(load.module, load)
        return list(firsts.values())

    def has(self, module: str, targets: Sequence[str] | None) -> bool:
        """Whether an extension was loaded, for one of these targets or (None) for any."""
        return any(
            load.is_loaded and load.module == module and (targets is None or load.target in targets)
            for load in self.loads
        )


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that an audit found of a subject on a runtime.

    ``module`` is to blame, which ``distribution`` of some ``version`` brought, on behalf of the ``chain``, innermost
    first. ``in_interpreter`` says whether it is a matter of interpreters that own their GIL. ``newer`` says in words
    whether a newer version is clean, and is empty where no index knows one.
    """

    subject: str
    runtime: str
    kind: Kind
    module: str
    reason: str
    distribution: str = ""
    version: str = ""
    chain: tuple[Step, ...] = ()
    in_interpreter: bool = False
    newer: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A subject with its version and its verdicts by runtime: of threads, and of interpreters.

    A verdict is the gravest kind of what was found, ``clean``, or why there is none.
    """

    subject: str
    versions: dict[str, str]
    threads: dict[str, str]
    interpreters: dict[str, str]


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """A whole audit: when, on which builds (by the runtimes' names), rows and findings; ``seconds`` is what it took.

    ``apart`` are runtimes on which packages were installed one by one, as they cannot all be had together.
    """

    date: str
    builds: dict[str, str]
    apart: tuple[str, ...]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    seconds: float
