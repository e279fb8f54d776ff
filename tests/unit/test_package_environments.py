"""Environments for workloads: what is made, in which order and versions, what is kept, and why there is none."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

import builders
from gilscope.errors import InstallError
from gilscope.provision import contents, environments, installed
from gilscope.provision.active import Active
from gilscope.provision.environments import NO_INDEX, Environments
from gilscope.provision.filling import OTHER_NAME, speaks_of
from gilscope.provision.installer import UnreachableIndexError
from gilscope.values.packages import Packages
from recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gilscope.provision.environments import Provided
    from gilscope.provision.installer import Installation
    from gilscope.values.runtimes import Runtime

NUMPY = Packages(requirements=("numpy",))
TWINS = [builders.runtime("3.14"), builders.runtime("3.14t")]


class FakeInstaller:
    """Installs by making the folders that an installer makes; remembers what it was asked for.

    ``wheels`` has the newest version with a wheel by the interpreter's path; what it lacks has none. An ``error`` is
    raised instead of installing.
    """

    name = "fake"

    def __init__(self, wheels: Mapping[str, str] | None = None, error: BaseException | None = None) -> None:
        self.wheels = wheels
        self.error = error
        self.builds = False
        self.made: list[str] = []
        self.likes: list[dict[str, str]] = []
        self.asked: list[str] = []

    def make(self, executable: str, environment: Path) -> None:
        self.made.append(executable)
        python = installed.python(environment)
        python.parent.mkdir(parents=True)
        python.touch(0o755)

    def install(self, job: Installation, *, build: bool) -> None:
        self.likes.append(dict(job.like))
        job.heard("")
        if self.error is not None:
            raise self.error
        version = self._version()
        if build and not self.builds:
            raise InstallError("the compiler said no")
        if version is None and not build:
            raise InstallError("Because numpy has no wheels with a matching Python ABI tag")
        version = job.like.get("numpy", version or "9.9")
        info = job.environment / "lib" / "python3.14" / "site-packages" / f"numpy-{version}.dist-info"
        info.mkdir(parents=True)

    def version_with_wheel(self, environment: Path, requirement: str) -> str | None:
        self.asked.append(requirement)
        assert environment.exists()
        return None if "==" in requirement else "2.3.1"

    def _version(self) -> str | None:
        return "2.4.4" if self.wheels is None else self.wheels.get(self.made[-1])


class Kept:
    """A folder of environments, with what was installed by whom and what was shown."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shown = Recorder()

    @contextlib.contextmanager
    def _display(self) -> Iterator[Recorder]:
        yield self.shown

    def by(self, *chosen: FakeInstaller, may_build: bool = True) -> Environments:
        """The environments of a run whose installers these are."""
        return Environments(
            self.folder,
            {"PIP_INDEX_URL": "https://a"},
            self._display,
            lambda _environ, _python: chosen,
            may_build=may_build,
        )

    def folders(self) -> list[Path]:
        """The folders that are there, whole or not."""
        return [path for path in self.folder.iterdir() if path.is_dir()] if self.folder.exists() else []


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """An empty cache."""
    return Kept(tmp_path / "environments")


def versions(provided: Provided) -> dict[str, str]:
    """The version of NumPy for every runtime that has one."""
    return {name: environment.versions["numpy"] for name, environment in provided.environments.items()}


def test_every_runtime_gets_an_environment_the_free_threaded_one_first(kept: Kept) -> None:
    """Its versions are those that its twin gets too, if it can."""
    installer = FakeInstaller({runtime.executable: "2.4.4" for runtime in TWINS})

    provided = kept.by(installer).provided(TWINS, NUMPY)

    assert installer.made == ["/opt/3.14t/bin/python", "/opt/3.14/bin/python"]
    assert installer.likes == [{}, {"numpy": "2.4.4"}]
    assert versions(provided) == {"3.14t": "2.4.4", "3.14": "2.4.4"}
    assert provided.reasons == {}
    assert kept.shown.steps == ["Installing numpy for 3.14t", "Installing numpy for 3.14"]
    assert all(Path(environment.python).exists() for environment in provided.environments.values())


def test_what_was_made_before_is_taken_without_starting_anything(kept: Kept) -> None:
    """By any later run; a display is not even opened."""
    first = kept.by(FakeInstaller()).provided(TWINS, NUMPY)
    kept.shown.steps.clear()

    assert kept.by().provided(TWINS, NUMPY) == first
    assert kept.shown.steps == []


def test_an_interrupted_environment_is_neither_kept_nor_taken(kept: Kept) -> None:
    """Ctrl-C is no reason why a lane is unsupported."""
    with pytest.raises(KeyboardInterrupt):
        kept.by(FakeInstaller(error=KeyboardInterrupt())).provided(TWINS, NUMPY)

    assert kept.folders() == []
    assert versions(kept.by(FakeInstaller()).provided(TWINS, NUMPY)) == {"3.14t": "2.4.4", "3.14": "2.4.4"}


def test_an_environment_that_lost_its_interpreter_is_made_again(kept: Kept) -> None:
    """A person may delete whatever is in the cache."""
    before = kept.by(FakeInstaller()).provided(TWINS[:1], NUMPY)
    Path(before.environments["3.14"].python).unlink()
    installer = FakeInstaller()

    after = kept.by(installer).provided(TWINS[:1], NUMPY)

    assert len(installer.made) == 1
    assert after.environments["3.14"].python != before.environments["3.14"].python


@pytest.mark.parametrize("text", ["", "{", '{"python": "/gone/bin/python", "versions": {}}'])
def test_a_damaged_manifest_is_none(kept: Kept, text: str) -> None:
    """Another environment is made."""
    kept.by(FakeInstaller()).provided(TWINS[:1], NUMPY)
    (manifest,) = kept.folder.glob("*.json")
    manifest.write_text(text)
    installer = FakeInstaller()

    kept.by(installer).provided(TWINS[:1], NUMPY)

    assert len(installer.made) == 1


def test_what_nobody_used_for_a_month_is_removed(kept: Kept) -> None:
    """A day more than that; an environment that is used again counts from then on."""
    provided = kept.by(FakeInstaller()).provided(TWINS, NUMPY)
    by_name = {name: Path(environment.python).parents[1] for name, environment in provided.environments.items()}
    long_ago_s = time.time() - environments.KEPT_S - 86_400
    for folder in by_name.values():
        os.utime(folder, (long_ago_s, long_ago_s))
    kept.by().provided(TWINS[1:], NUMPY)

    kept.by(FakeInstaller()).provided(TWINS[:1], Packages(requirements=("scipy",)))

    assert by_name["3.14t"].exists()
    assert not by_name["3.14"].exists()


def test_one_without_a_wheel_is_built_and_said_so(kept: Kept) -> None:
    """The note names what is built, how long it may take, and which version would need no build."""
    installer = FakeInstaller(wheels={})
    installer.builds = True

    provided = kept.by(installer).provided(TWINS[:1], Packages(requirements=("numpy==1.26.4",)))

    assert versions(provided) == {"3.14": "9.9"}
    (note,) = kept.shown.notes
    assert note == (
        "no wheel of numpy==1.26.4 (the newest version with one: 2.3.1) for 3.14: trying to build from source, "
        "for at most 10 min (--no-build leaves it out)"
    )


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (
            "numpy==1.26.4",
            "no wheel for 3.14 of numpy==1.26.4 (the newest version with one: 2.3.1), and --no-build forbids a build",
        ),
        ("scipy", "Because numpy has no wheels with a matching Python ABI tag"),
    ],
    ids=["what is asked for", "what it needs"],
)
def test_where_nothing_may_be_built_one_without_a_wheel_is_refused(kept: Kept, wanted: str, reason: str) -> None:
    """At once: the installer is not asked to build."""
    installer = FakeInstaller(wheels={})
    installer.builds = True

    provided = kept.by(installer, may_build=False).provided(TWINS[:1], Packages(requirements=(wanted,)))

    assert provided.reasons == {"3.14": reason}
    assert len(installer.likes) == 1
    assert kept.shown.notes == []


@pytest.mark.parametrize(
    ("reason", "speaks"),
    [
        ("Because ruamel-yaml==0.18 has no wheels", True),
        ("no wheel of Ruamel.YAML.", True),
        ("Because ruamel-yaml-clib==0.2 has no wheels", False),
        ("Because my-ruamel-yaml==0.2 has no wheels", False),
        ("Because a.ruamel_yaml>=2 has no wheels", False),
    ],
)
def test_a_reason_speaks_of_a_package_in_any_spelling(reason: str, *, speaks: bool) -> None:
    """And not of one whose name is a part of another's."""
    assert speaks_of(reason, "ruamel.yaml") is speaks


def test_what_can_be_neither_fetched_nor_built_has_a_reason_and_spoils_no_other(kept: Kept) -> None:
    """The newest version with a wheel is named; the twin is resolved for itself."""
    wanted = Packages(requirements=("numpy==1.26.4",))
    installer = FakeInstaller(wheels={"/opt/3.14/bin/python": "1.26.4"})

    provided = kept.by(installer).provided(TWINS, wanted)

    assert provided.reasons == {
        "3.14t": "no wheel for 3.14t of numpy==1.26.4 (the newest version with one: 2.3.1), and no build of it: "
        "the compiler said no"
    }
    assert versions(provided) == {"3.14": "1.26.4"}
    assert installer.likes[-1] == {}
    assert len(kept.folders()) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        "No matching distribution found for dateutil==2.9",
        "Because dateutil was not found in the package registry",
    ],
    ids=["pip", "uv"],
)
def test_a_name_that_no_index_has_may_be_that_of_a_module(kept: Kept, refusal: str) -> None:
    """Whoever asks for what they import is told what to ask for."""
    wanted = Packages(requirements=("dateutil==2.9",))

    provided = kept.by(FakeInstaller(error=InstallError(refusal))).provided(TWINS[:1], wanted)

    assert provided.reasons["3.14"].endswith(f"{refusal}{OTHER_NAME}")


def test_what_failed_once_is_not_tried_twice_in_one_run(kept: Kept) -> None:
    """Two workloads may need one thing; the next run tries again."""
    installer = FakeInstaller(error=InstallError("no such package"))
    made = kept.by(installer)

    reasons = [made.provided(TWINS[:1], NUMPY).reasons for _ in range(2)]

    assert reasons == [{"3.14": "no such package"}] * 2
    assert len(installer.made) == 1
    assert kept.by(FakeInstaller()).provided(TWINS[:1], NUMPY).reasons == {}


def test_where_one_installer_cannot_reach_an_index_the_next_one_tries(kept: Kept) -> None:
    """What either said is the reason where none can; other runtimes are not tried then."""
    offline = FakeInstaller(error=UnreachableIndexError("dns error"))

    assert versions(kept.by(offline, FakeInstaller()).provided(TWINS[:1], NUMPY)) == {"3.14": "2.4.4"}
    reason = f"scipy cannot be fetched (fake: dns error; fake: dns error); {NO_INDEX}"
    offline.made.clear()
    wanted = Packages(requirements=("scipy",))
    reasons = kept.by(offline, offline).provided(TWINS, wanted).reasons
    assert reasons == dict.fromkeys(("3.14t", "3.14"), reason)
    assert offline.made == ["/opt/3.14t/bin/python"] * 2


def test_a_full_disk_is_a_reason(kept: Kept) -> None:
    """And no traceback of ours."""
    full = FakeInstaller(error=OSError(28, "No space left on device", "/cache/x"))

    assert kept.by(full).provided(TWINS[:1], NUMPY).reasons == {"3.14": "/cache/x: No space left on device"}


def an_active(runtime: Runtime, **held: str) -> Active:
    """An environment of this runtime with these packages."""
    return Active(
        folder="/home/ann/.venv",
        python=runtime.executable,
        versions=held,
        packages=Packages(requirements=tuple(held)),
    )


def test_the_active_environment_is_its_runtimes_own(kept: Kept) -> None:
    """The others get its packages, in its versions where they can be had."""
    installer = FakeInstaller()
    joined = an_active(TWINS[0], numpy="2.3.0")

    provided = kept.by(installer).provided(TWINS, Packages(), joined)

    assert provided.environments["3.14"].python == joined.python
    assert installer.made == ["/opt/3.14t/bin/python"]
    assert installer.likes == [{"numpy": "2.3.0"}]


@pytest.mark.parametrize(
    ("requirement", "is_own"), [("numpy", True), ("NumPy>=2.3", True), ("numpy>2.3.0", False), ("scipy", False)]
)
def test_the_active_environment_is_left_as_it_is(kept: Kept, requirement: str, *, is_own: bool) -> None:
    """Where it does not hold what a workload needs besides, its runtime gets an environment of ours."""
    joined = an_active(TWINS[0], numpy="2.3.0")

    provided = kept.by(FakeInstaller()).provided(TWINS[:1], Packages(requirements=(requirement,)), joined)

    assert (provided.environments["3.14"].python == joined.python) == is_own


# what an environment is known by


def project(folder: Path) -> Path:
    """A project in this folder."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (folder / "shop.py").touch()
    (folder / "needs.txt").write_text("-r base.txt\n")
    (folder / "base.txt").write_text("numpy\n")
    return folder


@pytest.mark.parametrize(
    ("file", "copied", "editable", "listed"),
    [
        ("shop.py", True, False, False),
        ("pyproject.toml", True, True, False),
        ("base.txt", True, False, True),
        (".git/index", False, False, False),
        ("__pycache__/shop.pyc", False, False, False),
        ("build/lib/shop.py", False, False, False),
        ("shop.egg-info/PKG-INFO", False, False, False),
        (".venv/lib/x.py", False, False, False),
        ("env/pyvenv.cfg", False, False, False),
    ],
)
def test_an_environment_is_another_one_once_what_is_in_it_changes(
    tmp_path: Path, file: str, *, copied: bool, editable: bool, listed: bool
) -> None:
    """A copy changes with each source of the project, an editable one with what it needs, a list with its files."""
    folder = project(tmp_path / "shop")
    asked = {
        "copied": Packages(requirements=(str(folder),)),
        "editable": Packages(editables=(str(folder),)),
        "listed": Packages(files=(str(folder / "needs.txt"),)),
    }
    before = {name: contents.key(TWINS[0], wanted, {}, {}) for name, wanted in asked.items()}
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("something else altogether")

    changed = {name for name, wanted in asked.items() if contents.key(TWINS[0], wanted, {}, {}) != before[name]}

    assert changed == {
        name for name, is_so in (("copied", copied), ("editable", editable), ("listed", listed)) if is_so
    }


def test_runtimes_versions_and_indexes_tell_environments_apart() -> None:
    """All else of a person's settings does not."""
    newer = msgspec.structs.replace(TWINS[0], facts=msgspec.structs.replace(TWINS[0].facts, version_text="3.14.7"))
    keys = [
        contents.key(TWINS[0], NUMPY, {}, {}),
        contents.key(TWINS[1], NUMPY, {}, {}),
        contents.key(newer, NUMPY, {}, {}),
        contents.key(TWINS[0], NUMPY, {"numpy": "2.3.1"}, {}),
        contents.key(TWINS[0], NUMPY, {}, {"PIP_INDEX_URL": "https://nightly"}),
    ]

    assert len(set(keys)) == len(keys)
    assert contents.key(TWINS[0], NUMPY, {}, {"HOME": "/elsewhere"}) == keys[0]


def test_what_is_installed_is_read_from_the_names_of_folders(tmp_path: Path) -> None:
    """Names are canonical, and pip is the environment's own."""
    site = tmp_path / "lib" / "python3.14t" / "site-packages"
    for name in ("Top_Hat-1.0+cpu.dist-info", "pip-26.3.dist-info", "zz-2.dist-info", "shop"):
        (site / name).mkdir(parents=True)

    assert installed.versions(tmp_path) == {"top-hat": "1.0+cpu", "zz": "2"}


def names_in_short(*requirements: str) -> str:
    """The title's words for these requirements."""
    return environments.in_short(Packages(requirements=requirements, editables=("/home/ann/shop[fast]",)))


def test_a_title_names_a_few_packages() -> None:
    """Paths by their last part."""
    assert names_in_short("numpy", "/dist/till-1.0.whl") == "numpy, till-1.0.whl, shop[fast]"
    assert names_in_short("a", "b", "c", "d", "e") == "a, b, c, d and 2 more"
