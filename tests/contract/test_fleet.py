"""A fleet of this one host, as a user starts it: what it measures, and what is left where it is ended."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from distributed import Client

from gilscope import store
from gilscope.fleet.cluster import connected
from gilscope.fleet.quiet import RARELY_MS
from leftovers import gone
from runs import THIS_PYTHON, Runs, end, interruptible, needs_proc
from short import SHORT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed.core import Server

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and limits are POSIX's")

HOST = platform.node()
PRICES = """
import os

def total(count=20_000):
    if "OMP_NUM_THREADS" in os.environ or "MALLOC_TRIM_THRESHOLD_" in os.environ:
        raise RuntimeError("Dask sets these for its own workers, and nobody has it measure with them")
    return sum(range(count))
"""
READY_S = 60.0
MEASURED = ("fleet", "run", *THIS_PYTHON, "--suite", "short.toml")
ENDLESS = ("fleet", "run", *THIS_PYTHON, "--suite", "endless.toml")
"""A run that goes on until somebody ends it."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that these tests share with nobody."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def runs(tmp_path: Path, cache: Path) -> Runs:
    """Commands in a project: a package whose work needs another module of it, and a suite."""
    (tmp_path / "here").mkdir()
    runs = Runs(tmp_path / "here", cache)
    (runs.folder / "shop").mkdir()
    (runs.folder / "shop" / "__init__.py").touch()
    runs.script("shop/prices.py", PRICES)
    runs.script("shop/work.py", "from shop.prices import total\n\ndef work():\n    return total()\n")
    shutil.copy(SHORT[1], runs.folder / "short.toml")
    endless = Path(SHORT[1]).read_text().replace("max_launches = 2", "max_launches = 1000")
    endless = (
        endless.replace("min_launches = 2", "min_launches = 9")
        .replace("precision = 0.02", "precision = 0.0001")
        .replace("budget_s = 60", "budget_s = 3600")
    )
    runs.script("endless.toml", endless)
    return runs


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    with interruptible():
        yield


def folder_of(runs: Runs) -> Path:
    """The folder of the only run of a fleet."""
    (path,) = runs.results.glob("*/fleet.json")
    return path.parent


def wait_for_trials(runs: Runs, process: subprocess.Popen[str]) -> None:
    """Return once trials have come from the host."""
    deadline_s = time.monotonic() + READY_S
    while not any(b'"type":"trial"' in path.read_bytes() for path in runs.results.glob("*/*.jsonl")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


@contextmanager
def cluster(runs: Runs, *workers: tuple[str, ...]) -> Iterator[str]:
    """A scheduler with workers on this host, started by Dask's own commands; its address."""
    file = runs.folder / "scheduler.json"
    where = ("--scheduler-file", str(file))
    dask = (sys.executable, "-m", "dask")
    commands = [
        (*dask, "scheduler", *where, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
        *((*dask, "worker", *where, "--no-dashboard", *options) for options in workers),
    ]
    started = []
    try:
        for command in commands:
            started.append(
                subprocess.Popen(command, env=runs.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
            deadline_s = time.monotonic() + READY_S
            while not file.exists():
                assert time.monotonic() < deadline_s
                time.sleep(0.1)
        yield json.loads(file.read_text())["address"]
    finally:
        for process in reversed(started):
            process.terminate()
            try:
                process.wait(READY_S)
            except subprocess.TimeoutExpired:
                process.kill()
        for process in started:
            assert gone(process.pid)


ONE = ("--nworkers", "1", "--nthreads", "1")


def test_a_persons_project_is_measured_by_its_content(runs: Runs) -> None:
    """The host knows nothing of the folder here; asked again, nothing is left to measure."""
    ended = runs.gilscope(*MEASURED, "shop/work.py:work")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    run = store.read(folder_of(runs) / f"{HOST}.jsonl")
    (contest,) = run.contests
    assert [end.contest for end in run.ends] == [contest.id]
    assert not Path(contest.probe.path).is_relative_to(runs.folder)
    assert contest.id.startswith("shop/work.py:work@")
    assert f"{HOST} has measured its part" in ended.stderr
    assert HOST in ended.stdout
    assert runs.gone() == []

    before = (folder_of(runs) / f"{HOST}.jsonl").read_bytes()
    runs.script("shop/prices.py", PRICES + "\n# another\n")
    again = runs.gilscope("fleet", "run", "--run", folder_of(runs).name)
    assert again.returncode == 0, again
    assert (folder_of(runs) / f"{HOST}.jsonl").read_bytes() == before

    assert "It goes on with your files as they were when it was begun." in again.stderr

    other = runs.gilscope("fleet", "run", "--run", folder_of(runs).name, "small.py")
    assert other.returncode == 2, other
    assert "was begun with '--python" in other.stderr
    assert "leave all of that out to go on with it, or measure in a new run" in other.stderr


def test_like_hosts_share_and_what_one_lacks_is_said(runs: Runs) -> None:
    """A name that no Python has is a row of the run where there is another, and its end where there is none."""
    names = ("--on", "3.99t", "--on", sys.executable)
    ended = runs.gilscope(*MEASURED, "--split", *names, "shop/work.py:work", "small.py")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    run = store.read(folder_of(runs) / f"{HOST}.jsonl")
    assert len(run.ends) == 2
    assert [(skip.contest, skip.reason.partition(".99t")[0]) for skip in run.skips if skip.lane == "all"] == [
        ("*@3.99t", "No runtime is called '3")
    ]

    shutil.rmtree(runs.results)
    ended = runs.gilscope(*MEASURED, "--on", "3.99t", "small.py")
    assert ended.returncode == 2, ended
    assert f"{HOST} ended with status 2: No runtime is called '3.99t'." in ended.stderr

    shutil.rmtree(runs.results)
    ended = runs.gilscope(*MEASURED, runs.script("broken.py", "'''Does it break?'''\ndef work():\n    return 1 / 0\n"))
    assert ended.returncode == 1, ended
    assert re.search(rf"{HOST} ended with status 1: failed: broken\.py@\S+:serial, ", ended.stderr), ended


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda number: signal.Signals(number).name)
def test_a_client_that_is_ended_leaves_nothing_and_goes_on(runs: Runs, number: int) -> None:
    """What had come is the beginning of what there is in the end."""
    process = runs.start(*ENDLESS, "small.py")
    wait_for_trials(runs, process)
    process.send_signal(number)
    ended = end(process)

    assert ended.returncode == (130 if number == signal.SIGINT else -number), ended
    assert "Traceback" not in ended.stderr
    assert runs.gone() == []
    path = folder_of(runs)
    if number == signal.SIGINT:
        assert f"interrupted. What was measured is in {path.relative_to(runs.folder)}; " in ended.stderr
        assert f"`gilscope fleet run --run {path.name}` goes on where it was." in ended.stderr
    kept = (path / f"{HOST}.jsonl").read_bytes()
    assert store.read(path / f"{HOST}.jsonl").trials

    process = runs.start("fleet", "run", "--run", path.name)
    deadline_s = time.monotonic() + READY_S
    while (path / f"{HOST}.jsonl").stat().st_size <= len(kept):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
    process.kill()
    end(process)
    assert runs.gone() == []
    assert (path / f"{HOST}.jsonl").read_bytes().startswith(kept)


def test_dask_looks_at_itself_rarely_while_a_host_measures(runs: Runs) -> None:
    """Its workers, what looks after them and the scheduler do, and afterwards as often as before."""
    with cluster(runs, ONE) as address, Client(address, set_as_default=False) as client:

        def often_ms(dask_worker: Server) -> list[float]:
            named = ("tick", "monitor", "memory_monitor", "profile")
            callbacks = dask_worker.periodic_callbacks
            return [callbacks[name].callback_time for name in named if name in callbacks]

        def of_scheduler(dask_scheduler: Server) -> list[float]:
            return often_ms(dask_scheduler)

        def all_often_ms() -> list[list[float]]:
            of_hosts = [*client.run(often_ms).values(), *client.run(often_ms, nanny=True).values()]
            return [*of_hosts, client.run_on_scheduler(of_scheduler)]

        client.wait_for_workers(1, READY_S)
        before = all_often_ms()
        assert [len(found) for found in before] == [4, 3, 2]
        process = runs.start(*ENDLESS, "--scheduler", address, "small.py")
        wait_for_trials(runs, process)
        assert all(ms >= RARELY_MS for found in all_often_ms() for ms in found)
        process.send_signal(signal.SIGINT)
        end(process)
        assert all_often_ms() == before


def test_a_cluster_of_this_machine_sets_no_variables_here() -> None:
    """What Dask sets for its workers would be there for all that this process measures afterwards.

    It sets two that no lane gets, or heeds.
    """

    async def start() -> None:
        async with connected(None) as cluster:
            await cluster.wait_for(1, READY_S)

    before = set(os.environ)
    asyncio.run(start())
    assert set(os.environ) - before <= {"PYTHONHASHSEED", "__DASK_PARENT_PID"}


def test_one_worker_of_a_host_measures(runs: Runs) -> None:
    """A second one is refused, and one with several threads; who looks at the cluster sees what the first one does."""
    with cluster(runs, ONE, ONE, ("--nworkers", "1", "--nthreads", "2")) as address:
        at = ("--scheduler", address)
        process = runs.start(*ENDLESS, *at, "--hosts", "3", "small.py")
        wait_for_trials(runs, process)
        seen = runs.gilscope("fleet", "status", *at, "--once")
        process.send_signal(signal.SIGINT)
        ended = end(process)
        idle = runs.gilscope("fleet", "status", *at, "--once")

    assert "is a worker of this host already, and one measures on a host" in ended.stderr
    assert "it has 2 threads, and measures one contest at a time: start it with --nthreads 1" in ended.stderr
    assert f"{HOST} 1/1 small.py" in seen.stdout, seen
    assert idle.stdout.count("measures nothing") == 3, idle
    assert runs.gone() == []


def test_where_no_scheduler_is_it_is_said(runs: Runs) -> None:
    """And where no worker comes."""
    ended = runs.gilscope(*MEASURED, "--scheduler", "tcp://127.0.0.1:1", "small.py")
    assert ended.returncode == 2, ended
    assert "gilscope: no scheduler of Dask answers at tcp://127.0.0.1:1" in ended.stderr
    assert "start one with `dask scheduler`" in ended.stderr

    with cluster(runs) as address:
        ended = runs.gilscope(*MEASURED, "--scheduler", address, "--wait", "1", "small.py")
    assert ended.returncode == 2, ended
    assert f"{address} has 0 of 1 worker after 1 s" in ended.stderr
    assert f"start: dask worker {address} --nworkers 1 --nthreads 1" in ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say what the hosts are to measure"),
        (("--rev", "HEAD", "small.py"), "--rev does not travel"),
        (("--with-active", "small.py"), "--with-active: an environment does not travel"),
        (("../elsewhere.py:work",), "lies outside of"),
        (("nothing.py:work",), "there is no script"),
        (("--run", "../out", "small.py"), "cannot be the id of a run"),
        (("--bud", "3", "small.py"), "unrecognized arguments: --bud"),
    ],
)
def test_what_cannot_be_is_said_before_anything_begins(runs: Runs, words: tuple[str, ...], said: str) -> None:
    """With status 2, and no folder of a run."""
    (runs.folder.parent / "elsewhere.py").write_text("def work(): pass\n")
    ended = runs.gilscope("fleet", "run", *words)

    assert ended.returncode == 2, ended
    assert said in ended.stderr
    assert not runs.results.exists()


def test_without_dask_it_is_said_what_brings_it(runs: Runs) -> None:
    """All other commands do without."""
    hidden = "import sys; sys.modules['distributed'] = None"
    ended = runs.gilscope("fleet", "run", "small.py", prelude=hidden)

    assert ended.returncode == 2, ended
    assert "a fleet needs Dask's distributed beside gilscope" in ended.stderr
    assert runs.gilscope("probes", prelude=hidden).returncode == 0


def test_two_commands_at_once_take_turns(runs: Runs) -> None:
    """Their contests do not overlap, by what their ends say."""
    options = ("run", *THIS_PYTHON, *SHORT, "small.py", "shop/prices.py:total")
    both = [runs.start(*options), runs.start(*options)]
    ended = [end(process) for process in both]

    assert [item.returncode for item in ended] == [0, 0], ended
    ends = [each for path in runs.results.glob("*.jsonl") for each in store.read(path).ends]
    spans = sorted((datetime.fromisoformat(each.began).timestamp(), each.seconds) for each in ends if each.began)
    assert len(spans) == 4
    for (began, took), (next_began, _) in pairwise(spans):
        assert began + took <= next_began + 0.002, spans
    assert any("of gilscope: one contest at a time is measured on a machine." in item.stderr for item in ended)
