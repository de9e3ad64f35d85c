"""course_utils.fast.fold_products: what is left of all products is what the training rows give, and proves as much."""

import numpy as np
import pytest

from course_utils.fast.fold_products import fold_products, products_of_all
from course_utils.fast.gram_paths import proven_paths, relative_gaps
from course_utils.fast.reading import Reading
from course_utils.objective import duality_gap
from course_utils.tuning import blocked_folds, forward_folds, k_folds

FOLDS = {"all but one part": k_folds, "a gap besides": blocked_folds, "what came before": forward_folds}


def drawn(n_samples=90, n_features=6):
    rng = np.random.default_rng(0)
    X = rng.normal(5.0, 1.0, (n_samples, n_features)) * np.geomspace(1, 9, n_features)
    return X, X[:, 0] - X[:, 1] + rng.standard_normal(n_samples)


def products(X, y, folds, **how):
    reading = Reading.of(X, y)
    tested = [reading.sums(fold.test) for fold in folds]
    return reading, fold_products(reading, reading.sums(np.arange(len(y))), folds, tested, **how)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("kind", FOLDS)
def test_the_products_are_those_of_the_training_rows(kind, standardize, fit_intercept):
    X, y = drawn()
    folds = FOLDS[kind](90, 5)
    _, found = products(X, y, folds, standardize=standardize, fit_intercept=fit_intercept)
    for k, fold in enumerate(folds):
        Z, t = X[fold.train] / (X[fold.train].std(axis=0) if standardize else 1.0), y[fold.train]
        if fit_intercept:
            Z, t = Z - Z.mean(axis=0), t - t.mean()
        np.testing.assert_allclose(found.Gs[k], Z.T @ Z, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found.qs[k], Z.T @ t, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found.yys[k], t @ t, rtol=1e-11)


def test_every_fit_goes_through_the_means_or_the_origin():
    X, y = drawn()
    folds = k_folds(90, 5)
    reading, found = products(X, y, folds)
    means = np.append(X[folds[2].train].mean(axis=0), y[folds[2].train].mean())
    np.testing.assert_allclose(found.through[2] + reading.shift, means, rtol=1e-13)
    reading, found = products(X, y, folds, fit_intercept=False)
    np.testing.assert_allclose(found.through + reading.shift, 0.0, atol=1e-15)


@pytest.mark.parametrize("kind", FOLDS)
def test_the_gaps_are_those_of_the_training_rows(kind):
    X, y = drawn()
    folds = FOLDS[kind](90, 5)
    _, these = products(X, y, folds, standardize=False)
    parts, lams = (these.Gs, these.qs, these.yys, these.n[:, None] * np.array([0.5, 0.05])), (0.5, 0.05)
    almost = 0.9 * proven_paths(*parts).coefficients
    for fold, betas, gaps in zip(folds, almost, relative_gaps(*parts, almost), strict=True):
        Z, t = X[fold.train], y[fold.train]
        fits = [(beta, t.mean() - Z.mean(axis=0) @ beta, lam) for beta, lam in zip(betas, lams, strict=True)]
        np.testing.assert_allclose(gaps, [duality_gap(Z, t, *fit) for fit in fits], rtol=1e-9)


def test_of_all_rows_the_products_are_those_of_a_fold_that_trains_on_all():
    X, y = drawn()
    reading = Reading.of(X, y)
    found = products_of_all(reading, reading.sums(np.arange(90)))
    Z, t = (X - X.mean(axis=0)) / X.std(axis=0), y - y.mean()
    np.testing.assert_allclose(found.Gs[0], Z.T @ Z, atol=1e-9)
    np.testing.assert_allclose(found.qs[0], Z.T @ t, atol=1e-9)
    assert (found.n[0], len(found.yys)) == (90, 1)


def test_rows_are_read_in_pieces_of_any_length(monkeypatch):
    X, y = drawn()
    whole = Reading.of(X, y).sums(np.arange(90))
    monkeypatch.setattr("course_utils.fast.reading.PIECE", 40)
    np.testing.assert_allclose(Reading.of(X, y).sums(np.arange(90)), whole, rtol=1e-12, atol=1e-10)
    assert len(list(Reading.of(X, y).pieces(np.arange(90)))) == 18
