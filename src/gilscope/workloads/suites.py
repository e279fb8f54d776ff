"""Suites: which probes are measured, in which lanes, and for how long, as ``matrix/suites.toml`` declares them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from gilscope.declared import tables, unknown_name
from gilscope.errors import UsageError
from gilscope.models import MODELS
from gilscope.values import bounds
from gilscope.values.rules import FIRST_LOOK, PAIR, Limits, Rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Workers: TypeAlias = bounds.Workers | Literal["powers", "cores", "cpus", "twice"]
"""A number of workers, or a word for numbers that follow the machine (see `counts`)."""


class Suite(Limits, frozen=True, kw_only=True):
    """One table of ``matrix/suites.toml``.

    ``lanes`` and ``without`` are globs over lane ids ``probe@arm:model-workers`` (``cpu/*@3.1[34]t:threads-*``). Where
    ``models`` are named, these are measured beside the serial lane on every arm whose serial lane fits the globs.
    ``source`` is where its probes come from: the project's own, or an installed pyperformance; those that fit
    ``probes`` are measured where none is named.

    ``workers`` holds numbers, and words for numbers that follow the machine: ``powers`` of two up to its usable cores,
    its ``cores``, its ``cpus``, and ``twice`` its CPUs; words stand for no number below two. Workers are planned up to
    ``oversubscription`` times the usable CPUs; those above the CPUs are marked in every table.

    ``min_launches`` is at least nine, unless it is ``max_launches`` too: between both, the width of intervals decides.
    ``rounds`` are even, or one.
    """

    description: str
    source: Literal["probes", "pyperformance"] = "probes"
    lanes: tuple[str, ...]
    models: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    workers: tuple[Workers, ...]
    probes: tuple[str, ...] = ("*",)
    oversubscription: bounds.Cpus = 2

    @property
    def rules(self) -> Rules:
        """When a contest of this suite has measured enough."""
        return Rules(**{name: getattr(self, name) for name in Limits.__struct_fields__})


def counts(workers: Iterable[Workers], usable_cpus: float, usable_cores: float) -> tuple[int, ...]:
    """The numbers of workers that a suite means on this machine, each once, in order.

    A part of a CPU is none. Words stand for no number below two: one worker is asked for by its number.
    """
    cpus, cores = int(usable_cpus), int(usable_cores)
    meant = {
        "powers": [2**power for power in range(1, cores.bit_length())],
        "cores": [cores],
        "cpus": [cpus],
        "twice": [2 * cpus],
    }
    numbers = {count for count in workers if isinstance(count, int)}
    by_words = {count for word in workers if not isinstance(word, int) for count in meant[word]}
    return tuple(sorted(numbers | {count for count in by_words if count > 1}))


def suites(path: Path) -> dict[str, Suite]:
    """All suites by name.

    Raises:
        MatrixError: the file has mistakes.
    """
    return tables(path, Suite, nonsense)


def named(text: str, own: Mapping[str, Suite], built_in: Path) -> Suite:
    """The suite that a text names: one of the person's own, one of gilscope's, or ``file.toml`` or ``file.toml:name``.

    Raises:
        MatrixError: the file has mistakes.
        UsageError: there is no such file or suite, or the file has several.
    """
    path = file_of(text)
    if path is not None:
        return _only(path) if text.endswith(path.suffix) else suite(_existing(path), text.rpartition(":")[2])
    if text in own:
        return own[text]
    by_name = suites(built_in)
    if text not in by_name:
        raise UsageError(unknown_name(built_in.name, "suite", text, {**own, **by_name}))
    return by_name[text]


def file_of(text: str) -> Path | None:
    """The file that a text names in which a suite is, None where it names none."""
    return next((Path(name) for name in (text, text.rpartition(":")[0]) if name.endswith(".toml")), None)


def _only(path: Path) -> Suite:
    by_name = suites(_existing(path))
    if len(by_name) != 1:
        names = ", ".join(f"{path}:{name}" for name in by_name) or "none at all"
        raise UsageError(f"{path} has {len(by_name)} suites, and one can be measured at a time: {names}")
    return next(iter(by_name.values()))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise UsageError(f"there is no file of suites {path}")
    return path


def narrowed(
    of: Suite, *, models: tuple[str, ...] = (), lanes: tuple[str, ...] = (), workers: tuple[Workers, ...] = ()
) -> Suite:
    """A suite with the models, or lanes by globs, and numbers of workers that a person asks for.

    Serial lanes stay, since everything is held against them. A person may ask for more workers than there are CPUs for.
    """
    changes: dict[str, object] = {}
    if models:
        changes["models"] = models
    elif lanes:
        changes |= {"models": (), "lanes": ("*:serial", *lanes), "without": ()}
    if workers:
        changes |= {"workers": workers, "oversubscription": math.inf}
    return msgspec.structs.replace(of, **changes)


def suite(path: Path, name: str) -> Suite:
    """One suite.

    Raises:
        MatrixError: the file has mistakes.
        UsageError: there is no such suite.
    """
    by_name = suites(path)
    if name not in by_name:
        raise UsageError(unknown_name(path.name, "suite", name, by_name))
    return by_name[name]


def unknown_models(models: Iterable[str]) -> Iterator[str]:
    """What is wrong with names of models, each with the nearest one that there is."""
    yield from (unknown_name("models", "model", name, MODELS) for name in models if name not in MODELS)


def nonsense(suite: Suite) -> Iterator[str]:
    """What is wrong with a suite whose keys all have the right type."""
    yield from unknown_models(suite.models)
    if suite.min_launches > suite.max_launches:
        yield "min_launches must be at most max_launches"
    elif suite.min_launches < min(FIRST_LOOK, suite.max_launches):
        yield f"min_launches must be at least {FIRST_LOOK}, or max_launches: then the width of intervals decides"
    if suite.rounds > 1 and suite.rounds % PAIR:
        yield "rounds must be even, or 1: every order of lanes is run in reverse too"
    if not suite.workers:
        yield "workers must hold words or numbers"
