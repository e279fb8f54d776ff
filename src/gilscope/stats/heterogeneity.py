"""Whether several estimates are of one truth, each of them from a few launches; pure.

- Cochran (1954), "The combination of estimates from different experiments", Biometrics 10, 101-129.
- Lancaster (1961), "The combination of probabilities: an application of orthonormal functions", Australian Journal of
  Statistics 3, 20-33.
- Welch (1951), "On the comparison of several mean values: an alternative approach", Biometrika 38, 330-336.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.stats.estimate import Estimate

CENTRES = 200
"""Places between the lowest and the highest estimate at which their common truth is looked for."""


def p_of_alike(estimates: Sequence[Estimate]) -> float:
    """How often chance alone puts estimates of one truth at least that far apart.

    Args:
        estimates: at least two, measured apart, each with a degree of freedom and a standard error above zero.

    The statistic is Cochran's (1954) Q with a remedy for errors that are themselves estimated. An estimate's distance
    from a truth, in its standard errors, has Student's distribution; its square is replaced by the square of a normal
    deviate of equal probability (Lancaster 1961), so that a few degrees of freedom count for no more than they are
    worth. Their sum at the truth is chi squared with a degree of freedom for each estimate; at the place where it is
    least, with one less. Without the remedy, Q and Welch's (1951) F find forty alike hosts unlike much too often.
    """
    from scipy.special import chdtrc, ndtri, stdtr  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load

    values = np.array([each.value for each in estimates])
    errors, freedoms = (
        np.array([getattr(each, name) for each in estimates])[:, None] for name in ("standard_error", "freedom")
    )
    centres = np.concatenate([values, np.linspace(values.min(), values.max(), CENTRES)])
    one_sided = stdtr(freedoms, -np.abs(values[:, None] - centres) / errors)
    least = (ndtri(one_sided) ** 2).sum(axis=0).min()
    return float(chdtrc(len(values) - 1, least))
