# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = ["shared-gil", "own-gil"]
# ///
"""How long does a subinterpreter take to receive a marshalled list through a channel, and to answer with another?

A hundred numbers go there, five come back: the first program that was shown of PEP 554, on every version's own API.
"""

from __future__ import annotations

import marshal
from functools import partial

from gilscope_agent.measures.channels._conversation import conversation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List

    Channel = Any

IN_THE_INTERPRETER = """
import marshal
numbers = marshal.loads(channel.receive())
if numbers != list(range(100)):
    raise ValueError(numbers)
channel.send(marshal.dumps([1, 2, 3, 4, 5]))
"""


def say(channel: Channel) -> None:
    """Send a hundred numbers."""
    channel.send(marshal.dumps(list(range(100))))


def hear(channel: Channel) -> List[int]:
    """Receive the answer."""
    numbers: List[int] = marshal.loads(channel.receive())  # noqa: S302 - both ends are ours
    return numbers


def check(answer: List[int]) -> None:
    """Refuse any answer but the five numbers."""
    assert answer == [1, 2, 3, 4, 5], answer  # noqa: S101 - check() asserts by contract


shared_gil = partial(conversation, IN_THE_INTERPRETER, say, hear, own_gil=False)
own_gil = partial(conversation, IN_THE_INTERPRETER, say, hear, own_gil=True)
