"""A file is measured as ``python file.py`` would run it, and what the agent does for itself stays out of the trials."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import targets
from gilscope.agent.timing import digest

if TYPE_CHECKING:
    from pathlib import Path

    from agents import Agents
    from gilscope.values.runtimes import Arm

EDGES = [pytest.param(arm, id=arm.name) for arm in targets.EDGES]
CPYTHONS = [pytest.param(arm, id=arm.name) for arm in targets.EDGES if arm in targets.CPYTHONS]
"""Others count no collections, and do not tell of single threads."""
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts switches and queues of single threads")

SURROUNDINGS = """
import os
import pickle
import sys

ran_as_main = __name__ == "__main__"

class Local:
    pass

def work():
    return (
        ran_as_main,
        [os.path.basename(argument) for argument in sys.argv],
        os.path.basename(__file__),
        os.path.basename(sys.path[0]) == os.path.basename(os.path.dirname(__file__)),
        os.path.basename(__spec__.origin), __package__,
        type(pickle.loads(pickle.dumps(Local()))) is Local,
        work.__globals__ is vars(sys.modules[__name__]),
    )
"""


@pytest.mark.parametrize("arm", EDGES)
def test_a_file_finds_itself_as_an_imported_module(arm: Arm, agents: Agents) -> None:
    """Its guard stays shut, and arguments, path, spec and names are those of a module beside a script."""
    probe = agents.write(SURROUNDINGS, function="work")
    name = probe.path.rpartition("/")[2]
    expected = digest((False, [name], name, True, name, "", True, True))

    for model, ended in agents.ask(arm, probe).items():
        assert set(ended.trials[0].digests) == {expected}, model


BUSY = """
import os
import threading
import time

FOLDER = {folder!r}

class Result:
    def __repr__(self):
        busy = os.listdir(FOLDER)
        if busy:
            raise RuntimeError("digested beside " + busy[0])
        return "result"

def work():
    mine = os.path.join(FOLDER, "%d-%d" % (os.getpid(), threading.get_ident()))
    open(mine, "w").close()
    time.sleep(0.01 + 0.03 * (threading.get_ident() % 3))
    os.remove(mine)
    return Result()
"""


@pytest.mark.parametrize("arm", EDGES)
def test_results_are_digested_after_the_last_end(arm: Arm, agents: Agents, tmp_path: Path) -> None:
    """A digest takes the GIL from whoever still works, and its length has nothing to do with the work."""
    for model in targets.models_of(arm):
        folder = tmp_path / f"busy-{model}"
        folder.mkdir()
        ended = agents.ask(arm, agents.write(BUSY.format(folder=str(folder))), models=[model], loops=(2,), workers=3)
        assert [set(trial.digests) for trial in ended[model].trials] == [{digest_of_text("result")}], model


def digest_of_text(text: str) -> str:
    """The digest of an object that looks like this."""

    class Shown:
        def __repr__(self) -> str:
            return text

    return digest(Shown())


COLLECTING = """
import gc

def twice():
    gc.disable()
    gc.collect()
    gc.collect()

def never():
    gc.disable()
"""


@pytest.mark.parametrize("arm", CPYTHONS)
def test_the_collections_of_all_interpreters_are_counted(arm: Arm, agents: Agents) -> None:
    """Those of workers that share an interpreter count once; without a GIL, one that finds another at it does nothing.

    All calls of one worker can fall into one collection of the other, whose calls may by then be over but for the
    first: two collections are sure there. Pauses are timed where they stop other threads.
    """
    collects, idles = (agents.write(COLLECTING, function=name) for name in ("twice", "never"))
    for model, ended in agents.ask(arm, collects, loops=(1, 3)).items():
        workers = 1 if model == "serial" else 2
        trial = ended.trials[1]
        assert trial.collections is not None
        least = 2 * 3 if arm.runtime.facts.gil_enabled else 2
        assert least <= trial.collections <= 2 * 3 * workers or arm.runtime.facts.version < (3, 9), model
        if model in {"serial", "interpreters", "processes"}:
            assert trial.collections == 2 * 3 * workers, model
        assert (trial.paused_ns is None) == arm.runtime.facts.gil_enabled, model
        assert trial.paused_ns != 0, model
    for model, ended in agents.ask(arm, idles, loops=(1, 3)).items():
        assert ended.trials[1].collections == 0, model


SPREADING = """
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

def burn(_=None):
    begun = time.thread_time()
    while time.thread_time() - begun < 0.1:
        pass

def alone():
    burn()

def threads():
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(burn, range(2)))

def children():
    subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < 0.2: pass"], check=True)
"""


@pytest.mark.parametrize("arm", EDGES)
@pytest.mark.parametrize(("function", "spreads"), [("alone", False), ("threads", True), ("children", True)])
def test_cpu_time_of_further_threads_and_children_is_counted(
    arm: Arm, function: str, agents: Agents, *, spreads: bool
) -> None:
    """They are no worker's, and more than the worker's own where it only waits for them."""
    for model, ended in agents.ask(
        arm, agents.write(SPREADING, function=function), models=["serial", "processes"]
    ).items():
        (trial,) = ended.trials
        assert (sum(trial.others_ns) > sum(trial.cpu_ns)) == spreads, model


SLEEPING = """
import time

def work():
    time.sleep(0.01)
"""


@on_linux
@pytest.mark.parametrize("arm", CPYTHONS)
def test_switches_of_every_worker_are_counted(arm: Arm, agents: Agents) -> None:
    """Each sleep is a voluntary one; interpreters and processes count their own."""
    for model, ended in agents.ask(arm, agents.write(SLEEPING), loops=(1, 4)).items():
        counted = ended.trials[1]
        if model != "asyncio":  # one thread sleeps for both, and each has half of it
            assert all(switches is not None and switches >= 4 for switches in counted.voluntary), model
        assert None not in (*counted.involuntary, *counted.faults, *counted.system_ns, *counted.wait_ns), model
