"""course_utils.fast.cross_validation: the curve of tier 2, fold by fold, from products, and as well proven."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import LassoCV

from course_utils.datasets import load_diabetes
from course_utils.fast import cross_validation, folds_of_few_columns
from course_utils.fast.cross_validation import lasso_cv
from course_utils.path import lam_grid
from course_utils.solvers import ConvergenceWarning, coordinate_descent
from course_utils.tuning import Fold, best_lam, blocked_folds, cross_validate_path, forward_folds, k_folds

DIABETES = load_diabetes()
FOLDS = {
    "in order": lambda n: k_folds(n, 4),
    "shuffled": lambda n: k_folds(n, 3, rng=np.random.default_rng(0)),
    "forward": lambda n: forward_folds(n, 4, gap=1),
    "blocked": lambda n: blocked_folds(n, 4, gap=3),
    "one row left out": lambda n: k_folds(n, n)[:7],
    "some rows twice": lambda n: (*k_folds(n, 3), Fold(np.arange(5, n), np.arange(5))),
}


def drawn(n_samples=60, n_features=8, seed=0):
    """Columns of several scales and places, and y from two of them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(3.0, 1.0, (n_samples, n_features)) * np.geomspace(1, 5, n_features)
    return X, 7.0 + X[:, 0] - 0.3 * X[:, -1] + rng.normal(size=n_samples)


def both(X, y, folds, *, tol=1e-12, n_lams=5, **options):
    """The cross-validations of the fast tier and of tier 2 at the same penalties."""
    lams = lam_grid(X, y, n_lams=n_lams, ratio=0.02, fit_intercept=options.get("fit_intercept", True))
    readable = {"solver": coordinate_descent, "max_iter": 200_000, "tol": 1e-10}
    return (
        lasso_cv(X, y, lams, folds=folds, tol=tol, **options),
        cross_validate_path(X, y, lams, folds=folds, **options, **readable),
    )


def assert_alike(found, expected, rtol=1e-4):
    np.testing.assert_array_equal(found.lams, expected.lams)
    np.testing.assert_array_equal(found.fold_sizes, expected.fold_sizes)
    np.testing.assert_allclose(found.fold_errors, expected.fold_errors, rtol=rtol)
    np.testing.assert_allclose(found.lam_max, expected.lam_max, rtol=1e-10)
    assert found.fold_gaps.max() <= 1e-12


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("kind", FOLDS)
def test_the_errors_are_those_of_tier_two(kind, standardize, fit_intercept):
    X, y = drawn()
    assert_alike(*both(X, y, FOLDS[kind](60), standardize=standardize, fit_intercept=fit_intercept))


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("kind", ["in order", "blocked"])
@pytest.mark.parametrize("form", [np.asarray, sparse.csc_matrix])
def test_with_more_columns_than_rows_too(form, kind, standardize, fit_intercept):
    X, y = drawn(24, 40)
    X = form(np.where(X > 3, X, 0.0))
    assert_alike(*both(X, y, FOLDS[kind](24), standardize=standardize, fit_intercept=fit_intercept))


def test_where_few_rows_train_too():
    X, y = drawn(30, 40)
    assert_alike(*both(X, y, forward_folds(30, 4)))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["in order", "shuffled"])
def test_either_order_in_memory_is_read(kind, order):
    X, y = drawn(900, 20)
    assert_alike(*both(np.asarray(X, order=order), y, FOLDS[kind](900)))


def test_single_precision_is_read_where_it_lies():
    X, y = drawn()
    X = X.astype(np.float32)
    assert_alike(*both(X, y, k_folds(60, 4)))


@pytest.mark.parametrize("standardize", [True, False])
def test_sparse_columns_give_what_dense_ones_give(standardize):
    X, y = drawn(200, 12)
    X = np.where(X > 4, X, 0.0)
    assert_alike(*both(sparse.csc_matrix(X), y, k_folds(200, 4), standardize=standardize))


@settings(max_examples=15)
@given(st.integers(6, 40), st.integers(1, 30), st.integers(1, 10), st.booleans(), st.integers(0, 2**32 - 1))
def test_of_any_shape_and_rank_the_errors_are_those_of_tier_two(n, p, rank, standardize, seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, rank)) @ rng.standard_normal((rank, p)) + 1
    y = X[:, 0] + rng.standard_normal(n)
    folds = k_folds(n, 3, rng=rng)
    found, expected = both(X, y, folds, tol=1e-10, standardize=standardize)
    np.testing.assert_allclose(found.fold_errors, expected.fold_errors, rtol=1e-3, atol=1e-8)
    assert found.fold_gaps.max() <= 1e-10


@pytest.mark.parametrize("n_features", [6, 30])
def test_a_column_that_is_constant_in_one_fold_has_no_coefficient_there(n_features):
    X, y = drawn(24, n_features)
    X[:18, 1] = 0.1
    X[6:, 2] = 700.0
    assert_alike(*both(X, y, k_folds(24, 4)))
    assert_alike(*both(X, y, k_folds(24, 4), standardize=False, fit_intercept=False))


@pytest.mark.parametrize("n_features", [6, 30])
def test_copies_of_columns_are_no_difficulty(n_features):
    X, y = drawn(40, n_features)
    assert_alike(*both(np.hstack([X, X]), y, k_folds(40, 4)))


@pytest.mark.parametrize("standardize", [True, False])
def test_a_row_that_outweighs_all_others_costs_the_folds_without_it_no_digits(standardize):
    X, y = drawn()
    X[0, 0], y[0] = 1e9, 1e7
    found, expected = both(X, y, k_folds(60, 4), standardize=standardize)
    lams = lam_grid(X[15:], y[15:], n_lams=8)
    found = lasso_cv(X, y, lams, folds=k_folds(60, 4), standardize=standardize)
    options = {"solver": coordinate_descent, "tol": 1e-12, "standardize": standardize}
    expected = cross_validate_path(X, y, lams, folds=k_folds(60, 4), **options)
    np.testing.assert_allclose(found.fold_errors[0], expected.fold_errors[0], rtol=1e-6)


@pytest.mark.parametrize("place", [1e3, 1e7])
def test_columns_far_from_zero_cost_no_digits(place):
    X, y = drawn()
    assert_alike(*both(X + place, y + place, k_folds(60, 4)), rtol=1e-4)


def test_errors_next_to_nothing_are_no_differences_of_products():
    X, _ = drawn(400, 3)
    y = X @ np.array([1.0, -2.0, 0.5]) + 4
    found = lasso_cv(X, y, [1e-4, 1e-6, 1e-8], folds=k_folds(400, 4), standardize=False)
    expected = np.array([1e-8, 1e-12, 1e-16])
    assert (found.fold_errors.mean(axis=0) < 10 * expected).all()
    np.testing.assert_allclose(found.fold_errors[:, 1] / found.fold_errors[:, 0], 1e-4, rtol=1e-3)


def test_the_alpha_of_lasso_cv_is_chosen():
    folds = k_folds(442, 5, rng=np.random.default_rng(0))
    lams = lam_grid(DIABETES.X, DIABETES.y, ratio=0.01)
    found = lasso_cv(DIABETES.X, DIABETES.y, lams, folds=folds, standardize=False)
    pairs = [(fold.train, fold.test) for fold in folds]
    theirs = LassoCV(alphas=lams, cv=pairs, tol=1e-10, max_iter=100_000).fit(DIABETES.X, DIABETES.y)
    np.testing.assert_allclose(found.fold_errors.T, theirs.mse_path_, rtol=1e-6)
    assert best_lam(found) == theirs.alpha_


@pytest.mark.parametrize("n_features", [5, 80])
@pytest.mark.parametrize("standardize", [True, False])
def test_without_penalties_the_grid_is_that_of_tier_two(n_features, standardize):
    X, y = drawn(40, n_features)
    found = lasso_cv(X, y, folds=k_folds(40, 3), standardize=standardize)
    scaled = (X / X.std(axis=0)) if standardize else X
    np.testing.assert_allclose(found.lams, lam_grid(scaled, y), rtol=1e-9)
    assert found.fold_errors.shape == (3, 100)


def test_many_folds_are_worked_on_in_groups(monkeypatch):
    X, y = drawn()
    together = lasso_cv(X, y, [0.5, 0.1], folds=k_folds(60, 60))
    monkeypatch.setattr(folds_of_few_columns, "ROOM", 700)
    in_groups = lasso_cv(X, y, [0.5, 0.1], folds=k_folds(60, 60))
    np.testing.assert_allclose(in_groups.fold_errors, together.fold_errors, rtol=1e-9)
    assert in_groups.fold_errors.shape == (60, 2)


def test_both_ways_give_the_same(monkeypatch):
    X, y = drawn(80, 10)
    from_products = lasso_cv(X, y, folds=k_folds(80, 4), tol=1e-12)
    monkeypatch.setattr(cross_validation, "goes_from_kink_to_kink", lambda *_: False)
    from_rows = lasso_cv(X, y, folds=k_folds(80, 4), tol=1e-12)
    np.testing.assert_allclose(from_rows.fold_errors, from_products.fold_errors, rtol=1e-6)
    np.testing.assert_allclose(from_rows.lams, from_products.lams, rtol=1e-12)


def test_two_processes_give_what_one_gives_to_the_bit():
    X, y = drawn(40, 80)
    one, two = (lasso_cv(X, y, [0.5, 0.2], folds=k_folds(40, 4), n_jobs=n_jobs) for n_jobs in (1, 2))
    np.testing.assert_array_equal(one.fold_errors, two.fold_errors)
    assert (one.fold_gaps == two.fold_gaps).all()


@pytest.mark.parametrize("n_features", [5, 80])
def test_a_bar_is_shown_to_those_who_ask(monkeypatch, n_features):
    X, y = drawn(40, n_features)
    asked = []
    monkeypatch.setattr(cross_validation, "watched", lambda items, asks, **_: asked.append(asks) or items)
    for progress in (True, False):
        lasso_cv(X, y, [0.5], folds=k_folds(40, 4), progress=progress)
    assert asked == [True, False]


@pytest.mark.parametrize("n_features", [5, 80])
def test_what_rounding_keeps_above_tol_is_told_once_to_whoever_called(n_features):
    X, y = drawn(40, n_features)
    with pytest.warns(ConvergenceWarning, match=r"\d+ of 8 fits stopped above tol = 1.0e-30") as told:
        lasso_cv(X, y, [0.5, 0.1], folds=k_folds(40, 4), tol=1e-30)
    assert (len(told), told[0].filename) == (1, __file__)


BAD = [
    ({"lams": [0.1, 0.2]}, "do not fall"),
    ({"lams": [0.0]}, "lam is 0"),
    ({"tol": 0}, "tol is 0"),
    ({"folds": k_folds(40, 4)[:1]}, "at least two"),
    ({"folds": [Fold([0, 1, 2], [2, 3])] * 2}, "in train and in test, the first is 2"),
    ({"folds": [Fold([0, 1, 1], [2, 3])] * 2}, "holds a row twice"),
    ({"folds": [Fold([0, 1], [40])] * 2}, "outside 0 to 39"),
    ({"y": np.zeros(3)}, "y has shape"),
    ({"y": np.zeros(40)}, "lam_max is 0"),
]


@pytest.mark.parametrize("n_features", [5, 80])
@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_input_is_refused_as_in_tier_two(n_features, change, message):
    X, y = drawn(40, n_features)
    call = {"y": y, "lams": None, "folds": k_folds(40, 4)} | change
    for cross_validate in (lasso_cv, cross_validate_path):
        with pytest.raises(ValueError, match=message):
            cross_validate(X, call.pop("y") if "y" in call else change.get("y", y), **call)


@pytest.mark.parametrize("n_features", [5, 80])
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e200])
@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
def test_a_number_that_is_not_finite_or_too_large_is_refused(n_features, bad):
    X, y = drawn(40, n_features)
    X[7, 3] = bad
    with pytest.raises(ValueError, match="NaN or infinite" if not abs(bad) < np.inf else "too large"):
        lasso_cv(X, y, folds=k_folds(40, 4))


@pytest.mark.parametrize("n_features", [5, 80])
def test_a_constant_column_is_named(n_features):
    X, y = drawn(40, n_features)
    X[:, 2] = 0.1
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(n_features)])
    with pytest.raises(ValueError, match="'x2'; leave them out"):
        lasso_cv(frame, y, folds=k_folds(40, 4))


@pytest.mark.parametrize("n_features", [1, 80])
def test_a_fold_in_which_nothing_varies_is_refused(n_features):
    X, y = drawn(40, n_features)
    X[10:] = 3.0
    with pytest.raises(ValueError, match="constant on the training rows of fold 0"):
        lasso_cv(X, y, [0.1], folds=k_folds(40, 4))


def repeated(X, y, folds, times):
    """The rows as often as they weigh, in folds that keep copies together."""
    rows = np.repeat(np.arange(len(y)), times)
    copies = [Fold(*(np.flatnonzero(np.isin(rows, part)) for part in (f.train, f.test))) for f in folds]
    return X[rows], y[rows], copies


@pytest.mark.parametrize("n_features", [5, 60])
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("kind", ["shuffled", "forward"])
def test_a_row_that_weighs_two_counts_as_two_rows(kind, standardize, n_features):
    X, y = drawn(30, n_features)
    folds, times = FOLDS[kind](30), np.random.default_rng(0).integers(0, 4, 30)
    options = {"lams": [0.5, 0.2, 0.1], "standardize": standardize, "tol": 1e-11}
    weighted = lasso_cv(X, y, folds=folds, sample_weight=0.7 * times, **options)
    X, y, folds = repeated(X, y, folds, times)
    as_rows = lasso_cv(X, y, folds=folds, **options)
    np.testing.assert_allclose(weighted.fold_errors, as_rows.fold_errors, rtol=1e-4)
    np.testing.assert_allclose(weighted.lam_max, as_rows.lam_max, rtol=1e-10)


@pytest.mark.parametrize("n_features", [6, 30])
def test_in_a_fold_too_only_rows_that_weigh_make_a_column_vary(n_features):
    X, y = drawn(24, n_features)
    X[:18, 1], weights = 700.0, np.ones(24)
    X[3, 1], weights[3] = 50.0, 0.0
    options = {"lams": [0.5, 0.1], "standardize": False, "fit_intercept": False, "tol": 1e-10}
    weighted = lasso_cv(X, y, folds=k_folds(24, 4), sample_weight=weights, **options)
    X, y, folds = repeated(X, y, k_folds(24, 4), weights.astype(int))
    np.testing.assert_allclose(
        weighted.fold_errors, lasso_cv(X, y, folds=folds, **options).fold_errors, rtol=1e-4
    )


@pytest.mark.parametrize("n_features", [4, 60])
def test_a_column_that_varies_only_in_rows_without_weight_is_constant(n_features):
    X, y = drawn(40, n_features)
    X[5:, 2] = 3.0
    with pytest.raises(ValueError, match="column 2; leave them out"):
        lasso_cv(X, y, folds=k_folds(40, 4), sample_weight=np.repeat([0.0, 1.0], [5, 35]))


def test_a_fold_without_weight_is_refused():
    X, y = drawn(40)
    with pytest.raises(ValueError, match="fold 0: the rows of test have sample weights of zero"):
        lasso_cv(X, y, folds=k_folds(40, 4), sample_weight=np.repeat([0.0, 1.0], [10, 30]))
