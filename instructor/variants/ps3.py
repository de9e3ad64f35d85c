"""What problem set 3 may ask in place of what is public: another split of the patients, other rules and measures."""

from __future__ import annotations

import numpy as np

from course_utils import datasets, evaluation, tuning
from course_utils.grading.variants import CHECKS, Edit, Option, Variant
from course_utils.path import lam_grid
from course_utils.scaling import fit_standardizer

# q1: a rule that compares fold by fold

STANDARD_ERROR_IN_TEXT = (
    "Take the mean of these numbers and the standard error of that mean (a standard deviation with $K - 1$, divided by "
    "$\\sqrt K$)."
)
QUALIFIES_IN_TEXT = "A penalty **qualifies** if its mean extra error is at most its own standard error."
RULE_DOCSTRING = (
    "Return the strongest lam whose mean extra error over the best is at most its standard error."
)
FOUR_FOLDS = "[[15.0, 10.0, 9.0], [23.0, 20.0, 21.0], [34.0, 32.0, 30.0], [20.0, 15.0, 16.0]]"
EXTRA_BY_HAND = (
    "# Extra errors 6, 2, 4, 4 at penalty 4, and 1, -1, 2, -1 at penalty 2: means 4, 0.25, standard "
    "errors 0.82, 0.75."
)
TRUE_STANDARD_ERROR = "math.sqrt(variance / len(extra))"
DRAWN_EXTRAS = "extras = [with_mean_and_error(rng, ratio) for ratio in ratios]"
BY_STANDARD_DEVIATION = '"a standard deviation", " / np.sqrt(len(errors))", ""'
THREE_ERRORS = (
    Edit(
        "q1-text",
        QUALIFIES_IN_TEXT,
        "A penalty **qualifies** if its mean extra error is at most **three times** its own standard error.",
    ),
    Edit("q1", "at most its standard error.", "at most three standard errors."),
    Edit("q1", "<= standard_error", "<= 3 * standard_error"),
    Edit(
        "q1-points",
        EXTRA_BY_HAND,
        "# Extra errors 3, -1, 3, 1 at penalty 4, and 1, -1, 2, -1 at penalty 2: means 1.5, 0.25, standard errors "
        "0.96, 0.75.",
    ),
    Edit(
        "q1-points",
        FOUR_FOLDS,
        "[[12.0, 10.0, 9.0], [20.0, 20.0, 21.0], [33.0, 32.0, 30.0], [17.0, 15.0, 16.0]]",
    ),
    Edit("q1-points", "by hand 2, and yours:", "by hand 4, and yours:"),
    Edit(CHECKS, f"<= {TRUE_STANDARD_ERROR}", f"<= 3 * {TRUE_STANDARD_ERROR}"),
    Edit(
        CHECKS,
        DRAWN_EXTRAS,
        "extras = [with_mean_and_error(rng, 3 * ratio) for ratio in ratios]  # three errors",
    ),
    Edit(CHECKS, "lie just within their standard error.", "lie just within three standard errors."),
    Edit(
        CHECKS,
        '        WrongSolution("the best itself"',
        '        WrongSolution("one standard error", "3 * standard_error", "standard_error", NOT_STRONGEST),\n'
        '        WrongSolution("the best itself"',
    ),
)
FOLDS_SHARE_ROWS = (
    Edit(
        "q1-text",
        STANDARD_ERROR_IN_TEXT,
        "Take the mean of these numbers and a standard error of that mean. The folds are not independent, because "
        "any two models were fitted to rows of which most are the same, so the usual error is too small. Take, as "
        "Nadeau and Bengio propose, $s\\sqrt{\\frac1K + \\frac1{K - 1}}$, where $s$ is the standard deviation with "
        "$K - 1$.",
    ),
    Edit("q1", " / np.sqrt(len(errors))", " * np.sqrt(1 / len(errors) + 1 / (len(errors) - 1))"),
    Edit(
        "q1-points",
        EXTRA_BY_HAND,
        "# Extra errors 3, -1, 2, 1 at penalty 4, and 1, -1, 2, -1 at penalty 2: means 1.25, 0.25, standard errors "
        "1.3, 1.15.",
    ),
    Edit(
        "q1-points",
        FOUR_FOLDS,
        "[[12.0, 10.0, 9.0], [20.0, 20.0, 21.0], [32.0, 32.0, 30.0], [17.0, 15.0, 16.0]]",
    ),
    Edit("q1-points", "by hand 2, and yours:", "by hand 4, and yours:"),
    Edit(
        CHECKS,
        f"<= {TRUE_STANDARD_ERROR}",
        "<= math.sqrt(variance * (1 / len(extra) + 1 / (len(extra) - 1)))",
    ),
    Edit(
        CHECKS,
        DRAWN_EXTRAS,
        "wider = math.sqrt(1 + N_FOLDS / (N_FOLDS - 1))  # so much larger is the error that the question wants\n"
        "        extras = [with_mean_and_error(rng, wider * ratio) for ratio in ratios]",
    ),
    Edit(
        CHECKS,
        "folds_case((30.0, 12.0, 6.0, 0.4, 0.5), spread=2.5)",
        "folds_case((30.0, 12.0, 6.0, 0.8, 0.85), spread=2.5)",
    ),
    Edit(CHECKS, "(30.0, 12.0, 6.0, 4.0, 0.5)", "(30.0, 12.0, 6.0, 4.0, 0.85)"),
    Edit(CHECKS, "(30.0, 12.0, 6.0, 1.6, 0.5)", "(30.0, 12.0, 6.0, 1.25, 0.85)"),
    Edit(
        CHECKS,
        BY_STANDARD_DEVIATION,
        '"a standard deviation", " * np.sqrt(1 / len(errors) + 1 / (len(errors) - 1))", ""',
    ),
    Edit(
        CHECKS,
        '        WrongSolution("the best itself"',
        '        WrongSolution("folds taken for independent", "1 / len(errors) + 1 / (len(errors) - 1)", '
        '"1 / len(errors)", NOT_STRONGEST),\n'
        '        WrongSolution("the best itself"',
    ),
)


# q2 and the data: another split of the patients, a penalty from another journal

# Of these the story holds: s5 in all halves, s1 in none and yet kept at the lowest error, a saving that is clear of
# zero, and an error on the later patients near the one that was chosen. A test goes through them.
SPLITS = (106, 170, 225, 232, 253, 270)
JOURNAL_SIZES = tuple(range(700, 2500, 100))
JOURNAL_LAMS = (4, 5, 6, 10, 11, 12, 13, 14)  # in the course's objective; the public one is 8
CONVENTIONS = {
    "rss": (2, "$\\mathrm{RSS} + \\Lambda\\lVert\\beta\\rVert_1$ (no half, nothing divided by $n$)"),
    "half_rss": (
        1,
        "$\\frac12\\,\\mathrm{RSS} + \\Lambda\\lVert\\beta\\rVert_1$ (half the sum of squares, nothing divided by $n$)",
    ),
}
PUBLIC_JOURNAL = (
    "A journal reports on the same ten measures of 1,200 **other** patients. The columns were "
    "standardised, the authors "
    "minimised $\\mathrm{RSS} + \\Lambda\\lVert\\beta\\rVert_1$ (no half, nothing divided by $n$), and chose $\\Lambda "
    "= 19{,}200$."
)


def split_and_journal(rng):
    """Return the edits of another split of the patients, and of another penalty from a journal."""
    seed = int(rng.choice(SPLITS))
    n_authors, lam = int(rng.choice(JOURNAL_SIZES)), int(rng.choice(JOURNAL_LAMS))
    convention = str(rng.choice(list(CONVENTIONS)))
    return (
        *of_the_split(practice(seed), seed),
        *of_the_journal(n_authors, lam, convention),
        *(SPENT if rng.random() < 0.5 else DROPPED),
        *TIMES_BELOW_THE_TOP,
    )


def practice(seed):
    """Return what the cells of the notebook find for a split of the patients, by what they call it."""
    patients = datasets.load_diabetes(scaled=False)
    X, y, room = patients.X, patients.y, slice(4)
    study, _, later = np.split(np.random.default_rng(seed).permutation(len(y)), [242, 342])
    folds = tuning.k_folds(len(study), 10, rng=np.random.default_rng(1))
    Z = fit_standardizer(X[study]).transform(X[study])
    of_room, of_all = (
        tuning.cross_validate_path(
            X[study][:, columns],
            y[study],
            lam_grid(Z[:, columns], y[study], n_lams=30, ratio=0.01),
            folds=folds,
            tol=1e-4,
        )
        for columns in (room, slice(None))
    )
    return {
        "cv_error": np.sqrt(of_all.mean_error.min()),
        "lam_room": tuning.best_lam(of_room),
        "lam_all": tuning.best_lam(of_all),
        **judged_later(X, y, study, later, tuning.best_lam(of_room), tuning.best_lam(of_all)),
    }


def judged_later(X, y, study, later, lam_room, lam_all):
    """Return the errors on the later patients, with penalties rounded as the notebook writes them."""
    of_room = tuning.refit(X[study][:, :4], y[study], round(lam_room, 2))
    of_all = tuning.refit(X[study], y[study], round(lam_all, 2))
    without = of_room.intercept + X[later][:, :4] @ of_room.beta
    with_blood = of_all.intercept + X[later] @ of_all.beta
    mae = evaluation.mean_absolute_error
    return {
        "rmse": evaluation.root_mean_squared_error(y[later], with_blood),
        "mae_alike": mae(y[later], np.full(len(later), np.median(y[study]))),
        "mae_room": mae(y[later], without),
        "mae_all": mae(y[later], with_blood),
    }


def of_the_split(found, seed):
    """Return the edits of the split, of the penalties chosen on it, and of the numbers that question 7 quotes."""
    return (
        Edit("setup", "default_rng(33)", f"default_rng({seed})"),
        Edit(CHECKS, "default_rng(33)", f"default_rng({seed})"),
        Edit("q4-recipes", "y[study], 1.22)", f"y[study], {found['lam_room']:.2f})"),
        Edit("q4-recipes", "y[study], 1.97)", f"y[study], {found['lam_all']:.2f})"),
        Edit("q7-text", "an error of 54.4,", f"an error of {found['cv_error']:.1f},"),
        Edit("q7", "misses by 42.9 points", f"misses by {found['mae_all']:.1f} points"),
        Edit("q7", "misses by 63.5.", f"misses by {found['mae_alike']:.1f}."),
        Edit("q7", "The 54.4 is the smallest", f"The {found['cv_error']:.1f} is the smallest"),
        Edit("q7", "comes out at 53.7:", f"comes out at {found['rmse']:.1f}:"),
        Edit("q7", "which the 54.4 could", f"which the {found['cv_error']:.1f} could"),
        Edit("q7", "miss by 5.5 points", f"miss by {found['mae_room'] - found['mae_all']:.1f} points"),
    )


def of_the_journal(n_authors, lam, convention):
    """Return the edits of the penalty that the journal reports."""
    factor, objective = CONVENTIONS[convention]
    theirs = factor * n_authors * lam
    mistaken = {"rss": "half_rss", "half_rss": "rss"}[convention]
    return (
        Edit(
            "q2-text",
            PUBLIC_JOURNAL,
            f"A journal reports on the same ten measures of {n_authors:,} **other** patients. The columns were "
            f"standardised, the authors minimised {objective}, and chose $\\Lambda = {theirs:,}$.".replace(
                f"{theirs:,}", f"{theirs:,}".replace(",", "{,}")
            ),
        ),
        Edit(
            "q2",
            'convert_penalty(19_200, n_samples=1_200, source="rss"',
            f'convert_penalty({theirs:_}, n_samples={n_authors:_}, source="{convention}"',
        ),
        Edit(CHECKS, "19_200 / (2 * 1_200)", f"{theirs:_} / ({factor} * {n_authors:_})"),
        Edit(CHECKS, '"n_samples=1_200"', f'"n_samples={n_authors:_}"'),
        Edit(
            CHECKS,
            '"half the RSS", \'source="rss"\', \'source="half_rss"\'',
            f'"another convention", \'source="{convention}"\', \'source="{mistaken}"\'',
        ),
    )


TIMES_BELOW_THE_TOP = (
    Edit(
        "q2-text",
        "2. its share of the `lam_max` of **your** patients: the penalty divided by the smallest one that leaves no "
        "measure in a fit to the standardised columns of the `study`;",
        "2. how many **times** as large the `lam_max` of **your** patients is, the smallest penalty that leaves no "
        "measure in a fit to the standardised columns of the `study`;",
    ),
    Edit("q2", "journal_lam / journal_top", "journal_top / journal_lam"),
    Edit(
        "q2-points",
        "a share of {journal[1]:.3f} of lam_max, ",
        "lam_max is {journal[1]:.2f} times as large, ",
    ),
    Edit(CHECKS, "own_penalty(answer) / own_top()", "own_top() / own_penalty(answer)"),
    Edit(CHECKS, '"its share of lam_max"', '"how many times as large lam_max is"'),
    Edit(
        CHECKS,
        '        WrongSolution("lam_max of raw columns"',
        '        WrongSolution("the share", "journal_top / journal_lam", "journal_lam / journal_top", TOP),\n'
        '        WrongSolution("lam_max of raw columns"',
    ),
)
KEPT_IN_TEXT = "3. how many of the ten measures the LASSO keeps at this penalty,"
KEPT_HINT = "at your first number; count what is not zero."
TRUE_COUNT = "    return close(answer[2], np.count_nonzero(beta))"
DROPPED = (
    Edit(
        "q2-text", KEPT_IN_TEXT, "3. how many of the ten measures the LASSO leaves **out** at this penalty,"
    ),
    Edit("q2", "np.count_nonzero(journal_beta)", "np.sum(journal_beta == 0)"),
    Edit("q2-points", "{journal[2]} measures", "{journal[2]} measures left out"),
    Edit(CHECKS, TRUE_COUNT, "    return close(answer[2], len(beta) - np.count_nonzero(beta))"),
    Edit(CHECKS, KEPT_HINT, "at your first number. Which coefficients does the question count?"),
    Edit(CHECKS, '"the number of measures kept"', '"the number of measures left out"'),
)
SPENT = (
    Edit(
        "q2-text",
        KEPT_IN_TEXT,
        "3. how much the LASSO spends at this penalty, the sum of the sizes of its ten **standardised** coefficients,",
    ),
    Edit("q2", "tuning.refit(X[study], y[study], journal_lam)", "tuning.refit(Z, y[study], journal_lam)"),
    Edit("q2", "np.count_nonzero(journal_beta)", "np.sum(np.abs(journal_beta))"),
    Edit("q2-points", "{journal[2]} measures", "{journal[2]:.1f} spent"),
    Edit(CHECKS, TRUE_COUNT, "    return close(answer[2], np.sum(np.abs(beta)), rtol=1e-3)"),
    Edit(
        CHECKS,
        KEPT_HINT,
        "at your first number, and add up the sizes of the coefficients of standardised columns.",
    ),
    Edit(CHECKS, '"the number of measures kept"', '"what is spent"'),
    Edit(
        CHECKS,
        '"a fit to raw columns",\n            "y[study], journal_lam)",\n'
        '            "y[study], journal_lam, standardize=False)",',
        '"coefficients of raw columns",\n            "tuning.refit(Z, y",\n            "tuning.refit(X[study], y",',
    ),
)


# q3: find what flatters

NOBODY_CAN = (
    "Nobody can predict anything from them, so the error should come out no smaller than the standard deviation of the "
    "target."
)
COLLEAGUES_DOCSTRING = (
    "Return the root mean squared error, in cross-validation, of a LASSO on the n_keep strongest columns."
)
COLLEAGUES_MISS = (
    "errors.append(np.mean((y[hidden] - model.intercept - X[hidden] @ model.beta) ** 2))\n"
    "    return np.sqrt(np.mean(errors))"
)
COLLEAGUES_PRINT = (
    'print(f"ten columns of dice: error {colleagues_error(dice, y[study], fold_of, 10, 2.0):.1f},", end=" ")\n'
    'print(f"standard deviation {y[study].std():.1f}")'
)
EVERY_ROW = "every row should count the same in the mean squared error, whichever fold it is in."
RETURNS_ROOT = "- returns the root of the mean squared error over all `n` rows, in the unit of `y`."
HONEST_DOCSTRING = "Return the root of the mean squared error over all rows, each predicted without its fold."
SQUARED_MISS = "    squares[test] = (y[test] - fit.intercept - X[test][:, kept] @ fit.beta) ** 2"
BY_HAND_OF_FIVE = "by hand sqrt(114 / 5) = 4.77, and yours:"
JUDGED = "close(answer, math.sqrt(judged_recipe(*case.args).mean()), rtol=1e-3)"
ROOTS = "    roots = [math.sqrt(squares[fold_of == k].mean()) for k in np.unique(fold_of)]"
EVERY_FOLD = '"np.mean(squares)",\n            "np.mean([np.mean(squares[fold_of == k]) for k in np.unique(fold_of)])",'
ABSOLUTE_ERROR = (
    Edit(
        "q3-text",
        NOBODY_CAN,
        "Nobody can predict anything from them, so the error, a mean absolute one, should come out no smaller than "
        "that of the mean of the target, said to everyone.",
    ),
    Edit(
        "q3-colleague",
        COLLEAGUES_DOCSTRING,
        COLLEAGUES_DOCSTRING.replace("root mean squared", "mean absolute"),
    ),
    Edit(
        "q3-colleague",
        COLLEAGUES_MISS,
        "errors.append(np.mean(np.abs(y[hidden] - model.intercept - X[hidden] @ model.beta)))\n"
        "    return np.mean(errors)",
    ),
    Edit(
        "q3-colleague",
        'print(f"standard deviation {y[study].std():.1f}")',
        'print(f"that of the mean {np.mean(np.abs(y[study] - y[study].mean())):.1f}")',
    ),
    Edit(
        "q3-task",
        EVERY_ROW,
        "every row should count the same in the mean absolute error, whichever fold it is in.",
    ),
    Edit("q3-task", RETURNS_ROOT, "- returns the mean absolute error over all `n` rows, in the unit of `y`."),
    Edit("q3", HONEST_DOCSTRING, HONEST_DOCSTRING.replace("root of the mean squared", "mean absolute")),
    Edit("q3", "squares = np.empty", "misses = np.empty"),
    Edit(
        "q3", SQUARED_MISS, "    misses[test] = np.abs(y[test] - fit.intercept - X[test][:, kept] @ fit.beta)"
    ),
    Edit("q3", "return np.sqrt(np.mean(squares))", "return np.mean(misses)"),
    Edit("q3-points", BY_HAND_OF_FIVE, "by hand 20 / 5 = 4, and yours:"),
    Edit(CHECKS, JUDGED, "close(answer, np.sqrt(judged_recipe(*case.args)).mean(), rtol=1e-3)"),
    Edit(CHECKS, ROOTS, "    roots = [np.sqrt(squares[fold_of == k]).mean() for k in np.unique(fold_of)]"),
    Edit(CHECKS, EVERY_FOLD, EVERY_FOLD.replace("squares", "misses")),
    Edit(
        CHECKS,
        '        WrongSolution("keeps no negative correlation"',
        '        WrongSolution("the root of the mean square", "np.mean(misses)", "np.sqrt(np.mean(misses**2))"),\n'
        '        WrongSolution("keeps no negative correlation"',
    ),
)
EXPLAINED = (
    Edit(
        "q3-text",
        NOBODY_CAN,
        "Her measure is the share of the variance that the recipe explains: one minus the mean squared error divided "
        "by the variance of the target. Nobody can predict anything from dice, so the share should come out no larger "
        "than zero.",
    ),
    Edit(
        "q3-colleague",
        COLLEAGUES_DOCSTRING,
        COLLEAGUES_DOCSTRING.replace("root mean squared error", "share of variance explained"),
    ),
    Edit("q3-colleague", "return np.sqrt(np.mean(errors))", "return 1 - np.mean(errors) / y.var()"),
    Edit(
        "q3-colleague",
        COLLEAGUES_PRINT,
        'print(f"ten columns of dice: a share of {colleagues_share(dice, y[study], fold_of, 10, 2.0):.2f}")',
    ),
    Edit(
        "q3-task",
        RETURNS_ROOT,
        "- returns the share of the variance explained: one minus the mean squared error over all `n` rows divided by "
        "the variance of `y` (divisor `n`, around the mean of all rows). It may be negative.",
    ),
    Edit(
        "q3",
        HONEST_DOCSTRING,
        "Return the share of the variance explained, each row predicted without its fold.",
    ),
    Edit("q3", "return np.sqrt(np.mean(squares))", "return 1 - np.mean(squares) / y.var()"),
    Edit("q3-points", BY_HAND_OF_FIVE, "by hand 1 - 22.8 / 10.64 = -1.14, and yours:"),
    Edit("q3-colleague", "def colleagues_error", "def colleagues_share"),
    Edit("q3-task", "honest_error", "honest_share"),
    Edit("q3", "honest_error", "honest_share"),
    Edit("q3-points", "five = honest_error", "five = honest_share"),
    Edit("q3-points", "dice: error {honest_error", "dice: a share of {honest_share"),
    Edit(CHECKS, '"honest_error"', '"honest_share"'),
    Edit("q3-points", "10, 2.0):.1f}", "10, 2.0):.2f}"),
    Edit(
        CHECKS, JUDGED, "close(answer, 1 - judged_recipe(*case.args).mean() / case.args[1].var(), rtol=1e-3)"
    ),
    Edit(
        CHECKS,
        ROOTS,
        "    y = case.args[1]\n"
        "    roots = [1 - squares[fold_of == k].mean() / y.var() for k in np.unique(fold_of)]",
    ),
    Edit(
        CHECKS,
        '        WrongSolution("keeps no negative correlation"',
        '        WrongSolution("the share left", "1 - np.mean(squares)", "np.mean(squares)"),\n'
        '        WrongSolution("keeps no negative correlation"',
    ),
)


# q4: what the laboratory saves

FORMULA = (
    "\\text{saving} = 1 - \\frac{\\mathrm{MAE}(\\text{with blood values})}{\\mathrm{MAE}(\\text{without})} ,"
)
WHERE_MAE = "where MAE is the mean absolute error."
SAVING_DOCSTRING = "Return [saving, low, high]: 1 - MAE(with) / MAE(without), and its bootstrap interval."
SAVING_SOLUTION = """    missed_without, missed_with = np.abs(y - without_blood), np.abs(y - with_blood)
    savings = 1 - missed_with[draws].mean(axis=1) / missed_without[draws].mean(axis=1)
"""
TINY_BY_HAND = (
    "# Misses 4, 2 without and 2, 2 with. Drawn (0, 0), (0, 1), (1, 1), (0, 1): savings 1/2, 1/3, 0, 1/3."
)
TRUE_SAVING = """    spent, saved = ([abs(y[i] - said[i]) for i in rows] for said in (with_blood, without))
    return 1 - sum(spent) / sum(saved)"""
ROOT_MEAN_SQUARES = (
    Edit("q4-text", FORMULA, FORMULA.replace("MAE", "RMSE")),
    Edit("q4-text", WHERE_MAE, "where RMSE is the root of the mean squared error."),
    Edit("q4", SAVING_DOCSTRING, SAVING_DOCSTRING.replace("MAE", "RMSE")),
    Edit(
        "q4",
        SAVING_SOLUTION,
        SAVING_SOLUTION.replace("np.abs(y - without_blood)", "(y - without_blood) ** 2")
        .replace("np.abs(y - with_blood)", "(y - with_blood) ** 2")
        .replace(
            "missed_with[draws].mean(axis=1) / missed_without[draws].mean(axis=1)",
            "np.sqrt(missed_with[draws].mean(axis=1) / missed_without[draws].mean(axis=1))",
        ),
    ),
    Edit(
        "q4",
        "return [1 - missed_with.mean() / missed_without.mean(), low, high]",
        "return [1 - np.sqrt(missed_with.mean() / missed_without.mean()), low, high]",
    ),
    Edit(
        "q4-points",
        TINY_BY_HAND,
        "# Misses 4, 2 without and 2, 2 with. Drawn (0, 0), (0, 1), (1, 1), (0, 1): savings 0.5, 0.37, 0, 0.37.",
    ),
    Edit("q4-points", "by hand 0.33, from", "by hand 0.37, from"),
    Edit(
        CHECKS,
        TRUE_SAVING,
        TRUE_SAVING.replace("abs(y[i] - said[i])", "(y[i] - said[i]) ** 2").replace(
            "sum(spent) / sum(saved)", "math.sqrt(sum(spent) / sum(saved))"
        ),
    ),
    Edit(
        CHECKS,
        '"squares instead of sizes",\n            "np.abs(y - without_blood), np.abs(y - with_blood)",\n'
        '            "(y - without_blood) ** 2, (y - with_blood) ** 2",',
        '"no root",\n            "1 - np.sqrt(missed_with.mean() / missed_without.mean())",\n'
        '            "1 - missed_with.mean() / missed_without.mean()",',
    ),
)
AT_LEAST = (
    Edit(
        "q4-text",
        "- `level`, between 0 and 1: the share of the resampled savings that lies between the ends. The "
        "rest is cut off "
        "in equal parts at the two ends (`np.quantile`);",
        "- `level`, between 0 and 1: the share of the resampled savings that lies **above** the limit. The insurer "
        'wants to hear "at least this much", so all of the rest is cut off at the low end (`np.quantile`);',
    ),
    Edit(
        "q4-text",
        "- returns `[saving, low, high]`, the saving on the rows as they are, and the ends of its interval.",
        "- returns `[low, saving]`, the lower limit, and the saving on the rows as they are.",
    ),
    Edit(
        "q4-text",
        "so an interval is wanted, by the bootstrap",
        "so a lower limit is wanted, by the bootstrap",
    ),
    Edit(
        "q4",
        SAVING_DOCSTRING,
        "Return [low, saving]: a bootstrap limit of 1 - MAE(with) / MAE(without), and the saving itself.",
    ),
    Edit(
        "q4",
        "    tail = (1 - level) / 2\n    low, high = np.quantile(savings, [tail, 1 - tail])\n",
        "    low = np.quantile(savings, 1 - level)\n",
    ),
    Edit(
        "q4",
        "return [1 - missed_with.mean() / missed_without.mean(), low, high]",
        "return [low, 1 - missed_with.mean() / missed_without.mean()]",
    ),
    Edit(
        "q4-points", "by hand 0.33, from nearly 0 to nearly 0.5; yours:", "by hand nearly 0, and 0.33; yours:"
    ),
    Edit(
        CHECKS,
        "    return close(answer[0], saving_of(",
        "    return np.shape(answer) == (2,) and close(answer[1], saving_of(",
    ),
    Edit(
        CHECKS,
        "    ends = np.quantile(savings, [0.5 - level / 2, 0.5 + level / 2])\n    return close(answer[1:], ends)",
        "    return np.shape(answer) == (2,) and close(answer[0], np.quantile(savings, 1 - level))",
    ),
    Edit(CHECKS, "The first number is wrong.", "The second number is wrong."),
    Edit(
        CHECKS,
        "With one resample both ends are the saving on it.",
        "With one resample the limit is the saving on it.",
    ),
    Edit(CHECKS, "How much lies outside at each end, ", "How much lies below the limit, "),
    Edit(CHECKS, "and of what are the quantiles taken?", "and of what is the quantile taken?"),
    Edit(CHECKS, '"the ends, with a single resample"', '"the limit, with a single resample"'),
    Edit(CHECKS, '"the ends, with two hundred"', '"the limit, with two hundred"'),
    Edit(
        CHECKS,
        '"both tails at each end", "(1 - level) / 2", "1 - level"',
        '"half of the rest", "1 - level)", "(1 - level) / 2)"',
    ),
)


# q5: not worse than this

SIGNED_MISSES = (
    "Take the misses $y_i - \\hat y_i$ of $n$ patients who were set aside, and a new patient drawn like them."
)
LIMIT_WANTED = (
    "for each new patient the prediction plus one number, the same for all, the smallest of the $n$ misses that keeps "
    "the promise with a probability of at least `level`."
)
LIMIT_BY_HAND = (
    "# Misses -9, 1, 4: a new one stays below the middle one half of the time, below the largest "
    "three times in four."
)
DRAWN_MISSES = "        return Case((predicted + misses, predicted, rng.normal(150, 50, size=7), level))"
TRUE_LIMIT = """    misses = sorted((y - predicted).tolist())
    rank = math.ceil(round((len(misses) + 1) * level, 9))
    return new + misses[min(max(rank + shift, 1), len(misses)) - 1]"""
SIZES_OF_MISSES = (
    '"np.sort(y_aside - predicted_aside)",\n            "np.sort(np.abs(y_aside - predicted_aside))",'
)
IN_SHARES = (
    Edit(
        "q5-text",
        "The argument of lesson 6b carries over if you leave the sign of the misses alone. " + SIGNED_MISSES,
        "Where the prediction is high, the misses are large, so say the limit as a multiple of the prediction. The "
        "argument of lesson 6b carries over to **ratios** as it does to misses. Take the ratios $y_i / \\hat y_i$ of "
        "$n$ patients who were set aside, and a new patient drawn like them.",
    ),
    Edit("q5-text", "Her miss is as likely", "Her ratio is as likely"),
    Edit(
        "q5-text",
        LIMIT_WANTED,
        "for each new patient the prediction **times** one number, the same for all, the smallest of the $n$ ratios "
        "that keeps the promise with a probability of at least `level`. All predictions are positive.",
    ),
    Edit(
        "q5",
        "    misses = np.sort(y_aside - predicted_aside)",
        "    ratios = np.sort(y_aside / predicted_aside)",
    ),
    Edit("q5", "np.ceil((len(misses) + 1) * level)", "np.ceil((len(ratios) + 1) * level)"),
    Edit("q5", "predicted_later + misses[rank - 1]", "predicted_later * ratios[rank - 1]"),
    Edit("q5-points", LIMIT_BY_HAND, LIMIT_BY_HAND.replace("Misses -9, 1, 4", "Ratios 0.1, 1.1, 1.4")),
    Edit("q5-points", "((0.5, 101), (0.75, 104))", "((0.5, 110), (0.75, 140))"),
    Edit(
        CHECKS,
        "        predicted = rng.normal(150, 50, size=n)\n        misses = 5",
        "        predicted = rng.uniform(100, 300, size=n)\n        misses = 5",
    ),
    Edit(
        CHECKS,
        DRAWN_MISSES,
        DRAWN_MISSES.replace("rng.normal(150, 50, size=7)", "rng.uniform(100, 300, size=7)"),
    ),
    Edit(
        CHECKS,
        TRUE_LIMIT,
        TRUE_LIMIT.replace("y - predicted", "y / predicted")
        .replace("new + ", "new * ")
        .replace("misses", "ratios"),
    ),
    Edit(
        CHECKS,
        'A limit lies about as far above the prediction as the large "\n    "misses."',
        'A limit is about as many times the prediction as the large "\n    "ratios."',
    ),
    Edit(
        CHECKS,
        'Does a miss "\n    "keep its sign?"',
        'Which way "\n    "round are the ratios, and which of them are large?"',
    ),
    Edit(
        CHECKS,
        "Which rank does the promise need among n misses, ",
        "Which rank does the promise need among n ratios, ",
    ),
    Edit(CHECKS, "the limit must be a miss that was seen", "the limit must come from a ratio that was seen"),
    Edit(
        CHECKS,
        SIZES_OF_MISSES,
        '"np.sort(y_aside / predicted_aside)",\n            "np.sort(np.abs(y_aside / predicted_aside))",',
    ),
    Edit(CHECKS, '"(len(misses) + 1)", "len(misses)"', '"(len(ratios) + 1)", "len(ratios)"'),
    Edit(
        CHECKS,
        '"misses[rank - 1]", "np.quantile(misses, level)"',
        '"ratios[rank - 1]", "np.quantile(ratios, level)"',
    ),
)
NOT_BETTER = (
    Edit("q5-text", "## Question 5 · Not worse than this", "## Question 5 · Not better than this"),
    Edit(
        "q5-text",
        'A patient does not ask for the average error. She asks how bad it can get: "not worse than 240, nine times in '
        'ten". That is an interval with one end, an *upper limit*. What comes out **better** than '
        "predicted harms nobody, "
        "so it must not make the limit higher.",
        'A patient does not ask for the average error. He asks what he may hope for: "not below 60, '
        'nine times in ten". '
        "That is an interval with one end, a *lower limit*. What comes out **worse** than predicted "
        "gives nobody hope, so "
        "it must not make the limit lower.",
    ),
    Edit("q5-text", "Her miss is as likely", "His miss is as likely"),
    Edit("q5-text", "upper_limits(", "lower_limits("),
    Edit(
        "q5-text",
        "the smallest of the $n$ misses that keeps the promise with a probability of at least `level`.",
        "the **largest** of the $n$ misses with which this promise, too, is kept with a probability of at least "
        "`level`: a new miss is not below it.",
    ),
    Edit("q5", "def upper_limits", "def lower_limits"),
    Edit(
        "q5",
        "    rank = int(np.ceil((len(misses) + 1) * level))\n    return predicted_later + misses[rank - 1]",
        "    rank = int(np.ceil((len(misses) + 1) * level))\n    return predicted_later + misses[len(misses) - rank]",
    ),
    Edit(
        "q5-points",
        LIMIT_BY_HAND,
        "# Misses -9, 1, 4: a new one stays above the middle one half of the time, above the smallest "
        "three times in four.",
    ),
    Edit("q5-points", "((0.5, 101), (0.75, 104))", "((0.5, 101), (0.75, 91))"),
    Edit("q5-points", "upper_limits(", "lower_limits(", times=2),
    Edit("q5-points", "kept = y[later] <= ", "kept = y[later] >= "),
    Edit("q5-points", "later patients below their limit:", "later patients above their limit:"),
    Edit(CHECKS, '"upper_limits"', '"lower_limits"'),
    Edit(CHECKS, DRAWN_MISSES, DRAWN_MISSES.replace("predicted + misses", "predicted - misses")),
    Edit(
        CHECKS, TRUE_LIMIT, TRUE_LIMIT.replace("y - predicted", "predicted - y").replace("new + ", "new - ")
    ),
    Edit(
        CHECKS,
        "(limit_at(case, -4) <= answer) & (answer <= limit_at(case, 2))",
        "(limit_at(case, 2) <= answer) & (answer <= limit_at(case, -4))",
    ),
    Edit(
        CHECKS,
        "Here everybody came out worse than predicted. A limit lies about as far above the prediction",
        "Here everybody came out better than predicted. A limit lies about as far below the prediction",
    ),
    Edit(
        CHECKS,
        "Here many came out far better than predicted, and your limit is too far from what came out worse.",
        "Here many came out far worse than predicted, and your limit is too far from what came out better.",
    ),
    Edit(CHECKS, "and it is the largest.", "and it is the smallest."),
    Edit(CHECKS, '"roughly, where all came out worse"', '"roughly, where all came out better"'),
    Edit(CHECKS, '"roughly, where many came out better"', '"roughly, where many came out worse"'),
    Edit(
        CHECKS,
        SIZES_OF_MISSES,
        SIZES_OF_MISSES.replace(
            "np.sort(np.abs(y_aside - predicted_aside))", "np.sort(-np.abs(y_aside - predicted_aside))"
        ),
    ),
    Edit(
        CHECKS,
        '"misses[rank - 1]", "np.quantile(misses, level)"',
        '"misses[len(misses) - rank]", "np.quantile(misses, 1 - level)"',
    ),
)


# q6: which measures may be named

SCORE_IN_TEXT = (
    "On that path, and on nothing after it, each measure gets its score, its highest frequency at "
    "any single penalty."
)
RETURNS_NAMES = "- returns the column numbers of the measures named, counted from 0, in rising order."
NAMED_SOLUTION = "    return np.flatnonzero(walked.mean(axis=0).max(axis=0) >= threshold)"
NAMED_UNTIL = "if max(votes[:, l, j].mean() for l in range(end)) >= threshold]"
MISTAKEN_SCORES = (
    "(votes.max(axis=1).mean(axis=0), frequencies[-1], frequencies[0], frequencies.mean(axis=0))"
)
ANYWHERE = '"walked.mean(axis=0).max(axis=0)",\n            "walked.max(axis=1).mean(axis=0)",'
AT_THE_LAST_PENALTY = (
    Edit(
        "q6-text",
        SCORE_IN_TEXT,
        "Each measure gets its score, its frequency at the **last penalty of that path**, and at no other one.",
    ),
    Edit("q6", NAMED_SOLUTION, "    return np.flatnonzero(walked.mean(axis=0)[-1] >= threshold)"),
    Edit(
        "q6-points",
        "[[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]]",
        "[[1, 0, 0, 0], [0, 1, 1, 0], [1, 1, 1, 0]]]",
    ),
    Edit("q6-points", "Up to each penalty q = 1, 2, 3.5;", "Up to each penalty q = 1, 2.5, 3.5;"),
    Edit("q6-points", "may_be_named(two_halves, 1.0, 1.0)", "may_be_named(two_halves, 1.0, 2.0)"),
    Edit("q6-points", "by hand [0 1], and yours:", "by hand [1], and yours:"),
    Edit(CHECKS, NAMED_UNTIL, "if votes[:, end - 1, j].mean() >= threshold]"),
    Edit(CHECKS, MISTAKEN_SCORES, MISTAKEN_SCORES.replace("frequencies[-1]", "frequencies.max(axis=0)")),
    Edit(
        CHECKS,
        "np.any(votes.mean(axis=0).max(axis=0) == threshold)",
        "np.any(votes.mean(axis=0)[-1] == threshold)",
    ),
    Edit(
        CHECKS,
        'The score is a frequency at a single penalty, and the "\n    "highest."',
        'At which "\n    "penalty is the score taken?"',
    ),
    Edit(
        CHECKS, ANYWHERE, ANYWHERE.replace('"walked.mean(axis=0).max(axis=0)"', '"walked.mean(axis=0)[-1]"')
    ),
)
SCORES_OF_THE_NAMED = (
    Edit(
        "q6-text",
        RETURNS_NAMES,
        "- returns an array of shape `(p,)`: the **score** of each measure that is named, and 0 for every other one.",
    ),
    Edit(
        "q6",
        "Return the numbers of the measures named",
        "Return the scores of the measures named, and 0 for others,",
    ),
    Edit(
        "q6",
        NAMED_SOLUTION,
        "    scores = walked.mean(axis=0).max(axis=0)\n    return np.where(scores >= threshold, scores, 0)",
    ),
    Edit("q6-points", "by hand [0 1], and yours:", "by hand [1. 1. 0. 0.], and yours:"),
    Edit(
        "q6-points",
        "names[np.array(may_be_named(votes, 0.75, 1.0), dtype=int)]",
        "names[np.flatnonzero(may_be_named(votes, 0.75, 1.0))]",
    ),
    Edit(
        CHECKS,
        "    return close(answer, named(*case.args))",
        "    votes, threshold, n_false = case.args\n"
        "    end = int(np.sum(bound_by_end(votes, threshold) <= n_false))\n"
        "    scores = np.max(votes[:, :end].mean(axis=0), axis=0)\n"
        "    scores[[j for j in range(len(scores)) if j not in named(*case.args)]] = 0\n"
        "    return close(answer, scores)",
    ),
    Edit(
        CHECKS,
        '        WrongSolution("above the threshold"',
        '        WrongSolution("the scores of all", "np.where(scores >= threshold, scores, 0)", "scores", NOT_NAMED),\n'
        '        WrongSolution("above the threshold"',
    ),
)


VARIANTS: tuple[Variant, ...] = (
    Variant(
        "q1",
        (
            Option("three standard errors", THREE_ERRORS),
            Option("a standard error for folds that share rows", FOLDS_SHARE_ROWS),
        ),
    ),
    Variant("q2", (Option("other patients, another journal", split_and_journal),)),
    Variant(
        "q3",
        (Option("the mean absolute error", ABSOLUTE_ERROR), Option("the share of the variance", EXPLAINED)),
    ),
    Variant("q4", (Option("root mean squares", ROOT_MEAN_SQUARES), Option("a lower limit alone", AT_LEAST))),
    Variant("q5", (Option("limits by ratios", IN_SHARES), Option("lower limits", NOT_BETTER))),
    Variant(
        "q6",
        (
            Option("scores at the last penalty", AT_THE_LAST_PENALTY),
            Option("scores of the named", SCORES_OF_THE_NAMED),
        ),
    ),
)
