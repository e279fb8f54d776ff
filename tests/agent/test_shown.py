"""Results as they are shown where two differ: the beginning of their text, on one line, taken after the trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import targets
from gilscope.agent.timing import shortened

if TYPE_CHECKING:
    from agents import Agents
    from gilscope.values.runtimes import Arm

EDGES = [pytest.param(arm, id=arm.name) for arm in targets.EDGES]

WORK = """
class Table:
    def __repr__(self):
        return "a  b\\n1  \\ud800 <Table at 0x7f12>"

def work():
    return Table()
"""


@pytest.mark.parametrize(
    ("text", "shown"),
    [("42", "42"), ("x" * 60, "x" * 60), ("x" * 61, "x" * 60 + "..."), ("a\n  b", "a b"), ("\ud800", "\\ud800")],
)
def test_a_text_is_shown_as_it_begins(text: str, shown: str) -> None:
    """Sixty characters, none of which can break a line or the protocol."""
    assert shortened(text) == shown


@pytest.mark.parametrize("arm", EDGES)
def test_every_model_shows_what_it_got(arm: Arm, agents: Agents) -> None:
    """One text for each worker, beside its digest."""
    for model, ended in agents.ask(arm, agents.write(WORK)).items():
        (trial,) = ended.trials
        assert set(trial.shown) == {"a b 1 \\ud800 <Table at 0x>"}, model
        assert len(trial.shown) == len(trial.digests), model
