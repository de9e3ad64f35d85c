"""House rule: a digit in prose is a measurement, and stands in an output above it (design, section 2b)."""

from __future__ import annotations

import pytest
from house_rules import prose_numbers as rules
from house_rules.reading import read_notebook
from house_rules.samples import code, figure, notebook, text

from course_utils.lessons.catalogue import ROOT, ready_lessons

every_lesson = pytest.mark.parametrize(
    "lesson", [pytest.param(lesson, id=lesson.number) for lesson in ready_lessons()]
)


def facts_of_the_data():
    """What the data's README and the loaders' module say about the data sets."""
    files = [ROOT / "data" / "README.md", ROOT / "course_utils" / "datasets.py"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if path.exists())


@every_lesson
def test_every_number_in_a_ready_lesson_is_measured_above_it(lesson):
    assert rules.every_number_is_measured(read_notebook(lesson.path), facts_of_the_data()) == []


@every_lesson
def test_few_numbers_of_a_ready_lesson_are_given_and_none_in_vain(lesson):
    lesson = read_notebook(lesson.path)
    assert rules.few_numbers_are_given(lesson) + rules.no_number_is_given_in_vain(lesson) == []


CLAIMS = [
    ("The error falls to 12.3.", ["12.3"]),
    ("It has 1,460 rows and 81 columns.", ["1,460", "81"]),
    ("A share of 12 % and 7% and 3 per cent", ["12 %", "7%", "3 per cent"]),
    ("The coefficient is −0.19, then -5.", ["−0.19", "-5"]),
    ("It costs \\$20,000 or \\$30,000.", ["20,000", "30,000"]),
    ("It keeps 5 of 8 features, 0 elsewhere.", ["5", "8"]),
    ("the 12th iteration, 100x faster, 10-fold", ["12th", "100x", "10"]),
    ("from 0.1–0.3 or 0.4-0.5", ["0.1", "0.3", "0.4", "0.5"]),
    ("## Why 40 columns do nothing", ["40"]),
    ("In lesson 3, 12 features survive.", ["12"]),
    ("The gap is 3.2e-05", ["3.2e-05"]),
    ("p < 5 and n > 3", ["5", "3"]),
]


@pytest.mark.parametrize(("prose", "found"), CLAIMS)
def test_a_digit_in_prose_is_read_as_a_measurement(prose, found):
    assert [number.text for number in rules.measured_numbers(prose)] == found


EXEMPT = [
    "Zero, 0, 1 and 2 are words here.",
    "`lam=0.35` and $\\lambda = 0.35$ and\n\n$$x = 3.14$$\n",
    "```python\nlam = 0.35\n```",
    "(Tibshirani, 1996; Beck and Teboulle, 2009)",
    "Lesson 4, lessons 5, 6 and 12, exercise 04.2, table 3.3, eq. (3.52), pages 64–68, p. 64",
    "# 4 · ISTA from scratch",
    "### Exercise 04.1 · Soft threshold",
    "### Exercise 04b.3 · Find the bug",
    "1. first\n2. second\n3. third\n12. twelfth",
    "Python 3.11, scikit-learn 1.9, version 3.11.7",
    "On 21 November 2026, or November 21",
    "half of it, 3/4, in 3D, below 10⁻⁶",
    "> It is not so ([claim 28](common_claims.md#claim-28), [claim c02b-3](common_claims.md#claim-c02b-3)).",
    "claim 85b, claims 97",
    "the L2 norm of x3, R² and [the table](https://doi.org/10.1000/182)",
    '> **You will read that** "a VIF above 10 is harmful".',
    "**Sources** Hoerl, Technometrics 12, 55-67.\n\n**Next**: scaling.",
]


@pytest.mark.parametrize("prose", EXEMPT)
def test_a_digit_that_cannot_be_a_measurement_is_exempt(prose):
    assert rules.measured_numbers(prose) == []


def test_a_claim_behind_the_sources_is_read_again():
    prose = "**Sources** A book, 55.\n\n**Next**: 97 men."
    assert [number.text for number in rules.measured_numbers(prose)] == ["97"]


def test_a_number_quoted_outside_a_box_is_a_measurement():
    assert [number.text for number in rules.measured_numbers('It prints "12.5".')] == ["12.5"]


SHOWN = [
    ("12.3", "12.34"),
    ("12.3", "12.25"),
    ("12.4", "12.35"),
    ("1,460", "1460"),
    ("1,460", "1,459.7"),
    ("12 %", "0.1234"),
    ("12 %", "12.3%"),
    ("12 %", "share in % 12.3"),
    ("5.0", "-5.0"),
    ("−5.0", "[-5.02 1.]"),
    ("0.00003", "3e-05"),
    ("10", "1.e+01 10."),
    ("12th", "12"),
]


@pytest.mark.parametrize(("prose", "output"), SHOWN)
def test_a_claim_is_shown_by_an_output_that_rounds_to_its_digits(prose, output):
    assert not rules.unsupported(rules.numbers_in(prose), rules.numbers_in(output))


NOT_SHOWN = [
    ("12.3", "12.36"),
    ("12.3", "12.4"),
    ("12.34", "12.3"),
    ("12.0", "12"),
    ("12.00 %", "0.12"),
    ("1,460", "1461"),
    ("-5.0", "5.0"),
    ("5", "15 51 0.5"),
    ("12", "x12 #120000"),
    ("12 %", "1.2"),
    ("12 %", "0.12 %"),
    ("12", "0.12"),
    ("0.12", "12 13"),
]


@pytest.mark.parametrize(("prose", "output"), NOT_SHOWN)
def test_a_claim_is_not_shown_by_an_output_with_other_or_fewer_digits(prose, output):
    assert rules.unsupported(rules.numbers_in(prose), rules.numbers_in(output))


def complaints(*cells, facts=""):
    """What the rule says of a lesson made of one section and these cells."""
    return rules.every_number_is_measured(notebook([text("## A section"), *cells]), facts)


def test_a_number_printed_above_the_text_is_accepted():
    assert complaints(code("error", "12.34"), text("It falls to 12.3.")) == []


def test_a_number_printed_below_the_text_is_refused():
    assert "12.3 stands in no output" in complaints(text("It falls to 12.3."), code("error", "12.34"))[0]


def test_a_number_printed_in_another_section_is_refused():
    assert "12.3" in complaints(code("error", "12.34"), text("## Another"), text("It falls to 12.3."))[0]


def test_a_number_that_changed_in_the_output_is_refused():
    assert complaints(code("error", "12.46"), text("It falls to 12.3."))


def test_a_timing_supports_no_number():
    assert complaints(code("time", "3.4 s", tags=("measured",)), text("It takes 3.4 seconds."))


def test_a_number_that_the_section_defines_in_code_is_accepted():
    assert complaints(text("We draw 200 rows."), code("simulate(200, 50, noise=0.5)")) == []


def test_a_number_in_the_code_has_its_sign():
    defined = code("low, high = -3, 4")
    assert complaints(text("From −3 to 4, a range of 3 and 4."), defined) == []
    assert "−4 stands in no output" in complaints(text("From −4."), defined)[0]


def test_a_number_inside_a_string_of_code_defines_nothing():
    assert complaints(code("print('the error is 12.3')"), text("It falls to 12.3."))


@pytest.mark.parametrize("output", [{"text/html": "<td>12.34</td>"}, {"text/markdown": "12.34"}])
def test_a_number_in_a_table_or_a_rendered_text_counts_as_printed(output):
    shown = {"output_type": "display_data", "data": output, "metadata": {}}
    assert complaints(code("table") | {"outputs": [shown]}, text("It falls to 12.3.")) == []


def test_a_number_in_a_computed_caption_counts_as_printed():
    drawn = figure(caption="The error falls to 12.34.") | {
        "source": "show_figure(fig, caption=f'{error:.2f}')"
    }
    assert complaints(drawn, text("It falls to 12.3.")) == []


@pytest.mark.parametrize(
    "call", ["show_figure(fig, alt='{}')", "show_figure(fig, caption=f'{}')", "ax.set_title('{}')"]
)
def test_a_number_typed_into_a_figure_is_held_to_the_same_rule(call):
    drawing = code(call.replace("{}", "It falls to 12.3"))
    assert "12.3" in complaints(drawing)[0]
    assert complaints(code("error", "12.34"), drawing) == []


def test_the_opening_may_say_how_long_the_lesson_takes():
    lesson = notebook([text("# 4 · A sample\n\n40 minutes, 97 men.")])
    assert [complaint.split(": ")[1][:2] for complaint in rules.every_number_is_measured(lesson, "")] == [
        "97"
    ]


def given(*numbers):
    """A text about 97 men, with these numbers given."""
    return text("There are 97 men.", course={"given": list(numbers)})


def test_a_number_given_without_ground_is_refused():
    assert "given as 97" in complaints(given("97"))[0]


def test_a_number_given_is_accepted_from_the_description_of_the_data():
    assert complaints(given("97"), facts="97 rows") == []


def test_a_number_given_is_accepted_from_an_earlier_section():
    assert complaints(code("X.shape", "(97, 8)"), text("## Another"), given("97")) == []


def test_numbers_given_in_vain_or_in_plenty_are_refused():
    plenty = notebook([given("97", "98"), given(*["97"] * 9)])
    assert "98 is given, and the text does not use it" in rules.no_number_is_given_in_vain(plenty)[0]
    assert "11 numbers are given, more than 10" in rules.few_numbers_are_given(plenty)[0]
