"""The exercises of lesson 10b: many proofs, the bytes of a table, a bug in products, weights, a lean prediction."""

from __future__ import annotations

import numpy as np

from course_utils.exercises.lesson_10 import centred_data, swept
from course_utils.exercises.types import (
    Case,
    Check,
    Exercise,
    WrongAnswer,
    close,
    edited,
    is_not,
    is_truth,
    without_raise,
)

OBJECTIVES = {
    "proofs": "prove many answers with one product",
    "bytes": "say when a sparse format saves memory",
    "bug": "find the error in products from which rows are taken away",
    "weights": "get the products of every resample without copying a row",
    "lean": "predict from the kept columns alone",
}


# 10b.1

GAPS_OF_MANY = '''def gaps_of_many(X, y, W, penalties):
    """Return the relative duality gap of each row of W, with the penalty that belongs to it."""
    R = y - W @ X.T
    largest = np.abs(R @ X).max(axis=1)
    s = np.minimum(1, penalties / largest)
    rr, ry = np.sum(R**2, axis=1), R @ y
    gaps = rr / 2 + penalties * np.abs(W).sum(axis=1) - s * ry + s**2 * rr / 2
    return gaps / (y @ y / 2)
'''


def many_gaps(X, y, W, penalties, *, shrink=None, per_null=True):
    R = y - W @ X.T
    largest = np.abs(R @ X).max(axis=1)
    s = np.minimum(1, penalties / largest) if shrink is None else shrink(penalties, largest)
    rr = np.sum(R**2, axis=1)
    gaps = rr / 2 + penalties * np.abs(W).sum(axis=1) - s * (R @ y) + s**2 * rr / 2
    return gaps / (y @ y / 2) if per_null else gaps


def many_case(rng):
    """Draw rows of W, each a few sweeps from a penalty on a falling list."""
    X, y = centred_data(rng, 30, 20)
    G, q = X.T @ X, X.T @ y
    penalties = np.abs(q).max() * np.array([1.2, 0.5, 0.3, 0.2])
    W = np.array([swept(G, q, np.zeros(20), price, 2) for price in penalties])
    W[1:] += 0.05 * rng.normal(size=(3, 20))
    return Case((X, y, W, penalties))


def with_one_shrink(X, y, W, penalties):
    return many_gaps(X, y, W, penalties, shrink=lambda prices, largest: np.minimum(1, prices / largest.max()))


def without_shrink(X, y, W, penalties):
    return many_gaps(X, y, W, penalties, shrink=lambda prices, largest: np.ones(len(prices)))


def stretched(X, y, W, penalties):
    return many_gaps(X, y, W, penalties, shrink=lambda prices, largest: prices / largest)


def in_units_of_p(X, y, W, penalties):
    return many_gaps(X, y, W, penalties, per_null=False)


ONE_A_PENALTY = "Return one gap for each penalty, so for each row of W."
NOT_RELATIVE = "Those are the gaps themselves. Relative means: divided by y'y / 2, the value of P at zero."
NOT_FEASIBLE = "Without shrinking, r is no dual point: the number may even be negative, and proves nothing."
STRETCHED = "A residual that keeps the condition is a dual point as it is: the factor is at most 1."
ONE_SHRINK = (
    "Every residual has a largest correlation of its own. Take the maximum along one axis, not of everything."
)
MANY_IN_GENERAL = (
    "Take one row of W and one penalty, and compare with `gap_of` of the lesson. Which part differs?"
)

exercise_1 = Exercise(
    id="10b.1",
    kind="apply",
    objective=OBJECTIVES["proofs"],
    stub='''def gaps_of_many(X, y, W, penalties):
    """Return the relative duality gap of each row of W, with the penalty that belongs to it."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one gap a penalty", 1, many_case, lambda case, answer: np.shape(answer) == (4,), ONE_A_PENALTY
        ),
        Check("the gaps are relative", 1, many_case, is_not(in_units_of_p), NOT_RELATIVE),
        Check("residuals are shrunk", 1, many_case, is_not(without_shrink), NOT_FEASIBLE),
        Check("and never stretched", 1, many_case, is_not(stretched), STRETCHED),
        Check("each as far as it needs", 1, many_case, is_not(with_one_shrink), ONE_SHRINK),
        Check("right for all", 1, many_case, is_truth(many_gaps), MANY_IN_GENERAL),
    ),
    hints=(
        "All residuals at once: R = y - W @ X.T has one row for each penalty.",
        "R @ X is the one product; np.abs(...).max(axis=1) are the largest correlations.",
        "np.sum(R**2, axis=1), R @ y and np.abs(W).sum(axis=1) are the other facts that `gap_of` asks for.",
    ),
    solution=GAPS_OF_MANY,
    explanation="X is read for R @ X and for W @ X.T; for a W with few columns in use, the second costs little.",
    wrong_answers=(
        WrongAnswer(
            "the largest gap", edited(GAPS_OF_MANY, "return gaps /", "return gaps.max() /"), ONE_A_PENALTY
        ),
        WrongAnswer("not relative", edited(GAPS_OF_MANY, " / (y @ y / 2)", ""), NOT_RELATIVE),
        WrongAnswer(
            "not shrunk", edited(GAPS_OF_MANY, "np.minimum(1, penalties / largest)", "1"), NOT_FEASIBLE
        ),
        WrongAnswer(
            "stretched",
            edited(GAPS_OF_MANY, "np.minimum(1, penalties / largest)", "penalties / largest"),
            STRETCHED,
        ),
        WrongAnswer("one maximum", edited(GAPS_OF_MANY, ".max(axis=1)", ".max()"), ONE_SHRINK),
        WrongAnswer("no penalty", edited(GAPS_OF_MANY, "penalties * np.abs", "np.abs"), MANY_IN_GENERAL),
    ),
)


# 10b.2

BYTES_OF = '''def bytes_of(n, p, n_stored):
    """Return the bytes of a table as CSR and as a full table; n_stored entries of n times p are not zero."""
    as_csr = n_stored * (8 + 4) + 4 * (n + 1)
    return as_csr, 8 * n * p
'''


def true_bytes(n, p, n_stored):
    return 12 * n_stored + 4 * (n + 1), 8 * n * p


def table_case(rng):
    n, p = (int(k) for k in rng.integers([10, 20], [1000, 3000]))
    return Case((n, p, int(rng.integers(n, n * p))))


def csr_is_not(mistake):
    return lambda case, answer: not close(answer[0], mistake(*case.args))


def to_the_byte(case, answer):
    """Whether no byte is missing, not even among millions: n positions are four bytes less than n + 1."""
    return close(answer, true_bytes(*case.args), rtol=1e-12)


PAIR_OF_BYTES = "Return two numbers: the bytes of CSR first, those of the full table second."
FULL_TABLE = "The second number, the full table, has 8 bytes for every entry, zero or not: n times p of them."
NO_COLUMNS = "CSR stores the number of the column, 4 bytes, with every value."
NO_ROWS = "Where do rows begin? CSR stores n + 1 positions more, of 4 bytes each."
CSR_IN_GENERAL = "Each stored entry costs 8 + 4 bytes. On top come n + 1 positions of 4 bytes, for the rows."

exercise_2 = Exercise(
    id="10b.2",
    kind="recall",
    objective=OBJECTIVES["bytes"],
    stub='''def bytes_of(n, p, n_stored):
    """Return the bytes of a table as CSR and as a full table; n_stored entries of n times p are not zero."""
    raise NotImplementedError
''',
    checks=(
        Check("two numbers", 1, table_case, lambda case, answer: np.shape(answer) == (2,), PAIR_OF_BYTES),
        Check(
            "right for the full table",
            1,
            table_case,
            lambda case, answer: close(answer[1], true_bytes(*case.args)[1]),
            FULL_TABLE,
        ),
        Check(
            "columns are stored", 1, table_case, csr_is_not(lambda n, p, k: 8 * k + 4 * (n + 1)), NO_COLUMNS
        ),
        Check("rows are stored", 1, table_case, csr_is_not(lambda n, p, k: 12 * k), NO_ROWS),
        Check("right for CSR", 1, table_case, to_the_byte, CSR_IN_GENERAL),
    ),
    hints=(
        "A value is 8 bytes, the number of a column and the position of a row are 4 each.",
        "n_stored * (8 + 4) for the entries.",
        "And 4 * (n + 1) for the rows; the full table has 8 * n * p.",
    ),
    solution=BYTES_OF,
    explanation="For wide tables the rows hardly count, and CSR is smaller below two thirds of the entries.",
    wrong_answers=(
        WrongAnswer(
            "one number", edited(BYTES_OF, "return as_csr, 8 * n * p", "return as_csr"), PAIR_OF_BYTES
        ),
        WrongAnswer("swapped", edited(BYTES_OF, "as_csr, 8 * n * p", "8 * n * p, as_csr"), FULL_TABLE),
        WrongAnswer("no columns", edited(BYTES_OF, "(8 + 4)", "8"), NO_COLUMNS),
        WrongAnswer("no rows", edited(BYTES_OF, " + 4 * (n + 1)", ""), NO_ROWS),
        WrongAnswer("a row for each column", edited(BYTES_OF, "4 * (n + 1)", "4 * (p + 1)"), CSR_IN_GENERAL),
    ),
)


# 10b.3

TRAINING_PRODUCTS = '''def training_products(X, test):
    """Return the products of the centred columns of X without the rows in test, from sums over all rows."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    taken = X[test]
    n_left = len(X) - len(taken)
    sums = X.T @ X - taken.T @ taken
    mean = X.mean(axis=0)
    return sums - n_left * np.outer(mean, mean)
'''
WITH_THE_BUG = without_raise(TRAINING_PRODUCTS)
MEAN_OF_THE_REST = edited(
    WITH_THE_BUG, "mean = X.mean(axis=0)", "mean = (X.sum(axis=0) - taken.sum(axis=0)) / n_left"
)
NOT_CENTRED = edited(MEAN_OF_THE_REST, " - n_left * np.outer(mean, mean)", "")
TOO_MANY_ROWS = edited(MEAN_OF_THE_REST, "n_left * np.outer", "len(X) * np.outer")
MEAN_OF_TEST = edited(WITH_THE_BUG, "mean = X.mean(axis=0)", "mean = taken.mean(axis=0)")


def function_in(source):
    """Return the function training_products that a source defines."""
    names = {"np": np}
    exec(source, names)
    return names["training_products"]


def fold_case(rng):
    """Draw columns far from zero whose test rows are unlike the others."""
    X = rng.normal(size=(30, 4)) + rng.uniform(2, 5, 4)
    test = np.sort(rng.permutation(30)[:8])
    X[test] += 2
    return Case((X, test.tolist()))


def products_of_the_rest(X, test):
    rest = np.delete(X, test, axis=0)
    rest = rest - rest.mean(axis=0)
    return rest.T @ rest


THEIR_OWN_MEAN = (
    "The training rows are centred with a mean in which the test rows have a part. Whose mean is wanted?"
)
CENTRED_PLEASE = "Those are products of columns that were not centred."
HOW_MANY_ROWS = "The mean is taken off as many rows as are left, not off all of them."
WRONG_ROWS = "That is the mean of the test rows. The others are left."
PRODUCTS_IN_GENERAL = (
    "The mean is the sum over the rows that are left, divided by their number. Compare with the long way: "
    "np.delete(X, test, axis=0), centre, multiply."
)

exercise_3 = Exercise(
    id="10b.3",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    stub=TRAINING_PRODUCTS,
    checks=(
        Check("columns are centred", 1, fold_case, is_not(function_in(NOT_CENTRED)), CENTRED_PLEASE),
        Check("for the rows that are left", 1, fold_case, is_not(function_in(TOO_MANY_ROWS)), HOW_MANY_ROWS),
        Check(
            "not with the mean of the test rows", 1, fold_case, is_not(function_in(MEAN_OF_TEST)), WRONG_ROWS
        ),
        Check("with a mean of their own", 1, fold_case, is_not(function_in(WITH_THE_BUG)), THEIR_OWN_MEAN),
        Check("right", 1, fold_case, is_truth(products_of_the_rest), PRODUCTS_IN_GENERAL),
    ),
    hints=(
        "Which rows should have a part in each of the three lines?",
        "The sums are those of the training rows. Is the mean?",
        "Their sum is X.sum(axis=0) - taken.sum(axis=0), and there are n_left of them.",
    ),
    solution=MEAN_OF_THE_REST,
    explanation=(
        "Everything that a fit learns has to come from the training rows, the means included. This bug is a leak "
        "(lesson 3b), a small one, and no error message shows it."
    ),
    wrong_answers=(
        WrongAnswer("as it is found", WITH_THE_BUG, THEIR_OWN_MEAN),
        WrongAnswer("not centred", NOT_CENTRED, CENTRED_PLEASE),
        WrongAnswer("all rows", TOO_MANY_ROWS, HOW_MANY_ROWS),
        WrongAnswer("the test rows", MEAN_OF_TEST, WRONG_ROWS),
        WrongAnswer("divided by all", edited(MEAN_OF_THE_REST, "/ n_left", "/ len(X)"), PRODUCTS_IN_GENERAL),
    ),
)


# 10b.4

RESAMPLED_PRODUCTS = '''def resampled_products(X, rows):
    """Return the products of the columns of every resample, (n_resamples, p, p); rows has one resample a row."""
    n, p = X.shape
    counts = np.array([np.bincount(drawn, minlength=n) for drawn in rows])
    pairs = (X[:, :, None] * X[:, None, :]).reshape(n, p * p)
    return (counts @ pairs).reshape(len(rows), p, p)
'''


def weighted(X, rows, *, weigh):
    """Return sum_i weigh(count_i) x_i x_i' for each resample."""
    counts = np.array([np.bincount(drawn, minlength=len(X)) for drawn in rows])
    return np.einsum("bi,ij,ik->bjk", weigh(counts).astype(float), X, X)


def right_weights(X, rows):
    return weighted(X, rows, weigh=np.asarray)


def present_or_not(X, rows):
    return weighted(X, rows, weigh=lambda counts: counts > 0)


def weighted_twice(X, rows):
    return weighted(X, rows, weigh=np.square)


def as_a_mean(X, rows):
    return right_weights(X, rows) / len(rows[0])


def resamples_case(rng):
    """Draw resamples, of which the first never has the last row: its count is zero, and has to be there."""
    rows = rng.integers(12, size=(5, 12))
    rows[0] = rng.integers(11, size=12)
    return Case((rng.normal(size=(12, 3)), rows.tolist()))


ONE_TABLE_EACH = "Return one table of p times p products for each resample: an array (n_resamples, p, p)."
HOW_OFTEN = "A row that was drawn three times counts three times, not once."
ONCE_EACH = (
    "The counts are in both factors, so that they are squared. A row that is drawn twice counts twice."
)
SUMS_PLEASE = "Those are averages over the rows of a resample. The products are sums."
WEIGHTS_IN_GENERAL = "Take one resample: X[rows[0]].T @ X[rows[0]] is the long way. Where does yours differ?"

exercise_4 = Exercise(
    id="10b.4",
    kind="apply",
    objective=OBJECTIVES["weights"],
    stub='''def resampled_products(X, rows):
    """Return the products of the columns of every resample, (n_resamples, p, p); rows has one resample a row."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "a table each",
            1,
            resamples_case,
            lambda case, answer: np.shape(answer) == (5, 3, 3),
            ONE_TABLE_EACH,
        ),
        Check("rows count as often as drawn", 1, resamples_case, is_not(present_or_not), HOW_OFTEN),
        Check("and no more often", 1, resamples_case, is_not(weighted_twice), ONCE_EACH),
        Check("sums, not means", 1, resamples_case, is_not(as_a_mean), SUMS_PLEASE),
        Check("right for every resample", 1, resamples_case, is_truth(right_weights), WEIGHTS_IN_GENERAL),
    ),
    hints=(
        "First the counts: np.bincount(rows[b], minlength=len(X)) for each resample.",
        "Row i contributes its count times the products of its entries, np.outer(X[i], X[i]).",
        "All at once: counts @ (X[:, :, None] * X[:, None, :]).reshape(n, p * p), and reshape the result.",
    ),
    solution=RESAMPLED_PRODUCTS,
    explanation="One product of matrices makes the tables of all resamples, and X is read once, not once a resample.",
    wrong_answers=(
        WrongAnswer(
            "one long row", edited(RESAMPLED_PRODUCTS, ".reshape(len(rows), p, p)", ""), ONE_TABLE_EACH
        ),
        WrongAnswer("present or not", edited(RESAMPLED_PRODUCTS, "(counts @", "((counts > 0) @"), HOW_OFTEN),
        WrongAnswer("twice", edited(RESAMPLED_PRODUCTS, "(counts @", "(counts**2 @"), ONCE_EACH),
        WrongAnswer("means", edited(RESAMPLED_PRODUCTS, "(counts @", "(counts / n @"), SUMS_PLEASE),
        WrongAnswer(
            "every row once",
            edited(RESAMPLED_PRODUCTS, "(counts @", "(np.ones((len(rows), n)) @"),
            WEIGHTS_IN_GENERAL,
        ),
    ),
)


# 10b.5

LEAN_PREDICT = '''def lean_predict(X, beta, intercept, means, scales):
    """Return predictions for X in its own units; columns with a zero in beta were not measured."""
    kept = np.flatnonzero(beta)
    return intercept + (X[:, kept] - means[kept]) / scales[kept] @ beta[kept]
'''


def lean(X, beta, intercept, means, scales, *, shifts=True, divides=True, adds=True):
    kept = np.flatnonzero(beta)
    Z = X[:, kept] - shifts * means[kept]
    return adds * intercept + (Z / scales[kept] if divides else Z) @ beta[kept]


def lean_case(rng):
    """Draw a model of standardised columns, and rows in which the columns that it does not use are missing."""
    beta = np.where(rng.permutation(8) < 3, rng.choice([-1, 1], 8) * rng.uniform(1, 2, 8), 0)
    means, scales = rng.uniform(2, 5, 8), rng.uniform(2, 4, 8)
    X = means + scales * rng.normal(size=(6, 8))
    X[:, beta == 0] = np.nan
    return Case((X, beta, float(rng.uniform(5, 9)), means, scales))


ALL_COLUMNS = "Some predictions are no numbers: a column that was not measured takes part, zero or not."
NO_MEANS = "The model has learned from columns whose mean was taken off. Take off the same means."
NO_SCALES = "The model has learned from columns that were divided by their scales. Divide by the same ones."
NO_INTERCEPT = "The intercept is missing."
LEAN_IN_GENERAL = "For one row: intercept + the sum over the kept columns of beta_j (x_j - mean_j) / scale_j."

exercise_5 = Exercise(
    id="10b.5",
    kind="extend",
    objective=OBJECTIVES["lean"],
    stub='''def lean_predict(X, beta, intercept, means, scales):
    """Return predictions for X in its own units; columns with a zero in beta were not measured."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "only measured columns", 1, lean_case, lambda case, answer: np.isfinite(answer).all(), ALL_COLUMNS
        ),
        Check("with the means", 1, lean_case, is_not(lambda *model: lean(*model, shifts=False)), NO_MEANS),
        Check("with the scales", 1, lean_case, is_not(lambda *model: lean(*model, divides=False)), NO_SCALES),
        Check(
            "with the intercept", 1, lean_case, is_not(lambda *model: lean(*model, adds=False)), NO_INTERCEPT
        ),
        Check("right", 1, lean_case, is_truth(lean), LEAN_IN_GENERAL),
    ),
    hints=(
        "Which columns does the model keep? np.flatnonzero(beta).",
        "Choose them before anything else is done: X[:, kept], means[kept], scales[kept].",
        "Then standardise, multiply by beta[kept], and add the intercept.",
    ),
    solution=LEAN_PREDICT,
    explanation="What is not measured cannot be wrong, missing or late: that is what a sparse model saves.",
    wrong_answers=(
        WrongAnswer(
            "all columns", edited(LEAN_PREDICT, "np.flatnonzero(beta)", "np.arange(len(beta))"), ALL_COLUMNS
        ),
        WrongAnswer("no means", edited(LEAN_PREDICT, "(X[:, kept] - means[kept])", "X[:, kept]"), NO_MEANS),
        WrongAnswer("no scales", edited(LEAN_PREDICT, " / scales[kept]", ""), NO_SCALES),
        WrongAnswer("no intercept", edited(LEAN_PREDICT, "intercept + (", "("), NO_INTERCEPT),
        WrongAnswer(
            "times the scales", edited(LEAN_PREDICT, " / scales[kept]", " * scales[kept]"), LEAN_IN_GENERAL
        ),
    ),
)

EXERCISES = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
