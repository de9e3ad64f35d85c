"""The exercises of lesson 04: the toll, the step, a bug, the gap, a whole solver."""

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
from course_utils.objective import duality_gap, lam_max
from course_utils.prox import soft_threshold

OBJECTIVES = {
    "toll": "say what toll one step pays and how wide its dead zone is",
    "step": "choose a step size that cannot diverge",
    "bug": "find the error in a solver whose answers look plausible",
    "gap": "prove with a duality gap that a solver is done",
    "solver": "write a solver that reaches a given gap on any data",
}

# What the learner's kernel holds after the lesson's own cells.
SOFT_THRESHOLD = """
def soft_threshold(z, threshold):
    return np.sign(z) * np.maximum(np.abs(z) - threshold, 0)
"""


def centred_problem(rng, n_samples, n_features, *, correlation=0.0):
    """Draw centred X (columns of different spread), y with three real signals, and a mild penalty."""
    X = rng.normal(size=(n_samples, n_features))
    for j in range(1, n_features):
        X[:, j] = correlation * X[:, j - 1] + np.sqrt(1 - correlation**2) * X[:, j]
    X = X * rng.uniform(0.5, 2, size=n_features)
    y = X[:, :3] @ [2.0, -1.0, 1.5] + rng.normal(size=n_samples)
    X, y = X - X.mean(axis=0), y - y.mean()
    return X, y, 0.1 * lam_max(X, y)


def curvature(X):
    """Return the largest eigenvalue of X'X / n."""
    return np.linalg.norm(X, ord=2) ** 2 / len(X)


def gap_is_at_most(X, y, beta, lam, most):
    """Whether beta is a vector that fits X and its relative duality gap is at most `most`."""
    return np.shape(beta) == (X.shape[1],) and duality_gap(X, y, beta, 0, lam) <= most


# 04.1


def one_step_case(*, step, lam, arrivals):
    """Make a case whose downhill step arrives at the drawn points."""

    def make_case(rng):
        arrival, slope = arrivals(rng), rng.normal(size=6)
        return Case((arrival + step * slope, slope, step, lam))

    return make_case


def far_out(sign):
    return lambda rng: sign * rng.uniform(2, 4, size=6)


def crossing_case(rng):
    """Make a case in which every coefficient is positive and arrives far on the negative side."""
    arrival, slope = -rng.uniform(2, 4, size=6), rng.uniform(6, 9, size=6)
    return Case((arrival + slope, slope, 1.0, 0.7))


def toll_before_the_step(case):
    beta, slope, step, lam = case.args
    return soft_threshold(beta, step * lam) - step * slope


def after_one_step_truth(case, answer):
    beta, slope, step, lam = case.args
    return close(answer, soft_threshold(beta - step * slope, step * lam))


AFTER_ONE_STEP = '''def after_one_step(beta, slope, step, lam):
    """Return beta after one step of ISTA: downhill against the slope, then the toll."""
    arrival = beta - step * slope
    return np.sign(arrival) * np.maximum(np.abs(arrival) - step * lam, 0)
'''
TOLL_BEFORE_STEP = '''def after_one_step(beta, slope, step, lam):
    """Return beta after one step of ISTA: downhill against the slope, then the toll."""
    return np.sign(beta) * np.maximum(np.abs(beta) - step * lam, 0) - step * slope
'''
DOWNHILL = "Begin without a price: with lam = 0 the answer is beta - step * slope, and yours is another."
TOLL = "Large coefficients pay too: far from zero, each arrival must end exactly step * lam closer to zero."
SIGN = "Wrong where the arrival is negative and beta was positive: the sign is that of the arrival, kept by the toll."
ON_ARRIVAL = "The toll is paid on arrival, after the step. You have taken it off beta, before the step."
STOP_AT_ZERO = "An arrival inside the dead zone must become exactly 0, not cross over to the other side."
DEAD_ZONE = (
    "Right for step = 1 and wrong otherwise. A short step pays the price for a short way: how much is that?"
)

exercise_1 = Exercise(
    id="04.1",
    kind="recall",
    objective=OBJECTIVES["toll"],
    stub='''def after_one_step(beta, slope, step, lam):
    """Return beta after one step of ISTA: downhill against the slope, then the toll."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "with lam = 0 the step goes downhill, and nothing else happens",
            1,
            one_step_case(step=0.5, lam=0.0, arrivals=far_out(1)),
            after_one_step_truth,
            DOWNHILL,
        ),
        Check(
            "the toll comes after the step",
            1,
            crossing_case,
            lambda case, answer: not close(answer, toll_before_the_step(case)),
            ON_ARRIVAL,
        ),
        Check(
            "negative arrivals keep their sign",
            1,
            crossing_case,
            lambda case, answer: np.all(answer < 0),
            SIGN,
        ),
        Check(
            "large arrivals lose the toll",
            1,
            one_step_case(step=1.0, lam=0.7, arrivals=far_out(1)),
            after_one_step_truth,
            TOLL,
        ),
        Check(
            "small arrivals become exactly zero",
            1,
            one_step_case(step=1.0, lam=0.7, arrivals=lambda rng: rng.uniform(-0.6, 0.6, size=6)),
            after_one_step_truth,
            STOP_AT_ZERO,
        ),
        Check(
            "a step of 0.1 pays a tenth of the price",
            1,
            one_step_case(step=0.1, lam=0.7, arrivals=lambda rng: rng.uniform(-1, 1, size=6)),
            after_one_step_truth,
            DEAD_ZONE,
        ),
    ),
    hints=(
        "Two lines, as in the loop of `ista`: where does the downhill step arrive, and what does the toll leave?",
        "The arrival is beta - step * slope. The toll is the soft threshold of the arrival.",
        "The threshold is step * lam: sign(arrival) * max(|arrival| - step * lam, 0).",
    ),
    solution=AFTER_ONE_STEP,
    explanation=(
        "The dead zone is step * lam wide on each side. It acts on the arrival, before the next step, and not "
        "on the coefficient you end up with."
    ),
    wrong_answers=(
        WrongAnswer("uphill", edited(AFTER_ONE_STEP, "beta - step", "beta + step"), DOWNHILL),
        WrongAnswer(
            "no step length", edited(AFTER_ONE_STEP, "beta - step * slope", "beta - slope"), DOWNHILL
        ),
        WrongAnswer(
            "hard threshold",
            edited(
                AFTER_ONE_STEP,
                "np.sign(arrival) * np.maximum(np.abs(arrival) - step * lam, 0)",
                "np.where(np.abs(arrival) > step * lam, arrival, 0)",
            ),
            TOLL,
        ),
        WrongAnswer("forgets the sign", edited(AFTER_ONE_STEP, "np.sign(arrival) * ", ""), SIGN),
        WrongAnswer("the sign of beta", edited(AFTER_ONE_STEP, "np.sign(arrival)", "np.sign(beta)"), SIGN),
        WrongAnswer("toll before the step", TOLL_BEFORE_STEP, ON_ARRIVAL),
        WrongAnswer(
            "subtracts the toll with its sign",
            edited(
                AFTER_ONE_STEP,
                "np.sign(arrival) * np.maximum(np.abs(arrival) - step * lam, 0)",
                "arrival - step * lam * np.sign(arrival)",
            ),
            STOP_AT_ZERO,
        ),
        WrongAnswer("dead zone of lam", edited(AFTER_ONE_STEP, "- step * lam", "- lam"), DEAD_ZONE),
    ),
)


# 04.2

SAFE_STEP = '''def safe_step(X):
    """Return the step 1/L, where L is the largest eigenvalue of X'X/n."""
    return len(X) / np.linalg.norm(X, ord=2) ** 2
'''
NOT_L = "That is L itself, the curvature. The steeper the bend, the shorter the step must be."
SQUARE = (
    "You have the largest singular value of X. The eigenvalues of X'X are the squares of the singular values."
)
DIVIDE_BY_N = "That is the step for X'X. The slope of the smooth part is X'(X beta - y) / n: where is your n?"
FROBENIUS = (
    "That step is safe and needlessly short: you have added all eigenvalues (the sum of squares of X does "
    "that). L is the largest of them alone."
)
TWO_OVER_L = (
    "Below 2/L nothing flies apart, but 1/L was asked for: the step up to which the parabola is a promise."
)
STEP_IN_GENERAL = "Compute the eigenvalues of X'X / n, take the largest, and return one divided by it."


def step_case(rng):
    """Draw columns of unequal spread, the widest in a random place, and not centred."""
    X = rng.normal(size=(30, 5)) + rng.uniform(0.5, 1.5, size=5)
    return Case((X * rng.permutation([0.4, 0.6, 0.8, 1.0, 3.0]),))


exercise_2 = Exercise(
    id="04.2",
    kind="apply",
    objective=OBJECTIVES["step"],
    stub='''def safe_step(X):
    """Return the step 1/L, where L is the largest eigenvalue of X'X/n."""
    raise NotImplementedError
''',
    checks=(
        Check("it is a step, not a curvature", 1, step_case, is_not(curvature), NOT_L),
        Check(
            "it uses the eigenvalues of X'X, not the singular values of X",
            1,
            step_case,
            lambda case, answer: (
                is_not(lambda X: 1 / np.linalg.norm(X, ord=2))(case, answer)
                and is_not(lambda X: len(X) / np.linalg.norm(X, ord=2))(case, answer)
            ),
            SQUARE,
        ),
        Check(
            "it counts the samples",
            1,
            step_case,
            is_not(lambda X: 1 / np.linalg.norm(X, ord=2) ** 2),
            DIVIDE_BY_N,
        ),
        Check(
            "1/L, not up to 2/L",
            1,
            step_case,
            lambda case, answer: not 1.5 < answer * curvature(case.args[0]) <= 2.01,
            TWO_OVER_L,
        ),
        Check(
            "it uses the largest eigenvalue alone",
            1,
            step_case,
            is_not(lambda X: len(X) / np.sum(X**2)),
            FROBENIUS,
        ),
        Check(
            "it is 1/L",
            2,
            step_case,
            lambda case, answer: close(answer, 1 / curvature(case.args[0])),
            STEP_IN_GENERAL,
        ),
    ),
    hints=(
        "The function `curvature` of the lesson returns L. What do you do with it?",
        "np.linalg.norm(X, ord=2) is the largest singular value of X; its square is the largest eigenvalue of X'X.",
        "L = np.linalg.norm(X, ord=2) ** 2 / len(X), and the step is 1 / L.",
    ),
    solution=SAFE_STEP,
    explanation=(
        "With this step the parabola that ISTA believes in lies above the smooth part everywhere, so parabola plus "
        "price lies above F, and F cannot rise. Rounding aside, no data can make it diverge."
    ),
    wrong_answers=(
        WrongAnswer(
            "L instead of 1/L",
            SAFE_STEP.replace(
                "len(X) / np.linalg.norm(X, ord=2) ** 2", "np.linalg.norm(X, ord=2) ** 2 / len(X)"
            ),
            NOT_L,
        ),
        WrongAnswer("singular value not squared", edited(SAFE_STEP, " ** 2", ""), SQUARE),
        WrongAnswer("forgets n", edited(SAFE_STEP, "len(X) / np", "1 / np"), DIVIDE_BY_N),
        WrongAnswer("2/L", edited(SAFE_STEP, "len(X) / np", "2 * len(X) / np"), TWO_OVER_L),
        WrongAnswer("sum of squares", edited(SAFE_STEP, ", ord=2", ""), FROBENIUS),
        WrongAnswer(
            "a number that worked once",
            edited(SAFE_STEP, "len(X) / np.linalg.norm(X, ord=2) ** 2", "0.001"),
            STEP_IN_GENERAL,
        ),
    ),
)


# 04.3

TO_REPAIR = '''def ista_to_repair(X, y, lam, n_steps):
    """Return the LASSO coefficients of centred data after n_steps of ISTA."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    step = len(y) / np.linalg.norm(X, ord=2) ** 2
    beta = np.zeros(X.shape[1])
    for _ in range(n_steps):
        beta = soft_threshold(beta, step * lam)
        beta = beta - step * X.T @ (X @ beta - y) / len(y)
    return beta
'''
REPAIRED = '''def ista_to_repair(X, y, lam, n_steps):
    """Return the LASSO coefficients of centred data after n_steps of ISTA."""
    step = len(y) / np.linalg.norm(X, ord=2) ** 2
    beta = np.zeros(X.shape[1])
    for _ in range(n_steps):
        beta = beta - step * X.T @ (X @ beta - y) / len(y)
        beta = soft_threshold(beta, step * lam)
    return beta
'''
NO_ZEROS = (
    "Your solver returns no zero, and the solution has some. What is the last thing that happens to a "
    "coefficient before it is returned?"
)
TOO_DEAR = "That is the solution for another price: your dead zone is lam, and the loop takes steps of 1/L."
NOT_THE_MINIMUM = (
    "There are zeros now, but the gap is far from 0: the other coefficients are not at the minimum. Does the loop "
    "run to its end, does each step pay the toll once, on arrival, and is nothing done to beta afterwards?"
)


def bug_case(rng):
    X, y, lam = centred_problem(rng, 60, 20)
    return Case((X, y, lam, 1000))


def not_the_dearer_lasso(case, answer):
    X, y, lam, _ = case.args
    return not gap_is_at_most(X, y, answer, lam * curvature(X), 1e-6)


exercise_3 = Exercise(
    id="04.3",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    setup=SOFT_THRESHOLD,
    stub=TO_REPAIR,
    checks=(
        Check(
            "some coefficients are exactly zero",
            1,
            bug_case,
            lambda case, answer: np.any(answer == 0),
            NO_ZEROS,
        ),
        Check("the price is lam", 1, bug_case, not_the_dearer_lasso, TOO_DEAR),
        Check(
            "the duality gap is below 1e-6",
            2,
            bug_case,
            lambda case, answer: gap_is_at_most(*case.args[:2], answer, case.args[2], 1e-6),
            NOT_THE_MINIMUM,
        ),
    ),
    hints=(
        "Run the function on `X, y, lam` as it is (without the `raise`) and look for exact zeros.",
        "Follow one coefficient through the loop. Which of the two lines can make it zero, and what comes after?",
        "The toll is paid before the step, so what is returned is an arrival. Swap the two lines.",
    ),
    solution=REPAIRED,
    explanation=(
        "The loop visits the same points in both orders; what differs is the half of the step at which it "
        "stops. An arrival has not paid yet: it has no zeros, and every coefficient in it is a little too far "
        "out. Rounding it would hide the first symptom and keep the second."
    ),
    wrong_answers=(
        WrongAnswer(
            "nothing repaired",
            without_raise(TO_REPAIR),
            NO_ZEROS,
        ),
        WrongAnswer("dead zone of lam", edited(REPAIRED, "step * lam)", "lam)"), TOO_DEAR),
        WrongAnswer(
            "rounds at the end",
            edited(
                without_raise(TO_REPAIR),
                "return beta",
                "return np.where(np.abs(beta) < step * lam, 0, beta)",
            ),
            NOT_THE_MINIMUM,
        ),
        WrongAnswer(
            "pays twice",
            edited(
                REPAIRED,
                "    for _ in range(n_steps):\n",
                "    for _ in range(n_steps):\n        beta = soft_threshold(beta, step * lam)\n",
            ),
            NOT_THE_MINIMUM,
        ),
    ),
)


# 04.4

RELATIVE_GAP = '''def relative_gap(X, y, beta, lam):
    """Return (F(beta) - D(theta)) / (||y||^2 / 2n) for centred X and y."""
    n = len(y)
    residual = y - X @ beta
    largest = np.max(np.abs(X.T @ residual)) / n
    theta = residual * min(1, lam / largest)
    objective_value = np.sum(residual**2) / (2 * n) + lam * np.sum(np.abs(beta))
    floor = (np.sum(y**2) - np.sum((y - theta) ** 2)) / (2 * n)
    return (objective_value - floor) / (np.sum(y**2) / (2 * n))
'''
NOT_ALLOWED = (
    "Your gap is smaller than the true one, so what you subtract is no floor. Either theta is not allowed "
    "(|X_j'theta| / n <= lam for every j, whatever its sign), or D, or the scale, is off."
)
TOO_MUCH_FREEDOM = (
    "At a price above lam_max, beta = 0 is the solution and the gap must be 0: theta is then the residual itself "
    "(the factor is never above 1), and D equals F. Check the factor, and the halves and signs in F and D."
)
NO_PRICE = "Look at the second part of F, the price: lam times the sum of the sizes |beta_j|, none left out."
NOT_RELATIVE = (
    "That is the gap itself. Divide it by ||y||^2 / 2n, so that it does not depend on the units of y."
)
FORGOT_N = (
    "Your theta is allowed, and smaller than it need be: the largest correlation is the largest |X_j'residual| "
    "divided by n."
)
GAP_IN_GENERAL = "Compare your three parts with the lesson: F(beta), theta, D(theta). One of them is off."


def halfway_case(rng):
    """Draw a point between zero and the solution, with both signs: there is something left to gain."""
    X, y, lam = centred_problem(rng, 30, 8)
    beta = np.concatenate([rng.uniform(0.3, 0.8) * np.array([2.0, -1.0, 1.5]), np.zeros(5)])
    correlation = X.T @ (y - X @ beta)
    # the largest correlation is negative, so that whoever forgets the absolute value is found out
    sign = -np.sign(correlation[np.argmax(np.abs(correlation))])
    return Case((X, sign * y, sign * beta, lam))


def above_lam_max_case(rng):
    X, y, _ = centred_problem(rng, 30, 8)
    return Case((X, y, np.zeros(8), 2 * lam_max(X, y)))


def gap_with_price(X, y, beta, lam, price):
    """Return the relative gap with another price in F than lam ||beta||_1."""
    scale = np.sum(y**2) / (2 * len(y))
    return duality_gap(X, y, beta, 0, lam) + (price - lam * np.sum(np.abs(beta))) / scale


def price_is_right(case, answer):
    X, y, beta, lam = case.args
    wrong_prices = (0.0, lam * np.sum(beta))
    return not any(close(answer, gap_with_price(X, y, beta, lam, price)) for price in wrong_prices)


def not_absolute(case, answer):
    X, y, beta, lam = case.args
    return not close(answer, duality_gap(X, y, beta, 0, lam) * np.sum(y**2) / (2 * len(y)))


def gap_at_shrunk_residual(X, y, beta, lam, *, by):
    """Return the relative gap for a residual that is `by` times smaller than it need be."""
    residual = y - X @ beta
    theta = residual * lam / np.max(np.abs(X.T @ residual)) * len(y) / by
    value = np.sum(residual**2) / 2 + len(y) * lam * np.sum(np.abs(beta))
    return (value - (np.sum(y**2) - np.sum((y - theta) ** 2)) / 2) / (np.sum(y**2) / 2)


exercise_4 = Exercise(
    id="04.4",
    kind="extend",
    objective=OBJECTIVES["gap"],
    stub='''def relative_gap(X, y, beta, lam):
    """Return (F(beta) - D(theta)) / (||y||^2 / 2n) for centred X and y."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "F contains the price",
            1,
            halfway_case,
            price_is_right,
            NO_PRICE,
        ),
        Check(
            "the gap is relative",
            1,
            halfway_case,
            not_absolute,
            NOT_RELATIVE,
        ),
        Check(
            "the correlations are divided by n",
            1,
            halfway_case,
            lambda case, answer: not close(answer, gap_at_shrunk_residual(*case.args, by=len(case.args[1]))),
            FORGOT_N,
        ),
        Check(
            "above lam_max the gap of beta = 0 is 0",
            1,
            above_lam_max_case,
            lambda case, answer: close(answer, 0.0),
            TOO_MUCH_FREEDOM,
        ),
        Check(
            "the floor lies below the minimum",
            1,
            halfway_case,
            lambda case, answer: answer >= duality_gap(*case.args[:3], 0, case.args[3]) - 1e-9,
            NOT_ALLOWED,
        ),
        Check(
            "it is the duality gap",
            2,
            halfway_case,
            lambda case, answer: close(answer, duality_gap(*case.args[:3], 0, case.args[3])),
            GAP_IN_GENERAL,
        ),
    ),
    hints=(
        "Three numbers: F(beta), D(theta), and what F is at beta = 0. Compute theta first.",
        "theta = residual * min(1, lam / m), where m is the largest |X_j'residual| / n.",
        "D(theta) = (sum(y**2) - sum((y - theta)**2)) / (2 * n).",
    ),
    solution=RELATIVE_GAP,
    explanation=(
        "Nothing here knows the minimum, and yet the number bounds the distance to it. That is what makes it a "
        "proof: whoever doubts your solver can compute it from beta alone."
    ),
    wrong_answers=(
        WrongAnswer("no price", edited(RELATIVE_GAP, " + lam * np.sum(np.abs(beta))", ""), NO_PRICE),
        WrongAnswer(
            "not relative",
            edited(
                RELATIVE_GAP,
                "(objective_value - floor) / (np.sum(y**2) / (2 * n))",
                "objective_value - floor",
            ),
            NOT_RELATIVE,
        ),
        WrongAnswer(
            "stretches the residual",
            edited(RELATIVE_GAP, "min(1, lam / largest)", "lam / largest"),
            TOO_MUCH_FREEDOM,
        ),
        WrongAnswer(
            "largest without its size",
            edited(RELATIVE_GAP, "np.max(np.abs(X.T @ residual))", "np.max(X.T @ residual)"),
            NOT_ALLOWED,
        ),
        WrongAnswer("residual as theta", edited(RELATIVE_GAP, " * min(1, lam / largest)", ""), NOT_ALLOWED),
        WrongAnswer("shrinks too much", edited(RELATIVE_GAP, "residual)) / n", "residual))"), FORGOT_N),
        WrongAnswer(
            "price with its sign",
            edited(RELATIVE_GAP, "np.sum(np.abs(beta))", "np.sum(beta)"),
            NO_PRICE,
        ),
    ),
)


# 04.5

MY_LASSO = '''def my_lasso(X, y, lam):
    """Return coefficients whose relative duality gap is at most 1e-6, for centred X and y."""
    step = len(y) / np.linalg.norm(X, ord=2) ** 2
    beta = np.zeros(X.shape[1])
    while objective.duality_gap(X, y, beta, 0, lam) > 1e-6:
        beta = soft_threshold(beta - step * X.T @ (X @ beta - y) / len(y), step * lam)
    return beta
'''
FIXED_ISTA = """def my_lasso(X, y, lam):
    step = len(y) / np.linalg.norm(X, ord=2) ** 2
    beta = np.zeros(X.shape[1])
    for _ in range(100):
        beta = soft_threshold(beta - step * X.T @ (X @ beta - y) / len(y), step * lam)
    return beta
"""
ALL_ITERATES = """def my_lasso(X, y, lam):
    step = len(y) / np.linalg.norm(X, ord=2) ** 2
    betas = [np.zeros(X.shape[1])]
    for _ in range(200):
        arrival = betas[-1] - step * X.T @ (X @ betas[-1] - y) / len(y)
        betas.append(soft_threshold(arrival, step * lam))
    return np.array(betas)
"""
WATCHES_MOVEMENT = """def my_lasso(X, y, lam):
    step = len(y) / np.linalg.norm(X, ord=2) ** 2
    beta, movement = np.zeros(X.shape[1]), 1.0
    while movement > 1e-3:
        before = beta
        beta = soft_threshold(beta - step * X.T @ (X @ beta - y) / len(y), step * lam)
        movement = np.abs(beta - before).max()
    return beta
"""
LEAST_SQUARES = """def my_lasso(X, y, lam):
    return np.linalg.lstsq(X, y, rcond=None)[0]
"""
OTHER_PRICE = """def my_lasso(X, y, lam):
    from sklearn.linear_model import Lasso
    return Lasso(alpha=lam * len(y), fit_intercept=False, tol=1e-12, max_iter=100_000).fit(X, y).coef_
"""
ONE_EACH = (
    "Return the last beta alone: one finite number a feature. (Not a number at all? Your steps are too long.)"
)
WRONG_PROBLEM = (
    "Even on an easy problem the gap stays far from 0: this is the answer to another question. Check the "
    "price (F divides the squares by 2n, and lam is not divided) and that there are exact zeros."
)
NOT_DONE = (
    "Right on an easy problem; here the gap of what you return is still above 1e-6. Let nothing but the gap stop "
    "the loop: no fixed number of steps, no small movement, no larger gap."
)


def solver_case(n_samples, n_features, correlation):
    return lambda rng: Case(centred_problem(rng, n_samples, n_features, correlation=correlation))


def solved(case, answer):
    X, y, lam = case.args
    return gap_is_at_most(X, y, answer, lam, 1.001e-6)


def nearly_solved(case, answer):
    X, y, lam = case.args
    return gap_is_at_most(X, y, answer, lam, 1e-2)


exercise_5 = Exercise(
    id="04.5",
    kind="extend",
    objective=OBJECTIVES["solver"],
    setup="from course_utils import objective\n" + SOFT_THRESHOLD,
    stub='''def my_lasso(X, y, lam):
    """Return coefficients whose relative duality gap is at most 1e-6, for centred X and y."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one finite coefficient a feature",
            1,
            solver_case(60, 5, 0.0),
            lambda case, answer: np.shape(answer) == (5,) and bool(np.all(np.isfinite(answer))),
            ONE_EACH,
        ),
        Check(
            "it solves the LASSO, roughly, on an easy problem",
            1,
            solver_case(60, 5, 0.0),
            nearly_solved,
            WRONG_PROBLEM,
        ),
        Check("more features than samples", 1, solver_case(20, 40, 0.9), solved, NOT_DONE),
        Check("columns that resemble one another", 2, solver_case(60, 30, 0.95), solved, NOT_DONE),
    ),
    hints=(
        "The loop of `ista` does the work. What is new is when to stop: not after a number of steps.",
        "Use a loop `while objective.duality_gap(X, y, beta, 0, lam) > 1e-6:`.",
        "Inside the loop: one step of length 1/L, then soft_threshold(..., step * lam). Nothing else.",
    ),
    solution=MY_LASSO,
    explanation=(
        "The loop ends when the proof is there, however many steps it takes. Five lines, and they return what "
        "scikit-learn returns. (Its `dual_gap_` is the same proof, in other units.)"
    ),
    wrong_answers=(
        WrongAnswer("all iterates", ALL_ITERATES, ONE_EACH),
        WrongAnswer("least squares", LEAST_SQUARES, WRONG_PROBLEM),
        WrongAnswer("another convention", OTHER_PRICE, WRONG_PROBLEM),
        WrongAnswer("a fixed number of steps", FIXED_ISTA, NOT_DONE),
        WrongAnswer("stops on movement", WATCHES_MOVEMENT, NOT_DONE),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
