# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# kind = "memory"
# ///
"""What does a worker hold that has nothing to do?"""

from __future__ import annotations


def work() -> None:
    """Do nothing: what is weighed is the worker, after it has loaded this file and run it."""
