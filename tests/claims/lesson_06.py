"""Claims of lesson 06, Honest evaluation."""

from __future__ import annotations

import numpy as np

from claims import claim
from course_utils.datasets import load_ames
from course_utils.evaluation import (
    baselines,
    mean_absolute_error,
    mean_squared_error,
    r_squared,
    root_mean_squared_error,
)
from course_utils.least_squares import fit_least_squares


def judged_houses():
    """Return the prices of 1,425 houses, their predictions by 1,500 others, and the prices of those others."""
    houses = load_ames()
    order = np.random.default_rng(42).permutation(len(houses.y))
    teach, judge = order[:1500], order[1500:]
    fit = fit_least_squares(houses.X[teach], houses.y[teach])
    return houses.y[judge], fit.predict(houses.X[judge]), houses.y[teach]


@claim(
    "42",
    statement="R squared lies between 0 and 1.",
    verdict="wrong",
    right="On the training rows of least squares with an intercept it does. On other rows it is at most 1 and has no "
    "lower bound: whoever predicts 5 for the values 1, 2 and 3 has −13.5.",
    lesson="06",
    section="When each of them lies",
    box=True,
)
def r_squared_has_no_lower_bound():
    """The three values by hand; noise fitted to noise; the houses from 120 to 140 thousand dollars, and all."""
    assert r_squared([1.0, 2.0, 3.0], [5.0, 5.0, 5.0]) == -13.5
    rng = np.random.default_rng(42)
    for _ in range(50):
        y, X = rng.standard_normal(30) + 5, rng.standard_normal((30, 3))
        assert 0 <= r_squared(y, fit_least_squares(X, y).fitted) <= 1
    price, predicted, _ = judged_houses()
    band = (price >= 120) & (price < 140)
    assert r_squared(price, predicted) > 0.8
    assert r_squared(price[band], predicted[band]) < -10
    assert root_mean_squared_error(price[band], predicted[band]) < root_mean_squared_error(price, predicted)


@claim(
    "43",
    statement="An R squared of 1 means that the model explains all of the variation.",
    verdict="imprecise",
    right="Of the variation of the rows that are judged. On training rows it says nothing once there are as many "
    "coefficients as rows: pure chance has 1 there as well.",
    lesson="06",
    section="When each of them lies",
)
def chance_explains_all_of_its_training_rows():
    """Least squares of pure noise on 24 columns of noise, 25 rows."""
    rng = np.random.default_rng(43)
    X, y = rng.standard_normal((1025, 24)), rng.standard_normal(1025)
    fit = fit_least_squares(X[:25], y[:25])
    assert abs(r_squared(y[:25], fit.fitted) - 1) < 1e-9
    assert r_squared(y[25:], fit.predict(X[25:])) < -1


@claim(
    "44",
    statement="An R squared of 0 means that the model is no better than predicting the mean.",
    verdict="true",
    right="The mean of the rows that are judged, which nobody knows beforehand. Predicting the mean of the training "
    "rows falls a little below 0.",
    lesson="06",
    section="Baselines first",
)
def the_training_mean_falls_below_zero():
    """The mean of the judged prices, and that of the training prices."""
    price, _, training = judged_houses()
    assert abs(r_squared(price, np.full(len(price), price.mean()))) < 1e-12
    assert -0.05 < r_squared(price, baselines(training, price)["mean"]) < 0


@claim(
    "63",
    statement="The mean squared error is the average magnitude of the errors.",
    verdict="wrong",
    right="The average magnitude is the mean absolute error. One error of 100 among a hundred predictions gives an MSE "
    "of 100, in squared units, an RMSE of 10 and an MAE of 1.",
    lesson="06",
    section="When each of them lies",
    box=True,
)
def one_error_of_100_in_100():
    """Ninety-nine perfect predictions and one that misses by 100."""
    y, predicted = np.zeros(100), 100.0 * (np.arange(100) == 7)
    assert mean_squared_error(y, predicted) == 100
    assert root_mean_squared_error(y, predicted) == 10
    assert mean_absolute_error(y, predicted) == 1


@claim(
    "64",
    statement="A separate test set gives an honest error.",
    verdict="imprecise",
    right="Once. A test set that chooses among models has been trained on: the best of a hundred models of pure "
    "chance, on 50 test rows, looks better than predicting the mean.",
    lesson="06",
    section="A test set is used once",
    box=True,
)
def the_best_of_many_is_flattered():
    """A hundred predictions that are noise: the first and the best on 50 rows, the best on 5,000 others."""
    rng, once, printed, kept = np.random.default_rng(64), [], [], []
    for _ in range(20):
        y, guesses = rng.standard_normal(5050), 0.3 * rng.standard_normal((100, 5050))
        errors = np.mean((y[:50] - guesses[:, :50]) ** 2, axis=1)
        once.append(errors[0])
        printed.append(errors.min() / np.var(y[:50]))
        kept.append(np.mean((y[50:] - guesses[errors.argmin(), 50:]) ** 2))
    standard_error = np.std(once, ddof=1) / np.sqrt(20)
    assert abs(np.mean(once) - np.mean(kept)) < 2 * standard_error
    assert np.mean(printed) < 0.95
    assert np.mean(kept) > 1.05


@claim(
    "c06-1",
    statement="Two models do not differ if the intervals of their errors overlap.",
    verdict="wrong",
    right="What is hard about a row is hard for both models. Resample the same rows for both and look at the interval "
    "of the difference: it can be clear of zero while the two intervals overlap.",
    lesson="06",
    section="How sure is the number?",
    box=True,
)
def overlapping_intervals_and_a_clear_difference():
    """Two models that share most of what is hard about a row, 100 rows."""
    rng = np.random.default_rng(61)
    shared = rng.exponential(10, size=100)
    a, b = shared + rng.uniform(0, 2, 100), shared + rng.uniform(1, 3, 100)
    draws = rng.integers(100, size=(1000, 100))
    ends_a, ends_b, ends_difference = (
        np.quantile(misses[draws].mean(axis=1), [0.025, 0.975]) for misses in (a, b, b - a)
    )
    assert ends_b[0] < ends_a[1]
    assert ends_difference[0] > 0
