"""The exercises of lesson 03: a price a column, the way back, scalers, a bug in the weights, ddof."""

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
from course_utils.prox import soft_threshold
from course_utils.scaling import Standardizer
from course_utils.solvers import coordinate_descent

OBJECTIVES = {
    "price": "say whom the penalty punishes when units differ, and by how much",
    "back": "move coefficients back to the original units",
    "scaler": "compute what a scaler charges each column, and choose a scaler",
    "weights": "turn penalty weights into a scaling, and find the error where they are turned round",
    "ddof": "carry a penalty from one standard deviation to another",
}


# 03.1


def alone_case(*, sign=1, spread=(0.3, 0.5), effect=(4.0, 8.0)):
    """Make a case with lam = 0.5, so that the charge of an effect is 1 to 1.7 at the default spread."""

    def make_case(rng):
        return Case((sign * rng.uniform(*effect), rng.uniform(*spread), 0.5))

    return make_case


def left(effect, spread, lam):
    return float(soft_threshold(effect, lam / spread))


def left_truth(case, answer):
    return close(answer, left(*case.args))


EFFECT_LEFT = '''def effect_left(effect, spread, lam):
    """Return the effect that the LASSO leaves of a least squares effect, for a column alone."""
    charge = lam / spread
    return np.sign(effect) * max(abs(effect) - charge, 0)
'''
LESS_LAM = (
    "Even for a spread of 1, where a unit of effect costs lam: the effect should end lam closer to zero."
)
SIGN = "A negative effect must stay negative and come closer to zero: take the charge off its size, keep its sign."
STOP = "Where the charge is larger than the effect, nothing is left: exactly 0, never the other side of zero."
IGNORES_UNIT = "Right for a spread of 1 alone. In other units a unit of effect costs another charge than lam."
REVERSED = (
    "Your charge rises with the spread. It is the other way round: small numbers need large coefficients."
)
SQUARED = (
    "That is what the coefficient loses, lam / spread^2, taken off the effect. The effect is the coefficient "
    "times the spread, and so is its loss."
)
COEFFICIENT = (
    "That is the coefficient that is left. The effect is asked for: the coefficient times the spread."
)
PRICE_IN_GENERAL = (
    "The soft threshold of the effect at the charge of one unit of effect: lam divided by the spread."
)

exercise_1 = Exercise(
    id="03.1",
    kind="recall",
    objective=OBJECTIVES["price"],
    stub='''def effect_left(effect, spread, lam):
    """Return the effect that the LASSO leaves of a least squares effect, for a column alone."""
    raise NotImplementedError
''',
    checks=(
        Check("at a spread of 1, lam is taken off", 1, alone_case(spread=(1, 1)), left_truth, LESS_LAM),
        Check(
            "negative effects stay negative",
            1,
            alone_case(sign=-1, spread=(1, 1)),
            left_truth,
            SIGN,
        ),
        Check(
            "where nothing is left, it is exactly 0",
            1,
            alone_case(spread=(1, 1), effect=(0.1, 0.4)),
            left_truth,
            STOP,
        ),
        Check(
            "the unit matters",
            1,
            alone_case(),
            is_not(lambda effect, spread, lam: effect - lam),
            IGNORES_UNIT,
        ),
        Check(
            "small numbers pay more",
            1,
            alone_case(),
            is_not(lambda effect, spread, lam: effect - lam * spread),
            REVERSED,
        ),
        Check(
            "the charge is that of an effect",
            1,
            alone_case(),
            is_not(lambda effect, spread, lam: left(effect, spread**2, lam)),
            SQUARED,
        ),
        Check(
            "an effect, no coefficient",
            1,
            alone_case(),
            is_not(lambda effect, spread, lam: left(effect, spread, lam) / spread),
            COEFFICIENT,
        ),
        Check("the effect that is left", 2, alone_case(), left_truth, PRICE_IN_GENERAL),
    ),
    hints=(
        "Two steps: what does one unit of effect cost in this unit, and what is left of the effect after paying?",
        "The charge of one unit of effect is lam / spread. Test yourself: hectares, a small spread, pay most.",
        "np.sign(effect) * max(abs(effect) - lam / spread, 0).",
    ),
    solution=EFFECT_LEFT,
    explanation=(
        "Halve the numbers and you double the charge. In raw units lam alone says nothing about how strong a "
        "penalty is: it has to be read beside the spread of the column."
    ),
    wrong_answers=(
        WrongAnswer("does nothing", edited(EFFECT_LEFT, "- charge", "- 0 * charge"), LESS_LAM),
        WrongAnswer("forgets the sign", edited(EFFECT_LEFT, "np.sign(effect) * ", ""), SIGN),
        WrongAnswer(
            "subtracts from the signed effect",
            edited(EFFECT_LEFT, "np.sign(effect) * max(abs(effect) - charge, 0)", "max(effect - charge, 0)"),
            SIGN,
        ),
        WrongAnswer(
            "crosses zero",
            edited(
                EFFECT_LEFT,
                "np.sign(effect) * max(abs(effect) - charge, 0)",
                "np.sign(effect) * (abs(effect) - charge)",
            ),
            STOP,
        ),
        WrongAnswer("ignores the unit", edited(EFFECT_LEFT, "lam / spread", "lam"), IGNORES_UNIT),
        WrongAnswer("charge reversed", edited(EFFECT_LEFT, "lam / spread", "lam * spread"), REVERSED),
        WrongAnswer(
            "charge of the coefficient", edited(EFFECT_LEFT, "lam / spread", "lam / spread**2"), SQUARED
        ),
        WrongAnswer(
            "the coefficient",
            edited(
                EFFECT_LEFT,
                "np.sign(effect) * max(abs(effect) - charge, 0)",
                "np.sign(effect) * max(abs(effect) - charge, 0) / spread",
            ),
            COEFFICIENT,
        ),
        WrongAnswer(
            "root of the spread", edited(EFFECT_LEFT, "lam / spread", "lam / spread**0.5"), PRICE_IN_GENERAL
        ),
    ),
)


# 03.2

IN_SQUARE_FEET = '''def back_to_originals(intercept, beta, mean, scale):
    """Return [intercept, beta_1, ..., beta_p] for the columns before they were standardised."""
    beta_original = beta / scale
    return np.append(intercept - mean @ beta_original, beta_original)
'''
LENGTH = "One array is wanted: the intercept, then one coefficient a column, p + 1 numbers."
MULTIPLIED = (
    "Your coefficients were multiplied by the scale. In a unit with large numbers the coefficient is small."
)
KEPT = "Your coefficients are still those of the standardised columns: nothing has been divided."
DIVIDED_ONCE = (
    "One standard deviation is `scale` original units, so each coefficient is divided by its scale, and nothing else "
    "is done to it."
)
INTERCEPT_LAST = "The intercept comes first, the coefficients after it."
INTERCEPT_KEPT = (
    "The coefficients are right. The intercept is still that of standardised columns: what of the means?"
)
INTERCEPT_SIGN = (
    "The coefficients are right. The means are subtracted from the columns: which way does the intercept go?"
)
INTERCEPT_UNSCALED = (
    "The coefficients are right. The means are in the original units, so multiply them by the original "
    "coefficients, the divided ones."
)
BACK_IN_GENERAL = (
    "Put z = (x - mean) / scale into intercept + z @ beta and collect what does not depend on x."
)


def back_case(rng):
    scale = rng.choice([-1, 1], size=4) * rng.uniform(0.5, 2, size=4)  # exponents: far from scale 1
    return Case(
        (
            rng.uniform(100, 200),
            rng.choice([-1, 1], size=4) * rng.uniform(5, 20, size=4),
            rng.uniform(2, 9, size=4),
            10.0**scale,
        )
    )


def originals(intercept, beta, mean, scale):
    model = Standardizer(mean=mean, scale=scale).coefficients_in_original_units(beta, intercept)
    return np.append(model.intercept, model.beta)


def coefficients_are_not(mistake):
    return lambda case, answer: not close(answer[1:], mistake(*case.args))


def intercept_is_not(mistake):
    return lambda case, answer: not close(answer[0], mistake(*case.args))


exercise_2 = Exercise(
    id="03.2",
    kind="apply",
    objective=OBJECTIVES["back"],
    stub='''def back_to_originals(intercept, beta, mean, scale):
    """Return [intercept, beta_1, ..., beta_p] for the columns before they were standardised."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one array of p + 1 numbers",
            1,
            back_case,
            lambda case, answer: np.shape(answer) == (5,),
            LENGTH,
        ),
        Check(
            "the coefficients have been moved",
            1,
            back_case,
            coefficients_are_not(lambda intercept, beta, mean, scale: beta),
            KEPT,
        ),
        Check(
            "they are divided",
            1,
            back_case,
            coefficients_are_not(lambda intercept, beta, mean, scale: beta * scale),
            MULTIPLIED,
        ),
        Check(
            "the intercept comes first",
            1,
            back_case,
            lambda case, answer: not close(answer, np.roll(originals(*case.args), -1)),
            INTERCEPT_LAST,
        ),
        Check(
            "divided once, by the scale",
            1,
            back_case,
            lambda case, answer: close(answer[1:], originals(*case.args)[1:]),
            DIVIDED_ONCE,
        ),
        Check(
            "the intercept has been moved",
            1,
            back_case,
            intercept_is_not(lambda intercept, beta, mean, scale: intercept),
            INTERCEPT_KEPT,
        ),
        Check(
            "in the right direction",
            1,
            back_case,
            intercept_is_not(lambda intercept, beta, mean, scale: intercept + mean @ (beta / scale)),
            INTERCEPT_SIGN,
        ),
        Check(
            "in the right unit",
            1,
            back_case,
            intercept_is_not(lambda intercept, beta, mean, scale: intercept - mean @ beta),
            INTERCEPT_UNSCALED,
        ),
        Check(
            "it is the same model",
            2,
            back_case,
            lambda case, answer: close(answer, originals(*case.args)),
            BACK_IN_GENERAL,
        ),
    ),
    hints=(
        "The coefficients first: how many units is one standard deviation?",
        "beta / scale. Then ask what the standardised model predicts where every original column is 0.",
        "The intercept is intercept - mean @ (beta / scale); np.append puts it in front.",
    ),
    solution=IN_SQUARE_FEET,
    explanation=(
        "Nothing is fitted again, and no prediction changes: it is one model in two languages. "
        "`Standardizer.coefficients_in_original_units` of the package does the same."
    ),
    wrong_answers=(
        WrongAnswer(
            "coefficients alone",
            edited(
                IN_SQUARE_FEET, "np.append(intercept - mean @ beta_original, beta_original)", "beta_original"
            ),
            LENGTH,
        ),
        WrongAnswer(
            "nothing moved",
            edited(IN_SQUARE_FEET, "beta / scale", "beta"),
            KEPT,
        ),
        WrongAnswer("multiplies", edited(IN_SQUARE_FEET, "beta / scale", "beta * scale"), MULTIPLIED),
        WrongAnswer(
            "old intercept",
            edited(IN_SQUARE_FEET, "intercept - mean @ beta_original", "intercept"),
            INTERCEPT_KEPT,
        ),
        WrongAnswer(
            "adds the means",
            edited(IN_SQUARE_FEET, "intercept - mean", "intercept + mean"),
            INTERCEPT_SIGN,
        ),
        WrongAnswer(
            "means times standardised coefficients",
            edited(IN_SQUARE_FEET, "mean @ beta_original", "mean @ beta"),
            INTERCEPT_UNSCALED,
        ),
        WrongAnswer(
            "divides by the variance", edited(IN_SQUARE_FEET, "beta / scale", "beta / scale**2"), DIVIDED_ONCE
        ),
        WrongAnswer(
            "subtracts the means from the coefficients",
            edited(
                edited(IN_SQUARE_FEET, "beta / scale", "(beta - mean) / scale"),
                "intercept - mean @ beta_original",
                "intercept",
            ),
            DIVIDED_ONCE,
        ),
        WrongAnswer(
            "intercept last",
            edited(
                IN_SQUARE_FEET,
                "intercept - mean @ beta_original, beta_original",
                "beta_original, intercept - mean @ beta_original",
            ),
            INTERCEPT_LAST,
        ),
        WrongAnswer(
            "takes off the means alone",
            edited(IN_SQUARE_FEET, "intercept - mean @ beta_original", "intercept - mean.sum()"),
            BACK_IN_GENERAL,
        ),
    ),
)


# 03.3

CHARGE = '''def charges(X, scaler):
    """Return what one unit of effect costs in each column after scaling, at lam = 1."""
    quartiles = np.percentile(X, [25, 75], axis=0)
    divisor = {
        "standard": X.std(axis=0),
        "min-max": X.max(axis=0) - X.min(axis=0),
        "robust": quartiles[1] - quartiles[0],
    }
    return divisor[scaler] / X.std(axis=0)
'''
ALL_PAY_ALIKE = (
    "Under the standard scaler a unit of effect costs exactly 1 in every column, at lam = 1: the scaler divides by "
    "the very deviation that measures the effect, with ddof 0."
)
RAW_CHARGE = "That is what the columns cost as they are, 1 / s. What do they cost after the scaler?"
NOT_ALL_ALIKE = "All your columns pay the same under min-max too. Only the standard scaler treats all alike."
UPSIDE_DOWN = (
    "That is the standard deviation after scaling, s / d. A small spread is dear: turn the fraction round."
)
FORGOT_SPREAD = (
    "That is what the scaler divides by. A column that spreads widely keeps large numbers after it, and pays "
    "less: where is its standard deviation?"
)
FORGOT_MIN = (
    "Min-max divides by the range, the largest value minus the smallest: these columns do not begin at 0."
)
MINMAX = (
    "After min-max each column runs from 0 to 1. One unit of effect costs 1 / (its standard deviation then)."
)
ROBUST = "The robust scaler divides by the interquartile range: third quartile minus first, nothing else."


def charge_case(scaler):
    def make_case(rng):
        # skewed and flat columns, none of them from 0 and none of spread 1
        skewed, flat = rng.exponential(size=(40, 2)), rng.uniform(size=(40, 2))
        return Case((np.hstack([skewed, flat]) * [3, 20, 0.2, 7] + [5, -30, 2, 10], scaler))

    return make_case


def charges_truth(case, answer):
    X, scaler = case.args
    low, high = np.percentile(X, [25, 75], axis=0)
    divisor = {"standard": X.std(axis=0), "min-max": np.ptp(X, axis=0), "robust": high - low}[scaler]
    return close(answer, divisor / X.std(axis=0))


exercise_3 = Exercise(
    id="03.3",
    kind="apply",
    objective=OBJECTIVES["scaler"],
    stub='''def charges(X, scaler):
    """Return what one unit of effect costs in each column after scaling, at lam = 1."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "the divisor is compared with the spread",
            1,
            charge_case("min-max"),
            is_not(lambda X, scaler: np.ptp(X, axis=0)),
            FORGOT_SPREAD,
        ),
        Check(
            "min-max does not charge all alike",
            1,
            charge_case("min-max"),
            is_not(lambda X, scaler: np.ones(4)),
            NOT_ALL_ALIKE,
        ),
        Check(
            "the scaler has been at work",
            1,
            charge_case("min-max"),
            is_not(lambda X, scaler: 1 / X.std(axis=0)),
            RAW_CHARGE,
        ),
        Check(
            "the standard scaler charges all alike", 1, charge_case("standard"), charges_truth, ALL_PAY_ALIKE
        ),
        Check(
            "small spreads are dear",
            1,
            charge_case("min-max"),
            is_not(lambda X, scaler: X.std(axis=0) / np.ptp(X, axis=0)),
            UPSIDE_DOWN,
        ),
        Check(
            "min-max uses the range",
            1,
            charge_case("min-max"),
            is_not(lambda X, scaler: X.max(axis=0) / X.std(axis=0)),
            FORGOT_MIN,
        ),
        Check("min-max", 1, charge_case("min-max"), charges_truth, MINMAX),
        Check("robust", 1, charge_case("robust"), charges_truth, ROBUST),
    ),
    hints=(
        "What does each scaler divide by? Call it d. What is the standard deviation of a column after that?",
        "After scaling the standard deviation is s / d, and one unit of effect costs lam divided by that.",
        "d / s, where d is s itself, the range, or the distance of the quartiles: np.percentile(X, [25, 75], axis=0).",
    ),
    solution=CHARGE,
    explanation=(
        "To choose a scaler is to choose d. What a scaler subtracts plays no part: the intercept, which pays "
        "nothing, takes it up."
    ),
    wrong_answers=(
        WrongAnswer(
            "the divisor itself",
            edited(CHARGE, "divisor[scaler] / X.std(axis=0)", "divisor[scaler]"),
            FORGOT_SPREAD,
        ),
        WrongAnswer(
            "all alike",
            edited(CHARGE, "divisor[scaler] / X.std(axis=0)", "np.ones(X.shape[1])"),
            NOT_ALL_ALIKE,
        ),
        WrongAnswer(
            "charge of the raw columns",
            edited(CHARGE, "divisor[scaler] / X.std(axis=0)", "1 / X.std(axis=0)"),
            RAW_CHARGE,
        ),
        WrongAnswer(
            "ddof 1 beside ddof 0",
            edited(CHARGE, "divisor[scaler] / X.std(axis=0)", "divisor[scaler] / X.std(axis=0, ddof=1)"),
            ALL_PAY_ALIKE,
        ),
        WrongAnswer(
            "upside down",
            edited(CHARGE, "divisor[scaler] / X.std(axis=0)", "X.std(axis=0) / divisor[scaler]"),
            UPSIDE_DOWN,
        ),
        WrongAnswer("forgets the minimum", edited(CHARGE, " - X.min(axis=0)", ""), FORGOT_MIN),
        WrongAnswer(
            "half the range",
            edited(CHARGE, "X.max(axis=0) - X.min(axis=0)", "(X.max(axis=0) - X.min(axis=0)) / 2"),
            MINMAX,
        ),
        WrongAnswer(
            "distance of the quartile from zero",
            edited(CHARGE, "quartiles[1] - quartiles[0]", "quartiles[1]"),
            ROBUST,
        ),
    ),
)


# 03.4

TO_REPAIR = '''def weighted_lasso(X, y, lam, weights):
    """Return the beta that minimises RSS / 2n + lam * sum_j weights_j |beta_j|, with an intercept."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    gamma = Lasso(alpha=lam, tol=1e-10, max_iter=100_000).fit(X * weights, y).coef_
    return gamma * weights
'''
REPAIRED = '''def weighted_lasso(X, y, lam, weights):
    """Return the beta that minimises RSS / 2n + lam * sum_j weights_j |beta_j|, with an intercept."""
    gamma = Lasso(alpha=lam, tol=1e-10, max_iter=100_000).fit(X / weights, y).coef_
    return gamma / weights
'''
TURNED_ROUND = (
    "A column with a large weight still pays little: you multiply it, its numbers grow, and large numbers are "
    "cheap. Which way must the numbers go to make a column dear?"
)
NOT_BACK = "The right problem is solved, but the answer is for the divided columns. beta belongs to X: which way back?"
IGNORES_WEIGHTS = "That is the plain LASSO: every column pays lam. The weights have not reached the fit."
WEIGHTS_IN_GENERAL = (
    "Some column that is in does not pay exactly lam * weight. Look at both steps: what the weights do to the columns "
    "before the fit, and to the coefficients after it. Nothing else may touch lam, X or y."
)
STANDARDISED_TOO = (
    "You standardised the columns as well. Then coefficient j pays lam * s_j * weights_j; here it pays "
    "lam * weights_j, in the units of X as it comes."
)


def weighted_case(rng):
    """Draw four real columns whose spreads differ somewhat and whose weights differ tenfold."""
    X = rng.normal(size=(60, 4))
    X = (X - X.mean(axis=0)) / X.std(axis=0) * rng.permutation([0.7, 0.9, 1.2, 1.6]) + rng.uniform(
        -3, 3, size=4
    )
    y = X @ np.array([3.0, -3.0, 2.5, -2.5]) + 0.5 * rng.normal(size=60) + 10
    weights = rng.permutation([0.3, 0.7, 1.5, 3.0])
    return Case((X, y, 0.1 * lam_max(X, y), weights))


def plain_lasso(X, y, lam):
    return coordinate_descent(X, y, lam, tol=1e-12, max_iter=100_000).beta


def weighted_by(X, y, lam, *, divisor):
    return plain_lasso(X / divisor, y, lam)


def standardised_and_weighted(X, y, lam, weights):
    """Return beta when coefficient j pays lam * s_j * weights_j."""
    return weighted_by(X, y, lam, divisor=weights * X.std(axis=0)) / (weights * X.std(axis=0))


def roughly_not(mistake):
    """Return a judge that accepts any vector but the mistake, compared at the accuracy of a fit."""
    return lambda case, answer: not close(answer, mistake(*case.args), rtol=1e-4, atol=1e-5)


def is_weighted_lasso(case, answer):
    X, y, lam, weights = case.args
    return close(answer, weighted_by(X, y, lam, divisor=weights) / weights, rtol=1e-4, atol=1e-5)


exercise_4 = Exercise(
    id="03.4",
    kind="find the bug",
    objective=OBJECTIVES["weights"],
    setup="from sklearn.linear_model import Lasso\n",
    stub=TO_REPAIR,
    checks=(
        Check(
            "large weights pay more",
            1,
            weighted_case,
            roughly_not(lambda X, y, lam, w: weighted_by(X, y, lam, divisor=1 / w) * w),
            TURNED_ROUND,
        ),
        Check(
            "the weights reach the fit",
            1,
            weighted_case,
            roughly_not(lambda X, y, lam, w: plain_lasso(X, y, lam)),
            IGNORES_WEIGHTS,
        ),
        Check(
            "the answer belongs to X",
            1,
            weighted_case,
            lambda case, answer: (
                roughly_not(lambda X, y, lam, w: weighted_by(X, y, lam, divisor=w))(case, answer)
                and roughly_not(lambda X, y, lam, w: weighted_by(X, y, lam, divisor=w) * w)(case, answer)
            ),
            NOT_BACK,
        ),
        Check(
            "in the units of X",
            1,
            weighted_case,
            lambda case, answer: (
                roughly_not(standardised_and_weighted)(case, answer)
                and roughly_not(lambda X, *rest: standardised_and_weighted(X, *rest) * X.std(axis=0))(
                    case, answer
                )
            ),
            STANDARDISED_TOO,
        ),
        Check(
            "each column pays lam times its weight", 2, weighted_case, is_weighted_lasso, WEIGHTS_IN_GENERAL
        ),
    ),
    hints=(
        "Give one column a weight of 100 and look at its coefficient, then a weight of 0.01. What do you expect?",
        "Put gamma_j = weights_j * beta_j into the penalty. What must stand in the place of X_j beta_j?",
        "X_j beta_j = (X_j / weights_j) gamma_j. Both multiplications should be divisions.",
    ),
    solution=REPAIRED,
    explanation=(
        "A weight multiplies the price, so the column must be divided by it: small numbers are dear. With the "
        "standard deviations as weights the fit is that of standardised columns, in original units."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), TURNED_ROUND),
        WrongAnswer(
            "plain lasso",
            edited(edited(REPAIRED, "X / weights", "X"), "gamma / weights", "gamma"),
            IGNORES_WEIGHTS,
        ),
        WrongAnswer("only the way there", edited(REPAIRED, "gamma / weights", "gamma * weights"), NOT_BACK),
        WrongAnswer("no way back", edited(REPAIRED, "gamma / weights", "gamma"), NOT_BACK),
        WrongAnswer("only the way back", edited(REPAIRED, "X / weights", "X * weights"), WEIGHTS_IN_GENERAL),
        WrongAnswer(
            "standardises as well",
            edited(
                edited(REPAIRED, "X / weights", "X / X.std(axis=0) / weights"),
                "gamma / weights",
                "gamma / weights / X.std(axis=0)",
            ),
            STANDARDISED_TOO,
        ),
        WrongAnswer(
            "standardises, and forgets the way back",
            edited(REPAIRED, "X / weights", "X / X.std(axis=0) / weights"),
            STANDARDISED_TOO,
        ),
        WrongAnswer(
            "mean weight in lam",
            edited(REPAIRED, "alpha=lam", "alpha=lam * np.mean(weights)"),
            WEIGHTS_IN_GENERAL,
        ),
        WrongAnswer(
            "root of the weights",
            edited(
                edited(REPAIRED, "X / weights", "X / weights**0.5"), "gamma / weights", "gamma / weights**0.5"
            ),
            WEIGHTS_IN_GENERAL,
        ),
    ),
)


# 03.5

PORT = '''def ported_lam(lam, n_samples, ddof_from, ddof_to):
    """Return the penalty on columns scaled with ddof_to that does what lam does with ddof_from."""
    return lam * np.sqrt((n_samples - ddof_to) / (n_samples - ddof_from))
'''
UNCHANGED = "With few rows the two deviations differ visibly, and the same number is another penalty."
WRONG_WAY = "Wrong way. ddof 1 divides by the larger deviation, the numbers get smaller and pay more already."
ONE_WAY = (
    "From 0 to 1 your penalty falls, and rightly. From 1 to 0 the numbers get larger: which way does it go?"
)
SAME_DDOF = "The same ddof on both sides is the same scaling, and the same penalty."
VARIANCE = "That is the ratio of the variances. The columns are divided by standard deviations."
PORT_IN_GENERAL = (
    "Write both deviations as a root: the sum of squares over n - ddof. lam changes by their ratio, so that "
    "lam / s stays where it was."
)


def port_case(ddof_from, ddof_to):
    def make_case(rng):
        return Case((rng.uniform(0.5, 3), int(rng.integers(5, 30)), ddof_from, ddof_to))

    return make_case


def ported_truth(case, answer):
    lam, n, ddof_from, ddof_to = case.args
    columns = np.arange(n)  # any column will do: lam / s stays the same
    return close(answer, lam * columns.std(ddof=ddof_from) / columns.std(ddof=ddof_to))


exercise_5 = Exercise(
    id="03.5",
    kind="extend",
    objective=OBJECTIVES["ddof"],
    stub='''def ported_lam(lam, n_samples, ddof_from, ddof_to):
    """Return the penalty on columns scaled with ddof_to that does what lam does with ddof_from."""
    raise NotImplementedError
''',
    checks=(
        Check("it changes", 1, port_case(0, 1), is_not(lambda lam, *rest: lam), UNCHANGED),
        Check(
            "in the right direction",
            1,
            port_case(0, 1),
            lambda case, answer: answer < case.args[0],
            WRONG_WAY,
        ),
        Check(
            "by a deviation", 1, port_case(0, 1), is_not(lambda lam, n, *ddofs: lam * (n - 1) / n), VARIANCE
        ),
        Check("from 0 to 1", 1, port_case(0, 1), ported_truth, PORT_IN_GENERAL),
        Check("the way back", 1, port_case(1, 0), lambda case, answer: answer > case.args[0], ONE_WAY),
        Check("from 1 to 0", 1, port_case(1, 0), ported_truth, PORT_IN_GENERAL),
        Check("from 1 to 1", 1, port_case(1, 1), ported_truth, SAME_DDOF),
    ),
    hints=(
        "Which of the two deviations is larger? So which scaled columns have the smaller numbers, and pay more?",
        "A unit of effect costs lam / s, with s the spread after scaling. By which factor does s change?",
        "A deviation is sqrt(sum of squares / (n - ddof)); s falls where it rises, and lam must fall with s.",
    ),
    solution=PORT,
    explanation=(
        "One factor for all columns leaves the prices equal to each other, so it is absorbed by lam. A factor "
        "that differs from column to column, as between two scalers, is absorbed by no lam."
    ),
    wrong_answers=(
        WrongAnswer("unchanged", edited(PORT, "lam * np.sqrt(", "lam + 0 * np.sqrt("), UNCHANGED),
        WrongAnswer("divides", edited(PORT, "lam * np", "lam / np"), WRONG_WAY),
        WrongAnswer("ratio of variances", edited(PORT, "np.sqrt", ""), VARIANCE),
        WrongAnswer(
            "one way for both",
            edited(PORT, "(n_samples - ddof_to) / (n_samples - ddof_from)", "(n_samples - 1) / n_samples"),
            ONE_WAY,
        ),
        WrongAnswer(
            "knows two ways, not three",
            edited(
                PORT,
                "(n_samples - ddof_to) / (n_samples - ddof_from)",
                "((n_samples - 1) / n_samples) ** (1 if ddof_from == 0 else -1)",
            ),
            SAME_DDOF,
        ),
        WrongAnswer(
            "one row too many",
            edited(
                PORT, "- ddof_to) / (n_samples - ddof_from)", "- ddof_to - 1) / (n_samples - ddof_from - 1)"
            ),
            PORT_IN_GENERAL,
        ),
    ),
)


EXERCISES = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
