"""Compile everything now, so that nobody waits for it in a lesson: `python -m course_utils.fast.ahead`.

What was compiled is kept on disk, beside its source, and is compiled again when its file, numba or the processor is
another one; after a change in what others build in (`kinks`, `homotopy`, `gram`), delete
`course_utils/fast/__pycache__`.
Lesson: notebooks/10_faster_than_the_libraries.ipynb
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from course_utils.fast.bootstrap import bootstrap_lasso
from course_utils.fast.cross_validation import lasso_cv
from course_utils.fast.lasso import lasso
from course_utils.fast.path import lasso_path
from course_utils.tuning import k_folds


def compile_all() -> None:
    """Solve a small problem of each kind."""
    rng = np.random.default_rng(0)
    tall, wide = rng.standard_normal((60, 8)), np.asfortranarray(rng.standard_normal((40, 400)))
    for X in (tall, wide):
        y = X[:, 0] + rng.standard_normal(len(X))
        lams = np.geomspace(1.0, 0.05, 25)
        for readable in (X, np.ascontiguousarray(X)):
            lasso_path(readable, y, lams)
        lasso(X, y, 0.1)
        lasso(sparse.csc_matrix(X), y, 0.1)
        lasso_cv(X, y, lams, folds=k_folds(len(y), 3))
        bootstrap_lasso(X, y, lams, n_resamples=2, rng=rng)


if __name__ == "__main__":
    compile_all()
