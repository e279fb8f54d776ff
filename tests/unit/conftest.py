"""Unit tests start no process: one that tries fails. Properties are tried on few examples, the same in every run."""

from __future__ import annotations

import os
import subprocess
from typing import NoReturn

import hypothesis
import pytest

hypothesis.settings.register_profile("unit", max_examples=50, deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("unit")


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every way of starting a process raise."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a unit test started a process")

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    monkeypatch.setattr(os, "fork", refuse, raising=False)
    monkeypatch.setattr(os, "posix_spawn", refuse, raising=False)
