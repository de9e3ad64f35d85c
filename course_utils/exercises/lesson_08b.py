"""The exercises of lesson 08b: Holm's correction, what an alarm is worth, late outcomes, a bug, a verdict."""

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
    "chance": "tell a change from chance, among many columns",
    "worth": "say how often an alarm rings for nothing, and how often for something",
    "outcomes": "join outcomes to predictions, and count those that are missing",
    "bug": "find the rows that may not judge a new model",
    "verdict": "decide between two models, with an interval from blocks of later rows",
}


# 08b.1

HOLM = '''def rings(p_values, level):
    """Return for each p-value, in the order given, whether it rings after Holm's correction."""
    p_values = np.asarray(p_values)
    order = np.argsort(p_values)
    multiplied = p_values[order] * np.arange(len(p_values), 0, -1)
    answer = np.empty(len(p_values), dtype=bool)
    answer[order] = np.maximum.accumulate(multiplied) < level
    return answer
'''


def p_values_case(rng, values):
    """Bring p-values that were thought out for a level of 0.05 to another; the largest stands in front."""
    level = float(rng.choice([0.01, 0.05, 0.1]))
    shuffled = rng.permutation(values)
    while shuffled[0] != max(values):
        shuffled = rng.permutation(values)
    return Case((shuffled * level / 0.05 * rng.uniform(0.99, 1), level))


def middling_case(rng):
    """Draw p-values of which Holm rings for two, Bonferroni for one, and no correction for three.

    Their order is such that the answers, sorted and sorted once more instead of put back, are wrong.
    """
    while True:
        case = p_values_case(rng, np.array([0.009, 0.0118, 0.031, 0.5, 0.8]))
        if np.any(in_sorted_order(*case.args)[np.argsort(case.args[0])] != holm_rings(*case.args)):
            return case


def gap_case(rng):
    """Draw p-values of which the third would ring by itself, behind one that does not."""
    return p_values_case(rng, np.array([0.009, 0.014, 0.0155, 0.4, 0.9]))


def silent_case(rng):
    return p_values_case(rng, np.array([0.03, 0.04, 0.2, 0.6]))


def ranks(p_values):
    return np.argsort(np.argsort(p_values))


def holm_rings(p_values, level):
    order = np.argsort(p_values)
    adjusted = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    return adjusted[ranks(p_values)] < level


def each_by_itself(p_values, level):
    return p_values * (len(p_values) - ranks(p_values)) < level


def in_sorted_order(p_values, level):
    return holm_rings(np.sort(p_values), level)


def one_answer_each(case, answer):
    return np.shape(answer) == (len(case.args[0]),) and bool(np.all(np.isin(answer, (0, 1))))


ONE_EACH = "Return one True or False for each p-value."
UNCORRECTED = "Each p-value is compared with the level itself: of many columns, some ring by chance."
BONFERRONI = (
    "You multiply every p-value by their number. Holm does that to the smallest alone: the next is multiplied by one "
    "less."
)
NOT_STOPPED = (
    "A p-value rings behind a smaller one that does not. No adjusted value falls below the one before "
    "it: once one fails, all larger ones do."
)
ORDER_LOST = "Those are the answers for the sorted p-values. Put them back into the order that was given."
HOLM_IN_GENERAL = (
    "Follow 0.04, 0.01 and 0.03 through your steps: the lesson makes 0.06, 0.03 and 0.06 of them, in this order. "
    "Which step differs?"
)

exercise_1 = Exercise(
    id="08b.1",
    kind="recall",
    objective=OBJECTIVES["chance"],
    stub='''def rings(p_values, level):
    """Return for each p-value, in the order given, whether it rings after Holm's correction."""
    raise NotImplementedError
''',
    checks=(
        Check("one answer for each", 1, middling_case, one_answer_each, ONE_EACH),
        Check(
            "a correction is made",
            1,
            middling_case,
            is_not(lambda p_values, level: p_values < level),
            UNCORRECTED,
        ),
        Check(
            "it is not Bonferroni's",
            1,
            middling_case,
            is_not(lambda p_values, level: p_values * len(p_values) < level),
            BONFERRONI,
        ),
        Check("the order is that given", 1, middling_case, is_not(in_sorted_order), ORDER_LOST),
        Check("what fails stops the rest", 1, gap_case, is_not(each_by_itself), NOT_STOPPED),
        Check("right where two ring", 1, middling_case, is_truth(holm_rings), HOLM_IN_GENERAL),
        Check("right where one rings", 1, gap_case, is_truth(holm_rings), HOLM_IN_GENERAL),
        Check("right where none rings", 1, silent_case, is_truth(holm_rings), HOLM_IN_GENERAL),
    ),
    hints=(
        "By which number is the smallest p-value multiplied, and by which the largest?",
        "order = np.argsort(p_values); the factors for p_values[order] are np.arange(m, 0, -1).",
        "np.maximum.accumulate keeps the products from falling; answer[order] = ... puts them back in place.",
    ),
    solution=HOLM,
    explanation=(
        "The smallest p-value has to hold against all m columns. Once it has rung, only m - 1 are left that might ring "
        "by chance, and so on: that is why Holm may be milder than Bonferroni and promise the same."
    ),
    wrong_answers=(
        WrongAnswer(
            "no correction",
            "def rings(p_values, level):\n    return np.asarray(p_values) < level\n",
            UNCORRECTED,
        ),
        WrongAnswer(
            "Bonferroni",
            "def rings(p_values, level):\n    return np.asarray(p_values) * len(p_values) < level\n",
            BONFERRONI,
        ),
        WrongAnswer(
            "each by itself",
            edited(HOLM, "np.maximum.accumulate(multiplied) < level", "multiplied < level"),
            NOT_STOPPED,
        ),
        WrongAnswer("sorted", edited(HOLM, "answer[order] = ", "answer[:] = "), ORDER_LOST),
        WrongAnswer(
            "sorted once more",
            edited(HOLM, "answer[order] = np.maximum", "answer = np.maximum").replace(
                "return answer", "return answer[order]"
            ),
            HOLM_IN_GENERAL,
        ),
        WrongAnswer(
            "the factors rise",
            edited(HOLM, "np.arange(len(p_values), 0, -1)", "np.arange(1, len(p_values) + 1)"),
            HOLM_IN_GENERAL,
        ),
        WrongAnswer(
            "all that do not ring",
            edited(HOLM, "(multiplied) < level", "(multiplied) >= level"),
            HOLM_IN_GENERAL,
        ),
    ),
)


# 08b.2

WORTH = '''def limit_and_power(quiet, moved, level):
    """Return [limit, power]; quiet and moved are (n_comparisons, n_features) distances."""
    limit = np.quantile(np.max(quiet, axis=1), 1 - level)
    return [limit, np.mean(np.max(moved, axis=1) > limit)]
'''


def distances_case(rng):
    """Draw quiet and moved distances of one size, the moved ones larger by about a third."""
    quiet, moved = rng.gamma(9, 0.01, size=(400, 6)), rng.gamma(9, 0.013, size=(301, 6))
    return Case((quiet, moved, float(rng.choice([0.05, 0.1, 0.2]))))


def limit_of(values, level):
    return np.quantile(values, 1 - level)


def power_above(limit, moved):
    return np.mean(np.max(moved, axis=1) > limit)


def true_worth(quiet, moved, level):
    limit = limit_of(np.max(quiet, axis=1), level)
    return [limit, power_above(limit, moved)]


def power_is_not(mistake):
    """Return a judge of the power of those whose limit is right."""

    def judge(case, answer):
        quiet, moved, _ = case.args
        limit = true_worth(*case.args)[0]
        return not (close(answer[0], limit) and close(answer[1], mistake(limit, quiet, moved)))

    return judge


def limit_of_single_distances(case, answer):
    quiet, _, level = case.args
    columns = (limit_of(quiet, level), *np.quantile(quiet, 1 - level, axis=0))
    return not any(close(answer[0], wrong) for wrong in (*columns, np.mean(columns[1:]), max(columns[1:])))


def is_pair(case, answer):
    return np.shape(answer) == (2,) and bool(np.all(np.isfinite(answer)))


PAIR = "Return two finite numbers, the limit and then the power."
OF_THE_LARGEST = (
    "Your limit is that of single features. A comparison rings if **any** feature exceeds it: take the largest "
    "distance of each quiet comparison first."
)
LEVEL_SWAPPED = "That limit is exceeded in nearly all quiet comparisons. A share `level` may lie above it."
PER_COMPARISON = (
    "The limit is right. For the power count comparisons in which some feature exceeds it, not features."
)
OF_THE_QUIET = (
    "The limit is right. Your power is measured on the quiet comparisons: that is the false alarm rate."
)
WORTH_IN_GENERAL = (
    "Both numbers rest on one number a comparison. How many quiet comparisons exceed your limit, and is your power "
    "a share of the moved ones?"
)

exercise_2 = Exercise(
    id="08b.2",
    kind="apply",
    objective=OBJECTIVES["worth"],
    stub='''def limit_and_power(quiet, moved, level):
    """Return [limit, power]; quiet and moved are (n_comparisons, n_features) distances."""
    raise NotImplementedError
''',
    checks=(
        Check("two numbers", 1, distances_case, is_pair, PAIR),
        Check(
            "the limit is for the largest of all features",
            1,
            distances_case,
            limit_of_single_distances,
            OF_THE_LARGEST,
        ),
        Check(
            "few quiet comparisons exceed it",
            1,
            distances_case,
            lambda case, answer: (
                not close(answer[0], limit_of(np.max(case.args[0], axis=1), 1 - case.args[2]))
            ),
            LEVEL_SWAPPED,
        ),
        Check(
            "the power counts comparisons",
            1,
            distances_case,
            power_is_not(lambda limit, quiet, moved: np.mean(moved > limit)),
            PER_COMPARISON,
        ),
        Check(
            "the power is that of what moved",
            1,
            distances_case,
            power_is_not(lambda limit, quiet, moved: power_above(limit, quiet)),
            OF_THE_QUIET,
        ),
        Check("limit and power are right", 2, distances_case, is_truth(true_worth), WORTH_IN_GENERAL),
    ),
    hints=(
        "When does a comparison ring? What number of its row decides that?",
        "np.max(quiet, axis=1) has one number a comparison. A share `level` of them should lie above the limit.",
        "limit = np.quantile(np.max(quiet, axis=1), 1 - level); the power is a mean of np.max(moved, axis=1) > limit.",
    ),
    solution=WORTH,
    explanation=(
        "This is an alarm calibrated by simulation: it needs no law for the distance, no correction for the number of "
        "features and no independence among them. It needs a quiet world to draw from, and one that is truly quiet."
    ),
    wrong_answers=(
        WrongAnswer(
            "limit of single features",
            edited(WORTH, "np.max(quiet, axis=1), 1", "quiet, 1"),
            OF_THE_LARGEST,
        ),
        WrongAnswer("level swapped", edited(WORTH, "1 - level", "level"), LEVEL_SWAPPED),
        WrongAnswer(
            "power of single features",
            edited(WORTH, "np.max(moved, axis=1) > limit", "moved > limit"),
            PER_COMPARISON,
        ),
        WrongAnswer(
            "power of the quiet ones",
            edited(WORTH, "np.max(moved, axis=1)", "np.max(quiet, axis=1)"),
            OF_THE_QUIET,
        ),
        WrongAnswer(
            "what is not heard",
            edited(WORTH, "np.max(moved, axis=1) > limit", "np.max(moved, axis=1) <= limit"),
            WORTH_IN_GENERAL,
        ),
    ),
)


# 08b.3

FATES = '''def fates(predicted, arrived, now, patience):
    """Return [judged, waiting, missing]; predicted and arrived are dictionaries from house to time."""
    judged = waiting = missing = 0
    for house, time in predicted.items():
        if house in arrived and arrived[house] <= now:
            judged += 1
        elif now - time <= patience:
            waiting += 1
        else:
            missing += 1
    return [judged, waiting, missing]
'''


def draw_logs(rng):
    """Draw predictions until now = 20, and outcomes: some later than now, some never, some of strangers."""
    times = rng.uniform(0, 20, size=60)
    predicted = {f"house {k}": float(time) for k, time in enumerate(times)}
    arrived = {
        house: time + float(rng.exponential(4)) for house, time in predicted.items() if rng.random() < 0.8
    }
    strangers = {f"house {k}": float(rng.uniform(0, 20)) for k in range(100, 107)}
    return Case((predicted, arrived | strangers, 20.0, float(rng.choice([3.0, 5.0]))))


def logs_case(rng):
    """Draw logs in which every mistake gives another count of the judged, and fates differ in number."""
    while True:
        case = draw_logs(rng)
        predicted, arrived, now, _ = case.args
        judged, waiting, missing = true_fates(*case.args)
        counts = (
            judged,
            told_in_time(*case.args),
            n_told_ever(predicted, arrived),
            n_told_by_now(arrived, now),
        )
        if len({*counts, len(arrived)}) == 5 and waiting != missing:
            return case


def true_fates(predicted, arrived, now, patience):
    came = {house for house in predicted if arrived.get(house, np.inf) <= now}
    waited = [now - time for house, time in predicted.items() if house not in came]
    n_waiting = sum(wait <= patience for wait in waited)
    return [len(came), n_waiting, len(waited) - n_waiting]


def told_in_time(predicted, arrived, now, patience):
    return sum(arrived.get(house, np.inf) <= min(now, time + patience) for house, time in predicted.items())


def n_told_ever(predicted, arrived):
    return len(predicted.keys() & arrived.keys())


def n_told_by_now(arrived, now):
    return sum(time <= now for time in arrived.values())


def is_three_counts(case, answer):
    return np.shape(answer) == (3,) and bool(np.all(np.isfinite(answer))) and min(answer) >= 0


def without_strangers(case, answer):
    _, arrived, now, _ = case.args
    return answer[0] not in (n_told_by_now(arrived, now), len(arrived))


def without_the_future(case, answer):
    return answer[0] != n_told_ever(*case.args[:2])


def adds_up(case, answer):
    return sum(answer) == len(case.args[0])


def late_is_judged(case, answer):
    return answer[0] != told_in_time(*case.args)


def patience_runs_from_the_prediction(case, answer):
    judged, waiting, missing = true_fates(*case.args)
    return not close(answer, [judged, missing, waiting])


THREE = "Return three counts: judged, waiting, missing."
STRANGERS = "You have counted outcomes of houses that nobody asked about. Begin with the predictions."
FUTURE = "An outcome that arrives after `now` is not known yet: compare its time with now."
ALL_COUNTED = "Every prediction has one fate: the three counts add up to the number of predictions."
LATE = "An outcome that came late has come: if it is here by now, the prediction is judged."
EXCHANGED = "Waiting and missing are exchanged: who was asked about lately still waits."
FATES_IN_GENERAL = (
    "Follow three houses: one whose deed arrives after `now`, one whose deed never arrives, one whose deed came late. "
    "What does somebody know of each who looks at `now`, and nothing later?"
)

exercise_3 = Exercise(
    id="08b.3",
    kind="apply",
    objective=OBJECTIVES["outcomes"],
    stub='''def fates(predicted, arrived, now, patience):
    """Return [judged, waiting, missing]; predicted and arrived are dictionaries from house to time."""
    raise NotImplementedError
''',
    checks=(
        Check("three counts", 1, logs_case, is_three_counts, THREE),
        Check("only what was asked", 1, logs_case, without_strangers, STRANGERS),
        Check("nothing from the future", 1, logs_case, without_the_future, FUTURE),
        Check("late outcomes have come", 1, logs_case, late_is_judged, LATE),
        Check("who was asked lately waits", 1, logs_case, patience_runs_from_the_prediction, EXCHANGED),
        Check("everyone has one fate", 1, logs_case, adds_up, ALL_COUNTED),
        Check("the three counts are right", 2, logs_case, is_truth(true_fates), FATES_IN_GENERAL),
    ),
    hints=(
        "Go through the predictions, not through the outcomes. What can have happened to one of them?",
        "house in arrived and arrived[house] <= now: then it is judged, however late.",
        "if judged ...; elif now - time <= patience: it waits; else: it is missing.",
    ),
    solution=FATES,
    explanation=(
        "The package's join counts more fates: outcomes that contradict each other, predictions made after the outcome "
        "was known, and repeated ones. What it never does is to leave a prediction out without a word."
    ),
    wrong_answers=(
        WrongAnswer(
            "sees the future",
            edited(FATES, "house in arrived and arrived[house] <= now", "house in arrived"),
            FUTURE,
        ),
        WrongAnswer(
            "counts strangers",
            edited(
                FATES,
                "return [judged,",
                "judged = sum(time <= now for time in arrived.values())\n    return [judged,",
            ),
            STRANGERS,
        ),
        WrongAnswer(
            "late is missing",
            edited(FATES, "arrived[house] <= now", "arrived[house] <= min(now, time + patience)"),
            LATE,
        ),
        WrongAnswer("exchanged", edited(FATES, "now - time <= patience", "now - time > patience"), EXCHANGED),
        WrongAnswer(
            "those that wait are left out",
            edited(FATES, "            waiting += 1\n", "            pass\n"),
            ALL_COUNTED,
        ),
        WrongAnswer(
            "nothing is missing", edited(FATES, "now - time <= patience", "time <= now"), FATES_IN_GENERAL
        ),
    ),
)


# 08b.4

TO_REPAIR = '''def judging_rows(time, champion_until):
    """Return the numbers of the rows that judge: of the last quarter, those that the champion has not seen."""
    raise NotImplementedError("find the bug, repair it, and delete this line")
    n_judges = len(time) // 4
    order = np.random.default_rng(0).permutation(len(time))
    judges = order[-n_judges:]
    judges = judges[time[judges] > champion_until]
    return judges[np.argsort(time[judges])]
'''
REPAIRED = '''def judging_rows(time, champion_until):
    """Return the numbers of the rows that judge: of the last quarter, those that the champion has not seen."""
    n_judges = len(time) // 4
    order = np.argsort(time)
    judges = order[-n_judges:]
    judges = judges[time[judges] > champion_until]
    return judges[np.argsort(time[judges])]
'''


def times_case(rng, unseen):
    """Draw 40 times in no order, and the champion's last: with so many rows after it."""
    time = rng.permutation(np.cumsum(rng.uniform(0.5, 1.5, size=40)))
    return Case((time, float(np.sort(time)[-unseen - 1])))


def old_champion_case(rng):
    return times_case(rng, unseen=22)


def young_champion_case(rng):
    """Draw times of which the champion has seen a part of the last quarter, the row of its last time too."""
    return times_case(rng, unseen=6)


def last_quarter(time, champion_until):
    return np.argsort(time)[-(len(time) // 4) :]


def true_judges(time, champion_until):
    judges = last_quarter(time, champion_until)
    return judges[time[judges] > champion_until]


def are_rows(case, answer):
    once = np.ndim(answer) == 1 and 0 < len(answer) == len(np.unique(answer))
    return bool(once and np.all(np.isin(answer, np.arange(40))))


def all_later_than_the_rest(case, answer):
    """Whether no row that is left to train on is later than a row that judges."""
    time, rows = case.args[0], np.asarray(answer, dtype=int)
    rest = np.delete(time, rows)
    return not (rest > time[rows].min()).any()


def champion_has_not_seen_them(case, answer):
    time, until = case.args
    return bool(np.all(time[np.asarray(answer, dtype=int)] > until))


def same_rows(case, answer):
    return set(np.asarray(answer, dtype=int)) == set(true_judges(*case.args))


ROWS = (
    "Return numbers of rows, one or more, each once. The earliest cannot judge: the champion has seen them."
)
AT_RANDOM = (
    "Rows that train are later than rows that judge: the challenger is told the future of the rows that it is judged "
    "on. Which line decides who is last?"
)
SEEN = "Among your rows are some that the champion was trained on: it would be judged on what it knows."
NOT_THESE = "A quarter of the rows, the last in time, and of these the ones later than champion_until."
IN_ORDER = "These are the right rows. Return them in the order of time: the blocks are cut in that order."

exercise_4 = Exercise(
    id="08b.4",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    stub=TO_REPAIR,
    checks=(
        Check("numbers of rows", 1, old_champion_case, are_rows, ROWS),
        Check("all others are earlier", 1, old_champion_case, all_later_than_the_rest, AT_RANDOM),
        Check("the champion has seen none", 1, young_champion_case, champion_has_not_seen_them, SEEN),
        Check("they are the last quarter", 1, old_champion_case, same_rows, NOT_THESE),
        Check("they are what the champion left of it", 1, young_champion_case, same_rows, NOT_THESE),
        Check("they are in the order of time", 1, old_champion_case, is_truth(true_judges), IN_ORDER),
    ),
    hints=(
        "Which rows does the challenger train on, if these judge? Are they all earlier?",
        "The name `order` promises an order. Which one do the last n_judges of it need?",
        "np.argsort(time) lists the rows from the earliest to the latest. The other lines are right.",
    ),
    solution=REPAIRED,
    explanation=(
        "Drawn at random, a row of July judges a model that has trained on its neighbours of July. Serving is never so "
        "kind: there, all rows that judge lie in the future."
    ),
    wrong_answers=(
        WrongAnswer("nothing repaired", without_raise(TO_REPAIR), AT_RANDOM),
        WrongAnswer(
            "last in the table", edited(REPAIRED, "np.argsort(time)\n", "np.arange(len(time))\n"), AT_RANDOM
        ),
        WrongAnswer(
            "a mask",
            edited(
                REPAIRED,
                "return judges[np.argsort(time[judges])]",
                "return np.isin(np.arange(len(time)), judges)",
            ),
            ROWS,
        ),
        WrongAnswer("the first quarter", edited(REPAIRED, "order[-n_judges:]", "order[:n_judges]"), ROWS),
        WrongAnswer(
            "the champion's rows too",
            edited(REPAIRED, "time[judges] > champion_until", "time[judges] > -np.inf"),
            SEEN,
        ),
        WrongAnswer(
            "its last row too",
            edited(REPAIRED, "time[judges] > champion_until", "time[judges] >= champion_until"),
            SEEN,
        ),
        WrongAnswer(
            "all that the champion has not seen", edited(REPAIRED, "order[-n_judges:]", "order"), NOT_THESE
        ),
        WrongAnswer(
            "in the order of the table",
            edited(REPAIRED, "judges[np.argsort(time[judges])]", "np.sort(judges)"),
            IN_ORDER,
        ),
    ),
)


# 08b.5

VERDICT = '''def verdict(champion, challenger, n_blocks, t):
    """Return [low, high, promote] from the squared errors of both models on later rows, in the order of time."""
    saved = np.asarray(champion) - np.asarray(challenger)
    means = np.array([block.mean() for block in np.array_split(saved, n_blocks)])
    reach = t * means.std(ddof=1) / np.sqrt(n_blocks)
    low, high = means.mean() - reach, means.mean() + reach
    return [low, high, int(low > 0)]
'''
STUDENT = {5: 2.776445, 8: 2.364624, 10: 2.262157}


def squares_case(rng, gain):
    """Draw squared errors whose differences have a mean of `gain` half-widths of the interval from blocks."""
    n_blocks = int(rng.choice([5, 8, 10]))
    noise = rng.normal(0, 1, size=n_blocks).repeat(24) + rng.normal(0, 1, size=24 * n_blocks)
    means = noise.reshape(n_blocks, 24).mean(axis=1)
    reach = STUDENT[n_blocks] * means.std(ddof=1) / np.sqrt(n_blocks)
    challenger = rng.uniform(20, 40, size=len(noise))
    return Case((challenger + noise - noise.mean() + gain * reach, challenger, n_blocks, STUDENT[n_blocks]))


def better_case(rng):
    return squares_case(rng, rng.uniform(1.3, 2))


def unsure_case(rng):
    return squares_case(rng, rng.uniform(0.4, 0.8))


def worse_case(rng):
    return squares_case(rng, -rng.uniform(1.3, 2))


def interval_of(saved, n_blocks, t, *, ddof=1, root=True):
    means = np.asarray(saved).reshape(n_blocks, -1).mean(axis=1)
    reach = t * means.std(ddof=ddof) / (np.sqrt(n_blocks) if root else 1)
    return np.array([means.mean() - reach, means.mean() + reach])


def true_verdict(champion, challenger, n_blocks, t):
    low, high = interval_of(champion - challenger, n_blocks, t)
    return [low, high, float(low > 0)]


def from_rows(champion, challenger, n_blocks, t):
    saved = champion - challenger
    reach = t * saved.std(ddof=1) / np.sqrt(len(saved))
    return np.array([saved.mean() - reach, saved.mean() + reach])


def ends_are_not(mistake):
    """Return a judge of the first two numbers alone."""
    return lambda case, answer: not close(answer[:2], mistake(*case.args))


def ends_are_right(case, answer):
    return close(answer[:2], true_verdict(*case.args)[:2])


def is_a_verdict(case, answer):
    return np.shape(answer) == (3,) and bool(np.all(np.isfinite(answer))) and answer[2] in (0, 1)


THREE_NUMBERS = "Return three numbers: the lower end, the upper end, and 1 or 0."
WRONG_WAY = (
    "You have challenger minus champion. What is **saved** is positive where the challenger errs less."
)
ROWS_COUNTED = (
    "That interval counts every row as news of its own. Rows that follow each other are alike: take the mean of each "
    "block, and let the blocks be the sample."
)
EVERY_NTH = "Your blocks hold every n-th row. Cut the rows into stretches that follow each other in time."
SPREAD_TOO_SMALL = "Of a sample of blocks the spread is computed with ddof=1."
NO_ROOT = "That is t times the spread of the blocks. A mean of n_blocks of them scatters less, by the root of n_blocks."
TOO_EAGER = (
    "The ends are right. The interval holds zero: the challenger may be no better, so it is not promoted."
)
WORSE_PROMOTED = (
    "The ends are right, and both are below zero. The challenger is surely different, and surely worse."
)
NOT_PROMOTED = "The ends are right, and both are above zero: promote."
VERDICT_IN_GENERAL = (
    "Compare with the formula of the lesson, piece by piece: what is the sample, how many numbers are in it, which "
    "spread is s_b, and which t was given?"
)

exercise_5 = Exercise(
    id="08b.5",
    kind="extend",
    objective=OBJECTIVES["verdict"],
    stub='''def verdict(champion, challenger, n_blocks, t):
    """Return [low, high, promote] from the squared errors of both models on later rows, in the order of time."""
    raise NotImplementedError
''',
    checks=(
        Check("two ends and a decision", 1, better_case, is_a_verdict, THREE_NUMBERS),
        Check(
            "champion minus challenger",
            1,
            better_case,
            ends_are_not(lambda a, b, n_blocks, t: interval_of(b - a, n_blocks, t)),
            WRONG_WAY,
        ),
        Check("blocks are the sample", 1, better_case, ends_are_not(from_rows), ROWS_COUNTED),
        Check(
            "blocks are stretches of time",
            1,
            better_case,
            ends_are_not(
                lambda a, b, n_blocks, t: interval_of((a - b).reshape(-1, n_blocks).T.ravel(), n_blocks, t)
            ),
            EVERY_NTH,
        ),
        Check(
            "the spread is that of a sample",
            1,
            better_case,
            ends_are_not(lambda a, b, n_blocks, t: interval_of(a - b, n_blocks, t, ddof=0)),
            SPREAD_TOO_SMALL,
        ),
        Check(
            "a mean scatters less than a block",
            1,
            better_case,
            ends_are_not(lambda a, b, n_blocks, t: interval_of(a - b, n_blocks, t, root=False)),
            NO_ROOT,
        ),
        Check("the ends are right", 2, better_case, ends_are_right, VERDICT_IN_GENERAL),
        Check(
            "an interval around zero keeps", 1, unsure_case, lambda case, answer: answer[2] == 0, TOO_EAGER
        ),
        Check("a worse one is kept out", 1, worse_case, lambda case, answer: answer[2] == 0, WORSE_PROMOTED),
        Check("a better one is promoted", 1, better_case, lambda case, answer: answer[2] == 1, NOT_PROMOTED),
        Check("right where it is unsure", 1, unsure_case, is_truth(true_verdict), VERDICT_IN_GENERAL),
        Check("right where it is worse", 1, worse_case, is_truth(true_verdict), VERDICT_IN_GENERAL),
    ),
    hints=(
        "What is the sample here: the rows, or the blocks? How many numbers does the interval rest on?",
        "np.array_split(saved, n_blocks) cuts stretches. Take the mean of each.",
        "reach = t * means.std(ddof=1) / np.sqrt(n_blocks); promote if the lower end lies above zero.",
    ),
    solution=VERDICT,
    explanation=(
        "Ten numbers are few, and Student's t pays for that with a wide interval. It is wide for a reason: with rows "
        "that resemble their neighbours, ten is nearer to the truth than five hundred."
    ),
    wrong_answers=(
        WrongAnswer(
            "the wrong way round",
            edited(
                VERDICT,
                "np.asarray(champion) - np.asarray(challenger)",
                "np.asarray(challenger) - np.asarray(champion)",
            ),
            WRONG_WAY,
        ),
        WrongAnswer(
            "rows as the sample",
            edited(
                edited(
                    VERDICT, "np.array([block.mean() for block in np.array_split(saved, n_blocks)])", "saved"
                ),
                "np.sqrt(n_blocks)",
                "np.sqrt(len(saved))",
            ),
            ROWS_COUNTED,
        ),
        WrongAnswer(
            "every n-th row",
            edited(
                VERDICT,
                "block.mean() for block in np.array_split(saved, n_blocks)",
                "saved[k::n_blocks].mean() for k in range(n_blocks)",
            ),
            EVERY_NTH,
        ),
        WrongAnswer("ddof 0", edited(VERDICT, "ddof=1", "ddof=0"), SPREAD_TOO_SMALL),
        WrongAnswer("no root", edited(VERDICT, " / np.sqrt(n_blocks)", ""), NO_ROOT),
        WrongAnswer(
            "promotes on the mean", edited(VERDICT, "int(low > 0)", "int(low + high > 0)"), TOO_EAGER
        ),
        WrongAnswer(
            "promotes what is different",
            edited(VERDICT, "int(low > 0)", "int(low > 0 or high < 0)"),
            WORSE_PROMOTED,
        ),
        WrongAnswer("promotes never", edited(VERDICT, "int(low > 0)", "0"), NOT_PROMOTED),
    ),
)

EXERCISES = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
