"""The pytest plugin: functions in the words of the command line."""

from __future__ import annotations

import json
from functools import partial

import pytest

from gilscope.pytest_plugin import target

HERE = __file__


class Parser:
    """A class with a method that needs no object."""

    @staticmethod
    def parse(size: int = 1, *, mode: str = "fast") -> tuple[int, str]:
        """Return what it was given."""
        return size, mode


def test_functions_are_named_by_their_file() -> None:
    """With the class around them, and arguments of a partial as a call has them."""
    assert target(Parser.parse) == f"{HERE}:Parser.parse"
    assert target(partial(Parser.parse, 512, mode="slow")) == f"{HERE}:Parser.parse(512, mode='slow')"
    assert target(json.dumps) == f"{json.__file__}:dumps"


@pytest.mark.parametrize(
    "function", [lambda: 1, len, partial(lambda size: size, 3)], ids=["lambda", "built in", "both"]
)
def test_what_another_process_cannot_find_fails_the_test(function: object) -> None:
    """And says what can be done."""
    with pytest.raises(pytest.fail.Exception, match="name a function at the level of its module"):
        target(function)  # type: ignore[arg-type]  # what can be called
