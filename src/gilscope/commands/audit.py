"""The command that imports packages everywhere, and says what turns the GIL on, is refused, or falls back."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gilscope import errors
from gilscope.commands import measuring, output, prices
from gilscope.provision import active, requirements
from gilscope.provision.environments import Environments
from gilscope.values.packages import Packages

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from gilscope.audit.auditing import Equipped
    from gilscope.audit.values import Audit, Finding
    from gilscope.provision.active import Active
    from gilscope.render.install_progress import InstallProgress
    from gilscope.values.runtimes import Census, Runtime

NOTHING = (
    "say what is to be audited: packages, a file of yours, --with-requirements FILE; or activate an environment, whose "
    "packages are taken then"
)
ABLE = "free threading and a GIL for each interpreter need Python 3.12 or later: see `gilscope runtimes install`"


def ask(options: argparse.Namespace) -> int:
    """Import what is named, everywhere, and show what was found."""
    from gilscope.audit.auditing import Wanted, audit
    from gilscope.audit.subjects import of_file
    from gilscope.audit.values import UNGRAVE
    from gilscope.commands.newer import with_newer
    from gilscope.lab.environment import common_environment
    from gilscope.workloads.targets import label

    files = tuple(of_file(path, function, label(path)) for path, function in _files(options).items())
    named = [text for text in options.what if not _file_and_function(text)[0].endswith(".py")]
    wanted = requirements.packages([*options.packages, *named], options.requirements, options.editables)
    joined = _active(options, has_names=bool(wanted))
    if not wanted and joined is None and not files:
        raise errors.UsageError(NOTHING)
    names = frozenset(canonicalize_name(Requirement(text).name) for text in requirements.by_name(wanted))
    runtimes = _runtimes(measuring.take_census(options.python), _named(options))
    environments = Environments(
        output.cache_dir() / "environments", os.environ, _display, may_build=not options.no_build
    )
    places, lacking = equipped(environments, runtimes, wanted, joined, names)
    if not places:
        raise errors.InstallError(next(reason for reasons in lacking.values() for reason in reasons.values()))
    environ = common_environment(os.environ, output.bytecode_dir())
    with _display() as progress:
        progress.step(f"Importing on {', '.join(dict.fromkeys(place.runtime.name for place in places))}")
        done = audit(places, lacking, Wanted(names, files), environ, options.timeout, progress.advance)
    if not done.rows:
        raise errors.UsageError("nothing was named that could be imported: what was asked for installs no package")
    with _display() as progress:
        done = with_newer(done, places, environments, environ, options.timeout, progress)
    allowed = [finding for finding in done.findings if is_allowed(finding, options.allow)]
    _show(options, done, allowed)
    for pattern in options.allow:
        if not any(is_allowed(finding, [pattern]) for finding in done.findings):
            words = f"--allow {pattern}: nothing was found of that name"
            output.console(stderr=True).print(words, style="yellow", soft_wrap=True)
    if options.price:
        status = prices.measure(options, done, runtimes, [*options.packages, *named])
        if status:
            return status
    found = any(finding not in allowed and finding.kind not in UNGRAVE for finding in done.findings)
    return errors.FOUND if found else 0


def _files(options: argparse.Namespace) -> dict[Path, str]:
    """The person's files, each with the function that is called too, or an empty name.

    Raises:
        UsageError: one is not there, or what a price is asked of is no function of a file; or it is asked for in JSON.
    """
    if options.price and options.json:
        raise errors.UsageError("--price measures, and --json prints what was found: ask for one of both")
    files: dict[Path, str] = {}
    for text in (*options.what, *([options.price] if options.price else [])):
        name, function = _file_and_function(text)
        if name.endswith(".py"):
            path = Path(name).resolve()
            if not path.is_file():
                raise errors.UsageError(f"{path}: there is no such file")
            files[path] = function or files.get(path, "")
        if text is options.price and not (name.endswith(".py") and function):
            raise errors.UsageError(f"--price {text}: name a function of a file of yours, such as work.py:parse")
    return files


def _file_and_function(text: str) -> tuple[str, str]:
    name, _, function = text.rpartition(":")
    return (name, function) if name.endswith(".py") else (text, "")


def _display() -> InstallProgress:
    from gilscope.render.install_progress import InstallProgress

    return InstallProgress(output.console(stderr=True))


def _active(options: argparse.Namespace, *, has_names: bool) -> Active | None:
    """The active environment, where nothing else is named or it is asked for."""
    if options.with_active is False or (has_names and not options.with_active):
        return None
    return active.active(os.environ)


def _named(options: argparse.Namespace) -> list[str]:
    """The runtimes that a command line names, by name or by path."""
    from gilscope.runtimes.candidates import explicit_path

    return [*options.on, *(explicit_path(name, os.environ) for name in options.python)]


def _runtimes(census: Census, names: Sequence[str]) -> tuple[Runtime, ...]:
    """Those that are named; or free-threaded ones with their twins, and the newest that makes interpreters.

    Raises:
        NoRuntimeError: there is none that can tell anything.
        UsageError: a name means none, or all named can tell nothing.
    """
    from gilscope.runtimes.twins import pairs, select

    everything = [runtime for runtime in select(census, []) if runtime.facts.is_cpython]
    if names:
        named = select(census, list(names))
        if not any(runtime.facts.own_gil or runtime.facts.build == "free-threaded" for runtime in named):
            raise errors.UsageError(
                f"{', '.join(runtime.name for runtime in named)} can tell nothing of imports: {ABLE}"
            )
        return named
    found = [pair for pair in pairs(everything) if pair.free_threaded.facts.is_cpython]
    chosen = [runtime for pair in found for runtime in (pair.free_threaded, pair.twin) if runtime is not None]
    owners = [runtime for runtime in everything if runtime.facts.own_gil and runtime.facts.build == "default"]
    newest = {runtime.facts.version[:2]: runtime for runtime in owners}
    known = {runtime.facts.version[:2] for runtime in chosen}
    chosen += [runtime for version, runtime in newest.items() if version not in known]
    if not chosen:
        raise errors.NoRuntimeError(f"no Python here can tell anything of imports: {ABLE}")
    return tuple(runtime for runtime in everything if runtime in chosen)


def equipped(
    environments: Environments,
    runtimes: Sequence[Runtime],
    wanted: Packages,
    joined: Active | None,
    names: frozenset[str],
) -> tuple[list[Equipped], dict[str, dict[str, str]]]:
    """Interpreters with all that is wanted, and for each runtime what cannot be had there.

    Where not all of it can be had together, each package that can is looked at; together again if that goes, or alone.
    """
    from gilscope.audit.auditing import Equipped
    from gilscope.audit.subjects import Contents

    places: list[Equipped] = []
    lacking: dict[str, dict[str, str]] = {}
    if not wanted and joined is None:
        nothing = Contents(Path(os.devnull))
        return [Equipped(runtime, runtime.executable, nothing, names) for runtime in runtimes], {}
    together = environments.provided(runtimes, wanted, joined)
    for runtime in runtimes:
        lacking[runtime.name] = {}
        made = together.environments.get(runtime.name)
        if made is not None:
            places.append(Equipped(runtime, made.python, Contents(Path(made.python).parents[1]), names))
            continue
        for packages, reason, python in _apart(environments, runtime, wanted, together.reasons[runtime.name]):
            own = frozenset(canonicalize_name(Requirement(text).name) for text in requirements.by_name(packages))
            if python is None:
                lacking[runtime.name] |= dict.fromkeys(own or {"all that was named"}, reason)
            else:
                places.append(Equipped(runtime, python, Contents(Path(python).parents[1]), own))
    return places, lacking


def _apart(
    environments: Environments, runtime: Runtime, wanted: Packages, reason: str
) -> Iterator[tuple[Packages, str, str | None]]:
    """Environments with what can be had of all that is wanted, where it cannot be had together, and what cannot."""
    rest = requirements.by_name(wanted)
    if Packages(requirements=rest) != wanted or len(rest) == 1:
        yield wanted, reason, None
        return
    while rest:
        together = environments.provided([runtime], Packages(requirements=rest))
        if runtime.name in together.environments:
            yield Packages(requirements=rest), "", together.environments[runtime.name].python
            return
        lacking = together.without_wheel.get(runtime.name, ())
        if not lacking:
            break
        yield Packages(requirements=lacking), together.reasons[runtime.name], None
        rest = tuple(text for text in rest if text not in lacking)
    for text in rest:
        single = Packages(requirements=(text,))
        alone = environments.provided([runtime], single)
        made = alone.environments.get(runtime.name)
        yield single, alone.reasons.get(runtime.name, ""), None if made is None else made.python


def is_allowed(finding: Finding, patterns: Sequence[str]) -> bool:
    """Whether a finding is known, by the name of a module, its distribution, or who imports it."""
    names = (finding.subject, finding.distribution, finding.module)
    return any(
        fnmatchcase(name, pattern) or fnmatchcase(canonicalize_name(name), canonicalize_name(pattern))
        for name in names
        for pattern in patterns
    )


def _show(options: argparse.Namespace, done: Audit, allowed: Sequence[Finding]) -> None:
    from gilscope.render import audit as render
    from gilscope.render import markdown, terminal

    if options.sarif:
        from gilscope.exchange import sarif
        from gilscope.interchange import encoded

        found = [finding for finding in done.findings if finding not in allowed]
        output.write(options.sarif, encoded(sarif.log(found, Path.cwd())).decode())
    if options.json:
        output.print_json(done)
    elif options.markdown:
        output.write(options.markdown, markdown.of_blocks(render.blocks(done, allowed)))
    else:
        terminal.show_blocks(output.console(), render.blocks(done, allowed))
