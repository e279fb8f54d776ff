"""JSON from outside as values: whatever is wrong with it, the error is of one kind.

msgspec has an error of its own for what is no JSON, or no value of the type. Bytes that are no UTF-8 and texts that are
nested too deep raise others.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

Value = TypeVar("Value")


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
