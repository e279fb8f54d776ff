"""One suite of an archive, read through an apt whose lists, cache and sources are in our folder.

The machine's proxies, credentials and certificates still hold, since apt's main configuration is left as it is; only
hooks that run after an update are taken out, because those write to the system's folders. Signatures and checksums
are apt's business.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from typing import TYPE_CHECKING

import msgspec
from packaging.version import Version

from gilscope.errors import InstallError
from gilscope.processes import child
from gilscope.processes.environment import without_python
from gilscope.processes.guardian import Guardian

if TYPE_CHECKING:
    from pathlib import Path

UPDATE_LIMIT_S = 300.0
FETCH_LIMIT_S = 900.0
QUERY_LIMIT_S = 60.0
LISTS_FRESH_S = 6 * 3600.0

CONFIGURATION = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State "{root}/state";
Dir::State::lists "{root}/lists";
Dir::State::status "/dev/null";
Dir::Cache "{root}/cache";
Dir::Cache::archives "{root}/cache/archives";
Dir::Log "{root}/log";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "{root}/sources.list.d";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "15";
Acquire::https::Timeout "15";
"""

UPSTREAM = re.compile(r"(?:\d+:)?(?P<release>\d+\.\d+\.\d+)(?:~(?P<stage>(?:a|b|rc)\d+))?")
TARBALL = re.compile(r"(?P<sha256>[0-9a-f]{64})\s+\d+\s+(?P<name>\S+\.orig\.tar\.(?:xz|gz|bz2))")
COMPLAINT = re.compile(r"[EW]: (.+)")
NO_CONNECTION = re.compile(
    "could not (connect|resolve)|unable to connect|temporary failure|timed out|no route|connection (failed|refused)",
    re.IGNORECASE,
)


class UnreachableError(InstallError):
    """The archive does not answer, so no other suite of it will."""


class AbsentError(InstallError):
    """The archive has no suite of that name: it is no longer there, or not yet."""


class Offer(msgspec.Struct, frozen=True):
    """A source package that a suite has; ``upstream`` is CPython's own version, ``version`` the distribution's."""

    package: str
    version: str
    upstream: str
    tarball: str
    sha256: str


class AptSuite:
    """A suite and the apt that reads it.

    ``root`` is this suite's own folder; ``stanza`` is what a ``.sources`` file says of it.
    """

    def __init__(self, name: str, root: Path, stanza: str) -> None:
        self.name = name
        self._root = root
        self._stanza = stanza
        self._configuration = root / "apt.conf"

    def update(self) -> None:
        """Fetch the suite's list of sources, unless that was done within hours.

        Raises:
            UnreachableError: the archive could not be reached.
            AbsentError: the archive has no such suite.
            InstallError: anything else, such as a signature by a key that the machine does not trust.
        """
        stamp = self._root / "updated"
        if stamp.exists() and time.time() - stamp.stat().st_mtime < LISTS_FRESH_S:
            return
        self._lay_out()
        ended = self._apt("apt-get", "-q", "update", limit_s=UPDATE_LIMIT_S)
        if not any((self._root / "lists").glob("*_Sources*")):  # apt's status is 0 for hosts that do not answer
            raise _failure(ended)
        stamp.touch()

    def offers(self, package: str) -> list[Offer]:
        """Return the versions of a source package in this suite, the newest first."""
        ended = self._apt("apt-cache", "showsrc", "--only-source", package, limit_s=QUERY_LIMIT_S)
        return read_offers(ended.output)

    def fetch(self, offer: Offer, folder: Path) -> Path:
        """Download an offer's upstream tarball into ``folder``; it has its name only once it is whole and verified.

        Raises:
            InstallError: it could not be fetched, or is not what the signed list says.
        """
        partial = folder / "partial"
        partial.mkdir(parents=True, exist_ok=True)
        source = f"{offer.package}={offer.version}"
        ended = self._apt(
            *("apt-get", "-q", "source", "--download-only", "--tar-only", "--only-source", source),
            limit_s=FETCH_LIMIT_S,
            folder=partial,
        )
        tarball = partial / offer.tarball
        if not ended.succeeded or not tarball.exists():
            raise InstallError(complaints(ended))
        with tarball.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != offer.sha256:
                tarball.unlink()
                raise InstallError(f"{offer.tarball} is not what the signed list of {self.name} says")
        return tarball.rename(folder / offer.tarball)

    def _lay_out(self) -> None:
        shutil.rmtree(self._root / "lists", ignore_errors=True)
        for folder in ("state", "lists/partial", "cache/archives/partial", "log", "sources.list.d"):
            (self._root / folder).mkdir(parents=True, exist_ok=True)
        (self._root / "sources.list.d" / "archive.sources").write_text(self._stanza, encoding="utf-8")
        self._configuration.write_text(CONFIGURATION.format(root=self._root), encoding="utf-8")

    def _apt(self, program: str, *arguments: str, limit_s: float, folder: Path | None = None) -> child.Ended:
        command = [program, f"--config-file={self._configuration}", *arguments]
        environ = without_python(os.environ) | {"LC_ALL": "C"}
        try:
            return child.run(command, environ=environ, limit_s=limit_s, folder=folder, guardian=Guardian())
        except FileNotFoundError as error:
            raise InstallError(f"{program} is not installed") from error


def read_offers(showsrc: str) -> list[Offer]:
    """Read what ``apt-cache showsrc`` prints; packages without an upstream tarball of CPython are left out."""
    offers: dict[str, Offer] = {}
    for stanza in showsrc.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Version): (\S+)$", stanza, re.MULTILINE))
        upstream = UPSTREAM.match(fields.get("Version", ""))
        tarball = TARBALL.search(stanza)
        if upstream is not None and tarball is not None and "Package" in fields:
            version = upstream["release"] + (upstream["stage"] or "")
            offers[version] = Offer(fields["Package"], fields["Version"], version, tarball["name"], tarball["sha256"])
    return sorted(offers.values(), key=lambda offer: Version(offer.upstream), reverse=True)


def _failure(ended: child.Ended) -> InstallError:
    reason = complaints(ended)
    if ended.cut_short or NO_CONNECTION.search(reason):
        return UnreachableError(reason)
    return AbsentError(reason) if "does not have a Release file" in reason else InstallError(reason)


def complaints(ended: child.Ended) -> str:
    """Return what apt complains of, without saying it twice."""
    if ended.cut_short:
        return ended.cut_short
    texts = dict.fromkeys(COMPLAINT.findall(ended.errors))
    causes = [text for text in texts if "unsandboxed" not in text and not text.startswith("Some index files")]
    return "; ".join(causes[:2]) or ended.last_words()
