"""The exercises of lesson 01b: partial residuals, a bend, neighbours, a bug in a check, pruning."""

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
from course_utils.least_squares import fit_least_squares, residual_autocorrelation, variance_inflation_factors

OBJECTIVES = {
    "partial": "see the shape that a column has beside the others",
    "bend": "find a bend in the residuals",
    "neighbours": "measure whether neighbouring errors are alike",
    "bug": "find the error in a check for collinearity",
    "prune": "prune the columns that others repeat",
}

# What the learner's kernel holds after the lesson's own cells.
PACKAGE = "from course_utils.least_squares import fit_least_squares, variance_inflation_factors\n"


def related_columns(rng, n_samples=40, n_features=3):
    """Draw columns far from zero that share a part, and y that depends on all of them."""
    shared = rng.normal(size=(n_samples, 1))
    X = rng.uniform(4, 6) + shared + rng.normal(size=(n_samples, n_features))
    y = rng.uniform(5, 9) + X @ rng.uniform(1, 2, size=n_features) + rng.normal(size=n_samples)
    return X, y


# 01b.1

BESIDE = '''def beside_the_others(X, y, j):
    """Return the residuals of the full model plus beta_j times the centred column j."""
    full = fit_least_squares(X, y)
    return full.residuals + full.beta[j] * (X[:, j] - X[:, j].mean())
'''
ONLY_RESIDUALS = (
    "Those are the residuals: what is left when **every** column has had its part. Give column j its "
    "own back."
)
MIRRORED = (
    "Your residuals have the other sign: actual minus predicted. With the sign turned, the two parts "
    "work against each other."
)
NOT_CENTRED = (
    "The shape is right and stands too high or too low: leave the intercept where it is, and centre the "
    "column before it is multiplied by its coefficient."
)
COLUMN_LEFT_OUT = (
    "You fitted the others without column j. They then take over a part of its work, because they go along with "
    "it; let it take part in the fit."
)
COEFFICIENT_ALONE = (
    "You fitted column j alone. Its coefficient there carries the other columns along; take it from the fit of "
    "all columns."
)
WITHOUT_INTERCEPT = (
    "Your fit goes through zero, and the coefficients make up for it. Fit all columns and an intercept."
)
PARTIAL_IN_GENERAL = "Fit all columns, then return residuals + beta[j] * (X[:, j] - its mean)."


def partial_case(rng):
    X, y = related_columns(rng)
    return Case((X, y, int(rng.integers(3))))


def partial(X, y, j):
    fit = fit_least_squares(X, y)
    return fit.residuals + fit.beta[j] * (X[:, j] - X[:, j].mean())


def with_other_sign(X, y, j):
    return partial(X, y, j) - 2 * fit_least_squares(X, y).residuals


def through_zero(X, y, j):
    fit = fit_least_squares(X, y, fit_intercept=False)
    return fit.residuals + fit.beta[j] * (X[:, j] - X[:, j].mean())


def at_the_right_height(case, answer):
    """Judge an answer right unless it is the partial residual moved up or down."""
    offset = np.asarray(answer) - partial(*case.args)
    return bool(np.std(offset) > 1e-6 or np.abs(np.mean(offset)) < 1e-6)


def is_centred_and_from_all(case, answer):
    X, y, j = case.args
    alone = fit_least_squares(X[:, [j]], y)
    mixed = fit_least_squares(X, y).residuals + alone.beta[0] * (X[:, j] - X[:, j].mean())
    return not any(close(answer, wrong) for wrong in (mixed, y - y.mean()))


exercise_1 = Exercise(
    id="01b.1",
    kind="recall",
    objective=OBJECTIVES["partial"],
    setup=PACKAGE,
    stub='''def beside_the_others(X, y, j):
    """Return the residuals of the full model plus beta_j times the centred column j."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "column j gets its part back",
            1,
            partial_case,
            is_not(lambda X, y, j: fit_least_squares(X, y).residuals),
            ONLY_RESIDUALS,
        ),
        Check("actual minus predicted", 1, partial_case, is_not(with_other_sign), MIRRORED),
        Check("the fit has an intercept", 1, partial_case, is_not(through_zero), WITHOUT_INTERCEPT),
        Check("the column is centred", 1, partial_case, at_the_right_height, NOT_CENTRED),
        Check(
            "the coefficient is that of the full model",
            1,
            partial_case,
            is_centred_and_from_all,
            COEFFICIENT_ALONE,
        ),
        Check(
            "column j takes part in the fit",
            1,
            partial_case,
            is_not(lambda X, y, j: fit_least_squares(np.delete(X, j, axis=1), y).residuals),
            COLUMN_LEFT_OUT,
        ),
        Check(
            "these are the partial residuals",
            2,
            partial_case,
            lambda case, answer: close(answer, partial(*case.args)),
            PARTIAL_IN_GENERAL,
        ),
    ),
    hints=(
        "Fit all columns first. What do the residuals lack, if you want to see column j at work?",
        "They lack the part of column j, which the model has taken away: beta_j times the column.",
        "fit = fit_least_squares(X, y), then fit.residuals + fit.beta[j] * (X[:, j] - X[:, j].mean()).",
    ),
    solution=BESIDE,
    explanation=(
        "A straight line through these points has exactly the slope beta_j of the full model. A bend that shows "
        "around it is a bend of this column, as far as the others are straight."
    ),
    wrong_answers=(
        WrongAnswer(
            "the residuals",
            edited(BESIDE, " + full.beta[j] * (X[:, j] - X[:, j].mean())", ""),
            ONLY_RESIDUALS,
        ),
        WrongAnswer(
            "predicted minus actual", edited(BESIDE, "full.residuals +", "-full.residuals +"), MIRRORED
        ),
        WrongAnswer(
            "no intercept",
            edited(BESIDE, "(X, y)\n    return", "(X, y, fit_intercept=False)\n    return"),
            WITHOUT_INTERCEPT,
        ),
        WrongAnswer("not centred", edited(BESIDE, "(X[:, j] - X[:, j].mean())", "X[:, j]"), NOT_CENTRED),
        WrongAnswer(
            "takes away the others, without the intercept",
            edited(
                BESIDE,
                "full.residuals + full.beta[j] * (X[:, j] - X[:, j].mean())",
                "y - np.delete(X, j, axis=1) @ np.delete(full.beta, j)",
            ),
            NOT_CENTRED,
        ),
        WrongAnswer(
            "the others without column j",
            edited(
                BESIDE,
                "full = fit_least_squares(X, y)\n    return full.residuals + full.beta[j] * (X[:, j] - X[:, j].mean())",
                "return fit_least_squares(np.delete(X, j, axis=1), y).residuals",
            ),
            COLUMN_LEFT_OUT,
        ),
        WrongAnswer(
            "a mixture of two fits",
            edited(BESIDE, "full.beta[j]", "fit_least_squares(X[:, [j]], y).beta[0]"),
            COEFFICIENT_ALONE,
        ),
        WrongAnswer(
            "the fit of column j alone",
            edited(
                BESIDE,
                "full = fit_least_squares(X, y)",
                "full, X, j = fit_least_squares(X[:, [j]], y), X[:, [j]], 0",
            ),
            COEFFICIENT_ALONE,
        ),
        WrongAnswer(
            "takes it away once more", edited(BESIDE, "residuals +", "residuals -"), PARTIAL_IN_GENERAL
        ),
    ),
)


# 01b.2

BEND = '''def bend(fitted, residuals):
    """Return the mean residual of the middle third minus the mean of those of the outer thirds."""
    low, middle, high = np.array_split(residuals[np.argsort(fitted)], 3)
    return middle.mean() - (low.mean() + high.mean()) / 2
'''
SORT_FIRST = (
    "You have cut the rows as they come. Which houses stand in the middle is decided by the fitted "
    "values: sort by them."
)
BY_FITTED = (
    "You have sorted the residuals by their own size, and so put the same pattern into any data. Sort "
    "by the fitted values."
)
VALLEY_IS_NEGATIVE = (
    "The size is right and the sign is not: a middle that lies below its two ends must give a negative "
    "number."
)
BOTH_ENDS = "Compare the middle with **both** ends. A widening or a slope at one end only is another pattern."
HILL_IS_POSITIVE = (
    "You have made every answer negative. A hill, a middle above its two ends, must give a positive number."
)
EQUAL_SIZE = (
    "Each group must hold a third of the houses, however many there are and however far apart their fitted values "
    "lie. Cut the sorted rows by their number."
)
BEND_IN_GENERAL = (
    "order = np.argsort(fitted); cut residuals[order] into three; middle mean minus half the sum of the "
    "outer means."
)


def bent_case(*, n_samples=33, hill=False):
    """Make a case with a bend of residuals, higher on one side, along uneven fitted values in random order."""

    def make_case(rng):
        place = rng.permutation(np.linspace(-1, 1, n_samples))
        residuals = 9 * place**2 + 2 * place + rng.uniform(-1, 1, size=n_samples)
        residuals = (-1 if hill else 1) * (residuals - residuals.mean())
        return Case((rng.uniform(5, 6) + np.exp(2 * place), residuals))

    return make_case


valley, hill, long_valley = bent_case(), bent_case(hill=True), bent_case(n_samples=48)


def thirds(values):
    return [part.mean() for part in np.array_split(values, 3)]


def bend_of(values):
    low, middle, high = thirds(values)
    return middle - (low + high) / 2


def one_sided(case, answer):
    fitted, residuals = case.args
    low, middle, high = thirds(residuals[np.argsort(fitted)])
    return not any(close(answer, wrong) for wrong in (middle - low, middle - high, high - low, middle))


def by_number(case, answer):
    """Judge an answer right unless its groups are cut by equal width, or at the tenth and twentieth row."""
    fitted, residuals = case.args
    first, second = np.linspace(fitted.min(), fitted.max(), 4)[1:3]
    by_width = np.digitize(fitted, [first, second])
    low, middle, high = (residuals[by_width == group].mean() for group in range(3))
    errors = residuals[np.argsort(fitted)]
    tens = [
        errors[10:20].mean() - (errors[:10].mean() + end.mean()) / 2 for end in (errors[20:], errors[20:30])
    ]
    return not any(close(answer, wrong) for wrong in (middle - (low + high) / 2, *tens))


exercise_2 = Exercise(
    id="01b.2",
    kind="apply",
    objective=OBJECTIVES["bend"],
    stub='''def bend(fitted, residuals):
    """Return the mean residual of the middle third minus the mean of those of the outer thirds."""
    raise NotImplementedError
''',
    checks=(
        Check("sorted", 1, valley, is_not(lambda fitted, residuals: bend_of(residuals)), SORT_FIRST),
        Check(
            "sorted by the fitted values",
            1,
            valley,
            is_not(lambda fitted, residuals: bend_of(np.sort(residuals))),
            BY_FITTED,
        ),
        Check(
            "a valley is negative",
            1,
            valley,
            is_not(lambda fitted, residuals: -bend_of(residuals[np.argsort(fitted)])),
            VALLEY_IS_NEGATIVE,
        ),
        Check(
            "a hill is positive",
            1,
            hill,
            is_not(lambda fitted, residuals: -bend_of(residuals[np.argsort(fitted)])),
            HILL_IS_POSITIVE,
        ),
        Check("against both ends", 1, valley, one_sided, BOTH_ENDS),
        Check("three groups of equal size", 1, valley, by_number, EQUAL_SIZE),
        Check(
            "it is the bend",
            2,
            long_valley,
            lambda case, answer: close(answer, bend_of(case.args[1][np.argsort(case.args[0])])),
            BEND_IN_GENERAL,
        ),
    ),
    hints=(
        "np.argsort(fitted) gives the rows from the smallest fitted value to the largest.",
        "np.array_split(sorted_residuals, 3) cuts an array into three parts.",
        "middle.mean() - (low.mean() + high.mean()) / 2",
    ),
    solution=BEND,
    explanation=(
        "Residuals have mean zero and no slope along the fitted values, so a bend is the first pattern that can "
        "remain. One number finds it; the plot says where it is."
    ),
    wrong_answers=(
        WrongAnswer("not sorted", edited(BEND, "residuals[np.argsort(fitted)]", "residuals"), SORT_FIRST),
        WrongAnswer(
            "sorted by themselves",
            edited(BEND, "residuals[np.argsort(fitted)]", "np.sort(residuals)"),
            BY_FITTED,
        ),
        WrongAnswer(
            "the other way round",
            edited(
                BEND,
                "middle.mean() - (low.mean() + high.mean()) / 2",
                "(low.mean() + high.mean()) / 2 - middle.mean()",
            ),
            VALLEY_IS_NEGATIVE,
        ),
        WrongAnswer(
            "always negative",
            edited(
                BEND,
                "middle.mean() - (low.mean() + high.mean()) / 2",
                "-abs(middle.mean() - (low.mean() + high.mean()) / 2)",
            ),
            HILL_IS_POSITIVE,
        ),
        WrongAnswer(
            "groups of equal width",
            """def bend(fitted, residuals):
    first, second = np.linspace(fitted.min(), fitted.max(), 4)[1:3]
    low, high = residuals[fitted < first], residuals[fitted >= second]
    middle = residuals[(fitted >= first) & (fitted < second)]
    return middle.mean() - (low.mean() + high.mean()) / 2
""",
            EQUAL_SIZE,
        ),
        WrongAnswer(
            "groups of ten",
            """def bend(fitted, residuals):
    errors = residuals[np.argsort(fitted)]
    return errors[10:20].mean() - (errors[:10].mean() + errors[20:].mean()) / 2
""",
            EQUAL_SIZE,
        ),
        WrongAnswer("one end", edited(BEND, "(low.mean() + high.mean()) / 2", "high.mean()"), BOTH_ENDS),
        WrongAnswer("the middle alone", edited(BEND, " - (low.mean() + high.mean()) / 2", ""), BOTH_ENDS),
        WrongAnswer(
            "forgets to halve",
            edited(BEND, "(low.mean() + high.mean()) / 2", "(low.mean() + high.mean())"),
            BEND_IN_GENERAL,
        ),
    ),
)


# 01b.3

ALIKE = '''def alike(residuals, day):
    """Return the autocorrelation of the residuals at lag 1, in the order of the days."""
    errors = residuals[np.argsort(day)]
    errors = errors - errors.mean()
    return np.sum(errors[:-1] * errors[1:]) / np.sum(errors**2)
'''
ONE_NUMBER = "One number is wanted, the likeness at lag 1: take it out of the array."
ORDER_MATTERS = (
    "That is the likeness of rows as they happen to stand. Bring the residuals into the order of the "
    "days first."
)
ORDER_NOT_RANK = (
    "You have sorted the errors themselves. np.argsort(day) gives the rows in the order of the days."
)
CENTRE_FIRST = "These errors have a mean, and it makes all of them look alike. Subtract it."
NO_SCALE = "That is a sum of products, in squared dollars. Divide it by the sum of all squared errors."
LIKENESS_IN_GENERAL = "Sort by day, subtract the mean, then sum(e[:-1] * e[1:]) / sum(e**2)."


def neighbours_case(rng):
    """Draw errors in which each day remembers the one before, with a mean, in random order."""
    errors = rng.normal(size=60)
    for i in range(1, 60):
        errors[i] += 0.7 * errors[i - 1]
    rows = rng.permutation(60)
    return Case((errors[rows] + rng.uniform(2, 3), 10.0 * rows + rng.uniform(0, 5)))


def in_order(residuals, day):
    return residuals[np.argsort(day)]


def likeness(errors):
    return residual_autocorrelation(errors, 1)[0]


def likeness_with_mean(errors):
    return np.sum(errors[:-1] * errors[1:]) / np.sum(errors**2)


def centred_products(residuals, day):
    errors = in_order(residuals, day) - residuals.mean()
    return np.sum(errors[:-1] * errors[1:])


exercise_3 = Exercise(
    id="01b.3",
    kind="apply",
    objective=OBJECTIVES["neighbours"],
    setup="from course_utils.least_squares import residual_autocorrelation\n",
    stub='''def alike(residuals, day):
    """Return the autocorrelation of the residuals at lag 1, in the order of the days."""
    raise NotImplementedError
''',
    checks=(
        Check("one number", 1, neighbours_case, lambda case, answer: np.ndim(answer) == 0, ONE_NUMBER),
        Check(
            "in the order of the days",
            1,
            neighbours_case,
            is_not(lambda residuals, day: likeness(residuals)),
            ORDER_MATTERS,
        ),
        Check(
            "sorted by day, not by size",
            1,
            neighbours_case,
            is_not(lambda residuals, day: likeness(np.sort(residuals))),
            ORDER_NOT_RANK,
        ),
        Check(
            "without the mean",
            1,
            neighbours_case,
            is_not(lambda *case: likeness_with_mean(in_order(*case))),
            CENTRE_FIRST,
        ),
        Check("a share, not a sum", 1, neighbours_case, is_not(centred_products), NO_SCALE),
        Check(
            "it is the autocorrelation",
            2,
            neighbours_case,
            lambda case, answer: close(answer, likeness(in_order(*case.args))),
            LIKENESS_IN_GENERAL,
        ),
    ),
    hints=(
        "Which row was sold first? Let np.argsort tell you.",
        "errors[:-1] are all but the last, errors[1:] all but the first: neighbours stand side by side.",
        "np.sum(errors[:-1] * errors[1:]) / np.sum(errors**2), after sorting and centring.",
    ),
    solution=ALIKE,
    explanation=(
        "Sorting a column by time and shuffling it leave mean, spread and every plot against the fitted values as "
        "they were. Only what looks at the order, such as the autocorrelation, knows the difference."
    ),
    wrong_answers=(
        WrongAnswer(
            "an array of one",
            """def alike(residuals, day):
    return residual_autocorrelation(residuals[np.argsort(day)], 1)
""",
            ONE_NUMBER,
        ),
        WrongAnswer("not sorted", edited(ALIKE, "residuals[np.argsort(day)]", "residuals"), ORDER_MATTERS),
        WrongAnswer(
            "sorted by size",
            edited(ALIKE, "residuals[np.argsort(day)]", "np.sort(residuals)"),
            ORDER_NOT_RANK,
        ),
        WrongAnswer("not centred", edited(ALIKE, "errors - errors.mean()", "errors"), CENTRE_FIRST),
        WrongAnswer("not divided", edited(ALIKE, " / np.sum(errors**2)", ""), NO_SCALE),
        WrongAnswer(
            "lag 2",
            edited(ALIKE, "errors[:-1] * errors[1:]", "errors[:-2] * errors[2:]"),
            LIKENESS_IN_GENERAL,
        ),
        WrongAnswer(
            "the correlation coefficient",
            edited(
                ALIKE,
                "np.sum(errors[:-1] * errors[1:]) / np.sum(errors**2)",
                "np.corrcoef(errors[:-1], errors[1:])[0, 1]",
            ),
            LIKENESS_IN_GENERAL,
        ),
    ),
)


# 01b.4

TO_REPAIR = '''def inflation_to_repair(X, j):
    """Return the variance inflation factor of column j: 1 / (1 - R2) of its fit by the others."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    fit_of_j = fit_least_squares(np.delete(X, j, axis=1), X[:, j], fit_intercept=False)
    return np.sum(X[:, j] ** 2) / np.sum(fit_of_j.residuals**2)
'''
REPAIRED = '''def inflation_to_repair(X, j):
    """Return the variance inflation factor of column j: 1 / (1 - R2) of its fit by the others."""
    fit_of_j = fit_least_squares(np.delete(X, j, axis=1), X[:, j])
    return np.sum((X[:, j] - X[:, j].mean()) ** 2) / np.sum(fit_of_j.residuals**2)
'''
FAR_FROM_ZERO = (
    "Add a million to all columns, and your factor explodes, although nothing has become more alike. What does "
    "a regression need that columns far from zero do not break?"
)
STILL_NO_INTERCEPT = (
    "The squares above the line count from the mean now, and the fit below it still goes through zero. The "
    "regression of a column on the others needs an intercept."
)
FROM_ZERO = (
    "The fit has its intercept, and the sum of squares above the line still counts from zero. R squared counts "
    "from the mean."
)
SHARE_NOT_FACTOR = "That is R squared, the share that the others explain. The factor is 1 / (1 - R2)."
INVERTED = "Your number is below 1: it is 1 - R2. The factor is one divided by it."
INFLATION_IN_GENERAL = (
    "Fit column j by the others with an intercept; divide the squares of column j around its mean by those of "
    "the residuals."
)


def far_case(rng):
    """Draw columns a good way from zero, with little in common."""
    X, _ = related_columns(rng, n_samples=50, n_features=4)
    return Case((X + rng.uniform(5, 10, size=4), int(rng.integers(4))))


def inflation_of(X, j):
    return variance_inflation_factors(X)[j]


def squares_left(X, j, *, fit_intercept):
    fit = fit_least_squares(np.delete(X, j, axis=1), X[:, j], fit_intercept=fit_intercept)
    return np.sum(fit.residuals**2)


def nothing_centred(X, j):
    return np.sum(X[:, j] ** 2) / squares_left(X, j, fit_intercept=False)


def squares_centred_only(X, j):
    return np.sum((X[:, j] - X[:, j].mean()) ** 2) / squares_left(X, j, fit_intercept=False)


def intercept_only(X, j):
    return np.sum(X[:, j] ** 2) / squares_left(X, j, fit_intercept=True)


exercise_4 = Exercise(
    id="01b.4",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    setup=PACKAGE,
    stub=TO_REPAIR,
    checks=(
        Check("far from zero is not alike", 1, far_case, is_not(nothing_centred), FAR_FROM_ZERO),
        Check("the fit has an intercept", 1, far_case, is_not(squares_centred_only), STILL_NO_INTERCEPT),
        Check("squares count from the mean", 1, far_case, is_not(intercept_only), FROM_ZERO),
        Check(
            "not R squared itself",
            1,
            far_case,
            is_not(lambda X, j: 1 - 1 / inflation_of(X, j)),
            SHARE_NOT_FACTOR,
        ),
        Check("not one minus R squared", 1, far_case, is_not(lambda X, j: 1 / inflation_of(X, j)), INVERTED),
        Check(
            "it is the variance inflation factor",
            2,
            far_case,
            lambda case, answer: close(answer, inflation_of(*case.args)),
            INFLATION_IN_GENERAL,
        ),
    ),
    hints=(
        "Compare with variance_inflation_factors(X). Then add 1,000 to all of X: which of the two changes?",
        "Two things count from zero that should count from the mean: the fit, and the squares above the line.",
        "Leave fit_intercept=False out, and subtract X[:, j].mean() before you square.",
    ),
    solution=REPAIRED,
    explanation=(
        "Without an intercept any two columns far from zero look alike, for both are nearly a constant. Some "
        "well-known packages compute the factor in this way unless you add the column of ones yourself."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), FAR_FROM_ZERO),
        WrongAnswer(
            "squares from the mean only",
            edited(REPAIRED, "X[:, j])\n", "X[:, j], fit_intercept=False)\n"),
            STILL_NO_INTERCEPT,
        ),
        WrongAnswer(
            "intercept only", edited(without_raise(TO_REPAIR), ", fit_intercept=False", ""), FROM_ZERO
        ),
        WrongAnswer(
            "R squared",
            """def inflation_to_repair(X, j):
    fit_of_j = fit_least_squares(np.delete(X, j, axis=1), X[:, j])
    return np.var(fit_of_j.fitted) / np.var(X[:, j])
""",
            SHARE_NOT_FACTOR,
        ),
        WrongAnswer(
            "upside down",
            """def inflation_to_repair(X, j):
    fit_of_j = fit_least_squares(np.delete(X, j, axis=1), X[:, j])
    return np.var(fit_of_j.residuals) / np.var(X[:, j])
""",
            INVERTED,
        ),
        WrongAnswer(
            "its root",
            """def inflation_to_repair(X, j):
    fit_of_j = fit_least_squares(np.delete(X, j, axis=1), X[:, j])
    return np.std(X[:, j]) / np.std(fit_of_j.residuals)
""",
            INFLATION_IN_GENERAL,
        ),
    ),
)


# 01b.5

PRUNED = '''def pruned(X, limit):
    """Return the indices of the columns left when no inflation factor is above the limit."""
    kept = list(range(X.shape[1]))
    while True:
        factors = variance_inflation_factors(X[:, kept])
        if factors.max() <= limit:
            return kept
        kept.pop(int(factors.argmax()))
'''
ALL_AT_ONCE = (
    "You have thrown out too much: when one of several columns goes, the factors of the others fall. Remove one, "
    "compute anew, look again. Or it was not the largest that went."
)
STILL_ABOVE = "Among the columns that you keep one is still above the limit. Go on until none is."
PLACES_SHIFT = (
    "After a removal the places shift: the third of the columns left need not be column 3 of X. Keep a list of the "
    "original indices."
)
NOTHING_TO_DO = "No factor is above the limit here, so every column stays."
LARGEST_FIRST = (
    "Every factor is below the limit, and other columns are left than asked for: each time, the "
    "**largest** factor goes."
)


def pruning_case(rng):
    """Draw two families, each with a sum: c0 + c1 very nearly give c2 (it goes first), c4 + c5 nearly give c3."""
    c = rng.normal(size=(80, 6))
    c[:, 2] = c[:, 0] + c[:, 1] + 0.01 * rng.normal(size=80)
    c[:, 3] = c[:, 4] + c[:, 5] + 0.05 * rng.normal(size=80)
    return Case((c, 5.0))


def harmless_case(rng):
    return Case((rng.normal(size=(60, 4)), 5.0))


def kept_columns(X, limit):
    kept = list(range(X.shape[1]))
    while (factors := variance_inflation_factors(X[:, kept])).max() > limit:
        kept.pop(int(factors.argmax()))
    return kept


def valid_indices(X, answer):
    return sorted(set(answer)) == list(answer) and all(0 <= j < X.shape[1] for j in answer)


def none_is_above(case, answer):
    X, limit = case.args
    columns = [int(j) for j in answer]
    return valid_indices(X, columns) and bool(variance_inflation_factors(X[:, columns]).max() <= limit)


def not_too_few(case, answer):
    return len(answer) >= len(kept_columns(*case.args))


def not_shifted(case, answer):
    return [int(j) for j in answer] != list(range(len(kept_columns(*case.args))))


exercise_5 = Exercise(
    id="01b.5",
    kind="extend",
    objective=OBJECTIVES["prune"],
    setup=PACKAGE,
    stub='''def pruned(X, limit):
    """Return the indices of the columns left when no inflation factor is above the limit."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "columns that have nothing in common stay",
            1,
            harmless_case,
            lambda case, answer: close(answer, [0, 1, 2, 3]),
            NOTHING_TO_DO,
        ),
        Check("no more than needed goes", 1, pruning_case, not_too_few, ALL_AT_ONCE),
        Check("indices of the columns of X", 1, pruning_case, not_shifted, PLACES_SHIFT),
        Check("no factor is above the limit", 1, pruning_case, none_is_above, STILL_ABOVE),
        Check(
            "the largest goes first",
            2,
            pruning_case,
            lambda case, answer: close(answer, kept_columns(*case.args)),
            LARGEST_FIRST,
        ),
    ),
    hints=(
        "A loop: compute the factors of the columns that are left, stop if none is above the limit, remove one.",
        "Keep `kept = list(range(X.shape[1]))` and compute variance_inflation_factors(X[:, kept]).",
        "kept.pop(int(factors.argmax())) removes the column with the largest factor, and keeps the others' indices.",
    ),
    solution=PRUNED,
    explanation=(
        "This is the recipe of many textbooks, and it never looks at y: it may throw out the column that predicts "
        "best. A price on coefficients, from lesson 2 on, decides with y in view."
    ),
    wrong_answers=(
        WrongAnswer(
            "all above the limit at once",
            """def pruned(X, limit):
    factors = variance_inflation_factors(X)
    return [j for j in range(X.shape[1]) if factors[j] <= limit]
""",
            ALL_AT_ONCE,
        ),
        WrongAnswer(
            "removes one and stops",
            """def pruned(X, limit):
    factors = variance_inflation_factors(X)
    kept = list(range(X.shape[1]))
    if factors.max() > limit:
        kept.pop(int(factors.argmax()))
    return kept
""",
            STILL_ABOVE,
        ),
        WrongAnswer(
            "places instead of indices",
            """def pruned(X, limit):
    while (factors := variance_inflation_factors(X)).max() > limit:
        X = np.delete(X, factors.argmax(), axis=1)
    return list(range(X.shape[1]))
""",
            PLACES_SHIFT,
        ),
        WrongAnswer("the smallest goes", edited(PRUNED, "factors.argmax()", "factors.argmin()"), ALL_AT_ONCE),
        WrongAnswer("always one", edited(PRUNED, "factors.max() <= limit", "len(kept) == 3"), NOTHING_TO_DO),
        WrongAnswer(
            "the last above the limit goes",
            edited(PRUNED, "factors.argmax()", "np.flatnonzero(factors > limit)[-1]"),
            LARGEST_FIRST,
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
