"""What has changed since a run was measured: one run holds one state of code and builds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gilscope.lab.sources import digest
from gilscope.workloads.targets import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gilscope.values.contests import Contest
    from gilscope.values.records import Run
    from gilscope.values.runtimes import Arm, Facts


def changes(run: Run, planned: Sequence[Contest]) -> tuple[str, ...]:
    """Say in words what is another now, each thing once: files and calls of workloads, packages, builds.

    Workloads and packages are held against the contests that the run has ended, since all others are measured again;
    builds are held against the run as a whole. Runs of formats before 4 hold neither files nor digests of builds.
    """
    ended = {end.contest for end in run.ends} & {code.contest for code in run.code}
    known = [contest for contest in run.contests if contest.id in ended]
    again = [(then, now) for then in known for now in planned if then.probe.id == now.probe.id]
    found = [
        *(words for then, now in again for words in _of_files(run, then, now)),
        *(words for then, now in again for words in _of_call(then, now)),
        *(words for then, now in again for words in _of_packages(then, now)),
        *_of_builds(_arms(*run.contests), _arms(*planned)),
    ]
    return tuple(dict.fromkeys(found))


def _of_files(run: Run, then: Contest, now: Contest) -> Iterator[str]:
    """Files of each arm, wherever its copy of them lies now; copies that are asked for no more are gone."""
    arms = {name: arm for name, arm in _arms(then).items() if arm.checkout is None} | _arms(now)
    for code in run.code:
        if code.contest != then.id or code.arm not in arms:
            continue
        for module in code.modules.values():
            held = digest(Path(arms[code.arm].place(module.path)))
            if held != module.digest:
                yield f"{label(Path(module.path))} {'cannot be read any more' if held is None else 'is another'}"


def _of_call(then: Contest, now: Contest) -> Iterator[str]:
    if msgspec.structs.replace(then.probe, question=now.probe.question) != now.probe:
        yield f"{now.probe.id} is another workload: what is called, with which arguments, or on what"


def _of_packages(then: Contest, now: Contest) -> Iterator[str]:
    for old_arm, new_arm in _both(_arms(then), _arms(now)):
        old, new = old_arm.packages, new_arm.packages
        for package in sorted(old.keys() | new.keys()):
            versions = [packages.get(package, "none") for packages in (old, new)]
            if versions[0] != versions[1]:
                yield f"{package} of {new_arm.name}: {versions[0]}, now {versions[1]}"


def _of_builds(before: dict[str, Arm], after: dict[str, Arm]) -> Iterator[str]:
    for old_arm, new_arm in _both(before, after):
        old, new = old_arm.runtime.facts, new_arm.runtime.facts
        if old.binary and old.binary != new.binary:
            yield f"the build {new_arm.name}: {_build(old)}, now {_build(new)}"


def _build(facts: Facts) -> str:
    return f"{facts.version_text} ({facts.commit or facts.binary})"


def _both(before: dict[str, Arm], after: dict[str, Arm]) -> Iterator[tuple[Arm, Arm]]:
    """The arms of one name."""
    yield from ((before[name], arm) for name, arm in after.items() if name in before)


def _arms(*contests: Contest) -> dict[str, Arm]:
    return {lane.arm.name: lane.arm for contest in contests for lane in contest.lanes}
