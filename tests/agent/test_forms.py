"""Work in the forms in which people have it, opened by the agent inside every CPython found, under every model."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from gilscope.agent.timing import digest
from gilscope.values.probes import Probe, Statement, Target
from gilscope.values.runtimes import Arm
from targets import EDGES, NEWEST_DEFAULT, models_of

if TYPE_CHECKING:
    from pathlib import Path

    from agents import Agents, Ended

POOLS_OF_THEIR_OWN = {"interpreter-pool", "process-pool", "joblib"}
"""They take no tasks inside a call."""

THIS = msgspec.structs.replace(
    NEWEST_DEFAULT, runtime=msgspec.structs.replace(NEWEST_DEFAULT.runtime, name="this", executable=sys.executable)
)
"""The Python of these tests, which has pytest."""


def shown(value: object) -> str:
    """What a case is called."""
    return value.name if isinstance(value, Arm) else str(value)


def inside(arm: Arm) -> list[str]:
    """The models under which work is measured inside a call."""
    return [model for model in models_of(arm) if model not in POOLS_OF_THEIR_OWN]


def digests(ended: dict[str, Ended]) -> dict[str, set[str]]:
    """The results of all workers, by model; a lane that failed fails the test with its reason."""
    for model, one in ended.items():
        assert one.trials, f"{model}: {one.answers[-1]}, printed: {one.printed}"
    return {model: {of_worker for trial in one.trials for of_worker in trial.digests} for model, one in ended.items()}


def pytest_probe(agents: Agents, source: str, node: str) -> Probe:
    """A test that pytest runs, in a file of its own."""
    probe = agents.write(source)
    return msgspec.structs.replace(probe, target=Target(name="unused", path=probe.path, node=node))


# statements

STATEMENT = Statement(code="total = one(number)\nnumber += total", setup="from sums import one\nnumber = 0", search=())


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_a_statement_runs_after_its_setup_under_every_model(arm: Arm, agents: Agents) -> None:
    """It finds modules in its folder, binds names of its own, and its setup is no part of its time."""
    (agents.folder / "sums.py").write_text("import time\ntime.sleep(0.05)\ndef one(n):\n    return 1\n")
    slow = "import time\ntime.sleep(0.02)\n" + STATEMENT.setup
    probe = msgspec.structs.replace(
        agents.write(""),
        statement=msgspec.structs.replace(STATEMENT, setup=slow, search=(str(agents.folder),)),
    )

    for model, one in agents.ask(arm, probe, loops=(1, 5)).items():
        assert one.trials, f"{model}: {one.answers[-1]}"
        assert all(trial.wall_ns < 20_000_000 for trial in one.trials), model


@pytest.mark.parametrize(
    ("statement", "kind", "words"),
    [
        (Statement(code="x", setup="import no_such_module", search=()), "raised", "No module named 'no_such_module'"),
        (Statement(code="print 1", setup="", search=()), "unparsable", "SyntaxError"),
    ],
    ids=["a setup that fails", "no Python"],
)
def test_a_statement_that_cannot_run_says_so_when_it_is_opened(
    agents: Agents, statement: Statement, kind: str, words: str
) -> None:
    """Not in the first trial, beside others that wait for it."""
    probe = msgspec.structs.replace(agents.write(""), statement=statement)
    failure = agents.ask(NEWEST_DEFAULT, probe, models=["threads"])["threads"].failure

    assert (failure.phase, failure.kind) == ("load", kind)
    assert words in failure.reason


# timers

TIMER = """
import gc
import timeit

SEEN = []

def step(number):
    assert gc.isenabled()
    SEEN.append(number)

def made():
    return timeit.Timer("step(number)", "number = start", globals={"step": step, "start": 3})

TIMER = made()
CALLED = timeit.Timer(lambda: step(4))
"""


@pytest.mark.parametrize("name", ["TIMER", "CALLED"])
@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_a_timer_is_measured_by_the_function_that_it_made(arm: Arm, name: str, agents: Agents) -> None:
    """With its own setup and names, and with the garbage collector on."""
    ended = agents.ask(arm, agents.write(TIMER, function=name), loops=(1, 3))

    assert set(digests(ended)) == set(models_of(arm))


def test_a_timer_takes_no_setup_of_ours(agents: Agents) -> None:
    """Which the text does not show where the Timer comes out of a function."""
    probe = agents.write(TIMER, function="TIMER")
    probe = msgspec.structs.replace(probe, setup=Target(name="made", path=probe.path))

    failure = agents.ask(NEWEST_DEFAULT, probe, models=["serial"])["serial"].failure

    assert "has a setup and globals of its own" in failure.reason


# tests with the fixture alone

BENCHMARK = """
import functools

def add(one, other=0):
    return one + other

def test_plain(benchmark):
    benchmark.group = "sums"
    benchmark.extra_info["of"] = 2
    assert not benchmark.disabled
    assert benchmark(add, 3, other=4) == "never looked at"

def test_decorated(benchmark):
    @benchmark
    def result():
        return 7

@functools.wraps(test_plain)
def test_wrapped(*arguments, **named):
    return test_plain(*arguments, **named)

class TestSums:
    def test_method(self, benchmark):
        with Here():
            benchmark.pedantic(add, (3,), {"other": 4}, rounds=5, iterations=2)

def test_filled(benchmark, size):
    benchmark(add, size)

class Here:
    def __enter__(self):
        globals()["add"] = lambda one, other=0: 7

    def __exit__(self, *_):
        globals()["add"] = None
"""


@pytest.mark.parametrize("name", ["test_plain", "test_decorated", "test_wrapped", "TestSums.test_method"])
@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_what_a_test_benchmarks_is_the_unit(arm: Arm, name: str, agents: Agents) -> None:
    """Its result counts; what is set up around the call is alive, and nothing behind the call is run."""
    ended = agents.ask(arm, agents.write(BENCHMARK, function=name), models=inside(arm), loops=(1, 2))

    assert digests(ended) == {model: {digest(7)} for model in inside(arm)}


@pytest.mark.parametrize("arm", EDGES[-1:], ids=shown)
def test_parameters_besides_the_fixture_are_filled(arm: Arm, agents: Agents) -> None:
    """As those of any function."""
    probe = agents.write(BENCHMARK)
    target = Target(name="test_filled", path=probe.path, arguments="(size=7)")
    ended = agents.ask(arm, msgspec.structs.replace(probe, target=target), models=["serial", "threads"])

    assert digests(ended) == {"serial": {digest(7)}, "threads": {digest(7)}}


PREPARED = """
import time

def test_it(benchmark):
    torn = []

    def setup():
        time.sleep(0.03)
        return (list(range(5)),), {"reverse": True}

    def work(items, reverse):
        items.sort(reverse=reverse)
        return items[0] + len(torn) * 0

    benchmark.pedantic(work, setup=setup, teardown=lambda items, reverse: torn.append(items))
"""


@pytest.mark.parametrize("arm", EDGES[-1:], ids=shown)
def test_what_prepares_a_call_is_not_timed(arm: Arm, agents: Agents) -> None:
    """Its setup makes the arguments of each call anew."""
    ended = agents.ask(arm, agents.write(PREPARED, function="test_it"), models=["serial", "threads"], loops=(2,))

    assert digests(ended) == {"serial": {digest(4)}, "threads": {digest(4)}}
    assert all(one.trials[0].wall_ns < 30_000_000 for one in ended.values())


ENDS = {
    "def test_it(benchmark): ...\n": ("missing", "came to its end without a call of benchmark(...)"),
    "def test_it(benchmark):\n    raise ValueError('early')\n": ("raised", "ValueError: early"),
    "import unittest\ndef test_it(benchmark):\n    raise unittest.SkipTest('not here')\n": ("unsupported", "not here"),
    "def test_it(benchmark):\n    benchmark.weave(print)\n": ("raised", "weave"),
}


@pytest.mark.parametrize("source", ENDS)
def test_a_test_that_does_not_come_to_its_call_says_why(agents: Agents, source: str) -> None:
    """Whether it fails, is skipped, or has no call."""
    failure = agents.ask(NEWEST_DEFAULT, agents.write(source, function="test_it"), models=["serial"])["serial"].failure
    kind, words = ENDS[source]

    assert failure.kind == kind
    assert words in failure.reason


@pytest.mark.parametrize("arm", EDGES[-1:], ids=shown)
def test_a_pools_distant_workers_take_no_tasks_inside_a_call(arm: Arm, agents: Agents) -> None:
    """They are left out, and are no failure of the test."""
    pools = sorted(POOLS_OF_THEIR_OWN & set(models_of(arm)))
    ended = agents.ask(arm, agents.write(BENCHMARK, function="test_plain"), models=pools)

    assert {one.failure.kind for one in ended.values()} == {"unsupported"}


# tests that pytest runs

FIXTURES = """
import pytest

@pytest.fixture
def data(tmp_path):
    path = tmp_path / "words"
    path.write_text("to be")
    return path

@pytest.fixture
def timed(benchmark):
    return lambda function: benchmark(function)

def test_data(data, benchmark):
    benchmark(data.read_text)

def test_timed(timed, data):
    timed(data.read_text)

class TestSizes:
    @pytest.mark.benchmark(group="sizes")
    @pytest.mark.parametrize("size", [1, 2], ids=["small", "large"])
    def test_size(self, size, benchmark):
        benchmark(lambda: "to be"[: 5 * size])

def test_no_call(data): ...

def test_fails(data, benchmark):
    raise ValueError("early")

def test_skipped(data, benchmark):
    pytest.skip("not here")
"""
INSIDE_PYTEST = ["serial", "threads", "thread-pool", "processes", "asyncio"]


@pytest.mark.parametrize("node", ["test_data", "test_timed", "TestSizes::test_size[small]"])
def test_fixtures_are_made_by_pytest(node: str, agents: Agents) -> None:
    """Trials are served while they are alive, whatever the project adds to its runs and makes of ``benchmark``."""
    (agents.folder / "pytest.ini").write_text(
        "[pytest]\naddopts = --benchmark-autosave -n 4 -x\nstrict_markers = true\ntimeout = 1\n"
    )
    (agents.folder / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef benchmark(): ...\n")
    ended = agents.ask(THIS, pytest_probe(agents, FIXTURES, node), models=INSIDE_PYTEST, loops=(1, 2))

    assert digests(ended) == {model: {digest("to be")} for model in INSIDE_PYTEST}
    assert {one.kinds[-1] for one in ended.values()} == {"Closed"}


NODES = {
    "test_no_call": ("missing", "test_no_call came to its end without a call of benchmark(...)"),
    "test_fails": ("raised", "ValueError: early"),
    "test_skipped": ("unsupported", "not here"),
    "test_gone": ("missing", "pytest has not found test_gone"),
    "TestSizes::test_size": ("missing", "name one of test_size[small], test_size[large]"),
}


@pytest.mark.parametrize("node", NODES)
def test_a_test_that_pytest_cannot_bring_to_its_call_says_why(node: str, agents: Agents) -> None:
    """In pytest's words, or with the cases that there are."""
    failure = agents.ask(THIS, pytest_probe(agents, FIXTURES, node), models=["serial"])["serial"].failure
    kind, words = NODES[node]

    assert failure.kind == kind, failure
    assert words in failure.reason


def test_what_cannot_be_collected_says_why(agents: Agents) -> None:
    """Its last line is the reason, and all of it the detail."""
    failure = agents.ask(THIS, pytest_probe(agents, "import no_such_module\n", "test_it"), models=["serial"])[
        "serial"
    ].failure

    assert failure.kind == "raised"
    assert failure.reason == "ModuleNotFoundError: No module named 'no_such_module'"
    assert "no_such_module" in failure.detail


@pytest.mark.parametrize("how", ["with its fixtures", "by import"])
def test_a_target_without_pytest_is_told_how_to_get_it(how: str, agents: Agents) -> None:
    """Such a lane is unsupported, and no failure of the test."""
    has_pytest = subprocess.run(
        [NEWEST_DEFAULT.runtime.executable, "-c", "import pytest"], capture_output=True, check=False
    )
    if has_pytest.returncode == 0:
        pytest.skip(f"{NEWEST_DEFAULT.name} has pytest")
    source = "import pytest\ndef test_it(benchmark):\n    benchmark(int)\n"
    probe = agents.write(source, function="test_it") if how == "by import" else pytest_probe(agents, source, "test_it")
    failure = agents.ask(NEWEST_DEFAULT, probe, models=["serial"])["serial"].failure

    assert failure.kind == "unsupported"
    assert "--with pytest" in failure.reason


# unittest

CASE = """
import os
import unittest

LOG = {log!r}

def say(word):
    with open(LOG, "a") as log:
        log.write(word + " ")

def setUpModule():
    say("module")

def tearDownModule():
    say("~module")

class TestMake(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        say("class")

    @classmethod
    def tearDownClass(cls):
        say("~class")

    def setUp(self):
        say("case")
        self.made = self.id().rpartition(".")[2]
        self.addCleanup(say, "cleanup")

    def tearDown(self):
        say("~case")

    def test_make(self):
        with self.subTest("a part"):
            self.assertEqual(self.made, "test_make")
        return self.made

    def test_wrong(self):
        self.assertEqual(self.made, "test_make")

class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_it(self): ...

class TestSkipped(unittest.TestCase):
    def setUp(self):
        self.skipTest("not here")

    def test_it(self): ...

    @unittest.skip("not there")
    def test_marked(self): ...
"""


def case(agents: Agents, name: str) -> tuple[Probe, Path]:
    """A method of one of the cases, and the file in which they say what they do."""
    log = agents.folder / "log"
    return agents.write(CASE.format(log=str(log)), function=name), log


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_a_method_of_a_case_is_the_unit(arm: Arm, agents: Agents) -> None:
    """Its instance is made with the method's name."""
    ended = agents.ask(arm, case(agents, "TestMake.test_make")[0], models=inside(arm), loops=(1, 2))

    assert digests(ended) == {model: {digest("test_make")} for model in inside(arm)}


def test_a_case_is_set_up_once_per_worker_and_torn_down_in_the_end(agents: Agents) -> None:
    """However many trials there are in between."""
    probe, log = case(agents, "TestMake.test_make")
    agents.ask(NEWEST_DEFAULT, probe, models=["threads"], loops=(1, 3, 5))

    assert log.read_text() == "module class case case ~case cleanup ~case cleanup ~class ~module "


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("TestMake.test_wrong", "raised", "AssertionError: 'test_wrong' != 'test_make'"),
        ("TestAsync.test_it", "unsupported", "IsolatedAsyncioTestCase runs its tests on an event loop of its own"),
        ("TestSkipped.test_it", "unsupported", "it is skipped here: not here"),
        ("TestSkipped.test_marked", "unsupported", "it is skipped here: not there"),
        ("TestMake.test_mak", "missing", "did you mean test_make?"),
    ],
)
def test_a_method_that_cannot_be_measured_says_why(agents: Agents, name: str, kind: str, words: str) -> None:
    """A failing assertion is a finding with its text."""
    failure = agents.ask(NEWEST_DEFAULT, case(agents, name)[0], models=["serial"])["serial"].failure

    assert failure.kind == kind
    assert words in failure.reason


# what work, its setup and others of one file have in common


def test_a_file_is_run_once_for_work_and_setup(agents: Agents) -> None:
    """A second module would have other classes and other globals."""
    source = "class Made: ...\ndef setup(): return Made()\ndef work(made): return isinstance(made, Made)\n"
    probe = agents.write(source, function="work")
    probe = msgspec.structs.replace(probe, setup=Target(name="setup", path=probe.path))

    assert digests(agents.ask(NEWEST_DEFAULT, probe, models=["serial"])) == {"serial": {digest(True)}}  # noqa: FBT003 - a result
