"""Work that spreads itself, and programs, in every CPython found: what they are given, and what becomes of them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import targets
from agents import end
from gilscope.agent.timing import digest
from gilscope.lab import protocol
from gilscope.places import AGENT
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe, Target

if TYPE_CHECKING:
    from pathlib import Path

    from agents import Agents, Ended
    from gilscope.values.runtimes import Arm

EDGES = [pytest.param(arm, id=arm.name) for arm in targets.EDGES]

SPREADING = """
import threading

seen = []

def spread(state, workers):
    threads = [threading.Thread(target=seen.append, args=(workers,)) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return state, len(seen), workers

def pool(workers):
    return "made for {}".format(workers)
"""


def spreading(agents: Agents) -> Probe:
    """A function that takes its number of workers, as the setup does that makes its first argument."""
    path = agents.write(SPREADING).path
    spread, pool = (Target(name=name, path=path, workers_argument="workers") for name in ("spread", "pool"))
    return Probe(id="p", path=path, question="?", kind="own", target=spread, setup=pool)


def run(agents: Agents, arm: Arm, probe: Probe, workers: int = 1, loops: tuple[int, ...] = (1, 2)) -> Ended:
    """The answers of one lane of work that has workers of its own."""
    lane = LaneSpec(arm=arm, model="serial" if workers == 1 else "own", workers=workers)
    trials = b"".join(map(protocol.trial_order, loops))
    return end(agents.start(arm, protocol.order(probe, lane) + trials + protocol.CLOSE))


def program(*words: str) -> Probe:
    """A program that Python runs."""
    return Probe(id="p", path="", question="?", kind="own", command=("{python}", *words))


@pytest.mark.parametrize("arm", EDGES)
def test_work_is_given_the_workers_of_its_lane(arm: Arm, agents: Agents) -> None:
    """It is called by one of ours, as often as a trial has loops, whatever their number."""
    ended = run(agents, arm, spreading(agents), workers=3)

    assert ended.kinds == ["Hello", "Ready", "Measured", "Measured", "Closed"]
    assert [trial.digests for trial in ended.trials] == [(digest(("made for 3", calls, 3)),) for calls in (3, 9)]
    assert [len(trial.ends_ns) for trial in ended.trials] == [1, 1]


@pytest.mark.parametrize("arm", EDGES)
def test_a_serial_lane_gives_it_one(arm: Arm, agents: Agents) -> None:
    """What its own lanes are compared with."""
    (trial,) = run(agents, arm, spreading(agents), loops=(1,)).trials

    assert trial.digests == (digest(("made for 1", 1, 1)),)


@pytest.mark.parametrize("arm", EDGES)
def test_a_program_is_run_once_for_each_loop(arm: Arm, agents: Agents, tmp_path: Path) -> None:
    """By the arm's interpreter, with its number of workers and without input; each run is a process."""
    script = tmp_path / "tool.py"
    script.write_text(
        "import os, sys\n"
        "assert not sys.stdin.read()\n"
        "with open(sys.argv[1], 'a') as file:\n"
        "    file.write('{} {} {}\\n'.format(os.getpid(), sys.argv[2], sys.executable))\n"
    )
    ended = run(agents, arm, program(str(script), str(tmp_path / "runs"), "{workers}"), workers=2)

    assert ended.kinds == ["Hello", "Ready", "Measured", "Measured", "Closed"]
    runs = [line.split() for line in (tmp_path / "runs").read_text().splitlines()]
    assert len({pid for pid, *_ in runs}) == len(runs) == 3
    assert {(workers, executable) for _, workers, executable in runs} == {("2", runs[0][2])}
    own = subprocess.check_output([arm.runtime.executable, "-c", "import sys; print(sys.executable)"], text=True)
    assert runs[0][2] == own.strip()


@pytest.mark.parametrize("arm", EDGES)
@pytest.mark.skipif(os.name == "nt", reason="Windows does not count what children use")
def test_the_cpu_time_and_the_peak_of_a_program_are_told(arm: Arm, agents: Agents) -> None:
    """With those of processes that it starts itself."""
    child = "import time\nheld = b'x' * 200_000_000\nwhile time.process_time() < 0.3: pass"
    source = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}], check=True)"
    (trial,) = run(agents, arm, program("-c", source), loops=(1,)).trials

    assert sum(trial.others_ns) > 290_000_000
    assert trial.wall_ns > 290_000_000
    assert trial.children_peak_bytes is not None
    assert 200_000_000 < trial.children_peak_bytes < 400_000_000


FAILURES = {
    "status": ("import sys; print('thinking'); sys.exit('no such file')", "ended with exit status 1: no such file"),
    "on its output": ("import sys; print('no data'); sys.exit(2)", "ended with exit status 2: no data"),
    "silent": ("import sys; sys.exit(3)", "ended with exit status 3"),
    "raised": ("raise ValueError('no')", "ended with exit status 1: ValueError: no"),
}
if os.name != "nt":
    FAILURES["killed"] = ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died of SIGKILL")


ONCE = """
import os, sys
if os.path.exists(sys.argv[1]):
    {source}
open(sys.argv[1], "w").close()
print("fine")
"""


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("arm", EDGES)
def test_a_program_that_fails_ends_its_lane_with_its_last_words(
    arm: Arm, failure: str, agents: Agents, tmp_path: Path
) -> None:
    """They are read from where it printed, which holds nothing of the runs before it."""
    source, reason = FAILURES[failure]
    lane = LaneSpec(arm=arm, model="serial", workers=1)
    order = protocol.order(program("-c", ONCE.format(source=source), str(tmp_path / "ran")), lane)
    with (tmp_path / "printed").open("w+b") as printed:
        ended = subprocess.run(
            [*arm.command, str(AGENT)],
            input=order + protocol.trial_order(2),
            stdout=subprocess.PIPE,
            stderr=printed,
            env=targets.environment(arm, agents.bytecode),
            check=True,
        )
    answers = [protocol.answer(line) for line in ended.stdout.splitlines(keepends=True)]

    fault = answers[-1]
    assert isinstance(fault, protocol.Failed)
    assert (fault.phase, fault.kind, fault.reason) == ("work", "died", f"the program {reason}")
    assert "fine" not in fault.detail
    assert reason.rpartition(": ")[2] in fault.detail or ":" not in reason


@pytest.mark.parametrize("arm", EDGES)
def test_a_program_that_cannot_be_started_ends_its_lane(arm: Arm, agents: Agents, tmp_path: Path) -> None:
    """With the system's reason."""
    probe = Probe(id="p", path="", question="?", kind="own", command=(str(tmp_path / "none"), "{python}"))
    fault = run(agents, arm, probe).failure

    assert fault.kind == "died"
    assert "none cannot be started: " in fault.reason
    assert sys.platform == "win32" or fault.reason.endswith("No such file or directory")
