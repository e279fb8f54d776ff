"""Bringing a Python: which ways are taken in which order, and what uv is asked; nothing is started."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gilscope.errors import InstallError, UsageError
from gilscope.processes import child
from gilscope.provision import debian, install, toolchain, uv, wish
from gilscope.provision.wish import Wish
from recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


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
    return child.Ended(status, output, errors)


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


@pytest.mark.parametrize("has_none", [True, False])
def test_no_way_tells_every_reason_and_what_to_try(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, progress: Recorder, *, has_none: bool
) -> None:
    """Each reason once, and no advice to install what is there."""

    def full(_: Wish) -> tuple[Path, Path]:
        raise OSError(28, "No space left on device", str(tmp_path))

    ways(monkeypatch, source=full)
    monkeypatch.setattr(toolchain, "missing", lambda: ["make"] if has_none else [])

    with pytest.raises(InstallError) as caught:
        install.install("3.13t", optimised=False, progress=progress, data_dir=tmp_path)
    text = str(caught.value)
    assert progress.notes == ["uv, 3.13: no 3.13 here"]
    assert "no 3.13 here" not in text
    assert f"building, 3.13: {tmp_path}: No space left on device" in text
    assert "uv python install 3.13t 3.13" in text
    assert "pyenv install 3.13t" in text
    assert ("apt-get install build-essential" in text) is has_none


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
    monkeypatch.setattr(uv, "binary", lambda: "uv")
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
