"""The exercises of lesson 02b: the conditions, lam_max, a bug of units, a slide among solutions, degrees of freedom."""

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
from course_utils.objective import kkt_violation, lam_max
from course_utils.scaling import fit_standardizer
from course_utils.solvers import coordinate_descent

OBJECTIVES = {
    "check": "check a solution without a solver",
    "lam_max": "compute the price at which the last coefficient vanishes",
    "carry": "carry a penalty and its coefficients from one program to another",
    "alive": "say how many coefficients can be alive, and when a solution is one of many",
    "df": "measure the degrees of freedom of a fit",
}


# 02b.1

JUDGE = '''def violation(X, y, beta, lam):
    """Return the largest distance to c_j = lam sign(beta_j) where beta_j != 0, |c_j| <= lam where it is 0."""
    c = X.T @ (y - X @ beta) / len(y)
    alive = np.abs(c - lam * np.sign(beta))
    zero = np.maximum(np.abs(c) - lam, 0)
    return np.max(np.where(beta != 0, alive, zero))
'''
SOLUTION_IS_FINE = (
    "These coefficients are a solution, and the distance should be 0. Is c divided by n, are the residuals y - X beta, "
    "and is a zero allowed any c between -lam and lam?"
)
SIGN_COUNTS = (
    "Two coefficients have the wrong sign here, and you let them pass: a living coefficient needs c_j = lam or "
    "c_j = -lam, and its own sign says which."
)
ZERO_BREAKS = (
    "Here a coefficient is zero, and its |c_j| is larger than lam: that is a violation too. How large is it?"
)
ALIVE_INSIDE = (
    "A living coefficient whose |c_j| is too small breaks its condition as well: the price is not earned. And a "
    "distance has no sign."
)
ROOM_TO_SPARE = (
    "All coefficients are zero here, and all |c_j| are below lam. The distance is then 0, not negative."
)
THE_LARGEST = "Each column has its own distance. Return the largest of them, one number."
CHECK_IN_GENERAL = (
    "Two cases: at beta_j = 0, how far |c_j| is above lam; else how far c_j is from lam sign(beta_j)."
)


def centred_problem(rng, n_samples=40, n_features=6):
    """Draw centred columns, y with three signals of both signs, and a price at which some are zero."""
    X = rng.normal(size=(n_samples, n_features))
    y = X[:, :3] @ [3.0, -2.0, 2.5] + rng.normal(size=n_samples)
    X, y = X - X.mean(axis=0), y - y.mean()
    return X, y, 0.3 * lam_max(X, y)


def solved_case(rng):
    X, y, lam = centred_problem(rng)
    return Case((X, y, coordinate_descent(X, y, lam, tol=1e-14).beta, lam))


def orthogonal_columns(rng):
    """Draw six centred columns of forty samples that do not overlap, each of mean square 1."""
    draws = rng.normal(size=(40, 6))
    return np.linalg.qr(draws - draws.mean(axis=0))[0] * np.sqrt(40)


def flipped_case(rng):
    """Give y so that c_j = lam exactly for all living columns, two of which have a negative coefficient."""
    X = orthogonal_columns(rng)
    beta = np.array([2.0, -1.0, 1.5, -2.5, 0.0, 0.0])
    c = np.array([0.4, 0.4, 0.4, 0.4, 0.1, -0.2])
    return Case((X, X @ (beta + c), beta, 0.4))


def case_with(correlations, beta):
    """Make a case with given residual correlations at lam = 0.4."""

    def make_case(rng):
        X = orthogonal_columns(rng)
        c, coefficients = np.array(correlations), np.array(beta)
        order = rng.permutation(6)
        return Case((X, X @ (coefficients + c)[order], coefficients[order], 0.4))

    return make_case


def violation_truth(case, answer):
    X, y, beta, lam = case.args
    return close(answer, kkt_violation(X, y, beta, 0.0, lam, fit_intercept=False), atol=1e-6)


exercise_1 = Exercise(
    id="02b.1",
    kind="recall",
    objective=OBJECTIVES["check"],
    stub='''def violation(X, y, beta, lam):
    """Return the largest distance to c_j = lam sign(beta_j) where beta_j != 0, |c_j| <= lam where it is 0."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one number", 1, solved_case, lambda case, answer: isinstance(answer, int | float), THE_LARGEST
        ),
        Check(
            "a solution breaks nothing",
            1,
            solved_case,
            lambda case, answer: abs(answer) < 1e-4,
            SOLUTION_IS_FINE,
        ),
        Check(
            "the sign is part of the condition",
            1,
            flipped_case,
            lambda case, answer: answer > 0.1,
            SIGN_COUNTS,
        ),
        Check(
            "a zero can break its condition",
            1,
            case_with([0.4, -0.4, 0.1, 0.9, -0.2, 0.0], [2.0, -1.0, 0.0, 0.0, 0.0, 0.0]),
            lambda case, answer: answer > 0.1,
            ZERO_BREAKS,
        ),
        Check(
            "a living coefficient must earn its price",
            1,
            case_with([0.1, -0.4, 0.1, 0.3, -0.2, 0.0], [2.0, -1.0, 0.0, 0.0, 0.0, 0.0]),
            lambda case, answer: answer > 0.1,
            ALIVE_INSIDE,
        ),
        Check(
            "a distance is never negative",
            1,
            case_with([0.3, -0.2, 0.1, 0.3, -0.2, 0.0], [0.0] * 6),
            lambda case, answer: answer >= 0,
            ROOM_TO_SPARE,
        ),
        Check(
            "it is the largest distance",
            2,
            case_with([0.5, -0.1, 0.8, 0.45, -0.2, 0.0], [2.0, -1.0, 0.0, 0.0, 0.0, 0.0]),
            violation_truth,
            CHECK_IN_GENERAL,
        ),
    ),
    hints=(
        "Compute c first: one number for each column. Then a distance for each column.",
        "Where beta_j is 0 the distance is max(|c_j| - lam, 0).",
        "Elsewhere it is |c_j - lam sign(beta_j)|. np.where chooses, np.max takes the largest.",
    ),
    solution=JUDGE,
    explanation=(
        "Nothing in it knows how the coefficients were found. It works for those of a book, of a colleague and of a "
        "program that claims to have converged."
    ),
    wrong_answers=(
        WrongAnswer(
            "all distances",
            edited(JUDGE, "np.max(np.where(beta != 0, alive, zero))", "np.where(beta != 0, alive, zero)"),
            THE_LARGEST,
        ),
        WrongAnswer("forgets n", edited(JUDGE, " / len(y)", ""), SOLUTION_IS_FINE),
        WrongAnswer(
            "residuals the wrong way round",
            edited(JUDGE, "(y - X @ beta)", "(X @ beta - y)"),
            SOLUTION_IS_FINE,
        ),
        WrongAnswer(
            "equality for all", edited(JUDGE, "np.where(beta != 0, alive, zero)", "alive"), SOLUTION_IS_FINE
        ),
        WrongAnswer(
            "no sign",
            edited(JUDGE, "np.abs(c - lam * np.sign(beta))", "np.abs(np.abs(c) - lam)"),
            SIGN_COUNTS,
        ),
        WrongAnswer(
            "the living alone",
            edited(JUDGE, "np.where(beta != 0, alive, zero)", "alive * (beta != 0)"),
            ZERO_BREAKS,
        ),
        WrongAnswer(
            "only what is too large",
            edited(
                JUDGE,
                "np.abs(c - lam * np.sign(beta))",
                "np.maximum(c * np.sign(beta) - lam, 0) + (c * beta < 0)",
            ),
            ALIVE_INSIDE,
        ),
        WrongAnswer(
            "no absolute value",
            edited(JUDGE, "np.abs(c - lam * np.sign(beta))", "c - lam * np.sign(beta)"),
            ALIVE_INSIDE,
        ),
        WrongAnswer(
            "zeros with room to spare",
            edited(JUDGE, "np.maximum(np.abs(c) - lam, 0)", "np.abs(c) - lam"),
            ROOM_TO_SPARE,
        ),
        WrongAnswer("the sum", edited(JUDGE, "np.max(", "np.sum("), CHECK_IN_GENERAL),
    ),
)


# 02b.2

SILENCE = '''def silence(X, y):
    """Return the smallest lam at which every coefficient is zero, for a model with an intercept."""
    return np.max(np.abs((X - X.mean(axis=0)).T @ (y - y.mean()))) / len(y)
'''
WITHOUT_N = "That is n times too much: the loss is divided by 2n, so its slope is divided by n."
RSS_PRICE = "That is the price for RSS + lam ||beta||_1, or off by a factor of 2. The loss here is RSS / 2n."
NEGATIVE_COLUMNS = "The strongest column goes against y here. Its price is as high as if it went with it."
NOT_CENTRED = "With an intercept, the residuals of the empty model are y minus its mean. Yours are y itself."
ONE_PRICE = "Each column asks for its own price. Return the one that silences them all, one number."
COLUMNS_AS_THEY_ARE = (
    "You have standardised. The columns stay as they are: in other units the price is another."
)
N_MINUS_ONE = "Nearly: that is a covariance with the divisor n - 1. The loss is divided by 2n."
SILENCE_IN_GENERAL = (
    "At beta = 0 the conditions ask |x_j'(y - mean)| / n <= lam for every j. Which lam is just enough?"
)


def silence_case(sign):
    """Draw columns and y with large means; the strongest column goes with y, or against it."""

    def make_case(rng):
        X = rng.normal(size=(30, 5)) + 3
        y = 20 + sign * 2 * X[:, rng.integers(5)] + 0.3 * rng.normal(size=30)
        return Case((X, y))

    return make_case


def silence_times(factor):
    return is_not(lambda X, y: factor(len(y)) * lam_max(X, y))


exercise_2 = Exercise(
    id="02b.2",
    kind="apply",
    objective=OBJECTIVES["lam_max"],
    stub='''def silence(X, y):
    """Return the smallest lam at which every coefficient is zero, for a model with an intercept."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one number",
            1,
            silence_case(1),
            lambda case, answer: isinstance(answer, int | float),
            ONE_PRICE,
        ),
        Check(
            "the mean is taken off y",
            1,
            silence_case(1),
            lambda case, answer: (
                not any(
                    close(answer, np.max(np.abs(case.args[0].T @ case.args[1])) / divisor)
                    for divisor in (1, len(case.args[1]))
                )
            ),
            NOT_CENTRED,
        ),
        Check("it counts the samples", 1, silence_case(1), silence_times(lambda n: n), WITHOUT_N),
        Check("all the samples", 1, silence_case(1), silence_times(lambda n: n / (n - 1)), N_MINUS_ONE),
        Check(
            "the columns stay as they are",
            1,
            silence_case(1),
            is_not(lambda X, y: lam_max(X / X.std(axis=0), y)),
            COLUMNS_AS_THEY_ARE,
        ),
        Check(
            "the price belongs to RSS / 2n",
            1,
            silence_case(1),
            lambda case, answer: all(
                silence_times(lambda n, factor=factor: factor)(case, answer)
                and silence_times(lambda n, factor=factor: factor * n)(case, answer)
                for factor in (0.5, 2)
            ),
            RSS_PRICE,
        ),
        Check(
            "a column may go against y",
            1,
            silence_case(-1),
            is_not(lambda X, y: np.max((X - X.mean(axis=0)).T @ (y - y.mean())) / len(y)),
            NEGATIVE_COLUMNS,
        ),
        Check(
            "it is lam_max",
            2,
            silence_case(-1),
            lambda case, answer: close(answer, lam_max(*case.args)),
            SILENCE_IN_GENERAL,
        ),
    ),
    hints=(
        "Put beta = 0 into the conditions. What are the residuals of a model that predicts the mean?",
        "For each column: |x_j'(y - mean of y)| / n. The price has to be at least each of them.",
        "np.max(np.abs(X.T @ (y - y.mean()))) / len(y). (Centring X as well changes nothing. Why?)",
    ),
    solution=SILENCE,
    explanation=(
        "Once y is centred, the means of the columns drop out: a constant times a sum of zero is zero. Every grid of "
        "prices begins here; a grid that does not may miss everything, or waste its first half."
    ),
    wrong_answers=(
        WrongAnswer(
            "nothing centred",
            edited(SILENCE, "(X - X.mean(axis=0)).T @ (y - y.mean())", "X.T @ y"),
            NOT_CENTRED,
        ),
        WrongAnswer("forgets n", edited(SILENCE, " / len(y)", ""), WITHOUT_N),
        WrongAnswer("price of RSS", edited(SILENCE, " / len(y)", " * 2"), RSS_PRICE),
        WrongAnswer("divides by 2n", edited(SILENCE, "len(y)", "(2 * len(y))"), RSS_PRICE),
        WrongAnswer(
            "no absolute value",
            edited(
                SILENCE,
                "np.abs((X - X.mean(axis=0)).T @ (y - y.mean()))",
                "(X - X.mean(axis=0)).T @ (y - y.mean())",
            ),
            NEGATIVE_COLUMNS,
        ),
        WrongAnswer("the sum", edited(SILENCE, "np.max(", "np.sum("), SILENCE_IN_GENERAL),
        WrongAnswer(
            "standardises",
            edited(SILENCE, "(X - X.mean(axis=0)).T", "((X - X.mean(axis=0)) / X.std(axis=0)).T"),
            COLUMNS_AS_THEY_ARE,
        ),
        WrongAnswer("a sample covariance", edited(SILENCE, "len(y)", "(len(y) - 1)"), N_MINUS_ONE),
        WrongAnswer(
            "all prices",
            edited(
                SILENCE,
                "np.max(np.abs((X - X.mean(axis=0)).T @ (y - y.mean())))",
                "np.abs((X - X.mean(axis=0)).T @ (y - y.mean()))",
            ),
            ONE_PRICE,
        ),
    ),
)


# 02b.3

SETUP_3 = "from sklearn.linear_model import Lasso\n"
TO_REPAIR = '''def glmnet_to_repair(X, y, lam):
    """Return the intercept, then the coefficients, that glmnet reports for lam, as one array."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    mean, scale = X.mean(axis=0), X.std(axis=0, ddof=1)
    fit = Lasso(alpha=lam, tol=1e-12).fit((X - mean) / scale, y)
    beta = fit.coef_ / scale
    return np.append(fit.intercept_ - mean @ beta, beta)
'''
REPAIRED = '''def glmnet_to_repair(X, y, lam):
    """Return the intercept, then the coefficients, that glmnet reports for lam, as one array."""
    mean, scale = X.mean(axis=0), X.std(axis=0)
    fit = Lasso(alpha=lam, tol=1e-12).fit((X - mean) / scale, y)
    beta = fit.coef_ / scale
    return np.append(fit.intercept_ - mean @ beta, beta)
'''
INTERCEPT_FIRST = "Return one array: the intercept, then one coefficient for each column."
DIVISOR = (
    "Still a little off, everywhere. glmnet divides by a standard deviation. By which of the two, and which does your "
    "line compute?"
)
OTHER_FORMULA = (
    "The formula of the loss was right: glmnet, like scikit-learn, divides RSS by 2n. Leave lam as it is."
)
NOT_IN_UNITS = "Your coefficients are those of the standardised columns. In which direction do they go back?"
RAW_COLUMNS = "glmnet standardises unless it is told otherwise. You have fitted the columns as they are."
INTERCEPT_WRONG = (
    "The coefficients are right. The intercept must make the residuals add up to zero, in the original units."
)
PORT_IN_GENERAL = (
    "Compare with the recipe: standardise, fit at the same number, divide, pay for the centring."
)


def glmnet(X, y, lam, *, ddof=0):
    """Return intercept and coefficients of the LASSO on columns standardised with the divisor n - ddof."""
    ruler = fit_standardizer(X, ddof=ddof)
    fit = coordinate_descent(ruler.transform(X), y, lam, tol=1e-14)
    original = ruler.coefficients_in_original_units(fit.beta, fit.intercept)
    return np.append(original.intercept, original.beta)


def glmnet_case(rng):
    """Draw few samples, so that n and n - 1 differ, and columns of different spread and mean."""
    X = rng.normal(size=(12, 4)) * rng.permutation([0.2, 1.0, 5.0, 20.0]) + rng.uniform(5, 10, size=4)
    y = (X / X.std(axis=0)) @ [3.0, -2.0, 1.5, 0.5] + 0.5 * rng.normal(size=12)
    return Case((X, y, 0.2))


def is_not_the_fit(fit):
    """Return a judge that accepts anything but the coefficients of `fit(X, y, lam)`, whatever the intercept."""
    return lambda case, answer: not close(answer[1:], fit(*case.args)[1:], rtol=1e-4)


def not_another_price(case, answer):
    """Whether the coefficients are those of no other formula, with either divisor."""
    X, y, lam = case.args
    prices = [lam * factor**sign for factor in (len(y), 2 * len(y)) for sign in (1, -1)]
    fits = [glmnet(X, y, price, ddof=ddof) for price in prices for ddof in (0, 1)]
    return not any(close(answer[1:], fit[1:], rtol=1e-4) for fit in fits)


def raw_fit(X, y, lam):
    fit = coordinate_descent(X, y, lam, tol=1e-12, max_iter=100_000)
    return np.append(fit.intercept, fit.beta)


def scaled_fit(X, y, lam):
    return np.append(0.0, glmnet(X, y, lam)[1:] * X.std(axis=0))


def scaled_twice(X, y, lam):
    return np.append(0.0, glmnet(X, y, lam)[1:] * X.std(axis=0) ** 2)


exercise_3 = Exercise(
    id="02b.3",
    kind="find the bug",
    objective=OBJECTIVES["carry"],
    setup=SETUP_3,
    stub=TO_REPAIR,
    checks=(
        Check(
            "the intercept and the coefficients",
            1,
            glmnet_case,
            lambda case, answer: np.shape(answer) == (5,),
            INTERCEPT_FIRST,
        ),
        Check(
            "the divisor is glmnet's",
            1,
            glmnet_case,
            is_not_the_fit(lambda X, y, lam: glmnet(X, y, lam, ddof=1)),
            DIVISOR,
        ),
        Check(
            "the loss is RSS / 2n",
            1,
            glmnet_case,
            not_another_price,
            OTHER_FORMULA,
        ),
        Check("the columns are standardised", 1, glmnet_case, is_not_the_fit(raw_fit), RAW_COLUMNS),
        Check(
            "the coefficients go back to the units of X",
            1,
            glmnet_case,
            lambda case, answer: (
                is_not_the_fit(scaled_fit)(case, answer) and is_not_the_fit(scaled_twice)(case, answer)
            ),
            NOT_IN_UNITS,
        ),
        Check(
            "the coefficients are glmnet's",
            1,
            glmnet_case,
            lambda case, answer: close(answer[1:], glmnet(*case.args)[1:], rtol=1e-5, atol=1e-7),
            PORT_IN_GENERAL,
        ),
        Check(
            "so is the intercept",
            2,
            glmnet_case,
            lambda case, answer: close(answer, glmnet(*case.args), rtol=1e-5, atol=1e-6),
            INTERCEPT_WRONG,
        ),
    ),
    hints=(
        "Go through the recipe of the lesson step by step, and compare. All steps are there.",
        "For hundreds of samples the mistake hardly shows. Try it with ten.",
        "R's own sd() divides by n - 1. glmnet divides by n: X.std(axis=0) without ddof.",
    ),
    solution=REPAIRED,
    explanation=(
        "With the divisor n - 1 each column is a little shorter, each coefficient a little dearer: the price is off by "
        "the factor sqrt(n / (n - 1)). It is a rounding error with a thousand samples, and four per cent with twelve."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), DIVISOR),
        WrongAnswer(
            "only the coefficients",
            edited(REPAIRED, "np.append(fit.intercept_ - mean @ beta, beta)", "beta"),
            INTERCEPT_FIRST,
        ),
        WrongAnswer("price of RSS", edited(REPAIRED, "alpha=lam", "alpha=lam / (2 * len(y))"), OTHER_FORMULA),
        WrongAnswer(
            "price times n",
            edited(without_raise(TO_REPAIR), "alpha=lam", "alpha=lam * len(y)"),
            OTHER_FORMULA,
        ),
        WrongAnswer(
            "columns as they are",
            edited(REPAIRED, "X.mean(axis=0), X.std(axis=0)", "np.zeros(X.shape[1]), np.ones(X.shape[1])"),
            RAW_COLUMNS,
        ),
        WrongAnswer(
            "left on the standardised scale", edited(REPAIRED, "fit.coef_ / scale", "fit.coef_"), NOT_IN_UNITS
        ),
        WrongAnswer("multiplies", edited(REPAIRED, "fit.coef_ / scale", "fit.coef_ * scale"), NOT_IN_UNITS),
        WrongAnswer(
            "intercept of the centred columns",
            edited(REPAIRED, "fit.intercept_ - mean @ beta, beta", "fit.intercept_, beta"),
            INTERCEPT_WRONG,
        ),
    ),
)


# 02b.4

SLIDE = '''def slide(beta, direction):
    """Return beta + step * direction at the step of smallest size at which a living coefficient is zero."""
    moving = (beta != 0) & (direction != 0)
    steps = np.full(len(beta), np.inf)
    steps[moving] = -beta[moving] / direction[moving]
    first = np.argmin(np.abs(steps))
    arrived = beta + steps[first] * direction
    arrived[first] = 0.0
    return arrived
'''
NO_ZERO_YET = "No coefficient has become zero, or not exactly: set the one that arrives to 0."
TOO_FAR = "You have slid too far: a coefficient has changed its sign on the way. Stop at the first that becomes zero."
BOTH_WAYS = "The nearest zero lies behind you: the step may be negative."
COEFFICIENTS = "Return the coefficients where the slide ends, one for each column."
NOT_THE_SMALLEST = (
    "You have taken the smallest coefficient to zero. A larger one that moves faster can be there before it."
)
OFF_THE_LINE = (
    "You have left the line: every coefficient moves by the same step times its part of the direction."
)
DEAD_STAY = (
    "Coefficients that do not move, or are zero already, are not the ones that arrive: their step is not 0."
)
SLIDE_IN_GENERAL = (
    "For each living coefficient that moves, at which step is it zero? Take the smallest of these, in size."
)


FORWARDS, BACKWARDS = (0.5, 2.0, 3.0), (-0.5, -2.0, 3.0)


def slide_case(*, steps, n_dead=2, n_still=1):
    """Make coefficients that reach zero near these steps, with dead ones and living ones that do not move.

    The second is the smallest, the third the fastest; the first is at zero before them.
    """

    def make_case(rng):
        reached = np.array(steps) * rng.uniform(0.95, 1.05, size=3)
        direction = np.round(rng.choice([-1.0, 1.0], size=3) * [1.6, 0.3, 2.0] * rng.uniform(0.97, 1.03), 3)
        beta = np.round(-reached * direction, 3)
        beta = np.concatenate([beta, np.zeros(n_dead), rng.uniform(1, 2, size=n_still)])
        direction = np.concatenate([direction, np.zeros(n_dead + n_still)])
        order = rng.permutation(len(beta))
        return Case((beta[order], direction[order]))

    return make_case


def inexact_case(rng):
    """Draw such a case until the sum beta + step * direction leaves a tiny number where the zero should be."""
    while True:
        case = slide_case(steps=FORWARDS)(rng)
        beta, direction = case.args
        moving = direction != 0
        steps = -beta[moving] / direction[moving]
        if np.all(beta[moving] + steps[np.argmin(np.abs(steps))] * direction[moving] != 0):
            return case


def slid(beta, direction):
    moving = (beta != 0) & (direction != 0)
    steps = -beta[moving] / direction[moving]
    arrived = beta + steps[np.argmin(np.abs(steps))] * direction
    return np.where(np.abs(arrived) < 1e-12, 0.0, arrived)


def forward_step(beta, direction):
    """Return the smallest positive step at which a living coefficient is zero."""
    moving = (beta != 0) & (direction != 0)
    steps = -beta[moving] / direction[moving]
    return steps[steps > 0].min()


def on_the_line(case, answer):
    """Whether the answer is beta plus one step times direction."""
    beta, direction = case.args
    return np.linalg.matrix_rank([answer - beta, direction], tol=1e-9) < 2


def smallest_to_zero(beta, direction):
    """Return the point of the line at which the smallest coefficient that moves is zero."""
    smallest = np.argmin(np.where((beta != 0) & (direction != 0), np.abs(beta), np.inf))
    return beta - beta[smallest] / direction[smallest] * direction


exercise_4 = Exercise(
    id="02b.4",
    kind="extend",
    objective=OBJECTIVES["alive"],
    stub='''def slide(beta, direction):
    """Return beta + step * direction at the step of smallest size at which a living coefficient is zero."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "the coefficients come back",
            1,
            slide_case(steps=FORWARDS),
            lambda case, answer: np.shape(answer) == case.args[0].shape,
            COEFFICIENTS,
        ),
        Check("it moves along the direction", 1, slide_case(steps=FORWARDS), on_the_line, OFF_THE_LINE),
        Check(
            "it moves at all",
            1,
            slide_case(steps=FORWARDS),
            lambda case, answer: not close(answer, case.args[0]),
            DEAD_STAY,
        ),
        Check(
            "the first is not always the smallest",
            1,
            slide_case(steps=FORWARDS),
            is_not(smallest_to_zero),
            NOT_THE_SMALLEST,
        ),
        Check(
            "forwards, it does not go too far",
            1,
            slide_case(steps=FORWARDS),
            lambda case, answer: not np.any(answer * case.args[0] < -1e-9),
            TOO_FAR,
        ),
        Check(
            "backwards too",
            1,
            slide_case(steps=BACKWARDS),
            is_not(lambda beta, direction: beta + forward_step(beta, direction) * direction),
            BOTH_WAYS,
        ),
        Check(
            "one more coefficient is exactly zero",
            1,
            inexact_case,
            lambda case, answer: np.sum(answer == 0) == np.sum(case.args[0] == 0) + 1,
            NO_ZERO_YET,
        ),
        Check(
            "it is the nearest such point",
            2,
            slide_case(steps=BACKWARDS),
            lambda case, answer: close(answer, slid(*case.args)),
            SLIDE_IN_GENERAL,
        ),
    ),
    hints=(
        "Coefficient j is zero at the step -beta_j / direction_j, if it moves at all.",
        "Among the living that move, find the step of smallest size; it may be negative.",
        "beta + step * direction leaves a tiny number where the zero should be: set that entry to 0.",
    ),
    solution=SLIDE,
    explanation=(
        "Repeat it as long as a living combination of columns is zero, and you arrive at a solution with at most as "
        "many living coefficients as the columns have rank. That is the proof of the lesson, as a program."
    ),
    wrong_answers=(
        WrongAnswer(
            "removes the smallest",
            """def slide(beta, direction):
    arrived = beta.copy()
    arrived[np.argmin(np.where(beta != 0, np.abs(beta), np.inf))] = 0.0
    return arrived
""",
            OFF_THE_LINE,
        ),
        WrongAnswer(
            "the dead arrive at once",
            """def slide(beta, direction):
    steps = -beta / np.where(direction == 0, np.inf, direction)
    return beta + steps[np.argmin(np.abs(steps))] * direction
""",
            DEAD_STAY,
        ),
        WrongAnswer("the step", edited(SLIDE, "return arrived", "return steps[first]"), COEFFICIENTS),
        WrongAnswer(
            "along the line, to the smallest",
            edited(SLIDE, "np.argmin(np.abs(steps))", "np.argmin(np.where(moving, np.abs(beta), np.inf))"),
            NOT_THE_SMALLEST,
        ),
        WrongAnswer("the lowest step", edited(SLIDE, "np.abs(steps)", "steps"), SLIDE_IN_GENERAL),
        WrongAnswer(
            "to the last",
            edited(SLIDE, "np.argmin(np.abs(steps))", "np.argmax(np.where(moving, np.abs(steps), 0))"),
            TOO_FAR,
        ),
        WrongAnswer(
            "only forwards",
            edited(SLIDE, "np.argmin(np.abs(steps))", "np.argmin(np.where(steps > 0, steps, np.inf))"),
            BOTH_WAYS,
        ),
        WrongAnswer(
            "half the way",
            edited(SLIDE, "    arrived[first] = 0.0\n", "").replace("steps[first] *", "0.5 * steps[first] *"),
            NO_ZERO_YET,
        ),
        WrongAnswer("no exact zero", edited(SLIDE, "    arrived[first] = 0.0\n", ""), NO_ZERO_YET),
        WrongAnswer(
            "a tiny rest", edited(SLIDE, "arrived[first] = 0.0", "arrived[first] = 1e-12"), NO_ZERO_YET
        ),
    ),
)


# 02b.5

ANY_FIT = '''def degrees_of_freedom(fits, ys, noise):
    """Return sum_i cov(fit_i, y_i) / noise^2; rows are draws, columns are samples."""
    covariances = np.mean((fits - fits.mean(axis=0)) * (ys - ys.mean(axis=0)), axis=0)
    return np.sum(covariances) / noise**2
'''
PER_DRAW = "Each sample has its own mean over the draws: take that off, not one mean a row."
NOT_CENTRED_DF = "That is a mean of products, not a covariance: the truth is in both, and has to come off."
A_SUM = "The covariances of all samples are added up, not averaged."
OVER_THE_DRAWS = "A covariance is a mean over the draws, not a sum. How many draws are there?"
NOISE_SQUARED = "Covariances have the unit of y squared. What do you divide them by?"
OWN_VARIANCE = "You have used the variance of the fits. It is their covariance with the data that counts."
DF_IN_GENERAL = (
    "For each sample, the covariance of its fit and its y over the draws; then add up, and divide."
)


def df_of(fits, ys, noise):
    fits, ys = fits - fits.mean(axis=0), ys - ys.mean(axis=0)
    return np.mean(fits * ys, axis=0).sum() / noise**2


def df_case(rng):
    """Draw data around a curved truth, and fit each draw with three columns, shrunk by a tenth of its size."""
    noise, X = 0.5, rng.normal(size=(15, 3))
    ys = 5 + X[:, 0] ** 2 + noise * rng.normal(size=(200, 15))
    return Case((0.9 * ys @ X @ np.linalg.pinv(X), ys, noise))


def close_to_df(case, answer):
    # with the divisor B or B - 1 alike
    exact = df_of(*case.args)
    return any(close(answer, value, rtol=1e-5) for value in (exact, exact * 200 / 199))


def is_not_df(mistake):
    """Return a judge that accepts anything but the mistake, with either divisor."""
    return lambda case, answer: (
        not any(close(answer, factor * mistake(*case.args), rtol=1e-5) for factor in (1, 200 / 199))
    )


exercise_5 = Exercise(
    id="02b.5",
    kind="apply",
    objective=OBJECTIVES["df"],
    stub='''def degrees_of_freedom(fits, ys, noise):
    """Return sum_i cov(fit_i, y_i) / noise^2; rows are draws, columns are samples."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "a covariance, not a mean of products",
            1,
            df_case,
            is_not_df(lambda fits, ys, noise: np.mean(fits * ys, axis=0).sum() / noise**2),
            NOT_CENTRED_DF,
        ),
        Check(
            "each sample has its own mean",
            1,
            df_case,
            is_not_df(lambda fits, ys, noise: df_of(fits.T, ys.T, noise)),
            PER_DRAW,
        ),
        Check(
            "samples are added up",
            1,
            df_case,
            is_not_df(lambda fits, ys, noise: df_of(fits, ys, noise) / 15),
            A_SUM,
        ),
        Check(
            "draws are averaged",
            1,
            df_case,
            is_not_df(lambda fits, ys, noise: df_of(fits, ys, noise) * 200),
            OVER_THE_DRAWS,
        ),
        Check(
            "divided by the variance of the noise",
            1,
            df_case,
            lambda case, answer: (
                is_not_df(lambda fits, ys, noise: df_of(fits, ys, noise) * noise)(case, answer)
                and is_not_df(lambda fits, ys, noise: df_of(fits, ys, noise) * noise**2)(case, answer)
            ),
            NOISE_SQUARED,
        ),
        Check(
            "the fits with the data",
            1,
            df_case,
            is_not_df(lambda fits, ys, noise: df_of(fits, fits, noise)),
            OWN_VARIANCE,
        ),
        Check("it is the definition", 2, df_case, close_to_df, DF_IN_GENERAL),
    ),
    hints=(
        "The covariance of two columns: take off their means, multiply, average. Here over the draws, axis 0.",
        "One covariance for each sample, so as many as there are columns. Then add them up.",
        "np.sum(np.mean((fits - fits.mean(axis=0)) * (ys - ys.mean(axis=0)), axis=0)) / noise**2.",
    ),
    solution=ANY_FIT,
    explanation=(
        "The method may be anything: a tree, a neural network, your own judgement. These fits are least squares with "
        "three columns, shrunk to nine tenths: 2.7 degrees of freedom, but for the luck of the draws."
    ),
    wrong_answers=(
        WrongAnswer(
            "products",
            edited(ANY_FIT, "(fits - fits.mean(axis=0)) * (ys - ys.mean(axis=0))", "fits * ys"),
            NOT_CENTRED_DF,
        ),
        WrongAnswer(
            "means of the rows",
            """def degrees_of_freedom(fits, ys, noise):
    fits, ys = fits.T, ys.T
    covariances = np.mean((fits - fits.mean(axis=0)) * (ys - ys.mean(axis=0)), axis=0)
    return np.sum(covariances) / noise**2
""",
            PER_DRAW,
        ),
        WrongAnswer("the average", edited(ANY_FIT, "np.sum(", "np.mean("), A_SUM),
        WrongAnswer("adds up the draws", edited(ANY_FIT, "np.mean(", "np.sum("), OVER_THE_DRAWS),
        WrongAnswer("not squared", edited(ANY_FIT, "noise**2", "noise"), NOISE_SQUARED),
        WrongAnswer("not divided", edited(ANY_FIT, " / noise**2", ""), NOISE_SQUARED),
        WrongAnswer(
            "variance of the fits",
            edited(ANY_FIT, "(ys - ys.mean(axis=0))", "(fits - fits.mean(axis=0))"),
            OWN_VARIANCE,
        ),
        WrongAnswer(
            "the data alone",
            edited(ANY_FIT, "(fits - fits.mean(axis=0))", "(ys - ys.mean(axis=0))"),
            DF_IN_GENERAL,
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
