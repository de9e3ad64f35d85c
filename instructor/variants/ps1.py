"""What problem set 1 may ask in place of what is public: other quarters, another budget, other definitions."""

from __future__ import annotations

import numpy as np

from course_utils.datasets import load_macrodata
from course_utils.grading.variants import CHECKS, Edit, Option, Variant
from course_utils.least_squares import fit_least_squares, residual_autocorrelation, variance_inflation_factors
from course_utils.path import lasso_path
from course_utils.prox import soft_threshold


def minus(value, digits):
    """Write a number as the texts do, with a minus sign for a hyphen."""
    return f"{value:.{digits}f}".replace("-", "−")


# q1: alone and beside

EFFECT_AND_TOLERANCE = (
    Edit(
        "q1-text",
        "the slope of the least squares line with column `j` **alone**;",
        "the **effect** of column `j` **alone**: the slope of its least squares line, times the standard deviation "
        "of the column (divisor $n$);",
    ),
    Edit(
        "q1-text",
        "the coefficient of column `j` in the least squares model of **all** columns;",
        "its effect beside the others: its coefficient in the least squares model of **all** columns, times the "
        "same standard deviation;",
    ),
    Edit(
        "q1-text",
        "the variance inflation factor of column `j`.",
        "the **tolerance** of column `j`: the share of its variance that the other columns do not explain. It is one "
        "divided by the variance inflation factor.",
    ),
    Edit(
        "q1-text", "$x_1 = (0, 1, 2, 3)$, $x_2 = (0, 0, 1, 1)$", "$x_1 = (0, 0, 4, 4)$, $x_2 = (0, 1, 2, 1)$"
    ),
    Edit(
        "q1-text",
        "column 0 has the slope 0.2 alone and 1 beside the other. The other column explains four fifths of it, so "
        "its factor is 5.",
        "column 0 has the standard deviation 2 and the slopes 0.5 alone and 1 beside the other: the effects 1 and 2. "
        "The other column explains half of it, so its tolerance is 0.5.",
    ),
    Edit(
        "q1",
        "Return the slope of y on column j alone, its coefficient beside all others, and its inflation factor.",
        "Return the effect of column j alone, its effect beside all others, and its tolerance.",
    ),
    Edit("q1", "    alone = fit", "    spread = X[:, j].std()\n    alone = fit"),
    Edit("q1", ".beta[0]", ".beta[0] * spread"),
    Edit("q1", ".beta[j]", ".beta[j] * spread"),
    Edit("q1", "inflation = variance", "tolerance = 1 / variance"),
    Edit("q1", "beside, inflation", "beside, tolerance"),
    Edit(
        "q1-points", "[[0.0, 0.0], [1.0, 0.0], [2.0, 1.0], [3.0, 1.0]]", "[[0.0, 0], [0, 1], [4, 2], [4, 1]]"
    ),
    Edit("q1-points", "by hand 0.2, 1, 5:", "by hand 1, 2, 0.5:"),
    Edit("q1-points", "np.array([0.0, 1.0, 0.0, 1.0])", "tiny @ [1, -2]"),
    Edit(CHECKS, "(X[:, [j]], y).beta[0], length", "(X[:, [j]], y).beta[0] * X[:, j].std(), length", times=2),
    Edit(CHECKS, "(X, y).beta[j], length", "(X, y).beta[j] * X[:, j].std(), length"),
    Edit(
        CHECKS,
        "j: variance_inflation_factors(X)[j], length",
        "j: 1 / variance_inflation_factors(X)[j], length",
    ),
    Edit(CHECKS, "and what does that do to a variance?", "and what do they leave?"),
    Edit(CHECKS, "shows the inflation here", "shows the tolerance here"),
    Edit(CHECKS, '"of the variance inflation"', '"of the tolerance"'),
    Edit(CHECKS, '"of the slope alone, for', '"of the effect alone, for', times=2),
    Edit(CHECKS, '"of the coefficient beside', '"of the effect beside'),
)
REACH_AND_ERROR = (
    Edit(
        "q1-text",
        "the slope of the least squares line with column `j` **alone**;",
        "the **reach** of column `j` **alone**: by how much the least squares line with this column alone rises from "
        "the smallest value of the column to its largest (negative, if it falls);",
    ),
    Edit(
        "q1-text",
        "the coefficient of column `j` in the least squares model of **all** columns;",
        "its reach beside the others: its coefficient in the least squares model of **all** columns, times the "
        "distance from the smallest value of the column to its largest;",
    ),
    Edit(
        "q1-text",
        "the variance inflation factor of column `j`.",
        "the factor by which the other columns inflate the **standard error** of this coefficient (lesson 1 has the "
        "factor of its variance).",
    ),
    Edit(
        "q1-text", "$x_1 = (0, 1, 2, 3)$, $x_2 = (0, 0, 1, 1)$", "$x_1 = (0, 0, 2, 2)$, $x_2 = (0, 0, 5, 3)$"
    ),
    Edit("q1-text", "$y = x_1 - 2x_2$", "$y = 3x_1 - x_2$"),
    Edit(
        "q1-text",
        "column 0 has the slope 0.2 alone and 1 beside the other. The other column explains four fifths of it, so "
        "its factor is 5.",
        "column 0 goes from 0 to 2. Its slopes are 1 alone and 3 beside the other, so its reaches are 2 and 6. The "
        "other column explains eight ninths of it: nine times the variance, and three times the standard error.",
    ),
    Edit(
        "q1",
        "Return the slope of y on column j alone, its coefficient beside all others, and its inflation factor.",
        "Return the reach of column j alone, its reach beside all others, and the inflation of its standard error.",
    ),
    Edit("q1", "    alone = fit", "    distance = np.ptp(X[:, j])\n    alone = fit"),
    Edit("q1", ".beta[0]", ".beta[0] * distance"),
    Edit("q1", ".beta[j]", ".beta[j] * distance"),
    Edit(
        "q1",
        "inflation = variance_inflation_factors(X)[j]",
        "inflation = variance_inflation_factors(X)[j] ** 0.5",
    ),
    Edit(
        "q1-points", "[[0.0, 0.0], [1.0, 0.0], [2.0, 1.0], [3.0, 1.0]]", "[[0.0, 0], [0, 0], [2, 5], [2, 3]]"
    ),
    Edit("q1-points", "by hand 0.2, 1, 5:", "by hand 2, 6, 3:"),
    Edit("q1-points", "np.array([0.0, 1.0, 0.0, 1.0])", "tiny @ [3, -1]"),
    Edit(
        CHECKS, "(X[:, [j]], y).beta[0], length", "(X[:, [j]], y).beta[0] * np.ptp(X[:, j]), length", times=2
    ),
    Edit(CHECKS, "(X, y).beta[j], length", "(X, y).beta[j] * np.ptp(X[:, j]), length"),
    Edit(
        CHECKS,
        "j: variance_inflation_factors(X)[j], length",
        "j: variance_inflation_factors(X)[j] ** 0.5, length",
    ),
    Edit(CHECKS, "and what does that do to a variance?", "and what does that do to an error bar?"),
    Edit(CHECKS, '"of the variance inflation"', '"of the inflation of the standard error"'),
    Edit(CHECKS, '"of the slope alone, for', '"of the reach alone, for', times=2),
    Edit(CHECKS, '"of the coefficient beside', '"of the reach beside'),
)


# q2: a profile of the residuals

SPREAD_IN_TEXT = (
    "holds the mean and the standard deviation of the residuals in group $k$; the standard deviation is measured "
    "around the group's own mean, with the number of its rows as divisor."
)
HAND_IN_TEXT = (
    "form the groups $(-2, 0)$ and $(1, 1)$, with means $-1$ and $1$ and standard deviations $1$ and $0$."
)
DOCSTRING = (
    "Return the mean and the standard deviation of the residuals in each group of rows, by rising `by`."
)
TRUE_SPREAD = "np.sqrt(np.mean((group - np.mean(group)) ** 2))"
SPREAD_HINT = "A spread is measured around the group's own mean, and divided as the question says."
HAND = "by hand [-1, 1] and [1, 0]:"
FALLING = (
    Edit(
        "q2-text", "Sort the rows by `by`, from low to high,", "Sort the rows by `by`, from **high to low**,"
    ),
    Edit(CHECKS, "key=lambda i: by[i]", "key=lambda i: -by[i]"),
    Edit(CHECKS, '"from high to low"', '"from low to high"'),
)
MEDIANS = (
    Edit("q2", "group.mean()", "np.median(group)"),
    Edit(CHECKS, "where stands its mean?", "where stands its median?"),
    Edit(CHECKS, '"of the means', '"of the medians', times=3),
)
MEDIAN_AND_QUARTILES = (
    *MEDIANS,
    Edit(
        "q2-text",
        SPREAD_IN_TEXT,
        "holds the median of the residuals in group $k$ and their interquartile range: the 75th percentile less the "
        "25th, both as `np.percentile` gives them by default.",
    ),
    Edit(
        "q2-text",
        HAND_IN_TEXT,
        "form the groups $(-2, 0)$ and $(1, 1)$, with medians $-1$ and $1$. The quartiles are $-1.5$ and $-0.5$ in "
        "the first group and $1$ and $1$ in the second, so the interquartile ranges are $1$ and $0$.",
    ),
    Edit(
        "q2",
        DOCSTRING,
        "Return the median and the interquartile range of the residuals in each group of rows, by rising `by`.",
    ),
    Edit("q2", "group.std()", "np.subtract(*np.percentile(group, [75, 25]))"),
    Edit(
        CHECKS,
        f"[np.mean(group), {TRUE_SPREAD}]",
        "[np.median(group), np.percentile(group, 75) - np.percentile(group, 25)]",
    ),
    Edit(CHECKS, SPREAD_HINT, "Between which two places of the sorted group is a spread measured here?"),
    Edit(
        CHECKS,
        '"spread around zero", "group.std()", "np.sqrt(np.mean(group**2))"',
        '"the whole range", "[75, 25]", "[100, 0]"',
    ),
    Edit(
        CHECKS,
        '"one row less", "group.std()", "group.std(ddof=1)"',
        '"a standard deviation", "np.subtract(*np.percentile(group, [75, 25]))", "group.std()"',
    ),
)
FALLING_WITH_ONE_ROW_LESS = (
    *FALLING,
    Edit(
        "q2-text",
        "the **first** groups get one row more: 14 rows in 4 groups are 4, 4, 3 and 3.",
        "the **last** groups get one row more: 14 rows in 4 groups are 3, 3, 4 and 4.",
    ),
    Edit(
        "q2-text",
        "with the number of its rows as divisor.",
        "with one less than the number of its rows as divisor. (A group has at least two rows.)",
    ),
    Edit(
        "q2-text",
        HAND_IN_TEXT,
        r"form the groups $(1, 1)$ and $(0, -2)$, with means $1$ and $-1$ and standard deviations $0$ and $\sqrt2$.",
    ),
    Edit("q2", "by rising `by`", "by falling `by`"),
    Edit("q2", "np.array_split(ranked, n_groups)", "np.array_split(ranked, n_groups)[::-1]"),
    Edit("q2", "group.std()", "group.std(ddof=1)"),
    Edit("q2-points", HAND, "by hand [1, 0] and [-1, 1.414214]:"),
    Edit(CHECKS, "(k < len(by) % n_groups)", "(k >= n_groups - len(by) % n_groups)"),
    Edit(CHECKS, TRUE_SPREAD, "np.std(group, ddof=1)"),
    Edit(
        CHECKS,
        '"spread around zero", "group.std()", "np.sqrt(np.mean(group**2))"',
        '"spread around zero", "group.std(ddof=1)", "np.sqrt(np.sum(group**2) / (len(group) - 1))"',
    ),
    Edit(
        CHECKS,
        '"one row less", "group.std()", "group.std(ddof=1)"',
        '"all rows", "group.std(ddof=1)", "group.std()"',
    ),
)
FALLING_MEDIANS = (
    *FALLING,
    *MEDIANS,
    Edit(
        "q2-text",
        SPREAD_IN_TEXT,
        "holds the median of the residuals in group $k$, and the median of their distances to that median.",
    ),
    Edit(
        "q2-text",
        HAND_IN_TEXT,
        "form the groups $(1, 1)$ and $(0, -2)$, with medians $1$ and $-1$. The distances are $0, 0$ in the first "
        "group and $1, 1$ in the second, so their medians are $0$ and $1$.",
    ),
    Edit(
        "q2",
        DOCSTRING,
        "Return the median of the residuals in each group of rows, by falling `by`, and that of their distances to it.",
    ),
    Edit("q2", "residuals[np.argsort(by)]", "residuals[np.argsort(by)][::-1]"),
    Edit("q2", "group.std()", "np.median(np.abs(group - np.median(group)))"),
    Edit("q2-points", HAND, "by hand [1, 0] and [-1, 1]:"),
    Edit(
        CHECKS,
        f"[np.mean(group), {TRUE_SPREAD}]",
        "[np.median(group), np.median(np.abs(group - np.median(group)))]",
    ),
    Edit(
        CHECKS,
        SPREAD_HINT,
        "From where are the distances measured here, and which of them stands for the group?",
    ),
    Edit(
        CHECKS,
        '"spread around zero", "group.std()", "np.sqrt(np.mean(group**2))"',
        '"distances to zero", "np.abs(group - np.median(group))", "np.abs(group)"',
    ),
    Edit(
        CHECKS,
        '"one row less", "group.std()", "group.std(ddof=1)"',
        '"the mean distance", "np.median(np.abs(", "np.mean(np.abs("',
    ),
)


# q3: one series with a bug

CRITERION = "the intercept and the slope b that minimise ||y - intercept - x b||^2 / 2n + lam |b|."
THREE_MISTAKES = "There are **three** mistakes. Here is the function."
HAND_OF_3 = (
    r"for $x = (0, 1, 2)$, $y = (1, 3, 5)$ and the price $\frac13$ the answer is $1.5$ and $1.5$. "
    "At the price 2"
)
X_BY_HAND = "np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])"
FIRST_WRONG_OF_3 = 'WrongSolution("threshold on the slope",'


def charge_for_effects():
    """Return the edits of a price per unit of effect, slope times standard deviation."""
    new_criterion = CRITERION.replace("lam |b|", "lam s |b|, s = x.std()")
    return (
        Edit(
            "q3-text",
            THREE_MISTAKES,
            "There are **three** mistakes. Note what she charges for: not the slope $b$ but its effect, the slope "
            r"times the standard deviation $s$ of the series (divisor $n$). What is to be minimised is $\frac{1}{2n}"
            r"\,\lVert y - \beta_0 - xb\rVert^2 + \lambda\, s\,|b|$. Here is the function.",
        ),
        Edit("q3-colleague", CRITERION, new_criterion),
        Edit(
            "q3-task",
            HAND_OF_3,
            "for $x = (0, 0, 4, 4)$, $y = (1, 1, 5, 5)$ and the price $0.5$ the answer is $1.5$ and $0.75$. At the "
            "price 3",
        ),
        Edit("q3", CRITERION, new_criterion),
        Edit("q3", "    slope = ", "    lam = lam * x.std()\n    slope = "),
        Edit("q3-points", X_BY_HAND, "np.array([0.0, 0.0, 4.0, 4.0]), np.array([1.0, 1.0, 5.0, 5.0])"),
        Edit("q3-points", "by hand 1.5, 1.5:", "by hand 1.5, 0.75:"),
        Edit("q3-points", "x_hand, y_hand, 1 / 3", "x_hand, y_hand, 0.5"),
        Edit("q3-points", "x_hand, y_hand, 2)", "x_hand, y_hand, 3)"),
        Edit(
            CHECKS,
            "soft_threshold(np.mean(centred * y), lam)",
            "soft_threshold(np.mean(centred * y), lam * np.std(x))",
        ),
        Edit(CHECKS, "share * abs(np.mean(x * y))", "share * abs(np.mean(x * y)) / spread"),
        Edit(CHECKS, "spread=0.3, middle=5,", "spread=3, middle=5,"),
        Edit(CHECKS, "slope=-2, spread=1,", "slope=-2, spread=2,"),
        Edit(CHECKS, "A small series far from zero,", "A series far from zero,"),
        Edit(
            CHECKS,
            'The price is charged against the slope of the loss "\n    "at zero,',
            'The price of an effect is charged against the slope of the loss "\n    "at zero,',
        ),
        Edit(
            CHECKS,
            FIRST_WRONG_OF_3,
            f'WrongSolution("charges for the slope", "lam * x.std()", "lam", SCALE),\n        {FIRST_WRONG_OF_3}',
        ),
    )


def charge_for_squares(rng):
    """Return the edits of a second charge, on the square of the slope, with a factor that is drawn."""
    factor = rng.choice([0.5, 1.0, 2.0])
    slope = 1.5 / (1 + factor)
    new_criterion = CRITERION.replace("lam |b|", f"lam |b| + {factor:g} b^2 / 2")
    return (
        Edit(
            "q3-text",
            THREE_MISTAKES,
            "There are **three** mistakes. Note that she charges twice, for the size of the slope and for its square: "
            r"what is to be minimised is $\frac{1}{2n}\,\lVert y - \beta_0 - xb\rVert^2 + \lambda\,|b| + \frac{"
            rf"{factor:g}}}{{2}}\,b^2$. Here is the function.",
        ),
        Edit("q3-colleague", CRITERION, new_criterion),
        Edit(
            "q3-colleague", "soft_threshold(rho / c, lam)", f"soft_threshold(rho / c, lam) / (1 + {factor:g})"
        ),
        Edit(
            "q3-task",
            HAND_OF_3,
            f"for $x = (0, 0, 2, 2)$, $y = (1, 1, 5, 5)$ and the price $0.5$ the answer is ${3 - slope:g}$ and "
            f"${slope:g}$. At the price 3",
        ),
        Edit("q3", CRITERION, new_criterion),
        Edit("q3", "soft_threshold(pull, lam) / scale", f"soft_threshold(pull, lam) / (scale + {factor:g})"),
        Edit("q3-points", X_BY_HAND, "np.array([0.0, 0.0, 2.0, 2.0]), np.array([1.0, 1.0, 5.0, 5.0])"),
        Edit("q3-points", "by hand 1.5, 1.5:", f"by hand {3 - slope:g}, {slope:g}:"),
        Edit("q3-points", "x_hand, y_hand, 1 / 3", "x_hand, y_hand, 0.5"),
        Edit("q3-points", "x_hand, y_hand, 2)", "x_hand, y_hand, 3)"),
        Edit(CHECKS, ", lam)) / np.mean(centred**2)", f", lam)) / (np.mean(centred**2) + {factor:g})"),
        Edit(
            CHECKS,
            "At the price zero this is least squares.",
            "At the price zero only the square is charged.",
        ),
        Edit(
            CHECKS,
            '"(pull, lam) / scale", "(pull / scale, lam)", SCALE)',
            f'"(pull, lam) / (scale + {factor:g})", "(pull / scale, lam) / (1 + {factor:g})", SCALE)',
        ),
        Edit(
            CHECKS,
            FIRST_WRONG_OF_3,
            f'WrongSolution("the square is free", "(scale + {factor:g})", "scale", SCALE),\n        {FIRST_WRONG_OF_3}',
        ),
    )


# q4: distances to the conditions

AS_SHARES = (
    Edit(
        "q4-text",
        "and is zero if it does not.",
        r"and is zero if it does not. Both are **divided by** $\lambda$, so that prices of any size compare: a "
        "distance of 0.2 is a fifth of the price.",
    ),
    Edit("q4-text", "`beta` and `lam`, and returns", "`beta` and `lam` (positive), and returns"),
    Edit("q4-text", "has $0, 0.1, 0$.", "has $0, 0.2, 0$."),
    Edit(
        "q4",
        "then the distance of each column to its condition.",
        "then that of each column to its condition, in prices.",
    ),
    Edit("q4", "np.where(beta != 0, living, silent))", "np.where(beta != 0, living, silent) / lam)"),
    Edit(CHECKS, "*columns])", "*(np.array(columns) / lam)])"),
    Edit(
        CHECKS,
        'WrongSolution("no intercept",',
        'WrongSolution("not in prices", " / lam)", ")", LIVING),\n        WrongSolution("no intercept",',
    ),
)
ROOM_TO_SPARE = (
    Edit("q4-text", "distances, none of them negative. With", "numbers. With"),
    Edit(
        "q4-text",
        "- entry 0 is the distance of the mean of the residuals to zero, the condition of the intercept;\n"
        "- entry $j + 1$ belongs to column $j$ (counted from 0).",
        "- the **last** entry is the distance of the mean of the residuals to zero, the condition of the intercept;\n"
        "- entry $j$ belongs to column $j$ (counted from 0).",
    ),
    Edit(
        "q4-text",
        r"it says by how much $|c_j|$ exceeds $\lambda$, and is zero if it does not.",
        r"it is $|c_j| - \lambda$: what is too much, or, if **negative**, the room that the column has to spare.",
    ),
    Edit(
        "q4-text",
        "The answer $(1.5, 0)$ has the distances $0, 0, 0$, and $(1.4, 0)$ has $0, 0.1, 0$.",
        "The answer $(1.5, 0)$ gets $0, -0.25, 0$, and $(1.4, 0)$ gets $0.1, -0.25, 0$.",
    ),
    Edit(
        "q4",
        "Return the distance of the mean residual to zero, then the distance of each column to its condition.",
        "Return how far each column is from its condition, then the distance of the mean residual to zero.",
    ),
    Edit("q4", "np.maximum(np.abs(c) - lam, 0)", "np.abs(c) - lam"),
    Edit(
        "q4",
        "np.append(np.abs(residuals.mean()), np.where(beta != 0, living, silent))",
        "np.append(np.where(beta != 0, living, silent), np.abs(residuals.mean()))",
    ),
    Edit(CHECKS, "max(abs(c[j]) - lam, 0.0)", "abs(c[j]) - lam"),
    Edit(CHECKS, "[abs(np.mean(residuals)), *columns]", "[*columns, abs(np.mean(residuals))]"),
    Edit(
        CHECKS,
        "entry(0, lambda *a: distances(*a)[0], length=5)",
        "entry(4, lambda *a: distances(*a)[4], length=5)",
    ),
    Edit(CHECKS, "close(answer[1:], truth[1:])", "close(answer[:-1], truth[:-1])"),
    Edit(CHECKS, "or charged for room to spare?", "or has their room to spare been lost?"),
    Edit(
        CHECKS,
        'WrongSolution("no intercept",',
        'WrongSolution("no room to spare", "np.abs(c) - lam\\n", "np.maximum(np.abs(c) - lam, 0)\\n", SILENT),\n'
        '        WrongSolution("no intercept",',
    ),
)


# q5: the solution between two bends

OWN_PRICES = (
    Edit(
        "q5-text",
        r"whose residuals satisfy $c_j = \lambda\, s_j$ for every column, where $s_j$ is its sign.",
        r"whose residuals satisfy $c_j = \lambda\, \sigma_j\, s_j$ for every column, where $s_j$ is its sign and "
        r"$\sigma_j$ its standard deviation (divisor $n$): the condition where the price is for a unit of effect, "
        r"$\lambda \sum_j \sigma_j |\beta_j|$.",
    ),
    Edit(
        "q5-text",
        "for the one column $(1, -1)$, $y = (3, -3)$, the sign $1$ and the price $1$, the answer is $2$.",
        "for the one column $(2, -2)$, $y = (6, -6)$, the sign $1$ and the price $1$, the answer is $2.5$.",
    ),
    Edit("q5", "= lam signs.", "= lam signs std(X)."),
    Edit("q5", "    return np", "    signs = signs * X.std(axis=0)\n    return np"),
    Edit(
        "q5-points",
        '"by hand 2:", living_solution(np.array([[1.0], [-1.0]]), np.array([3.0, -3.0])',
        '"by hand 2.5:", living_solution(np.array([[2.0], [-2.0]]), np.array([6.0, -6.0])',
    ),
    Edit(CHECKS, "X.T @ y - len(y) * lam * signs)", "X.T @ y - len(y) * lam * X.std(axis=0) * signs)"),
    Edit(
        CHECKS,
        "Here the columns overlap: what one gives up, others take over in part. Yours lets each pay for itself.",
        "Here the columns overlap, and none has the standard deviation 1: what one gives up, others take over in "
        "part, and each has its own price.",
    ),
    Edit(
        CHECKS,
        'WrongSolution("all signs positive", "lam * signs", "lam", MIXED)',
        'WrongSolution("all signs positive", "signs * X.std(axis=0)", "X.std(axis=0)", MIXED),\n'
        '        WrongSolution("one price for all", "signs * X.std(axis=0)", "signs", OVERLAP)',
    ),
)
FITTED_VALUES = (
    Edit(
        "q5-text",
        "Return the one `beta` of shape `(n_features,)` whose residuals satisfy",
        r"There is one $\beta$ whose residuals satisfy",
    ),
    Edit(
        "q5-text",
        "You need not check whether `beta` has these signs.",
        r"Return its **fitted values** $X\beta$, of shape `(n_samples,)`. You need not check whether $\beta$ has these "
        "signs.",
    ),
    Edit("q5-text", "the answer is $2$.", r"$\beta$ is $2$ and the answer is $(2, -2)$."),
    Edit("q5", "Return the beta with", "Return X beta, for the beta with"),
    Edit("q5", "return np.linalg.solve(", "return X @ np.linalg.solve("),
    Edit("q5-points", "by hand 2:", "by hand 2, -2:"),
    Edit("q5-points", '"at the price 0.03:"', '"first quarters at the price 0.03:"'),
    Edit("q5-points", "1.0, 1.0]), 0.03), 4)", "1.0, 1.0]), 0.03)[:4], 4)"),
    Edit(
        CHECKS,
        "is_truth(between_bends)",
        "is_truth(lambda X, y, s, lam: X @ between_bends(X, y, s, lam))",
        times=3,
    ),
    Edit(
        CHECKS,
        '"np.linalg.solve(gram, pulls) - lam * signs"',
        '"(np.linalg.solve(gram, pulls) - lam * signs)"',
    ),
    Edit(
        CHECKS,
        'WrongSolution("all signs positive", "lam * signs", "lam", MIXED)',
        'WrongSolution("all signs positive", "lam * signs", "lam", MIXED),\n'
        '        WrongSolution("the coefficients", "X @ np", "np", APART)',
    ),
)


# q6: a budget, on other quarters

FIRST_QUARTERS, ENDS = (
    (2, 9),
    (179, 185),
)  # between these the memo's story holds; tests go through all of them
BUDGETS = {
    4: "four",
    5: "five",
    7: "seven",
    8: "eight",
    9: "nine",
    10: "ten",
    11: "eleven",
    12: "twelve",
    13: "thirteen",
}
ORDINALS = ("first", "second", "third", "fourth")
STANDARDISED = "    Z, y = (X - X.mean(axis=0)) / X.std(axis=0), economy.y - economy.y.mean()"


def quarter(row):
    """Name a quarter in words."""
    return f"the {ORDINALS[row % 4]} quarter of {1959 + row // 4}"


def tables(first, end):
    """Return the series as they are, the same standardised, and the unemployment rate, of some quarters."""
    economy = load_macrodata()
    X = np.column_stack([economy.column(name) for name in ("realgdp", "pop", "tbilrate")])[first:end]
    return X, (X - X.mean(axis=0)) / X.std(axis=0), economy.y[first:end]


def quarters_and_budget(rng):
    """Return the edits of a stretch of quarters and a budget, both drawn; the memo's numbers follow."""
    first, end = int(rng.integers(*FIRST_QUARTERS)), int(rng.integers(*ENDS))
    X, Z, y = tables(first, end)
    budgets = [budget for budget in BUDGETS if abs(interest(Z, y, budget)) > 0.02]
    budget = budgets[rng.integers(len(budgets))]
    return (
        *of_the_setup(first, end),
        *of_the_programs(Z, y),
        *of_the_budget(Z, y, budget),
        *of_the_truth(first, end, budget, interest(Z, y, budget) > 0),
        *of_the_least_squares_sheet(X, y),
        *of_the_lasso_sheet(Z, y),
    )


def interest(Z, y, budget):
    """Return the coefficient of interest where this budget is spent; of both signs, the one that holds."""
    gram, pulls = Z.T @ Z / len(y), Z.T @ (y - y.mean()) / len(y)
    for sign in (1.0, -1.0):
        signs = np.array([-1.0, 1.0, sign])
        least_squares, lost = np.linalg.solve(gram, pulls), np.linalg.solve(gram, signs)
        beta = least_squares - (signs @ least_squares - budget) / (signs @ lost) * lost
        if np.all(beta * signs > 0):
            return beta[2]
    return 0.0


def of_the_setup(first, end):
    """Return the edits that take these quarters."""
    return (
        Edit(
            "setup-text",
            "203 quarters of the economy of the United States, from 1959 to 2009,",
            f"{end - first} quarters of the economy of the United States, from {quarter(first)} to {quarter(end - 1)},",
        ),
        Edit(
            "setup",
            "X, y = np.column_stack([economy.column(name) for name in series]), economy.y",
            "X, y = np.column_stack([economy.column(name) for name in series]), economy.y\n"
            f"X, y = X[{first}:{end}], y[{first}:{end}]  # from {quarter(first)} to {quarter(end - 1)}",
        ),
        Edit("part-1", "over these fifty years", "over all these years"),
        Edit("q1-points", "output, 1959-2009:", "output:"),
    )


def of_the_programs(Z, y):
    """Return the edits of what the two programs of question 4 say."""
    (solution,) = lasso_path(Z, y, [0.1], tol=1e-12).betas
    recipe = ", ".join(f"{value:.4f}" for value in soft_threshold(fit_least_squares(Z, y).beta, 0.1))
    return (
        Edit("q4-text", "$(0, 0, 0.2346)$", f"$(0, 0, {solution[2]:.4f})$"),
        Edit("q4-text", "$(-8.7651, 8.6750, -0.1008)$", f"$({recipe})$"),
        Edit("q4-points", "[0, 0, 0.2346]", f"[0, 0, {solution[2]:.4f}]"),
        Edit("q4-points", "[-8.7651, 8.6750, -0.1008]", f"[{recipe}]"),
    )


def of_the_budget(Z, y, budget):
    """Return the edits of question 6 and its solution."""
    spent, word = np.abs(fit_least_squares(Z, y).beta).sum(), BUDGETS[budget]
    positive = interest(Z, y, budget) > 0
    names = ("q6-text", 1), ("q6", 1), ("q6-points", 2), (CHECKS, 1)
    return (
        *(Edit(where, "budget_of_six", f"budget_of_{word}", times) for where, times in names),
        Edit("q6-text", "A budget of six", f"A budget of {word}"),
        Edit("q6-text", "Least squares spends 17.8", f"Least squares spends {spent:.1f}"),
        Edit("q6-text", "spend exactly 6,", f"spend exactly {budget},"),
        Edit(
            "q6-text",
            "output with a negative coefficient, population and interest with positive ones.",
            "output with a negative coefficient, population and interest with positive ones."
            if positive
            else "output and interest with negative coefficients, population with a positive one.",
        ),
        Edit("q6", "np.array([-1.0, 1.0, 1.0])", f"np.array([-1.0, 1.0, {1.0 if positive else -1.0}])"),
        Edit("q6", "signs @ least_squares - 6)", f"signs @ least_squares - {budget})"),
        Edit("q6", " + 6 * price", f" + {budget} * price"),
    )


def of_the_truth(first, end, budget, positive):
    """Return the edits of the checks of question 6."""
    word, signs = BUDGETS[budget], f"np.array([-1.0, 1.0, {1.0 if positive else -1.0}])"
    return (
        Edit(CHECKS, "# q6: a budget of six", f"# q6: a budget of {word}"),
        Edit(CHECKS, "Is it six?", f"Is it {word}?"),
        Edit(CHECKS, "the price that spends six", f"the price that spends {word}"),
        Edit(
            CHECKS,
            STANDARDISED,
            f"    X, y = X[{first}:{end}], economy.y[{first}:{end}]\n"
            "    Z, y = (X - X.mean(axis=0)) / X.std(axis=0), y - y.mean()",
        ),
        Edit(CHECKS, "lam_for_budget(Z, y, 6)", f"lam_for_budget(Z, y, {budget})"),
        Edit(CHECKS, "np.array([-1.0, 1.0, 1.0])", signs, times=2),
        Edit(CHECKS, '" + 6 * price"', f'" + {budget} * price"'),
    )


def of_the_least_squares_sheet(X, y):
    """Return the edits of the memo's first sheet, and of the worked answer where it quotes it."""
    fit = fit_least_squares(X, y)
    groups = [group.mean() for group in np.array_split(fit.residuals[np.argsort(fit.fitted)], 5)]
    alone, beside = 100 * fit_least_squares(X[:, [0]], y).beta[0], 100 * fit.beta[0]
    alike = residual_autocorrelation(fit.residuals, 1)[0]
    means = [minus(mean, 2) for mean in groups]
    return (
        Edit("memo-text", "−0.003", minus(alone, 3)),
        Edit("memo-text", "−0.276", minus(beside, 3), times=2),
        Edit("memo-text", "103.9", f"{variance_inflation_factors(X)[0]:.1f}"),
        Edit("memo-text", "0.62, −0.75, −0.36, 0.33, 0.17", ", ".join(means)),
        Edit("memo-text", "0.945, where 0.140", f"{alike:.3f}, where {2 / np.sqrt(len(y)):.3f}"),
        Edit("memo", "−0.003", minus(alone, 3)),
        Edit("memo", "−0.276", minus(beside, 3), times=2),
        Edit("memo", "0.28 points less", f"{abs(beside):.2f} points less"),
        Edit("memo", "0.945", f"{alike:.3f}"),
        Edit("memo", "203 quarters", f"{len(y)} quarters"),
        Edit("memo", "0.62, −0.75, ...", f"{means[0]}, {means[1]}, ..."),
    )


def of_the_lasso_sheet(Z, y):
    """Return the edits of the memo's second sheet."""
    strong, weak = lasso_path(Z, y, [0.1, 0.01], tol=1e-12).betas
    return (
        Edit("memo-text", "| 0 | 0 | 0.235 |", f"| 0 | 0 | {strong[2]:.3f} |"),
        Edit("memo-text", "−6.744 | 6.689 | −0.060", " | ".join(minus(value, 3) for value in weak)),
    )


VARIANTS: tuple[Variant, ...] = (
    Variant(
        "q1",
        (
            Option("effects and tolerance", EFFECT_AND_TOLERANCE),
            Option("reaches and inflation of the standard error", REACH_AND_ERROR),
        ),
    ),
    Variant(
        "q2",
        (
            Option("medians and interquartile ranges", MEDIAN_AND_QUARTILES),
            Option("from high to low, divisor n - 1, last groups larger", FALLING_WITH_ONE_ROW_LESS),
            Option("from high to low, medians and their distances", FALLING_MEDIANS),
        ),
    ),
    Variant(
        "q3",
        (
            Option("a price per unit of effect", charge_for_effects()),
            Option("a second charge, on the square", charge_for_squares),
        ),
    ),
    Variant(
        "q4",
        (
            Option("as shares of the price", AS_SHARES),
            Option("with room to spare, intercept last", ROOM_TO_SPARE),
        ),
    ),
    Variant(
        "q5",
        (
            Option("a price per unit of effect", OWN_PRICES),
            Option("the fitted values", FITTED_VALUES),
        ),
    ),
    Variant("q6", (Option("other quarters, another budget", quarters_and_budget),)),
)
