import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from course_utils.datasets import load_ames, load_prostate
from course_utils.least_squares import (
    RankDeficientError,
    condition_number,
    fit_least_squares,
    residual_autocorrelation,
    variance_inflation_factors,
)

seeds = st.integers(0, 2**32 - 1)


def drawn(seed, n_samples=30, n_features=4):
    """Correlated columns, away from 0, of a condition that a fixed tolerance can bear: spread 1 to 5."""
    rng = np.random.default_rng(seed)
    directions = np.linalg.qr(rng.standard_normal((n_features, n_features)))[0]
    mixing = np.linspace(1, 5, n_features)[:, np.newaxis] * directions
    X = rng.standard_normal((n_samples, n_features)) @ mixing + rng.uniform(-5, 5, n_features)
    return X, rng.standard_normal(n_samples)


@pytest.fixture
def esl():
    """Prostate training and test rows, features scaled as ESL does: on all 97 rows, with ddof=1."""
    everyone, train, test = (load_prostate(split=split) for split in (None, "train", "test"))
    mean, sd = everyone.X.mean(axis=0), everyone.X.std(axis=0, ddof=1)
    return (train.X - mean) / sd, train.y, (test.X - mean) / sd, test.y


def test_coefficients_are_those_of_esl_table_3_3(esl):
    X, y, _, _ = esl
    fit = fit_least_squares(X, y)
    published = [0.680, 0.263, -0.141, 0.210, 0.305, -0.288, -0.021, 0.267]
    assert fit.beta.round(3).tolist() == published
    assert round(fit.intercept, 3) == 2.465


def test_test_error_is_that_of_esl_table_3_3(esl):
    X, y, X_test, y_test = esl
    squared_errors = (y_test - fit_least_squares(X, y).predict(X_test)) ** 2
    assert squared_errors.mean().round(3) == 0.521


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_ames_fit_agrees_with_scikit_learn(fit_intercept):
    houses = load_ames()
    ours = fit_least_squares(houses.X, houses.y, fit_intercept=fit_intercept)
    theirs = LinearRegression(fit_intercept=fit_intercept).fit(houses.X, houses.y)
    np.testing.assert_allclose(ours.beta, theirs.coef_, rtol=1e-9)
    np.testing.assert_allclose(ours.intercept, theirs.intercept_, rtol=1e-9)


def test_shortest_solution_agrees_with_numpy():
    X, y = drawn(1, n_samples=12, n_features=20)
    ours = fit_least_squares(X, y, fit_intercept=False, allow_rank_deficient=True)
    np.testing.assert_allclose(ours.beta, np.linalg.lstsq(X, y, rcond=None)[0], rtol=1e-9, atol=1e-12)
    assert ours.rank == 12


def test_badly_conditioned_nist_problem_has_its_certified_coefficients():
    """NIST Wampler1: y = 1 + x + x^2 + ... + x^5 exactly, so that every certified coefficient is 1."""
    x = np.arange(21.0)
    fit = fit_least_squares(np.column_stack([x**k for k in range(1, 6)]), sum(x**k for k in range(6)))
    np.testing.assert_allclose([fit.intercept, *fit.beta], 1, rtol=1e-8)


@given(seeds)
def test_residuals_are_orthogonal_to_every_column_and_to_the_constant(seed):
    X, y = drawn(seed)
    residuals = fit_least_squares(X, y).residuals
    assert abs(residuals.sum()) < 1e-10
    assert np.abs(X.T @ residuals).max() < 1e-9


@given(seeds)
def test_residuals_are_actual_minus_fitted(seed):
    X, y = drawn(seed)
    fit = fit_least_squares(X, y)
    np.testing.assert_array_equal(fit.residuals, y - fit.fitted)
    np.testing.assert_allclose(fit.predict(X), fit.fitted, rtol=0, atol=1e-12)


@given(seeds, st.booleans())
def test_leverage_lies_between_0_and_1_and_sums_to_the_rank(seed, fit_intercept):
    X, y = drawn(seed)
    fit = fit_least_squares(X, y, fit_intercept=fit_intercept)
    assert fit.leverage.min() >= 0
    assert fit.leverage.max() <= 1 + 1e-12
    assert fit.leverage.sum() == pytest.approx(fit.rank, rel=1e-12)
    assert fit.rank == X.shape[1] + fit_intercept


@given(seeds)
def test_leverage_is_the_pull_of_a_row_on_its_own_prediction(seed):
    X, y = drawn(seed)
    moved = y + np.eye(len(y))[3]
    pull = fit_least_squares(X, moved).fitted[3] - fit_least_squares(X, y).fitted[3]
    assert fit_least_squares(X, y).leverage[3] == pytest.approx(pull, rel=1e-9)


@given(seeds)
def test_projecting_twice_changes_nothing(seed):
    X, y = drawn(seed)
    fitted = fit_least_squares(X, y).fitted
    np.testing.assert_allclose(fit_least_squares(X, fitted).fitted, fitted, rtol=0, atol=1e-12)


@given(seeds)
def test_predictions_do_not_depend_on_units_and_origins(seed):
    X, y = drawn(seed)
    units, origins = np.array([1e-6, 3.0, 1e4, -1.0]), np.array([0.0, 10.0, 1e5, -4.0])
    ours, theirs = fit_least_squares(X, y), fit_least_squares(X * units + origins, y)
    np.testing.assert_allclose(ours.fitted, theirs.fitted, rtol=0, atol=1e-8)
    np.testing.assert_allclose(ours.beta, theirs.beta * units, rtol=1e-6, atol=1e-9)
    assert ours.condition_number == pytest.approx(theirs.condition_number, rel=1e-6)


@given(seeds)
def test_no_other_coefficients_have_a_smaller_residual_sum_of_squares(seed):
    X, y = drawn(seed)
    fit = fit_least_squares(X, y)
    other = fit.beta + np.random.default_rng(seed + 1).standard_normal(4)
    others_residuals = y - X @ other
    assert np.sum((others_residuals - others_residuals.mean()) ** 2) >= np.sum(fit.residuals**2)


def test_shortest_solution_is_shorter_than_another_that_fits_equally_well():
    X, y = drawn(2)
    doubled = np.column_stack([X, X[:, 0]])
    shortest = fit_least_squares(doubled, y, allow_rank_deficient=True)
    plain = fit_least_squares(X, y)
    np.testing.assert_allclose(shortest.fitted, plain.fitted, atol=1e-12)
    np.testing.assert_allclose(shortest.beta[[0, 4]], plain.beta[0] / 2, rtol=1e-10)


@given(seeds)
def test_variance_inflation_is_the_diagonal_of_the_inverse_correlation_matrix(seed):
    X, _ = drawn(seed)
    inverse_diagonal = np.diag(np.linalg.inv(np.corrcoef(X.T)))
    np.testing.assert_allclose(variance_inflation_factors(X), inverse_diagonal, rtol=1e-7)


@given(seeds)
def test_variance_inflation_is_one_over_one_minus_r_squared(seed):
    X, _ = drawn(seed)
    r_squared = LinearRegression().fit(X[:, 1:], X[:, 0]).score(X[:, 1:], X[:, 0])
    assert variance_inflation_factors(X)[0] == pytest.approx(1 / (1 - r_squared), rel=1e-8)


def test_variance_inflation_is_one_for_a_lone_or_an_orthogonal_column():
    orthogonal = np.linalg.qr(np.column_stack([np.ones(8), np.eye(8)[:, :3]]))[0][:, 1:]
    np.testing.assert_allclose(variance_inflation_factors(orthogonal), 1, rtol=1e-12)
    assert variance_inflation_factors(orthogonal[:, :1]).tolist() == [1.0]


def test_variance_inflation_is_infinite_where_other_ames_columns_determine_one():
    houses = load_ames(redundant=True)
    infinite = np.isinf(variance_inflation_factors(houses.X))
    floors = {"first floor area", "second floor area", "low quality area", "living area"}
    basement = {"finished basement area", "second finished basement area", "unfinished basement area"}
    assert {houses.feature_names[j] for j in np.flatnonzero(infinite)} == floors | basement | {
        "basement area"
    }


def test_variance_inflation_is_infinite_with_more_columns_than_rows():
    X, _ = drawn(3, n_samples=5, n_features=9)
    assert np.isinf(variance_inflation_factors(X)).all()


def test_variance_inflation_refuses_a_constant_column_by_name():
    frame = pd.DataFrame({"size": [1.0, 2.0, 4.0], "country": [1.0, 1.0, 1.0]})
    with pytest.raises(ValueError, match=r"constant column.*'country'"):
        variance_inflation_factors(frame)


@given(seeds)
def test_residual_autocorrelation_agrees_with_numpy_correlate(seed):
    e = np.random.default_rng(seed).standard_normal(25)
    centred = e - e.mean()
    full = np.correlate(centred, centred, mode="full")[25:] / (centred @ centred)
    np.testing.assert_allclose(residual_autocorrelation(e, 6), full[:6], atol=1e-12)


def test_residual_autocorrelation_sees_an_alternating_sign():
    alternating = np.tile([1.0, -1.0], 50)
    np.testing.assert_allclose(residual_autocorrelation(alternating, 2), [-0.99, 0.98], rtol=1e-12)


@pytest.mark.parametrize("max_lag", [0, 4, 10])
def test_residual_autocorrelation_refuses_a_lag_beyond_the_data(max_lag):
    with pytest.raises(ValueError, match=f"max_lag is {max_lag}; a number from 1 to 3"):
        residual_autocorrelation([1.0, 2.0, 0.0, 1.0], max_lag)


def test_residual_autocorrelation_of_equal_residuals_is_not_defined():
    with pytest.raises(ValueError, match="all 4 residuals are equal"):
        residual_autocorrelation(np.zeros(4), 1)


def test_condition_number_of_two_columns_follows_from_their_correlation():
    """Two unit-length columns with correlation r have singular values sqrt(1 + r) and sqrt(1 - r)."""
    X, _ = drawn(4, n_features=2)
    r = abs(np.corrcoef(X.T)[0, 1])
    assert condition_number(X) == pytest.approx(np.sqrt((1 + r) / (1 - r)), rel=1e-10)


def test_condition_number_without_an_intercept_does_not_centre():
    X, y = drawn(5)
    unit = X / np.linalg.norm(X, axis=0)
    assert condition_number(X, fit_intercept=False) == pytest.approx(np.linalg.cond(unit), rel=1e-10)
    assert fit_least_squares(X, y, fit_intercept=False).condition_number == pytest.approx(
        np.linalg.cond(unit)
    )


def test_condition_number_of_dependent_columns_is_infinite():
    X, _ = drawn(6)
    assert condition_number(np.column_stack([X, X @ [1.0, 2.0, 0.0, -1.0]])) == np.inf


def test_default_ames_columns_are_well_conditioned():
    assert condition_number(load_ames().X) < 10


def test_dependent_ames_columns_are_named_with_what_determines_them():
    houses = load_ames(redundant=True)
    with pytest.raises(RankDeficientError) as caught:
        fit_least_squares(houses.X, houses.y, feature_names=houses.feature_names)
    floors = "'living area' is a combination of 'first floor area', 'second floor area', 'low quality area'"
    assert floors in str(caught.value)


@pytest.mark.parametrize("seed", range(4))
def test_dependent_columns_are_named_in_the_order_of_the_columns(seed):
    X = np.random.default_rng(seed).normal(size=(20, 6))
    X[:, 2], X[:, 5] = X[:, 0] + X[:, 1], X[:, 3] - X[:, 4]
    with pytest.raises(RankDeficientError) as caught:
        fit_least_squares(X, X[:, 0])
    reasons = str(caught.value).partition("equally well: ")[2].split("; ")
    named = [int(reason.split()[1]) for reason in reasons]
    assert len(named) == 2
    assert named == sorted(named)


def test_dependence_far_from_zero_is_seen_through_the_rounding():
    rng = np.random.default_rng(7)
    a, b = 1e6 + rng.standard_normal((2, 12))
    with pytest.raises(RankDeficientError, match="is a combination of"):
        fit_least_squares(np.column_stack([a, b, a + b]), rng.standard_normal(12))


def test_names_of_a_frame_are_used_in_the_error_and_kept_in_the_result():
    frame = pd.DataFrame({"size": [1.0, 2.0, 4.0, 5.0], "twice": [2.0, 4.0, 8.0, 10.0]})
    with pytest.raises(
        RankDeficientError, match=r"'size' is a combination of 'twice'|'twice' is .* of 'size'"
    ):
        fit_least_squares(frame, np.arange(4))
    assert fit_least_squares(frame[["size"]], np.arange(4)).feature_names == ("size",)


@pytest.mark.parametrize("value", [0.1, 0.0, 1e9])
def test_constant_column_beside_an_intercept_is_called_constant(value):
    X, y = drawn(8)
    with pytest.raises(RankDeficientError, match="column 4 is constant"):
        fit_least_squares(np.column_stack([X, np.full(30, value)]), y)


def test_constant_column_without_an_intercept_is_one():
    X, y = drawn(9)
    with_ones = fit_least_squares(np.column_stack([np.ones(30), X]), y, fit_intercept=False)
    assert with_ones.beta[0] == pytest.approx(fit_least_squares(X, y).intercept, rel=1e-10)


def test_more_coefficients_than_rows_is_explained():
    X, y = drawn(10, n_samples=5, n_features=5)
    with pytest.raises(RankDeficientError, match="6 coefficients with the intercept but only 5 rows"):
        fit_least_squares(X, y)


def test_as_many_coefficients_as_rows_goes_through_every_point():
    X, y = drawn(11, n_samples=5, n_features=4)
    fit = fit_least_squares(X, y)
    np.testing.assert_allclose(fit.fitted, y, atol=1e-10)
    np.testing.assert_allclose(fit.leverage, 1, rtol=1e-10)


def test_a_column_that_is_nearly_dependent_is_fitted_and_shows_in_the_condition_number():
    X, y = drawn(12)
    near = np.column_stack([X, X[:, 0] + 1e-6 * y])
    fit = fit_least_squares(near, y)
    assert fit.rank == 6
    assert fit.condition_number > 1e5


def test_wrong_number_of_names_is_refused():
    X, y = drawn(13)
    with pytest.raises(ValueError, match=r"feature_names has 1 name\(s\); X has 4"):
        fit_least_squares(X, y, feature_names=["only"])


def test_predict_takes_a_single_row_and_refuses_another_width():
    X, y = drawn(14)
    fit = fit_least_squares(X, y)
    assert fit.predict(X[:1]).shape == (1,)
    with pytest.raises(ValueError, match=r"X has 3 column\(s\); the model was fitted to 4"):
        fit.predict(X[:, :3])


def test_inputs_are_left_untouched():
    X, y = drawn(15)
    X_before, y_before = X.copy(), y.copy()
    fit_least_squares(X, y)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(y, y_before)
