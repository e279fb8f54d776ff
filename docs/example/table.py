"""The mean price of a product by month, from a table of sales."""

import numpy as np

SALES = np.random.default_rng(1).gamma(2.0, 20.0, size=(12, 20_000))


def means():
    weights = np.linspace(0.5, 1.5, SALES.shape[1])
    return (SALES * weights).sum(axis=1) / weights.sum()
