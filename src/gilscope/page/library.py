"""Vega, Vega-Lite and Vega-Embed as one script that needs no network: bundled once for each version, and kept."""

from __future__ import annotations

import contextlib
import tempfile
from importlib.metadata import version
from pathlib import Path

import vl_convert


def vega(cache_dir: Path) -> str:
    """The script, from the cache or made now; where it cannot be kept, it is made again the next time."""
    kept = cache_dir / f"vega-{version('vl-convert-python')}.js"
    with contextlib.suppress(OSError):
        return kept.read_text(encoding="utf-8")
    bundle: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub lacks the default
    with contextlib.suppress(OSError):
        _keep(bundle, kept)
    return bundle


def _keep(text: str, path: Path) -> None:
    """Written beside its place and then moved there, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        whole = Path(folder, path.name)
        whole.write_text(text, encoding="utf-8")
        whole.replace(path)
