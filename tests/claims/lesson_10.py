"""The claims of lesson 10: what makes a solver fast."""

from __future__ import annotations

import numpy as np

from claims import claim
from course_utils.datasets import simulate_sparse_regression
from course_utils.fast.lasso import lasso
from course_utils.objective import lam_max
from course_utils.solvers import coordinate_descent


@claim(
    "c10-1",
    statement="Compiled code is what makes a solver fast.",
    verdict="imprecise",
    right="It makes each step cheaper, of a good method as of a poor one. How many there are is a matter of ideas, "
    "which bring a handful of passes over the data in place of hundreds of sweeps.",
    lesson="10",
    section="Time to gap",
    box=True,
)
def ideas_save_passes_that_a_compiler_only_makes_cheaper():
    """Columns that resemble each other, one penalty, one gap: sweeps over all columns, and passes of the package."""
    data = simulate_sparse_regression(60, 300, 10, rng=np.random.default_rng(10), correlation=0.9)
    lam = 0.02 * lam_max(data.X, data.y)
    swept, fast = coordinate_descent(data.X, data.y, lam), lasso(data.X, data.y, lam)
    assert max(swept.gap, fast.gap) <= 1e-6
    assert swept.n_iter > 20 * fast.n_iter
