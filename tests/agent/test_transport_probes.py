"""Transport in every CPython found: each means works and loses nothing, or says which version brings it."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest

from gilscope import places
from gilscope.agent.measures.transport import _shapes, _trips
from gilscope.lab import protocol
from gilscope.lab.environment import common_environment, lane_environment
from gilscope.models import MODELS
from gilscope.places import AGENT, BUILT_IN_PROBES
from gilscope.processes.families import kill_group
from gilscope.values.lanes import LaneSpec
from gilscope.workloads import probes as catalog
from targets import AS_BUILT, EDGES, WITH_A_LIST, standard_library

if TYPE_CHECKING:
    from gilscope.agent.measures.transport._shapes import Shape
    from gilscope.values.probes import Probe
    from gilscope.values.runtimes import Arm

PROBES = [probe for probe in catalog.probes(BUILT_IN_PROBES) if probe.kind in {"transport", "channels"}]
SCRIPTS = {probe.path: probe for probe in PROBES}.values()
SIZE = 200_000
"""More than a pipe holds: who reads must do so while the other writes."""

TIME_LIMIT_S = 120

KINDS = [
    pytest.param(arm, own_gil, id=f"{arm.name}-{'own' if own_gil else 'shared'}")
    for arm in AS_BUILT
    for own_gil in (True, False)
    if arm.runtime.facts.interpreters_api is not None and (arm.runtime.facts.own_gil or not own_gil)
]
"""Every Python, with each kind of interpreter that it has."""

BESIDE_BYTES = {"text", "integers", "records"}
"""Shapes that go the ways of bytes, once they are pickled: versions differ in the ways, not in these."""
TRIED = [
    pytest.param(arm, probe, id=f"{arm.name}-{Path(probe.path).stem}")
    for arm in AS_BUILT
    for probe in SCRIPTS
    if arm in EDGES or Path(probe.path).stem not in BESIDE_BYTES
]


@pytest.fixture(scope="module")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all tests keep what was compiled."""
    return tmp_path_factory.mktemp("bytecode")


@functools.cache
def has_numpy(arm: Arm) -> bool:
    """Whether the arm's runtime has NumPy."""
    command = [arm.runtime.executable, "-c", "import numpy"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


CAME_LATER = {
    "own-gil": ((3, 12), re.escape("interpreters own a GIL from 3.12 on (PEP 684)")),
    "interpreter-queue": ((3, 13), "queues between interpreters came with 3.13"),
    "interpreter-memoryview": ((3, 13), "a memoryview crosses to another interpreter from 3.13 on"),
}
UNSHAREABLE = "before 3.14, only bytes, str, numbers and the like go to another interpreter"


def lacks(probe: Probe, way: str, arm: Arm) -> str | None:
    """What a way needs that this interpreter has not, as it must be told; a pattern."""
    version = arm.runtime.facts.version
    since, reason = CAME_LATER.get(way, ((3, 8), ""))
    shape = Path(probe.path).stem
    if version < since:
        return reason
    if (shape, way) == ("numpy_array", "interpreter-pickle5"):
        return "NumPy does not load in a subinterpreter"
    if shape in {"numpy_array", "rawarray_squares"} and not has_numpy(arm):
        return "NumPy is not installed here"
    if way == "process-pool" or shape == "rawarray_squares":
        unfit = MODELS["process-pool"].unfit(arm.runtime.facts)
        return unfit and re.escape(unfit)
    if shape in {"integers", "records"} and way in {"interpreter-channel", "interpreter-queue"}:
        return None if version >= (3, 14) else UNSHAREABLE
    has_none = arm.runtime.facts.interpreters_api is None and shape != "numpy_array"
    return r"this build has no _\w+ module" if has_none and way.startswith(("shared-gil", "interpreter")) else None


def asked(probe: Probe, way: str, arm: Arm, bytecode: Path) -> subprocess.Popen[bytes]:
    """An agent that was told to run two trials of this way, then to end."""
    orders = protocol.order(probe, LaneSpec(arm=arm, model="serial", workers=1, way=way))
    orders += protocol.trial_order(1) + protocol.trial_order(2) + protocol.CLOSE
    process = subprocess.Popen(
        [arm.runtime.executable, str(AGENT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=lane_environment(common_environment(os.environ, bytecode), arm, hash_seed=7),
        start_new_session=True,
    )
    assert process.stdin is not None
    process.stdin.write(orders)
    process.stdin.flush()
    return process


def answers(process: subprocess.Popen[bytes]) -> list[protocol.Answer]:
    """All that it answers until it has ended; it must have printed nothing."""
    try:
        out, errors = process.communicate(timeout=TIME_LIMIT_S)
    finally:
        kill_group(process.pid)
    assert errors.decode() == ""
    return [answer for line in out.splitlines(keepends=True) if (answer := protocol.answer(line)) is not None]


def shared_names() -> set[str]:
    """What stands in shared memory under a name."""
    folder = Path("/dev/shm")  # noqa: S108 - it is looked at only
    return {path.name for path in folder.iterdir() if path.name.startswith("psm_")} if folder.exists() else set()


def lasting(names: set[str]) -> set[str]:
    """Those that stay: what another test uses at this moment is gone soon."""
    deadline_s = time.monotonic() + TIME_LIMIT_S
    while names and time.monotonic() < deadline_s:
        time.sleep(0.05)
        names &= shared_names()
    return names


@pytest.mark.parametrize(("arm", "probe"), TRIED)
def test_every_way_works_wherever_it_is_there(arm: Arm, probe: Probe, bytecode: Path) -> None:
    """It verifies what arrives itself; units that are not timed by themselves give one result in all ways."""
    before = shared_names()
    sized = probe if probe.case is None else msgspec.structs.replace(probe, case=SIZE)
    running = {way: asked(sized, way, arm, bytecode) for way in sized.ways}
    ended = {way: answers(process) for way, process in running.items()}

    digests = set()
    for way, told in ended.items():
        reason = lacks(probe, way, arm)
        if reason is None:
            names = [type(answer).__name__ for answer in told]
            assert names == ["Hello", "Ready", "Measured", "Measured", "Closed"], (way, told)
            digests |= {answer.digests for answer in told if isinstance(answer, protocol.Measured)}
        else:
            (failed,) = [answer for answer in told if isinstance(answer, protocol.Failed)]
            assert failed.kind == "unsupported", way
            assert re.fullmatch(reason, failed.reason), way
    assert len(digests) <= 1
    assert lasting(shared_names() - before) == set()


# channels and queues, face to face

FACE = """
import json, sys
package = type(sys)("gilscope_agent")
package.__path__ = [{folder!r}]
sys.modules["gilscope_agent"] = package
from gilscope_agent import subinterpreter
from gilscope_agent.channels import Channel, Queue

def tried(act):
    try:
        return act()
    except Exception as error:
        return "refused: " + str(error) if isinstance(error, NotImplementedError) else "error"

ECHO = '''
from gilscope_agent.channels import Channel, Queue
medium = {{}}({{}})
medium.send(medium.receive())
'''

WRITE = '''
from gilscope_agent.channels import Channel, Queue
memory = {{}}({{}}).receive()
memory[3] = 7
del memory
'''

def echoed(kind, value):
    medium = kind()
    medium.send(value)
    subinterpreter.run(identifier, ECHO.format(kind.__name__, medium.number))
    back = medium.receive()
    empty = tried(medium.receive)
    medium.destroy()
    return [back == value, empty, tried(medium.receive)]

def shared(kind):
    medium, memory = kind(), bytearray(4)
    medium.send(memoryview(memory))
    subinterpreter.run(identifier, WRITE.format(kind.__name__, medium.number))
    medium.destroy()
    return list(memory)

identifier = subinterpreter.create(own_gil={own_gil})
subinterpreter.run(identifier, subinterpreter.mount())
told = {{}}
for kind in (Channel, Queue):
    told[kind.__name__] = [tried(lambda: echoed(kind, value)) for value in (b"bytes" * 1000, "text", 7, None)]
    told[kind.__name__ + " of memory"] = tried(lambda: shared(kind))
subinterpreter.destroy(identifier)
print(json.dumps(told), flush=True)
import os
os._exit(0)
"""


@pytest.mark.parametrize(("arm", "own_gil"), KINDS)
def test_channels_and_queues_bring_back_what_was_sent(arm: Arm, *, own_gil: bool, bytecode: Path) -> None:
    """The same values in every version; an empty one, and one that is gone, is an error and no waiting."""
    version = arm.runtime.facts.version
    source = FACE.format(folder=str(AGENT.parent), own_gil=own_gil)
    environ = common_environment(os.environ, bytecode)
    command = [arm.runtime.executable, "-c", source]

    told: dict[str, Any] = json.loads(subprocess.check_output(command, env=environ, timeout=TIME_LIMIT_S))

    good = [[True, "error", "error"]] * 4
    refused = "refused: queues between interpreters came with 3.13"
    assert told["Channel"] == good
    assert told["Queue"] == (good if version >= (3, 13) else [refused] * 4)
    if version >= (3, 13):
        assert told["Channel of memory"] == told["Queue of memory"] == [0, 0, 0, 7]
    else:
        assert (told["Channel of memory"], told["Queue of memory"]) == ("error", refused)


@pytest.mark.parametrize("arm", WITH_A_LIST, ids=lambda arm: arm.name)
def test_no_module_of_ours_hides_one_of_the_standard_library(arm: Arm) -> None:
    """A probe's folder comes first on the path of all that it starts."""
    assert not {path.stem for path in places.BUILT_IN_PROBES.rglob("*.py")} & standard_library(arm)


# what the other side sees


@pytest.mark.parametrize("shape", _shapes.BY_NAME.values(), ids=lambda shape: shape.inside)
@pytest.mark.parametrize("size", [1, 1000])
def test_a_shape_comes_back_from_bytes(shape: Shape, size: int) -> None:
    """What is seen of it stays the same."""
    payload = shape.make(size)
    again = shape.unpacked(bytes(shape.packed(payload)))

    assert shape.whole(again) == shape.whole(payload)
    assert shape.whole(payload)[:3] == shape.ends(payload)


@pytest.mark.parametrize("shape", _shapes.BY_NAME.values(), ids=lambda shape: shape.inside)
def test_a_payload_grows_with_its_size(shape: Shape) -> None:
    """Ten times the bytes are ten times the items."""
    small, large = (shape.ends(shape.make(size))[0] for size in (4000, 40_000))

    assert large == 10 * cast("int", small)


def test_what_is_lost_in_the_middle_is_seen_in_the_first_trip() -> None:
    """Both ends are as they were."""
    shape = _shapes.Bytes()
    payload = shape.make(1000)
    damaged = payload[:500] + b"?" + payload[501:]

    with pytest.raises(ValueError, match="is not what was sent"):
        _trips.timed(lambda: shape.whole(damaged), shape, payload)


@pytest.mark.parametrize("bad_trip", [2, 3], ids=["while it warms", "in a trial"])
def test_a_trip_that_brings_something_else_back_fails(bad_trip: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every one is looked at, not only the first; here a unit is one trip."""
    monkeypatch.setattr(_trips, "LEAST_NS", 1)
    shape = _shapes.Bytes()
    payload = shape.make(1000)
    seen = [shape.whole(payload), *[shape.ends(payload)] * (bad_trip - 2), shape.ends(payload[:-1])]

    with pytest.raises(ValueError, match="is not what was sent"):
        _trips.timed(iter(seen).__next__, shape, payload)()


def test_the_other_side_tells_what_went_wrong_there() -> None:
    """As a traceback, which becomes an error here."""
    sightings: list[_trips.Sighting] = []
    _trips.serve(_shapes.Bytes(), iter([b"abc", None]), sightings.append)

    assert _trips.seen(sightings[0])[:3] == (3, ord("a"), ord("c"))
    with pytest.raises(_trips.OtherSideError, match="TypeError"):
        _trips.seen(sightings[1])
