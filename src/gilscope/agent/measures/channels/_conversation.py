"""A conversation: a word in a channel, source run in an interpreter by a thread, an answer in that channel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from gilscope_agent import subinterpreter
from gilscope_agent.channels import Channel
from gilscope_agent.measures import _offered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator, TypeVar

    Reply = TypeVar("Reply")

FIRST = """
from gilscope_agent.channels import Channel
channel = Channel({number})
"""


@contextmanager
def conversation(
    source: str, say: Callable[[Channel], None], hear: Callable[[Channel], Reply], *, own_gil: bool
) -> Iterator[Callable[[], Reply]]:
    """Say something, let ``source`` run with its end of the channel as ``channel``, hear what it answered.

    The interpreter is made once, since some versions leak megabytes with each.

    Raises:
        NotImplementedError: this version has no interpreters of this kind.
    """
    identifier = _offered.interpreter(own_gil=own_gil)
    channel = Channel()
    subinterpreter.run(identifier, subinterpreter.mount() + FIRST.format(number=channel.number))
    with ThreadPoolExecutor(1) as thread:

        def talk() -> Reply:
            say(channel)
            thread.submit(subinterpreter.run, identifier, source).result()
            return hear(channel)

        yield talk
    subinterpreter.destroy(identifier)
    channel.destroy()
