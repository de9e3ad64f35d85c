"""Claims of lesson 01, Least squares."""

from __future__ import annotations

import numpy as np

from claims import claim
from course_utils.datasets import load_ames
from course_utils.least_squares import fit_least_squares


def rss(X, y, beta):
    """Return the residual sum of squares, without an intercept."""
    return np.sum((y - X @ beta) ** 2)


@claim(
    "9",
    statement="RSS = Σᵢ (yᵢ − Σⱼ xᵢⱼ βⱼ)², and ordinary least squares makes it as small as it can be.",
    verdict="imprecise",
    right="With an intercept in it: (yᵢ − β₀ − Σⱼ xᵢⱼ βⱼ)². Without one the formula is right only where the "
    "columns and the target have mean zero, or where one of the columns is constant.",
    lesson="01",
    section="The idea: the smallest sum of squares",
)
def the_formula_needs_its_intercept():
    """Least squares without an intercept on centred and on raw houses, and a thousand changes of the minimum."""
    houses = load_ames()
    X, y = houses.X[:, :5], houses.y
    fit = fit_least_squares(X, y)
    least, Xc, yc = np.sum(fit.residuals**2), X - X.mean(axis=0), y - y.mean()
    np.testing.assert_allclose(rss(Xc, yc, np.linalg.lstsq(Xc, yc, rcond=None)[0]), least, rtol=1e-9)
    assert rss(X, y, np.linalg.lstsq(X, y, rcond=None)[0]) > 1.001 * least
    with_ones = np.column_stack([np.ones(len(y)), X])
    np.testing.assert_allclose(rss(with_ones, y, np.append(fit.intercept, fit.beta)), least, rtol=1e-9)
    changes = np.random.default_rng(0).standard_normal((1000, 5)) * np.abs(fit.beta) * 0.1
    assert all(rss(Xc, yc, fit.beta + change) > (1 + 1e-9) * least for change in changes)


@claim(
    "80",
    statement="By Occam's razor the sparser model is the more trustworthy one.",
    verdict="imprecise",
    right="That is an opinion about the world, and sometimes a good bet. What can be shown is a trade. Where "
    "twenty real columns carry less and less, the first five alone predict better from 40 samples, "
    "because they vary less, though the model is wrong; from 400 samples all twenty win.",
    lesson="01",
    section="Bias and variance",
)
def the_smaller_model_wins_only_while_samples_are_few():
    """Twenty real columns of falling weight: the squared error of five of them and of all, for two sample sizes."""
    rng, beta = np.random.default_rng(0), 1 / np.arange(1, 21)

    def error(n_samples, n_columns):
        total = 0.0
        for _ in range(100):
            X = rng.standard_normal((n_samples, 20))
            y = X @ beta + rng.standard_normal(n_samples)
            kept = np.linalg.lstsq(X[:, :n_columns], y, rcond=None)[0]
            total += np.sum((np.append(kept, np.zeros(20 - n_columns)) - beta) ** 2) / 100
        return total

    assert error(40, 5) < 0.5 * error(40, 20)
    assert error(400, 20) < 0.5 * error(400, 5)


@claim(
    "93",
    statement="A model that fits its training data perfectly fails spectacularly on new data.",
    verdict="imprecise",
    right="With about as many coefficients as samples it can. With far more columns the shortest of the "
    "perfect fits can do better than the mean of the target, though here not as well as the right "
    "columns alone.",
    lesson="01",
    section="More columns, and more",
    box=True,
)
def a_perfect_fit_can_be_tame():
    """Sixty houses and ten real columns, with columns of chance up to 59 and up to 150; three samples."""
    rng, houses = np.random.default_rng(1), load_ames()
    names = ["overall quality", "living area", "basement area", "year built", "garage area"]
    names += ["overall condition", "lot area", "finished basement area", "fireplaces", "bedrooms"]
    real = np.column_stack([houses.column(name) for name in names])
    real = (real - real.mean(axis=0)) / real.std(axis=0)
    columns = np.column_stack([real, rng.standard_normal((len(real), 140))])
    errors = {10: [], 59: [], 150: []}
    asking_nothing = np.mean(np.abs(houses.y - houses.y.mean()))
    for order in (rng.permutation(len(real)) for _ in range(3)):
        train, test = order[:60], order[1000:2000]
        for count, found in errors.items():
            fit = fit_least_squares(columns[train, :count], houses.y[train], allow_rank_deficient=True)
            assert count == 10 or np.abs(fit.residuals).max() < 1e-6
            found.append(np.mean(np.abs(houses.y[test] - fit.predict(columns[test, :count]))))
    of_real, at_peak, beyond = (np.mean(found) for found in errors.values())
    assert of_real < beyond < asking_nothing < at_peak


@claim(
    "c01-1",
    statement="A coefficient is the effect of its column.",
    verdict="wrong",
    right="It says how the target differs between samples that differ in this column and are alike in the "
    "other columns of the model. With other columns beside it, it is another number, sometimes of the "
    "other sign; and none of them says what happens to a sample that is changed.",
    lesson="01",
    section="Whose square foot?",
    box=True,
)
def a_bedroom_changes_its_sign():
    """The coefficient of a bedroom in Ames: alone, and beside the living area."""
    houses = load_ames()
    bedrooms, area = houses.column("bedrooms"), houses.column("living area")
    alone = fit_least_squares(bedrooms[:, None], houses.y).beta[0]
    beside = fit_least_squares(np.column_stack([bedrooms, area]), houses.y).beta[0]
    assert beside < 0 < alone


@claim(
    "c01-2",
    statement="Least squares is the best estimate, because the Gauss-Markov theorem says so.",
    verdict="imprecise",
    right="It has the least variance among the estimates that are linear in the target and unbiased, if the "
    "errors are unrelated and spread equally. A little bias can buy a larger fall of the variance.",
    lesson="01",
    section="Bias and variance",
    box=True,
)
def a_factor_below_one_beats_the_best_unbiased_estimate():
    """Ten equal coefficients, thirty samples: the squared error of least squares, shrunk by a tenth and not."""
    rng, errors = np.random.default_rng(0), {1.0: 0.0, 0.9: 0.0}
    truth = np.full(10, 0.3)
    for _ in range(300):
        X = rng.standard_normal((30, 10))
        estimate = np.linalg.lstsq(X, X @ truth + rng.standard_normal(30), rcond=None)[0]
        for factor in errors:
            errors[factor] += np.sum((factor * estimate - truth) ** 2)
    assert errors[0.9] < 0.95 * errors[1.0]
