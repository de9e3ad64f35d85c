"""The exercises of lesson 10: a working set, the gap-safe sphere, a bug in Gram space, a Newton step, two costs."""

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
    is_truth,
    without_raise,
)

OBJECTIVES = {
    "working set": "choose the columns of a working set",
    "sphere": "prove that a column can be left out for good",
    "bug": "find the error in a solver that works with products alone",
    "newton": "write a Newton step that cannot overshoot",
    "shape": "predict from the shape of the data when products pay",
}


def swept(G, q, w, penalty, n_sweeps):
    """Return w after sweeps of coordinate descent in Gram space."""
    w, g = w.copy(), q - G @ w
    for _ in range(n_sweeps):
        for j in range(len(q)):
            z = g[j] + G[j, j] * w[j]
            new = np.sign(z) * max(abs(z) - penalty, 0) / G[j, j]
            g -= (new - w[j]) * G[j]
            w[j] = new
    return w


def centred_data(rng, n_samples, n_features):
    """Draw columns of different lengths that resemble each other a little, and a target that a few of them make."""
    common = rng.normal(size=(n_samples, 1))
    X = (rng.normal(size=(n_samples, n_features)) + 0.5 * common) * rng.uniform(0.3, 3, n_features)
    X -= X.mean(axis=0)
    y = X[:, :3] @ (rng.choice([-1, 1], 3) / X[:, :3].std(axis=0)) + 0.3 * rng.normal(size=n_samples)
    return X, y - y.mean()


# 10.1

WHO_IS_MISSING = '''def who_is_missing(X, r, chosen, penalty, most):
    """Return the numbers of the columns that join the working set, the one with the largest correlation first."""
    correlations = np.abs(X.T @ r)
    correlations[chosen] = 0
    order = np.argsort(-correlations)
    order = order[correlations[order] > penalty]
    return order[:most]
'''


def missing_by(X, r, chosen, penalty, most, *, size=np.abs, skips=True, needs=True, cap=True, falling=True):
    """Return the columns that join; with the options, those of a mistake."""
    correlations = size(X.T @ r)
    order = np.argsort(-correlations if falling else correlations)
    order = order[~np.isin(order, chosen)] if skips else order
    order = order[correlations[order] > penalty] if needs else order
    return order[:most] if cap else order


def joins(**options):
    return lambda *args: missing_by(*args, **options)


def numbered_anew(X, r, chosen, penalty, most):
    """Return the numbers that columns have once those chosen are deleted, by mistake."""
    correlations = np.delete(np.abs(X.T @ r), chosen)
    order = np.argsort(-correlations)
    return order[correlations[order] > penalty][:most]


def cut_too_soon(*args):
    first = missing_by(*args, skips=False)
    return first[~np.isin(first, args[2])]


MISSED = {
    "numbered anew": numbered_anew,
    "chosen again": joins(skips=False),
    "one sign": joins(size=np.asarray),
    "the smallest": joins(falling=False),
    "as they stand": lambda *args: np.sort(missing_by(*args)),
}


def set_case(*, crowded):
    """Draw correlations of both signs; more columns violate than may join, or fewer. Those chosen violate as well."""

    def make_case(rng):
        X = np.linalg.qr(rng.normal(size=(30, 12)))[0]
        while True:
            sizes = rng.permutation(np.r_[np.linspace(2, 6, 8), np.linspace(0.1, 0.9, 4)])
            largest = np.argsort(-sizes)
            chosen = np.sort(largest[[0, 3]]).tolist()
            case = (
                X,
                X @ (sizes * rng.choice([-1, 1], 12)),
                chosen,
                float(rng.uniform(1, 1.9)),
                3 if crowded else 9,
            )
            different = not any(close(mistake(*case), missing_by(*case)) for mistake in MISSED.values())
            if different and len(MISSED["one sign"](*case)) > 1:
                return Case(case)

    return make_case


CROWDED, QUIET = set_case(crowded=True), set_case(crowded=False)
CHOSEN_AGAIN = "A column that is in the working set already joins again. Leave out those in `chosen`."
ONE_SIGN = "A column whose correlation is far below zero violates as well: compare the size."
TOO_MANY = "More columns join than `most` allows."
NOT_NEEDED = "A column joins whose correlation does not exceed the penalty. Nothing is missing there."
SMALLEST = "The columns with the smallest violation join first. Take those with the largest."
ORDER = "The right columns, in the order of their numbers. Give the one with the largest correlation first."
NUMBERED_ANEW = (
    "Once columns are deleted, the others have other numbers. Return the numbers that they have in X."
)
CUT_TOO_SOON = (
    "You cut down to `most` first, and leave out those in `chosen` afterwards, so that too few join."
)
MISSING_IN_GENERAL = (
    "Sort the sizes of X'r, largest first, and walk down. What do you leave out, and when do you stop?"
)

exercise_1 = Exercise(
    id="10.1",
    kind="recall",
    objective=OBJECTIVES["working set"],
    stub='''def who_is_missing(X, r, chosen, penalty, most):
    """Return the numbers of the columns that join the working set, the one with the largest correlation first."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "at most as many as allowed",
            1,
            CROWDED,
            lambda case, answer: len(answer) <= case.args[4],
            TOO_MANY,
        ),
        Check("none joins twice", 1, CROWDED, is_not(MISSED["chosen again"]), CHOSEN_AGAIN),
        Check("both signs violate", 1, CROWDED, is_not(MISSED["one sign"]), ONE_SIGN),
        Check("the worst join", 1, CROWDED, is_not(MISSED["the smallest"]), SMALLEST),
        Check("the worst come first", 1, CROWDED, is_not(MISSED["as they stand"]), ORDER),
        Check("their numbers in X", 1, CROWDED, is_not(numbered_anew), NUMBERED_ANEW),
        Check("as many as may join", 1, CROWDED, is_not(cut_too_soon), CUT_TOO_SOON),
        Check("only those that violate", 1, QUIET, is_not(joins(needs=False)), NOT_NEEDED),
        Check("right where many are missing", 1, CROWDED, is_truth(missing_by), MISSING_IN_GENERAL),
        Check("right where few are missing", 1, QUIET, is_truth(missing_by), MISSING_IN_GENERAL),
    ),
    hints=(
        "It is three lines of `working_sets`.",
        "np.argsort(-np.abs(X.T @ r)) has the largest correlation first.",
        "From that order keep what exceeds the penalty and is not in `chosen` (np.isin), and then the first `most`.",
    ),
    solution=WHO_IS_MISSING,
    explanation=(
        "The conditions of lesson 2b say of a column outside: zero is right as long as |X_j'r| is at most the penalty. "
        "A column that exceeds it can lower P, and at first the one that exceeds it most lowers it fastest."
    ),
    wrong_answers=(
        WrongAnswer("no limit", edited(WHO_IS_MISSING, "return order[:most]", "return order"), TOO_MANY),
        WrongAnswer(
            "chosen again",
            edited(WHO_IS_MISSING, "    correlations[chosen] = 0\n", ""),
            CHOSEN_AGAIN,
        ),
        WrongAnswer("one sign", edited(WHO_IS_MISSING, "np.abs(X.T @ r)", "X.T @ r"), ONE_SIGN),
        WrongAnswer("the smallest", edited(WHO_IS_MISSING, "np.argsort(-c", "np.argsort(c"), SMALLEST),
        WrongAnswer(
            "as they stand",
            edited(WHO_IS_MISSING, "return order[:most]", "return np.sort(order[:most])"),
            ORDER,
        ),
        WrongAnswer(
            "numbered anew",
            edited(
                WHO_IS_MISSING, "correlations[chosen] = 0", "correlations = np.delete(correlations, chosen)"
            ),
            NUMBERED_ANEW,
        ),
        WrongAnswer(
            "cut too soon",
            edited(
                edited(WHO_IS_MISSING, "    correlations[chosen] = 0\n", ""),
                "return order[:most]",
                "return order[:most][~np.isin(order[:most], chosen)]",
            ),
            CUT_TOO_SOON,
        ),
        WrongAnswer(
            "whether needed or not",
            edited(
                WHO_IS_MISSING,
                "    order = order[correlations[order] > penalty]\n",
                "    order = order[:-len(chosen)]\n",
            ),
            NOT_NEEDED,
        ),
        WrongAnswer(
            "half the limit", edited(WHO_IS_MISSING, "order[:most]", "order[: most // 2]"), MISSING_IN_GENERAL
        ),
    ),
)


# 10.2

OUT_FOR_GOOD = '''def out_for_good(X, y, w, penalty):
    """Return for each column whether the gap-safe sphere proves that its coefficient is zero in the solution."""
    r = y - X @ w
    shrink = min(1, penalty / np.abs(X.T @ r).max())
    primal = r @ r / 2 + penalty * np.abs(w).sum()
    dual = shrink * (r @ y) - shrink**2 * (r @ r) / 2
    radius = np.sqrt(2 * (primal - dual))
    return np.abs(X.T @ (shrink * r)) + np.linalg.norm(X, axis=0) * radius < penalty
'''


def reaches(
    X, y, w, penalty, *, shrinks=True, lengths=True, two=2.0, sphere=1.0, relative=False, stretches=False
):
    """Return how far the sphere reaches for each column; with the options, how far mistaken ones do."""
    r = y - X @ w
    safe = penalty / np.abs(X.T @ r).max()
    safe = safe if stretches else min(1, safe)
    gap = r @ r / 2 + penalty * np.abs(w).sum() - safe * (r @ y) + safe**2 * (r @ r) / 2
    gap = max(gap, 0.0) / (y @ y / 2 if relative else 1.0)
    theta = safe * r if shrinks else r
    norms = np.linalg.norm(X, axis=0) if lengths else np.ones(X.shape[1])
    return np.abs(X.T @ theta) + sphere * norms * np.sqrt(two * gap)


def proves(**options):
    return lambda X, y, w, penalty: reaches(X, y, w, penalty, **options) < penalty


proven_zero = proves()
MISTAKES = {
    "not shrunk": proves(shrinks=False),
    "no lengths": proves(lengths=False),
    "no two": proves(two=1.0),
    "no sphere": proves(sphere=0.0),
    "relative": proves(relative=True),
    "no θ": proves(shrinks=False, sphere=0.0),
    "zero now": lambda X, y, w, penalty: w == 0,
}


def in_play(*args):
    return ~proven_zero(*args)


def quiet_case(rng):
    """Draw a penalty above lam_max and a small w: the residual keeps the condition as it is.

    The w is not zero, because the gap would be: rounded, it may come out below zero, and has no square root.
    """
    while True:
        X, y = centred_data(rng, 40, 30)
        w = 1e-4 * rng.normal(size=30) / X.std(axis=0)
        case = (X, y, w, float(1.2 * np.abs(X.T @ y).max()))
        if not np.array_equal(proven_zero(*case), proves(stretches=True)(*case)) and proven_zero(*case).any():
            return Case(case)


def sphere_case(rng):
    """Draw a w on the way to the solution at which every foreseen mistake gives another answer."""
    while True:
        X, y = centred_data(rng, 40, 200)
        penalty = float(rng.uniform(0.3, 0.6) * np.abs(X.T @ y).max())
        w = 0.8 * swept(X.T @ X, X.T @ y, np.zeros(200), penalty, 1)
        case = (X, y, w, penalty)
        answers = [proof(*case).tobytes() for proof in (proven_zero, *MISTAKES.values())]
        if 3 < proven_zero(*case).sum() < 197 and len(set(answers)) == len(answers):
            return Case(case)


def one_answer_a_column(case, answer):
    return np.shape(answer) == (case.args[0].shape[1],) and bool(np.all(np.isin(answer, (0, 1))))


ONE_A_COLUMN = "Return one True or False for each column."
IN_PLAY = "Those are the columns that stay in play. Return True where zero is proven."
WITHOUT_SPHERE = (
    "You look at θ alone. The best dual point lies up to R away, and may touch a fence that θ does not touch."
)
ONLY_A_GUESS = (
    "A zero in this w, or a residual correlation below the penalty, proves nothing yet: w is not the solution. "
    "Build θ and the sphere around it."
)
WITHOUT_LENGTH = (
    "A column of length two comes twice as near when θ moves. R has to be multiplied by its length."
)
UNSHRUNK = "Your θ is the residual itself, which may lie beyond a fence. Shrink it first, as for the gap."
WITHOUT_TWO = "Your sphere is too small to be safe. D falls by half the squared distance: R is √(2 · gap)."
RELATIVE_GAP = (
    "The relative gap is good for stopping. A radius is a length among the samples: it needs P - D itself."
)
STRETCHED = "A residual that keeps the condition is a dual point as it is: the factor is at most 1."
SPHERE_IN_GENERAL = (
    "Is θ the shrunk residual in both, D and the correlations? Are P and D those of the lesson?"
)

exercise_2 = Exercise(
    id="10.2",
    kind="apply",
    objective=OBJECTIVES["sphere"],
    stub='''def out_for_good(X, y, w, penalty):
    """Return for each column whether the gap-safe sphere proves that its coefficient is zero in the solution."""
    raise NotImplementedError
''',
    checks=(
        Check("one answer for each column", 1, sphere_case, one_answer_a_column, ONE_A_COLUMN),
        Check("True means out", 1, sphere_case, is_not(in_play), IN_PLAY),
        Check("a guess is no proof", 1, sphere_case, is_not(MISTAKES["zero now"]), ONLY_A_GUESS),
        Check("r is no dual point yet", 1, sphere_case, is_not(MISTAKES["no θ"]), ONLY_A_GUESS),
        Check("there is a sphere around θ", 1, sphere_case, is_not(MISTAKES["no sphere"]), WITHOUT_SPHERE),
        Check("the gap is in the units of P", 1, sphere_case, is_not(MISTAKES["relative"]), RELATIVE_GAP),
        Check(
            "the length of a column counts", 1, sphere_case, is_not(MISTAKES["no lengths"]), WITHOUT_LENGTH
        ),
        Check("θ keeps the condition", 1, sphere_case, is_not(MISTAKES["not shrunk"]), UNSHRUNK),
        Check("the radius is safe", 1, sphere_case, is_not(MISTAKES["no two"]), WITHOUT_TWO),
        Check("right for every column", 1, sphere_case, is_truth(proven_zero), SPHERE_IN_GENERAL),
        Check("θ is never stretched", 1, quiet_case, is_truth(proven_zero), STRETCHED),
    ),
    hints=(
        "First θ: the residual, shrunk by min(1, penalty / the largest |X'r|). Then P, D and R.",
        "D is shrink * r'y - shrink² * r'r / 2, and R = √(2 (P - D)).",
        "Compare |X'θ| + R * np.linalg.norm(X, axis=0) with the penalty.",
    ),
    solution=OUT_FOR_GOOD,
    explanation=(
        "Nothing is assumed of w. A poor w has a large gap and a sphere that proves nothing; no w proves a falsehood."
    ),
    wrong_answers=(
        WrongAnswer(
            "the reach itself", edited(OUT_FOR_GOOD, " * radius < penalty", " * radius"), ONE_A_COLUMN
        ),
        WrongAnswer("in play", edited(OUT_FOR_GOOD, "radius < penalty", "radius >= penalty"), IN_PLAY),
        WrongAnswer(
            "no sphere",
            edited(OUT_FOR_GOOD, " + np.linalg.norm(X, axis=0) * radius < penalty", " < penalty"),
            WITHOUT_SPHERE,
        ),
        WrongAnswer("no lengths", edited(OUT_FOR_GOOD, "np.linalg.norm(X, axis=0) * ", ""), WITHOUT_LENGTH),
        WrongAnswer("not shrunk", edited(OUT_FOR_GOOD, "X.T @ (shrink * r)", "X.T @ r"), UNSHRUNK),
        WrongAnswer("no two", edited(OUT_FOR_GOOD, "2 * (primal - dual)", "primal - dual"), WITHOUT_TWO),
        WrongAnswer(
            "relative gap",
            edited(OUT_FOR_GOOD, "2 * (primal - dual)", "2 * (primal - dual) / (y @ y / 2)"),
            RELATIVE_GAP,
        ),
        WrongAnswer(
            "zero now",
            "def out_for_good(X, y, w, penalty):\n    return w == 0\n",
            ONLY_A_GUESS,
        ),
        WrongAnswer(
            "the correlations alone",
            "def out_for_good(X, y, w, penalty):\n    return np.abs(X.T @ (y - X @ w)) < penalty\n",
            ONLY_A_GUESS,
        ),
        WrongAnswer(
            "stretched",
            edited(
                OUT_FOR_GOOD, "min(1, penalty / np.abs(X.T @ r).max())", "penalty / np.abs(X.T @ r).max()"
            ),
            STRETCHED,
        ),
        WrongAnswer(
            "P without its price", edited(OUT_FOR_GOOD, " + penalty * np.abs(w).sum()", ""), SPHERE_IN_GENERAL
        ),
    ),
)


# 10.3

SOLVE_TO_REPAIR = '''def solve_to_repair(G, q, penalty, n_sweeps):
    """Return the LASSO coefficients after n_sweeps from zero, from G = X'X and q = X'y alone."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    w, g = np.zeros(len(q)), q.copy()
    for _ in range(n_sweeps):
        for j in range(len(q)):
            z = g[j] + G[j, j] * w[j]
            new = np.sign(z) * max(abs(z) - penalty, 0) / G[j, j]
            g[j] -= (new - w[j]) * G[j, j]
            w[j] = new
    return w
'''
AS_FOUND = without_raise(SOLVE_TO_REPAIR)
REPAIRED = edited(AS_FOUND, "g[j] -= (new - w[j]) * G[j, j]", "g -= (new - w[j]) * G[j]")
WRONG_WAY = edited(REPAIRED, "g -= ", "g += ")
TOO_LATE = edited(
    REPAIRED,
    "            g -= (new - w[j]) * G[j]\n            w[j] = new\n",
    "            w[j] = new\n            g -= (new - w[j]) * G[j]\n",
)
LATER_ONLY = edited(REPAIRED, "g -= (new - w[j]) * G[j]", "g[j:] -= (new - w[j]) * G[j, j:]")
WITHOUT_OWN = edited(REPAIRED, "g[j] + G[j, j] * w[j]", "g[j]")


def function_in(source):
    """Return the function solve_to_repair that a source defines."""
    names = {"np": np}
    exec(source, names)
    return names["solve_to_repair"]


def after_sweeps(G, q, penalty, n_sweeps):
    return swept(G, q, np.zeros(len(q)), penalty, n_sweeps)


def products_case(*, overlap):
    """Make a case with columns that overlap, or do not, and a penalty that keeps most of them."""

    n_sweeps = 3 if overlap else 2

    def make_case(rng):
        while True:
            X = np.linalg.qr(rng.normal(size=(40, 6)))[0] * rng.uniform(1, 3, 6)
            X = X + 0.8 * X[:, [0]] if overlap else X
            q = X.T @ X @ (rng.choice([-1, 1], 6) * rng.uniform(1, 2, 6))
            case = (X.T @ X, q, float(0.2 * np.abs(q).min()), n_sweeps)
            answers = [
                after_sweeps(*case),
                *(function_in(source)(*case) for source in (AS_FOUND, LATER_ONLY)),
            ]
            if not overlap or not any(close(answers[0], mistaken, rtol=1e-3) for mistaken in answers[1:]):
                return Case(case)

    return make_case


UPHILL = "The correlations move the wrong way: g is q - Gw, so it falls where w rises."
NO_CHANGE = (
    "When g is brought up to date, w[j] has its new value already, so that nothing changes. Mind the order."
)
NO_OWN_PART = (
    "z needs the part of column j put back: g[j] is what is left after w[j] has explained its share."
)
SIMPLEST = "Wrong even where nothing overlaps. There one sweep ends it: (|q| - penalty) / G[j, j], with the sign of q."
OTHERS_TOO = (
    "When w[j] moves, the residual moves. Whose correlations with it change: those of column j alone?"
)
BUG_IN_GENERAL = (
    "After every move, g has to be q - G @ w, in all its entries. Print both after the first move."
)

exercise_3 = Exercise(
    id="10.3",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    stub=SOLVE_TO_REPAIR,
    checks=(
        Check(
            "g falls where w rises", 1, products_case(overlap=False), is_not(function_in(WRONG_WAY)), UPHILL
        ),
        Check("g is up to date", 1, products_case(overlap=False), is_not(function_in(TOO_LATE)), NO_CHANGE),
        Check(
            "the own part is put back",
            1,
            products_case(overlap=False),
            is_not(function_in(WITHOUT_OWN)),
            NO_OWN_PART,
        ),
        Check(
            "right where nothing overlaps", 1, products_case(overlap=False), is_truth(after_sweeps), SIMPLEST
        ),
        Check("the bug is gone", 1, products_case(overlap=True), is_not(function_in(AS_FOUND)), OTHERS_TOO),
        Check(
            "right where columns overlap",
            1,
            products_case(overlap=True),
            is_truth(after_sweeps),
            BUG_IN_GENERAL,
        ),
    ),
    hints=(
        "What should g be after every move? Write it down as a formula, with all its entries.",
        "g = q - Gw. If w[j] changes by a step, by what does Gw change?",
        "By the step times G[j], a whole row.",
    ),
    solution=REPAIRED,
    explanation=(
        "A table of products says how every column sees a move of every other. The buggy line used its diagonal alone, "
        "as if columns did not overlap."
    ),
    wrong_answers=(
        WrongAnswer("as it is found", AS_FOUND, OTHERS_TOO),
        WrongAnswer("uphill", WRONG_WAY, UPHILL),
        WrongAnswer("the order", TOO_LATE, NO_CHANGE),
        WrongAnswer("own part forgotten", WITHOUT_OWN, NO_OWN_PART),
        WrongAnswer("no toll", edited(REPAIRED, "abs(z) - penalty", "abs(z)"), SIMPLEST),
        WrongAnswer("only later columns", LATER_ONLY, BUG_IN_GENERAL),
    ),
)


# 10.4

JUMP = '''def jump(G, q, w, penalty):
    """Return w after a Newton step on its support that stops at the first change of sign."""
    S = np.flatnonzero(w)
    goal = np.linalg.solve(G[np.ix_(S, S)], q[S] - penalty * np.sign(w[S]))
    step = goal - w[S]
    crosses = goal * w[S] < 0
    reach = np.ones(len(S))
    reach[crosses] = -w[S][crosses] / step[crosses]
    new = w.copy()
    new[S] += reach.min() * step
    if crosses.any():
        new[S[np.argmin(reach)]] = 0
    return new
'''
CLIPS = edited(
    JUMP,
    "    new[S] += reach.min() * step\n    if crosses.any():\n        new[S[np.argmin(reach)]] = 0\n",
    "    new[S] = np.where(crosses, 0, goal)\n",
)
OVERSHOOTS = edited(
    JUMP,
    "    new[S] += reach.min() * step\n    if crosses.any():\n        new[S[np.argmin(reach)]] = 0\n",
    "    new[S] = goal\n",
)
NOT_ZERO = edited(
    JUMP, "        new[S[np.argmin(reach)]] = 0\n", "        new[S[np.argmin(reach)]] = 1e-12\n"
)
WITHOUT_PENALTY = edited(JUMP, "q[S] - penalty * np.sign(w[S])", "q[S]")
EVERYWHERE = edited(JUMP, "S = np.flatnonzero(w)", "S = np.arange(len(w))")
GOAL_AS_STEP = edited(JUMP, "step = goal - w[S]", "step = goal")
EVERY_RATIO = edited(
    JUMP,
    "    reach[crosses] = -w[S][crosses] / step[crosses]\n",
    "    reach = np.minimum(1, np.abs(w[S] / step))\n",
)
LAST_CHANGE = edited(
    JUMP, "reach.min() * step", "np.max(reach[crosses], initial=0) * step if crosses.any() else step"
)


def jump_in(source):
    """Return the function jump that a source defines."""
    names = {"np": np}
    exec(source, names)
    return names["jump"]


true_jump = jump_in(JUMP)


def jump_case(*, crossing):
    """Make a case whose goal lies ahead with the same signs, or beyond two changes of sign at different places."""

    def make_case(rng):
        X = rng.normal(size=(40, 7)) + 0.5 * rng.normal(size=(40, 1))
        G, penalty = X.T @ X, float(rng.uniform(2, 5))
        support = rng.permutation(7)[:4]
        w, goal = np.zeros(7), np.zeros(7)
        w[support] = rng.choice([-1, 1], 4) * rng.uniform(1, 2, 4)
        goal[support] = w[support] * rng.uniform(2.2, 3, 4)
        if crossing:
            goal[support[:2]] = -w[support[:2]] * np.array([0.5, 2.0])
        q = 5 * rng.normal(size=7)
        q[support] = (G @ goal)[support] + penalty * np.sign(w[support])
        return Case((G, q, w, penalty))

    return make_case


STRAIGHT, ACROSS = jump_case(crossing=False), jump_case(crossing=True)


def zeros_stay(case, answer):
    return np.shape(answer) == (7,) and bool(np.all(answer[case.args[2] == 0] == 0))


def zero_is_exact(case, answer):
    """Whether whatever has come to rest at the first change of sign is zero to the last bit."""
    return bool(np.all((np.abs(answer) > 1e-6) | (answer == 0)))


ZEROS_STAY = (
    "A coefficient that was zero has moved. The step is on the support alone: G[np.ix_(S, S)] and q[S]."
)
NO_TOLL = "That is the least-squares solution on the support. The price has a slope: penalty * sign(w)."
NOT_A_STEP = "G_SS w_S = q_S - penalty * sign(w_S) is solved by the goal itself. The step is the goal less w."
NO_CROSSING = (
    "You stop where no sign changes. A ratio of w to step counts only where w and goal differ in sign."
)
CLIPPED = (
    "You go all the way and set to zero what changes its sign: the clipping of the lesson. Stop on the way."
)
OVERSHOT = "Your step goes past a change of sign, where the parabola is no longer P."
LATE = "You stop at the last change of sign. The first is where the parabola ends."
ALMOST_ZERO = "The coefficient at which you stop has to be exactly 0, or it stays in the support."
JUMP_IN_GENERAL = (
    "Where nothing changes its sign, the step goes to the goal: G_SS w_S = q_S - penalty * sign(w_S)."
)
STOP_IN_GENERAL = (
    "Which share of the way brings each crossing coefficient to zero? The least of these shares is the step."
)

exercise_4 = Exercise(
    id="10.4",
    kind="extend",
    objective=OBJECTIVES["newton"],
    stub='''def jump(G, q, w, penalty):
    """Return w after a Newton step on its support that stops at the first change of sign."""
    raise NotImplementedError
''',
    checks=(
        Check("zeros stay zero", 1, STRAIGHT, zeros_stay, ZEROS_STAY),
        Check("the price is paid", 1, STRAIGHT, is_not(jump_in(WITHOUT_PENALTY)), NO_TOLL),
        Check("the step starts from w", 1, STRAIGHT, is_not(jump_in(GOAL_AS_STEP)), NOT_A_STEP),
        Check("only a change of sign stops it", 1, STRAIGHT, is_not(jump_in(EVERY_RATIO)), NO_CROSSING),
        Check("all the way where no sign changes", 1, STRAIGHT, is_truth(true_jump), JUMP_IN_GENERAL),
        Check("nothing is clipped", 1, ACROSS, is_not(jump_in(CLIPS)), CLIPPED),
        Check("nothing is overshot", 1, ACROSS, is_not(jump_in(OVERSHOOTS)), OVERSHOT),
        Check("the first change counts", 1, ACROSS, is_not(jump_in(LAST_CHANGE)), LATE),
        Check("the zero is exact", 1, ACROSS, zero_is_exact, ALMOST_ZERO),
        Check("it stops at the first change", 1, ACROSS, is_truth(true_jump), STOP_IN_GENERAL),
    ),
    hints=(
        "First the goal, as if no sign changed: linear equations on the support.",
        "On the straight way w + t (goal - w), a coefficient that changes sign is zero at t = -w_j / (goal_j - w_j).",
        "Go the least of these shares, at most 1, and write an exact 0 where you have stopped.",
    ),
    solution=JUMP,
    explanation=(
        "On the way to the first change of sign P is a parabola, and the goal is its minimum, so P falls all the way. "
        "Beyond it, nothing is promised."
    ),
    wrong_answers=(
        WrongAnswer("all columns", EVERYWHERE, ZEROS_STAY),
        WrongAnswer("no penalty", WITHOUT_PENALTY, NO_TOLL),
        WrongAnswer(
            "half the way", edited(JUMP, "step = goal - w[S]", "step = (goal - w[S]) / 2"), JUMP_IN_GENERAL
        ),
        WrongAnswer("the goal as a step", GOAL_AS_STEP, NOT_A_STEP),
        WrongAnswer("every ratio", EVERY_RATIO, NO_CROSSING),
        WrongAnswer("clips", CLIPS, CLIPPED),
        WrongAnswer("overshoots", OVERSHOOTS, OVERSHOT),
        WrongAnswer("the last change", LAST_CHANGE, LATE),
        WrongAnswer("almost zero", NOT_ZERO, ALMOST_ZERO),
        WrongAnswer(
            "stays where it was",
            edited(
                JUMP,
                "    new[S] += reach.min() * step\n",
                "    if crosses.any():\n        return w\n    new[S] += step\n",
            ),
            STOP_IN_GENERAL,
        ),
    ),
)


# 10.5

TWO_COSTS = '''def two_costs(n, m, n_sweeps, n_moves):
    """Return the multiplications with the residual and in Gram space, n_moves being those of all sweeps together."""
    with_residual = n * m * n_sweeps + n * n_moves
    in_gram_space = n * m * (m + 1) / 2 + m * n_moves
    return with_residual, in_gram_space
'''


def both_costs(n, m, n_sweeps, n_moves):
    return n * m * n_sweeps + n * n_moves, n * m * (m + 1) / 2 + m * n_moves


def sizes_case(rng):
    n, m, n_sweeps = (int(k) for k in rng.integers([50, 20, 5], [3000, 300, 40]))
    return Case((n, m, n_sweeps, int(n_sweeps * rng.integers(2, m))))


def only(k):
    """Return a judge of the k-th of the two numbers."""
    return lambda case, answer: close(answer[k], both_costs(*case.args)[k])


def second_is_not(mistake):
    return lambda case, answer: not close(answer[1], mistake(*case.args))


TWO_NUMBERS = "Return two numbers: with the residual first, in Gram space second."
EVERY_SWEEP = (
    "With the residual, every sweep looks at every column, n each time; every move costs n more, and n_moves counts "
    "the moves of all sweeps together."
)
NO_TABLE = (
    "Before the first sweep in Gram space the table has to be there: the products of the columns, n each."
)
TABLE_TWICE = "G is symmetric: of m columns there are m (m + 1) / 2 different products, not m²."
COSTS_IN_GENERAL = (
    "First the table: n for every product, those of a column with itself included. Then m for every move, "
    "and n_moves counts those of all sweeps already."
)

exercise_5 = Exercise(
    id="10.5",
    kind="recall",
    objective=OBJECTIVES["shape"],
    stub='''def two_costs(n, m, n_sweeps, n_moves):
    """Return the multiplications with the residual and in Gram space, n_moves being those of all sweeps together."""
    raise NotImplementedError
''',
    checks=(
        Check("two numbers", 1, sizes_case, lambda case, answer: np.shape(answer) == (2,), TWO_NUMBERS),
        Check("right with the residual", 1, sizes_case, only(0), EVERY_SWEEP),
        Check(
            "the table is counted",
            1,
            sizes_case,
            second_is_not(lambda n, m, n_sweeps, n_moves: m * n_moves),
            NO_TABLE,
        ),
        Check(
            "no product is counted twice",
            1,
            sizes_case,
            second_is_not(lambda n, m, n_sweeps, n_moves: n * m**2 + m * n_moves),
            TABLE_TWICE,
        ),
        Check("right in Gram space", 1, sizes_case, only(1), COSTS_IN_GENERAL),
    ),
    hints=(
        "With the residual: n for each column in each sweep, and n for each move.",
        "In Gram space: m for each move, and before it the table.",
        "The table has m (m + 1) / 2 different products, and each costs n.",
    ),
    solution=TWO_COSTS,
    explanation=(
        "Many sweeps over long columns pay for the table; few sweeps over many short columns do not. A product of "
        "matrices is cheaper than its multiplications say, so in seconds the table pays even sooner."
    ),
    wrong_answers=(
        WrongAnswer(
            "one number",
            edited(TWO_COSTS, "return with_residual, in_gram_space", "return in_gram_space"),
            TWO_NUMBERS,
        ),
        WrongAnswer(
            "the other way round",
            edited(TWO_COSTS, "return with_residual, in_gram_space", "return in_gram_space, with_residual"),
            EVERY_SWEEP,
        ),
        WrongAnswer(
            "moves in every sweep", edited(TWO_COSTS, "n * n_moves", "n * n_moves * n_sweeps"), EVERY_SWEEP
        ),
        WrongAnswer("looks are free", edited(TWO_COSTS, "n * m * n_sweeps + ", ""), EVERY_SWEEP),
        WrongAnswer("no table", edited(TWO_COSTS, "n * m * (m + 1) / 2 + ", ""), NO_TABLE),
        WrongAnswer("the whole table", edited(TWO_COSTS, "m * (m + 1) / 2", "m**2"), TABLE_TWICE),
        WrongAnswer("no squares", edited(TWO_COSTS, "(m + 1)", "(m - 1)"), COSTS_IN_GENERAL),
        WrongAnswer("a move costs n", edited(TWO_COSTS, "+ m * n_moves", "+ n * n_moves"), COSTS_IN_GENERAL),
    ),
)

EXERCISES = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
