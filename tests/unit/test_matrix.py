"""Suites and the other files under ``matrix/``: read as values, every mistake told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from gilscope import places
from gilscope.claims.statements import claims as claims_file
from gilscope.errors import MatrixError, UsageError
from gilscope.runtimes.wishes import runtimes_file
from gilscope.workloads import suites

if TYPE_CHECKING:
    from pathlib import Path

SUITE = """
[quick]
description = "d"
lanes = ["*"]
workers = [2]
min_launches = 9
max_launches = 15
rounds = 4
trial_ms = 20
precision = 0.01
budget_s = 10
timeout_s = 60
"""


def test_a_suite_becomes_rules(tmp_path: Path) -> None:
    """The numbers of a suite are the rules of its contests."""
    path = tmp_path / "suites.toml"
    path.write_text(SUITE)
    suite = suites.suite(path, "quick")

    assert suite.rules.min_launches == 9
    assert suite.rules.budget_s == 10
    assert suite.workers == (2,)


def test_all_mistakes_of_a_suite_are_told_at_once(tmp_path: Path) -> None:
    """An unknown key with the nearest one, a wrong type, a missing key."""
    path = tmp_path / "suites.toml"
    path.write_text(SUITE.replace("rounds = 4", 'rounds = "four"').replace("workers", "wokers"))

    with pytest.raises(MatrixError) as error:
        suites.suites(path)
    told = error.value.mistakes
    assert "suites.toml: [quick]: unknown key 'wokers'; did you mean 'workers'?" in told
    assert "suites.toml: [quick]: workers is missing" in told
    assert any(mistake.startswith("suites.toml: [quick]: rounds: expected `int`") for mistake in told)


def test_numbers_without_sense_are_refused(tmp_path: Path) -> None:
    """A precision of nothing; whether numbers fit each other is looked at once each of them has sense."""
    path = tmp_path / "suites.toml"
    path.write_text(SUITE.replace("min_launches = 9", "min_launches = 50").replace("0.01", "0"))

    with pytest.raises(MatrixError, match="precision: expected `float` > 0"):
        suites.suites(path)


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"min_launches = 9": "min_launches = 8"}, "at least 9"),
        ({"min_launches = 9": "min_launches = 15"}, None),
        ({"min_launches = 9": "min_launches = 16"}, "at most max_launches"),
        ({"min_launches = 9\nmax_launches = 15": "min_launches = 1\nmax_launches = 1"}, None),
        (
            {"min_launches = 9\nmax_launches = 15": "min_launches = 0\nmax_launches = 1"},
            "min_launches: expected `int` >= 1",
        ),
        ({"min_launches = 9\nmax_launches = 15": "min_launches = 5\nmax_launches = 5"}, None),
        ({"min_launches = 9\nmax_launches = 15": "min_launches = 5\nmax_launches = 6"}, "at least 9"),
        ({"workers = [2]": "workers = [1]"}, None),
        ({"workers = [2]": 'workers = ["cores"]'}, None),
        ({"workers = [2]": 'workers = ["sockets"]'}, "workers: "),
        ({"workers = [2]": "workers = [2, 0]"}, "workers: expected `int` >= 1"),
        ({"workers = [2]": "workers = []"}, "workers must hold"),
        ({"rounds = 4": "rounds = 1"}, None),
        ({"rounds = 4": "rounds = 0"}, "rounds: expected `int` >= 1"),
        ({"rounds = 4": "rounds = 2"}, None),
        ({"rounds = 4": "rounds = 3"}, "rounds must be even"),
        ({"trial_ms = 20": "trial_ms = 0"}, "trial_ms: expected `int` >= 1"),
        ({"budget_s = 10": "budget_s = 0"}, "budget_s: expected `float` > 0.0"),
        ({"timeout_s = 60": "timeout_s = -1"}, "timeout_s: expected `float` > 0.0"),
    ],
)
def test_the_least_number_with_sense_is_accepted(tmp_path: Path, changes: dict[str, str], mistake: str | None) -> None:
    """And the next one below is refused by its name."""
    path = tmp_path / "suites.toml"
    ((old, new),) = changes.items()
    path.write_text(SUITE.replace(old, new))

    if mistake is None:
        assert suites.suites(path)
    else:
        with pytest.raises(MatrixError, match=mistake):
            suites.suites(path)


def test_a_model_that_is_none_is_told_with_the_nearest(tmp_path: Path) -> None:
    """Before anything is measured without it."""
    path = tmp_path / "suites.toml"
    path.write_text(SUITE + 'models = ["thread"]\n')

    with pytest.raises(MatrixError, match=r"\[quick\]: models: unknown model 'thread'; did you mean 'threads'\?"):
        suites.suites(path)


class TestNamed:
    """A suite by what a person types."""

    def test_the_only_suite_of_a_file(self, tmp_path: Path) -> None:
        """Its name need not be known."""
        path = tmp_path / "mine.toml"
        path.write_text(SUITE)

        assert suites.named(str(path), {}, places.SUITES) == suites.suite(path, "quick")

    def test_one_of_several(self, tmp_path: Path) -> None:
        """By its name; without one, all are listed."""
        path = tmp_path / "mine.toml"
        path.write_text(SUITE + SUITE.replace("[quick]", "[slow]").replace("= 10", "= 99"))

        assert suites.named(f"{path}:slow", {}, places.SUITES).budget_s == 99
        with pytest.raises(UsageError, match=r"has 2 suites, .*mine\.toml:quick, .*mine\.toml:slow"):
            suites.named(str(path), {}, places.SUITES)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        """It is a matter of the command line, not of a file."""
        with pytest.raises(UsageError, match="there is no file of suites"):
            suites.named(str(tmp_path / "gone.toml"), {}, places.SUITES)

    def test_a_persons_own_comes_before_ours(self) -> None:
        """Who calls one quick knows why; names of both are offered where neither has it."""
        own = msgspec.structs.replace(suites.suite(places.SUITES, "quick"), budget_s=1.0)

        assert suites.named("quick", {"quick": own}, places.SUITES).budget_s == 1.0
        with pytest.raises(UsageError, match="did you mean 'evening'"):
            suites.named("evning", {"evening": own}, places.SUITES)


def test_what_a_person_asks_for_takes_the_place_of_the_suites() -> None:
    """Serial lanes stay, by any choice; lanes take the place of models too."""
    suite = msgspec.structs.replace(suites.suite(places.SUITES, "quick"), models=("joblib",))

    assert suites.narrowed(suite, models=("threads",)).models == ("threads",)
    assert suites.narrowed(suite, models=("threads",)).without == suite.without
    by_globs = suites.narrowed(suite, lanes=("*-4",))
    assert (by_globs.lanes, by_globs.without, by_globs.models) == (("*:serial", "*-4"), (), ())
    assert suites.narrowed(suite, workers=(64,)).oversubscription == float("inf")
    assert suites.narrowed(suite) == suite


def test_an_unknown_suite_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """A typing error is named."""
    path = tmp_path / "suites.toml"
    path.write_text(SUITE)

    with pytest.raises(UsageError, match="did you mean 'quick'"):
        suites.suite(path, "quik")


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    """The file and the place of the mistake are told."""
    path = tmp_path / "suites.toml"
    path.write_text("[quick\n")

    with pytest.raises(MatrixError, match=r"suites\.toml: .*line 1"):
        suites.suites(path)


def test_the_projects_own_files_have_no_mistakes() -> None:
    """What is shipped is valid."""
    assert "quick" in suites.suites(places.SUITES)
    assert runtimes_file(places.WISHES).install
    assert claims_file(places.CLAIMS)
