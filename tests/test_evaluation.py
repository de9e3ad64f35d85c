import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.linear_model import Lasso
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_utils import evaluation, tuning
from course_utils.datasets import simulate_sparse_regression
from course_utils.evaluation import (
    PredictionIntervals,
    baselines,
    bootstrap_interval,
    conformal_interval,
    learning_curve,
    nested_cross_validation,
    paired_bootstrap_interval,
)
from course_utils.least_squares import fit_least_squares
from course_utils.path import lam_grid
from course_utils.scaling import fit_standardizer

seeds = st.integers(0, 2**32 - 1)

AGREE = {
    "mean_squared_error": metrics.mean_squared_error,
    "root_mean_squared_error": metrics.root_mean_squared_error,
    "mean_absolute_error": metrics.mean_absolute_error,
    "r_squared": metrics.r2_score,
}


def squared(y, predicted):
    """The mean squared error without its checks: for experiments that are repeated very often."""
    return np.mean((y - predicted) ** 2)


def a_table(seed=0, n_samples=60, n_features=6):
    drawn = simulate_sparse_regression(n_samples, n_features, 3, rng=np.random.default_rng(seed), noise=2)
    return drawn.X * np.linspace(0.5, 20, n_features) + 3, drawn.y + 10


@pytest.mark.parametrize("name", AGREE)
@given(seed=seeds, scale=st.sampled_from([1e-3, 1.0, 1e6]))
def test_metrics_agree_with_scikit_learn(name, seed, scale):
    rng = np.random.default_rng(seed)
    y, predicted = scale * rng.standard_normal((2, rng.integers(2, 40)))
    assert getattr(evaluation, name)(y, predicted) == pytest.approx(AGREE[name](y, predicted), rel=1e-12)


def test_one_miss_of_100_costs_100_in_squares_and_1_in_absolute_value():
    y, predicted = np.zeros(100), np.zeros(100)
    predicted[7] = 100
    assert evaluation.mean_squared_error(y, predicted) == 100
    assert evaluation.root_mean_squared_error(y, predicted) == 10
    assert evaluation.mean_absolute_error(y, predicted) == 1


@given(seeds)
def test_r_squared_is_zero_for_the_mean_of_the_judged_rows_and_one_at_best(seed):
    y = np.random.default_rng(seed).standard_normal(12)
    assert evaluation.r_squared(y, np.full(12, y.mean())) == pytest.approx(0, abs=1e-12)
    assert evaluation.r_squared(y, y) == 1


@given(seeds, st.floats(0.5, 5))
def test_r_squared_of_a_constant_falls_by_its_squared_bias_in_units_of_the_variance(seed, bias):
    y = np.random.default_rng(seed).standard_normal(12)
    constant = np.full(12, y.mean() + bias)
    assert evaluation.r_squared(y, constant) == pytest.approx(-(bias**2) / y.var(), rel=1e-9)


@pytest.mark.parametrize("name", AGREE)
@pytest.mark.parametrize(
    ("y", "predicted", "message"),
    [
        ([1.0, 2.0], [1.0], r"predicted has shape \(1,\); \(2,\) is needed"),
        ([1.0, 2.0], [[1.0, 2.0], [1.0, 2.0]], r"predicted has shape \(2, 2\)"),
        ([1.0, np.nan], [1.0, 2.0], "y has 1 value"),
        ([], [], "y is empty"),
    ],
)
def test_metrics_refuse_what_does_not_match(name, y, predicted, message):
    with pytest.raises(ValueError, match=message):
        getattr(evaluation, name)(y, predicted)


def test_metrics_take_a_single_column_for_what_it_is_and_do_not_broadcast_it():
    y, predicted = np.array([1.0, 2.0, 4.0]), np.array([[1.0], [2.0], [3.0]])
    assert evaluation.mean_absolute_error(y, predicted) == pytest.approx(1 / 3)


def test_r_squared_refuses_a_constant_target():
    with pytest.raises(ValueError, match="all 3 values of y are equal; R squared is not defined"):
        evaluation.r_squared([2.0, 2.0, 2.0], [1.0, 2.0, 3.0])


@given(seeds)
def test_each_baseline_is_the_best_constant_for_its_metric(seed):
    y = np.random.default_rng(seed).exponential(size=21)
    constants = baselines(y, y)
    for other in np.linspace(y.min(), y.max(), 50):
        rival = np.full(21, other)
        assert squared(y, constants["mean"]) <= squared(y, rival) + 1e-12
        assert np.abs(y - constants["median"]).sum() <= np.abs(y - rival).sum() + 1e-12


def test_baselines_need_a_training_row():
    with pytest.raises(ValueError, match="y_train is empty; at least one row is needed"):
        baselines([], [1.0])


def test_constant_baselines_know_nothing_of_the_test_rows():
    ours, others = baselines([1.0, 2.0, 6.0], [5.0, 5.0]), baselines([1.0, 2.0, 6.0], [-9.0, 40.0])
    assert {name: values.tolist() for name, values in ours.items()} == {"mean": [3, 3], "median": [2, 2]}
    assert ours["mean"].tolist() == others["mean"].tolist()


def test_last_value_baseline_knows_each_row_only_after_it_was_predicted():
    assert baselines([1.0, 2.0], [7.0, 8.0, 9.0], ordered=True)["last value"].tolist() == [2, 7, 8]


def an_interval(y, predicted, **options):
    return bootstrap_interval(y, predicted, rng=np.random.default_rng(1), **options)


def test_bootstrap_interval_is_made_of_quantiles_of_the_resampled_metric():
    rng = np.random.default_rng(3)
    y, predicted = rng.standard_normal((2, 30))
    interval = an_interval(y, predicted, n_resamples=50, level=0.8)
    rows = np.random.default_rng(1).integers(30, size=(50, 30))
    values = [squared(y[draw], predicted[draw]) for draw in rows]
    assert (interval.low, interval.high) == pytest.approx(tuple(np.quantile(values, [0.1, 0.9])), rel=1e-12)
    assert interval.estimate == pytest.approx(squared(y, predicted), rel=1e-12)
    assert interval.level == 0.8


def test_bootstrap_interval_widens_with_its_level(rng):
    y, predicted = rng.standard_normal((2, 50))
    narrow, wide = (an_interval(y, predicted, level=level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.estimate < narrow.high < wide.high


def test_interval_of_equal_errors_is_a_point(rng):
    y = rng.standard_normal(20)
    interval = an_interval(y, y + 3)
    assert (interval.low, interval.high) == pytest.approx((9, 9), rel=1e-12)


def test_paired_interval_of_a_model_with_itself_is_zero(rng):
    y, predicted = rng.standard_normal((2, 40))
    interval = paired_bootstrap_interval(y, predicted, predicted, rng=rng)
    assert (interval.estimate, interval.low, interval.high) == (0, 0, 0)


def test_paired_interval_turns_round_when_the_models_change_places():
    y, a, b = np.random.default_rng(2).standard_normal((3, 40))
    there = paired_bootstrap_interval(y, a, b, rng=np.random.default_rng(5))
    back = paired_bootstrap_interval(y, b, a, rng=np.random.default_rng(5))
    assert (there.estimate, there.low) == pytest.approx((-back.estimate, -back.high), rel=1e-12)


def test_paired_interval_is_that_of_the_mean_difference_of_squared_errors():
    y, a, b = np.random.default_rng(2).standard_normal((3, 40))
    paired = paired_bootstrap_interval(y, a, b, rng=np.random.default_rng(5))
    difference = (y - a) ** 2 - (y - b) ** 2
    alone = bootstrap_interval(
        difference, np.zeros(40), metric=lambda d, _: d.mean(), rng=np.random.default_rng(5)
    )
    assert (paired.low, paired.high) == pytest.approx((alone.low, alone.high), rel=1e-9)
    assert paired.estimate == pytest.approx(difference.mean(), rel=1e-9)


def test_groups_of_one_row_each_are_rows(rng):
    y, predicted = rng.standard_normal((2, 30))
    by_row = an_interval(y, predicted)
    by_group = an_interval(y, predicted, groups=np.arange(30))
    assert (by_group.low, by_group.high) == pytest.approx((by_row.low, by_row.high), rel=1e-12)


def test_groups_are_drawn_whole():
    y, groups = np.repeat([0.0, 1.0, 5.0], [2, 3, 4]), np.repeat(["a", "b", "c"], [2, 3, 4])
    seen = []
    an_interval(y, y, groups=groups, n_resamples=20, metric=lambda y, _: seen.append(y) or 0.0)
    for drawn in seen[:-1]:
        counts = [np.sum(drawn == value) for value in (0.0, 1.0, 5.0)]
        assert np.mod(counts, [2, 3, 4]).tolist() == [0, 0, 0]
        assert np.sum(counts / np.array([2, 3, 4])) == 3


def test_whole_groups_give_a_wider_interval_when_their_rows_resemble_each_other(rng):
    groups = np.repeat(np.arange(25), 20)
    y = np.repeat(rng.standard_normal(25), 20) + 0.1 * rng.standard_normal(500)
    rows, whole = an_interval(y, np.zeros(500)), an_interval(y, np.zeros(500), groups=groups)
    assert whole.high - whole.low > 2.5 * (rows.high - rows.low)


def test_interval_says_what_it_contains_and_reads_aloud():
    interval = evaluation.Interval(2.0, 1.0, 3.5, 0.95)
    assert [interval.contains(value) for value in (0.99, 1.0, 3.5, 3.51)] == [False, True, True, False]
    assert str(interval) == "2 [1, 3.5]"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": 1.0}, r"level is 1.0; a number between 0 and 1"),
        ({"level": 95}, "level is 95"),
        ({"n_resamples": 0}, "n_resamples is 0; a positive integer"),
        ({"n_resamples": 2.5}, "n_resamples is 2.5"),
        ({"groups": ["a", "b"]}, r"groups has shape \(2,\); \(5,\) is needed"),
        ({"groups": ["a"] * 5}, "groups has one label"),
    ],
)
def test_bootstrap_interval_refuses_what_makes_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        an_interval(np.arange(5.0), np.ones(5), **options)


def test_bootstrap_interval_refuses_a_seed():
    with pytest.raises(TypeError, match="rng is 7 of type int; a generator is needed"):
        bootstrap_interval([1.0, 2.0], [1.0, 1.0], rng=7)


@pytest.mark.simulation
def test_bootstrap_intervals_hold_the_true_error_as_often_as_they_say():
    rng, true, n_trials = np.random.default_rng(11), np.sqrt(2 / np.pi), 600
    hits = [
        bootstrap_interval(
            rng.standard_normal(150),
            np.zeros(150),
            metric=lambda y, p: np.abs(y - p).mean(),
            n_resamples=300,
            level=0.9,
            rng=rng,
        ).contains(true)
        for _ in range(n_trials)
    ]
    assert np.mean(hits) == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / n_trials))


@pytest.mark.simulation
def test_paired_intervals_hold_the_true_difference_as_often_as_they_say():
    """Noise shared by both models, errors 0.5 and 0.3 of their own: the difference of the MSE is 0.16."""
    rng, n_trials, hits = np.random.default_rng(12), 600, []
    for _ in range(n_trials):
        a, b = 0.5 * rng.standard_normal(300), 0.3 * rng.standard_normal(300)
        y = rng.standard_normal(300)
        interval = paired_bootstrap_interval(y, a, b, metric=squared, n_resamples=300, level=0.9, rng=rng)
        hits.append(interval.contains(0.16))
    assert np.mean(hits) == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / n_trials))


def nested(X, y, n_outer=4, **options):
    folds = tuning.k_folds(len(y), n_outer, rng=np.random.default_rng(8))
    return nested_cross_validation(
        X, y, outer_folds=folds, n_inner_folds=3, rng=np.random.default_rng(9), **options
    ), folds


@pytest.mark.parametrize("rule", evaluation.RULES)
def test_nested_cross_validation_cannot_see_the_test_fold(rule):
    """Other numbers in the test rows, X and y, wild ones: lam and beta of that fold keep every bit."""
    X, y = a_table()
    before, folds = nested(X, y, rule=rule)
    for k, fold in enumerate(folds[:2]):
        X_altered, y_altered, noise = X.copy(), y.copy(), np.random.default_rng(k)
        X_altered[fold.test] = 1e4 * noise.standard_normal(X[fold.test].shape)
        y_altered[fold.test] = noise.exponential(1e4, size=len(fold.test))
        after, _ = nested(X_altered, y_altered, rule=rule)
        assert after.lams[k] == before.lams[k]
        assert after.betas[k].tobytes() == before.betas[k].tobytes()
        assert after.intercepts[k] == before.intercepts[k]
        assert after.errors[k] != before.errors[k]


def test_nested_cross_validation_agrees_with_scikit_learn_at_the_chosen_penalties():
    X, y = a_table()
    result, folds = nested(X, y)
    for k, fold in enumerate(folds):
        model = make_pipeline(StandardScaler(), Lasso(alpha=result.lams[k], tol=1e-10))
        predicted = model.fit(X[fold.train], y[fold.train]).predict(X[fold.test])
        assert result.errors[k] == pytest.approx(
            metrics.mean_squared_error(y[fold.test], predicted), rel=1e-3
        )
        np.testing.assert_allclose(result.predicted[fold.test], predicted, rtol=1e-3)


@pytest.mark.parametrize(
    ("rule", "chosen_by"),
    [("minimum", tuning.best_lam), ("one-standard-error", tuning.one_standard_error_lam)],
)
def test_nested_cross_validation_chooses_as_tuning_does_on_the_training_rows(rule, chosen_by):
    X, y = a_table()
    result, folds = nested(X, y, rule=rule)
    own_rngs = np.random.default_rng(9).spawn(4)
    for k, fold in enumerate(folds):
        inner = tuning.k_folds(len(fold.train), 3, rng=own_rngs[k])
        curve = tuning.cross_validate_path(X[fold.train], y[fold.train], folds=inner)
        assert result.lams[k] == chosen_by(curve)


def test_nested_coefficients_are_in_the_original_units_and_predict_what_is_reported():
    X, y = a_table()
    result, folds = nested(X, y)
    for k, fold in enumerate(folds):
        predicted = result.intercepts[k] + X[fold.test] @ result.betas[k]
        np.testing.assert_allclose(result.predicted[fold.test], predicted, rtol=1e-12)
        assert result.errors[k] == pytest.approx(squared(y[fold.test], predicted), rel=1e-12)
    assert result.mean_error == pytest.approx(result.errors.mean())
    assert result.standard_error == pytest.approx(result.errors.std(ddof=1) / 2)
    assert result.fold_sizes.tolist() == [15, 15, 15, 15]


def test_nested_cross_validation_gives_the_same_for_any_number_of_jobs():
    X, y = a_table()
    (one, _), (two, _) = nested(X, y), nested(X, y, n_jobs=2, progress=True)
    assert one.betas.tobytes() == two.betas.tobytes()
    assert one.lams.tolist() == two.lams.tolist()


def test_nested_cross_validation_keeps_to_a_grid_that_is_given():
    X, y = a_table()
    grid = lam_grid(fit_standardizer(X).transform(X), y, n_lams=12)
    assert set(nested(X, y, lams=grid)[0].lams) <= set(grid)


def test_nested_cross_validation_warns_once_when_the_grid_is_too_short():
    X, y = a_table()
    grid = lam_grid(fit_standardizer(X).transform(X), y, n_lams=3, ratio=0.9)
    with pytest.warns(tuning.EdgeOfGridWarning, match="in 3 of 4 outer folds .* at the weak end") as caught:
        nested(X, y, lams=grid)
    assert len(caught) == 1


def test_a_column_that_is_constant_on_the_training_rows_has_no_coefficient_there():
    X, y = a_table()
    folds = tuning.k_folds(60, 4, rng=np.random.default_rng(8))
    rare = np.zeros(60)
    rare[folds[2].test[0]] = 1
    result, _ = nested(np.column_stack([X[:, :3], rare, X[:, 3:]]), y)
    without, _ = nested(X, y)
    np.testing.assert_array_equal(result.betas[2], np.insert(without.betas[2], 3, 0))
    assert result.errors[2] == without.errors[2]


def test_rows_in_no_test_fold_have_no_prediction():
    X, y = a_table()
    folds = tuning.k_folds(60, 4)[:2]
    result = nested_cross_validation(X, y, outer_folds=folds, n_inner_folds=3, rng=np.random.default_rng(0))
    tested = np.concatenate([fold.test for fold in folds])
    assert np.flatnonzero(~np.isnan(result.predicted)).tolist() == sorted(tested)


@pytest.mark.parametrize(
    ("folds", "options", "message"),
    [
        ([([0, 1, 2, 3], [3, 4])], {}, "outer fold 0 trains on some of its test rows"),
        ([([0, 1, 2, 3], [60])], {}, "outer fold 0 is empty or has rows that are not among the 60"),
        ([([0, 1, 2, 3], [-1])], {}, "outer fold 0 is empty or has rows"),
        ([([0, 1, 2, 3], [])], {}, "outer fold 0 is empty"),
        ([], {}, "there are no outer folds"),
        ([([0, 1, 2, 3], [4])], {"rule": "best"}, "rule is 'best'; one of 'minimum', 'one-standard-error'"),
    ],
)
def test_nested_cross_validation_refuses_dishonest_folds(folds, options, message):
    X, y = a_table()
    folds = [tuning.Fold(*(np.array(rows, dtype=int) for rows in fold)) for fold in folds]
    with pytest.raises(ValueError, match=message):
        nested_cross_validation(X, y, outer_folds=folds, rng=np.random.default_rng(0), **options)


def curve_of(X, y, **options):
    options = {"sizes": [10, 20, 40], "n_test": 15, "n_repeats": 3, "rng": np.random.default_rng(4)} | options
    return learning_curve(X, y, fit_least_squares, **options)


def test_nested_cross_validation_refuses_a_fold_in_which_nothing_varies():
    X, y = np.eye(6)[:, :1], np.arange(6.0)
    folds = [tuning.Fold(np.arange(1, 6), np.array([0]))]
    with pytest.raises(
        ValueError, match="every column of X is constant on the training rows of an outer fold"
    ):
        nested_cross_validation(X, y, outer_folds=folds, rng=np.random.default_rng(0))


def test_learning_curve_judges_least_squares_on_rows_it_has_not_seen():
    X, y = a_table()
    curve = curve_of(X, y)
    order = np.random.default_rng(4).permutation(60)
    test, train = order[:15], order[15:35]
    fit = fit_least_squares(X[train], y[train])
    assert curve.test_errors[0, 1] == pytest.approx(squared(y[test], fit.predict(X[test])), rel=1e-9)
    assert curve.train_errors[0, 1] == pytest.approx(np.mean(fit.residuals**2), rel=1e-9)
    assert curve.test_errors.shape == curve.train_errors.shape == (3, 3)


def test_learning_curve_never_hands_a_test_row_to_the_fit():
    X, y = a_table()
    order, seen = np.random.default_rng(4).permutation(60), []

    def watching(X_train, y_train):
        seen.append(set(y_train))
        return fit_least_squares(X_train, y_train)

    learning_curve(X, y, watching, sizes=[10, 40], n_test=15, n_repeats=1, rng=np.random.default_rng(4))
    assert seen[0] < seen[1]
    assert not set(y[order[:15]]) & seen[1]


def test_learning_curve_gives_the_same_for_any_number_of_jobs():
    X, y = a_table()
    one, two = curve_of(X, y), curve_of(X, y, n_jobs=2, progress=True)
    np.testing.assert_array_equal(one.test_errors, two.test_errors)


def test_learning_curve_takes_the_fit_of_a_pipeline_and_another_metric():
    X, y = a_table()
    model = make_pipeline(StandardScaler(), Lasso(alpha=1e-3))
    options = {"sizes": [20], "n_test": 20, "n_repeats": 1, "metric": evaluation.mean_absolute_error}
    curve = learning_curve(X, y, model.fit, **options, rng=np.random.default_rng(4))
    order = np.random.default_rng(4).permutation(60)
    model.fit(X[order[20:40]], y[order[20:40]])
    missed = np.abs(y[order[:20]] - model.predict(X[order[:20]])).mean()
    assert curve.test_errors[0, 0] == pytest.approx(missed, rel=1e-12)


@pytest.mark.simulation
def test_learning_curves_of_least_squares_are_those_of_theory():
    """Gaussian X, p = 5, noise 1: E train = (n - p - 1) / n, E test = (n + 1)(n - 2) / (n (n - p - 2))."""
    rng, p, sizes, errors = np.random.default_rng(6), 5, np.array([12, 20, 50]), []
    for _ in range(1500):
        X, noise = rng.standard_normal((100, p)), rng.standard_normal(100)
        curve = learning_curve(
            X, X.sum(axis=1) + noise, fit_least_squares, sizes=sizes, n_test=50, n_repeats=1, rng=rng
        )
        errors.append((curve.train_errors[0], curve.test_errors[0]))
    train, test = (sizes - p - 1) / sizes, (sizes + 1) * (sizes - 2) / (sizes * (sizes - p - 2))
    monte_carlo = np.std(errors, axis=0) / np.sqrt(1500)
    assert (np.abs(np.mean(errors, axis=0) - [train, test]) < 4 * monte_carlo).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": [20, 10]}, r"sizes are \[20, 10\]; they must rise"),
        ({"sizes": [1, 10]}, "they must rise, from at least 2"),
        ({"sizes": []}, r"sizes has shape \(0,\)"),
        ({"sizes": [10, 50]}, "50 training rows and 15 test rows are more than the 60 given"),
        ({"n_repeats": 0}, "n_repeats is 0"),
        ({"n_test": 0}, "n_test is 0"),
    ],
)
def test_learning_curve_refuses_sizes_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        curve_of(*a_table(), **options)


@given(seeds, st.integers(9, 60))
def test_conformal_half_width_is_the_finite_sample_quantile(seed, n):
    y, predicted = np.random.default_rng(seed).standard_normal((2, n))
    interval = conformal_interval(y, predicted, [0.0, 5.0], level=0.9)
    sizes = np.abs(y - predicted)
    assert np.sum(sizes <= interval.half_width) == np.ceil((n + 1) * 9 / 10)
    np.testing.assert_allclose(
        [interval.low, interval.high], interval.half_width * np.array([[-1, -1], [1, 1]]) + [0, 5]
    )


@pytest.mark.parametrize(
    ("n", "level", "rank"), [(9, 0.9, 9), (99, 0.9, 90), (19, 0.95, 19), (10, 0.5, 6), (99, 0.55, 55)]
)
def test_conformal_rank_is_not_moved_by_rounding(n, level, rank):
    interval = conformal_interval(np.arange(1.0, n + 1), np.zeros(n), [0.0], level=level)
    assert interval.half_width == rank


def test_the_smallest_conformal_level_takes_the_smallest_miss():
    assert conformal_interval(np.arange(1.0, 11), np.zeros(10), [0.0], level=1e-12).half_width == 1


def test_conformal_interval_refuses_a_level_that_the_rows_cannot_give():
    with pytest.raises(
        ValueError, match=r"level is 0.9 with 8 calibration row\(s\); it can be at most 0.8889"
    ):
        conformal_interval(np.arange(8.0), np.zeros(8), [0.0], level=0.9)


def test_prediction_intervals_cover_their_own_ends():
    interval = PredictionIntervals(np.array([0.0, 0.0, 0.0]), np.array([2.0, 2.0, 2.0]), 1.0, 0.9)
    assert interval.covers([0.0, 2.0, 2.1]).tolist() == [True, True, False]


@pytest.mark.simulation
@pytest.mark.parametrize("draw", ["standard_normal", "standard_exponential", "standard_cauchy"])
def test_conformal_intervals_hold_a_new_value_as_often_as_they_say(draw):
    """With 49 calibration rows and level 0.9 the coverage is (n + 1 rows, rank 45) exactly 45/50."""
    rng, n_trials = np.random.default_rng(21), 20_000
    drawn = getattr(rng, draw)((n_trials, 50))
    covered = [
        conformal_interval(row[:49], np.zeros(49), [0.0], level=0.9).covers(row[49:])[0] for row in drawn
    ]
    assert np.mean(covered) == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / n_trials))
