"""The exercises of lesson 02: the bill, slopes at a kink, a bug of units, a new price, a budget."""

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
from course_utils.prox import soft_threshold

OBJECTIVES = {
    "bill": "compute what a model costs: its loss and the penalty on its coefficients",
    "kink": "say which slopes fit at a kink, and whether zero is the minimum",
    "soft": "derive the soft threshold, for one coefficient and for orthonormal columns",
    "budget": "turn a budget into a price",
}

# What the learner's kernel holds after the lesson's own cells.
SOFT_THRESHOLD = """
def soft_threshold(z, threshold):
    return np.sign(z) * np.maximum(np.abs(z) - threshold, 0)
"""


# 02.1

BILL = '''def bill(X, y, intercept, beta, lam):
    """Return the loss (RSS / 2n) plus lam for every unit of |beta|."""
    residuals = y - intercept - X @ beta
    return np.sum(residuals**2) / (2 * len(y)) + lam * np.sum(np.abs(beta))
'''
LOSS = (
    "With lam = 0 nothing is charged, and without an intercept the bill is the RSS divided by 2n. "
    "Yours is another number."
)
FORGOT_INTERCEPT = "Right without an intercept. What is the fitted value of a model that has one?"
CHARGED_INTERCEPT = (
    "The intercept is part of the prediction, and it is not charged: the price is for beta alone."
)
SIGNED = "A negative coefficient makes your bill smaller. The price is for its size, |beta_j|."
SQUARED = "You charge the squares of the coefficients. That is ridge's tariff."
ON_THE_LOSS = "Your penalty depends on the loss. The coefficients are charged: lam times their L1 norm."
BILL_IN_GENERAL = (
    "The loss is right. Look at the second part: lam times the sum of all |beta_j|, none left out, once."
)


def loss_of(X, y, intercept, beta):
    """Return RSS / 2n."""
    return np.sum((y - intercept - X @ beta) ** 2) / (2 * len(y))


def bill_truth(X, y, intercept, beta, lam):
    return loss_of(X, y, intercept, beta) + lam * np.sum(np.abs(beta))


def bill_case(*, lam, intercept):
    """Draw a case with coefficients of both signs, none of size 1."""

    def make_case(rng):
        X = rng.normal(size=(12, 4))
        beta = np.array([1.0, -1.0, 1.0, -1.0]) * rng.uniform(1.5, 3, size=4)
        y = intercept + X @ beta + rng.uniform(0.5, 2, size=12)
        return Case((X, y, intercept, beta, lam))

    return make_case


exercise_1 = Exercise(
    id="02.1",
    kind="recall",
    objective=OBJECTIVES["bill"],
    stub='''def bill(X, y, intercept, beta, lam):
    """Return the loss (RSS / 2n) plus lam for every unit of |beta|."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "with lam = 0 it is the loss",
            1,
            bill_case(lam=0.0, intercept=0.0),
            lambda case, answer: close(answer, bill_truth(*case.args)),
            LOSS,
        ),
        Check(
            "the intercept is part of the prediction",
            1,
            bill_case(lam=0.0, intercept=7.0),
            lambda case, answer: close(answer, bill_truth(*case.args)),
            FORGOT_INTERCEPT,
        ),
        Check(
            "negative coefficients cost too",
            1,
            bill_case(lam=0.7, intercept=0.0),
            is_not(lambda X, y, intercept, beta, lam: loss_of(X, y, intercept, beta) + lam * np.sum(beta)),
            SIGNED,
        ),
        Check(
            "sizes are charged, not squares",
            1,
            bill_case(lam=0.7, intercept=0.0),
            lambda case, answer: (
                not any(
                    close(answer, loss_of(*case.args[:4]) + share * 0.7 * np.sum(case.args[3] ** 2))
                    for share in (0.5, 1)
                )
            ),
            SQUARED,
        ),
        Check(
            "the coefficients are charged, not the loss",
            1,
            bill_case(lam=0.7, intercept=0.0),
            is_not(lambda X, y, intercept, beta, lam: (1 + lam) * loss_of(X, y, intercept, beta)),
            ON_THE_LOSS,
        ),
        Check(
            "the intercept is free",
            1,
            bill_case(lam=0.7, intercept=7.0),
            is_not(
                lambda X, y, intercept, beta, lam: bill_truth(X, y, intercept, beta, lam) + lam * intercept
            ),
            CHARGED_INTERCEPT,
        ),
        Check(
            "it is the objective",
            2,
            bill_case(lam=0.7, intercept=-4.0),
            lambda case, answer: close(answer, bill_truth(*case.args)),
            BILL_IN_GENERAL,
        ),
    ),
    hints=(
        "Two parts. The first is that of `penalised_objective`, with an intercept in the prediction.",
        "The residuals are y - intercept - X @ beta.",
        "np.sum(residuals**2) / (2 * len(y)) + lam * np.sum(np.abs(beta)).",
    ),
    solution=BILL,
    explanation=(
        "The intercept says where the cloud lies, not how the target depends on a column. If it were charged, "
        "measuring the target from another zero would change the model."
    ),
    wrong_answers=(
        WrongAnswer("not halved", edited(BILL, "(2 * len(y))", "len(y)"), LOSS),
        WrongAnswer("not divided", edited(BILL, " / (2 * len(y))", ""), LOSS),
        WrongAnswer("forgets the price", edited(BILL, "lam * np.sum", "np.sum"), LOSS),
        WrongAnswer("no intercept", edited(BILL, " - intercept", ""), FORGOT_INTERCEPT),
        WrongAnswer("with its sign", edited(BILL, "np.abs(beta)", "beta"), SIGNED),
        WrongAnswer("ridge", edited(BILL, "np.abs(beta)", "beta**2"), SQUARED),
        WrongAnswer(
            "the absolute value of the loss",
            edited(BILL, "lam * np.sum(np.abs(beta))", "lam * abs(np.sum(residuals**2) / (2 * len(y)))"),
            ON_THE_LOSS,
        ),
        WrongAnswer(
            "charges the intercept",
            edited(BILL, "np.sum(np.abs(beta))", "(abs(intercept) + np.sum(np.abs(beta)))"),
            CHARGED_INTERCEPT,
        ),
        WrongAnswer(
            "the largest alone", edited(BILL, "np.sum(np.abs(beta))", "np.max(np.abs(beta))"), BILL_IN_GENERAL
        ),
    ),
)


# 02.2

SLOPES = '''def slopes_at_zero(x, y, lam):
    """Return the lowest and the highest slope at b = 0 of ||y - x b||^2 / 2n + lam |b|."""
    slope_of_loss = -(x @ y) / len(y)
    return slope_of_loss - lam, slope_of_loss + lam
'''
TWO_IN_ORDER = "Return two numbers, the lowest slope first."
WRONG_WAY = (
    "The sign of the loss's slope: if x and y go together, a larger b makes the loss smaller at first."
)
WHERE_IS_N = (
    "With lam = 0 both slopes are that of the loss, and the loss divides the squares by 2n. Where is your n?"
)
TWICE = "That is the slope of RSS / n. The loss is half of it."
SLOPE_OF_LOSS = (
    "Begin with lam = 0: both slopes are the derivative of the loss at b = 0. Yours are other numbers."
)
NO_KINK = "You have given the penalty one slope at zero. At the kink of |b| a whole fan of lines fits: which slopes?"
WIDTH = (
    "The loss is right. The penalty adds every slope from -lam to lam, so that the interval is 2 lam wide."
)


def slope_of_loss(x, y):
    return -(x @ y) / len(y)


def slopes_truth(x, y, lam):
    return np.array([slope_of_loss(x, y) - lam, slope_of_loss(x, y) + lam])


def slopes_case(lam):
    """Draw a column of its own scale that goes clearly along with y, or clearly against it."""

    def make_case(rng):
        x = rng.uniform(2, 4) * rng.normal(size=30)
        y = rng.choice([-1.0, 1.0]) * rng.uniform(1, 2) * x + rng.normal(size=30)
        return Case((x, y, lam))

    return make_case


def not_times(factor):
    """Return a judge for lam = 0 that accepts anything but `factor` times the slope of the loss, twice."""
    return is_not(lambda x, y, lam: np.full(2, factor(y) * slope_of_loss(x, y)))


exercise_2 = Exercise(
    id="02.2",
    kind="apply",
    objective=OBJECTIVES["kink"],
    stub='''def slopes_at_zero(x, y, lam):
    """Return the lowest and the highest slope at b = 0 of ||y - x b||^2 / 2n + lam |b|."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "two numbers, the lowest first",
            1,
            slopes_case(0.5),
            lambda case, answer: np.shape(answer) == (2,) and answer[0] <= answer[1],
            TWO_IN_ORDER,
        ),
        Check(
            "the loss falls towards what the data want",
            1,
            slopes_case(0.0),
            not_times(lambda y: -1),
            WRONG_WAY,
        ),
        Check("it counts the samples", 1, slopes_case(0.0), not_times(len), WHERE_IS_N),
        Check("the loss has its half", 1, slopes_case(0.0), not_times(lambda y: 2), TWICE),
        Check(
            "with lam = 0 it is the slope of the loss",
            1,
            slopes_case(0.0),
            lambda case, answer: close(answer, slopes_truth(*case.args)),
            SLOPE_OF_LOSS,
        ),
        Check(
            "a kink has more than one slope",
            1,
            slopes_case(0.5),
            lambda case, answer: answer[1] - answer[0] > 1e-6,
            NO_KINK,
        ),
        Check(
            "the interval is right",
            2,
            slopes_case(0.5),
            lambda case, answer: close(answer, slopes_truth(*case.args)),
            WIDTH,
        ),
    ),
    hints=(
        "Two parts again: the slope of the loss at b = 0, and all the slopes of lam |b| there.",
        "The derivative of ||y - x b||^2 / 2n by b is -x'(y - x b) / n. What is it at b = 0?",
        "-(x @ y) / len(y) - lam, and the same with + lam.",
    ),
    solution=SLOPES,
    explanation=(
        "If the interval encloses zero, b = 0 is the minimum: |x'y| / n <= lam. It is the same rule as "
        "|rho| <= lam in the lesson, and lesson 2b uses it for all columns at once."
    ),
    wrong_answers=(
        WrongAnswer(
            "highest first",
            edited(
                SLOPES, "slope_of_loss - lam, slope_of_loss + lam", "slope_of_loss + lam, slope_of_loss - lam"
            ),
            TWO_IN_ORDER,
        ),
        WrongAnswer("the sign of the loss", edited(SLOPES, "-(x @ y)", "(x @ y)"), WRONG_WAY),
        WrongAnswer("forgets n", edited(SLOPES, " / len(y)", ""), WHERE_IS_N),
        WrongAnswer("RSS / n", edited(SLOPES, "-(x @ y)", "-2 * (x @ y)"), TWICE),
        WrongAnswer(
            "least squares", edited(SLOPES, "-(x @ y) / len(y)", "-(x @ y) / (x @ x)"), SLOPE_OF_LOSS
        ),
        WrongAnswer("the price alone", edited(SLOPES, "-(x @ y) / len(y)", "0.0"), SLOPE_OF_LOSS),
        WrongAnswer(
            "the sign of zero is zero",
            edited(SLOPES, "slope_of_loss - lam, slope_of_loss + lam", "slope_of_loss, slope_of_loss"),
            NO_KINK,
        ),
        WrongAnswer(
            "half as wide",
            edited(
                SLOPES,
                "slope_of_loss - lam, slope_of_loss + lam",
                "slope_of_loss - lam / 2, slope_of_loss + lam / 2",
            ),
            WIDTH,
        ),
    ),
)


# 02.3

TO_REPAIR = '''def short_columns_lasso(X, y, lam):
    """Return the minimum of RSS / 2n + lam ||beta||_1 for columns with X'X = I."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    z = X.T @ y
    return soft_threshold(z, lam)
'''
REPAIRED = '''def short_columns_lasso(X, y, lam):
    """Return the minimum of RSS / 2n + lam ||beta||_1 for columns with X'X = I."""
    z = X.T @ y
    return soft_threshold(z, len(y) * lam)
'''
NOT_LEAST_SQUARES = (
    "With lam = 0 it must be least squares. For columns with X'X = I that is X'y: "
    "the line that computes z was right."
)
ZEROS_TOO_LATE = (
    "The zeros come too late. Write the loss with X'X = I: it is half of sum((beta - z)**2) divided by something, "
    "and the penalty is not."
)
HALF_LOST = (
    "Your threshold is twice what it should be. The soft threshold belongs to (b - z)**2 / 2, with its half."
)
ROOT_OF_N = (
    "A column of length 1 is sqrt(n) times shorter than the lesson's, and its coefficient is that much larger. "
    "Both count."
)
RIGHT_THRESHOLD = (
    "Least squares is right; the threshold, or what you do with it, is not. "
    "For which one does a z just vanish?"
)


def short_columns_case(lam):
    """Draw orthonormal columns; with n * lam = 4 three of the six wishes survive."""

    def make_case(rng):
        X = np.linalg.qr(rng.normal(size=(40, 7)))[0]
        wishes = np.array([1.0, 2.0, 3.0, 6.0, 9.0, 12.0]) + rng.uniform(-0.4, 0.4, size=6)
        wishes = rng.permutation(wishes) * rng.choice([-1.0, 1.0], size=6)
        return Case((X[:, :6], X[:, :6] @ wishes + 2 * X[:, 6], lam))

    return make_case


def threshold_is_not(factor):
    return is_not(lambda X, y, lam: soft_threshold(X.T @ y, factor(len(y)) * lam))


exercise_3 = Exercise(
    id="02.3",
    kind="find the bug",
    objective=OBJECTIVES["soft"],
    setup=SOFT_THRESHOLD,
    stub=TO_REPAIR,
    checks=(
        Check(
            "with lam = 0 it is least squares",
            1,
            short_columns_case(0.0),
            lambda case, answer: close(answer, case.args[0].T @ case.args[1]),
            NOT_LEAST_SQUARES,
        ),
        Check(
            "the loss divides by n, and the penalty does not",
            1,
            short_columns_case(0.1),
            threshold_is_not(lambda n: 1),
            ZEROS_TOO_LATE,
        ),
        Check(
            "the square keeps its half",
            1,
            short_columns_case(0.1),
            threshold_is_not(lambda n: 2 * n),
            HALF_LOST,
        ),
        Check("both lengths are counted", 1, short_columns_case(0.1), threshold_is_not(np.sqrt), ROOT_OF_N),
        Check(
            "it is the LASSO",
            2,
            short_columns_case(0.1),
            lambda case, answer: close(
                answer, soft_threshold(case.args[0].T @ case.args[1], len(case.args[1]) * case.args[2])
            ),
            RIGHT_THRESHOLD,
        ),
    ),
    hints=(
        "The lesson's derivation assumed X'X / n = I. Go through it again with X'X = I.",
        "The loss is now sum((beta_j - z_j)**2) / 2n + constant. Multiply loss and penalty by n.",
        "What remains is (beta_j - z_j)**2 / 2 + n lam |beta_j|: the threshold is n * lam.",
    ),
    solution=REPAIRED,
    explanation=(
        "A column sqrt(n) times shorter needs a coefficient sqrt(n) times larger for the same work, so that z and "
        "the threshold grow together; and it pays for every unit of the larger coefficient, which makes another "
        "factor sqrt(n) in the threshold. Lesson 3 makes a lesson of it."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), ZEROS_TOO_LATE),
        WrongAnswer(
            "the lesson's z",
            edited(without_raise(TO_REPAIR), "X.T @ y", "X.T @ y / len(y)"),
            NOT_LEAST_SQUARES,
        ),
        WrongAnswer("the half is lost", edited(REPAIRED, "len(y) * lam", "2 * len(y) * lam"), HALF_LOST),
        WrongAnswer("root of n", edited(REPAIRED, "len(y) * lam", "np.sqrt(len(y)) * lam"), ROOT_OF_N),
        WrongAnswer(
            "hard threshold",
            edited(REPAIRED, "soft_threshold(z, len(y) * lam)", "np.where(np.abs(z) > len(y) * lam, z, 0)"),
            RIGHT_THRESHOLD,
        ),
    ),
)


# 02.4

LOYAL = '''def loyal(z, old, lam):
    """Return the b that minimises (b - z)^2 / 2 + lam |b - old|, entry by entry."""
    return old + np.sign(z - old) * np.maximum(np.abs(z - old) - lam, 0)
'''
OLD_ZERO = "With old = 0 this is the lesson's problem, and the answer is the soft threshold. Yours is something else."
IGNORES_OLD = "Your answer does not depend on old. Where is the kink of lam |b - old|?"
NOT_MOVED_BACK = "You have found how far b should be from old. It is not yet b."
STAYS = "Where z lies within lam of old, the answer is old, exactly: that is where the kink is."
TOWARDS_ZERO = "Where the data insist, b must end lam closer to old than z is. Yours moves towards zero."
LOYAL_IN_GENERAL = "Put u = b - old into the formula. Which problem of the lesson is left for u?"


def loyal_truth(z, old, lam):
    return old + soft_threshold(z - old, lam)


def loyal_case(*, old, distance):
    """Draw old values away from zero (or at zero) and wishes beyond them, or before them, as drawn."""

    def make_case(rng):
        sign = rng.choice([-1.0, 1.0], size=6)
        values = old * sign * rng.uniform(2, 4, size=6)
        return Case((values + sign * distance(rng), values, 0.5))

    return make_case


def near(rng):
    return rng.choice([-1.0, 1.0], size=6) * rng.uniform(0.05, 0.45, size=6)


def far(rng):
    return rng.permutation([-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]) * rng.uniform(0.7, 1.5, size=6)


exercise_4 = Exercise(
    id="02.4",
    kind="extend",
    objective=OBJECTIVES["soft"],
    stub='''def loyal(z, old, lam):
    """Return the b that minimises (b - z)^2 / 2 + lam |b - old|, entry by entry."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "with old = 0 it is the soft threshold",
            1,
            loyal_case(old=0.0, distance=lambda rng: np.concatenate([near(rng)[:3], far(rng)[:3]])),
            lambda case, answer: close(answer, loyal_truth(*case.args)),
            OLD_ZERO,
        ),
        Check(
            "it depends on old",
            1,
            loyal_case(old=1.0, distance=near),
            is_not(lambda z, old, lam: soft_threshold(z, lam)),
            IGNORES_OLD,
        ),
        Check(
            "it is a coefficient, not a distance",
            1,
            loyal_case(old=1.0, distance=far),
            is_not(lambda z, old, lam: soft_threshold(z - old, lam)),
            NOT_MOVED_BACK,
        ),
        Check(
            "near the old value it stays there",
            1,
            loyal_case(old=1.0, distance=near),
            lambda case, answer: close(answer, case.args[1]),
            STAYS,
        ),
        Check(
            "far from it, it comes lam closer to old",
            1,
            loyal_case(old=1.0, distance=far),
            is_not(lambda z, old, lam: soft_threshold(z, lam)),
            TOWARDS_ZERO,
        ),
        Check(
            "the rule is right",
            2,
            loyal_case(old=1.0, distance=far),
            lambda case, answer: close(answer, loyal_truth(*case.args)),
            LOYAL_IN_GENERAL,
        ),
    ),
    hints=(
        "Where is the kink now, and what does it mean for b to be in the dead zone?",
        "Call u = b - old. Then (b - z)^2 = (u - (z - old))^2.",
        "u is the soft threshold of z - old, and b = old + u.",
    ),
    solution=LOYAL,
    explanation=(
        "An absolute value keeps things exactly where its kink is. Put the kink at zero and you get zeros; put it "
        "at last year's value and you get coefficients that have not changed."
    ),
    wrong_answers=(
        WrongAnswer(
            "keeps what is far",
            edited(
                LOYAL,
                "old + np.sign(z - old) * np.maximum(np.abs(z - old) - lam, 0)",
                "np.where(np.abs(z - old) > lam, z, old)",
            ),
            OLD_ZERO,
        ),
        WrongAnswer(
            "an average",
            edited(
                LOYAL,
                "old + np.sign(z - old) * np.maximum(np.abs(z - old) - lam, 0)",
                "(z + lam * old) / (1 + lam)",
            ),
            OLD_ZERO,
        ),
        WrongAnswer(
            "the threshold around zero",
            edited(
                LOYAL,
                "old + np.sign(z - old) * np.maximum(np.abs(z - old) - lam, 0)",
                "np.sign(z) * np.maximum(np.abs(z) - lam, 0)",
            ),
            IGNORES_OLD,
        ),
        WrongAnswer("the distance", edited(LOYAL, "old + np", "np"), NOT_MOVED_BACK),
        WrongAnswer(
            "adds old to the threshold of z",
            edited(
                LOYAL,
                "old + np.sign(z - old) * np.maximum(np.abs(z - old) - lam, 0)",
                "old + np.sign(z) * np.maximum(np.abs(z) - lam, 0)",
            ),
            STAYS,
        ),
        WrongAnswer(
            "towards zero",
            edited(
                LOYAL,
                "old + np.sign(z - old) * np.maximum(np.abs(z - old) - lam, 0)",
                "np.where(np.abs(z - old) <= lam, old, z - lam * np.sign(z))",
            ),
            TOWARDS_ZERO,
        ),
    ),
)


# 02.5

PRICE_OF_BUDGET = '''def price_of_budget(z, budget):
    """Return the lam at which the soft thresholds of z have the L1 norm `budget`."""
    sizes = np.sort(np.abs(z))[::-1]
    prices = (np.cumsum(sizes) - budget) / np.arange(1, len(z) + 1)
    return np.max(prices)
'''
A_PRICE = "Return one number that is not negative: the price."
SIGNS_OF_Z = "Negative coefficients spend as well: it is the sizes |z_j| that pay."
ONE_SURVIVOR = (
    "That would be the price if only the largest coefficient were alive. "
    "Here the budget is large enough for others."
)
GENEROUS = "With a generous budget all coefficients survive, and each pays the same lam. What is spent then?"
SOME_DROP = (
    "Right where all coefficients survive. Here some do not: they pay only what they have, so the others must pay "
    "more."
)
NOT_EXACT = "Close, but the budget is to be spent to within a millionth. A finer search, or a formula."
TIGHT = (
    "Right for a generous budget. Here it is tight: "
    "put your price into the soft threshold and add up what is spent."
)


def spent(z, lam):
    """Return the L1 norm of the soft thresholds of z."""
    return np.sum(np.maximum(np.abs(z) - lam, 0))


def budget_case(share):
    """Draw wishes of both signs; `share` is the part of their L1 norm that may be spent."""

    def make_case(rng):
        sizes = np.array([1.0, 2.0, 3.5, 5.0, 7.0]) + rng.uniform(-0.3, 0.3, size=5)
        z = rng.permutation(sizes * np.array([1.0, -1.0, 1.0, -1.0, 1.0]))
        return Case((z, share * np.sum(sizes)))

    return make_case


def signed_prices(z, budget):
    """Return what two ways of forgetting the absolute value give."""
    ranked = np.sort(z)[::-1]
    survivors = np.arange(1, len(z) + 1)
    return abs(np.sum(z) - budget) / len(z), np.max((np.cumsum(ranked) - budget) / survivors)


def spends_exactly(case, answer):
    z, budget = case.args
    return isinstance(answer, int | float) and close(spent(z, answer), budget)


exercise_5 = Exercise(
    id="02.5",
    kind="apply",
    objective=OBJECTIVES["budget"],
    stub='''def price_of_budget(z, budget):
    """Return the lam at which the soft thresholds of z have the L1 norm `budget`."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one number, not negative",
            1,
            budget_case(0.3),
            lambda case, answer: isinstance(answer, int | float) and answer >= 0,
            A_PRICE,
        ),
        Check(
            "it is not the price of one survivor",
            1,
            budget_case(0.3),
            is_not(lambda z, budget: np.max(np.abs(z)) - budget),
            ONE_SURVIVOR,
        ),
        Check(
            "signs do not matter",
            1,
            budget_case(0.9),
            lambda case, answer: not any(close(answer, wrong) for wrong in signed_prices(*case.args)),
            SIGNS_OF_Z,
        ),
        Check(
            "a generous budget, roughly",
            1,
            budget_case(0.9),
            lambda case, answer: abs(spent(case.args[0], answer) - case.args[1]) < 0.2,
            GENEROUS,
        ),
        Check(
            "in a tight budget some drop out",
            1,
            budget_case(0.3),
            is_not(lambda z, budget: (np.sum(np.abs(z)) - budget) / len(z)),
            SOME_DROP,
        ),
        Check(
            "a tight budget, roughly",
            1,
            budget_case(0.3),
            lambda case, answer: abs(spent(case.args[0], answer) - case.args[1]) < 0.2,
            TIGHT,
        ),
        Check(
            "in the tightest one is left",
            1,
            budget_case(0.05),
            lambda case, answer: abs(spent(case.args[0], answer) - case.args[1]) < 0.2,
            TIGHT,
        ),
        Check("to within a millionth", 2, budget_case(0.3), spends_exactly, NOT_EXACT),
    ),
    hints=(
        "What is spent at a price is sum(max(|z_j| - lam, 0)), and it falls as lam rises. Search, or think on.",
        "If the k largest survive, they spend sum of their sizes - k lam. Solve for lam; try every k.",
        "Of the prices you get for k = 1, 2, ..., p, the largest is the right one. (Why? Too few or too many survivors "
        "both give a price that is too low.)",
    ),
    solution=PRICE_OF_BUDGET,
    explanation=(
        "For the k largest alone, sum(|z_j| - lam) is at most what is spent in all, so no k gives too high a price; "
        "and the right k gives the right one. A bisection is just as good."
    ),
    wrong_answers=(
        WrongAnswer(
            "an array of prices",
            edited(PRICE_OF_BUDGET, "return np.max(prices)", "return prices"),
            A_PRICE,
        ),
        WrongAnswer(
            "only the largest",
            edited(PRICE_OF_BUDGET, "return np.max(prices)", "return prices[0]"),
            ONE_SURVIVOR,
        ),
        WrongAnswer(
            "with signs",
            edited(PRICE_OF_BUDGET, "return np.max(prices)", "return abs((np.sum(z) - budget) / len(z))"),
            SIGNS_OF_Z,
        ),
        WrongAnswer("sorted with signs", edited(PRICE_OF_BUDGET, "np.abs(z)", "z"), SIGNS_OF_Z),
        WrongAnswer(
            "a share of the largest",
            edited(
                PRICE_OF_BUDGET,
                "return np.max(prices)",
                "return np.max(np.abs(z)) * (1 - budget / np.sum(np.abs(z)))",
            ),
            GENEROUS,
        ),
        WrongAnswer(
            "all survive",
            edited(PRICE_OF_BUDGET, "return np.max(prices)", "return prices[-1]"),
            SOME_DROP,
        ),
        WrongAnswer(
            "two at least",
            edited(PRICE_OF_BUDGET, "return np.max(prices)", "return np.max(prices[1:])"),
            TIGHT,
        ),
        WrongAnswer(
            "those who drop out are left out once",
            """def price_of_budget(z, budget):
    sizes = np.abs(z)
    lam = (np.sum(sizes) - budget) / len(z)
    alive = sizes[sizes > lam]
    return (np.sum(alive) - budget) / len(alive)
""",
            TIGHT,
        ),
        WrongAnswer(
            "a coarse search",
            """def price_of_budget(z, budget):
    prices = np.arange(0, np.max(np.abs(z)), 0.01)
    spent = [np.sum(np.maximum(np.abs(z) - lam, 0)) for lam in prices]
    return prices[np.argmin(np.abs(np.array(spent) - budget))]
""",
            NOT_EXACT,
        ),
    ),
)


EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
