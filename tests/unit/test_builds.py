"""Builds set side by side: their labels, and which of them are pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import DEFAULT, runtime
from gilscope.errors import UsageError
from gilscope.runtimes import builds, census
from gilscope.runtimes.answers import FactsAnswer
from gilscope.runtimes.builds import joined, sides

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gilscope.runtimes.candidates import Candidate
    from gilscope.values.runtimes import Runtime


def at(path: str, name: str = "3.15") -> Runtime:
    """A build at a path; a trailing ``t`` makes it free-threaded."""
    return msgspec.structs.replace(runtime(name), executable=path)


def names(labels: Sequence[str], runtimes: Sequence[Runtime]) -> dict[str, tuple[str, ...]]:
    """The names of every side's arms, by its label."""
    return {side.label: tuple(arm.name for arm in side.arms) for side in joined(labels, runtimes)}


def test_a_label_is_part_of_its_arms_names() -> None:
    """Both builds have one version, and no two arms one name."""
    found = names(["main", "branch"], [at("/src/main/python"), at("/src/branch/python")])

    assert found == {"main": ("3.15 main",), "branch": ("3.15 branch",)}


@pytest.mark.parametrize(
    ("paths", "versions", "labels"),
    [
        (["/src/main/python", "/src/branch/python"], ["3.15", "3.15"], ["main", "branch"]),
        (["/before/bin/python3", "/after/bin/python3"], ["3.15", "3.15"], ["before", "after"]),
        (["/a/python", "/b/python"], ["3.14.5", "3.14.6"], ["3.14.5", "3.14.6"]),
        (["/a/python", "/a/python"], ["3.15", "3.15"], ["3.15.0", "3.15.0-2"]),
    ],
    ids=["build trees", "installations", "versions", "one and the same"],
)
def test_labels_are_made_of_what_builds_differ_in(paths: list[str], versions: list[str], labels: list[str]) -> None:
    """Versions where these differ, else the folders nearest to the files that do."""
    runtimes = [at(path, version) for path, version in zip(paths, versions, strict=True)]

    assert list(names([""] * len(runtimes), runtimes)) == labels


def test_a_label_that_is_the_version_is_not_said_twice() -> None:
    """The arm is called as the version is."""
    assert names(["", ""], [at("/a", "3.14.5"), at("/b", "3.14.6")])["3.14.5"] == ("3.14.5",)


def test_a_default_and_a_free_threaded_build_of_one_label_are_a_pair() -> None:
    """The default one is first, in whatever order they were named."""
    labels = ["main", "branch", "main", "branch"]
    runtimes = [at("/mt", "3.15t"), at("/b"), at("/m"), at("/bt", "3.15t")]

    assert names(labels, runtimes) == {"main": ("3.15 main", "3.15t main"), "branch": ("3.15 branch", "3.15t branch")}


def test_two_builds_of_one_kind_are_no_pair() -> None:
    """What a label is for is told."""
    with pytest.raises(UsageError, match="main labels 2 builds, several of them default"):
        joined(["main", "main"], [at("/a"), at("/b")])


def test_a_pair_is_not_compared_with_a_build_alone() -> None:
    """Both labels are named."""
    with pytest.raises(UsageError, match="main labels two builds, branch one: give each"):
        joined(["branch", "main", "main"], [at("/b"), at("/m"), at("/mt", "3.15t")])


def asked(monkeypatch: pytest.MonkeyPatch, answer: FactsAnswer) -> list[str]:
    """Answer for every interpreter; the paths that were asked."""
    paths: list[str] = []

    def interviews(files: Sequence[Candidate], *_: object) -> list[tuple[Candidate, FactsAnswer]]:
        paths.extend(file.path for file in files)
        return [(file, answer) for file in files]

    monkeypatch.setattr(census, "_interviews", interviews)
    return paths


def test_two_paths_to_one_interpreter_are_two_builds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The census would drop one; each is started by the path that was given, from wherever one is."""
    monkeypatch.chdir(tmp_path)
    paths = asked(monkeypatch, FactsAnswer(facts=DEFAULT))
    found = sides(["a=bin/python", "./b=c/python"], {}, tmp_path)

    assert paths == [str(tmp_path / "bin" / "python"), str(tmp_path / "b=c" / "python")]
    assert [side.label for side in found] == ["a", "3.14.6"]
    assert [side.arms[0].command for side in found] == [(path,) for path in paths]
    assert "bin/python (3.14.6)" in found[0].meaning


def test_a_build_that_does_not_start_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With its reason, before anything is measured."""
    asked(monkeypatch, FactsAnswer(reason="there is no such file"))

    with pytest.raises(UsageError, match=r"--python main=\./python is broken: there is no such file"):
        builds.sides(["main=./python", "./other"], {}, tmp_path)
