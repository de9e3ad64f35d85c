"""course_utils.deploy.alarm_rates: how often each rule rings, within the error of the simulation."""

import numpy as np
import pytest

from course_utils.datasets import load_ames, load_diabetes
from course_utils.deploy.alarm_rates import (
    AlarmRates,
    AlarmTable,
    false_alarm_rate,
    false_alarm_table,
    gaussian_like,
    power,
    power_table,
    rows_of,
)

BMI = 2


def diabetes():
    """Draws from a normal law with the covariances of the diabetes data."""
    return gaussian_like(load_diabetes(scaled=False).X)


def test_draws_have_the_means_and_covariances_of_the_data(rng):
    X = load_diabetes(scaled=False).X
    drawn = gaussian_like(X)(50_000, rng)
    np.testing.assert_allclose(drawn.mean(axis=0), X.mean(axis=0), rtol=0.01)
    np.testing.assert_allclose(np.corrcoef(drawn.T), np.corrcoef(X.T), atol=0.02)


def test_drawn_rows_are_rows_of_the_world(rng):
    X = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    drawn = rows_of(X)(50, rng)
    assert {tuple(row) for row in drawn} == {tuple(row) for row in X}


def test_rates_repeat_with_their_generator():
    once, again = (
        false_alarm_rate(diabetes(), 60, 40, n_repeats=5, rng=np.random.default_rng(3)) for _ in range(2)
    )
    assert once == again


def test_a_column_moved_far_always_rings(rng):
    rates = power(diabetes(), 200, 200, feature=BMI, shift=3, n_repeats=5, rng=rng).rates
    assert set(rates.values()) == {1.0}


def test_only_the_column_that_was_moved_is_watched(rng):
    def restless(n, rng):
        """Another column jumps at each draw."""
        return rng.standard_normal((n, 2)) + np.array([100 * rng.standard_normal(), 0])

    rates = power(restless, 100, 100, feature=1, shift=0, n_repeats=20, rng=rng).rates
    assert rates["KS, Holm"] < 0.5
    assert false_alarm_rate(restless, 100, 100, n_repeats=20, rng=rng).rates["KS, Holm"] > 0.9


def test_standard_error_of_a_rate():
    rates = AlarmRates(100, 100, n_repeats=400, rates={"a rule": 0.2})
    assert rates.standard_error("a rule") == pytest.approx(0.02)


def test_a_table_has_a_line_for_each_pair_of_sizes():
    rows = [AlarmRates(n, 100, n_repeats=400, rates={"a rule": 0.25, "b": 1.0}) for n in (300, 5000)]
    assert str(AlarmTable(tuple(rows))).splitlines() == [
        "reference/current  a rule  b",
        "          300/100    0.25  1.00",
        "         5000/100    0.25  1.00",
        "shares of 400 repeats, each sure to about 0.05 or better",
    ]


def test_tables_take_the_sizes_in_order(rng):
    sizes, options = [(40, 30), (30, 40)], {"n_repeats": 2, "rng": rng}
    false_alarms = false_alarm_table(diabetes(), sizes, **options)
    powers = power_table(diabetes(), sizes, feature=BMI, shift=1, **options)
    for table in (false_alarms, powers):
        assert [(row.n_reference, row.n_current) for row in table.rows] == sizes


def test_a_seed_is_refused():
    with pytest.raises(TypeError, match="rng is 7 of type int; a generator is needed"):
        false_alarm_rate(diabetes(), 30, 30, rng=7)


def test_no_repeat_is_refused(rng):
    with pytest.raises(ValueError, match="n_repeats is 0; a positive integer is needed"):
        false_alarm_rate(diabetes(), 30, 30, n_repeats=0, rng=rng)


def error(rate, n_repeats):
    """Three standard errors of a rate."""
    return 3 * np.sqrt(rate * (1 - rate) / n_repeats)


@pytest.mark.simulation
@pytest.mark.parametrize(("n_reference", "n_current"), [(300, 100), (300, 300), (5000, 3000)])
def test_false_alarms_are_as_frequent_as_each_rule_promises(n_reference, n_current):
    """Holm and the calibrated index keep 0.05; each column tested alone, or a naive null, does not."""
    rng, n_repeats = np.random.default_rng(5), 300
    rates = false_alarm_rate(diabetes(), n_reference, n_current, n_repeats=n_repeats, rng=rng).rates
    assert rates["KS, Holm"] <= 0.05 + error(0.05, n_repeats)
    assert rates["PSI, calibrated"] == pytest.approx(0.05, abs=error(0.05, n_repeats))
    assert rates["KS, Holm, effect"] <= rates["KS, Holm"]
    assert rates["KS, p < 0.05"] == pytest.approx(0.33, abs=error(0.33, n_repeats) + 0.02)
    assert rates["PSI, naive null"] > 0.2


@pytest.mark.simulation
def test_the_rule_of_thumb_rings_in_few_rows_and_sleeps_in_many():
    rng, options = np.random.default_rng(6), {"n_repeats": 100}
    few = false_alarm_rate(diabetes(), 300, 100, rng=rng, **options).rates
    many = power(diabetes(), 5000, 3000, feature=BMI, shift=0.3, rng=rng, **options).rates
    assert few["PSI > 0.2"] == pytest.approx(0.55, abs=error(0.55, 100))
    assert many["PSI > 0.2"] == 0
    assert many["KS, Holm, effect"] > 0.9


@pytest.mark.simulation
def test_a_trifle_in_many_rows_is_found_by_the_test_and_kept_silent_by_the_effect():
    options = {"feature": BMI, "shift": 0.1, "n_repeats": 20, "rng": np.random.default_rng(7)}
    rates = power(diabetes(), 50_000, 50_000, **options).rates
    assert rates["KS, Holm"] == 1
    assert rates["KS, Holm, effect"] == 0


@pytest.mark.simulation
def test_real_houses_with_their_ties_ring_no_more_often_than_promised():
    rng, n_repeats = np.random.default_rng(8), 100
    rates = false_alarm_rate(rows_of(load_ames().X[:, :12]), 1000, 300, n_repeats=n_repeats, rng=rng).rates
    assert rates["KS, Holm, effect"] <= 0.05 + error(0.05, n_repeats)
    assert rates["PSI, calibrated"] <= 0.05 + error(0.05, n_repeats)
