"""The exercises of lesson 06b: an interaction, a tilt, a ranking, intervals by group, an effect."""

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
from course_utils.objective import lam_max
from course_utils.path import lasso_path

OBJECTIVES = {
    "worth": "say what a column is worth where it works together with another",
    "tilt": "take from residuals the trend that shrinkage makes",
    "groups": "give predictions an interval that keeps its promise group by group",
    "ranking": "find the error in a ranking of features",
    "effect": "choose what to hold equal when asked for an effect",
}
SETUP = "from course_utils.least_squares import fit_least_squares\n"


def is_one_number(case, answer):
    return np.shape(answer) == () and bool(np.isfinite(answer))


ONE_NUMBER = "Return one finite number."


def slopes(y, *columns):
    """Return the least squares coefficients of the columns, without the intercept."""
    return np.linalg.lstsq(np.column_stack([np.ones(len(y)), *columns]), y, rcond=None)[0][1:]


# 06b.1

WORTH = '''def worth_of_tv(tv, radio, sales, at_radio):
    """Return what one more unit of TV adds to the prediction where radio is at_radio."""
    fit = fit_least_squares(np.column_stack([tv, radio, tv * radio]), sales)
    return fit.beta[0] + fit.beta[2] * at_radio
'''
COEFFICIENT_ALONE = (
    "That is the coefficient of TV: its worth in a market without radio. The product changes with TV too."
)
PRODUCT_ALONE = "That is the share of the product alone. TV also has a coefficient of its own."
NO_PRODUCT = "That is one number for every market, from a model without the product. Hand the product over."
NO_MAIN = "Keep TV and radio themselves beside their product, or the product has to do their work as well."
NO_INTERCEPT = "The fit has no intercept: a market without advertising would sell nothing. Give it one."
WORTH_IN_GENERAL = (
    "The prediction contains b1 TV + b3 TV radio. How much does it change when TV grows by one and "
    "radio is at_radio?"
)


def markets_case(rng):
    tv, radio = rng.uniform(0, 300, size=80), rng.uniform(0, 50, size=80)
    worth, more = rng.uniform(0.01, 0.03), rng.uniform(0.0008, 0.0015)
    sales = 5 + worth * tv + 0.1 * radio + more * tv * radio + rng.normal(0, 1, size=80)
    return Case((tv, radio, sales, float(rng.uniform(20, 40))))


def true_worth(tv, radio, sales, at_radio):
    beta = slopes(sales, tv, radio, tv * radio)
    return beta[0] + beta[2] * at_radio


def worth_through_the_origin(tv, radio, sales, at_radio):
    beta = np.linalg.lstsq(np.column_stack([tv, radio, tv * radio]), sales, rcond=None)[0]
    return beta[0] + beta[2] * at_radio


exercise_1 = Exercise(
    id="06b.1",
    kind="apply",
    objective=OBJECTIVES["worth"],
    setup=SETUP,
    stub='''def worth_of_tv(tv, radio, sales, at_radio):
    """Return what one more unit of TV adds to the prediction where radio is at_radio."""
    raise NotImplementedError
''',
    checks=(
        Check("one finite number", 1, markets_case, is_one_number, ONE_NUMBER),
        Check(
            "the product is in the model",
            1,
            markets_case,
            lambda case, answer: (
                not any(
                    close(answer, slopes(case.args[2], *columns)[0])
                    for columns in (case.args[:2], case.args[:1])
                )
            ),
            NO_PRODUCT,
        ),
        Check(
            "TV works through the product too",
            1,
            markets_case,
            is_not(lambda tv, radio, sales, at_radio: slopes(sales, tv, radio, tv * radio)[0]),
            COEFFICIENT_ALONE,
        ),
        Check(
            "TV has a part of its own",
            1,
            markets_case,
            is_not(lambda tv, radio, sales, at_radio: slopes(sales, tv, radio, tv * radio)[2] * at_radio),
            PRODUCT_ALONE,
        ),
        Check(
            "TV and radio stand beside their product",
            1,
            markets_case,
            is_not(lambda tv, radio, sales, at_radio: slopes(sales, tv * radio)[0] * at_radio),
            NO_MAIN,
        ),
        Check(
            "the fit has an intercept",
            1,
            markets_case,
            lambda case, answer: not close(answer, worth_through_the_origin(*case.args)),
            NO_INTERCEPT,
        ),
        Check(
            "it is the worth of TV at this radio",
            2,
            markets_case,
            lambda case, answer: close(answer, true_worth(*case.args)),
            WORTH_IN_GENERAL,
        ),
    ),
    hints=(
        "Fit first: three columns, the third is tv * radio. Which of the coefficients move when TV moves?",
        "One more unit of TV changes two terms of the prediction: that of TV, and that of the product.",
        "fit.beta[0] + fit.beta[2] * at_radio, if the columns are tv, radio, tv * radio.",
    ),
    solution=WORTH,
    explanation=(
        "The coefficient of TV alone is the worth at radio 0, a market that may not exist. Centre radio "
        "first, and it "
        "becomes the worth at the mean of radio: the model is the same, the number that is printed is "
        "another."
    ),
    wrong_answers=(
        WrongAnswer(
            "the coefficient of TV", edited(WORTH, " + fit.beta[2] * at_radio", ""), COEFFICIENT_ALONE
        ),
        WrongAnswer("the product alone", edited(WORTH, "fit.beta[0] + fit", "fit"), PRODUCT_ALONE),
        WrongAnswer(
            "no product",
            "def worth_of_tv(tv, radio, sales, at_radio):\n"
            "    return fit_least_squares(np.column_stack([tv, radio]), sales).beta[0]\n",
            NO_PRODUCT,
        ),
        WrongAnswer(
            "the product without its parts",
            "def worth_of_tv(tv, radio, sales, at_radio):\n"
            "    return fit_least_squares((tv * radio)[:, None], sales).beta[0] * at_radio\n",
            NO_MAIN,
        ),
        WrongAnswer(
            "no intercept",
            "def worth_of_tv(tv, radio, sales, at_radio):\n"
            "    columns = np.column_stack([tv, radio, tv * radio])\n"
            "    beta = np.linalg.lstsq(columns, sales, rcond=None)[0]\n"
            "    return beta[0] + beta[2] * at_radio\n",
            NO_INTERCEPT,
        ),
        WrongAnswer(
            "the worth of radio", edited(WORTH, "fit.beta[0] + fit", "fit.beta[1] + fit"), WORTH_IN_GENERAL
        ),
    ),
)


# 06b.2

TILT = '''def without_tilt(X, y, beta, lam):
    """Return the residuals minus the line over the fitted values that shrinkage makes."""
    fitted = X @ beta
    slope = lam * np.sum(np.abs(beta)) / np.var(fitted)
    return y - fitted - slope * fitted
'''
PLAIN = (
    "Those are the residuals as they are. Take the line of shrinkage off: its slope is lam "
    "||beta||_1 / var(fitted)."
)
ADDED = (
    "You have added the tilt a second time. The residuals rise with the fitted values; take that rise off."
)
SLOPE_ALONE = "The line has a height at each row: the slope times the fitted value of that row."
SIGNS_LOST = "The norm adds up the **sizes** of the coefficients. With signs, they cancel."
SPREAD = "The slope divides by the variance of the fitted values, not by their standard deviation."
TILT_IN_GENERAL = (
    "Three steps: fitted = X @ beta; slope = lam * sum of |beta| / variance of fitted; residuals "
    "minus slope times fitted."
)


def shrunk_case(rng):
    """Draw a centred table and a LASSO solution with both signs, far from least squares."""
    X = rng.normal(size=(60, 5))
    X = X - X.mean(axis=0)
    y = X @ [3.0, -2.0, 1.0, 0.0, 0.0] + rng.normal(size=60)
    y = y - y.mean()
    lam = 0.15 * lam_max(X, y)
    return Case((X, y, lasso_path(X, y, [lam], tol=1e-12).betas[0], float(lam)))


def tilted(X, y, beta, lam, *, norm=None, spread=np.var, factor=-1.0):
    """Return the residuals plus `factor` times a line over the fitted values."""
    fitted = X @ beta
    size = np.sum(np.abs(beta)) if norm is None else norm(beta)
    return y - fitted + factor * lam * size / spread(fitted) * fitted


exercise_2 = Exercise(
    id="06b.2",
    kind="apply",
    objective=OBJECTIVES["tilt"],
    stub='''def without_tilt(X, y, beta, lam):
    """Return the residuals minus the line over the fitted values that shrinkage makes."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one finite number a row",
            1,
            shrunk_case,
            lambda case, answer: np.shape(answer) == case.args[1].shape and bool(np.all(np.isfinite(answer))),
            "Return one finite number for each row.",
        ),
        Check(
            "the line is taken off",
            1,
            shrunk_case,
            is_not(lambda X, y, beta, lam: y - X @ beta),
            PLAIN,
        ),
        Check("off, not on", 1, shrunk_case, is_not(lambda *args: tilted(*args, factor=1.0)), ADDED),
        Check(
            "the line has a height at each row",
            1,
            shrunk_case,
            is_not(lambda X, y, beta, lam: y - X @ beta - lam * np.sum(np.abs(beta)) / np.var(X @ beta)),
            SLOPE_ALONE,
        ),
        Check(
            "sizes, not signs", 1, shrunk_case, is_not(lambda *args: tilted(*args, norm=np.sum)), SIGNS_LOST
        ),
        Check("the variance", 1, shrunk_case, is_not(lambda *args: tilted(*args, spread=np.std)), SPREAD),
        Check(
            "no trend is left",
            2,
            shrunk_case,
            lambda case, answer: close(answer, tilted(*case.args), rtol=1e-5, atol=1e-7),
            TILT_IN_GENERAL,
        ),
    ),
    hints=(
        "Compute the fitted values first. The columns are centred, so their mean is 0.",
        "The slope of the line is lam * np.sum(np.abs(beta)) / np.var(fitted).",
        "Return y - fitted - slope * fitted.",
    ),
    solution=TILT,
    explanation=(
        "What is left has no correlation with the fitted values, exactly as after least squares. The "
        "line was foretold "
        "by lam and beta; nobody had to look at the residuals to draw it."
    ),
    wrong_answers=(
        WrongAnswer("the plain residuals", edited(TILT, " - slope * fitted", ""), PLAIN),
        WrongAnswer("added", edited(TILT, "- slope * fitted", "+ slope * fitted"), ADDED),
        WrongAnswer("the slope alone", edited(TILT, "slope * fitted", "slope"), SLOPE_ALONE),
        WrongAnswer("with signs", edited(TILT, "np.sum(np.abs(beta))", "np.sum(beta)"), SIGNS_LOST),
        WrongAnswer("standard deviation", edited(TILT, "np.var(fitted)", "np.std(fitted)"), SPREAD),
        WrongAnswer(
            "Euclidean norm", edited(TILT, "np.sum(np.abs(beta))", "np.linalg.norm(beta)"), TILT_IN_GENERAL
        ),
    ),
)


# 06b.3

TO_REPAIR = '''def ranked(X, beta):
    """Return the column numbers, from the largest effect per standard deviation to the smallest."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    return np.argsort(-np.abs(beta))
'''
REPAIRED = '''def ranked(X, beta):
    """Return the column numbers, from the largest effect per standard deviation to the smallest."""
    return np.argsort(-np.abs(beta * X.std(axis=0)))
'''
UNITS = (
    "Change the unit of a column from grams to tons, and your ranking changes: coefficients in "
    "original units are "
    "ranked. How large is the effect of one standard deviation?"
)
DIVIDED = (
    "You have divided by the standard deviation. One unit of x adds beta; how much do `sd` units of it add?"
)
SIGNED = "A large negative effect is large. Rank by size."
UPSIDE_DOWN = "The smallest comes first in your list: turn it round."
NOT_THE_SPREAD = (
    "The mean, the largest value and the norm change when a constant is added to a column, and the range "
    "is that of two rows. The spread that is asked for is the standard deviation."
)
RANKED_IN_GENERAL = (
    "Return the column numbers in the order of |beta_j| times the standard deviation of column j."
)


def order_by(score):
    return lambda X, beta: np.argsort(-score(X, beta))


def per_sd(X, beta):
    return np.abs(beta * X.std(axis=0))


RANKINGS = {
    "units": order_by(lambda X, beta: np.abs(beta)),
    "divided": order_by(lambda X, beta: np.abs(beta / X.std(axis=0))),
    "signed": order_by(lambda X, beta: beta * X.std(axis=0)),
    "reversed": order_by(lambda X, beta: -per_sd(X, beta)),
}


SIZES = {
    "mean": lambda X: np.mean(X, axis=0),
    "norm": lambda X: np.linalg.norm(X, axis=0),
    "largest": lambda X: np.max(np.abs(X), axis=0),
    "range": lambda X: np.ptp(X, axis=0),
}


def by_size(name):
    return order_by(lambda X, beta: np.abs(beta * SIZES[name](X)))


def columns_case(rng):
    """Draw columns of unlike units, centres and shapes, so that no other ranking is the right one."""
    while True:
        units = 10.0 ** (rng.permutation(np.arange(-3, 4)) / 2)
        effects = rng.permutation([5.0, -4.0, 3.0, -2.0, 1.5, -1.0, 0.5])
        columns = rng.normal(size=(40, 7))
        columns[:, ::2] = np.sign(columns[:, ::2])
        X = (columns + rng.permutation([-20, -5, 2, 3, 10, 15, 30])) * units
        beta = effects / units
        truth = order_by(per_sd)(X, beta)
        others = [ranking(X, beta) for ranking in RANKINGS.values()]
        sizes = [by_size(name)(X, beta) for name in SIZES]
        all_differ = len({tuple(order) for order in (truth, *others)}) == 1 + len(others)
        if all_differ and all(np.any(order != truth) for order in sizes):
            return Case((X, beta))


exercise_3 = Exercise(
    id="06b.3",
    kind="find the bug",
    objective=OBJECTIVES["ranking"],
    stub=TO_REPAIR,
    checks=(
        Check(
            "every column number once",
            1,
            columns_case,
            lambda case, answer: close(np.sort(np.asarray(answer)), np.arange(7)),
            "Return the numbers of all columns, 0 to p - 1, each once.",
        ),
        Check("units do not matter", 1, columns_case, is_not(RANKINGS["units"]), UNITS),
        Check("times the standard deviation", 1, columns_case, is_not(RANKINGS["divided"]), DIVIDED),
        Check("sizes, not signs", 1, columns_case, is_not(RANKINGS["signed"]), SIGNED),
        Check(
            "the standard deviation, and no other size",
            1,
            columns_case,
            lambda case, answer: all(is_not(by_size(name))(case, answer) for name in SIZES),
            NOT_THE_SPREAD,
        ),
        Check("the largest first", 1, columns_case, is_not(RANKINGS["reversed"]), UPSIDE_DOWN),
        Check(
            "ranked by the effect of one standard deviation",
            2,
            columns_case,
            lambda case, answer: close(answer, order_by(per_sd)(*case.args)),
            RANKED_IN_GENERAL,
        ),
    ),
    hints=(
        "What happens to beta when a column is measured in tons in place of grams? And to the predictions?",
        "One standard deviation more of column j adds beta_j times that standard deviation.",
        "np.argsort(-np.abs(beta * ...)): fill in the standard deviations of the columns.",
    ),
    solution=REPAIRED,
    explanation=(
        "That mends the unit, and no more. Within a group of columns that resemble each other the order "
        "is still up to the sample, and the effects of a LASSO are shrunken ones."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), UNITS),
        WrongAnswer("divides", edited(REPAIRED, "beta * X", "beta / X"), DIVIDED),
        WrongAnswer(
            "with signs", edited(REPAIRED, "np.abs(beta * X.std(axis=0))", "beta * X.std(axis=0)"), SIGNED
        ),
        WrongAnswer("upside down", edited(REPAIRED, "-np.abs", "np.abs"), UPSIDE_DOWN),
        WrongAnswer("one spread for all", edited(REPAIRED, "X.std(axis=0)", "X.std()"), UNITS),
        WrongAnswer("by the mean", edited(REPAIRED, "X.std(axis=0)", "X.mean(axis=0)"), NOT_THE_SPREAD),
        WrongAnswer("by the range", edited(REPAIRED, "X.std(axis=0)", "np.ptp(X, axis=0)"), NOT_THE_SPREAD),
    ),
)


# 06b.4

GROUPED = '''def widths_by_group(misses, group, new_group, level):
    """Return the conformal half-width of each new row, calibrated within its group."""
    widths = []
    for label in new_group:
        own = np.sort(misses[group == label])
        rank = int(np.ceil((len(own) + 1) * level))
        widths.append(own[rank - 1])
    return np.array(widths)
'''
ONE_FOR_ALL = (
    "Every new row has the same half-width: all misses were sorted together. Use those of its group."
)
WITHOUT_PLUS_ONE = (
    "A little too narrow: the rank is (n + 1) level rounded **up**, with n the rows of the group. "
    "The new row is one of "
    "n + 1."
)
OFF_BY_ONE = "One place too far: Python counts from 0, so the k-th smallest is at k - 1."
INTERPOLATED = (
    "np.quantile interpolates between two misses, and without the + 1. Take the k-th smallest itself."
)
OTHER_GROUP = (
    "The widths are those of the groups, but not in the order of the new rows: one for each row of new_group."
)
GROUPED_IN_GENERAL = (
    "For each new row: the misses of its own group, sorted; the k-th smallest with k = (n + 1) "
    "level rounded up."
)


def groups_case(rng):
    """Draw three groups of 30 rows (rank 28 of 31 at level 0.9) with spreads far apart."""
    spread = rng.permutation([1.0, 5.0, 20.0])
    group = rng.permutation(np.repeat(np.arange(3.0), 30))
    misses = np.abs(rng.normal(size=90)) * spread[group.astype(int)]
    new_group = np.append(rng.permutation(np.arange(3.0)), rng.integers(0, 3, size=5).astype(float))
    return Case((misses, group, new_group, 0.9))


def widths_of(rule):
    """Return what comes out if `rule` picks the width from the sorted misses of a group."""

    def answer(misses, group, new_group, level):
        return np.array([rule(np.sort(misses[group == label]), level) for label in new_group])

    return answer


def at_rank(shift=0, plus=1):
    return widths_of(lambda own, level: own[int(np.ceil((len(own) + plus) * level)) - 1 + shift])


def one_for_all(misses, group, new_group, level):
    own = np.sort(misses)
    return np.full(len(new_group), own[int(np.ceil((len(own) + 1) * level)) - 1])


exercise_4 = Exercise(
    id="06b.4",
    kind="extend",
    objective=OBJECTIVES["groups"],
    stub='''def widths_by_group(misses, group, new_group, level):
    """Return the conformal half-width of each new row, calibrated within its group."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one positive number for each new row",
            1,
            groups_case,
            lambda case, answer: (
                np.shape(answer) == case.args[2].shape and bool(np.all(np.asarray(answer) > 0))
            ),
            OTHER_GROUP,
        ),
        Check(
            "groups have their own widths",
            1,
            groups_case,
            lambda case, answer: len(np.unique(answer)) > 1,
            ONE_FOR_ALL,
        ),
        Check("the new row counts", 1, groups_case, is_not(at_rank(plus=0)), WITHOUT_PLUS_ONE),
        Check("the k-th smallest", 1, groups_case, is_not(at_rank(shift=1)), OFF_BY_ONE),
        Check(
            "a miss itself, not between two",
            1,
            groups_case,
            is_not(widths_of(lambda own, level: np.quantile(own, level))),
            INTERPOLATED,
        ),
        Check(
            "each new row has the width of its group",
            2,
            groups_case,
            lambda case, answer: close(answer, at_rank()(*case.args)),
            GROUPED_IN_GENERAL,
        ),
    ),
    hints=(
        "Write the half-width of one group first; it is `half_width` of the lesson on misses[group == label].",
        "rank = int(np.ceil((len(own) + 1) * level)), and the k-th smallest is np.sort(own)[k - 1].",
        "Loop over new_group, so that the answer has one entry for each new row, in their order.",
    ),
    solution=GROUPED,
    explanation=(
        "Within each group the new row and the calibration rows are drawn alike, so the promise holds "
        "there. The price: "
        "each group needs calibration rows of its own, nine at least for a level of 0.9, and many more "
        "for a steady width."
    ),
    wrong_answers=(
        WrongAnswer("one width for all", edited(GROUPED, "misses[group == label]", "misses"), ONE_FOR_ALL),
        WrongAnswer("without the new row", edited(GROUPED, "(len(own) + 1)", "len(own)"), WITHOUT_PLUS_ONE),
        WrongAnswer("one place too far", edited(GROUPED, "own[rank - 1]", "own[rank]"), OFF_BY_ONE),
        WrongAnswer("np.quantile", edited(GROUPED, "own[rank - 1]", "np.quantile(own, level)"), INTERPOLATED),
        WrongAnswer(
            "one for each group", edited(GROUPED, "in new_group", "in np.unique(group)"), OTHER_GROUP
        ),
        WrongAnswer("the largest", edited(GROUPED, "own[rank - 1]", "own[-1]"), GROUPED_IN_GENERAL),
    ),
)


# 06b.5

EFFECT = '''def effect_of_spending(spent, demand, visits, sold):
    """Return the effect on sales of spending one unit more."""
    return fit_least_squares(np.column_stack([spent, demand]), sold).beta[0]
'''
NOTHING_HELD = (
    "Too large: where demand is high, more is spent **and** more is sold, and you have booked both "
    "under spending. What "
    "drives both must be held equal."
)
PATH_BLOCKED = (
    "Near zero: you hold the visits equal, and it is through them that spending works. What lies "
    "between must move."
)
ONLY_VISITS = "You hold what lies between and let go what drives both: it should be the other way round."
EFFECT_IN_GENERAL = (
    "One least squares fit of sold, on spent and what must be held equal; return the coefficient of spent."
)


def company_case(rng):
    """Draw demand -> spent, demand -> sold, spent -> visits -> sold."""
    demand = rng.normal(size=400)
    spent = demand + rng.normal(size=400)
    visits = rng.uniform(0.6, 0.9) * spent + rng.normal(0, 0.5, size=400)
    sold = visits + 1.5 * demand + rng.normal(0, 0.5, size=400)
    return Case((spent, demand, visits, sold))


def spending_beside(*places):
    """Return the coefficient of spent beside other columns, by their place among the arguments."""
    return lambda *args: slopes(args[3], args[0], *(args[place] for place in places))[0]


exercise_5 = Exercise(
    id="06b.5",
    kind="extend",
    objective=OBJECTIVES["effect"],
    setup=SETUP,
    stub='''def effect_of_spending(spent, demand, visits, sold):
    """Return the effect on sales of spending one unit more."""
    raise NotImplementedError
''',
    checks=(
        Check("one finite number", 1, company_case, is_one_number, ONE_NUMBER),
        Check("demand is held equal", 1, company_case, is_not(spending_beside()), NOTHING_HELD),
        Check("visits may move", 1, company_case, is_not(spending_beside(1, 2)), PATH_BLOCKED),
        Check("not visits in place of demand", 1, company_case, is_not(spending_beside(2)), ONLY_VISITS),
        Check(
            "it is the coefficient of spending beside demand",
            2,
            company_case,
            lambda case, answer: close(answer, spending_beside(1)(*case.args)),
            EFFECT_IN_GENERAL,
        ),
    ),
    hints=(
        "Draw four words and the arrows between them. Which word has an arrow to spent and one to sold?",
        "Demand drives both and must be held equal. Visits lie between and must be free to move.",
        "fit_least_squares(np.column_stack([spent, ...]), sold).beta[0]: one column stands beside spent.",
    ),
    solution=EFFECT,
    explanation=(
        "No error on new rows would have told you: with visits in the model the predictions are better. "
        "They are better "
        "at predicting, and they answer another question."
    ),
    wrong_answers=(
        WrongAnswer("nothing held equal", edited(EFFECT, "[spent, demand]", "[spent]"), NOTHING_HELD),
        WrongAnswer(
            "everything held equal",
            edited(EFFECT, "[spent, demand]", "[spent, demand, visits]"),
            PATH_BLOCKED,
        ),
        WrongAnswer("visits held equal", edited(EFFECT, "[spent, demand]", "[spent, visits]"), ONLY_VISITS),
        WrongAnswer("the coefficient of demand", edited(EFFECT, ".beta[0]", ".beta[1]"), EFFECT_IN_GENERAL),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
