"""Many made-up hosts on a real scheduler of Dask: what the client and the scheduler take for them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

import msgspec
import psutil

from gilscope import store
from gilscope.fleet.dispatch import Fleet, Outcome
from gilscope.fleet.hosts import Host
from gilscope.fleet.values import Ending, HostFacts, HostSide, Look, Order, Planned, State
from gilscope.interchange import decoded, encoded

MAXIMUM = 2**16
TRIALS = 40
"""Records of a contest, about as many as a suite's quickest contests have."""
RECORD = b'{"type":"trial","contest":"%b","lane":"3.14t:threads-2","launch":%d,"round":%d,"loops":10,"wall_ns":12345678,' \
    b'"starts_ns":[1000,1000],"ends_ns":[12345678,12345678],"cpu_ns":[12345678,12345678],"wait_ns":[0,0],' \
    b'"gil_before":false,"gil_after":false,"digest":"0123456789abcdef"}\n'


class Duty:
    """A made-up order: its records come as they are looked at."""

    def __init__(self, contests: int) -> None:
        self.content = b"".join(
            RECORD % (f"cpu/made_up_{number}@3.14t".encode(), trial // 4, trial % 4)
            for number in range(contests)
            for trial in range(TRIALS)
        )
        self.shown = 0
        self.order: Order | None = None


DUTIES: dict[str, Duty] = {}
CONTESTS = int(os.environ.get("MADE_UP_CONTESTS", "100"))
A_LOOK = 20_000


def _duty(name: str) -> Duty:
    return DUTIES.setdefault(name, Duty(CONTESTS))


def measure(content: bytes) -> None:
    """Begin."""
    order = decoded(content, msgspec.json.Decoder(Order))
    _duty(order.host).order = order


def look(run: str, name: str, offset: int) -> Look:
    """Return what has come since."""
    duty = _duty(name)
    if duty.order is None:
        return Look(b"", None)
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
