"""A whole audit: every subject in every environment, each in processes of its own, and what was found."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gilscope.audit import asking, verdicts
from gilscope.audit.place import Place
from gilscope.audit.values import Audit, Finding, Row, Subject
from gilscope.processes.guardian import Guardian

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gilscope.audit.subjects import Contents
    from gilscope.audit.values import Seen, Way
    from gilscope.values.runtimes import Runtime


FIRST_GIL_SLOT = (3, 13)
"""The first version whose modules can declare that they do without the GIL (PEP 703)."""


class Equipped(NamedTuple):
    """An interpreter with packages beside it; ``names`` are those that are looked at there."""

    runtime: Runtime
    python: str
    contents: Contents
    names: frozenset[str]

    @property
    def is_free_threaded(self) -> bool:
        """Whether the GIL can be off."""
        return self.runtime.facts.build == "free-threaded"


class Wanted(NamedTuple):
    """What is asked for: packages by name, and a person's files.

    All packages are meant where none is named.
    """

    names: frozenset[str]
    files: tuple[Subject, ...] = ()


class _Job(NamedTuple):
    equipped: Equipped
    subject: Subject
    way: Way


def audit(  # noqa: PLR0913, PLR0917 - what is audited, where, how, and who watches
    places: Sequence[Equipped],
    lacking: Mapping[str, Mapping[str, str]],
    wanted: Wanted,
    environ: Mapping[str, str],
    limit_s: float,
    advanced: Callable[[int, int, str], None],
) -> Audit:
    """Import everything everywhere, and say what was found.

    Args:
        places: interpreters with packages; a package may be in any of several of one runtime.
        lacking: packages that cannot be had, by the name of the runtime, each with its reason.
        wanted: what is asked for.
        environ: what interpreters are started in.
        limit_s: seconds that one process has.
        advanced: is told how many processes have ended, of how many, and what the latest imported.
    """
    begun_s = time.monotonic()
    jobs = [
        job
        for place in places
        for subject in (*subjects_of(place, places, wanted), *wanted.files)
        for job in _jobs(place, subject)
    ]
    seen = _all_seen(jobs, environ, limit_s, advanced)
    judged = [
        Place(
            runtime=place.runtime.name,
            is_free_threaded=place.is_free_threaded,
            foretells_gil=_foretells(place, places),
            subject=subject,
            owner=place.contents.owner,
            main=seen[_Job(place, subject, "main")],
            interpreter=seen.get(_Job(place, subject, "interpreter")),
            threads=seen.get(_Job(place, subject, "threads")),
        )
        for place, subject, way in jobs
        if way == "main"
    ]
    found = [finding for place in judged for finding in verdicts.findings(place, _default(place, judged, places))]
    found += [
        Finding(subject=name, runtime=runtime, kind="has no wheel", module=name, distribution=name, reason=reason)
        for runtime, reasons in lacking.items()
        for name, reason in reasons.items()
    ]
    return Audit(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        builds={place.runtime.name: _build(place.runtime) for place in places},
        apart=tuple(name for name, count in Counter(place.runtime.name for place in places).items() if count > 1),
        rows=tuple(_rows(judged, found)),
        findings=tuple(found),
        seconds=time.monotonic() - begun_s,
    )


def _foretells(place: Equipped, places: Sequence[Equipped]) -> bool:
    """Whether a default build is asked about the GIL: its modules can say so, and no free-threaded one shows it."""
    version = place.runtime.facts.version
    shown = any(other.is_free_threaded and other.runtime.facts.version[:2] == version[:2] for other in places)
    return not place.is_free_threaded and version >= FIRST_GIL_SLOT and not shown


def subjects_of(place: Equipped, places: Sequence[Equipped], wanted: Wanted) -> list[Subject]:
    """The subjects of an environment: named ones, projects, and those that bring an extension to any environment."""
    if not wanted.names and not wanted.files:
        return list(place.contents.subjects.values())
    with_extension = {name for each in places for name, subject in each.contents.subjects.items() if subject.extensions}
    names = place.names | (with_extension if place.names == wanted.names else frozenset())
    return [subject for name, subject in place.contents.subjects.items() if name in names or subject.is_local]


def _jobs(place: Equipped, subject: Subject) -> Iterator[_Job]:
    yield _Job(place, subject, "main")
    if place.runtime.facts.own_gil:
        yield _Job(place, subject, "interpreter")
    if place.is_free_threaded and subject.modules:
        yield _Job(place, subject, "threads")


def _all_seen(
    jobs: Sequence[_Job], environ: Mapping[str, str], limit_s: float, advanced: Callable[[int, int, str], None]
) -> dict[_Job, Seen]:
    """Do all jobs, one subject's one by one, and as many subjects as there are CPUs at once.

    Two imports of one file may want one port, or write one file. Who interrupts that ends them all.
    """
    stop = threading.Event()
    seen: dict[_Job, Seen] = {}
    of_subjects: dict[str, list[_Job]] = defaultdict(list)
    for job in jobs:
        of_subjects[job.subject.name].append(job)
    with Guardian() as guardian, ThreadPoolExecutor(os.cpu_count() or 1) as pool:

        def done(of_one: Sequence[_Job]) -> None:
            for job in of_one:
                seen[job] = asking.seen(_asked(job, environ), limit_s, guardian, stop.is_set)
                advanced(len(seen), len(jobs), f"{job.subject.name} on {job.equipped.runtime.name}")

        try:
            list(pool.map(done, of_subjects.values()))
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return seen


def _asked(job: _Job, environ: Mapping[str, str]) -> asking.Asked:
    """The order for one process; only the main interpreter finds the GIL as it comes."""
    subject = job.subject
    targets = subject.modules if job.way == "threads" else asking.targets_of(subject.modules, subject.extensions)
    return asking.Asked(
        python=job.equipped.python,
        way=job.way,
        targets=targets,
        function=subject.function if job.way == "threads" else "",
        environ=asking.asked_environment(environ, gil_off=job.equipped.is_free_threaded and job.way != "main"),
    )


def _default(place: Place, judged: Sequence[Place], places: Sequence[Equipped]) -> Place | None:
    """The subject on a default build, as far as one is audited too: of a free-threaded one's version, or any."""
    versions = {each.runtime.name: each.runtime.facts.version[:2] for each in places}
    defaults = [other for other in judged if not other.is_free_threaded and other.subject.name == place.subject.name]
    twins = [other for other in defaults if versions[other.runtime] == versions[place.runtime]]
    return next(iter((*twins, *reversed(defaults))), None) if place.is_free_threaded else None


def _rows(judged: Sequence[Place], found: Sequence[Finding]) -> Iterator[Row]:
    """A row for each subject, its own files first and then by name."""
    names = dict.fromkeys((*(place.subject.name for place in judged), *(finding.subject for finding in found)))
    for name in sorted(names, key=str.lower):
        places = {place.runtime: place for place in judged if place.subject.name == name}
        lacking = {finding.runtime for finding in found if finding.subject == name and finding.kind == "has no wheel"}
        of = {
            runtime: [finding for finding in found if (finding.subject, finding.runtime) == (name, runtime)]
            for runtime in (*places, *lacking)
        }
        yield Row(
            subject=name,
            versions={runtime: place.subject.version for runtime, place in places.items()},
            threads={
                runtime: verdicts.verdict(place, of[runtime], in_interpreter=False)
                for runtime, place in places.items()
                if place.is_free_threaded or place.foretells_gil
            }
            | dict.fromkeys(lacking, "has no wheel"),
            interpreters={
                runtime: verdicts.verdict(place, of[runtime], in_interpreter=True)
                for runtime, place in places.items()
                if place.interpreter is not None
            },
        )


def _build(runtime: Runtime) -> str:
    return f"{runtime.facts.own_version} ({runtime.facts.recipe})"
