"""Caches that are damaged, or cannot be kept: they are as good as none, and never an error."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

import histories
from faults.catalogue import CACHED
from gilscope import store
from gilscope.history.archive import Archive
from gilscope.history.summarise import summary
from gilscope.page import shared
from gilscope.runtimes import answers
from gilscope.runtimes.answers import AnswerCache, FactsAnswer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def of_answers(cache_dir: Path) -> Path:
    """What interpreters answered; its file."""
    with answers.lent(cache_dir) as memory:
        memory.remember(__file__, FactsAnswer(reason="no Python"), time.time())
        assert memory.recall(__file__, time.time()) is not None
    return cache_dir / answers.FILE_NAME


def of_pages(cache_dir: Path) -> Path:
    """What all pages share; its file."""
    assert shared.library(cache_dir).vega
    return next(iter(cache_dir.glob("page-*.json")), cache_dir / "page-none.json")


def of_summaries(cache_dir: Path) -> Path:
    """Figures of stored runs; its file."""
    runs = cache_dir.with_name("runs")
    runs.mkdir(exist_ok=True)
    if not any(runs.iterdir()):
        histories.stored(runs, histories.made_run())
    archive = Archive([runs], cache_dir)
    assert archive.fill(lambda path: summary(store.read(path)), lambda files: files) == ()
    assert archive.dated_figures("penalty", "*", "*")
    return next(iter((cache_dir / "summaries").glob("*.jsonl")), cache_dir / "summaries" / "none.jsonl")


CACHES = (of_answers, of_pages, of_summaries)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making what pages share takes seconds."""
    monkeypatch.setattr(shared, "_new_library", lambda: shared.Library("packed", {}))


@pytest.mark.parametrize("content", CACHED, ids=lambda content: repr(content[:24]))
@pytest.mark.parametrize("cache", CACHES)
def test_other_bytes_are_as_good_as_none(cache: Callable[[Path], Path], content: bytes, tmp_path: Path) -> None:
    """What was there is made again."""
    file = cache(tmp_path / "cache")
    file.write_bytes(content)

    cache(tmp_path / "cache")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("cache", CACHES)
def test_a_file_that_was_cut_off_is_as_good_as_none(
    cache: Callable[[Path], Path], share: float, tmp_path: Path
) -> None:
    """A full disk leaves a part of it."""
    file = cache(tmp_path / "cache")
    whole = file.read_bytes()
    file.write_bytes(whole[: round(share * len(whole))])

    cache(tmp_path / "cache")


@pytest.mark.parametrize("cache", CACHES)
def test_a_folder_in_its_place_is_as_good_as_none(cache: Callable[[Path], Path], tmp_path: Path) -> None:
    """Nothing can be kept there."""
    file = cache(tmp_path / "cache")
    file.unlink()
    file.mkdir()

    cache(tmp_path / "cache")


@pytest.mark.parametrize("cache", CACHES)
def test_a_cache_that_cannot_be_made_is_none(cache: Callable[[Path], Path], tmp_path: Path) -> None:
    """A file stands where its folder would be."""
    (tmp_path / "cache").write_text("")

    cache(tmp_path / "cache")


def test_an_answer_of_a_path_that_is_no_utf_8_is_kept_by_nobody(tmp_path: Path) -> None:
    """It is asked again."""
    memory = AnswerCache("script")
    memory.remember(__file__, FactsAnswer(reason="no such file: /a/\udcff"), time.time())
    answers.save(tmp_path, memory)

    assert (tmp_path / answers.FILE_NAME).read_bytes()
