"""The shapes of payloads: how they are made, what is seen of them, and how they cross as bytes.

A size counts the bytes of the values: one for a character, eight for a number, forty for a record.
"""

from __future__ import annotations

import marshal
from binascii import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Protocol, Tuple

    Seen = Tuple[Any, ...]
    """What the other side saw of a payload, as plain values."""
    Payload = Any
    """An object that a shape makes, or what stands for it on the other side: a view of memory, say."""
    Buffer = Any
    """Memory: ``bytes``, a memoryview, a ctypes array, an mmap."""

    class Shape(Protocol):
        """A shape of payloads; ``inside`` names the one that takes its place in a subinterpreter."""

        @property
        def inside(self) -> str:
            """Return a name in `BY_NAME`."""

        def make(self, size: int) -> Payload:
            """Make a payload whose values take ``size`` bytes."""

        def ends(self, payload: Payload) -> Seen:
            """Return the payload's length, first item and last: plain values, as quick to get of a long payload."""

        def whole(self, payload: Payload) -> Seen:
            """Return the payload's ends, and a checksum of all in between."""

        def packed(self, payload: Payload) -> Buffer:
            """Return the payload as bytes or a buffer of them; without a copy where there need not be one."""

        def unpacked(self, buffer: Buffer) -> Payload:
            """Return the payload again; a view of the buffer where it can be one."""


BYTES_OF_A_NUMBER = 8
BYTES_OF_A_RECORD = 40


class Bytes:
    """``bytes``, or any buffer of them."""

    inside = "bytes"

    def make(self, size: int) -> bytes:
        """Make bytes of all values in turn."""
        return (bytes(range(256)) * (size // 256 + 1))[:size]

    def ends(self, payload: Payload) -> Seen:
        """Return the length, the first and the last byte."""
        return len(payload), payload[0], payload[-1]

    def whole(self, payload: Payload) -> Seen:
        """Return the ends and a checksum."""
        return (*self.ends(payload), crc32(payload))

    def packed(self, payload: bytes) -> bytes:
        """Return the payload as it is."""
        return payload

    def unpacked(self, buffer: Buffer) -> Payload:
        """Return the buffer as it is."""
        return buffer


class Text:
    """``str`` of one byte a character."""

    inside = "text"

    def make(self, size: int) -> str:
        """Make the alphabet, again and again."""
        return ("abcdefghijklmnopqrstuvwxyz " * (size // 27 + 1))[:size]

    def ends(self, payload: str) -> Seen:
        """Return the length, the first and the last character."""
        return len(payload), payload[0], payload[-1]

    def whole(self, payload: str) -> Seen:
        """Return the ends and a checksum."""
        return (*self.ends(payload), crc32(self.packed(payload)))

    def packed(self, payload: str) -> bytes:
        """Return the text as UTF-8."""
        return payload.encode()

    def unpacked(self, buffer: bytes) -> str:
        """Return the text that UTF-8 stands for."""
        return str(buffer, "utf-8")


class Integers:
    """A list of ``int``, each an object of its own."""

    inside = "integers"

    def make(self, size: int) -> List[int]:
        """Make numbers above those that Python keeps ready."""
        return list(range(1000, 1000 + max(1, size // BYTES_OF_A_NUMBER)))

    def ends(self, payload: List[int]) -> Seen:
        """Return the length, the first and the last number."""
        return len(payload), payload[0], payload[-1]

    def whole(self, payload: List[int]) -> Seen:
        """Return the ends and a checksum."""
        return (*self.ends(payload), crc32(repr(payload).encode()))

    def packed(self, payload: List[int]) -> bytes:
        """Return what ``marshal`` writes of the payload."""
        return marshal.dumps(payload)

    def unpacked(self, buffer: Buffer) -> Payload:
        """Return what ``marshal`` reads from the buffer."""
        return marshal.loads(buffer)  # noqa: S302 - both ends are ours


class Records(Integers):
    """A dict of dicts with a name, a count and a share each."""

    inside = "records"

    def make(self, size: int) -> Payload:
        """Make records numbered from 0."""
        count = max(1, size // BYTES_OF_A_RECORD)
        return {
            number: {"name": "record {:09d}".format(number), "count": 1000 + number, "share": number / count}
            for number in range(count)
        }

    def ends(self, payload: Payload) -> Seen:
        """Return the number of records, and the names of the first and the last."""
        return len(payload), payload[0]["name"], payload[len(payload) - 1]["name"]


class Doubles:
    """Memory that holds floating-point numbers, seen without NumPy."""

    inside = "doubles"

    def make(self, size: int) -> memoryview:
        """Make numbers from 0."""
        from array import array  # noqa: PLC0415 - only this shape needs it

        return memoryview(array("d", range(max(1, size // BYTES_OF_A_NUMBER))))

    def ends(self, payload: Payload) -> Seen:
        """Return the length, the first and the last number."""
        return len(payload), float(payload[0]), float(payload[-1])

    def whole(self, payload: Payload) -> Seen:
        """Return the ends and a checksum."""
        return (*self.ends(payload), crc32(payload))

    def packed(self, payload: Payload) -> memoryview:
        """Return the payload's memory as bytes."""
        return memoryview(payload).cast("B")

    def unpacked(self, buffer: Buffer) -> Payload:
        """Return the buffer's memory as numbers."""
        return memoryview(buffer).cast("B").cast("d")


class NumPyArray(Doubles):
    """A NumPy array of floating-point numbers; in a subinterpreter, where NumPy does not load, its memory."""

    def make(self, size: int) -> Payload:
        """Make numbers from 0."""
        return imported_numpy().arange(max(1, size // BYTES_OF_A_NUMBER), dtype="d")

    def unpacked(self, buffer: Buffer) -> Payload:
        """Return an array over the buffer's memory."""
        return imported_numpy().frombuffer(buffer, dtype="d")


def imported_numpy() -> Any:  # noqa: ANN401 - most machines that check this have no NumPy stubs
    """Import NumPy.

    Raises:
        NotImplementedError: it is not installed.
    """
    try:
        import numpy  # noqa: ICN001, PLC0415 - most targets have none
    except ImportError:
        raise NotImplementedError("NumPy is not installed here") from None
    return numpy


BY_NAME: Dict[str, Shape] = {shape.inside: shape for shape in (Bytes(), Text(), Integers(), Records(), Doubles())}
