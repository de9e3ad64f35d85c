"""The exercises of lesson 04b: momentum, one coefficient, a bug, the restart, a path with its proofs."""

from __future__ import annotations

import numpy as np

from course_utils.exercises.lesson_04 import SOFT_THRESHOLD, centred_problem, gap_is_at_most
from course_utils.exercises.types import Case, Check, Exercise, WrongAnswer, close, edited, without_raise
from course_utils.objective import lam_max
from course_utils.prox import soft_threshold

OBJECTIVES = {
    "momentum": "say what momentum adds to a step, and when to drop it",
    "coordinate": "minimise over one coefficient exactly, all others held still",
    "bug": "find an error that shows only where columns overlap",
    "path": "solve for a whole path of penalties and prove every point of it",
}


# 04b.1

LOOK_AHEAD = '''def look_ahead(beta, beta_before, t):
    """Return the point from which FISTA takes its next step."""
    t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2
    return beta + (t - 1) / t_next * (beta - beta_before)
'''
NO_MEMORY_YET = (
    "With t = 1 there is no momentum: you should stay at beta. Does your look ahead start from beta, and is the "
    "share (t - 1) / t_next?"
)
BACKWARDS = "You do not look ahead of beta. The last move went from beta_before to beta: add a share of it."
FROM_BETA = (
    "You return the move, or start it at the wrong place. Ahead of beta means: beta plus a share of the move."
)
SHARE = "The right direction, the wrong share. Compute t_next first; the share of the last move is (t - 1) / t_next."


def momentum_case(*, t):
    def make_case(rng):
        beta = rng.normal(size=5)
        return Case((beta, beta - rng.uniform(0.5, 1, size=5), t if t == 1.0 else float(rng.uniform(3, 9))))

    return make_case


def ahead_of(beta, beta_before, t):
    return beta + (t - 1) / ((1 + np.sqrt(1 + 4 * t**2)) / 2) * (beta - beta_before)


def points_forward(case, answer):
    beta, beta_before, _ = case.args
    return np.shape(answer) == (5,) and (answer - beta) @ (beta - beta_before) > 0


def lies_on_the_line(case, answer):
    """Whether answer - beta is a multiple of the last move."""
    beta, beta_before, _ = case.args
    ratios = (answer - beta) / (beta - beta_before)
    return close(ratios, np.full(5, ratios[0]))


exercise_1 = Exercise(
    id="04b.1",
    kind="recall",
    objective=OBJECTIVES["momentum"],
    stub='''def look_ahead(beta, beta_before, t):
    """Return the point from which FISTA takes its next step."""
    raise NotImplementedError
''',
    checks=(
        Check("it lies on the line of the last move", 1, momentum_case(t=None), lies_on_the_line, FROM_BETA),
        Check(
            "the first step has no momentum",
            1,
            momentum_case(t=1.0),
            lambda case, answer: close(answer, case.args[0]),
            NO_MEMORY_YET,
        ),
        Check("it looks ahead", 1, momentum_case(t=None), points_forward, BACKWARDS),
        Check(
            "by the right share",
            1,
            momentum_case(t=None),
            lambda case, answer: close(answer, ahead_of(*case.args)),
            SHARE,
        ),
    ),
    hints=(
        "Two lines of the loop of `fista`: t_next, then ahead.",
        "The last move is beta - beta_before. Add a share of it to beta.",
        "t_next = (1 + np.sqrt(1 + 4 * t**2)) / 2, and the share is (t - 1) / t_next.",
    ),
    solution=LOOK_AHEAD,
    explanation="The share grows from nothing towards one: the longer the run, the more FISTA trusts its direction.",
    wrong_answers=(
        WrongAnswer("the move alone", edited(LOOK_AHEAD, "return beta + ", "return "), FROM_BETA),
        WrongAnswer(
            "momentum from the start", edited(LOOK_AHEAD, "(t - 1) / t_next", "t / t_next"), NO_MEMORY_YET
        ),
        WrongAnswer("looks back", edited(LOOK_AHEAD, "beta - beta_before", "beta_before - beta"), BACKWARDS),
        WrongAnswer("divides by t", edited(LOOK_AHEAD, "(t - 1) / t_next", "(t - 1) / t"), SHARE),
    ),
)


# 04b.2

BEST_COEFFICIENT = '''def best_coefficient(X, y, beta, j, lam):
    """Return the best value of coefficient j while all the others stay as they are."""
    n = len(y)
    without_j = y - X @ beta + X[:, j] * beta[j]
    curvature_j = np.sum(X[:, j] ** 2) / n
    return soft_threshold(X[:, j] @ without_j / n, lam) / curvature_j
'''
PUT_BACK = (
    "Your column j sees a residual from which its own contribution has already been taken away. Put "
    "X[:, j] * beta[j] back first."
)
OWN_CURVATURE = (
    "Right for a column with mean square 1, wrong for others. Each column brings its own curvature."
)
TOLL_FIRST = (
    "The toll belongs before the division: soft_threshold(correlation, lam) / curvature, not the other way "
    "round."
)
COORDINATE_IN_GENERAL = (
    "With all others held still, F is (curvature / 2) b^2 - correlation b + lam |b|. Where is the minimum of "
    "that?"
)


def coordinate_case(*, start, spread):
    """Make a case with column j of the given spread, and beta at zero or away from it."""

    def make_case(rng):
        X, y, _ = centred_problem(rng, 30, 6)
        X = X / X.std(axis=0) * spread
        while True:  # until column j has more to say than the toll, or misconceptions agree by luck
            j = int(rng.integers(6))
            beta = rng.normal(size=6) if start == "away" else np.zeros(6)
            correlation = X[:, j] @ (y - X @ beta + X[:, j] * beta[j]) / len(y)
            if abs(correlation) > 0.5:
                return Case((X, y, beta, j, 0.05))

    return make_case


def coordinate_truth(case, answer):
    X, y, beta, j, lam = case.args
    without_j = y - X @ beta + X[:, j] * beta[j]
    return close(answer, soft_threshold(X[:, j] @ without_j / len(y), lam) / np.mean(X[:, j] ** 2))


def toll_after_division(case):
    X, y, beta, j, lam = case.args
    without_j = y - X @ beta + X[:, j] * beta[j]
    return soft_threshold(X[:, j] @ without_j / len(y) / np.mean(X[:, j] ** 2), lam)


exercise_2 = Exercise(
    id="04b.2",
    kind="apply",
    objective=OBJECTIVES["coordinate"],
    setup=SOFT_THRESHOLD,
    stub='''def best_coefficient(X, y, beta, j, lam):
    """Return the best value of coefficient j while all the others stay as they are."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "right from zero, for columns of spread 1",
            1,
            coordinate_case(start="zero", spread=1),
            coordinate_truth,
            COORDINATE_IN_GENERAL,
        ),
        Check("right from any beta", 1, coordinate_case(start="away", spread=1), coordinate_truth, PUT_BACK),
        Check(
            "the toll comes before the division",
            1,
            coordinate_case(start="away", spread=2),
            lambda case, answer: not close(answer, toll_after_division(case)),
            TOLL_FIRST,
        ),
        Check(
            "right for columns of any spread",
            1,
            coordinate_case(start="away", spread=2),
            coordinate_truth,
            OWN_CURVATURE,
        ),
    ),
    hints=(
        "It is one line of the loop in `coordinate_descent`, for one j.",
        "The residual without column j is y - X @ beta + X[:, j] * beta[j].",
        "soft_threshold(X[:, j] @ without_j / n, lam), divided by the mean square of the column.",
    ),
    solution=BEST_COEFFICIENT,
    explanation=(
        "No step size occurs: the parabola of one coordinate is known exactly, so you go straight to its minimum."
    ),
    wrong_answers=(
        WrongAnswer(
            "forgets n", edited(BEST_COEFFICIENT, "@ without_j / n", "@ without_j"), COORDINATE_IN_GENERAL
        ),
        WrongAnswer("own part not put back", edited(BEST_COEFFICIENT, " + X[:, j] * beta[j]", ""), PUT_BACK),
        WrongAnswer(
            "toll after the division",
            edited(
                BEST_COEFFICIENT,
                "soft_threshold(X[:, j] @ without_j / n, lam) / curvature_j",
                "soft_threshold(X[:, j] @ without_j / n / curvature_j, lam)",
            ),
            TOLL_FIRST,
        ),
        WrongAnswer("no curvature", edited(BEST_COEFFICIENT, " / curvature_j", ""), OWN_CURVATURE),
    ),
)


# 04b.3

BUG_RAISE = '    raise NotImplementedError("find the bug, repair it, and delete this line")\n'
SWEEPS = '''def sweeps_to_repair(X, y, lam, n_sweeps):
    """Return the LASSO coefficients of centred data after n_sweeps of coordinate descent."""
    curvatures = np.sum(X**2, axis=0) / len(y)
    beta = np.zeros(X.shape[1])
    for _ in range(n_sweeps):
        for j in range(X.shape[1]):
            without_j = y - X @ beta + X[:, j] * beta[j]
            beta[j] = soft_threshold(X[:, j] @ without_j / len(y), lam) / curvatures[j]
    return beta
'''
STALE = """    for _ in range(n_sweeps):
        residual = y - X @ beta
        for j in range(X.shape[1]):
            without_j = residual + X[:, j] * beta[j]
            beta[j] = soft_threshold(X[:, j] @ without_j / len(y), lam) / curvatures[j]
"""
STALE_SWEEPS = SWEEPS[: SWEEPS.index("    for _")] + STALE + "    return beta\n"
SWEEPS_TO_REPAIR = edited(STALE_SWEEPS, "    curvatures = ", BUG_RAISE + "    curvatures = ")
OUT_OF_DATE = (
    "Right for columns that do not overlap, wrong for these. When column 2 has its turn, does the residual "
    "know what column 1 has just done?"
)
RIGHT_BEFORE = (
    "The function was right for columns that do not overlap, and now it is not: you have changed too much."
)
TOO_CAUTIOUS = (
    "It does not explode any more, but the gap is not small: what you return is not the solution. Is the residual "
    "up to date at every column, and is the column's own part back in it?"
)


def separate_columns(rng):
    X = rng.normal(size=(30, 4))
    X = np.linalg.qr(X - X.mean(axis=0))[0] * np.sqrt(30)
    y = X @ [2.0, -1.0, 0.3, 0.0] + 0.1 * rng.normal(size=30)
    return Case((X, y - y.mean(), 0.2, 1))


def overlapping_columns(rng):
    X, y, _ = centred_problem(rng, 60, 8, correlation=0.8)
    return Case((X, y, 0.02 * lam_max(X, y), 400))


def is_solved(case, answer):
    X, y, lam, _ = case.args
    return bool(np.all(np.isfinite(answer))) and gap_is_at_most(X, y, answer, lam, 1e-6)


def is_bounded(case, answer):
    """Whether F is below its value at zero: a run that explodes is not."""
    X, y, lam, _ = case.args
    return bool(np.all(np.isfinite(answer))) and (
        np.sum((y - X @ answer) ** 2) / (2 * len(y)) + lam * np.sum(np.abs(answer))
        < np.sum(y**2) / (2 * len(y))
    )


exercise_3 = Exercise(
    id="04b.3",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    setup=SOFT_THRESHOLD,
    stub=SWEEPS_TO_REPAIR,
    checks=(
        Check("columns that do not overlap", 1, separate_columns, is_solved, RIGHT_BEFORE),
        Check("columns that overlap: nothing explodes", 1, overlapping_columns, is_bounded, OUT_OF_DATE),
        Check("columns that overlap: the gap is small", 2, overlapping_columns, is_solved, TOO_CAUTIOUS),
    ),
    hints=(
        "Compare the loop with `coordinate_descent` in the lesson, line by line.",
        "The residual is computed once a sweep. How many coefficients change during a sweep?",
        "After each new beta[j], bring the residual up to date: residual = without_j - X[:, j] * beta[j].",
    ),
    solution=SWEEPS,
    explanation=(
        "With a residual that is out of date, every column tries to explain the same thing, and together they "
        "overshoot. Where columns do not overlap there is nothing to share, so no test on such columns can see it."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(SWEEPS_TO_REPAIR), OUT_OF_DATE),
        WrongAnswer(
            "smaller moves, still out of date",
            edited(STALE_SWEEPS, "/ curvatures[j]", "/ curvatures.sum()"),
            RIGHT_BEFORE,
        ),
        WrongAnswer("the part of j not put back", edited(SWEEPS, " + X[:, j] * beta[j]", ""), TOO_CAUTIOUS),
    ),
)


# 04b.4

RESTART = '''def points_uphill(ahead, beta, beta_before):
    """Return whether the last move went against the step from ahead to beta."""
    return bool((beta - ahead) @ (beta - beta_before) < 0)
'''
WRONG_WAY = (
    "You answer yes where the two agree. Momentum is dropped when step and move point in opposite directions."
)
NOT_LENGTHS = "Two vectors point against each other when their product, @, is negative; nothing else decides."
WHICH_VECTORS = "Check your two vectors: the step goes from ahead to beta, the move from beta_before to beta."


def restart_case(*, agree):
    """Draw a step that agrees with the last move or goes against it; either may be the longer one."""

    def make_case(rng):
        beta, move = rng.normal(size=4), rng.normal(size=4)
        sideways = rng.normal(size=4)
        sideways -= (sideways @ move) / (move @ move) * move
        # mostly sideways, so that single entries and angles mislead
        step = 0.3 * (move if agree else -move) + rng.uniform(1, 3) * sideways
        return Case((beta - step, beta, beta - move))

    return make_case


def long_step_case(rng):
    beta, move = rng.normal(size=4), rng.normal(size=4)
    return Case((beta - 3 * move, beta, beta - move))


exercise_4 = Exercise(
    id="04b.4",
    kind="apply",
    objective=OBJECTIVES["momentum"],
    stub='''def points_uphill(ahead, beta, beta_before):
    """Return whether the last move went against the step from ahead to beta."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "a long step in the same direction", 1, long_step_case, lambda case, answer: not answer, WRONG_WAY
        ),
        Check(
            "step and move disagree: yes",
            1,
            restart_case(agree=False),
            lambda case, answer: bool(answer),
            NOT_LENGTHS,
        ),
        Check(
            "step and move agree: no",
            1,
            restart_case(agree=True),
            lambda case, answer: not answer,
            WHICH_VECTORS,
        ),
    ),
    hints=(
        "Write down the two vectors first: step = beta - ahead, and move = beta - beta_before.",
        "When do two vectors point in opposite directions? Think of the sign of their product.",
        "bool(step @ move < 0)",
    ),
    solution=RESTART,
    explanation=(
        "The step from ahead to beta goes downhill. If the last move has a component against it, the momentum "
        "carries you up. One product of vectors decides, which costs next to nothing beside a step."
    ),
    wrong_answers=(
        WrongAnswer("the wrong sign", edited(RESTART, "< 0", "> 0"), WRONG_WAY),
        WrongAnswer(
            "compares lengths",
            edited(
                RESTART,
                "(beta - ahead) @ (beta - beta_before) < 0",
                "np.sum((beta - ahead) ** 2) < 0.01 * np.sum((beta - beta_before) ** 2)",
            ),
            NOT_LENGTHS,
        ),
        WrongAnswer(
            "entry by entry",
            edited(
                RESTART,
                "bool((beta - ahead) @ (beta - beta_before) < 0)",
                "bool(np.all((beta - ahead) * (beta - beta_before) < 0))",
            ),
            NOT_LENGTHS,
        ),
        WrongAnswer(
            "always", edited(RESTART, "bool((beta - ahead) @ (beta - beta_before) < 0)", "True"), WRONG_WAY
        ),
        WrongAnswer(
            "never", edited(RESTART, "bool((beta - ahead) @ (beta - beta_before) < 0)", "False"), NOT_LENGTHS
        ),
    ),
)


# 04b.5

PATH = '''def path_of(X, y, lams):
    """Return the solutions for all lams, one a row, each with a relative gap of at most 1e-6."""
    beta, rows = np.zeros(X.shape[1]), []
    for lam in lams:
        beta = solvers.coordinate_descent(X, y, lam, tol=1e-6, beta_start=beta).beta
        rows.append(beta)
    return np.array(rows)
'''
ONE_ROW_EACH = (
    "One row a price, one column a feature: the shape should be (number of lams, number of features)."
)
ORDER = "The rows should stand in the order of `lams`; yours belong to other prices."
SHARED = (
    "All your rows are the same. Did you store one array again and again while the loop went on changing it?"
)
PROVE = (
    "Some rows are not solutions yet: their gap is above 1e-6. A warm start needs few sweeps, but not none."
)


def path_case(rng):
    X, y, _ = centred_problem(rng, 40, 6, correlation=0.8)
    return Case((X, y, lam_max(X, y) * np.array([0.9, 0.5, 0.2, 0.05, 0.01])))


def shape_is_right(case, answer):
    return np.shape(answer) == (5, 6)


def rows_differ(case, answer):
    return shape_is_right(case, answer) and not close(answer[0], answer[-1])


def sizes_grow(case, answer):
    return shape_is_right(case, answer) and np.sum(np.abs(answer[0])) < np.sum(np.abs(answer[-1]))


def all_proved(case, answer):
    X, y, lams = case.args
    return all(gap_is_at_most(X, y, beta, lam, 1.001e-6) for beta, lam in zip(answer, lams, strict=True))


exercise_5 = Exercise(
    id="04b.5",
    kind="extend",
    objective=OBJECTIVES["path"],
    setup="from course_utils import solvers\n",
    stub='''def path_of(X, y, lams):
    """Return the solutions for all lams, one a row, each with a relative gap of at most 1e-6."""
    raise NotImplementedError
''',
    checks=(
        Check("one row a price", 1, path_case, shape_is_right, ONE_ROW_EACH),
        Check("the rows differ", 1, path_case, rows_differ, SHARED),
        Check("the rows stand in the order of lams", 1, path_case, sizes_grow, ORDER),
        Check("every row is proved by its gap", 2, path_case, all_proved, PROVE),
    ),
    hints=(
        "A loop over lams, a list of rows, np.array at the end.",
        "Any solver of `solvers` takes beta_start=..., and its result has the field beta.",
        "beta = solvers.coordinate_descent(X, y, lam, tol=1e-6, beta_start=beta).beta",
    ),
    solution=PATH,
    explanation="From strong to weak: at the first price nearly everything is zero, which is where the loop starts.",
    wrong_answers=(
        WrongAnswer("one column a price", edited(PATH, "np.array(rows)", "np.array(rows).T"), ONE_ROW_EACH),
        WrongAnswer(
            "stores one array",
            edited(
                edited(PATH, "beta = solvers", "beta[:] = solvers"),
                "rows.append(beta)",
                "rows.append(beta)  # the same array",
            ),
            SHARED,
        ),
        WrongAnswer("the other order", edited(PATH, "in lams:", "in lams[::-1]:"), ORDER),
        WrongAnswer("a loose tolerance", edited(PATH, "tol=1e-6", "tol=1e-2"), PROVE),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
