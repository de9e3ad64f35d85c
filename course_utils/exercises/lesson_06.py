"""The exercises of lesson 06: R squared elsewhere, a baseline, a bug, a paired interval, a recipe judged."""

from __future__ import annotations

import numpy as np

from course_utils.evaluation import r_squared
from course_utils.exercises.types import (
    Case,
    Check,
    Exercise,
    WrongAnswer,
    close,
    edited,
    is_not,
    without_raise,
)

OBJECTIVES = {
    "metric": "compute R squared on new rows and say when it lies",
    "baseline": "hold a model against a baseline that knows no column",
    "bug": "find the choice that has seen the rows it is judged on",
    "interval": "put an interval around the difference of two models",
    "recipe": "judge a whole recipe with nested cross-validation",
}


def is_one_number(case, answer):
    return np.shape(answer) == () and bool(np.isfinite(answer))


ONE_NUMBER = "Return one finite number."


# 06.1


def biased_case(rng):
    """Draw predictions that follow y, at half its swing and well above it."""
    y = rng.normal(50, 10, size=30)
    return Case((y, 0.5 * y + 45 + rng.normal(0, 3, size=30)))


def good_case(rng):
    y = rng.normal(50, 10, size=30)
    return Case((y, y + rng.normal(0, 3, size=30)))


def squared_correlation(y, predicted):
    return np.corrcoef(y, predicted)[0, 1] ** 2


def explained_variance(y, predicted):
    return 1 - np.var(y - predicted) / np.var(y)


def about_the_predictions(y, predicted):
    return 1 - np.sum((y - predicted) ** 2) / np.sum((y - np.mean(predicted)) ** 2)


def share_left(y, predicted):
    return np.sum((y - predicted) ** 2) / np.sum((y - np.mean(y)) ** 2)


R2_ELSEWHERE = '''def r2_elsewhere(y, predicted):
    """Return R squared of predictions for rows that had no part in the fit."""
    return 1 - np.sum((y - predicted) ** 2) / np.sum((y - np.mean(y)) ** 2)
'''
CORRELATION = (
    "That is the squared correlation. It forgives every bias and every wrong slope, and it is never "
    "negative: on "
    "these rows the two are not the same. Begin with the errors."
)
BIAS_FORGIVEN = (
    "That is the explained variance: you have taken the mean off the errors. A bias is an error, and counts."
)
WRONG_MEAN = "The yardstick is the spread of y around its **own** mean, not around that of the predictions."
NOT_YET_R2 = "That is the share that is left. R squared is one minus it."
CUT_OFF = (
    "These predictions are worse than the mean of y, and R squared says so: it is below zero. Do "
    "not cut it off."
)
R2_IN_GENERAL = (
    "One minus the sum of the squared errors, divided by the sum of the squares of y around its mean."
)

exercise_1 = Exercise(
    id="06.1",
    kind="recall",
    objective=OBJECTIVES["metric"],
    stub='''def r2_elsewhere(y, predicted):
    """Return R squared of predictions for rows that had no part in the fit."""
    raise NotImplementedError
''',
    checks=(
        Check("one finite number", 1, good_case, is_one_number, ONE_NUMBER),
        Check("it is not the squared correlation", 1, biased_case, is_not(squared_correlation), CORRELATION),
        Check("a bias counts", 1, biased_case, is_not(explained_variance), BIAS_FORGIVEN),
        Check("the mean is that of y", 1, biased_case, is_not(about_the_predictions), WRONG_MEAN),
        Check("one minus the share that is left", 1, good_case, is_not(share_left), NOT_YET_R2),
        Check(
            "it may be negative",
            1,
            biased_case,
            lambda case, answer: answer < 0,
            CUT_OFF,
        ),
        Check(
            "it is R squared",
            2,
            biased_case,
            lambda case, answer: close(answer, r_squared(*case.args)),
            R2_IN_GENERAL,
        ),
        Check(
            "it is R squared, for good predictions too",
            1,
            good_case,
            lambda case, answer: close(answer, r_squared(*case.args)),
            R2_IN_GENERAL,
        ),
    ),
    hints=(
        "Two sums of squares. Which one says what the model has missed, and which one what the mean would have?",
        "Errors are y - predicted, with their bias. The yardstick is y - np.mean(y).",
        "1 - np.sum((y - predicted) ** 2) / np.sum(...): fill in the yardstick, squared.",
    ),
    solution=R2_ELSEWHERE,
    explanation=(
        "On the training rows of least squares with an intercept, the squared correlation and R squared "
        "are the same "
        "number. That is why they are taken for each other, and on other rows they part."
    ),
    wrong_answers=(
        WrongAnswer(
            "squared correlation",
            "def r2_elsewhere(y, predicted):\n    return np.corrcoef(y, predicted)[0, 1] ** 2\n",
            CORRELATION,
        ),
        WrongAnswer(
            "explained variance",
            "def r2_elsewhere(y, predicted):\n    return 1 - np.var(y - predicted) / np.var(y)\n",
            BIAS_FORGIVEN,
        ),
        WrongAnswer(
            "mean of the predictions", edited(R2_ELSEWHERE, "np.mean(y)", "np.mean(predicted)"), WRONG_MEAN
        ),
        WrongAnswer("the share that is left", edited(R2_ELSEWHERE, "1 - ", ""), NOT_YET_R2),
        WrongAnswer(
            "never below zero",
            edited(edited(R2_ELSEWHERE, "1 - ", "max(0, 1 - "), "np.mean(y)) ** 2)", "np.mean(y)) ** 2))"),
            CUT_OFF,
        ),
        WrongAnswer(
            "sizes in place of squares",
            "def r2_elsewhere(y, predicted):\n"
            "    return 1 - np.sum(np.abs(y - predicted)) / np.sum(np.abs(y - np.mean(y)))\n",
            R2_IN_GENERAL,
        ),
    ),
)


# 06.2

SKILL = '''def skill(series, predicted):
    """Return 1 - MAE(model) / MAE(last value), on all rows but the first."""
    model = np.mean(np.abs(series[1:] - predicted[1:]))
    last_value = np.mean(np.abs(series[1:] - series[:-1]))
    return 1 - model / last_value
'''


def series_case(rng):
    """Draw a wandering series whose first value is missed by far more than the others."""
    series = 20 + np.cumsum(rng.normal(0, 1, size=40))
    predicted = series + rng.normal(0, 1.5, size=40)
    predicted[0] += 60
    return Case((series, predicted))


def skill_against(rival):
    """Return what a learner gets who divides by the errors of another rival."""
    return lambda series, predicted: 1 - np.mean(np.abs(series[1:] - predicted[1:])) / rival(series)


def first_row_counted(series, predicted):
    return 1 - np.mean(np.abs(series - predicted)) / np.mean(np.abs(np.diff(series)))


def one_row_late(series, predicted):
    return 1 - np.mean(np.abs(series[:-1] - predicted[:-1])) / np.mean(np.abs(np.diff(series)))


def ratio_alone(series, predicted):
    return np.mean(np.abs(series[1:] - predicted[1:])) / np.mean(np.abs(np.diff(series)))


def in_squares(series, predicted):
    return 1 - np.mean((series[1:] - predicted[1:]) ** 2) / np.mean(np.diff(series) ** 2)


AGAINST_THE_MEAN = (
    "Your rival predicts the mean of the series. The one asked for says of each row what was "
    "observed in the row before."
)
SAME_ROWS = (
    "Model and baseline are judged on different rows. The baseline has nothing to say of the first "
    "row: leave that row, "
    "and no other, out for both."
)
NOT_A_SHARE = (
    "That is the ratio of the two errors. Asked for is by which share the model is better: one minus it."
)
ABSOLUTE = "The squares are not asked for: compare mean **absolute** errors."
SKILL_IN_GENERAL = (
    "Two errors on the rows from the second on: the model's, and that of series[:-1] as a "
    "prediction of series[1:]. "
    "Then one minus their ratio."
)

exercise_2 = Exercise(
    id="06.2",
    kind="apply",
    objective=OBJECTIVES["baseline"],
    stub='''def skill(series, predicted):
    """Return 1 - MAE(model) / MAE(last value), on all rows but the first."""
    raise NotImplementedError
''',
    checks=(
        Check("one finite number", 1, series_case, is_one_number, ONE_NUMBER),
        Check(
            "the baseline is the last value",
            1,
            series_case,
            lambda case, answer: (
                not any(
                    close(answer, skill_against(rival)(*case.args))
                    for rival in (
                        lambda series: np.mean(np.abs(series[1:] - np.mean(series))),
                        lambda series: np.mean(np.abs(series[1:] - np.mean(series[1:]))),
                        lambda series: np.mean(np.abs(series - np.mean(series))),
                    )
                )
            ),
            AGAINST_THE_MEAN,
        ),
        Check("the first row is left out", 1, series_case, is_not(first_row_counted), SAME_ROWS),
        Check("the same rows for both", 1, series_case, is_not(one_row_late), SAME_ROWS),
        Check("one minus the ratio", 1, series_case, is_not(ratio_alone), NOT_A_SHARE),
        Check("absolute errors", 1, series_case, is_not(in_squares), ABSOLUTE),
        Check(
            "it is the share by which the model is better",
            2,
            series_case,
            lambda case, answer: close(
                answer, skill_against(lambda series: np.mean(np.abs(np.diff(series))))(*case.args)
            ),
            SKILL_IN_GENERAL,
        ),
    ),
    hints=(
        "Which rows have a last value? Judge both predictions on these rows and on no others.",
        "The baseline's prediction of series[1:] is series[:-1].",
        "model = np.mean(np.abs(series[1:] - predicted[1:])); the baseline likewise; then 1 - model / baseline.",
    ),
    solution=SKILL,
    explanation=(
        "A skill of 0 says that the model is no better than yesterday's paper, and a negative one that "
        "the paper is "
        "better. Forecasters report such a score for that reason: it cannot be large merely because the "
        "series is calm."
    ),
    wrong_answers=(
        WrongAnswer("against the mean", edited(SKILL, "series[:-1]", "np.mean(series)"), AGAINST_THE_MEAN),
        WrongAnswer(
            "all rows for the model",
            edited(SKILL, "series[1:] - predicted[1:]", "series - predicted"),
            SAME_ROWS,
        ),
        WrongAnswer(
            "the wrong row left out",
            edited(SKILL, "series[1:] - predicted[1:]", "series[:-1] - predicted[:-1]"),
            SAME_ROWS,
        ),
        WrongAnswer("the ratio", edited(SKILL, "1 - model", "model"), NOT_A_SHARE),
        WrongAnswer(
            "squares",
            edited(SKILL, "np.abs(series[1:] - predicted[1:])", "(series[1:] - predicted[1:]) ** 2").replace(
                "np.abs(series[1:] - series[:-1])", "(series[1:] - series[:-1]) ** 2"
            ),
            ABSOLUTE,
        ),
        WrongAnswer(
            "upside down", edited(SKILL, "model / last_value", "last_value / model"), SKILL_IN_GENERAL
        ),
    ),
)


# 06.3

TO_REPAIR = '''def error_to_report(misses, n_choose):
    """Return the mean miss of the chosen model on the rows that judge."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    winner = misses.mean(axis=1).argmin()
    return misses[winner, n_choose:].mean()
'''
REPAIRED = '''def error_to_report(misses, n_choose):
    """Return the mean miss of the chosen model on the rows that judge."""
    winner = misses[:, :n_choose].mean(axis=1).argmin()
    return misses[winner, n_choose:].mean()
'''
STILL_PEEKS = (
    "The winner was chosen with the help of the rows that judge it. Which rows does "
    "`misses.mean(axis=1)` look at?"
)
JUDGED_BY_CHOOSERS = (
    "Now the choice is clean, but the error is measured on rows that have chosen, and those flatter "
    "the winner."
)
CHOSEN_BY_JUDGES = (
    "That is the smallest error of all models on the rows that judge: they have chosen after all."
)
NOT_THE_WINNER = "Report the error of the chosen model alone, on the rows from n_choose on, as a mean."


def competition_case(rng):
    """Draw misses in which choosing rows, judging rows and all rows have three different winners."""
    misses = rng.uniform(10, 12, size=(12, 40))
    best_when_choosing, best_when_judging, best_overall = rng.choice(12, size=3, replace=False)
    misses[best_when_choosing, :15] -= 5
    misses[best_when_choosing, 15:] += 3
    misses[best_when_judging, 15:] -= 4
    misses[best_when_judging, :15] += 3
    misses[best_overall, :15] -= 3
    misses[best_overall, 15:] -= 3
    return Case((misses, 15))


def clean_winner(misses, n_choose):
    return misses[:, :n_choose].mean(axis=1).argmin()


def honest_miss(misses, n_choose):
    return misses[clean_winner(misses, n_choose), n_choose:].mean()


exercise_3 = Exercise(
    id="06.3",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    stub=TO_REPAIR,
    checks=(
        Check("one finite number", 1, competition_case, is_one_number, ONE_NUMBER),
        Check(
            "the winner is chosen without the rows that judge",
            1,
            competition_case,
            is_not(lambda misses, n_choose: misses[misses.mean(axis=1).argmin(), n_choose:].mean()),
            STILL_PEEKS,
        ),
        Check(
            "the rows that choose do not judge",
            1,
            competition_case,
            lambda case, answer: (
                not any(
                    close(answer, case.args[0][clean_winner(*case.args), :last].mean())
                    for last in (case.args[1], None)
                )
            ),
            JUDGED_BY_CHOOSERS,
        ),
        Check(
            "the rows that judge do not choose",
            1,
            competition_case,
            is_not(lambda misses, n_choose: misses[:, n_choose:].mean(axis=1).min()),
            CHOSEN_BY_JUDGES,
        ),
        Check(
            "it is the winner's error on the rows that judge",
            2,
            competition_case,
            lambda case, answer: close(answer, honest_miss(*case.args)),
            NOT_THE_WINNER,
        ),
    ),
    hints=(
        "Follow the rows. Which of them take part in `winner`, and which in what is returned?",
        "The choice may look at misses[:, :n_choose] and at nothing else.",
        "Only the first line is wrong; the second already judges on the right rows.",
    ),
    solution=REPAIRED,
    explanation=(
        "The bug looks like thrift: why not choose with all rows? Because the rows that judge have then "
        "helped to "
        "choose, and what they report about the winner is in part the luck that made it win."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), STILL_PEEKS),
        WrongAnswer(
            "judges on the choosing rows",
            edited(REPAIRED, "winner, n_choose:", "winner, :n_choose"),
            JUDGED_BY_CHOOSERS,
        ),
        WrongAnswer(
            "judges on all rows", edited(REPAIRED, "winner, n_choose:", "winner"), JUDGED_BY_CHOOSERS
        ),
        WrongAnswer(
            "chooses on the judging rows",
            edited(REPAIRED, "misses[:, :n_choose]", "misses[:, n_choose:]"),
            CHOSEN_BY_JUDGES,
        ),
        WrongAnswer(
            "mean of all models",
            edited(REPAIRED, "misses[winner, n_choose:]", "misses[:, n_choose:]"),
            NOT_THE_WINNER,
        ),
    ),
)


# 06.4

PAIRED = '''def difference_interval(y, a, b, draws, level):
    """Return [low, high] of the bootstrap interval for MAE(a) - MAE(b)."""
    difference = np.abs(y - a) - np.abs(y - b)
    values = difference[draws].mean(axis=1)
    tail = (1 - level) / 2
    return np.quantile(values, [tail, 1 - tail])
'''
UNPAIRED = """def difference_interval(y, a, b, draws, level):
    tail = (1 - level) / 2
    ends_a = np.quantile(np.abs(y - a)[draws].mean(axis=1), [tail, 1 - tail])
    ends_b = np.quantile(np.abs(y - b)[draws].mean(axis=1), [tail, 1 - tail])
    return [ends_a[0] - ends_b[1], ends_a[1] - ends_b[0]]
"""


def two_models(rng, factor, level):
    """Draw two models that share most of what is hard about a row; a misses by `factor` times that."""
    y, shared = rng.normal(100, 20, size=60), rng.normal(0, 10, size=60)
    a, b = y + factor * shared + rng.normal(0, 1, size=60), y + shared + rng.normal(0, 1, size=60)
    return Case((y, a, b, rng.integers(60, size=(200, 60)).tolist(), level))


def two_models_case(rng):
    return two_models(rng, 1.2, 0.9)


def equal_models_case(rng):
    """Draw models so alike that resamples disagree about the better one, and ask for another level."""
    while True:
        case = two_models(rng, 1.0, 0.8)
        of_a, of_b = resampled(case)
        if 0.2 < np.mean(of_a > of_b) < 0.8:
            return case


def resampled(case):
    """Return the resampled MAE of a and of b."""
    y, a, b, draws, _ = case.args
    rows = np.asarray(draws, dtype=int)
    return np.abs(y - a)[rows].mean(axis=1), np.abs(y - b)[rows].mean(axis=1)


def ends(values, low, high):
    return np.quantile(values, [low, high])


def is_a_pair(case, answer):
    return np.shape(answer) == (2,) and bool(np.all(np.isfinite(answer))) and answer[0] < answer[1]


def not_unpaired(case, answer):
    of_a, of_b = (ends(values, 0.05, 0.95) for values in resampled(case))
    apart = ([of_a[0] - of_b[1], of_a[1] - of_b[0]], of_a - of_b, np.sort(of_a - of_b))
    return not any(close(answer, wrong) for wrong in apart)


def not_turned_round(case, answer):
    of_a, of_b = resampled(case)
    return not close(answer, ends(of_b - of_a, 0.05, 0.95))


def not_other_tails(case, answer):
    of_a, of_b = resampled(case)
    wrong = ((0.1, 0.9), (0.1, 1.0), (0.0, 0.9), (0.45, 0.55), (0.025, 0.975))
    return not any(close(answer, ends(of_a - of_b, *tails)) for tails in wrong)


def not_single_rows(case, answer):
    y, a, b, _, _ = case.args
    return not close(answer, ends(np.abs(y - a) - np.abs(y - b), 0.05, 0.95))


def paired_truth(case, answer):
    of_a, of_b = resampled(case)
    tail = (1 - case.args[-1]) / 2
    return close(answer, ends(of_a - of_b, tail, 1 - tail))


def not_always_90(case, answer):
    of_a, of_b = resampled(case)
    return not close(answer, ends(of_a - of_b, 0.05, 0.95))


def keeps_the_sign(case, answer):
    of_a, of_b = resampled(case)
    return not close(answer, ends(np.abs(of_a - of_b), 0.1, 0.9))


PAIR = "Return two finite numbers, the lower end first."
SAME_DRAW = (
    "Those are the ends of two separate intervals, put together. Draw the same rows for both models, and "
    "take the difference within each draw."
)
TURNED_ROUND = "You have b minus a. Asked for is a minus b: positive where a misses by more."
TAILS = "With level 0.9 a tenth lies outside, **half** of it on each side. Which quantiles are the ends?"
LEVEL_IGNORED = "These are the ends for level 0.9. Compute the tails from `level`: it is another one here."
SIGN_LOST = "The difference has a sign: keep it, or nobody can see which model is the better one."
ROWS_NOT_MEANS = (
    "Those are quantiles over single rows: they say how houses differ. Take the mean over each draw "
    "first, then the "
    "quantiles over the draws."
)
PAIRED_IN_GENERAL = (
    "For each draw: the mean of |y - a| minus the mean of |y - b| over its rows. Then the two "
    "quantiles of these values."
)

exercise_4 = Exercise(
    id="06.4",
    kind="apply",
    objective=OBJECTIVES["interval"],
    stub='''def difference_interval(y, a, b, draws, level):
    """Return [low, high] of the bootstrap interval for MAE(a) - MAE(b)."""
    raise NotImplementedError
''',
    checks=(
        Check("two ends, the lower first", 1, two_models_case, is_a_pair, PAIR),
        Check("both models on the same draws", 1, two_models_case, not_unpaired, SAME_DRAW),
        Check("a minus b", 1, two_models_case, not_turned_round, TURNED_ROUND),
        Check("quantiles of means, not of rows", 1, two_models_case, not_single_rows, ROWS_NOT_MEANS),
        Check("half of the rest on each side", 1, two_models_case, not_other_tails, TAILS),
        Check("any level", 1, equal_models_case, not_always_90, LEVEL_IGNORED),
        Check("the difference keeps its sign", 1, equal_models_case, keeps_the_sign, SIGN_LOST),
        Check("it is the paired interval of equals", 2, equal_models_case, paired_truth, PAIRED_IN_GENERAL),
        Check("it is the paired interval", 2, two_models_case, paired_truth, PAIRED_IN_GENERAL),
    ),
    hints=(
        "What is the difference of the two misses of one row? Compute that first, for all rows.",
        "difference[draws] has one line for each draw: take the mean along axis 1.",
        "tail = (1 - level) / 2, and the ends are np.quantile(values, [tail, 1 - tail]).",
    ),
    solution=PAIRED,
    explanation=(
        "For the MAE the difference can be taken row by row, because a mean of differences is a "
        "difference of means. For "
        "the RMSE or R squared it cannot: there, compute both metrics within each draw and subtract."
    ),
    wrong_answers=(
        WrongAnswer("two intervals put together", UNPAIRED, SAME_DRAW),
        WrongAnswer(
            "b minus a",
            edited(PAIRED, "np.abs(y - a) - np.abs(y - b)", "np.abs(y - b) - np.abs(y - a)"),
            TURNED_ROUND,
        ),
        WrongAnswer(
            "quantiles of rows",
            edited(PAIRED, "difference[draws].mean(axis=1)", "difference"),
            ROWS_NOT_MEANS,
        ),
        WrongAnswer(
            "ends minus ends",
            UNPAIRED.replace("ends_a[0] - ends_b[1], ends_a[1] - ends_b[0]", "*np.sort(ends_a - ends_b)"),
            SAME_DRAW,
        ),
        WrongAnswer("always level 0.9", edited(PAIRED, "(1 - level) / 2", "0.05"), LEVEL_IGNORED),
        WrongAnswer("size of the difference", edited(PAIRED, "values, [", "np.abs(values), ["), SIGN_LOST),
        WrongAnswer("a tenth on each side", edited(PAIRED, "(1 - level) / 2", "1 - level"), TAILS),
        WrongAnswer(
            "squares",
            edited(PAIRED, "np.abs(y - a) - np.abs(y - b)", "(y - a) ** 2 - (y - b) ** 2"),
            PAIRED_IN_GENERAL,
        ),
    ),
)


# 06.5

SETUP = "from course_utils.least_squares import fit_least_squares\n"
NESTED = '''def nested_error(X, y, fold_of, counts):
    """Return the nested cross-validated mean squared error of the recipe."""

    def cv_error(X, y, labels, k):
        errors = []
        for label in np.unique(labels):
            test = labels == label
            fitted = fit_least_squares(X[~test, :k], y[~test])
            errors.append(np.mean((y[test] - fitted.predict(X[test, :k])) ** 2))
        return np.mean(errors)

    outer = []
    for label in np.unique(fold_of):
        test = fold_of == label
        train = ~test
        scores = [cv_error(X[train], y[train], fold_of[train], k) for k in counts]
        k = counts[int(np.argmin(scores))]
        fitted = fit_least_squares(X[train, :k], y[train])
        outer.append(np.mean((y[test] - fitted.predict(X[test, :k])) ** 2))
    return np.mean(outer)
'''
SMALLEST = """def nested_error(X, y, fold_of, counts):
    scores = []
    for k in counts:
        errors = []
        for label in np.unique(fold_of):
            test = fold_of == label
            fitted = fit_least_squares(X[~test, :k], y[~test])
            errors.append(np.mean((y[test] - fitted.predict(X[test, :k])) ** 2))
        scores.append(np.mean(errors))
    return min(scores)
"""


def fold_error(X, y, train, test, k):
    """Return the mean squared error on `test` of least squares on the first k columns, fitted on `train`."""
    with_ones = np.column_stack([np.ones(len(X)), X[:, :k]])
    beta = np.linalg.lstsq(with_ones[train], y[train], rcond=None)[0]
    return np.mean((y[test] - with_ones[test] @ beta) ** 2)


def curve(X, y, fold_of, counts, rows):
    """Return the cross-validated error of each count, with the labels among `rows` as folds."""
    return [
        np.mean(
            [
                fold_error(X, y, rows & (fold_of != v), rows & (fold_of == v), k)
                for v in np.unique(fold_of[rows])
            ]
        )
        for k in counts
    ]


def nested_truth(X, y, fold_of, counts):
    errors = []
    for label in np.unique(fold_of):
        train = fold_of != label
        k = counts[int(np.argmin(curve(X, y, fold_of, counts, train)))]
        errors.append(fold_error(X, y, train, ~train, k))
    return np.mean(errors)


def smallest_error(X, y, fold_of, counts):
    return min(curve(X, y, fold_of, counts, np.ones(len(y), bool)))


def best_in_each_fold(X, y, fold_of, counts):
    folds = [fold_of == label for label in np.unique(fold_of)]
    return np.mean([min(fold_error(X, y, ~test, test, k) for k in counts) for test in folds])


def chosen_by_training_error(X, y, fold_of, counts):
    errors = []
    for label in np.unique(fold_of):
        train = fold_of != label
        scores = [fold_error(X, y, train, train, k) for k in counts]
        errors.append(fold_error(X, y, train, ~train, counts[int(np.argmin(scores))]))
    return np.mean(errors)


def inner_fits_see_the_judges(X, y, fold_of, counts):
    """Choose by folds that leave out their own rows alone: the rows that judge are among those fitted to."""
    errors = []
    for label in np.unique(fold_of):
        test, others = fold_of == label, [v for v in np.unique(fold_of) if v != label]
        scores = [np.mean([fold_error(X, y, fold_of != v, fold_of == v, k) for v in others]) for k in counts]
        errors.append(fold_error(X, y, ~test, test, counts[int(np.argmin(scores))]))
    return np.mean(errors)


MISTAKES = (smallest_error, best_in_each_fold, chosen_by_training_error)


def recipe_case(rng, mistakes=MISTAKES):
    """Draw a table on which the recipe and its usual imitations give different numbers."""
    while True:
        X = rng.normal(size=(40, 12))
        y = X[:, :3] @ rng.uniform(0.3, 0.8, size=3) + rng.normal(0, 2, size=40)
        args = (X, y, rng.permutation(np.arange(40.0) % 4), [2, 3, 5, 8, 12])
        answers = np.sort([way(*args) for way in (nested_truth, *mistakes)])
        if np.all(np.diff(answers) > 0.01 * answers[:-1]):
            return Case(args)


def leaky_case(rng):
    """Draw a table on which inner fits that see the judges change a choice: rarer, so for one check alone."""
    return recipe_case(rng, (*MISTAKES, inner_fits_see_the_judges))


SMALLEST_IS_FLATTERED = (
    "That is the smallest cross-validated error: every fold has helped to choose k, and then judged "
    "it. Choose inside, "
    "without the fold that judges."
)
CHOSEN_ON_THE_FOLD = (
    "In each fold you have taken the k that suits its own test rows best. They may judge, not choose."
)
CHOSEN_IN_TRAINING = (
    "You have chosen k by the error on the training rows, and that always wants all columns. Choose it by "
    "cross-validation among the training rows: the other labels are the inner folds."
)
JUDGES_FITTED_TO = (
    "The rows that judge do not choose directly, but the inner fits have learnt from them. Set them aside "
    "first: an inner fit may see neither its own fold nor the outer one."
)
NESTED_IN_GENERAL = (
    "For each label: set its rows aside; among the others, cross-validate every k with the "
    "remaining labels as folds and "
    "take the best; fit that k to all of the others; mean squared error on the rows set aside. Then "
    "the mean over labels."
)

exercise_5 = Exercise(
    id="06.5",
    kind="extend",
    objective=OBJECTIVES["recipe"],
    setup=SETUP,
    stub='''def nested_error(X, y, fold_of, counts):
    """Return the nested cross-validated mean squared error of the recipe."""
    raise NotImplementedError
''',
    checks=(
        Check("one finite number", 1, recipe_case, is_one_number, ONE_NUMBER),
        Check(
            "the inner fits do not see the rows that judge",
            1,
            leaky_case,
            is_not(inner_fits_see_the_judges),
            JUDGES_FITTED_TO,
        ),
        Check(
            "no fold helps to choose what it judges",
            1,
            recipe_case,
            is_not(smallest_error),
            SMALLEST_IS_FLATTERED,
        ),
        Check(
            "the test rows of a fold do not choose",
            1,
            recipe_case,
            is_not(best_in_each_fold),
            CHOSEN_ON_THE_FOLD,
        ),
        Check(
            "the choice is by cross-validation",
            1,
            recipe_case,
            is_not(chosen_by_training_error),
            CHOSEN_IN_TRAINING,
        ),
        Check(
            "it is the nested error of the recipe",
            2,
            recipe_case,
            lambda case, answer: close(answer, nested_truth(*case.args)),
            NESTED_IN_GENERAL,
        ),
    ),
    hints=(
        "Write the recipe first, as if there were no test rows: rows and their labels in, the best k out.",
        "Two loops: the outer one over the labels, and inside it, for each k, one over the labels that are left.",
        "With test = fold_of == label and train = ~test, the inner loop sees X[train], y[train], fold_of[train] only.",
    ),
    solution=NESTED,
    explanation=(
        "The same labels serve inside and outside, so that nothing new must be drawn. Each outer fold "
        "may choose another "
        "k: what is judged is not one k, but the habit of choosing it in this way."
    ),
    wrong_answers=(
        WrongAnswer("smallest cross-validated error", SMALLEST, SMALLEST_IS_FLATTERED),
        WrongAnswer(
            "chosen on the test rows",
            edited(
                NESTED,
                "cv_error(X[train], y[train], fold_of[train], k) for k",
                "np.mean((y[test] - fit_least_squares(X[train, :k], y[train]).predict(X[test, :k])) ** 2) for k",
            ),
            CHOSEN_ON_THE_FOLD,
        ),
        WrongAnswer(
            "chosen on the training rows",
            edited(
                NESTED,
                "cv_error(X[train], y[train], fold_of[train], k) for k",
                "np.mean((y[train] - fit_least_squares(X[train, :k], y[train]).predict(X[train, :k])) ** 2) for k",
            ),
            CHOSEN_IN_TRAINING,
        ),
        WrongAnswer(
            "inner fits see the rows that judge",
            """def nested_error(X, y, fold_of, counts):
    def miss(train, test, k):
        return np.mean((y[test] - fit_least_squares(X[train, :k], y[train]).predict(X[test, :k])) ** 2)
    labels, outer = np.unique(fold_of), []
    for label in labels:
        scores = [np.mean([miss(fold_of != v, fold_of == v, k) for v in labels if v != label]) for k in counts]
        outer.append(miss(fold_of != label, fold_of == label, counts[int(np.argmin(scores))]))
    return np.mean(outer)
""",
            JUDGES_FITTED_TO,
        ),
        WrongAnswer(
            "the place for the count",
            edited(NESTED, "counts[int(np.argmin(scores))]", "int(np.argmin(scores)) + 1"),
            NESTED_IN_GENERAL,
        ),
        WrongAnswer(
            "sum of squares",
            edited(NESTED, "outer.append(np.mean(", "outer.append(np.sum("),
            NESTED_IN_GENERAL,
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
