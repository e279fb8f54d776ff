"""Channels and queues between interpreters, on each version's own API (as in `subinterpreter`).

======== ============================================= ==================
version  channels                                      queues
======== ============================================= ==================
3.8-3.11 ``_xxsubinterpreters``, names ``channel_...`` none
3.12     ``_xxinterpchannels``                         none
3.13     ``_interpchannels``                           ``_interpqueues``
3.14 on  the same, which pickle what is not shareable  the same, likewise
======== ============================================= ==================

None of them can be waited for: who receives must have been told by other means that something is there.
What was sent is lost with the interpreter that sent it, unless it was received before.
"""

from __future__ import annotations

import importlib.util

from .subinterpreter import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

UNBOUND = 3
"""What an item becomes whose interpreter has ended: a placeholder, which nobody here receives."""

SHAREABLE_ONLY = 0
"""How 3.13 sends: as it is, or not at all."""


class Channel:
    """Values in order, first in, first out; one made here, or the one of this number.

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
        """Put a value in; from 3.13 on it would wait until it is received if it were not told not to."""
        if VERSION >= (3, 13):
            self._send(self.number, value, blocking=False)
        else:
            self._send(self.number, value)

    def receive(self) -> Any:  # noqa: ANN401 - whatever was sent
        """The next value; an error where there is none."""
        received = self._receive(self.number)
        return received[0] if VERSION >= (3, 13) else received

    def destroy(self) -> None:
        """End it for all interpreters."""
        self._function("destroy")(self.number)

    def _create(self) -> Any:  # noqa: ANN401 - an identifier whose type has no name
        create = self._function("create")
        return create(UNBOUND) if VERSION >= (3, 13) else create()

    def _function(self, name: str) -> Any:  # noqa: ANN401 - the modules have no stubs
        return getattr(self._low, self._prefix + name)


class Queue:
    """The same as a `Channel`, which any number of interpreters may use; it lives until it is destroyed.

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
        """The next value; an error where there is none."""
        return self._low.get(self.number)[0]

    def destroy(self) -> None:
        """End it for all interpreters."""
        self._low.destroy(self.number)

    def _create(self) -> int:
        if VERSION >= (3, 14):
            number: int = self._low.create(0, UNBOUND, -1)
        else:
            number = self._low.create(0, SHAREABLE_ONLY, UNBOUND)
        return number


def _module(*names: str) -> Any:  # noqa: ANN401 - the modules have no stubs, and differ between versions
    """The first of the modules that there is.

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
