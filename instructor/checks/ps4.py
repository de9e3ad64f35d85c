"""Checks of problem set 4: hashes, a batch, believable alarms, chance, late outcomes, blocks."""

from __future__ import annotations

import hashlib
import itertools
import json
import math

import numpy as np
from scipy import stats

from course_utils.exercises.types import Case, Check, close
from course_utils.grading.assignment import Question, WrongSolution

# q1: a file is compared before it is read

STANDARDISED = (
    "All files are as they were stored, so each has a forecast. The coefficients belong to standardised columns: which "
    "two lists of the file take a row there, and what is added "
    "at the end?"
)
ONE_DIGIT = (
    "Here a number in some files is another than was stored. Such a file still is a model. Whose forecast may come "
    "out?"
)
OTHER_BYTES = (
    "Here some files say the same as what was stored, in other bytes: spaces, another order, no line end. Of what was "
    "the hash taken?"
)
NO_MODEL = (
    "Here a file has lost its end and is no model any more. It gives no number, and the others give theirs."
)


def draw_model(rng, p):
    """Draw the facts of a model with p features, rounded as a person might write them."""
    numbers = {name: rng.normal(0, 3, size=p).round(2).tolist() for name in ("coefficients", "mean")}
    return {
        **numbers,
        "intercept": round(rng.normal(), 2),
        "scale": rng.uniform(1.5, 4, size=p).round(2).tolist(),
    }


def as_text(facts):
    return json.dumps(facts, separators=(",", ":"), sort_keys=True) + "\n"


def sha256_of(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def with_another_number(facts):
    return as_text({**facts, "intercept": facts["intercept"] + 1})


def with_spaces(facts):
    return json.dumps(facts, sort_keys=True) + "\n"


def in_another_order(facts):
    return json.dumps(dict(sorted(facts.items(), reverse=True)), separators=(",", ":")) + "\n"


def without_line_end(facts):
    return as_text(facts).rstrip()


def without_its_end(facts):
    return as_text(facts)[:-6]


def files_case(*spoilers):
    """Draw six models, and files of which as many are spoilt after their hashes were taken."""

    def make_case(rng):
        p = int(rng.integers(2, 5))
        models = [draw_model(rng, p) for _ in range(6)]
        files, hashes = [as_text(facts) for facts in models], [sha256_of(as_text(facts)) for facts in models]
        for place, spoilt in zip(rng.permutation(6).tolist(), spoilers, strict=False):
            files[place] = spoilt(models[place])
        return Case((files, hashes, rng.normal(0, 3, size=p).round(2)))

    return make_case


def forecasts_of(files, hashes, row):
    """Return the forecasts, from sums over the features."""
    said = np.full(len(files), np.nan)
    for i, (text, stored) in enumerate(zip(files, hashes, strict=True)):
        if sha256_of(text) == stored:
            facts = json.loads(text)
            triples = zip(row, facts["mean"], facts["scale"], facts["coefficients"], strict=True)
            said[i] = facts["intercept"] + sum((x - m) / s * b for x, m, s, b in triples)
    return said


def says_the_forecasts(case, answer):
    return close(answer, forecasts_of(*case.args))


def refuses_the_spoilt(case, answer):
    """Whether exactly the files that were spoilt give no number, whatever the numbers of the others."""
    return np.array_equal(np.isfinite(answer), np.isfinite(forecasts_of(*case.args)))


QUESTION_1 = Question(
    "q1",
    "forecasts_from",
    (
        Check("from files as they were stored", 1, files_case(), says_the_forecasts, STANDARDISED),
        Check(
            "where numbers have changed since",
            1,
            files_case(with_another_number, with_another_number),
            refuses_the_spoilt,
            ONE_DIGIT,
        ),
        Check(
            "where files were written anew",
            1,
            files_case(with_spaces, in_another_order, without_line_end),
            refuses_the_spoilt,
            OTHER_BYTES,
        ),
        Check(
            "where a file has lost its end",
            1,
            files_case(without_its_end, with_another_number),
            refuses_the_spoilt,
            NO_MODEL,
        ),
    ),
    (
        WrongSolution(
            "takes the row as it is", '(row - model["mean"]) / model["scale"]', "row", STANDARDISED
        ),
        WrongSolution(
            "divides by the variance", '/ model["scale"]', '/ np.square(model["scale"])', STANDARDISED
        ),
        WrongSolution("the hash of another text", "text.encode()", "text.strip().encode()", STANDARDISED),
        WrongSolution("does not compare", "== stored", "!= ''", ONE_DIGIT),
        WrongSolution(
            "the hash of what the file says",
            "hashlib.sha256(text.encode())",
            'hashlib.sha256((json.dumps(json.loads(text), sort_keys=True, separators=(",", ":")) + "\\n").encode())',
            OTHER_BYTES,
        ),
        WrongSolution("reads before it compares", "if hashlib", "if json.loads(text) and hashlib"),
    ),
)


# q2: a batch, and what is set aside

BY_NAME = (
    "All records are sound here. Their fields come in any order: a number is known by the name of its field."
)
BOUNDS = (
    "Here fields are missing or out of range, and some lie exactly on a bound, which is accepted. One bad record does "
    "not stop the batch, and every record has its list of faults: a sound one an empty list."
)
NO_NUMBERS = (
    "Not everything that a comparison lets pass is a number. What do `True`, NaN and a text in digits say here? "
    "A whole number is one."
)
ALL_FAULTS = (
    "Here records have several faults at once, fields that nobody asked for among them. All are named, each once, in "
    "the order of the alphabet."
)
FIELDS = ("interest", "money", "output", "prices", "rate", "trade")


def sound_record(rng, names, low, high):
    """Draw a record within its bounds, its fields in any order, every fourth value a whole number."""
    values = rng.uniform(low, high)
    whole = (np.ceil(low) <= np.floor(high)) & (rng.random(len(names)) < 0.25)
    record = {
        name: int(np.ceil(least)) if is_whole else float(value)
        for name, value, least, is_whole in zip(names, values, low, whole, strict=True)
    }
    return {names[j]: record[names[j]] for j in rng.permutation(len(names)).tolist()}


def leave_out(rng, record, name, low, high):
    del record[name]


def go_below(rng, record, name, low, high):
    record[name] = float(low - rng.uniform(0.01, 3))


def go_above(rng, record, name, low, high):
    record[name] = float(high + rng.uniform(0.01, 3))


def at_the_low_end(rng, record, name, low, high):
    record[name] = float(low)


def at_the_high_end(rng, record, name, low, high):
    record[name] = float(high)


def no_number(value):
    """Return a fault that puts this in the place of a number; None for a text that says the number."""

    def fault(rng, record, name, low, high):
        record[name] = f"{(low + high) / 2:.2f}" if value is None else value

    return fault


def ask_for_more(rng, record, name, low, high):
    record[str(rng.choice(["unemployment", "a note", "zeal"]))] = float(rng.normal())


def batch_case(*faults):
    """Draw a batch in which the k-th record has the k-th faults, and three others are sound, in any order."""

    def make_case(rng):
        names = [FIELDS[j] for j in rng.permutation(len(FIELDS))[:4].tolist()]
        low = rng.uniform(-4, 0, size=4).round(1) - 0.05  # so that True, which counts as 1, would be within
        high = rng.uniform(1.5, 8, size=4).round(1)
        records = [sound_record(rng, names, low, high) for _ in range(len(faults) + 3)]
        for record, of_this in zip(records, faults, strict=False):
            for j, fault in zip(rng.permutation(4).tolist(), of_this, strict=False):
                fault(rng, record, names[j], low[j], high[j])
        return Case(([records[k] for k in rng.permutation(len(records)).tolist()], names, low, high))

    return make_case


def is_accepted(value, low, high):
    """Whether it is an int or a float, and neither too small nor too large nor neither."""
    return type(value) in (int, float) and not math.isnan(value) and not (value < low or value > high)


def sorted_out(records, names, low, high):
    """Return the rows that are accepted, and what is wrong with each record."""
    wrong = [
        sorted(
            {name for name in record if name not in names}
            | {
                name
                for j, name in enumerate(names)
                if name not in record or not is_accepted(record[name], low[j], high[j])
            }
        )
        for record in records
    ]
    sound = [record for record, faults in zip(records, wrong, strict=True) if not faults]
    return np.array([[float(record[name]) for name in names] for record in sound]), wrong


def has_rows(case, answer):
    """Whether the rows are right, whatever is said of the faults."""
    return len(answer) == 2 and close(answer[0], sorted_out(*case.args)[0])


def names_the_faults(case, answer):
    """Whether the faults are right, and as many rows are accepted, in whatever order of their columns."""
    rows, wrong = sorted_out(*case.args)
    said, faults = answer
    return np.shape(said) == rows.shape and [list(of_one) for of_one in faults] == wrong


QUESTION_2 = Question(
    "q2",
    "read_batch",
    (
        Check("of sound records", 1, batch_case(), has_rows, BY_NAME),
        Check(
            "with fields missing, out of range, and on a bound",
            1,
            batch_case((leave_out,), (go_below,), (go_above,), (at_the_low_end,), (at_the_high_end,)),
            names_the_faults,
            BOUNDS,
        ),
        Check(
            "with what is no number",
            1,
            batch_case((no_number(True),), (no_number(math.nan),), (no_number(None),)),
            names_the_faults,
            NO_NUMBERS,
        ),
        Check(
            "with several faults in a record",
            1,
            batch_case((ask_for_more,), (go_above, ask_for_more, leave_out), (go_below, leave_out)),
            names_the_faults,
            ALL_FAULTS,
        ),
    ),
    (
        WrongSolution("by position", "[record[name] for name in names]", "list(record.values())", BY_NAME),
        WrongSolution("a bound is out", "least <= value <= most", "least < value < most", BOUNDS),
        WrongSolution(
            "NaN passes", "least <= value <= most", "not (value < least or value > most)", NO_NUMBERS
        ),
        WrongSolution("True is one", " and not isinstance(value, bool)", "", NO_NUMBERS),
        WrongSolution(
            "fields too many pass", "[name for name in record if name not in names]", "[]", ALL_FAULTS
        ),
        WrongSolution("the last fault alone", "faults.append(name)", "faults = [name]", ALL_FAULTS),
    ),
)


# q3: alarms that can be believed

MANY = (
    "Every effect is large here, and you ring too often or too seldom. Each column is one more chance of a false "
    "alarm: what does that do to the p-values?"
)
STEP_BY_STEP = (
    "Here a second p-value passes only because the first has, and a third does not, because the second has failed. "
    "By what is the k-th smallest multiplied, and what about those behind it?"
)
REAL_AND_LARGE = (
    "Here columns have moved for sure, but hardly, and others a lot, by chance perhaps. Which columns ring, and how "
    "many were tested?"
)
NOT_TESTED = "A column without a p-value was not tested. Does it count, and does it ring?"
LEVEL = 0.05


def times(rng, low, high):
    """Draw a p-value that is this many times the level."""
    return LEVEL * rng.uniform(low, high)


def alarms_case(p_values_and_effects):
    """Draw columns with these p-values and effects, in any order."""

    def make_case(rng):
        columns = np.array(p_values_and_effects(rng))
        return Case((*columns[rng.permutation(len(columns))].T, LEVEL, 0.1))

    return make_case


def large(rng):
    return rng.uniform(0.15, 0.6)


def small(rng):
    return rng.uniform(0.02, 0.08)


def with_large_effects(rng):
    """Three clear ones, two that would pass alone, and five by chance."""
    ratios = [(1e-6, 1e-3)] * 3 + [(0.5, 0.9)] * 2 + [(3, 18)] * 5
    return [(times(rng, *ratio), large(rng)) for ratio in ratios]


def with_steps(rng):
    """One that Holm lets pass and Bonferroni does not; one that fails; one that would pass behind it."""
    one, two, three = (rng.uniform(*ends) for ends in ((0.102, 0.109), (0.1265, 0.130), (0.1325, 0.140)))
    ratios = [rng.uniform(1e-4, 1e-3), one, two, three, *rng.uniform(3, 18, size=6)]
    return [(LEVEL * ratio, large(rng)) for ratio in ratios]


def with_small_effects(rng):
    """Two of each kind, and one that would pass if the small ones had not been tested."""
    surely = [(times(rng, 1e-6, 1e-3), effect(rng)) for effect in (large, large, small, small, small)]
    by_chance = [(times(rng, 3, 18), effect(rng)) for effect in (large, large, small, small)]
    return [*surely, *by_chance, (times(rng, 0.21, 0.24), large(rng))]


def with_untested_columns(rng):
    """Four that were not tested, and one that passes, by Bonferroni too, only if they do not count."""
    tested = [(times(rng, 1e-6, 1e-3), large(rng)) for _ in range(3)]
    tested += [(times(rng, 0.147, 0.162), large(rng)), *((times(rng, 3, 18), large(rng)) for _ in range(2))]
    return [*tested, *((math.nan, large(rng)) for _ in range(4))]


def ringing(p_values, effects, level, min_effect):
    """Go from the smallest p-value to the first that fails."""
    waiting = sorted((p, j) for j, p in enumerate(p_values.tolist()) if not math.isnan(p))
    rejected = []
    for k, (p, j) in enumerate(waiting):
        if p * (len(waiting) - k) >= level:
            break
        rejected.append(j)
    return [j for j in sorted(rejected) if effects[j] >= min_effect]


def rings(case, answer):
    return close(answer, ringing(*case.args))


QUESTION_3 = Question(
    "q3",
    "believable",
    (
        Check("of large effects", 1, alarms_case(with_large_effects), rings, MANY),
        Check("step by step", 1, alarms_case(with_steps), rings, STEP_BY_STEP),
        Check("of effects large and small", 1, alarms_case(with_small_effects), rings, REAL_AND_LARGE),
        Check("where some were not tested", 1, alarms_case(with_untested_columns), rings, NOT_TESTED),
    ),
    (
        WrongSolution("one by one", "factors * p_values[order]", "p_values[order]", MANY),
        WrongSolution("Bonferroni", "np.arange(len(order), 0, -1)", "len(order)", STEP_BY_STEP),
        WrongSolution("goes on behind a failure", "np.maximum.accumulate", "np.asarray", STEP_BY_STEP),
        WrongSolution("any effect", " & (effects[order] >= min_effect)", "", REAL_AND_LARGE),
        WrongSolution(
            "tests the large ones alone", "~np.isnan(p_values)", "effects >= min_effect", REAL_AND_LARGE
        ),
        WrongSolution(
            "counts all columns",
            "np.arange(len(order), 0, -1)",
            "np.arange(len(p_values), 0, -1)[: len(order)]",
            NOT_TESTED,
        ),
    ),
)


# q4: what chance alone does

HALF_A_ROW = (
    "The index itself is another. Half a row goes into every bin, empty or not, before shares are taken; compare your "
    "formula with that of the text."
)
TWO_SAMPLES = (
    "Here are so many rows that half a row is nothing, and your limit is wrong all the same. What is drawn by chance, "
    "and what is compared with what?"
)
RARELY = (
    "Here the limit is to be passed rarely, and bins are empty in some draws. How much of the chance lies above the "
    "limit, and is the index of a draw found as that of the rows?"
)


def counts_case(n_then, n_now, *, level, rare):
    """Draw counts in six bins, with a rare seventh if wanted, and 300 pairs of what chance alone does."""

    def make_case(rng):
        shares = rng.dirichlet(np.full(6, 12.0))
        then, now = rng.multinomial(n_then, shares), rng.multinomial(n_now, np.roll(shares, 1))
        if rare:
            then, now = np.append(then, 1), np.append(now, 0)
        drawn = (rng.multinomial(n.sum(), then / then.sum(), size=300).astype(float) for n in (then, now))
        return Case((then.astype(float), now.astype(float), *drawn, level))

    return make_case


def index_of(then, now):
    """Return the index of two lists of counts, bin by bin."""
    total_then, total_now = (sum(counts) + len(counts) / 2 for counts in (then, now))
    ratios = [((t + 0.5) / total_then, (n + 0.5) / total_now) for t, n in zip(then, now, strict=True)]
    return sum((c - r) * math.log(c / r) for r, c in ratios)


def limit_of(case):
    *_, drawn_then, drawn_now, level = case.args
    return np.quantile([index_of(*pair) for pair in zip(drawn_then, drawn_now, strict=True)], 1 - level)


def is_index(case, answer):
    return np.shape(answer) == (2,) and close(answer[0], index_of(*case.args[:2]))


def is_roughly_the_limit(case, answer):
    return np.shape(answer) == (2,) and close(answer[1], limit_of(case), rtol=0.05)


def is_limit(case, answer):
    return np.shape(answer) == (2,) and close(answer[1], limit_of(case))


QUESTION_4 = Question(
    "q4",
    "against_chance",
    (
        Check("the index", 1, counts_case(60, 40, level=0.05, rare=True), is_index, HALF_A_ROW),
        Check(
            "roughly the limit, with many rows",
            1,
            counts_case(40_000, 50_000, level=0.5, rare=False),
            is_roughly_the_limit,
            TWO_SAMPLES,
        ),
        Check("the limit, with few", 1, counts_case(60, 40, level=0.05, rare=True), is_limit, RARELY),
    ),
    (
        WrongSolution("nothing added", "before, after = before + 0.5, after + 0.5", "pass", HALF_A_ROW),
        WrongSolution(
            "added where it is empty",
            "before, after = before + 0.5, after + 0.5",
            "before, after = np.where(before == 0, 0.5, before), np.where(after == 0, 0.5, after)",
            HALF_A_ROW,
        ),
        WrongSolution("from one side", "(c - r) * np.log", "c * np.log", HALF_A_ROW),
        WrongSolution(
            "the reference for the truth", "of(drawn_then, drawn_now)", "of(then, drawn_now)", TWO_SAMPLES
        ),
        WrongSolution("the other end", "1 - level", "level", RARELY),
    ),
)


# q5: what came true

BY_QUARTER = (
    "Here each quarter has one forecast and at most one outcome. What do a forecast and its outcome have in common, "
    "and what has no outcome yet?"
)
FIRST_PROMISE = (
    "Here quarters were forecast again and again. What was promised first counts: first in time. "
    "And how often does a quarter wait?"
)
NO_FORESIGHT = (
    "Here somebody has forecast what was known already. Is that a forecast, and does it wait for anything?"
)
STILL_TO_COME = "Here not everything has happened by `now`. What did one know on that day?"
CONTRADICTED = (
    "Here quarters have several outcomes, told again or revised. Nothing says which of two values is right."
)
NOW = 2000.0


class Quarters:
    """Forecasts and outcomes of quarters, being drawn."""

    def __init__(self, rng):
        self.rng, self.forecasts, self.outcomes = rng, [], []

    def value(self):
        return round(self.rng.normal(), 2)

    def forecast(self, quarter, lead):
        self.forecasts.append([quarter, quarter - lead, self.value()])

    def outcome(self, quarter, lag, value=None):
        self.outcomes.append([quarter, quarter + lag, self.value() if value is None else value])

    def as_case(self):
        return Case((self._mixed(self.forecasts), self._mixed(self.outcomes), NOW))

    def _mixed(self, rows):
        return np.array(rows)[self.rng.permutation(len(rows))]


def quarters_case(*, often=0, too_late=0, to_come=0, told_again=0, revised=0):
    """Draw a dozen quarters that were forecast once and came out once, and some of each other kind."""

    def make_case(rng):
        drawn = Quarters(rng)
        quarters = (1985 + rng.permutation(48) / 4).tolist()
        for _ in range(6):
            drawn.forecast(quarter := quarters.pop(), 1)
            drawn.outcome(quarter, 0.25)
        for quarter in (1983.0, 1984.0, quarters.pop()):  # no outcome, for the first of all and others
            drawn.forecast(quarter, 1)
        drawn.outcome(1984.5, 0.25)  # no forecast
        for _ in range(often):
            quarter = quarters.pop()
            for lead in rng.permutation([1.5, 1.25, 1.0, 0.5]).tolist():
                drawn.forecast(quarter, lead)
            drawn.outcome(quarter, 0.25)
            quarter = quarters.pop()
            for lead in rng.permutation([1.25, 1.0]).tolist():
                drawn.forecast(quarter, lead)
        for _ in range(too_late):
            drawn.forecast(quarter := quarters.pop(), -0.5)
            drawn.outcome(quarter, 0.25)
        for k in range(to_come):
            drawn.forecast(quarter := NOW + k / 4, 1)
            drawn.outcome(quarter, 0.25)
            drawn.forecast(NOW + 1.25 + k / 4, 1)
        for again in [True] * told_again + [False] * revised:
            drawn.forecast(quarter := quarters.pop(), 1)
            value = drawn.value()
            drawn.outcome(quarter, 0.25, value)
            drawn.outcome(quarter, 0.5, value if again else value + 0.3)
        return drawn.as_case()

    return make_case


def came_true(forecasts, outcomes, now):
    """Go through the quarters in order, and for each through everything that was written until now."""
    judged, waiting = [], 0
    for quarter in sorted(set(forecasts[:, 0].tolist())):
        made = min(
            (row[1:].tolist() for row in forecasts if row[0] == quarter and row[1] <= now), default=None
        )
        known = sorted(row[1:].tolist() for row in outcomes if row[0] == quarter and row[1] <= now)
        if made is None:
            continue
        if not known:
            waiting += 1
        elif all(value == known[0][1] for _, value in known) and made[0] < known[0][0]:
            judged.append([quarter, made[1], known[0][1]])
    return np.array(judged), waiting


def has_come_true(case, answer):
    judged, waiting = came_true(*case.args)
    return len(answer) == 2 and close(answer[0], judged) and close(answer[1], waiting)


QUESTION_5 = Question(
    "q5",
    "come_true",
    (
        Check("of quarters forecast once", 1, quarters_case(), has_come_true, BY_QUARTER),
        Check("of quarters forecast often", 1, quarters_case(often=4), has_come_true, FIRST_PROMISE),
        Check("with forecasts made too late", 1, quarters_case(too_late=3), has_come_true, NO_FORESIGHT),
        Check("with what is still to come", 1, quarters_case(to_come=4), has_come_true, STILL_TO_COME),
        Check(
            "with outcomes told again or revised",
            1,
            quarters_case(told_again=3, revised=3),
            has_come_true,
            CONTRADICTED,
        ),
    ),
    (
        WrongSolution(
            "in the order of the outcomes",
            "= counted[quarter]",
            "= list(counted.values())[len(judged)]",
            BY_QUARTER,
        ),
        WrongSolution(
            "the last forecast",
            "counted.setdefault(quarter, (made, said))",
            "counted[quarter] = (made, said)",
            FIRST_PROMISE,
        ),
        WrongSolution(
            "every forecast waits",
            "len(counted.keys() - known.keys())",
            "sum(quarter not in known for quarter, made, _ in forecasts.tolist() if made <= now)",
            FIRST_PROMISE,
        ),
        WrongSolution("knows it already", "made < told[0][0] and ", "", NO_FORESIGHT),
        WrongSolution("looks into the future", "if since <= now", "if True", STILL_TO_COME),
        WrongSolution(
            "the first of several outcomes", "len({value for _, value in told}) == 1", "True", CONTRADICTED
        ),
        WrongSolution(
            "told twice is too often",
            "len({value for _, value in told}) == 1",
            "len(told) == 1",
            CONTRADICTED,
        ),
    ),
)


# q6: champion and challenger

SIGN = (
    "What is saved is the champion's squared error minus the challenger's, on average over rows; above zero where the "
    "challenger is better."
)
SEEN = "Here one of the two has seen some of the rows, and it shows. Which rows are later than all that was seen?"
NEIGHBOURS = (
    "Neighbours in time are alike here, and your interval does not fit. Which rows belong into a block together, and "
    "how much is a row worth of which its neighbour says the same?"
)
FEW_BLOCKS = (
    "Here blocks are few and of unequal length. Which quantile belongs to so few, by what do you divide their "
    "squares, and of what is the estimate the mean?"
)


def rivals_case(n_rows, n_blocks, *, seen=0, level=0.95):
    """Draw rows in any order: outcomes, and two forecasts whose squared errors differ in waves; some were seen."""

    def make_case(rng):
        n = n_rows + seen
        time = 1990 + np.arange(n) / 4
        waves = np.convolve(rng.normal(size=n + 15), np.ones(16) / 4, mode="valid")
        better = np.where(np.arange(n) < seen, 6.0, 0.5) + waves  # what the challenger saves
        spoilt = rng.uniform(8, 10, size=n)  # squared errors of the champion
        y, signs = rng.normal(6, 1.5, size=n), rng.choice([-1.0, 1.0], size=(2, n))
        champion, challenger = (
            y + signs[0] * np.sqrt(spoilt),
            y + signs[1] * np.sqrt(np.maximum(spoilt - better, 0.01)),
        )
        mixed, until = rng.permutation(n), float(time[seen - 1] if seen else 1989.75)
        return Case((*(a[mixed] for a in (time, y, champion, challenger)), until, n_blocks, level))

    return make_case


def saving(time, y, champion, challenger, seen_until, n_blocks, level):
    """Return the saving and the half width of its interval, from sorted lists."""
    rows = sorted(zip(time, y, champion, challenger, strict=True))
    saved = [(yi - a) ** 2 - (yi - b) ** 2 for t, yi, a, b in rows if t > seen_until]
    short, longer = divmod(len(saved), n_blocks)
    ends = np.cumsum([0] + [short + 1] * longer + [short] * (n_blocks - longer))
    means = [math.fsum(saved[start:end]) / (end - start) for start, end in itertools.pairwise(ends)]
    variance = sum((mean - sum(means) / n_blocks) ** 2 for mean in means) / (n_blocks - 1)
    return math.fsum(saved) / len(saved), stats.t.isf((1 - level) / 2, n_blocks - 1) * math.sqrt(
        variance / n_blocks
    )


def is_saving(case, answer):
    return np.shape(answer) == (3,) and close(answer[0], saving(*case.args)[0])


def is_roughly_as_wide(case, answer):
    """Whether the interval is as wide as that of blocks, whatever the quantile and the divisor."""
    _, low, high = answer
    return close((high - low) / 2, saving(*case.args)[1], rtol=0.25)


def is_interval(case, answer):
    centre, half_width = saving(*case.args)
    return close(answer, [centre, centre - half_width, centre + half_width])


QUESTION_6 = Question(
    "q6",
    "saved_by_blocks",
    (
        Check("what is saved", 1, rivals_case(60, 10), is_saving, SIGN),
        Check("what is saved on rows that are new to both", 1, rivals_case(60, 10, seen=20), is_saving, SEEN),
        Check("roughly the width of the interval", 1, rivals_case(160, 10), is_roughly_as_wide, NEIGHBOURS),
        Check("exactly, from few blocks", 1, rivals_case(50, 4, level=0.9), is_interval, FEW_BLOCKS),
    ),
    (
        WrongSolution("the other way round", "(y - champion) ** 2 -", "-((y - champion) ** 2) +", SIGN),
        WrongSolution(
            "sizes, not squares",
            "(y - champion) ** 2 - (y - challenger) ** 2",
            "np.abs(y - champion) - np.abs(y - challenger)",
            SIGN,
        ),
        WrongSolution("all rows", "time[order] > seen_until", "time[order] > 0", SEEN),
        WrongSolution("the last row seen", "time[order] > seen_until", "time[order] >= seen_until", SEEN),
        WrongSolution("in any order", "np.argsort(time)", "np.arange(len(time))", NEIGHBOURS),
        WrongSolution(
            "rows as if independent",
            "[block.mean() for block in np.array_split(saved, n_blocks)]",
            "saved",
            NEIGHBOURS,
        ),
        WrongSolution(
            "a bell curve",
            "stats.t.ppf((1 + level) / 2, len(means) - 1)",
            "stats.norm.ppf((1 + level) / 2)",
            FEW_BLOCKS,
        ),
        WrongSolution("divides by their number", "means.std(ddof=1)", "means.std()", FEW_BLOCKS),
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
