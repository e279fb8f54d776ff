"""The agent inside every CPython found, under every model: what it answers, and what never gets into its answers."""

from __future__ import annotations

import itertools
import os
import runpy
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import targets
from agents import Agents, Ended, end
from gilscope.agent.timing import digest
from gilscope.lab import protocol
from gilscope.lab.protocol import Measured
from gilscope.models import MODELS
from gilscope.values.lanes import OWN, LaneSpec
from leftovers import members
from patience import asked_again
from targets import has_joblib, models_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gilscope.values.runtimes import Arm

AS_BUILT = [pytest.param(arm, id=arm.name) for arm in targets.AS_BUILT]
EDGES = [pytest.param(arm, id=arm.name) for arm in targets.EDGES]
FREE_THREADED = [pytest.param(arm, id=arm.name) for arm in targets.FREE_THREADED]
ARMS = [pytest.param(arm, id=arm.name) for arm in targets.ARMS]

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


# one probe, everywhere

COUNTING = """
import time

class Thing:
    pass

def setup():
    return [0]

def work(calls):
    calls[0] += 1
    time.sleep(0.01)
    return calls[0], 0.1 + 0.2, "\\u00e9\\ud800", {"key": (None, b"bytes", 2 ** 70)}, Thing()
"""
LOOPS = (3, 2)
POOLS = {"thread-pool", "interpreter-pool", "process-pool", "joblib"}


@pytest.fixture(scope="module", params=ARMS)
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, bytecode: Path
) -> tuple[Arm, dict[str, Ended]]:
    """Every model's answers to one small probe in one arm."""
    arm: Arm = request.param
    with Agents(tmp_path_factory.mktemp("told"), bytecode) as made:
        return arm, made.ask(arm, made.write(COUNTING), loops=LOOPS)


Told = tuple["Arm", dict[str, Ended]]


def test_every_model_answers_every_order(told: Told) -> None:
    """The same five steps in every model, then a good end without a word on standard error."""
    _, ended = told
    steps = ["Hello", "Ready", *["Measured"] * len(LOOPS), "Closed"]

    assert {model: one.kinds for model, one in ended.items()} == dict.fromkeys(ended, steps)
    assert {model: (one.status, one.printed) for model, one in ended.items()} == dict.fromkeys(ended, (0, ""))


def handed_out(loops: Sequence[int]) -> list[list[list[int]]]:
    """How far two workers may have counted after their tasks: a task each in a trial, or both to one of them."""
    found = []
    for takers in itertools.product(((0, 1), (0, 0), (1, 1)), repeat=len(loops)):
        counts = [0, 0]
        trials = []
        for both, calls in zip(takers, loops, strict=True):
            told = []
            for worker in both:
                counts[worker] += calls
                told.append(counts[worker])
            trials.append(sorted(told))
        found.append(trials)
    return found


def test_the_unit_runs_as_often_as_asked(told: Told, tmp_path: Path) -> None:
    """The probe counts its calls, each worker its own; the digests are those of the controller's Python too.

    A pool hands out tasks as it likes: a worker may take both of a trial, and count on.
    """
    _, ended = told
    (tmp_path / "probe_0.py").write_text(COUNTING)
    script = runpy.run_path(str(tmp_path / "probe_0.py"), run_name="probe_0")
    calls = script["setup"]()
    digests = [digest(script["work"](calls)) for _ in range(2 * sum(LOOPS))]
    expected = [digests[sum(LOOPS[: trial + 1]) - 1] for trial in range(len(LOOPS))]

    for model, one in ended.items():
        workers = 1 if model == "serial" else 2
        if model in POOLS:
            told_by = [sorted(digests.index(each) + 1 for each in trial.digests) for trial in one.trials]
            assert told_by in handed_out(LOOPS), model
        else:
            assert [trial.digests for trial in one.trials] == [(each,) * workers for each in expected], model
        assert [trial.loops for trial in one.trials] == list(LOOPS), model


def test_the_gil_is_told_as_it_is(told: Told) -> None:
    """On in default builds and where it is forced, off in free-threaded ones, in every worker."""
    arm, ended = told
    is_on = arm.gil_forced or arm.runtime.facts.build == "default"

    for model, one in ended.items():
        opening = [answer.gil for answer in one.answers if isinstance(answer, protocol.Hello | protocol.Ready)]
        assert opening == [is_on, is_on], model
        assert {(trial.gil_before, trial.gil_after) for trial in one.trials} == {(is_on, is_on)}, model


def test_the_makespan_covers_every_worker(told: Told) -> None:
    """It reaches from the gate to the last worker's end, and no worker starts before the gate or ends at once."""
    _, ended = told

    for model, one in ended.items():
        for trial in one.trials:
            assert trial.wall_ns == max(trial.ends_ns), model
            assert min(trial.starts_ns) >= 0, model
            for start_ns, end_ns in zip(trial.starts_ns, trial.ends_ns, strict=True):
                assert end_ns - start_ns >= trial.loops * 10_000_000, model


# states


NUMBERING = """
import time

made = []

def setup():
    made.append(1)
    return len(made)

def work(state):
    time.sleep(0.1)
    return state
"""
SHARING = {"threads", "thread-pool", "asyncio", "asyncio-threads"}


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "own"])
@pytest.mark.parametrize("arm", EDGES)
@asked_again
def test_workers_of_one_module_share_a_state_only_where_asked(arm: Arm, agents: Agents, *, shared: bool) -> None:
    """Each state is numbered when it is made: those who share see one, others one each.

    A pool gives both units to one worker where the other one comes too late.
    """
    probe = agents.write(NUMBERING, shared=shared)

    ended = agents.ask(arm, probe, models=[model for model in models_of(arm) if model != "serial"])

    for model, one in ended.items():
        second = 2 if model in SHARING and not shared else 1
        assert sorted(one.trials[0].digests) == sorted([digest(1), digest(second)]), model


LIVING = """
import gc

def work():
    return "as ordered" if 40_000 < len(gc.get_objects()) < 70_000 else "another"
"""


@pytest.mark.parametrize("arm", EDGES)
def test_every_interpreter_that_works_holds_the_heap_that_was_ordered(arm: Arm, agents: Agents) -> None:
    """What the agent holds itself is a part of it; on its own it holds less than half as much.

    CPython 3.13t makes functions, classes and modules immortal when a thread starts, and counts them no longer. In 3.8,
    interpreters have one collector in common: two that fill up their heaps at the same moment make more of it.
    """
    probe = agents.write(LIVING)

    bare = agents.ask(arm, probe, models=("serial",))["serial"]
    apart = arm.runtime.facts.version >= (3, 9)
    models = [model for model in models_of(arm) if apart or model != "interpreters-shared"]
    ended = agents.ask(arm, msgspec.structs.replace(probe, heap=60_000), models=models)

    assert set(bare.trials[0].digests) == {digest("another")}
    for model, one in ended.items():
        assert set(one.trials[0].digests) == {digest("as ordered")}, model


# what a probe prints

PRINTING = r"""
import os, sys
print("printed at import")
os.write(1, b'\x1e{"type": "closed"}\n')
def work():
    print("printed at work")
    sys.__stdout__.write('\x1e{"type": "closed"}\n')
    sys.stdout.flush()
    sys.__stdout__.flush()
    os.write(1, b"written at work\n")
    return sys.stdin.read()
"""


@pytest.mark.parametrize("arm", EDGES)
def test_what_a_probe_prints_is_no_answer(arm: Arm, agents: Agents) -> None:
    """Not even a forged record: all goes to standard error. What it reads is empty, and never an order."""
    ended = agents.ask(arm, agents.write(PRINTING), workers=1)

    for model, one in ended.items():
        assert one.kinds == ["Hello", "Ready", "Measured", "Closed"], model
        assert set(one.trials[0].digests) == {digest("")}, model
        assert {"printed at import", "printed at work", "written at work"} <= set(one.printed.splitlines()), model


# failures: source, function, phase, kind, reason, and what the detail holds

HOSTILE = """
class Hostile(Exception):
    def __str__(self):
        raise SystemExit("in __str__")
    __repr__ = __str__
"""
FAILURES: dict[str, tuple[str, str | None, str, str, str, str]] = {
    "import": ("import no_such_module\n", None, "load", "raised", "ModuleNotFoundError: No module named", "line 1"),
    "syntax": ("def work(:\n", None, "load", "unparsable", "SyntaxError: ", "line 1"),
    "setup": (
        "def setup():\n    1 / 0\ndef work(state): ...\n",
        None,
        "setup",
        "raised",
        "ZeroDivisionError",
        "line 2",
    ),
    "check": (
        "def work():\n    return 1\ndef check(result):\n    assert result == 2, 'not two'\n",
        None,
        "check",
        "raised",
        "AssertionError: not two",
        "line 4",
    ),
    "work": ("def inner():\n    [][1]\ndef work():\n    inner()\n", None, "work", "raised", "IndexError", "in inner"),
    "exit": ("def work():\n    raise SystemExit(0)\n", None, "work", "raised", "SystemExit: 0", "line 2"),
    "interrupt": ("def work():\n    raise KeyboardInterrupt\n", None, "work", "raised", "KeyboardInterrupt", "line 2"),
    "memory": ("def work():\n    raise MemoryError\n", None, "work", "raised", "MemoryError", "line 2"),
    "recursion": ("def work():\n    work()\n", None, "work", "raised", "RecursionError", "line 2"),
    "surrogate": ("def work():\n    raise ValueError('\\ud800')\n", None, "work", "raised", "ValueError: \\ud800", ""),
    "hostile error": (HOSTILE + "def work():\n    raise Hostile\n", None, "work", "raised", "Hostile: (its text", ""),
    "hostile result": (HOSTILE + "def work():\n    return Hostile()\n", None, "check", "raised", "SystemExit", ""),
    "missing": ("def worked(): ...\n", None, "load", "missing", "has no function work(); did you mean worked()?", ""),
    "misspelt": ("def fast(): ...\n", "fats", "load", "missing", "has no fats; did you mean fast?", ""),
    "no function": ("work = 3\n", None, "load", "missing", "has no function work()", ""),
    "generator": ("def work():\n    yield 1\n", None, "work", "raised", "the work is a generator function", ""),
    "awaitable": (
        "async def later(): ...\ndef work():\n    return later()\n",
        None,
        "work",
        "raised",
        "gives an awaitable that nobody awaits",
        "",
    ),
}


@pytest.mark.parametrize(
    ("files", "script", "mend"),
    [
        (("pyproject.toml", "src/shop/__init__.py"), "bench.py", "--with-editable {folder}"),
        (("setup.py", "src/shop.py"), "bench/deep/work.py", "--with-editable {folder}"),
        ((".git/HEAD", "src/shop/__init__.py"), "bench.py", "PYTHONPATH={folder}/src has it look there"),
        (("pyproject.toml", "src/shop/__init__.py", "other/pyproject.toml"), "other/bench.py", "--with PACKAGE"),
        (("pyproject.toml", "src/till/__init__.py"), "bench.py", "--with PACKAGE"),
    ],
    ids=["beside the script", "at the top", "in no project", "in another project", "elsewhere"],
)
def test_a_module_that_lies_in_a_src_folder_is_said_to(
    agents: Agents, files: tuple[str, ...], script: str, mend: str
) -> None:
    """Where the script, or the top of its project, has one: with how it is found."""
    folder = agents.folder / "project"
    for name in (*files, script):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / script).write_text("import shop.prices\ndef work(): ...\n")
    probe = msgspec.structs.replace(agents.write(""), path=str(folder / script))

    ended = agents.ask(targets.NEWEST_DEFAULT, probe, models=["serial", "threads"], workers=1)

    for model, one in ended.items():
        assert one.failure.reason.startswith("ModuleNotFoundError: No module named 'shop'; "), model
        assert mend.format(folder=os.path.relpath(folder)) in one.failure.reason, (model, one.failure)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("arm", AS_BUILT)
def test_a_failure_is_told_with_its_phase_and_reason(arm: Arm, failure: str, agents: Agents) -> None:
    """In every model alike, never as a good result; the process then ends by itself."""
    source, function, phase, kind, reason, detail = FAILURES[failure]
    is_edge = arm in targets.EDGES
    models = [model for model in models_of(arm) if is_edge or model.startswith("interpreter")]

    ended = agents.ask(arm, agents.write(source, function=function), models=models, workers=1)

    for model, one in ended.items():
        assert one.trials == [], model
        assert (one.failure.phase, one.failure.kind) == (phase, kind), (model, one.failure)
        assert reason in one.failure.reason, model
        assert detail in one.failure.detail, model
        assert (one.kinds[-1], one.status) == ("Failed", 0), model


@pytest.mark.parametrize("arm", EDGES)
def test_newer_syntax_is_unparsable_on_an_old_python_only(arm: Arm, agents: Agents) -> None:
    """So that a probe with a match statement can be skipped on 3.8 and 3.9 for what it is."""
    probe = agents.write("def work():\n    match 1:\n        case 1:\n            return 'matched'\n")

    ended = agents.ask(arm, probe, workers=1)

    for model, one in ended.items():
        if arm.runtime.facts.version >= (3, 10):
            assert set(one.trials[0].digests) == {digest("matched")}, model
        else:
            assert (one.failure.phase, one.failure.kind) == ("load", "unparsable"), model


@pytest.mark.parametrize("arm", EDGES)
def test_a_model_that_a_version_lacks_is_refused(arm: Arm, agents: Agents) -> None:
    """The agent and the plan agree on which those are, and the reason names what is missing."""
    lacking = [model for model in MODELS if model not in models_of(arm) and model != OWN]

    ended = agents.ask(arm, agents.write("def work(): ...\n"), models=lacking) if lacking else {}

    assert all((one.failure.phase, one.failure.kind) == ("start", "unsupported") for one in ended.values())
    facts = arm.runtime.facts
    expected = {
        "interpreters": not facts.own_gil,
        "interpreters-shared": facts.interpreters_api is None,
        "interpreter-pool": facts.version < (3, 14) or not facts.own_gil,
        "joblib": not has_joblib(arm),
    }
    assert lacking == [model for model, is_lacking in expected.items() if is_lacking]


# forks

FORK = "import os\ndef fork():\n    pid = os.fork()\n    if pid:\n        os.waitpid(pid, 0)\n    return pid\n"
FORKS = {
    "import": FORK + "fork()\ndef work(): ...\n",
    "setup": FORK + "setup = fork\ndef work(state): ...\n",
    "work": FORK + "work = fork\n",
    "check": FORK + "def work(): ...\ndef check(result):\n    fork()\n",
    "raise": FORK + "def work():\n    if not fork():\n        raise OSError\n",
}


@needs_fork
@pytest.mark.parametrize("where", FORKS)
@pytest.mark.parametrize("arm", EDGES)
def test_a_fork_that_comes_back_is_told(arm: Arm, where: str, agents: Agents) -> None:
    """The copy says that it exists and ends, instead of becoming a second lane that answers too."""
    models = [model for model in models_of(arm) if not model.startswith("interpreter")]

    ended = agents.ask(arm, agents.write(FORKS[where]), models=models, workers=1)

    for model, one in ended.items():
        assert (one.failure.phase, one.failure.kind) == ("work", "forked"), (model, one.failure)
        assert one.kinds.count("Closed") <= 1, model
        assert members(one.group) == [], model


@needs_fork
@pytest.mark.parametrize("arm", EDGES)
def test_a_fork_inside_an_interpreter_leaves_no_process(arm: Arm, agents: Agents) -> None:
    """CPython itself refuses it there, or ends the copy; up to 3.13 the first unit in the main interpreter tells."""
    models = [model for model in models_of(arm) if model.startswith("interpreter")]

    ended = agents.ask(arm, agents.write(FORKS["work"]), models=models, workers=1)

    for model, one in ended.items():
        assert [one.kinds.count(kind) for kind in ("Hello", "Ready")] in ([1, 1], [1, 0]), model
        assert members(one.group) == [], model
        if model != "interpreters-shared" or arm.runtime.facts.version < (3, 14):
            assert one.failure.kind in {"forked", "raised"}, model


# a probe's own ways

WAYS = """
from contextlib import contextmanager

left = []

@contextmanager
def by_hand(size):
    yield lambda: 1000 * size
    print("left")

@contextmanager
def later(size):
    raise NotImplementedError("there is no such thing yet")
    yield

@contextmanager
def badly(size):
    yield 1 / 0
"""


@pytest.mark.parametrize("arm", EDGES)
def test_a_way_is_entered_timed_by_itself_and_left(arm: Arm, agents: Agents) -> None:
    """What its units return is the trial's time; its case is passed; its end is run after the last trial."""
    probe = msgspec.structs.replace(agents.write(WAYS), ways=("by-hand",), case=3, self_timed=True)
    lane = LaneSpec(arm=arm, model="serial", workers=1, way="by-hand")
    one = end(agents.start(arm, protocol.order(probe, lane) + protocol.trial_order(4) + protocol.CLOSE))

    assert one.kinds == ["Hello", "Ready", "Measured", "Closed"]
    (measured,) = (answer for answer in one.answers if isinstance(answer, Measured))
    assert measured.own_ns == (12_000,)
    assert measured.wall_ns == 12_000
    assert one.printed.split() == ["left"]


LOOKING = """
import random
from contextlib import contextmanager

@contextmanager
def here():
    yield lambda: {"lost": random.random(), "shared": "yes"}
"""


@pytest.mark.parametrize("arm", EDGES)
def test_what_a_way_observes_is_told_and_not_compared(arm: Arm, agents: Agents) -> None:
    """By name, in every trial; numbers and words."""
    probe = msgspec.structs.replace(agents.write(LOOKING), ways=("here",), observes={"lost": "updates", "shared": ""})
    lane = LaneSpec(arm=arm, model="serial", workers=1, way="here")
    one = end(agents.start(arm, protocol.order(probe, lane) + 2 * protocol.trial_order(4) + protocol.CLOSE))

    first, second = (answer for answer in one.answers if isinstance(answer, Measured))
    assert set(first.observed) == {"lost", "shared"}
    assert first.observed != second.observed
    assert first.digests == second.digests


@pytest.mark.parametrize("arm", AS_BUILT[-1:])
@pytest.mark.parametrize(("way", "kind", "reason"), [("later", "unsupported", "no such"), ("badly", "raised", "Zero")])
def test_a_way_that_cannot_be_entered_says_why(arm: Arm, way: str, kind: str, reason: str, agents: Agents) -> None:
    """What a version lacks is told apart from what goes wrong."""
    probe = msgspec.structs.replace(agents.write(WAYS), ways=(way,), case=3)
    one = end(agents.start(arm, protocol.order(probe, LaneSpec(arm=arm, model="serial", workers=1, way=way))))

    assert (one.failure.kind, one.failure.phase) == (kind, "setup")
    assert reason in one.failure.reason


# the controller goes away


@pytest.mark.parametrize("arm", EDGES)
def test_the_end_of_its_orders_ends_the_agent(arm: Arm, agents: Agents) -> None:
    """Before the first order, in the middle of a line, and while its workers wait for a trial; none of them stays."""
    probe = agents.write("def work(): ...\n")
    orders = [protocol.order(probe, LaneSpec(arm=arm, model=model, workers=2)) for model in models_of(arm)]
    started = [agents.start(arm, order) for order in (b"", b'{"path": ', *orders)]

    ended = [end(process) for process in started]

    assert [one.status for one in ended] == [0] * len(ended)
    assert [one.kinds for one in ended[:2]] == [["Hello"], ["Hello"]]
    assert {tuple(one.kinds) for one in ended[2:]} == {("Hello", "Ready")}
    assert [members(one.group) for one in ended] == [[]] * len(ended)


# modules that turn the GIL on

EXTENSION = """
#include <Python.h>
static PyModuleDef_Slot slots[] = {{Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED}, {0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "needs_gil", NULL, 0, NULL, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_needs_gil(void) { return PyModuleDef_Init(&module); }
"""


def build_extension(arm: Arm, folder: Path) -> None:
    """Compile a module that does not say it can do without the GIL, or skip the test."""
    include = targets.headers(arm.runtime.executable)
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or include is None:
        pytest.skip(f"needs a C compiler, and the headers of {arm.runtime.executable}")
    (folder / "needs_gil.c").write_text(EXTENSION)
    options = ["-bundle", "-undefined", "dynamic_lookup"] if sys.platform == "darwin" else ["-shared", "-fPIC"]
    target = folder / "needs_gil.so"
    subprocess.run([compiler, *options, f"-I{include}", str(folder / "needs_gil.c"), "-o", str(target)], check=True)


@pytest.mark.parametrize(
    ("source", "states"),
    [
        ("import needs_gil\ndef work(): ...\n", [False, True, True, True, True, True]),
        ("def work():\n    import needs_gil\n", [False, False, False, True, True, True]),
    ],
    ids=["import", "work"],
)
@pytest.mark.parametrize("arm", FREE_THREADED or [pytest.param(None, marks=pytest.mark.skip("no free-threaded build"))])
def test_a_gil_that_comes_back_is_told(arm: Arm, source: str, states: list[bool], agents: Agents) -> None:
    """Hello, ready, and before and after each of two trials: the state changes where the module is imported."""
    build_extension(arm, agents.folder)

    ended = agents.ask(arm, agents.write(source), models=["serial", "threads"], loops=(1, 1))

    for model, one in ended.items():
        told: list[Any] = [answer.gil for answer in one.answers if isinstance(answer, protocol.Hello | protocol.Ready)]
        for trial in one.trials:
            told += [trial.gil_before, trial.gil_after]
        assert told == states, model
