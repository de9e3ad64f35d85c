import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import Lasso, LassoCV, LassoLarsIC, lars_path
from sklearn.model_selection import KFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_utils.datasets import load_diabetes, load_hitters, load_prostate
from course_utils.objective import lam_max
from course_utils.path import PathResult, lam_grid, lasso_path
from course_utils.scaling import fit_standardizer
from course_utils.solvers import ConvergenceWarning, History, SolverResult, coordinate_descent, fista
from course_utils.tuning import (
    CVPath,
    EdgeOfGridWarning,
    Fold,
    best_lam,
    blocked_folds,
    cross_validate_path,
    edge_of_grid,
    forward_folds,
    information_criteria,
    k_folds,
    one_standard_error_lam,
    refit,
)

seeds = st.integers(0, 2**32 - 1)


def draw(seed, n_samples=40, n_features=5):
    rng = np.random.default_rng(seed)
    X = rng.normal(1.0, 1.0, (n_samples, n_features)) * np.geomspace(1, 20, n_features)
    return X, 7.0 + X[:, 0] - 0.1 * X[:, 2] + rng.normal(size=n_samples)


def curve(*errors, spread=0.0, top=None):
    """A cross-validation with these mean errors at lam = n, ..., 2, 1, from two folds."""
    errors = np.array(errors, dtype=float)
    lams = np.arange(len(errors), 0.0, -1.0)
    folds = np.array([errors - spread, errors + spread])
    top = lams[0] if top is None else top
    return CVPath(lams, folds, np.array([5, 5]), np.zeros_like(folds), top)


def as_pairs(folds):
    return [(fold.train, fold.test) for fold in folds]


# Reference: folds


@pytest.mark.parametrize(("n_samples", "n_folds"), [(10, 5), (11, 3), (263, 5), (6, 6)])
def test_folds_in_order_are_those_of_scikit_learn(n_samples, n_folds):
    theirs = KFold(n_folds).split(np.zeros(n_samples))
    for (train, test), (their_train, their_test) in zip(
        as_pairs(k_folds(n_samples, n_folds)), theirs, strict=True
    ):
        np.testing.assert_array_equal(train, their_train)
        np.testing.assert_array_equal(test, their_test)


@pytest.mark.parametrize("gap", [0, 2])
def test_forward_folds_are_the_time_series_split_of_scikit_learn(gap):
    theirs = TimeSeriesSplit(4, gap=gap).split(np.zeros(25))
    for (train, test), (their_train, their_test) in zip(
        as_pairs(forward_folds(25, 4, gap=gap)), theirs, strict=True
    ):
        np.testing.assert_array_equal(train, their_train)
        np.testing.assert_array_equal(test, their_test)


# Reference: errors


def assert_agrees_with_lasso_cv(X, y, *, fit_intercept):
    folds = k_folds(len(y), 5, rng=np.random.default_rng(0))
    lams = lam_grid(X, y, n_lams=15, ratio=0.01, fit_intercept=fit_intercept)
    options = {"fit_intercept": fit_intercept, "tol": 1e-10}
    ours = cross_validate_path(X, y, lams, folds=folds, standardize=False, max_iter=200_000, **options)
    theirs = LassoCV(alphas=lams, cv=as_pairs(folds), max_iter=200_000, **options).fit(X, y)
    np.testing.assert_allclose(ours.fold_errors.T, theirs.mse_path_, rtol=1e-5)
    assert best_lam(ours) == theirs.alpha_


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_errors_without_standardising_are_those_of_lasso_cv(fit_intercept):
    men = load_prostate()
    assert_agrees_with_lasso_cv(fit_standardizer(men.X).transform(men.X), men.y, fit_intercept=fit_intercept)


def test_errors_are_those_of_a_scikit_learn_pipeline_scaled_in_each_fold():
    X, y = draw(0)
    folds = k_folds(len(y), 4, rng=np.random.default_rng(1))
    ours = cross_validate_path(X, y, [0.5, 0.1], folds=folds, tol=1e-12)
    for k, fold in enumerate(folds):
        for i, lam in enumerate(ours.lams):
            model = make_pipeline(StandardScaler(), Lasso(alpha=lam, tol=1e-12))
            predicted = model.fit(X[fold.train], y[fold.train]).predict(X[fold.test])
            theirs = np.mean((y[fold.test] - predicted) ** 2)
            # a gap of tol leaves predictions apart by its square root
            np.testing.assert_allclose(ours.fold_errors[k, i], theirs, rtol=1e-6)


# Reference: the lab of ISLP, chapter 6, whose notebook stores these results


PUBLISHED_LAM, PUBLISHED_ERROR, PUBLISHED_NONZERO = 3.1472370031649866, 114690.73118253564, 13


def scikit_learn_lasso(X, y, lam, *, tol, max_iter, fit_intercept, beta_start=None):
    """scikit-learn's coordinate descent, stopped where its default tolerance stops it."""
    model = Lasso(alpha=lam, warm_start=True, precompute=True, fit_intercept=fit_intercept)
    if beta_start is not None:
        model.coef_ = beta_start.copy()
    model.fit(X, y)
    history = History(np.zeros(1), np.zeros(1))
    return SolverResult(model.coef_.copy(), model.intercept_, lam, 0.0, model.n_iter_, True, history)


@pytest.fixture(scope="module")
def hitters():
    """As in the lab: columns scaled over all players, before they are divided into folds."""
    players = load_hitters()
    folds = [Fold(*pair) for pair in KFold(5, shuffle=True, random_state=0).split(players.X)]
    return fit_standardizer(players.X).transform(players.X), players.y, folds


def test_the_published_lam_and_error_of_hitters_with_the_published_stopping_rule(hitters):
    X, y, folds = hitters
    cv = cross_validate_path(X, y, folds=folds, standardize=False, solver=scikit_learn_lasso)
    np.testing.assert_allclose(best_lam(cv), PUBLISHED_LAM, rtol=1e-14)
    np.testing.assert_allclose(cv.mean_error.min(), PUBLISHED_ERROR, rtol=1e-13)


def test_the_published_lam_of_hitters_is_best_for_certified_solutions_too(hitters):
    X, y, folds = hitters
    cv = cross_validate_path(X, y, lam_grid(X, y)[::3], folds=folds, standardize=False, tol=1e-5)
    np.testing.assert_allclose(best_lam(cv), PUBLISHED_LAM, rtol=1e-14)
    beta = fista(X, y, PUBLISHED_LAM, tol=1e-8).beta
    assert np.count_nonzero(beta) == PUBLISHED_NONZERO


def test_the_published_error_of_hitters_is_not_that_of_the_minimum(hitters):
    X, y, folds = hitters
    # scikit-learn's default tolerance stopped 31 above the error of the solution, 0.03 %
    lams = lam_grid(X, y)[:64]
    exact = cross_validate_path(X, y, lams[-2:], folds=folds, standardize=False, tol=1e-9)
    np.testing.assert_allclose(exact.mean_error[-1], 114660.09, atol=0.01)


# Reference: information criteria


def knots_of(X, y):
    """The solutions at which a coefficient enters or leaves, by scikit-learn's exact homotopy."""
    lams, _, betas = lars_path(X, y - y.mean(), method="lasso")
    n = len(lams) - 1  # the last is least squares, lam = 0
    return PathResult(lams[:n], betas.T[:n], np.full(n, y.mean()), np.zeros(n), np.zeros(n, dtype=int))


@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_criteria_on_the_diabetes_path_are_those_of_scikit_learn(criterion):
    patients = load_diabetes()
    theirs = LassoLarsIC(criterion=criterion).fit(patients.X, patients.y)
    ours = information_criteria(patients.X, patients.y, knots_of(patients.X, patients.y))
    np.testing.assert_allclose(getattr(ours, criterion), theirs.criterion_[:-1], rtol=1e-10)
    np.testing.assert_allclose(ours.noise_variance, theirs.noise_variance_, rtol=1e-10)
    np.testing.assert_allclose(ours.best_lam(criterion), theirs.alpha_, rtol=1e-12)


# Laws


@given(seed=seeds, n_samples=st.integers(2, 40), n_folds=st.integers(2, 10), shuffle=st.booleans())
def test_every_row_is_tested_once_and_trains_otherwise(seed, n_samples, n_folds, shuffle):
    n_folds = min(n_folds, n_samples)
    folds = k_folds(n_samples, n_folds, rng=np.random.default_rng(seed) if shuffle else None)
    np.testing.assert_array_equal(np.sort(np.concatenate([f.test for f in folds])), np.arange(n_samples))
    for fold in folds:
        np.testing.assert_array_equal(np.sort(np.append(fold.train, fold.test)), np.arange(n_samples))
        assert (np.diff(fold.train) > 0).all()
        assert (np.diff(fold.test) > 0).all()
    sizes = [len(fold.test) for fold in folds]
    assert max(sizes) - min(sizes) <= 1


def test_shuffled_folds_depend_on_the_generator_alone():
    first, again, other = (
        np.concatenate([f.test for f in k_folds(20, 4, rng=np.random.default_rng(seed))])
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@given(n_samples=st.integers(20, 60), n_folds=st.integers(2, 5), gap=st.integers(0, 5))
def test_training_rows_keep_their_distance_from_the_test_block(n_samples, n_folds, gap):
    for fold in blocked_folds(n_samples, n_folds, gap=gap):
        distances = np.abs(fold.train[:, None] - fold.test).min(axis=1)
        assert distances.min() == gap + 1
        near = np.arange(max(fold.test[0] - gap, 0), min(fold.test[-1] + gap, n_samples - 1) + 1)
        assert len(fold.train) == n_samples - len(near)


@given(n_samples=st.integers(20, 60), n_folds=st.integers(2, 4), gap=st.integers(0, 3))
def test_forward_folds_never_train_on_what_comes_later(n_samples, n_folds, gap):
    folds = forward_folds(n_samples, n_folds, gap=gap)
    assert all(fold.train.max() == fold.test.min() - gap - 1 for fold in folds)
    assert folds[-1].test[-1] == n_samples - 1


@given(seed=seeds, factor=st.floats(0.001, 1000))
def test_standardised_errors_do_not_depend_on_the_units_of_a_column(seed, factor):
    X, y = draw(seed)
    folds, lams = k_folds(len(y), 3), [0.3, 0.1]
    scaled = X * np.array([factor, 1, 1, 1, 1])
    errors = [cross_validate_path(A, y, lams, folds=folds, tol=1e-10).fold_errors for A in (X, scaled)]
    np.testing.assert_allclose(*errors, rtol=1e-6)


@given(seeds)
def test_at_lam_max_and_above_the_error_is_that_of_the_mean(seed):
    X, y = draw(seed)
    folds = k_folds(len(y), 4)
    cv = cross_validate_path(X, y, [1e6, 1e5], folds=folds)
    means = [np.mean((y[fold.test] - y[fold.train].mean()) ** 2) for fold in folds]
    np.testing.assert_allclose(cv.fold_errors, np.column_stack([means, means]), rtol=1e-12)


def test_nothing_is_learnt_from_the_test_rows():
    X, y = draw(3)
    folds = (Fold(np.arange(30), np.arange(30, 40)), Fold(np.arange(10, 40), np.arange(10)))
    poisoned = X.copy()
    poisoned[30:] *= 100
    lams = [0.5, 0.1]
    clean, dirty = (cross_validate_path(A, y, lams, folds=folds, tol=1e-14) for A in (X, poisoned))
    # the fit of fold 0 is the same: its errors are those of the clean fit on the poisoned rows
    model = refit(X[:30], y[:30], 0.1, tol=1e-14)
    wanted = np.mean((y[30:] - model.intercept - poisoned[30:] @ model.beta) ** 2)
    np.testing.assert_allclose(dirty.fold_errors[0, 1], wanted, rtol=1e-6)
    assert not np.isclose(clean.fold_errors[1], dirty.fold_errors[1]).any()


@pytest.mark.parametrize("standardize", [True, False])
def test_the_default_grid_begins_at_lam_max_of_all_rows(standardize):
    X, y = draw(4)
    X /= X.std(axis=0) * [1, 2, 1, 2, 1]
    cv = cross_validate_path(X, y, folds=k_folds(40, 2), standardize=standardize, tol=1e-3)
    top = lam_max(X / X.std(axis=0) if standardize else X, y)
    np.testing.assert_allclose([cv.lams[0], cv.lam_max], top, rtol=1e-12)
    assert len(cv.lams) == 100


def test_without_an_intercept_the_default_grid_begins_where_zero_is_best():
    X, y = draw(4)
    cv = cross_validate_path(X, y, folds=k_folds(40, 2), fit_intercept=False, tol=1e-3)
    top = lam_max(X / X.std(axis=0), y, fit_intercept=False)
    np.testing.assert_allclose([cv.lams[0], cv.lam_max], top, rtol=1e-12)


def test_lam_max_is_that_of_the_data_whatever_the_grid():
    X, y = draw(4)
    cv = cross_validate_path(X, y, [0.02, 0.01], folds=k_folds(40, 2))
    np.testing.assert_allclose(cv.lam_max, lam_max(X / X.std(axis=0), y), rtol=1e-12)


@pytest.mark.parametrize("standardize", [True, False])
def test_a_sparse_matrix_gives_the_errors_of_the_same_matrix_dense(standardize):
    X, y = draw(5)
    X[X < 1] = 0
    options = {
        "folds": k_folds(40, 4),
        "standardize": standardize,
        "tol": 1e-10,
        "solver": coordinate_descent,
    }
    dense, stored = (cross_validate_path(A, y, [0.3, 0.1], **options) for A in (X, sparse.csr_matrix(X)))
    np.testing.assert_allclose(stored.fold_errors, dense.fold_errors, rtol=1e-7)


def test_a_column_that_is_constant_in_one_fold_alone_has_no_part_there():
    X, y = draw(6)
    rare = np.zeros(40)
    rare[:3] = 1.0  # all three in the first test block
    y = y + 5 * rare
    cv = cross_validate_path(np.column_stack([X, rare]), y, [0.1], folds=k_folds(40, 4))
    without = cross_validate_path(X, y, [0.1], folds=k_folds(40, 4))
    np.testing.assert_allclose(cv.fold_errors[0], without.fold_errors[0], rtol=1e-6)
    assert not np.isclose(cv.fold_errors[1], without.fold_errors[1])


def test_two_processes_give_what_one_gives():
    X, y = draw(7)
    one, two = (cross_validate_path(X, y, [0.3, 0.1], folds=k_folds(40, 4), n_jobs=n) for n in (1, 2))
    np.testing.assert_array_equal(one.fold_errors, two.fold_errors)


def test_errors_and_sizes_belong_to_their_folds():
    X, y = draw(8)
    folds = k_folds(40, 3)
    cv, backwards = (cross_validate_path(X, y, [0.1], folds=f) for f in (folds, folds[::-1]))
    np.testing.assert_array_equal(cv.fold_sizes, [14, 13, 13])
    np.testing.assert_array_equal(cv.fold_errors, backwards.fold_errors[::-1])


def test_mean_and_standard_error_are_taken_over_folds():
    cv = CVPath(np.array([2.0, 1.0]), np.array([[1.0, 4.0], [2.0, 4.0], [6.0, 4.0]]), *[None] * 3)
    np.testing.assert_allclose(cv.mean_error, [3, 4])
    np.testing.assert_allclose(cv.standard_error, [np.sqrt(7 / 3), 0])


@pytest.mark.parametrize("standardize", [True, False])
def test_a_refit_predicts_as_scikit_learn_fitted_to_all_rows(standardize):
    X, y = draw(9)
    ours = refit(X, y, 0.1, standardize=standardize, tol=1e-12, solver=coordinate_descent)
    steps = [StandardScaler()] if standardize else []
    theirs = make_pipeline(*steps, Lasso(alpha=0.1, tol=1e-12, max_iter=100_000)).fit(X, y)
    np.testing.assert_allclose(ours.intercept + X @ ours.beta, theirs.predict(X), rtol=1e-8)


# Laws: which lam is chosen


def test_best_lam_is_where_the_mean_error_is_smallest():
    assert best_lam(curve(5, 4, 2, 3, 6)) == 3.0


def test_of_equal_errors_the_strongest_lam_is_best():
    assert best_lam(curve(5, 2, 2, 3)) == 3.0


def test_one_standard_error_reaches_to_the_strongest_lam_below_the_threshold():
    # two folds 1 above and below: standard error sqrt(2) / sqrt(2) = 1
    assert one_standard_error_lam(curve(5, 2.9, 2.5, 2, 6, spread=1.0)) == 4.0


def test_one_standard_error_takes_that_of_the_best_lam_not_of_the_candidate():
    errors = np.array([[1.0, 2.0, 2.0], [9.0, 2.0, 3.0]])
    cv = CVPath(np.array([3.0, 2.0, 1.0]), errors, np.array([5, 5]), np.zeros_like(errors), 3.0)
    assert one_standard_error_lam(cv) == best_lam(cv) == 2.0


def test_one_standard_error_skips_a_stretch_of_worse_lams():
    assert one_standard_error_lam(curve(9, 2.9, 4, 2, 6, spread=1.0)) == 4.0


@given(seeds)
def test_one_standard_error_never_chooses_a_weaker_penalty(seed):
    errors = np.random.default_rng(seed).uniform(1, 5, size=(4, 8))
    cv = CVPath(np.arange(8.0, 0, -1), errors, np.ones(4), np.zeros_like(errors), 8.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EdgeOfGridWarning)
        assert one_standard_error_lam(cv) >= best_lam(cv)


@pytest.mark.parametrize("rule", [best_lam, one_standard_error_lam])
def test_a_minimum_at_the_weak_end_is_reported_as_an_edge(rule):
    cv = curve(5, 4, 3)
    assert edge_of_grid(cv) == "weak"
    with pytest.warns(EdgeOfGridWarning, match="weakest lam of the grid, 1: an edge is no minimum"):
        rule(cv)


def test_a_minimum_at_a_strong_end_below_lam_max_is_reported_as_an_edge():
    cv = curve(3, 4, 5, top=30.0)
    assert edge_of_grid(cv) == "strong"
    with pytest.warns(EdgeOfGridWarning, match="strongest lam of the grid, 3: .* Begin the grid at lam_max"):
        assert best_lam(cv) == 3.0


def test_a_minimum_at_lam_max_is_an_answer():
    assert edge_of_grid(curve(3, 4, 5)) is None
    assert best_lam(curve(3, 4, 5)) == 3.0


def test_pure_noise_may_choose_the_null_model_without_a_warning():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 5)), rng.normal(size=60)
    cv = cross_validate_path(X, y, folds=k_folds(60, 5, rng=rng), tol=1e-4)
    assert np.argmin(cv.mean_error) == 0
    assert best_lam(cv) == lam_max(X / X.std(axis=0), y)


# Laws: information criteria


def scored(seed, **options):
    X, y = draw(seed)
    X = X / X.std(axis=0)
    path = lasso_path(X, y, lam_grid(X, y, n_lams=20), tol=1e-10)
    return X, y, path, information_criteria(X, y, path, **options)


@given(seeds)
def test_cp_is_aic_on_another_scale(seed):
    _, y, _, scores = scored(seed)
    n, s2 = len(y), scores.noise_variance
    np.testing.assert_allclose((scores.aic - n * np.log(2 * np.pi * s2)) * s2 / n, scores.cp, rtol=1e-9)
    assert np.argmin(scores.cp) == np.argmin(scores.aic)


def test_df_counts_what_is_not_zero_and_rss_what_is_left():
    X, y, path, scores = scored(2)
    np.testing.assert_array_equal(scores.df, [np.sum(beta != 0) for beta in path.betas])
    fitted = path.intercepts[7] + X @ path.betas[7]
    np.testing.assert_allclose(scores.rss[7], np.sum((y - fitted) ** 2), rtol=1e-10)
    assert scores.df[0] == 0
    assert scores.df[-1] == 5


def test_bic_charges_the_logarithm_of_n_where_aic_charges_two():
    _, y, _, scores = scored(3)
    np.testing.assert_allclose(scores.bic - scores.aic, (np.log(len(y)) - 2) * scores.df, atol=1e-9)


def test_a_noise_variance_that_is_given_is_used():
    scores = scored(4, noise_variance=2.0)[-1]
    assert scores.noise_variance == 2.0
    np.testing.assert_allclose(scores.cp, (scores.rss + 4 * scores.df) / 40, rtol=1e-12)


def test_a_criterion_whose_minimum_is_at_the_weak_end_warns():
    X, y = draw(5)
    X = X / X.std(axis=0)
    path = lasso_path(X, y, lam_grid(X, y)[:5], tol=1e-8)
    with pytest.warns(EdgeOfGridWarning, match="weakest"):
        information_criteria(X, y, path).best_lam("aic")


def test_a_criterion_whose_minimum_is_at_a_strong_end_below_lam_max_warns():
    X, y = draw(5)
    X = X / X.std(axis=0)
    # with so much noise no feature is worth its charge, and the null model is not on the grid
    path = lasso_path(X, y, lam_grid(X, y)[[5, 40, 60]], tol=1e-8)
    with pytest.warns(EdgeOfGridWarning, match="strongest"):
        information_criteria(X, y, path, noise_variance=1000.0).best_lam("bic")


# Boundaries


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: k_folds(10, 1), "n_folds is 1; an integer of at least 2"),
        (lambda: k_folds(10, 11), "n_folds is 11; with 10 rows at most 10"),
        (lambda: k_folds(10, 2.0), "n_folds is 2.0; an integer"),
        (lambda: k_folds(True, 2), "n_samples is True; an integer"),
        (lambda: forward_folds(10, 10), "n_folds is 10; with 10 rows at most 9"),
        (lambda: forward_folds(10, 4, gap=-1), "gap is -1; an integer of at least 0"),
        (lambda: forward_folds(10, 4, gap=2), "gap is 2; it leaves fold 0 no row to train on"),
        (lambda: blocked_folds(10, 2, gap=5), "gap is 5; it leaves fold 0 no row to train on"),
    ],
)
def test_folds_that_cannot_be_made_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_seed_is_no_generator():
    with pytest.raises(TypeError, match="a generator is needed"):
        k_folds(10, 2, rng=0)


@pytest.mark.parametrize(
    ("fold", "message"),
    [
        (([0, 1, 2], [2, 3]), r"fold 1: 1 row\(s\) are in train and in test, the first is 2"),
        (([0, 1], [40]), "fold 1: test has row numbers outside 0 to 39"),
        (([-1, 1], [3]), "fold 1: train has row numbers outside 0 to 39"),
        (([0, 1, 1], [3]), "fold 1: train holds a row twice"),
        (([0, 1], [3, 3]), "fold 1: test holds a row twice"),
        (([0, 1], []), "fold 1: test is float64 of shape .0,.; row numbers, at least 1"),
        (([0], [1]), "fold 1: train is int64 of shape .1,.; row numbers, at least 2"),
        (([True, False], [1]), "fold 1: train is bool"),
    ],
)
def test_a_fold_that_does_not_divide_the_rows_is_refused(fold, message):
    X, y = draw(0)
    good = Fold(np.arange(20), np.arange(20, 40))
    with pytest.raises(ValueError, match=message):
        cross_validate_path(X, y, folds=(good, Fold(*map(np.array, fold))))


def test_a_pair_of_scikit_learn_must_be_made_a_fold():
    X, y = draw(0)
    with pytest.raises(TypeError, match=r"fold 0 is of type tuple; a Fold\(train, test\) is needed"):
        cross_validate_path(X, y, [0.1], folds=list(KFold(4).split(X)))


@pytest.mark.parametrize("sequence", [list, tuple])
def test_row_numbers_may_come_in_any_sequence(sequence):
    X, y = draw(0)
    folds = k_folds(40, 2)
    typed = [Fold(sequence(fold.train.tolist()), sequence(fold.test.tolist())) for fold in folds]
    arrays, others = (cross_validate_path(X, y, [0.1], folds=f).fold_errors for f in (folds, typed))
    np.testing.assert_array_equal(others, arrays)


def test_one_fold_is_not_enough():
    X, y = draw(0)
    with pytest.raises(ValueError, match=r"folds has 1 fold\(s\); at least two"):
        cross_validate_path(X, y, folds=[Fold(np.arange(20), np.arange(20, 40))])


def test_a_constant_column_is_refused_by_name():
    X, y = draw(0)
    frame = pd.DataFrame(X, columns=list("abcde")).assign(c=1.0)
    with pytest.raises(ValueError, match=r"constant column.* 'c'"):
        cross_validate_path(frame, y, folds=k_folds(40, 2))


def test_a_fold_in_which_nothing_varies_is_refused():
    X = np.array([[0.0], [0.0], [0.0], [1.0]])
    with pytest.raises(ValueError, match="every column of X is constant on the training rows of fold 3"):
        cross_validate_path(X, np.arange(4.0), [0.1], folds=k_folds(4, 4))


@pytest.mark.parametrize("lams", [[0.1, 0.3], [[0.3, 0.1]], [0.3, 0.0], ["a"]])
def test_penalties_that_a_path_refuses_are_refused(lams):
    X, y = draw(0)
    with pytest.raises((ValueError, TypeError), match="lam"):
        cross_validate_path(X, y, lams, folds=k_folds(40, 2))


def test_fits_that_did_not_arrive_are_counted_in_one_warning():
    X, y = draw(0)
    with pytest.warns(ConvergenceWarning, match="of 6 fits stopped above tol = 1.0e-12") as caught:
        cv = cross_validate_path(X, y, [0.3, 0.1], folds=k_folds(40, 3), tol=1e-12, max_iter=1)
    assert len(caught) == 1
    assert f"{cv.fold_gaps.max():.1e}" in str(caught[0].message)


def test_more_columns_than_rows_need_a_noise_variance():
    X = np.random.default_rng(0).normal(size=(10, 12))
    path = lasso_path(X, X[:, 0], [0.1])
    with pytest.raises(ValueError, match=r"X has 10 rows and 12 columns: .* pass noise_variance"):
        information_criteria(X, X[:, 0], path)
    assert information_criteria(X, X[:, 0], path, noise_variance=1.0).df[0] >= 1


@pytest.mark.parametrize("noise_variance", [0.0, -1.0, np.nan])
def test_a_noise_variance_that_is_not_positive_is_refused(noise_variance):
    with pytest.raises(ValueError, match="noise_variance is"):
        scored(0, noise_variance=noise_variance)


def test_a_path_of_another_design_is_refused():
    X, y, path, scores = scored(0)
    with pytest.raises(ValueError, match="path has 5 features and X has 4"):
        information_criteria(X[:, :4], y, path)
    with pytest.raises(ValueError, match="criterion is 'AIC'; 'aic', 'bic' or 'cp'"):
        scores.best_lam("AIC")
