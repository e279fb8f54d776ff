"""What lanes and controller say to each other, line by line."""

from __future__ import annotations

import json

import msgspec
import pytest

from builders import PROBE, lane
from gilscope.lab import protocol
from gilscope.values.checkouts import Checkout
from gilscope.values.probes import Target


def test_an_order_names_what_to_open() -> None:
    """One JSON line with all that a fresh agent needs."""
    line = protocol.order(PROBE, lane("3.14", "threads", 2))

    assert line.endswith(b"\n")
    told = json.loads(line)
    asked = {"path": PROBE.path, "crew": "threads:Threads", "workers": 2, "way": None, "heap": 0}
    assert {key: told[key] for key in asked} == asked


@pytest.mark.parametrize(("observes", "asked"), [({}, False), ({"lost": "updates"}, True)])
def test_an_order_says_whether_units_observe(observes: dict[str, str], *, asked: bool) -> None:
    """What is observed is the controller's affair; that it is, changes what a unit returns."""
    probe = msgspec.structs.replace(PROBE, observes=observes)

    assert json.loads(protocol.order(probe, lane("3.14")))["observes"] is asked


def test_a_revisions_files_are_taken_from_its_copy() -> None:
    """The script, what it is called with, and where modules are looked for; what lies elsewhere stays there."""
    spec = lane("3.14t HEAD")
    checkout = Checkout(repository="/r", folder="/copy")
    arm = msgspec.structs.replace(spec.arm, checkout=checkout)
    probe = msgspec.structs.replace(
        PROBE,
        path="/r/work.py",
        target=Target(name="f", path="/r/work.py", search=("/r", "/elsewhere", "src")),
        setup=Target(name="g", module="installed"),
    )
    told = json.loads(protocol.order(probe, msgspec.structs.replace(spec, arm=arm)))

    assert (told["path"], told["target"]["path"]) == ("/copy/work.py", "/copy/work.py")
    assert told["target"]["search"] == ["/copy", "/elsewhere", "src"]
    assert told["setup"]["path"] is None


def test_what_shows_the_machines_capacity_is_of_no_revision() -> None:
    """A revision of gilscope itself may have another one, or none."""
    spec = lane("3.14t HEAD", "capacity")
    home = protocol.SPINNING.path.partition("/agent/")[0]
    arm = msgspec.structs.replace(spec.arm, checkout=Checkout(repository=home, folder="/copy"))
    told = json.loads(protocol.order(PROBE, msgspec.structs.replace(spec, arm=arm)))

    assert told["path"] == protocol.SPINNING.path


def test_a_greeting_needs_no_number_of_a_format() -> None:
    """Agent and controller come from one installation; what an agent says besides is passed over."""
    hello = protocol.Hello(gil=True, version="3.14.0")

    assert protocol.answer(b'\x1e{"type": "hello", "gil": true, "version": "3.14.0"}\n') == hello
    assert protocol.answer(b'\x1e{"type": "hello", "gil": true, "version": "3.14.0", "more": 1}\n') == hello


def test_a_marked_line_is_a_record() -> None:
    """The type decides which value it becomes."""
    assert protocol.answer(b'\x1e{"type": "ready", "gil": false}\n') == protocol.Ready(gil=False)


def test_an_unmarked_line_is_not_a_record() -> None:
    """What an interpreter prints before the agent runs is passed over, even if it looks like a record."""
    assert protocol.answer(b'{"type": "ready", "gil": false}\n') is None


@pytest.mark.parametrize("line", [b"\x1enonsense\n", b'\x1e{"type": "unheard of"}\n', b'\x1e{"type": "ready"}\n'])
def test_a_marked_line_that_holds_no_record_is_garbage(line: bytes) -> None:
    """Broken JSON, an unknown type, a missing field."""
    with pytest.raises(protocol.GarbageError):
        protocol.answer(line)


def test_work_that_spreads_itself_is_called_by_one_worker_of_ours() -> None:
    """It gets the lane's number of workers among its arguments, and one in a serial lane, as its setup does."""
    target = Target(name="spread", path="/w.py", arguments="([1], mode='fast')", workers_argument="jobs")
    setup = Target(name="pool", path="/w.py", workers_argument="workers")
    probe = msgspec.structs.replace(PROBE, target=target, setup=setup)

    for of, count in ((lane("3.14", "own", 4), 4), (lane("3.14"), 1)):
        told = json.loads(protocol.order(probe, of))
        assert told["crew"] == "serial:Serial"
        assert told["target"]["arguments"] == f"([1], mode='fast', jobs={count})"
        assert told["setup"]["arguments"] == f"(workers={count})"


def test_a_program_is_ordered_in_the_words_of_its_lane() -> None:
    """With the interpreter of its arm; other probes have none."""
    probe = msgspec.structs.replace(PROBE, command=("{python}", "-m", "tool", "-j{workers}"))
    own = lane("3.14t", "own", 2)

    assert json.loads(protocol.order(probe, own))["command"] == [own.arm.runtime.executable, "-m", "tool", "-j2"]
    assert json.loads(protocol.order(PROBE, own))["command"] == []
