import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Lasso

from course_utils.datasets import load_prostate
from course_utils.objective import duality_gap, kkt_violation, lam_max, lasso_objective, lipschitz_constant
from course_utils.prox import soft_threshold
from course_utils.solvers import ConvergenceWarning, coordinate_descent, fista, ista

every_solver = pytest.mark.parametrize("solver", [ista, fista, coordinate_descent])
every_intercept = pytest.mark.parametrize("fit_intercept", [True, False])
seeds = st.integers(0, 2**32 - 1)
fractions = st.floats(0.05, 0.95)


def draw(seed, n_samples=30, n_features=6):
    """Columns with means near 1 and a common part, three signals, a target far from zero."""
    rng = np.random.default_rng(seed)
    X = rng.normal(1.0, 1.0, (n_samples, n_features)) + 0.5 * rng.normal(size=(n_samples, 1))
    return X, 7.0 + X[:, :3] @ [2.0, -1.0, 0.5] + rng.normal(size=n_samples)


def draw_mostly_zero(seed, n_samples=30, n_features=40):
    X, _ = draw(seed, n_samples, n_features)
    rng = np.random.default_rng(seed)
    X = np.where(rng.random(X.shape) < 0.2, X + 5.0, 0.0)
    X[rng.integers(n_samples, size=n_features), np.arange(n_features)] = 1.0
    return X, X[:, 0] - X[:, 1] + rng.normal(size=n_samples)


def null_objective(y, fit_intercept=True):
    return np.mean((y - y.mean() * fit_intercept) ** 2) / 2


# Reference


@every_solver
@every_intercept
@pytest.mark.parametrize("shape", [(40, 6), (20, 40)])
def test_the_objective_is_that_of_scikit_learn_to_1e_10(solver, fit_intercept, shape):
    X, y = draw(1, *shape)
    lam = 0.1 * lam_max(X, y, fit_intercept=fit_intercept)
    ours = solver(X, y, lam, tol=1e-12, fit_intercept=fit_intercept)
    theirs = Lasso(alpha=lam, tol=1e-14, max_iter=10**6, fit_intercept=fit_intercept).fit(X, y)
    difference = lasso_objective(X, y, ours.beta, ours.intercept, lam)
    difference -= lasso_objective(X, y, theirs.coef_, theirs.intercept_, lam)
    assert abs(difference) <= 1e-10 * null_objective(y, fit_intercept)
    np.testing.assert_allclose(ours.beta, theirs.coef_, atol=1e-5)
    assert ours.intercept == pytest.approx(theirs.intercept_, abs=1e-5)


@every_solver
@pytest.mark.parametrize("fraction", [0.5, 0.1, 0.01])
def test_diabetes_agrees_with_scikit_learn_on_the_certificate(solver, fraction):
    X, y = load_diabetes(return_X_y=True)
    lam = fraction * lam_max(X, y)
    ours = solver(X, y, lam, tol=1e-12)
    theirs = Lasso(alpha=lam, tol=1e-15, max_iter=10**6).fit(X, y)
    certificate = duality_gap(X, y, ours.beta, ours.intercept, lam)
    assert abs(certificate - duality_gap(X, y, theirs.coef_, theirs.intercept_, lam)) <= 1e-10


def test_the_lasso_column_of_esl_table_3_3_to_the_published_digits():
    every, train, test = load_prostate(), load_prostate(split="train"), load_prostate(split="test")
    # The book scales on all 97 rows, standardises again on the 67 it trains on, and maps back.
    centre, unit = every.X.mean(axis=0), every.X.std(axis=0, ddof=1)
    Z, Z_test = (train.X - centre) / unit, (test.X - centre) / unit
    scale = Z.std(axis=0)
    fit = coordinate_descent(Z / scale, train.y, 0.2091, tol=1e-12)
    beta = fit.beta / scale
    np.testing.assert_array_equal(beta.round(3), [0.533, 0.169, 0, 0.002, 0.094, 0, 0, 0])
    assert round(fit.intercept, 3) == 2.468
    assert round(np.mean((test.y - fit.intercept - Z_test @ beta) ** 2), 3) == 0.479


# Laws


@every_solver
@given(seed=seeds, fraction=fractions, fit_intercept=st.booleans())
def test_the_certificate_holds_when_recomputed_from_beta(solver, seed, fraction, fit_intercept):
    X, y = draw(seed)
    lam = fraction * lam_max(X, y, fit_intercept=fit_intercept)
    fit = solver(X, y, lam, fit_intercept=fit_intercept)
    gap = duality_gap(X, y, fit.beta, fit.intercept, lam, fit_intercept=fit_intercept)
    assert fit.converged
    assert fit.gap <= 1e-6
    assert gap == pytest.approx(fit.gap, abs=1e-12)


@every_solver
@given(seed=seeds, fraction=fractions)
def test_no_correlation_exceeds_lam_by_more_than_the_gap_allows(solver, seed, fraction):
    X, y = draw(seed)
    lam = fraction * lam_max(X, y)
    fit = solver(X, y, lam, tol=1e-8)
    centred = X - X.mean(axis=0)
    correlation = centred.T @ (y - fit.intercept - X @ fit.beta) / len(y)
    # ||X(beta - best)||^2 / 2n <= excess, and x_j moves by at most its length times that
    distance = np.sqrt(2 * len(y) * fit.gap * null_objective(y))
    allowed = np.linalg.norm(centred, axis=0).max() * distance / len(y)
    assert np.abs(correlation).max() - lam <= allowed + 1e-12


@given(seeds, fractions)
def test_the_kkt_violation_of_ista_is_bounded_by_the_gap_of_the_step_before(seed, fraction):
    X, y = draw(seed)
    lam = fraction * lam_max(X, y)
    fit = ista(X, y, lam, tol=1e-8)
    # a step of length d lowers the objective by L d^2 / 2 or more, and leaves a violation of 2 L d or less
    excess_before = fit.history.gap[-2] * null_objective(y)
    bound = 2 * np.sqrt(2 * lipschitz_constant(X) * excess_before)
    assert kkt_violation(X, y, fit.beta, fit.intercept, lam) <= bound + 1e-12


@every_solver
@pytest.mark.filterwarnings("ignore::course_utils.solvers.ConvergenceWarning")
@given(seed=seeds, fraction=fractions, max_iter=st.integers(1, 5))
def test_an_unfinished_gap_still_bounds_the_distance_to_the_minimum(solver, seed, fraction, max_iter):
    X, y = draw(seed)
    lam = fraction * lam_max(X, y)
    early = solver(X, y, lam, max_iter=max_iter)
    best = Lasso(alpha=lam, tol=1e-14, max_iter=10**6).fit(X, y)  # no certificate of ours stopped it
    excess = early.history.objective[-1] - lasso_objective(X, y, best.coef_, best.intercept_, lam)
    assert excess <= early.gap * null_objective(y) + 1e-12 * null_objective(y)


@pytest.mark.parametrize("solver", [ista, coordinate_descent])
@given(seed=seeds, fraction=fractions)
def test_ista_and_coordinate_descent_never_raise_the_objective(solver, seed, fraction):
    X, y = draw(seed, 20, 30)
    objective = solver(X, y, fraction * lam_max(X, y)).history.objective
    assert (np.diff(objective) <= 1e-13 * objective[0]).all()


def test_fista_may_raise_the_objective_and_still_arrives():
    X, y = draw(4)
    fit = fista(X, y, 0.1 * lam_max(X, y))
    assert (np.diff(fit.history.objective) > 1e-4 * fit.history.objective[0]).any()
    assert fit.converged


@given(seeds, fractions)
def test_ista_stays_below_its_bound_of_one_over_k(seed, fraction):
    X, y = draw(seed)
    lam = fraction * lam_max(X, y)
    best, fit = coordinate_descent(X, y, lam, tol=1e-13), ista(X, y, lam)
    excess = fit.history.objective[1:] - best.history.objective[-1]
    k = np.arange(1, len(excess) + 1)
    assert (excess <= lipschitz_constant(X) * best.beta @ best.beta / (2 * k) + 1e-12).all()


def test_fista_needs_far_fewer_iterations_than_ista_where_columns_are_correlated():
    X, y = load_diabetes(return_X_y=True)
    lam = 0.01 * lam_max(X, y)
    assert 4 * fista(X, y, lam).n_iter < ista(X, y, lam).n_iter


@every_solver
@given(seed=seeds, fraction=fractions)
@example(seed=51894, fraction=0.5)  # LAPACK's syevr fails on eigenvalues that are this equal
def test_orthonormal_columns_have_a_closed_form(solver, seed, fraction):
    X, y = draw(seed)
    X = np.linalg.qr(X - X.mean(axis=0))[0] * np.sqrt(len(y))
    lam = fraction * lam_max(X, y)
    fit = solver(X, y, lam)
    np.testing.assert_allclose(fit.beta, soft_threshold(X.T @ (y - y.mean()) / len(y), lam), atol=1e-12)
    assert fit.n_iter == 1


@every_solver
@given(seed=seeds, unit=st.floats(1e-3, 1e3))
def test_in_another_unit_of_y_the_solution_is_the_same_in_that_unit(solver, seed, unit):
    X, y = draw(seed)
    lam = 0.2 * lam_max(X, y)
    plain, scaled = solver(X, y, lam, tol=1e-12), solver(X, unit * y, unit * lam, tol=1e-12)
    np.testing.assert_allclose(scaled.beta, unit * plain.beta, atol=1e-5 * unit)


@every_solver
@given(seed=seeds)
def test_the_order_of_the_columns_does_not_matter(solver, seed):
    X, y = draw(seed)
    lam, order = 0.2 * lam_max(X, y), np.random.default_rng(seed).permutation(6)
    plain, shuffled = solver(X, y, lam, tol=1e-12), solver(X[:, order], y, lam, tol=1e-12)
    np.testing.assert_allclose(shuffled.beta, plain.beta[order], atol=1e-5)


@every_solver
@given(seed=seeds, shift=st.floats(-100, 100))
def test_moving_the_origin_changes_the_intercept_alone(solver, seed, shift):
    X, y = draw(seed)
    lam = 0.2 * lam_max(X, y)
    plain, moved = solver(X, y, lam, tol=1e-12), solver(X + shift, y - shift, lam, tol=1e-12)
    np.testing.assert_allclose(moved.beta, plain.beta, atol=1e-5)
    assert moved.intercept == pytest.approx(plain.intercept - shift - shift * plain.beta.sum(), abs=1e-2)


@every_solver
@given(seed=seeds)
def test_an_intercept_is_the_same_as_centring_by_hand(solver, seed):
    X, y = draw(seed)
    lam = 0.2 * lam_max(X, y)
    fitted = solver(X, y, lam)
    by_hand = solver(X - X.mean(axis=0), y - y.mean(), lam, fit_intercept=False)
    np.testing.assert_allclose(by_hand.beta, fitted.beta, atol=1e-10)
    assert by_hand.intercept == 0.0
    assert fitted.intercept == pytest.approx(y.mean() - X.mean(axis=0) @ fitted.beta, abs=1e-12)


@every_solver
@every_intercept
def test_sparse_and_dense_give_the_same_answer_to_1e_10(solver, fit_intercept):
    X, y = draw_mostly_zero(2)
    lam = 0.1 * lam_max(X, y, fit_intercept=fit_intercept)
    dense = solver(X, y, lam, fit_intercept=fit_intercept)
    csc = solver(sparse.csc_matrix(X), y, lam, fit_intercept=fit_intercept)
    np.testing.assert_allclose(csc.beta, dense.beta, atol=1e-10)
    assert csc.intercept == pytest.approx(dense.intercept, abs=1e-10)


@every_solver
def test_sparse_columns_far_from_zero_cost_no_more_iterations_than_dense(solver):
    X, y = draw(16, n_features=4)
    dense, csc = solver(X + 1e6, y, 0.1), solver(sparse.csc_matrix(X + 1e6), y, 0.1)
    assert csc.n_iter == dense.n_iter
    np.testing.assert_allclose(csc.beta, dense.beta, atol=1e-6)


@every_solver
@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.coo_array, sparse.csc_array])
def test_every_sparse_format_is_taken(solver, form):
    X, y = draw_mostly_zero(3)
    np.testing.assert_allclose(solver(form(X), y, 0.5).beta, solver(X, y, 0.5).beta, atol=1e-10)


@every_solver
@every_intercept
def test_an_entry_stored_twice_counts_twice(solver, fit_intercept):
    X, y = draw_mostly_zero(4)
    once = sparse.csc_matrix(X)
    pairs = np.repeat(once.data / 2, 2), np.repeat(once.indices, 2), 2 * once.indptr
    twice = sparse.csc_matrix(pairs, shape=X.shape)
    pair, one = (solver(form, y, 0.5, fit_intercept=fit_intercept) for form in (twice, X))
    np.testing.assert_allclose(pair.beta, one.beta, atol=1e-10)
    assert twice.nnz == 2 * once.nnz


@every_solver
def test_a_sparse_matrix_is_never_made_dense(solver):
    X = sparse.diags_array(np.arange(1.0, 2001.0), format="csc")
    y = np.sin(np.arange(2000.0))
    lam = 0.9 * lam_max(X, y)
    tracemalloc.start()
    solver(X, y, lam, tol=0.1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < X.shape[0] * X.shape[1] * 8 / 4


@every_solver
def test_a_warm_start_saves_iterations(solver):
    X, y = load_diabetes(return_X_y=True)
    lam = 0.02 * lam_max(X, y)
    near = solver(X, y, 1.05 * lam)
    cold, warm = solver(X, y, lam), solver(X, y, lam, beta_start=near.beta)
    assert warm.n_iter < cold.n_iter
    assert warm.gap <= 1e-6


@every_solver
def test_started_at_the_solution_nothing_is_done_and_nothing_is_changed(solver):
    X, y = draw(5)
    first = solver(X, y, 0.1)
    again = solver(X, y, 0.1, beta_start=first.beta)
    assert again.n_iter == 0
    np.testing.assert_array_equal(again.beta, first.beta)


@every_solver
def test_the_start_and_the_data_of_the_caller_are_left_alone(solver):
    X, y = draw(17)
    X, start = np.asfortranarray(X), np.ones(6)
    copies = X.copy(), y.copy(), start.copy()
    solver(X, y, 0.1, beta_start=start)
    for now, before in zip((X, y, start), copies, strict=True):
        np.testing.assert_array_equal(now, before)


# Boundaries


@every_solver
@pytest.mark.parametrize("start", [None, np.ones(6)])
@pytest.mark.parametrize("factor", [1.0, 1.5, 1e6])
def test_from_lam_max_on_the_answer_is_exactly_zero_at_once(solver, start, factor):
    X, y = draw(6)
    fit = solver(X, y, factor * lam_max(X, y), beta_start=start)
    np.testing.assert_array_equal(fit.beta, np.zeros(6))
    assert (fit.intercept, fit.gap, fit.n_iter, fit.converged) == (y.mean(), 0.0, 0, True)


@every_solver
def test_just_below_lam_max_one_feature_enters_once_tol_is_strict_enough(solver):
    X, y = draw(7)
    assert np.count_nonzero(solver(X, y, 0.999 * lam_max(X, y), tol=1e-12).beta) == 1


@every_solver
def test_a_constant_target_has_the_zero_solution_with_gap_zero(solver):
    X, _ = draw(8)
    fit = solver(X, np.full(30, 0.1), 1e-9, beta_start=np.ones(6))
    np.testing.assert_array_equal(fit.beta, np.zeros(6))
    assert (fit.intercept, fit.gap, fit.converged) == (0.1, 0.0, True)


@every_solver
def test_identical_twins_share_what_one_of_them_would_get(solver):
    X, y = draw(9)
    alone = solver(X, y, 0.1, tol=1e-12)
    twins = solver(np.column_stack([X, X[:, 0]]), y, 0.1, tol=1e-12)
    assert twins.beta[0] + twins.beta[-1] == pytest.approx(alone.beta[0], abs=1e-5)


def test_of_identical_twins_coordinate_descent_keeps_the_first_and_ista_splits():
    X, y = draw(9)
    X = np.column_stack([X, X[:, 0]])
    first, split = coordinate_descent(X, y, 0.1, tol=1e-12).beta, ista(X, y, 0.1, tol=1e-12).beta
    assert first[-1] == 0.0
    assert split[0] == pytest.approx(split[-1], rel=1e-9)


@every_solver
def test_a_single_column_has_a_closed_form(solver):
    X, y = draw(10, n_features=3)
    x = X[:, 0] - X[:, 0].mean()
    expected = soft_threshold(x @ y / len(y), 0.1) / (x @ x / len(y))
    assert solver(X[:, :1], y, 0.1, tol=1e-12).beta == pytest.approx([expected], abs=1e-9)
    assert solver(sparse.csc_matrix(X[:, :1]), y, 0.1, tol=1e-12).beta == pytest.approx([expected], abs=1e-9)


@every_solver
def test_with_fewer_rows_than_columns_fewer_than_n_features_survive(solver):
    X, y = draw(9, 10, 60)
    fit = solver(X, y, 0.2 * lam_max(X, y), tol=1e-10)
    assert fit.converged
    assert np.count_nonzero(fit.beta) < 10


@every_solver
def test_without_an_intercept_a_constant_column_is_a_column_like_any_other(solver):
    X, y = draw(12)
    X[:, 0], X[:, 1] = 1.0, 0.0
    beta = solver(X, y, 0.1, fit_intercept=False, beta_start=np.ones(6)).beta
    assert beta[0] > 1.0
    assert beta[1] == 0.0


@every_solver
@pytest.mark.parametrize("kind", [int, bool])
def test_integers_and_booleans_count_as_numbers(solver, kind):
    X, y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]]), [10, 20, 40, 30]
    beta = solver(X, np.array(y, float), 1.0).beta
    np.testing.assert_array_equal(solver(X.astype(kind), y, 1).beta, beta)
    assert beta[0] > 1.0


@every_solver
def test_the_names_of_a_frame_are_kept(solver):
    X, y = draw(13)
    frame = pd.DataFrame(X, columns=list("abcdef"))
    assert solver(frame, y, 0.1).feature_names == tuple("abcdef")
    assert solver(X, y, 0.1).feature_names is None


@every_solver
@pytest.mark.parametrize("form", [np.asarray, sparse.csc_matrix])
def test_a_constant_column_beside_an_intercept_is_named(solver, form):
    X, y = draw(14)
    X[:, 3] = 0.1
    with pytest.raises(ValueError, match=r"constant column\(s\) in X: column 3; leave them out"):
        solver(form(X), y, 0.1)
    with pytest.raises(ValueError, match=r"constant column\(s\) in X: 'd'"):
        solver(pd.DataFrame(X, columns=list("abcdef")), y, 0.1)


@every_solver
def test_the_history_has_an_entry_for_the_start_and_for_each_iteration(solver):
    X, y = draw(15)
    fit = solver(X, y, 0.1)
    assert len(fit.history.objective) == len(fit.history.gap) == fit.n_iter + 1
    assert fit.history.gap[-1] == fit.gap
    assert fit.history.objective[0] == pytest.approx(null_objective(y), rel=1e-12)


@every_solver
def test_out_of_iterations_the_warning_tells_the_gap_and_points_at_the_caller(solver):
    X, y = load_diabetes(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match=r"stopped after 2 iterations .* Raise max_iter") as caught:
        fit = solver(X, y, 0.01, max_iter=2)
    assert (fit.converged, fit.n_iter) == (False, 2)
    assert f"gap of {fit.gap:.1e}, above tol = 1.0e-06" in str(caught[0].message)
    assert caught[0].filename == __file__


GOOD = {"X": [[1.0, 2.0], [2.0, 0.0], [3.0, 1.0]], "y": [1.0, 2.0, 4.0], "lam": 0.1}
BAD = [
    ({"X": [[1.0, 2.0], [2.0, np.nan], [3.0, 1.0]]}, ValueError, "X has 1 value.* NaN"),
    ({"X": [[1.0, 2.0], [2.0, -np.inf], [3.0, 1.0]]}, ValueError, "X has 1 value.* infinite"),
    ({"X": [["a", "b"], ["c", "d"], ["e", "f"]]}, TypeError, "X has dtype"),
    ({"X": np.ones((3, 2), dtype=object)}, TypeError, "X has dtype object"),
    ({"X": np.ones((3, 2)) * 1j}, TypeError, "X has dtype complex128"),
    ({"X": [1.0, 2.0, 3.0]}, ValueError, r"X has shape \(3,\)"),
    ({"X": [[1.0, 2.0]], "y": [1.0]}, ValueError, r"X has 1 row"),
    ({"X": np.ones((3, 0))}, ValueError, "at least one column"),
    ({"y": [1.0, 2.0]}, ValueError, r"y has shape \(2,\); \(3,\) is needed"),
    ({"y": [1.0, np.nan, 2.0]}, ValueError, "y has 1 value.* NaN"),
    ({"y": ["a", "b", "c"]}, TypeError, "y has dtype"),
    ({"y": [1j, 1.0, 1.0]}, TypeError, "y has dtype complex128"),
    ({"y": sparse.csc_matrix([[1.0], [2.0], [3.0]])}, TypeError, "y is a sparse csc"),
    ({"lam": -0.1}, ValueError, "lam is -0.1"),
    ({"lam": 0}, ValueError, r"lam is 0.*least_squares\.fit_least_squares"),
    ({"lam": np.nan}, ValueError, "lam is nan"),
    ({"lam": np.array([0.1, 0.2])}, TypeError, "lam is .* one real number"),
    ({"lam": "0.1"}, TypeError, "lam is '0.1'"),
    ({"lam": 0.1j}, TypeError, "lam is .* one real number"),
    ({"tol": 0}, ValueError, "tol is 0; a positive number"),
    ({"tol": -1e-6}, ValueError, "tol is -1e-06"),
    ({"tol": np.nan}, ValueError, "tol is nan"),
    ({"tol": "tight"}, ValueError, "tol is 'tight'"),
    ({"max_iter": 0}, ValueError, "max_iter is 0; a positive integer"),
    ({"max_iter": 10.5}, ValueError, "max_iter is 10.5"),
    ({"max_iter": True}, ValueError, "max_iter is True"),
    ({"beta_start": [1.0]}, ValueError, r"beta_start has shape \(1,\); \(2,\), one value for each column"),
    ({"beta_start": [[1.0, 2.0]]}, ValueError, r"beta_start has shape \(1, 2\)"),
    ({"beta_start": [1.0, np.inf]}, ValueError, "beta_start has values that are NaN or infinite"),
    ({"beta_start": ["a", "b"]}, TypeError, "beta_start has dtype"),
]


@every_solver
@pytest.mark.parametrize(("change", "error", "message"), BAD)
def test_each_bad_argument_has_its_own_message(solver, change, error, message):
    with pytest.raises(error, match=message):
        solver(**(GOOD | change))


@every_solver
def test_the_good_arguments_beside_the_bad_ones_are_good(solver):
    assert solver(**GOOD).converged
