"""Where the files of gilscope lie, in a checkout and in an installation; each place is named here once."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).parent
AGENT = PACKAGE / "agent" / "__main__.py"
FACTS_SCRIPT = PACKAGE / "agent" / "facts.py"
AUDIT = PACKAGE / "agent" / "audit" / "__main__.py"
SMALL_AGENT = PACKAGE / "agent" / "small" / "lane.py"
SMALL_FACTS_SCRIPT = PACKAGE / "agent" / "small" / "facts.py"
BUILT_IN_PROBES = PACKAGE / "agent" / "measures"
SPINNING = BUILT_IN_PROBES / "_spinning.py"

_PACKED = PACKAGE / "_data"
OTHER_HOME = "GILSCOPE_HOME"
"""The variable that names another folder of probes and suites: a host of a fleet measures those of who asks for it."""
HOME = Path(os.environ.get(OTHER_HOME) or (_PACKED if _PACKED.is_dir() else PACKAGE.parent.parent))
"""The folder that holds ``probes/`` and ``matrix/``: an installation packs them, a checkout has them at its root."""

PROBES = HOME / "probes"
SUITES = HOME / "matrix" / "suites.toml"
CLAIMS = HOME / "matrix" / "claims.toml"
WISHES = HOME / "matrix" / "runtimes.toml"
