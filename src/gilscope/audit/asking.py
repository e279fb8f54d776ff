"""Subjects are imported in processes of their own, and what happens there is heard."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from gilscope.audit.values import (
    Begins,
    Called,
    Declares,
    Done,
    End,
    Ends,
    Event,
    Fails,
    Forks,
    Lacks,
    Load,
    Loaded,
    Loads,
    Seen,
    Way,
)
from gilscope.interchange import decoded, encoded
from gilscope.places import AUDIT
from gilscope.processes import child
from gilscope.processes.child import death

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gilscope.audit.values import Error
    from gilscope.processes.child import Ended
    from gilscope.processes.guardian import Guardian

MOST_BYTES = 64_000_000
RESTARTS = 4
"""How often a subject is gone on with behind a target at which the process died or hung."""
LEFT_OUT = ("DISPLAY", "WAYLAND_DISPLAY", "PYTHON_GIL", "GILSCOPE_WITHOUT")
"""Variables that are the person's and no matter of an import: windows, which none is to open, and what would decide."""
UNHEARD = 76
"""The exit status by which a process says that it cannot report any more."""
NO_MODULE = "does not define module export function"
"""What Python says of a shared library that is no module."""

_events = msgspec.json.Decoder(Event)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What one process is to import, one way, in one environment."""

    python: str
    way: Way
    targets: tuple[str, ...]
    function: str
    environ: dict[str, str]


def asked_environment(environ: Mapping[str, str], *, gil_off: bool) -> dict[str, str]:
    """The environment in which something is imported, where the GIL can be kept off whatever is loaded."""
    forced = {"PYTHON_GIL": "0"} if gil_off else {}
    return {name: value for name, value in environ.items() if name not in LEFT_OUT} | forced


def seen(asked: Asked, limit_s: float, guardian: Guardian, stopped: Callable[[], bool]) -> Seen:
    """Import all targets, each within a limit, whatever the ones before it did to their process."""
    hearing = _Hearing()
    left = list(asked.targets)
    restarts = 0
    while left and restarts < RESTARTS:
        restarts += 1
        hearing.begins_anew()
        order = encoded({"way": asked.way, "targets": left, "function": asked.function, "unheard": UNHEARD}).decode()
        try:
            ended = child.run(
                [asked.python, "-W", "ignore", "-B", str(AUDIT), order],
                environ=asked.environ,
                limit_s=limit_s,
                on_line=hearing.heard,
                most_bytes=MOST_BYTES,
                guardian=contextlib.nullcontext(guardian),
                stopped=stopped,
            )
        except (OSError, ValueError) as error:
            return Seen(way=asked.way, errors={}, loads=(), lacking=f"{asked.python} cannot be started: {error}")
        hearing.printed = hearing.printed or next(iter(ended.errors.strip().splitlines()), "")
        if hearing.is_done or hearing.lacking:
            break
        if hearing.at is None:
            hearing.lacking = f"{_end(ended).words} before anything was imported"
            break
        hearing.ends[hearing.at] = _end(ended)
        left = [target for target in left[left.index(hearing.at) + 1 :] if target != hearing.loading]
    return hearing.seen(asked.way, () if hearing.is_done or hearing.lacking else left)


def _end(ended: Ended) -> End:
    """How a process ended that did not come to the end of its order."""
    if ended.cut_short is not None:
        return End("hangs" if "did not end" in ended.cut_short else "crashes", ended.cut_short)
    if ended.status == UNHEARD:
        return End("not looked at", "it closed the descriptor by which it is heard")
    return End("crashes", f"it {death(ended.status)}")


class _Hearing:
    """What is heard from the processes of one subject."""

    def __init__(self) -> None:
        self.at: str | None = None
        self.is_done = False
        self.ends: dict[str, End] = {}
        self.printed = ""
        self.lacking = ""
        self._errors: dict[str, Error | None] = {}
        self._loads: list[Load] = []
        self._gil_on = ""
        self._forked = False
        self._called: Called | None = None

    @property
    def loading(self) -> str:
        """The extension at which the process was when it ended; it would end there again."""
        own = (load for load in reversed(self._loads) if load.target == self.at)
        return next((load.module for load in own if not load.is_over), "")

    def begins_anew(self) -> None:
        """A process is about to start."""
        self.at = None

    def heard(self, line: str) -> None:
        """Note what a line says; foreign lines say nothing."""
        with contextlib.suppress(msgspec.DecodeError):
            match decoded(line.strip().removeprefix("\x1e").encode(), _events):
                case Begins(target):
                    self.at = target
                case Ends(target, error, gil_on):
                    self._errors[target] = self._errors.get(target) or error
                    self._gil_on = self._gil_on or target * gil_on
                case Loads() | Declares() | Loaded() | Fails() as event:
                    self._hear_of_extension(event)
                case Forks():
                    self._forked = True
                case Called() as called:
                    self._called = called
                case Lacks(error=words):
                    self.lacking = words
                case Done():
                    self.is_done = True

    def _hear_of_extension(self, event: Loads | Declares | Loaded | Fails) -> None:
        """Note an attempt at an extension, or what became of the latest one."""
        match event:
            case Loads(module, path, chain):
                self._loads.append(Load(module=module, path=path, target=self.at or "", chain=chain))
            case Declares(module):
                self._note(module, declared=event)
            case Loaded(module):
                self._note(module, is_over=True)
            case Fails(module, error):
                self._note(module, error=error, is_over=True)

    def _note(self, module: str, **news: object) -> None:
        """Note what became of the latest attempt at a module that is not over."""
        for number, load in reversed(list(enumerate(self._loads))):
            if load.module == module and not load.is_over:
                self._loads[number] = msgspec.structs.replace(load, **news)
                return

    def seen(self, way: Way, untried: Sequence[str]) -> Seen:
        """All of it; ``untried`` are targets to which no process came."""
        libraries = {load.module for load in self._loads if load.error and NO_MODULE in load.error.root}
        return Seen(
            way=way,
            errors={target: error for target, error in self._errors.items() if target not in libraries},
            loads=tuple(load for load in self._loads if load.module not in libraries),
            ends=self.ends,
            untried=tuple(untried),
            gil_on=self._gil_on,
            forked=self._forked,
            printed=self.printed,
            lacking=self.lacking,
            called=self._called,
        )


def targets_of(modules: Sequence[str], extensions: Sequence[str]) -> tuple[str, ...]:
    """What is imported of a subject, in order: as people import it, then every extension by its own name."""
    return (*modules, *(name for name in extensions if name not in modules))
