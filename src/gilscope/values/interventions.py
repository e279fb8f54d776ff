"""Interventions as values: what is changed in a lane to see whether it was to blame."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

InterventionKind = Literal["own modules", "shared", "immortal", "deferred", "collector off", "collector frozen"]
"""What can be changed; `gilscope_agent.interventions` says how each is done."""

KINDS: tuple[InterventionKind, ...] = get_args(InterventionKind)


class Intervention(msgspec.Struct, frozen=True):
    """One thing that is changed before the workers of a lane start; ``path`` names the object that is meant.

    That of ``own modules`` has further modules, separated by blanks, of which each worker runs its own copy too.
    """

    kind: InterventionKind
    path: str = ""

    @property
    def label(self) -> str:
        """The change in words, as a part of a lane's name."""
        return f"{self.kind} {self.path}".strip()
