"""Variants: what a person changes of an arm, and the arms that are set side by side; pure.

A variant of an interpreter's options, of variables, of a library or of a revision is a `Change` of one runtime's arm.
Builds are variants as they are (`gilscope.runtimes.builds`).
"""

from __future__ import annotations

import shlex
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope.errors import UsageError
from gilscope.runtimes.twins import differences
from gilscope.values.checkouts import Checkout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from gilscope.values.contests import Variant
    from gilscope.values.runtimes import Arm

AS_BUILT = "as built"
"""The label of a variant that changes nothing."""

TAKE_A_VALUE = frozenset({"-X", "-W", "--check-hash-based-pycs"})
"""Options of an interpreter whose value is the next word."""

GIL_VARIABLE = "PYTHON_GIL"
GIL_OPTION = "gil="

OF_GIL = {"-X gil=0": "-gil", "PYTHON_GIL=0": "-gil", "-X gil=1": "+gil", "PYTHON_GIL=1": "+gil"}
"""What an arm's name ends with where its GIL is all that is changed: ``3.14t-gil`` runs without it, come what may."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is changed of an arm: options of its interpreter, variables, the person's own files, packages.

    An empty label changes nothing. ``requirements`` are packages to be installed, ``project`` is a folder that is, too.
    """

    label: str = ""
    meaning: str = ""
    options: tuple[str, ...] = ()
    environ: dict[str, str] = {}
    checkout: Checkout | None = None
    requirements: tuple[str, ...] = ()
    project: str | None = None

    def after(self, earlier: Change) -> Change:
        """Both changes as one, under the label of the later one."""
        return Change(
            label=self.label,
            meaning=self.meaning,
            options=(*earlier.options, *self.options),
            environ={**earlier.environ, **self.environ},
            checkout=self.checkout or earlier.checkout,
            requirements=(*earlier.requirements, *self.requirements),
            project=self.project or earlier.project,
        )

    def of(self, arm: Arm) -> Arm:
        """The arm as it is started then, and what is to be installed for it.

        Raises:
            UsageError: a build that cannot run without its GIL is to do so.
        """
        gil = _gil(self.options, self.environ)
        if gil == "0" and arm.runtime.facts.build == "default":
            raise UsageError(f"{arm.name} cannot run without its GIL: name a free-threaded build, such as --on 3.14t")
        return msgspec.structs.replace(
            arm,
            name=_name(arm, self.label),
            gil_forced=arm.gil_forced or (gil == "1" and arm.runtime.facts.build == "free-threaded"),
            options=(*arm.options, *self.options),
            environ={**arm.environ, **self.environ},
            checkout=self.checkout or arm.checkout,
            requirements=(*arm.requirements, *self.requirements),
            project=self.project or arm.project,
        )


class Side(NamedTuple):
    """One side of a comparison, with the arms that are to be measured."""

    label: str
    arms: tuple[Arm, ...]
    meaning: str = ""


def with_differences(variants: Sequence[Variant], arms: Iterable[Arm]) -> tuple[Variant, ...]:
    """The variants, each with what else its arms differ in from those of the first."""
    by_name = {arm.name: arm for arm in arms}
    of_variants = [[by_name[name] for name in variant.arms] for variant in variants]
    return tuple(
        msgspec.structs.replace(variant, differences=tuple(dict.fromkeys(_differences(own, of_variants[0]))))
        for variant, own in zip(variants, of_variants, strict=True)
    )


def together(changes: Iterable[Change]) -> Change:
    """Several changes as one without a label, for what is changed of all sides."""
    joined = Change()
    for change in changes:
        joined = change.after(joined)
    return Change().after(joined)


def of_options(texts: Sequence[str]) -> tuple[Change, ...]:
    """Changes of an interpreter's options, as ``--option`` has them: ``-X gil=0`` or ``-O``; an empty text is none.

    Raises:
        UsageError: a text holds something else than options.
    """
    return tuple(Change(label=label, options=words) for label, words in _labelled(texts, _options))


def of_variables(texts: Sequence[str]) -> tuple[Change, ...]:
    """Changes of variables, as ``--env`` has them: ``PYTHON_JIT=1``, or several; an empty text is none.

    Raises:
        UsageError: a text holds something else than variables.
    """
    return tuple(
        Change(label=label, environ=dict(word.split("=", 1) for word in words))
        for label, words in _labelled(texts, _variables)
    )


def of_requirements(texts: Sequence[str]) -> tuple[Change, ...]:
    """Changes of what is installed, as ``--with`` has them: ``numpy==2.4.4``; an empty text is nothing."""
    return tuple(
        Change(label=label, requirements=(text,) if text else ())
        for label, text in zip(distinct(texts), texts, strict=True)
    )


def distinct(labels: Sequence[str]) -> Iterator[str]:
    """Yield labels that differ: one that was there before gets a number, as when a thing is compared with itself."""
    seen: Counter[str] = Counter()
    for label in labels:
        seen[label] += 1
        yield label if seen[label] == 1 else f"{label or AS_BUILT}-{seen[label]}"


def _labelled(texts: Sequence[str], read: Callable[[str], tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what each text holds, word by word, with a label of its own."""
    words = [read(text) for text in texts]
    yield from zip(distinct([shlex.join(each) for each in words]), words, strict=True)


def _options(text: str) -> tuple[str, ...]:
    words = _words("--option", text)
    for before, word in pairwise(("", *words)):
        if before in TAKE_A_VALUE:
            continue
        if not word.startswith("-") or word == "-" or word.startswith(("-c", "-m")):
            raise UsageError(f"--option {text}: {word} is no option of an interpreter, such as '-X gil=0' or -O")
    return words


def _variables(text: str) -> tuple[str, ...]:
    words = _words("--env", text)
    for word in words:
        if not word.partition("=")[0] or "=" not in word:
            raise UsageError(f"--env {text}: write NAME=VALUE, such as --env PYTHON_JIT=1, or '' for none")
    return words


def _words(flag: str, text: str) -> tuple[str, ...]:
    """The words of a text, as a shell would part them."""
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"{flag} {text}: {error}") from error


def _gil(options: Iterable[str], environ: Mapping[str, str]) -> str | None:
    """What an interpreter is made to do with its GIL, None where it is left alone; its options overrule variables."""
    words = (word.removeprefix("-X") for word in options)
    by_option = [word.removeprefix(GIL_OPTION) for word in words if word.startswith(GIL_OPTION)]
    return by_option[-1] if by_option else environ.get(GIL_VARIABLE)


def _name(arm: Arm, label: str) -> str:
    """The arm's name with the label; a colon would end it in a lane's name."""
    if not label:
        return arm.name
    return arm.name + OF_GIL.get(label, f" {label.replace(':', '_')}")


def _differences(arms: Iterable[Arm], of_first: Iterable[Arm]) -> Iterator[str]:
    for arm, first in zip(arms, of_first, strict=True):
        yield from differences(arm.runtime, first.runtime)
        for package in sorted(arm.packages.keys() | first.packages.keys()):
            ours, theirs = (packages.get(package, "none") for packages in (arm.packages, first.packages))
            if ours != theirs:
                yield f"{package} {ours} against {theirs}"
