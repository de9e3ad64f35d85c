"""The exercises of lesson 03b: rare dummies, sparse deviations, names as numbers, two leaks."""

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
from course_utils.scaling import fit_standardizer
from course_utils.solvers import coordinate_descent

OBJECTIVES = {
    "rare": "say what a rare column pays under each scaler",
    "sparse": "scale sparse columns without filling them",
    "names": "code a column of names, with a baseline or without",
    "leak": "keep every step that learns inside the folds, and find the one that is outside",
}


# 03b.1


def dummy_case(standardised):
    return lambda rng: Case((rng.uniform(0.02, 0.15), rng.uniform(0.5, 3), standardised))


def taken(share, lam, standardised):
    variance = share * (1 - share)
    return lam / np.sqrt(variance) if standardised else lam / variance


def taken_truth(case, answer):
    return close(answer, taken(*case.args))


TAKEN_OFF = '''def taken_off_jump(share, lam, standardised):
    """Return what the LASSO takes off the jump of a lone dummy that is 1 in this share of the rows."""
    spread = np.sqrt(share * (1 - share))
    return lam / spread if standardised else lam / spread**2
'''
SPREAD = "A dummy with a share q of ones has the variance q (1 - q), not q. Its standard deviation is the root of that."
EFFECT = "lam is what the effect loses on standardised columns. The jump is the effect divided by the spread."
SQUARED = (
    "That is the charge of the other coding. Standardised, an effect is charged lam; raw, lam / spread. Both are "
    "divided by the spread once more to become a jump."
)
RARE_PAYS_LESS = (
    "By your answer rare ones pay less than common ones. The smaller the spread, the more a jump has to pay."
)
RAW = "On raw zeros and ones the effect is charged lam / spread, and the jump is the effect / spread."
STANDARDISED = (
    "On standardised columns lam is taken off the effect. The jump is the effect divided by the spread."
)

exercise_1 = Exercise(
    id="03b.1",
    kind="recall",
    objective=OBJECTIVES["rare"],
    stub='''def taken_off_jump(share, lam, standardised):
    """Return what the LASSO takes off the jump of a lone dummy that is 1 in this share of the rows."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "a jump is not an effect",
            1,
            dummy_case(True),
            is_not(lambda share, lam, standardised: lam),
            EFFECT,
        ),
        Check(
            "rare ones pay more",
            1,
            dummy_case(True),
            lambda case, answer: answer > case.args[1],
            RARE_PAYS_LESS,
        ),
        Check(
            "the spread is that of zeros and ones",
            1,
            dummy_case(True),
            is_not(lambda share, lam, standardised: lam / np.sqrt(share)),
            SPREAD,
        ),
        Check(
            "the deviation is a root",
            1,
            dummy_case(False),
            is_not(lambda share, lam, standardised: taken(share, lam, False) ** 2 / lam),
            SPREAD,
        ),
        Check(
            "the two codings are not exchanged",
            1,
            dummy_case(True),
            is_not(lambda share, lam, standardised: taken(share, lam, False)),
            SQUARED,
        ),
        Check("standardised", 1, dummy_case(True), taken_truth, STANDARDISED),
        Check("raw zeros and ones", 2, dummy_case(False), taken_truth, RAW),
    ),
    hints=(
        "First the standard deviation of the dummy, from the share of ones alone. Then what is taken off its effect.",
        "spread = sqrt(share * (1 - share)). Standardised, lam is taken off the effect: spread times the jump.",
        "lam / spread if standardised, lam / spread**2 if not.",
    ),
    solution=TAKEN_OFF,
    explanation=(
        "For one row in a hundred the spread is about a tenth: standardised the jump pays ten lam, raw a hundred. "
        "Min-max leaves zeros and ones as they are, so it is the raw case."
    ),
    wrong_answers=(
        WrongAnswer(
            "takes lam off the jump",
            edited(TAKEN_OFF, "lam / spread if", "lam if"),
            EFFECT,
        ),
        WrongAnswer(
            "multiplies by the spread",
            edited(TAKEN_OFF, "lam / spread if", "lam * spread if"),
            RARE_PAYS_LESS,
        ),
        WrongAnswer("forgets 1 - share", edited(TAKEN_OFF, "share * (1 - share)", "share"), SPREAD),
        WrongAnswer("exchanged", edited(TAKEN_OFF, "if standardised", "if not standardised"), SQUARED),
        WrongAnswer(
            "the variance as spread",
            edited(TAKEN_OFF, "np.sqrt(share * (1 - share))", "share * (1 - share)"),
            SPREAD,
        ),
        WrongAnswer(
            "twice the spread",
            edited(TAKEN_OFF, "np.sqrt", "0.5 * np.sqrt"),
            STANDARDISED,
        ),
        WrongAnswer("raw as standardised", edited(TAKEN_OFF, "spread**2", "spread"), RAW),
    ),
)


# 03b.2

SPARSE_DEVIATION = '''def deviation_of(values, n_samples):
    """Return the standard deviation (ddof 0) of a column with these stored values and zeros elsewhere."""
    mean = np.sum(values) / n_samples
    return np.sqrt(np.sum(values**2) / n_samples - mean**2)
'''
STORED_ONLY = (
    "That is the deviation among the stored values. Zeros are values too: they count in the mean and in n."
)
NOT_ABOUT_MEAN = (
    "That is the distance from zero. The deviation is about the mean, centred or not: subtract its square."
)
MEAN_OF_STORED = "Your mean is that of the stored values. The sum has to be divided by all rows."
ROOT = "That is the variance: take the root."
BY_N_LESS_ONE = "You have divided by n - 1. Here, as in the package, it is n (ddof 0)."
MISSING_ZEROS = (
    "You have the squares of the stored values about the mean. Rows that hold 0 have a distance from it too."
)
DEVIATION_IN_GENERAL = (
    "Mean of the squares minus square of the mean, both means over all rows, then the root."
)


def stored_case(rng):
    return Case((rng.uniform(1, 6, size=12), int(rng.integers(30, 60))))


def deviation(values, n_samples):
    return float(np.concatenate([values, np.zeros(n_samples - len(values))]).std())


exercise_2 = Exercise(
    id="03b.2",
    kind="apply",
    objective=OBJECTIVES["sparse"],
    stub='''def deviation_of(values, n_samples):
    """Return the standard deviation (ddof 0) of a column with these stored values and zeros elsewhere."""
    raise NotImplementedError
''',
    checks=(
        Check("zeros count", 1, stored_case, is_not(lambda values, n: np.std(values)), STORED_ONLY),
        Check("the root is taken", 1, stored_case, is_not(lambda values, n: deviation(values, n) ** 2), ROOT),
        Check(
            "it is about the mean",
            1,
            stored_case,
            is_not(lambda values, n: np.sqrt(np.sum(values**2) / n)),
            NOT_ABOUT_MEAN,
        ),
        Check(
            "the mean is over all rows",
            1,
            stored_case,
            lambda case, answer: answer == answer and answer > 0,
            MEAN_OF_STORED,
        ),
        Check(
            "the rows that hold 0 have a distance too",
            1,
            stored_case,
            is_not(lambda values, n: np.sqrt(np.sum((values - np.sum(values) / n) ** 2) / n)),
            MISSING_ZEROS,
        ),
        Check(
            "divided by n",
            1,
            stored_case,
            is_not(lambda values, n: deviation(values, n) * np.sqrt(n / (n - 1))),
            BY_N_LESS_ONE,
        ),
        Check(
            "the deviation of the whole column",
            2,
            stored_case,
            lambda case, answer: close(answer, deviation(*case.args)),
            DEVIATION_IN_GENERAL,
        ),
    ),
    hints=(
        "Two sums are enough: of the values and of their squares. What do the zeros add to either? What to n?",
        "mean = sum(values) / n_samples, and likewise the mean of the squares.",
        "np.sqrt(np.sum(values**2) / n_samples - mean**2).",
    ),
    solution=SPARSE_DEVIATION,
    explanation=(
        "The zeros add nothing to the sums and everything to n. The package sums squares about the mean and adds "
        "mean^2 for each row that is not stored: the same number, with fewer digits lost where the mean is large."
    ),
    wrong_answers=(
        WrongAnswer(
            "stored values alone",
            edited(
                SPARSE_DEVIATION,
                "np.sqrt(np.sum(values**2) / n_samples - mean**2)",
                "np.std(values) + 0 * mean",
            ),
            STORED_ONLY,
        ),
        WrongAnswer(
            "variance",
            edited(
                SPARSE_DEVIATION,
                "np.sqrt(np.sum(values**2) / n_samples - mean**2)",
                "np.sum(values**2) / n_samples - mean**2",
            ),
            ROOT,
        ),
        WrongAnswer("about zero", edited(SPARSE_DEVIATION, " - mean**2", " - 0 * mean"), NOT_ABOUT_MEAN),
        WrongAnswer(
            "mean of the stored",
            edited(SPARSE_DEVIATION, "np.sum(values) / n_samples", "np.mean(values)"),
            MEAN_OF_STORED,
        ),
        WrongAnswer(
            "forgets the zeros' distance",
            edited(
                SPARSE_DEVIATION,
                "np.sum(values**2) / n_samples - mean**2",
                "np.sum((values - mean) ** 2) / n_samples",
            ),
            MISSING_ZEROS,
        ),
        WrongAnswer(
            "ddof 1",
            edited(
                SPARSE_DEVIATION,
                "np.sum(values**2) / n_samples - mean**2",
                "(np.sum(values**2) - n_samples * mean**2) / (n_samples - 1)",
            ),
            BY_N_LESS_ONE,
        ),
        WrongAnswer(
            "mean square of the stored",
            edited(SPARSE_DEVIATION, "np.sum(values**2) / n_samples", "np.mean(values**2)"),
            DEVIATION_IN_GENERAL,
        ),
    ),
)


# 03b.3

DUMMIES = '''def dummies_of(names, levels, baseline):
    """Return zeros and ones, one row a name, one column a level (in order) but for the baseline."""
    kept = [level for level in levels if level != baseline]
    return np.array([[float(name == level) for level in kept] for name in names])
'''
NUMBERED = "One column of numbers is not what is wanted: it says that one level is twice another. One column a level."
BASELINE_KEPT = "The baseline has no column of its own: its rows are the ones with zeros everywhere."
UNSEEN_DROPPED = "A level that none of these names has keeps its column all the same, full of zeros."
FIRST_DROPPED = (
    "A level is missing. Leave out the one that is called baseline, not the first, and with None none at all."
)
NEW_NAME = "A name that is none of the levels has zeros in all columns: it is not added, and is no error."
ON_ITS_SIDE = "One row a name, one column a level: your table lies on its side."
ORDER = "The columns are there, in another order. Keep that of levels, whatever comes first in names."
DUMMIES_IN_GENERAL = "Row i, column j: 1 if name i is level j, else 0."
LEVELS = ["mill", "abbey", "quay", "heath", "close"]


def names_case(*, baseline, unknown=False):
    def make_case(rng):
        levels = [LEVELS[k] for k in rng.permutation(5)]
        last_first = [levels[4], levels[4], levels[2], levels[0]]
        names = last_first + [levels[k] for k in rng.integers(0, 5, size=6)] + ["newtown"] * unknown
        return Case((names, levels, levels[2] if baseline else None))

    return make_case


def three_of_five_case(rng):
    """Return a case whose names are three of the five levels, without a baseline."""
    levels = [LEVELS[k] for k in rng.permutation(5)]
    return Case(([levels[k] for k in (4, 4, 2, 0, 2)], levels, None))


def dummies(names, levels, baseline):
    return np.array([[float(name == level) for level in levels if level != baseline] for name in names])


def has_columns(n_columns):
    return lambda case, answer: np.shape(answer) == (len(case.args[0]), n_columns)


def dummies_truth(case, answer):
    return close(answer, dummies(*case.args))


exercise_3 = Exercise(
    id="03b.3",
    kind="apply",
    objective=OBJECTIVES["names"],
    stub='''def dummies_of(names, levels, baseline):
    """Return zeros and ones, one row a name, one column a level (in order) but for the baseline."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "names are not numbers",
            1,
            names_case(baseline=True),
            lambda case, answer: np.ndim(answer) == 2 and np.shape(answer)[1] > 1,
            NUMBERED,
        ),
        Check(
            "one row a name",
            1,
            names_case(baseline=False),
            lambda case, answer: np.shape(answer)[0] == len(case.args[0]),
            ON_ITS_SIDE,
        ),
        Check(
            "a level that no name has",
            1,
            three_of_five_case,
            lambda case, answer: np.shape(answer)[1] != 3,
            UNSEEN_DROPPED,
        ),
        Check(
            "without a baseline all levels have a column",
            1,
            names_case(baseline=False),
            has_columns(5),
            FIRST_DROPPED,
        ),
        Check("the baseline has none", 1, names_case(baseline=True), has_columns(4), BASELINE_KEPT),
        Check(
            "the right level is left out",
            1,
            names_case(baseline=True),
            lambda case, answer: not close(answer, dummies(case.args[0], case.args[1], case.args[1][0])),
            FIRST_DROPPED,
        ),
        Check(
            "in the order of the levels",
            1,
            names_case(baseline=True),
            lambda case, answer: (
                dummies_truth(case, answer)
                or not close(np.sort(np.sum(answer, axis=0)), np.sort(np.sum(dummies(*case.args), axis=0)))
            ),
            ORDER,
        ),
        Check("the zeros and ones", 1, names_case(baseline=True), dummies_truth, DUMMIES_IN_GENERAL),
        Check("a new name has zeros", 1, names_case(baseline=False, unknown=True), dummies_truth, NEW_NAME),
    ),
    hints=(
        "Which levels keep their column? Make that list first, in order.",
        "For each name a row: for each kept level 1.0 if they are equal, else 0.0.",
        "np.array([[float(name == level) for level in kept] for name in names]).",
    ),
    solution=DUMMIES,
    explanation=(
        "With a penalty you may keep all levels; a new name then looks like a house of an average neighbourhood. "
        "With a baseline it looks like one of the baseline: another reason to choose it on purpose."
    ),
    wrong_answers=(
        WrongAnswer(
            "numbers the levels",
            edited(
                DUMMIES,
                "np.array([[float(name == level) for level in kept] for name in names])",
                "np.array([levels.index(name) if name in levels else -1 for name in names])",
            ),
            NUMBERED,
        ),
        WrongAnswer(
            "one row a level",
            edited(
                DUMMIES,
                "np.array([[float(name == level) for level in kept] for name in names])",
                "np.array([[float(name == level) for name in names] for level in kept])",
            ),
            ON_ITS_SIDE,
        ),
        WrongAnswer(
            "columns for the names that occur",
            edited(DUMMIES, "if level != baseline]", "if level != baseline and level in names]"),
            UNSEEN_DROPPED,
        ),
        WrongAnswer(
            "always drops the first",
            edited(DUMMIES, "[level for level in levels if level != baseline]", "levels[1:]"),
            FIRST_DROPPED,
        ),
        WrongAnswer(
            "drops the first if there is a baseline",
            edited(
                DUMMIES,
                "[level for level in levels if level != baseline]",
                "levels if baseline is None else levels[1:]",
            ),
            FIRST_DROPPED,
        ),
        WrongAnswer(
            "keeps the baseline",
            edited(DUMMIES, "[level for level in levels if level != baseline]", "levels"),
            BASELINE_KEPT,
        ),
        WrongAnswer(
            "order of appearance",
            edited(
                DUMMIES,
                "for level in levels if level != baseline]",
                "for level in sorted(levels, key=(names + levels).index) if level != baseline]",
            ),
            ORDER,
        ),
        WrongAnswer(
            "zeros and ones exchanged",
            edited(DUMMIES, "name == level", "name != level"),
            DUMMIES_IN_GENERAL,
        ),
        WrongAnswer(
            "a new name in the last column",
            edited(
                DUMMIES,
                "float(name == level)",
                "float(name == level or (name not in levels and level == kept[-1]))",
            ),
            NEW_NAME,
        ),
    ),
)


# 03b.4

TOOLS = """
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
"""
TO_REPAIR = '''def r2_of_strongest(X, y, n_keep):
    """Return the mean R2 over five folds of least squares on the n_keep strongest columns."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    strongest = SelectKBest(f_regression, k=n_keep).fit_transform(X, y)
    return cross_val_score(LinearRegression(), strongest, y, cv=KFold(5), scoring="r2").mean()
'''
REPAIRED = '''def r2_of_strongest(X, y, n_keep):
    """Return the mean R2 over five folds of least squares on the n_keep strongest columns."""
    recipe = make_pipeline(SelectKBest(f_regression, k=n_keep), LinearRegression())
    return cross_val_score(recipe, X, y, cv=KFold(5), scoring="r2").mean()
'''
SCALER_INSIDE = """def r2_of_strongest(X, y, n_keep):
    strongest = SelectKBest(f_regression, k=n_keep).fit_transform(X, y)
    recipe = make_pipeline(StandardScaler(), LinearRegression())
    return cross_val_score(recipe, strongest, y, cv=KFold(5), scoring="r2").mean()
"""
SELECTS_TWICE = """def r2_of_strongest(X, y, n_keep):
    strongest = SelectKBest(f_regression, k=n_keep).fit_transform(X, y)
    recipe = make_pipeline(SelectKBest(f_regression, k=n_keep), LinearRegression())
    return cross_val_score(recipe, strongest, y, cv=KFold(5), scoring="r2").mean()
"""
NO_FOLDS = """def r2_of_strongest(X, y, n_keep):
    recipe = make_pipeline(SelectKBest(f_regression, k=n_keep), LinearRegression())
    return recipe.fit(X, y).score(X, y)
"""
STILL_OUTSIDE = (
    "The R2 on pure noise is still too good: the columns were chosen with the help of the rows that judge them. "
    "Which line looks at y before the folds are made?"
)
NO_CHOICE = (
    "That is least squares on all columns. The choice of n_keep belongs to the recipe, inside each fold."
)
SCORED_ON_TRAINING = (
    "An R2 on noise that high comes from rows that were fitted. The score belongs to rows set aside."
)
FOLDS_CHANGED = (
    "Honest, perhaps, but another number: the five folds of KFold(5), n_keep columns chosen on the training rows of "
    "each, least squares, and the mean of the five R2."
)


def r2_with(X, y, n_keep, *, outside=False):
    """Return the mean R2 over five folds with columns chosen on all rows (outside) or on training rows."""
    everyone = np.arange(len(y))
    scores = []
    for test in np.array_split(everyone, 5):
        train = np.setdiff1d(everyone, test)
        columns = strongest_columns(X, y, everyone if outside else train, n_keep)
        scores.append(r2(X[:, columns], y, train, test))
    return np.mean(scores)


def strongest_columns(X, y, rows, n_keep):
    centred = X[rows] - X[rows].mean(axis=0)
    correlation = np.abs(centred.T @ (y[rows] - y[rows].mean())) / np.linalg.norm(centred, axis=0)
    return np.argsort(-correlation)[:n_keep]


def r2(X, y, train, rows):
    """Return R2 on `rows` of least squares fitted to `train`."""
    design = np.column_stack([np.ones(len(y)), X])
    fitted = design[rows] @ np.linalg.lstsq(design[train], y[train], rcond=None)[0]
    return 1 - np.sum((y[rows] - fitted) ** 2) / np.sum((y[rows] - y[rows].mean()) ** 2)


def on_training_rows(X, y, n_keep):
    everyone = np.arange(len(y))
    return r2(X[:, strongest_columns(X, y, everyone, n_keep)], y, everyone, everyone)


def noise_case(rng):
    return Case((rng.normal(size=(100, 1000)), rng.normal(size=100), 12))


def few_columns_case(rng):
    """Return noise with fewer columns than rows, where least squares on all of them is one answer."""
    return Case((rng.normal(size=(50, 20)), rng.normal(size=50), 5))


exercise_4 = Exercise(
    id="03b.4",
    kind="find the bug",
    objective=OBJECTIVES["leak"],
    setup=TOOLS,
    stub=TO_REPAIR,
    checks=(
        Check(
            "not chosen on all rows",
            1,
            noise_case,
            is_not(lambda X, y, n_keep: r2_with(X, y, n_keep, outside=True)),
            STILL_OUTSIDE,
        ),
        Check("scored on rows set aside", 1, noise_case, is_not(on_training_rows), SCORED_ON_TRAINING),
        Check(
            "some columns are chosen",
            1,
            few_columns_case,
            is_not(lambda X, y, n_keep: r2_with(X, y, X.shape[1])),
            NO_CHOICE,
        ),
        Check(
            "the honest R2",
            2,
            noise_case,
            lambda case, answer: close(answer, r2_with(*case.args)),
            FOLDS_CHANGED,
        ),
    ),
    hints=(
        "Every line that looks at y learns something. Which of them looks at the y of rows that will judge?",
        "SelectKBest is fitted once, with all rows, before cross_val_score makes its folds. Where must it go?",
        "Into a pipeline. make_pipeline(selector, model) behaves like one model: hand it to cross_val_score, with X.",
    ),
    solution=REPAIRED,
    explanation=(
        "The repaired function chooses other columns in each fold, and that is right: what is judged is the recipe, "
        "choice included, and not one list of columns."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), STILL_OUTSIDE),
        WrongAnswer("a scaler inside, the choice outside", SCALER_INSIDE, STILL_OUTSIDE),
        WrongAnswer("chooses outside and inside", SELECTS_TWICE, STILL_OUTSIDE),
        WrongAnswer("scores on the rows it was fitted to", NO_FOLDS, SCORED_ON_TRAINING),
        WrongAnswer(
            "no choice at all",
            edited(
                REPAIRED,
                "make_pipeline(SelectKBest(f_regression, k=n_keep), LinearRegression())",
                "LinearRegression()",
            ),
            NO_CHOICE,
        ),
        WrongAnswer("best fold in place of the mean", edited(REPAIRED, ".mean()", ".max()"), FOLDS_CHANGED),
        WrongAnswer("another number of folds", edited(REPAIRED, "KFold(5)", "KFold(10)"), FOLDS_CHANGED),
        WrongAnswer("one column fewer", edited(REPAIRED, "k=n_keep", "k=n_keep - 1"), FOLDS_CHANGED),
    ),
)


# 03b.5

BY_HAND = '''def predict_new(X_train, y_train, X_new, lam):
    """Return predictions for X_new of a LASSO on columns standardised with the training rows."""
    ruler = StandardScaler().fit(X_train)
    model = Lasso(alpha=lam, tol=1e-10, max_iter=100_000).fit(ruler.transform(X_train), y_train)
    return model.predict(ruler.transform(X_new))
'''
OWN_RULER = (
    "The new rows were measured with a ruler of their own. A single new row would become all zeros: cut the ruler "
    "on the training rows and use that one for both."
)
SHARED_RULER = (
    "The new rows have helped to cut the ruler: a leak, small as it may be. Fit it on X_train alone."
)
NOT_SCALED = (
    "The model was fitted to scaled columns, and predicts from raw ones. Transform the new rows as well."
)
OFF_BY_A_CONSTANT = (
    "Right but for a constant. Is the intercept in, and do the new rows lose the means of the training rows?"
)
NEVER_SCALED = "Nothing was standardised, so raw units decide who pays."
PREDICT_IN_GENERAL = (
    "Fit the ruler on the training rows (ddof 0), transform both tables with it, fit with lam, predict."
)


def new_rows_case(rng):
    X = rng.normal(size=(40, 4)) * [1, 5, 20, 0.2] + [3, -40, 10, 2]
    y = X @ [2, 0.5, -0.1, 6] + rng.normal(size=40)
    X_new = rng.normal(size=(7, 4)) * [2, 8, 30, 0.4] + [5, -30, 30, 2.5]
    return Case((X, y, X_new, 0.3))


def predicted(X_train, y_train, X_new, lam, *, ruler_rows=None, new_rows=None):
    """Return the predictions with a ruler fitted on `ruler_rows`, and new rows passed through `new_rows`."""
    ruler = fit_standardizer(X_train if ruler_rows is None else ruler_rows)
    fit = coordinate_descent(ruler.transform(X_train), y_train, lam, tol=1e-12, max_iter=100_000)
    Z_new = ruler.transform(X_new) if new_rows is None else new_rows
    return fit.intercept + Z_new @ fit.beta


def near(answer, expected):
    """Compare at the accuracy that scikit-learn's default tolerance gives; every mistake is ten times as far."""
    return close(answer, expected, rtol=0, atol=1e-2)


def off_by_a_constant(case, answer):
    """Tell whether an answer of the right shape is wrong by the same number for every new row."""
    expected = predicted(*case.args)
    if np.shape(answer) != expected.shape or near(answer, expected):
        return False
    return near(answer - np.mean(answer), expected - expected.mean())


def one_new_row_case(rng):
    X, y, X_new, lam = new_rows_case(rng).args
    return Case((X, y, X_new[:1], lam))


def never_scaled(X_train, y_train, X_new, lam):
    fit = coordinate_descent(X_train, y_train, lam, tol=1e-12, max_iter=100_000)
    return fit.intercept + X_new @ fit.beta


exercise_5 = Exercise(
    id="03b.5",
    kind="extend",
    objective=OBJECTIVES["leak"],
    setup="from sklearn.linear_model import Lasso\nfrom sklearn.preprocessing import StandardScaler\n",
    stub='''def predict_new(X_train, y_train, X_new, lam):
    """Return predictions for X_new of a LASSO on columns standardised with the training rows."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "something is standardised",
            1,
            new_rows_case,
            lambda case, answer: not near(answer, never_scaled(*case.args)),
            NEVER_SCALED,
        ),
        Check(
            "the new rows are scaled as well",
            1,
            new_rows_case,
            lambda case, answer: not near(answer, predicted(*case.args, new_rows=case.args[2])),
            NOT_SCALED,
        ),
        Check(
            "with no ruler of their own",
            1,
            new_rows_case,
            lambda case, answer: (
                not near(
                    answer,
                    predicted(*case.args, new_rows=fit_standardizer(case.args[2]).transform(case.args[2])),
                )
            ),
            OWN_RULER,
        ),
        Check(
            "nor with a shared one",
            1,
            new_rows_case,
            lambda case, answer: (
                not near(answer, predicted(*case.args, ruler_rows=np.vstack([case.args[0], case.args[2]])))
            ),
            SHARED_RULER,
        ),
        Check(
            "the level of the predictions",
            1,
            new_rows_case,
            lambda case, answer: not off_by_a_constant(case, answer),
            OFF_BY_A_CONSTANT,
        ),
        Check(
            "the predictions",
            2,
            new_rows_case,
            lambda case, answer: near(answer, predicted(*case.args)),
            PREDICT_IN_GENERAL,
        ),
        Check(
            "a single new row",
            1,
            one_new_row_case,
            lambda case, answer: near(answer, predicted(*case.args)),
            PREDICT_IN_GENERAL,
        ),
    ),
    hints=(
        "Three objects learn here: the means, the deviations, the coefficients. From which rows may they?",
        "StandardScaler().fit(X_train) once; its transform for both tables. Or let make_pipeline do it.",
        "ruler = StandardScaler().fit(X_train); the Lasso is fitted on, and predicts from, what ruler transforms.",
    ),
    solution=BY_HAND,
    explanation=(
        "make_pipeline(StandardScaler(), Lasso(alpha=lam)).fit(X_train, y_train).predict(X_new) is the same in one "
        "line, and cannot be done wrongly."
    ),
    wrong_answers=(
        WrongAnswer(
            "never scales",
            edited(
                edited(BY_HAND, "ruler.transform(X_train)", "X_train"),
                "ruler.transform(X_new)",
                "X_new",
            ),
            NEVER_SCALED,
        ),
        WrongAnswer("raw new rows", edited(BY_HAND, "ruler.transform(X_new)", "X_new"), NOT_SCALED),
        WrongAnswer(
            "new ruler for new rows",
            edited(BY_HAND, "ruler.transform(X_new)", "StandardScaler().fit_transform(X_new)"),
            OWN_RULER,
        ),
        WrongAnswer(
            "one ruler for all rows",
            edited(BY_HAND, ".fit(X_train)\n", ".fit(np.vstack([X_train, X_new]))\n"),
            SHARED_RULER,
        ),
        WrongAnswer(
            "no intercept",
            edited(BY_HAND, "model.predict(ruler.transform(X_new))", "ruler.transform(X_new) @ model.coef_"),
            OFF_BY_A_CONSTANT,
        ),
        WrongAnswer(
            "new rows not centred",
            edited(BY_HAND, "ruler.transform(X_new)", "X_new / ruler.scale_"),
            OFF_BY_A_CONSTANT,
        ),
        WrongAnswer("default penalty", edited(BY_HAND, "alpha=lam, ", ""), PREDICT_IN_GENERAL),
        WrongAnswer(
            "ruler from the new rows for both",
            edited(BY_HAND, ".fit(X_train)\n", ".fit(X_new)\n"),
            PREDICT_IN_GENERAL,
        ),
    ),
)


EXERCISES = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
