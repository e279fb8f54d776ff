"""A subinterpreter that looks at payloads: made, run and ended by a thread of its own, and reached through pipes."""

from __future__ import annotations

import marshal
import os
import threading
from queue import SimpleQueue

from gilscope_agent import subinterpreter
from gilscope_agent.fault import LaneError
from gilscope_agent.remote import PipeEnd

from ._trips import seen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from ._shapes import Buffer, Seen, Shape

HAS_OWN_GIL = subinterpreter.VERSION >= (3, 12)

LIFE = """
from gilscope_agent.measures.transport import _inside
_inside.live({shape!r}, {receive!r}, {means!r}, {orders}, {answers})
"""


class Neighbour:
    """The context of a subinterpreter; ``receive`` names the function of ``_inside`` that gets payloads by ``means``.

    Raises:
        NotImplementedError: this build has no subinterpreters.
    """

    def __init__(self, shape: Shape, receive: str, *means: object) -> None:
        self._orders_in, self._orders = os.pipe()
        answers_in, self._answers_out = os.pipe()
        self._answers = PipeEnd(answers_in)
        self._refusal: SimpleQueue[Optional[LaneError]] = SimpleQueue()
        source = LIFE.format(
            shape=shape.inside, receive=receive, means=means, orders=self._orders_in, answers=self._answers_out
        )
        self._thread = threading.Thread(target=self._live, args=(source,), daemon=True)

    def __enter__(self) -> Neighbour:  # noqa: PYI034 - typing.Self is younger than the agent's Python
        """Wait until the interpreter is there."""
        self._thread.start()
        refusal = self._refusal.get()
        if refusal is not None:
            raise NotImplementedError(str(refusal))
        return self

    def __exit__(self, *_: object) -> None:
        """End the orders, and the interpreter with them."""
        os.close(self._orders)
        self._thread.join()
        for fd in (self._orders_in, self._answers.fd, self._answers_out):
            os.close(fd)

    def write(self, data: Buffer) -> None:
        """Send bytes, all of them; the other side reads meanwhile."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._orders, rest) :]

    def answer(self) -> Seen:
        """Return what the interpreter saw.

        Raises:
            OtherSideError: the other side failed.
        """
        return seen(marshal.loads(self._answers.recv_bytes()))  # noqa: S302 - both ends are ours

    def _live(self, source: str) -> None:
        try:
            identifier = subinterpreter.create(own_gil=HAS_OWN_GIL)
        except LaneError as error:
            self._refusal.put(error)
            return
        self._refusal.put(None)
        try:
            subinterpreter.run(identifier, subinterpreter.mount() + source)
        except LaneError as error:
            PipeEnd(self._answers_out).send_bytes(marshal.dumps(str(error)))
        subinterpreter.destroy(identifier)
