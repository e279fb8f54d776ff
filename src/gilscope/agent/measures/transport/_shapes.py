"""The shapes of payloads: how one of a size is made, what is seen of it, and how it crosses where only bytes can.

A size counts the bytes of the values: one for a character, eight for a number, forty for a record.
"""

from __future__ import annotations

import marshal
from binascii import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Protocol

    from ._trips import Seen

    Payload = Any
    """Whatever a shape makes, and whatever stands for it on the other side: a view of memory, say."""
    Buffer = Any
    """``bytes``, a memoryview, a ctypes array, an mmap."""

    class Shape(Protocol):
        """What every shape can do; ``inside`` is the shape's name where it is looked at in a subinterpreter."""

        @property
        def inside(self) -> str:
            """A name in `BY_NAME`."""

        def make(self, size: int) -> Payload:
            """A payload whose values take so many bytes."""

        def ends(self, payload: Payload) -> Seen:
            """Its length, its first item and its last: plain values, which take no longer for a long payload."""

        def whole(self, payload: Payload) -> Seen:
            """The same with a checksum of all in between."""

        def packed(self, payload: Payload) -> Buffer:
            """The payload as bytes, or a buffer of them; without a copy where there need not be one."""

        def unpacked(self, buffer: Buffer) -> Payload:
            """The payload again; a view of the buffer where it can be one."""


BYTES_OF_A_NUMBER = 8
BYTES_OF_A_RECORD = 40


class Bytes:
    """``bytes``, or any buffer of them."""

    inside = "bytes"

    def make(self, size: int) -> bytes:
        """All values in turn."""
        return (bytes(range(256)) * (size // 256 + 1))[:size]

    def ends(self, payload: Payload) -> Seen:
        """Length, first and last byte."""
        return len(payload), payload[0], payload[-1]

    def whole(self, payload: Payload) -> Seen:
        """The same and a checksum."""
        return (*self.ends(payload), crc32(payload))

    def packed(self, payload: bytes) -> bytes:
        """As it is."""
        return payload

    def unpacked(self, buffer: Buffer) -> Payload:
        """As it is."""
        return buffer


class Text:
    """``str`` of one byte a character."""

    inside = "text"

    def make(self, size: int) -> str:
        """The alphabet, again and again."""
        return ("abcdefghijklmnopqrstuvwxyz " * (size // 27 + 1))[:size]

    def ends(self, payload: str) -> Seen:
        """Length, first and last character."""
        return len(payload), payload[0], payload[-1]

    def whole(self, payload: str) -> Seen:
        """The same and a checksum."""
        return (*self.ends(payload), crc32(self.packed(payload)))

    def packed(self, payload: str) -> bytes:
        """As UTF-8."""
        return payload.encode()

    def unpacked(self, buffer: bytes) -> str:
        """From UTF-8."""
        return str(buffer, "utf-8")


class Integers:
    """A list of ``int``, each an object of its own."""

    inside = "integers"

    def make(self, size: int) -> List[int]:
        """Numbers above those that Python keeps ready."""
        return list(range(1000, 1000 + max(1, size // BYTES_OF_A_NUMBER)))

    def ends(self, payload: List[int]) -> Seen:
        """Length, first and last number."""
        return len(payload), payload[0], payload[-1]

    def whole(self, payload: List[int]) -> Seen:
        """The same and a checksum."""
        return (*self.ends(payload), crc32(repr(payload).encode()))

    def packed(self, payload: List[int]) -> bytes:
        """By ``marshal``."""
        return marshal.dumps(payload)

    def unpacked(self, buffer: Buffer) -> Payload:
        """By ``marshal``."""
        return marshal.loads(buffer)  # noqa: S302 - both ends are ours


class Records(Integers):
    """A dict of dicts with a name, a count and a share each."""

    inside = "records"

    def make(self, size: int) -> Payload:
        """Records numbered from 0."""
        count = max(1, size // BYTES_OF_A_RECORD)
        return {
            number: {"name": "record {:09d}".format(number), "count": 1000 + number, "share": number / count}
            for number in range(count)
        }

    def ends(self, payload: Payload) -> Seen:
        """How many, and the names of the first and the last."""
        return len(payload), payload[0]["name"], payload[len(payload) - 1]["name"]


class Doubles:
    """A buffer of floating-point numbers, seen without NumPy."""

    inside = "doubles"

    def make(self, size: int) -> memoryview:
        """Numbers from 0."""
        from array import array  # noqa: PLC0415 - only this shape needs it

        return memoryview(array("d", range(max(1, size // BYTES_OF_A_NUMBER))))

    def ends(self, payload: Payload) -> Seen:
        """Length, first and last number."""
        return len(payload), float(payload[0]), float(payload[-1])

    def whole(self, payload: Payload) -> Seen:
        """The same and a checksum."""
        return (*self.ends(payload), crc32(payload))

    def packed(self, payload: Payload) -> memoryview:
        """The same memory."""
        return memoryview(payload).cast("B")

    def unpacked(self, buffer: Buffer) -> Payload:
        """The same memory."""
        return memoryview(buffer).cast("B").cast("d")


class NumPyArray(Doubles):
    """A NumPy array of floating-point numbers; in a subinterpreter, where NumPy does not load, its memory."""

    def make(self, size: int) -> Payload:
        """Numbers from 0."""
        return _numpy().arange(max(1, size // BYTES_OF_A_NUMBER), dtype="d")

    def unpacked(self, buffer: Buffer) -> Payload:
        """An array over the same memory."""
        return _numpy().frombuffer(buffer, dtype="d")


def _numpy() -> Any:  # noqa: ANN401 - most machines that check this have no NumPy stubs
    try:
        import numpy  # noqa: ICN001, PLC0415 - most targets have none
    except ImportError:
        raise NotImplementedError("NumPy is not installed here") from None
    return numpy


BY_NAME: Dict[str, Shape] = {shape.inside: shape for shape in (Bytes(), Text(), Integers(), Records(), Doubles())}
