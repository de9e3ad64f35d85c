"""The hidden checks of assignment 2: units and rare columns, a step and its certificate, sweeps, a budget.

Feedback shows the hint of the first check whose answer is wrong, so each hint stands for itself.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from course_utils import datasets, solvers
from course_utils.exercises.types import Case, Check, close, is_truth
from course_utils.grading.assignment import Question, WrongSolution
from course_utils.prox import soft_threshold
from course_utils.scaling import fit_standardizer


def centred_case(rng, *, n=30, scales=(0.5, 0.8, 1.2, 1.7, 2.2)):
    """Draw centred columns of these standard deviations that overlap, and a centred target they explain."""
    p = len(scales)
    X = rng.normal(size=(n, p)) + rng.normal(size=(n, 1))
    X = (X - X.mean(axis=0)) / X.std(axis=0) * rng.permutation(scales)
    y = X @ (rng.choice([-1.0, 1.0], size=p) * rng.uniform(0.5, 2, size=p)) + rng.normal(size=n)
    return X, y - y.mean()


# q1

NAMES = (
    "age",
    "sex",
    "body mass index",
    "blood pressure",
    "cholesterol",
    "LDL",
    "HDL",
    "cholesterol ratio",
    "log triglycerides",
    "glucose",
)
MG_PER_MMOL = np.array([1, 1, 1, 1, 38.67, 38.67, 38.67, 1, 1, 18.02])
AS_WRITTEN = (
    "Fit the columns as they are written, at lam = 8, and give the names of all whose coefficient is not zero. "
    "Were yours standardised, or fitted without an intercept?"
)
WHICH_UNIT = (
    "This is not what the numbers of Lyon give at lam = 8. Only four columns have another unit, "
    "and the penalty stays as it is. Have Lyon's numbers become smaller or larger than Boston's?"
)
WHO_PAYS = (
    "What is charged for a unit of effect depends on the spread of the column in the unit used. "
    "Who pays more, the column with the large numbers or the one with the small?"
)


@cache
def kept_by(laboratory):
    """Return the sorted names that a laboratory keeps at lam = 8."""
    clinic = datasets.load_diabetes(scaled=False)
    table = clinic.X / MG_PER_MMOL if laboratory == "Lyon" else clinic.X
    beta = solvers.coordinate_descent(table, clinic.y, 8.0, tol=1e-8).beta
    return sorted(NAMES[j] for j in np.flatnonzero(beta))


def names_of(laboratory):
    """Return a judge of the list of one laboratory."""
    return lambda case, answer: sorted(answer[laboratory]) == kept_by(laboratory)


QUARREL = Question(
    "q1",
    "kept",
    (
        Check("what Boston keeps", 1, lambda rng: Case(), names_of("Boston"), AS_WRITTEN),
        Check("what Lyon keeps", 1, lambda rng: Case(), names_of("Lyon"), WHICH_UNIT),
        Check(
            "what Lyon charges for LDL",
            1,
            lambda rng: Case(),
            lambda case, answer: close(answer["times"], 38.67, rtol=1e-3),
            WHO_PAYS,
        ),
    ),
    (
        WrongSolution(
            "both standardised",
            '{"Boston": X, "Lyon": X / divisors}',
            '{"Boston": Z, "Lyon": Z / divisors}',
            AS_WRITTEN,
        ),
        WrongSolution("multiplied", "X / divisors", "X * divisors", WHICH_UNIT),
        WrongSolution("glucose forgotten", "18.02])", "1])", WHICH_UNIT),
        WrongSolution(
            "the charge goes with the numbers",
            'tables["Boston"][:, 5].std() / tables["Lyon"][:, 5].std()',
            'tables["Lyon"][:, 5].std() / tables["Boston"][:, 5].std()',
            WHO_PAYS,
        ),
    ),
    wants_function=False,
)


# q2

SAME_ZERO = (
    "Without a shift only the coefficients change. "
    "When the numbers of a column grow, what must its coefficient do?"
)
MOVED_ZERO = (
    "Here only the zeros of the columns move. A prediction must not: what makes up for what the shifts add?"
)
BOTH = (
    "Factors and shifts together: the shift is told in the new unit. By which coefficient is it multiplied?"
)


def model_in_other_units(intercept, beta, factor, shift):
    """Return the intercept and the coefficients for factor * x + shift."""
    return np.concatenate([[intercept - np.sum(shift * beta / factor)], beta / factor])


def units_case(*, factor, shift):
    """Draw a model of four columns, with factors, or shifts, or both."""

    def make_case(rng):
        size = 4
        factors = rng.choice([-1.0, 1.0], size=size) * rng.choice([0.1, 0.4, 3.0, 12.0], size=size)
        shifts = rng.choice([-1.0, 1.0], size=size) * rng.uniform(1, 4, size=size)
        return Case(
            (
                rng.uniform(50, 150),
                rng.uniform(0.5, 3, size=size) * rng.choice([-1.0, 1.0], size=size),
                factors if factor else np.ones(size),
                shifts if shift else np.zeros(size),
            )
        )

    return make_case


UNITS = Question(
    "q2",
    "in_other_units",
    (
        Check(
            "with factors and no shifts",
            1,
            units_case(factor=True, shift=False),
            is_truth(model_in_other_units),
            SAME_ZERO,
        ),
        Check(
            "with shifts and no factors",
            1,
            units_case(factor=False, shift=True),
            is_truth(model_in_other_units),
            MOVED_ZERO,
        ),
        Check("with both", 1, units_case(factor=True, shift=True), is_truth(model_in_other_units), BOTH),
    ),
    (
        WrongSolution("multiplied", "beta / factor", "beta * factor", SAME_ZERO),
        WrongSolution("the intercept stays", "intercept - shift @ beta_new", "intercept", MOVED_ZERO),
        WrongSolution("the shift is added", "intercept - shift", "intercept + shift", MOVED_ZERO),
        WrongSolution("the old coefficient pays for the shift", "shift @ beta_new", "shift @ beta", BOTH),
    ),
)


# q3

FREE_JUMP = (
    "With lam = 0 nothing is charged, and every divisor leaves the jump of least squares, in the units of y. "
    "Yours is another number, or not one for each divisor."
)
CHARGED_JUMP = (
    "The penalty charges for the coefficient of dummy / divisor, not for the jump. "
    "How large must it be for a jump of one, and how much effect has such a jump where ones are rare?"
)
DOWNWARDS = "A jump down is charged as a jump up is: it gets smaller in size, and it keeps its sign."
ALL_GONE = (
    "Where the charge is more than the jump there is nothing left: no small jump, and none the other way."
)


def jump_truth(dummy, y, lam, divisors):
    """Return the soft-thresholded jump: from the least-squares slope on the centred dummy."""
    deviation = dummy - dummy.mean()
    variance = np.mean(deviation**2)
    return soft_threshold(np.mean(deviation * y) / variance, lam * np.asarray(divisors) / variance)


def jump_case(*, shares, up=True, charged=True):
    """Draw a rare dummy with a large jump, and divisors that take these shares of the jump off it."""

    def make_case(rng):
        n = int(rng.integers(24, 40))
        dummy = np.zeros(n)
        dummy[rng.choice(n, size=int(rng.integers(3, 8)), replace=False)] = 1
        y = rng.uniform(20, 40) + (1 if up else -1) * rng.uniform(8, 15) * dummy + rng.normal(size=n)
        lam = rng.uniform(0.5, 1.5)
        jump = jump_truth(dummy, y, 0.0, np.ones(1))[0]
        taken = rng.permutation(shares) * rng.uniform(0.9, 1.1, size=len(shares))
        divisors = taken * abs(jump) * dummy.var() / lam
        return Case((dummy, y, lam if charged else 0.0, divisors))

    return make_case


SOME_LEFT = (0.15, 0.4, 0.6, 0.8)
JUMP = Question(
    "q3",
    "jump_left",
    (
        Check("with lam = 0", 1, jump_case(shares=SOME_LEFT, charged=False), is_truth(jump_truth), FREE_JUMP),
        Check("a jump up", 1, jump_case(shares=SOME_LEFT), is_truth(jump_truth), CHARGED_JUMP),
        Check("a jump down", 1, jump_case(shares=SOME_LEFT, up=False), is_truth(jump_truth), DOWNWARDS),
        Check(
            "divisors that leave nothing",
            1,
            jump_case(shares=(0.3, 0.7, 1.6, 3.0)),
            is_truth(jump_truth),
            ALL_GONE,
        ),
    ),
    (
        WrongSolution(
            "a jump taken for an effect",
            "(share * (1 - share))",
            "np.sqrt(share * (1 - share))",
            CHARGED_JUMP,
        ),
        WrongSolution(
            "the divisor forgotten", "lam * divisors / (share", "0 * divisors + lam / (share", CHARGED_JUMP
        ),
        WrongSolution(
            "the divisor helps", "lam * divisors / (share", "lam / divisors / (share", CHARGED_JUMP
        ),
        WrongSolution(
            "the mean of the ones",
            "y[dummy == 1].mean() - y[dummy == 0].mean()",
            "y[dummy == 1].mean() + 0 * dummy.sum()",
            FREE_JUMP,
        ),
        WrongSolution(
            "only jumps up",
            "np.sign(jump) * np.maximum(np.abs(jump) - charge, 0)",
            "np.maximum(jump - charge, 0)",
            DOWNWARDS,
        ),
        WrongSolution(
            "beyond nothing", "np.maximum(np.abs(jump) - charge, 0)", "(np.abs(jump) - charge)", ALL_GONE
        ),
    ),
)


# q4

PLAIN_STEP = (
    "With lam = 0 there is no toll: the step is plain downhill on the loss, from beta. "
    "Check its direction, that the loss is divided by n, and what L is."
)
TOLL = (
    "All prices are equal here: a step on the smooth part, then a toll for each coefficient. "
    "Does a short step pay the full price?"
)
OWN_PRICES = (
    "Here each column has a price of its own. Is a high weight a high toll, and does each column pay its own?"
)
FREE_COLUMN = (
    "One of the weights is 0 here. That column pays nothing, and it is in the model: "
    "it goes where the smooth part sends it."
)


def step_truth(X, y, beta, lam, weights):
    """Return soft_threshold(beta - gradient / L, lam * weights / L)."""
    curvature = np.linalg.eigvalsh(X.T @ X / len(y))[-1]
    gradient = -X.T @ (y - X @ beta) / len(y)
    return soft_threshold(beta - gradient / curvature, lam * np.asarray(weights) / curvature)


def step_case(*, weights=None, charged=True):
    """Draw a problem and a start; at equal prices two of five coefficients vanish."""

    def make_case(rng):
        X, y = centred_case(rng)
        beta = rng.normal(size=5)
        prices = np.ones(5) if weights is None else rng.permutation(weights) * rng.uniform(0.9, 1.1, size=5)
        arrival = np.sort(np.abs(step_truth(X, y, beta, 0.0, prices)))
        lam = np.mean(arrival[1:3]) * np.linalg.eigvalsh(X.T @ X / len(y))[-1]
        return Case((X, y, beta, lam if charged else 0.0, prices))

    return make_case


STEP = Question(
    "q4",
    "weighted_step",
    (
        Check("with lam = 0", 1, step_case(charged=False), is_truth(step_truth), PLAIN_STEP),
        Check("at equal prices", 1, step_case(), is_truth(step_truth), TOLL),
        Check(
            "at different prices",
            1,
            step_case(weights=(0.3, 0.6, 1.0, 1.5, 2.0)),
            is_truth(step_truth),
            OWN_PRICES,
        ),
        Check(
            "with a free column",
            1,
            step_case(weights=(0.0, 0.6, 1.0, 1.5, 2.0)),
            is_truth(step_truth),
            FREE_COLUMN,
        ),
    ),
    (
        WrongSolution("uphill", "beta + step", "beta - step", PLAIN_STEP),
        WrongSolution("the sum of the eigenvalues for L", ", ord=2)", ")", PLAIN_STEP),
        WrongSolution("L without n", "step = len(y) /", "step = 1 /", PLAIN_STEP),
        WrongSolution("the slope at zero", "(y - X @ beta)", "y", PLAIN_STEP),
        WrongSolution("the full price", "step * lam * weights", "lam * weights", TOLL),
        WrongSolution("one price for all", "step * lam * weights", "step * lam", OWN_PRICES),
        WrongSolution("weights turned round", "step * lam * weights", "step * lam / weights", OWN_PRICES),
        WrongSolution(
            "a free column left out",
            "soft_threshold(arrival, step * lam * weights)",
            "soft_threshold(arrival, step * lam * np.where(weights > 0, weights, np.inf))",
            FREE_COLUMN,
        ),
    ),
)


# q5

NOT_SHRUNK = (
    "Equal prices, and the residual keeps all conditions as it is. Has your theta become longer than the residual? "
    "If not, look at F and D one by one: halves, n, the penalty."
)
SHRUNK = (
    "Here the residual breaks a condition, and without the right factor D is no floor. "
    "Which column decides the factor, and may its pull be negative?"
)
OWN_BILL = "Prices differ here, though the residual keeps every condition as it is: what does F_w charge?"
OWN_CONDITION = (
    "Prices differ, and the residual breaks a condition: the column with the largest pull "
    "need not be the one that decides the factor."
)


def gain_truth(X, y, beta, lam, weights):
    """Return the weighted objective minus the dual objective at the shrunk residual."""
    n = len(y)
    residual = y - X @ beta
    excess = np.max(np.abs(X.T @ residual) / (n * lam * np.asarray(weights)))
    theta = residual / max(1.0, excess)
    primal = residual @ residual / (2 * n) + lam * np.abs(beta) @ np.asarray(weights)
    return primal - (theta @ y / n - theta @ theta / (2 * n))


def gain_case(*, tight, different):
    """Draw a point whose strongest pull is negative; `tight` prices make the residual break a condition.

    Different prices are drawn so that a cheap column decides, one with a weaker pull.
    """

    def make_case(rng):
        X, y = centred_case(rng, scales=(0.6, 1.0, 1.5, 2.0))
        beta = rng.normal(size=4) * [1, 1, 1, 0]
        pull = X.T @ (y - X @ beta) / len(y)
        if pull[np.argmax(np.abs(pull))] > 0:
            y, beta, pull = -y, -beta, -pull
        pull = np.abs(pull)
        weights = np.ones(4)
        if different:
            weights = rng.uniform(0.8, 1.5, size=4)
            cheap = np.argsort(pull)[2]
            weights[cheap] = pull[cheap] / (rng.uniform(2.5, 3.5) * pull.max())
        largest = np.max(pull / weights)
        return Case((X, y, beta, largest * (rng.uniform(0.55, 0.65) if tight else 1.5), weights))

    return make_case


GAIN = Question(
    "q5",
    "still_to_gain",
    (
        Check(
            "equal prices that need no shrinking",
            1,
            gain_case(tight=False, different=False),
            is_truth(gain_truth),
            NOT_SHRUNK,
        ),
        Check(
            "equal prices, a residual to shrink",
            1,
            gain_case(tight=True, different=False),
            is_truth(gain_truth),
            SHRUNK,
        ),
        Check(
            "different prices that need no shrinking",
            1,
            gain_case(tight=False, different=True),
            is_truth(gain_truth),
            OWN_BILL,
        ),
        Check(
            "different prices, a residual to shrink",
            2,
            gain_case(tight=True, different=True),
            is_truth(gain_truth),
            OWN_CONDITION,
        ),
    ),
    (
        WrongSolution(
            "theta longer than the residual",
            "min(1, np.min(lam * weights / pull))",
            "np.min(lam * weights / pull)",
            NOT_SHRUNK,
        ),
        WrongSolution(
            "no half in the floor",
            "np.sum((y - theta) ** 2)) / (2 * len(y))",
            "np.sum((y - theta) ** 2)) / len(y)",
            NOT_SHRUNK,
        ),
        WrongSolution("never shrunk", "residual * min(1, np.min(lam * weights / pull))", "residual", SHRUNK),
        WrongSolution(
            "signed pulls",
            "np.abs(X.T @ residual) / len(y)",
            "np.maximum(X.T @ residual, 1e-12) / len(y)",
            SHRUNK,
        ),
        WrongSolution(
            "the bill at one price", "np.sum(weights * np.abs(beta))", "np.sum(np.abs(beta))", OWN_BILL
        ),
        WrongSolution("the floor at one price", "lam * weights / pull", "lam / pull", OWN_CONDITION),
        WrongSolution(
            "the strongest pull decides",
            "np.min(lam * weights / pull)",
            "(lam * weights / pull)[np.argmax(pull)]",
            OWN_CONDITION,
        ),
    ),
)


# q6

LONG_COLUMNS = (
    "From zero, on columns that are not standardised, the answer is wrong. "
    "On columns with a mean square of one the order of two operations does not matter. Here it does."
)
WARM = (
    "On standardised columns, from a start other than zero, the answer is wrong. "
    "Which quantity must belong to beta_start before the first move?"
)


def sweeps_truth(X, y, lam, n_sweeps, beta_start):
    """Return the coefficients, with the residual computed afresh for every move."""
    beta = np.array(beta_start, dtype=float)
    for _ in range(n_sweeps):
        for j in range(X.shape[1]):
            beta[j] = 0.0
            pull = X[:, j] @ (y - X @ beta)
            beta[j] = soft_threshold(pull, len(y) * lam) / (X[:, j] @ X[:, j])
    return beta


def sweeps_case(*, standardised, warm):
    """Draw overlapping columns, a moderate penalty, and a start."""

    def make_case(rng):
        X, y = centred_case(rng, scales=(0.3, 0.7, 1.6, 3.0))
        X = fit_standardizer(X).transform(X) if standardised else X
        # from far away and for one or two sweeps, so that the start still shows in the answer
        lam = (0.05 if warm else 0.2) * np.max(np.abs(X.T @ y)) / len(y)
        start = rng.choice([-1.0, 1.0], size=4) * rng.uniform(4, 8, size=4) if warm else np.zeros(4)
        return Case((X, y, lam, int(rng.integers(1, 3) if warm else rng.integers(2, 5)), start))

    return make_case


SWEEPS = Question(
    "q6",
    "sweeps",
    (
        Check(
            "columns as they are written",
            2,
            sweeps_case(standardised=False, warm=False),
            is_truth(sweeps_truth),
            LONG_COLUMNS,
        ),
        Check("a warm start", 2, sweeps_case(standardised=True, warm=True), is_truth(sweeps_truth), WARM),
    ),
    (
        WrongSolution(
            "the first bug left",
            "soft_threshold(x @ left / len(y), lam) / np.mean(x**2)",
            "soft_threshold(x @ left / len(y) / np.mean(x**2), lam)",
            LONG_COLUMNS,
        ),
        WrongSolution("never divided", " / np.mean(x**2)", "", LONG_COLUMNS),
        WrongSolution("the second bug left", "y - X @ beta_start\n", "y.copy()\n", WARM),
        WrongSolution(
            "always from zero", "np.array(beta_start), y - X @ beta_start", "0 * beta_start, y.copy()", WARM
        ),
    ),
)


# q7

NAMES_IN = "Every kept measurement costs one dollar here. Give the penalty itself, of the weakest row that can be paid."
IN_DOLLARS = "A negative coefficient is kept as well, and the budget is in dollars, not in columns."
COMES_BACK = (
    "A row further down can be affordable again, when something expensive has left. Do you look at every row?"
)
TO_THE_CENT = "A bill that is exactly the budget can be paid."


def affordable_truth(lams, betas, costs, budget):
    """Return the last affordable penalty of a falling path."""
    for lam, beta in zip(lams[::-1], betas[::-1], strict=True):
        if sum(cost for b, cost in zip(beta, costs, strict=True) if b != 0) <= budget:
            return lam
    return None


def menu_case(*, signed=True, dear=True, returns=False, exact=False):
    """Draw a path of six rows on five columns that enter in turn.

    Parameters
    ----------
    signed : bool
        Half of the coefficients are negative.
    dear : bool
        Costs differ; otherwise each is 1.
    returns : bool
        A dear column comes in third and leaves in the row after; that row is the last affordable one.
    exact : bool
        The budget is exactly what the wanted row costs.
    """

    def make_case(rng):
        lams = np.sort(rng.uniform(0.1, 10, size=6))[::-1].copy()
        betas = np.tri(6, 5, -1) * rng.uniform(0.1, 2, size=(6, 5))
        costs = rng.integers(2, 9, size=5).astype(float) if dear else np.ones(5)
        wanted = 4 if returns else int(rng.integers(2, 5))
        if signed:
            signs = rng.permutation([1.0, 1.0, -1.0, -1.0, -1.0])
            signs[wanted] = -1  # the column that makes the next row too dear
            betas = betas * signs
        if returns:
            costs[2] = 60.0
            betas[4:, 2] = 0
        bills = (betas != 0) @ costs
        budget = bills[wanted] + (0.0 if exact else 0.5)
        order = rng.permutation(5)
        return Case((lams, betas[:, order], costs[order], float(budget)))

    return make_case


BUDGET = Question(
    "q7",
    "weakest_affordable",
    (
        Check(
            "a dollar for each", 1, menu_case(signed=False, dear=False), is_truth(affordable_truth), NAMES_IN
        ),
        Check("different costs and signs", 1, menu_case(), is_truth(affordable_truth), IN_DOLLARS),
        Check(
            "a column that leaves again", 1, menu_case(returns=True), is_truth(affordable_truth), COMES_BACK
        ),
        Check(
            "a bill of exactly the budget", 1, menu_case(exact=True), is_truth(affordable_truth), TO_THE_CENT
        ),
    ),
    (
        WrongSolution("the strongest", "np.min(lams", "np.max(lams", NAMES_IN),
        WrongSolution(
            "the row's number",
            "np.min(lams[bills <= budget])",
            "np.flatnonzero(bills <= budget)[-1]",
            NAMES_IN,
        ),
        WrongSolution("columns counted", "(betas != 0) @ costs", "np.sum(betas != 0, axis=1)", IN_DOLLARS),
        WrongSolution("positive coefficients only", "betas != 0", "betas > 0", IN_DOLLARS),
        WrongSolution(
            "stops at the first that is too dear",
            "lams[bills <= budget]",
            "lams[: np.argmax(bills > budget)]",
            COMES_BACK,
        ),
        WrongSolution("less than the budget", "bills <= budget", "bills < budget", TO_THE_CENT),
    ),
)


QUESTIONS: tuple[Question, ...] = (QUARREL, UNITS, JUMP, STEP, GAIN, SWEEPS, BUDGET)
