"""course_utils.deploy.challenge: later rows, a paired interval, and how rarely an equal challenger wins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from course_utils.deploy.challenge import (
    autocorrelation,
    compare_models,
    time_ordered_holdout,
    verdict_on,
)
from course_utils.least_squares import fit_least_squares


def always(value):
    """A model that predicts one number."""
    return lambda X: np.full(len(X), float(value))


def compared(y, champion=0.0, challenger=0.0, **options):
    X = np.arange(len(y), dtype=float)[:, None]
    return compare_models(always(champion), always(challenger), X, y, **options)


@given(st.lists(st.integers(0, 9), min_size=4, max_size=40), st.floats(0.1, 0.9))
def test_all_that_is_trained_on_is_earlier_than_all_that_is_held_out(times, share):
    times = np.array([*times, 10])
    fold = time_ordered_holdout(times, share=share)
    assert times[fold.train].max(initial=-1) < times[fold.test].min()
    assert sorted([*fold.train, *fold.test]) == list(range(len(times)))
    assert (np.diff(times[fold.test]) >= 0).all()


def test_the_share_is_held_out_where_all_times_differ():
    fold = time_ordered_holdout(np.arange(10)[::-1], share=0.3)
    assert fold.test.tolist() == [2, 1, 0]


def test_a_month_is_not_torn_apart():
    fold = time_ordered_holdout(["2009-11", "2009-12", "2010-01", "2010-01", "2010-01"], share=0.2)
    assert fold.test.tolist() == [2, 3, 4]


def test_what_the_champion_has_seen_is_not_held_out():
    fold = time_ordered_holdout(np.arange(10), share=0.5, after=7)
    assert fold.test.tolist() == [8, 9]
    assert len(time_ordered_holdout(np.arange(10), after=9).test) == 0


@pytest.mark.parametrize("times", [[], [[1.0]], [5, 5, 5]])
def test_rows_without_an_order_are_refused(times):
    with pytest.raises(ValueError, match=r"time has shape|all 3 rows are held out"):
        time_ordered_holdout(times)


def test_what_is_saved_is_champion_loss_minus_challenger_loss(rng):
    y = 3 + rng.standard_normal(200)
    found = compared(y, champion=0, challenger=3)
    assert found.estimate == pytest.approx(np.mean(y**2) - np.mean((y - 3) ** 2))
    assert found.champion_error**2 - found.challenger_error**2 == pytest.approx(found.estimate)
    assert verdict_on(found)[0] == "promote"


def test_the_interval_is_students_for_the_means_of_the_blocks(rng):
    y = rng.standard_normal(120)
    saved = (y - 0.5) ** 2 - y**2
    blocks = saved.reshape(6, 20).mean(axis=1)
    expected = stats.t.interval(0.9, 5, loc=blocks.mean(), scale=stats.sem(blocks))
    found = compared(y, champion=0.5, level=0.9, n_blocks=6)
    assert (found.low, found.high) == pytest.approx(expected)


@given(st.integers(0, 2**32 - 1))
def test_exchanging_the_models_mirrors_the_interval(seed):
    y = np.random.default_rng(seed).standard_normal(60)
    forth, back = compared(y, 0.2, -0.1), compared(y, -0.1, 0.2)
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))


@pytest.mark.parametrize(
    ("champion", "challenger", "reason"),
    [
        (0, 3, "the challenger is worse: it saves"),
        (0.01, -0.01, "and the interval holds zero: it may be no better"),
        (-0.01, 0.01, "and the interval holds zero: it may be no better"),
        (1, 1, "the challenger predicts what the champion predicts"),
    ],
)
def test_whatever_is_not_surely_better_is_not_promoted(rng, champion, challenger, reason):
    verdict, told = verdict_on(compared(rng.standard_normal(200), champion, challenger))
    assert verdict == "keep"
    assert reason in told


def test_autocorrelation_by_hand():
    assert autocorrelation([1, -1, 1, -1]) == pytest.approx(-0.75)
    assert autocorrelation([2, 2, 2]) == 0


def test_printed_comparison_says_how_alike_neighbours_are(rng):
    text = str(compared(rng.standard_normal(200), 0.5, 0))
    assert "on 200 later rows" in text
    assert "from 10 blocks; autocorrelation from row to row" in text


@pytest.mark.parametrize("options", [{"level": 1}, {"n_blocks": 30}])
def test_too_few_rows_or_no_level_are_refused(options):
    with pytest.raises(ValueError, match=r"50 rows, .* 2 rows a block and a level"):
        compared(np.zeros(50), **options)


def noise(kind, n_rows, rng):
    """Independent, with heavy tails, or each value 0.6 times the one before it plus something new."""
    if kind == "heavy":
        return rng.standard_t(3, n_rows)
    y = rng.standard_normal(n_rows)
    if kind == "alike":
        y[0] /= 0.8
        for i in range(1, n_rows):
            y[i] += 0.6 * y[i - 1]
    return y


@pytest.mark.simulation
@pytest.mark.parametrize(("kind", "most"), [("independent", 0.025), ("heavy", 0.03), ("alike", 0.035)])
def test_an_equal_challenger_is_promoted_no_more_often_than_one_time_in_forty(kind, most):
    """Champion 1/2, challenger -1/2, the truth 0: their squared errors are equal on average."""
    rng, n_trials = np.random.default_rng(6), 1500
    wrong = sum(compared(noise(kind, 300, rng), 0.5, -0.5).low > 0 for _ in range(n_trials))
    assert wrong / n_trials <= most + 3 * np.sqrt(most * (1 - most) / n_trials)


@pytest.mark.simulation
def test_of_two_models_trained_on_as_many_rows_the_worse_is_hardly_ever_promoted():
    rng, n_trials, wrong = np.random.default_rng(7), 400, 0
    beta = np.array([2.0, -1.0, 0.5, 0.0, 0.0])
    for _ in range(n_trials):
        tables = [rng.standard_normal((n, 5)) for n in (100, 100, 200)]
        a, b = (fit_least_squares(X, X @ beta + 2 * rng.standard_normal(100)) for X in tables[:2])
        far = [model.intercept**2 + np.sum((model.beta - beta) ** 2) for model in (a, b)]
        y = tables[2] @ beta + 2 * rng.standard_normal(200)
        wrong += compare_models(a.predict, b.predict, tables[2], y).low > 0 and far[1] > far[0]
    assert wrong / n_trials <= 0.025


@pytest.mark.simulation
def test_a_challenger_that_saves_a_fifth_of_the_error_is_found_in_three_hundred_rows():
    rng, n_trials = np.random.default_rng(8), 200
    found = sum(compared(rng.standard_normal(300), 0.5, 0).low > 0 for _ in range(n_trials))
    assert found / n_trials > 0.8
