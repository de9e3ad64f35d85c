"""course_utils.deploy.stability_index: the index of the dashboards, and what chance makes of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from course_utils.deploy.stability_index import (
    ChanceLimits,
    bin_counts,
    population_stability_index,
    psi_edges,
    psi_limit,
)

TENTHS = np.full(10, 0.1)
seeds = st.integers(0, 2**32 - 1)


def test_index_of_two_values_by_hand():
    """Counts 3 and 1, then 1 and 3, half a row added to each: shares 0.7, 0.3 and 0.3, 0.7."""
    found = population_stability_index([0, 0, 0, 1], [0, 1, 1, 1])
    assert found == pytest.approx(2 * 0.4 * np.log(7 / 3), rel=1e-12)


@given(seeds)
def test_index_is_never_negative_and_is_zero_of_a_sample_with_itself(seed):
    then, now = np.random.default_rng(seed).standard_normal((2, 50))
    assert population_stability_index(then, then) == 0
    assert population_stability_index(then, now) >= 0


@given(seeds, st.integers(2, 12))
def test_bins_of_values_without_ties_are_equally_full(seed, n_bins):
    values = np.random.default_rng(seed).permutation(12.0 * np.arange(2 * n_bins * n_bins))
    counts = bin_counts(values, psi_edges(values, n_bins))
    assert len(counts) == n_bins
    assert np.ptp(counts) <= 1


def test_few_values_have_a_bin_each():
    edges = psi_edges([0, 0, 0, 0, 0, 0, 1, 5], n_bins=10)
    assert bin_counts([0, 1, 1, 5, 9], edges).tolist() == [1, 2, 2]


def test_equal_values_are_not_parted():
    """Half the houses have no second floor: all of them are in one bin."""
    areas = np.append(np.zeros(50), np.arange(1, 51))
    assert bin_counts(areas, psi_edges(areas)).tolist()[0] == 50


def test_limit_is_that_of_chi_squared_when_every_bin_is_full():
    limit = psi_limit(TENTHS, 20_000, 30_000, n_draws=20_000, rng=np.random.default_rng(0))
    assert limit == pytest.approx(stats.chi2(9).ppf(0.95) * (1 / 20_000 + 1 / 30_000), rel=0.03)


def test_reference_taken_for_the_truth_halves_the_limit_of_equal_samples():
    options = {"n_draws": 20_000, "rng": np.random.default_rng(0)}
    honest = psi_limit(TENTHS, 5000, 5000, **options)
    assert psi_limit(TENTHS, 5000, 5000, reference_is_truth=True, **options) == pytest.approx(
        honest / 2, rel=0.05
    )


def test_limit_of_a_column_is_that_of_its_shares(rng):
    limit = ChanceLimits(level=0.01, n_draws=5000, rng=rng).limit(np.full(10, 50), 100)
    assert limit == pytest.approx(psi_limit(TENTHS, 500, 100, level=0.01, rng=rng), rel=0.1)


def test_columns_with_the_same_shares_have_the_same_limit_and_others_another(rng):
    limits = ChanceLimits(level=0.05, n_draws=200, rng=rng)
    even, uneven = np.full(10, 50), np.array([300, 200])
    assert limits.limit(even, 100) == limits.limit(even, 100)
    assert limits.limit(uneven, 100) < limits.limit(even, 100) < limits.limit(even, 30)
