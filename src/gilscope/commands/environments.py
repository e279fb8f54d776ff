"""Groups of arms are given the packages that their workloads need, before anything is planned."""

from __future__ import annotations

import contextlib
import os
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope import errors, places
from gilscope.commands import output
from gilscope.lab.measure import Batch
from gilscope.provision import active, requirements
from gilscope.provision.environments import Environments
from gilscope.runtimes.twins import package_differences
from gilscope.values.packages import Packages
from gilscope.values.probes import Probe
from gilscope.workloads import pyperformance

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from gilscope.commands.choosing import Part
    from gilscope.lab.plan import Group
    from gilscope.provision.active import Active
    from gilscope.provision.environments import Provided
    from gilscope.render.install_progress import InstallProgress
    from gilscope.values.probes import Target
    from gilscope.values.runtimes import Arm, Pair
    from gilscope.workloads.scripts import Script

NONE_ACTIVE = (
    "--with-active: no virtual environment with packages is active (VIRTUAL_ENV names it); activate it, or name the "
    "packages: --with PACKAGE, --with-requirements FILE, --with-editable PATH"
)

NO_PACKAGES = "on {}, gilscope installs no packages"


class _Need(NamedTuple):
    """What a workload needs to be measured."""

    packages: Packages
    active: Active | None
    requires_python: str | None


def batches(
    asked: Sequence[tuple[Part, Sequence[Probe | Script]]], groups: Sequence[Group], *, may_build: bool
) -> list[tuple[Batch, ...]]:
    """The workloads of each part of a run with the groups to measure them on, arms with packages.

    Where it ``may_build``, packages without a wheel are built from source.

    Raises:
        UsageError: a requirement cannot be read, or no environment is active that is asked for.
    """
    environments = Environments(output.cache_dir() / "environments", os.environ, _display, may_build=may_build)
    needed = [_needed(part, workloads) for part, workloads in asked]
    joined = next((need.active for needs in needed for _, need in needs if need.active is not None), None)
    if joined is not None:
        output.console(stderr=True).print(_with_active(joined), style="dim", soft_wrap=True)
    return [
        tuple(
            Batch(
                tuple(_as_installed(workload, need) for workload, _ in members),
                tuple(_equipped(group, need, environments) for group in groups),
            )
            for need, members in groupby(needs, key=itemgetter(1))
        )
        for needs in needed
    ]


def nothing_left(made: Sequence[Batch], reasons: str) -> errors.GilscopeError:
    """The error where no contest is left: that of an installation, where one was to blame."""
    failed = any(group.lacking for batch in made for group in batch.groups)
    return (errors.InstallError if failed else errors.UsageError)(f"nothing is left to measure: {reasons}")


def _active(options: argparse.Namespace) -> Active | None:
    if options.with_active is False:
        return None
    found = active.active(os.environ)
    if found is None and options.with_active:
        raise errors.UsageError(NONE_ACTIVE)
    return found


def _with_active(joined: Active) -> str:
    """The line that says that an environment takes part which nobody named."""
    count = len(joined.versions)
    packages = f"{count} {'package' if count == 1 else 'packages'}"
    editables = [Path(path).name for path in joined.packages.editables]
    projects = f", {', '.join(editables)} as it is edited" if editables else ""
    return f"With the active environment {joined.folder} ({packages}{projects}); --no-with-active leaves it out."


def _needed(part: Part, workloads: Sequence[Probe | Script]) -> list[tuple[Probe | Script, _Need]]:
    """Workloads with what each needs; only a person's own get an active environment that nobody asked for.

    Raises:
        UsageError: a requirement cannot be read, or no environment is active that is asked for.
    """
    options = part.options
    asked = requirements.packages(options.packages, options.requirements, options.editables)
    with contextlib.chdir(part.folder):
        asked = asked.joined(requirements.packages(part.packages, (), ()))
    joined = _active(options)
    needs: list[tuple[Probe | Script, _Need]] = []
    for workload in workloads:
        packages = asked.joined(requirements.of_script(workload.id, workload.dependencies))
        is_joined = options.with_active or is_own(workload)
        needs.append((workload, _Need(packages, joined if is_joined else None, workload.requires_python)))
    return needs


def _as_installed(workload: Probe | Script, need: _Need) -> Probe | Script:
    """A workload whose callables are imported from where their projects are installed, if they are."""
    if not isinstance(workload, Probe):
        return workload
    whole = need.packages if need.active is None else need.active.packages.joined(need.packages)
    projects = (*requirements.local_paths(whole), *requirements.editable_paths(whole))
    return msgspec.structs.replace(
        workload, target=_of_projects(workload.target, projects), setup=_of_projects(workload.setup, projects)
    )


def _of_projects(target: Target | None, projects: Sequence[Path]) -> Target | None:
    if target is None or target.path is None or not any(map(Path(target.path).is_relative_to, projects)):
        return target
    return msgspec.structs.replace(target, installed=True)


def is_own(workload: Probe | Script) -> bool:
    """Whether a workload is the person's, and neither gilscope's nor pyperformance's."""
    if workload.id.startswith(pyperformance.PREFIX):
        return False
    return not any(Path(workload.path).is_relative_to(folder) for folder in (places.PROBES, places.BUILT_IN_PROBES))


def _display() -> InstallProgress:
    from gilscope.render.install_progress import InstallProgress

    return InstallProgress(output.console(stderr=True))


def _equipped(group: Group, need: _Need, environments: Environments) -> Group:
    """A group whose arms are started in environments with what is needed, or have a reason why they cannot be."""
    arms: dict[str, Arm] = {}
    lacking: dict[str, str] = {}
    pair = group.pair
    for own in dict.fromkeys(map(_of_arm, group.arms)):
        members = [arm for arm in group.arms if _of_arm(arm) == own]
        wanted = need.packages.joined(own)
        if not wanted and need.active is None:
            arms |= {arm.name: arm for arm in members}
            continue
        small = [arm for arm in members if not arm.runtime.facts.runs_agent]
        lacking |= {arm.name: NO_PACKAGES.format(arm.runtime.facts.implementation) for arm in small}
        members = [arm for arm in members if arm not in small]
        arms |= {arm.name: arm for arm in small}
        runtimes = {arm.runtime.name: arm.runtime for arm in members if not group.unfit(need.requires_python, arm)}
        provided = environments.provided(list(runtimes.values()), wanted, need.active)
        arms |= {arm.name: _in_environment(arm, provided) for arm in members}
        reasons = {arm.name: provided.reasons.get(arm.runtime.name) for arm in members}
        lacking |= {name: reason for name, reason in reasons.items() if reason is not None}
        if pair is not None and not own:
            pair = _told_apart(pair, provided)
    return msgspec.structs.replace(group, arms=tuple(arms[arm.name] for arm in group.arms), pair=pair, lacking=lacking)


def _of_arm(arm: Arm) -> Packages:
    """The packages that an arm requires itself: a version of a library, the project of a revision."""
    return Packages(requirements=arm.requirements, editables=() if arm.project is None else (arm.project,))


def _in_environment(arm: Arm, provided: Provided) -> Arm:
    environment = provided.environments.get(arm.runtime.name)
    if environment is None:
        return arm
    return msgspec.structs.replace(arm, python=environment.python, packages=environment.versions)


def _told_apart(pair: Pair, provided: Provided) -> Pair:
    """A pair with the packages among its differences that are not alike in both environments."""
    ours = provided.environments.get(pair.free_threaded.name)
    theirs = None if pair.twin is None else provided.environments.get(pair.twin.name)
    if ours is None or theirs is None or pair.twin is None:
        return pair
    words = package_differences(pair.free_threaded.name, ours.versions, pair.twin.name, theirs.versions)
    return msgspec.structs.replace(pair, differences=(*pair.differences, *words))
