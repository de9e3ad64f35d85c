"""What problem set 4 may ask in place of what is public: other hashes, bounds, corrections, indices and limits."""

from __future__ import annotations

from course_utils.grading.variants import CHECKS, Edit, Option, Variant

# q1: the file that was stored

HASHES = {"sha384": "SHA-384", "sha512": "SHA-512", "sha3_256": "SHA3-256", "blake2b": "BLAKE2b"}


def another_hash(rng):
    """Return the edits of another hash in the register."""
    function = str(rng.choice(list(HASHES)))
    called, name = f"hashlib.{function}(", HASHES[function]
    return (
        Edit("story", "with its SHA-256 in a registry", f"with its {name} in a registry"),
        Edit("model", "hashlib.sha256(", called),
        Edit("q1-text", "its SHA-256 is compared", f"its {name} is compared"),
        Edit("q1-text", "the SHA-256 of its bytes", f"the {name} of its bytes"),
        Edit("q1-text", "hashlib.sha256(", called),
        Edit("q1", "hashlib.sha256(", called),
        Edit("q1-points", "hashlib.sha256(", called),
        Edit(CHECKS, "hashlib.sha256(", called, times=3),
    )


UNBOUNDED = 'said[i] = standardised @ model["coefficients"] + model["intercept"]'
TRUE_FORECAST = 'said[i] = facts["intercept"] + sum((x - m) / s * b for x, m, s, b in triples)'
BOUNDED_FORECASTS = (
    Edit(
        "model",
        '    "intercept": float(fit.intercept + mean @ fit.beta),\n',
        '    "highest": float(y[study].max()),\n'
        '    "intercept": float(fit.intercept + mean @ fit.beta),\n'
        '    "lowest": float(y[study].min()),\n',
    ),
    Edit("q1-text", "and a number `intercept`;", "and three numbers, `intercept`, `lowest` and `highest`;"),
    Edit(
        "q1-text",
        "and the scale $s_j$ of each feature.",
        "and the scale $s_j$ of each feature. The model has seen nothing beyond `lowest` and `highest`: what lies "
        "below the one is raised to it, and what lies above the other is lowered to it.",
    ),
    Edit(
        "q1",
        f"            {UNBOUNDED}\n",
        f"            {UNBOUNDED.replace('said[i]', 'anything')}\n"
        '            said[i] = np.clip(anything, model["lowest"], model["highest"])\n',
    ),
    Edit("q1-points", "3 (9 - 5) / 2 + 1 = 7. In", "3 (9 - 5) / 2 + 1 = 7, and 6 is the highest. In"),
    Edit(
        "q1-points",
        '{"coefficients":[3.0],"intercept":1.0,"mean":[5.0],"scale":[2.0]}',
        '{"coefficients":[3.0],"highest":6.0,"intercept":1.0,"lowest":0.0,"mean":[5.0],"scale":[2.0]}',
    ),
    Edit("q1-points", "by hand 7 and no number", "by hand 6 and no number"),
    Edit(  # some are sure to leave their bounds, and some to stay within
        CHECKS,
        "        models = [draw_model(rng, p) for _ in range(6)]",
        "        widths = rng.permutation([0.3, 0.4, 0.5, 60.0, 70.0, 80.0]).tolist()\n"
        '        models = [{**draw_model(rng, p), "lowest": -width, "highest": width} for width in widths]',
    ),
    Edit(
        CHECKS,
        f"            {TRUE_FORECAST}",
        f"            {TRUE_FORECAST.replace('said[i]', 'anything')}\n"
        '            said[i] = min(max(anything, facts["lowest"]), facts["highest"])',
    ),
    Edit(
        CHECKS,
        'and what is added "\n    "at the end?"',
        'what is added, and "\n    "what are the bounds for?"',
    ),
    Edit(
        CHECKS,
        '        WrongSolution("does not compare"',
        '        WrongSolution("no bounds", \'np.clip(anything, model["lowest"], model["highest"])\', "anything", '
        "STANDARDISED),\n"
        '        WrongSolution("does not compare"',
    ),
)


# q2: the morning's batch

FAULTS_IN_TEXT = (
    "A field is wrong if it is a feature that is missing, a field that is no feature, or a feature whose value is not "
    "a number from `low` to `high`."
)
FIELDS_TOO_MANY = "[name for name in record if name not in names]"
BELOW_THE_UPPER_BOUND = (
    Edit(
        "q2-text",
        "the smallest and the largest value that is accepted for each feature. A value on a bound is accepted;",
        "the bounds of each feature. A value is accepted if it is `low` or more and **less than** `high`;",
    ),
    Edit(
        "q2-text",
        FAULTS_IN_TEXT,
        FAULTS_IN_TEXT.replace("from `low` to `high`", "of `low` or more and less than `high`"),
    ),
    Edit("q2", "least <= value <= most", "least <= value < most"),
    Edit("q2-points", "# Both features from 0 to 5.", "# Both features from 0 to less than 5."),
    Edit(CHECKS, "(value < low or value > high)", "(value < low or value >= high)"),
    Edit(CHECKS, "and some lie exactly on a bound, which is accepted.", "and some lie exactly on a bound."),
    Edit(
        CHECKS,
        '"least <= value <= most", "least < value < most"',
        '"least <= value < most", "least < value < most"',
    ),
    Edit(
        CHECKS,
        '"least <= value <= most", "not (value < least or value > most)"',
        '"least <= value < most", "not (value < least or value >= most)"',
    ),
    Edit(
        CHECKS,
        '        WrongSolution("True is one"',
        '        WrongSolution("both bounds are in", "value < most", "value <= most", BOUNDS),\n'
        '        WrongSolution("True is one"',
    ),
)
OTHER_FIELDS_ASIDE = (
    Edit(
        "q2-text",
        FAULTS_IN_TEXT,
        "A field is wrong if it is a feature that is missing, or a feature whose value is not a number from `low` to "
        "`high`. A field that is no feature is left aside: it is not wrong, and it has no place in `rows`.",
    ),
    Edit("q2", f"faults = {FIELDS_TOO_MANY}", "faults = []"),
    Edit("q2-points", "[[], ['a', 'b', 'c']]", "[[], ['a', 'b']]"),
    Edit("q2-points", "a field too many, and no b.", "no b, and a note."),
    Edit(
        CHECKS,
        "            {name for name in record if name not in names}\n            | {\n",
        "            {\n",
    ),
    Edit(
        CHECKS,
        "fields that nobody asked for among them. All are named, each once, in "
        '"\n    "the order of the alphabet."',
        "and fields that nobody asked for, which are no fault. All faults are named, each "
        '"\n    "once, in the order of the alphabet."',
    ),
    Edit(
        CHECKS,
        f'"fields too many pass", "{FIELDS_TOO_MANY}", "[]"',
        f'"fields too many are faults", "faults = []", "faults = {FIELDS_TOO_MANY}"',
    ),
)


# q3: alarms that can be believed

EFFECT_IN_TEXT = (
    "and an *effect*, the Kolmogorov-Smirnov distance: the largest difference between the two shares of rows at or "
    "below any one value."
)
HOLM_SURVIVES = (
    "A column survives if its own product **and those of all smaller p-values** are below `level`;"
)
RINGING_SOLUTION = "np.maximum.accumulate(factors * p_values[order])"
STEPS = """    rejected = []
    for k, (p, j) in enumerate(waiting):
        if p * (len(waiting) - k) >= level:
            break
        rejected.append(j)
"""
SHIFTS_OF_BOTH_SIGNS = (
    Edit(
        "q3-text",
        EFFECT_IN_TEXT,
        "and an *effect*, the shift: the mean now minus the mean then, in standard deviations of then. It is negative "
        "where the mean has fallen.",
    ),
    Edit(
        "q3-text",
        "- its effect is at least `min_effect`.",
        "- its effect, **up or down**, is at least `min_effect` in size.",
    ),
    Edit("report", "[change.effect for change", "[change.shift for change"),
    Edit("q3", "(effects[order] >= min_effect)", "(np.abs(effects[order]) >= min_effect)"),
    Edit("q3-points", "np.array([0.3, 0.4, 0.05, 0.6])", "np.array([0.3, -0.4, 0.05, -0.6])"),
    Edit(CHECKS, "return rng.uniform(0.15, 0.6)", "return rng.uniform(0.15, 0.6) * rng.choice([-1.0, 1.0])"),
    Edit(
        CHECKS, "return rng.uniform(0.02, 0.08)", "return rng.uniform(0.02, 0.08) * rng.choice([-1.0, 1.0])"
    ),
    Edit(CHECKS, "if effects[j] >= min_effect]", "if abs(effects[j]) >= min_effect]"),
    Edit(CHECKS, '" & (effects[order] >= min_effect)"', '" & (np.abs(effects[order]) >= min_effect)"'),
    Edit(
        CHECKS,
        '"~np.isnan(p_values)", "effects >= min_effect"',
        '"~np.isnan(p_values)", "abs(effects) >= 0.1"',
    ),
    Edit(
        CHECKS,
        '        WrongSolution("any effect"',
        '        WrongSolution("up alone", "np.abs(effects[order])", "effects[order]"),\n'
        '        WrongSolution("any effect"',
    ),
)
FROM_THE_LARGEST_DOWN = (
    Edit(
        "q3-text",
        "its p-value survives **Holm's correction** at `level`.",
        "its p-value survives **Hochberg's correction** at `level`.",
    ),
    Edit(
        "q3-text",
        HOLM_SURVIVES,
        "A column survives if its own product **or that of any larger p-value** is below `level`. (Holm's correction "
        "asks for more: that those of all smaller p-values are, too);",
    ),
    Edit("q3", "that survive Holm's correction with", "that survive Hochberg's correction with"),
    Edit("q3", RINGING_SOLUTION, "np.minimum.accumulate((factors * p_values[order])[::-1])[::-1]"),
    Edit("q3-points", "2 * 0.012 = 0.024, 1 * 0.04.", "2 * 0.026 = 0.052, 1 * 0.04."),
    Edit("q3-points", "np.array([0.01, 0.04, 0.012, np.nan])", "np.array([0.026, 0.04, 0.01, np.nan])"),
    Edit(
        CHECKS,
        STEPS,
        "    passing = [k for k, (p, _) in enumerate(waiting) if p * (len(waiting) - k) < level]\n"
        "    rejected = [j for _, j in waiting[: max(passing, default=-1) + 1]]\n",
    ),
    Edit(
        CHECKS, "Go from the smallest p-value to the first that fails.", "Go up to the largest that passes."
    ),
    Edit(
        CHECKS,
        "Here a second p-value passes only because the first has, and a third does not, because the second has "
        'failed. "\n    "',
        "Here a p-value fails by its own product, and a larger one passes. What becomes of the smaller? "
        '"\n    "',
    ),
    Edit(CHECKS, 'multiplied, and what about those behind it?"', 'multiplied?"'),
    Edit(
        CHECKS,
        '"goes on behind a failure", "np.maximum.accumulate", "np.asarray"',
        '"each by its own product", "np.minimum.accumulate", "np.asarray"',
    ),
)


# q4: what chance alone does

INDEX_FORMULA = "$$\\sum_k (c_k - r_k)\\,\\log\\frac{c_k}{r_k} ,$$"
ADDED = "before, after = before + 0.5, after + 0.5"
ADDED_WHERE_EMPTY = "before, after = np.where(before == 0, 0.5, before), np.where(after == 0, 0.5, after)"
PSI_BY_HAND = "# With the half rows (3.5, 1.5) and (1.5, 3.5): index 2 * 0.4 * log(7 / 3) = 0.68."
ONE_ROW_MORE = (
    Edit(
        "q4-task",
        "To **every** bin of both, half a row is added",
        "To **every** bin of both, one row is added",
    ),
    Edit("q4", ADDED, "before, after = before + 1, after + 1"),
    Edit(
        "q4-points", PSI_BY_HAND, "# With the rows added (4, 2) and (2, 4): index 2 * (1 / 3) * log 2 = 0.46."
    ),
    Edit("q4-points", "by hand 0.68, 0.34, and", "by hand 0.46, 0.23, and"),
    Edit(CHECKS, "(sum(counts) + len(counts) / 2 for", "(sum(counts) + len(counts) for"),
    Edit(
        CHECKS,
        "((t + 0.5) / total_then, (n + 0.5) / total_now)",
        "((t + 1) / total_then, (n + 1) / total_now)",
    ),
    Edit(CHECKS, ADDED, "before, after = before + 1, after + 1", times=2),
    Edit(CHECKS, ADDED_WHERE_EMPTY, "before, after = np.maximum(before, 1), np.maximum(after, 1)"),
    Edit(CHECKS, "Half a row goes into every bin", "One row goes into every bin"),
    Edit(CHECKS, "that half a row is nothing", "that one more is nothing"),
)
ANOTHER_INDEX = (
    Edit(
        "q4-text",
        "Dashboards compare two samples by the *population stability index*.",
        "The office's dashboard compares two samples by the *triangular discrimination*.",
    ),
    Edit("q4-text", INDEX_FORMULA, "$$\\sum_k \\frac{(c_k - r_k)^2}{c_k + r_k} ,$$"),
    Edit("q4-text", "and a rule of thumb rings above 0.2.", "and its author lets it ring above 0.1."),
    Edit(
        "q4-colleague",
        "def psi(a, b):",
        "def distance(a, b):",
    ),
    Edit(
        "q4-colleague",
        "np.sum((shares_b - shares_a) * np.log(shares_b / shares_a))",
        "np.sum((shares_b - shares_a) ** 2 / (shares_b + shares_a))",
    ),
    Edit("q4-colleague", "by_chance = [psi(", "by_chance = [distance("),
    Edit("q4-colleague", "return [psi(", "return [distance("),
    Edit(
        "q4-task",
        "If a bin is empty, the index is infinite or no number.",
        "If a bin is empty in both samples, the index is no number.",
    ),
    Edit("q4", "np.sum((c - r) * np.log(c / r), axis=-1)", "np.sum((c - r) ** 2 / (c + r), axis=-1)"),
    Edit(
        "q4-points",
        PSI_BY_HAND,
        "# With the half rows (3.5, 1.5) and (1.5, 3.5): index 2 * 0.4 * 0.4 / 1 = 0.32.",
    ),
    Edit("q4-points", "by hand 0.68, 0.34, and", "by hand 0.32, 0.16, and"),
    Edit(CHECKS, "sum((c - r) * math.log(c / r) for", "sum((c - r) ** 2 / (c + r) for"),
    Edit(
        CHECKS,
        '"from one side", "(c - r) * np.log", "c * np.log"',
        '"sizes, not squares", "(c - r) ** 2", "np.abs(c - r)"',
    ),
)


# q5: what came true

ONE_TOLD = "len({value for _, value in told}) == 1"
LAST_FORECAST = (
    Edit(
        "q5-text",
        "the **first made** counts: it is what was promised.",
        "the **last made** counts: it is what was acted on.",
    ),
    Edit("q5", "counted.setdefault(quarter, (made, said))", "counted[quarter] = (made, said)"),
    Edit("q5-points", "[[1991, 0.5, 1.2]]", "[[1991, 0.9, 1.2]]"),
    Edit(CHECKS, "made = min(", "made = max("),
    Edit(
        CHECKS, "What was promised first counts: first in time.", "What was said last counts: last in time."
    ),
    Edit(
        CHECKS,
        '            "the last forecast",\n'
        '            "counted.setdefault(quarter, (made, said))",\n'
        '            "counted[quarter] = (made, said)",\n',
        '            "the first forecast",\n'
        '            "counted[quarter] = (made, said)",\n'
        '            "counted.setdefault(quarter, (made, said))",\n',
    ),
)
LAST_REVISION = (
    Edit(
        "q5-text",
        "The same outcome told twice is one outcome. If the outcomes of a quarter contradict each other, it is set "
        "aside as well: neither judged nor waiting.",
        "Outcomes are revised: of several of one quarter, that counts which became known **last**.",
    ),
    Edit(
        "q5",
        f"if made < told[0][0] and {ONE_TOLD}:\n            judged.append([quarter, said, told[0][1]])",
        "if made < told[0][0]:\n            judged.append([quarter, said, told[-1][1]])",
    ),
    Edit("q5-points", "two outcomes of 1992 contradict each other", "the outcome of 1992 was revised"),
    Edit("q5-points", '"[[1991, 0.5, 1.2]]"', '"[[1991, 0.5, 1.2], [1992, 0.1, 0.4]]"'),
    Edit(
        CHECKS,
        "elif all(value == known[0][1] for _, value in known) and made[0] < known[0][0]:",
        "elif made[0] < known[0][0]:",
    ),
    Edit(CHECKS, "made[1], known[0][1]])", "made[1], known[-1][1]])"),
    Edit(CHECKS, "Nothing says which of two values is right.", "Which of them holds on that day?"),
    Edit(CHECKS, '"made < told[0][0] and ", ""', '"if made < told[0][0]", "if True"'),
    Edit(
        CHECKS,
        f'"the first of several outcomes", "{ONE_TOLD}", "True", CONTRADICTED',
        '"the first of several outcomes", "told[-1][1]", "told[0][1]", CONTRADICTED',
    ),
    Edit(
        CHECKS,
        f'            "told twice is too often",\n            "{ONE_TOLD}",\n            "len(told) == 1",\n',
        '            "sets aside what was revised",\n'
        '            "if made < told[0][0]",\n'
        f'            "if made < told[0][0] and {ONE_TOLD}",\n',
    ),
)


# q6: champion and challenger

SQUARES_SAVED = "(y - champion) ** 2 - (y - challenger) ** 2"
SIZES_SAVED = "np.abs(y - champion) - np.abs(y - challenger)"
SAVED_BY_HAND = (
    "# Saved, in order: 3, 8, 0, 1, on average 3. Blocks 5.5 and 0.5: standard error 2.5, "
    "and t is 1 at level 0.5."
)
ABSOLUTE_ERRORS = (
    Edit(
        "q6-text",
        "the champion's squared error minus its own.",
        "the champion's absolute error minus its own.",
    ),
    Edit("q6", "the mean squared error that", "the mean absolute error that"),
    Edit("q6", f"({SQUARES_SAVED})", f"({SIZES_SAVED})"),
    Edit(
        "q6-points",
        SAVED_BY_HAND,
        "# Saved, in order: 1, 2, 0, 1, on average 1. Blocks 1.5 and 0.5: standard error 0.5, and t is 1 at level 0.5.",
    ),
    Edit("q6-points", "by hand 3, 0.5, 5.5; yours:", "by hand 1, 0.5, 1.5; yours:"),
    Edit(CHECKS, "[(yi - a) ** 2 - (yi - b) ** 2 for", "[abs(yi - a) - abs(yi - b) for"),
    Edit(CHECKS, "is the champion's squared error minus", "is the champion's absolute error minus"),
    Edit(
        CHECKS,
        '"(y - champion) ** 2 -", "-((y - champion) ** 2) +"',
        '"(np.abs(y - champion) -", "(-np.abs(y - champion) +"',
    ),
    Edit(
        CHECKS,
        f'            "sizes, not squares",\n            "{SQUARES_SAVED}",\n            "{SIZES_SAVED}",\n',
        f'            "squares, not sizes",\n            "{SIZES_SAVED}",\n            "{SQUARES_SAVED}",\n',
    ),
)
LOWER_LIMIT = (
    Edit(
        "q6-text",
        "- returns `[saved, low, high]`: the mean of what is saved over all **rows** that take part, and an interval "
        "around it. Its half width is the standard error",
        "- returns `[saved, low]`: the mean of what is saved over all **rows** that take part, and a lower limit, "
        "because a promotion asks for no upper one. It lies below the mean by the standard error",
    ),
    Edit(
        "q6-text",
        "that leaves $(1 - \\text{level}) / 2$ above it",
        "that leaves $1 - \\text{level}$ above it",
    ),
    Edit("q6", "Return [saved, low, high]:", "Return [saved, low]:"),
    Edit("q6", "saves, and its interval from blocks.", "saves, and a lower limit from blocks."),
    Edit("q6", "half_width = stats.t.ppf((1 + level) / 2, len", "distance = stats.t.ppf(level, len"),
    Edit(
        "q6",
        "return [saved.mean(), saved.mean() - half_width, saved.mean() + half_width]",
        "return [saved.mean(), saved.mean() - distance]",
    ),
    Edit("q6-points", SAVED_BY_HAND, SAVED_BY_HAND.replace("level 0.5.", "level 0.75.")),
    Edit("q6-points", "*two_forecasts, 0.0, 2, 0.5)", "*two_forecasts, 0.0, 2, 0.75)"),
    Edit("q6-points", "by hand 3, 0.5, 5.5; yours:", "by hand 3, 0.5; yours:"),
    Edit(
        CHECKS,
        "np.shape(answer) == (3,) and close(answer[0], saving(",
        "np.shape(answer) == (2,) and close(answer[0], saving(",
    ),
    Edit(CHECKS, "stats.t.isf((1 - level) / 2, n_blocks", "stats.t.isf(1 - level, n_blocks"),
    Edit(
        CHECKS,
        "    _, low, high = answer\n    return close((high - low) / 2, saving",
        "    said, low = answer\n    return close(said - low, saving",
    ),
    Edit(
        CHECKS,
        "close(answer, [centre, centre - half_width, centre + half_width])",
        "close(answer, [centre, centre - half_width])",
    ),
    Edit(CHECKS, '"roughly the width of the interval"', '"roughly how far the limit lies"'),
    Edit(CHECKS, "and your interval does not fit.", "and your limit does not fit."),
    Edit(CHECKS, '"stats.t.ppf((1 + level) / 2, len(means) - 1)"', '"stats.t.ppf(level, len(means) - 1)"'),
    Edit(CHECKS, '"stats.norm.ppf((1 + level) / 2)"', '"stats.norm.ppf(level)"'),
    Edit(
        CHECKS,
        '        WrongSolution("divides by their number"',
        '        WrongSolution("both tails", "ppf(level,", "ppf((1 + level) / 2,", FEW_BLOCKS),\n'
        '        WrongSolution("divides by their number"',
    ),
)


VARIANTS: tuple[Variant, ...] = (
    Variant(
        "q1",
        (Option("another hash", another_hash), Option("forecasts between bounds", BOUNDED_FORECASTS)),
    ),
    Variant(
        "q2",
        (
            Option("below the upper bound", BELOW_THE_UPPER_BOUND),
            Option("other fields are left aside", OTHER_FIELDS_ASIDE),
        ),
    ),
    Variant(
        "q3",
        (
            Option("shifts of both signs", SHIFTS_OF_BOTH_SIGNS),
            Option("Hochberg's correction", FROM_THE_LARGEST_DOWN),
        ),
    ),
    Variant("q4", (Option("one row more", ONE_ROW_MORE), Option("another index", ANOTHER_INDEX))),
    Variant("q5", (Option("the last forecast", LAST_FORECAST), Option("the last revision", LAST_REVISION))),
    Variant("q6", (Option("absolute errors", ABSOLUTE_ERRORS), Option("a lower limit", LOWER_LIMIT))),
)
