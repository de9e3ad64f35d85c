"""The rows of one resample, centred, scaled and weighted in place: a plain LASSO of its own.

Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import numpy as np
from numba import njit


def weight_rows(Z, weights, *, standardize: bool) -> tuple[np.ndarray, np.ndarray]:
    """Centre and scale each row of Z, in place, and multiply it with the roots of the weights; constant ones are zero.

    Parameters
    ----------
    Z : (n_features, n_drawn), C order
        The columns of a resample, as rows: written over.
    weights : (n_drawn,)
    standardize : bool
        Divide by the standard deviation.

    Returns
    -------
    means, scales : (n_features,) arrays
        What was taken off, and by what was divided: 1 for a constant row.

    Lesson: notebooks/10_faster_than_the_libraries.ipynb
    """
    means, scales = np.empty(len(Z)), np.ones(len(Z))
    _weight(Z, weights, np.sqrt(weights), standardize, means, scales)
    return means, scales


@njit(cache=True, fastmath={"reassoc", "contract"})
def _weight(Z, weights, root, standardize, means, scales):
    """Do so, row by row: each stays in the cache."""
    n = weights.sum()
    for j in range(Z.shape[0]):
        total, squares, differing = 0.0, 0.0, 0
        for i in range(Z.shape[1]):
            differing += Z[j, i] != Z[j, 0]
            total += weights[i] * Z[j, i]
        means[j] = total / n
        for i in range(Z.shape[1]):
            Z[j, i] = root[i] * (Z[j, i] - means[j])
            squares += Z[j, i] ** 2
        if standardize and differing:
            scales[j] = np.sqrt(squares / n)
        factor = 1.0 / scales[j] if differing else 0.0
        for i in range(Z.shape[1]):
            Z[j, i] *= factor
