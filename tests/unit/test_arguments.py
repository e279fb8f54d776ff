"""The command line, parsed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gilscope import __version__
from gilscope.arguments import parse, parser
from gilscope.cli import COMMANDS, command


def test_a_run_has_defaults_for_all_but_its_name() -> None:
    """Two words are enough to measure something."""
    asked = parse(["run"])

    assert asked.command == "run"
    assert asked.probes == []
    assert asked.on == asked.python == asked.lanes == asked.script_arguments == []
    assert asked.models == ()
    assert asked.budget is asked.timeout is asked.seed is asked.run_id is asked.workers is None
    assert asked.suite is asked.results is None


def test_a_run_takes_all_its_options() -> None:
    """Probes and options in any order."""
    chosen = ["run", "cpu/*", "mine.py:main", "--on", "3.14t", "--on", "3.13*", "--python", "/opt/p"]
    limits = ["--budget", "2.5", "--timeout", "9", "--seed", "3"]
    asked = parse([*chosen, *limits, "--run", "r", "--results", "out", "--no-report"])

    assert asked.probes == ["cpu/*", "mine.py:main"]
    assert asked.on == ["3.14t", "3.13*"]
    assert asked.python == ["/opt/p"]
    assert (asked.budget, asked.timeout, asked.seed) == (2.5, 9.0, 3)
    assert (asked.run_id, asked.results, asked.no_report) == ("r", Path("out"), True)


def test_packages_are_asked_for_in_uvs_words() -> None:
    """Each as often as one likes; whether an active environment takes part is left open where nobody says."""
    assert parse(["run"]).with_active is None
    assert parse(["run", "--with-active"]).with_active
    assert (parse(["run"]).no_build, parse(["ab", "--no-build"]).no_build) == (False, True)
    chosen = ["--with", "numpy", "--with=./shop", "--with-requirements", "r.txt", "--with-editable", "."]
    asked = parse(["run", *chosen, "--no-with-active"])

    assert asked.packages == ["numpy", "./shop"]
    assert asked.requirements == [Path("r.txt")]
    assert asked.editables == ["."]
    assert asked.with_active is False


def test_variants_are_given_by_options_that_come_again() -> None:
    """An option of an interpreter may stand behind a blank where it has one itself, and behind an equals sign."""
    asked = parse(
        ["ab", "--option", "", "--option", "-X gil=0", "--option=-O", "--env", "", "--rev", ".", "bench.py:f"]
    )

    assert asked.option == ["", "-X gil=0", "-O"]
    assert (asked.env, asked.rev, asked.python, asked.packages) == ([""], ["."], [], [])
    assert (asked.probes, asked.suite) == (["bench.py:f"], None)


def test_what_follows_two_dashes_is_the_scripts() -> None:
    """Options of ours among it are not read."""
    asked = parse(["run", "bm.py", "--", "--seed", "5", "--", "x"])

    assert asked.probes == ["bm.py"]
    assert asked.seed is None
    assert asked.script_arguments == ["--seed", "5", "--", "x"]


@pytest.mark.parametrize("option", ["--budget", "--timeout"])
@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "soon", ""])
def test_seconds_are_a_number_above_zero(option: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What could never end, or has ended already, is refused before anything runs, in words."""
    with pytest.raises(SystemExit) as left:
        parse(["run", f"{option}={text}"])

    assert left.value.code == 2
    assert (
        f"argument {option}: {text!r} is not a number of seconds greater than 0 and at most 1e+09"
        in capsys.readouterr().err
    )


def test_runtimes_are_listed_unless_one_is_to_be_installed() -> None:
    """The bare command is the harmless one."""
    assert parse(["runtimes"]).action == "list"
    assert parse(["runtimes", "--json"]).json
    assert parse(["runtimes", "install"]).version is None
    assert parse(["runtimes", "install", "3.14t", "--optimised"]).version == "3.14t"


def test_a_report_is_of_the_latest_run_unless_one_is_named() -> None:
    """And goes to the terminal unless a file is."""
    asked = parse(["report"])

    assert asked.run is asked.markdown is asked.svg is None
    assert asked.full is asked.json is asked.csv is False
    assert parse(["report", "r", "--markdown", "page.md"]).markdown == Path("page.md")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there(name: str) -> None:
    """It is loaded when it is asked for, and no sooner."""
    assert callable(command(name))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each one that can be run is known to the parser, and its help can be printed."""
    with pytest.raises(SystemExit) as left:
        parser().parse_args([name, "--help"])

    assert left.value.code == 0
    assert f"gilscope {name}" in capsys.readouterr().out


def test_a_command_that_is_none_is_a_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """The known ones are listed, with or without quotes, as argparse's versions do."""
    with pytest.raises(SystemExit) as left:
        parse(["measure"])

    assert left.value.code == 2
    assert "report" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "counts"), [("2", (2,)), ("2,8", (2, 8)), ("1, 3", (1, 3))])
def test_workers_are_numbers_with_commas(text: str, counts: tuple[int, ...]) -> None:
    """One, or several."""
    assert parse(["run", "--workers", text]).workers == counts


@pytest.mark.parametrize("text", ["0", "2,0", "-1", "2,,3", "", "many", "1.5"])
def test_workers_that_are_none_are_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, with an example of good ones."""
    with pytest.raises(SystemExit):
        parse(["run", f"--workers={text}"])

    assert "such as 2,8" in capsys.readouterr().err


def test_models_are_names_with_commas() -> None:
    """And lanes are globs, one for each time that the option is given."""
    assert parse(["run", "--models", "threads, joblib"]).models == ("threads", "joblib")
    assert parse(["run", "--lanes", "*-2", "--lanes", "*-4"]).lanes == ["*-2", "*-4"]


def test_lanes_are_chosen_by_model_or_by_glob(capsys: pytest.CaptureFixture[str]) -> None:
    """A glob holds a model already."""
    with pytest.raises(SystemExit):
        parse(["run", "--models", "threads", "--lanes", "*-2"])

    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "fraction"), [("1%", 0.01), ("0.01", 0.01), ("0.5%", 0.005), ("20%", 0.2), ("0.1", 0.1)]
)
def test_a_precision_is_a_fraction_or_a_percentage(text: str, fraction: float) -> None:
    """The sign says which; without it, it means what it means in a file of suites."""
    assert parse(["run", "--precision", text]).precision == pytest.approx(fraction)


@pytest.mark.parametrize("text", ["1", "0.5", "0.11", "99"])
def test_a_bare_precision_that_may_mean_either_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody finds out an hour later that 1 was taken for all of it."""
    with pytest.raises(SystemExit):
        parse(["run", "--precision", text])

    assert f"write {text}%" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("text", ["0", "100%", "nan", "narrow", "-0.01", "%", "100", "inf"])
def test_a_precision_that_is_none_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, with an example of a good one."""
    with pytest.raises(SystemExit):
        parse(["run", f"--precision={text}"])

    assert "such as 1%" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """As people put it into a report of a mistake."""
    with pytest.raises(SystemExit) as ended:
        parse(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out == f"gilscope {__version__}\n"
