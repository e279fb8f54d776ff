"""The probes of the workers themselves, in every CPython found: each way there is works, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

import targets
from gilscope.lab import protocol
from gilscope.lab.environment import common_environment, lane_environment
from gilscope.models import MODELS
from gilscope.places import AGENT, BUILT_IN_PROBES
from gilscope.processes.families import kill_group
from gilscope.values.lanes import LaneSpec
from gilscope.workloads import probes as catalog
from leftovers import members

if TYPE_CHECKING:
    from gilscope.values.probes import Probe
    from gilscope.values.runtimes import Arm, Facts

ARMS = targets.AS_BUILT
BUILT_IN = {probe.id: probe for probe in catalog.probes(BUILT_IN_PROBES)}
WAYS = [
    pytest.param(probe, way, id=f"{probe}:{way}")
    for probe in ("birth/start", "dispatch/empty_task", "dispatch/launching")
    for way in BUILT_IN[probe].ways
] + [pytest.param("birth/end", "thread"), pytest.param("birth/end", "spawn")]  # its other lives are those of the start
TIME_LIMIT_S = 120


class Asked:
    """An agent that was asked for trials of one way, until it has ended."""

    def __init__(self, probe: Probe, way: str, arm: Arm, environ: dict[str, str]) -> None:
        spec = LaneSpec(arm=arm, model="serial", workers=1, way=way)
        self.process = subprocess.Popen(
            [arm.runtime.executable, str(AGENT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=lane_environment(environ, arm, hash_seed=7),
            start_new_session=True,
        )
        assert self.process.stdin is not None
        orders = protocol.order(probe, spec) + 2 * protocol.trial_order(1) + protocol.CLOSE
        self.process.stdin.write(orders)
        self.process.stdin.flush()

    def end(self) -> list[protocol.Answer]:
        """Its answers; it must have printed nothing and left no process behind."""
        try:
            out, errors = self.process.communicate(timeout=TIME_LIMIT_S)
            assert errors == b""
            assert members(self.process.pid) == []
        finally:
            kill_group(self.process.pid)
        return [answer for line in out.splitlines(keepends=True) if (answer := protocol.answer(line)) is not None]


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the controller gives every lane."""
    return common_environment(os.environ, tmp_path_factory.mktemp("bytecode"))


def lacks(way: str, facts: Facts) -> str | None:
    """What a way needs that this interpreter has not, as it must be told."""
    if way == "process-pool":
        return MODELS["process-pool"].unfit(facts)
    if way == "interpreter-pool":
        return None if facts.version >= (3, 14) else "InterpreterPoolExecutor came with 3.14"
    if way in {"interpreter", "interpreter-no-site"} and facts.version < (3, 12):
        return "interpreters own a GIL from 3.12 on (PEP 684)"
    if way.startswith("interpreter") and facts.interpreters_api is None:
        return f"this build has no {'_interpreters' if facts.version >= (3, 13) else '_xxsubinterpreters'} module"
    return None


@pytest.mark.parametrize(("probe", "way"), WAYS)
def test_every_way_works_wherever_it_is_there(probe: str, way: str, environ: dict[str, str]) -> None:
    """It tells a time for every trial, or which version brings what it needs."""
    started = [(arm, Asked(BUILT_IN[probe], way, arm, environ)) for arm in ARMS]

    for arm, asked in started:
        answers = asked.end()
        reason = lacks(way, arm.runtime.facts)
        if reason is None:
            assert [type(answer).__name__ for answer in answers] == ["Hello", "Ready", "Measured", "Measured", "Closed"]
            measured = [answer for answer in answers if isinstance(answer, protocol.Measured)]
            assert all(0 < trial.own_ns[0] <= trial.ends_ns[0] - trial.starts_ns[0] for trial in measured), arm.name
        else:
            (failed,) = [answer for answer in answers if isinstance(answer, protocol.Failed)]
            assert (failed.kind, failed.reason) == ("unsupported", reason), arm.name


CLOCKS = """
import subprocess, sys
from time import get_clock_info, perf_counter_ns
before = perf_counter_ns()
other = int(subprocess.check_output([sys.executable, "-c", "import time; print(time.perf_counter_ns())"]))
assert before < other < perf_counter_ns(), (before, other)
assert get_clock_info("perf_counter").monotonic
"""


@pytest.mark.parametrize("arm", ARMS, ids=lambda arm: arm.name)
def test_processes_of_one_host_share_the_clock(arm: Arm) -> None:
    """What a worker reads lies between what its parent reads before and after: so births are timed by the worker."""
    subprocess.run([arm.runtime.executable, "-c", CLOCKS], check=True, timeout=TIME_LIMIT_S)


WITHOUT_SITE = """
import sys
sys.path.insert(0, {folder!r})
package = type(sys)("gilscope_agent")
package.__path__ = [{folder!r}]
sys.modules["gilscope_agent"] = package
from gilscope_agent import subinterpreter
identifier = subinterpreter.create(own_gil=False)
subinterpreter.run(identifier, "import sys, os; os.write(1, b'site' if 'site' in sys.modules else b'none')")
subinterpreter.destroy(identifier)
"""


@pytest.mark.parametrize("arm", targets.CPYTHONS, ids=lambda arm: arm.name)
def test_an_interpreter_has_site_where_its_process_has(arm: Arm) -> None:
    """No version's API lets one choose: the ways without ``site`` stand on this."""
    source = WITHOUT_SITE.format(folder=str(AGENT.parent))

    told = [subprocess.check_output([arm.runtime.executable, *no, "-c", source]) for no in ([], ["-S"])]

    assert told == [b"site", b"none"]
