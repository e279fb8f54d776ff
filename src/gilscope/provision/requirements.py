"""Requirements as people type them: names with versions, paths of projects and wheels, and files of requirements."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from gilscope.errors import UsageError
from gilscope.values.packages import Packages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ARCHIVES = (".whl", ".tar.gz", ".zip")
PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
"""Files that say how a project is built and what it needs."""

_PATH = re.compile(r"(?P<path>.*?)(?P<extras>\[[^\[\]]*\])?", re.DOTALL)
_NESTED = re.compile(r"\s*(?:-r|--requirement|-c|--constraint)[\s=]*(?P<path>\S+)")
_ONE_EQUALS_SIGN = re.compile(r"[\w.-]+=[\w.]+")


def packages(requirements: Sequence[str], files: Sequence[Path], editables: Sequence[str]) -> Packages:
    """The packages that a command line asks for.

    Raises:
        UsageError: a requirement cannot be read, or a path leads to nothing that could be installed.
    """
    for file in files:
        if not file.is_file():
            raise UsageError(f"--with-requirements {file}: there is no such file")
    return Packages(
        requirements=tuple(map(_requirement, requirements)),
        files=tuple(str(file.resolve()) for file in files),
        editables=tuple(_project("--with-editable", text) for text in editables),
    )


def of_script(label: str, dependencies: Sequence[str]) -> Packages:
    """The packages that the inline metadata of a script names.

    Raises:
        UsageError: one of them cannot be read.
    """
    for text in dependencies:
        _check(f"{label}: dependencies", text)
    return Packages(requirements=tuple(dependencies))


def as_file(wanted: Packages) -> str:
    """The text of a requirements file that asks for all of the packages."""
    lines = [
        *(f"-r {file}" for file in wanted.files),
        *(f"-e {_as_url(editable)}" for editable in wanted.editables),
        *(_as_url(text) if _is_path(text) else text for text in wanted.requirements),
    ]
    return "".join(f"{line}\n" for line in lines)


def built_here(wanted: Packages) -> tuple[str, ...]:
    """Names of the packages that are built whatever wheels an index has: projects, archives, repositories."""
    sources = (*wanted.editables, *filter(_is_source, wanted.requirements))
    return tuple(name for text in sources if (name := _name(text)) is not None)


def by_name(wanted: Packages) -> tuple[str, ...]:
    """The requirements that an index answers wherever they are installed: names with versions, without markers."""
    return tuple(text for text in wanted.requirements if not _is_path(text) and _is_plain(Requirement(text)))


def local_paths(wanted: Packages) -> Iterator[Path]:
    """The projects, archives and wheels of this machine that are copied into an environment."""
    for text in wanted.requirements:
        if _is_path(text):
            yield _split(text)[0]
        elif (url := Requirement(text).url) is not None and url.startswith("file:"):
            yield path_of_url(url)


def editable_paths(wanted: Packages) -> Iterator[Path]:
    """The folders of the projects whose edits take effect at once."""
    return (_split(text)[0] for text in wanted.editables)


def path_of_url(url: str) -> Path:
    """The path that a ``file:`` URL leads to."""
    path = unquote(urlsplit(url).path)
    return Path(path.removeprefix("/") if os.name == "nt" else path)


def nested_files(file: Path) -> Iterator[Path]:
    """A file of requirements, and all files that it names with ``-r`` or ``-c``."""
    seen: set[Path] = set()
    ahead = [file.resolve()]
    while ahead:
        path = ahead.pop()
        if path not in seen and path.is_file():
            seen.add(path)
            yield path
            lines = path.read_text("utf-8", "replace").splitlines()
            ahead += [(path.parent / match["path"]).resolve() for line in lines if (match := _NESTED.match(line))]


def _requirement(text: str) -> str:
    """A requirement of the command line, an absolute path where it is one.

    Raises:
        UsageError: it cannot be read.
    """
    path, _ = _split(text)
    if text.startswith((".", "~")) or _is_path(text) or path.name.endswith(ARCHIVES):
        return str(path.resolve()) if path.is_file() else _project("--with", text)
    _check("--with", text)
    return text


def _check(label: str, text: str) -> None:
    try:
        Requirement(text)
    except InvalidRequirement as error:
        hint = text.replace("=", "==") if _ONE_EQUALS_SIGN.fullmatch(text) else "numpy, 'numpy>=2' or ./project"
        raise UsageError(f"{label} {text!r}: that is no requirement; write {hint}") from error


def _project(option: str, text: str) -> str:
    """The absolute path of a project, with its extras.

    Raises:
        UsageError: there is none.
    """
    path, extras = _split(text)
    if not path.exists():
        raise UsageError(f"{option} {text}: there is no {path}")
    if not any((path / name).is_file() for name in PROJECT_FILES):
        raise UsageError(f"{option} {text}: {path} is no project: it has neither a pyproject.toml nor a setup.py")
    return f"{path.resolve()}{extras}"


def _split(text: str) -> tuple[Path, str]:
    """A path and the extras behind it."""
    match = _PATH.fullmatch(text)
    assert match is not None  # noqa: S101 - it fits every text
    return Path(match["path"]).expanduser(), match["extras"] or ""


def _as_url(text: str) -> str:
    """A path as a URL, in which no blank is its end."""
    path, extras = _split(text)
    return path.as_uri() + extras


def _is_path(text: str) -> bool:
    return Path(text).is_absolute()


def _is_plain(requirement: Requirement) -> bool:
    return requirement.url is None and requirement.marker is None


def _is_source(text: str) -> bool:
    """Whether a requirement is a project, an archive or a repository, which has to be built."""
    place = _split(text)[0].name if _is_path(text) else Requirement(text).url
    return place is not None and not place.endswith(".whl")


def _name(text: str) -> str | None:
    """The canonical name of a package; None for a project that does not say what it is called."""
    if not _is_path(text):
        return canonicalize_name(Requirement(text).name)
    path, _ = _split(text)
    try:
        if path.name.endswith(".whl"):
            return parse_wheel_filename(path.name)[0]
        if path.is_file():
            return parse_sdist_filename(path.name)[0]
        name = tomllib.loads((path / "pyproject.toml").read_text("utf-8")).get("project", {}).get("name")
    except (OSError, ValueError):  # no such file; no TOML, and no file name of an archive
        return None
    return None if name is None else canonicalize_name(str(name))
