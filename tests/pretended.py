"""A machine that is pretended: which Pythons it has, how many CPUs, and that nothing guards what is never started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from builders import HOST
from gilscope.commands import measuring, output
from gilscope.lab import host, measure, sources

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from gilscope.values.runtimes import Census


class NoGuardian:
    """Guards nothing, since nothing is started."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""


def pretend_machine(monkeypatch: pytest.MonkeyPatch, folder: Path, census: Census) -> None:
    """Let the command line believe in a machine of two CPUs with these Pythons; the folder is its working folder."""
    monkeypatch.setattr(measuring, "take_census", lambda _=(): census)
    monkeypatch.setattr(output, "cache_dir", lambda: folder / "cache")
    monkeypatch.setattr(host, "card", lambda: HOST)
    monkeypatch.setattr(host, "usable_cpus", lambda: 2.0)
    monkeypatch.setattr(host, "usable_cores", lambda: 2.0)
    monkeypatch.setattr(measure, "Guardian", NoGuardian)
    monkeypatch.setattr(sources, "revision", lambda *_: None)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(folder)
