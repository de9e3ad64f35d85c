"""course_utils.fast.bootstrap: the bootstrap of course_utils.resampling, on one machine or several."""

from __future__ import annotations

import os
import signal
import threading

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from course_utils import resampling
from course_utils.datasets import load_diabetes, load_riboflavin
from course_utils.fast import resampled_paths, wide_homotopy
from course_utils.fast.bootstrap import bootstrap_lasso
from course_utils.objective import duality_gap, lam_max
from course_utils.path import lam_grid
from course_utils.scaling import fit_standardizer
from course_utils.solvers import ConvergenceWarning

SHAPES = [(24, 5), (12, 40), (60, 55)]  # few columns, more columns than rows, columns beyond one product


def draw(seed, n_samples=24, n_features=5):
    """X whose columns have different means and spreads, y from the first two, and a short falling path."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features)) * rng.uniform(0.5, 5, n_features) + rng.normal(
        size=n_features
    )
    y = 3.0 + X[:, :2] @ [1.0, -0.5] + rng.normal(size=n_samples)
    return X, y, lam_grid(fit_standardizer(X).transform(X), y, n_lams=5, ratio=0.05)


def run(X, y, lams, *, function=bootstrap_lasso, size=8, seed=0, **options):
    """Bootstrap with a generator that starts from a seed."""
    return function(X, y, lams, n_resamples=size, rng=np.random.default_rng(seed), **options)


def gaps_of(X, y, result, *, standardize=True):
    """The gaps of all fits on copied rows, computed by the package that teaches."""
    gaps = np.empty_like(result.gaps)
    for b, rows in enumerate(result.rows):
        scale = fit_standardizer(X[rows]).scale if standardize else np.ones(X.shape[1])
        fits = zip(result.betas[b] * scale, result.intercepts[b], result.lams, strict=True)
        gaps[b] = [duality_gap(X[rows] / scale, y[rows], *fit) for fit in fits]
    return gaps


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_the_bootstrap_of_the_readable_tier(shape, standardize):
    problem = draw(1, *shape)
    ours = run(*problem, standardize=standardize, tol=1e-11)
    readable = run(*problem, standardize=standardize, tol=1e-11, function=resampling.bootstrap_lasso)
    np.testing.assert_array_equal(ours.rows, readable.rows)
    np.testing.assert_allclose(ours.betas, readable.betas, atol=1e-5)
    np.testing.assert_allclose(ours.whole_betas, readable.whole_betas, atol=1e-5)
    np.testing.assert_allclose(ours.intercepts, readable.intercepts, atol=1e-5)
    np.testing.assert_array_equal(ours.betas != 0, readable.betas != 0)
    assert [array.shape for array in vars(ours).values() if array is not None] == [
        array.shape for array in vars(readable).values() if array is not None
    ]


@settings(max_examples=12)
@given(st.sampled_from(SHAPES), st.booleans(), st.integers(0, 2**32 - 1))
def test_every_fit_is_proven_on_copied_rows(shape, standardize, seed):
    X, y, lams = draw(seed, *shape)
    result = run(X, y, lams, standardize=standardize, size=3, tol=1e-9)
    afresh = gaps_of(X, y, result, standardize=standardize)
    assert afresh.max() <= 1e-9
    np.testing.assert_allclose(result.gaps, afresh, atol=1e-11)


def test_diabetes_is_done_in_the_units_of_its_columns():
    patients = load_diabetes()
    lams = np.array([20.0, 5.0, 0.5])
    ours = run(patients.X, patients.y, lams, tol=1e-10)
    assert gaps_of(patients.X, patients.y, ours).max() <= 1e-10
    means = [patients.X[rows].mean(axis=0) for rows in ours.rows]
    predicted = ours.intercepts + np.einsum("blp,bp->bl", ours.betas, means)
    np.testing.assert_allclose(predicted, np.tile(patients.y[ours.rows].mean(axis=1)[:, None], 3))


def test_thousands_of_genes_of_few_bacteria_are_proven_at_a_weak_price():
    bacteria = load_riboflavin()
    top = lam_max(fit_standardizer(bacteria.X).transform(bacteria.X), bacteria.y)
    result = run(bacteria.X, bacteria.y, [0.057 * top], size=6, tol=1e-9)
    assert gaps_of(bacteria.X, bacteria.y, result).max() <= 1e-9


def test_what_the_kinks_leave_unproven_is_solved_by_working_sets(monkeypatch):
    problem = draw(3, 20, 60)
    exact = run(*problem, tol=1e-10)
    monkeypatch.setattr(wide_homotopy, "MOST_KINKS", 0)
    swept = run(*problem, tol=1e-10)
    assert gaps_of(*problem[:2], swept).max() <= 1e-10
    np.testing.assert_allclose(swept.betas, exact.betas, atol=1e-5)


@pytest.mark.parametrize("shape", [(60, 6), (30, 90)])
def test_repeated_columns_are_proven_too(shape):
    X, y, lams = draw(2, *shape)
    X[:, 1], X[:, 2] = X[:, 0], -X[:, 0]
    result = run(X, y, lams, tol=1e-8)
    assert gaps_of(X, y, result).max() <= 1e-8


def test_a_frame_keeps_its_names():
    X, y, lams = draw(3)
    assert run(pd.DataFrame(X, columns=list("abcde")), y, lams).feature_names == tuple("abcde")


# What resampling can do


@pytest.mark.parametrize("n_noise", [1, 40])
def test_a_column_that_is_constant_in_a_resample_is_zero_there(n_noise):
    rng = np.random.default_rng(12)
    X = np.column_stack([rng.normal(size=(20, n_noise)), np.arange(20) == 7])
    y = X[:, 0] + 9.0 * X[:, -1] + 0.1 * rng.normal(size=20)
    result = run(X, y, [0.01], size=40)
    present = (result.rows == 7).any(axis=1)
    assert 0 < present.sum() < 40
    np.testing.assert_array_equal(result.betas[:, 0, -1] != 0, present)


@pytest.mark.parametrize("n_features", [1, 5])
def test_resamples_in_which_nothing_varies_give_the_mean(n_features):
    X, y = np.array([[0.0], [1.0]]) * np.arange(1, n_features + 1), np.array([3.0, 5.0])
    result = run(X, y, [0.1], size=30)
    constant = np.ptp(result.rows, axis=1) == 0
    assert 0 < constant.sum() < 30
    assert not result.betas[constant].any()
    np.testing.assert_allclose(result.intercepts[constant, 0], y[result.rows[constant, 0]], rtol=1e-15)


@pytest.mark.parametrize("shape", [(12, 5), (12, 30)])
def test_a_resample_with_a_constant_target_selects_nothing(shape):
    X, _, _ = draw(20, *shape)
    y = (np.arange(12) == 3).astype(float)
    result = run(X, y, [0.01], size=40)
    absent = ~(result.rows == 3).any(axis=1)
    assert 0 < absent.sum() < 40
    assert not result.betas[absent].any()
    np.testing.assert_allclose(result.intercepts[absent], 0.0, atol=1e-15)


# Chunks


def equal_to_the_bit(first, second):
    """Whether two results hold the same numbers."""
    pairs = zip(vars(first).values(), vars(second).values(), strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)


@pytest.mark.parametrize("backend", ["loky", "threading"])
@pytest.mark.parametrize(
    "shape", [*SHAPES, (150, 900)]
)  # the last so large that processes share it as a file
def test_two_jobs_give_the_bits_of_one(shape, backend, monkeypatch):
    monkeypatch.setattr(resampled_paths, "MOST_IN_A_CHUNK", 3)
    problem = draw(4, *shape)
    with joblib.parallel_config(backend=backend):
        assert equal_to_the_bit(run(*problem), run(*problem, n_jobs=2))


@pytest.fixture(scope="module")
def client():
    """A Dask cluster of two workers that are processes of their own, on loopback."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    options = {
        "n_workers": 2,
        "threads_per_worker": 1,
        "dashboard_address": "127.0.0.1:0",
        "host": "127.0.0.1",
    }
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        yield client


@pytest.fixture
def on_dask(client):
    """What a learner writes around a call."""
    with joblib.parallel_config(backend="dask", client=client):
        yield client


@pytest.mark.service
def test_a_cluster_gives_the_bits_of_one_process(on_dask, monkeypatch):
    monkeypatch.setattr(resampled_paths, "MOST_IN_A_CHUNK", 3)
    problems = [draw(5, *shape) for shape in SHAPES]
    there = [run(*problem) for problem in problems]
    with joblib.parallel_config(backend="sequential"):
        here = [run(*problem) for problem in problems]
    assert all(map(equal_to_the_bit, here, there))


@pytest.mark.service
def test_a_worker_that_is_killed_changes_no_bit(on_dask, monkeypatch):
    monkeypatch.setattr(resampled_paths, "MOST_IN_A_CHUNK", 2)
    problem = draw(5, 60, 50)
    victim = next(iter(on_dask.run(os.getpid).values()))
    killing = threading.Timer(0.1, os.kill, (victim, signal.SIGKILL))
    killing.start()
    there = run(*problem, size=200)
    killing.join()
    with joblib.parallel_config(backend="sequential"):
        assert equal_to_the_bit(run(*problem, size=200), there)


def test_chunks_depend_on_the_problem_alone_and_bound_the_memory(monkeypatch):
    sizes = []
    monkeypatch.setattr(resampled_paths, "in_chunks", lambda work, chunks, *_, **__: sizes.append(chunks))
    for n_samples, n_features in [(442, 10), (1000, 300), (200, 30_000)]:
        sample = resampled_paths.CentredSample(
            np.empty((n_samples, n_features)), np.empty(n_samples), None, 0.0
        )
        rows = np.zeros((200, n_samples), dtype=int)
        options = {"standardize": True, "tol": 1e-6, "n_jobs": 1, "progress": False}
        resampled_paths.over_resamples(None, rows, sample, [1.0], **options)
    assert [len(chunks[0]) for chunks in sizes] == [200, 11, 1]
    assert [sum(map(len, chunks)) for chunks in sizes] == [200, 200, 200]


def test_showing_the_progress_changes_no_result_and_silence_is_silent(capfd):
    silent = run(*draw(6))
    assert capfd.readouterr().err == ""
    assert equal_to_the_bit(run(*draw(6), progress=True), silent)


# Refusals


@pytest.mark.parametrize("size", [1, 0, 2.5, True, "many"])
def test_the_number_of_resamples_is_checked(size):
    with pytest.raises(ValueError, match=r"n_resamples is .* integer of at least 2"):
        run(*draw(7), size=size)


def test_a_seed_is_no_generator():
    with pytest.raises(TypeError, match=r"rng is 7 .* a generator is needed"):
        bootstrap_lasso(*draw(7), n_resamples=5, rng=7)


def test_lams_that_do_not_fall_are_refused():
    X, y, lams = draw(7)
    with pytest.raises(ValueError, match="sort them from strong to weak"):
        run(X, y, lams[::-1])


def test_a_tolerance_is_a_positive_number():
    with pytest.raises(ValueError, match=r"tol is 0; a positive number"):
        run(*draw(7), tol=0)


def test_a_constant_column_is_named_and_a_sparse_matrix_refused():
    X, y, lams = draw(7)
    with pytest.raises(TypeError, match="X is a sparse csc matrix; a dense array is needed"):
        run(sparse.csc_matrix(X), y, lams)
    X[:, 2] = 4.0
    with pytest.raises(ValueError, match=r"constant column.*column 2"):
        run(X, y, lams)


def test_fits_above_the_tolerance_warn_once_and_point_at_the_caller():
    with pytest.warns(ConvergenceWarning, match=r"\d+ of 45 fits stopped above tol = 1.0e-300") as caught:
        run(*draw(8), tol=1e-300)
    assert len(caught) == 1
    assert caught[0].filename.endswith("test_bootstrap.py")


def test_the_data_of_the_caller_stay_as_they_are():
    X, y, lams = draw(9)
    X, before = np.asfortranarray(X), X.copy()
    run(X, y, lams)
    np.testing.assert_array_equal(X, before)
