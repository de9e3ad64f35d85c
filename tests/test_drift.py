"""course_utils.deploy.drift: what rings, what does not, and what is said of columns that cannot be compared."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from course_utils.deploy.drift import drift_report, holm

seeds = st.integers(0, 2**32 - 1)


def report_on(then, now, **options):
    """The report on two tables; a single column may come as a vector."""
    tables = (np.array(table, dtype=float).reshape(len(table), -1) for table in (then, now))
    return drift_report(*tables, rng=np.random.default_rng(1), n_draws=500, **options)


def only(then, now, **options):
    """The comparison of the values of a single column."""
    return report_on(then, now, **options).changes[0]


def test_adjusted_p_values_by_hand():
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02], rtol=1e-12)


def test_what_is_no_test_is_not_counted_among_the_tests():
    np.testing.assert_array_equal(holm([0.02, np.nan, 0.03]), [0.04, np.nan, 0.04])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusted_p_values_keep_the_order_and_lie_between_raw_and_bonferroni(p_values):
    p, adjusted = np.array(p_values), holm(p_values)
    assert (p <= adjusted).all()
    assert (adjusted <= np.minimum(1, len(p) * p)).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()


@given(seeds)
def test_effect_is_the_largest_difference_of_the_shares_at_or_below_any_value(seed):
    rng = np.random.default_rng(seed)
    then, now = rng.integers(0, 6, size=40), rng.integers(1, 8, size=25)
    differences = [abs(np.mean(then <= value) - np.mean(now <= value)) for value in range(9)]
    assert only(then, now).effect == pytest.approx(max(differences), abs=1e-12)


@given(seeds)
def test_another_unit_or_scale_changes_neither_effect_nor_p(seed):
    then, now = np.random.default_rng(seed).standard_normal((2, 30))
    plain, curved = only(then, now), only(np.exp(then), np.exp(now))
    assert (plain.effect, plain.p_value) == (curved.effect, curved.p_value)


@given(seeds)
def test_order_of_the_rows_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    then, now = rng.standard_normal((60, 2)), rng.standard_normal((40, 2))
    before, after = report_on(then, now), report_on(then[::-1], now[rng.permutation(40)])
    for one, other in zip(before.changes, after.changes, strict=True):
        assert (one.effect, one.p_value, one.psi) == (other.effect, other.p_value, other.psi)


def test_a_large_shift_rings(rng):
    change = only(rng.standard_normal(500), rng.standard_normal(500) + 1)
    assert change.alarm
    assert change.verdict == "ALARM"
    assert change.shift == pytest.approx(1, abs=0.15)
    assert change.psi > change.psi_limit


def test_a_trifle_in_many_rows_is_real_and_does_not_ring(rng):
    change = only(rng.standard_normal(50_000), rng.standard_normal(50_000) + 0.1)
    assert (change.significant, change.large, change.alarm) == (True, False, False)
    assert change.verdict == "real, small"


def test_a_large_effect_in_few_rows_may_be_chance_and_does_not_ring():
    change = only(np.arange(20.0), np.arange(20.0) + 4)
    assert (change.significant, change.large, change.alarm) == (False, True, False)
    assert change.verdict == "may be chance"


def test_a_change_of_spread_alone_rings(rng):
    assert only(rng.standard_normal(1000), 3 * rng.standard_normal(1000)).alarm


def test_what_matters_is_said_by_the_caller(rng):
    then, now = rng.standard_normal(5000), rng.standard_normal(5000) + 0.15
    assert not only(then, now).alarm
    assert only(then, now, min_effect=0.03).alarm


def test_missing_values_are_compared_by_fishers_exact_test():
    then, now = np.arange(100.0), np.arange(100.0)
    then[:2], now[:15] = np.nan, np.nan
    change = report_on(then, now)["column 0 missing"]
    assert change.effect == pytest.approx(0.13)
    assert change.p_value == pytest.approx(stats.fisher_exact([[2, 15], [98, 85]]).pvalue)
    assert change.alarm
    assert change.remark == "2.0% then, 15.0% now"


@pytest.mark.parametrize("gaps", [(0, 70), (70, 0)])
def test_gaps_that_appear_or_vanish_ring_from_their_own_threshold_on(gaps):
    then, now = np.arange(1000.0), np.arange(1000.0)
    then[: gaps[0]], now[: gaps[1]] = np.nan, np.nan
    assert [change.name for change in report_on(then, now).alarms] == ["column 0 missing"]
    assert not report_on(then, now, min_missing=0.1).alarms


def test_limit_of_the_index_is_higher_where_more_columns_are_looked_at(rng):
    then, now = rng.standard_normal((2, 200, 30))
    assert report_on(then, now).changes[0].psi_limit > 1.3 * only(then[:, 0], now[:, 0]).psi_limit


def test_missing_values_are_not_compared_where_none_is_missing():
    assert [change.name for change in report_on(np.arange(30.0), np.arange(30.0)).changes] == ["column 0"]


def test_missing_values_are_left_out_of_the_comparison_of_values(rng):
    values = rng.standard_normal((2, 80))
    gaps = np.append(values[1], [np.nan] * 40)
    assert only(values[0], gaps).effect == only(*values).effect


def test_every_test_counts_in_the_correction(rng):
    """Three columns, one of them with gaps, and the predictions: five tests."""
    then, now = rng.standard_normal((100, 3)), rng.standard_normal((100, 3))
    now[0, 0], now[:, 2] = np.nan, now[:, 2] + 1
    report = report_on(then, now, predictions=(then[:, 1], now[:, 1]))
    assert len(report.changes) == 5
    assert report["column 2"].p_adjusted == pytest.approx(5 * report["column 2"].p_value)


def test_predictions_are_compared_like_a_column(rng):
    then, now = rng.standard_normal((2, 200, 1))
    report = report_on(then, now, predictions=(then[:, 0], now[:, 0] + 2))
    assert [change.name for change in report.alarms] == ["prediction"]


def test_a_constant_that_stays_is_said_and_does_not_ring():
    change = only(np.full(50, 7.0), np.full(30, 7.0))
    assert not change.alarm
    assert change.remark == "always 7 in the reference, and now"
    assert np.isnan(change.psi)


def test_a_constant_that_moves_rings():
    change = only(np.full(50, 7.0), np.full(30, 8.0))
    assert change.alarm
    assert change.remark == "always 7 in the reference, not now"


@pytest.mark.parametrize(
    ("now", "remark"),
    [
        (np.append(np.arange(7.0), [np.nan] * 50), "7 values now, and 20 are needed"),
        (np.full(50, np.nan), "no value now: all are missing"),
    ],
)
def test_too_few_values_are_said_and_only_their_absence_rings(now, remark):
    report = report_on(np.arange(50.0), now)
    assert report.changes[0].verdict == "not compared"
    assert report.changes[0].remark == remark
    assert [change.name for change in report.alarms] == ["column 0 missing"]


def test_a_column_of_few_values_says_that_its_p_is_an_upper_bound(rng):
    change = only(rng.integers(0, 4, size=200), rng.integers(0, 4, size=200))
    assert change.remark == "4 distinct values: p is an upper bound"


def test_names_come_from_the_frame():
    frame = pd.DataFrame({"area": np.arange(30.0), "age": pd.array([None, *range(29)], dtype="Int64")})
    report = drift_report(frame, frame, rng=np.random.default_rng(0), n_draws=100)
    assert [change.name for change in report.changes] == ["area", "age", "age missing"]
    with pytest.raises(KeyError, match="nothing called 'cellar' was compared"):
        report["cellar"]


def test_printed_report_shows_alarms_first_and_counts_what_it_hides(rng):
    then, now = rng.standard_normal((2, 100, 14))
    now[:, 13] += 2
    lines = str(report_on(then, now, feature_names=[f"x{j}" for j in range(14)])).splitlines()
    assert lines[0] == "1 alarm(s) in 14 comparisons"
    assert lines[2].startswith("x13")
    assert lines[2].endswith("ALARM")
    assert lines[-1] == "and 2 more, 0 of them an alarm"


TABLE = np.arange(60.0).reshape(30, 2)


@pytest.mark.parametrize(
    ("now", "options", "error", "message"),
    [
        (TABLE[:, :1], {}, ValueError, "the reference has 2 columns and current has 1"),
        (TABLE[0], {}, ValueError, r"current has shape \(2,\); \(n_rows, n_features\) is needed"),
        (TABLE[:0], {}, ValueError, r"current has shape \(0, 2\)"),
        (
            np.full((3, 2), np.inf),
            {},
            ValueError,
            r"current has 6 infinite value\(s\); NaN stands for a missing one",
        ),
        ([["a", "b"]], {}, TypeError, "current holds something that is no number"),
        (TABLE, {"feature_names": ["a"]}, ValueError, "1 feature names were given for 2 columns"),
        (TABLE, {"level": 5}, ValueError, "level is 5; a number between 0 and 1 is needed"),
        (TABLE, {"min_effect": 0}, ValueError, "min_effect is 0; a number between 0 and 1"),
        (TABLE, {"n_bins": 1}, ValueError, "n_bins is 1; an integer of at least 2"),
        (TABLE, {"predictions": ([1.0], [2.0])}, ValueError, r"predictions have shapes \(1,\) and \(1,\)"),
        (TABLE, {"rng": 7}, TypeError, "rng is 7 of type int; a generator is needed"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(now, options, error, message):
    with pytest.raises(error, match=message):
        drift_report(TABLE, now, **{"rng": np.random.default_rng(0), **options})


def test_frames_with_other_columns_are_refused():
    then, now = pd.DataFrame({"a": [1.0], "b": [2.0]}), pd.DataFrame({"b": [2.0], "a": [1.0]})
    with pytest.raises(ValueError, match="the reference has the columns a, b; current has b, a"):
        drift_report(then, now, rng=np.random.default_rng(0))
