"""Checks of problem set 3: a paired rule, a foreign penalty, screening, a saving, an upper limit, names."""

from __future__ import annotations

import functools
import math

import numpy as np

from course_utils import datasets, tuning
from course_utils.exercises.types import Case, Check, close, no_arguments
from course_utils.grading.assignment import Question, WrongSolution

# q1: a rule that compares fold by fold

N_FOLDS = 5
NOT_STRONGEST = (
    "Here the rules of lesson 5 and yours should agree: not the penalty of the lowest error, but the strongest whose "
    "error cannot be told from it."
)
FOLDS_DIFFER = (
    "Here the folds differ far more from each other than the penalties do. Whose standard error do you compare with: "
    "that of the errors, or that of the differences?"
)
OF_A_MEAN = (
    "Here one penalty decides. How far do single extra errors scatter, and how far does their mean? Which of the two "
    "does the rule ask for?"
)
SAMPLE_DEVIATION = (
    "Here one penalty's extra errors lie just within their standard error. "
    "By what do you divide the sum of squares, with so few folds?"
)


def with_mean_and_error(rng, mean):
    """Draw N_FOLDS numbers with this mean whose mean has the standard error 1."""
    noise = rng.normal(size=N_FOLDS)
    noise = (noise - noise.mean()) / noise.std(ddof=1) * math.sqrt(N_FOLDS)
    return mean + noise


def folds_case(ratios, *, spread):
    """Draw a table in which the stronger penalties' extra errors have these means, in their standard errors.

    `spread` is the standard error of the best penalty's own errors, in the same unit.
    """

    def make_case(rng):
        unit = rng.uniform(2, 5)
        best = unit * (300 + spread * with_mean_and_error(rng, 0.0))
        extras = [with_mean_and_error(rng, ratio) for ratio in ratios]
        weaker = [with_mean_and_error(rng, ratio) for ratio in (3.0, 5.0)]
        columns = [best + unit * extra for extra in (*extras, np.zeros(N_FOLDS), *weaker)]
        lams = rng.uniform(20, 40) * 0.7 ** np.arange(len(columns))
        return Case((lams, np.column_stack(columns)))

    return make_case


def strongest_that_qualifies(lams, errors):
    """Go through the penalties one by one, from the strongest."""
    lowest = int(np.argmin(np.sum(errors, axis=0)))
    for j, lam in enumerate(lams):
        extra = errors[:, j] - errors[:, lowest]
        variance = np.sum((extra - extra.mean()) ** 2) / (len(extra) - 1)
        if j == lowest or extra.mean() <= math.sqrt(variance / len(extra)):
            return lam
    raise AssertionError("the best qualifies")


def is_that_penalty(case, answer):
    return close(answer, strongest_that_qualifies(*case.args))


QUESTION_1 = Question(
    "q1",
    "paired_rule",
    (
        Check(
            "where folds and penalties differ alike",
            1,
            folds_case((30.0, 12.0, 6.0, 0.4, 0.5), spread=2.5),
            is_that_penalty,
            NOT_STRONGEST,
        ),
        Check(
            "where one fold is much harder than another",
            1,
            folds_case((30.0, 12.0, 6.0, 4.0, 0.5), spread=60.0),
            is_that_penalty,
            FOLDS_DIFFER,
        ),
        Check(
            "where the error of a mean decides",
            1,
            folds_case((30.0, 12.0, 6.0, 1.6, 0.5), spread=60.0),
            is_that_penalty,
            OF_A_MEAN,
        ),
        Check(
            "where a few folds decide",
            1,
            folds_case((30.0, 12.0, 6.0, 4.0, 0.95), spread=60.0),
            is_that_penalty,
            SAMPLE_DEVIATION,
        ),
    ),
    (
        WrongSolution("the best itself", "np.argmax(qualifies)", "best", NOT_STRONGEST),
        WrongSolution("the classical rule", "extra.std(", "errors[:, best].std(", FOLDS_DIFFER),
        WrongSolution("a standard deviation", " / np.sqrt(len(errors))", "", OF_A_MEAN),
        WrongSolution("divides by K", ", ddof=1", "", SAMPLE_DEVIATION),
    ),
)


# q2: a penalty from a journal

CONVENTION = (
    "Write down both objectives. By what do you divide the authors' so that its first part becomes RSS / 2n? And "
    "whose n is it: whose fit came out?"
)
TOP = (
    "The penalty that leaves no measure belongs to the standardised columns of the study: the largest |z_j'(y - mean)| "
    "/ n, as in lesson 2b. (Your first number must lie between 0 and this.)"
)
KEPT = "Fit the standardised patients of the study, and them alone, at your first number; count what is not zero."


@functools.cache
def study():
    """The standardised columns and the centred target of the patients of the study, as the notebook draws them."""
    patients = datasets.load_diabetes(scaled=False)
    rows = np.random.default_rng(33).permutation(len(patients.y))[:242]
    X, y = patients.X[rows], patients.y[rows]
    return (X - X.mean(axis=0)) / X.std(axis=0), y - y.mean()


def own_top():
    Z, y = study()
    return np.max(np.abs(Z.T @ y)) / len(y)


def own_penalty(answer):
    """The first number of the answer, if it is a penalty that can be judged further."""
    lam = float(answer[0])
    return lam if 0.01 < lam < own_top() else math.nan


def is_journals_penalty(case, answer):
    return close(answer[0], 19_200 / (2 * 1_200))


def is_own_share(case, answer):
    return close(answer[1], own_penalty(answer) / own_top())


def is_own_count(case, answer):
    Z, y = study()
    beta = tuning.refit(Z, y, own_penalty(answer), standardize=False, tol=1e-9).beta
    return close(answer[2], np.count_nonzero(beta))


QUESTION_2 = Question(
    "q2",
    "journal",
    (
        Check("the penalty in the course's objective", 1, no_arguments, is_journals_penalty, CONVENTION),
        Check("its share of lam_max", 1, no_arguments, is_own_share, TOP),
        Check("the number of measures kept", 1, no_arguments, is_own_count, KEPT),
    ),
    (
        WrongSolution("the n of the study", "n_samples=1_200", "n_samples=len(study)", CONVENTION),
        WrongSolution("half the RSS", 'source="rss"', 'source="half_rss"', CONVENTION),
        WrongSolution("lam_max of raw columns", "lam_max(Z, y[study])", "lam_max(X[study], y[study])", TOP),
        WrongSolution(
            "a fit to raw columns",
            "y[study], journal_lam)",
            "y[study], journal_lam, standardize=False)",
            KEPT,
        ),
    ),
    wants_function=False,
)


# q3: find what flatters

ROWS_COUNT_ALIKE = (
    "Here all columns are kept, so nothing is chosen, and the folds have unequal sizes. How much does a row of the "
    "smallest fold count in your mean?"
)
CHOICE_HAS_SEEN = (
    "Here the columns are dice, and your error is not what the recipe deserves. Which rows have had a say in "
    "which columns are kept?"
)
CORRELATION = (
    "Everything at once: unequal folds, columns in many units, correlations of both signs. "
    "Where the other checks pass, look at what you rank by: it is the strongest correlation that counts, "
    "whatever its sign, and not the largest product."
)


def unequal(sizes):
    return np.repeat(np.arange(len(sizes), dtype=float), sizes)


def all_columns_case(rng):
    """Draw folds of 24, 9 and 4 rows, the smaller the noisier, and keep all columns."""
    fold_of = unequal((24, 9, 4))
    X = rng.normal(size=(37, 4))
    noise = rng.choice([-1.0, 1.0], size=37) * rng.uniform(0.7, 1.3, size=37)
    y = X @ rng.uniform(1, 2, size=4) + np.array([0.5, 2.0, 6.0])[fold_of.astype(int)] * noise
    return Case((X, y, fold_of, 4, 0.1))


def dice_case(rng):
    """Draw sixty columns of dice for forty rows, on which ranking by products or by signs goes no other way.

    Each die shows five times 1 and five times -1 in every fold, so products are correlations. Each is turned so that
    its correlation with y is positive; draws in which a negative one of the training rows would be chosen are left.
    """
    fold_of = rng.permutation(unequal((10, 10, 10, 10)))
    while True:
        X, y = np.empty((40, 60)), rng.normal(size=40)
        for k in range(4):
            X[fold_of == k] = rng.permuted(np.repeat([[-1.0], [1.0]], 5, axis=0) * np.ones(60), axis=0)
        X = X * np.sign(X.T @ y)
        pulls = [X[fold_of != k].T @ y[fold_of != k] for k in range(4)]
        if all(np.max(-pull) < np.sort(pull)[-5] for pull in pulls):
            return Case((X, y, fold_of, 5, 0.05))


def units_case(rng):
    """Draw columns in many units: those of the smallest numbers matter most, and with a minus sign."""
    sizes = (20, 13, 7)
    Z = rng.normal(size=(40, 12))
    y = -2 * Z[:, 0] - 2 * Z[:, 1] + Z[:, 2] + 0.5 * rng.normal(size=40)
    order = rng.permutation(12)
    X = (Z * np.geomspace(0.01, 100, 12))[:, order]
    return Case((X, y, rng.permutation(unequal(sizes)), 5, 0.05))


def judged_recipe(X, y, fold_of, n_keep, lam):
    """Screen by correlations of the training rows and fit; return the squared miss of every row."""
    squares = np.full(len(y), np.nan)
    for k in set(fold_of.tolist()):
        train, test = np.flatnonzero(fold_of != k), np.flatnonzero(fold_of == k)
        strength = [abs(np.corrcoef(column, y[train])[0, 1]) for column in X[train].T]
        kept = sorted(range(X.shape[1]), key=lambda j: -strength[j])[:n_keep]
        centre, scale = X[train][:, kept].mean(axis=0), X[train][:, kept].std(axis=0)
        model = tuning.refit((X[train][:, kept] - centre) / scale, y[train], lam, standardize=False, tol=1e-8)
        squares[test] = (y[test] - model.intercept - (X[test][:, kept] - centre) / scale @ model.beta) ** 2
    return squares


def is_judged_recipe(case, answer):
    return close(answer, math.sqrt(judged_recipe(*case.args).mean()), rtol=1e-3)


def has_chosen_honestly(case, answer):
    """Whether it is the error of the recipe, the folds added up in one way or another."""
    squares, fold_of = judged_recipe(*case.args), case.args[2]
    roots = [math.sqrt(squares[fold_of == k].mean()) for k in np.unique(fold_of)]
    return is_judged_recipe(case, answer) or close(answer, np.mean(roots), rtol=1e-3)


QUESTION_3 = Question(
    "q3",
    "honest_error",
    (
        Check(
            "with folds of unequal sizes, all columns kept",
            2,
            all_columns_case,
            is_judged_recipe,
            ROWS_COUNT_ALIKE,
        ),
        Check("with five columns of sixty, all dice", 2, dice_case, has_chosen_honestly, CHOICE_HAS_SEEN),
        Check("with columns in many units", 1, units_case, is_judged_recipe, CORRELATION),
    ),
    (
        WrongSolution(
            "the choice has seen all rows",
            "fit_standardizer(X_train).transform(X_train).T @ (y_train - y_train.mean())",
            "fit_standardizer(X).transform(X).T @ (y - y.mean())",
            CHOICE_HAS_SEEN,
        ),
        WrongSolution(
            "every fold counts the same",
            "np.mean(squares)",
            "np.mean([np.mean(squares[fold_of == k]) for k in np.unique(fold_of)])",
            ROWS_COUNT_ALIKE,
        ),
        WrongSolution("keeps no negative correlation", "-np.abs(pulls)", "-pulls", CORRELATION),
        WrongSolution(
            "ranks by the product",
            "fit_standardizer(X_train).transform(X_train).T",
            "(X_train - X_train.mean(axis=0)).T",
            CORRELATION,
        ),
    ),
)


# q4: what the laboratory saves

NOT_THE_SAVING = (
    "The first number is wrong. Which of the two errors is on top, and are they means of sizes or of squares?"
)
BOTH_ON_THE_DRAWN = (
    "With one resample both ends are the saving on it. Above and below the line, which patients is each error "
    "computed on?"
)
TAILS = (
    "Here are many resamples, each with a saving of its own. How much lies outside at each end, "
    "and of what are the quantiles taken?"
)


def predictions(rng, n=40):
    """Draw an outcome and two predictions whose misses go together; the second is the better one."""
    y, hard = rng.normal(150, 70, size=n), rng.exponential(40, size=n) + 5
    side = rng.choice([-1.0, 1.0], size=(2, n))
    return y, y + side[0] * hard, y + side[1] * hard * rng.uniform(0.3, 1.1, size=n)


def resamples_case(n_resamples, level):
    """Draw predictions and resamples of their rows."""

    def make_case(rng):
        y, without, with_blood = predictions(rng)
        draws = rng.integers(len(y), size=(n_resamples, len(y))).tolist()
        return Case((y, without, with_blood, draws, level))

    return make_case


def saving_of(y, without, with_blood, rows):
    """Return the saving on these rows, from the sums of the two misses."""
    spent, saved = ([abs(y[i] - said[i]) for i in rows] for said in (with_blood, without))
    return 1 - sum(spent) / sum(saved)


def is_saving(case, answer):
    y, without, with_blood, *_ = case.args
    return close(answer[0], saving_of(y, without, with_blood, range(len(y))))


def has_ends(case, answer):
    y, without, with_blood, draws, level = case.args
    savings = [saving_of(y, without, with_blood, rows) for rows in draws]
    ends = np.quantile(savings, [0.5 - level / 2, 0.5 + level / 2])
    return close(answer[1:], ends)


QUESTION_4 = Question(
    "q4",
    "saving_interval",
    (
        Check("the saving itself", 1, resamples_case(5, 0.9), is_saving, NOT_THE_SAVING),
        Check("the ends, with a single resample", 1, resamples_case(1, 0.9), has_ends, BOTH_ON_THE_DRAWN),
        Check("the ends, with two hundred", 2, resamples_case(200, 0.8), has_ends, TAILS),
    ),
    (
        WrongSolution(
            "squares instead of sizes",
            "np.abs(y - without_blood), np.abs(y - with_blood)",
            "(y - without_blood) ** 2, (y - with_blood) ** 2",
            NOT_THE_SAVING,
        ),
        WrongSolution(
            "the sample's error below the line",
            "missed_without[draws].mean(axis=1)",
            "missed_without.mean()",
            BOTH_ON_THE_DRAWN,
        ),
        WrongSolution("both tails at each end", "(1 - level) / 2", "1 - level", TAILS),
    ),
)


# q5: not worse than this

FAR_OFF = (
    "Here everybody came out worse than predicted. A limit lies about as far above the prediction as the large "
    "misses."
)
GOOD_SURPRISES = (
    "Here many came out far better than predicted, and your limit is too far from what came out worse. Does a miss "
    "keep its sign?"
)
RANK = (
    "Here a single rank decides. Which rank does the promise need among n misses, "
    "when the new patient is one more?"
)
LARGEST = "Nine misses and nine times in ten: the limit must be a miss that was seen, and it is the largest."


def aside_case(n, level, *, better):
    """Draw misses of which a share `better` is large and negative, and predictions for seven new patients."""

    def make_case(rng):
        predicted = rng.normal(150, 50, size=n)
        misses = 5 + rng.exponential(30, size=n)
        good = rng.permutation(n) < better * n
        misses[good] = -rng.uniform(400, 600, size=np.sum(good))
        return Case((predicted + misses, predicted, rng.normal(150, 50, size=7), level))

    return make_case


def limit_at(case, shift=0):
    """Return the limits at the right rank, or at a rank nearby."""
    y, predicted, new, level = case.args
    misses = sorted((y - predicted).tolist())
    rank = math.ceil(round((len(misses) + 1) * level, 9))
    return new + misses[min(max(rank + shift, 1), len(misses)) - 1]


def is_roughly_a_limit(case, answer):
    return np.shape(answer) == (7,) and bool(
        np.all((limit_at(case, -4) <= answer) & (answer <= limit_at(case, 2)))
    )


def is_limit(case, answer):
    return close(answer, limit_at(case))


QUESTION_5 = Question(
    "q5",
    "upper_limits",
    (
        Check(
            "roughly, where all came out worse", 1, aside_case(62, 0.9, better=0), is_roughly_a_limit, FAR_OFF
        ),
        Check(
            "roughly, where many came out better",
            1,
            aside_case(62, 0.75, better=0.4),
            is_roughly_a_limit,
            GOOD_SURPRISES,
        ),
        Check("exactly, with sixty-two set aside", 1, aside_case(62, 0.9, better=0.2), is_limit, RANK),
        Check("exactly, with nine", 1, aside_case(9, 0.9, better=0.2), is_limit, LARGEST),
    ),
    (
        WrongSolution(
            "sizes of misses",
            "np.sort(y_aside - predicted_aside)",
            "np.sort(np.abs(y_aside - predicted_aside))",
            GOOD_SURPRISES,
        ),
        WrongSolution("forgets the new patient", "(len(misses) + 1)", "len(misses)", RANK),
        WrongSolution("a plain quantile", "misses[rank - 1]", "np.quantile(misses, level)", RANK),
    ),
)


# q6: which measures may be named

NOT_NAMED = (
    "Every penalty is affordable here, and whoever is kept once stays. A measure is named if its frequency reaches the "
    "threshold."
)
EQUAL = "A score equal to the threshold is enough."
AT_A_SINGLE = (
    "Here measures go out again further down the path. The score is a frequency at a single penalty, and the "
    "highest."
)
PATH_ENDS = "Here the whole path is too dear. Where does it end, and whose votes come from beyond?"
COUNTED_ONCE = (
    "Where measures come and go, a half keeps more of them along the path than at any one penalty. What does q "
    "count?"
)


def bound_by_end(votes, threshold):
    """Return the bound of the path that ends at each penalty."""
    n_lams, p = votes.shape[1:]
    q = [np.mean([np.sum(half[: end + 1].max(axis=0)) for half in votes]) for end in range(n_lams)]
    return np.array(q) ** 2 / ((2 * threshold - 1) * p)


def named_until(votes, threshold, end):
    """Return who reaches the threshold on a path of `end` penalties."""
    return [j for j in range(votes.shape[2]) if max(votes[:, l, j].mean() for l in range(end)) >= threshold]


def named(votes, threshold, n_false):
    return named_until(votes, threshold, int(np.sum(bound_by_end(votes, threshold) <= n_false)))


def ends_too_late(votes, threshold, n_false):
    """Return who is named if q is counted at each penalty by itself."""
    q = votes.sum(axis=2).mean(axis=0)
    return named_until(
        votes, threshold, int(np.sum(q**2 / ((2 * threshold - 1) * votes.shape[2]) <= n_false))
    )


def draw_votes(rng, *, steady):
    """Draw votes of sixteen halves for twelve measures at six penalties; steady ones are kept once and for all."""
    inclination, tide = rng.normal(-0.5, 2.0, size=12), np.linspace(-2.5, 2.5, 6)[:, None]
    if steady:
        return (inclination + tide + rng.logistic(size=(16, 1, 12)) > 0).astype(float)
    turns = np.where(rng.random(12) < 0.3, -1.0, 1.0)
    return (inclination + turns * tide + rng.logistic(size=(16, 6, 12)) > 0).astype(float)


def votes_case(is_telling, *, steady=False, threshold=0.75, ends_at=None):
    """Draw votes until they tell a right answer from the mistakes that the check is there for."""

    def make_case(rng):
        while True:
            votes = draw_votes(rng, steady=steady)
            bounds = bound_by_end(votes, threshold)
            if ends_at is None:
                n_false = 2 * bounds[-1]
            elif bounds[ends_at] < 0.98 * bounds[ends_at + 1]:
                n_false = (bounds[ends_at] + bounds[ends_at + 1]) / 2
            else:
                continue
            who = named(votes, threshold, n_false)
            if 2 <= len(who) <= 9 and is_telling(votes, threshold, n_false, who):
                return Case((votes, threshold, float(n_false)))

    return make_case


def no_score_at_the_threshold(votes, threshold):
    return not np.any(votes.mean(axis=0) == threshold)


def tells_nothing(votes, threshold, n_false, who):
    return no_score_at_the_threshold(votes, threshold)


def tells_a_tie(votes, threshold, n_false, who):
    return np.any(votes.mean(axis=0).max(axis=0) == threshold)


def tells_a_single_penalty(votes, threshold, n_false, who):
    frequencies = votes.mean(axis=0)
    mistaken = (votes.max(axis=1).mean(axis=0), frequencies[-1], frequencies[0], frequencies.mean(axis=0))
    return no_score_at_the_threshold(votes, threshold) and all(
        who != np.flatnonzero(scores >= threshold).tolist() for scores in mistaken
    )


def tells_the_end(votes, threshold, n_false, who):
    """Whoever takes another end of the path names others; q is the same however it is counted."""
    bounds = bound_by_end(votes, threshold)
    end = int(np.sum(bounds <= n_false))
    others = (len(bounds), end - 1, end + 1, int(np.sum(bounds * (2 * threshold - 1) <= n_false)))
    return no_score_at_the_threshold(votes, threshold) and all(
        who != named_until(votes, threshold, other) for other in others
    )


def tells_how_q_is_counted(votes, threshold, n_false, who):
    return no_score_at_the_threshold(votes, threshold) and who != ends_too_late(votes, threshold, n_false)


def is_named(case, answer):
    return close(answer, named(*case.args))


QUESTION_6 = Question(
    "q6",
    "may_be_named",
    (
        Check(
            "on a path that is affordable to its end",
            1,
            votes_case(tells_nothing, steady=True),
            is_named,
            NOT_NAMED,
        ),
        Check(
            "with a score equal to the threshold", 1, votes_case(tells_a_tie, steady=True), is_named, EQUAL
        ),
        Check("where measures go out again", 1, votes_case(tells_a_single_penalty), is_named, AT_A_SINGLE),
        Check(
            "on a path that must end early",
            1,
            votes_case(tells_the_end, steady=True, ends_at=2),
            is_named,
            PATH_ENDS,
        ),
        Check(
            "where measures come and go, and the path must end early",
            1,
            votes_case(tells_how_q_is_counted, ends_at=2),
            is_named,
            COUNTED_ONCE,
        ),
    ),
    (
        WrongSolution("the whole path", "votes[:, affordable]", "votes", PATH_ENDS),
        WrongSolution("q at one penalty", "so_far.sum(axis=2)", "votes.sum(axis=2)", COUNTED_ONCE),
        WrongSolution("above the threshold", ">= threshold", "> threshold", EQUAL),
        WrongSolution(
            "anywhere on the path",
            "walked.mean(axis=0).max(axis=0)",
            "walked.max(axis=1).mean(axis=0)",
            AT_A_SINGLE,
        ),
    ),
)

QUESTIONS: tuple[Question, ...] = (
    QUESTION_1,
    QUESTION_2,
    QUESTION_3,
    QUESTION_4,
    QUESTION_5,
    QUESTION_6,
)
