"""The exercises of lesson 07: the whole fit again, lists, a bug, coverage, families, the spike at zero."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

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
from course_utils.scaling import fit_standardizer
from course_utils.solvers import fista

OBJECTIVES = {
    "whole fit": "repeat a whole fit on resampled rows",
    "lists": "say how often a feature, a pair of twins, or a whole list is selected",
    "bug": "find the error that makes a list look stable",
    "coverage": "measure what an interval covers",
    "zero": "explain why the bootstrap fails at zero",
}

# What the learner's kernel holds after the lesson's own cells.
LASSO_ON = """
from sklearn.linear_model import Lasso

def lasso_on(X, y, lam):
    scale = X.std(axis=0)
    return Lasso(alpha=lam, tol=1e-8, max_iter=100_000).fit(X / scale, y).coef_ / scale
"""


def lasso_on(X, y, lam, scale=None):
    """Return the LASSO coefficients in the units of X; the columns are divided by `scale` for the fit."""
    scale = fit_standardizer(X).scale if scale is None else scale
    return fista(X / scale, y, lam, tol=1e-9).beta / scale


def refits(X, y, lam, rows):
    """Return one row of coefficients for each resample."""
    return np.array([lasso_on(X[b], y[b], lam) for b in np.asarray(rows, dtype=int)])


def rows_case(rng):
    """Columns of very different spread, two of them strong, and the rows of six resamples."""
    X = rng.normal(size=(25, 5)) * np.array([1.0, 4.0, 0.3, 2.0, 1.0]) * rng.uniform(0.8, 1.2, 5)
    y = 3.0 + X[:, :2] @ [1.5, -0.5] + 0.5 * rng.normal(size=25)
    return Case((X, y, 0.1, rng.integers(25, size=(6, 25)).tolist()))


# 07.1

ALL_REFITS = '''def all_refits(X, y, lam, rows):
    """Return the LASSO coefficients of every resample, (n_resamples, n_features), in the units of X."""
    return np.array([lasso_on(X[b], y[b], lam) for b in rows])
'''
ONE_ROW_EACH = (
    "One row a resample and one column a feature: collect the coefficients of all resamples in one array."
)
PAIRS = (
    "The rows of X are resampled and y is not, so each man stands beside another man's PSA. Take the same "
    "rows of both."
)
EVERYTHING_ANEW = (
    "Close: the scales come from all rows, and so do not vary. Take them from each resample itself."
)
UNITS = (
    "These are the coefficients of standardised columns. Divide them by the scale to bring them back to the units "
    "of X."
)
REFITS_IN_GENERAL = (
    "For each row b of `rows`: fit X[b] and y[b] at the price lam, with an intercept and with scales of its "
    "own."
)


def case_of_whole_scales(X, y, lam, rows):
    scale = X.std(axis=0)
    return np.array([lasso_on(X[b], y[b], lam, scale) for b in np.asarray(rows, dtype=int)])


def without_the_way_back(X, y, lam, rows):
    rows = np.asarray(rows, dtype=int)
    return refits(X, y, lam, rows) * X[rows].std(axis=1)


def y_left_behind(X, y, lam, rows):
    return np.array([lasso_on(X[b], y, lam) for b in np.asarray(rows, dtype=int)])


def loosely(mistake):
    """The answer is not the mistake, to the accuracy of a solver."""
    return lambda case, answer: not close(answer, mistake(*case.args), rtol=1e-3, atol=1e-4)


exercise_1 = Exercise(
    id="07.1",
    kind="apply",
    objective=OBJECTIVES["whole fit"],
    setup=LASSO_ON,
    stub='''def all_refits(X, y, lam, rows):
    """Return the LASSO coefficients of every resample, (n_resamples, n_features), in the units of X."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "one row of coefficients a resample",
            1,
            rows_case,
            lambda case, answer: np.shape(answer) == (6, 5),
            ONE_ROW_EACH,
        ),
        Check("each row of X keeps its y", 1, rows_case, loosely(y_left_behind), PAIRS),
        Check("the coefficients are in the units of X", 1, rows_case, loosely(without_the_way_back), UNITS),
        Check(
            "the scales are those of the resample",
            1,
            rows_case,
            loosely(case_of_whole_scales),
            EVERYTHING_ANEW,
        ),
        Check(
            "it is the fit of every resample",
            2,
            rows_case,
            lambda case, answer: close(answer, refits(*case.args), rtol=1e-3, atol=1e-4),
            REFITS_IN_GENERAL,
        ),
    ),
    hints=(
        "The rows are drawn already. What does the function `bootstrap` of the lesson do with them?",
        "`X[b]` are the rows of one resample, and `y[b]` their targets. `lasso_on` does the rest.",
        "np.array([lasso_on(X[b], y[b], lam) for b in rows])",
    ),
    solution=ALL_REFITS,
    explanation=(
        "The whole fit is inside the loop. Whatever is done once, before it, cannot vary, and the bootstrap "
        "will report that it does not."
    ),
    wrong_answers=(
        WrongAnswer(
            "the mean of the resamples",
            edited(ALL_REFITS, "for b in rows])", "for b in rows]).mean(axis=0)"),
            ONE_ROW_EACH,
        ),
        WrongAnswer("y left behind", edited(ALL_REFITS, "y[b]", "y"), PAIRS),
        WrongAnswer(
            "scales of the whole sample",
            edited(
                ALL_REFITS,
                "lasso_on(X[b], y[b], lam)",
                "Lasso(alpha=lam, tol=1e-8).fit(X[b] / X.std(axis=0), y[b]).coef_ / X.std(axis=0)",
            ),
            EVERYTHING_ANEW,
        ),
        WrongAnswer(
            "standardised coefficients",
            edited(ALL_REFITS, "lasso_on(X[b], y[b], lam)", "lasso_on(X[b], y[b], lam) * X[b].std(axis=0)"),
            UNITS,
        ),
        WrongAnswer(
            "not standardised",
            edited(
                ALL_REFITS, "lasso_on(X[b], y[b], lam)", "Lasso(alpha=lam, tol=1e-8).fit(X[b], y[b]).coef_"
            ),
            REFITS_IN_GENERAL,
        ),
        WrongAnswer("the sample each time", edited(ALL_REFITS, "X[b], y[b]", "X, y"), REFITS_IN_GENERAL),
    ),
)


# 07.2

SAME_LIST = '''def share_of_same_list(betas, beta):
    """Return the share of resamples that keep exactly the features that the sample keeps."""
    return np.mean(np.all((betas != 0) == (beta != 0), axis=1))
'''
A_SHARE = "A share is one number between 0 and 1. Did you return one for each feature, or a count?"
WHOLE_LIST = (
    "You have averaged over the entries: the share of single decisions that agree. A list is the same only if all "
    "of them do."
)
ONE_LIST_A_ROW = (
    "You have asked each column whether it always agrees. A list is a row: ask each row whether all its entries "
    "agree."
)
NOT_A_PRODUCT = (
    "You have multiplied frequencies, as if the features were drawn independently. Count the rows."
)
NOTHING_MORE = "A resample that keeps more than the sample does has another list."
NOTHING_LESS = "A resample that keeps less than the sample does has another list."
KEPT_IS_NOT_ZERO = "Kept means not zero: however small, and whatever its sign."
LIST_IN_GENERAL = (
    "Compare (betas != 0) with (beta != 0), ask in each row whether all entries agree, and average over the "
    "rows."
)


def lists_of(resamples, sample):
    """Coefficients of random size and sign with this pattern of zeros; the share is asked of the patterns."""

    def make_case(rng):
        sizes = rng.uniform(0.5, 2, size=np.shape(resamples)) * rng.choice([-1, 1], size=np.shape(resamples))
        order = rng.permutation(len(sample))
        betas = np.where(resamples, sizes, 0.0)[rng.permutation(len(resamples))][:, order]
        beta = np.where(sample, rng.uniform(0.5, 2, len(sample)) * rng.choice([-1, 1], len(sample)), 0.0)
        return Case((betas, beta[order]))

    return make_case


def same_list(betas, beta):
    return np.mean(np.all((betas != 0) == (beta != 0), axis=1))


def tiny_case(rng):
    """Some coefficients are tiny, some have the other sign: kept all the same."""
    betas = np.array([[1e-7, -2.0, 0.0]] * 3 + [[-1.0, 1e-7, 0.0]] * 2 + [[0.0, 0.0, 3.0]] * 3)
    return Case((betas[rng.permutation(8)], np.array([0.7, -1.3, 0.0])))


def is_the_same_list(case, answer):
    return close(answer, same_list(*case.args))


PRODUCT = "np.prod(np.mean((betas != 0) == (beta != 0), axis=0))"
EXACT, MORE, LESS = [1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0]

exercise_2 = Exercise(
    id="07.2",
    kind="recall",
    objective=OBJECTIVES["lists"],
    stub='''def share_of_same_list(betas, beta):
    """Return the share of resamples that keep exactly the features that the sample keeps."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "it is one share",
            1,
            lists_of([EXACT] * 5, EXACT),
            lambda case, answer: np.shape(answer) == () and 0 <= answer <= 1,
            A_SHARE,
        ),
        Check(
            "lists are compared, not entries",
            1,
            lists_of([EXACT] * 2 + [[1, 0, 1, 0]] * 3, EXACT),
            lambda case, answer: not close(answer, np.mean((case.args[0] != 0) == (case.args[1] != 0))),
            WHOLE_LIST,
        ),
        Check(
            "a list is a row",
            1,
            lists_of([EXACT] * 2 + [[1, 0, 1, 0]] * 3, EXACT),
            is_not(lambda betas, beta: np.mean(np.all((betas != 0) == (beta != 0), axis=0))),
            ONE_LIST_A_ROW,
        ),
        Check(
            "features are not independent",
            1,
            lists_of([EXACT] * 2 + [[1, 0, 1, 0]] * 3, EXACT),
            is_not(lambda betas, beta: np.prod(np.mean((betas != 0) == (beta != 0), axis=0))),
            NOT_A_PRODUCT,
        ),
        Check("a small or negative coefficient is kept", 1, tiny_case, is_the_same_list, KEPT_IS_NOT_ZERO),
        Check(
            "a longer list is another list",
            1,
            lists_of([EXACT] * 2 + [MORE] * 3, EXACT),
            is_the_same_list,
            NOTHING_MORE,
        ),
        Check(
            "a shorter list is another list",
            1,
            lists_of([EXACT] * 2 + [LESS] * 3, EXACT),
            is_the_same_list,
            NOTHING_LESS,
        ),
        Check(
            "it is the share of equal lists",
            2,
            lists_of([EXACT] * 4 + [MORE] * 2 + [LESS] * 3 + [[0, 0, 1, 1]] * 2, EXACT),
            is_the_same_list,
            LIST_IN_GENERAL,
        ),
    ),
    hints=(
        "Begin with one resample: when is its list the same as that of the sample?",
        "`betas != 0` is a table of kept and not kept; compare it with `beta != 0`.",
        "np.mean(np.all((betas != 0) == (beta != 0), axis=1))",
    ),
    solution=SAME_LIST,
    explanation=(
        "A feature that is kept in nine of ten resamples is wrong in one of ten; with several of them a whole "
        "list is seldom right. The frequency of a feature and of a list answer two questions."
    ),
    wrong_answers=(
        WrongAnswer("a count", edited(SAME_LIST, "np.mean(np.all", "np.sum(np.all"), A_SHARE),
        WrongAnswer(
            "frequencies",
            edited(
                SAME_LIST,
                "np.mean(np.all((betas != 0) == (beta != 0), axis=1))",
                "np.mean(betas != 0, axis=0)",
            ),
            A_SHARE,
        ),
        WrongAnswer(
            "agreement of entries",
            edited(
                SAME_LIST,
                "np.mean(np.all((betas != 0) == (beta != 0), axis=1))",
                "np.mean((betas != 0) == (beta != 0))",
            ),
            WHOLE_LIST,
        ),
        WrongAnswer("columns, not rows", edited(SAME_LIST, "axis=1", "axis=0"), ONE_LIST_A_ROW),
        WrongAnswer(
            "a product of frequencies",
            edited(SAME_LIST, "np.mean(np.all((betas != 0) == (beta != 0), axis=1))", PRODUCT),
            NOT_A_PRODUCT,
        ),
        WrongAnswer(
            "the same signs",
            edited(SAME_LIST, "(betas != 0) == (beta != 0)", "np.sign(betas) == np.sign(beta)"),
            KEPT_IS_NOT_ZERO,
        ),
        WrongAnswer(
            "larger than a thousandth",
            edited(
                SAME_LIST, "(betas != 0) == (beta != 0)", "(np.abs(betas) > 1e-3) == (np.abs(beta) > 1e-3)"
            ),
            KEPT_IS_NOT_ZERO,
        ),
        WrongAnswer(
            "positive ones only",
            edited(SAME_LIST, "(betas != 0) == (beta != 0)", "(betas > 0) == (beta != 0)"),
            KEPT_IS_NOT_ZERO,
        ),
        WrongAnswer(
            "at least the sample's",
            edited(SAME_LIST, "(betas != 0) == (beta != 0)", "(betas != 0) >= (beta != 0)"),
            NOTHING_MORE,
        ),
        WrongAnswer(
            "at most the sample's",
            edited(SAME_LIST, "(betas != 0) == (beta != 0)", "(betas != 0) <= (beta != 0)"),
            NOTHING_LESS,
        ),
    ),
)


# 07.3

TO_REPAIR = '''def frequencies_to_repair(X, y, lam, rows):
    """Return the selection frequency of every feature over the resamples in rows."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    kept = lasso_on(X, y, lam) != 0
    votes = np.zeros(X.shape[1])
    for b in rows:
        votes[kept] += lasso_on(X[b][:, kept], y[b], lam) != 0
    return votes / len(rows)
'''
REPAIRED = '''def frequencies_to_repair(X, y, lam, rows):
    """Return the selection frequency of every feature over the resamples in rows."""
    votes = np.zeros(X.shape[1])
    for b in rows:
        votes += lasso_on(X[b], y[b], lam) != 0
    return votes / len(rows)
'''
NO_CHANCE = (
    "Features that the sample leaves out have the frequency 0, exactly. Some resamples would have kept them: "
    "who has decided that they may not?"
)
ONLY_THE_SAMPLE = "All your frequencies are 0 or 1. Every resample has to be fitted, to its own rows."
A_SHARE_OF_ALL = "A frequency is a share of the resamples: divide the votes by how many resamples there are."
FREQUENCIES_IN_GENERAL = "Fit every resample with all columns, at the same lam, and count what is not zero."


def doubtful_case(rng):
    """Data whose resamples keep features that the sample leaves out, and leave out some that it keeps."""
    while True:
        X = rng.normal(size=(30, 6)) * rng.uniform(0.5, 2, 6)
        y = X[:, 0] / X[:, 0].std() + 0.35 * X[:, 1] / X[:, 1].std() + rng.normal(size=30)
        case = Case((X, y, 0.2, rng.integers(30, size=(12, 30)).tolist()))
        kept = lasso_on(X, y, 0.2) != 0
        confirmed = selected_once(*case.args)
        if confirmed[kept].min(initial=1) < 1 and np.any(right_frequencies(*case.args)[~kept] > 0.1):
            return case


def selected_once(X, y, lam, rows):
    """The frequencies with the bug: only what the sample keeps is refitted."""
    kept = lasso_on(X, y, lam) != 0
    votes = np.zeros(len(kept))
    if kept.any():
        votes[kept] = right_frequencies(X[:, kept], y, lam, rows)
    return votes


def right_frequencies(X, y, lam, rows):
    return np.mean(refits(X, y, lam, rows) != 0, axis=0)


def left_out_have_a_chance(case, answer):
    X, y, lam, _ = case.args
    left_out = lasso_on(X, y, lam) == 0
    return np.shape(answer) == left_out.shape and np.any(answer[left_out] > 0)


exercise_3 = Exercise(
    id="07.3",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    setup=LASSO_ON,
    stub=TO_REPAIR,
    checks=(
        Check(
            "every resample is fitted",
            1,
            doubtful_case,
            is_not(lambda X, y, lam, rows: lasso_on(X, y, lam) != 0),
            ONLY_THE_SAMPLE,
        ),
        Check(
            "a feature that the sample leaves out has a chance",
            1,
            doubtful_case,
            left_out_have_a_chance,
            NO_CHANCE,
        ),
        Check(
            "frequencies are shares",
            1,
            doubtful_case,
            lambda case, answer: np.max(answer) <= 1,
            A_SHARE_OF_ALL,
        ),
        Check(
            "they are the frequencies",
            2,
            doubtful_case,
            lambda case, answer: close(answer, right_frequencies(*case.args), atol=0.051),
            FREQUENCIES_IN_GENERAL,
        ),
    ),
    hints=(
        "Run it on `men.X, men.y, lam` and rows of your own (without the `raise`). Which frequencies are exactly 0?",
        "What has been decided before the loop begins, and so is the same in every resample?",
        "The selection `kept` belongs to the fit. Fit X[b] with all its columns, and let `votes += ... != 0`.",
    ),
    solution=REPAIRED,
    explanation=(
        "The selection had been made once, with all the rows, and the resamples were only asked to confirm it. "
        "Lesson 6 met the same mistake as a leak: what has seen all the rows must not stand outside the loop."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), NO_CHANCE),
        WrongAnswer("the sample each time", edited(REPAIRED, "X[b], y[b]", "X, y"), ONLY_THE_SAMPLE),
        WrongAnswer("votes, not shares", edited(REPAIRED, "votes / len(rows)", "votes"), A_SHARE_OF_ALL),
        WrongAnswer(
            "forgets the first resample", edited(REPAIRED, "in rows:", "in rows[1:]:"), FREQUENCIES_IN_GENERAL
        ),
        WrongAnswer(
            "half the price", edited(REPAIRED, "y[b], lam)", "y[b], lam / 2)"), FREQUENCIES_IN_GENERAL
        ),
    ),
)


# 07.4

COVERAGE = '''def coverage_of(studies, truth, level):
    """Return the share of studies (rows) whose percentile interval of this level contains the truth."""
    low, high = np.quantile(studies, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return np.mean((low <= truth) & (truth <= high))
'''
ONE_SHARE = "One number is wanted: the share of studies, each with one interval of its own."
TWO_TAILS = "Your interval leaves out 1 - level on each side. Share what is left out between the two sides."
ONE_TAIL = "Your interval is open on one side. Cut off half of 1 - level below, and half above."
NOT_A_BELL = (
    "Mean plus and minus some standard deviations would do for a bell curve. These coefficients have a spike at "
    "zero: take the quantiles."
)
MISSES = "That is the share of the studies whose interval misses the truth. Count the others."
EDGE = "Zero is the end of many intervals here, and the ends belong to the interval: use <=."
COVERAGE_IN_GENERAL = (
    "For each row, a study: the quantiles (1 - level)/2 and (1 + level)/2. Then the share of rows with low <= truth "
    "and truth <= high."
)


def studies_case(truth, *, level=0.8, shift=0.0, lam=0.0):
    """Resampled LASSO coefficients of 307 studies of one column (a prime: no share in hundredths agrees by chance)."""

    def make_case(rng):
        centres = truth + shift + rng.normal(size=(307, 1))
        z = centres + rng.normal(size=(307, 100))
        return Case((np.sign(z) * np.maximum(np.abs(z) - lam, 0), truth, level))

    return make_case


def share_covered(studies, truth, level, tails=0.5):
    out = 1 - level
    low, high = np.quantile(studies, [out * tails, 1 - out * tails], axis=1)
    return np.mean((low <= truth) & (truth <= high))


def share_strictly_inside(studies, truth, level):
    low, high = np.quantile(studies, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return np.mean((low < truth) & (truth < high))


def by_standard_deviations(studies, truth, level):
    half = norm.ppf((1 + level) / 2) * studies.std(axis=1)
    return np.mean(np.abs(studies.mean(axis=1) - truth) <= half)


def is_open(case, answer):
    """Whether the answer is that of intervals without a lower or without an upper end."""
    studies, truth, level = case.args
    below, above = (np.quantile(studies, share, axis=1) for share in (1 - level, level))
    from_the_smallest = (studies.min(axis=1) <= truth) & (truth <= above)
    to_the_largest = (below <= truth) & (truth <= studies.max(axis=1))
    mistakes = (truth <= above, below <= truth, from_the_smallest, to_the_largest)
    return any(close(answer, np.mean(inside)) for inside in mistakes)


def is_the_coverage(case, answer):
    return close(answer, share_covered(*case.args))


exercise_4 = Exercise(
    id="07.4",
    kind="apply",
    objective=OBJECTIVES["coverage"],
    stub='''def coverage_of(studies, truth, level):
    """Return the share of studies (rows) whose percentile interval of this level contains the truth."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "it is one share",
            1,
            studies_case(3.0),
            lambda case, answer: np.shape(answer) == () and 0 <= answer <= 1,
            ONE_SHARE,
        ),
        Check(
            "both sides are cut off, by half each",
            1,
            studies_case(3.0, level=0.5),
            lambda case, answer: (
                is_not(lambda *args: share_covered(*args, tails=1.0))(case, answer)
                or is_the_coverage(case, answer)
            ),
            TWO_TAILS,
        ),
        Check(
            "the interval has two ends",
            1,
            studies_case(3.0, shift=1.0),
            lambda case, answer: not is_open(case, answer),
            ONE_TAIL,
        ),
        Check(
            "quantiles, not standard deviations",
            1,
            studies_case(2.0, lam=2.0),
            lambda case, answer: (
                is_not(by_standard_deviations)(case, answer) or is_the_coverage(case, answer)
            ),
            NOT_A_BELL,
        ),
        Check(
            "the intervals that contain the truth are counted",
            1,
            studies_case(3.0, shift=0.5, lam=1.0),
            is_not(lambda *args: 1 - share_covered(*args)),
            MISSES,
        ),
        Check(
            "the ends belong to the interval",
            1,
            studies_case(0.0, lam=2.0),
            is_not(share_strictly_inside),
            EDGE,
        ),
        Check(
            "it is the coverage",
            2,
            studies_case(3.0, shift=0.5, lam=1.0),
            is_the_coverage,
            COVERAGE_IN_GENERAL,
        ),
    ),
    hints=(
        "One interval a study first: which two quantiles of its row leave the share `level` between them?",
        "np.quantile(studies, [a, b], axis=1) gives all lower and all upper ends at once.",
        "a = (1 - level) / 2 and b = (1 + level) / 2; then the mean of (low <= truth) & (truth <= high).",
    ),
    solution=COVERAGE,
    explanation=(
        "Coverage is a property of the recipe over many studies, and needs a world whose truth is known. No "
        "single study can show it."
    ),
    wrong_answers=(
        WrongAnswer(
            "each study by itself",
            edited(COVERAGE, "np.mean((low <= truth) & (truth <= high))", "(low <= truth) & (truth <= high)"),
            ONE_SHARE,
        ),
        WrongAnswer(
            "1 - level on each side",
            edited(COVERAGE, "[(1 - level) / 2, (1 + level) / 2]", "[1 - level, level]"),
            TWO_TAILS,
        ),
        WrongAnswer(
            "no lower end",
            edited(COVERAGE, "[(1 - level) / 2, (1 + level) / 2]", "[0 * level, level]"),
            ONE_TAIL,
        ),
        WrongAnswer(
            "standard deviations",
            COVERAGE.replace(
                "    low, high = np.quantile(studies, [(1 - level) / 2, (1 + level) / 2], axis=1)\n",
                "    from scipy.stats import norm\n"
                "    half = norm.ppf((1 + level) / 2) * studies.std(axis=1)\n"
                "    low, high = studies.mean(axis=1) - half, studies.mean(axis=1) + half\n",
            ),
            NOT_A_BELL,
        ),
        WrongAnswer(
            "open at the ends",
            edited(COVERAGE, "(low <= truth) & (truth <= high)", "(low < truth) & (truth < high)"),
            EDGE,
        ),
        WrongAnswer("the misses", edited(COVERAGE, "return np.mean", "return 1 - np.mean"), MISSES),
        WrongAnswer("the wrong axis", edited(COVERAGE, "axis=1", "axis=0"), COVERAGE_IN_GENERAL),
        WrongAnswer(
            "always ninety-five",
            edited(COVERAGE, "[(1 - level) / 2, (1 + level) / 2]", "[0.025, 0.975]"),
            COVERAGE_IN_GENERAL,
        ),
    ),
)


# 07.5

FAMILY = '''def family_frequency(betas, family):
    """Return the share of resamples that keep at least one of the columns in family."""
    return np.mean(np.any(betas[:, family] != 0, axis=1))
'''
NOT_THE_SUM = "You have added the frequencies. A resample that keeps two of the family is counted twice."
NOT_THE_BEST = (
    "That is the frequency of the most frequent member. Resamples that keep only another one count too."
)
NOT_ALL = "You ask for all members at once. One is enough."
NOT_INDEPENDENT = (
    "You have multiplied, as if the members were drawn independently. Twins are not: when one is out, the other "
    "is in."
)
NOT_ONLY_ONE = (
    "You count the resamples that keep exactly one member. Those that keep two or three count as well."
)
THE_FAMILY_ONLY = (
    "Your share is that of all resamples, and some keep no member. Look only at the columns of the family, and ask "
    "each row by itself."
)
FAMILY_IN_GENERAL = (
    "In each row: is any of betas[:, family] not zero? Its sign does not matter, and two that cancel are both kept. "
    "Then the share of the rows."
)


def family_case(rng):
    """Three members who stand in for each other or cancel, a loner, and a column kept always."""
    patterns = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0], [1, 1, 1]]
    kept = np.repeat(patterns, [3, 4, 3, 3, 4, 2], axis=0)[rng.permutation(19)]
    others = np.column_stack([np.ones(19), rng.random(19) < 0.5])
    sizes = rng.uniform(0.5, 2, size=(19, 5)) * [-1, -1, -1, 1, 1]
    pairs = kept.sum(axis=1) == 2
    sizes[pairs, 1] = -sizes[pairs, 0]
    order = rng.permutation(5)
    betas = (np.column_stack([kept, others]) * sizes)[:, order]
    return Case((betas, [int(np.flatnonzero(order == member)[0]) for member in range(3)]))


def members(case_betas, family):
    return np.mean(case_betas[:, family] != 0, axis=0)


exercise_5 = Exercise(
    id="07.5",
    kind="apply",
    objective=OBJECTIVES["lists"],
    stub='''def family_frequency(betas, family):
    """Return the share of resamples that keep at least one of the columns in family."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "votes of one resample count once",
            1,
            family_case,
            is_not(lambda b, f: members(b, f).sum()),
            NOT_THE_SUM,
        ),
        Check(
            "every member may stand for the family",
            1,
            family_case,
            is_not(lambda b, f: members(b, f).max()),
            NOT_THE_BEST,
        ),
        Check(
            "one member is enough",
            1,
            family_case,
            is_not(lambda b, f: np.mean(np.all(b[:, f] != 0, axis=1))),
            NOT_ALL,
        ),
        Check(
            "members are not independent",
            1,
            family_case,
            is_not(lambda b, f: 1 - np.prod(1 - members(b, f))),
            NOT_INDEPENDENT,
        ),
        Check(
            "more than one may be kept",
            1,
            family_case,
            is_not(lambda b, f: np.mean(np.sum(b[:, f] != 0, axis=1) == 1)),
            NOT_ONLY_ONE,
        ),
        Check(
            "only the family votes",
            1,
            family_case,
            is_not(lambda b, f: np.mean(np.any(b != 0, axis=1))),
            THE_FAMILY_ONLY,
        ),
        Check(
            "it is the frequency of the family",
            2,
            family_case,
            lambda case, answer: close(answer, np.mean(np.any(case.args[0][:, case.args[1]] != 0, axis=1))),
            FAMILY_IN_GENERAL,
        ),
    ),
    hints=(
        "In the lesson: `first | second`, and its mean. How does that go for more than two?",
        "betas[:, family] != 0 has one column for each member; np.any with axis=1 asks each row.",
        "np.mean(np.any(betas[:, family] != 0, axis=1))",
    ),
    solution=FAMILY,
    explanation=(
        "The three single frequencies do not determine the answer: it depends on who is kept together with whom. "
        "That is why you need the resamples themselves, and not only their averages."
    ),
    wrong_answers=(
        WrongAnswer(
            "the sum",
            edited(
                FAMILY,
                "np.mean(np.any(betas[:, family] != 0, axis=1))",
                "np.mean(betas[:, family] != 0, axis=0).sum()",
            ),
            NOT_THE_SUM,
        ),
        WrongAnswer(
            "the best member",
            edited(
                FAMILY,
                "np.mean(np.any(betas[:, family] != 0, axis=1))",
                "np.mean(betas[:, family] != 0, axis=0).max()",
            ),
            NOT_THE_BEST,
        ),
        WrongAnswer("all members", edited(FAMILY, "np.any", "np.all"), NOT_ALL),
        WrongAnswer(
            "as if independent",
            edited(
                FAMILY,
                "np.mean(np.any(betas[:, family] != 0, axis=1))",
                "1 - np.prod(1 - np.mean(betas[:, family] != 0, axis=0))",
            ),
            NOT_INDEPENDENT,
        ),
        WrongAnswer(
            "exactly one",
            edited(
                FAMILY, "np.any(betas[:, family] != 0, axis=1)", "np.sum(betas[:, family] != 0, axis=1) == 1"
            ),
            NOT_ONLY_ONE,
        ),
        WrongAnswer(
            "the rows of the family", edited(FAMILY, "betas[:, family]", "betas[family]"), THE_FAMILY_ONLY
        ),
        WrongAnswer(
            "the sum of the coefficients",
            edited(FAMILY, "np.any(betas[:, family] != 0, axis=1)", "betas[:, family].sum(axis=1) != 0"),
            FAMILY_IN_GENERAL,
        ),
        WrongAnswer("all columns", edited(FAMILY, "betas[:, family]", "betas"), THE_FAMILY_ONLY),
        WrongAnswer("positive only", edited(FAMILY, "!= 0", "> 0"), FAMILY_IN_GENERAL),
    ),
)


# 07.6

ZERO = '''def bootstrap_vote(z, spread, lam):
    """Return the selection frequency that the bootstrap reports, from resampled means around z."""
    return 1 - norm.cdf((lam - z) / spread) + norm.cdf((-lam - z) / spread)
'''
AROUND_ZERO = (
    "That is the probability in a world without effect. The resamples scatter around z, the sample's accident, and "
    "not around 0."
)
BOTH_SIDES = "Only one side is counted. A mean below -lam is kept as well."
MEASURE_IN_SPREADS = (
    "Right for a spread of 1. The normal variable has the standard deviation `spread`: divide by it."
)
THE_OTHER_EVENT = "That is how often the coefficient is zero. The frequency counts the others."
VOTE_IN_GENERAL = (
    "Add the probabilities that a normal variable around z, of standard deviation spread, is above lam, and that it "
    "is below -lam."
)


def vote_case(*, spread=None):
    def make_case(rng):
        width = rng.uniform(0.05, 0.4) if spread is None else spread
        return Case(
            (
                float(rng.choice([-1, 1]) * rng.uniform(0.6, 1.2) * width),
                float(width),
                float(rng.uniform(0.7, 1.3) * width),
            )
        )

    return make_case


def vote(z, spread, lam):
    return norm.sf((lam - z) / spread) + norm.cdf((-lam - z) / spread)


exercise_6 = Exercise(
    id="07.6",
    kind="extend",
    objective=OBJECTIVES["zero"],
    setup="from scipy.stats import norm\n",
    stub='''def bootstrap_vote(z, spread, lam):
    """Return the selection frequency that the bootstrap reports, from resampled means around z."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "the frequency of being kept, not of zero",
            1,
            vote_case(spread=1.0),
            is_not(lambda *args: 1 - vote(*args)),
            THE_OTHER_EVENT,
        ),
        Check(
            "the resamples scatter around z",
            1,
            vote_case(spread=1.0),
            is_not(lambda z, spread, lam: 2 * norm.sf(lam / spread)),
            AROUND_ZERO,
        ),
        Check(
            "both sides are kept",
            1,
            vote_case(spread=1.0),
            lambda case, answer: all(
                is_not(side)(case, answer)
                for side in (
                    lambda z, s, lam: norm.sf((lam - z) / s),
                    lambda z, s, lam: norm.cdf((-lam - z) / s),
                    lambda z, s, lam: norm.sf((lam - abs(z)) / s),
                )
            ),
            BOTH_SIDES,
        ),
        Check(
            "distances are measured in spreads",
            1,
            vote_case(),
            lambda case, answer: (
                is_not(lambda z, spread, lam: vote(z, 1.0, lam))(case, answer)
                and is_not(lambda z, spread, lam: vote(z, spread**2, lam))(case, answer)
            ),
            MEASURE_IN_SPREADS,
        ),
        Check(
            "it is the bootstrap's vote",
            2,
            vote_case(),
            lambda case, answer: close(answer, vote(*case.args)),
            VOTE_IN_GENERAL,
        ),
    ),
    hints=(
        "A resampled mean m is normal around z. For which m does the LASSO keep the column?",
        "It is kept for m > lam and for m < -lam. `norm.cdf((a - z) / spread)` is the probability of m < a.",
        "1 - norm.cdf((lam - z) / spread) + norm.cdf((-lam - z) / spread)",
    ),
    solution=ZERO,
    explanation=(
        "For z = 0 this is the true probability for a column without effect, and the smallest value it can "
        "take. Any accident z, on either side, raises it. Measured in spreads, an accident does not become "
        "smaller with more samples."
    ),
    wrong_answers=(
        WrongAnswer(
            "the frequency of zero",
            edited(
                ZERO,
                "1 - norm.cdf((lam - z) / spread) + norm.cdf((-lam - z) / spread)",
                "norm.cdf((lam - z) / spread) - norm.cdf((-lam - z) / spread)",
            ),
            THE_OTHER_EVENT,
        ),
        WrongAnswer(
            "the world's probability",
            edited(
                ZERO,
                "1 - norm.cdf((lam - z) / spread) + norm.cdf((-lam - z) / spread)",
                "2 * norm.sf(lam / spread)",
            ),
            AROUND_ZERO,
        ),
        WrongAnswer("one side", edited(ZERO, " + norm.cdf((-lam - z) / spread)", ""), BOTH_SIDES),
        WrongAnswer(
            "the other side alone",
            edited(ZERO, "1 - norm.cdf((lam - z) / spread) + ", ""),
            BOTH_SIDES,
        ),
        WrongAnswer("no spread", ZERO.replace(" / spread", ""), MEASURE_IN_SPREADS),
        WrongAnswer("the variance", ZERO.replace("/ spread", "/ spread**2"), MEASURE_IN_SPREADS),
        WrongAnswer("adds z", edited(ZERO, "(lam - z)", "(lam + z)"), VOTE_IN_GENERAL),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5, exercise_6)
