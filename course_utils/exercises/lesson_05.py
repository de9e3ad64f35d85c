"""The exercises of lesson 05: one fold, a grid, a bug, the one-standard-error rule, the final model."""

from __future__ import annotations

import numpy as np

from course_utils.exercises.types import (
    Case,
    Check,
    Exercise,
    WrongAnswer,
    close,
    edited,
    without_raise,
)
from course_utils.objective import lam_max
from course_utils.scaling import fit_standardizer
from course_utils.tuning import Fold, best_lam, cross_validate_path, refit

OBJECTIVES = {
    "left out": "measure how well a penalty predicts rows that its fit has not seen",
    "grid": "lay a grid of penalties that starts where it should",
    "bug": "find what flatters a cross-validation",
    "choice": "choose between the smallest error and the smallest model within its noise",
    "final": "fit the final model, and say what best_estimator_ is",
}

# What the learner's kernel holds after the lesson's own cells.
SETUP = """
from course_utils import objective, solvers, tuning
from course_utils.path import lam_grid, lasso_path
from course_utils.scaling import fit_standardizer
"""
PRECISION = 0.003  # what a solver that stops at tol = 1e-6 may leave


def table_of_rows(rng, n_samples, n_features=5):
    """Draw columns of unequal spread and mean, and y with two real signals."""
    spread = rng.uniform(1, 10, size=n_features)
    X = rng.uniform(-5, 5, size=n_features) + rng.normal(size=(n_samples, n_features)) * spread
    return X, 20 + X[:, :2] @ (np.array([3.0, -2.0]) / spread[:2]) + rng.normal(size=n_samples)


def agrees(answer, expected):
    """Whether an answer is right to the precision that solvers stop at."""
    return close(answer, expected, rtol=PRECISION, atol=1e-6)


# 05.1


def error_of(X, y, lam, train, test, *, ruler_rows=None, fit_rows=None):
    """Return the error on the test rows of the model that fold would fit, or of one with a mistake in it."""
    train, test = np.asarray(train), np.asarray(test)
    ruler = fit_standardizer(X[train if ruler_rows is None else ruler_rows])
    rows = train if fit_rows is None else fit_rows
    model = refit(ruler.transform(X[rows]), y[rows], lam, standardize=False, tol=1e-9)
    return np.mean((y[test] - model.intercept - ruler.transform(X[test]) @ model.beta) ** 2)


def fold_case(rng):
    """Make few training rows, and test rows on which the columns spread more widely; no mistake stays hidden."""
    while True:
        X, y = table_of_rows(rng, 30)
        rows = rng.permutation(30)
        X[rows[20:]] = X[rows[20:]].mean(axis=0) + 3 * (X[rows[20:]] - X[rows[20:]].mean(axis=0))
        args = (X, y, float(rng.uniform(0.4, 0.6)), rows[:20].tolist(), rows[20:].tolist())
        errors = np.sort([error_of(*args), *mistaken_errors(*args)])
        if np.all(np.diff(errors) > 0.02 * errors[1:]):
            return Case(args)


def mistaken_errors(X, y, lam, train, test):
    """Return the errors of the mistakes that the checks know, and of rows exchanged: no two look alike."""
    everybody = train + test
    return (
        error_of(X, y, lam, train, train),
        error_of(X, y, lam, train, test, ruler_rows=everybody),
        error_of(X, y, lam, train, test, fit_rows=everybody),
        own_ruler_error(X, y, lam, train, test),
        no_intercept_error(X, y, lam, train, test),
        error_of(X, y, lam, test, train),
    )


def no_intercept_error(X, y, lam, train, test):
    """Return the error if the intercept is forgotten in the prediction."""
    ruler = fit_standardizer(X[train])
    model = refit(ruler.transform(X[train]), y[train], lam, standardize=False, tol=1e-9)
    return np.mean((y[test] - ruler.transform(X[test]) @ model.beta) ** 2)


def right_error(case, answer):
    return agrees(answer, error_of(*case.args))


def differs_from(**mistake_of):
    """Return a judge that accepts any number but the error of a model with this mistake."""

    def judge(case, answer):
        X, y, lam, train, test = case.args
        rows = {name: pick(np.asarray(train), np.asarray(test)) for name, pick in mistake_of.items()}
        return not agrees(answer, error_of(X, y, lam, train, test, **rows))

    return judge


def everyone(train, test):
    return np.concatenate([train, test])


LEFT_OUT_ERROR = '''def left_out_error(X, y, lam, train, test):
    """Return the mean squared error on the rows `test` of a LASSO fitted to the rows `train`."""
    ruler = fit_standardizer(X[train])
    model = solvers.fista(ruler.transform(X[train]), y[train], lam)
    predicted = model.intercept + ruler.transform(X[test]) @ model.beta
    return np.mean((y[test] - predicted) ** 2)
'''
ONE_NUMBER = "Return one number: the mean of the squared errors on the rows `test`."
IN_UNITS_OF_Y = "That is the square root of the mean squared error. Squared errors were asked for."
ON_THE_FITTED = "That is the error on the rows you have fitted to. They know the answer already."
RULER_LEAKS = "Your scale of the columns has seen the test rows. Learn it from the rows `train` alone."
OWN_RULER = (
    "The test rows have been scaled with a ruler of their own. A new player is measured with the ruler that was learnt "
    "from the players fitted to."
)
FIT_LEAKS = "The fit has seen the test rows: whom it is to predict must not be among those it learns from."
NO_INTERCEPT = "The columns are centred and y is not: what does your model predict for an average player?"
ERROR_IN_GENERAL = (
    "Not the mean squared error of this model. Check in turn: the penalty is `lam`; `train` is fitted and `test` "
    "predicted; both are scaled before they meet the model; the squares are averaged."
)


def own_ruler_error(X, y, lam, train, test):
    """Return the error if the test rows are standardised by themselves."""
    train, test = np.asarray(train), np.asarray(test)
    model = refit(fit_standardizer(X[train]).transform(X[train]), y[train], lam, standardize=False, tol=1e-9)
    predicted = model.intercept + fit_standardizer(X[test]).transform(X[test]) @ model.beta
    return np.mean((y[test] - predicted) ** 2)


exercise_1 = Exercise(
    id="05.1",
    kind="recall",
    objective=OBJECTIVES["left out"],
    setup=SETUP,
    stub='''def left_out_error(X, y, lam, train, test):
    """Return the mean squared error on the rows `test` of a LASSO fitted to the rows `train`."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one number", 1, fold_case, lambda case, answer: np.ndim(answer) == 0 and answer >= 0, ONE_NUMBER
        ),
        Check(
            "squared errors",
            1,
            fold_case,
            lambda case, answer: not agrees(answer, np.sqrt(error_of(*case.args))),
            IN_UNITS_OF_Y,
        ),
        Check(
            "the rows left out are judged",
            1,
            fold_case,
            lambda case, answer: not agrees(answer, error_of(*case.args[:3], case.args[3], case.args[3])),
            ON_THE_FITTED,
        ),
        Check(
            "the fit has not seen the test rows",
            1,
            fold_case,
            lambda case, answer: (
                differs_from(fit_rows=everyone)(case, answer)
                and differs_from(fit_rows=everyone, ruler_rows=everyone)(case, answer)
            ),
            FIT_LEAKS,
        ),
        Check(
            "the scale has not seen the test rows",
            1,
            fold_case,
            differs_from(ruler_rows=everyone),
            RULER_LEAKS,
        ),
        Check(
            "the test rows are scaled by the training ruler",
            1,
            fold_case,
            lambda case, answer: not agrees(answer, own_ruler_error(*case.args)),
            OWN_RULER,
        ),
        Check(
            "the average is predicted",
            1,
            fold_case,
            lambda case, answer: not agrees(answer, no_intercept_error(*case.args)),
            NO_INTERCEPT,
        ),
        Check("it is the error of this penalty", 2, fold_case, right_error, ERROR_IN_GENERAL),
    ),
    hints=(
        "Four lines: a ruler from X[train], a fit to the scaled rows, a prediction of X[test], a mean of squares.",
        "ruler = fit_standardizer(X[train]); model = solvers.fista(ruler.transform(X[train]), y[train], lam).",
        "Predict with model.intercept + ruler.transform(X[test]) @ model.beta, and compare with y[test].",
    ),
    solution=LEFT_OUT_ERROR,
    explanation=(
        "Everything that is learnt, the scale as well as the coefficients, is learnt from the rows `train`. The rows "
        "`test` are only measured and predicted."
    ),
    wrong_answers=(
        WrongAnswer(
            "all errors",
            edited(LEFT_OUT_ERROR, "np.mean((y[test] - predicted) ** 2)", "(y[test] - predicted) ** 2"),
            ONE_NUMBER,
        ),
        WrongAnswer(
            "the root",
            edited(
                LEFT_OUT_ERROR,
                "np.mean((y[test] - predicted) ** 2)",
                "np.sqrt(np.mean((y[test] - predicted) ** 2))",
            ),
            IN_UNITS_OF_Y,
        ),
        WrongAnswer(
            "the error of the fit",
            LEFT_OUT_ERROR.replace("X[test]", "X[train]").replace("y[test]", "y[train]"),
            ON_THE_FITTED,
        ),
        WrongAnswer(
            "a ruler from all rows",
            edited(LEFT_OUT_ERROR, "fit_standardizer(X[train])", "fit_standardizer(X)"),
            RULER_LEAKS,
        ),
        WrongAnswer(
            "two rulers",
            edited(
                LEFT_OUT_ERROR, "+ ruler.transform(X[test])", "+ fit_standardizer(X[test]).transform(X[test])"
            ),
            OWN_RULER,
        ),
        WrongAnswer(
            "a fit to all rows",
            edited(
                LEFT_OUT_ERROR,
                "solvers.fista(ruler.transform(X[train]), y[train], lam)",
                "solvers.fista(ruler.transform(X), y, lam)",
            ),
            FIT_LEAKS,
        ),
        WrongAnswer("no intercept", edited(LEFT_OUT_ERROR, "model.intercept + ", ""), NO_INTERCEPT),
        WrongAnswer(
            "a penalty times n",
            edited(LEFT_OUT_ERROR, "y[train], lam)", "y[train], lam / len(train))"),
            ERROR_IN_GENERAL,
        ),
        WrongAnswer(
            "the sum of the squares",
            edited(LEFT_OUT_ERROR, "np.mean((", "np.sum(("),
            ERROR_IN_GENERAL,
        ),
        WrongAnswer(
            "train and test exchanged",
            edited(LEFT_OUT_ERROR, "    ruler =", "    train, test = test, train\n    ruler ="),
            ERROR_IN_GENERAL,
        ),
        WrongAnswer(
            "columns as they come",
            LEFT_OUT_ERROR.replace("ruler.transform(X[train])", "X[train]").replace(
                "ruler.transform(X[test])", "X[test]"
            ),
            ERROR_IN_GENERAL,
        ),
    ),
)


# 05.2

GRID = '''def my_grid(Z, y, n_lams):
    """Return n_lams penalties, strong to weak, from lam_max to lam_max / 100, in equal ratios."""
    strongest = np.abs(Z.T @ (y - y.mean())).max() / len(y)
    return np.geomspace(strongest, strongest / 100, n_lams)
'''
HOW_MANY = "Return one array with n_lams positive penalties."
STRONG_TO_WEAK = "From strong to weak: the first is the largest, and every next one is smaller."
EQUAL_RATIOS = "Your steps are equal, and the ratios are not: most of your penalties lie at the strong end."
PER_SAMPLE = "Your first penalty is n times too strong: the objective divides the squares by 2n."
SIGNS = "A column that falls as y rises counts as much as one that rises with it: the sign must not matter."
NOT_CENTRED = (
    "Your first penalty is not that of a model with an intercept: the fit with all coefficients zero predicts the "
    "mean of y, so it is y minus its mean that the columns have to explain."
)
NOT_THE_FIRST = (
    "Your first penalty is not the smallest that sets all coefficients to zero. Lesson 2b has its formula; it is "
    "computed from Z and y."
)
NO_HALF = "Half of what is needed: the square has a slope of twice its root, and so the 2 of 2n cancels."
TO_A_HUNDREDTH = "The first is right. The last should be a hundredth of it, and all ratios equal."


def grid_case(rng):
    """Make standardised columns that are not exactly centred, the strongest related to y with a minus."""
    X, y = table_of_rows(rng, 40)
    Z = fit_standardizer(X).transform(X) + rng.uniform(0.2, 0.4, size=5)
    return Case((Z, y - 6 * Z[:, 3], int(rng.integers(5, 12))))


def wanted_grid(Z, y, n_lams):
    strongest = lam_max(Z, y)
    return np.geomspace(strongest, strongest / 100, n_lams)


def first_is_not(strongest):
    """Return a judge that accepts any first penalty but this function of (Z, y)."""
    return lambda case, answer: not close(answer[0], strongest(*case.args[:2]))


exercise_2 = Exercise(
    id="05.2",
    kind="apply",
    objective=OBJECTIVES["grid"],
    setup=SETUP,
    stub='''def my_grid(Z, y, n_lams):
    """Return n_lams penalties, strong to weak, from lam_max to lam_max / 100, in equal ratios."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "so many positive penalties",
            1,
            grid_case,
            lambda case, answer: np.shape(answer) == (case.args[2],) and bool(np.all(answer > 0)),
            HOW_MANY,
        ),
        Check(
            "strong to weak",
            1,
            grid_case,
            lambda case, answer: bool(np.all(np.diff(answer) < 0)),
            STRONG_TO_WEAK,
        ),
        Check(
            "equal ratios",
            1,
            grid_case,
            lambda case, answer: (
                close(np.diff(answer), np.full(len(answer) - 1, answer[1] - answer[0])) is False
            ),
            EQUAL_RATIOS,
        ),
        Check(
            "per sample",
            1,
            grid_case,
            first_is_not(lambda Z, y: len(y) * lam_max(Z, y)),
            PER_SAMPLE,
        ),
        Check(
            "signs do not matter",
            1,
            grid_case,
            first_is_not(lambda Z, y: (Z.T @ (y - y.mean())).max() / len(y)),
            SIGNS,
        ),
        Check("no half", 1, grid_case, first_is_not(lambda Z, y: lam_max(Z, y) / 2), NO_HALF),
        Check(
            "beside an intercept",
            1,
            grid_case,
            first_is_not(lambda Z, y: lam_max(Z, y, fit_intercept=False)),
            NOT_CENTRED,
        ),
        Check(
            "from the smallest that leaves nothing",
            1,
            grid_case,
            lambda case, answer: close(answer[0], lam_max(*case.args[:2])),
            NOT_THE_FIRST,
        ),
        Check(
            "down to a hundredth",
            2,
            grid_case,
            lambda case, answer: close(answer, wanted_grid(*case.args)),
            TO_A_HUNDREDTH,
        ),
    ),
    hints=(
        "Lesson 2b: with all coefficients zero the residual is y minus its mean. Which penalty is just strong enough?",
        "The strongest is np.abs(Z.T @ (y - y.mean())).max() / len(y).",
        "np.geomspace(first, last, n_lams) lays equal ratios.",
    ),
    solution=GRID,
    explanation=(
        "lam_max is measured in the units of y (on standardised columns), so the grid follows when somebody changes "
        "dollars to thousands. `lam_grid` of the package is these two lines with checks."
    ),
    wrong_answers=(
        WrongAnswer("one too many", edited(GRID, "100, n_lams)", "100, n_lams + 1)"), HOW_MANY),
        WrongAnswer(
            "weak to strong",
            edited(GRID, "(strongest, strongest / 100,", "(strongest / 100, strongest,"),
            STRONG_TO_WEAK,
        ),
        WrongAnswer("equal steps", edited(GRID, "np.geomspace", "np.linspace"), EQUAL_RATIOS),
        WrongAnswer("the forgotten n", edited(GRID, ".max() / len(y)", ".max()"), PER_SAMPLE),
        WrongAnswer(
            "no absolute value",
            edited(GRID, "np.abs(Z.T @ (y - y.mean())).max()", "(Z.T @ (y - y.mean())).max()"),
            SIGNS,
        ),
        WrongAnswer("y with its mean", edited(GRID, "(y - y.mean())", "y"), NOT_CENTRED),
        WrongAnswer("a typed grid", edited(GRID, "(strongest, strongest / 100", "(10, 0.1"), NOT_THE_FIRST),
        WrongAnswer(
            "begins below lam_max",
            edited(
                GRID,
                "n_lams)\n",
                "n_lams + 1)[1:]\n",
            ),
            NOT_THE_FIRST,
        ),
        WrongAnswer(
            "the other convention", edited(GRID, ".max() / len(y)", ".max() / (2 * len(y))"), NO_HALF
        ),
        WrongAnswer(
            "down to a thousandth", edited(GRID, "strongest / 100", "strongest / 1000"), TO_A_HUNDREDTH
        ),
    ),
)


# 05.3

TO_REPAIR = '''def errors_to_repair(X, y, lams, n_folds):
    """Return the mean squared error of each penalty, averaged over folds of neighbouring rows."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    errors = []
    for part in np.array_split(np.arange(len(y)), n_folds):
        ruler = fit_standardizer(X)
        path = lasso_path(ruler.transform(X), y, lams)
        predicted = path.intercepts + ruler.transform(X[part]) @ path.betas.T
        errors.append(np.mean((y[part, None] - predicted) ** 2, axis=0))
    return np.mean(errors, axis=0)
'''
REPAIRED = '''def errors_to_repair(X, y, lams, n_folds):
    """Return the mean squared error of each penalty, averaged over folds of neighbouring rows."""
    errors = []
    for part in np.array_split(np.arange(len(y)), n_folds):
        others = np.setdiff1d(np.arange(len(y)), part)
        ruler = fit_standardizer(X[others])
        path = lasso_path(ruler.transform(X[others]), y[others], lams)
        predicted = path.intercepts + ruler.transform(X[part]) @ path.betas.T
        errors.append(np.mean((y[part, None] - predicted) ** 2, axis=0))
    return np.mean(errors, axis=0)
'''
ONE_A_PENALTY = "Return one error a penalty: the mean over the folds, as the function did when you found it."
STILL_SEEN = (
    "The weakest penalty wins on pure noise, where no column is worth anything: whatever is predicted has been "
    "fitted to. Which rows does each fit see, and which does it predict?"
)
ONLY_BEFORE = (
    "Your fits see too few rows. All rows that are not in the part may be fitted to, before it and after it."
)
RULER_STILL_SEEN = (
    "The fit is repaired. The scale of the columns is still learnt from the rows that are to be predicted."
)
OTHER_ERRORS = (
    "Those are not the errors of the parts that the function cuts. Change nothing but the rows that the ruler and "
    "the fit may see."
)


def cv_errors(X, y, lams, n_folds):
    folds = [
        Fold(np.setdiff1d(np.arange(len(y)), part), part)
        for part in np.array_split(np.arange(len(y)), n_folds)
    ]
    return cross_validate_path(X, y, lams, folds=folds, tol=1e-9).mean_error


def scaler_leaks(X, y, lams, n_folds):
    Z = fit_standardizer(X).transform(X)
    folds = [
        Fold(np.setdiff1d(np.arange(len(y)), part), part)
        for part in np.array_split(np.arange(len(y)), n_folds)
    ]
    return cross_validate_path(Z, y, lams, folds=folds, standardize=False, tol=1e-9).mean_error


def noise_case(rng):
    """Make pure noise on which fits are punished for following it, be they judged on the part or on the others."""
    while True:
        args = (rng.normal(size=(24, 8)), rng.normal(size=24), [0.5, 0.1, 0.01], 4)
        if all(errors[-1] > 1.5 * errors.min() for errors in (cv_errors(*args), neighbours_only(*args))):
            return Case(args)


def repair_case(rng):
    """Make rows whose last part spreads more widely than the others."""
    X, y = table_of_rows(rng, 30)
    X[20:] = X[20:].mean(axis=0) + 3 * (X[20:] - X[20:].mean(axis=0))
    return Case((X, y, [1.0, 0.5, 0.2], 3))


exercise_3 = Exercise(
    id="05.3",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    setup=SETUP,
    stub=TO_REPAIR,
    checks=(
        Check(
            "one error a penalty",
            1,
            noise_case,
            lambda case, answer: np.shape(answer) == (3,) and bool(np.all(answer > 0)),
            ONE_A_PENALTY,
        ),
        Check(
            "pure noise is not rewarded",
            1,
            noise_case,
            lambda case, answer: answer[-1] > np.min(answer),
            STILL_SEEN,
        ),
        Check(
            "the scale has not seen the part either",
            1,
            repair_case,
            lambda case, answer: not agrees(answer, scaler_leaks(*case.args)),
            RULER_STILL_SEEN,
        ),
        Check(
            "every row outside the part is fitted to",
            1,
            repair_case,
            lambda case, answer: not agrees(answer, neighbours_only(*case.args)),
            ONLY_BEFORE,
        ),
        Check(
            "the errors are right",
            2,
            repair_case,
            lambda case, answer: agrees(answer, cv_errors(*case.args)),
            OTHER_ERRORS,
        ),
    ),
    hints=(
        "Run it as it is (without the `raise`) on columns of pure noise. Which penalty wins, and which should?",
        "Read the two lines inside the loop in which X stands without a row number.",
        "others = np.setdiff1d(np.arange(len(y)), part), and X[others], y[others] in the ruler and in the fit.",
    ),
    solution=REPAIRED,
    explanation=(
        "The loop measured errors on parts, and every part had been fitted to: it averaged the training error. The "
        "repair has two halves. The one in the fit decides everything; the one in the ruler little, until a step of "
        "the pipeline looks at y."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), STILL_SEEN),
        WrongAnswer(
            "the ruler alone",
            edited(
                REPAIRED,
                "lasso_path(ruler.transform(X[others]), y[others], lams)",
                "lasso_path(ruler.transform(X), y, lams)",
            ),
            STILL_SEEN,
        ),
        WrongAnswer(
            "errors on the others",
            REPAIRED.replace("X[part]", "X[others]").replace("y[part, None]", "y[others, None]"),
            STILL_SEEN,
        ),
        WrongAnswer(
            "errors by fold",
            edited(REPAIRED, "return np.mean(errors, axis=0)", "return np.array(errors)"),
            ONE_A_PENALTY,
        ),
        WrongAnswer(
            "the fit alone",
            edited(REPAIRED, "fit_standardizer(X[others])", "fit_standardizer(X)"),
            RULER_STILL_SEEN,
        ),
        WrongAnswer(
            "another part than the next one",
            edited(REPAIRED, "np.setdiff1d(np.arange(len(y)), part)", "(part + len(part)) % len(y)"),
            ONLY_BEFORE,
        ),
        WrongAnswer(
            "absolute errors",
            edited(
                REPAIRED,
                "np.mean((y[part, None] - predicted) ** 2, axis=0)",
                "np.mean(np.abs(y[part, None] - predicted), axis=0)",
            ),
            OTHER_ERRORS,
        ),
        WrongAnswer(
            "the part and the others exchanged",
            REPAIRED.replace("X[others]", "X[rows]")
            .replace("y[others]", "y[rows]")
            .replace("X[part]", "X[others]")
            .replace("y[part, None]", "y[others, None]")
            .replace("X[rows]", "X[part]")
            .replace("y[rows]", "y[part]"),
            OTHER_ERRORS,
        ),
    ),
)


def neighbours_only(X, y, lams, n_folds):
    """Return the errors if each part is predicted from the next part alone."""
    parts = np.array_split(np.arange(len(y)), n_folds)
    folds = [Fold((part + len(part)) % len(y), part) for part in parts]
    return cross_validate_path(X, y, lams, folds=folds, tol=1e-9).mean_error


# 05.4

ONE_STANDARD_ERROR = '''def one_standard_error(lams, errors):
    """Return the strongest lam whose mean error is within one standard error of the smallest."""
    mean = errors.mean(axis=0)
    standard_error = errors.std(axis=0, ddof=1) / np.sqrt(len(errors))
    best = mean.argmin()
    return lams[np.argmax(mean <= mean[best] + standard_error[best])]
'''
ONE_OF_THEM = "Return one of the penalties in `lams`."
NOT_THE_LOWEST = (
    "That is the penalty of the lowest error. The rule asks for the strongest one within reach of it."
)
NOT_THE_WEAKEST = (
    "That is the weakest penalty within reach. The rule wants the smallest model, so the strongest penalty."
)
A_MEAN_SCATTERS_LESS = (
    "You have gone one standard **deviation** up. The mean of K errors scatters less than one of them: divide by the "
    "square root of K."
)
WHOSE_BAR = "The bar is that of the best penalty, one number for all. Yours belongs to the candidate."
FEW_FOLDS = (
    "Nearly: with a handful of folds, K and K - 1 differ. The lesson divides the squares by K - 1 (ddof=1)."
)
RULE_IN_GENERAL = (
    "Mean over the folds; the lowest; its standard error, once; the strongest penalty at or below their sum."
)


def rule_case(mean, spread):
    """Make a case with this curve of means and these standard deviations over five folds."""

    def make_case(rng):
        pattern = np.array([-1.0, -1.0, 0.0, 1.0, 1.0])  # sd 1 with ddof=1
        errors = np.array(mean) + rng.permutation(pattern)[:, None] * np.array(spread)
        lams = np.geomspace(rng.uniform(5, 50), 0.1, len(mean))
        return Case((lams, errors * rng.uniform(1, 3)))

    return make_case


def rule_answer(position):
    return lambda case, answer: close(answer, case.args[0][position])


# Where the sd is 2, the standard error is 0.89; with ddof=0 it would be 0.8. The lowest is number 3.
WITHIN_REACH = rule_case([30, 24, 20.7, 20, 20.75, 25], [2, 2, 2, 2, 2, 2])
# two standard errors are 1.79: number 1 lies within one sd of the lowest, and not within two standard errors
SD_OR_SE = rule_case([30, 21.9, 20.7, 20, 20.75, 25], [2, 2, 2, 2, 2, 2])
# number 1 has a wide bar of its own, which would let it in
ITS_OWN_BAR = rule_case([30, 22, 20.7, 20, 20.75, 25], [2, 8, 2, 2, 2, 2])
# number 1 lies within two standard errors, and not within one
TWO_OF_THEM = rule_case([30, 21.5, 20.7, 20, 20.75, 25], [2, 2, 2, 2, 2, 2])
# within the standard error with ddof=1 and not with ddof=0 lies number 2
DDOF = rule_case([30, 24, 20.85, 20, 20.95, 25], [2, 2, 2, 2, 2, 2])

exercise_4 = Exercise(
    id="05.4",
    objective=OBJECTIVES["choice"],
    stub='''def one_standard_error(lams, errors):
    """Return the strongest lam whose mean error is within one standard error of the smallest."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one of the penalties",
            1,
            WITHIN_REACH,
            lambda case, answer: np.ndim(answer) == 0 and bool(np.any(np.isclose(case.args[0], answer))),
            ONE_OF_THEM,
        ),
        Check(
            "not the lowest",
            1,
            WITHIN_REACH,
            lambda case, answer: not close(answer, case.args[0][3]),
            NOT_THE_LOWEST,
        ),
        Check(
            "the strongest within reach",
            1,
            WITHIN_REACH,
            lambda case, answer: not close(answer, case.args[0][4]),
            NOT_THE_WEAKEST,
        ),
        Check(
            "a standard error, not a standard deviation",
            1,
            SD_OR_SE,
            lambda case, answer: not close(answer, case.args[0][1]),
            A_MEAN_SCATTERS_LESS,
        ),
        Check(
            "the bar of the best",
            1,
            ITS_OWN_BAR,
            lambda case, answer: not close(answer, case.args[0][1]),
            WHOSE_BAR,
        ),
        Check("it is the rule", 2, WITHIN_REACH, rule_answer(2), RULE_IN_GENERAL),
        Check("one standard error", 1, TWO_OF_THEM, rule_answer(2), RULE_IN_GENERAL),
        Check("with n - 1", 1, DDOF, rule_answer(2), FEW_FOLDS),
    ),
    hints=(
        "You need the mean and the standard deviation of each column of `errors`, and the column with the lowest mean.",
        "The threshold is mean[best] + errors[:, best].std(ddof=1) / np.sqrt(len(errors)).",
        "lams fall, so the strongest within reach is the first with mean <= threshold: np.argmax finds the first True.",
    ),
    solution=ONE_STANDARD_ERROR,
    explanation=(
        "np.argmax of a list of True and False gives the first True. `tuning.one_standard_error_lam` is these lines; "
        "it warns as well when the lowest error lies at the end of the grid."
    ),
    wrong_answers=(
        WrongAnswer(
            "its number",
            edited(
                ONE_STANDARD_ERROR,
                "lams[np.argmax(mean <= mean[best] + standard_error[best])]",
                "-1.0 * best",
            ),
            ONE_OF_THEM,
        ),
        WrongAnswer(
            "the lowest",
            edited(
                ONE_STANDARD_ERROR, "lams[np.argmax(mean <= mean[best] + standard_error[best])]", "lams[best]"
            ),
            NOT_THE_LOWEST,
        ),
        WrongAnswer(
            "the weakest within reach",
            edited(
                ONE_STANDARD_ERROR,
                "lams[np.argmax(mean <= mean[best] + standard_error[best])]",
                "lams[np.flatnonzero(mean <= mean[best] + standard_error[best])[-1]]",
            ),
            NOT_THE_WEAKEST,
        ),
        WrongAnswer(
            "one standard deviation",
            edited(ONE_STANDARD_ERROR, " / np.sqrt(len(errors))", ""),
            A_MEAN_SCATTERS_LESS,
        ),
        WrongAnswer(
            "two standard errors",
            edited(ONE_STANDARD_ERROR, "+ standard_error[best]", "+ 2 * standard_error[best]"),
            RULE_IN_GENERAL,
        ),
        WrongAnswer(
            "everybody's own bar",
            edited(ONE_STANDARD_ERROR, "mean[best] + standard_error[best]", "mean[best] + standard_error"),
            WHOSE_BAR,
        ),
        WrongAnswer("divides by n", edited(ONE_STANDARD_ERROR, ", ddof=1", ""), FEW_FOLDS),
        WrongAnswer(
            "the strongest of all",
            edited(
                ONE_STANDARD_ERROR, "lams[np.argmax(mean <= mean[best] + standard_error[best])]", "lams[0]"
            ),
            RULE_IN_GENERAL,
        ),
    ),
)


# 05.5

FINAL_MODEL = '''def final_beta(X, y, lams, parts):
    """Return the coefficients, in original units, of the final model for the lam of the lowest mean error."""
    folds = [tuning.Fold(np.setdiff1d(np.arange(len(y)), part), np.array(part)) for part in parts]
    cv = tuning.cross_validate_path(X, y, lams, folds=folds)
    return tuning.refit(X, y, tuning.best_lam(cv)).beta
'''
KEPT_LEAST_SQUARES = '''def final_beta(X, y, lams, parts):
    """Return the coefficients, in original units, of the final model for the lam of the lowest mean error."""
    folds = [tuning.Fold(np.setdiff1d(np.arange(len(y)), part), np.array(part)) for part in parts]
    cv = tuning.cross_validate_path(X, y, lams, folds=folds)
    beta = tuning.refit(X, y, tuning.best_lam(cv)).beta
    kept = beta != 0
    centred = X[:, kept] - X[:, kept].mean(axis=0)
    beta[kept] = np.linalg.lstsq(centred, y - y.mean(), rcond=None)[0]
    return beta
'''
ONE_A_COLUMN = "Return one coefficient a column of X, and nothing else."
A_FOLDS_MODEL = (
    "Those are coefficients from the folds: of one of them, or their average. The fits of the folds have done "
    "their work when they have been judged."
)
IN_UNITS_OF_Z = (
    "Those belong to standardised columns. Divide each by the scale of its column, or use `tuning.refit`."
)
OTHER_LAM = "The model is fitted to all rows, and with another penalty than the one of the lowest mean error."
FINAL_IN_GENERAL = (
    "Choose the penalty with the folds, fit it to all rows, once, on standardised columns, and divide each "
    "coefficient by the scale of its column."
)


def folds_of(parts, n_samples):
    return [Fold(np.setdiff1d(np.arange(n_samples), part), np.asarray(part)) for part in parts]


def chosen(X, y, lams, parts):
    cv = cross_validate_path(X, y, lams, folds=folds_of(parts, len(y)), tol=1e-8)
    order = np.sort(cv.mean_error)
    sure = 0 < cv.mean_error.argmin() < len(lams) - 1 and order[1] > 1.005 * order[0]
    return best_lam(cv) if sure else None


def final_case(rng):
    """Make data whose lowest mean error lies inside the grid, where no tolerance decides and no mistake hides."""
    while True:
        X, y = table_of_rows(rng, 36)
        parts = [part.tolist() for part in np.array_split(rng.permutation(36), 4)]
        args = (X, y, np.geomspace(2, 0.02, 7).tolist(), parts)
        if (lam := chosen(*args)) is None:
            continue
        right, wrong = refit(X, y, lam, tol=1e-8).beta, mistaken_betas(*args, lam)
        if not any(is_beta(beta, right, 0.01) for betas in wrong.values() for beta in betas):
            return Case(args)


def mistaken_betas(X, y, lams, parts, lam):
    """Return the coefficients of the mistakes that the checks know, by mistake."""
    fits = [refit(X[fold.train], y[fold.train], lam, tol=1e-8).beta for fold in folds_of(parts, len(y))]
    return {
        "folds": [*fits, np.mean(fits, axis=0)],
        "units": [refit(X, y, lam, tol=1e-8).beta * X.std(axis=0)],
        "lam": [refit(X, y, other, tol=1e-8).beta for other in lams if other != lam],
    }


def is_beta(answer, expected, precision=3e-3):
    return close(answer, expected, rtol=precision, atol=precision)


def is_none_of(mistake):
    """Return a judge that accepts any coefficients but those of this mistake."""

    def judge(case, answer):
        return not any(
            is_beta(answer, beta) for beta in mistaken_betas(*case.args, chosen(*case.args))[mistake]
        )

    return judge


def is_final(case, answer):
    X, y, _, _ = case.args
    return is_beta(answer, refit(X, y, chosen(*case.args), tol=1e-8).beta)


exercise_5 = Exercise(
    id="05.5",
    kind="extend",
    objective=OBJECTIVES["final"],
    setup=SETUP,
    stub='''def final_beta(X, y, lams, parts):
    """Return the coefficients, in original units, of the final model for the lam of the lowest mean error."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one coefficient a column",
            1,
            final_case,
            lambda case, answer: np.shape(answer) == (5,),
            ONE_A_COLUMN,
        ),
        Check("no fold's model", 1, final_case, is_none_of("folds"), A_FOLDS_MODEL),
        Check("in original units", 1, final_case, is_none_of("units"), IN_UNITS_OF_Z),
        Check("the penalty of the lowest mean error", 1, final_case, is_none_of("lam"), OTHER_LAM),
        Check("it is the final model", 2, final_case, is_final, FINAL_IN_GENERAL),
    ),
    hints=(
        "Two steps: the folds choose a penalty; then one more fit.",
        "A fold is tuning.Fold(train, test): train is np.setdiff1d(np.arange(len(y)), part). Then cross_validate_path.",
        "The last line is `return tuning.refit(X, y, tuning.best_lam(cv)).beta`.",
    ),
    solution=FINAL_MODEL,
    explanation=(
        "This is what best_estimator_ holds after a grid search: the winning penalty, fitted to all rows. The error "
        "that the folds measured is an estimate for models like it, fitted to somewhat fewer rows."
    ),
    wrong_answers=(
        WrongAnswer(
            "the whole model",
            edited(FINAL_MODEL, "tuning.best_lam(cv)).beta", "tuning.best_lam(cv)).beta[:, None]"),
            ONE_A_COLUMN,
        ),
        WrongAnswer(
            "the last fold's model",
            edited(
                FINAL_MODEL,
                "tuning.refit(X, y, tuning.best_lam(cv)).beta",
                "tuning.refit(X[folds[-1].train], y[folds[-1].train], tuning.best_lam(cv)).beta",
            ),
            A_FOLDS_MODEL,
        ),
        WrongAnswer(
            "the average of the folds",
            edited(
                FINAL_MODEL,
                "tuning.refit(X, y, tuning.best_lam(cv)).beta",
                "np.mean([tuning.refit(X[f.train], y[f.train], tuning.best_lam(cv)).beta for f in folds], axis=0)",
            ),
            A_FOLDS_MODEL,
        ),
        WrongAnswer(
            "standardised coefficients",
            edited(
                FINAL_MODEL,
                "tuning.refit(X, y, tuning.best_lam(cv)).beta",
                "solvers.fista(fit_standardizer(X).transform(X), y, tuning.best_lam(cv)).beta",
            ),
            IN_UNITS_OF_Z,
        ),
        WrongAnswer(
            "the strongest penalty but one",
            edited(FINAL_MODEL, "tuning.best_lam(cv)).beta", "lams[-1]).beta"),
            OTHER_LAM,
        ),
        WrongAnswer("least squares on the kept columns", KEPT_LEAST_SQUARES, FINAL_IN_GENERAL),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
