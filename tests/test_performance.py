"""course_utils.deploy.performance: windows, their intervals, and what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.deploy.facts import Metric
from course_utils.deploy.outcomes import JoinedOutcomes
from course_utils.deploy.performance import interval_of_difference, rolling_performance
from course_utils.evaluation import Interval, bootstrap_interval, root_mean_squared_error

AT_TRAINING = Interval(30.0, 28.0, 32.0, 0.95)


def outcomes_with(errors, *, spread=60.0, times=None):
    """Outcomes around 200 with this spread, predicted with these errors, one a day."""
    rng, n_rows = np.random.default_rng(2), len(errors)
    predicted = 200 + spread * rng.standard_normal(n_rows)
    times = np.arange(float(n_rows)) if times is None else np.asarray(times, dtype=float)
    return JoinedOutcomes(times, predicted, predicted + errors, {}, 0)


def report_on(joined, *, window=100, at_training=AT_TRAINING, **options):
    rng = np.random.default_rng(3)
    options = {"training_mean": 200.0, "n_resamples": 300, **options}
    return rolling_performance(joined, window=window, at_training=at_training, rng=rng, **options)


def normal(n_rows, sd=30.0, seed=0):
    return sd * np.random.default_rng(seed).standard_normal(n_rows)


def test_error_of_a_window_is_that_of_its_rows():
    errors = normal(250)
    windows = report_on(outcomes_with(errors)).windows
    assert [(window.start, window.end, window.n_rows) for window in windows] == [
        (0, 100, 100),
        (100, 200, 100),
        (200, 300, 50),
    ]
    for window, expected in zip(windows, np.split(errors, [100, 200]), strict=True):
        assert window.error.estimate == pytest.approx(np.sqrt(np.mean(expected**2)))


def test_a_model_as_good_as_ever_is_said_to_be_so():
    report = report_on(outcomes_with(normal(300)))
    assert report.worse == ()
    assert {window.verdict for window in report.windows} == {"as at training"}


def test_a_model_that_got_worse_is_said_to_be_so():
    errors = np.append(normal(100), normal(100, sd=50))
    report = report_on(outcomes_with(errors))
    assert [window.start for window in report.worse] == [100]
    assert report.windows[1].change.low > 0
    assert report.windows[1].verdict == "WORSE than at training"


def test_a_model_no_better_than_the_mean_is_said_to_be_so():
    report = report_on(outcomes_with(normal(100), spread=1))
    assert report.windows[0].verdict == "as at training, not surely better than the mean"


def test_gain_is_the_error_of_the_training_mean_minus_that_of_the_model():
    joined = outcomes_with(normal(100))
    window = report_on(joined, training_mean=150.0).windows[0]
    of_the_mean = root_mean_squared_error(joined.y, np.full(100, 150.0))
    assert window.gain.estimate == pytest.approx(of_the_mean - window.error.estimate)


def test_windows_of_few_rows_are_not_judged_and_empty_ones_stay_in_the_row():
    times = [*range(40), *range(300, 310)]
    windows = report_on(outcomes_with(normal(50), times=times)).windows
    assert [window.n_rows for window in windows] == [40, 0, 0, 10]
    assert [window.verdict for window in windows[1:]] == ["too few outcomes"] * 3


def test_what_a_model_file_says_of_its_error_is_enough():
    metric = Metric("root mean squared error", 30.0, 28.0, 32.0, 0.95)
    joined = outcomes_with(normal(100))
    assert report_on(joined, at_training=metric) == report_on(joined)


def test_report_has_a_line_for_each_window():
    lines = str(report_on(outcomes_with(normal(110)))).splitlines()
    assert len(lines) == 3
    assert lines[1].endswith("as at training")
    assert lines[2].split() == ["100.00", "10", "-", "-", "-", "too", "few", "outcomes"]


def test_difference_of_symmetric_intervals_adds_their_squares():
    found = interval_of_difference(Interval(10.0, 7.0, 13.0, 0.9), Interval(4.0, 0.0, 8.0, 0.9))
    assert (found.estimate, found.low, found.high) == (6.0, 1.0, 11.0)


@given(st.tuples(*[st.floats(-100, 100)] * 2), st.tuples(*[st.floats(0, 50)] * 4))
def test_difference_the_other_way_round_is_the_mirror_image(centres, widths):
    a = Interval(centres[0], centres[0] - widths[0], centres[0] + widths[1], 0.95)
    b = Interval(centres[1], centres[1] - widths[2], centres[1] + widths[3], 0.95)
    forth, back = interval_of_difference(a, b), interval_of_difference(b, a)
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))


def test_intervals_of_different_levels_are_not_subtracted():
    with pytest.raises(ValueError, match=r"the intervals have the levels 0.9 and 0.95; one level is needed"):
        interval_of_difference(Interval(1, 0, 2, 0.9), AT_TRAINING)


@pytest.mark.parametrize(
    ("n_rows", "window", "message"),
    [(50, 0, "window is 0; a positive length of time"), (0, 10, "no prediction has an outcome yet")],
)
def test_nothing_to_judge_is_refused(n_rows, window, message):
    with pytest.raises(ValueError, match=message):
        report_on(outcomes_with(normal(n_rows)), window=window)


def plain_rmse(y, predicted):
    """Without the checks: for an experiment that is repeated very often."""
    return np.sqrt(np.mean((y - predicted) ** 2))


@pytest.mark.simulation
@pytest.mark.parametrize("heavy", [False, True])
def test_a_model_that_has_not_changed_is_called_worse_in_one_window_of_forty_at_most(heavy):
    rng, n_trials, worse = np.random.default_rng(4), 500, 0
    for _ in range(n_trials):
        now, then = (
            bootstrap_interval(np.zeros(len(e)), e, metric=plain_rmse, n_resamples=300, rng=rng)
            for e in (rng.standard_t(4, n) if heavy else rng.standard_normal(n) for n in (60, 400))
        )
        worse += interval_of_difference(now, then).low > 0
    assert worse / n_trials <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / n_trials)


@pytest.mark.simulation
def test_an_error_that_grew_by_half_is_found_in_sixty_outcomes():
    rng, n_trials, worse = np.random.default_rng(5), 200, 0
    for _ in range(n_trials):
        now, then = (
            bootstrap_interval(np.zeros(len(e)), e, metric=plain_rmse, n_resamples=300, rng=rng)
            for e in (1.5 * rng.standard_normal(60), rng.standard_normal(400))
        )
        worse += interval_of_difference(now, then).low > 0
    assert worse / n_trials > 0.9
