"""What a worker of a Dask cluster does for `gilscope fleet`: its client calls these functions there.

An order is carried out by a gilscope of its own, a child of the worker, which ends with it. What it measures goes to a
file of this host as it comes; the client copies that, line by line, as often as it looks. Where the client is gone, the
scheduler takes its tasks back, and the host ends what it does and keeps what it has.
"""

from __future__ import annotations

import contextlib
import math
import os
import sys
import threading
from importlib.metadata import version
from pathlib import Path

import msgspec

from gilscope import cached, places
from gilscope.commands import output
from gilscope.fleet.content import Content, unpack
from gilscope.fleet.values import Ending, HostFacts, HostSide, Look, Moment, News, Order, Planned, State, Waiting
from gilscope.interchange import decoded, encoded
from gilscope.lab import host
from gilscope.processes import child
from gilscope.processes.environment import without_python
from gilscope.processes.guardian import Guardian
from gilscope.store import run_path

MOST_AT_ONCE = 4_000_000
"""Bytes of records that one look brings."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""What Linux calls its life from start to shutdown: one for all containers of a machine."""
VERSIONS = ("gilscope", "dask", "distributed")
"""Packages of which a client and its hosts have one version."""

_news = msgspec.json.Decoder(News)
_orders = msgspec.json.Decoder(Order)


class _Duty:
    """An order that is carried out here: where it stands, and whether anybody still wants that."""

    def __init__(self, order: Order) -> None:
        from distributed import get_worker

        self.state = State(run=order.run, host=order.host, number=order.number)
        self.is_stopped = threading.Event()
        self._worker = get_worker()
        self._task = self._worker.get_current_task()

    def heard(self, line: str) -> None:
        """Note what the child says; an empty line says nothing."""
        with contextlib.suppress(msgspec.DecodeError):
            match decoded(line.encode(), _news):
                case Planned() as planned:
                    self.state = msgspec.structs.replace(self.state, planned=planned)
                case Moment() | Waiting() as doing:
                    self.state = msgspec.structs.replace(self.state, doing=doing)

    def is_over(self) -> bool:
        """Whether nobody asks for it any more: it was stopped or taken back, or the worker closes."""
        from distributed import Status

        task = self._worker.state.tasks.get(self._task)
        is_wanted = task is not None and task.state == "executing"
        is_open = self._worker.status in {Status.running, Status.paused}
        return self.is_stopped.is_set() or not is_wanted or not is_open


_DUTIES: dict[tuple[str, str], _Duty] = {}
"""The latest order of each run and host in this process."""


def describe() -> bytes:
    """Say what this host is, as JSON."""
    return encoded(
        HostFacts(
            card=host.card(),
            machine=BOOT_ID.read_text("ascii").strip() if BOOT_ID.exists() else None,
            versions={name: version(name) for name in VERSIONS},
            code=cached.of_code(),
            own=own_content().digest,
        )
    )


def own_content() -> Content:
    """The probes and suites of this gilscope."""
    from gilscope.fleet.content import pack

    folders = (places.PROBES, places.SUITES.parent)
    names = [path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts]
    return pack(places.HOME, [str(path.relative_to(places.HOME)) for path in names])


def lacks(digests: tuple[str, ...]) -> tuple[str, ...]:
    """Return those contents that are not here."""
    return tuple(digest for digest in digests if not (_contents() / digest).is_dir())


def take(digest: str, packed: bytes) -> str:
    """Unpack a content, and return in words what went wrong."""
    try:
        unpack(Content(digest, packed), _contents())
    except (OSError, ValueError) as error:
        return f"what was sent along cannot be unpacked in {_contents()}: {error}"
    return ""


def size(run: str, name: str) -> int:
    """Return how many bytes of a run's records this host has."""
    try:
        return _records(run, name).stat().st_size
    except OSError:
        return 0


def restore(run: str, name: str, content: bytes) -> str:
    """Put records back that this host has lost, and return in words what went wrong."""
    try:
        cached.replace(_records(run, name), content)
    except OSError as error:
        return f"records cannot be put back in {_records(run, name)}: {error.strerror}"
    return ""


def measure(content: bytes) -> None:
    """Carry out an order to its end, or until nobody asks for it any more."""
    order = decoded(content, _orders)
    duty = _DUTIES[order.run, order.host] = _Duty(order)
    path = _records(order.run, order.host).with_suffix(".json")
    environ = _as_started()
    if order.own is not None:
        environ[places.OTHER_HOME] = str(_contents() / order.own)
    try:
        cached.replace(path, content)
        ended = child.run(
            [sys.executable, "-m", "gilscope", "fleet", "obey", str(path)],
            environ=environ,
            limit_s=math.inf,
            folder=path.parent if order.project is None else _contents() / order.project / order.folder,
            on_line=duty.heard,
            guardian=Guardian(),
            stopped=duty.is_over,
        )
        words = ended.cut_short or ended.errors.strip()
        ending = Ending(status=ended.status, words="" if ended.succeeded else words.removeprefix("gilscope: "))
    except OSError as error:
        ending = Ending(status=1, words=f"the order cannot be carried out: {error}")
    duty.state = msgspec.structs.replace(duty.state, ending=ending, doing=None)


def look(run: str, name: str, offset: int) -> Look:
    """Return whole lines of a run's records from an offset on, and where the host stands."""
    duty = _DUTIES.get((run, name))
    state = None
    if duty is not None:
        state = encoded(duty.state)  # before the lines: with those of a state of the end, there are all
    lines = b""
    with contextlib.suppress(OSError), _records(run, name).open("rb") as records:
        records.seek(offset)
        lines = records.read(MOST_AT_ONCE)
    return Look(lines[: lines.rfind(b"\n") + 1], state)


def stop(run: str, name: str) -> None:
    """End what is measured for a run, which keeps what it has."""
    duty = _DUTIES.get((run, name))
    if duty is not None:
        duty.is_stopped.set()


def forget(run: str, name: str) -> None:
    """Remove the records of a run that was copied to its end."""
    for path in (_records(run, name), _records(run, name).with_suffix(".json")):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # other hosts of this machine may still have theirs there
        _records(run, name).parent.rmdir()


def states() -> list[bytes]:
    """Return where this worker stands with all that it measures."""
    return [encoded(duty.state) for duty in list(_DUTIES.values()) if duty.state.ending is None]


def _as_started() -> dict[str, str]:
    """The environment in which the worker was started, for programs that are no Python of its own.

    Dask's nanny sets variables for the worker that it looks after, such as a single thread for OpenMP: these would
    change what is measured.
    """
    from dask import config
    from psutil import Error, Process

    theirs = config.get("distributed.nanny.pre-spawn-environ", {}) | config.get("distributed.nanny.environ", {})
    given: dict[str, str] = {}
    parent = Process().parent()
    with contextlib.suppress(Error):
        given = {} if parent is None else parent.environ()
    kept = {name: value for name, value in os.environ.items() if name not in theirs or name in given}
    return without_python(kept) | {name: kept[name] for name in ("PYTHONPATH",) if name in kept}


def _contents() -> Path:
    return output.cache_dir() / "fleet" / "contents"


def _records(run: str, name: str) -> Path:
    """The file of a run's records on this host, named after it, since hosts may share a home."""
    return run_path(run_path(output.cache_dir() / "fleet", run).with_suffix(""), name)


HOST_SIDE = HostSide(
    describe=describe,
    lacks=lacks,
    unpack=take,
    size=size,
    restore=restore,
    measure=measure,
    look=look,
    stop=stop,
    forget=forget,
    states=states,
)
