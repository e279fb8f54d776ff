"""uv and pip: what they are asked, what their words mean, and which of them knows the person's index."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import pytest

from gilscope.errors import InstallError
from gilscope.processes import child
from gilscope.provision import index, installed, uv
from gilscope.provision.installer import Installation, UnreachableIndexError, of_build
from gilscope.provision.pip_packages import Pip
from gilscope.provision.uv_packages import Uv

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

NO_WHEEL = """\
  \N{MULTIPLICATION SIGN} No solution found when resolving dependencies:
  ╰─▶ Because numpy==1.26.4 has no wheels with a matching Python ABI tag
      (e.g., `cp314t`) and you require numpy==1.26.4, we can conclude that
      your requirements are unsatisfiable.

      hint: You require CPython 3.14 (`cp314t`), but we only found ...
"""
NO_WHEEL_ON_A_LINE = """\
error: No solution found when resolving dependencies
  cause: Because numpy==1.26.4 has no usable wheels and you require numpy==1.26.4, we can conclude ...

hint: Wheels are required for `numpy` because building from source is disabled for all packages
"""
OFFLINE = """\
error: Request failed after 3 retries in 7.5s
  cause: Failed to fetch: https://index.example/simple/numpy/
  cause: error sending request for url (https://index.example/simple/numpy/)
  cause: failed to lookup address information: Name or service not known
"""
BROKEN_BUILD = """\
warning: something else
  \N{MULTIPLICATION SIGN} Failed to build `shop @ file:///home/ann/shop`
  ├─▶ The build backend returned an error
  ╰─▶ Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)

      [stderr]
      Traceback (most recent call last):
        File "<string>", line 1, in <module>
      ConnectionError: that is a name in the person's own code

      hint: Build failures usually indicate a problem with the package
"""
TWO_PACKAGES = """\
error: Multiple top-level packages discovered in a flat-layout: ['shop', 'results'].

To avoid accidental inclusion of unwanted files or directories,
setuptools will not proceed with this build.
"""
PIP_BROKEN_BUILD = f"""\
  error: subprocess-exited-with-error

  Getting requirements to build wheel did not run successfully.
  ╰─> [14 lines of output]
{textwrap.indent(TWO_PACKAGES, " " * 6)}      [end of output]

ERROR: Failed to build 'file:///home/ann/shop' when getting requirements to build wheel
"""
PIP_OFFLINE = """\
WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError': /simple/numpy/
ERROR: Could not find a version that satisfies the requirement numpy (from versions: none)
ERROR: No matching distribution found for numpy
"""


class Programs:
    """Stands in for ``child.run``: answers commands by words in them, and remembers them."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.environs: list[Mapping[str, str]] = []
        self.answers: dict[str, child.Ended] = {}
        self.on_run: Callable[[Sequence[str]], None] = lambda _: None

    def __call__(self, command: Sequence[str], *, environ: Mapping[str, str], **_: object) -> child.Ended:
        self.commands.append(" ".join(command))
        self.environs.append(environ)
        self.on_run(command)
        answers = [answer for words, answer in self.answers.items() if words in self.commands[-1]]
        return answers[0] if answers else child.Ended(0)


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Every program that would be started."""
    answering = Programs()
    monkeypatch.setattr(child, "run", answering)
    monkeypatch.setattr(uv, "binary", lambda: "uv")
    return answering


def job(folder: Path, like: Mapping[str, str] | None = None) -> Installation:
    """An installation of a project and what it needs."""
    return Installation(folder, folder / "requirements.txt", ("shop",), like or {}, lambda _: None)


def failed(errors: str) -> child.Ended:
    """How a program ends that says this."""
    return child.Ended(1, "", errors)


# uv


def test_uv_is_asked_for_wheels_but_for_what_is_a_persons_own(programs: Programs, tmp_path: Path) -> None:
    """With the settings of the person's environment, without what bends a Python."""
    Uv({"UV_INDEX_URL": "https://a", "VIRTUAL_ENV": "/v", "UV_HTTP_CONNECT_TIMEOUT": "60"}).install(
        job(tmp_path), build=False
    )

    (command,) = programs.commands
    assert f"pip install --python {installed.python(tmp_path)} --requirement {tmp_path}/requirements.txt" in command
    assert "--only-binary :all: --no-binary shop" in command
    assert "--reinstall-package shop" in command
    (environ,) = programs.environs
    assert environ["UV_INDEX_URL"] == "https://a"
    assert environ["UV_HTTP_CONNECT_TIMEOUT"] == "60"
    assert "VIRTUAL_ENV" not in environ


def test_uv_may_build_where_it_is_told_to(programs: Programs, tmp_path: Path) -> None:
    """Everything then, not only what has no wheel."""
    Uv({}).install(job(tmp_path), build=True)

    assert "--only-binary" not in programs.commands[0]
    assert "--reinstall " in programs.commands[0]


def test_uv_prefers_versions_without_insisting(programs: Programs, tmp_path: Path) -> None:
    """It resolves with them in its output file, and installs what came out of that."""
    pins = tmp_path / "pins.txt"
    before: list[str] = []

    def resolve(command: Sequence[str]) -> None:
        if "compile" in command:
            before.append(pins.read_text())
            pins.write_text("# numpy==0\n-e file:///home/ann/shop\nnumpy==2.3.1\nscipy==1.17.0 ; x\nz @ file:///z\n")

    programs.on_run = resolve
    Uv({}).install(job(tmp_path, {"numpy": "2.4.4"}), build=False)

    compiled, installs = programs.commands
    assert before == ["numpy==2.4.4\n"]
    assert f"pip compile {tmp_path}/requirements.txt --output-file {pins}" in compiled
    assert "--only-binary :all:" in compiled
    assert f"--constraint {pins}" in installs
    assert pins.read_text() == "numpy==2.3.1\nscipy==1.17.0\n"


@pytest.mark.parametrize(
    ("errors", "kind", "reason"),
    [
        (NO_WHEEL, InstallError, "resolving dependencies: Because numpy==1.26.4 has no wheels .* are unsatisfiable.$"),
        (NO_WHEEL_ON_A_LINE, InstallError, r"dependencies: Because numpy==1.26.4 has no usable .* conclude \.\.\.$"),
        (OFFLINE, UnreachableIndexError, r"^Request failed after 3 retries in 7\.5s: failed to lookup .* not known$"),
        (BROKEN_BUILD, InstallError, r"^Failed to build `shop @ .*/shop`: Call to .* \(exit status: 1\): Conn.* code$"),
        ("", InstallError, "it ended with exit status 1 and said nothing"),
    ],
    ids=["no wheel", "no wheel, said on a line", "offline", "broken build", "silence"],
)
def test_uvs_words_are_a_line(
    programs: Programs, tmp_path: Path, errors: str, kind: type[Exception], reason: str
) -> None:
    """Without its frame, its hints and what a build printed; an index out of reach is another matter."""
    programs.answers["install"] = failed(errors)

    with pytest.raises(Exception, match=reason) as caught:
        Uv({}).install(job(tmp_path), build=False)

    assert caught.type is kind


def test_pip_says_why_a_build_failed(programs: Programs, tmp_path: Path) -> None:
    """The line of the build backend that names the error, and neither its advice nor pip's frame."""
    programs.answers["install"] = failed(PIP_BROKEN_BUILD)

    with pytest.raises(InstallError, match=r"^Failed to build '.*/shop' .* wheel: error: Multiple .* 'results'\]\.$"):
        Pip({}).install(job(tmp_path), build=True)


def test_why_a_build_failed_is_the_line_that_names_an_error() -> None:
    """Or the last one, where none does."""
    assert of_build(TWO_PACKAGES.splitlines()).startswith("error: Multiple top-level packages")
    assert of_build(["Traceback", "ModuleNotFoundError: no setuptools", ""]) == "ModuleNotFoundError: no setuptools"
    assert of_build(["", "killed", ""]) == "killed"
    assert not of_build([])


def test_without_a_uv_another_installer_may_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is no failure of the package."""

    def none() -> str:
        raise InstallError("is not installed")

    monkeypatch.setattr(uv, "binary", none)

    with pytest.raises(UnreachableIndexError, match=r"^uv is not installed$"):
        Uv({}).make("/opt/python", tmp_path / "env")


def test_uv_says_which_version_has_a_wheel(programs: Programs, tmp_path: Path) -> None:
    """One that answers the requirement, without what it needs in turn."""
    programs.answers["compile"] = child.Ended(0, "numpy==2.4.4\n")

    assert Uv({}).version_with_wheel(tmp_path, "numpy>2") == "2.4.4"
    assert (tmp_path / "asked.txt").read_text() == "numpy>2"
    assert "--no-deps" in programs.commands[0]
    programs.answers["compile"] = failed(NO_WHEEL)
    assert Uv({}).version_with_wheel(tmp_path, "numpy==1.26.4") is None


# pip


def with_pip(folder: Path) -> Path:
    """An environment that has a pip."""
    (folder / "lib" / "python3.14" / "site-packages" / "pip").mkdir(parents=True)
    return folder


def test_pip_makes_an_environment_with_a_pip_where_it_can(programs: Programs, tmp_path: Path) -> None:
    """A build without ensurepip gets an empty one."""
    Pip({}).make("/opt/python", tmp_path / "env")
    programs.answers[f"venv {tmp_path}"] = failed("ensurepip is not available")
    Pip({}).make("/opt/python", tmp_path / "env")

    assert programs.commands[-2:] == [
        f"/opt/python -m venv {tmp_path}/env",
        f"/opt/python -m venv --without-pip {tmp_path}/env",
    ]


def test_an_environment_without_a_pip_is_filled_by_ours(programs: Programs, tmp_path: Path) -> None:
    """It runs in the environment's interpreter all the same."""
    Pip({}).install(job(tmp_path), build=False)
    Pip({}).install(job(with_pip(tmp_path)), build=False)

    ours, own = programs.commands
    assert f"-m pip --python {installed.python(tmp_path)} install" in ours
    assert own.startswith(f"{installed.python(tmp_path)} -m pip install")
    assert "--only-binary :all: --no-binary shop" in own


def test_pip_tries_the_preferred_versions_first(programs: Programs, tmp_path: Path) -> None:
    """Where they cannot be had together, it resolves afresh."""
    Pip({}).install(job(with_pip(tmp_path), {"numpy": "2.4.4"}), build=False)
    assert len(programs.commands) == 1
    assert (tmp_path / "pins.txt").read_text() == "numpy==2.4.4\n"

    programs.answers["--constraint"] = failed("ERROR: Cannot install\n")
    Pip({}).install(job(tmp_path, {"numpy": "2.4.4"}), build=False)

    assert [f"--constraint {tmp_path}/pins.txt" in command for command in programs.commands] == [True, True, False]


@pytest.mark.parametrize(
    ("errors", "kind", "reason"),
    [
        ("ERROR: one\nERROR: No matching distribution found for x==1\n", InstallError, "No matching .* x==1"),
        (PIP_OFFLINE, UnreachableIndexError, "No matching distribution found for numpy"),
        ("Traceback\nValueError: odd\n", InstallError, "ValueError: odd"),
    ],
    ids=["no wheel", "offline", "something else"],
)
def test_pips_words_are_a_line(
    programs: Programs, tmp_path: Path, errors: str, kind: type[Exception], reason: str
) -> None:
    """Its last error; where it had to try again, the index is out of reach."""
    programs.answers["install"] = failed(errors)

    with pytest.raises(Exception, match=f"^{reason}$") as caught:
        Pip({}).install(job(with_pip(tmp_path)), build=True)

    assert caught.type is kind


def test_pip_says_which_version_has_a_wheel(programs: Programs, tmp_path: Path) -> None:
    """By what it would install."""
    report = {"version": "1", "install": [{"metadata": {"name": "numpy", "version": "2.4.4"}, "requested": True}]}
    programs.answers["--report"] = child.Ended(0, json.dumps(report))
    assert Pip({}).version_with_wheel(with_pip(tmp_path), "numpy") == "2.4.4"

    for answer in (failed("ERROR: No matching distribution"), child.Ended(0, '{"install": []}'), child.Ended(0, "?")):
        programs.answers["--report"] = answer
        assert Pip({}).version_with_wheel(tmp_path, "numpy") is None


# whose index


@pytest.mark.parametrize(
    ("settings", "environ", "is_pips"),
    [
        ("global.find-links='/opt/wheels'\n", {}, True),
        ("global.cert='/x'\n:env:.index-url='https://a'\n", {}, True),
        ("install.extra-index-url='https://a'\n", {"UV_DEFAULT_INDEX": "https://b"}, False),
        ("global.cert='/etc/index-url=x'\nglobal.timeout='9'\n", {}, False),
        ("", {}, False),
    ],
    ids=["a file's", "a variable's", "uv has one too", "no place of packages", "nothing"],
)
def test_pip_is_first_where_it_alone_was_told_where_packages_are(
    programs: Programs, tmp_path: Path, settings: str, environ: dict[str, str], *, is_pips: bool
) -> None:
    """Another index might have a package of another's by the same name."""
    programs.answers["config list"] = child.Ended(0, settings)

    assert index.only_pip_knows({"HOME": str(tmp_path), **environ}, "/opt/python") == is_pips


def test_a_file_of_uvs_settings_counts_too(programs: Programs, tmp_path: Path) -> None:
    """And a Python without pip says nothing."""
    programs.answers["config list"] = failed("No module named pip")
    assert not index.only_pip_knows({"HOME": str(tmp_path)}, "/opt/python")
    assert programs.commands[-1] == "/opt/python -m pip config list"

    programs.answers["config list"] = child.Ended(0, "global.index-url='https://a'\n")
    (tmp_path / ".config" / "uv").mkdir(parents=True)
    (tmp_path / ".config" / "uv" / "uv.toml").touch()
    assert not index.only_pip_knows({"HOME": str(tmp_path)}, "/opt/python")
