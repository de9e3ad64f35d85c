"""House rule: a term is in italics where a lesson first uses it, and in the glossary."""

from __future__ import annotations

import pytest
from house_rules import glossary_rules as rules
from house_rules.reading import read_notebook
from house_rules.samples import notebook, text

from course_utils.lessons.catalogue import NOTEBOOKS, lessons, ready_lessons

GLOSSARY = (NOTEBOOKS / "glossary.md").read_text(encoding="utf-8")
every_lesson = pytest.mark.parametrize(
    "lesson", [pytest.param(lesson, id=lesson.number) for lesson in ready_lessons()]
)


def test_the_glossary_is_sorted_complete_and_names_lessons_that_exist():
    assert rules.glossary_is_in_order(GLOSSARY, [lesson.number for lesson in lessons()]) == []
    assert rules.read_entries(GLOSSARY)


@every_lesson
def test_every_term_in_italics_is_explained_in_the_glossary(lesson):
    assert rules.terms_are_explained(read_notebook(lesson.path), GLOSSARY) == []


@every_lesson
def test_a_ready_lesson_writes_italics_with_asterisks(lesson):
    assert rules.italics_by_underscore(read_notebook(lesson.path)) == []


def test_every_entry_names_the_lesson_that_meets_its_term_first():
    ready = {lesson.number: read_notebook(lesson.path) for lesson in ready_lessons()}
    assert rules.entries_name_their_first_lesson(GLOSSARY, ready) == []


GOOD = """# Glossary

- **lasso** (lesson 00): A penalty.
- **residual** (lesson 01): Actual minus predicted.
"""


def lesson(*prose):
    """A lesson that says this."""
    return notebook([text(words) for words in prose])


def test_the_good_sample_keeps_every_rule():
    ready = {"00": lesson("The *lasso*."), "01": lesson("The *residuals*, the lasso's.")}
    assert rules.glossary_is_in_order(GOOD, ["00", "01"]) == []
    assert rules.terms_are_explained(ready["01"], GOOD) == []
    assert rules.entries_name_their_first_lesson(GOOD, ready) == []


BROKEN = [
    ("- **lasso** (lesson 00): A penalty.\n- **bias** (lesson 00): Off.", "'bias' stands behind 'lasso'"),
    ("- **bias** (lesson 00): Off.\n- **Bias** (lesson 00): Off.", "'bias' stands behind 'bias'"),
    ("- **bias** (lesson 77): Off.", "'bias' names lesson 77"),
    ("- **bias** (lesson 00): Off", "not explained in one or two whole sentences"),
    ("- **bias** (lesson 00): " + "off " * 61 + ".", "not explained in one or two"),
    ("- bias (lesson 00): Off.", "not '- **term** (lesson NN)"),
]


@pytest.mark.parametrize(("glossary", "complaint"), BROKEN)
def test_a_glossary_out_of_order_is_refused(glossary, complaint):
    assert complaint in rules.glossary_is_in_order(glossary, ["00", "01"])[0]


@pytest.mark.parametrize(
    ("prose", "complaint"),
    [
        ("A *leverage* point", "*leverage* is not in the glossary"),
        ("a *long\nterm*", "*long term* is not in the glossary"),
        ("the *lasso* and the *lasso*", "*lasso* is in italics again"),
    ],
)
def test_a_term_unexplained_or_set_twice_is_refused(prose, complaint):
    assert rules.terms_are_explained(lesson(prose), GOOD) == [complaint]


def test_only_italics_outside_code_mathematics_and_sources_are_terms():
    prose = [
        "* a bullet",
        "**bold** and `a *b* c`",
        "$a *b* c$",
        "2 * 3 * 4",
        "**Sources** In *Technometrics*.",
    ]
    assert rules.terms_in(lesson(*prose, "**the *lasso* itself**", "***both***")) == ["lasso"]


def test_italics_by_underscore_are_refused():
    assert "write *asterisks*" in rules.italics_by_underscore(lesson("the _lasso_ here"))[0]
    assert rules.italics_by_underscore(lesson("a snake_case_name and `_private_`")) == []


def test_an_entry_that_names_a_later_lesson_than_the_first_is_refused():
    ready = {"00": lesson("The *residual*.")}
    assert "'residual' names lesson 01; in italics first in 00" in rules.entries_name_their_first_lesson(
        GOOD, ready
    )


def test_an_entry_whose_ready_lesson_never_uses_it_is_refused():
    ready = {"00": lesson("Nothing.")}
    assert rules.entries_name_their_first_lesson(GOOD, ready) == [
        "'lasso' names lesson 00; in italics first in none"
    ]
