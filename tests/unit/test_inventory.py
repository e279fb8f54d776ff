"""What scripts hold, as probes and skips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

import builders
from gilscope.lab.inventory import Inquirer, expanded
from gilscope.lab.lane import LaneFailedError
from gilscope.lab.plan import group_of_pair
from gilscope.lab.protocol import Benchmarks
from gilscope.values.contests import EVERY_LANE
from gilscope.values.records import Fault
from gilscope.workloads.scripts import Script

if TYPE_CHECKING:
    from gilscope.values.runtimes import Arm

SCRIPT = Script(
    id="pyperformance/scimark",
    path="/bm/run_benchmark.py",
    prefix="pyperformance/",
    question="What does it cost?",
    argv=("--small",),
    requires_python=">=3.8",
    dependencies=("numpy",),
)
ANSWER = Benchmarks(("fft", "lu"), (("sizes", "it measures in bytes"),), "SciMark", programs=("lu",))
GROUP = group_of_pair(builders.pair())


def changed(**changes: object) -> Script:
    """The script with some fields changed."""
    return Script(**{**{field: getattr(SCRIPT, field) for field in SCRIPT.__struct_fields__}, **changes})


class Answering(Inquirer):
    """An inquirer whose targets answer at once."""

    def __init__(self, answer: Benchmarks | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.arms: list[str] = []
        self._at_once = 1

    def _answer(self, script: Script, arm: Arm) -> Benchmarks:
        self.asked.append(script.id)
        self.arms.append(arm.name)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_script_becomes_a_probe_per_benchmark() -> None:
    """Each knows its script, its name and its options; what cannot be measured is a skip."""
    inventory = expanded(SCRIPT, "3.14t", ANSWER)

    fft, lu = inventory.probes
    assert (fft.id, lu.id) == ("pyperformance/fft", "pyperformance/lu")
    assert (fft.benchmark, fft.path, fft.argv) == ("fft", SCRIPT.path, SCRIPT.argv)
    assert (fft.question, fft.requires_python, fft.dependencies) == ("SciMark", ">=3.8", ("numpy",))
    assert [probe.is_program for probe in inventory.probes] == [False, True]
    (skip,) = inventory.skips
    assert (skip.contest, skip.lane, skip.reason) == ("pyperformance/sizes@3.14t", EVERY_LANE, "it measures in bytes")


def test_only_wanted_benchmarks_are_taken() -> None:
    """A name that the script does not have is told with those that it has."""
    assert [probe.id for probe in expanded(changed(pattern="l*"), "3.14t", ANSWER).probes] == ["pyperformance/lu"]
    (skip,) = expanded(changed(pattern="sor"), "3.14t", ANSWER).skips
    assert "'sor'" in skip.reason
    assert "fft, lu" in skip.reason


def test_workloads_keep_their_order_and_probes_are_not_asked() -> None:
    """Only scripts start a target."""
    inquirer = Answering(ANSWER)

    inventory = inquirer.take([builders.PROBE, SCRIPT], GROUP)

    assert [probe.id for probe in inventory.probes] == ["cpu/primes", "pyperformance/fft", "pyperformance/lu"]
    assert inquirer.asked == [SCRIPT.id]


def test_a_script_that_fails_is_left_out_with_its_reason() -> None:
    """A module that the runtime lacks, most often."""
    inquirer = Answering(LaneFailedError(Fault("load", "raised", "ModuleNotFoundError: No module named 'django'")))

    (skip,) = inquirer.take([SCRIPT], GROUP).skips

    assert (skip.contest, skip.reason) == (
        "pyperformance/scimark@3.14t",
        "ModuleNotFoundError: No module named 'django'",
    )


def test_the_first_arm_is_asked_that_has_what_a_script_needs() -> None:
    """Where none has, the first one's reason is why it is left out."""
    inquirer = Answering(ANSWER)
    lacking = {"3.14": "no wheel of numpy"}

    inquirer.take([SCRIPT], msgspec.structs.replace(GROUP, lacking=lacking))
    (skip,) = inquirer.take(
        [SCRIPT], msgspec.structs.replace(GROUP, lacking=lacking | {"3.14t": "none", "3.14t+gil": "none"})
    ).skips

    assert inquirer.arms == ["3.14t"]
    assert skip.reason == "no wheel of numpy"


def test_what_the_text_tells_needs_no_target() -> None:
    """A script for another Python is not started."""
    inquirer = Answering(ANSWER)

    inventory = inquirer.take([changed(requires_python=">=3.15")], GROUP)

    assert [skip.reason for skip in inventory.skips] == ["needs Python >=3.15"]
    assert inquirer.asked == []
