"""course_utils.fast.wide_homotopy: the exact path from the rows alone, and a proof that does not trust it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.fast import wide_homotopy
from course_utils.fast.gram_paths import proven_paths
from course_utils.fast.wide_homotopy import wide_path
from course_utils.objective import duality_gap


def problem(n_samples, n_features, seed=0, n_penalties=30, ratio=0.01):
    """Centred columns, one a row, that resemble their neighbours, a target, and falling penalties."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n_features, n_samples))
    Z[1:] += 0.7 * Z[:-1]
    t = Z[::7].sum(axis=0) + rng.standard_normal(n_samples)
    Z, t = np.ascontiguousarray(Z - Z.mean(axis=1, keepdims=True)), t - t.mean()
    return Z, t, np.abs(Z @ t).max() * np.geomspace(1.1, ratio, n_penalties)


def gaps_of(Z, t, penalties, found):
    """The gaps computed by the package that teaches."""
    solutions = zip(found.coefficients, penalties / len(t), strict=True)
    return [duality_gap(Z.T, t, w, 0.0, lam, fit_intercept=False) for w, lam in solutions]


@settings(max_examples=25)
@given(st.integers(2, 25), st.integers(1, 80), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_a_gap_is_that_of_all_columns_whatever_the_rank(n_samples, n_features, rank, seed):
    Z, t, penalties = problem(n_samples, n_features, seed, n_penalties=8)
    Z = np.random.default_rng(seed).standard_normal((n_features, min(rank, n_features))) @ Z[:rank]
    found = wide_path(np.ascontiguousarray(Z), t, penalties)
    np.testing.assert_allclose(found.gaps, gaps_of(Z, t, penalties, found), atol=1e-11)


@pytest.mark.parametrize("shape", [(60, 500), (30, 31), (40, 15), (25, 1), (2, 9)])
def test_the_path_is_exact(shape):
    Z, t, penalties = problem(*shape)
    found = wide_path(Z, t, penalties, tol=1e-12)
    assert max(gaps_of(Z, t, penalties, found)) <= 1e-12


def test_it_is_the_path_from_the_products_of_all_columns():
    Z, t, penalties = problem(40, 120)
    products = proven_paths((Z @ Z.T)[None], (Z @ t)[None], [t @ t], penalties, tol=1e-12)
    np.testing.assert_allclose(wide_path(Z, t, penalties).coefficients, products.coefficients[0], atol=1e-9)


@pytest.mark.parametrize("position", [0.3, 0.99])
def test_how_often_all_columns_are_looked_at_changes_nothing(position, monkeypatch):
    Z, t, penalties = problem(40, 300)
    often = wide_path(Z, t, penalties)
    for name in ("_follow", "_go_down"):  # in Python, which reads NEXT anew
        monkeypatch.setattr(wide_homotopy, name, getattr(wide_homotopy, name).py_func)
    monkeypatch.setattr(wide_homotopy, "NEXT", position)
    np.testing.assert_allclose(wide_path(Z, t, penalties).coefficients, often.coefficients, atol=1e-9)


def test_where_the_strong_rule_fails_all_columns_are_watched():
    Z, t, penalties = problem(40, 15)
    assert wide_homotopy._followed(Z, t, penalties, 0.7).gaps.max() > 1e-4
    assert wide_path(Z, t, penalties, tol=1e-12).gaps.max() <= 1e-12


def test_without_centring_as_many_columns_as_rows_may_be_active():
    rng = np.random.default_rng(0)
    Z, t = rng.standard_normal((30, 5)), rng.standard_normal(5)
    penalties = np.abs(Z @ t).max() * np.geomspace(1, 1e-9, 40)
    found = wide_path(Z, t, penalties, tol=1e-12)
    assert max(gaps_of(Z, t, penalties, found)) <= 1e-12
    assert (found.coefficients[-1] != 0).sum() == 5


def test_twins_share_one_coefficient_and_empty_columns_have_none():
    Z, t, penalties = problem(30, 60)
    Z[7], Z[8], Z[20] = Z[3], -Z[3], 0.0
    found = wide_path(Z, t, penalties)
    assert max(gaps_of(Z, t, penalties, found)) <= 1e-12
    assert ((found.coefficients[:, [3, 7, 8]] != 0).sum(axis=1) <= 1).all()
    assert not found.coefficients[:, 20].any()


def test_above_the_largest_correlation_nothing_is_selected():
    Z, t, penalties = problem(30, 60)
    found = wide_path(Z, t, penalties[0] * np.array([10.0, 1.0]))
    assert not found.coefficients.any()
    np.testing.assert_array_equal(found.gaps, 0.0)


def test_a_target_of_zeros_has_the_solution_zero():
    Z, _, penalties = problem(30, 60)
    found = wide_path(Z, np.zeros(30), penalties)
    assert not found.coefficients.any()
    np.testing.assert_array_equal(found.gaps, 0.0)


def test_a_path_that_is_not_followed_is_not_proven(monkeypatch):
    Z, t, penalties = problem(30, 60)
    monkeypatch.setattr(wide_homotopy, "MOST_KINKS", 0.2)
    found = wide_path(Z, t, penalties)
    assert found.gaps[1] <= 1e-12
    assert found.gaps[-1] > 0.01
    np.testing.assert_allclose(found.gaps, gaps_of(Z, t, penalties, found), rtol=1e-9, atol=1e-13)
