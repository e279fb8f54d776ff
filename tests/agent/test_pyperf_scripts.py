"""Scripts written for pyperf, run by the agent inside every CPython found: what they hold, and how it is timed."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from gilscope.lab import protocol
from gilscope.places import AGENT
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe, Target
from gilscope.values.runtimes import Arm
from patience import asked_again
from targets import AS_BUILT, DEFAULT, EDGES, environment, models_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., "Told"]

TIME_LIMIT_S = 120

EVERY_METHOD = """
import sys
import pyperf

assert sys.argv[1:] == ["--rounds", "3"], sys.argv
runner = pyperf.Runner(values=5, add_cmdline_args=print, metadata={"description": "Every method there is"})
runner.metadata["more"] = "told"
runner.argparser.add_argument("--rounds", type=int)
options = runner.parse_args()
assert options is runner.args and options.rounds == 3 and options.values == 5 and options.worker
assert pyperf.python_implementation() == sys.implementation.name
assert pyperf.python_has_jit() == (sys.implementation.name == "pypy")


def times(loops, rounds):
    begun = pyperf.perf_counter()
    for _ in range(loops):
        sum(range(100 * rounds))
    return pyperf.perf_counter() - begun


async def waits(rounds):
    import asyncio

    await asyncio.sleep(0.0001 * rounds)


def loop():
    import asyncio

    return asyncio.new_event_loop()


assert runner.bench_func("counted", divmod, 7, options.rounds, inner_loops=4) is None
runner.bench_time_func("timed", times, options.rounds, metadata={"unit": "second"})
runner.bench_async_func("awaited", waits, options.rounds, loop_factory=loop)
runner.timeit("stated", "number += 1\\nif number:\\n    kept = number", "number = start", "assert kept > start",
              duplicate=3, inner_loops=2, globals={"start": 1})
runner.timeit("number = 2")
runner.bench_command("started", [sys.executable, "-S", "-c", "pass"])
runner.bench_time_func("bytes", times, 1, metadata={"unit": "byte"})
"""
NAMES = ("counted", "timed", "awaited", "stated", "number = 2", "started")
INNER_LOOPS = {"counted": 4, "stated": 6}
ARGUMENTS = ("--rounds", "3")


POOLS_OF_THEIR_OWN = {"interpreter-pool", "process-pool", "joblib"}
"""They take no tasks inside a bench call."""


def serving(arm: Arm) -> list[str]:
    """The models under which such scripts are measured."""
    return [model for model in models_of(arm) if model not in POOLS_OF_THEIR_OWN]


MODELS_AT_EDGES = [(arm, model) for arm in EDGES for model in serving(arm)]


def has(arm: Arm, model: str, name: str) -> bool:
    """Whether a method is tried: all on the oldest and the newest; elsewhere one, where versions differ most.

    A program is planned in serial lanes only.
    Before 3.12, asyncio knows one running loop in the whole process: interpreters cannot have one each.
    """
    if name == "started" and model != "serial":
        return False
    if (name, model) == ("awaited", "interpreters-shared") and arm.runtime.facts.version < (3, 12):
        return False
    return arm in EDGES or (name == "timed" and (model == "serial" or model.startswith("interpreters")))


CASES = [(arm, model, name) for arm in AS_BUILT for model in serving(arm) for name in NAMES if has(arm, model, name)]


def shown(value: object) -> str:
    """What a case is called."""
    return value.name if isinstance(value, Arm) else str(value)


class Told(NamedTuple):
    """All that an agent answered, and what it printed."""

    answers: list[protocol.Answer]
    printed: str

    @property
    def trials(self) -> list[protocol.Measured]:
        """What was measured."""
        return [answer for answer in self.answers if isinstance(answer, protocol.Measured)]

    @property
    def failure(self) -> protocol.Failed:
        """The failure it ended with."""
        last = self.answers[-1]
        assert isinstance(last, protocol.Failed), f"no failure: {self}"
        return last


@pytest.fixture
def run(tmp_path: Path, bytecode: Path) -> Run:
    """Give an agent a script and orders, and wait for its end."""

    def start(arm: Arm, source: str, orders: Callable[[str], list[bytes]]) -> Told:
        path = tmp_path / "bm_script.py"
        path.write_text(source, encoding="utf-8")
        ended = subprocess.run(
            [arm.runtime.executable, str(AGENT)],
            input=b"".join(orders(str(path))),
            capture_output=True,
            env=environment(arm, bytecode),
            timeout=TIME_LIMIT_S,
            check=True,
        )
        records = [protocol.answer(line) for line in ended.stdout.splitlines(keepends=True)]
        return Told([record for record in records if record is not None], ended.stderr.decode())

    return start


def asking(argv: tuple[str, ...] = ()) -> Callable[[str], list[bytes]]:
    """Orders that ask what a script holds."""
    return lambda path: [protocol.benchmarks_order(path, argv)]


def measuring(
    arm: Arm, name: str, model: str = "serial", *, argv: tuple[str, ...] = (), loops: tuple[int, ...] = (2, 3)
) -> Callable[[str], list[bytes]]:
    """Orders to open one benchmark under a model, run trials, and close."""
    lane = LaneSpec(arm=arm, model=model, workers=1 if model == "serial" else 2)

    def orders(path: str) -> list[bytes]:
        probe = Probe(id=name, path=path, question="", kind="pyperf", benchmark=name, argv=argv)
        return [protocol.order(probe, lane), *map(protocol.trial_order, loops), protocol.CLOSE]

    return orders


# what a script holds


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_a_script_tells_its_benchmarks_without_running_them(arm: Arm, run: Run) -> None:
    """With the reasons for those that cannot be measured, and what the script says of itself."""
    told = run(arm, EVERY_METHOD, asking(ARGUMENTS))

    answer = told.answers[-1]
    assert isinstance(answer, protocol.Benchmarks), told
    assert answer.benchmarks == NAMES
    assert answer.programs == ("started",)
    ((name, reason),) = answer.left_out
    assert name == "bytes"
    assert "bytes" in reason
    assert answer.description == "Every method there is"


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_a_script_that_fails_tells_what_came_before(arm: Arm, run: Run) -> None:
    """A missing module hides what follows it, and nothing else; with nothing before it, it is the answer."""
    before = "import pyperf\nrunner = pyperf.Runner()\nrunner.bench_func('first', len, ())\n"

    partly, wholly = (run(arm, f"{start}import no_such_module", asking()) for start in (before, ""))

    answer = partly.answers[-1]
    assert isinstance(answer, protocol.Benchmarks)
    assert answer.benchmarks == ("first",)
    assert "no_such_module" in answer.left_out[0][1]
    assert "no_such_module" in wholly.failure.reason


# measuring


@pytest.mark.parametrize(("arm", "model", "name"), CASES, ids=shown)
def test_every_method_is_measured_under_every_model(arm: Arm, model: str, name: str, run: Run) -> None:
    """Each worker runs it; what the script prepares once is there in all trials, and results are not compared."""
    told = run(arm, EVERY_METHOD, measuring(arm, name, model, argv=ARGUMENTS))

    kinds = [type(answer).__name__ for answer in told.answers]
    assert kinds == ["Hello", "Ready", "Measured", "Measured", "Closed"], told
    ready = told.answers[1]
    assert isinstance(ready, protocol.Ready)
    assert ready.inner_loops == INNER_LOOPS.get(name, 1)
    workers = 1 if model == "serial" else 2
    for trial in told.trials:
        assert len(trial.ends_ns) == workers
        assert len(trial.own_ns) == (0 if name in {"counted", "started"} else workers)
        assert trial.wall_ns > 0
        assert len(set(trial.digests)) == 1


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_where_such_a_script_cannot_be_measured_is_told(arm: Arm, run: Run) -> None:
    """Under pools that keep the probe to themselves, and with coroutines where asyncio knows one loop per process."""
    told = {
        model: run(arm, EVERY_METHOD, measuring(arm, "awaited", model, argv=ARGUMENTS)).failure
        for model in models_of(arm)
        if not has(arm, model, "awaited") or model in POOLS_OF_THEIR_OWN
    }

    assert {failure.kind for failure in told.values()} == {"unsupported"}
    assert all("bench call" in told[model].reason for model in POOLS_OF_THEIR_OWN & set(told))
    assert all("one running event loop" in told[model].reason for model in set(told) - POOLS_OF_THEIR_OWN)


STATEFUL = """
import os
import tempfile
import pyperf

runner = pyperf.Runner()
try:
    with tempfile.TemporaryDirectory() as folder:
        print("folder:", folder)
        try:
            runner.bench_func("other", print, "the other benchmark")
            runner.bench_func("wanted", os.listdir, folder)
        except Exception:
            print("caught")
    print("went on")
finally:
    runner.bench_func("later", print, "a later benchmark")
"""


@pytest.mark.parametrize(("arm", "model"), MODELS_AT_EDGES, ids=shown)
def test_what_a_script_sets_up_lives_as_long_as_its_trials(arm: Arm, model: str, run: Run) -> None:
    """Trials run inside the bench call; then the script is left through its ``finally``, and goes no further."""
    told = run(arm, STATEFUL, measuring(arm, "wanted", model))

    assert isinstance(told.answers[-1], protocol.Closed), told
    folders = [line.split()[1] for line in told.printed.splitlines() if line.startswith("folder:")]
    assert folders
    assert not any(map(os.path.exists, folders))
    assert not {"caught", "went on", "benchmark"} & set(told.printed.split())


FAILURES = {
    "missing": ("", "it has: first, second", "missing"),
    "refused": ("runner.bench_func('wanted', len, (), metadata={'unit': 'byte'})", "in bytes", "unsupported"),
    "gone": ("runner.bench_command('wanted', ['/no/such/program'])", "cannot be started: No such file", "died"),
    "raised": ("raise ValueError('no data')", "ValueError: no data", "raised"),
    "left": ("import sys; sys.exit(3)", "SystemExit: 3", "raised"),
    "wrong": ("runner.bench_time_func('wanted', lambda loops: -1.0)", "reported a time of -1.0 seconds", "raised"),
    "no time": ("runner.bench_time_func('wanted', lambda loops: None)", "TypeError", "raised"),
    "not there": ("pyperf.Benchmarks()", "stand-in for pyperf", "raised"),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_a_benchmark_that_cannot_be_measured_tells_why(arm: Arm, failure: str, run: Run) -> None:
    """The lane fails with its reason, whatever the script does with errors."""
    line, reason, kind = FAILURES[failure]
    source = "import pyperf\nrunner = pyperf.Runner()\nfor name in ('first', 'second'):\n"
    source += f"    runner.bench_func(name, len, ())\n{line}\n"

    told = run(arm, source, measuring(arm, "wanted"))

    assert told.failure.kind == kind
    assert reason in told.failure.reason


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_an_error_of_the_work_is_not_the_scripts_to_handle(arm: Arm, run: Run) -> None:
    """A benchmark that is not thread-safe, or plainly wrong, is a failure of the lane."""
    source = (
        "import pyperf\ntry:\n    pyperf.Runner().bench_func('wanted', divmod, 1, 0)\nexcept Exception:\n    pass\n"
    )

    told = run(arm, source, measuring(arm, "wanted"))

    assert (told.failure.phase, told.failure.kind) == ("work", "raised")
    assert "ZeroDivisionError" in told.failure.reason


SPAWNING = """
import multiprocessing
import pyperf


def square(number):
    return number * number


def pool():
    with multiprocessing.get_context("spawn").Pool(1) as workers:
        assert workers.map(square, [3]) == [9]


if __name__ == "__main__":
    pyperf.Runner().bench_func("pool", pool)
"""


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_processes_that_a_script_starts_can_import_it(arm: Arm, run: Run) -> None:
    """They run it again under another name, so they need a pyperf too."""
    told = run(arm, SPAWNING, measuring(arm, "pool", loops=(1,)))

    assert isinstance(told.answers[-1], protocol.Closed), told


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_a_function_of_such_a_script_is_a_probe_too(arm: Arm, run: Run) -> None:
    """Named by itself, where no pyperf is installed."""
    source = "import pyperf\n\ndef work():\n    return pyperf.perf_counter() > 0\n\n"
    source += "if __name__ == '__main__':\n    pyperf.Runner().timeit('pass')\n"
    lane = LaneSpec(arm=arm, model="serial", workers=1)

    def orders(path: str) -> list[bytes]:
        probe = Probe(id="work", path=path, question="", kind="own", target=Target(name="work", path=path))
        return [protocol.order(probe, lane), protocol.trial_order(1), protocol.CLOSE]

    assert isinstance(run(arm, source, orders).answers[-1], protocol.Closed)


# time

PARTLY_TIMED = """
import time
import pyperf


def slept(loops):
    time.sleep(0.05)
    begun = pyperf.perf_counter()
    time.sleep(0.01)
    return pyperf.perf_counter() - begun


def almost_nothing(loops):
    time.sleep(0.05)
    return 1e-6


runner = pyperf.Runner()
runner.bench_time_func("slept", slept)
runner.bench_time_func("almost nothing", almost_nothing)
"""
UNTIMED_NS = 50_000_000
"""How long they sleep before they begin to time, or longer: no sleep ends early, however busy the machine is."""
MOST_TIMED_SHARE = 1e-6 / 0.05


@pytest.mark.parametrize("arm", EDGES, ids=shown)
def test_one_worker_is_believed_to_the_nanosecond(arm: Arm, run: Run) -> None:
    """In a serial lane, a self-timed benchmark's time is the one it told, without what it did before."""
    told = run(arm, PARTLY_TIMED, measuring(arm, "slept"))

    assert all((trial.wall_ns,) == trial.own_ns for trial in told.trials)
    assert all(trial.wall_ns + UNTIMED_NS <= max(trial.ends_ns) for trial in told.trials)


@pytest.mark.parametrize(("arm", "model"), MODELS_AT_EDGES, ids=shown)
def test_what_is_not_timed_is_left_out_beside_others_too(arm: Arm, model: str, run: Run) -> None:
    """Of a call, each worker times a share that is known: no more than that is left of the makespan."""
    told = run(arm, PARTLY_TIMED, measuring(arm, "almost nothing", model))

    for trial in told.trials:
        assert 1 <= trial.wall_ns <= 1 + MOST_TIMED_SHARE * max(trial.ends_ns)


@pytest.mark.parametrize(("arm", "model"), [case for case in MODELS_AT_EDGES if case[1] != "serial"], ids=shown)
def test_what_is_timed_is_one_share_of_every_makespan(arm: Arm, model: str, run: Run) -> None:
    """The share is measured once, on one worker alone; what the workers tell beside each other does not change it."""
    first, second = run(arm, PARTLY_TIMED, measuring(arm, "slept", model, loops=(2, 2))).trials

    expected_ns = first.wall_ns / max(first.ends_ns) * max(second.ends_ns)
    assert second.wall_ns == pytest.approx(expected_ns, rel=1e-6)
    assert first.wall_ns < max(first.ends_ns)


HOLDING = """
import sys
import time
import pyperf

sys.setswitchinterval(60)  # who has the GIL is not asked for it in the middle of what it times
NUMBER = 3 ** 400_000


def held(loops):
    time.sleep(0.001)  # which lets the GIL go: both workers are here when the first one begins to time
    begun = pyperf.perf_counter()
    for _ in range(loops):
        NUMBER * NUMBER
    return pyperf.perf_counter() - begun


pyperf.Runner().bench_time_func("held", held)
"""


@pytest.mark.parametrize(
    "arm", DEFAULT[-1:] or [pytest.param(None, marks=pytest.mark.skip("no default build"))], ids=shown
)
@asked_again
def test_a_shared_gil_shows_no_gain_where_the_clock_of_a_worker_would(arm: Arm, run: Run) -> None:
    """C code that holds the GIL while it is timed tells the time it takes alone, also beside another worker.

    By the workers' clocks, two take as long as one. What they timed did not overlap, so a trial took as long as both:
    longer than one of them by more than half of what the other one told.
    """
    beside = run(arm, HOLDING, measuring(arm, "held", "threads", loops=(5, 5, 5))).trials

    assert all(sum(trial.own_ns) <= max(trial.ends_ns) for trial in beside)
    assert all(trial.wall_ns > max(trial.own_ns) + min(trial.own_ns) / 2 for trial in beside)
