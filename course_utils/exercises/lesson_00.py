"""The exercises of lesson 00: a warm-up in NumPy, and a first meeting with check and hint."""

from __future__ import annotations

import numpy as np

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
    "error": "measure a prediction error in dollars, against a baseline",
    "count": "count the columns that a model really uses",
    "unit": "move a coefficient from one unit to another",
    "bug": "find an error in a line that runs without complaint",
}


def prices(rng, n):
    """Draw n house prices in thousands of dollars."""
    return rng.uniform(80, 400, size=n)


# 00.1

BASELINE = '''def error_of_asking_nothing(y_train, y_test):
    """Return the mean absolute error on y_test of predicting the mean of y_train everywhere."""
    return np.mean(np.abs(y_test - np.mean(y_train)))
'''
SIGNS_CANCEL = "Errors above and below cancel in your average. Take the size of each error before averaging."
SQUARED = "You have averaged squares. The mean absolute error averages sizes, |y - prediction|, in dollars."
PEEKED = (
    "Your prediction is the mean of the houses it is judged on. It may only know the houses to learn from."
)
ERROR_IN_GENERAL = (
    "Three steps: the mean of y_train, its distance to each price in y_test, the mean of the distances."
)


def sales(rng):
    return Case((prices(rng, 40), prices(rng, 25) + 60))


exercise_1 = Exercise(
    id="00.1",
    kind="recall",
    objective=OBJECTIVES["error"],
    stub='''def error_of_asking_nothing(y_train, y_test):
    """Return the mean absolute error on y_test of predicting the mean of y_train everywhere."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "errors do not cancel",
            1,
            sales,
            lambda case, answer: not close(abs(answer), abs(np.mean(case.args[1]) - np.mean(case.args[0]))),
            SIGNS_CANCEL,
        ),
        Check(
            "sizes, not squares",
            1,
            sales,
            lambda case, answer: (
                is_not(lambda a, b: np.mean((b - a.mean()) ** 2))(case, answer)
                and is_not(lambda a, b: np.sqrt(np.mean((b - a.mean()) ** 2)))(case, answer)
            ),
            SQUARED,
        ),
        Check(
            "the prediction knows y_train only",
            1,
            sales,
            is_not(lambda a, b: np.mean(np.abs(b - b.mean()))),
            PEEKED,
        ),
        Check(
            "it is the mean absolute error",
            1,
            sales,
            lambda case, answer: close(answer, np.mean(np.abs(case.args[1] - case.args[0].mean()))),
            ERROR_IN_GENERAL,
        ),
    ),
    hints=(
        "What does someone predict who knows nothing about the house, only the prices of other houses?",
        "The prediction is np.mean(y_train), the same for every house.",
        "np.abs(y_test - np.mean(y_train)) holds the errors; take their mean.",
    ),
    solution=BASELINE,
    explanation="The mean comes from the houses to learn from; the errors from the houses to be judged on.",
    wrong_answers=(
        WrongAnswer(
            "signs cancel",
            edited(BASELINE, "np.abs(y_test - np.mean(y_train))", "y_test - np.mean(y_train)"),
            SIGNS_CANCEL,
        ),
        WrongAnswer(
            "squares",
            edited(BASELINE, "np.abs(y_test - np.mean(y_train))", "(y_test - np.mean(y_train)) ** 2"),
            SQUARED,
        ),
        WrongAnswer(
            "mean of the test houses", edited(BASELINE, "np.mean(y_train)", "np.mean(y_test)"), PEEKED
        ),
        WrongAnswer(
            "the median", edited(BASELINE, "np.mean(y_train)", "np.median(y_train)"), ERROR_IN_GENERAL
        ),
    ),
)


# 00.2

COUNT = '''def count_columns(beta):
    """Return how many entries of beta are not exactly zero."""
    return np.sum(beta != 0)
'''
NEGATIVE_COUNTS = "Negative coefficients are in the model too: a column can lower the price."
SMALL_COUNTS = "A tiny coefficient is not zero: that column must still be asked for. Compare with 0 itself."
COUNT_NOT_SUM = "That is not a count of entries. How many are different from 0, whatever their size?"


def coefficients(*, negative, tiny):
    def make_case(rng):
        beta = np.zeros(12)
        places = rng.permutation(12)
        beta[places[:4]] = rng.uniform(1, 9, size=4)
        if negative:
            beta[places[4:6]] = -rng.uniform(1, 9, size=2)
        if tiny:
            beta[places[6]] = 1e-9
        return Case((beta,))

    return make_case


def counts_right(case, answer):
    return close(answer, np.count_nonzero(case.args[0]))


exercise_2 = Exercise(
    id="00.2",
    kind="apply",
    objective=OBJECTIVES["count"],
    stub='''def count_columns(beta):
    """Return how many entries of beta are not exactly zero."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "counts positive coefficients",
            1,
            coefficients(negative=False, tiny=False),
            counts_right,
            COUNT_NOT_SUM,
        ),
        Check(
            "counts negative ones", 1, coefficients(negative=True, tiny=False), counts_right, NEGATIVE_COUNTS
        ),
        Check("counts tiny ones", 1, coefficients(negative=True, tiny=True), counts_right, SMALL_COUNTS),
    ),
    hints=(
        "Compare each entry with zero; the comparison gives True or False.",
        "True counts as one when you add.",
        "np.sum(beta != 0), or np.count_nonzero(beta).",
    ),
    solution=COUNT,
    explanation="The LASSO gives exact zeros, so the comparison with 0 is safe. Lesson 4 shows where they come from.",
    wrong_answers=(
        WrongAnswer(
            "adds the coefficients", edited(COUNT, "np.sum(beta != 0)", "np.sum(np.abs(beta))"), COUNT_NOT_SUM
        ),
        WrongAnswer("counts the zeros", edited(COUNT, "beta != 0", "beta == 0"), COUNT_NOT_SUM),
        WrongAnswer("positive ones only", edited(COUNT, "beta != 0", "beta > 0"), NEGATIVE_COUNTS),
        WrongAnswer("a threshold", edited(COUNT, "beta != 0", "np.abs(beta) > 1e-6"), SMALL_COUNTS),
    ),
)


# 00.3

PER_METRE = '''def dollars_per_square_metre(dollars_per_square_foot):
    """Return the coefficient of an area in square metres, given that of the area in square feet."""
    return dollars_per_square_foot * 10.764
'''
REVERSED = "You have divided. A square metre is larger than a square foot: can it add less to the price?"
ROOT = "That is the factor between feet and metres. Areas: a square metre holds 10.764 square feet."
UNIT_IN_GENERAL = "A square metre adds what its 10.764 square feet add."


def rate_per_foot(rng):
    return Case((float(rng.uniform(0.02, 0.2)),))


exercise_3 = Exercise(
    id="00.3",
    kind="apply",
    objective=OBJECTIVES["unit"],
    stub='''def dollars_per_square_metre(dollars_per_square_foot):
    """Return the coefficient of an area in square metres, given that of the area in square feet."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "larger unit, larger coefficient",
            1,
            rate_per_foot,
            lambda case, answer: answer > case.args[0],
            REVERSED,
        ),
        Check(
            "areas, not lengths",
            1,
            rate_per_foot,
            lambda case, answer: not close(answer, case.args[0] * 3.281, rtol=1e-2),
            ROOT,
        ),
        Check(
            "the coefficient per square metre",
            1,
            rate_per_foot,
            lambda case, answer: close(answer, 10.764 * case.args[0], rtol=1e-3),
            UNIT_IN_GENERAL,
        ),
    ),
    hints=(
        "Would you rather be given a square foot or a square metre of house?",
        "One square metre is 10.764 square feet, and each of them adds dollars_per_square_foot.",
        "dollars_per_square_foot * 10.764",
    ),
    solution=PER_METRE,
    explanation=(
        "The numbers in the column get smaller by the factor, so the coefficient gets larger by the same factor, "
        "and the prediction stays. Keep this in mind for lesson 3, where the LASSO charges for large coefficients."
    ),
    wrong_answers=(
        WrongAnswer("divides", edited(PER_METRE, "* 10.764", "/ 10.764"), REVERSED),
        WrongAnswer("unchanged", edited(PER_METRE, " * 10.764", ""), REVERSED),
        WrongAnswer("a length", edited(PER_METRE, "10.764", "3.281"), ROOT),
        WrongAnswer("squares the factor", edited(PER_METRE, "10.764", "10.764**2"), UNIT_IN_GENERAL),
    ),
)


# 00.4

SHARE_RAISE = '    raise NotImplementedError("find the bug, repair it, and delete this line")\n'
SHARE = '''def share_explained(y_train, y_test, prediction):
    """Return 1 - (error of the prediction) / (error of the baseline), both on y_test."""
    error = np.mean(np.abs(y_test - prediction))
    baseline = np.mean(np.abs(y_test - np.mean(y_train)))
    return 1 - error / baseline
'''
SHARE_TO_REPAIR = edited(
    edited(SHARE, "    error = ", SHARE_RAISE + "    error = "),
    "np.abs(y_test - np.mean(y_train))",
    "np.abs(y_train - np.mean(y_train))",
)
PERFECT_IS_ONE = "A perfect prediction should score 1, and yours does not."
BASELINE_IS_ZERO = (
    "Predict the baseline itself: the score should be exactly 0, and yours is not. Which houses is the "
    "baseline's error measured on?"
)
BASELINE_PEEKS = "Your baseline predicts the mean of the test prices. It may only know y_train."
WRONG_BETWEEN = (
    "Right for a perfect prediction and for the baseline, and wrong between them. Both errors are mean absolute "
    "errors on y_test: averages of sizes, not of squares, and no maximum or median."
)


def perfect(rng):
    y_train, y_test = prices(rng, 30), prices(rng, 20) + 60
    return Case((y_train, y_test, y_test.copy()))


def no_better(rng):
    y_train, y_test = prices(rng, 30), rng.uniform(1.5, 2.5) * prices(rng, 20)
    return Case((y_train, y_test, np.full(20, y_train.mean())))


def halfway(rng):
    """Make a case whose prediction is right for some houses and as wrong as the baseline for others."""
    y_train, y_test, prediction = no_better(rng).args
    return Case((y_train, y_test, np.where(rng.random(20) < 0.5, y_test + rng.normal(size=20), prediction)))


def share_of(y_train, y_test, prediction):
    return 1 - np.mean(np.abs(y_test - prediction)) / np.mean(np.abs(y_test - np.mean(y_train)))


def share_if_baseline_peeks(y_train, y_test, prediction):
    baseline = np.mean(np.abs(y_test - np.mean(y_test)))
    return 1 - np.mean(np.abs(y_test - prediction)) / baseline


exercise_4 = Exercise(
    id="00.4",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    stub=SHARE_TO_REPAIR,
    checks=(
        Check(
            "a perfect prediction scores 1",
            1,
            perfect,
            lambda case, answer: close(answer, 1.0),
            PERFECT_IS_ONE,
        ),
        Check(
            "the baseline knows y_train only", 1, no_better, is_not(share_if_baseline_peeks), BASELINE_PEEKS
        ),
        Check(
            "the baseline scores 0", 1, no_better, lambda case, answer: close(answer, 0.0), BASELINE_IS_ZERO
        ),
        Check(
            "a prediction between the two scores between them",
            2,
            halfway,
            lambda case, answer: close(answer, share_of(*case.args)),
            WRONG_BETWEEN,
        ),
    ),
    hints=(
        "Try it on predictions whose score you know: the prices themselves, and the baseline.",
        "Two errors are divided. Are they measured on the same houses?",
        "The baseline predicts the mean of y_train, and its error is measured on y_test.",
    ),
    solution=SHARE,
    explanation=(
        "The baseline was judged on the houses it had learned from. Whenever two numbers are compared, ask first "
        "whether they were measured on the same houses."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(SHARE_TO_REPAIR), BASELINE_IS_ZERO),
        WrongAnswer("baseline peeks", edited(SHARE, "np.mean(y_train)", "np.mean(y_test)"), BASELINE_PEEKS),
        WrongAnswer("upside down", edited(SHARE, "1 - error / baseline", "error / baseline"), PERFECT_IS_ONE),
        WrongAnswer("squared errors", SHARE.replace("np.mean(np.abs(", "np.mean(np.square("), WRONG_BETWEEN),
    ),
)


# 00.5

SHORTEST = '''def shortest_list(columns_used, errors, allowance):
    """Return the smallest number of columns whose error is at most allowance above the best error."""
    good_enough = errors <= np.min(errors) + allowance
    return np.min(columns_used[good_enough])
'''
BEST_IS_NOT_ASKED = "That is the model with the smallest error. A shorter list may be nearly as good."
FEWEST_OF_ALL = (
    "That is the shortest list of all, however wrong. Look only at the models that are good enough."
)
ORDER = "Your answer depends on the order of the models. Choose by number of columns, not by place."
POSITION = "That is the place of a model in the list, not the number of columns that it uses."
ALLOWANCE = "Good enough means: error at most the best error plus allowance. Check the comparison."
AT_MOST = "At most includes the limit itself: a model whose error is exactly allowance above the best is good enough."
ONE_NUMBER = "One number is asked for: of the lists that are good enough, the length of the shortest."


def shuffled_models(rng):
    """Draw models in random order; the best is long, the shortest list is hopeless."""
    columns_used = np.arange(3, 23).astype(float)
    errors = 20 + 40 / columns_used + rng.uniform(0, 0.05, size=20)
    order = rng.permutation(20)
    return Case((columns_used[order], errors[order], 2.0))


def shortest(columns_used, errors, allowance):
    return np.min(columns_used[errors <= errors.min() + allowance])


def one_on_the_limit(rng):
    """Make a case in which the answer's error lies exactly `allowance` above the best one."""
    best = float(rng.integers(15, 25))
    return Case((np.array([20.0, 9.0, 6.0, 3.0]), np.array([best, best + 1, best + 2, best + 9]), 2.0))


def first_in_order(columns_used, errors, allowance):
    return columns_used[np.argmax(errors <= errors.min() + allowance)]


def ordered(*, longest_first):
    """Make a case of the same models by length: with the longest list first, the first good one is not the answer."""

    def make_case(rng):
        columns_used, errors, allowance = shuffled_models(rng).args
        order = np.argsort(-columns_used if longest_first else columns_used)
        return Case((columns_used[order], errors[order], allowance))

    return make_case


exercise_5 = Exercise(
    id="00.5",
    kind="extend",
    objective=OBJECTIVES["count"],
    stub='''def shortest_list(columns_used, errors, allowance):
    """Return the smallest number of columns whose error is at most allowance above the best error."""
    raise NotImplementedError
''',
    checks=(
        Check("one number", 1, shuffled_models, lambda case, answer: np.ndim(answer) == 0, ONE_NUMBER),
        Check(
            "a place is not a number of columns",
            1,
            ordered(longest_first=True),
            is_not(lambda c, e, a: np.argmax(e <= e.min() + a)),
            POSITION,
        ),
        Check(
            "not the best model",
            1,
            ordered(longest_first=False),
            is_not(lambda c, e, a: c[np.argmin(e)]),
            BEST_IS_NOT_ASKED,
        ),
        Check(
            "not the shortest list of all", 1, shuffled_models, is_not(lambda c, e, a: c.min()), FEWEST_OF_ALL
        ),
        Check("independent of the order", 1, ordered(longest_first=True), is_not(first_in_order), ORDER),
        Check(
            "the shortest list that is good enough",
            1,
            shuffled_models,
            lambda case, answer: close(answer, shortest(*case.args)),
            ALLOWANCE,
        ),
        Check(
            "a model on the limit is good enough",
            1,
            one_on_the_limit,
            lambda case, answer: close(answer, shortest(*case.args)),
            AT_MOST,
        ),
    ),
    hints=(
        "Two steps: which models are good enough, and which of those asks for the fewest columns?",
        "good_enough = errors <= errors.min() + allowance is True where the model is good enough.",
        "columns_used[good_enough] keeps those; take the smallest.",
    ),
    solution=SHORTEST,
    explanation="Lesson 5 asks how large the allowance should be, and gives it a name: one standard error.",
    wrong_answers=(
        WrongAnswer(
            "a place",
            edited(SHORTEST, "np.min(columns_used[good_enough])", "np.argmax(good_enough)"),
            POSITION,
        ),
        WrongAnswer(
            "the best model",
            edited(SHORTEST, "np.min(columns_used[good_enough])", "columns_used[np.argmin(errors)]"),
            BEST_IS_NOT_ASKED,
        ),
        WrongAnswer(
            "the fewest of all", edited(SHORTEST, "columns_used[good_enough]", "columns_used"), FEWEST_OF_ALL
        ),
        WrongAnswer(
            "the first good one",
            edited(SHORTEST, "np.min(columns_used[good_enough])", "columns_used[np.argmax(good_enough)]"),
            ORDER,
        ),
        WrongAnswer("less than the limit", edited(SHORTEST, "errors <= ", "errors < "), AT_MOST),
        WrongAnswer(
            "all good lists",
            edited(SHORTEST, "np.min(columns_used[good_enough])", "columns_used[good_enough]"),
            ONE_NUMBER,
        ),
        WrongAnswer(
            "a tenth more", edited(SHORTEST, "np.min(errors) + allowance", "np.min(errors) * 1.02"), ALLOWANCE
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
