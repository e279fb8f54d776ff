"""The suites as they are: which models they measure, whatever models there are."""

from __future__ import annotations

import msgspec
import pytest

from builders import PROBE, pair
from gilscope import places
from gilscope.lab.plan import group_of_pair, plan
from gilscope.models import MODELS
from gilscope.values.lanes import OWN
from gilscope.workloads import suites

SUITES = suites.suites(places.SUITES)
PLAIN = {"serial", "threads", "interpreters", "processes"}


def models(suite: str, *ways: str) -> set[str]:
    """The models (or ways) of a probe's lanes under a suite, on a machine with CPUs enough for all."""
    probe = msgspec.structs.replace(PROBE, ways=ways)
    (contest,) = plan([probe], [group_of_pair(pair())], SUITES[suite], 100, 50).contests
    return {lane.way or lane.model for lane in contest.lanes if not lane.shows_capacity}


@pytest.mark.parametrize(
    ("suite", "measured"),
    [
        ("quick", PLAIN),
        ("default", PLAIN),
        ("full", {*PLAIN, "interpreters-shared"}),
        ("penalty", {"serial"}),
        ("pyperformance", {"serial", "threads", "interpreters"}),
        ("pyperformance-once", PLAIN),
        ("models", set(MODELS) - {OWN}),
        ("ladder", {"serial", "threads"}),
    ],
)
def test_a_suite_measures_its_models(suite: str, measured: set[str]) -> None:
    """Pools and loops are many, and cost time in every launch: they are measured where they are asked for."""
    assert models(suite) == measured


@pytest.mark.parametrize("suite", ["quick", "default", "full", "models"])
def test_ways_of_the_same_names_are_measured_in_every_suite(suite: str) -> None:
    """They are what their probe is about."""
    ways = ("thread-pool", "processes-fork", "asyncio", "joblib")

    assert models(suite, *ways) == set(ways)
