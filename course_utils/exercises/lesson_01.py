"""The exercises of lesson 01: the sum of squares, QR, leverage, a bug, a factor below one."""

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
from course_utils.least_squares import fit_least_squares

OBJECTIVES = {
    "fit": "measure how well a line fits, with residuals and their squares",
    "qr": "compute least squares coefficients without squaring the condition number",
    "leverage": "find the rows that pull the fit towards themselves",
    "bug": "find an error that makes a test look better than it is",
    "bias": "buy less variance with a little bias",
}


def regression_problem(rng, n_samples, n_features):
    """Draw columns far from zero, and y with an intercept and noise that least squares cannot remove."""
    X = rng.uniform(2, 5) + rng.normal(size=(n_samples, n_features))
    y = rng.uniform(5, 9) + X @ rng.uniform(1, 2, size=n_features) + rng.normal(size=n_samples)
    return X, y


# 01.1

RSS = '''def rss(X, y, intercept, beta):
    """Return the residual sum of squares of the model intercept + X beta."""
    residuals = y - intercept - X @ beta
    return np.sum(residuals**2)
'''
INTERCEPT_TOO = (
    "Your sum is that of the model without its intercept. The prediction is intercept + X @ beta; all of it is "
    "taken from y."
)
NOT_THE_SUM_SQUARED = (
    "You add the residuals first and square the sum: misses of opposite sign cancel. Square each, then add."
)
SQUARES_NOT_SIZES = "You have added the sizes of the residuals. RSS adds their squares."
SUM_NOT_MEAN = "That is the mean of the squares. RSS is their sum; it grows with the number of houses."
RSS_IN_GENERAL = "Predict with intercept + X @ beta, subtract from y, square each residual, add them up."


def rss_case(rng):
    X, y = regression_problem(rng, 12, 3)
    return Case((X, y, rng.uniform(3, 4), rng.uniform(0.5, 1, size=3)))


def missed(X, y, intercept, beta):
    """Return actual minus predicted."""
    return y - intercept - X @ beta


exercise_1 = Exercise(
    id="01.1",
    kind="recall",
    objective=OBJECTIVES["fit"],
    stub='''def rss(X, y, intercept, beta):
    """Return the residual sum of squares of the model intercept + X beta."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "the intercept belongs to the prediction",
            1,
            rss_case,
            is_not(lambda X, y, intercept, beta: np.sum(missed(X, y, 0, beta) ** 2)),
            INTERCEPT_TOO,
        ),
        Check(
            "each residual is squared by itself",
            1,
            rss_case,
            is_not(lambda *case: np.sum(missed(*case)) ** 2),
            NOT_THE_SUM_SQUARED,
        ),
        Check(
            "squares, not sizes",
            1,
            rss_case,
            is_not(lambda *case: np.sum(np.abs(missed(*case)))),
            SQUARES_NOT_SIZES,
        ),
        Check(
            "a sum, not a mean", 1, rss_case, is_not(lambda *case: np.mean(missed(*case) ** 2)), SUM_NOT_MEAN
        ),
        Check(
            "it is the residual sum of squares",
            2,
            rss_case,
            lambda case, answer: close(answer, np.sum(missed(*case.args) ** 2)),
            RSS_IN_GENERAL,
        ),
    ),
    hints=(
        "One residual for each row: what was paid, minus what the model says.",
        "The model says intercept + X @ beta.",
        "residuals = y - intercept - X @ beta; then square them with ** 2, and np.sum.",
    ),
    solution=RSS,
    explanation=(
        "The sign of a residual does not matter for RSS. It matters for everything else: actual minus predicted "
        "is positive where the model asks too little."
    ),
    wrong_answers=(
        WrongAnswer("no intercept", edited(RSS, " - intercept", ""), INTERCEPT_TOO),
        WrongAnswer(
            "square of the sum",
            edited(RSS, "np.sum(residuals**2)", "np.sum(residuals)**2"),
            NOT_THE_SUM_SQUARED,
        ),
        WrongAnswer(
            "absolute values",
            edited(RSS, "np.sum(residuals**2)", "np.sum(np.abs(residuals))"),
            SQUARES_NOT_SIZES,
        ),
        WrongAnswer("mean", edited(RSS, "np.sum", "np.mean"), SUM_NOT_MEAN),
        WrongAnswer(
            "adds the intercept to the residual", edited(RSS, "- intercept", "+ intercept"), RSS_IN_GENERAL
        ),
    ),
)


# 01.2

CAREFUL_FIT = '''def careful_fit(X, y):
    """Return the least squares intercept, then the coefficients, as one array."""
    Q, R = np.linalg.qr(np.column_stack([np.ones(len(X)), X]))
    return np.linalg.solve(R, Q.T @ y)
'''
COLUMN_OF_ONES = (
    "The answer has one number more than X has columns: the intercept. Either the fit had no column of ones, or "
    "you left the intercept out of the answer."
)
INTERCEPT_FIRST = "The numbers are right and stand in another order: the intercept comes first."
NOT_LEAST_SQUARES = (
    "Even on easy columns these are not the least squares coefficients. Which system does QR leave you with? "
    "R b = Q'y, with the columns of [1 X] in Q."
)
TAKEN_AS_ONE = (
    "Right on easy columns, but your function treats columns this close as one and shares their coefficient out "
    "between them: a routine with a coarse tolerance has rounded the small difference away. Solve R b = Q'y."
)
SQUARED = (
    "Right on easy columns, and digits are lost where columns nearly repeat each other: somewhere the condition "
    "number is squared. Do not form X'X; solve R b = Q'y."
)


def easy_columns(rng):
    return Case(regression_problem(rng, 20, 3))


def nearly_repeated_columns(rng):
    """Draw two columns that differ by about a millionth, and y that they explain exactly."""
    X = rng.normal(size=(30, 2))
    X = np.column_stack([X, X[:, 0] + 1e-6 * rng.normal(size=30)])
    return Case((X, 3 + X @ [1.0, -2.0, 2.0]))


def easy_truth(X, y):
    fit = fit_least_squares(X, y)
    return np.append(fit.intercept, fit.beta)


def has_enough_numbers(case, answer):
    return np.shape(answer) == (case.args[0].shape[1] + 1,)


exercise_2 = Exercise(
    id="01.2",
    kind="apply",
    objective=OBJECTIVES["qr"],
    setup="from sklearn.linear_model import LinearRegression\n",
    stub='''def careful_fit(X, y):
    """Return the least squares intercept, then the coefficients, as one array."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "an intercept and one coefficient a column", 1, easy_columns, has_enough_numbers, COLUMN_OF_ONES
        ),
        Check(
            "the intercept comes first",
            1,
            easy_columns,
            is_not(lambda X, y: np.roll(easy_truth(X, y), -1)),
            INTERCEPT_FIRST,
        ),
        Check(
            "right on easy columns",
            1,
            easy_columns,
            lambda case, answer: close(answer, easy_truth(*case.args)),
            NOT_LEAST_SQUARES,
        ),
        Check(
            "near twins are told apart",
            1,
            nearly_repeated_columns,
            lambda case, answer: not close(answer, [3, 1.5, -2, 1.5], rtol=0, atol=0.01),
            TAKEN_AS_ONE,
        ),
        Check(
            "right on columns that nearly repeat each other",
            2,
            nearly_repeated_columns,
            lambda case, answer: close(answer, [3, 1, -2, 2], rtol=0, atol=1e-7),
            SQUARED,
        ),
    ),
    hints=(
        "The function `least_squares_by_qr` of the lesson does this. What does it do first?",
        "Put a column of ones in front of X, then Q, R = np.linalg.qr(...).",
        "The coefficients solve R b = Q'y: np.linalg.solve(R, Q.T @ y).",
    ),
    solution=CAREFUL_FIT,
    explanation=(
        "The condition number of the last check is about a million. QR keeps ten digits of it; the normal "
        "equations see its square and keep four."
    ),
    wrong_answers=(
        WrongAnswer(
            "no column of ones",
            edited(CAREFUL_FIT, "np.column_stack([np.ones(len(X)), X])", "X"),
            COLUMN_OF_ONES,
        ),
        WrongAnswer(
            "ones behind",
            edited(CAREFUL_FIT, "[np.ones(len(X)), X]", "[X, np.ones(len(X))]"),
            INTERCEPT_FIRST,
        ),
        WrongAnswer(
            "forgets R", edited(CAREFUL_FIT, "np.linalg.solve(R, Q.T @ y)", "Q.T @ y"), NOT_LEAST_SQUARES
        ),
        WrongAnswer(
            "R transposed",
            edited(CAREFUL_FIT, "np.linalg.solve(R,", "np.linalg.solve(R.T,"),
            NOT_LEAST_SQUARES,
        ),
        WrongAnswer(
            "the intercept left out of the answer",
            edited(CAREFUL_FIT, "np.linalg.solve(R, Q.T @ y)", "np.linalg.solve(R, Q.T @ y)[1:]"),
            COLUMN_OF_ONES,
        ),
        WrongAnswer(
            "a coarse tolerance",
            """def careful_fit(X, y):
    A = np.column_stack([np.ones(len(X)), X])
    return np.linalg.lstsq(A, y, rcond=1e-5)[0]
""",
            TAKEN_AS_ONE,
        ),
        WrongAnswer(
            "scikit-learn, whose tolerance is coarse",
            """def careful_fit(X, y):
    model = LinearRegression().fit(X, y)
    return np.append(model.intercept_, model.coef_)
""",
            TAKEN_AS_ONE,
        ),
        WrongAnswer(
            "normal equations",
            """def careful_fit(X, y):
    A = np.column_stack([np.ones(len(X)), X])
    return np.linalg.solve(A.T @ A, A.T @ y)
""",
            SQUARED,
        ),
        WrongAnswer(
            "QR, and then the normal equations after all",
            """def careful_fit(X, y):
    A = np.column_stack([np.ones(len(X)), X])
    R = np.linalg.qr(A, mode="r")
    return np.linalg.solve(R.T @ R, A.T @ y)
""",
            SQUARED,
        ),
    ),
)


# 01.3

LEVERAGES = '''def leverages(X):
    """Return the leverage of every row, for a model with an intercept."""
    Q, R = np.linalg.qr(np.column_stack([np.ones(len(X)), X]))
    return np.sum(Q**2, axis=1)
'''
ONE_A_ROW = "One number for each row is wanted: the diagonal of Q Q', not all of it, and not one a column."
WITH_INTERCEPT = (
    "These are the leverages of a model without an intercept. With one, they add up to the number of columns "
    "plus one."
)
INTERCEPT_PULLS = (
    "You have centred the columns, which is right for the coefficients. The intercept pulls as well: each of "
    "your numbers is too small by 1/n."
)
SQUARED_LENGTH = (
    "The leverage is the squared length of the row of Q. Look at what you do with the entries of the row."
)
Q_NOT_X = (
    "The rows of X itself have other lengths in feet than in metres; leverage does not. Which matrix has "
    "orthonormal columns and reaches the same points?"
)
LEVERAGE_IN_GENERAL = "Take QR of [1 X], square the entries of Q, and add them up along each row."


def leverage_case(rng):
    return Case((regression_problem(rng, 15, 3)[0],))


def leverages_of(X, *, fit_intercept=True):
    return fit_least_squares(X, np.arange(len(X)), fit_intercept=fit_intercept).leverage


def without_intercepts_part(X):
    return leverages_of(X) - 1 / len(X)


def squared_row_lengths(X):
    return 1 + np.sum(X**2, axis=1)


def is_a_squared_length(case, answer):
    X = case.args[0]
    Q = np.linalg.qr(np.column_stack([np.ones(len(X)), X]))[0]
    return not any(close(answer, wrong) for wrong in (np.sqrt(leverages_of(X)), np.sum(np.abs(Q), axis=1)))


exercise_3 = Exercise(
    id="01.3",
    kind="apply",
    objective=OBJECTIVES["leverage"],
    stub='''def leverages(X):
    """Return the leverage of every row, for a model with an intercept."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one number a row",
            1,
            leverage_case,
            lambda case, answer: np.shape(answer) == (len(case.args[0]),),
            ONE_A_ROW,
        ),
        Check(
            "the intercept pulls as well",
            1,
            leverage_case,
            is_not(lambda X: leverages_of(X, fit_intercept=False)),
            WITH_INTERCEPT,
        ),
        Check(
            "the part of the intercept", 1, leverage_case, is_not(without_intercepts_part), INTERCEPT_PULLS
        ),
        Check("Q, not X", 1, leverage_case, is_not(squared_row_lengths), Q_NOT_X),
        Check("a squared length", 1, leverage_case, is_a_squared_length, SQUARED_LENGTH),
        Check(
            "it is the leverage",
            2,
            leverage_case,
            lambda case, answer: close(answer, leverages_of(*case.args)),
            LEVERAGE_IN_GENERAL,
        ),
    ),
    hints=(
        "The fitted values are Q Q'y. By how much does fitted value i change when y_i grows by one?",
        "By the entry (i, i) of Q Q', which is the squared length of row i of Q.",
        "Q, R = np.linalg.qr of [1 X]; then np.sum(Q**2, axis=1).",
    ),
    solution=LEVERAGES,
    explanation=(
        "Leverages lie between 1/n and 1 and add up to the number of coefficients. A row with leverage 1 is hit "
        "exactly, whatever its y: it has a coefficient to itself."
    ),
    wrong_answers=(
        WrongAnswer(
            "no intercept", edited(LEVERAGES, "np.column_stack([np.ones(len(X)), X])", "X"), WITH_INTERCEPT
        ),
        WrongAnswer(
            "centred, and 1/n forgotten",
            edited(LEVERAGES, "np.column_stack([np.ones(len(X)), X])", "X - X.mean(axis=0)"),
            INTERCEPT_PULLS,
        ),
        WrongAnswer("the whole projection", edited(LEVERAGES, "np.sum(Q**2, axis=1)", "Q @ Q.T"), ONE_A_ROW),
        WrongAnswer("along the columns", edited(LEVERAGES, "axis=1", "axis=0"), ONE_A_ROW),
        WrongAnswer("not squared", edited(LEVERAGES, "Q**2", "np.abs(Q)"), SQUARED_LENGTH),
        WrongAnswer(
            "the length",
            edited(LEVERAGES, "np.sum(Q**2, axis=1)", "np.linalg.norm(Q, axis=1)"),
            SQUARED_LENGTH,
        ),
        WrongAnswer(
            "rows of X",
            """def leverages(X):
    return 1 + np.sum(X**2, axis=1)
""",
            Q_NOT_X,
        ),
        WrongAnswer("a mean", edited(LEVERAGES, "np.sum", "np.mean"), LEVERAGE_IN_GENERAL),
    ),
)


# 01.4

TO_REPAIR = '''def error_on_others(X_train, y_train, X_test, y_test):
    """Return the mean absolute error on the test rows of a model fitted to the training rows."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    means, y_mean = X_train.mean(axis=0), y_train.mean()
    beta = np.linalg.lstsq(X_train - means, y_train - y_mean, rcond=None)[0]
    prediction = y_test.mean() + (X_test - X_test.mean(axis=0)) @ beta
    return np.mean(np.abs(y_test - prediction))
'''
LOOKS_AT_TEST = "prediction = y_test.mean() + (X_test - X_test.mean(axis=0)) @ beta"
REPAIRED = edited(without_raise(TO_REPAIR), LOOKS_AT_TEST, "prediction = y_mean + (X_test - means) @ beta")
STILL_LOOKS = (
    "The reported error does not move when all test prices rise by the same amount, and it should: someone has "
    "looked at the mean of y_test before predicting it."
)
COLUMNS_OF_TEST = (
    "The prices no longer leak. But one house on its own must get the same prediction as in company, and your "
    "columns are still centred with the test rows. Which means belong to the model?"
)
NOT_THE_TRAINING_ERROR = (
    "That is the error on the rows the model was fitted to. It is asked for the test rows."
)
FITTED_TO_TEST = (
    "Your model has been fitted with the test rows in it. What is judged must have had no part in the fit."
)
ERROR_IN_GENERAL = (
    "Fit slope and means on the training rows, predict y_mean + (X_test - means) @ beta, and take the mean of "
    "the absolute errors on the test rows."
)


def shifted_test(rng):
    """Draw test rows whose columns and prices lie elsewhere, with errors of both signs."""
    X, y = regression_problem(rng, 24, 3)
    X[16:] += rng.uniform(1, 2, size=3)
    y[16:] += rng.uniform(20, 22)
    y[16::4] -= rng.uniform(40, 42)
    return Case((X[:16], y[:16], X[16:], y[16:]))


def error_with(X_train, y_train, X_test, y_test):
    return np.mean(np.abs(y_test - fit_least_squares(X_train, y_train).predict(X_test)))


def error_with_means_of_test(X_train, y_train, X_test, y_test, *, y_mean):
    beta = fit_least_squares(X_train, y_train).beta
    return np.mean(np.abs(y_test - y_mean - (X_test - X_test.mean(axis=0)) @ beta))


def has_not_seen_the_prices(case, answer):
    X_train, y_train, X_test, y_test = case.args
    slope_part = (X_test - X_train.mean(axis=0)) @ fit_least_squares(X_train, y_train).beta
    seen = np.mean(np.abs(y_test - y_test.mean() - slope_part))
    return not any(
        close(answer, wrong) for wrong in (seen, error_with_means_of_test(*case.args, y_mean=y_test.mean()))
    )


def error_fitted_to_all(X_train, y_train, X_test, y_test):
    fit = fit_least_squares(np.vstack([X_train, X_test]), np.append(y_train, y_test))
    return np.mean(np.abs(y_test - fit.predict(X_test)))


def judges_others(case, answer):
    X_train, y_train, X_test, y_test = case.args
    on_itself = error_with(X_train, y_train, X_train, y_train)
    fitted_to_test = error_with(X_test, y_test, X_test, y_test)
    return not close(answer, on_itself) and not close(answer, fitted_to_test)


exercise_4 = Exercise(
    id="01.4",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    stub=TO_REPAIR,
    checks=(
        Check(
            "the mean of the test prices is not known beforehand",
            1,
            shifted_test,
            has_not_seen_the_prices,
            STILL_LOOKS,
        ),
        Check(
            "a house is predicted without its neighbours",
            1,
            shifted_test,
            is_not(lambda *case: error_with_means_of_test(*case, y_mean=case[1].mean())),
            COLUMNS_OF_TEST,
        ),
        Check("the test rows are judged", 1, shifted_test, judges_others, NOT_THE_TRAINING_ERROR),
        Check(
            "the test rows have no part in the fit",
            1,
            shifted_test,
            is_not(error_fitted_to_all),
            FITTED_TO_TEST,
        ),
        Check(
            "it is the error on others",
            2,
            shifted_test,
            lambda case, answer: close(answer, error_with(*case.args)),
            ERROR_IN_GENERAL,
        ),
    ),
    hints=(
        "Read each line and ask: would this number be known on the day of the prediction?",
        "Look at the line that makes the prediction. Two means are taken there, and both of the wrong houses.",
        "The line should read: prediction = y_mean + (X_test - means) @ beta.",
    ),
    solution=REPAIRED,
    explanation=(
        "The bug takes away the error in level, which on real data is often the larger part. It hides best when "
        "test and training rows are alike: then the reported error is only a little too small."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), STILL_LOOKS),
        WrongAnswer(
            "repairs the price only",
            edited(without_raise(TO_REPAIR), "y_test.mean() + (X_test", "y_mean + (X_test"),
            COLUMNS_OF_TEST,
        ),
        WrongAnswer(
            "repairs the columns only",
            edited(without_raise(TO_REPAIR), "X_test.mean(axis=0)", "means"),
            STILL_LOOKS,
        ),
        WrongAnswer(
            "error on the training rows",
            edited(
                edited(REPAIRED, "(X_test - means) @ beta", "(X_train - means) @ beta"),
                "np.abs(y_test - prediction)",
                "np.abs(y_train - prediction)",
            ),
            NOT_THE_TRAINING_ERROR,
        ),
        WrongAnswer(
            "fits all rows",
            edited(
                REPAIRED,
                "    means, y_mean",
                "    X_train, y_train = np.vstack([X_train, X_test]), np.append(y_train, y_test)\n    means, y_mean",
            ),
            FITTED_TO_TEST,
        ),
        WrongAnswer(
            "errors without their size",
            edited(REPAIRED, "np.mean(np.abs(y_test - prediction))", "np.mean(y_test - prediction)"),
            ERROR_IN_GENERAL,
        ),
        WrongAnswer(
            "squares",
            edited(REPAIRED, "np.abs(y_test - prediction)", "(y_test - prediction) ** 2"),
            ERROR_IN_GENERAL,
        ),
    ),
)


# 01.5

BEST_FACTOR = '''def best_factor(estimates, truth):
    """Return the factor c for which the mean of (c * estimates - truth)^2 is smallest."""
    return truth * np.mean(estimates) / np.mean(estimates**2)
'''
NO_SHRINKING = (
    "A factor of 1 changes nothing. Some variance can be had back for a little bias: try a few factors."
)
ONLY_BIAS = (
    "Your factor removes the bias and nothing else. With much scatter that is not the best: the variance is "
    "multiplied by c squared, and counts."
)
ONLY_VARIANCE = (
    "Right if the estimates are unbiased. These are biased on top of it, and the factor should repair that too: "
    "minimise the mean of (c * estimates - truth)^2 over c, and let the truth take part."
)
NO_GRID = (
    "Close, but the smallest is not reached: the mean is a parabola in c, and its lowest point has a formula."
)
FACTOR_IN_GENERAL = (
    "Set the derivative by c of the mean of (c * estimates - truth)^2 to zero and solve for c."
)


def estimates_case(*, offset, spread):
    """Make a case with estimates around truth + offset."""

    def make_case(rng):
        truth = rng.uniform(4, 6)
        noise = rng.normal(size=400)
        noise = (noise - noise.mean()) / noise.std()
        return Case((truth + offset + spread * rng.uniform(0.9, 1.1) * noise, truth))

    return make_case


def best_factor_truth(case, answer):
    estimates, truth = case.args
    return close(answer, truth * np.mean(estimates) / np.mean(estimates**2))


def close_to_best_factor(case, answer):
    estimates, truth = case.args
    return bool(abs(answer - truth * np.mean(estimates) / np.mean(estimates**2)) < 0.02)


def knows_the_bias(case, answer):
    estimates, truth = case.args
    as_if_unbiased = [m**2 / (m**2 + np.var(estimates)) for m in (truth, np.mean(estimates))]
    return not any(close(answer, wrong) for wrong in as_if_unbiased)


unbiased = estimates_case(offset=0.0, spread=3.0)
biased = estimates_case(offset=2.0, spread=3.0)

exercise_5 = Exercise(
    id="01.5",
    kind="extend",
    objective=OBJECTIVES["bias"],
    stub='''def best_factor(estimates, truth):
    """Return the factor c for which the mean of (c * estimates - truth)^2 is smallest."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "the variance counts as well",
            1,
            biased,
            is_not(lambda estimates, truth: truth / np.mean(estimates)),
            ONLY_BIAS,
        ),
        Check("it shrinks", 1, unbiased, is_not(lambda estimates, truth: 1.0), NO_SHRINKING),
        Check(
            "the bias counts as well",
            1,
            biased,
            knows_the_bias,
            ONLY_VARIANCE,
        ),
        Check("near the lowest point", 1, biased, close_to_best_factor, FACTOR_IN_GENERAL),
        Check("at the lowest point", 2, biased, best_factor_truth, NO_GRID),
    ),
    hints=(
        "Bias squared plus variance of c * estimates is (c m - truth)^2 + c^2 v, with m and v of the estimates.",
        "Its derivative by c is 2 m (c m - truth) + 2 c v. Where is that zero?",
        "c = truth * m / (m^2 + v), and m^2 + v is the mean of estimates**2.",
    ),
    solution=BEST_FACTOR,
    explanation=(
        "The factor is below one whenever there is variance and no bias. The agents cannot compute it: they do "
        "not know the truth. How to choose it from the data alone is the question of lesson 5."
    ),
    wrong_answers=(
        WrongAnswer(
            "no shrinking",
            edited(BEST_FACTOR, "truth * np.mean(estimates) / np.mean(estimates**2)", "1.0"),
            NO_SHRINKING,
        ),
        WrongAnswer(
            "removes the bias only",
            """def best_factor(estimates, truth):
    return truth / np.mean(estimates)
""",
            ONLY_BIAS,
        ),
        WrongAnswer(
            "takes the mean for the truth",
            edited(BEST_FACTOR, "truth * np.mean(estimates)", "np.mean(estimates) ** 2"),
            ONLY_VARIANCE,
        ),
        WrongAnswer(
            "takes the truth for the mean",
            edited(
                BEST_FACTOR,
                "truth * np.mean(estimates) / np.mean(estimates**2)",
                "truth**2 / (truth**2 + np.var(estimates))",
            ),
            ONLY_VARIANCE,
        ),
        WrongAnswer(
            "a coarse search",
            """def best_factor(estimates, truth):
    factors = np.linspace(0, 2, 101) + 0.0037
    return factors[np.argmin([np.mean((c * estimates - truth) ** 2) for c in factors])]
""",
            NO_GRID,
        ),
        WrongAnswer(
            "forgets the mean",
            edited(BEST_FACTOR, "truth * np.mean(estimates)", "truth"),
            FACTOR_IN_GENERAL,
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
