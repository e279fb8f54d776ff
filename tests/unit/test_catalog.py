"""Probes as values, and every mistake in them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gilscope import places
from gilscope.errors import MatrixError, UsageError
from gilscope.values.probes import Probe, Target
from gilscope.workloads import probes as catalog
from gilscope.workloads.targets import Given

if TYPE_CHECKING:
    from pathlib import Path

HEADER = """# /// script
# requires-python = ">=3.9"
# [tool.gilscope]
# kind = "shared"
# shared = true
# ///
"""
GOOD = HEADER + '"""What is asked?\n\nMore of it.\n"""\n\ndef work():\n    return 1\n'


def folder_of(tmp_path: Path, **scripts: str) -> Path:
    """A folder of probes, ``kind__name`` being the path."""
    for name, text in scripts.items():
        path = tmp_path / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_probe_is_read_without_running_it(tmp_path: Path) -> None:
    """Its id is its path, its question its docstring's first line, the rest its block."""
    (probe,) = catalog.probes(folder_of(tmp_path, shared__a=GOOD))

    assert probe.id == "shared/a"
    assert probe.question == "What is asked?"
    assert probe.kind == "shared"
    assert probe.shared
    assert probe.requires_python == ">=3.9"


def test_only_work_of_our_own_has_a_heap_like_a_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is the person's runs as it is, and workers that are asked about themselves hold nothing."""
    ours = folder_of(tmp_path / "ours", cpu__a=GOOD, pools__b=WAYS, cpu__c=GOOD.replace("shared = true", "heap = 7"))
    monkeypatch.setattr(places, "PROBES", ours)

    own = {probe.id: probe.heap for probe in catalog.probes(ours)}
    others = {probe.id: probe.heap for probe in catalog.probes(folder_of(tmp_path / "theirs", cpu__a=GOOD))}

    assert own == {"cpu/a": catalog.PROGRAM, "cpu/c": 7, "pools/b/8": 0, "pools/b/many": 0}
    assert others == {"cpu/a": 0}


WAYS = """
# /// script
# [tool.gilscope]
# ways = ["one-by-one", "all"]
# cases = [8, "many"]
# self_timed = true
# ///
"Which is faster?"
from contextlib import contextmanager

@contextmanager
def one_by_one(case):
    yield print

@contextmanager
def all(case):
    yield print
"""


def test_a_probe_with_ways_is_asked_once_for_each_case(tmp_path: Path) -> None:
    """It needs no work; its kind is its folder, since the block names none."""
    first, second = catalog.probes(folder_of(tmp_path, pools__b=WAYS))

    assert [(probe.id, probe.case) for probe in (first, second)] == [("pools/b/8", 8), ("pools/b/many", "many")]
    assert first.ways == ("one-by-one", "all")
    assert first.kind == "pools"
    assert first.self_timed


def test_only_ways_can_observe(tmp_path: Path) -> None:
    """Two workers would see it twice."""
    text = GOOD.replace("# shared = true", '# observes = { lost = "updates" }')
    with pytest.raises(MatrixError, match="observes something, which needs ways"):
        catalog.probes(folder_of(tmp_path, hazards__race=text))


def test_loops_that_a_probe_fixes_are_at_least_one(tmp_path: Path) -> None:
    """No trial is empty."""
    fixed = folder_of(tmp_path / "fixed", birth__thread=GOOD.replace("# shared = true", "# loops = 3"))
    assert [probe.loops for probe in catalog.probes(fixed)] == [3]
    with pytest.raises(MatrixError, match="loops"):
        catalog.probes(folder_of(tmp_path / "none", birth__thread=GOOD.replace("# shared = true", "# loops = 0")))


def test_a_way_without_its_function_is_a_mistake(tmp_path: Path) -> None:
    """Told with the function's name, in which a hyphen is an underscore."""
    with pytest.raises(MatrixError, match=r"pools/b: has no function one_by_one\(\) for its way 'one-by-one'"):
        catalog.probes(folder_of(tmp_path, pools__b=WAYS.replace("def one_by_one", "def two")))


def test_all_mistakes_of_all_probes_are_told_at_once(tmp_path: Path) -> None:
    """A missing question, a missing work, an unknown key and a syntax error, each with its probe."""
    folder = folder_of(
        tmp_path,
        a__mute="def work(): ...\n",
        b__idle='"""Why?"""\n\ndef works(): ...\n',
        c__key=GOOD.replace("shared = true", "sharde = true"),
        d__broken="def work(:\n",
    )

    with pytest.raises(MatrixError) as error:
        catalog.probes(folder)
    told = "\n".join(error.value.mistakes)
    assert "a/mute: has no docstring" in told
    assert "b/idle: has no function work()" in told
    assert "unknown key 'sharde'; did you mean 'shared'?" in told
    assert "d/broken: " in told
    assert len(error.value.mistakes) == 4


def test_a_function_of_a_foreign_script_needs_no_header(tmp_path: Path) -> None:
    """Its id holds its path, and it is found by the file."""
    path = tmp_path / "mine.py"
    path.write_text("def main(): ...")
    (probe,) = catalog.select([tmp_path], [f"{path}:main"])

    assert isinstance(probe, Probe)
    assert probe.target == Target(name="main", path=str(path.resolve()))
    assert probe.id == f"{path.resolve().as_posix()}:main"
    assert probe.path == str(path.resolve())


def test_a_function_needs_what_its_script_names_and_that_of_its_setup(tmp_path: Path) -> None:
    """In their inline metadata; what both name is there once."""
    (tmp_path / "mine.py").write_text('# /// script\n# dependencies = ["numpy", "a"]\n# ///\ndef main(_): ...')
    (tmp_path / "load.py").write_text('# /// script\n# dependencies = ["numpy", "b"]\n# ///\ndef data(): ...')
    (probe,) = catalog.select([], [f"{tmp_path}/mine.py:main"], given=Given(setup=f"{tmp_path}/load.py:data"))

    assert probe.dependencies == ("numpy", "a", "b")


def test_probes_are_chosen_by_glob_and_once(tmp_path: Path) -> None:
    """Two names that fit the same probe choose it once."""
    folder = folder_of(tmp_path, cpu__a=GOOD, cpu__b=GOOD, io__c=GOOD)

    assert [probe.id for probe in catalog.select([folder], ["cpu/*", "cpu/a"])] == ["cpu/a", "cpu/b"]


def test_an_unknown_probe_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """A typing error is named."""
    with pytest.raises(UsageError, match="did you mean 'cpu/primes'"):
        catalog.select([folder_of(tmp_path, cpu__primes=GOOD)], ["cpu/prines"])


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A wrong path is no traceback."""
    with pytest.raises(UsageError, match=r"no script .*nowhere\.py"):
        catalog.select([tmp_path], ["nowhere.py:main"])


def test_the_projects_own_probes_have_no_mistakes() -> None:
    """What is shipped is valid."""
    assert catalog.probes(*catalog.folders())


def test_a_probe_is_read_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    """With a byte order mark, or a coding cookie (PEP 263)."""
    text = '"""Wie schnell läuft es?"""\n\ndef work(): ...\n'
    (tmp_path / "marked.py").write_bytes(text.encode("utf-8-sig"))
    (tmp_path / "cookie.py").write_bytes(("# coding: latin-1\n" + text).encode("latin-1"))

    assert {probe.question for probe in catalog.probes(tmp_path)} == {"Wie schnell läuft es?"}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('"""läuft"""\ndef work(): ...\n'.encode("latin-1"), id="no UTF-8"),
        pytest.param(b'"""Why?"""\ndef work(): ...\n\0', id="a null byte"),
        pytest.param(b"# /// script\n# tool = 3\n# ///\n" + b'"""Why?"""\ndef work(): ...\n', id="tool is no table"),
        pytest.param(b"# /// script\n# [tool\n# ///\n" + b'"""Why?"""\ndef work(): ...\n', id="no TOML"),
    ],
)
def test_a_probe_that_cannot_be_read_is_a_mistake_with_its_name(tmp_path: Path, content: bytes) -> None:
    """Never a traceback, whether it is one of many or named by its path."""
    (tmp_path / "odd.py").write_bytes(content)

    with pytest.raises(MatrixError, match=r"^odd: "):
        catalog.probes(tmp_path)
    with pytest.raises(MatrixError, match=r"odd\.py: "):
        catalog.select([tmp_path], [str(tmp_path / "odd.py")])


def test_a_requirement_of_the_wrong_type_becomes_text(tmp_path: Path) -> None:
    """The plan tells why it is no version specifier."""
    (probe,) = catalog.probes(folder_of(tmp_path, a=GOOD.replace('">=3.9"', "3.9")))

    assert probe.requires_python == "3.9"


def test_scripts_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    """Their ids hold their paths."""
    folder = folder_of(tmp_path, one__mine=GOOD, two__mine=GOOD)
    names = [f"{folder / place / 'mine.py'}:work" for place in ("one", "two")]

    assert [probe.id for probe in catalog.select([], names)] == names


def test_a_script_without_the_functions_name_is_told(tmp_path: Path) -> None:
    """A colon with nothing behind it."""
    folder_of(tmp_path, mine=GOOD)

    with pytest.raises(UsageError, match="names no function"):
        catalog.select([tmp_path], [f"{tmp_path / 'mine.py'}:"])


def test_a_name_that_no_file_can_have_is_a_script_that_is_not_there(tmp_path: Path) -> None:
    """What the system says of it is no traceback."""
    with pytest.raises(UsageError, match="there is no script"):
        catalog.select([tmp_path], ["x" * 5000 + ".py"])
