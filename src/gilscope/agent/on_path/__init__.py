"""A folder for the import path of scripts written for pyperf and of processes that start outside the agent.

Those processes are what scripts start, and loky's workers. The folder holds a ``pyperf.py`` for where pyperf is not
installed, and a ``gilscope_agent.py`` for where the agent is not mounted. As an entry of ``sys.path`` it makes these
two importable by themselves; this file then takes no part.
"""

from __future__ import annotations

import os

FOLDER = os.path.dirname(os.path.abspath(__file__))
