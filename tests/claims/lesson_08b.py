"""Claims of lesson 08b, Monitoring."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import stats

from claims import claim
from course_utils.deploy.drift import drift_report, holm
from course_utils.deploy.houses import boom, house_sales
from course_utils.deploy.stability_index import population_stability_index, psi_limit
from course_utils.evaluation import bootstrap_interval, root_mean_squared_error
from course_utils.tuning import refit

LAM = 1.19  # what the recipe of the lesson chooses for the sales until 2008


@cache
def towns():
    """Return the sales as they were, and with the boom."""
    sales = house_sales(until="2010-06")
    return sales, boom(sales)


@cache
def model_of_2008():
    """Return the LASSO of the sales until 2008."""
    known = towns()[0].between("2006-01", "2008-12")
    return refit(known.X, known.y, LAM)


def error(model, rows):
    """Return the root mean squared error of coefficients on some sales."""
    return root_mean_squared_error(rows.y, rows.X @ model.beta + model.intercept)


def ks_p_values(then, now):
    """Return the p-values of many Kolmogorov-Smirnov tests, the samples along the last axis."""
    n_then, n_now = then.shape[-1], now.shape[-1]
    order = np.argsort(np.concatenate([then, now], axis=-1), axis=-1)
    gaps = np.cumsum(np.where(order < n_then, 1 / n_then, -1 / n_now), axis=-1)
    return stats.kstwo.sf(np.abs(gaps).max(axis=-1), round(n_then * n_now / (n_then + n_now)))


@claim(
    "c08b-1",
    statement="A population stability index above 0.2 means drift.",
    verdict="wrong",
    right="How large chance makes it depends on the number of rows. Of eight columns that have not changed the largest "
    "passes 0.4 with 50 rows once in twenty times; with 5,000 rows a shift by three tenths of a standard deviation "
    "stays below 0.1. Compare it with what chance makes at the sizes in hand.",
    lesson="08b",
    section="An alarm for every month",
    box=True,
)
def chance_passes_the_limit_and_a_shift_stays_below_it():
    """The limit of chance for 50 and 700 rows, and the index of a normal column that has moved."""
    rng = np.random.default_rng(81)
    shares = np.full(10, 0.1)
    small, large = (psi_limit(shares, 1936, n, level=0.05 / 8, rng=rng) for n in (50, 700))
    assert small > 0.4
    assert large < 0.06
    then, now = rng.standard_normal(5000), 0.3 + rng.standard_normal(5000)
    assert large < population_stability_index(then, now) < 0.2 / 2


@claim(
    "c08b-2",
    statement="p < 0.05 in a drift test means that the model is stale.",
    verdict="wrong",
    right="Neither way. Of eight independent columns that have not changed some p-value is below 0.05 in about one "
    "comparison of three; and prices that rise by three tenths in three neighbourhoods make the error two thirds "
    "larger while not one column changes. Correct for the number of columns, ask for an effect, watch the outcomes.",
    lesson="08b",
    section="An alarm that can be believed",
    box=True,
)
def tests_ring_for_nothing_and_not_for_a_boom():
    """Raw and corrected tests of eight quiet columns; errors and columns of the two towns."""
    rng = np.random.default_rng(82)
    p = ks_p_values(rng.standard_normal((400, 8, 300)), rng.standard_normal((400, 8, 100)))
    assert 0.27 < np.mean(p.min(axis=1) < 0.05) < 0.41
    assert np.mean([holm(row).min() < 0.05 for row in p]) < 0.08
    quiet, booming = (town.between("2009-01", "2010-06") for town in towns())
    np.testing.assert_array_equal(quiet.X, booming.X)
    assert 1.6 < error(model_of_2008(), booming) / error(model_of_2008(), quiet) < 1.8


@claim(
    "91",
    statement="A deployed model must be monitored for drift, retrained, and versioned.",
    verdict="true",
    right="And it matters what is monitored: in a boom that changes prices alone, eight columns and the answers "
    "of the model ring in no comparison of a year and a half, and the error on the outcomes of the first three "
    "months is larger beyond chance. Outcomes come late, and some never.",
    lesson="08b",
    section="What only outcomes can tell",
    box=True,
)
def columns_are_silent_and_outcomes_ring():
    """The drift report of the booming town with the answers as a column, and the error of its first quarter."""
    rng, (_, boomed), model = np.random.default_rng(91), towns(), model_of_2008()
    known, later = boomed.between("2006-01", "2008-12"), boomed.between("2009-01", "2010-06")
    answers = tuple(rows.X @ model.beta + model.intercept for rows in (known, later))
    assert drift_report(known.X, later.X, predictions=answers, n_draws=200, rng=rng).alarms == ()
    first = later.between("2009-01", "2009-03")
    options = {"metric": root_mean_squared_error, "n_resamples": 500, "rng": rng}
    now = bootstrap_interval(first.y, first.X @ model.beta + model.intercept, **options)
    assert now.low > 1.2 * error(model, known)


@claim(
    "c08b-3",
    statement="Retrain every night and deploy the newest model.",
    verdict="wrong",
    right="In a town without drift a model of the last twelve months loses against the one of 2006 to 2008 in 12 of 17 "
    "months; in a booming one it wins in 12. Newer is not in itself better: compare on later rows that neither has "
    "seen, and once.",
    lesson="08b",
    section="Shall the newest model serve?",
    box=True,
)
def the_newest_loses_where_nothing_has_changed():
    """Before each month a model of the twelve before, against the old one, in both towns."""
    wins = []
    for town in towns():
        months = np.unique(town.time)
        for k in range(37, 54):
            year, month = town.between(months[k - 12], months[k - 1]), town.between(months[k], months[k])
            wins.append(error(refit(year.X, year.y, LAM), month) < error(model_of_2008(), month))
    quiet, booming = np.reshape(wins, (2, 17))
    assert np.sum(~quiet) == np.sum(booming) == 12
