"""Environments as uv and pip really make them, from projects and wheels that are made here; no index is asked."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

import targets
from gilscope import store
from gilscope.errors import InstallError
from gilscope.provision import requirements, uv
from gilscope.provision.environments import Environments
from gilscope.provision.pip_packages import Pip
from gilscope.provision.uv_packages import Uv
from gilscope.values.packages import Packages
from recorder import Recorder
from runs import lend
from short import SHORT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from gilscope.provision.environments import Provided
    from gilscope.provision.installer import Installer
    from gilscope.values.runtimes import Runtime

BACKEND = '''
"""A build backend without needs: a project is one module, and its metadata are as they stand."""
import pathlib, tomllib, zipfile

HERE = pathlib.Path(__file__).parent
PROJECT = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]


def _wheel(folder, name, text):
    stem = "{name}-{version}".format(**PROJECT)
    metadata = "Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n".format(**PROJECT)
    metadata += "".join(f"Requires-Dist: {need}\\n" for need in PROJECT["dependencies"])
    wheel = "Wheel-Version: 1.0\\nGenerator: here\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    with zipfile.ZipFile(pathlib.Path(folder, stem + "-py3-none-any.whl"), "w") as file:
        file.writestr(name, text)
        file.writestr(stem + ".dist-info/METADATA", metadata)
        file.writestr(stem + ".dist-info/WHEEL", wheel)
        file.writestr(stem + ".dist-info/RECORD", "")
    return stem + "-py3-none-any.whl"


def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = PROJECT["name"] + ".py"
    return _wheel(folder, name, (HERE / name).read_text())


def build_editable(folder, config_settings=None, metadata_directory=None):
    return _wheel(folder, PROJECT["name"] + ".pth", str(HERE) + "\\n")
'''

INSTALLERS: dict[str, Callable[[Mapping[str, str]], Installer]] = {"uv": Uv, "pip": Pip}
NO_INDEX = {"UV_OFFLINE": "1", "PIP_NO_INDEX": "1"}
PAIR = [arms[-1].runtime for arms in (targets.FREE_THREADED, targets.DEFAULT) if arms]
"""The newest free-threaded build and the newest default one, as far as there are any."""


def project(folder: Path, name: str, text: str, *needs: str) -> Path:
    """A project of one module."""
    folder.mkdir()
    (folder / "backend.py").write_text(BACKEND)
    (folder / f"{name}.py").write_text(text)
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        f'[project]\nname = "{name}"\nversion = "1.0"\ndependencies = {list(needs)}\n'
    )
    return folder


def wheel(folder: Path, version: str, runtime: Runtime) -> None:
    """A wheel of ``figures`` for one build only, as extension modules have them."""
    digits = "".join(map(str, runtime.facts.version[:2]))
    abi = f"cp{digits}{'t' if runtime.facts.build == 'free-threaded' else ''}"
    tag = f"cp{digits}-{abi}-{runtime.facts.platform.replace('-', '_').replace('.', '_')}"
    info = f"figures-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"figures-{version}-{tag}.whl", "w") as file:
        file.writestr("figures.py", "")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: figures\nVersion: {version}\n")
        file.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: here\nRoot-Is-Purelib: false\nTag: {tag}\n")
        file.writestr(f"{info}/RECORD", "")


class Made:
    """Makes environments in a cache of its own with one installer."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.shown = Recorder()

    @contextlib.contextmanager
    def _display(self) -> Iterator[Recorder]:
        yield self.shown

    def provided(self, wanted: Packages, settings: Mapping[str, str] = NO_INDEX) -> Provided:
        """The environments of the newest pair, as a new run finds or makes them."""
        installer = INSTALLERS[self.name]({**os.environ, **settings})

        def chosen(*_: object) -> Sequence[Installer]:
            return (installer,)

        made = Environments(self.folder, settings, self._display, chosen)
        return made.provided(PAIR, wanted)


@pytest.fixture(params=INSTALLERS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Made:
    """One of the installers, if it is here."""
    name: str = request.param
    if name == "uv":
        try:
            uv.binary()
        except InstallError:
            pytest.skip("uv is not installed")
    elif find_spec("pip") is None:
        pytest.skip("the Python that runs the tests has no pip")
    return Made(tmp_path / "environments", name)


def answer(python: str, code: str) -> str:
    """What an interpreter prints to some code."""
    return subprocess.check_output([python, "-c", code], cwd="/", text=True).strip()


def test_projects_are_installed_for_every_runtime_and_only_once(made: Made, tmp_path: Path) -> None:
    """With what one of them needs of the other; a second run starts nothing, until a source changes."""
    adding = project(tmp_path / "adding", "adding", "def total(numbers):\n    return sum(numbers)\n")
    text = "import adding\n\ndef mean(numbers):\n    return adding.total(numbers) / len(numbers)\n"
    counting = project(tmp_path / "counting", "counting", text, "adding>=1")
    wanted = requirements.packages([str(counting), str(adding)], [], [])

    first = made.provided(wanted)
    steps = list(made.shown.steps)
    again = made.provided(wanted)

    assert first.reasons == {}
    for environment in first.environments.values():
        seeds = {"setuptools"}  # what older Pythons put into every environment, beside pip
        assert {name: text for name, text in environment.versions.items() if name not in seeds} == {
            "adding": "1.0",
            "counting": "1.0",
        }
        assert answer(environment.python, "import counting; print(counting.mean([1, 2]))") == "1.5"
    assert again == first
    assert made.shown.steps == steps == [f"Installing counting, adding for {runtime.name}" for runtime in PAIR]

    (counting / "counting.py").write_text(text.replace("adding.total(numbers) /", "0 *"))
    changed = made.provided(wanted)
    assert [
        answer(each.python, "import counting; print(counting.mean([1]))") for each in changed.environments.values()
    ] == ["0"] * len(PAIR)


def test_an_editable_project_is_measured_as_it_is_edited(made: Made, tmp_path: Path) -> None:
    """One environment stays, whatever its sources say."""
    folder = project(tmp_path / "my shop", "shop", "PRICE = 1\n")
    wanted = requirements.packages([], [], [str(folder)])

    first = made.provided(wanted)
    (folder / "shop.py").write_text("PRICE = 2\n")

    assert first.reasons == {}
    assert made.provided(wanted) == first
    for environment in first.environments.values():
        assert answer(environment.python, "import shop; print(shop.PRICE)") == "2"


needs_both = pytest.mark.skipif(len(PAIR) < 2, reason="no default and free-threaded build are here together")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="the tags of the wheels are Linux's")


@needs_both
@needs_linux
@pytest.mark.parametrize(
    ("free_threaded", "default", "expected"),
    [
        (("1.0",), ("1.0", "2.0"), ("1.0", "1.0")),
        (("1.0",), ("2.0",), ("1.0", "2.0")),
        (("1.0", "2.0"), ("1.0", "2.0"), ("2.0", "2.0")),
    ],
    ids=["like versions", "unlike ones where it must be", "the newest"],
)
def test_twins_get_one_version_where_there_is_one(
    made: Made, tmp_path: Path, free_threaded: tuple[str, ...], default: tuple[str, ...], expected: tuple[str, str]
) -> None:
    """The free-threaded build says which, since fewer versions have wheels for it."""
    links = tmp_path / "links"
    for runtime, versions in zip(PAIR, (free_threaded, default), strict=True):
        for version in versions:
            wheel(links, version, runtime)

    provided = made.provided(
        Packages(requirements=("figures",)), {**NO_INDEX, "UV_FIND_LINKS": str(links), "PIP_FIND_LINKS": str(links)}
    )

    assert provided.reasons == {}
    assert tuple(provided.environments[runtime.name].versions["figures"] for runtime in PAIR) == expected


@needs_both
@needs_linux
def test_a_version_without_a_wheel_is_said_with_the_newest_that_has_one(made: Made, tmp_path: Path) -> None:
    """The other build is measured all the same."""
    links = tmp_path / "links"
    for runtime, version in zip((*PAIR, PAIR[1]), ("1.0", "1.0", "2.0"), strict=True):
        wheel(links, version, runtime)
    settings = {**NO_INDEX, "UV_FIND_LINKS": str(links), "PIP_FIND_LINKS": str(links)}

    provided = made.provided(Packages(requirements=("figures==2.0",)), settings)

    name = PAIR[0].name
    assert set(provided.environments) == {PAIR[1].name}
    assert f"no wheel for {name} of figures==2.0 (the newest version with one: 1.0)" in provided.reasons[name]
    (note,) = made.shown.notes
    assert note.startswith(f"no wheel of figures==2.0 (the newest version with one: 1.0) for {name}: trying to build")


def gilscope(folder: Path, *arguments: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with a cache there too."""
    command = [sys.executable, "-m", "gilscope.cli", *arguments]
    lend(folder / "cache")
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "COLUMNS": "200", **environ},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def quickly(*arguments: str) -> list[str]:
    """The arguments of a short run on the newest pair."""
    only = [argument for runtime in PAIR for argument in ("--on", runtime.name)]
    return ["run", *SHORT, "--models", "threads", *only, *arguments]


def test_a_package_of_ones_own_is_measured(tmp_path: Path) -> None:
    """By one command; what is installed stands in the run, and the second time nothing is installed."""
    project(tmp_path / "adding", "adding", "def total(numbers):\n    return sum(numbers)\n")
    (tmp_path / "work.py").write_text("import adding\n\ndef crunch():\n    return adding.total(range(5_000))\n")
    command = quickly("--with", "./adding", "work.py:crunch")
    environ = {**NO_INDEX, "UV_FIND_LINKS": str(tmp_path)}

    ended = gilscope(tmp_path, *command, environ=environ)
    again = gilscope(tmp_path, *command, "--no-report", environ=environ)

    assert ended.returncode == 0, ended
    assert ended.stderr.count("Installing adding for") >= len(PAIR)
    assert (again.returncode, again.stderr.count("Installing")) == (0, 0), again
    (run, _) = map(store.read, sorted((tmp_path / "gilscope-results").glob("*.jsonl")))
    assert {lane.arm.packages["adding"] for contest in run.contests for lane in contest.lanes} == {"1.0"}
    assert all(str(tmp_path) in (lane.arm.python or "") for contest in run.contests for lane in contest.lanes)


def test_a_callable_of_an_installed_project_is_the_installed_one(tmp_path: Path) -> None:
    """Its sources, in the working directory, lack what the build adds."""
    shop = project(tmp_path / "shop", "shop", "def price():\n    return 1 / BUILT\n")
    backend = (shop / "backend.py").read_text()
    (shop / "backend.py").write_text(
        backend.replace("(HERE / name).read_text()", '(HERE / name).read_text() + "BUILT = 2"')
    )
    environ = {**NO_INDEX, "UV_FIND_LINKS": str(tmp_path)}

    ended = gilscope(shop, *quickly("--with", ".", "shop:price"), environ=environ)

    assert ended.returncode == 0, ended


def test_what_cannot_be_installed_anywhere_is_the_exit_status(tmp_path: Path) -> None:
    """The message holds the reason, and no traceback."""
    (tmp_path / "work.py").write_text("def crunch(): ...\n")
    environ = {**NO_INDEX, "UV_FIND_LINKS": str(tmp_path)}

    ended = gilscope(tmp_path, *quickly("--with", "no-such-package-at-all", "work.py:crunch"), environ=environ)

    assert ended.returncode == 5, ended
    assert "nothing is left to measure: " in ended.stderr
    assert "no-such-package-at-all" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_a_script_that_names_numpy_needs_one_command(tmp_path: Path) -> None:
    """Penalty and gain where an index can be reached; lanes where NumPy cannot be are unsupported, and none fails."""
    block = '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["numpy"]\n# ///\n'
    (tmp_path / "work.py").write_text(
        f"{block}import numpy\n\ndef crunch():\n    return float(numpy.sin(numpy.arange(1_000)).sum())\n"
    )

    ended = gilscope(tmp_path, *quickly("work.py:crunch"), environ={})

    if ended.returncode == 5:
        pytest.skip(f"numpy cannot be installed here: {ended.stderr.strip().splitlines()[-1]}")
    assert ended.returncode == 0, ended
    (run,) = map(store.read, (tmp_path / "gilscope-results").glob("*.jsonl"))
    assert all(lane.arm.packages["numpy"] for contest in run.contests for lane in contest.lanes)
    assert {trial.lane.partition(":")[0] for trial in run.trials} >= {runtime.name for runtime in PAIR}
