"""Means of sending to a thread: by reference."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from queue import Queue

from ._trips import seen, serve, timed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from ._shapes import Seen, Shape
    from ._trips import Unit

    Inbox = Any
    """A queue of threads or of processes."""


@contextmanager
def by_queue(shape: Shape, size: int) -> Iterator[Unit]:
    """Send through ``queue.Queue``."""
    payload = shape.make(size)
    inbox: Queue[Any] = Queue()
    outbox: Queue[Any] = Queue()
    worker = threading.Thread(target=serve, args=(shape, received(inbox), outbox.put), daemon=True)
    worker.start()

    def trip() -> Seen:
        inbox.put(payload)
        return seen(outbox.get())

    yield timed(trip, shape, payload)
    inbox.put(None)
    worker.join()


def received(inbox: Inbox) -> Iterator[object]:
    """Yield what comes out of a queue until None does; each item is forgotten before the next is asked for."""
    while True:
        item = inbox.get()
        if item is None:
            return
        yield item
        del item
