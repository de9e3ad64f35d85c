"""Where would the sweeps end up? A guess from the last few: the extrapolation of Anderson.

Near the solution each sweep repeats the step before, only smaller; so the sum of the steps to come is seen in those
that were taken. See Bertrand and Massias (2021), Anderson acceleration of coordinate descent.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack

MEMORY = 5  # steps that it looks back on, and sweeps from one to the next
JITTER = 1e-10  # of the sum of their squares: steps that say the same leave the system solvable
NOT_ZERO = 1e-300  # so do steps of nothing


def anderson_weights(iterates: np.ndarray) -> np.ndarray | None:
    """Return weights of sum one, (MEMORY,), with which the last steps of MEMORY + 1 iterates cancel best.

    They are for the iterates that the steps have led to, all but the first; None if there is no telling.
    """
    steps = np.diff(iterates, axis=0)
    M = steps @ steps.T
    M.flat[:: len(M) + 1] += JITTER * np.trace(M) + NOT_ZERO
    _, weights, failed = lapack.dposv(M, np.ones(len(M)))
    return None if failed else weights / weights.sum()
