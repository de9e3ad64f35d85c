"""Claims of lesson 01b, Checking the assumptions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Lasso

from claims import claim
from course_utils.datasets import load_ames
from course_utils.least_squares import (
    fit_least_squares,
    residual_autocorrelation,
    variance_inflation_factors,
)


@claim(
    "17",
    statement="The model assumes that the target is a linear function of what was measured.",
    verdict="imprecise",
    right="It is linear in the coefficients. A column may be a square, a logarithm or a product of what was "
    "measured, and the model is then bent in the measurement.",
    lesson="01b",
    section="What is promised",
)
def a_square_as_a_column_fits_a_parabola():
    """A parabola, fitted with the measurement alone and with its square beside it."""
    x = np.linspace(-1, 1, 21)
    straight = fit_least_squares(x[:, None], x**2)
    bent = fit_least_squares(np.column_stack([x, x**2]), x**2)
    assert np.abs(straight.residuals).max() > 0.1
    np.testing.assert_allclose(bent.residuals, 0, atol=1e-12)


@claim(
    "21",
    statement="Scatter plots of each feature against the target test linearity.",
    verdict="imprecise",
    right="A scatter plot shows a column together with everything that goes along with it. The promise of "
    "the model is about the column beside the others, and the partial residual shows that.",
    lesson="01b",
    section="Is it straight?",
    box=True,
)
def area_is_straight_alone_and_bent_beside_the_others():
    """The share of RSS that the square of a column removes, for the column alone and beside all others."""
    houses = load_ames()

    def gain(columns, name):
        z = houses.column(name) - houses.column(name).mean()
        bent = fit_least_squares(np.column_stack([columns, z**2]), houses.y)
        return 1 - np.sum(bent.residuals**2) / np.sum(fit_least_squares(columns, houses.y).residuals ** 2)

    def gains(name):
        return gain(houses.column(name)[:, None], name), gain(houses.X, name)

    area, condition = gains("living area"), gains("overall condition")
    assert area[0] < 0.001 < 0.05 < area[1]
    assert condition[1] < 0.005 < 0.02 < condition[0]


@claim(
    "22",
    statement="The residual is the predicted value minus the actual one.",
    verdict="convention",
    right="Some texts define it so. This course, its package and most of statistics take actual minus "
    "predicted. The patterns are the same, mirrored; the sentences read from them are opposite, so "
    "look which sign a plot has.",
    lesson="01b",
    section="Is it straight?",
    box=True,
)
def ours_is_actual_minus_predicted():
    """Our residuals under a target that the line cannot reach; the mirrored ones have the other sign throughout."""
    x, y = np.arange(4.0), np.arange(4.0) ** 2
    fit = fit_least_squares(x[:, None], y)
    np.testing.assert_allclose(fit.residuals, y - fit.fitted)
    assert fit.residuals[0] > 0.5
    assert (fit.fitted - y)[0] < -0.5


@claim(
    "23",
    statement="In a plot of residuals against fitted values, a funnel means errors of unequal spread and a "
    "curve means that the relation is not linear.",
    verdict="true",
    right="For least squares, yes, and no straight trend can show there. Residuals of a LASSO rise with the "
    "fitted values even where the model is right, because the penalty pulls every prediction towards "
    "the mean.",
    lesson="01b",
    section="Is the spread the same?",
)
def funnel_and_curve_show_and_a_lasso_trends_by_itself():
    """A funnel and a parabola under least squares; a straight, even relation under least squares and a LASSO."""
    rng = np.random.default_rng(0)
    x, error = rng.uniform(0, 1, size=(500, 1)), rng.standard_normal(500)
    funnel = fit_least_squares(x, x[:, 0] + x[:, 0] * error)
    upper = funnel.fitted > np.median(funnel.fitted)
    assert funnel.residuals[upper].std() > 2 * funnel.residuals[~upper].std()
    curve, middle = fit_least_squares(x, x[:, 0] ** 2), np.abs(x[:, 0] - 0.5) < 0.2
    assert curve.residuals[middle].max() < 0 < curve.residuals[~middle].mean()
    y = x[:, 0] + 0.1 * error
    lasso, straight = Lasso(alpha=0.02).fit(x, y), fit_least_squares(x, y)
    assert abs(np.corrcoef(straight.fitted, straight.residuals)[0, 1]) < 1e-6
    assert np.corrcoef(lasso.predict(x), y - lasso.predict(x))[0, 1] > 0.1


@claim(
    "24",
    statement="The autocorrelation of the residuals tests whether the errors are independent.",
    verdict="imprecise",
    right="It tests them against one order of the rows. In the order of the file, which follows the map, the "
    "errors of neighbouring houses in Ames are alike; shuffled, the same errors pass. Time, place, the "
    "person who measured: ask in which order likeness could show.",
    lesson="01b",
    section="Do the errors know each other?",
    box=True,
)
def shuffled_errors_pass():
    """The first autocorrelation of the residuals in Ames, in the order of the file and shuffled."""
    houses = load_ames()
    residuals = fit_least_squares(houses.X, houses.y).residuals
    limit = 2 / np.sqrt(len(residuals))
    assert residual_autocorrelation(residuals, 1)[0] > 5 * limit
    shuffled = np.random.default_rng(12).permutation(residuals)
    assert abs(residual_autocorrelation(shuffled, 1)[0]) < limit


@claim(
    "25",
    statement="A matrix of correlations shows multicollinearity.",
    verdict="imprecise",
    right="It shows pairs. A column that is the sum of others can be weakly correlated with each of them and "
    "be determined by them all the same. A strong pair is a sufficient sign, not a necessary one.",
    lesson="01b",
    section="Are the columns different?",
    box=True,
)
def a_sum_of_many_needs_no_strong_pair():
    """Ten unrelated columns and their sum; and a pair of near twins."""
    columns = np.random.default_rng(0).standard_normal((500, 10))
    with_sum = np.column_stack([columns, columns.sum(axis=1)])
    off_diagonal = np.corrcoef(with_sum, rowvar=False) - np.eye(11)
    assert np.abs(off_diagonal).max() < 0.5
    assert np.isinf(variance_inflation_factors(with_sum)).all()
    twins = columns[:, :1] + 0.1 * columns[:, :2]
    assert np.corrcoef(twins, rowvar=False)[0, 1] > 0.9
    assert variance_inflation_factors(twins).min() > 10


@claim(
    "26",
    statement="A variance inflation factor above 5, or above 10, means that multicollinearity is a problem.",
    verdict="convention",
    right="The two limits are habits: at 5 the error bar is a little more than twice as wide, at 10 a little "
    "more than three times, as it would be for unrelated columns. Which width is too much depends on "
    "the question. The regressions behind the factor need an intercept, and with as many columns as "
    "rows each factor is infinite.",
    lesson="01b",
    section="Are the columns different?",
)
def the_factor_is_a_widening_and_has_no_threshold():
    """The widening at both limits; the factor without an intercept; the factor with more columns than rows."""
    assert 2 < np.sqrt(5) < 2.5 < 3 < np.sqrt(10) < 3.5
    rng = np.random.default_rng(0)
    far_from_zero = 100 + rng.standard_normal((200, 2))
    assert variance_inflation_factors(far_from_zero).max() < 1.1
    own, other = far_from_zero.T
    left = own - other * (own @ other) / (other @ other)
    assert (own @ own) / (left @ left) == pytest.approx(5_000, rel=0.2)
    assert np.isinf(variance_inflation_factors(rng.standard_normal((10, 12)))).all()
