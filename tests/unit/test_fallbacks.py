"""Which lanes have Python code where an extension works elsewhere, by what was imported and refused."""

from __future__ import annotations

import msgspec
import pytest

from builders import lane, pair
from gilscope.lab.fallbacks import refused, without_extensions
from gilscope.lab.protocol import Imports

LANES = (lane("3.14"), lane("3.14t"), lane("3.14t", "threads", 2))
WITH = Imports(extensions=("_json", "fast._speed", "both._speed"))
WITHOUT = Imports(extensions=("_json", "both._speed"), pure=("fast", "slow"))


def test_what_an_interpreter_refused_and_the_arm_loads_is_a_fallback() -> None:
    """Of several, all are named, and the reason is what Python said."""
    fault = refused(WITH.extensions, {"fast._speed": "not in subinterpreters", "both._speed": "nor this"})
    assert fault is not None
    assert not fault.fails_lane
    assert fault.reason.startswith("its interpreters went on without both._speed, fast._speed: nor this")
    assert fault.detail == "both._speed: nor this\nfast._speed: not in subinterpreters"


@pytest.mark.parametrize("refusals", [{}, {"broken": "invalid ELF header"}], ids=["nothing", "elsewhere neither"])
def test_what_is_loaded_nowhere_is_none(refusals: dict[str, str]) -> None:
    """An extension that the main interpreter cannot load makes no difference between lanes."""
    assert refused(WITH.extensions, refusals) is None


def test_a_package_without_the_extensions_of_the_twins_marks_all_lanes_of_its_build() -> None:
    """A package that has none on either build is no fallback, nor one that was not imported."""
    found = dict(without_extensions(LANES, pair(), {"3.14": WITH, "3.14t": WITHOUT}))
    assert set(found) == {"3.14t:serial", "3.14t:threads-2"}
    assert {fault.reason.partition(" (")[0] for fault in found.values()} == {
        "fast: 3.14 has extensions of it, and 3.14t has none"
    }


@pytest.mark.parametrize(
    ("builds", "imports"),
    [
        (None, {"3.14": WITH, "3.14t": WITHOUT}),
        (msgspec.structs.replace(pair(), twin=None), {"3.14": WITH, "3.14t": WITHOUT}),
        (pair(), {"3.14t": WITHOUT}),
        (pair(), {"3.14": WITH}),
        (pair(), {"3.14": WITH, "3.14t": WITH}),
    ],
    ids=["no pair", "no twin", "the twin said nothing", "it said nothing", "both have them"],
)
def test_without_two_builds_that_differ_there_is_none(builds: object, imports: dict[str, Imports]) -> None:
    """What was not asked says nothing."""
    assert not list(without_extensions(LANES, builds, imports))  # type: ignore[arg-type]  # a pair or None
