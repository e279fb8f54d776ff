"""Subjects are imported in processes of their own, and what happens there is heard."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from gilscope.audit.values import Begins, Called, Ends, Event, Fails, Forks, Lacks, Load, Loaded, Loads, Seen, Way
from gilscope.interchange import decoded, encoded
from gilscope.places import AUDIT
from gilscope.processes import child
from gilscope.processes.child import death

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gilscope.audit.values import Error
    from gilscope.processes.guardian import Guardian

MOST_BYTES = 64_000_000
RESTARTS = 4
"""How often a subject is gone on with behind a target at which the process died or hung."""
SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")
"""Variables by which windows are opened, which no import is to do."""
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
    return {name: value for name, value in environ.items() if name not in SCREENS} | forced


def seen(asked: Asked, limit_s: float, guardian: Guardian, stopped: Callable[[], bool]) -> Seen:
    """Import all targets, each within a limit, whatever the ones before it did to their process."""
    hearing = _Hearing()
    left = list(asked.targets)
    for _ in range(RESTARTS):
        hearing.begins_anew()
        order = encoded({"way": asked.way, "targets": left, "function": asked.function}).decode()
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
        if ended.succeeded or hearing.at is None:
            if not ended.succeeded and not hearing.lacking:
                hearing.lacking = ended.cut_short or f"it {death(ended.status)} before anything was imported"
            break
        hearing.ends[hearing.at] = ended.cut_short or f"it {death(ended.status)}"
        left = left[left.index(hearing.at) + 1 :]
        if not left:
            break
    return hearing.seen(asked.way)


class _Hearing:
    """What is heard from the processes of one subject."""

    def __init__(self) -> None:
        self.at: str | None = None
        self.ends: dict[str, str] = {}
        self.printed = ""
        self.lacking = ""
        self._errors: dict[str, Error | None] = {}
        self._loads: dict[str, Load] = {}
        self._fresh: set[str] = set()
        self._forked = False
        self._called: Called | None = None

    def begins_anew(self) -> None:
        """A process is about to start."""
        self.at = None

    def heard(self, line: str) -> None:
        """Note what a line says; foreign lines say nothing."""
        with contextlib.suppress(msgspec.DecodeError):
            match decoded(line.strip().removeprefix("\x1e").encode(), _events):
                case Begins(target):
                    self.at = target
                case Ends(target, error):
                    self.at = None
                    self._errors[target] = self._errors.get(target) or error
                case Loads(module, path, chain):
                    if module not in self._loads:
                        self._fresh.add(module)
                        self._loads[module] = Load(module=module, path=path, target=self.at or "", chain=chain)
                case Loaded() as loaded:
                    self._note(loaded.module, loaded=loaded)
                case Fails(module, error):
                    self._note(module, error=error)
                case Forks():
                    self._forked = True
                case Called() as called:
                    self._called = called
                case Lacks(error=words):
                    self.lacking = words

    def _note(self, module: str, loaded: Loaded | None = None, error: Error | None = None) -> None:
        """Note what became of the first attempt at a module."""
        if module in self._fresh:
            self._fresh.remove(module)
            self._loads[module] = msgspec.structs.replace(self._loads[module], loaded=loaded, error=error)

    def seen(self, way: Way) -> Seen:
        """All of it."""
        libraries = {name for name, load in self._loads.items() if load.error and NO_MODULE in load.error.root}
        return Seen(
            way=way,
            errors={target: error for target, error in self._errors.items() if target not in libraries},
            loads=tuple(load for name, load in self._loads.items() if name not in libraries),
            ends=self.ends,
            forked=self._forked,
            printed=self.printed,
            lacking=self.lacking,
            called=self._called,
        )


def targets_of(modules: Sequence[str], extensions: Sequence[str]) -> tuple[str, ...]:
    """What is imported of a subject, in order: as people import it, then every extension by its own name."""
    return (*modules, *(name for name in extensions if name not in modules))
