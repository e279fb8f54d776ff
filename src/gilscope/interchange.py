"""JSON that others write, and JSON of what others named: whatever text there is, none ends a command.

msgspec has an error of its own for what is no JSON, or no value of the type. Bytes that are no UTF-8 and texts that are
nested too deep raise others. The other way round, a file's name of bytes that are no UTF-8 is a text that no UTF-8 can
hold (PEP 383), so that it is written as escapes.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

Value = TypeVar("Value")


_encoder = msgspec.json.Encoder()


def encoded(value: object) -> bytes:
    """A value as JSON in one line; what no UTF-8 can hold is written as escapes."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(_readable(msgspec.to_builtins(value)))


def _readable(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_readable(name): _readable(item) for name, item in value.items()}
        case list() | tuple():
            return [_readable(item) for item in value]
        case _:
            return value


def decoded(content: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[Value]) -> Value:
    """The value that some JSON is.

    Raises:
        DecodeError: msgspec's: the content is no JSON, or none of the decoder's type; the text says where.
    """
    try:
        return decoder.decode(content)
    except msgspec.DecodeError:
        raise
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"it is not UTF-8 throughout ({error.reason})") from error
    except (RecursionError, MemoryError) as error:
        raise msgspec.DecodeError("it is nested too deep") from error
