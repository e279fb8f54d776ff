"""The colours and shapes of the page: over all of its charts, a colour has one meaning.

Builds have theirs in `gilscope.render.builds`. Every mark has three to one against the paper of both themes, or else an
outline in the colour of text, and every meaning that is told by a colour is told by a shape or an outline as well.
"""

from __future__ import annotations

INK = "currentColor"
"""The colour of text in the reader's theme; it means nothing."""

SHARES = {
    "useful": ("#5f8f1e", [1, 0]),
    "inflation": ("#b09000", [4, 2]),
    "queued": ("#b9c0cc", [1, 2]),
    "blocked": ("#9a5cbc", [2, 2]),
    "start, end": ("#e6e9ee", [1, 4]),
}
"""A colour and an outline for each share of the workers' time."""

ANSWERS = {
    "better": ("#1a8f80", "triangle-up"),
    "worse": ("#c2477f", "triangle-down"),
    "no difference": (INK, "circle"),
    "not judged": (INK, "square"),
}
"""A colour and a shape for each answer to the question whether something changed."""

TRIED = {
    "as it stands": "circle",
    "one thing changed": "diamond",
    "everything apart": "square",
    "everything apart but one": "triangle-up",
    "other model": "cross",
}
"""A shape for each group of what was tried against threads that do not scale."""

MACHINES = (
    ("#5b6ee1", "circle"),
    ("#a8781f", "square"),
    ("#c0562f", "triangle-up"),
    ("#3f8a3f", "diamond"),
    ("#b05fa8", "triangle-down"),
    ("#3e8494", "cross"),
    ("#8a7a60", "triangle-right"),
)
"""Colours and shapes of CPU models, in turn."""

MODELS = {
    "serial": "circle",
    "threads": "diamond",
    "interpreters": "triangle-up",
    "interpreters-shared": "triangle-down",
    "processes": "square",
    "processes-fork": "M-1,-0.6L-0.6,-1L0,-0.4L0.6,-1L1,-0.6L0.4,0L1,0.6L0.6,1L0,0.4L-0.6,1L-1,0.6L-0.4,0Z",
    "processes-forkserver": "cross",
    "asyncio": ("M0,-1L0.24,-0.32L0.95,-0.31L0.38,0.12L0.59,0.81L0,0.4L-0.59,0.81L-0.38,0.12L-0.95,-0.31L-0.24,-0.32Z"),
    "asyncio-threads": "M0,-1L0.87,-0.5L0.87,0.5L0,1L-0.87,0.5L-0.87,-0.5Z",
    "thread-pool": "triangle-right",
    "interpreter-pool": "triangle-left",
    "process-pool": "M-0.4,-1L0.4,-1L0.4,1L-0.4,1Z",
    "joblib": "M-0.9,-0.9L0.9,-0.9L-0.9,0.9L0.9,0.9Z",
    "own": "M-1,-0.4L1,-0.4L1,0.4L-1,0.4Z",
}
"""A shape for each model, in every chart: one of Vega's, or a path (a slanted cross, a star, a bar and so on)."""
