"""What a call of a person's function comes to, once all of it has run."""

from __future__ import annotations

import asyncio
import inspect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, AsyncIterator, List


def whole(value: Any) -> Any:  # noqa: ANN401 - a function may return anything
    """Run a coroutine to its end, and a generator to its last item; anything else is whole already."""
    if inspect.iscoroutine(value):
        return asyncio.run(value)
    if inspect.isasyncgen(value):
        return asyncio.run(_items(value))
    return list(value) if inspect.isgenerator(value) else value


async def _items(values: AsyncIterator[Any]) -> List[Any]:
    return [value async for value in values]
