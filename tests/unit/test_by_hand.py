"""The stored reference run, read by a script that shares no code with ours, gives the numbers of our report."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import by_hand
from gilscope import store
from gilscope.figures.run import of_run
from gilscope.render import numbers

REFERENCE = Path(__file__).parents[2] / "results" / "reference"
CROSSINGS = {"break-even": "3.14 serial", "break-even against the best": "3.14 best model"}
CONTESTS = ("cpu/primes@3.14t", "shared/counter@3.14t", "shared/dict_read@3.14t")


def last_digit(text: str) -> float:
    """What the last digit that a figure is shown with stands for."""
    value = text.partition(" ")[0]
    return 10.0 ** -len(value.partition(".")[2])


@pytest.mark.parametrize("name", CONTESTS)
def test_a_second_opinion_agrees_to_the_shown_digits(name: str) -> None:
    """Penalty with its split, gains of all lanes with two workers, and where threads pay, if they do."""
    run = store.runs(REFERENCE, "*-reference")[-1]
    whole = store.read(run)
    asked = tuple(item for item in whole.contests if item.id == name)
    trials = tuple(item for item in whole.trials if item.contest == name)
    (contest,) = of_run(msgspec.structs.replace(whole, contests=asked, trials=trials)).contests
    cold = {lane.lane.name: lane.cold_rounds for lane in contest.lanes}
    found = by_hand.told(by_hand.read(run, name), "3.14", "3.14t", 2, cold)

    crossings = {item.against: item.workers for item in contest.break_evens if item.model == "threads"}
    penalties = {item.arm: item.penalty for item in contest.penalties}
    ours = {
        "penalty": penalties["3.14t"],
        "of which the build": penalties.get("3.14t+gil"),
        "of which the GIL": None if contest.gil_off is None else contest.gil_off.penalty,
        **{f"gain of {lane.lane.name}": lane.gain for lane in contest.lanes if lane.lane.workers > 1},
        **{name: crossings[against] for name, against in CROSSINGS.items()},
    }
    assert {name for name in CROSSINGS if ours[name] is None} == CROSSINGS.keys() - found.keys()

    assert {"penalty", "of which the build", "of which the GIL"} <= set(found)
    for other, value in found.items():
        estimate = ours[other]
        assert estimate is not None
        assert estimate.value == pytest.approx(value, abs=0.51 * last_digit(numbers.ratio(estimate))), other
