"""The machine's package sources and what an archive offers, read as text; apt is not started."""

from __future__ import annotations

import string
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilscope.errors import InstallError
from gilscope.processes import child
from gilscope.provision import apt_sources, debian, private_apt
from gilscope.provision.apt_sources import Distribution, Entry
from gilscope.provision.wish import Wish
from recorder import Recorder

BOOKWORM = Distribution("debian", "bookworm")
NOBLE = Distribution("ubuntu", "noble")
ARCHIVE_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make any start of a process fail the test."""

    def refuse(*arguments: object, **_: object) -> None:
        pytest.fail(f"a process was to be started: {arguments}")

    monkeypatch.setattr(subprocess, "Popen", refuse)


def ended(output: str = "", errors: str = "", status: int = 0) -> child.Ended:
    """Return how a command is said to have ended."""
    return child.Ended(status, output, errors)


# the machine's package sources

DEB822 = f"""\
Types: deb
# a comment inside a stanza
URIs: https://mirror.example.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: {ARCHIVE_KEYRING}

Types: deb
URIs: https://mirror.example.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: {ARCHIVE_KEYRING}

Enabled: no
Types: deb
URIs: https://off.example.org/debian
Suites: bookworm
Components: main
"""
INLINE_KEY = """\
Types: deb
URIs: https://vendor.example.org/tools
Suites: bookworm
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
"""


def test_the_main_archive_is_found_among_deb822_entries() -> None:
    """Security, switched-off and third parties' entries are not it."""
    entries = [*apt_sources.deb822_entries(INLINE_KEY), *apt_sources.deb822_entries(DEB822)]

    (archive,) = apt_sources.main_archives(entries, BOOKWORM)

    assert archive.uris == ("https://mirror.example.org/debian",)
    assert archive.signed_by == ARCHIVE_KEYRING


def test_the_one_line_format_is_read_with_options() -> None:
    """Comments, options and several components."""
    text = (
        "# deb-src https://mirror.example.org/ubuntu noble main\n"
        "deb [arch=amd64 signed-by=/key.gpg trusted=yes] https://mirror.example.org/ubuntu noble main universe # why\n"
        "deb https://ppa.example.org/someone/ubuntu noble main\n"
        "deb cdrom:[Ubuntu]/ noble main\n"
    )

    entries = list(apt_sources.one_line_entries(text))
    (archive,) = apt_sources.main_archives(entries, NOBLE)

    assert archive.uris == ("https://mirror.example.org/ubuntu",)
    stanza = apt_sources.source_stanza(archive, "noble", NOBLE, ARCHIVE_KEYRING)
    assert stanza.splitlines() == [
        "Types: deb-src",
        "Uris: https://mirror.example.org/ubuntu",
        "Suites: noble",
        "Components: main universe",
        "Signed-By: /key.gpg",
        "Trusted: yes",
    ]


FRAGMENTS = st.sampled_from(
    [
        *("deb ", "deb-src ", "[", "]", "=", "signed-by=", "https://mirror.example.org/debian ", "bookworm ", "main"),
        *("Types: deb", "URIs: ", "Suites:", "Components: main", "Enabled: no", "Signed-By:", "X: ", ":", "a: b"),
        *("\n", "\n\n", "\n ", "\n .", "#", " ", "\t", "\r\n", "\x0c", "\x1c", "\u2028", "\ufeff"),
    ]
)
ODD = st.text(st.sampled_from(string.printable + "\x00\x85\xa0\u00e9\ud800"), max_size=3)
APT_TEXTS = st.lists(FRAGMENTS | ODD, max_size=20).map("".join)
SYSTEMS = st.sampled_from([BOOKWORM, NOBLE, Distribution("debian", "")])


@given(text=APT_TEXTS, system=SYSTEMS)
def test_whatever_stands_in_a_source_list_it_is_read(text: str, system: Distribution) -> None:
    """Files of the machine are other people's: what makes no sense is passed over, and what is found is usable."""
    for entries in (apt_sources.one_line_entries(text), apt_sources.deb822_entries(text)):
        found = list(entries)
        words = [word for entry in found for each in (entry.uris, entry.suites, entry.components) for word in each]
        assert [word.split() for word in words] == [[word] for word in words]
        for entry in found:
            assert apt_sources.suites_to_try(entry, system)
            assert entry.signed_by == dict(entry.fields).get("signed-by", "")
            list(apt_sources.deb822_entries(apt_sources.source_stanza(entry, "sid", system, ARCHIVE_KEYRING)))
        assert set(apt_sources.main_archives(found, system)) <= set(found)


ADDRESSES = st.sampled_from(
    ["https://mirror.example.org/debian", "http://[::1]:3142/debian", "mirror+file:/etc/m.list"]
)
NAMES = st.lists(st.sampled_from(["bookworm", "bookworm-updates", "stable", "./"]), min_size=1, max_size=3)


@given(
    uri=ADDRESSES, suite=NAMES, key=st.sampled_from(["/key.gpg", ARCHIVE_KEYRING]), gap=st.sampled_from([" ", "\t  "])
)
def test_both_formats_say_the_same(uri: str, suite: list[str], key: str, gap: str) -> None:
    """A line and a stanza of one entry are one value, however they are spaced."""
    line = gap.join(["deb", f"[signed-by={key}]", uri, suite[0], "main", "contrib"])
    stanza = f"Types:{gap}deb\nURIs:{gap}{uri}\nsuites: {suite[0]}\nComponents: main\n{gap}contrib\nSigned-By: {key}\n"

    (one,) = apt_sources.one_line_entries(line)
    (other,) = apt_sources.deb822_entries(stanza)

    assert (one.uris, one.suites, one.components) == (other.uris, other.suites, other.components)
    assert one.signed_by == other.signed_by == key


def test_an_unsigned_entry_gets_the_archives_keyring_and_an_inline_key_is_kept() -> None:
    """What the machine trusts an archive with is what it is trusted with here."""
    plain = Entry(("https://mirror.example.org/debian",), ("bookworm",), ("main",))
    (inline,) = apt_sources.deb822_entries(INLINE_KEY)

    assert f"Signed-By: {ARCHIVE_KEYRING}\n" in apt_sources.source_stanza(plain, "sid", BOOKWORM, ARCHIVE_KEYRING)
    assert "Signed-By" not in apt_sources.source_stanza(plain, "sid", BOOKWORM, None)
    kept = apt_sources.source_stanza(inline, "sid", BOOKWORM, ARCHIVE_KEYRING)
    assert list(apt_sources.deb822_entries(kept))[0].signed_by == inline.signed_by  # noqa: RUF015 - it is the only one


@pytest.mark.parametrize(
    ("own", "system", "expected"),
    [
        (("bookworm", "bookworm-updates"), BOOKWORM, ("bookworm", "trixie", "forky", "duke", "sid")),
        (("stable",), BOOKWORM, ("stable", "trixie", "forky", "duke", "sid")),
        (("sid",), Distribution("debian", ""), ("sid",)),
        (("newest",), Distribution("debian", "newest"), ("newest", "stable", "testing", "unstable")),
        (
            ("noble", "noble-updates"),
            NOBLE,
            tuple(
                f"{suite}{pocket}"
                for suite in ("noble", "plucky", "questing", "resolute", "devel")
                for pocket in ("", "-updates", "-security")
            ),
        ),
    ],
)
def test_suites_are_tried_from_the_machines_own_upwards(
    own: tuple[str, ...], system: Distribution, expected: tuple[str, ...]
) -> None:
    """Never an older one: its Python is older too."""
    entry = Entry(("https://mirror.example.org/debian",), own, ("main",))

    assert apt_sources.suites_to_try(entry, system) == expected


@pytest.mark.parametrize(
    ("os_release", "expected"),
    [
        ({"ID": "debian", "VERSION_CODENAME": "bookworm"}, BOOKWORM),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian", "UBUNTU_CODENAME": "noble", "VERSION_CODENAME": "x"}, NOBLE),
        ({"ID": "raspbian", "ID_LIKE": "debian", "VERSION_CODENAME": "bookworm"}, BOOKWORM),
        ({"ID": "fedora"}, None),
    ],
)
def test_relatives_of_debian_are_known(os_release: dict[str, str], expected: Distribution | None) -> None:
    """By what they say they are like."""
    assert apt_sources.distribution(os_release) == expected


# the private apt

SHOWSRC = """\
Package: python3.13
Version: 3.13.5-2+deb13u5
Checksums-Sha256:
 {old}  22856016 python3.13_3.13.5.orig.tar.xz
 {asc} 963 python3.13_3.13.5.orig.tar.xz.asc
 {asc} 300000 python3.13_3.13.5-2+deb13u5.debian.tar.xz

Package: python3.13
Version: 1:3.13.15~rc1-1
Checksums-Sha256:
 {new} 23160540 python3.13_3.13.15~rc1.orig.tar.xz

Package: python3.13
Version: 3.13-native
Checksums-Sha256:
 {new} 1 python3.13.tar.xz
""".format(old="a" * 64, asc="c" * 64, new="b" * 64)


def test_offers_are_read_newest_first() -> None:
    """Epoch, revision and tilde are the distribution's; the version is CPython's."""
    offers = private_apt.read_offers(SHOWSRC)

    assert [(offer.upstream, offer.sha256[0], offer.tarball) for offer in offers] == [
        ("3.13.15rc1", "b", "python3.13_3.13.15~rc1.orig.tar.xz"),
        ("3.13.5", "a", "python3.13_3.13.5.orig.tar.xz"),
    ]


class FakeSuite(private_apt.AptSuite):
    """A suite with fixed versions, or with a fixed error."""

    def __init__(self, name: str, *versions: str, error: InstallError | None = None) -> None:
        super().__init__(name, Path("/nonexistent"), "")
        self.versions = versions
        self.error = error
        self.updated = False
        self.gone: set[str] = set()

    def update(self) -> None:
        """Fail if it has to."""
        self.updated = True
        if self.error is not None:
            raise self.error

    def fetch(self, offer: private_apt.Offer, folder: Path) -> Path:
        """Fail if it is gone."""
        if offer.upstream in self.gone:
            raise InstallError("404 Not Found")
        return folder / offer.tarball

    def offers(self, package: str) -> list[private_apt.Offer]:
        """Return all versions as offers."""
        return [private_apt.Offer(package, version, version, f"{version}.tar.xz", "") for version in self.versions]


def downloaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wish: Wish, archive: list[FakeSuite]
) -> tuple[str, Recorder]:
    """The version that is downloaded from an archive, and what was told."""
    progress = Recorder()
    monkeypatch.setattr(debian, "suites", lambda *_: iter([archive]))
    return debian._download(wish, BOOKWORM, tmp_path, progress).version, progress


def test_the_newest_that_answers_is_taken_wherever_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The two newest are listed and gone; a pre-release is older than any release."""
    archive = [
        FakeSuite("own", "3.13.5"),
        FakeSuite("newer", "3.13.15", "3.13.7"),
        FakeSuite("newest", "3.13.16", "3.13.17rc1"),
    ]
    for suite in archive[1:]:
        suite.gone |= {"3.13.15", "3.13.16"}
    version, progress = downloaded(monkeypatch, tmp_path, Wish("3.13"), archive)

    assert version == "3.13.7"
    assert progress.notes == [
        (
            "3.13.7 is taken, from newer: the newest that answers; newest lists 3.13.16, but: 404 Not Found; "
            "newer lists 3.13.15, but: 404 Not Found"
        )
    ]


def test_further_suites_are_not_read_for_a_release_that_was_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each is megabytes of lists."""
    archive = [FakeSuite("own", "3.13.5"), FakeSuite("newer", "3.13.5")]
    version, progress = downloaded(monkeypatch, tmp_path, Wish("3.13", "3.13.5"), archive)

    assert version == "3.13.5"
    assert progress.notes == ["3.13.5 is taken, from own: the release that was asked for"]
    assert not archive[1].updated


def test_misses_tell_what_there_is_instead() -> None:
    """A release that is nowhere, in an archive of several suites of which one is gone."""
    archive = [
        FakeSuite("own"),
        FakeSuite("newer", "3.13.5"),
        FakeSuite("gone", error=private_apt.AbsentError("no Release file")),
        FakeSuite("odd", error=InstallError("the key is not known")),
    ]
    misses: list[str] = []

    assert list(debian.find(Wish("3.13", "3.13.9"), [*archive], misses)) == []
    assert misses == ["own has no python3.13", "newer has 3.13.5", "odd: the key is not known"]


def test_an_archive_that_does_not_answer_is_left_at_once() -> None:
    """Its other suites would take as long to fail."""
    archive = [FakeSuite("own", error=private_apt.UnreachableError("timed out")), FakeSuite("newer", "3.13.5")]
    misses: list[str] = []

    assert list(debian.find(Wish("3.13"), [*archive], misses)) == []
    assert misses == ["the archive cannot be reached: timed out"]
    assert not archive[1].updated


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        ("W: Failed to fetch x  Could not resolve 'mirror.example.org'\n", private_apt.UnreachableError),
        ("E: The repository 'x duke Release' does not have a Release file.\n", private_apt.AbsentError),
        ("W: GPG error: x: the public key is not available: NO_PUBKEY 6ED0E7B8\n", InstallError),
    ],
)
def test_apts_complaints_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, errors: str, kind: type[InstallError]
) -> None:
    """Apt ends with status 0 for a host that does not answer, so its lists are looked at."""
    monkeypatch.setattr(child, "run", lambda *_, **__: ended(errors=errors))

    with pytest.raises(InstallError) as caught:
        private_apt.AptSuite("trixie", tmp_path, "").update()
    assert type(caught.value) is kind


def test_a_tarball_that_is_not_what_the_list_says_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It never gets its final name."""

    def download(*_: object, folder: Path, **__: object) -> child.Ended:
        (folder / "p.orig.tar.xz").write_bytes(b"something else")
        return ended()

    monkeypatch.setattr(child, "run", download)
    offer = private_apt.Offer("p", "1-1", "1", "p.orig.tar.xz", "0" * 64)

    with pytest.raises(InstallError, match="signed list"):
        private_apt.AptSuite("trixie", tmp_path / "apt", "").fetch(offer, tmp_path / "downloads")
    assert not list((tmp_path / "downloads").rglob("*.xz"))


def test_the_sources_of_an_interrupted_build_are_used_again(tmp_path: Path) -> None:
    """Even when the archive has gone on, or cannot be reached."""
    kept = tmp_path / "downloads" / "python3.15_3.15.0~rc1.orig.tar.xz"
    kept.parent.mkdir()
    kept.touch()

    assert debian._unfinished(Wish("3.15"), tmp_path) == (kept, "3.15.0rc1")
    assert debian._unfinished(Wish("3.13"), tmp_path) is None
