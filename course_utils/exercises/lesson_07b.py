"""The exercises of lesson 07b: the score, an affordable threshold, a bug, a promise checked, a p-value."""

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

OBJECTIVES = {
    "votes": "count votes over halves of the rows and over a whole path",
    "bound": "derive the bound on false selections, and choose a threshold for the errors you can afford",
    "bug": "find the error that voids a promise",
    "simulation": "check a promise by simulation",
    "p-value": "say what a frequency is not, and compute a p-value where you need one",
}


def votes_case(rng):
    """Votes of 12 halves at 5 prices for 6 features: some enter early, some leave again, two at the end."""
    chance = np.array(
        [
            [0.9, 0.9, 0.9, 0.9, 0.9],
            [0.1, 0.4, 0.8, 0.4, 0.2],
            [0.0, 0.2, 0.3, 0.6, 0.6],
            [0.6, 0.5, 0.3, 0.1, 0.1],
            [0.0, 0.0, 0.1, 0.1, 0.3],
            [0.2, 0.2, 0.2, 0.2, 0.2],
        ]
    )
    while True:
        votes = (rng.random((12, 6, 5)) < chance).transpose(0, 2, 1)
        somewhere, last = votes.any(axis=1).sum(), votes[:, -1].sum()
        if len({5 * somewhere, 5 * last, votes.sum()}) == 3 and votes.mean(axis=0).argmax(axis=0).max() < 5:
            return votes.astype(float)


# 07b.1

SCORE = '''def scores_of(votes):
    """Return the highest frequency of each feature over the prices; votes is (n_halves, n_lams, n_features)."""
    return votes.mean(axis=0).max(axis=0)
'''
ONE_EACH = "One score for each feature: six features, six numbers."
AT_ONE_PRICE = (
    "You have counted the halves that choose a feature at one price or another. The score is a frequency at a "
    "single price: first the frequency at each price, then the highest."
)
NOT_THE_MEAN = (
    "You have averaged over the prices. At a price where nobody is chosen a good feature loses nothing: take the "
    "highest."
)
NOT_THE_LAST = (
    "That is the frequency at the weakest price. Some features have their highest before, and leave again."
)
HALVES_FIRST = "You have taken the maximum over the halves. Halves are averaged, prices are compared."
SCORE_IN_GENERAL = "Average over the halves (axis 0), then take the highest over the prices."


def score_case(rng):
    return Case((votes_case(rng),))


exercise_1 = Exercise(
    id="07b.1",
    kind="recall",
    objective=OBJECTIVES["votes"],
    stub='''def scores_of(votes):
    """Return the highest frequency of each feature over the prices; votes is (n_halves, n_lams, n_features)."""
    raise NotImplementedError
''',
    checks=(
        Check("one score a feature", 1, score_case, lambda case, answer: np.shape(answer) == (6,), ONE_EACH),
        Check(
            "a frequency at one price",
            1,
            score_case,
            is_not(lambda v: v.any(axis=1).mean(axis=0)),
            AT_ONE_PRICE,
        ),
        Check(
            "the highest, not the average", 1, score_case, is_not(lambda v: v.mean(axis=(0, 1))), NOT_THE_MEAN
        ),
        Check("over the whole path", 1, score_case, is_not(lambda v: v[:, -1].mean(axis=0)), NOT_THE_LAST),
        Check(
            "halves are averaged", 1, score_case, is_not(lambda v: v.mean(axis=1).max(axis=0)), HALVES_FIRST
        ),
        Check(
            "it is the highest frequency",
            2,
            score_case,
            lambda case, answer: close(answer, case.args[0].mean(axis=0).max(axis=0)),
            SCORE_IN_GENERAL,
        ),
    ),
    hints=(
        "Two axes have to go: the halves and the prices. One by an average, one by a maximum.",
        "votes.mean(axis=0) is the frequency of each feature at each price.",
        "votes.mean(axis=0).max(axis=0)",
    ),
    solution=SCORE,
    explanation=(
        "The highest frequency at one price is never above the share of halves that choose the feature somewhere, "
        "so the proof covers it."
    ),
    wrong_answers=(
        WrongAnswer("one number", edited(SCORE, ".max(axis=0)", ".max()"), ONE_EACH),
        WrongAnswer(
            "chosen somewhere",
            edited(SCORE, "votes.mean(axis=0).max(axis=0)", "votes.any(axis=1).mean(axis=0)"),
            AT_ONE_PRICE,
        ),
        WrongAnswer("average over the path", edited(SCORE, ".max(axis=0)", ".mean(axis=0)"), NOT_THE_MEAN),
        WrongAnswer("the last price", edited(SCORE, ".max(axis=0)", "[-1]"), NOT_THE_LAST),
        WrongAnswer("the axes exchanged", edited(SCORE, "mean(axis=0)", "mean(axis=1)"), HALVES_FIRST),
        WrongAnswer("the lowest", edited(SCORE, "max", "min"), SCORE_IN_GENERAL),
    ),
)


# 07b.2

THRESHOLD = '''def threshold_for(q, p, n_false):
    """Return the threshold at which the bound on the expected false selections is n_false."""
    return (1 + q**2 / (p * n_false)) / 2
'''
ABOVE_HALF = "A threshold of one half or less promises nothing: the bound divides by 2 * threshold - 1."
SQUARE_IT = "Both halves must be deceived: q enters with its square."
FEWER_ARE_DEARER = (
    "Fewer false selections must cost a higher threshold, and with yours they cost a lower one."
)
THRESHOLD_IN_GENERAL = "Set q**2 / ((2 * threshold - 1) * p) equal to n_false, and solve for the threshold."


def affordable_case(rng):
    q, p = float(rng.uniform(4, 12)), int(rng.integers(100, 4000))
    least = q**2 / p  # at threshold 1
    return Case((q, p, float(least * rng.uniform(1.5, 8))))


def right_threshold(q, p, n_false):
    return (1 + q**2 / (p * n_false)) / 2


def fewer_cost_more(case, answer):
    """The answer is not what the inverse ratio gives."""
    q, p, n_false = case.args
    mistakes = ((1 + p * n_false / q**2) / 2, (1 + n_false * q**2 / p) / 2, (1 + p / (q**2 * n_false)) / 2)
    return not any(close(answer, mistake) for mistake in mistakes)


exercise_2 = Exercise(
    id="07b.2",
    kind="apply",
    objective=OBJECTIVES["bound"],
    stub='''def threshold_for(q, p, n_false):
    """Return the threshold at which the bound on the expected false selections is n_false."""
    raise NotImplementedError
''',
    checks=(
        Check(
            "the threshold lies above one half",
            1,
            affordable_case,
            lambda case, answer: answer > 0.5,
            ABOVE_HALF,
        ),
        Check(
            "q is squared",
            1,
            affordable_case,
            is_not(lambda q, p, n_false: (1 + q / (p * n_false)) / 2),
            SQUARE_IT,
        ),
        Check("fewer errors need a higher threshold", 1, affordable_case, fewer_cost_more, FEWER_ARE_DEARER),
        Check(
            "the bound at this threshold is n_false",
            2,
            affordable_case,
            lambda case, answer: close(answer, right_threshold(*case.args)),
            THRESHOLD_IN_GENERAL,
        ),
    ),
    hints=(
        "Write the bound down and put the number that you can afford on the left.",
        "n_false = q**2 / ((2t - 1) p), so 2t - 1 = q**2 / (p n_false).",
        "(1 + q**2 / (p * n_false)) / 2",
    ),
    solution=THRESHOLD,
    explanation=(
        "Three numbers, of which you choose two: how many a half may choose, what you require of a feature, and "
        "how many errors you can afford. If the answer is above 1, no threshold keeps that promise: choose fewer."
    ),
    wrong_answers=(
        WrongAnswer(
            "without the one",
            edited(THRESHOLD, "(1 + q**2 / (p * n_false)) / 2", "q**2 / (2 * p * n_false)"),
            ABOVE_HALF,
        ),
        WrongAnswer("q not squared", edited(THRESHOLD, "q**2", "q"), SQUARE_IT),
        WrongAnswer(
            "upside down", edited(THRESHOLD, "q**2 / (p * n_false)", "p * n_false / q**2"), FEWER_ARE_DEARER
        ),
        WrongAnswer(
            "errors multiplied",
            edited(THRESHOLD, "q**2 / (p * n_false)", "n_false * q**2 / p"),
            FEWER_ARE_DEARER,
        ),
        WrongAnswer("forgets to halve", edited(THRESHOLD, " / 2", ""), THRESHOLD_IN_GENERAL),
    ),
)


# 07b.3

TO_REPAIR = '''def bound_to_repair(votes, threshold):
    """Return the bound on false selections; votes is (n_halves, n_lams, n_features)."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    p = votes.shape[2]
    q = votes.sum(axis=2).mean()
    return q**2 / ((2 * threshold - 1) * p)
'''
REPAIRED = '''def bound_to_repair(votes, threshold):
    """Return the bound on false selections; votes is (n_halves, n_lams, n_features)."""
    p = votes.shape[2]
    q = votes.any(axis=1).sum(axis=1).mean()
    return q**2 / ((2 * threshold - 1) * p)
'''
PER_PRICE = (
    "Here q is how many are chosen at one price, on average over the prices. A feature had a chance at every one "
    "of them: what does the proof count?"
)
LEAVERS = (
    "You count who is chosen at the weakest price. Some were chosen before and have left again; they had their "
    "chance too."
)
COUNTED_OFTEN = (
    "A feature that a half keeps at three prices is counted three times. Each half chooses it once."
)
ALL_HALVES = "You count who is chosen by any half. The proof asks how many **one** half chooses, on average."
SQUARE_LAST = "You have averaged the squares. The proof has the square of the average."
BOUND_IN_GENERAL = (
    "In each half count the features that are chosen at any price; average over the halves; that is q."
)


def bound_case(rng):
    return Case((votes_case(rng), float(rng.uniform(0.6, 0.95))))


def bound_with(count):
    """The bound with this way of counting q."""
    return lambda votes, threshold: count(votes) ** 2 / ((2 * threshold - 1) * votes.shape[2])


def right_q(votes):
    return votes.any(axis=1).sum(axis=1).mean()


exercise_3 = Exercise(
    id="07b.3",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    stub=TO_REPAIR,
    checks=(
        Check(
            "q is not an average over prices",
            1,
            bound_case,
            is_not(bound_with(lambda v: v.sum(axis=2).mean())),
            PER_PRICE,
        ),
        Check(
            "who has left counts",
            1,
            bound_case,
            is_not(bound_with(lambda v: v[:, -1].sum(axis=1).mean())),
            LEAVERS,
        ),
        Check(
            "each half counts a feature once",
            1,
            bound_case,
            is_not(bound_with(lambda v: v.sum(axis=(1, 2)).mean())),
            COUNTED_OFTEN,
        ),
        Check(
            "halves count by themselves",
            1,
            bound_case,
            is_not(bound_with(lambda v: v.any(axis=(0, 1)).sum())),
            ALL_HALVES,
        ),
        Check(
            "the average comes before the square",
            1,
            bound_case,
            is_not(bound_with(lambda v: np.sqrt(np.mean(v.any(axis=1).sum(axis=1) ** 2)))),
            SQUARE_LAST,
        ),
        Check(
            "it is the bound",
            2,
            bound_case,
            lambda case, answer: close(answer, bound_with(right_q)(*case.args)),
            BOUND_IN_GENERAL,
        ),
    ),
    hints=(
        "Say in words what q is in the lesson. Then say what `votes.sum(axis=2).mean()` is.",
        "A half chooses a feature if it keeps it at any of the prices: votes.any(axis=1).",
        "q = votes.any(axis=1).sum(axis=1).mean()",
    ),
    solution=REPAIRED,
    explanation=(
        "The score takes the best of many prices, so every price is a chance to be deceived. A q that forgets them "
        "promises too much, and nothing in the output looks wrong."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), PER_PRICE),
        WrongAnswer("the weakest price", edited(REPAIRED, "votes.any(axis=1)", "votes[:, -1]"), LEAVERS),
        WrongAnswer(
            "added over prices", edited(REPAIRED, "votes.any(axis=1)", "votes.sum(axis=1)"), COUNTED_OFTEN
        ),
        WrongAnswer(
            "any half",
            edited(REPAIRED, "votes.any(axis=1).sum(axis=1).mean()", "votes.any(axis=(0, 1)).sum()"),
            ALL_HALVES,
        ),
        WrongAnswer(
            "mean of the squares",
            edited(
                edited(REPAIRED, "votes.any(axis=1).sum(axis=1).mean()", "votes.any(axis=1).sum(axis=1)"),
                "q**2 /",
                "np.mean(q**2) /",
            ),
            SQUARE_LAST,
        ),
        WrongAnswer("q not squared", edited(REPAIRED, "q**2", "q"), BOUND_IN_GENERAL),
    ),
)


# 07b.4

FALSE_SELECTIONS = '''def false_selections(scores, real, threshold):
    """Return [mean, standard error] of the number of false selections; scores is (n_worlds, n_features)."""
    false = np.sum(np.delete(scores, real, axis=1) >= threshold, axis=1)
    return [false.mean(), false.std(ddof=1) / np.sqrt(len(scores))]
'''
TWO_NUMBERS = "Two numbers: the mean over the worlds, and its standard error."
REAL_ONES = (
    "You count all that are named. A real column that is named is no error: leave the columns in `real` out."
)
A_NUMBER = "That is a share. The promise is about how many false columns a world names."
AT_LEAST = "A score that is equal to the threshold is named too."
ERROR_OF_MEAN = (
    "The second number is how much the worlds scatter. The mean of many worlds scatters less: by the root of their "
    "number."
)
WITH_DDOF = (
    "Nearly: the standard deviation is estimated from the worlds themselves, so divide by their number minus one "
    "(ddof=1)."
)
FALSE_IN_GENERAL = (
    "For each world count the columns outside `real` with a score of at least the threshold; then mean, and "
    "std(ddof=1) / sqrt(n_worlds)."
)


def worlds_case(rng):
    """Scores of fifteen worlds on a grid of tenths, so that some are equal to the threshold."""
    scores = rng.integers(0, 8, size=(15, 10)) / 10
    real = sorted(int(j) for j in rng.choice(10, 3, replace=False))
    scores[:, real] = rng.integers(5, 11, size=(15, 3)) / 10
    scores[0, next(j for j in range(10) if j not in real)] = 0.6
    return Case((scores, real, 0.6))


def counts(scores, real, threshold):
    return np.sum(np.delete(scores, np.asarray(real, int), axis=1) >= threshold, axis=1)


def first_is_not(mistake):
    return lambda case, answer: not close(answer[0], mistake(*case.args))


def second_is_not(mistake):
    return lambda case, answer: not close(answer[1], mistake(counts(*case.args)))


def strictly_above(scores, real, threshold):
    return np.sum(np.delete(scores, np.asarray(real, int), axis=1) > threshold, axis=1).mean()


def right_summary(scores, real, threshold):
    false = counts(scores, real, threshold)
    return np.array([false.mean(), false.std(ddof=1) / np.sqrt(len(false))])


exercise_4 = Exercise(
    id="07b.4",
    kind="apply",
    objective=OBJECTIVES["simulation"],
    stub='''def false_selections(scores, real, threshold):
    """Return [mean, standard error] of the number of false selections; scores is (n_worlds, n_features)."""
    raise NotImplementedError
''',
    checks=(
        Check("two numbers", 1, worlds_case, lambda case, answer: np.shape(answer) == (2,), TWO_NUMBERS),
        Check(
            "real columns are no errors",
            1,
            worlds_case,
            first_is_not(lambda scores, real, threshold: np.sum(scores >= threshold, axis=1).mean()),
            REAL_ONES,
        ),
        Check(
            "a number, not a share",
            1,
            worlds_case,
            lambda case, answer: (
                first_is_not(lambda *args: counts(*args).mean() / 7)(case, answer)
                and first_is_not(lambda *args: counts(*args).mean() / 10)(case, answer)
            ),
            A_NUMBER,
        ),
        Check("at the threshold is named", 1, worlds_case, first_is_not(strictly_above), AT_LEAST),
        Check(
            "the error of the mean",
            1,
            worlds_case,
            lambda case, answer: (
                second_is_not(lambda false: false.std(ddof=1))(case, answer)
                and second_is_not(lambda false: false.std())(case, answer)
            ),
            ERROR_OF_MEAN,
        ),
        Check(
            "estimated from the worlds themselves",
            1,
            worlds_case,
            second_is_not(lambda false: false.std() / np.sqrt(len(false))),
            WITH_DDOF,
        ),
        Check(
            "mean and standard error",
            2,
            worlds_case,
            lambda case, answer: close(answer, right_summary(*case.args)),
            FALSE_IN_GENERAL,
        ),
    ),
    hints=(
        "First one number for each world: how many columns that are not real reach the threshold?",
        "np.delete(scores, real, axis=1) leaves the others; compare with >= and add over axis 1.",
        "The standard error of a mean is false.std(ddof=1) / np.sqrt(len(false)).",
    ),
    solution=FALSE_SELECTIONS,
    explanation=(
        "With the standard error you can say whether a mean that lies below the bound does so by more than the luck "
        "of these worlds."
    ),
    wrong_answers=(
        WrongAnswer(
            "only the mean",
            edited(
                FALSE_SELECTIONS, "[false.mean(), false.std(ddof=1) / np.sqrt(len(scores))]", "false.mean()"
            ),
            TWO_NUMBERS,
        ),
        WrongAnswer(
            "all selections", edited(FALSE_SELECTIONS, "np.delete(scores, real, axis=1)", "scores"), REAL_ONES
        ),
        WrongAnswer("a share", edited(FALSE_SELECTIONS, "np.sum(", "np.mean("), A_NUMBER),
        WrongAnswer("strictly above", edited(FALSE_SELECTIONS, ">= threshold", "> threshold"), AT_LEAST),
        WrongAnswer(
            "standard deviation", edited(FALSE_SELECTIONS, " / np.sqrt(len(scores))", ""), ERROR_OF_MEAN
        ),
        WrongAnswer("ddof 0", edited(FALSE_SELECTIONS, "ddof=1", "ddof=0"), WITH_DDOF),
        WrongAnswer(
            "divides by the number of worlds",
            edited(FALSE_SELECTIONS, "np.sqrt(len(scores))", "len(scores)"),
            FALSE_IN_GENERAL,
        ),
    ),
)


# 07b.5

P_VALUE = '''def p_value_of(observed, shuffled):
    """Return the p-value of the observed highest score, given the highest scores of the shuffles."""
    return (1 + np.sum(shuffled >= observed)) / (1 + len(shuffled))
'''
NEVER_ZERO = (
    "Here no shuffle reached the observed score, and you say that this cannot happen by chance. The data count as one "
    "of the orders."
)
OTHER_SIDE = (
    "You have counted the shuffles that stayed below. The p-value is the chance of a score at least as high."
)
TIES = "A shuffle that is as high as the data counts: the p-value is about scores at least as high."
BOTH_COUNTS = (
    "The data are one more order above and one more below the fraction line. You have added it once."
)
P_IN_GENERAL = "One plus the number of shuffles at least as high, divided by one plus the number of shuffles."


def shuffles_case(*, beaten):
    """Scores of shuffles on a grid; `beaten` of them are above the observed one, and two are equal to it."""

    def make_case(rng):
        n_shuffles = int(rng.integers(15, 40))
        if beaten == 0:
            return Case((0.9, rng.integers(2, 8, n_shuffles) / 10))
        shuffled = np.concatenate(
            [np.full(2, 0.6), rng.integers(7, 10, beaten) / 10, rng.integers(1, 6, n_shuffles) / 10]
        )
        return Case((0.6, rng.permutation(shuffled)))

    return make_case


def right_p_value(observed, shuffled):
    return (1 + np.sum(shuffled >= observed)) / (1 + len(shuffled))


def not_below(case, answer):
    observed, shuffled = case.args
    below = np.sum(shuffled < observed)
    return not any(
        close(answer, mistake)
        for mistake in (
            (1 + below) / (1 + len(shuffled)),
            below / len(shuffled),
            (1 + np.sum(shuffled <= observed)) / (1 + len(shuffled)),
            np.mean(shuffled <= observed),
        )
    )


exercise_5 = Exercise(
    id="07b.5",
    kind="extend",
    objective=OBJECTIVES["p-value"],
    stub='''def p_value_of(observed, shuffled):
    """Return the p-value of the observed highest score, given the highest scores of the shuffles."""
    raise NotImplementedError
''',
    checks=(
        Check("it is never zero", 1, shuffles_case(beaten=0), lambda case, answer: answer != 0, NEVER_ZERO),
        Check("high scores speak against chance", 1, shuffles_case(beaten=3), not_below, OTHER_SIDE),
        Check(
            "equal scores count",
            1,
            shuffles_case(beaten=3),
            is_not(lambda observed, shuffled: (1 + np.sum(shuffled > observed)) / (1 + len(shuffled))),
            TIES,
        ),
        Check(
            "the data count twice, above and below the line",
            1,
            shuffles_case(beaten=3),
            lambda case, answer: (
                is_not(lambda o, s: (1 + np.sum(s >= o)) / len(s))(case, answer)
                and is_not(lambda o, s: np.sum(s >= o) / (1 + len(s)))(case, answer)
            ),
            BOTH_COUNTS,
        ),
        Check(
            "it is the p-value",
            2,
            shuffles_case(beaten=3),
            lambda case, answer: close(answer, right_p_value(*case.args)),
            P_IN_GENERAL,
        ),
    ),
    hints=(
        "If nothing were going on, the order of the data would be one order among many. How many are at least as high?",
        "Count the shuffles with `shuffled >= observed`, and add one for the data.",
        "(1 + np.sum(shuffled >= observed)) / (1 + len(shuffled))",
    ),
    solution=P_VALUE,
    explanation=(
        "With nineteen shuffles the smallest possible p-value is 1/20. It speaks of the best feature, under the "
        "assumption that none has an effect. It does not say which one has, nor with what probability."
    ),
    wrong_answers=(
        WrongAnswer(
            "share of the shuffles",
            edited(
                P_VALUE,
                "(1 + np.sum(shuffled >= observed)) / (1 + len(shuffled))",
                "np.mean(shuffled >= observed)",
            ),
            NEVER_ZERO,
        ),
        WrongAnswer(
            "the other side", edited(P_VALUE, "shuffled >= observed", "shuffled < observed"), OTHER_SIDE
        ),
        WrongAnswer(
            "ties do not count", edited(P_VALUE, "shuffled >= observed", "shuffled > observed"), TIES
        ),
        WrongAnswer(
            "one too many above", edited(P_VALUE, "(1 + len(shuffled))", "len(shuffled)"), BOTH_COUNTS
        ),
        WrongAnswer("twice as much", edited(P_VALUE, "return (1", "return 2 * (1"), P_IN_GENERAL),
    ),
)

EXERCISES: tuple[Exercise, ...] = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
