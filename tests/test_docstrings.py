"""House rule: what a docstring says (design, section 3)."""

from __future__ import annotations

import pytest
from house_rules import docstring_rules as rules
from house_rules.import_graph import read_package

from course_utils.lessons.catalogue import ROOT, lessons

SOURCES = read_package(ROOT / "course_utils")
# The data of exercises: what their functions do is said by the exercise they belong to.
SAID_BY_THE_EXERCISE = "exercises.lesson_"
# What a learner calls; its longer functions are described in full. The rest is read by maintainers.
FOR_MAINTAINERS = ("lessons", "cli", "grading", "exercises", "validation", "fast.kinks", "__main__")
# Tools that every lesson uses and none teaches.
TAUGHT_BY_NO_LESSON = ("style",)


def modules(*, without=()):
    """The modules that exist, except these and what is in these folders."""
    return [
        name
        for name in sorted(SOURCES)
        if not name.startswith(SAID_BY_THE_EXERCISE) and not _in(name, without)
    ]


def _in(module, folders):
    return any(module == folder or module.startswith(f"{folder}.") for folder in folders)


@pytest.mark.parametrize("module", modules())
def test_everything_public_has_a_docstring(module):
    assert rules.missing_docstrings(module, SOURCES[module]) == []


@pytest.mark.parametrize("rule", [rules.unnamed_parameters, rules.unnamed_results, rules.unnamed_errors])
@pytest.mark.parametrize("module", modules(without=FOR_MAINTAINERS))
def test_functions_of_many_arguments_are_described_in_full(module, rule):
    assert rule(module, SOURCES[module]) == []


@pytest.mark.parametrize("module", modules(without=FOR_MAINTAINERS + TAUGHT_BY_NO_LESSON))
def test_functions_of_many_arguments_name_the_lesson_that_teaches_them(module):
    assert rules.missing_lessons(module, SOURCES[module]) == []


@pytest.mark.parametrize("module", sorted(SOURCES))
def test_every_lesson_that_a_docstring_names_is_in_the_catalogue(module):
    assert rules.unknown_lessons(module, SOURCES[module], {lesson.file for lesson in lessons()}) == []


@pytest.mark.parametrize("module", modules(without=FOR_MAINTAINERS))
def test_who_takes_the_penalty_says_of_which_objective(module):
    assert rules.missing_normalisation(module, SOURCES[module]) == []


@pytest.mark.parametrize("module", sorted(SOURCES))
def test_nothing_is_left_as_a_note_to_do_it_later(module):
    assert rules.unfinished(module, SOURCES[module]) == []


GOOD = '''
"""A module."""

def fit(X, y, lam, *, tol=1e-6, max_iter=10):
    """Minimise (1/2n) ||y - X beta||^2 + lam ||beta||_1.

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    lam : float
        The penalty.
    tol, max_iter
        When to stop.

    Returns
    -------
    beta

    Raises
    ------
    ValueError
        lam is negative.

    Lesson: notebooks/04_sample.ipynb
    """
    if lam < 0:
        raise ValueError("no")
    return X

def _private(X, y, lam): return lam

def short(x, y):
    "Return x."
    return x
'''

EVERY_RULE = [
    rules.missing_docstrings,
    rules.unnamed_parameters,
    rules.unnamed_results,
    rules.unnamed_errors,
    rules.missing_lessons,
    rules.missing_normalisation,
    rules.unfinished,
]


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_the_good_sample_keeps_the_rule(rule):
    assert rule("sample", GOOD) == []


BROKEN = [
    (rules.missing_docstrings, '"""A module."""', "", "sample has no docstring"),
    (rules.missing_docstrings, '"Return x."', "pass", "sample.short has no docstring"),
    (
        rules.missing_docstrings,
        "def _private(X, y, lam)",
        "class Result: x = 0\ndef _f()",
        "sample.Result has no",
    ),
    (
        rules.missing_docstrings,
        "def _private(X, y, lam): return lam",
        'class A:\n "A."\n def b(self): 0',
        "A.b has no",
    ),
    (rules.unnamed_parameters, "    tol, max_iter\n", "    tol\n", "does not list max_iter"),
    (rules.unnamed_parameters, "    Parameters\n    ----------\n", "", "does not list X"),
    (rules.unnamed_parameters, "max_iter=10", "max_iter=10, beta_start=None", "does not list beta_start"),
    (rules.unnamed_results, "Returns\n    -------\n", "", "does not say what it returns"),
    (rules.unnamed_errors, "raise ValueError", "raise TypeError", "raises TypeError and does not say so"),
    (rules.missing_lessons, "Lesson: notebooks/04_sample.ipynb", "", "names no lesson"),
    (rules.missing_normalisation, "(1/2n)", "(1/2)", r"does not say (1/2n)"),
    (rules.unfinished, "return X", "return X  # TODO faster", "sample has a TODO"),
]


@pytest.mark.parametrize(("rule", "old", "new", "complaint"), BROKEN)
def test_each_rule_is_seen_to_fail_on_a_module_that_breaks_it(rule, old, new, complaint):
    assert old in GOOD
    assert any(complaint in found for found in rule("sample", GOOD.replace(old, new)))


def test_a_module_may_name_its_lesson_and_its_results_once():
    source = '"""All return arrays.\n\nLesson: notebooks/04.ipynb\n"""\ndef f(a, b, c):\n    "Do it."\n    return a'
    assert rules.missing_lessons("sample", source) == rules.unnamed_results("sample", source) == []


def test_a_lesson_that_is_not_in_the_catalogue_is_refused():
    complaint = "sample names notebooks/04_sample.ipynb, which is not in lessons.toml"
    assert rules.unknown_lessons("sample", GOOD, {"04_ista_from_scratch.ipynb"}) == [complaint]
    assert rules.unknown_lessons("sample", GOOD, {"04_sample.ipynb"}) == []
