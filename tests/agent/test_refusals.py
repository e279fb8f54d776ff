"""What a worker's interpreter could not load, although its work went on."""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES
from typing import TYPE_CHECKING

import pytest

import targets
from agents import Agents, end
from gilscope.lab import protocol
from gilscope.lab.protocol import Measured
from gilscope.models import MODELS
from gilscope.values.lanes import LaneSpec

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.runtimes import Arm

WORK = """
import sys
sys.path.insert(0, {folder!r})
try:
    import broken
except ImportError:
    import json as broken

def work():
    try:
        import late
    except ImportError:
        pass
    return 1
"""
IN_INTERPRETERS = ("interpreters", "interpreters-shared", "interpreter-pool")
ABLE = [
    pytest.param(arm, model, id=f"{arm.name}-{model}")
    for arm in targets.CPYTHONS
    for model in ("serial", "threads", *IN_INTERPRETERS)
    if MODELS[model].unfit(arm.runtime.facts) is None
]


@pytest.mark.parametrize(("arm", "model"), ABLE)
def test_interpreters_say_what_they_could_not_load(arm: Arm, model: str, agents: Agents, tmp_path: Path) -> None:
    """Whenever that was, and although the import was caught; the main interpreter's lanes do not note it."""
    for name in ("broken", "late"):
        (tmp_path / f"{name}{EXTENSION_SUFFIXES[-1]}").write_text("no library")
    probe = agents.write(WORK.format(folder=str(tmp_path)))
    spec = LaneSpec(arm=arm, model=model, workers=1 if model == "serial" else 2)
    ended = end(agents.start(arm, protocol.order(probe, spec) + protocol.trial_order(1) + protocol.CLOSE))
    (measured,) = (answer for answer in ended.answers if isinstance(answer, Measured))
    expected = {"broken", "late"} if model in IN_INTERPRETERS else set()
    assert set(measured.refused) == expected
    assert all(measured.refused.values())
