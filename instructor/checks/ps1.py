"""The hidden checks of problem set 1: least squares with diagnostics, and the mathematics of the LASSO."""

from __future__ import annotations

import functools

import numpy as np

from course_utils.datasets import load_macrodata
from course_utils.exercises.types import Case, Check, close, is_truth, no_arguments
from course_utils.grading.assignment import Question, WrongSolution
from course_utils.least_squares import fit_least_squares, variance_inflation_factors
from course_utils.objective import lasso_objective
from course_utils.path import lam_for_budget
from course_utils.prox import soft_threshold


def entry(k, truth, *, length):
    """Return a judge of one of several numbers: `length` of them, the k-th as `truth(*args)` says."""
    return lambda case, answer: np.shape(answer) == (length,) and close(answer[k], truth(*case.args))


# q1: alone and beside

ALONE = "The first number belongs to a line that knows column j and no other column."
THROUGH_ZERO = (
    "The same number as before, of columns that lie far from zero. If yours was right there and is not here, "
    "your line is forced through zero."
)
BESIDE = (
    "Beside the others means that one model has all the columns. Who takes the part of the others out of y alone "
    "leaves in column j what it shares with them."
)
PAIRS = (
    "No single pair of columns shows the inflation here. How much of column j do all the others know together, "
    "and what does that do to a variance?"
)


def related(rng, *, middle):
    """Draw three columns of which each is nearly given by the other two, and a target; all around `middle`."""
    first, second = rng.normal(size=(2, 24))
    X = np.column_stack([first, second, rng.uniform(0.8, 1.2) * (first + second) + 0.4 * rng.normal(size=24)])
    X = (X - X.mean(axis=0)) * rng.uniform(1, 3, size=3)
    y = X @ np.array([2.0, -3.0, 1.0]) + rng.normal(size=24)
    return X + middle * rng.uniform(1, 2, size=3), y + 30, int(rng.integers(3))


ALONE_AND_BESIDE = Question(
    "q1",
    "alone_and_beside",
    (
        Check(
            "of the slope alone, for columns of mean zero",
            1,
            lambda rng: Case(related(rng, middle=0)),
            entry(0, lambda X, y, j: fit_least_squares(X[:, [j]], y).beta[0], length=3),
            ALONE,
        ),
        Check(
            "of the slope alone, for columns far from zero",
            1,
            lambda rng: Case(related(rng, middle=20)),
            entry(0, lambda X, y, j: fit_least_squares(X[:, [j]], y).beta[0], length=3),
            THROUGH_ZERO,
        ),
        Check(
            "of the coefficient beside the others",
            1,
            lambda rng: Case(related(rng, middle=0)),
            entry(1, lambda X, y, j: fit_least_squares(X, y).beta[j], length=3),
            BESIDE,
        ),
        Check(
            "of the variance inflation",
            1,
            lambda rng: Case(related(rng, middle=0)),
            entry(2, lambda X, y, j: variance_inflation_factors(X)[j], length=3),
            PAIRS,
        ),
    ),
    (
        WrongSolution("swapped", "return alone, beside,", "return beside, alone,", ALONE),
        WrongSolution(
            "a line through zero", "X[:, [j]], y)", "X[:, [j]], y, fit_intercept=False)", THROUGH_ZERO
        ),
        WrongSolution(
            "takes the others' part out of y alone",
            "fit_least_squares(X, y).beta[j]",
            "fit_least_squares(X[:, [j]], fit_least_squares(np.delete(X, j, axis=1), y).residuals).beta[0]",
            BESIDE,
        ),
        WrongSolution(
            "the most alike pair",
            "variance_inflation_factors(X)[j]",
            "1 / (1 - np.max(np.delete(np.corrcoef(X.T)[j] ** 2, j)))",
            PAIRS,
        ),
    ),
)


# q2: a profile of the residuals

MEANS = "Here the rows come in the order of `by` already. Which rows make the first group, and where stands its mean?"
ORDER = "Here the rows come in no order. Residuals have to follow the order of `by`, not their own, and not the file's."
SPREAD = "A spread is measured around the group's own mean, and divided as the question says."
SIZES = (
    "Sorted rows that cannot be divided evenly, at values of `by` that lie unevenly. Every row counts, and it is the "
    "rows that are cut into equal parts, not the range of `by`."
)


def profile_truth(by, residuals, n_groups):
    """Return means and spreads, group by group."""
    order = sorted(range(len(by)), key=lambda i: by[i])
    sizes = [len(by) // n_groups + (k < len(by) % n_groups) for k in range(n_groups)]
    groups = [residuals[order[sum(sizes[:k]) : sum(sizes[: k + 1])]] for k in range(n_groups)]
    return np.array([[np.mean(group), np.sqrt(np.mean((group - np.mean(group)) ** 2))] for group in groups])


def column_of_profile(k):
    """Return a judge of the means (0) or the spreads (1)."""

    def judge(case, answer):
        truth = profile_truth(*case.args)
        return np.shape(answer) == truth.shape and close(answer[:, k], truth[:, k])

    return judge


def even_rows(rng, *, shuffled):
    """Draw 15 rows at evenly spaced places, for three groups; the residuals have a trend of their own."""
    by = np.arange(15.0) + rng.integers(50)
    residuals = rng.normal(size=15) * np.repeat([1.0, 2.0, 3.0], 5) + np.repeat([2.0, -3.0, 1.0], 5)
    order = rng.permutation(15) if shuffled else np.arange(15)
    return Case((by[order], residuals[order], 3))


def uneven_rows(rng):
    """Draw rows that five groups cannot share evenly, most of them at low values."""
    n_rows = int(rng.choice([22, 23, 24]))
    by = np.cumsum(rng.uniform(0.5, 1.5, size=n_rows) * np.geomspace(1, 60, n_rows))
    return Case((by, rng.normal(1, 2, size=n_rows), 5))


PROFILE = Question(
    "q2",
    "profile",
    (
        Check(
            "of the means, rows in order",
            1,
            lambda rng: even_rows(rng, shuffled=False),
            column_of_profile(0),
            MEANS,
        ),
        Check(
            "of the means, rows in no order",
            2,
            lambda rng: even_rows(rng, shuffled=True),
            column_of_profile(0),
            ORDER,
        ),
        Check("of the spreads", 1, lambda rng: even_rows(rng, shuffled=False), column_of_profile(1), SPREAD),
        Check("of the means of groups of unequal size", 1, uneven_rows, column_of_profile(0), SIZES),
    ),
    (
        WrongSolution("not sorted", "residuals[np.argsort(by)]", "residuals", ORDER),
        WrongSolution("sorted by themselves", "np.argsort(by)", "np.argsort(residuals)", MEANS),
        WrongSolution("from high to low", "np.argsort(by)", "np.argsort(-by)", MEANS),
        WrongSolution("spread around zero", "group.std()", "np.sqrt(np.mean(group**2))", SPREAD),
        WrongSolution("one row less", "group.std()", "group.std(ddof=1)", SPREAD),
        WrongSolution(
            "leaves the rest out",
            "np.array_split(ranked, n_groups)",
            "ranked[: len(by) // n_groups * n_groups].reshape(n_groups, -1)",
            SIZES,
        ),
        WrongSolution(
            "cuts the range of by",
            "np.array_split(ranked, n_groups)",
            "np.split(ranked, np.searchsorted(np.sort(by), np.linspace(min(by), max(by), n_groups + 1)[1:-1]))",
            SIZES,
        ),
    ),
)


# q3: one series with a bug

SCALE = (
    "A series of mean zero that is not of standard deviation 1. The price is charged against the slope of the loss "
    "at zero, and the least squares slope is another quantity."
)
OFF_CENTRE = "At the price zero this is least squares. A series far from zero must not move the slope."
INTERCEPT = "Your line misses the middle of the cloud. What was right for a series of mean zero need not be right here."
DEAD_ZONE = (
    "A small series far from zero, at a price above its pull. What meets the price, and where does it stop?"
)
FALLING = (
    "A series that goes against y. If rising ones went well: what does your threshold do to a negative pull?"
)


def series_truth(x, y, lam):
    """Return intercept and slope of the one-column LASSO."""
    centred = x - np.mean(x)
    slope = float(soft_threshold(np.mean(centred * y), lam)) / np.mean(centred**2)
    return np.array([np.mean(y) - slope * np.mean(x), slope])


def series(rng, *, slope, spread, middle, share):
    """Draw a series with this spread around `middle`; the price is this share of its pull."""
    x = rng.normal(size=30)
    x = spread * (x - x.mean()) / x.std()
    y = rng.uniform(10, 30) + slope * rng.uniform(1, 2) * x + 0.1 * abs(slope) * spread * rng.normal(size=30)
    return Case((x + middle, y, share * abs(np.mean(x * y))))


def meets_the_means(case, answer):
    """Whether a line with a slope of the right sign passes through both means."""
    x, y, lam = case.args
    intercept, slope = answer
    right_sign = slope * series_truth(x, y, lam)[1] > 1e-6
    return right_sign and close(intercept + slope * np.mean(x), np.mean(y))


ONE_SERIES = Question(
    "q3",
    "one_series",
    (
        Check(
            "of the slope, for a series of its own scale",
            1,
            lambda rng: series(rng, slope=1, spread=rng.uniform(3, 5), middle=0, share=0.3),
            entry(1, lambda x, y, lam: series_truth(x, y, lam)[1], length=2),
            SCALE,
        ),
        Check(
            "of the slope at the price zero, far from zero",
            1,
            lambda rng: series(rng, slope=2, spread=1, middle=20, share=0),
            entry(1, lambda x, y, lam: series_truth(x, y, lam)[1], length=2),
            OFF_CENTRE,
        ),
        Check(
            "of the intercept",
            1,
            lambda rng: series(rng, slope=2, spread=1, middle=rng.uniform(5, 20), share=0.2),
            meets_the_means,
            INTERCEPT,
        ),
        Check(
            "of a slope that is priced out",
            1,
            lambda rng: series(rng, slope=2, spread=0.3, middle=5, share=1.5),
            is_truth(series_truth),
            DEAD_ZONE,
        ),
        Check(
            "of a falling line",
            1,
            lambda rng: series(rng, slope=-2, spread=1, middle=-15, share=0.5),
            is_truth(series_truth),
            FALLING,
        ),
    ),
    (
        WrongSolution("threshold on the slope", "(pull, lam) / scale", "(pull / scale, lam)", SCALE),
        WrongSolution("not centred", "x - x.mean()", "x", OFF_CENTRE),
        WrongSolution("the mean of y", "y.mean() - slope * x.mean()", "y.mean()", INTERCEPT),
        WrongSolution("beyond zero", "soft_threshold(pull, lam)", "(pull - lam * np.sign(pull))", DEAD_ZONE),
        WrongSolution("only upwards", "soft_threshold(pull, lam)", "max(pull - lam, 0)", FALLING),
        WrongSolution(
            "keeps what passes", "soft_threshold(pull, lam)", "(pull if abs(pull) > lam else 0)", SCALE
        ),
    ),
)


# q4: distances to the conditions

REST = "The intercept is a condition too: what is left over must have the mean zero. A distance has no sign."
LIVING = (
    "All columns live, with positive coefficients. For them an inequality is not enough: less than the price is as "
    "wrong as more. And c_j is an average over the samples."
)
NEGATIVE = (
    "All live, with negative coefficients. Right for positive ones? Then: which end of [-lam, lam] is theirs?"
)
SILENT = "All columns are at zero. Are they held to a condition of the living, or charged for room to spare?"


def distances(X, y, intercept, beta, lam):
    """Return the mean residual's distance to zero, then each column's to its condition."""
    residuals = y - intercept - X @ beta
    c = np.mean(X.T * residuals, axis=1)
    columns = [abs(c[j] - np.sign(b) * lam) if b else max(abs(c[j]) - lam, 0.0) for j, b in enumerate(beta)]
    return np.array([abs(np.mean(residuals)), *columns])


def stated_answer(sign):
    """Draw an answer whose coefficients have this sign, and whose residual correlations are spread around the price."""

    def make_case(rng):
        X = rng.normal(size=(20, 4))
        X -= X.mean(axis=0)
        lam = rng.uniform(0.4, 0.8)
        c = rng.permutation(lam * np.array([-1.8, -0.5, 0.5, 1.8]) * rng.uniform(0.8, 1.2, size=4))
        beta = sign * rng.uniform(0.5, 2, size=4)
        intercept = rng.uniform(3, 6)
        residuals = X @ np.linalg.solve(X.T @ X / 20, c) - rng.uniform(0.5, 2)
        return Case((X, intercept + X @ beta + residuals, intercept, beta, lam))

    return make_case


def of_columns(case, answer):
    """Whether all but the first distance are right."""
    truth = distances(*case.args)
    return np.shape(answer) == truth.shape and close(answer[1:], truth[1:])


VIOLATIONS = Question(
    "q4",
    "violations",
    (
        Check(
            "of the mean residual",
            1,
            stated_answer(1.0),
            entry(0, lambda *a: distances(*a)[0], length=5),
            REST,
        ),
        Check("of positive coefficients", 1, stated_answer(1.0), of_columns, LIVING),
        Check("of negative coefficients", 1, stated_answer(-1.0), of_columns, NEGATIVE),
        Check("of columns at zero", 1, stated_answer(0.0), of_columns, SILENT),
    ),
    (
        WrongSolution("no intercept", "y - intercept - X @ beta", "y - X @ beta", REST),
        WrongSolution("with its sign", "np.abs(residuals.mean())", "residuals.mean()", REST),
        WrongSolution("sums for averages", "X.T @ residuals / len(y)", "X.T @ residuals", LIVING),
        WrongSolution("an inequality for all", "np.where(beta != 0, living, silent)", "silent", LIVING),
        WrongSolution("sizes alone", "np.abs(c - lam * np.sign(beta))", "np.abs(np.abs(c) - lam)", LIVING),
        WrongSolution("the sign forgotten", "lam * np.sign(beta)", "lam", NEGATIVE),
        WrongSolution("one rule for all", "np.where(beta != 0, living, silent)", "living", SILENT),
    ),
)


# q5: the solution between two bends

APART = (
    "Columns that do not overlap, all of mean square 1 and positive: lesson 2 does this in one line. Are your pulls "
    "and your price in one convention, and does the price go the right way?"
)
OVERLAP = (
    "Here the columns overlap: what one gives up, others take over in part. Yours lets each pay for itself."
)
MIXED = "Signs of both kinds. Do all columns of yours pay in the same direction?"


def between_bends(X, y, signs, lam):
    """Return the beta with X'(y - X beta) / n = lam signs."""
    return np.linalg.solve(X.T @ X, X.T @ y - len(y) * lam * signs)


def living_case(*, overlap, signs):
    """Draw four columns of mean zero, apart or overlapping, and coefficients of these signs."""

    def make_case(rng):
        X = rng.normal(size=(25, 4)) + overlap * rng.normal(size=(25, 1))
        X -= X.mean(axis=0)
        if not overlap:
            X = np.linalg.qr(X)[0] * np.sqrt(25)
        drawn = rng.permutation(np.array(signs))
        y = X @ (drawn * rng.uniform(2, 4, size=4)) + rng.normal(size=25)
        return Case((X, y - y.mean(), drawn, rng.uniform(0.3, 0.8)))

    return make_case


LIVING_SOLUTION = Question(
    "q5",
    "living_solution",
    (
        Check(
            "of columns that do not overlap",
            1,
            living_case(overlap=0.0, signs=[1.0, 1.0, 1.0, 1.0]),
            is_truth(between_bends),
            APART,
        ),
        Check(
            "of columns that overlap",
            1,
            living_case(overlap=1.0, signs=[1.0, 1.0, 1.0, 1.0]),
            is_truth(between_bends),
            OVERLAP,
        ),
        Check(
            "of signs of both kinds",
            1,
            living_case(overlap=1.0, signs=[1.0, 1.0, -1.0, -1.0]),
            is_truth(between_bends),
            MIXED,
        ),
    ),
    (
        WrongSolution(
            "least squares less the price",
            "np.linalg.solve(gram, pulls - lam * signs)",
            "np.linalg.solve(gram, pulls) - lam * signs",
            OVERLAP,
        ),
        WrongSolution("all signs positive", "lam * signs", "lam", MIXED),
        WrongSolution(
            "the price of half the sum",
            "X.T @ X / len(y), X.T @ y / len(y)",
            "X.T @ X, X.T @ y",
            APART,
        ),
        WrongSolution("the wrong way", "pulls - lam", "pulls + lam", APART),
    ),
)


# q6: a budget of six

SPENT = (
    "Put your price into the conditions, in this course's convention and with the signs that are given, and add up "
    "the sizes of the coefficients. Is it six?"
)
IN_ALL = (
    "The whole objective has two parts, at the solution for your price. Are both there, with their factors?"
)


@functools.cache
def budget_truth():
    """Return the price that spends six on the standardised series, and the objective there."""
    economy = load_macrodata()
    X = np.column_stack([economy.column(name) for name in ("realgdp", "pop", "tbilrate")])
    Z, y = (X - X.mean(axis=0)) / X.std(axis=0), economy.y - economy.y.mean()
    lam = lam_for_budget(Z, y, 6)
    beta = between_bends(Z, y, np.array([-1.0, 1.0, 1.0]), lam)
    return lam, lasso_objective(Z, y, beta, 0.0, lam)


def within_a_thousandth(k):
    """Return a judge of the price (0) or of the objective (1)."""
    return lambda case, answer: np.shape(answer) == (2,) and close(answer[k], budget_truth()[k], rtol=1e-3)


BUDGET = Question(
    "q6",
    "budget_of_six",
    (
        Check("of the price", 2, no_arguments, within_a_thousandth(0), SPENT),
        Check("of the objective", 2, no_arguments, within_a_thousandth(1), IN_ALL),
    ),
    (
        WrongSolution("the price of RSS + lam", "[price,", "[2 * n * price,", SPENT),
        WrongSolution("all signs positive", "np.array([-1.0, 1.0, 1.0])", "np.ones(3)", SPENT),
        WrongSolution("the loss alone", " + 6 * price", "", IN_ALL),
        WrongSolution("the loss not halved", "/ (2 * n)", "/ n", IN_ALL),
        WrongSolution(
            "the loss of least squares", "(least_squares - price * lost_per_price)", "least_squares", IN_ALL
        ),
    ),
    wants_function=False,
)


QUESTIONS: tuple[Question, ...] = (ALONE_AND_BESIDE, PROFILE, ONE_SERIES, VIOLATIONS, LIVING_SOLUTION, BUDGET)
