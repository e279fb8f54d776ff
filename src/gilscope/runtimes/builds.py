"""Builds that a person sets side by side, ``label=path`` each; two of one label are a pair."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gilscope.errors import UsageError
from gilscope.runtimes.census import asked
from gilscope.runtimes.names import full_name
from gilscope.runtimes.variants import Side, distinct
from gilscope.values.runtimes import Arm, Runtime, Unusable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def sides(texts: Sequence[str], environ: Mapping[str, str], cache_dir: Path) -> tuple[Side, ...]:
    """A side for each label, and one for each build without a label.

    Args:
        texts: as ``--python`` has them; a path may be relative, or a command on PATH.
        environ: where to look for commands, and what interpreters are started in.
        cache_dir: where answers of interpreters are kept.

    Raises:
        UsageError: a build cannot be measured, or builds of one label are no pair.
    """
    labels, paths = zip(*map(_parted, texts), strict=True)
    interpreters = asked(paths, environ, cache_dir)
    for text, interpreter in zip(texts, interpreters, strict=True):
        if isinstance(interpreter, Unusable):
            raise UsageError(f"--python {text} is {interpreter.kind}: {interpreter.reason}")
    return joined(labels, [item for item in interpreters if isinstance(item, Runtime)])


def joined(labels: Sequence[str], runtimes: Sequence[Runtime]) -> tuple[Side, ...]:
    """A side for each label, with its builds in order: the default one first; an empty label stands for none.

    Raises:
        UsageError: two builds of a label are both default or both free-threaded, or another label has only one.
    """
    by_label: dict[str, list[Runtime]] = {}
    for label, runtime in zip(_complete(labels, runtimes), runtimes, strict=True):
        by_label.setdefault(label, []).append(runtime)
    for label, builds in by_label.items():
        kinds = [runtime.facts.build for runtime in builds]
        if len(set(kinds)) < len(kinds):
            raise UsageError(
                f"--python: {label} labels {len(builds)} builds, several of them {kinds[0]}: "
                f"a label is for one build, or for a default and a free-threaded one"
            )
    _check_alike(by_label)
    return tuple(_side(label, sorted(builds, key=lambda item: item.facts.build)) for label, builds in by_label.items())


def _parted(text: str) -> tuple[str, str]:
    """The label and the path of a text; the label is empty where the text is a path."""
    label, equals, path = text.partition("=")
    has_label = bool(equals) and os.sep not in label and not os.path.exists(text)  # noqa: PTH110 - a str already
    return (label, path) if has_label else ("", text)


def _complete(labels: Sequence[str], runtimes: Sequence[Runtime]) -> list[str]:
    """The labels, with some made for builds that have none: from what these differ in, version or folder."""
    bare = [runtime for label, runtime in zip(labels, runtimes, strict=True) if not label]
    made = distinct(_by_difference(bare))
    return [label or next(made) for label in labels]


def _by_difference(runtimes: Sequence[Runtime]) -> list[str]:
    """Versions where all differ, else the folders nearest to the executables that all differ, else versions."""
    versions = [full_name(runtime.facts) for runtime in runtimes]
    folders = zip(*(reversed(Path(runtime.executable).parent.parts) for runtime in runtimes), strict=False)
    return next((list(names) for names in (versions, *folders) if len(set(names)) == len(names)), versions)


def _check_alike(by_label: Mapping[str, Sequence[Runtime]]) -> None:
    """Check that all labels have as many builds as the first."""
    first, *others = by_label
    for label in others:
        if len(by_label[label]) != len(by_label[first]):
            pair, alone = sorted((first, label), key=lambda item: -len(by_label[item]))
            raise UsageError(
                f"--python: {pair} labels two builds, {alone} one: give each a default and a free-threaded one"
            )


def _side(label: str, builds: Iterable[Runtime]) -> Side:
    arms = tuple(_arm(label, runtime) for runtime in builds)
    meaning = " and ".join(f"{arm.runtime.executable} ({full_name(arm.runtime.facts)})" for arm in arms)
    return Side(label=label, arms=arms, meaning=meaning)


def _arm(label: str, runtime: Runtime) -> Arm:
    """A build's arm, named after its version and its label: ``3.15t main``."""
    is_version = label == full_name(runtime.facts)
    name = label if is_version else f"{runtime.name} {label.replace(':', '_')}"
    return Arm(name=name, runtime=msgspec.structs.replace(runtime, name=name))
