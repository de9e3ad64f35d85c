"""The exercises of lesson 05b: chance columns, a score, two bugs, an edge, the forecaster's folds."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
from scipy.stats import norm

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
from course_utils.objective import duality_gap, lam_max
from course_utils.scaling import fit_standardizer
from course_utils.solvers import fista
from course_utils.tuning import Fold, cross_validate_path, forward_folds, refit

OBJECTIVES = {
    "too many": "say why the penalty that predicts best keeps too many features, and what it is good for",
    "score": "score a path without folds, by its fit and its degrees of freedom",
    "bug": "find why a penalty has another strength than its number says",
    "edge": "tell a minimum from the edge of a grid",
    "order": "judge ordered rows by folds that keep the future out",
}

# What the learner's kernel holds after the lesson's own cells.
SETUP = """
from scipy.stats import norm
from course_utils import objective, solvers, tuning
from course_utils.prox import soft_threshold
from course_utils.scaling import fit_standardizer
"""


# 05b.1

STRANGERS = '''def strangers(lam, n, sigma, n_false):
    """Return how many of n_false columns without any effect are kept on average."""
    s = sigma / np.sqrt(n)
    return n_false * 2 * norm.sf(lam / s)
'''
A_COUNT = "An average count: one number from 0 to n_false."
TWO_SIDES = "Half of it. A false column comes in when its coefficient is far from zero on either side."
NOT_THE_REST = "Those are the columns that stay out. Asked for are those that come in."
OF_THE_COEFFICIENT = (
    "The error of a coefficient is smaller than that of a row: its standard deviation is sigma / sqrt(n)."
)
NOT_THE_VARIANCE = "You have divided by n, not by its root: sigma / n is no standard deviation."
A_SHARE = "That is the chance of a single column. There are n_false of them."
CHANCE_IN_GENERAL = (
    "The chance that a normal number with standard deviation s = sigma / sqrt(n) lies beyond lam, on both sides, "
    "times n_false."
)


def strangers_case(rng):
    n, sigma = int(rng.integers(50, 150)), float(rng.uniform(1.5, 3))
    return Case((float(rng.uniform(0.8, 1.4)) * sigma / np.sqrt(n), n, sigma, int(rng.integers(20, 60))))


def expected(lam, n, sigma, n_false, *, sides=2, power=0.5):
    return n_false * sides * norm.sf(lam * n**power / sigma)


exercise_1 = Exercise(
    id="05b.1",
    kind="recall",
    objective=OBJECTIVES["too many"],
    setup=SETUP,
    stub='''def strangers(lam, n, sigma, n_false):
    """Return how many of n_false columns without any effect are kept on average."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "a count",
            1,
            strangers_case,
            lambda case, answer: np.ndim(answer) == 0 and 0 <= answer <= case.args[3],
            A_COUNT,
        ),
        Check(
            "the error of a coefficient",
            1,
            strangers_case,
            is_not(lambda *a: expected(*a, power=0)),
            OF_THE_COEFFICIENT,
        ),
        Check(
            "a standard deviation",
            1,
            strangers_case,
            is_not(lambda *a: expected(*a, power=1)),
            NOT_THE_VARIANCE,
        ),
        Check("both sides", 1, strangers_case, is_not(lambda *a: expected(*a, sides=1)), TWO_SIDES),
        Check("those that come in", 1, strangers_case, is_not(lambda *a: a[3] - expected(*a)), NOT_THE_REST),
        Check("all of them", 1, strangers_case, is_not(lambda *a: expected(*a) / a[3]), A_SHARE),
        Check(
            "it is the expected count",
            2,
            strangers_case,
            lambda case, answer: close(answer, expected(*case.args)),
            CHANCE_IN_GENERAL,
        ),
    ),
    hints=(
        "A column without effect has a least-squares coefficient that is pure error. When does it pass the threshold?",
        "norm.sf(t) is the chance that a standard normal number exceeds t. Here the unit is s = sigma / sqrt(n).",
        "n_false times 2 times norm.sf(lam / s).",
    ),
    solution=STRANGERS,
    explanation=(
        "The number falls fast with lam, but the price that the true coefficients pay rises as well. In the lesson the "
        "cheapest sum has lam a little above s, and there a quarter of all strangers come in."
    ),
    wrong_answers=(
        WrongAnswer(
            "the squared number", edited(STRANGERS, "return n_false", "return n_false * n_false"), A_COUNT
        ),
        WrongAnswer(
            "the error of a row", edited(STRANGERS, "sigma / np.sqrt(n)", "sigma"), OF_THE_COEFFICIENT
        ),
        WrongAnswer("divides by n", edited(STRANGERS, "np.sqrt(n)", "n"), NOT_THE_VARIANCE),
        WrongAnswer("one side", edited(STRANGERS, "n_false * 2 *", "n_false *"), TWO_SIDES),
        WrongAnswer(
            "those that stay out",
            edited(STRANGERS, "n_false * 2 * norm.sf(lam / s)", "n_false * (1 - 2 * norm.sf(lam / s))"),
            NOT_THE_REST,
        ),
        WrongAnswer("the chance of one", edited(STRANGERS, "n_false * 2", "2"), A_SHARE),
        WrongAnswer("the density", edited(STRANGERS, "norm.sf", "norm.pdf"), CHANCE_IN_GENERAL),
    ),
)


# 05b.2

BIC = '''def my_bic(X, y, beta, intercept, variance):
    """Return n log(2 pi variance) + RSS / variance + log(n) df of one solution."""
    n, rss = len(y), np.sum((y - intercept - X @ beta) ** 2)
    df = np.sum(beta != 0)
    return n * np.log(2 * np.pi * variance) + rss / variance + np.log(n) * df
'''
ONE_SCORE = "Return one number."
WITHOUT_INTERCEPT = "Your residuals have a mean that is not zero. The intercept belongs to the prediction."
AKAIKE = "That is AIC, which charges 2 a feature. BIC charges log(n)."
ALL_COLUMNS = "You charge for every column. Degrees of freedom are the coefficients that are not zero."
SMALL_ONES_COUNT = "A small coefficient is not zero. It is in the model, and it is charged for in full."
A_MEAN = "You have divided the residual sum of squares by n as well. Asked for is RSS / variance."
INTERCEPT_IS_FREE = (
    "You charge for the intercept too. Here df counts the coefficients that are not zero, and no more."
)
BIC_IN_GENERAL = (
    "Compare with the formula, term by term: n log(2 pi variance), then RSS / variance, then log(n) df."
)


def bic_case(rng):
    """Make a solution with zeros, one tiny coefficient and an intercept."""
    X = rng.normal(size=(40, 8))
    beta = rng.permutation([2.0, -1.0, 0.5, 1e-4, 0.0, 0.0, 0.0, 0.0])
    y = rng.uniform(3, 6) + X @ beta + rng.normal(size=40)
    return Case((X, y, beta, float(y.mean()), float(rng.uniform(0.8, 2))))


def bic_of(X, y, beta, intercept, variance, *, df=None, charge=None, rss=None):
    n = len(y)
    rss = np.sum((y - intercept - X @ beta) ** 2) if rss is None else rss
    df = np.count_nonzero(beta) if df is None else df
    return n * np.log(2 * np.pi * variance) + rss / variance + (np.log(n) if charge is None else charge) * df


exercise_2 = Exercise(
    id="05b.2",
    kind="apply",
    objective=OBJECTIVES["score"],
    setup=SETUP,
    stub='''def my_bic(X, y, beta, intercept, variance):
    """Return n log(2 pi variance) + RSS / variance + log(n) df of one solution."""
    raise NotImplementedError
''',
    checks=(
        Check("one number", 1, bic_case, lambda case, answer: np.ndim(answer) == 0, ONE_SCORE),
        Check(
            "the intercept predicts too",
            1,
            bic_case,
            is_not(lambda X, y, beta, b0, v: bic_of(X, y, beta, 0.0, v)),
            WITHOUT_INTERCEPT,
        ),
        Check("log(n), not 2", 1, bic_case, is_not(lambda *a: bic_of(*a, charge=2)), AKAIKE),
        Check("the features used", 1, bic_case, is_not(lambda *a: bic_of(*a, df=len(a[2]))), ALL_COLUMNS),
        Check(
            "the intercept is free",
            1,
            bic_case,
            is_not(lambda *a: bic_of(*a, df=np.count_nonzero(a[2]) + 1)),
            INTERCEPT_IS_FREE,
        ),
        Check("small coefficients count", 1, bic_case, is_not(lambda *a: bic_of(*a, df=3)), SMALL_ONES_COUNT),
        Check(
            "the sum of squares",
            1,
            bic_case,
            is_not(lambda X, y, b, b0, v: bic_of(X, y, b, b0, v, rss=np.mean((y - b0 - X @ b) ** 2))),
            A_MEAN,
        ),
        Check(
            "it is BIC", 2, bic_case, lambda case, answer: close(answer, bic_of(*case.args)), BIC_IN_GENERAL
        ),
    ),
    hints=(
        "Three terms. You need n, the residual sum of squares, and the number of coefficients that are not zero.",
        "rss = np.sum((y - intercept - X @ beta) ** 2) and df = np.sum(beta != 0).",
        "n * np.log(2 * np.pi * variance) + rss / variance + np.log(n) * df.",
    ),
    solution=BIC,
    explanation=(
        "The first term is the same for every solution; it is there so that the number is minus twice a log "
        "likelihood. What chooses is the balance between RSS / variance and log(n) df."
    ),
    wrong_answers=(
        WrongAnswer("no intercept", edited(BIC, "y - intercept - X", "y - X"), WITHOUT_INTERCEPT),
        WrongAnswer("AIC", edited(BIC, "np.log(n) * df", "2 * df"), AKAIKE),
        WrongAnswer("every column", edited(BIC, "np.sum(beta != 0)", "len(beta)"), ALL_COLUMNS),
        WrongAnswer(
            "with a threshold",
            edited(BIC, "np.sum(beta != 0)", "np.sum(np.abs(beta) > 1e-3)"),
            SMALL_ONES_COUNT,
        ),
        WrongAnswer(
            "the intercept as well",
            edited(BIC, "np.sum(beta != 0)", "1 + np.sum(beta != 0)"),
            INTERCEPT_IS_FREE,
        ),
        WrongAnswer("mean of squares", edited(BIC, "np.sum((y", "np.mean((y"), A_MEAN),
        WrongAnswer(
            "all residuals",
            edited(BIC, "rss / variance", "(y - intercept - X @ beta) ** 2 / variance"),
            ONE_SCORE,
        ),
        WrongAnswer("log to base ten", edited(BIC, "np.log(n) * df", "np.log10(n) * df"), BIC_IN_GENERAL),
        WrongAnswer("charges the fit", edited(BIC, "+ rss", "- rss"), BIC_IN_GENERAL),
    ),
)


# 05b.3

TO_REPAIR = '''def lasso_to_repair(X, y, lam):
    """Return the minimiser of (1/2n) RSS + lam ||beta||_1 for centred X and y, by coordinate descent."""
    raise NotImplementedError("find both bugs, repair them, and delete this line")
    beta, residual, movement = np.zeros(X.shape[1]), y.copy(), np.inf
    while movement > 0.05:
        before = beta.copy()
        for j in range(X.shape[1]):
            pull = X[:, j] @ residual + X[:, j] @ X[:, j] * beta[j]
            new = soft_threshold(pull, lam) / (X[:, j] @ X[:, j])
            residual = residual - X[:, j] * (new - beta[j])
            beta[j] = new
        movement = np.abs(beta - before).max()
    return beta
'''
REPAIRED = '''def lasso_to_repair(X, y, lam):
    """Return the minimiser of (1/2n) RSS + lam ||beta||_1 for centred X and y, by coordinate descent."""
    beta, residual = np.zeros(X.shape[1]), y.copy()
    while objective.duality_gap(X, y, beta, 0, lam) > 1e-8:
        for j in range(X.shape[1]):
            pull = X[:, j] @ residual + X[:, j] @ X[:, j] * beta[j]
            new = soft_threshold(pull, lam * len(y)) / (X[:, j] @ X[:, j])
            residual = residual - X[:, j] * (new - beta[j])
            beta[j] = new
    return beta
'''
STILL_ALIVE = (
    "Just above lam_max, coefficients are alive that must all be zero. How strong is the penalty that you take off "
    "`pull`, a sum over n rows?"
)
TOO_STRONG = (
    "Just below lam_max a coefficient must be alive, and all of yours are zero: the penalty is too strong."
)
TOO_SMALL = (
    "The right penalty to come in at, but the coefficients are far too small. If you have divided `pull` by n, what "
    "stands below the fraction line is a sum over n rows as well."
)
STOPPED_EARLY = (
    "Coefficients come in at the right penalty now. But the gap of what you return is above 1e-6: small movements "
    "have been taken for a proof."
)
ONE_EACH = "Return the last beta: one number a column."


def coarse_gap(case, answer, most):
    X, y, lam = case.args
    return np.shape(answer) == (X.shape[1],) and duality_gap(X, y, answer, 0, lam) <= most


def not_far_too_small(case, answer):
    X, y, lam = case.args
    return np.abs(answer).sum() > 0.2 * np.abs(fista(X, y, lam, fit_intercept=False).beta).sum()


def near_lam_max(share):
    """Make centred columns that resemble one another, and this share of their lam_max."""

    def make_case(rng):
        X = rng.normal(size=(60, 6)) + 2 * rng.normal(size=(60, 1))
        y = X @ [1.0, -1.0, 0.5, 0.0, 0.0, 0.0] + 0.3 * rng.normal(size=60)
        X, y = X - X.mean(axis=0), y - y.mean()
        return Case((X, y, share * lam_max(X, y)))

    return make_case


exercise_3 = Exercise(
    id="05b.3",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    setup=SETUP,
    stub=TO_REPAIR,
    checks=(
        Check(
            "one number a column",
            1,
            near_lam_max(0.5),
            lambda case, answer: np.shape(answer) == (6,),
            ONE_EACH,
        ),
        Check(
            "above lam_max nothing is left",
            1,
            near_lam_max(1.01),
            lambda case, answer: not np.any(answer),
            STILL_ALIVE,
        ),
        Check(
            "below lam_max something is",
            1,
            near_lam_max(0.95),
            lambda case, answer: bool(np.any(answer)),
            TOO_STRONG,
        ),
        Check("no smaller than they are", 1, near_lam_max(0.5), not_far_too_small, TOO_SMALL),
        Check(
            "the gap is below 1e-6",
            2,
            near_lam_max(0.01),
            lambda case, answer: coarse_gap(case, answer, 1.001e-6),
            STOPPED_EARLY,
        ),
    ),
    hints=(
        "Ask it for a penalty just above objective.lam_max(X, y). What should it return, and what does it?",
        "pull is a sum over the rows, and the objective divides the sum of squares by n. And when does the loop stop?",
        "The threshold is lam * len(y). Let the loop run while objective.duality_gap(X, y, beta, 0, lam) > 1e-6.",
    ),
    solution=REPAIRED,
    explanation=(
        "Without the n, lam is n times too weak; with the first bug repaired, small movements still end the loop far "
        "from the minimum where columns resemble one another. Both bugs give answers that look plausible, and both "
        "show in a second: one just above lam_max, the other in the gap."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), STILL_ALIVE),
        WrongAnswer(
            "the n alone",
            edited(
                without_raise(TO_REPAIR), "soft_threshold(pull, lam)", "soft_threshold(pull, lam * len(y))"
            ),
            STOPPED_EARLY,
        ),
        WrongAnswer(
            "the loop alone",
            edited(without_raise(TO_REPAIR), "movement > 0.05", "movement > 1e-10"),
            STILL_ALIVE,
        ),
        WrongAnswer(
            "n twice",
            edited(REPAIRED, "lam * len(y)) /", "2 * lam * len(y)) /").replace(
                "while objective.duality_gap(X, y, beta, 0, lam) > 1e-8:", "for _ in range(200):"
            ),
            TOO_STRONG,
        ),
        WrongAnswer(
            "a smaller movement",
            edited(
                without_raise(TO_REPAIR), "soft_threshold(pull, lam)", "soft_threshold(pull, lam * len(y))"
            ).replace("> 0.05", "> 0.02"),
            STOPPED_EARLY,
        ),
        WrongAnswer(
            "divides above the line only",
            edited(
                without_raise(TO_REPAIR), "soft_threshold(pull, lam)", "soft_threshold(pull / len(y), lam)"
            ).replace("> 0.05", "> 1e-10"),
            TOO_SMALL,
        ),
        WrongAnswer("returns the residual", edited(REPAIRED, "return beta", "return residual"), ONE_EACH),
    ),
)


# 05b.4

EDGE = '''def edge(lams, errors, lam_max):
    """Return "weak", "strong" or "none" for a grid that falls, its errors and the lam_max of the data."""
    best = np.argmin(errors)
    if best == len(lams) - 1:
        return "weak"
    if best == 0 and lams[0] < lam_max:
        return "strong"
    return "none"
'''
THREE_WORDS = 'Return one of three texts: "weak", "strong" or "none".'
INSIDE = 'The lowest error lies inside this grid: that is a minimum, "none".'
EXCHANGED = "You have exchanged the ends: the grid falls, so the strongest penalty is the first."
WEAK_END = (
    "Here the lowest error is the last one, at the weakest penalty. What lies beyond has not been tried."
)
STRONG_END = (
    "Here the lowest error is the first one, and the grid begins below lam_max: go on to stronger penalties."
)
NULL_MODEL = (
    "Here the lowest error is that of lam_max itself. Nothing lies beyond: the null model is the answer."
)


def edge_case(place, share_of_lam_max):
    """Make a curve with its lowest error at this place of nine, on a grid that begins at this share of lam_max."""

    def make_case(rng):
        lams = np.geomspace(1.0, 0.01, 9) * rng.uniform(1, 10)
        errors = 5 + np.abs(np.arange(9) - place) + rng.uniform(0, 0.4, size=9)
        return Case((lams, errors, float(lams[0] / share_of_lam_max)))

    return make_case


def says(word):
    return lambda case, answer: answer == word


exercise_4 = Exercise(
    id="05b.4",
    objective=OBJECTIVES["edge"],
    setup=SETUP,
    stub='''def edge(lams, errors, lam_max):
    """Return "weak", "strong" or "none" for a grid that falls, its errors and the lam_max of the data."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one of three words",
            1,
            edge_case(4, 1.0),
            lambda case, answer: isinstance(answer, str) and answer in ("weak", "strong", "none"),
            THREE_WORDS,
        ),
        Check("a minimum inside", 1, edge_case(4, 0.5), says("none"), INSIDE),
        Check(
            "the last is the weakest",
            1,
            edge_case(8, 1.0),
            lambda case, answer: answer != "strong",
            EXCHANGED,
        ),
        Check("the weak end", 1, edge_case(8, 1.0), says("weak"), WEAK_END),
        Check("the strong end", 1, edge_case(0, 0.5), says("strong"), STRONG_END),
        Check("the null model", 2, edge_case(0, 1.0), says("none"), NULL_MODEL),
    ),
    hints=(
        "Where is np.argmin(errors): first, last, or in between?",
        "The last is the weakest penalty. The first is an edge only if something stronger could still matter.",
        'best == len(lams) - 1 is "weak"; best == 0 and lams[0] < lam_max is "strong"; all else "none".',
    ),
    solution=EDGE,
    explanation=(
        "From lam_max on all solutions are the same, so a grid that begins there has nothing untried to its left. "
        "`tuning.edge_of_grid` is this function with None for a minimum."
    ),
    wrong_answers=(
        WrongAnswer("a number", edited(EDGE, 'return "none"', "return 0"), THREE_WORDS),
        WrongAnswer(
            "ends exchanged",
            EDGE.replace('"weak"\n', '"w"\n')
            .replace('"strong"\n', '"weak"\n')
            .replace('"w"\n', '"strong"\n'),
            EXCHANGED,
        ),
        WrongAnswer("forgets the weak end", edited(EDGE, "len(lams) - 1", "len(lams)"), WEAK_END),
        WrongAnswer("forgets the strong end", edited(EDGE, "best == 0", "best < 0"), STRONG_END),
        WrongAnswer("an edge at lam_max", edited(EDGE, " and lams[0] < lam_max", ""), NULL_MODEL),
        WrongAnswer(
            "an edge next to the edge",
            edited(EDGE, "best == len(lams) - 1", "best >= len(lams) // 2"),
            INSIDE,
        ),
    ),
)


# 05b.5

FORECASTER = '''def forward_error(X, y, lam, n_folds):
    """Return the mean over n_folds blocks of the squared error of fits to all rows before each block."""
    errors = []
    for block in np.array_split(np.arange(len(y)), n_folds + 1)[1:]:
        model = tuning.refit(X[: block[0]], y[: block[0]], lam)
        errors.append(np.mean((y[block] - model.intercept - X[block] @ model.beta) ** 2))
    return np.mean(errors)
'''
PREVIOUS_BLOCK = '''def forward_error(X, y, lam, n_folds):
    """Return the mean over n_folds blocks of the squared error of fits to all rows before each block."""
    errors, blocks = [], np.array_split(np.arange(len(y)), n_folds + 1)
    for past, block in zip(blocks, blocks[1:]):
        model = tuning.refit(X[past], y[past], lam)
        errors.append(np.mean((y[block] - model.intercept - X[block] @ model.beta) ** 2))
    return np.mean(errors)
'''
ONE_ERROR = "Return one number: the mean over the blocks of their mean squared errors."
SEES_THE_FUTURE = (
    "Your fits see the block they predict, or rows after it. A forecaster has only what comes before."
)
ONE_BLOCK_ONLY = "Your fits see only the block just before. All rows before the block may be used."
FIRST_BLOCK_LOST = "One block too few: n_folds blocks are predicted, so there are n_folds + 1 in all."
RULER_OF_THE_FUTURE = "Your fits keep to the past, but the scale of the columns was learnt from all rows."
FORECAST_IN_GENERAL = (
    "Not the forecaster's error at this penalty. Blocks as np.array_split cuts them, columns standardised on the rows "
    "before the block, means of squares, then the mean over the blocks."
)


def drifting_case(rng):
    """Make rows that drift, in columns and in y, such that no two of the mistakes give one error."""
    while True:
        time = np.linspace(0, 1, 48)
        X = rng.normal(size=(48, 4)) * (1 + 2 * time[:, None]) * rng.uniform(1, 3, size=4)
        y = 3 * np.sin(4 * time) + X[:, 0] * (1 + time) + 0.5 * rng.normal(size=48)
        args = (X, y, float(rng.uniform(0.2, 0.4)), 4)
        errors = [forecast_error(*args), *forecast_mistakes(*args).values()]
        if all(abs(one - other) > 0.01 * one for one, other in combinations(errors, 2)):
            return Case(args)


def error_on(X, y, lam, folds, *, standardize=True):
    return cross_validate_path(X, y, [lam], folds=folds, standardize=standardize, tol=1e-9).mean_error[0]


def forecast_error(X, y, lam, n_folds):
    return error_on(X, y, lam, forward_folds(len(y), n_folds))


def forecast_mistakes(X, y, lam, n_folds):
    """Return the errors of the mistakes that the checks know, by mistake."""
    blocks = np.array_split(np.arange(len(y)), n_folds + 1)
    everyone = np.arange(len(y))

    def with_the_block(stop):
        models = [refit(X[: stop(block)], y[: stop(block)], lam) for block in blocks[1:]]
        return np.mean(
            [
                np.mean((y[block] - model.intercept - X[block] @ model.beta) ** 2)
                for model, block in zip(models, blocks[1:], strict=True)
            ]
        )

    return {
        "block too": with_the_block(lambda block: block[-1] + 1),
        "everything": with_the_block(lambda block: len(y)),
        "future": error_on(X, y, lam, [Fold(np.setdiff1d(everyone, block), block) for block in blocks[1:]]),
        "future too": error_on(X, y, lam, [Fold(np.setdiff1d(everyone, block), block) for block in blocks]),
        "one block": error_on(X, y, lam, [Fold(*pair) for pair in pairwise(blocks)]),
        "block lost": error_on(X, y, lam, forward_folds(len(y), n_folds - 1)),
        "ruler": error_on(
            fit_standardizer(X).transform(X), y, lam, forward_folds(len(y), n_folds), standardize=False
        ),
    }


def is_none_of(*mistakes):
    """Return a judge that accepts any number but the errors of these mistakes."""

    def judge(case, answer):
        errors = forecast_mistakes(*case.args)
        return not any(close(answer, errors[mistake], rtol=3e-3) for mistake in mistakes)

    return judge


exercise_5 = Exercise(
    id="05b.5",
    kind="extend",
    objective=OBJECTIVES["order"],
    setup=SETUP,
    stub='''def forward_error(X, y, lam, n_folds):
    """Return the mean over n_folds blocks of the squared error of fits to all rows before each block."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one number",
            1,
            drifting_case,
            lambda case, answer: np.ndim(answer) == 0 and answer > 0,
            ONE_ERROR,
        ),
        Check(
            "nothing from the future",
            1,
            drifting_case,
            is_none_of("future", "future too", "block too", "everything"),
            SEES_THE_FUTURE,
        ),
        Check("the whole past", 1, drifting_case, is_none_of("one block"), ONE_BLOCK_ONLY),
        Check("every block but the first", 1, drifting_case, is_none_of("block lost"), FIRST_BLOCK_LOST),
        Check("a ruler from the past", 1, drifting_case, is_none_of("ruler"), RULER_OF_THE_FUTURE),
        Check(
            "it is the forecaster's error",
            2,
            drifting_case,
            lambda case, answer: close(answer, forecast_error(*case.args), rtol=3e-3),
            FORECAST_IN_GENERAL,
        ),
    ),
    hints=(
        "np.array_split(np.arange(len(y)), n_folds + 1) gives the blocks; the first is never predicted.",
        "The rows before a block are X[: block[0]]. tuning.refit scales them; its coefficients are in original units.",
        "Inside the loop: fit to the past, predict model.intercept + X[block] @ model.beta, append the mean square.",
    ),
    solution=FORECASTER,
    explanation=(
        "These are the folds of `tuning.forward_folds`. Early folds train on few rows and late ones on many, so their "
        "errors differ for that reason alone; that too is how a forecaster lives."
    ),
    wrong_answers=(
        WrongAnswer(
            "the others, as always",
            FORECASTER.replace(
                "X[: block[0]], y[: block[0]]", "np.delete(X, block, axis=0), np.delete(y, block)"
            ),
            SEES_THE_FUTURE,
        ),
        WrongAnswer("the block as well", FORECASTER.replace("block[0]]", "block[-1] + 1]"), SEES_THE_FUTURE),
        WrongAnswer("the previous block", PREVIOUS_BLOCK, ONE_BLOCK_ONLY),
        WrongAnswer("a block too few", edited(FORECASTER, "n_folds + 1", "n_folds"), FIRST_BLOCK_LOST),
        WrongAnswer(
            "a ruler from all rows",
            edited(
                FORECASTER, "    errors = []\n", "    X, errors = fit_standardizer(X).transform(X), []\n"
            ).replace(", lam)", ", lam, standardize=False)"),
            RULER_OF_THE_FUTURE,
        ),
        WrongAnswer(
            "errors of every block",
            edited(FORECASTER, "return np.mean(errors)", "return np.array(errors)"),
            ONE_ERROR,
        ),
        WrongAnswer(
            "the root",
            edited(FORECASTER, "return np.mean(errors)", "return np.sqrt(np.mean(errors))"),
            FORECAST_IN_GENERAL,
        ),
        WrongAnswer(
            "another penalty",
            edited(FORECASTER, ", lam)\n        errors", ", 4 * lam)\n        errors"),
            FORECAST_IN_GENERAL,
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
