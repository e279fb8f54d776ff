"""Channels and queues between interpreters, on each version's own API (see also `subinterpreter`).

======== ============================================= ========================
version  channels                                      queues
======== ============================================= ========================
3.8-3.11 ``_xxsubinterpreters``, names ``channel_...`` none
3.12     ``_xxinterpchannels``                         none
3.13 on  ``_interpchannels``                           ``_interpqueues``
======== ============================================= ========================

From 3.14 on, both pickle what is not shareable. Neither can be waited for: who receives must have learnt by other means
that something is there. What was sent is lost with the interpreter that sent it, unless it was received before.
"""

from __future__ import annotations

import importlib.util

from .subinterpreter import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

UNBOUND = 3
"""The kind of placeholder for an item whose interpreter has ended; nobody here receives one."""

SHAREABLE_ONLY = 0
"""3.13's way to send a value: as it is, or not at all."""


class Channel:
    """A channel, first in, first out: a new one, or the existing one of this number.

    It lives as long as the object that made it, in the interpreter that made it.
    """

    def __init__(self, number: Optional[int] = None) -> None:
        self._low = _module("_interpchannels", "_xxinterpchannels", "_xxsubinterpreters")
        self._prefix = "channel_" if VERSION < (3, 12) else ""
        self._identifier = self._create() if number is None else number
        self.number = int(self._identifier)
        self._send = self._function("send")
        self._receive = self._function("recv")

    def send(self, value: object) -> None:
        """Put a value in without waiting until it is received, which from 3.13 on is the default."""
        if VERSION >= (3, 13):
            self._send(self.number, value, blocking=False)
        else:
            self._send(self.number, value)

    def receive(self) -> Any:  # noqa: ANN401 - whatever was sent
        """Take the next value out; raise the version's own error where there is none."""
        received = self._receive(self.number)
        return received[0] if VERSION >= (3, 13) else received

    def destroy(self) -> None:
        """End the channel for all interpreters."""
        self._function("destroy")(self.number)

    def _create(self) -> Any:  # noqa: ANN401 - an identifier whose type has no name
        create = self._function("create")
        return create(UNBOUND) if VERSION >= (3, 13) else create()

    def _function(self, name: str) -> Any:  # noqa: ANN401 - the modules have no stubs
        return getattr(self._low, self._prefix + name)


class Queue:
    """A queue, first in, first out, for any number of interpreters; it lives until it is destroyed.

    Raises:
        NotImplementedError: this version has none.
    """

    def __init__(self, number: Optional[int] = None) -> None:
        if VERSION < (3, 13):
            raise NotImplementedError("queues between interpreters came with 3.13")
        self._low = _module("_interpqueues")
        self.number: int = self._create() if number is None else number

    def send(self, value: object) -> None:
        """Put a value in."""
        if VERSION >= (3, 14):
            self._low.put(self.number, value)
        else:
            self._low.put(self.number, value, SHAREABLE_ONLY, UNBOUND)

    def receive(self) -> Any:  # noqa: ANN401 - whatever was sent
        """Take the next value out; raise the version's own error where there is none."""
        return self._low.get(self.number)[0]

    def destroy(self) -> None:
        """End the queue for all interpreters."""
        self._low.destroy(self.number)

    def _create(self) -> int:
        if VERSION >= (3, 14):
            number: int = self._low.create(0, UNBOUND, -1)
        else:
            number = self._low.create(0, SHAREABLE_ONLY, UNBOUND)
        return number


def _module(*names: str) -> Any:  # noqa: ANN401 - the modules have no stubs, and differ between versions
    """Import the first of the modules that this build has.

    Raises:
        NotImplementedError: there is none.
    """
    if VERSION == (3, 13):
        importlib.import_module("_interpreters")  # else no memoryview can be received
    known = [name for name in names if importlib.util.find_spec(name) is not None]
    if not known:
        message = "this build has no {} module".format(names[0])
        raise NotImplementedError(message)
    return importlib.import_module(known[0])
