"""A fleet in network namespaces: its figures beside those by hand, faults while it runs, and many hosts.

``python benchmarks/fleet.py figures`` measures a suite on three hosts, each of it all and shared, and by hand, and
prints gains whose intervals do not meet. ``overlaps`` measures brief contests on all hosts while runs by hand go on,
and prints how many overlap by their time stamps. ``faults`` has things fail while a fleet measures, ``--times`` each,
goes on with the run, and prints what was lost, measured twice, left running or not said. ``many`` has made-up hosts
with made-up trials on a real scheduler, and prints what that takes. ``figures`` wants a quiet machine; all but ``many``
need root, for the namespaces.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import platformdirs
import psutil
from many_hosts import many
from namespaces import Namespaces, can_be

from gilscope import store
from gilscope.commands.on_host import own_content
from gilscope.history.summarise import summary
from gilscope.interchange import decoded
from gilscope.runtimes.answers import FILE_NAME
from gilscope.values.records import ContestEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCE = Path(__file__).parents[1] / "src"
HOSTS = ("alpha", "beta", "gamma")
BRIEF = """
[brief]
description = "contests of some seconds, which are measured to be disturbed"
lanes = ["*"]
workers = [2]
min_launches = 2
max_launches = 2
rounds = 2
trial_ms = 5
precision = 0.02
budget_s = 60
timeout_s = 60
"""
WORK = ("cpu/primes", "cpu/records")
BRIEFLY = ("--on", "3.14t", "--suite", "brief.toml", "--models", "threads", *WORK)
READY_S = 120.0
SHORT_S, LONG_S = 15.0, 60.0
"""How long a host cannot be reached: one that an answer is waited for, and one after which Dask lets go of it."""
KNOWN = platformdirs.user_cache_path("gilscope") / FILE_NAME
_end = msgspec.json.Decoder(ContestEnd)

LATE_S = 0.005
"""What clocks of one machine may differ by, that was read twice."""


class Seen(NamedTuple):
    """What a fault left: lost bytes, contests measured twice, processes, and whether it was said."""

    lost: int
    twice: int
    left: int
    told: bool
    finished: bool


def main() -> None:
    """Do what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    of_figures = actions.add_parser("figures")
    of_figures.add_argument("--suite", default="quick")
    of_figures.add_argument("--on", default="3.14t")
    of_figures.add_argument("--budget", help="seconds for each contest, instead of the suite's")
    of_figures.add_argument("--ways", nargs="+", choices=("each", "split"), default=["each", "split"])
    actions.add_parser("overlaps")
    of_faults = actions.add_parser("faults")
    of_faults.add_argument("--times", type=int, default=10)
    of_faults.add_argument("--only", choices=sorted(FAULTS), nargs="+")
    of_faults.add_argument("--network", type=int, default=0, help="others may be tried side by side in others")
    of_many = actions.add_parser("many")
    of_many.add_argument("--hosts", type=int, default=1000)
    of_many.add_argument("--contests", type=int, default=100)
    options = parser.parse_args()
    if options.action != "many" and not can_be():
        parser.error("namespaces need root, ip and unshare")
    with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
        if options.action == "figures":
            figures(Path(folder), options.suite, options.on, options.budget, options.ways)
        elif options.action == "overlaps":
            overlaps(Path(folder))
        elif options.action == "faults":
            faults(Path(folder), options.times, options.only or list(FAULTS), options.network)
        else:
            many(Path(folder), options.hosts, options.contests)


class Client:
    """Starts ``gilscope fleet run`` in a folder, by the scheduler of some namespaces."""

    def __init__(self, folder: Path, net: Namespaces) -> None:
        self.folder = folder
        self.net = net
        self.results = folder / "results"
        folder.mkdir()
        (folder / "brief.toml").write_text(BRIEF)

    def start(self, *words: str, hosts: int = len(HOSTS)) -> subprocess.Popen[str]:
        """Start a run, or go on with one."""
        at = ("--scheduler", self.net.address, "--hosts", str(hosts), "--results", str(self.results))
        return subprocess.Popen(
            [sys.executable, "-m", "gilscope", "fleet", "run", *at, *words],
            cwd=self.folder,
            env=environment(self.folder / "cache"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Start what is measured to be disturbed."""
        return self.start(*BRIEFLY, *words)

    def run(self) -> Path:
        """The folder of the only run."""
        (path,) = self.results.glob("*/fleet.json")
        return path.parent

    def records(self) -> dict[str, bytes]:
        """What has come from each host."""
        with contextlib.suppress(ValueError):
            return {path.stem: path.read_bytes() for path in self.run().glob("*.jsonl")}
        return {}

    def wait_for_trials(self, process: subprocess.Popen[str], enough: int) -> str:
        """Return the host that measures once as many trials have come, or as soon as one does after that."""
        deadline_s = time.monotonic() + READY_S
        while True:
            records = self.records()
            come = sum(content.count(b'"type":"trial"') for content in records.values())
            busy = [host for host, content in records.items() if content and _left(content)]
            if come >= enough and busy:
                return busy[0]
            if process.poll() is not None or time.monotonic() > deadline_s:
                raise RuntimeError(f"nothing is left to be disturbed after {come} trials, {enough} were waited for")
            time.sleep(0.02)


def _left(content: bytes) -> bool:
    """Whether a host has contests left that are not at their end."""
    return content.count(b'"type":"contest end"') < len(WORK)


def environment(cache: Path) -> dict[str, str]:
    """Our environment with a cache and the locks of a machine, which all hosts here share."""
    return {**os.environ, "PYTHONPATH": str(SOURCE), "XDG_CACHE_HOME": str(cache), "COLUMNS": "200"}


# figures


def figures(folder: Path, suite: str, on: str, budget: str | None, chosen: list[str]) -> None:
    """Measure by hand, by each host and shared, and print what differs."""
    by_hand = folder / "by-hand"
    words = ("--suite", suite, "--on", on, *(("--budget", budget) if budget else ()))
    command = [sys.executable, "-m", "gilscope", "run", *words, "--results", str(by_hand), "--no-report"]
    for _ in range(2):
        subprocess.run(command, cwd=folder, env=environment(folder / "cache"), check=True, stderr=subprocess.DEVNULL)
        time.sleep(1.1)
    ways = {"by hand": list(by_hand.glob("*.jsonl"))}
    for way in chosen:
        with _hosts(folder / way) as net:
            client = Client(folder / way / "here", net)
            text, _ = client.start(*words, *(["--split"] if way == "split" else [])).communicate()
            ways[way] = sorted(client.run().glob("*.jsonl"))
            print(f"{way}: {text.splitlines()[-1] if text else 'said nothing'}", flush=True)
    reference = _figures(ways["by hand"][:1])
    print("| set beside a run by hand | gains and penalties | whose intervals do not meet |\n|---|--:|--:|")
    print(f"| a second run by hand | {_apart(reference, _figures(ways['by hand'][1:]))} |")
    for way in chosen:
        for group in [[path] for path in ways[way]] if way == "each" else [ways[way]]:
            print(f"| {way}: {', '.join(path.stem for path in group)} | {_apart(reference, _figures(group))} |")


def overlaps(folder: Path) -> None:
    """Measure brief contests by a fleet, twice, and by hand beside that, and print what overlaps."""
    by_hand = folder / "by-hand"
    paths: list[Path] = []
    for way in ((), ("--split",)):
        with _hosts(folder / f"fleet{len(way)}") as net:
            client = Client(folder / f"fleet{len(way)}" / "here", net)
            words = (*BRIEFLY[: -len(WORK)], "cpu/*")
            fleet = client.start("--on", "3.13t", *words, *way)
            command = [sys.executable, "-m", "gilscope", "run", "--results", str(by_hand), "--no-report", *words]
            while fleet.poll() is None:
                with subprocess.Popen(command, cwd=client.folder, env=environment(folder / "cache")) as hand:
                    hand.wait()
            print(f"the fleet ended with {fleet.returncode}")
            paths += client.run().glob("*.jsonl")
    paths += by_hand.glob("*.jsonl")
    spans = sorted(span for path in paths for span in _spans(path))
    found = [pair for pair in itertools.pairwise(spans) if pair[0][0] + pair[0][1] > pair[1][0] + LATE_S]
    of_hand = sum(len(_spans(path)) for path in by_hand.glob("*.jsonl"))
    print(f"{len(spans)} contests, {of_hand} of them by hand beside the fleet's: {len(found)} overlap")


def _spans(path: Path) -> list[tuple[float, float]]:
    ends = [end for end in store.read(path).ends if end.began is not None]
    return [(datetime.fromisoformat(end.began or "").timestamp(), end.seconds) for end in ends]


def _figures(paths: list[Path]) -> dict[tuple[str, ...], tuple[float, float]]:
    """Penalties and gains on the log scale with their half widths."""
    return {
        (figure.name, figure.probe, figure.arm, figure.work): (figure.center, figure.half_width)
        for path in paths
        for figure in summary(store.read(path)).figures
        if figure.name in {"penalty", "gain"} and figure.half_width is not None
    }


def _apart(one: dict[tuple[str, ...], tuple[float, float]], other: dict[tuple[str, ...], tuple[float, float]]) -> str:
    both = one.keys() & other.keys()
    apart = [key for key in both if abs(one[key][0] - other[key][0]) > one[key][1] + other[key][1]]
    listed = "".join(f"; {' '.join(key)} ({math.exp(other[key][0] - one[key][0]):.3f} times)" for key in sorted(apart))
    return f"{len(both)} | {len(apart)}{listed}"


@contextlib.contextmanager
def _hosts(folder: Path, network: int = 0) -> Iterator[Namespaces]:
    """Hosts with a worker each, in a new folder."""
    folder.mkdir()
    with Namespaces(folder, HOSTS, network) as net:
        net.start_scheduler()
        for name in HOSTS:
            with contextlib.suppress(OSError):  # what Pythons here say of themselves need not be asked on each host
                (folder / name / "cache" / "gilscope").mkdir(parents=True)
                shutil.copy(KNOWN, folder / name / "cache" / "gilscope")
            net.start_worker(name, environ={"PYTHONPATH": str(SOURCE)})
        yield net


# faults


def faults(folder: Path, times: int, names: list[str], network: int) -> None:
    """Let each thing fail some times, and print the table."""
    os.environ["GILSCOPE_LOCKS"] = str(folder)
    print("| what fails | times | bytes lost | measured twice | processes left | not told | not finished |")
    print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for name in names:
        seen = []
        for number in range(times):
            place = folder / f"{re.sub('[^a-z]', '-', name)}-{number}"
            with _hosts(place, network) as net:
                seen.append(FAULTS[name](Client(place / "here", net), 3 + 7 * number))
            shutil.rmtree(place, ignore_errors=True)
        totals = [sum(each.lost for each in seen), sum(each.twice for each in seen), sum(each.left for each in seen)]
        totals += [sum(not each.told for each in seen), sum(not each.finished for each in seen)]
        print(f"| {name} | {times} | {' | '.join(map(str, totals))} |", flush=True)


def _judged(client: Client, before: dict[str, bytes], text: str, told: str, *, expected: int = len(HOSTS)) -> Seen:
    """What a fault left, once the run was gone on with."""
    left = _measuring(client.net)
    for name in HOSTS:
        if not client.net.processes(name):  # as whatever looks after a host would do
            client.net.start_worker(name, environ={"PYTHONPATH": str(SOURCE)})
    process = client.start("--run", client.run().name, hosts=expected)
    again, _ = process.communicate(timeout=900)
    after = client.records()
    lost = sum(not after.get(host, b"").startswith(content) for host, content in before.items())
    ends = Counter(
        (path.stem, record.contest) for path in client.run().glob("*.jsonl") for record in _ends(path.read_bytes())
    )
    finished = process.returncode == 0 and len(ends) >= len(WORK) * expected
    if not finished or told not in text or lost:
        print(f"--- status {process.returncode}, {dict(ends)}\n{text}\n--- then\n{again}", file=sys.stderr, flush=True)
    return Seen(lost, sum(count - 1 for count in ends.values()), left, told in text, finished)


def _ends(content: bytes) -> list[ContestEnd]:
    return [decoded(line, _end) for line in content.splitlines() if b'"type":"contest end"' in line]


def _measuring(net: Namespaces) -> int:
    """How many processes on hosts measure on, once all had time to end."""
    deadline_s = time.monotonic() + 30
    while True:
        found = [process for name in HOSTS for process in net.processes(name) if _measures(process)]
        if not found or time.monotonic() > deadline_s:
            return len(found)
        time.sleep(0.2)


def _measures(process: psutil.Process) -> bool:
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return any(word in {"obey", "gilscope_agent"} or word.endswith("agent/__main__.py") for word in words)


def _worker_killed(client: Client, enough: int) -> Seen:
    process = client.begin()
    victim = client.wait_for_trials(process, enough)
    client.net.kill_one_process(victim)
    text, _ = process.communicate()
    return _judged(client, client.records(), text, f"{victim} is lost: its worker is gone")


def _host_unreachable(client: Client, enough: int) -> Seen:
    process = client.begin()
    victim = client.wait_for_trials(process, enough)
    before = client.records()
    client.net.link(victim, "down")
    time.sleep(SHORT_S if enough % 2 else LONG_S)  # Dask lets go of a host after half a minute
    client.net.link(victim, "up")
    text, _ = process.communicate()
    return _judged(client, before, text, f"{victim} has not answered" if enough % 2 else f"{victim} is lost")


def _scheduler_killed(client: Client, enough: int) -> Seen:
    process = client.begin()
    client.wait_for_trials(process, enough)
    client.net.end_scheduler()
    text, _ = process.communicate()
    before = client.records()
    client.net.start_scheduler()
    for name in HOSTS:
        client.net.end_workers(name)
        client.net.start_worker(name, environ={"PYTHONPATH": str(SOURCE)})
    return _judged(client, before, text, "is gone")


def _client_killed(client: Client, enough: int) -> Seen:
    process = client.begin()
    client.wait_for_trials(process, enough)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return _judged(client, client.records(), "", "")


def _disk_full(client: Client, enough: int) -> Seen:
    client.results.mkdir()
    needed = len(own_content().packed) // 1024 + 32  # what a run begins with
    size = f"size={needed + enough}k"
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", size, "tmpfs", str(client.results)], check=True)
    try:
        text, _ = client.begin().communicate()
        before = client.records()
        subprocess.run(["/bin/mount", "-o", "remount,size=100m", str(client.results)], check=True)
        return _judged(client, before, text, "No space left on device")
    finally:
        subprocess.run(["/bin/umount", "-l", str(client.results)], check=True)


def _other_version(client: Client, _: int) -> Seen:
    other = client.folder / "other"
    shutil.copytree(SOURCE, other)
    with (other / "gilscope" / "errors.py").open("a") as file:
        file.write("# another\n")
    client.net.end_workers("gamma")
    time.sleep(1)
    client.net.start_worker("gamma", environ={"PYTHONPATH": str(other)})
    text, _ = client.begin().communicate()
    return _judged_without(client, text, "gamma", "is not the same as here")


def _two_workers(client: Client, _: int) -> Seen:
    client.net.start_worker("gamma", environ={"PYTHONPATH": str(SOURCE)})
    text, _ = client.start(*BRIEFLY, hosts=4).communicate()
    client.net.end_workers("gamma")
    return _judged_without(client, text, "", "is a worker of this host already")


def _judged_without(client: Client, text: str, host: str, told: str) -> Seen:
    """What is there where a worker was refused: the others have measured all."""
    files = client.run().glob("*.jsonl")
    ends = Counter((path.stem, end.contest) for path in files for end in _ends(path.read_bytes()))
    expected = set(HOSTS) - {host}
    finished = {name for name, _ in ends} == expected and len(ends) == len(WORK) * len(expected)
    if not finished or told not in text:
        print(f"--- {dict(ends)}\n{text}", file=sys.stderr, flush=True)
    return Seen(0, sum(count - 1 for count in ends.values()), _measuring(client.net), told in text, finished)


FAULTS: dict[str, Callable[[Client, int], Seen]] = {
    "a worker is killed": _worker_killed,
    "a host cannot be reached for 15 or 60 s": _host_unreachable,
    "the scheduler is killed and restarted": _scheduler_killed,
    "the client is killed": _client_killed,
    "the client's disk is full": _disk_full,
    "a worker has another gilscope": _other_version,
    "a host has two workers": _two_workers,
}


if __name__ == "__main__":
    main()
