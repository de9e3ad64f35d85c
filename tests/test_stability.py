"""course_utils.fast.stability: stability selection of course_utils.resampling, without its memory."""

from __future__ import annotations

import tracemalloc

import joblib
import numpy as np
import pandas as pd
import pytest

from course_utils import resampling
from course_utils.datasets import load_diabetes
from course_utils.fast import resampled_paths
from course_utils.fast.stability import stability_selection
from course_utils.path import lam_grid
from course_utils.scaling import fit_standardizer
from course_utils.solvers import ConvergenceWarning


def draw(seed, n_samples=24, n_features=5):
    """X whose columns have different means and spreads, y from the first two, and a short falling path."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features)) * rng.uniform(0.5, 5, n_features) + 2.0
    y = X[:, :2] @ [1.0, -0.5] + rng.normal(size=n_samples)
    return X, y, lam_grid(fit_standardizer(X).transform(X), y, n_lams=5, ratio=0.05)


def run(X, y, lams, *, function=stability_selection, size=10, **options):
    """Select with a generator that starts from zero."""
    return function(X, y, lams, n_subsamples=size, rng=np.random.default_rng(0), **options)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("shape", [(24, 5), (25, 40), (130, 60)])
def test_it_is_the_selection_of_the_readable_tier(shape, standardize, monkeypatch):
    monkeypatch.setattr(resampled_paths, "MOST_IN_A_CHUNK", 4)
    problem = draw(1, *shape)
    ours = run(*problem, standardize=standardize, tol=1e-10)
    readable = run(*problem, standardize=standardize, tol=1e-10, function=resampling.stability_selection)
    np.testing.assert_array_equal(ours.frequencies, readable.frequencies)
    np.testing.assert_array_equal(ours.lams, readable.lams)
    assert ours.q == readable.q
    assert ours.gaps.shape == readable.gaps.shape
    assert ours.gaps.max() <= 1e-10


def test_diabetes_selects_what_the_readable_tier_selects():
    patients = load_diabetes()
    lams = lam_grid(fit_standardizer(patients.X).transform(patients.X), patients.y, n_lams=8, ratio=0.1)
    ours = run(patients.X, patients.y, lams)
    readable = run(patients.X, patients.y, lams, function=resampling.stability_selection)
    np.testing.assert_array_equal(ours.frequencies, readable.frequencies)
    assert ours.error_bound(0.9) == readable.error_bound(0.9)


def test_two_jobs_give_the_bits_of_one(monkeypatch):
    monkeypatch.setattr(resampled_paths, "MOST_IN_A_CHUNK", 3)
    alone = run(*draw(2))
    with joblib.parallel_config(backend="loky"):
        together = run(*draw(2), n_jobs=2)
    for name, value in vars(alone).items():
        np.testing.assert_array_equal(value, getattr(together, name))


def test_no_path_outlives_its_chunk(monkeypatch):
    monkeypatch.setattr(resampled_paths, "MOST_IN_A_CHUNK", 10)
    X, y, _ = draw(3, 20, 400)
    lams = np.linspace(3.0, 2.5, 40)
    one_subsample = len(lams) * X.shape[1] * 8
    run(X, y, lams, size=2)  # whatever is loaded on the first call
    tracemalloc.start()
    run(X, y, lams, size=100)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 50 * one_subsample  # ten in a chunk, beside the work on one; all are 100


def test_a_column_that_is_constant_in_a_subsample_is_not_selected_there():
    rng = np.random.default_rng(12)
    X = np.column_stack([rng.normal(size=20), np.arange(20) == 7])
    y = X @ [1.0, 9.0] + 0.1 * rng.normal(size=20)
    assert run(X, y, [0.01], size=400).frequencies[0, 1] == pytest.approx(0.5, abs=0.1)


def test_a_frame_keeps_its_names():
    X, y, lams = draw(4)
    assert run(pd.DataFrame(X, columns=list("abcde")), y, lams).feature_names == tuple("abcde")


def test_half_of_three_rows_cannot_be_fitted():
    with pytest.raises(ValueError, match="X has 3 rows; at least 4"):
        run(*draw(5, n_samples=3))


@pytest.mark.parametrize("size", [1, 2.5, True, "many"])
def test_the_number_of_subsamples_is_checked(size):
    with pytest.raises(ValueError, match=r"n_subsamples is .* integer of at least 2"):
        run(*draw(6), size=size)


def test_a_seed_is_no_generator():
    with pytest.raises(TypeError, match=r"rng is 7 .* a generator is needed"):
        stability_selection(*draw(6), n_subsamples=5, rng=7)


def test_lams_that_do_not_fall_and_bad_tolerances_are_refused():
    X, y, lams = draw(6)
    with pytest.raises(ValueError, match="sort them from strong to weak"):
        run(X, y, lams[::-1])
    with pytest.raises(ValueError, match="tol is -1; a positive number"):
        run(X, y, lams, tol=-1)


def test_fits_above_the_tolerance_warn_once_and_point_at_the_caller():
    with pytest.warns(ConvergenceWarning, match=r"\d+ of 50 fits stopped above tol = 1.0e-300") as caught:
        run(*draw(8), tol=1e-300)
    assert len(caught) == 1
    assert caught[0].filename.endswith("test_stability.py")
