"""Which builds are compared, in what they differ, and what a user's names mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import DEFAULT
from gilscope.errors import NoRuntimeError, UsageError
from gilscope.render.notes import comparability
from gilscope.runtimes.twins import arms, package_differences, pairs, select
from gilscope.values.runtimes import Census, Runtime, Unusable

if TYPE_CHECKING:
    from pathlib import Path


def runtime(name: str, version: str = "3.13.5", **changes: object) -> Runtime:
    """Return a runtime of this name; a ``t`` at its end makes it free-threaded."""
    if name.endswith("t"):
        changes = {"build": "free-threaded", "config_args": ("--with-lto", "--disable-gil"), **changes}
    numbers = tuple(int(part) for part in version.split("."))
    facts = msgspec.structs.replace(DEFAULT, version=numbers, version_text=version, **changes)
    return Runtime(name=name, executable=f"/opt/{name}/python", origin="PATH", facts=facts)


def test_builds_alike_but_for_the_gil_are_comparable() -> None:
    """Being free-threaded, and the flag that makes it so, is the one difference that is meant."""
    (pair,) = pairs([runtime("3.13"), runtime("3.13t")])

    assert (pair.twin.name if pair.twin else None, pair.differences) == ("3.13", ())


def test_no_twin_of_another_minor_version() -> None:
    """Minor versions differ in speed by more than the GIL costs."""
    (pair,) = pairs([runtime("3.12", "3.12.5"), runtime("3.13t")])

    assert (pair.twin, pair.differences) == (None, ())


@pytest.mark.parametrize(
    ("near", "far"),
    [
        ({"version": "3.13.0"}, {"pgo": False}),
        ({"compiler": "Clang 20", "version": "3.13.0"}, {"debug": True}),
        ({"config_args": ()}, {"lto": False}),
        ({"version": "3.13.4"}, {"version": "3.13.0"}),
        ({"compiler": "Clang 20"}, {"jit": "on"}),
    ],
)
def test_the_twin_differs_in_what_matters_least(near: dict[str, str], far: dict[str, str]) -> None:
    """A fact that can move a time more weighs more, however many small ones speak against it."""
    (pair,) = pairs([runtime("far", **far), runtime("near", **near), runtime("3.13t")])

    assert pair.twin is not None
    assert pair.twin.name == "near"


LIGHTEST_FIRST: list[dict[str, object]] = [
    {"version": "3.13.4"},
    {"compiler": "Clang 20"},
    {"lto": False},
    {"jit": "on"},
    {"pgo": False},
    {"debug": True},
    {"platform": "linux-aarch64"},
]


@pytest.mark.parametrize("place", range(1, len(LIGHTEST_FIRST)))
def test_facts_are_weighed_in_one_order(place: int) -> None:
    """Of two builds that differ in one fact each, the twin is the one whose fact moves a time less."""
    near, far = LIGHTEST_FIRST[place - 1 : place + 1]
    (pair,) = pairs([made("far", far), made("near", near), runtime("3.13t")])

    assert pair.twin is not None
    assert pair.twin.name == "near"


def test_what_a_build_does_not_record_is_unknown_and_no_is_another_word() -> None:
    """A plain build beside a distribution's differs from it, or may: neither is told as the other."""
    plain, unknown = (made("3.13", {"pgo": holds, "lto": holds}) for holds in (False, None))
    free_threaded = runtime("3.13t", pgo=None, lto=None)
    (apart,) = pairs([plain, free_threaded])
    (alike,) = pairs([unknown, free_threaded])

    assert apart.differences == ("PGO: unknown against no", "LTO: unknown against no")
    assert alike.differences == ()
    (older,) = pairs([runtime("3.13", "3.13.0", pgo=None, lto=None), free_threaded])
    for unsure in (alike, older):
        assert "Neither records whether it was built with PGO and LTO" in " ".join(comparability(unsure))
    assert "Neither records" not in " ".join(comparability(apart))
    assert alike.free_threaded.facts.recipe == "GCC, PGO unknown, LTO unknown"


def made(name: str, changes: dict[str, object]) -> Runtime:
    """A default build of this name, of another version where the changes hold one."""
    others = dict(changes)
    return runtime(name, str(others.pop("version", "3.13.5")), **others)


def test_every_difference_is_put_in_words() -> None:
    """The free-threaded build's value comes first, and flags say whose they are."""
    twin = runtime(
        "3.13",
        "3.13.0",
        compiler="Clang 20",
        pgo=False,
        lto=False,
        debug=True,
        jit="on",
        config_args=("--with-dtrace",),
    )

    (pair,) = pairs([twin, runtime("3.13t")])

    assert pair.differences == (
        "version 3.13.5 against 3.13.0",
        "compiler GCC 14.2.0 against Clang 20",
        "PGO: yes against no",
        "LTO: yes against no",
        "debug: no against yes",
        "JIT: off against on",
        "flags: --with-lto only in 3.13t",
        "flags: --with-dtrace only in 3.13",
    )


def test_packages_that_are_not_alike_are_differences_too() -> None:
    """The first one's version comes first, and what only one has is said to be its own."""
    words = package_differences("3.14t", {"a": "1", "b": "2", "d": "4"}, "3.14", {"a": "1", "b": "3", "c": "9"})

    assert list(words) == ["b 2 against 3", "c 9 only in 3.14", "d 4 only in 3.14t"]


def test_a_free_threaded_build_has_two_arms() -> None:
    """The second one shows what the build costs when the GIL is on."""
    names = [(arm.name, arm.gil_forced) for arm in arms(runtime("3.13t"))]

    assert names == [("3.13t", False), ("3.13t+gil", True)]


def test_a_default_build_has_one_arm() -> None:
    """There is nothing to force on a build that always has its GIL."""
    names = [(arm.name, arm.gil_forced) for arm in arms(runtime("3.13"))]

    assert names == [("3.13", False)]


CENSUS = Census(
    runtimes=(runtime("3.12", "3.12.1"), runtime("3.13.0", "3.13.0"), runtime("3.13"), runtime("3.13t")),
    unusable=(
        Unusable(name="3.6.15", kind="too old", reason="older than CPython 3.8", executable="/old/python"),
        Unusable(name="3.15t", kind="absent", reason="not found; `gilscope runtimes install 3.15t` brings it"),
    ),
)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], ["3.12", "3.13.0", "3.13", "3.13t"]),
        (["3.13"], ["3.13"]),
        (["3.13t", "3.12"], ["3.12", "3.13t"]),
        (["3.13*", "3.13"], ["3.13.0", "3.13", "3.13t"]),
        (["3.1[23]"], ["3.12", "3.13"]),
        (["3.13.5t"], ["3.13t"]),
        (["/opt/3.13/python"], ["3.13"]),
    ],
)
def test_names_patterns_versions_and_paths(names: list[str], chosen: list[str]) -> None:
    """Each runtime is chosen once, in the census' order, whatever the order of the names."""
    found = [runtime.name for runtime in select(CENSUS, names)]

    assert found == chosen


@pytest.mark.parametrize("name", ["./before/bin/python3", "before/bin/python3", "before/../before/bin/python3"])
def test_a_relative_path_names_what_lies_there(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The census has absolute paths, whatever was typed; links stay as they are, since a venv's lead to its base."""
    monkeypatch.chdir(tmp_path)
    mine = msgspec.structs.replace(runtime("3.14"), executable=str(tmp_path / "before" / "bin" / "python3"))
    broken = Unusable(name="x", kind="broken", reason="hangs", executable=str(tmp_path / "after" / "bin" / "python3"))
    census = Census(runtimes=(mine,), unusable=(broken,))

    assert select(census, [name]) == (mine,)
    with pytest.raises(UsageError, match="after/bin/python3 is broken: hangs"):
        select(census, [name.replace("before", "after")])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("3.13T", "Did you mean '3.13t'?"),
        ("3.6.15", "/old/python is too old: older than CPython 3.8."),
        ("3.15t", "gilscope runtimes install 3.15t"),
        ("nonsense", "There are: 3.12, 3.13.0, 3.13, 3.13t."),
    ],
)
def test_an_unknown_name_is_explained(name: str, words: str) -> None:
    """The text says what is known of that name, what is nearest, and what there is."""
    with pytest.raises(UsageError) as caught:
        select(CENSUS, ["3.13", name])

    assert words in str(caught.value)


def test_a_machine_without_runtimes() -> None:
    """No name can mean anything then, and the error is another one."""
    with pytest.raises(NoRuntimeError) as caught:
        select(Census(runtimes=(), unusable=()), [])

    assert "gilscope runtimes install" in str(caught.value)
