"""The claims of lesson 10b: what zeros save."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from sklearn.linear_model import Lasso

from claims import claim


@claim(
    "65",
    statement="Sparse models are computationally efficient: they predict faster.",
    verdict="imprecise",
    right="A product with a full table multiplies by every zero: a missing value in a column without use spoils it. "
    "The saving is there for who leaves the columns out, or stores few entries: a sparse format needs half as much "
    "again for each of them as a full table needs for every entry.",
    lesson="10b",
    section="Zeros that save, and zeros that do not",
    box=True,
    note="Times are not asserted: where CSR breaks even depends on the machine.",
)
def a_zero_is_multiplied_until_its_column_is_left_out():
    """A value that is missing where the coefficient is zero; then the bytes of a full table and of CSR."""
    rng = np.random.default_rng(65)
    X = rng.normal(size=(50, 8))
    beta = Lasso(alpha=0.3).fit(X, 3 * X[:, 0]).coef_
    kept = np.flatnonzero(beta)
    X[0, np.flatnonzero(beta == 0)[0]] = np.nan
    assert np.isnan((X @ beta)[0])
    assert np.isfinite(X[:, kept] @ beta[kept]).all()
    for density, smaller in ((0.5, True), (0.8, False)):
        full = np.where(rng.random((200, 1000)) < density, 1.0, 0.0)
        csr = sparse.csr_array(full)
        stored = csr.data.nbytes + csr.indices.nbytes + csr.indptr.nbytes
        assert (stored < full.nbytes) == smaller
