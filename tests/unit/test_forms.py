"""Work in the forms in which people have it: what is found in a text, and what is refused with what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from gilscope.errors import MatrixError, UsageError
from gilscope.values.probes import Probe, Statement, Target
from gilscope.workloads.probes import select
from gilscope.workloads.roles import roles
from gilscope.workloads.statements import statement
from gilscope.workloads.targets import Given, target

if TYPE_CHECKING:
    from pathlib import Path

TEXT = '''"""The forms of one question."""
import timeit
import unittest
from elsewhere import Base
import pytest


def make(): ...


def lots(n, mode=None): ...


def test_make(benchmark):
    benchmark(make)


def test_file(tmp_path, benchmark): ...


def test_plain(): ...


def test_folder(tmp_path): ...


@pytest.mark.parametrize("size", [1, 2])
def test_sized(benchmark, size): ...


@pytest.mark.skipif(True, reason="not here")
def test_marked(benchmark): ...


@pytest.fixture
def data(): ...


class TestSpeed:
    def test_parse(self, benchmark): ...

    def test_data(self, benchmark, data): ...


class TestMake(unittest.TestCase):
    def setUp(self): ...

    def test_make(self): ...


class TestOther(Base):
    def test_here(self): ...


def test_both(tmp_path, data, benchmark): ...


TIMER = timeit.Timer("make()", globals=globals())
HALF = lambda: 1 / 2
DOUBLE = lambda n: 2 * n
'''


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script in the working directory, below which no test of a real project lies."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "forms.py"
    path.write_text(TEXT)
    return path


# what a file holds


@pytest.mark.usefixtures("script")
def test_a_file_without_work_names_all_that_could_be_measured() -> None:
    """Functions, methods and tests in order, then what is no function; neither fixtures nor what needs arguments."""
    functions = ("make", "test_make", "test_file", "test_plain", "test_sized", "test_marked")
    listed = ", ".join(f"forms.py:{name}" for name in (*functions, "TestSpeed.test_parse", "TestSpeed.test_data"))

    with pytest.raises(MatrixError, match=r"has no function work\(\)") as caught:
        select([], ["forms.py"])

    assert f"what could be measured: {listed} and 4 more" in str(caught.value)
    assert "as a program" not in str(caught.value)


def test_a_file_that_is_a_program_says_how_programs_are_measured(script: Path) -> None:
    """What it does behind its guard takes no work()."""
    script.write_text(f"{TEXT}\nif '__main__' == __name__:\n    make()\n")

    with pytest.raises(MatrixError, match=re.escape("; as a program: --command 'python forms.py'")):
        select([], ["forms.py"])


# tests


@pytest.mark.parametrize(
    ("text", "name", "node"),
    [
        ("forms.py:test_make", "test_make", None),
        ("forms.py::test_make", "test_make", None),
        ("forms.py::test_plain", "test_plain", None),
        ("forms.py::TestSpeed::test_parse", "TestSpeed.test_parse", None),
        ("forms.py:TestSpeed.test_parse", "TestSpeed.test_parse", None),
        ("forms.py:TestMake.test_make", "TestMake.test_make", None),
        ("forms.py::TestMake::test_make", "TestMake.test_make", None),
        ("forms.py::TestOther::test_inherited", "TestOther.test_inherited", None),
        ("forms.py:test_file", "test_file", "test_file"),
        ("forms.py::test_folder", "test_folder", "test_folder"),
        ("forms.py::TestSpeed::test_data", "TestSpeed.test_data", "TestSpeed::test_data"),
        ("forms.py::test_sized[a:1, (b)]", "test_sized", "test_sized[a:1, (b)]"),
        ("forms.py:test_sized[1]", "test_sized", "test_sized[1]"),
        ("forms.py:TestSpeed.test_data[1]", "TestSpeed.test_data", "TestSpeed::test_data[1]"),
        ("forms.py::test_marked", "test_marked", "test_marked"),
    ],
)
def test_only_what_has_other_fixtures_is_called_by_pytest(script: Path, text: str, name: str, node: str | None) -> None:
    """All else is called with a stand-in for the only fixture there is."""
    assert target(text, {}) == Target(name=name, path=str(script), node=node)


@pytest.mark.usefixtures("script")
def test_parameters_that_are_filled_need_no_fixture() -> None:
    """A case of a parametrized test is then a call like any other."""
    assert target("forms.py:test_sized(size=3)", {}).node is None
    assert target("forms.py:test_sized", {"size": "3"}).arguments == "(size=3)"
    assert target("forms.py:test_sized", {"size": "3"}).node is None


@pytest.mark.parametrize("where", ["forms.py", "conftest.py", "../conftest.py"])
def test_a_setting_that_every_test_gets_is_pytests(script: Path, where: str) -> None:
    """A fixture that is used by itself would be missed without pytest."""
    setting = script.parent / where
    text = setting.read_text() if setting.exists() else ""
    setting.write_text(f"{text}\n@pytest.fixture(autouse=True)\ndef everywhere(): ...\n")
    try:
        assert target("forms.py::test_make", {}).node == "test_make"
        assert target("forms.py:make", {}).node is None
    finally:
        (script.parent.parent / "conftest.py").unlink(missing_ok=True)


@pytest.mark.usefixtures("script")
def test_tests_find_what_they_test_where_pytest_would(script: Path) -> None:
    """In the folders from which people run them, but behind their own."""
    beside = script.parent / "tests" / "test_speed.py"
    beside.parent.mkdir()
    beside.write_text("def test_it(benchmark): ...\n")

    assert target("tests/test_speed.py::test_it", {}).search[:2] == (str(script.parent), str(script.parent / "src"))
    assert target("forms.py::test_make", {}).search == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("forms.py::test_mak", "has no test_mak; did you mean forms.py:test_make?"),
        ("forms.py::test_gone[1]", "has no test_gone"),
        ("forms.py::TestMake::test_gone", "class TestMake has no method test_gone; did you mean TestMake.test_make?"),
        ("forms.py:TestMake", "is a class, and making instances of it is seldom the question; name a method: "),
        ("forms.py::test_sized", "test_sized has several cases: name one, forms.py::test_sized[...] (`pytest --col"),
        ("forms.py:test_sized", "or fill its parameters: forms.py:test_sized(...)"),
        ("forms.py:test_both(1)", "takes no arguments from elsewhere"),
        ("forms.py:TIMER(3)", "TIMER is a Timer, which has a setup and globals of its own, and takes no arguments"),
        ("forms.py:DOUBLE", "missing a required argument: 'n'"),
    ],
)
@pytest.mark.usefixtures("script")
def test_what_cannot_be_measured_is_refused_with_what_to_do(text: str, words: str) -> None:
    """Before anything starts, from the text alone."""
    with pytest.raises(UsageError) as caught:
        target(text, {})

    assert words in str(caught.value)


@pytest.mark.parametrize(("text", "words"), [("forms.py:TIMER", "is a Timer"), ("forms.py::test_make", "is a test")])
@pytest.mark.usefixtures("script")
def test_what_sets_itself_up_takes_no_setup(text: str, words: str) -> None:
    """Neither a Timer nor a test has a first argument for it."""
    with pytest.raises(UsageError, match=words):
        select([], [text], given=Given(setup="forms.py:make"))


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("forms.py::test_make", "forms.py:test_make"),
        ("forms.py:test_file", "forms.py::test_file"),
        ("forms.py::test_sized[1]", "forms.py::test_sized[1]"),
        ("forms.py:TIMER", "forms.py:TIMER"),
    ],
)
@pytest.mark.usefixtures("script")
def test_a_test_is_called_as_it_is_run(text: str, identifier: str) -> None:
    """By pytest's id where pytest runs it, else by its name."""
    (probe,) = select([], [text])

    assert probe.id == identifier


# statements


def test_a_statement_is_lines_after_lines_of_setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joined as timeit joins them; the name holds both."""
    monkeypatch.chdir(tmp_path)
    probe = statement(["for n in range(3):", "    Foo(x=n)"], ["from m import Foo", "import n"])

    assert probe.statement == Statement(
        code="for n in range(3):\n    Foo(x=n)",
        setup="from m import Foo\nimport n",
        search=(str(tmp_path), str(tmp_path / "src")),
    )
    assert probe.id == "-s 'from m import Foo; import n' 'for n in range(3):; Foo(x=n)'"
    assert statement(["Foo(x=1)"], []).id == "Foo(x=1)"


@pytest.mark.parametrize(
    ("lines", "setup", "words"),
    [
        ([], ["import m"], "there is no statement: write it behind the setup"),
        (["x ="], [], "the statement cannot be parsed: invalid syntax: x ="),
        (["x"], ["from m import"], "the setup cannot be parsed: "),
        (["return x"], ["x = 1"], "the statement cannot be parsed: 'return' outside function"),
        (["work.py:f"], ["import m"], "work.py:f is taken for a statement: leave them out"),
    ],
)
def test_a_statement_that_is_none_is_refused(lines: list[str], setup: list[str], words: str) -> None:
    """The part that is wrong is named."""
    with pytest.raises(UsageError) as caught:
        statement(lines, setup)

    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["lambda:x", "x[1:2]"])
def test_a_colon_makes_no_callable(text: str) -> None:
    """Only a file in front of it does."""
    assert statement([text], []).id == text


def test_a_statement_in_place_of_a_probe_is_noticed(tmp_path: Path) -> None:
    """It is told how to give one."""
    with pytest.raises(UsageError, match="for a statement, give its setup with -s, or say --statement"):
        select([tmp_path], ["Foo(x=1)"])


# roles


def asked(text: str, given: Given | None = None) -> Probe:
    """The workload of these roles."""
    return roles(text, given or Given())


@pytest.mark.usefixtures("script")
def test_roles_are_callables_with_numbers_of_workers() -> None:
    """A role without a file is in the one before it, and a role without a number has one worker."""
    probe = asked("forms.py:lots(1, mode=(2, 3))*3, make")

    assert [(role.name, role.workers, role.target.arguments) for role in probe.roles] == [
        ("lots", 3, "(1, mode=(2, 3))"),
        ("make", 1, "()"),
    ]
    assert probe.id == "forms.py:lots(1, mode=(2, 3))*3,forms.py:make*1"
    assert probe.loops == 1
    assert probe.setup is None


@pytest.mark.usefixtures("script")
def test_roles_of_one_name_are_told_apart(script: Path) -> None:
    """By their files."""
    (script.parent / "other.py").write_text("# /// script\n# requires-python = '>=3.9'\n# ///\ndef make(): ...\n")
    probe = asked("forms.py:make,other.py:make*2")

    assert [role.label for role in probe.roles] == ["forms.py:make*1", "other.py:make*2"]
    assert probe.requires_python == ">=3.9"


@pytest.mark.usefixtures("script")
def test_roles_may_share_what_one_setup_makes() -> None:
    """It is given to each of them, as to a single callable."""
    probe = asked("forms.py:lots,DOUBLE", Given(setup="forms.py:make", share=True))

    assert probe.setup is not None
    assert probe.setup.name == "make"
    assert probe.shared


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("forms.py:make*3", "name two roles or more, each of them once"),
        ("forms.py:make,make*2", "name two roles or more, each of them once"),
        ("forms.py:make*0,test_plain", "'forms.py:make*0' is no role with workers"),
        ("forms.py:make,", "is no role with workers"),
        ("make,forms.py:test_plain", "'make' names no callable"),
        ("forms.py:make,gone", "has no gone"),
    ],
)
@pytest.mark.usefixtures("script")
def test_roles_that_are_none_are_refused(text: str, words: str) -> None:
    """With what was probably meant."""
    with pytest.raises(UsageError) as caught:
        asked(text)

    assert words in str(caught.value)


@pytest.mark.usefixtures("script")
def test_arguments_by_name_belong_to_one_role() -> None:
    """Nobody knows to which."""
    with pytest.raises(UsageError, match="give each role its arguments in parentheses"):
        asked("forms.py:lots,make", Given(arguments={"n": "1"}))
