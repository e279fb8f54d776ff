"""Requirements as people type them: what is read, what is refused with the mend, and what is known of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gilscope.errors import UsageError
from gilscope.provision import requirements
from gilscope.values.packages import Packages


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in the working directory, with a wheel and an archive beside it."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "my shop"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "The.Shop"\n')
    for name in ("till-1.0-py3-none-any.whl", "scales-2.0.tar.gz"):
        (tmp_path / name).touch()
    return folder


def asked(*texts: str, files: tuple[str, ...] = (), editables: tuple[str, ...] = ()) -> Packages:
    """What the command line asks for."""
    return requirements.packages(texts, [Path(file) for file in files], editables)


def test_names_stay_as_they_are_and_paths_become_absolute(project: Path) -> None:
    """Whether they lead to a project, a wheel or an archive."""
    wanted = asked("numpy", "numpy>=2,<3", "./my shop[fast]", "till-1.0-py3-none-any.whl", "./scales-2.0.tar.gz")

    assert wanted.requirements == (
        "numpy",
        "numpy>=2,<3",
        f"{project}[fast]",
        str(project.parent / "till-1.0-py3-none-any.whl"),
        str(project.parent / "scales-2.0.tar.gz"),
    )


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("numpy=2", "--with 'numpy=2': that is no requirement; write numpy==2"),
        ("num py", "that is no requirement; write numpy, 'numpy>=2' or ./project"),
        ("", "that is no requirement"),
        ("./gone", "--with ./gone: there is no gone"),
        (".", "is no project: it has neither a pyproject.toml nor a setup.py"),
        ("gone-1.0-py3-none-any.whl", "there is no gone-1.0-py3-none-any.whl"),
    ],
)
def test_what_is_no_requirement_is_refused_with_the_mend(text: str, words: str) -> None:
    """Before anything is started."""
    with pytest.raises(UsageError) as caught:
        asked(text)

    assert words in str(caught.value)


@pytest.mark.usefixtures("project")
def test_files_and_editables_must_be_there() -> None:
    """The message names the option."""
    with pytest.raises(UsageError, match=r"--with-requirements gone.txt: there is no such file"):
        asked(files=("gone.txt",))
    with pytest.raises(UsageError, match=r"--with-editable ./gone: there is no gone"):
        asked(editables=("./gone",))


def test_what_a_script_names_wrongly_is_said_of_the_script() -> None:
    """It did not come from an option."""
    with pytest.raises(UsageError, match=r"work.py:f: dependencies 'numpy=2': .* write numpy==2"):
        requirements.of_script("work.py:f", ["numpy=2"])


def test_a_requirements_file_asks_for_all_of_it(project: Path) -> None:
    """A path is a URL there, since a blank would end it; extras stay behind it."""
    wanted = Packages(
        requirements=("numpy==2.4.4", f"{project}[fast]"), files=("/home/ann/needs.txt",), editables=(str(project),)
    )

    assert requirements.as_file(wanted).splitlines() == [
        "-r /home/ann/needs.txt",
        f"-e {project.as_uri()}",
        "numpy==2.4.4",
        f"{project.as_uri()}[fast]",
    ]
    assert "my%20shop" in project.as_uri()


def test_projects_archives_and_repositories_are_built_whatever_wheels_there_are(project: Path) -> None:
    """They are named as installers name them, without knowing what else is installed."""
    wheel, archive = (str(project.parent / name) for name in ("till-1.0-py3-none-any.whl", "scales-2.0.tar.gz"))
    wanted = Packages(
        requirements=(wheel, archive, "numpy", "Top_Hat @ git+https://example.org/hat", "z @ https://e.org/z-1.whl"),
        editables=(f"{project}[fast]",),
    )

    assert requirements.built_here(wanted) == ("the-shop", "scales", "top-hat")
    assert requirements.by_name(wanted) == ("numpy",)


def test_a_project_need_not_say_its_name(tmp_path: Path) -> None:
    """One that only has a setup.py does not."""
    (tmp_path / "setup.py").touch()

    assert requirements.built_here(Packages(editables=(str(tmp_path),))) == ()


def test_an_index_is_asked_for_names_without_markers() -> None:
    """What applies to some Pythons only may rightly have no wheel."""
    assert requirements.by_name(Packages(requirements=("a>1", "b; python_version < '3'", "c @ file:///c"))) == ("a>1",)


def test_local_copies_are_found_behind_paths_and_urls(project: Path) -> None:
    """Their files decide what is installed."""
    wanted = Packages(requirements=(f"{project}[fast]", "shop @ " + project.as_uri(), "numpy", "a @ https://e.org/a"))

    assert list(requirements.local_paths(wanted)) == [project, project]


def test_files_of_requirements_name_others(tmp_path: Path) -> None:
    """Each is read once, however they name each other."""
    (tmp_path / "needs.txt").write_text("numpy\n-r more/base.txt\n--constraint=pins.txt\n-r gone.txt\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "base.txt").write_text("-r../needs.txt\n")
    (tmp_path / "pins.txt").write_text("numpy==2\n")

    found = {path.name for path in requirements.nested_files(tmp_path / "needs.txt")}

    assert found == {"needs.txt", "base.txt", "pins.txt"}


def test_packages_are_joined_each_once() -> None:
    """In the order in which they were named."""
    joined = Packages(requirements=("a", "b")).joined(Packages(requirements=("b", "c"), files=("/f",)))

    assert joined == Packages(requirements=("a", "b", "c"), files=("/f",))
    assert not Packages()
    assert Packages(editables=("/e",))
