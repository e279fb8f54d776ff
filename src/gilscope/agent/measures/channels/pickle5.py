# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["shared-gil", "own-gil"]
# ///
"""How long does a subinterpreter take to reverse an array that is pickled with its memory out of band?

Pickle's protocol 5 (PEP 574) gives the array's memory apart from the pickle. It goes through the channel after it: from
3.13 on as a ``memoryview``, which copies nothing, before as bytes. The answer's memory comes back as bytes always: it
belongs to the interpreter, which may be gone before the answer is read.
"""

from __future__ import annotations

import pickle
from array import array
from functools import partial

from gilscope_agent.measures.channels._conversation import conversation
from gilscope_agent.subinterpreter import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List

    Channel = Any

NUMBERS = array("q", [5, 4, 3, 2, 1])

IN_THE_INTERPRETER = """
import pickle
from array import array
numbers = memoryview(pickle.loads(channel.receive(), buffers=[channel.receive()])).cast("B").cast("q")
answer = array("q", reversed(numbers))
numbers.release()
buffers = []
channel.send(pickle.dumps(pickle.PickleBuffer(answer), protocol=5, buffer_callback=buffers.append))
channel.send(bytes(buffers.pop()))
"""


def say(channel: Channel) -> None:
    """Send the pickle, then the memory."""
    buffers: List[pickle.PickleBuffer] = []
    channel.send(pickle.dumps(pickle.PickleBuffer(NUMBERS), protocol=5, buffer_callback=buffers.append))
    memory = buffers.pop().raw()
    channel.send(memory if VERSION >= (3, 13) else bytes(memory))


def hear(channel: Channel) -> List[int]:
    """Receive the answer as numbers."""
    memory = pickle.loads(channel.receive(), buffers=[channel.receive()])  # noqa: S301 - both ends are ours
    return memoryview(memory).cast("q").tolist()


def check(answer: List[int]) -> None:
    """Refuse any answer but the numbers in reverse."""
    assert answer == list(reversed(NUMBERS)), answer  # noqa: S101 - check() asserts by contract


shared_gil = partial(conversation, IN_THE_INTERPRETER, say, hear, own_gil=False)
own_gil = partial(conversation, IN_THE_INTERPRETER, say, hear, own_gil=True)
