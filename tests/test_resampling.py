import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Lasso

from course_utils import resampling
from course_utils.datasets import load_diabetes, load_prostate
from course_utils.objective import duality_gap, lam_max
from course_utils.path import lam_grid
from course_utils.resampling import StabilityResult, bootstrap_lasso, selection_frequency, stability_selection
from course_utils.scaling import fit_standardizer
from course_utils.solvers import ConvergenceWarning

seeds = st.integers(0, 2**32 - 1)
SIZE_OF = {bootstrap_lasso: "n_resamples", stability_selection: "n_subsamples"}
both = pytest.mark.parametrize("resample", list(SIZE_OF))


def draw(seed, n_samples=24, n_features=5):
    """X whose columns have different means and spreads, y from the first two, and a short falling path."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features)) * rng.uniform(0.5, 5, n_features) + rng.normal(
        size=n_features
    )
    y = 3.0 + X[:, :2] @ [1.0, -0.5] + rng.normal(size=n_samples)
    return X, y, lam_grid(fit_standardizer(X).transform(X), y, n_lams=5, ratio=0.05)


def run(resample, X, y, lams, *, size=8, seed=0, **options):
    """Call either function with the size under its own name."""
    return resample(X, y, lams, **{SIZE_OF[resample]: size}, rng=np.random.default_rng(seed), **options)


def sklearn_path(X, y, lams):
    """The coefficients in original units by scikit-learn's Lasso on standardised columns."""
    mean, scale = X.mean(axis=0), X.std(axis=0)
    fits = [Lasso(alpha=lam, tol=1e-12, max_iter=100_000).fit((X - mean) / scale, y) for lam in lams]
    return np.array([fit.coef_ / scale for fit in fits])


# Reference


def test_the_bootstrap_is_a_plain_loop_over_scikit_learn():
    men = load_prostate()
    lams = np.array([0.3, 0.1, 0.03])
    result = bootstrap_lasso(men.X, men.y, lams, n_resamples=20, rng=np.random.default_rng(1), tol=1e-12)
    rows = np.random.default_rng(1).integers(97, size=(20, 97))
    loop = np.array([sklearn_path(men.X[b], men.y[b], lams) for b in rows])
    np.testing.assert_allclose(result.betas, loop, atol=1e-6)
    np.testing.assert_array_equal(result.selection_frequency(), np.mean(loop != 0, axis=0))


def test_stability_selection_is_a_plain_loop_over_scikit_learn():
    patients = load_diabetes()
    lams = np.array([20.0, 10.0, 5.0])
    result = stability_selection(patients.X, patients.y, lams, n_subsamples=12, rng=np.random.default_rng(2))
    shuffled = np.random.default_rng(2).permuted(np.tile(np.arange(442), (12, 1)), axis=1)
    loop = np.array([sklearn_path(patients.X[b], patients.y[b], lams) for b in shuffled[:, :221]]) != 0
    np.testing.assert_array_equal(result.frequencies, loop.mean(axis=0))
    assert result.q == loop.any(axis=1).sum(axis=1).mean()


def test_more_columns_than_rows_agree_with_scikit_learn():
    X, y, lams = draw(3, n_samples=20, n_features=60)
    result = run(bootstrap_lasso, X, y, lams, tol=1e-12)
    loop = np.array([sklearn_path(X[b], y[b], lams) for b in result.rows])
    np.testing.assert_allclose(result.betas, loop, atol=1e-5)


def test_the_whole_sample_is_fitted_too():
    X, y, lams = draw(4)
    whole = run(bootstrap_lasso, X, y, lams, tol=1e-12).whole_betas
    np.testing.assert_allclose(whole, sklearn_path(X, y, lams), atol=1e-6)


def test_without_standardising_the_price_is_that_of_the_columns_as_they_are():
    X, y, _ = draw(5)
    lam = 0.1 * lam_max(X, y)
    result = run(bootstrap_lasso, X, y, [lam], standardize=False, tol=1e-12)
    loop = [Lasso(alpha=lam, tol=1e-12).fit(X[rows], y[rows]).coef_ for rows in result.rows]
    np.testing.assert_allclose(result.betas[:, 0], loop, atol=1e-6)


def test_the_error_bound_is_that_of_theorem_1():
    # q^2 / ((2 * 0.9 - 1) * 40) = 64 / 32
    result = StabilityResult(np.ones(1), np.zeros((1, 40)), 8.0, np.zeros((1, 1)))
    assert result.error_bound(0.9) == pytest.approx(2.0)


@pytest.mark.simulation
def test_false_selections_stay_below_the_bound_when_all_columns_are_noise():
    n_features, false, bounds = 40, [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(40, n_features)), rng.normal(size=40)
        result = stability_selection(X, y, [0.25], n_subsamples=40, rng=rng, tol=1e-3)
        false.append(len(result.selected(0.6)))
        bounds.append(result.error_bound(0.6))
    standard_error = np.std(false, ddof=1) / np.sqrt(len(false))
    assert np.mean(false) - 2 * standard_error > 0  # some are selected: the bound has something to bound
    assert np.mean(false) + 2 * standard_error < np.mean(bounds) < n_features


# Laws


@both
@settings(max_examples=5)
@given(seed=seeds)
def test_the_same_generator_gives_the_same_result(resample, seed):
    first, second = (run(resample, *draw(seed), seed=seed) for _ in range(2))
    for name, value in vars(first).items():
        np.testing.assert_array_equal(value, getattr(second, name))


@both
def test_the_result_does_not_depend_on_the_number_of_processes(resample):
    X, y, lams = draw(6, n_samples=30, n_features=40)
    alone, together = (run(resample, X, y, lams, n_jobs=n_jobs) for n_jobs in (1, 2))
    for name, value in vars(alone).items():
        np.testing.assert_array_equal(value, getattr(together, name))


@both
@settings(max_examples=10)
@given(seed=seeds)
def test_permuted_columns_have_permuted_frequencies(resample, seed):
    X, y, lams = draw(seed)
    order = np.random.default_rng(seed).permutation(X.shape[1])
    results = [run(resample, columns, y, lams, tol=1e-10) for columns in (X, X[:, order])]
    plain, permuted = (
        result.frequencies if resample is stability_selection else result.selection_frequency()
        for result in results
    )
    np.testing.assert_array_equal(permuted, plain[:, order])


@settings(max_examples=10)
@given(seed=seeds)
def test_standardised_resamples_do_not_care_for_units(seed):
    X, y, lams = draw(seed)
    units = np.random.default_rng(seed).uniform(0.01, 100, X.shape[1])
    plain, scaled = (run(bootstrap_lasso, columns, y, lams, tol=1e-12) for columns in (X, X * units))
    np.testing.assert_allclose(scaled.betas * units, plain.betas, atol=1e-5)
    np.testing.assert_allclose(scaled.intercepts, plain.intercepts, atol=1e-5)


@settings(max_examples=10)
@given(seed=seeds)
def test_each_resample_predicts_its_own_mean(seed):
    X, y, lams = draw(seed)
    result = run(bootstrap_lasso, X, y, lams)
    for b, rows in enumerate(result.rows):
        predicted = result.intercepts[b] + X[rows].mean(axis=0) @ result.betas[b].T
        np.testing.assert_allclose(predicted, y[rows].mean(), atol=1e-9)


@both
def test_every_fit_is_certified(resample):
    result = run(resample, *draw(7, n_features=60), tol=1e-8)
    assert result.gaps.shape == (8, 5)
    assert result.gaps.max() <= 1e-8


def test_the_certificate_holds_among_all_columns_though_few_were_in_play():
    X, y, _ = draw(7, n_features=200)
    lams = lam_grid(X, y, n_lams=4, ratio=0.1)
    result = run(bootstrap_lasso, X, y, lams, standardize=False, tol=1e-6)
    for rows, betas, intercepts, gaps in zip(
        result.rows, result.betas, result.intercepts, result.gaps, strict=True
    ):
        fits = zip(betas, intercepts, lams, strict=True)
        afresh = [duality_gap(X[rows], y[rows], beta, intercept, lam) for beta, intercept, lam in fits]
        np.testing.assert_allclose(afresh, gaps, atol=1e-12)


def test_an_interval_holds_its_share_of_the_resamples():
    result = run(bootstrap_lasso, *draw(8), size=200)
    low, high = result.interval(0.9)
    inside = np.mean((low <= result.betas) & (result.betas <= high), axis=0)
    assert inside.min() >= 0.9
    # at the weakest lam no coefficient of the first column is zero, so the share is exact
    assert inside[-1, 0] == pytest.approx(0.9)


def test_a_wider_level_gives_a_wider_interval():
    result = run(bootstrap_lasso, *draw(8), size=50)
    narrow, wide = result.interval(0.5), result.interval(0.95)
    assert (wide[0] <= narrow[0]).all()
    assert (narrow[1] <= wide[1]).all()
    assert (wide[0] < narrow[0]).any()


def test_the_highest_frequency_is_taken_over_all_lams():
    frequencies = np.array([[0.9, 0.0, 0.1], [0.2, 0.4, 0.3]])  # s3 of diabetes leaves the path as lam falls
    result = StabilityResult(np.array([2.0, 1.0]), frequencies, 1.0, np.zeros((1, 2)))
    np.testing.assert_array_equal(result.max_frequency, [0.9, 0.4, 0.3])


def test_a_higher_threshold_selects_fewer_and_promises_more():
    result = run(stability_selection, *draw(10), size=20)
    assert set(result.selected(0.95)) < set(result.selected(0.55))
    assert result.error_bound(0.95) < result.error_bound(0.55)


def test_q_counts_each_feature_once_however_many_lams_select_it():
    X, y, _ = draw(11)
    y = X[:, 0] * 5.0  # one real feature, at every lam
    result = stability_selection(X, y, [1.0, 0.9, 0.8], n_subsamples=5, rng=np.random.default_rng(0))
    assert result.q == 1.0


def test_frequencies_count_what_is_not_zero_whatever_its_sign():
    betas = np.array([[[1.0, 0.0]], [[-2.0, 0.0]], [[0.0, 1e-12]], [[0.0, 0.0]]])
    np.testing.assert_array_equal(selection_frequency(betas), [[0.5, 0.25]])


# What resampling can do to a column


@pytest.fixture
def rare():
    """A dummy that is 1 in a single row of twenty: absent from a third of the resamples."""
    rng = np.random.default_rng(12)
    X = np.column_stack([rng.normal(size=20), np.arange(20) == 7])
    return X, X @ [1.0, 9.0] + 0.1 * rng.normal(size=20)


def test_a_column_that_is_constant_in_a_resample_is_zero_there(rare):
    result = run(bootstrap_lasso, *rare, [0.01], size=60)
    present = (result.rows == 7).any(axis=1)
    assert 0 < present.sum() < 60
    np.testing.assert_array_equal(result.betas[:, 0, 1] != 0, present)


def test_a_column_that_is_constant_in_a_subsample_is_not_selected_there(rare):
    frequency = run(stability_selection, *rare, [0.01], size=400).frequencies[0, 1]
    assert frequency == pytest.approx(0.5, abs=0.1)  # half the rows: half the subsamples hold the one row


def test_resamples_in_which_nothing_varies_give_the_mean():
    X, y = np.array([[0.0], [1.0]]), np.array([3.0, 5.0])
    result = run(bootstrap_lasso, X, y, [0.1], size=30)
    constant = np.ptp(result.rows, axis=1) == 0
    assert 0 < constant.sum() < 30
    assert not result.betas[constant].any()
    np.testing.assert_array_equal(result.intercepts[constant, 0], y[result.rows[constant, 0]])


def test_a_resample_with_a_constant_target_selects_nothing():
    X, _, _ = draw(20, n_samples=12)
    y = (np.arange(12) == 3).astype(float)
    result = run(bootstrap_lasso, X, y, [0.01], size=60)
    absent = ~(result.rows == 3).any(axis=1)
    assert 0 < absent.sum() < 60
    assert not result.betas[absent].any()
    assert not result.intercepts[absent].any()


# Boundaries


@both
def test_a_frame_keeps_its_names(resample):
    X, y, lams = draw(13)
    assert run(resample, pd.DataFrame(X, columns=list("abcde")), y, lams).feature_names == tuple("abcde")


def test_the_shapes_of_a_bootstrap():
    X, y, lams = draw(13)
    result = run(bootstrap_lasso, X, y, lams)
    assert (result.betas.shape, result.intercepts.shape, result.rows.shape) == ((8, 5, 5), (8, 5), (8, 24))
    assert (result.selection_frequency().shape, result.interval().shape) == ((5, 5), (2, 5, 5))


def test_a_subsample_holds_half_the_rows_each_once(monkeypatch):
    seen = []
    original = resampling._paths
    monkeypatch.setattr(resampling, "_paths", lambda *args: seen.append(args[3]) or original(*args))
    run(stability_selection, *draw(14, n_samples=25))
    assert [len(set(rows)) for rows in seen[0]] == [12] * 8


@both
def test_above_lam_max_nothing_is_selected(resample):
    X, y, lams = draw(15)
    result = run(resample, X, y, [100 * lams[0]])
    frequency = result.frequencies if resample is stability_selection else result.selection_frequency()
    assert not frequency.any()


@both
@pytest.mark.parametrize("size", [1, 0, -3, 2.5, True, "many"])
def test_the_number_of_resamples_is_checked(resample, size):
    with pytest.raises(ValueError, match=rf"{SIZE_OF[resample]} is .* integer of at least 2"):
        run(resample, *draw(16), size=size)


@both
def test_a_seed_is_no_generator(resample):
    with pytest.raises(TypeError, match=r"rng is 7 .* a generator is needed"):
        resample(*draw(16), **{SIZE_OF[resample]: 5}, rng=7)


@both
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_lams_are_checked_before_and_within_processes(resample, n_jobs):
    X, y, lams = draw(16)
    with pytest.raises(ValueError, match="sort them from strong to weak"):
        run(resample, X, y, lams[::-1], n_jobs=n_jobs)


@both
def test_a_column_that_is_constant_in_all_rows_is_named(resample):
    X, y, lams = draw(16)
    X[:, 2] = 4.0
    with pytest.raises(ValueError, match=r"constant column.*column 2"):
        run(resample, X, y, lams)


def test_half_of_three_rows_cannot_be_fitted():
    with pytest.raises(ValueError, match="X has 3 rows; at least 4"):
        run(stability_selection, *draw(16, n_samples=3))


@pytest.mark.parametrize("level", [0, 1.5, -0.1, np.nan, True, "most"])
def test_a_level_is_a_share(level):
    with pytest.raises(ValueError, match=r"level is .* above 0 and at most 1"):
        run(bootstrap_lasso, *draw(17)).interval(level)


@pytest.mark.parametrize("threshold", [0.5, 0.2, 1.01, np.nan, "high"])
def test_the_bound_needs_a_threshold_above_one_half(threshold):
    result = run(stability_selection, *draw(17))
    with pytest.raises(ValueError, match=r"threshold is .* above 0.5 and at most 1"):
        result.error_bound(threshold)


def test_a_threshold_of_zero_would_select_everything():
    with pytest.raises(ValueError, match=r"threshold is 0; a number above 0"):
        run(stability_selection, *draw(17)).selected(0)


@pytest.mark.parametrize("betas", [[1.0, 0.0], 3.0, np.empty((0, 4))])
def test_frequencies_need_resamples_and_features(betas):
    with pytest.raises(ValueError, match=r"betas has shape .*n_resamples, ..., n_features"):
        selection_frequency(betas)


@both
def test_fits_out_of_iterations_warn_once_and_point_at_the_caller(resample):
    X, y, _ = draw(18)
    X[:, 1] = X[:, 0] + 1e-6 * X[:, 1]  # without a ruler, FISTA crawls on columns of such unequal worth
    X[:, 2] *= 1e4
    with pytest.warns(ConvergenceWarning, match=r"[1-3] of [23] fits stopped above tol = 1.0e-12") as caught:
        run(resample, X, y, [1e-3], size=2, standardize=False, tol=1e-12)
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_the_fit_of_the_sample_itself_counts_among_the_unfinished():
    X, y, _ = draw(18)
    with pytest.warns(ConvergenceWarning, match="3 of 3 fits stopped above"):
        run(bootstrap_lasso, X, y, [1e-3], size=2, tol=1e-300)


@both
def test_resampling_is_silent_unless_asked(resample, capfd):
    run(resample, *draw(19))
    assert capfd.readouterr() == ("", "")


@both
def test_showing_the_progress_changes_no_result(resample):
    shown, silent = (run(resample, *draw(19), progress=progress) for progress in (True, False))
    for name, value in vars(shown).items():
        np.testing.assert_array_equal(value, getattr(silent, name))
