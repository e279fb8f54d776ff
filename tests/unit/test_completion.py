"""Completion: a shell that asks is answered with the whole command line, and nobody else notices."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import argcomplete
import pytest

from gilscope import cli
from gilscope.commands import completion

if TYPE_CHECKING:
    from argparse import ArgumentParser


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[ArgumentParser]:
    """The command lines that were completed."""
    parsers: list[ArgumentParser] = []
    monkeypatch.setattr(argcomplete, "autocomplete", parsers.append)
    return parsers


def test_a_shell_that_asks_is_answered(asked: list[ArgumentParser], monkeypatch: pytest.MonkeyPatch) -> None:
    """By the parser of all commands."""
    monkeypatch.setenv(completion.ASKED, "1")
    completion.answer()

    assert [parser.prog for parser in asked] == ["gilscope"]


def test_nobody_else_is(asked: list[ArgumentParser], monkeypatch: pytest.MonkeyPatch) -> None:
    """A command begins as ever."""
    monkeypatch.delenv(completion.ASKED, raising=False)
    completion.answer()

    assert asked == []


def test_it_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell gets no answer without argcomplete, and no traceback."""
    monkeypatch.setenv(completion.ASKED, "1")
    monkeypatch.setitem(sys.modules, "argcomplete", None)

    completion.answer()


def test_the_command_says_that_it_can_be_completed() -> None:
    """Where a console script's function comes from, argcomplete looks for this mark."""
    assert "PYTHON_ARGCOMPLETE_OK" in Path(cli.__file__).read_text("utf-8")[:1024]
