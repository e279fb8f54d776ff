"""A word in a channel, a thread that runs source in an interpreter, and the answer in the same channel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from gilscope_agent import subinterpreter
from gilscope_agent.channels import Channel
from gilscope_agent.fault import LaneError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator, TypeVar

    Answer = TypeVar("Answer")

FIRST = """
from gilscope_agent.channels import Channel
channel = Channel({number})
"""


@contextmanager
def conversation(
    source: str, say: Callable[[Channel], None], hear: Callable[[Channel], Answer], *, own_gil: bool
) -> Iterator[Callable[[], Answer]]:
    """Say something, let ``source`` run with its end of the channel as ``channel``, hear what it answered.

    The interpreter is made once, since some versions leak megabytes with each.

    Raises:
        NotImplementedError: this version has no such interpreters.
    """
    try:
        identifier = subinterpreter.create(own_gil=own_gil)
    except LaneError as error:
        raise NotImplementedError(str(error)) from error
    channel = Channel()
    subinterpreter.run(identifier, subinterpreter.mount() + FIRST.format(number=channel.number))
    with ThreadPoolExecutor(1) as thread:

        def talk() -> Answer:
            say(channel)
            thread.submit(subinterpreter.run, identifier, source).result()
            return hear(channel)

        yield talk
    subinterpreter.destroy(identifier)
    channel.destroy()
