"""Callables as people type them: what is found, and what is refused from the text with what was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gilscope.errors import UsageError
from gilscope.values.probes import Probe, Target
from gilscope.workloads.probes import select
from gilscope.workloads.targets import Given, check_copy, named_arguments, target

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """
import functools
from elsewhere import imported

TABLE = {"a": 1}
NAMES = ["a"]
SIZE = 3
HALF = lambda: SIZE / 2


def plain(): ...


def sized(n, mode="fast"): ...


def stream():
    yield 1


async def awaited(): ...


async def astream():
    yield 1


def inner():
    def rows():
        yield 1
    return list(rows())


@functools.lru_cache
def cached(n): ...


if SIZE:
    def chosen(): ...


class Tool:
    def __init__(self): ...

    def run(self, times=1): ...

    @staticmethod
    def alone(n): ...

    @classmethod
    def made(cls): ...


class Sized:
    def __init__(self, n): ...

    def run(self): ...


class Child(Tool): ...


def spread(data, workers): ...


def pooled(n_jobs=1, *, mode="fast"): ...


def any_of(**options): ...


class Spread:
    def run(self, workers=1): ...

    @staticmethod
    def alone(threads): ...
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script in the working directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "work.py"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("work.py:plain", "plain", "()"),
        ("work.py:plain()", "plain", "()"),
        ('work.py:sized(512, mode="fast")', "sized", "(512, mode='fast')"),
        ("work.py:sized([1, {'a': (2,)}])", "sized", "([1, {'a': (2,)}])"),
        ("work.py:awaited", "awaited", "()"),
        ("work.py:inner", "inner", "()"),
        ("work.py:cached", "cached", "()"),
        ("work.py:chosen", "chosen", "()"),
        ("work.py:imported", "imported", "()"),
        ("work.py:HALF", "HALF", "()"),
        ("work.py:Tool.run", "Tool.run", "()"),
        ("work.py:Tool.alone(3)", "Tool.alone", "(3)"),
        ("work.py:Tool.made", "Tool.made", "()"),
        ("work.py:Child.run", "Child.run", "()"),
        ("./work.py:plain", "plain", "()"),
    ],
)
def test_what_can_be_called_is_a_target(script: Path, text: str, name: str, arguments: str) -> None:
    """Arguments are literals, written as Python writes them."""
    assert target(text, {}) == Target(name=name, path=str(script), arguments=arguments)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("work.py:plane", "has no plane; did you mean work.py:plain?"),
        ("work.py:nothing_like_it", "what could be measured: work.py:plain, work.py:awaited, work.py:inner"),
        ("work.py:sized", "missing a required argument: 'n'. It takes (n): write work.py:sized(...), --arg"),
        ("work.py:plain(1)", "work.py:plain(1): too many positional arguments."),
        ("work.py:sized(1, size=2)", "got an unexpected keyword argument 'size'"),
        ("work.py:TABLE", "work.py:TABLE is a dict, and nothing to call"),
        ("work.py:NAMES", "is a list"),
        ("work.py:SIZE", "is int 3"),
        ("work.py:stream", "is a generator: calling it runs none of its body"),
        ("work.py:astream", "with async for"),
        (
            "work.py:Tool",
            "is a class, and making instances of it is seldom the question; name a method: work.py:Tool.run",
        ),
        ("work.py:Tool.walk", "class Tool has no method walk; it has __init__, run, alone, made"),
        ("work.py:Tool.ruun", "did you mean Tool.run?"),
        ("work.py:Tool.alone", "missing a required argument: 'n'"),
        ("work.py:Sized.run", "Sized() needs arguments, so that nobody can make one for run()"),
        ("work.py:sized(many)", "many is no literal (number, string, list, dict ...); a string has quotes: 'many'"),
        ("work.py:sized(1 + x)", "1 + x is no literal"),
        ("work.py:sized(1", "names no callable"),
        ("work.py:sized(1, )(2)", "one pair of parentheses"),
        ("gone.py:plain", "there is no script gone.py, seen from "),
    ],
)
@pytest.mark.usefixtures("script")
def test_what_cannot_be_called_is_refused_with_what_to_do(text: str, words: str) -> None:
    """Before anything starts, from the text alone."""
    with pytest.raises(UsageError) as caught:
        target(text, {})

    assert words in str(caught.value)


@pytest.mark.usefixtures("script")
def test_arguments_by_name_join_those_in_parentheses() -> None:
    """What a shell has taken the quotes from is a string."""
    named = named_arguments(["mode=fast", "n=512"])

    assert target("work.py:sized", named).arguments == "(mode='fast', n=512)"
    with pytest.raises(UsageError, match="mode stands in parentheses and in --arg too"):
        target("work.py:sized(1, mode='slow')", {"mode": "fast"})


@pytest.mark.parametrize(("texts", "words"), [(["512"], "write name=value"), (["n=1", "n=2"], "n is given twice")])
def test_arguments_without_a_name_are_refused(texts: list[str], words: str) -> None:
    """So is a name that is there twice."""
    with pytest.raises(UsageError, match=words):
        named_arguments(texts)


@pytest.mark.usefixtures("script")
def test_a_state_fills_the_first_parameter() -> None:
    """It takes the place of the instance where a method is named."""
    assert target("work.py:sized", {}, has_state=True).name == "sized"
    assert target("work.py:Sized.run", {}, has_state=True).name == "Sized.run"
    with pytest.raises(UsageError, match="too many positional arguments"):
        target("work.py:plain", {}, has_state=True)


@pytest.mark.parametrize(
    ("text", "wanted", "taken", "arguments"),
    [
        ("work.py:spread([1])", None, "workers", "([1], workers=4)"),
        ("work.py:spread(data=[1])", None, "workers", "(data=[1], workers=4)"),
        ("work.py:spread([1], 3)", None, None, "([1], 3)"),
        ("work.py:spread([1], workers=3)", None, None, "([1], workers=3)"),
        ("work.py:Spread.run", None, "workers", "(workers=4)"),
        ("work.py:Spread.alone", "threads", "threads", "(threads=4)"),
        ("work.py:pooled", None, None, "()"),
        ("work.py:pooled", "n_jobs", "n_jobs", "(n_jobs=4)"),
        ("work.py:any_of", None, None, "()"),
        ("work.py:any_of", "jobs", "jobs", "(jobs=4)"),
        ("work.py:imported", None, None, "()"),
        ("work.py:imported", "jobs", "jobs", "(jobs=4)"),
        ("json:loads('1')", "jobs", "jobs", "('1', jobs=4)"),
    ],
)
@pytest.mark.usefixtures("script")
def test_a_callable_that_takes_workers_is_given_their_number(
    text: str, wanted: str | None, taken: str | None, arguments: str
) -> None:
    """By a parameter of that name, unless it has a value already, or by the one that is named."""
    found = target(text, {}, workers_argument=wanted)

    assert found.workers_argument == taken
    assert found.given(4).arguments == arguments


@pytest.mark.parametrize(
    ("text", "wanted", "words"),
    [
        ("work.py:pooled", "jobs", "no parameter jobs; it takes n_jobs: --workers-arg n_jobs"),
        ("work.py:plain", "jobs", "work.py:plain has no parameter jobs; it takes ()"),
        ("work.py:Spread.run", "self", "self is given a value already"),
        ("work.py:pooled(2)", "n_jobs", "n_jobs is given a value already: drop that, or --workers-arg n_jobs"),
        ("work.py:spread", None, "missing a required argument: 'data'"),
    ],
)
@pytest.mark.usefixtures("script")
def test_a_number_of_workers_that_goes_nowhere_is_refused(text: str, wanted: str | None, words: str) -> None:
    """With the parameter that was probably meant."""
    with pytest.raises(UsageError) as caught:
        target(text, {}, workers_argument=wanted)

    assert words in str(caught.value)


@pytest.mark.usefixtures("script")
def test_a_setup_may_take_the_workers() -> None:
    """A pool that is made once, for instance, and handed to what is measured."""
    given = Given(setup="work.py:Spread.run")
    (probe,) = select([], ["work.py:sized"], given=given)
    (spread,) = select([], ["work.py:spread"], given=Given(setup="work.py:plain"))

    assert isinstance(probe, Probe)
    assert isinstance(spread, Probe)
    assert (probe.takes_workers, spread.takes_workers) == (True, True)
    assert spread.target is not None
    assert spread.target.given(2).arguments == "(workers=2)"


def test_a_file_in_a_package_is_imported_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that its relative imports work; outside of a package they cannot."""
    monkeypatch.chdir(tmp_path)
    package = tmp_path / "src" / "shop" / "inner"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    for folder in (package, tmp_path):
        (folder / "prices.py").write_text("from . import other\n\n\ndef total(): ...\n")
    expected = Target(
        name="total", path=str(package / "prices.py"), module="shop.inner.prices", search=(str(tmp_path / "src"),)
    )

    assert target("src/shop/inner/prices.py:total", {}) == expected
    assert target("shop.inner.prices:total", {}) == expected
    with pytest.raises(UsageError, match=r"prices.py imports relatively .* there is no __init__.py beside it"):
        target("prices.py:total", {})


def test_what_is_installed_only_the_interpreter_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is refused here."""
    monkeypatch.chdir(tmp_path)

    assert target("json.decoder:JSONDecoder.decode('[]')", {}) == Target(
        name="JSONDecoder.decode", module="json.decoder", arguments="('[]')"
    )


def test_further_folders_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the working directory and its src."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "tool.py").write_text("def run(): ...\n")
    found = target("tool:run", {}, search=[str(tmp_path / "lib")])

    assert found.path == str(tmp_path / "lib" / "tool.py")


@pytest.mark.usefixtures("script")
def test_a_setup_is_a_target_too() -> None:
    """Threads share what it makes where that is asked for."""
    (probe,) = select([], ["work.py:sized"], given=Given(setup="work.py:plain", share=True))

    assert probe.setup == Target(name="plain", path=probe.path)  # type: ignore[union-attr]  # no script for pyperf
    assert probe.shared  # type: ignore[union-attr]  # no script for pyperf


def test_what_is_for_callables_wants_one(tmp_path: Path) -> None:
    """A probe takes no arguments."""
    with pytest.raises(UsageError, match="are for callables: name one"):
        select([tmp_path], ["cpu/*"], given=Given(arguments={"n": "1"}))


@pytest.mark.usefixtures("script")
@pytest.mark.parametrize(
    ("old", "words"),
    [
        ("def plan(): ...\n", "work.py has no spread; what could be measured: work.py:plan"),
        ("def spread(data): ...\n", "got an unexpected keyword argument 'workers'"),
        ("def spread(data, workers): ...\n", None),
        ("def spread(", "work.py, line 1"),
    ],
    ids=["not there yet", "no workers yet", "there", "broken"],
)
def test_another_version_of_a_file_is_held_against_the_call(tmp_path: Path, old: str, words: str | None) -> None:
    """Before anything starts; the file is called as the person does."""
    copy = tmp_path / "copies" / "work.py"
    copy.parent.mkdir()
    copy.write_text(old)
    made = target("work.py:spread(1)", {})

    if words is None:
        check_copy(made, copy, has_state=False)
    else:
        with pytest.raises(UsageError) as caught:
            check_copy(made, copy, has_state=False)
        assert words in str(caught.value)


@pytest.mark.usefixtures("script")
def test_what_only_pytest_can_call_is_left_to_pytest(tmp_path: Path) -> None:
    """Its cases are not in the text."""
    copy = tmp_path / "copy.py"
    copy.write_text("")

    check_copy(Target(name="test_it", path=str(tmp_path / "work.py"), node="test_it[1]"), copy, has_state=False)
