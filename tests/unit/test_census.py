"""Answers into a census: who is one interpreter, what is not usable and why, and what each is called."""

from __future__ import annotations

import msgspec
import pytest

from gilscope.runtimes.answers import FactsAnswer
from gilscope.runtimes.candidates import Candidate
from gilscope.runtimes.census import sort_out
from gilscope.runtimes.names import unique_names
from gilscope.runtimes.twins import pairs
from gilscope.values.runtimes import Census, Facts

PLAIN = Facts(
    executable="/opt/3.13.5/bin/python3.13",
    base_prefix="/opt/3.13.5",
    implementation="CPython",
    version=(3, 13, 5),
    version_text="3.13.5",
    build="default",
    gil_enabled=True,
    compiler="GCC 14.2.0",
    config_args=(),
    pgo=False,
    lto=False,
    debug=False,
    jit="absent",
    interpreters_api="_interpreters",
    own_gil=True,
    platform="linux-x86_64",
)


def build(version: str, **changes: object) -> Facts:
    """Return facts of a build of this version, in a folder of its own."""
    suffix = "t" if changes.get("build") == "free-threaded" else ""
    numbers = tuple(int("".join(filter(str.isdigit, part.split("a")[0]))) for part in version.split("."))
    facts: dict[str, object] = {
        "version": numbers,
        "version_text": version,
        "base_prefix": f"/opt/{version}{suffix}",
        "executable": f"/opt/{version}{suffix}/bin/python",
    }
    return msgspec.structs.replace(PLAIN, **{**facts, **changes})


def take(*found: Facts | str, origin: str = "PATH", wishes: tuple[str, ...] = ()) -> Census:
    """Sort out the answers of executables that gave these facts, or none for this reason."""
    heard = []
    for number, answer in enumerate(found):
        if isinstance(answer, Facts):
            heard.append((Candidate(answer.executable, origin, "python"), FactsAnswer(facts=answer)))
        else:
            heard.append((Candidate(f"/bin/python{number}", origin, f"python{number}"), FactsAnswer(reason=answer)))
    return sort_out(heard, wishes)


def test_sorted_by_version_with_the_default_build_first() -> None:
    """Versions sort as numbers, so 3.9 comes before 3.10, and 3.14 before 3.14t."""
    census = take(build("3.14.6", build="free-threaded"), build("3.10.13"), build("3.14.6"), build("3.9.18"))

    names = [runtime.name for runtime in census.runtimes]

    assert names == ["3.9", "3.10", "3.14", "3.14t"]


def test_the_optimised_build_gets_the_short_name() -> None:
    """PGO and LTO outweigh a newer patch release; the plain build goes by its full version."""
    census = take(build("3.13.9"), build("3.13.5", pgo=True, lto=True))

    names = {runtime.facts.version_text: runtime.name for runtime in census.runtimes}

    assert names == {"3.13.5": "3.13", "3.13.9": "3.13.9"}


def test_a_build_that_may_be_optimised_stands_between() -> None:
    """A distribution's, which does not record it, beside a plain one and one with a profile."""
    plain, unknown, profiled = (build(f"3.13.{patch}", pgo=pgo) for patch, pgo in ((9, False), (7, None), (5, True)))

    assert {row.facts.version_text for row in take(plain, unknown).runtimes if row.name == "3.13"} == {"3.13.7"}
    assert {row.facts.version_text for row in take(unknown, profiled).runtimes if row.name == "3.13"} == {"3.13.5"}


def test_the_newest_of_equal_builds_gets_the_short_name() -> None:
    """Among builds optimised alike the highest patch release stands for the minor version."""
    names = unique_names([(build("3.13.9"), "uv"), (build("3.13.10"), "uv")])

    assert names == ("3.13.9", "3.13")


def test_a_release_is_preferred_to_an_alpha() -> None:
    """Nobody who says 3.15 means an alpha when the release is there; its name keeps the alpha's number."""
    names = unique_names([(build("3.15.0a3+"), "uv"), (build("3.15.0"), "uv")])

    assert names == ("3.15.0a3", "3.15")


def test_equal_versions_are_told_apart_by_origin_then_by_number() -> None:
    """Names are unique whatever is found."""
    names = unique_names(
        [(build("3.13.5", pgo=True), "uv"), *[(build("3.13.5"), origin) for origin in ("pyenv", "PATH", "PATH")]]
    )

    assert names == ("3.13", "3.13.5-pyenv", "3.13.5-path", "3.13.5-path-2")


def test_debug_builds_have_names_of_their_own() -> None:
    """A debug build never takes the short name that a release build could have."""
    names = unique_names(
        [(build("3.14.6", debug=True), "PATH"), (build("3.14.6", debug=True, build="free-threaded"), "PATH")]
    )

    assert names == ("3.14d", "3.14td")


def test_one_installation_under_two_executables_is_one_runtime() -> None:
    """``make install`` leaves python3.13 and python3.13t as two files of one build."""
    one = build("3.13.5", build="free-threaded")
    other = msgspec.structs.replace(one, executable=one.executable + "3.13t")

    census = take(one, other)

    assert len(census.runtimes) == 1


def test_debug_and_release_builds_may_share_a_prefix() -> None:
    """A distribution's python3.13 and python3.13d both live below /usr; they are two runtimes."""
    release = build("3.13.5", base_prefix="/usr")
    debug = build("3.13.5", base_prefix="/usr", executable="/usr/bin/python3.13d", debug=True)

    census = take(release, debug)

    assert [runtime.name for runtime in census.runtimes] == ["3.13", "3.13d"]


def test_an_explicit_virtual_environment_is_started_as_given() -> None:
    """The user who points at a venv's python wants its packages; otherwise the interpreter itself is started."""
    facts = build("3.13.5")
    explicit = (Candidate("/home/venv/bin/python", "--python", "python"), FactsAnswer(facts=facts))
    listed = (Candidate(facts.executable, "pyenv", "3.13.5"), FactsAnswer(facts=facts))

    census = sort_out([explicit, listed], [])

    assert [(row.executable, row.origin) for row in census.runtimes] == [("/home/venv/bin/python", "--python")]


def test_what_answered_through_a_wrapper_is_started_through_it() -> None:
    """A wrapper may set what its interpreter cannot start without."""
    wrapper = Candidate("/usr/bin/python3", "PATH", "python3")

    census = sort_out([(wrapper, FactsAnswer(facts=build("3.13.5")))], [])

    assert census.runtimes[0].executable == "/usr/bin/python3"


def test_old_interpreters_are_named_for_what_they_are() -> None:
    """They are rows with their version, not runtimes, where the implementation has newer ones."""
    census = take(build("2.7.18"), build("3.6.15"), build("3.7.1", implementation="PyPy"))

    rows = [(row.name, row.kind) for row in census.unusable]

    assert census.runtimes == ()
    assert rows == [
        ("2.7.18", "too old"),
        ("3.6.15", "too old"),
        ("pypy3.7.1", "too old"),
    ]


def test_implementations_that_stay_with_a_version_are_runtimes_by_their_own() -> None:
    """Jython is for Python 2.7, and MicroPython's version of the language is the same for each release."""
    jython = build("2.7.3", implementation="Jython")
    small = [build("3.4.0", implementation="MicroPython", release=release) for release in ("1.25.0", "1.24.1")]
    small[1] = msgspec.structs.replace(small[1], base_prefix="/opt/older", executable="/opt/older/micropython")

    census = take(jython, *small)

    assert [runtime.name for runtime in census.runtimes] == ["jython2.7", "micropython1.24", "micropython1.25"]


def test_pypy_stands_behind_every_cpython_by_a_name_of_its_own() -> None:
    """The newest release has the short name, and none is a twin of a CPython of its version."""
    older, newer = (build("3.13.2", implementation="PyPy", release=release) for release in ("7.3.20", "8.0.1"))
    older = msgspec.structs.replace(older, base_prefix="/opt/older", executable="/opt/older/bin/pypy")
    census = take(older, newer, build("3.13.5", build="free-threaded"), build("3.12.1"))

    assert [runtime.name for runtime in census.runtimes] == ["3.12", "3.13t", "pypy3.13", "pypy3.13-7.3.20"]
    assert [pair.twin for pair in pairs(census.runtimes)] == [None]


def test_the_oldest_that_is_measured_is_3_8() -> None:
    """Its very first release too; the last one of the version before is too old, and so is a wish for it."""
    census = take(build("3.8.0"), build("3.7.17"), wishes=("3.8t", "3.7t"))

    assert [runtime.name for runtime in census.runtimes] == ["3.8"]
    assert [(row.name, row.kind) for row in census.unusable] == [
        ("3.7.17", "too old"),
        ("3.7t", "absent"),
        ("3.8t", "absent"),
    ]
    assert ["older than" in row.reason for row in census.unusable] == [True, True, False]


def test_broken_executables_keep_their_reason_and_path() -> None:
    """The user needs to know which file failed, and how."""
    (row,) = take("it died of SIGSEGV").unusable

    assert (row.name, row.kind, row.reason, row.executable) == (
        "python0",
        "broken",
        "it died of SIGSEGV",
        "/bin/python0",
    )


@pytest.mark.parametrize("wish", ["3.14t", "3.14.6t"])
def test_a_wish_is_met_by_short_or_full_name(wish: str) -> None:
    """A wish names a version, however the runtime came to be called."""
    census = take(build("3.14.6", build="free-threaded"), wishes=(wish,))

    assert census.unusable == ()


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ("3.15t", "gilscope runtimes install 3.15t"),
        ("3.7", "older than Python 3.8"),
        ("three", "not a name of a CPython"),
    ],
)
def test_an_absent_wish_says_what_to_do(wish: str, words: str) -> None:
    """What can be installed comes with the command; what cannot says why."""
    (row,) = take(build("3.14.6"), wishes=(wish, wish)).unusable

    assert (row.name, row.kind) == (wish, "absent")
    assert words in row.reason
