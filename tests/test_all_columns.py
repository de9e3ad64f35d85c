"""course_utils.fast.all_columns: products alone prove what a pass over the rows would, to their last trusted digit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.fast import all_columns
from course_utils.fast.all_columns import AllColumns, _products_of
from course_utils.fast.look import seen_of
from course_utils.fast.problem import Problem


def drawn(n_samples, n_features, seed=0, **options):
    """A problem of independent columns that are not centred."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_samples, n_features)) + 1
    return Problem.of(X, X[:, 0] + rng.standard_normal(n_samples), **options)


def products_written_out(problem):
    """Z'Z, from columns that are centred first."""
    Z = np.empty((len(problem.Zt), problem.n_samples))
    problem.gather(np.arange(len(Z)), Z)
    return Z @ Z.T


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize(
    "weights", [{}, {"sample_weight": np.arange(50)}, {"feature_weights": np.arange(1, 7)}]
)
def test_products_are_those_of_centred_weighted_columns(fit_intercept, weights):
    problem = drawn(50, 6, fit_intercept=fit_intercept, **weights)
    means = problem.means() if fit_intercept else None
    np.testing.assert_allclose(
        _products_of(problem, means), products_written_out(problem), rtol=1e-10, atol=1e-10
    )


@pytest.mark.parametrize("mean", [1e3, 1e6])
def test_a_large_mean_is_taken_off_before_the_product(mean):
    problem = drawn(50, 6)
    shifted = Problem.of(problem.X + mean, problem.t)
    found = _products_of(shifted, shifted.means())
    np.testing.assert_allclose(found, products_written_out(problem), rtol=1e-8, atol=1e-8 * 50)


def test_rows_are_centred_a_part_at_a_time(monkeypatch):
    monkeypatch.setattr(all_columns, "ROWS", 7)
    problem = drawn(50, 6, sample_weight=np.arange(50))
    expected = products_written_out(problem)
    np.testing.assert_allclose(_products_of(problem, problem.means()), expected, rtol=1e-10, atol=1e-10)


@settings(max_examples=40)
@given(
    n_samples=st.integers(2, 30),
    n_features=st.integers(1, 30),
    l2=st.sampled_from([0.0, 0.1]),
    positive=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_look_by_products_is_a_look_at_the_rows(n_samples, n_features, l2, positive, seed):
    problem = drawn(n_samples, n_features, seed, l2=l2, positive=positive)
    by_products, by_rows = AllColumns(problem, 1e-6), AllColumns(problem, 1e-12)
    by_products.w[:] = by_rows.w[:] = np.random.default_rng(seed).uniform(0, 0.1, n_features)
    found, expected = by_products.look(0.3), by_rows.look(0.3)
    assert found.gap == pytest.approx(expected.gap, rel=1e-9, abs=1e-11)
    np.testing.assert_allclose(found.correlations, expected.correlations, atol=1e-10 * n_samples * n_features)


def test_products_are_trusted_above_their_rounding_only():
    problem = drawn(20, 3)
    assert AllColumns(problem, 1e-9).by_products
    assert not AllColumns(problem, 0.9e-9).by_products


@pytest.mark.parametrize("positive", [True, False])
def test_gaps_of_several_solutions_are_those_of_each(positive):
    problem = drawn(30, 4, positive=positive)
    work = AllColumns(problem, 1e-6)
    W, penalties = np.array([[0.5, 0.0, 0.1, 0.0], [0.9, 0.2, 0.0, 0.0]]), np.array([3.0, 1.0])
    work.look(1.0), work.solve(1.0, 1e-9)
    Z = np.empty((4, 30))
    problem.gather(np.arange(4), Z)
    residuals = [problem.t - w @ Z for w in W]
    expected = [seen_of(problem, p, w, r, Z @ r).gap for p, w, r in zip(penalties, W, residuals, strict=True)]
    np.testing.assert_allclose(work.gaps_of_all(penalties, W), expected, rtol=1e-9)


def test_products_that_overflow_are_refused_in_words():
    X = np.array([[1e200, 0.0], [0.0, 1.0], [1.0, 1.0]])
    work = AllColumns(Problem.of(X, np.arange(3.0)), 1e-6)
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(ValueError, match="too large for float64"),
    ):
        work.solve(0.1, 1e-6)
