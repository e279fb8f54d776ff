"""The command that measures variants side by side: two builds, two versions of a library, two revisions and so on."""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope import errors
from gilscope.commands import changes, measuring, output
from gilscope.values.runtimes import Arm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gilscope.lab.plan import Group
    from gilscope.runtimes.variants import Change, Side
    from gilscope.values.probes import Probe
    from gilscope.values.runtimes import Runtime
    from gilscope.workloads.scripts import Script

PYTHON = "--python"
VARIED = {PYTHON: "python", "--with": "packages", "--rev": "rev", "--env": "env", "--option": "option"}
"""What variants may differ in: options, and where argparse puts their values."""

PRECISION = 0.01
"""The half width asked of every ratio where nobody asks for another: changes of a few per cent are to be found."""


def compare_variants(options: argparse.Namespace) -> int:
    """Measure variants in one contest each workload, then show how they differ."""
    with ExitStack() as until:
        return measuring.measure_on(*varied_in(options, until))


def varied_in(
    options: argparse.Namespace, until: ExitStack
) -> tuple[Callable[[Sequence[Probe | Script]], tuple[Group, ...]], argparse.Namespace]:
    """What makes the groups of all variants, and what they have in common; copies of revisions last ``until`` its end.

    Raises:
        UsageError: nothing varies, or more than one thing does.
    """
    if options.rev:  # each revision is installed as it was, and once
        options.packages = [text for text in options.packages if not _is_around(text)]
    varied = _varied(options)
    rest = argparse.Namespace(**vars(options))
    rest.packages = []  # each variant requires its own
    rest.precision = options.precision or PRECISION
    return partial(_groups, options, varied, until), rest


def _is_around(requirement: str) -> bool:
    """Whether a requirement is a folder that the working folder lies in: the project that revisions are of."""
    return bool(requirement) and Path(requirement).resolve() in (Path.cwd(), *Path.cwd().parents)


def _varied(options: argparse.Namespace) -> str:
    """The option that is given several times; what is given once holds for all variants.

    Raises:
        UsageError: there is none, or there are two of them.
    """
    several = [flag for flag, name in VARIED.items() if len(getattr(options, name)) > 1]
    if not several:
        raise errors.UsageError(
            f"nothing to compare: give one of {', '.join(VARIED)} twice, such as --rev main --rev HEAD"
        )
    if len(several) > 1:
        raise errors.UsageError(
            f"{' and '.join(several)} are both given several times: vary one of them, "
            f"and give the others once, for all variants"
        )
    if several == [PYTHON] and options.on:
        raise errors.UsageError(f"{PYTHON} names the builds to be compared: leave --on out")
    return several[0]


def _groups(
    options: argparse.Namespace, varied: str, until: ExitStack, workloads: Sequence[Probe | Script]
) -> tuple[Group, ...]:
    """A group of all variants: one of builds, or one for each runtime."""
    from gilscope.lab.plan import group_of_variants
    from gilscope.provision import requirements
    from gilscope.runtimes import builds, variants

    packages = requirements.packages([text for text in options.packages if text], (), ())
    texts = iter(packages.requirements)
    required = [next(texts) if text else "" for text in options.packages]
    asked = {**changes.asked(options, workloads, until), "--with": variants.of_requirements(required)}
    for_all = variants.together(change for flag, several in asked.items() if flag != varied for change in several)
    if varied == PYTHON:
        sides = builds.sides(options.python, os.environ, output.cache_dir())
        return (group_of_variants("", [_changed(side, for_all) for side in sides]),)
    runtimes = measuring.chosen_runtimes(options, measuring.take_census(options.python))
    return tuple(
        group_of_variants(runtime.name, [_side(runtime, change, for_all) for change in asked[varied]])
        for runtime in runtimes
    )


def _changed(side: Side, for_all: Change) -> Side:
    """A side with what holds for all of them."""
    return side._replace(arms=tuple(map(for_all.of, side.arms)))


def _side(runtime: Runtime, change: Change, for_all: Change) -> Side:
    """A runtime with a change, and what holds for all sides."""
    from gilscope.runtimes.variants import AS_BUILT, Side

    arm = change.after(for_all).of(Arm(name=runtime.name, runtime=runtime))
    return Side(label=change.label or AS_BUILT, arms=(arm,), meaning=change.meaning)
