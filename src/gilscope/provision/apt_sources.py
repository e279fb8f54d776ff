"""The machine's own package sources as values: which archive is the distribution's, and how it is trusted.

Read are the one-line format (``sources.list(5)``) and the deb822 format, as text; nothing is started here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LADDERS = {
    "debian": ("bullseye", "bookworm", "trixie", "forky", "duke", "sid"),
    "ubuntu": ("jammy", "noble", "plucky", "questing", "resolute", "devel"),
}
POCKETS = {"debian": (), "ubuntu": ("-updates", "-security")}
"""What adds newer packages to a suite, in the same archive."""
ROLLING = {"debian": ("stable", "testing", "unstable"), "ubuntu": ("devel",)}
COMPONENTS = {"debian": "main", "ubuntu": "main universe"}
CODENAMES = ("UBUNTU_CODENAME", "DEBIAN_CODENAME", "VERSION_CODENAME")
LISTS = ("uris", "suites", "components")
NOT_COPIED = {"types", "architectures", "arch", "enabled", "languages", "lang", "targets"}
ARCHIVE_FOLDERS = {"debian", "ubuntu", "ubuntu-ports", "raspbian"}
ONE_LINE = re.compile(r"(?P<type>deb(?:-src)?)\s+(?:\[(?P<options>[^\]]*)\]\s*)?(?P<uri>\S+)\s+(?P<rest>.+)")


class Distribution(msgspec.Struct, frozen=True):
    """Debian, Ubuntu or a relative of theirs; ``codename`` is empty where the system names none."""

    family: str
    codename: str

    @property
    def components(self) -> str:
        """The components of the archive that hold Python's source packages."""
        return COMPONENTS[self.family]


class Entry(msgspec.Struct, frozen=True):
    """One stanza of deb822, or one line; ``fields`` are its other settings, by lower-case name, word for word."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def signed_by(self) -> str:
        """The keyring or key that the entry names; empty where it leaves that to apt."""
        return dict(self.fields).get("signed-by", "")


def distribution(os_release: Mapping[str, str]) -> Distribution | None:
    """Read ``os-release(5)``; None where the system is no relative of Debian."""
    relatives = [os_release.get("ID", ""), *os_release.get("ID_LIKE", "").split()]
    family = next((name for name in ("ubuntu", "debian") if name in relatives), None)
    if family is None:
        return None
    return Distribution(family, next(filter(None, map(os_release.get, CODENAMES)), ""))


def one_line_entries(text: str) -> Iterator[Entry]:
    """Yield the entries of a ``sources.list``."""
    for line in text.splitlines():
        match = ONE_LINE.fullmatch(line.partition("#")[0].strip())
        if match is not None:
            suite, *components = match["rest"].split()
            options = (option.partition("=") for option in (match["options"] or "").split())
            fields = tuple((name.lower(), value) for name, _, value in options)
            yield Entry((match["uri"],), (suite,), tuple(components), fields)


def deb822_entries(text: str) -> Iterator[Entry]:
    """Yield the enabled entries of a ``.sources`` file."""
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n\s*\n", lines):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1].isspace() and name:
                fields[name] += f"\n{line}"
            elif ":" in line:
                name, value = (part.strip() for part in line.split(":", 1))
                name = name.lower()
                fields[name] = value
        if "uris" in fields and fields.get("enabled", "yes").lower() not in {"no", "false", "0", "off"}:
            uris, own_suites, components = (tuple(fields.get(key, "").split()) for key in LISTS)
            yield Entry(uris, own_suites, components, tuple((key, fields[key]) for key in fields if key not in LISTS))


def main_archives(entries: Iterable[Entry], system: Distribution) -> list[Entry]:
    """Return the entries that can be the distribution's own archive, the likeliest first.

    Third parties use the distribution's suite names too. An entry counts that is signed with the archive's keyring,
    or that names no keyring of its own, or whose address ends as archives and their mirrors do.
    """
    archives = [entry for entry in entries if _may_be_archive(entry, system)]
    return sorted(archives, key=lambda entry: ("archive-keyring" not in entry.signed_by, not _named_as_archive(entry)))


def suites_to_try(entry: Entry, system: Distribution) -> tuple[str, ...]:
    """Return the entry's own suites, then the newer ones, each with its pockets: nearest first."""
    ladder = LADDERS[system.family]
    own_suites = [suite for suite in entry.suites if _is_whole(suite)]
    rungs = [ladder.index(suite) for suite in (*own_suites, system.codename) if suite in ladder]
    newer = ladder[min(rungs) + 1 :] if rungs else ROLLING[system.family]
    whole = dict.fromkeys((*own_suites, *newer))
    return tuple(f"{suite}{pocket}" for suite in whole for pocket in ("", *POCKETS[system.family]))


def source_stanza(entry: Entry, suite: str, system: Distribution, keyring: str | None) -> str:
    """Write the deb822 stanza that asks this archive for one suite's sources, trusted as the machine trusts it."""
    copied = {name: value for name, value in entry.fields if name not in NOT_COPIED}
    if keyring is not None:
        copied.setdefault("signed-by", keyring)
    fields = {"types": "deb-src", "uris": " ".join(entry.uris), "suites": suite, "components": system.components}
    return "".join(f"{name.title()}: {value}\n" for name, value in {**fields, **copied}.items())


def _may_be_archive(entry: Entry, system: Distribution) -> bool:
    suites = {*LADDERS[system.family], *ROLLING[system.family], "oldstable", "oldoldstable", system.codename} - {""}
    foreign = any(word in uri for uri in entry.uris for word in ("security", "ppa.", "cdrom:"))
    if foreign or "main" not in entry.components or suites.isdisjoint(entry.suites):
        return False
    return not entry.signed_by or "archive-keyring" in entry.signed_by or _named_as_archive(entry)


def _named_as_archive(entry: Entry) -> bool:
    return any(uri.rstrip("/").rpartition("/")[2] in ARCHIVE_FOLDERS for uri in entry.uris)


def _is_whole(suite: str) -> bool:
    """Whether it is a suite of its own: updates, backports and security add to another one."""
    return "-" not in suite and "/" not in suite
