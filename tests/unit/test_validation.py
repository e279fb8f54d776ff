"""Tables of a TOML file as values, or all their mistakes at once."""

from __future__ import annotations

import msgspec
import pytest

from gilscope.declared import convert, unknown_name


class Wheel(msgspec.Struct, frozen=True):
    """Two fields that must be there and one that need not."""

    size: int
    spokes: tuple[int, ...]
    colour: str = "black"


def mistakes(table: object) -> tuple[str, ...]:
    """What is wrong with a table that is no wheel."""
    value, told = convert(table, Wheel, "wheels.toml: [front]")

    assert value is None
    return told


def test_a_table_becomes_a_value() -> None:
    """With the defaults of what it leaves out."""
    value, told = convert({"size": 28, "spokes": [1, 2]}, Wheel, "wheels.toml")

    assert value == Wheel(size=28, spokes=(1, 2), colour="black")
    assert told == ()


def test_all_mistakes_are_told_at_once_with_their_place() -> None:
    """Nobody corrects a file one run at a time."""
    told = mistakes({"sice": 28, "spokes": ["a"], "colour": 3})

    assert len(told) == 4
    assert all(mistake.startswith("wheels.toml: [front]: ") for mistake in told)
    assert "wheels.toml: [front]: unknown key 'sice'; did you mean 'size'?" in told
    assert "wheels.toml: [front]: size is missing" in told
    assert any("spokes: expected `int`, got `str`" in mistake for mistake in told)
    assert any("colour: expected `str`, got `int`" in mistake for mistake in told)


@pytest.mark.parametrize("size", [True, 1.5, "28", [28]])
def test_what_is_nearly_a_number_is_none(size: object) -> None:
    """Nothing is converted in silence."""
    (told,) = mistakes({"size": size, "spokes": []})

    assert told.startswith("wheels.toml: [front]: size: expected `int`")


def test_a_value_where_a_table_should_be_is_told() -> None:
    """A key at the top of a file of tables."""
    assert mistakes(3) == ("wheels.toml: [front]: expected a table, got int",)


def test_a_name_that_resembles_none_is_answered_with_all() -> None:
    """In order, so that they can be read."""
    assert unknown_name("here", "suite", "xyz", ["quick", "full"]) == "here: unknown suite 'xyz'; known: full, quick"


def test_without_any_known_name_the_answer_says_so() -> None:
    """An empty file is no reason for an empty sentence."""
    assert unknown_name("here", "suite", "quick", {}).endswith("known: none")
