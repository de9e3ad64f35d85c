"""The gradebook of the small class, and marks for it that no sandbox was needed for."""

from __future__ import annotations

import contextlib
import json

from small_assignment import RIGHT, hand_in

from course_utils.grading.gradebook import open_gradebook
from course_utils.grading.graded_notebook import graded_notebook
from course_utils.grading.marks import Marks
from course_utils.grading.scoring import CheckScore, QuestionScore
from course_utils.grading.submission import read_notebook


@contextlib.contextmanager
def open_released(room):
    """Open the gradebook of a class, release its assignment, and let two students hand in."""
    with open_gradebook(room) as book:
        book.release("small")
        hand_in(room, "ada", **RIGHT, q3="Because it is a sum.")
        hand_in(room, "bob", q1="x = 1")
        yield book


def marks_of(student, q1=(1, 2), q2=(2,), **about):
    """The marks of a student, each check worth what it gave."""
    questions = (("q1", q1, (1, 2)), ("q2", q2, (2,)))
    return Marks(
        student,
        "small",
        "fingerprint",
        1,
        tuple(
            QuestionScore(name, tuple(CheckScore("a check", *pair) for pair in zip(given, of, strict=True)))
            for name, given, of in questions
        ),
        **about,
    )


def keep(room, book, marks):
    """Leave what grading leaves of a submission: its graded notebook, and its marks in the gradebook."""
    handed_in = read_notebook(room.submitted(marks.student, "small"))
    notebook = graded_notebook(read_notebook(room.release("small")), handed_in, marks)
    path = room.autograded(marks.student, "small")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook))
    book.record(marks)
