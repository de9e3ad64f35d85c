"""Tests of course_utils.grading.summary: a class by question, from records of marks made here."""

from __future__ import annotations

import pytest
from small_assignment import NORM, QUESTIONS, SIGN, VALUE

from course_utils.exercises.types import Check
from course_utils.grading.assignment import Question
from course_utils.grading.marks import Marks
from course_utils.grading.scoring import CheckScore, Failure, QuestionScore
from course_utils.grading.summary import QuestionSummary, lines, summary


def answered(question, *failures):
    """The score of a question; None for a check that passed, a Failure for one that did not."""
    checks = [
        CheckScore(check.label, 0 if failure else check.points, check.points, "said", failure or "")
        for check, failure in zip(question.checks, failures, strict=True)
    ]
    return QuestionScore(question.grade_id, tuple(checks))


def marks(student, *scores, problem=""):
    """The record of a student."""
    return Marks(student, "small", "f", 0, scores, problem=problem)


PERFECT = marks("ada", answered(NORM, None, None), answered(VALUE, None))
SIGNED = marks("bob", answered(NORM, None, Failure.WRONG), answered(VALUE, Failure.NOT_ATTEMPTED))
LOST = marks("cleo", answered(NORM, Failure.WRONG, Failure.WRONG), answered(VALUE, Failure.RAISED))
SLOW = marks("dan", answered(NORM, Failure.ENDED, Failure.WRONG), answered(VALUE, Failure.UNDEFINED))
NOTHING = QuestionScore("q2", (CheckScore(VALUE.checks[0].label, 0, 2, "eve.ipynb is no notebook"),))
UNREADABLE = marks("eve", NOTHING, problem="eve.ipynb is no notebook")
CLASS = [PERFECT, SIGNED, LOST, SLOW, UNREADABLE]


def test_a_question_is_summed_up_in_points_silence_crashes_and_its_most_common_failure():
    norm, value = summary(CLASS, QUESTIONS)
    label = "of numbers of both signs"
    assert norm == QuestionSummary("q1", "l1_norm", 3, 4, 1.0, 1, 0, 1, label, SIGN, 2)
    assert value == QuestionSummary("q2", "penalty", 2, 4, 0.5, 1, 2, 1)


def test_a_check_that_failed_after_another_is_not_what_went_wrong():
    norm, _ = summary([LOST, LOST, SIGNED], QUESTIONS)
    assert (norm.failure, norm.n_met) == ("of numbers of one sign", 2)


@pytest.mark.parametrize("work", [[LOST, SIGNED], [SIGNED, LOST]])
def test_of_two_failures_that_are_equally_common_the_earlier_check_is_named(work):
    assert summary(work, QUESTIONS)[0].failure == "of numbers of one sign"


def test_a_record_that_does_not_say_why_a_check_failed_counts_as_a_wrong_answer():
    old = QuestionScore("q2", (CheckScore(VALUE.checks[0].label, 0, 2, "Half of five."),))
    assert summary([marks("ada", old)], QUESTIONS)[1].n_met == 1


def test_the_table_is_aligned_and_the_worst_question_is_to_be_taught_first():
    assert lines(CLASS, QUESTIONS) == [
        "question    points  mean  full  none  stopped  most common first failure",
        "q1 l1_norm       3  1.00   25%    0%      25%  2 at: of numbers of both signs",
        "q2 penalty       2  0.50   25%   50%      25%  -",
        "",
        "Left out, because it could not be read: 1 submission.",
        "",
        "Teach again: q2 penalty, 0.5 of 2 points. Not attempted in 2 submissions. The code stopped in 1",
        "submission.",
        "",
        "Teach again: q1 l1_norm, 1.0 of 3 points. 2 submissions went wrong first at 'of numbers of both",
        "signs'; the hint: What becomes of a negative number? The code stopped in 1 submission.",
    ]


def test_a_perfect_class_has_nothing_to_be_taught_again():
    assert lines([PERFECT] * 2, QUESTIONS)[-1].startswith("All have full marks in every question")


def test_a_class_that_did_well_is_told_so():
    assert lines([PERFECT] * 9 + [SIGNED], QUESTIONS)[-1].startswith("No question has a mean below 80%")


@pytest.mark.parametrize("work", [[], [UNREADABLE]])
def test_a_class_without_a_readable_submission_is_told_so(work):
    assert lines(work, QUESTIONS)[-1] == "There is nothing to sum up: no submission has been graded."


def test_no_line_is_longer_than_a_hundred_characters():
    check = Check("of " + 20 * "long labels ", 1, None, None, 9 * "A long hint. ")
    question = Question("q" * 30, "n" * 30, (check,), ())
    assert max(map(len, lines([marks("ada", answered(question, Failure.WRONG))], [question]))) == 100
