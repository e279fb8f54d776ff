"""The part that all pages share: Vega as a script, and the charts as Vega-Lite's specifications.

Both take longer to make than all the rest of a page, so they are kept; altair is loaded only to make them.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec
import vl_convert

from gilscope import cached
from gilscope.interchange import decoded, encoded

if TYPE_CHECKING:
    from pathlib import Path

Specification = dict[str, Any]


class Library(msgspec.Struct, frozen=True):
    """Scripts and charts of every page, which no run changes.

    ``vega`` is the script of Vega, Vega-Lite and Vega-Embed as gzip in base64, which the page unpacks; ``charts`` are
    specifications by the name of the data they draw.
    """

    vega: str
    charts: dict[str, Specification]


def library(cache_dir: Path) -> Library:
    """The library from the cache, or a new one, which is cached if it can be."""
    kept = cache_dir / f"page-{_fingerprint()}.json"
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return decoded(kept.read_bytes(), msgspec.json.Decoder(Library))
    fresh = _new_library()
    with contextlib.suppress(OSError):
        cached.replace(kept, encoded(fresh))
    return fresh


def _new_library() -> Library:
    from gilscope.page.charts import specifications  # noqa: PLC0415 - altair takes longer to load than a page to make

    bundle: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub lacks the default
    return Library(base64.b64encode(gzip.compress(bundle.encode(), mtime=0)).decode(), specifications())


def _fingerprint() -> str:
    packages = map(version, ("altair", "vl-convert-python"))
    return cached.fingerprint([cached.of_code(), *packages])[:16]
