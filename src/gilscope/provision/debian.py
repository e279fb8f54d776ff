"""The second way to install: the operating system's source package, on Debian, Ubuntu and their relatives.

Neither has a free-threaded binary package, but both have CPython's own tarball as the source of ``python3.X``.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from packaging.version import Version

from gilscope.errors import InstallError
from gilscope.provision import apt_sources, build, toolchain
from gilscope.provision.private_apt import UPSTREAM, AbsentError, AptSuite, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gilscope.provision.private_apt import Offer
    from gilscope.provision.progress import Progress
    from gilscope.provision.wish import Wish

APT = Path("/etc/apt")
KEYRINGS = Path("/usr/share/keyrings")
KEYRING_SUFFIXES = (".gpg", ".pgp")


class Tarball(NamedTuple):
    """CPython's sources, verified by apt, and their version."""

    path: Path
    version: str


def bring(wish: Wish, progress: Progress, *, optimised: bool, data_dir: Path) -> tuple[Path, Path]:
    """Build a pair from the distribution's source package; the free-threaded build comes first.

    Raises:
        InstallError: this is no such distribution, tools are missing, no archive has the version, or it does not build.
    """
    system = _distribution()
    toolchain.check(data_dir, optimised=optimised)
    with build.workshop(data_dir) as workshop:
        tarball = _unfinished(wish, workshop.folder) or _download(wish, system, workshop.folder, progress)
        unpack = partial(workshop.unpack, tarball.path)
        pair = workshop.build_pair(unpack, tarball.version, optimised=optimised, progress=progress)
        tarball.path.unlink(missing_ok=True)
        shutil.rmtree(workshop.folder / "apt", ignore_errors=True)
    return pair


def read_entries(folder: Path) -> Iterator[apt_sources.Entry]:
    """Yield the machine's package sources, of both formats."""
    for path in (folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if path.suffix == ".list":
            yield from apt_sources.one_line_entries(text)
        elif path.suffix == ".sources":
            yield from apt_sources.deb822_entries(text)


def suites(system: apt_sources.Distribution, folder: Path, apt_folder: Path) -> Iterator[list[AptSuite]]:
    """Yield, for each archive that may be the distribution's, its suites in the order in which to look."""
    archives = apt_sources.main_archives(read_entries(apt_folder), system)
    for entry in {(entry.uris, entry.signed_by): entry for entry in archives}.values():  # deb and deb-src are one
        yield [_suite(name, entry, system, folder) for name in apt_sources.suites_to_try(entry, system)]


def newest_first(offers: Iterable[tuple[AptSuite, Offer]]) -> list[tuple[AptSuite, Offer]]:
    """Sort what suites offer: final releases before others, the newest first, of equal ones the nearest suite's."""

    def newness(found: tuple[AptSuite, Offer]) -> tuple[bool, Version]:
        version = Version(found[1].upstream)
        return not version.is_prerelease, version

    return sorted(offers, key=newness, reverse=True)


def find(wish: Wish, archive: list[AptSuite], misses: list[str]) -> Iterator[tuple[AptSuite, Offer]]:
    """Yield what an archive offers for a wish, the nearest suite first; ``misses`` collects what it has not.

    Suites are read only as far as needed.
    """
    for suite in archive:
        try:
            suite.update()
        except UnreachableError as error:
            misses.append(f"the archive cannot be reached: {error}")
            return
        except AbsentError:
            continue
        except InstallError as error:
            misses.append(f"{suite.name}: {error}")
            continue
        offers = suite.offers(f"python{wish.language}")
        yield from ((suite, offer) for offer in offers if wish.allows(offer.upstream))
        other_versions = [offer.upstream for offer in offers if not wish.allows(offer.upstream)]
        misses += (
            [f"{suite.name} has {', '.join(other_versions) or f'no python{wish.language}'}"]
            if other_versions or not offers
            else []
        )


def _distribution() -> apt_sources.Distribution:
    try:
        system = apt_sources.distribution(platform.freedesktop_os_release())
    except OSError:
        system = None
    if system is None:
        raise InstallError("only Debian, Ubuntu and their relatives have source packages that are understood here")
    return system


def _unfinished(wish: Wish, folder: Path) -> Tarball | None:
    """Return the tarball of a build that was interrupted: it is removed once its pair is whole."""
    for path in sorted((folder / "downloads").glob("python*.orig.tar.*"), reverse=True):
        upstream = UPSTREAM.match(path.name.partition("_")[2])
        if upstream is not None and wish.allows(version := upstream["release"] + (upstream["stage"] or "")):
            return Tarball(path, version)
    return None


def _download(wish: Wish, system: apt_sources.Distribution, folder: Path, progress: Progress) -> Tarball:
    progress.step(f"Looking for the source package of CPython {wish.text} with apt")
    misses: list[str] = []
    gone: list[str] = []
    archives = suites(system, folder / "apt", APT)
    offers: Iterable[tuple[AptSuite, Offer]] = (found for archive in archives for found in find(wish, archive, misses))
    if wish.release is None:
        offers = newest_first(offers)
    for suite, offer in offers:
        progress.step(f"Downloading {offer.tarball} from {suite.name}")
        try:
            tarball = suite.fetch(offer, folder / "downloads")
        except InstallError as error:
            gone.append(f"{suite.name} lists {offer.upstream}, but: {error}")
        else:
            why = "the newest that answers" if wish.release is None else "the release that was asked for"
            progress.note(f"{offer.upstream} is taken, from {suite.name}: {'; '.join([why, *gone])}")
            return Tarball(tarball, offer.upstream)
    reasons = "; ".join(dict.fromkeys([*misses, *gone])) or "its archive is not among the machine's package sources"
    raise InstallError(f"no source package of CPython {wish.text} could be had: {reasons}")


def _suite(name: str, entry: apt_sources.Entry, system: apt_sources.Distribution, folder: Path) -> AptSuite:
    stanza = apt_sources.source_stanza(entry, name, system, _keyring(system))
    label = hashlib.sha256(stanza.encode()).hexdigest()[:8]
    return AptSuite(name, folder / f"{name.replace('/', '-')}-{label}", stanza)


def _keyring(system: apt_sources.Distribution) -> str | None:
    """Return the distribution's own keyring; without one, apt asks the keys that the machine trusts for all."""
    paths = (KEYRINGS / f"{system.family}-archive-keyring{suffix}" for suffix in KEYRING_SUFFIXES)
    return next((str(path) for path in paths if path.exists()), None)
