"""course_utils.fast.sparse_columns: sparse data are solved as they are, centred without becoming dense."""

import tracemalloc

import numpy as np
import pytest
from certificate import certificate
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from course_utils.fast.lasso import lasso
from course_utils.fast.path import lasso_path
from course_utils.fast.problem import as_columns
from course_utils.objective import duality_gap, lam_max
from course_utils.path import lam_grid
from course_utils.solvers import ConvergenceWarning


def problem(n_samples, n_features, density=0.05, seed=0):
    """Counts as of words, and y from every tenth column."""
    rng = np.random.default_rng(seed)
    X = sparse.random_array((n_samples, n_features), density=density, format="csc", rng=rng)
    X.data = np.ceil(3 * X.data)
    return X, X[:, ::10].sum(axis=1) + rng.standard_normal(n_samples) + 5


def gap_of(X, y, found, lam, **options):
    """The gap, computed afresh by the package that teaches."""
    return duality_gap(X, y, found.beta, found.intercept, lam, **options)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("share", [0.5, 0.05, 0.01])
def test_it_proves_its_answer(share, fit_intercept):
    X, y = problem(300, 2000)
    lam = share * lam_max(X, y, fit_intercept=fit_intercept)
    found = lasso(X, y, lam, tol=1e-8, fit_intercept=fit_intercept)
    gap = gap_of(X, y, found, lam, fit_intercept=fit_intercept)
    assert gap <= 1e-8
    assert gap == pytest.approx(found.gap, rel=1e-4, abs=1e-13)


@settings(max_examples=40, deadline=None)
@given(
    n_samples=st.integers(2, 40),
    n_features=st.integers(1, 60),
    density=st.floats(0.02, 1.0),
    fit_intercept=st.booleans(),
    share=st.floats(0.05, 1.2),
    seed=st.integers(0, 2**32 - 1),
)
def test_it_proves_its_answer_whatever_the_density(
    n_samples, n_features, density, fit_intercept, share, seed
):
    X, _ = problem(n_samples, n_features, density, seed)
    y = np.random.default_rng(seed).standard_normal(n_samples)
    lam = share * lam_max(X, y, fit_intercept=fit_intercept) or 1.0
    found = lasso(X, y, lam, fit_intercept=fit_intercept)
    assert gap_of(X, y, found, lam, fit_intercept=fit_intercept) <= 1e-6


def test_sparse_and_dense_are_one_problem():
    X, y = problem(200, 100, density=0.2)
    few, many = (lasso(one, y, 0.05, tol=1e-12) for one in (X, X.toarray()))
    np.testing.assert_allclose(few.beta, many.beta, atol=1e-5)
    assert few.intercept == pytest.approx(many.intercept, rel=1e-6)


def test_no_dense_copy_is_made():
    X, y = problem(3000, 40_000, density=0.0005)
    tracemalloc.start()
    lasso(X, y, 0.2 * lam_max(X, y))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 3000 * 40_000 / 20


def test_csc_of_doubles_is_read_where_it_lies_and_other_forms_give_the_same():
    X, y = problem(60, 200)
    assert as_columns(X) is X
    expected = lasso(X, y, 0.1).beta
    for other in (X.tocsr(), X.tocoo(), X.astype(int), sparse.csc_matrix(X)):
        np.testing.assert_array_equal(lasso(other, y, 0.1).beta, expected)


def test_empty_and_constant_columns_get_nothing():
    X, y = problem(60, 30)
    X = sparse.csc_array(sparse.hstack([X, sparse.csc_array((60, 1)), np.full((60, 1), 3.0)]))
    found = lasso(X, y, 0.01, tol=1e-10)
    assert found.converged
    assert not found.beta[-2:].any()


def test_every_solution_of_a_path_is_proven():
    X, y = problem(200, 1500)
    lams = lam_grid(X, y, n_lams=15, ratio=0.05)
    found = lasso_path(X, y, lams, tol=1e-7)
    solutions = zip(found.betas, found.intercepts, lams, strict=True)
    assert max(duality_gap(X, y, *solution) for solution in solutions) <= 1e-7
    assert (np.diff(found.n_iters) > 0).all()


def test_a_gap_that_rounding_cannot_reach_ends_with_a_warning():
    X, y = problem(30, 100)
    with pytest.warns(ConvergenceWarning, match="was asked for"):
        assert gap_of(X, y, lasso(X, y, 0.02, tol=1e-30), 0.02) < 1e-12


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_refused(bad):
    X, y = problem(60, 200)
    X.data[17] = bad
    with pytest.raises(ValueError, match="NaN or infinite"):
        lasso(X, y, 0.1)


def test_indices_may_be_unsorted_or_of_64_bits():
    X, y = problem(60, 200)
    expected = lasso(X, y, 0.1, sample_weight=np.arange(60), l2=0.1).beta
    order = np.lexsort((-X.indices, np.repeat(np.arange(200), np.diff(X.indptr))))
    unsorted = sparse.csc_array((X.data[order], X.indices[order], X.indptr), X.shape)
    long = X.copy()
    long.indices, long.indptr = long.indices.astype(np.int64), long.indptr.astype(np.int64)
    assert long.indices.dtype == np.int64
    for other in (unsorted, long):
        found = lasso(other, y, 0.1, sample_weight=np.arange(60), l2=0.1).beta
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_what_is_stored_is_neither_changed_nor_written():
    X, y = problem(60, 200)
    before = X.copy()
    for part in (X.data, X.indices, X.indptr):
        part.setflags(write=False)
    found = lasso(X, y, 0.05, sample_weight=np.arange(60), feature_weights=np.full(200, 2.0), tol=1e-9)
    assert found.converged
    np.testing.assert_array_equal(X.data, before.data)


@settings(max_examples=40)
@given(
    density=st.floats(0.02, 1.0),
    parts=st.sets(st.sampled_from(["rows", "prices", "l2", "positive", "no intercept"])),
    tol=st.sampled_from([1e-4, 1e-8, 1e-11]),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_combination_on_a_path_is_proven_by_definition(density, parts, tol, seed):
    X, y = problem(25, 40, density, seed)
    rng = np.random.default_rng(seed)
    options = {"fit_intercept": "no intercept" not in parts, "positive": "positive" in parts}
    options["sample_weight"] = rng.uniform(0, 3, 25) if "rows" in parts else None
    options["feature_weights"] = rng.uniform(0.2, 4, 40) if "prices" in parts else None
    options["l2"] = 0.05 if "l2" in parts else 0.0
    found = lasso_path(X, y, [0.5, 0.1, 0.02], tol=tol, **options)
    solutions = zip(found.betas, found.intercepts, found.lams, strict=True)
    assert max(certificate(X, y, *solution, **options) for solution in solutions) <= tol + 1e-12


@pytest.mark.parametrize("size", [0.1, 1e3, 1e9])
def test_a_start_may_be_bad_negative_or_on_a_constant_column(size):
    X, y = problem(60, 30, 0.3)
    X = sparse.csc_array(sparse.hstack([X, np.full((60, 1), 3.0)]))
    for positive in (True, False):
        found = lasso(X, y, 0.01, beta_start=size * (-1.0) ** np.arange(31), tol=1e-9, positive=positive)
        assert found.beta[-1] == 0.0
        assert certificate(X, y, found.beta, found.intercept, 0.01, positive=positive) <= 1.1e-9


@pytest.mark.parametrize("seed", range(40))
def test_weak_penalties_on_twins_are_proven_too(seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((35, 50)) * (rng.random((35, 50)) < 0.3)
    X[:, 1] = X[:, 0] + 1e-4 * rng.standard_normal(35) * (X[:, 0] != 0)
    y = rng.standard_normal(35)
    assert lasso(sparse.csc_matrix(X), y, 0.001 * lam_max(X, y), tol=1e-8).converged
