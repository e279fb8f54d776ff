"""Whether a newer version of a package is clean of what was found: it is audited too.

An index is asked for packages that it brought, and never for the name of a person's own project or file: a stranger may
have taken that.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gilscope.audit.auditing import Equipped, Wanted, audit
from gilscope.audit.subjects import Contents
from gilscope.audit.values import UNGRAVE
from gilscope.audit.verdicts import EVERYWHERE, GRAVEST
from gilscope.values.packages import Packages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gilscope.audit.values import Audit, Finding
    from gilscope.provision.environments import Environments
    from gilscope.provision.progress import Progress

KINDS = ("turns the GIL on", "is refused", "falls back")


def with_newer(  # noqa: PLR0913, PLR0917 - as an audit, and where environments are
    done: Audit,
    places: Sequence[Equipped],
    environments: Environments,
    environ: Mapping[str, str],
    limit_s: float,
    progress: Progress,
) -> Audit:
    """Say of each finding whether a newer version is clean, as far as the index has one with a wheel."""
    by_runtime: dict[str, list[Equipped]] = defaultdict(list)
    for place in places:
        by_runtime[place.runtime.name].append(place)
    culprits = dict.fromkeys(
        (finding.runtime, finding.distribution, finding.version)
        for finding in done.findings
        if finding.kind in KINDS and _is_of_an_index(finding.distribution, by_runtime.get(finding.runtime, ()))
    )
    if not culprits:
        return done
    progress.step("Asking for newer versions")
    newer: dict[tuple[str, str, str], tuple[str, tuple[Finding, ...] | None]] = {}
    for number, culprit in enumerate(culprits):
        runtime, name, version = culprit
        place = by_runtime[runtime][0]
        newest = environments.newest(place.python, name)
        progress.advance(number, len(culprits), name)
        if newest is None or newest == version:
            newer[culprit] = (newest or "", None)
            continue
        wanted = Packages(requirements=(f"{name}=={newest}",))
        made = environments.provided([place.runtime], wanted).environments.get(runtime)
        if made is not None:
            own = frozenset({name})
            again = Equipped(place.runtime, made.python, Contents(Path(made.python).parents[1]), own)
            newer[culprit] = (newest, audit([again], {}, Wanted(own), environ, limit_s, lambda *_: None).findings)
    return msgspec.structs.replace(done, findings=tuple(_with_words(finding, newer) for finding in done.findings))


def _is_of_an_index(name: str, places: Sequence[Equipped]) -> bool:
    subjects = [place.contents.subjects[name] for place in places if name in place.contents.subjects]
    return bool(subjects) and not any(subject.is_local for subject in subjects)


def _with_words(
    finding: Finding, newer: Mapping[tuple[str, str, str], tuple[str, tuple[Finding, ...] | None]]
) -> Finding:
    known = newer.get((finding.runtime, finding.distribution, finding.version))
    if known is None or finding.kind not in KINDS or not known[0]:
        return finding
    newest, found = known
    if found is None:
        return msgspec.structs.replace(finding, newer="It is the newest with a wheel here")
    kinds = {
        other.kind
        for other in found
        if other.in_interpreter == finding.in_interpreter or (finding.in_interpreter and other.kind in EVERYWHERE)
        if other.kind not in UNGRAVE
    }
    if finding.kind in kinds:
        words = f"{newest}, the newest, is no better"
    elif kinds:
        words = f"{newest}, the newest, {next(kind for kind in GRAVEST if kind in kinds)} instead"
    else:
        words = f"{newest} is clean of it"
    return msgspec.structs.replace(finding, newer=words)
