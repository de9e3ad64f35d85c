"""The exercises of lesson 08: a model's file read, a record judged, a bug, a table answered, a graph."""

from __future__ import annotations

import hashlib
import json

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
    "file": "predict from the file of a model without the library that made it",
    "record": "name everything that is wrong with a record before it is answered",
    "bug": "find the loader that trusts a file too early",
    "table": "answer a table without losing a row",
    "runtime": "carry a model into another runtime and say what single precision costs",
}
NAMES = ("area", "quality", "garage", "year")


def drawn_model(rng):
    """Draw what is written in the file of a model of four features."""
    spread = {"low": float(-rng.uniform(30, 40)), "high": float(rng.uniform(50, 60))}
    mean, scale = rng.uniform(5, 20, size=4), rng.uniform(2, 4, size=4)
    return {
        "feature_names": list(NAMES),
        "mean": mean.tolist(),
        "scale": scale.tolist(),
        "coefficients": rng.uniform(10, 30, size=4).tolist(),
        "intercept": float(rng.uniform(100, 200)),
        "spread": spread,
        "accepted_low": (mean - 3 * scale).tolist(),
        "accepted_high": (mean + 3 * scale).tolist(),
    }


def drawn_rows(written, rng, n_rows):
    """Draw rows that lie well within the limits of a model."""
    return np.array(written["mean"]) + rng.uniform(-2, 2, size=(n_rows, 4)) * np.array(written["scale"])


def prices_of(written, X):
    """Return the prices of rows, (n,)."""
    Z = (X - np.array(written["mean"])) / np.array(written["scale"])
    return Z @ np.array(written["coefficients"]) + written["intercept"]


# 08.1


def record_case(rng):
    """Make a record whose fields stand in no order that a reader by position could take for the right one."""
    written = drawn_model(rng)
    row = drawn_rows(written, rng, 1)[0]
    order = np.roll(np.arange(4), int(rng.integers(1, 4)))
    return Case((written, {NAMES[j]: float(row[j]) for j in order}))


def with_spread(written, price):
    return [price, price + written["spread"]["low"], price + written["spread"]["high"]]


def answer_truth(written, record):
    row = np.array([record[name] for name in written["feature_names"]])
    return with_spread(written, prices_of(written, row))


def by_position(written, record):
    return with_spread(written, prices_of(written, np.array(list(record.values()))))


def by_alphabet(written, record):
    return with_spread(written, prices_of(written, np.array([record[name] for name in sorted(record)])))


def multiplied(written, record):
    Z = [(record[n] - m) * s for n, m, s in zip(NAMES, written["mean"], written["scale"], strict=True)]
    return with_spread(written, written["intercept"] + np.dot(Z, written["coefficients"]))


def without_intercept(written, record):
    return np.array(answer_truth(written, record)) - written["intercept"]


def without_mean(written, record):
    Z = [record[n] / s for n, s in zip(NAMES, written["scale"], strict=True)]
    return with_spread(written, written["intercept"] + np.dot(Z, written["coefficients"]))


def bare_spread(written, record):
    return [answer_truth(written, record)[0], written["spread"]["low"], written["spread"]["high"]]


def price_is_right(case, answer):
    return close(answer[0], answer_truth(*case.args)[0])


FROM_FILE = '''def answer_from(written, record):
    """Return [price, low, high] of a record, {name: value}, by what is written in a model's file."""
    price = written["intercept"]
    for j, name in enumerate(written["feature_names"]):
        price += (record[name] - written["mean"][j]) / written["scale"][j] * written["coefficients"][j]
    return [price, price + written["spread"]["low"], price + written["spread"]["high"]]
'''
BY_POSITION = (
    "You have taken the values in some order of the record. Its fields have none: ask for each by its name."
)
MULTIPLIED = "The scale is what a value is divided by, once the mean is off."
NO_INTERCEPT = "Right but for one number, the same for every record: where does the sum begin?"
NO_MEAN = "The coefficients belong to values counted from the mean. Take it off before you divide."
BARE = "low and high of the spread are added to the price; on their own they are no prices."
PRICE = "The first number is not the price of this record. For the same two arguments price_of returns it: compare."
ENDS = "The price is right. Then come the price plus spread low, which is negative, and the price plus spread high."
THREE = "Return a list of three numbers: the price, then the lower and the upper end of the interval."

exercise_1 = Exercise(
    id="08.1",
    kind="recall",
    objective=OBJECTIVES["file"],
    stub='''def answer_from(written, record):
    """Return [price, low, high] of a record, {name: value}, by what is written in a model's file."""
    raise NotImplementedError
''',
    checks=(
        Check("three numbers", 1, record_case, lambda case, answer: np.shape(answer) == (3,), THREE),
        Check("fields are found by name", 1, record_case, is_not(by_position), BY_POSITION),
        Check("in the order of the file", 1, record_case, is_not(by_alphabet), BY_POSITION),
        Check("divided by the scale", 1, record_case, is_not(multiplied), MULTIPLIED),
        Check("counted from the mean", 1, record_case, is_not(without_mean), NO_MEAN),
        Check("the sum begins at the intercept", 1, record_case, is_not(without_intercept), NO_INTERCEPT),
        Check("an interval around the price", 1, record_case, is_not(bare_spread), BARE),
        Check("the price", 1, record_case, price_is_right, PRICE),
        Check("price and interval", 2, record_case, is_truth(answer_truth), ENDS),
    ),
    hints=(
        "Which list says in what order the other lists stand?",
        "For each j and name in enumerate(written['feature_names']): the value is record[name].",
        "Start at the intercept; add (value - mean) / scale * coefficient; at the end add the spread, twice.",
    ),
    solution=FROM_FILE,
    explanation="Names tie the record to the lists. A record in another order, or from another language, gives the "
    "same price.",
    wrong_answers=(
        WrongAnswer(
            "by position",
            edited(
                edited(
                    FROM_FILE,
                    'for j, name in enumerate(written["feature_names"])',
                    "for j, value in enumerate(record.values())",
                ),
                "record[name]",
                "value",
            ),
            BY_POSITION,
        ),
        WrongAnswer(
            "multiplied by the scale",
            edited(FROM_FILE, ') / written["scale"]', ') * written["scale"]'),
            MULTIPLIED,
        ),
        WrongAnswer("mean forgotten", edited(FROM_FILE, ' - written["mean"][j]', ""), NO_MEAN),
        WrongAnswer("intercept forgotten", edited(FROM_FILE, 'written["intercept"]', "0.0"), NO_INTERCEPT),
        WrongAnswer(
            "spread alone",
            edited(
                edited(FROM_FILE, 'price + written["spread"]["low"]', 'written["spread"]["low"]'),
                'price + written["spread"]["high"]',
                'written["spread"]["high"]',
            ),
            BARE,
        ),
        WrongAnswer(
            "low and high exchanged",
            edited(edited(edited(FROM_FILE, '["low"]', '["?"]'), '["high"]', '["low"]'), '["?"]', '["high"]'),
            ENDS,
        ),
        WrongAnswer(
            "low is taken off",
            edited(FROM_FILE, 'price + written["spread"]["low"]', 'price - written["spread"]["low"]'),
            ENDS,
        ),
        WrongAnswer(
            "in the order of the alphabet",
            edited(FROM_FILE, 'enumerate(written["feature_names"])', "enumerate(sorted(record))"),
            BY_POSITION,
        ),
        WrongAnswer(
            "nothing is scaled",
            edited(FROM_FILE, '(record[name] - written["mean"][j]) / written["scale"][j]', "record[name]"),
            PRICE,
        ),
        WrongAnswer("no interval", edited(FROM_FILE, "return [price, ", "return price #["), THREE),
    ),
)


# 08.2


def good_record(rng):
    """Return limits and a record within them, whole numbers among its values."""
    lows = rng.integers(0, 5, size=4)
    limits = {name: [float(low), float(low + 10)] for name, low in zip(NAMES, lows, strict=True)}
    values = lows + rng.uniform(1, 9, size=4)
    return limits, {name: float(value) for name, value in zip(NAMES, values, strict=True)} | {
        "year": int(lows[3] + 3)
    }


def faulty_case(*changes):
    """Make a case with some changes, each a function of (record, limits, name) for a feature of its own."""

    def make_case(rng):
        limits, record = good_record(rng)
        for change, name in zip(changes, rng.permutation(NAMES[:3]).tolist(), strict=False):
            change(record, limits, name)
        return Case((record, limits))

    return make_case


def at_high(record, limits, name):
    record[name] = limits[name][1]


def at_low(record, limits, name):
    record[name] = limits[name][0]


def left_out(record, limits, name):
    del record[name]


def added(record, limits, name):
    record[f"{name} of the neighbour"] = record[name]


def too_large(record, limits, name):
    record[name] = limits[name][1] + 1.0


def as_text(record, limits, name):
    record[name] = f"{record[name]:.2f}"


def as_true(record, limits, name):
    limits[name], record[name] = [0.0, 10.0], True


def as_nan(record, limits, name):
    record[name] = float("nan")


def as_null(record, limits, name):
    record[name] = None


def faults_truth(record, limits):
    bad = [
        name
        for name, (low, high) in limits.items()
        if type(record.get(name)) not in (int, float) or not low <= record[name] <= high
    ]
    return sorted(bad + [name for name in record if name not in limits])


def names_the_faults(case, answer):
    """Whether the answer is the list of the faulty fields; an empty list arrives as an empty array."""
    names = [] if np.shape(answer) == (0,) else answer
    return isinstance(names, list) and names == faults_truth(*case.args)


FAULTS = '''def faults(record, limits):
    """Return the sorted names of the fields that are wrong; limits is {name: [low, high]}."""
    wrong = [name for name in record if name not in limits]
    for name, (low, high) in limits.items():
        value = record.get(name)
        if type(value) not in (int, float) or not low <= value <= high:
            wrong.append(name)
    return sorted(wrong)
'''
CLEAN = "This record has no fault; whole numbers are numbers. Return an empty list."
ON_LIMIT = "Values that lie on a limit are in range: a rating from one to ten may be one, and may be ten."
OUTSIDE = (
    "A value outside [low, high] is a fault of its field, and of no other field: return that name alone."
)
MISSING = "A feature that the record does not have is a fault, under the feature's name."
EXTRA = "The record has a field that the model does not know. Somebody meant something by it: name it."
TEXT = 'A text such as "7.25" is no number here. Who sends it may send "7,25" next.'
BOOLEAN = "True is an int for isinstance. It is no number: look at the type itself."
NOT_FINITE = (
    "NaN has slipped through. Every comparison with it is False, also value < low and value > high: ask what has to "
    "be true, low <= value <= high."
)
NULL = "None, which is what null of JSON becomes, is no number."
AT_ONCE = "This record has several faults. Name all of them, sorted, each once."

exercise_2 = Exercise(
    id="08.2",
    kind="apply",
    objective=OBJECTIVES["record"],
    stub='''def faults(record, limits):
    """Return the sorted names of the fields that are wrong; limits is {name: [low, high]}."""
    raise NotImplementedError
''',
    checks=(
        Check("a record without fault", 1, faulty_case(), names_the_faults, CLEAN),
        Check("values on the limits", 1, faulty_case(at_low, at_high), names_the_faults, ON_LIMIT),
        Check("a value out of range", 1, faulty_case(too_large), names_the_faults, OUTSIDE),
        Check("a field that is missing", 1, faulty_case(left_out), names_the_faults, MISSING),
        Check("a field that is unknown", 1, faulty_case(added), names_the_faults, EXTRA),
        Check("a text", 1, faulty_case(as_text), names_the_faults, TEXT),
        Check("a null", 1, faulty_case(as_null), names_the_faults, NULL),
        Check("True", 1, faulty_case(as_true), names_the_faults, BOOLEAN),
        Check("NaN", 1, faulty_case(as_nan), names_the_faults, NOT_FINITE),
        Check("all faults at once", 2, faulty_case(too_large, left_out, as_text), names_the_faults, AT_ONCE),
    ),
    hints=(
        "Two questions: which fields of the record does the model not know, and which of the model's are not right?",
        "record.get(name) is None where a field is missing; type(value) in (int, float) keeps True out.",
        "A value is right if its type is int or float and low <= value <= high; turn that round with `not`.",
    ),
    solution=FAULTS,
    explanation="Ask what has to be true of a good value, and refuse the rest. A list of what may be wrong is never "
    "complete: NaN is not below any limit, and not above one.",
    wrong_answers=(
        WrongAnswer(
            "NaN passes",
            edited(FAULTS, "not low <= value <= high", "value < low or value > high"),
            NOT_FINITE,
        ),
        WrongAnswer(
            "limits are out of range", edited(FAULTS, "low <= value <= high", "low < value < high"), ON_LIMIT
        ),
        WrongAnswer(
            "names in no order", edited(FAULTS, "return sorted(wrong)", "return sorted(wrong)[::-1]"), AT_ONCE
        ),
        WrongAnswer(
            "True passes",
            edited(FAULTS, "type(value) not in (int, float)", "not isinstance(value, (int, float))"),
            BOOLEAN,
        ),
        WrongAnswer(
            "unknown fields pass",
            edited(FAULTS, "[name for name in record if name not in limits]", "[]"),
            EXTRA,
        ),
        WrongAnswer(
            "missing fields pass",
            edited(FAULTS, "        value = record.get(name)\n", "        value = record.get(name, low)\n"),
            MISSING,
        ),
        WrongAnswer(
            "texts are converted",
            edited(
                FAULTS,
                "        value = record.get(name)\n",
                "        value = record.get(name)\n        value = float(value) if isinstance(value, str) else value\n",
            ),
            TEXT,
        ),
        WrongAnswer(
            "whole numbers are refused", edited(FAULTS, "not in (int, float)", "is not float"), CLEAN
        ),
        WrongAnswer(
            "only the first", edited(FAULTS, "return sorted(wrong)", "return sorted(wrong)[:1]"), AT_ONCE
        ),
    ),
)


# 08.3


def stored_model(rng):
    """Draw the text of a model's file as it was stored."""
    written = {
        "intercept": round(float(rng.uniform(100, 200)), 3),
        "coefficients": rng.integers(1, 9, 3).tolist(),
    }
    return json.dumps(written, sort_keys=True)


def hash_of(text):
    return hashlib.sha256(text.encode()).hexdigest()


def intact_case(rng):
    text = stored_model(rng)
    return Case((text, hash_of(text)))


def touched_case(touch):
    """Make a case whose text is no longer the one that was hashed."""

    def make_case(rng):
        text = stored_model(rng)
        return Case((touch(text), hash_of(text)))

    return make_case


def key_twice(text):
    return '{"intercept": 999, ' + text[1:]


def one_digit(text):
    at = text.index('"intercept": ') + len('"intercept": ')
    return text[:at] + str(int(text[at]) % 9 + 1) + text[at + 1 :]


def too_deep(text):
    """Nest so deeply that the reader of JSON gives up, and not with the error of a text that is no JSON."""
    return "[" * 100_000 + text + "]" * 100_000


def cut_hash_case(rng):
    text = stored_model(rng)
    return Case((one_digit(text), hash_of(one_digit(text))[:12]))


def other_end_case(rng):
    text = stored_model(rng)
    return Case((text, hash_of(text)[:12] + hash_of(one_digit(text))[12:]))


def is_refused(case, answer):
    return isinstance(answer, dict) and answer == {}


def is_the_model(case, answer):
    if not isinstance(answer, dict) or set(answer) != {"intercept", "coefficients"}:
        return False
    expected = json.loads(case.args[0])
    return all(close(answer[part], expected[part]) for part in expected)


LOADER = '''def open_model(text, sha256):
    """Return the model in a file's text if it is the one that was stored, and {} if it is not."""
    raise NotImplementedError
    model = json.loads(text)
    again = json.dumps(model, sort_keys=True)
    found = hashlib.sha256(again.encode()).hexdigest()
    return model if found == sha256 else {}
'''
LOADED = '''def open_model(text, sha256):
    """Return the model in a file's text if it is the one that was stored, and {} if it is not."""
    found = hashlib.sha256(text.encode()).hexdigest()
    return json.loads(text) if found == sha256 else {}
'''
INTACT = "This text is the one that was stored, and its hash is right: return the model in it."
TWICE = (
    "The key intercept stands twice in this text, and it was let through. What exactly is hashed: the text that "
    "came, or what one parser made of it?"
)
SPACES = (
    "A line end was added to this text. It is not the one that was stored: hash what came, and nothing else."
)
DIGIT = "One digit of this text is another than in the text that was stored. Return {}."
NO_JSON = "This text is no JSON. It is not the one that was stored either, so refuse it like the others."
BROKEN = (
    "Brackets within brackets, so deep that json.loads breaks on them, with another error than usual. What is not the "
    "stored text is not to be read at all: compare first."
)
SHORT = "The expected hash has to be there in full: of its first digits alone, many texts can be found."

exercise_3 = Exercise(
    id="08.3",
    kind="find the bug",
    objective=OBJECTIVES["bug"],
    setup="import hashlib\nimport json\n",
    stub=LOADER,
    checks=(
        Check("the text that was stored", 1, intact_case, is_the_model, INTACT),
        Check("a key that stands twice", 2, touched_case(key_twice), is_refused, TWICE),
        Check("a line end more", 1, touched_case(lambda text: text + "\n"), is_refused, SPACES),
        Check("another digit", 1, touched_case(one_digit), is_refused, DIGIT),
        Check("a hash that was cut off", 1, cut_hash_case, is_refused, SHORT),
        Check("a hash that only begins alike", 1, other_end_case, is_refused, SHORT),
        Check("a text that is no JSON", 1, touched_case(lambda text: text[:-5]), is_refused, NO_JSON),
        Check("a text that breaks its reader", 1, touched_case(too_deep), is_refused, BROKEN),
    ),
    hints=(
        "Between the text that came and what is hashed, two things happen. What can they hide?",
        "Which text was hashed when the model was stored? Hash the same, before anything reads it.",
        "found = hashlib.sha256(text.encode()).hexdigest(), and json.loads only after the comparison.",
    ),
    solution=LOADED,
    explanation="A hash of what was parsed and written again says that the parser is content. The bytes may say "
    "something else to the next reader, and the parser ran on them before anybody knew where they came from.",
    wrong_answers=(
        WrongAnswer("as it was found", without_raise(LOADER), TWICE),
        WrongAnswer("blanks are forgiven", edited(LOADED, "text.encode()", "text.strip().encode()"), SPACES),
        WrongAnswer(
            "the beginning is enough", edited(LOADED, "found == sha256", "found[:8] == sha256[:8]"), SHORT
        ),
        WrongAnswer(
            "a cut hash is enough", edited(LOADED, "found == sha256", "found.startswith(sha256)"), SHORT
        ),
        WrongAnswer("nothing is compared", edited(LOADED, "found == sha256", "len(found) == 64"), TWICE),
    ),
)


# 08.4


def table_case(*, n_faults):
    """Make a table of nine rows with NaN in one cell and values out of range in the others, rows in between good."""

    def make_case(rng):
        written = drawn_model(rng)
        X = drawn_rows(written, rng, 9)
        X[0, 0], X[8, 3] = written["accepted_low"][0], written["accepted_high"][3]
        for k, row in enumerate((1, 4, 6)[:n_faults]):
            j = int(rng.integers(0, 3))
            X[row, j] = np.nan if k == 0 else written["accepted_high"][j] + 1
            if k == 2:
                X[row, 3] = written["accepted_low"][3] - 1
        return Case((written, X))

    return make_case


def refused_values(written, X):
    good = (np.array(written["accepted_low"]) <= X) & (np.array(written["accepted_high"]) >= X)
    return ~good


def answered_rows(written, X):
    return np.flatnonzero(~refused_values(written, X).any(axis=1))


def parts_of(answer):
    """Return rows, prices and faults of an answer as lists; an empty list arrives as an empty array."""
    rows, prices, faults = answer
    return np.asarray(rows, float).tolist(), np.asarray(prices, float), [list(fault) for fault in faults]


def rows_of(answer):
    """Return the numbers of the rows answered, whatever the other two lists are."""
    return np.asarray(answer[0], float).tolist()


def are_three(case, answer):
    return isinstance(answer, (list, tuple)) and len(answer) == 3


def rows_are(truth):
    return lambda case, answer: rows_of(answer) == truth(*case.args).tolist()


def rows_are_not(mistake):
    return lambda case, answer: rows_of(answer) != mistake(*case.args).tolist()


def none_is_bad(case, answer):
    bad = np.flatnonzero(refused_values(*case.args).any(axis=1))
    return not set(rows_of(answer)) & set(bad.tolist())


def nan_let_in(written, X):
    low, high = np.array(written["accepted_low"]), np.array(written["accepted_high"])
    return np.flatnonzero(~((low > X) | (high < X)).any(axis=1))


def counted_anew(written, X):
    return np.arange(len(answered_rows(written, X)))


def prices_are_right(case, answer):
    written, X = case.args
    return close(np.asarray(answer[1], float), prices_of(written, X[answered_rows(written, X)]))


def faults_are_right(case, answer):
    written, X = case.args
    expected = [[int(row), NAMES[j]] for row, j in zip(*np.nonzero(refused_values(written, X)), strict=True)]
    given = [[int(row), name] for row, name in parts_of(answer)[2]]
    return sorted(given) == sorted(expected)


TABLE = '''def answer_table(written, X):
    """Return the numbers of the rows answered, their prices, and [row, name] for each value refused."""
    good = (X >= written["accepted_low"]) & (X <= written["accepted_high"])
    rows = np.flatnonzero(good.all(axis=1))
    Z = (X[rows] - written["mean"]) / np.array(written["scale"])
    prices = Z @ written["coefficients"] + written["intercept"]
    refused = [[int(row), written["feature_names"][j]] for row, j in zip(*np.nonzero(~good))]
    return rows, prices, refused
'''
THREE_LISTS = "Return three lists: numbers of rows, their prices, and what is refused."
NO_FAULTS = (
    "Nothing is wrong with this table, though two values lie on a limit: the first list holds the numbers of all nine "
    "rows, from 0 to 8."
)
BAD_IN = (
    "A row with a value outside the limits is answered. Neither guess it nor push it to the limit: refuse it."
)
NAN_IN = (
    "A row with NaN is answered. NaN is neither below the low limit nor above the high one: ask which values are good, "
    "not which are bad."
)
WHOLE = "One bad value has cost more than its row. The other rows are good: answer them."
ANEW = "You have counted the answered rows anew, from 0. Whoever joins them to the table needs their numbers in it."
PRICES = "One price for each row that is answered, in the order of the rows, as price_of computes it."
LOST = "A row that is not answered has to stand in the third list, [row, name] for each of its values that is refused."

exercise_4 = Exercise(
    id="08.4",
    kind="apply",
    objective=OBJECTIVES["table"],
    stub='''def answer_table(written, X):
    """Return the numbers of the rows answered, their prices, and [row, name] for each value refused."""
    raise NotImplementedError
''',
    checks=(
        Check("three lists", 1, table_case(n_faults=3), are_three, THREE_LISTS),
        Check("a table without fault", 1, table_case(n_faults=0), rows_are(answered_rows), NO_FAULTS),
        Check("a blank is refused", 1, table_case(n_faults=1), rows_are_not(nan_let_in), NAN_IN),
        Check("rows keep their numbers", 1, table_case(n_faults=3), rows_are_not(counted_anew), ANEW),
        Check("what is out of range is refused", 1, table_case(n_faults=3), none_is_bad, BAD_IN),
        Check("good rows are answered", 1, table_case(n_faults=3), rows_are(answered_rows), WHOLE),
        Check("prices of the answered rows", 2, table_case(n_faults=3), prices_are_right, PRICES),
        Check("every refused value is named", 2, table_case(n_faults=3), faults_are_right, LOST),
    ),
    hints=(
        "Begin with a table of True and False, as large as X: which values are good?",
        "np.flatnonzero(good.all(axis=1)) are the rows to answer; np.nonzero(~good) finds the values refused.",
        "Prices only of X[rows]; then [int(row), written['feature_names'][j]] for each pair of np.nonzero(~good).",
    ),
    solution=TABLE,
    explanation="Rows answered and rows refused together are the table: whoever gets both can check that none is lost.",
    wrong_answers=(
        WrongAnswer(
            "NaN passes",
            edited(
                TABLE,
                '(X >= written["accepted_low"]) & (X <= written["accepted_high"])',
                '~((X < written["accepted_low"]) | (X > written["accepted_high"]))',
            ),
            NAN_IN,
        ),
        WrongAnswer(
            "values are pushed to the limits",
            edited(
                TABLE,
                "    good = (X",
                '    X = np.clip(X, written["accepted_low"], written["accepted_high"])\n    good = (X',
            ),
            BAD_IN,
        ),
        WrongAnswer("limits are refused", edited(edited(TABLE, "X >= ", "X > "), "X <= ", "X < "), NO_FAULTS),
        WrongAnswer(
            "true and false for numbers",
            edited(TABLE, "return rows, prices", "return good.all(axis=1), prices"),
            NO_FAULTS,
        ),
        WrongAnswer("nothing about the refused", edited(TABLE, ", prices, refused", ", prices"), THREE_LISTS),
        WrongAnswer(
            "rows without names",
            edited(
                TABLE, "return rows, prices, refused", "return rows, prices, [row for row, name in refused]"
            ),
            LOST,
        ),
        WrongAnswer(
            "counted anew", edited(TABLE, "return rows, prices", "return np.arange(len(rows)), prices"), ANEW
        ),
        WrongAnswer(
            "the whole table refused",
            edited(TABLE, "np.flatnonzero(good.all(axis=1))", "np.arange(len(X) * good.all())"),
            WHOLE,
        ),
        WrongAnswer(
            "up to the first fault",
            edited(TABLE, "np.flatnonzero(good.all(axis=1))", "np.flatnonzero(good.all(axis=1).cumprod())"),
            WHOLE,
        ),
        WrongAnswer("prices of all rows", edited(TABLE, "X[rows]", "np.nan_to_num(X)"), PRICES),
        WrongAnswer(
            "one reason a row",
            edited(
                TABLE,
                "return rows, prices, refused",
                "return rows, prices, list({fault[0]: fault for fault in refused}.values())",
            ),
            LOST,
        ),
        WrongAnswer(
            "lost without a word",
            edited(TABLE, "return rows, prices, refused", "return rows, prices, []"),
            LOST,
        ),
    ),
)


# 08.5


def graph_case(kind):
    """Make a model with a mean far from zero, where single precision shows."""

    def make_case(rng):
        mean, scale = rng.uniform(1000, 3000, size=4), rng.uniform(20, 60, size=4)
        X = mean + rng.uniform(-2, 2, size=(6, 4)) * scale
        numbers = (mean, scale, rng.uniform(10, 30, size=4), float(rng.uniform(100, 200)))
        return Case((*numbers, X, kind))

    return make_case


def graph_truth(mean, scale, coefficients, intercept, X, kind):
    """Return the prices with every number of one kind, in the order of the graph."""
    mean, scale, coefficients, intercept, X = (
        np.asarray(part, kind) for part in (mean, scale, coefficients, intercept, X)
    )
    return ((X - mean) / scale) @ coefficients + intercept


def turned_round(mean, scale, coefficients, intercept, X, kind):
    return ((mean - X) / scale) @ coefficients + intercept


def graph_multiplied(mean, scale, coefficients, intercept, X, kind):
    return ((X - mean) * scale) @ coefficients + intercept


def graph_without_intercept(mean, scale, coefficients, intercept, X, kind):
    return ((X - mean) / scale) @ coefficients


def error_is_small(case, answer):
    return close(answer, graph_truth(*case.args), rtol=1e-12, atol=0)


def is_single(case, answer):
    """Whether the answer is that of numbers with seven digits on the whole way, and not only at its end."""
    single, exact = graph_truth(*case.args), graph_truth(*case.args[:5], "float64")
    off = [np.max(np.abs(np.asarray(answer) - truth)) for truth in (single, exact)]
    return off[0] < off[1]


GRAPH_STUB = '''def by_graph(mean, scale, coefficients, intercept, X, kind):
    """Return what an ONNX graph of the model computes for X, (n,); all its numbers are of one kind."""
    raise NotImplementedError
    numbers = {"mean": mean, "scale": scale, "coefficients": coefficients, "intercept": intercept}
    node = onnx.helper.make_node
    nodes = [node("Sub", ["X", "mean"], ["centred"])]
    kept = [onnx.numpy_helper.from_array(np.array(x, kind), name) for name, x in numbers.items()]
    element = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    ends = [onnx.helper.make_tensor_value_info(name, element, None) for name in ("X", "price")]
    model = onnx.helper.make_model(onnx.helper.make_graph(nodes, "lasso", ends[:1], ends[1:], kept))
    return onnx.reference.ReferenceEvaluator(model).run(None, {"X": np.array(X, kind)})[0]
'''
NODES = """nodes = [
        node("Sub", ["X", "mean"], ["centred"]),
        node("Div", ["centred", "scale"], ["scaled"]),
        node("MatMul", ["scaled", "coefficients"], ["sum"]),
        node("Add", ["sum", "intercept"], ["price"]),
    ]"""
GRAPH = edited(without_raise(GRAPH_STUB), 'nodes = [node("Sub", ["X", "mean"], ["centred"])]', NODES)
ROUND = (
    "The sign is turned round: the mean is taken off X, and the first input is what something is taken off."
)
GRAPH_MULTIPLIED = "The centred values are divided by the scale."
GRAPH_NO_INTERCEPT = "All prices are off by one number: the last node adds the intercept."
NOT_DOUBLE = (
    "Right to about seven digits. Asked for are numbers of the given kind, all of them: one input in single "
    "precision is enough to lose the rest."
)
NOT_SINGLE = (
    "With kind = 'float32' all numbers have to be single from the start, X too; yours are more exact."
)
GRAPH_SHAPE = (
    "Four nodes, one after the other: (X - mean) / scale, times the coefficients, plus the intercept: (n,)."
)

exercise_5 = Exercise(
    id="08.5",
    kind="extend",
    objective=OBJECTIVES["runtime"],
    setup="import onnx.reference\n",
    stub=GRAPH_STUB,
    checks=(
        Check(
            "one price a row",
            1,
            graph_case("float64"),
            lambda case, answer: np.shape(answer) == (6,),
            GRAPH_SHAPE,
        ),
        Check("X minus the mean", 1, graph_case("float64"), is_not(turned_round), ROUND),
        Check("divided by the scale", 1, graph_case("float64"), is_not(graph_multiplied), GRAPH_MULTIPLIED),
        Check(
            "the intercept is there",
            1,
            graph_case("float64"),
            is_not(graph_without_intercept),
            GRAPH_NO_INTERCEPT,
        ),
        Check(
            "close to the price",
            1,
            graph_case("float64"),
            lambda case, answer: close(answer, graph_truth(*case.args), rtol=1e-4),
            GRAPH_SHAPE,
        ),
        Check("in double precision", 2, graph_case("float64"), error_is_small, NOT_DOUBLE),
        Check("in single precision", 1, graph_case("float32"), is_single, NOT_SINGLE),
    ),
    hints=(
        "Write the formula of the price as four steps, each with one operation, and give each result a name.",
        'The second node is node("Div", ["centred", "scale"], ["scaled"]).',
        'MatMul takes "scaled" and "coefficients"; Add takes its result and "intercept", and its output is "price".',
    ),
    solution=GRAPH,
    explanation="In double precision the graph computes what the pipeline does. In single precision a number has about "
    "seven digits, and a value far from zero, such as a year, spends most of them before its mean is taken off. For "
    "tomorrow's houses that is cents; for seconds since 1970 it would be minutes.",
    wrong_answers=(
        WrongAnswer("mean minus X", edited(GRAPH, '["X", "mean"]', '["mean", "X"]'), ROUND),
        WrongAnswer("multiplied by the scale", edited(GRAPH, '"Div"', '"Mul"'), GRAPH_MULTIPLIED),
        WrongAnswer(
            "without the intercept",
            edited(
                edited(GRAPH, '        node("Add", ["sum", "intercept"], ["price"]),\n', ""),
                '["sum"]',
                '["price"]',
            ),
            GRAPH_NO_INTERCEPT,
        ),
        WrongAnswer(
            "always single",
            edited(GRAPH, "    node = onnx", '    kind = "float32"\n    node = onnx'),
            NOT_DOUBLE,
        ),
        WrongAnswer(
            "always double",
            edited(GRAPH, "    node = onnx", '    kind = "float64"\n    node = onnx'),
            NOT_SINGLE,
        ),
        WrongAnswer(
            "single at the end",
            edited(
                edited(GRAPH, "    node = onnx", '    last, kind = kind, "float64"\n    node = onnx'),
                "np.array(X, kind)})[0]",
                "np.array(X, kind)})[0].astype(last)",
            ),
            NOT_SINGLE,
        ),
        WrongAnswer("columns are not summed", edited(GRAPH, '"MatMul"', '"Mul"'), GRAPH_SHAPE),
    ),
)

EXERCISES = (exercise_1, exercise_2, exercise_3, exercise_4, exercise_5)
