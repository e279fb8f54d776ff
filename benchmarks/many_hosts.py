"""Many made-up hosts on a real scheduler of Dask: what the client and the scheduler take for them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import msgspec
import psutil
from distributed import Worker

from gilscope.fleet.cluster import connected
from gilscope.fleet.dispatch import Fleet, Outcome
from gilscope.fleet.hosts import Host
from gilscope.fleet.values import Ending, HostFacts, HostSide, Look, Order, Planned, State
from gilscope.interchange import decoded, encoded
from gilscope.lab import host
from gilscope.store import RunCopy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKERS_A_PROCESS = 100
CONTESTS = "MADE_UP_CONTESTS"
"""The variable that tells the processes of workers how many contests each host has."""
TRIALS = 40
"""Records of a contest, about as many as a suite's quickest contests have."""
RECORD = (
    b'{"type":"trial","contest":"%b","lane":"3.14t:threads-2","launch":%d,"round":%d,"loops":10,"wall_ns":12345678,'
    b'"starts_ns":[1000,1000],"ends_ns":[12345678,12345678],"cpu_ns":[12345678,12345678],"wait_ns":[0,0],'
    b'"gil_before":false,"gil_after":false,"digest":"0123456789abcdef"}\n'
)
A_LOOK = 200_000
"""Bytes of records that have come from a host between two looks."""
CARD = host.card()


class Duty:
    """What a made-up host does: its records come as they are looked at."""

    def __init__(self, contests: int) -> None:
        self.content = b"".join(
            RECORD % (f"cpu/made_up_{number}@3.14t".encode(), trial // 4, trial % 4)
            for number in range(contests)
            for trial in range(TRIALS)
        )
        self.shown = 0
        self.order: Order | None = None


DUTIES: dict[str, Duty] = {}


def _duty(name: str) -> Duty:
    return DUTIES.setdefault(name, Duty(int(os.environ[CONTESTS])))


def measure(content: bytes) -> None:
    """Begin."""
    order = decoded(content, msgspec.json.Decoder(Order))
    _duty(order.host).order = order


def look(run: str, name: str, offset: int) -> Look:
    """Return what has come since."""
    duty = _duty(name)
    if duty.order is None:
        return Look(b"", None)
    if duty.shown == len(duty.content) == offset:
        DUTIES.pop(name)
    duty.shown = min(len(duty.content), duty.shown + A_LOOK)
    lines = duty.content[offset : duty.shown]
    ending = Ending(status=0) if duty.shown == len(duty.content) else None
    state = State(run=run, host=name, number=duty.order.number, planned=Planned(contests=(), builds={}), ending=ending)
    return Look(lines[: lines.rfind(b"\n") + 1], encoded(state))


SIDE = HostSide(
    describe=bytes,
    lacks=lambda _: (),
    unpack=lambda *_: "",
    size=lambda *_: 0,
    restore=lambda *_: "",
    measure=measure,
    look=look,
    stop=lambda *_: None,
    forget=lambda *_: None,
    states=list,
)


def many(folder: Path, hosts: int, contests: int) -> None:
    """Start a scheduler and workers of made-up hosts, have them measure, and print what that took."""
    os.environ[CONTESTS] = str(contests)
    with contextlib.ExitStack() as until:
        file = folder / "scheduler.json"
        dask = [sys.executable, "-m", "dask"]
        scheduler = until.enter_context(
            _started([*dask, "scheduler", "--scheduler-file", str(file), "--port", "0", "--no-dashboard"])
        )
        while not file.exists():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        for first in range(0, hosts, WORKERS_A_PROCESS):
            count = min(WORKERS_A_PROCESS, hosts - first)
            until.enter_context(_started([sys.executable, __file__, address, str(count)]))
        asyncio.run(_measured(folder, address, hosts, contests, psutil.Process(scheduler.pid)))


@contextlib.contextmanager
def _started(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}  # a scheduler reads what tasks call, too
    with subprocess.Popen(command, env=found, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


class Silent:
    """A board that nobody looks at."""

    def stands(self, state: State) -> None:
        """Nothing."""

    def silent(self, host: str, seconds: float, reason: str) -> None:
        """Nothing."""

    def ended(self, outcome: Outcome) -> None:
        """Nothing."""


async def _measured(folder: Path, address: str, hosts: int, contests: int, scheduler: psutil.Process) -> None:
    async with connected(address) as cluster:
        await cluster.wait_for(hosts, 600)
        there = [_host(worker, number) for number, worker in enumerate(await cluster.threads())]
        copies = {each: RunCopy(folder / f"{each.name}.jsonl") for each in there}
        order = Order(number=0, run="made-up", host="", arguments=())
        fleet = Fleet(cluster, SIDE, copies=copies, contents=[], order=order, board=Silent())
        before, begun_s, client_s = sum(scheduler.cpu_times()[:2]), time.monotonic(), time.process_time()
        outcomes = await fleet.each()
        took_s, client_s = time.monotonic() - begun_s, time.process_time() - client_s
        records = sum(copy.content().count(b"\n") for copy in copies.values())
        failed = [outcome for outcome in outcomes if outcome.status != 0]
        if failed or records != hosts * contests * TRIALS:
            raise RuntimeError(f"{records} records came, and {len(failed)} hosts failed: {failed[:3]}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{hosts} hosts, {contests} contests each, {records} records of {len(RECORD)} bytes: {took_s:.0f} s. "
            f"Client: {client_s:.0f} s of CPU, {1e6 * client_s / records:.1f} us a record, {peak:.0f} MB at most. "
            f"Scheduler: {sum(scheduler.cpu_times()[:2]) - before:.0f} s of CPU, "
            f"{scheduler.memory_info().rss / 2**20:.0f} MB."
        )
        for copy in copies.values():
            copy.close()


def _host(worker: str, number: int) -> Host:
    card = msgspec.structs.replace(CARD, name=f"host{number}")
    return Host(worker, HostFacts(card=card, machine=None, versions={}, code="", own=""))


async def _work(address: str, count: int) -> None:
    """Be the workers of some hosts, until somebody ends them."""
    async with contextlib.AsyncExitStack() as until:
        for _ in range(count):
            await until.enter_async_context(Worker(address, nthreads=1, dashboard=False))
        await asyncio.Event().wait()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(_work(sys.argv[1], int(sys.argv[2])))
