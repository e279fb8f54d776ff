"""Bringing a Python: which ways are taken in which order, and what is read from other programs; none is started."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from gilscope.errors import InstallError, UsageError
from gilscope.render.install_progress import InstallProgress, spoken, time_left
from gilscope.runtimes import apt_sources, build, child, debian, install, private_apt, recipe, toolchain, uv, wish
from gilscope.runtimes.apt_sources import Distribution, Entry
from gilscope.runtimes.making import environment
from gilscope.runtimes.tally import Tally, compilations
from gilscope.runtimes.wish import Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BOOKWORM = Distribution("debian", "bookworm")
NOBLE = Distribution("ubuntu", "noble")
ARCHIVE_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Recorder:
    """A progress that remembers what it heard."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.notes: list[str] = []
        self.advances: list[tuple[float, float, str]] = []

    def step(self, title: str) -> None:
        """Remember a title."""
        self.steps.append(title)

    def advance(self, done: float, total: float, text: str) -> None:
        """Remember how far it was."""
        self.advances.append((done, total, text))

    def note(self, text: str) -> None:
        """Remember a note."""
        self.notes.append(text)


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make any start of a process fail the test."""

    def refuse(*arguments: object, **_: object) -> None:
        pytest.fail(f"a process was to be started: {arguments}")

    monkeypatch.setattr(subprocess, "Popen", refuse)


@pytest.fixture
def progress() -> Recorder:
    """Return a progress that remembers."""
    return Recorder()


def ended(output: str = "", errors: str = "", status: int = 0) -> child.Ended:
    """Return how a command is said to have ended."""
    return child.Ended(status=status, output=output, errors=errors)


# wishes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.13t", Wish("3.13")),
        ("3.14", Wish("3.14")),
        (" 3.14.2t ", Wish("3.14", "3.14.2")),
        ("3.15.0a3t", Wish("3.15", "3.15.0a3")),
    ],
)
def test_a_wish_is_read_with_or_without_the_t(text: str, expected: Wish) -> None:
    """Both builds are brought, so the t says nothing."""
    assert wish.parse(text) == expected


@pytest.mark.parametrize("text", ["", "python3", "3", "3.13tt", "3.13.", "3.13-dev", "3.12t", "2.7", "٣.13"])
def test_what_has_no_free_threaded_build_is_a_usage_error(text: str) -> None:
    """A typing error should not start a search of archives."""
    with pytest.raises(UsageError):
        wish.parse(text)


def test_a_wish_for_a_language_version_allows_its_releases_only() -> None:
    """3.1 is no beginning of 3.13, and 3.13 allows any patch."""
    assert Wish("3.13").allows("3.13.5")
    assert not Wish("3.13").allows("3.130.1")
    assert not Wish("3.13", "3.13.5").allows("3.13.15")
    assert Wish("3.15", "3.15.0rc1").allows("3.15.0rc1")


# the order of ways


def ways(monkeypatch: pytest.MonkeyPatch, **outcomes: Callable[[Wish], tuple[Path, Path]]) -> None:
    """Replace the ways; one that is not named fails."""

    def fail(wanted: Wish) -> tuple[Path, Path]:
        raise InstallError(f"no {wanted.text} here")

    def look(wanted: Wish) -> tuple[Path, Path] | None:
        return outcomes["installed"](wanted) if "installed" in outcomes else None

    monkeypatch.setattr(uv, "installed", look)
    monkeypatch.setattr(uv, "bring", lambda wanted, _: outcomes.get("uv", fail)(wanted))
    monkeypatch.setattr(debian, "bring", lambda wanted, _, **__: outcomes.get("source", fail)(wanted))


def pair_of(wanted: Wish) -> tuple[Path, Path]:
    """Return executables that tell which wish they answer."""
    return Path(f"/{wanted.text}t"), Path(f"/{wanted.text}")


def only(language: str) -> Callable[[Wish], tuple[Path, Path]]:
    """Return a way that has one version."""

    def bring(wanted: Wish) -> tuple[Path, Path]:
        if wanted.language != language:
            raise InstallError(f"knows no {wanted.text}")
        return pair_of(wanted)

    return bring


def test_what_is_installed_is_not_installed_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, progress: Recorder
) -> None:
    """Uv's store is asked before its downloads."""
    ways(monkeypatch, installed=pair_of)

    assert install.install("3.13t", optimised=False, progress=progress, data_dir=tmp_path) == pair_of(Wish("3.13"))
    assert progress.steps == []


def test_a_ready_build_of_any_version_is_preferred_to_building(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, progress: Recorder
) -> None:
    """Minutes of compiling for a newer version are not worth it when one can be downloaded."""
    ways(monkeypatch, uv=only("3.13"), source=pair_of)

    brought = install.install_first(["3.14t", "3.13t"], optimised=False, progress=progress, data_dir=tmp_path)

    assert brought == pair_of(Wish("3.13"))
    assert progress.notes == ["uv, 3.14: knows no 3.14"]


def test_what_uv_cannot_bring_is_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, progress: Recorder) -> None:
    """The newest that has sources."""
    ways(monkeypatch, source=only("3.13"))

    brought = install.install_first(["3.14t", "3.13t"], optimised=False, progress=progress, data_dir=tmp_path)

    assert brought == pair_of(Wish("3.13"))


def test_no_way_tells_every_reason_and_what_to_try(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, progress: Recorder
) -> None:
    """A reader should be able to go on from the message alone."""

    def full(_: Wish) -> tuple[Path, Path]:
        raise OSError(28, "No space left on device", str(tmp_path))

    ways(monkeypatch, source=full)

    with pytest.raises(InstallError) as caught:
        install.install("3.13t", optimised=False, progress=progress, data_dir=tmp_path)
    text = str(caught.value)
    assert "uv, 3.13: no 3.13 here" in text
    assert f"building, 3.13: {tmp_path}: No space left on device" in text
    assert "uv python install 3.13t 3.13" in text
    assert "pyenv install 3.13t" in text
    assert "apt-get install build-essential" in text


def test_an_interrupt_is_not_a_failed_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, progress: Recorder) -> None:
    """Ctrl-C ends it all instead of going on with the next way."""

    def interrupt(_: Wish) -> tuple[Path, Path]:
        raise KeyboardInterrupt

    ways(monkeypatch, uv=interrupt, source=pair_of)

    with pytest.raises(KeyboardInterrupt):
        install.install("3.13t", optimised=False, progress=progress, data_dir=tmp_path)


# uv


def row(version: str, *, free_threaded: bool, path: str | None = None) -> dict[str, str | None]:
    """Return a row of uv's list."""
    mark = "+freethreaded" if free_threaded else ""
    return {"key": f"cpython-{version}{mark}-linux-x86_64-gnu", "version": version, "path": path, "url": "ignored"}


def both(version: str, path: str | None = None) -> list[dict[str, str | None]]:
    """Return a pair's rows."""
    return [row(version, free_threaded=flag, path=path and f"{path}{flag}") for flag in (True, False)]


class FakeUv:
    """Answers ``uv python``'s commands from rows; remembers the commands."""

    def __init__(self, known: list[dict[str, str | None]], install_result: child.Ended) -> None:
        self.known = known
        self.installed: list[dict[str, str | None]] = []
        self.install_result = install_result
        self.commands: list[list[str]] = []

    def __call__(self, command: Sequence[str], **_: object) -> child.Ended:
        """Stand in for ``child.run``."""
        self.commands.append([*command[2:]])
        if "install" in command:
            if self.install_result.succeeded:
                self.installed = [{**build, "path": f"/store/{build['key']}"} for build in self.known]
            return self.install_result
        builds = self.installed if "--only-installed" in command else self.known
        wants_free_threaded = command[-1].endswith("t")
        return ended(json.dumps([build for build in builds if ("+" in str(build["key"])) == wants_free_threaded]))


def fake_uv(monkeypatch: pytest.MonkeyPatch, known: list[dict[str, str | None]], install_result: child.Ended) -> FakeUv:
    """Put a fake in uv's place."""
    fake = FakeUv(known, install_result)
    monkeypatch.setattr(child, "run", fake)
    monkeypatch.setattr(uv, "_binary", lambda: "uv")
    return fake


def test_uv_is_asked_for_the_newest_version_that_is_a_pair(monkeypatch: pytest.MonkeyPatch, progress: Recorder) -> None:
    """Twins share a version to the patch, and a release candidate gives way to a release."""
    rows = [*both("3.13.5"), row("3.13.6", free_threaded=True), *both("3.13.10"), *both("3.13.11rc1")]
    fake = fake_uv(monkeypatch, rows, ended())

    free_threaded, default = uv.bring(Wish("3.13"), progress)

    assert [command[-2:] for command in fake.commands if command[0] == "install"] == [
        ["cpython-3.13.10+freethreaded-linux-x86_64-gnu", "cpython-3.13.10-linux-x86_64-gnu"]
    ]
    assert "+freethreaded" in free_threaded.name
    assert "+freethreaded" not in default.name


def test_uvs_reason_is_kept_short(monkeypatch: pytest.MonkeyPatch, progress: Recorder) -> None:
    """The statement and the root cause say it all; the addresses between them do not help."""
    errors = "error: Failed to install cpython-3.13.10\n  cause: Failed to download `x`\n  cause: dns error\n"
    fake_uv(monkeypatch, both("3.13.10"), ended(errors=errors, status=1))

    with pytest.raises(InstallError, match=r"Failed to install cpython-3\.13\.10: dns error$"):
        uv.bring(Wish("3.13"), progress)


def test_an_unknown_version_is_told_without_a_download(monkeypatch: pytest.MonkeyPatch, progress: Recorder) -> None:
    """Nothing is installed where the list has no such pair."""
    fake = fake_uv(monkeypatch, both("3.14.0"), ended())

    with pytest.raises(InstallError, match=r"3\.99"):
        uv.bring(Wish("3.99"), progress)
    assert all(command[0] == "list" for command in fake.commands)


def test_what_uv_has_installed_is_found_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A free-threaded build without its twin is not a pair."""
    fake = fake_uv(monkeypatch, [], ended())
    fake.installed = [*both("3.13.4", "/store/old"), row("3.13.9", free_threaded=True, path="/store/alone")]

    assert uv.installed(Wish("3.13")) == (Path("/store/oldTrue").resolve(), Path("/store/oldFalse").resolve())
    assert uv.installed(Wish("3.14")) is None


def test_uvs_environment_is_passed_on() -> None:
    """A mirror and a longer patience set by the user hold; nothing is put on PATH."""
    environ = uv.environment({"UV_PYTHON_DOWNLOADS_JSON_URL": "file:///mirror.json", "UV_HTTP_TIMEOUT": "99"})

    assert environ["UV_PYTHON_DOWNLOADS_JSON_URL"] == "file:///mirror.json"
    assert environ["UV_HTTP_TIMEOUT"] == "99"
    assert environ["UV_HTTP_CONNECT_TIMEOUT"] == "5"
    assert environ["UV_PYTHON_INSTALL_BIN"] == "0"


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
        (("noble",), NOBLE, ("noble", "plucky", "questing", "resolute", "devel")),
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


class FakeSuite(private_apt.Suite):
    """A suite with fixed versions, or with a fixed error."""

    def __init__(self, name: str, *versions: str, error: InstallError | None = None) -> None:
        super().__init__(name, Path("/nonexistent"), "")
        self.versions = versions
        self.error = error
        self.updated = False

    def update(self) -> None:
        """Fail if it has to."""
        self.updated = True
        if self.error is not None:
            raise self.error

    def offers(self, package: str) -> list[private_apt.Offer]:
        """Return all versions as offers."""
        return [private_apt.Offer(package, version, version, f"{version}.tar.xz", "") for version in self.versions]


def test_newer_suites_are_read_only_where_needed() -> None:
    """Each is megabytes of lists."""
    archive = [FakeSuite("own", "3.13.5"), FakeSuite("newer", "3.13.15")]

    suite, offer = next(debian.find(Wish("3.13"), [*archive], []))

    assert (suite.name, offer.upstream) == ("own", "3.13.5")
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
        private_apt.Suite("trixie", tmp_path, "").update()
    assert type(caught.value) is kind


def test_a_tarball_that_is_not_what_the_list_says_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It never gets its final name."""

    def download(*_: object, folder: Path, **__: object) -> child.Ended:
        (folder / "p.orig.tar.xz").write_bytes(b"something else")
        return ended()

    monkeypatch.setattr(child, "run", download)
    offer = private_apt.Offer("p", "1-1", "1", "p.orig.tar.xz", "0" * 64)

    with pytest.raises(InstallError, match="signed list"):
        private_apt.Suite("trixie", tmp_path / "apt", "").fetch(offer, tmp_path / "downloads")
    assert not list((tmp_path / "downloads").rglob("*.xz"))


# builds


def place(data_dir: Path, name: str, executable: str) -> Path:
    """Put an installation in place."""
    path = data_dir / name / "bin" / executable
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_a_pair_differs_in_the_gil_and_the_place_only(tmp_path: Path) -> None:
    """Else the penalty would be one of flags."""
    free_threaded, default = recipe.recipes("3.13.5", optimised=True, data_dir=tmp_path)

    flags = set(free_threaded.configure_arguments) ^ set(default.configure_arguments)
    assert flags == {"--disable-gil", f"--prefix={free_threaded.prefix}", f"--prefix={default.prefix}"}
    assert free_threaded.executable == tmp_path / "cpython-3.13.5-freethreaded-optimised" / "bin" / "python3.13t"
    assert default.executable == tmp_path / "cpython-3.13.5-default-optimised" / "bin" / "python3.13"


def test_whole_pairs_are_found_the_newest_first(tmp_path: Path) -> None:
    """Half a pair is none, and 3.13.10 is newer than 3.13.9."""
    place(tmp_path, "cpython-3.13.9-freethreaded-plain", "python3.13t")
    place(tmp_path, "cpython-3.13.9-default-plain", "python3.13")
    free_threaded = place(tmp_path, "cpython-3.13.10-freethreaded-plain", "python3.13t")
    default = place(tmp_path, "cpython-3.13.10-default-plain", "python3.13")
    place(tmp_path, "cpython-3.13.11-freethreaded-plain", "python3.13t")

    assert recipe.built(Wish("3.13"), optimised=False, data_dir=tmp_path) == (free_threaded, default)
    assert recipe.built(Wish("3.13"), optimised=True, data_dir=tmp_path) is None
    assert recipe.built(Wish("3.14"), optimised=False, data_dir=tmp_path / "absent") is None


def test_the_sources_of_an_interrupted_build_are_used_again(tmp_path: Path) -> None:
    """Even when the archive has gone on, or cannot be reached."""
    kept = tmp_path / "downloads" / "python3.15_3.15.0~rc1.orig.tar.xz"
    kept.parent.mkdir()
    kept.touch()

    assert debian._unfinished(Wish("3.15"), tmp_path) == (kept, "3.15.0rc1")
    assert debian._unfinished(Wish("3.13"), tmp_path) is None


def test_a_source_tree_has_its_name_only_once_it_is_whole(tmp_path: Path) -> None:
    """A tarball that was cut off leaves nothing that looks like a tree."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("Python-3.13.5/configure"))
    good, bad = (tmp_path / f"python3.13_{name}.orig.tar.gz" for name in ("3.13.5", "3.13.6"))
    good.write_bytes(whole.getvalue())
    bad.write_bytes(whole.getvalue()[:40])
    shop = build.Workshop(tmp_path, lock=0)

    assert (shop._unpack(good) / "configure").exists()
    with pytest.raises(InstallError, match="cannot be unpacked"):
        shop._unpack(bad)
    assert not (shop.folder / "source" / "python3.13_3.13.6").exists()


def test_a_builds_environment_has_nothing_that_bends_python_or_make() -> None:
    """The user's compiler settings stay."""
    given = {"PYTHON_GIL": "1", "OPT": "1", "MAKEFLAGS": "-k", "LC_MESSAGES": "de", "CC": "clang", "HOME": "/h"}

    environ = environment(given)

    assert set(environ) == {"CC", "HOME", "LC_ALL", "PYTHON_FOR_REGEN"}


def test_missing_tools_are_told_with_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before anything is downloaded."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(InstallError, match=r"a C compiler and make cannot be found.*apt-get install build-essential"):
        toolchain.check(tmp_path, optimised=False)


def test_a_folder_that_make_mistakes_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make splits names at spaces."""
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/true")

    with pytest.raises(InstallError, match="does not understand the name"):
        toolchain.check(tmp_path / "My Data", optimised=False)


def test_missing_modules_are_named_with_their_packages() -> None:
    """Those that are disabled or do not exist here are nobody's loss."""
    said = [
        "checking for stdlib extension module _ssl... missing",
        "checking for stdlib extension module _scproxy... n/a",
        "checking for stdlib extension module _testcapi... disabled",
        "checking for stdlib extension module zlib... yes",
        "checking for stdlib extension module nis... missing",
    ]

    modules = toolchain.missing_modules(said)

    assert modules == ("_ssl", "nis")
    assert toolchain.advice(modules).endswith("sudo apt-get install libssl-dev")


# progress

COMPILE = "gcc -c -O3 -I../Include -DPy_BUILD_CORE -o Objects/obmalloc.o ../../source/x/Objects/obmalloc.c\n"
MODULE = "gcc -fPIC -c ../../source/x/Modules/zlibmodule.c -o Modules/zlibmodule.o\n"


def test_compilations_are_counted() -> None:
    """Links and messages are not; modules name their source before the object."""
    assert compilations([COMPILE, MODULE, "gcc -o python Programs/python.o", "touch -c x", ""]) == 2


def test_a_pairs_progress_never_goes_back_and_ends_full(progress: Recorder) -> None:
    """A second build that was begun before weighs less; what is left is still counted right."""
    tally = Tally(progress, 2, 4, optimised=False)
    for weight in (290.0, 12.0):
        tally.begin_build("free-threaded")
        tally.begin("configure")
        tally.hear_configure("checking for gcc... gcc\n")
        tally.begin("make", weight)
        for _ in range(20):
            tally.hear_make(COMPILE)
        tally.begin("install")
        tally.hear_install("x")
    tally.close()

    shares = [done / total for done, total, _ in progress.advances]
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] <= 1.0
    assert ("free-threaded: Objects/obmalloc.c") in [text for _, _, text in progress.advances]


def test_profiling_tests_count_in_an_optimised_build(progress: Recorder) -> None:
    """They take longer than the compiling, on one CPU."""
    tally = Tally(progress, 1, 2, optimised=True)
    tally.begin_build("default")
    tally.begin("make", 1000.0)
    tally.hear_make("0:00:05 load avg: 1.10 [12/44] test_cmath\n")

    assert progress.advances[-1][0] == 20.0
    assert progress.advances[-1][2] == "default: profiling with test_cmath"


def test_time_left_is_told_when_the_rate_is_known() -> None:
    """A guess after the first second would be off by far."""
    assert time_left(1, 100, 1.0) == ""
    assert time_left(25, 100, 60.0) == "about 3 min left"
    assert spoken(40.2) == "40 s"


def test_without_a_terminal_a_line_comes_now_and_then() -> None:
    """Logs want lines, but not one per compilation."""
    now = [0.0]
    text = io.StringIO()
    console = Console(file=text, width=60)

    with InstallProgress(console, clock=lambda: now[0]) as shown:
        shown.step("Building [both]")
        for second in range(45):
            now[0] = float(second)
            shown.advance(second, 100, "free-threaded: Objects/obmalloc.c")
        shown.note("without _dbm")

    assert text.getvalue().splitlines() == [
        "Building [both]",
        "  20% after 20 s, about 80 s left (free-threaded: Objects/obmalloc.c)",
        "  40% after 40 s, about 60 s left (free-threaded: Objects/obmalloc.c)",
        "  without _dbm",
    ]


def test_a_terminal_gets_a_bar() -> None:
    """With the title above it, and gone at the end."""
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=100)

    with InstallProgress(console) as shown:
        shown.step("Building")
        shown.advance(1, 2, "default: Objects/obmalloc.c")

    assert "Building" in text.getvalue()
    assert "obmalloc" in text.getvalue()
