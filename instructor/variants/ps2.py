"""What assignment 2 may ask in place of what is public: other people, another penalty, other ways to count."""

from __future__ import annotations

import numpy as np

from course_utils import datasets, objective, solvers
from course_utils.grading.variants import CHECKS, Edit, Option, Variant
from course_utils.path import lam_grid, lasso_path
from course_utils.prox import soft_threshold
from course_utils.scaling import fit_standardizer

# q1: other people, another penalty

UNITS = np.array([1, 1, 1, 1, 38.67, 38.67, 38.67, 1, 1, 18.02])
N_PEOPLE = 442
PUBLIC_LAM, MEMO_LAM = 8, 2.0
LAMS = (3, 3.5, 4, 4.5, 5, 5.5, 6, 10, 10.5, 11, 11.5, 12, 12.5, 13, 13.5, 14, 14.5, 15)
MOST_DRAWS = 500
HDL = 6  # its column
CHARGES = (("glucose", 9, "Lyon"), ("glucose", 9, "Boston"), ("LDL", 5, "Boston"), ("HDL", 6, "Boston"))
BOSTON_BY_LYON = 'tables["Boston"][:, 5].std() / tables["Lyon"][:, 5].std()'
LYON_BY_BOSTON = 'tables["Lyon"][:, 5].std() / tables["Boston"][:, 5].std()'
MEMO_ROWS = {
    "body mass index": ("26.9", "28.2"),
    "cholesterol": ("41.3", "−7.2"),
    "LDL": ("−39.6", "0"),
    "HDL": ("−28.5", "0"),
    "cholesterol ratio": ("0", "9.1"),
    "log triglycerides": ("0.8", "19.9"),
}
MEMO_COLUMNS = dict(zip(MEMO_ROWS, (2, 4, 5, 6, 7, 8), strict=True))


def people_and_penalty(rng):
    """Return the edits of a part of the people, drawn, and a penalty at which both laboratories keep another list."""
    for _ in range(MOST_DRAWS):
        seed, n_people, lam = (
            int(rng.integers(1, 100_000)),
            int(rng.integers(370, 431)),
            float(rng.choice(LAMS)),
        )
        X, y = tables(seed, n_people)
        if lists_differ(X, y, lam) and memo_holds(*memo_effects(X, y)) and hdl_leaves(X, y):
            charge = CHARGES[rng.integers(len(CHARGES))]
            return (
                *of_the_people(seed, n_people),
                *of_the_penalty(lam),
                *of_the_charge(*charge),
                *of_the_memo(X, y),
            )
    raise AssertionError(f"{MOST_DRAWS} draws, and in none of them do the lists differ from the public ones")


def tables(seed, n_people):
    """Return Boston's table and the score of the people drawn."""
    clinic = datasets.load_diabetes(scaled=False)
    people = np.sort(np.random.default_rng(seed).permutation(N_PEOPLE)[:n_people])
    return clinic.X[people], clinic.y[people]


def kept(table, y, lam):
    """Return the columns that the LASSO keeps of a table as it is written."""
    return np.flatnonzero(solvers.coordinate_descent(table, y, lam, tol=1e-8).beta).tolist()


def lists_differ(X, y, lam):
    """Whether both lists are safe from rounding, and neither is the public one or comes out by a foreseen mistake."""
    Z, without_glucose = fit_standardizer(X).transform(X), np.append(UNITS[:-1], 1)
    mistaken_tables = (Z,), (X * UNITS, X / without_glucose)
    for table, mistaken in zip((X, X / UNITS), mistaken_tables, strict=True):
        right = kept(table, y, lam)
        if len(right) < 2 or right == kept(table, y, PUBLIC_LAM):
            return False
        if any(kept(table, y, nearby * lam) != right for nearby in (0.97, 1.03)):
            return False
        if any(kept(other, y, lam) == right for other in mistaken):
            return False
    return True


def hdl_leaves(X, y):
    """Whether HDL comes into the model and leaves it again, as question 7 says."""
    Z, y = fit_standardizer(X).transform(X), y - y.mean()
    inside = lasso_path(Z, y, lam_grid(Z, y, n_lams=30)).betas[:, HDL] != 0
    return bool(np.any(inside[:-1] & ~inside[1:]))


def of_the_people(seed, n_people):
    """Return the edits of the table that all questions use."""
    people = f"np.sort(np.random.default_rng({seed}).permutation({N_PEOPLE})[:{n_people}])"
    return (
        Edit(
            "title",
            "the disease had progressed. A clinic",
            f"the disease had progressed. The records of {n_people} of them are yours to use. A clinic",
        ),
        Edit(
            "setup",
            "X, y = clinic.X, clinic.y",
            f"people = {people}\nX, y = clinic.X[people], clinic.y[people]",
        ),
        Edit(
            CHECKS,
            '    table = clinic.X / MG_PER_MMOL if laboratory == "Lyon" else clinic.X',
            f"    drawn = np.random.default_rng({seed}).permutation({N_PEOPLE})\n"
            f"    X, y = (part[np.sort(drawn[:{n_people}])] for part in (clinic.X, clinic.y))\n"
            '    table = X / MG_PER_MMOL if laboratory == "Lyon" else X',
        ),
    )


def of_the_penalty(lam):
    """Return the edits of the penalty of question 1."""
    return (
        Edit("q1-text", "`lam = 8`", f"`lam = {lam:g}`"),
        Edit("q1", "table, y, 8)", f"table, y, {lam:g})"),
        Edit(CHECKS, "lam = 8", f"lam = {lam:g}", times=3),
        Edit(CHECKS, "coordinate_descent(table, clinic.y, 8.0,", f"coordinate_descent(table, y, {lam}, "),
    )


def of_the_charge(test, column, payer):
    """Return the edits that ask how many times as much the payer charges for this test as the other laboratory."""
    other = {"Lyon": "Boston", "Boston": "Lyon"}[payer]
    ratio = f'tables["{other}"][:, {column}].std() / tables["{payer}"][:, {column}].std()'
    mistaken = f'tables["{payer}"][:, {column}].std() / tables["{other}"][:, {column}].std()'
    right = f"{UNITS[column]:g}" if payer == "Lyon" else f"1 / {UNITS[column]:g}"
    return (
        Edit(
            "q1-text",
            "how many times as much Lyon charges for one unit of **effect** of LDL as Boston does, one number.",
            f"how many times as much {payer} charges for one unit of **effect** of {test} as {other} does, one "
            "number; below 1 if it charges less.",
        ),
        Edit("q1", BOSTON_BY_LYON, ratio),
        Edit(CHECKS, BOSTON_BY_LYON, ratio),
        Edit(CHECKS, LYON_BY_BOSTON, mistaken),
        Edit(CHECKS, '"what Lyon charges for LDL"', f'"what {payer} charges for {test}"'),
        Edit(CHECKS, 'answer["times"], 38.67, rtol', f'answer["times"], {right}, rtol'),
    )


def memo_effects(X, y):
    """Return the effects in Boston and in Lyon at the penalty of the memo."""
    pair = X, X / UNITS
    return [
        solvers.coordinate_descent(table, y, MEMO_LAM, tol=1e-8).beta * table.std(axis=0) for table in pair
    ]


def memo_holds(boston, lyon):
    """Whether the worked answer to the memo tells the story of these effects."""
    return (
        boston[7] == lyon[5] == lyon[6] == 0
        and min(lyon[7], lyon[8] - boston[8]) > 5
        and min(boston[4], -boston[5], -boston[6]) > 20
        and -15 < lyon[4] < -2
        and (boston[8] == 0 or boston[8] > 0.1)
    )


def written(effect):
    """Write an effect as the memo does."""
    return "0" if effect == 0 else f"{effect:.1f}".replace("-", "−")


def stopped_run(X, y):
    """Return step size, number of steps, effect of the body mass index and gap of the memo's run of ISTA."""
    X, y = X - X.mean(axis=0), y - y.mean()
    step, beta, movement, n_steps = 1 / objective.lipschitz_constant(X), np.zeros(X.shape[1]), np.inf, 0
    while movement >= 0.01:
        moved = soft_threshold(beta - step * objective.smooth_gradient(X, y, beta), step * MEMO_LAM)
        beta, movement, n_steps = moved, np.abs(moved - beta).max(), n_steps + 1
    return step, n_steps, beta[2] * X[:, 2].std(), objective.duality_gap(X, y, beta, 0, MEMO_LAM)


def of_the_memo(X, y):
    """Return the edits of the memo of question 8 and of its worked answer."""
    boston, lyon = memo_effects(X, y)
    effect = {name: (written(boston[j]), written(lyon[j])) for name, j in MEMO_COLUMNS.items()}
    step, n_steps, mass, gap = stopped_run(X, y)
    table = [
        Edit("q8-text", f"| {name} | {' | '.join(public)} |", f"| {name} | {' | '.join(effect[name])} |")
        for name, public in MEMO_ROWS.items()
    ]
    mass_of_boston, triglycerides = effect["body mass index"][0], effect["log triglycerides"]
    return (
        *table,
        Edit("q8-text", "After 202 steps", f"After {n_steps} steps"),
        Edit("q8-text", "It has 21.1 for", f"It has {mass:.1f} for"),
        Edit("q8-text", "size was 0.0005,", f"size was {step:.4f},"),
        Edit("q8-text", "at zero, 0.44.", f"at zero, {gap:.2f}."),
        Edit(
            "q8",
            "(9.1 and 19.9, where Boston has 0 and 0.8)",
            f"({effect['cholesterol ratio'][1]} and {triglycerides[1]}, where Boston has 0 and {triglycerides[0]})",
        ),
        Edit("q8", "Boston's 41.3 and −39.6", f"Boston's {effect['cholesterol'][0]} and {effect['LDL'][0]}"),
        Edit("q8", "a step of 0.0005", f"a step of {step:.4f}"),
        Edit(
            "q8",
            "The gap of 0.44 says that up to 44 %",
            f"The gap of {gap:.2f} says that up to {100 * gap:.0f} %",
        ),
        Edit(
            "q8",
            "is at 21.1 where the proved fit has 26.9",
            f"is at {mass:.1f} where the proved fit has {mass_of_boston}",
        ),
    )


# q2: the same model in another unit

UNITS_IN_TEXT = """Lyon writes column $j$ in its own way, as

$$u_j = f_j\\,x_j + c_j ,$$

with a factor $f_j$ (not zero; it may be negative) and a shift $c_j$. For LDL the factor is $1/38.67$ and the shift \
0. For the logarithm of the triglycerides it is the other way round: the factor is 1, and another unit shifts all \
numbers. A year of birth in place of an age has the factor $-1$."""
UNITS_EXAMPLE = "# 10 + 2 x, for u = 2 x + 1, is 9 + u"
UNITS_SOLUTION = """    beta_new = beta / factor
    return np.append(intercept - shift @ beta_new, beta_new)
"""
TOLD_THE_OTHER_WAY = (
    Edit(
        "q2-text",
        UNITS_IN_TEXT,
        """Lyon writes column $j$ in its own way, as $u_j$, and tells Boston how to translate its numbers back:

$$x_j = f_j\\,u_j + c_j ,$$

with a factor $f_j$ (not zero; it may be negative) and a shift $c_j$. For LDL the factor is $38.67$ and the shift 0. \
For the logarithm of the triglycerides it is the other way round: the factor is 1, and another unit shifts all \
numbers. A year of birth in place of an age has the factor $-1$.""",
    ),
    Edit("q2", "the columns factor * x + shift.", "the columns u, where x = factor * u + shift."),
    Edit("q2", UNITS_SOLUTION, "    return np.append(intercept + shift @ beta, beta * factor)\n"),
    Edit("q2-points", UNITS_EXAMPLE, "# 10 + 2 x, for x = 2 u + 1, is 12 + 4 u"),
    Edit("q2-points", "should be [9. 1.]", "should be [12. 4.]"),
    Edit(
        CHECKS,
        '"""Return the intercept and the coefficients for factor * x + shift."""\n'
        "    return np.concatenate([[intercept - np.sum(shift * beta / factor)], beta / factor])",
        '"""Return the intercept and the coefficients for u, where x = factor * u + shift."""\n'
        "    return np.concatenate([[intercept + np.sum(shift * beta)], beta * factor])",
    ),
    Edit(
        CHECKS,
        '"When the numbers of a column grow, what must its coefficient do?"',
        '"Where the factor is large, are the numbers of Lyon large or small?"',
    ),
    Edit(CHECKS, "the shift is told in the new unit", "the shift is told in the old unit"),
    Edit(
        CHECKS,
        '"multiplied", "beta / factor", "beta * factor"',
        '"divided", "beta * factor", "beta / factor"',
    ),
    Edit(CHECKS, '"intercept - shift @ beta_new", "intercept"', '"intercept + shift @ beta", "intercept"'),
    Edit(
        CHECKS,
        '"the shift is added", "intercept - shift", "intercept + shift"',
        '"the shift is taken off", "intercept + shift", "intercept - shift"',
    ),
    Edit(
        CHECKS,
        '"the old coefficient pays for the shift", "shift @ beta_new", "shift @ beta"',
        '"the new coefficient pays for the shift", "shift @ beta,", "shift @ (beta * factor),"',
    ),
)
SHIFTED_FIRST = (
    Edit(
        "q2-text",
        "$$u_j = f_j\\,x_j + c_j ,$$\n\nwith a factor $f_j$ (not zero; it may be negative) and a shift $c_j$.",
        "$$u_j = f_j\\,(x_j + c_j) ,$$\n\nwith a factor $f_j$ (not zero; it may be negative) and a shift $c_j$, which "
        "is added **before** the factor is applied.",
    ),
    Edit(
        "q2-text",
        "**one array of length** $p + 1$: the new intercept first, then the new coefficients.",
        "**one array of length** $p + 1$: the new coefficients first, then the new intercept.",
    ),
    Edit(
        "q2",
        "Return [intercept, beta_1, ..., beta_p] of the same model for the columns factor * x + shift.",
        "Return [beta_1, ..., beta_p, intercept] of the same model for the columns factor * (x + shift).",
    ),
    Edit(
        "q2",
        UNITS_SOLUTION,
        "    beta_new = beta / factor\n    return np.append(beta_new, intercept - shift @ beta)\n",
    ),
    Edit("q2-points", UNITS_EXAMPLE, "# 10 + 2 x, for u = 2 (x + 1), is 8 + u"),
    Edit("q2-points", "should be [9. 1.]", "should be [1. 8.]"),
    Edit(
        CHECKS,
        '"""Return the intercept and the coefficients for factor * x + shift."""\n'
        "    return np.concatenate([[intercept - np.sum(shift * beta / factor)], beta / factor])",
        '"""Return the coefficients and the intercept for factor * (x + shift)."""\n'
        "    return np.concatenate([beta / factor, [intercept - np.sum(shift * beta)]])",
    ),
    Edit(CHECKS, "the shift is told in the new unit", "the shift is told in the old unit"),
    Edit(CHECKS, '"intercept - shift @ beta_new", "intercept"', '"intercept - shift @ beta", "intercept"'),
    Edit(
        CHECKS,
        '"the old coefficient pays for the shift", "shift @ beta_new", "shift @ beta"',
        '"the new coefficient pays for the shift", "shift @ beta)", "shift @ beta_new)"',
    ),
)


# q3: what a ruler leaves of a rare jump

JUMP_LEFT = (
    "Return an array as long as `divisors`: the jump that is left, that is, the difference in the prediction between a "
    "person with a 1 and a person with a 0."
)
JUMP_DOCSTRING = (
    "Return what the LASSO leaves of the jump of a lone dummy, for every number it may be divided by."
)
JUMP_SOLUTION = "    return np.sign(jump) * np.maximum(np.abs(jump) - charge, 0)"
JUMP_TRUTH = (
    "    return soft_threshold(np.mean(deviation * y) / variance, lam * np.asarray(divisors) / variance)"
)
JUMP_DRAWN = "        jump = jump_truth(dummy, y, 0.0, np.ones(1))[0]"
DRAWN_BY_HAND = "        jump = y[dummy == 1].mean() - y[dummy == 0].mean()"
ONLY_UP = '"np.sign(jump) * np.maximum(np.abs(jump) - charge, 0)"'
THE_COEFFICIENT = (
    Edit(
        "q3-text",
        JUMP_LEFT,
        "Return an array as long as `divisors`: the **coefficient** of each fit, in the unit of its column "
        "`dummy / divisor`. (The jump that is left is this coefficient divided by the divisor.)",
    ),
    Edit(
        "q3",
        JUMP_DOCSTRING,
        "Return the LASSO's coefficient of a lone dummy, for every number that the dummy may be divided by.",
    ),
    Edit("q3", JUMP_SOLUTION, f"{JUMP_SOLUTION} * divisors"),
    Edit(
        "q3-points",
        "# a jump of 4, and s = 1/2: the three divisors take 1, 2 and everything",
        "# a jump of 4, and s = 1/2: the three divisors leave 3, 2 and nothing of it",
    ),
    Edit("q3-points", "should be [3. 2. 0.]", "should be [1.5 2. 0.]"),
    Edit("q3-points", "{left:.1f} is left", "a coefficient of {left:.1f}"),
    Edit(CHECKS, JUMP_TRUTH, f"{JUMP_TRUTH} * divisors"),
    Edit(CHECKS, JUMP_DRAWN, DRAWN_BY_HAND),
    Edit(
        CHECKS,
        "every divisor leaves the jump of least squares, in the units of y.",
        "every divisor leaves all of the jump. How large is the coefficient then, on a dummy of this size?",
    ),
    Edit(
        CHECKS,
        '"Yours is another number, or not one for each divisor."',
        '"(One number for each divisor is wanted.)"',
    ),
    Edit(
        CHECKS,
        'WrongSolution(\n            "a jump taken for an effect"',
        'WrongSolution("the jump", " * divisors\\n", "\\n", FREE_JUMP),\n'
        '        WrongSolution(\n            "a jump taken for an effect"',
    ),
)
PREDICTION_OF_A_ONE = (
    Edit(
        "q3-text",
        JUMP_LEFT,
        "Return an array as long as `divisors`: what each fit **predicts for a person with a 1**, in the units of `y`.",
    ),
    Edit(
        "q3",
        JUMP_DOCSTRING,
        "Return the LASSO's prediction for a 1 of a lone dummy, for every number it may be divided by.",
    ),
    Edit(
        "q3",
        JUMP_SOLUTION,
        f"{JUMP_SOLUTION.replace('return', 'left =')}\n    return y.mean() + (1 - share) * left",
    ),
    Edit(
        "q3-points",
        "# a jump of 4, and s = 1/2: the three divisors take 1, 2 and everything",
        "# a jump of 4 around the mean 2, and s = 1/2: the three divisors take 1, 2 and everything",
    ),
    Edit("q3-points", "should be [3. 2. 0.]", "should be [3.5 3. 2.]"),
    Edit("q3-points", "{left:.1f} is left", "{left:.1f} is predicted, the mean is {y.mean():.1f}"),
    Edit(
        CHECKS,
        JUMP_TRUTH,
        f"{JUMP_TRUTH.replace('return', 'left =')}\n    return np.mean(y) + (1 - np.mean(dummy)) * left",
    ),
    Edit(CHECKS, JUMP_DRAWN, DRAWN_BY_HAND),
    Edit(
        CHECKS,
        "every divisor leaves the jump of least squares, in the units of y.",
        "every divisor leaves the prediction of least squares.",
    ),
    Edit(
        CHECKS,
        '"the mean of the ones",\n            "y[dummy == 1].mean() - y[dummy == 0].mean()",\n'
        '            "y[dummy == 1].mean() + 0 * dummy.sum()",',
        '"the jump left",\n            "y.mean() + (1 - share) * left",\n            "left",',
    ),
    Edit(
        CHECKS,
        f'"only jumps up",\n            {ONLY_UP},',
        '"the intercept is the mean", "y.mean() + (1 - share)", "y.mean() + 1", FREE_JUMP),\n'
        f'        WrongSolution(\n            "only jumps up",\n            {ONLY_UP},',
    ),
    Edit(
        CHECKS,
        "there is nothing left: no small jump, and none the other way.",
        "no jump is left, small or the other way. What is predicted then?",
    ),
)


# q4: a step with a toll for each

SHORTER_STEPS = (2, 4, 5)


def shorter_step(rng):
    """Return the edits of a step of which the length is drawn."""
    part = int(rng.choice(SHORTER_STEPS))
    arrival, toll = np.array([2.0, -0.25]) / part, 0.5 / part
    first, second = (
        soft_threshold(arrival, toll * np.array(weights)).round(6).tolist() for weights in ([1, 1], [2, 0])
    )
    return (
        Edit(
            "q4-text",
            "with the step size $1/L$ of lesson 4, where $L$ is",
            f"with the step size $1/({part}L)$, which is shorter than that of lesson 4: $L$ is",
        ),
        Edit("q4", "one ISTA step of length 1/L,", f"one ISTA step of length 1/({part} L),"),
        Edit("q4", "step = len(y) / np", f"step = len(y) / {part} / np"),
        Edit(
            "q4-points",
            "# the step is 1 here, and the first arrival is (2, -0.25)",
            f"# the step is 1/{part} here, and the first arrival is (2, -0.25)/{part}",
        ),
        Edit("q4-points", "should be [1.5 0.]", f"should be {first}"),
        Edit("q4-points", "should be [1. -0.25]", f"should be {second}"),
        Edit(
            CHECKS,
            '"""Return soft_threshold(beta - gradient / L, lam * weights / L)."""\n    curvature = np',
            f'"""Return soft_threshold(beta - gradient / ({part} L), lam * weights / ({part} L))."""\n'
            f"    curvature = {part} * np",
        ),
        Edit(CHECKS, "lam = np.mean(arrival[1:3]) * np", f"lam = np.mean(arrival[1:3]) * {part} * np"),
        Edit(
            CHECKS,
            '"L without n", "step = len(y) /", "step = 1 /"',
            f'"L without n", "len(y) / {part}", "1 / {part}"',
        ),
        Edit(
            CHECKS,
            'WrongSolution("the slope at zero", "(y - X @ beta)"',
            f'WrongSolution("the length of lesson 4", "len(y) / {part} /", "len(y) /", PLAIN_STEP),\n'
            '        WrongSolution("the slope at zero", "(y - X @ beta)"',
        ),
    )


THE_MOVEMENT = (
    Edit(
        "q4-text",
        "Return the new coefficients.",
        "Return **how far each coefficient moves**: the new coefficients minus `beta`.",
    ),
    Edit(
        "q4",
        "Return the coefficients after one ISTA step of length 1/L,",
        "Return how far one ISTA step of length 1/L moves the coefficients,",
    ),
    Edit(
        "q4",
        "    return soft_threshold(arrival, step * lam * weights)",
        "    return soft_threshold(arrival, step * lam * weights) - beta",
    ),
    Edit(
        "q4-points",
        "# the step is 1 here, and the first arrival is (2, -0.25)",
        "# the step is 1 here, and from anywhere the first arrival is (2, -0.25)",
    ),
    Edit("q4-points", "np.zeros(2)", "np.ones(2)", times=2),
    Edit("q4-points", "should be [1.5 0.]", "should be [0.5 -1.]"),
    Edit("q4-points", "should be [1. -0.25]", "should be [0. -1.25]"),
    Edit(
        CHECKS,
        '"""Return soft_threshold(beta - gradient / L, lam * weights / L)."""',
        '"""Return soft_threshold(beta - gradient / L, lam * weights / L) - beta."""',
    ),
    Edit(
        CHECKS,
        "    return soft_threshold(beta - gradient / curvature, lam * np.asarray(weights) / curvature)",
        "    return soft_threshold(beta - gradient / curvature, lam * np.asarray(weights) / curvature) - beta",
    ),
    Edit(
        CHECKS,
        "arrival = np.sort(np.abs(step_truth(X, y, beta, 0.0, prices)))",
        "arrival = np.sort(np.abs(beta + step_truth(X, y, beta, 0.0, prices)))",
    ),
    Edit(
        CHECKS,
        'WrongSolution("the slope at zero", "(y - X @ beta)"',
        'WrongSolution("where it arrives", "weights) - beta", "weights)", PLAIN_STEP),\n'
        '        WrongSolution("the slope at zero", "(y - X @ beta)"',
    ),
)


# q5: a floor for every price

GAIN_WANTED = "Return $F_w(\\beta) - D(\\theta)$, in the units of $F_w$: one number, not divided by anything."
GAIN_DOCSTRING = (
    "Return F_w(beta) - D(theta), theta the residual shrunk until it keeps the condition of every column."
)
GAIN_TRUTH = "    return primal - (theta @ y / n - theta @ theta / (2 * n))"
AS_A_SHARE = (
    Edit(
        "q5-text",
        GAIN_WANTED,
        "Return $F_w(\\beta) - D(\\theta)$ **divided by** $F_w(0)$, as lesson 4 does: one number, a share of what is "
        "charged at zero.",
    ),
    Edit(
        "q5",
        GAIN_DOCSTRING,
        GAIN_DOCSTRING.replace("F_w(beta) - D(theta)", "(F_w(beta) - D(theta)) / F_w(0)"),
    ),
    Edit("q5", "    return bill - floor", "    return (bill - floor) / (np.sum(y**2) / (2 * len(y)))"),
    Edit("q5-points", "2.03125 - 0.888671875", "(2.03125 - 0.888671875) / 2.03125"),
    Edit("q5-points", "should be 1.142578125", "should be 0.5625"),
    Edit(
        CHECKS,
        '"""Return the weighted objective minus the dual objective at the shrunk residual."""',
        '"""Return the weighted duality gap at the shrunk residual, as a share of the objective at zero."""',
    ),
    Edit(
        CHECKS,
        GAIN_TRUTH,
        "    return (primal - (theta @ y / n - theta @ theta / (2 * n))) / (y @ y / (2 * n))",
    ),
    Edit(
        CHECKS,
        '        WrongSolution("never shrunk"',
        '        WrongSolution("in the units of F", " / (np.sum(y**2) / (2 * len(y)))", ""),\n'
        '        WrongSolution("never shrunk"',
    ),
)
WITH_THE_FACTOR = (
    Edit(
        "q5-text",
        GAIN_WANTED,
        "Return **two numbers**: the factor by which the residual was shrunk, and $F_w(\\beta) - D(\\theta)$, in the "
        "units of $F_w$ and not divided by anything.",
    ),
    Edit(
        "q5",
        GAIN_DOCSTRING,
        "Return the factor and F_w(beta) - D(theta), theta the residual times the factor that keeps each condition.",
    ),
    Edit(
        "q5",
        "    theta = residual * min(1, np.min(lam * weights / pull))",
        "    factor = min(1, np.min(lam * weights / pull))\n    theta = residual * factor",
    ),
    Edit("q5", "    return bill - floor", "    return np.array([factor, bill - floor])"),
    Edit("q5-points", "should be 1.142578125", "should be [0.25 1.14257812]"),
    Edit("q5-points", '"should be 0.0")', '"should be [1. 0.]")'),
    Edit(
        CHECKS,
        '"""Return the weighted objective minus the dual objective at the shrunk residual."""',
        '"""Return the factor, and the weighted objective minus the dual objective at the shrunk residual."""',
    ),
    Edit(
        CHECKS,
        GAIN_TRUTH,
        "    return [1 / max(1.0, excess), primal - (theta @ y / n - theta @ theta / (2 * n))]",
    ),
    Edit(
        CHECKS,
        '"never shrunk", "residual * min(1, np.min(lam * weights / pull))", "residual", SHRUNK),',
        '"never shrunk", "min(1, np.min(lam * weights / pull))", "1", SHRUNK),\n'
        '        WrongSolution("the other order", "[factor, bill - floor]", "[bill - floor, factor]", NOT_SHRUNK),',
    ),
)


# q6: find the bugs

LAST_FIRST = (
    Edit(
        "q6-text",
        "makes `n_sweeps` sweeps over the columns, in order, from `beta_start`",
        "makes `n_sweeps` sweeps over the columns, each **from the last column to the first**, from `beta_start`",
    ),
    Edit("q6", "in enumerate(X.T):", "in reversed(list(enumerate(X.T))):"),
    Edit("q6", "for j in range(X.shape[1]):", "for j in reversed(range(X.shape[1])):"),
    Edit(
        CHECKS,
        "        for j in range(X.shape[1]):\n            beta[j] = 0.0",
        "        for j in range(X.shape[1] - 1, -1, -1):\n            beta[j] = 0.0",
    ),
    Edit(
        CHECKS,
        '        WrongSolution("never divided"',
        '        WrongSolution("from the first", "reversed(list(enumerate(X.T)))", "enumerate(X.T)"),\n'
        '        WrongSolution("never divided"',
    ),
)
RIDGES = (1, 3)


def charge_for_squares(rng):
    """Return the edits of a second charge, on the squares, with a factor that is drawn."""
    ridge = int(rng.choice(RIDGES))
    by_hand = f"[{1.5 / (1 + ridge):g} {-3.5 / (4 + ridge):g}]"
    return (
        Edit(
            "q6-text",
            "at equal prices `lam`.",
            "at equal prices `lam`. It charges for the squares too: what is minimised is "
            f"$F(\\beta) + \\frac{{{ridge}}}{{2}}\\lVert\\beta\\rVert^2$.",
        ),
        Edit("q6", "Return the LASSO coefficients", "Return the coefficients"),
        Edit("q6", "coordinate descent from", f"coordinate descent on F + {ridge}/2 ||beta||^2 from"),
        Edit("q6", ", lam) / np.mean(x**2)", f", lam) / (np.mean(x**2) + {ridge})"),
        Edit("q6", "len(y) / curvature, lam)", f"len(y) / curvature, lam) / (1 + {ridge})"),
        Edit("q6-points", "the minimum is at (1.5, -0.875)", f"the minimum is at {by_hand}"),
        Edit("q6-points", "should be [1.5 -0.875]", f"should be {by_hand}"),
        Edit(
            CHECKS,
            "len(y) * lam) / (X[:, j] @ X[:, j])",
            f"len(y) * lam) / (X[:, j] @ X[:, j] + {ridge} * len(y))",
        ),
        Edit(
            CHECKS,
            '"soft_threshold(x @ left / len(y), lam) / np.mean(x**2)",\n'
            '            "soft_threshold(x @ left / len(y) / np.mean(x**2), lam)",',
            f'"soft_threshold(x @ left / len(y), lam) / (np.mean(x**2) + {ridge})",\n'
            f'            "soft_threshold(x @ left / len(y) / np.mean(x**2), lam) / (1 + {ridge})",',
        ),
        Edit(
            CHECKS,
            '"never divided", " / np.mean(x**2)", ""',
            f'"the squares are free", "(np.mean(x**2) + {ridge})", "np.mean(x**2)"',
        ),
    )


# q7: the menu and the budget

BILLS = "    bills = (betas != 0) @ costs\n"
TRUE_BILL = "if sum(cost for b, cost in zip(beta, costs, strict=True) if b != 0) <= budget:"
DRAWN_BILLS = "        bills = (betas != 0) @ costs\n"
COLUMNS_COUNTED = '"(betas != 0) @ costs", "np.sum(betas != 0, axis=1)"'
TOGETHER_COST = (
    "Return the **smallest** penalty of the path whose measurements together cost **at most** the budget."
)
FEES = (9, 10, 12)


def fee_for_a_visit(rng):
    """Return the edits of a fee that is paid once, if anything is measured; it is drawn."""
    fee = int(rng.choice(FEES))
    return (
        Edit(
            "q7-text",
            TOGETHER_COST,
            f"Whoever takes any measurement at all also pays **once** for the visit: {fee} dollars. Return the "
            "**smallest** penalty of the path whose measurements, with the visit, cost **at most** the budget.",
        ),
        Edit(
            "q7",
            "whose kept columns cost at most `budget` in all.",
            "whose kept columns and visit cost at most `budget` in all.",
        ),
        Edit("q7", BILLS, f"    kept = betas != 0\n    bills = kept @ costs + {fee} * kept.any(axis=1)\n"),
        Edit(
            "q7-points",
            "# rows that cost 0, 5 and 12 dollars",
            f"# rows that cost 0, {5 + fee} and {12 + fee} dollars",
        ),
        Edit("q7-points", "for budget in (20, 40):", "for budget in (30, 50):"),
        Edit("q7-points", "for budget in (6, 12):", f"for budget in ({6 + fee}, {12 + fee}):"),
        Edit("q7-points", "2 if budget == 6 else 1", f"2 if budget == {6 + fee} else 1"),
        Edit(
            CHECKS,
            TRUE_BILL,
            TRUE_BILL.replace("<= budget", f"+ {fee} * np.any(beta) <= budget"),
        ),
        Edit(
            CHECKS,
            DRAWN_BILLS,
            f"        bills = (betas != 0) @ costs + {fee} * np.any(betas != 0, axis=1)\n",
        ),
        Edit(
            CHECKS,
            "Every kept measurement costs one dollar here.",
            "Every kept measurement costs one dollar here, and the visit what it costs.",
        ),
        Edit(CHECKS, COLUMNS_COUNTED, '"kept @ costs", "kept.sum(axis=1)"'),
        Edit(
            CHECKS,
            '        WrongSolution("the strongest", ',
            f'        WrongSolution("a visit for nothing", " + {fee} * kept.any(axis=1)", "", NAMES_IN),\n'
            '        WrongSolution("the strongest", ',
        ),
    )


HALF_PRICE = (
    Edit(
        "q7-text",
        TOGETHER_COST,
        "The laboratory gives a discount: of the measurements that are taken together, the dearest costs its full "
        "price, and each other one **half** of its own. Return the **smallest** penalty of the path whose measurements "
        "together cost **at most** the budget.",
    ),
    Edit(
        "q7",
        "whose kept columns cost at most `budget` in all.",
        "whose kept columns, at a discount, cost at most `budget`.",
    ),
    Edit(
        "q7", BILLS, "    kept = betas != 0\n    bills = (kept @ costs + np.max(kept * costs, axis=1)) / 2\n"
    ),
    Edit("q7-points", "# rows that cost 0, 5 and 12 dollars", "# rows that cost 0, 5 and 7 + 5/2 dollars"),
    Edit("q7-points", "for budget in (6, 12):", "for budget in (6, 9.5):"),
    Edit(
        CHECKS,
        TRUE_BILL,
        "prices = sorted(cost for b, cost in zip(beta, costs, strict=True) if b != 0)\n"
        "        if sum(prices) / 2 + sum(prices[-1:]) / 2 <= budget:",
    ),
    Edit(
        CHECKS,
        DRAWN_BILLS,
        "        bills = ((betas != 0) @ costs + np.max((betas != 0) * costs, axis=1)) / 2\n",
    ),
    Edit(CHECKS, "(0.0 if exact else 0.5)", "(0.0 if exact else 0.2)"),
    Edit(
        CHECKS,
        "Every kept measurement costs one dollar here.",
        "Every kept measurement costs one dollar here before the discount.",
    ),
    Edit(CHECKS, COLUMNS_COUNTED, '"kept @ costs + np.max(kept * costs, axis=1)", "kept.sum(axis=1) + 1"'),
    Edit(
        CHECKS,
        '        WrongSolution("the strongest", ',
        '        WrongSolution("no discount", "(kept @ costs + np.max(kept * costs, axis=1)) / 2", "kept @ costs"),\n'
        '        WrongSolution("the strongest", ',
    ),
)


VARIANTS: tuple[Variant, ...] = (
    Variant("q1", (Option("other people, another penalty, another charge", people_and_penalty),)),
    Variant(
        "q2",
        (
            Option("the translation is told from Lyon to Boston", TOLD_THE_OTHER_WAY),
            Option("the shift comes before the factor, the intercept last", SHIFTED_FIRST),
        ),
    ),
    Variant(
        "q3",
        (
            Option("the coefficient in place of the jump", THE_COEFFICIENT),
            Option("the prediction for a one", PREDICTION_OF_A_ONE),
        ),
    ),
    Variant("q4", (Option("a shorter step", shorter_step), Option("how far it moves", THE_MOVEMENT))),
    Variant("q5", (Option("as a share", AS_A_SHARE), Option("with the factor", WITH_THE_FACTOR))),
    Variant(
        "q6",
        (
            Option("from the last column", LAST_FIRST),
            Option("a second charge, on the squares", charge_for_squares),
        ),
    ),
    Variant("q7", (Option("a fee for the visit", fee_for_a_visit), Option("a discount", HALF_PRICE))),
)
