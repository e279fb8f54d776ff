"""The state of what a workload runs, as a digest; pure.

Figures of two states of a workload's code are figures of two workloads.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gilscope.values.probes import Probe
    from gilscope.values.records import Code

DIGITS = 12
"""Digits of a digest that are kept."""


def digest_of_code(code: Code, probe: Probe) -> str:
    """A digest of all that a workload runs: its modules, wherever they lie, and how it is called."""
    targets = (probe.target, probe.setup, *(role.target for role in probe.roles))
    called = [(item.module, item.name, item.node, item.arguments) for item in targets if item is not None]
    statement = (probe.statement.setup, probe.statement.code) if probe.statement is not None else ()
    words = (statement, [role.label for role in probe.roles], probe.command, probe.argv, probe.shared)
    modules = sorted((name, module.digest) for name, module in code.modules.items())
    return hashlib.sha256(repr((modules, called, words)).encode()).hexdigest()[:DIGITS]
