"""The whole way of a class of thirty: release, collect, grade (killed once), feedback, export."""

from __future__ import annotations

import copy
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
from nbgrader.api import Gradebook
from small_assignment import require_sandbox

from course_utils.cli.assignment import OWN_CLASS
from course_utils.grading.assignment import load_questions
from course_utils.grading.classroom import find_classroom
from course_utils.grading.submission import nbgrader_metadata

pytestmark = [pytest.mark.sandbox, pytest.mark.notebook]
N_STUDENTS = 30
# A misconception for each question, and the points that are left: counted by hand from the checks of ps1.
MISTAKES = {
    "q1": ("swapped", 1),  # the inflation is right
    "q2": ("one row less", 4),  # all but the spreads
    "q3": ("the mean of y", 3),  # slopes are right, and the line that is flat
    "q4": ("no intercept", 3),  # columns of mean zero do not see it
    "q5": ("all signs positive", 2),  # all but signs of both kinds
    "q6": ("the loss alone", 2),  # the price is right
}
FULL = {"q1": 4, "q2": 5, "q3": 5, "q4": 4, "q5": 3, "q6": 4}
MEMO = "Output goes along with less unemployment once the population is held fixed."


def course(*words, folder):
    """Call `course assignment` as an instructor does, who stands in the class; what it says."""
    command = [sys.executable, "-m", "course_utils", "assignment", *map(str, words)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def choices():
    """What each student makes of each question: 2 solved, 1 mistaken, 0 left out."""
    drawn = np.random.default_rng(30).integers(3, size=(N_STUDENTS, len(FULL)))
    drawn[0], drawn[1] = 2, 0  # one has everything, one nothing
    return {f"student{number:02}": dict(zip(FULL, row, strict=True)) for number, row in enumerate(drawn)}


def expected(student):
    """The points that a student's answers are worth, question by question."""
    made = choices()[student]
    return {q: FULL[q] if made[q] == 2 else MISTAKES[q][1] if made[q] == 1 else 0 for q in FULL}


def submission(release, source, made, edits):
    """The notebook that a student hands in."""
    notebook = copy.deepcopy(release)
    solutions = {nbgrader_metadata(cell).get("grade_id"): "".join(cell["source"]) for cell in source["cells"]}
    for cell in notebook["cells"]:
        question = nbgrader_metadata(cell).get("grade_id")
        if made.get(question):
            old, new = edits[question] if made[question] == 1 else ("", "")
            cell["source"] = solutions[question].replace(old, new)
        elif question == "memo" and any(made.values()):
            cell["source"] = MEMO
    return notebook


def archive(path, room):
    """An archive as an LMS makes it."""
    release, source = (json.loads(p("ps1").read_text()) for p in (room.release, room.source))
    wrong = {
        (q.grade_id, w.name): (w.old, w.new)
        for q in load_questions(room.checks("ps1"))
        for w in q.wrong_solutions
    }
    edits = {question: wrong[question, name] for question, (name, _) in MISTAKES.items()}
    with zipfile.ZipFile(path, "w") as file:
        for student, made in choices().items():
            notebook = submission(release, source, made, edits)
            file.writestr(f"{student}_12345_67890_ps1.ipynb", json.dumps(notebook))


def grade_until_killed(room, at_least):
    """Begin to grade, and end the grader with SIGKILL once this many are done."""
    command = [sys.executable, "-m", "course_utils", "assignment", "grade", "ps1", "--jobs", "2"]
    process = subprocess.Popen(command, cwd=room.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(list(room.root.glob("marks/ps1/*.json"))) < at_least and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return len(list(room.root.glob("marks/ps1/*.json")))


def mark_memos(room):
    """Give the memos of half the class points by hand, as the formgrader does."""
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}") as book:
        for student in list(choices())[::2]:
            grade = book.find_grade("memo", "ps1", "ps1", student)
            grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    """A class that has gone the whole way; what each step said."""
    require_sandbox()
    folder = tmp_path_factory.mktemp("class")
    for name in ("source/ps1", "checks"):
        shutil.copytree(OWN_CLASS / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(OWN_CLASS / "nbgrader_config.py", folder)
    room = find_classroom(folder)
    said = {"release": course("release", "ps1", folder=folder)}
    archive(folder / "handed_in.zip", room)
    said["collect"] = course("collect", "ps1", folder / "handed_in.zip", folder=folder)
    said["killed after"] = grade_until_killed(room, 8)
    said["grade"] = course("grade", "ps1", folder=folder)
    mark_memos(room)
    said["feedback"] = course("feedback", "ps1", folder=folder)
    said["export"] = course("export", "ps1", "--to", folder / "marks.csv", folder=folder)
    return room, said


def test_the_grader_was_killed_in_the_middle_and_the_next_run_did_the_rest(loop):
    done = loop[1]["killed after"]
    assert 8 <= done < N_STUDENTS
    assert f"graded {N_STUDENTS - done} of {N_STUDENTS}" in loop[1]["grade"]


def test_the_table_holds_exactly_the_expected_marks(loop):
    with open(loop[0].root / "marks.csv", encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert list(rows) == list(choices())
    for number, (student, row) in enumerate(rows.items()):
        points, memo = expected(student), 0 if number % 2 else 3
        waits = number % 2 and number != 1  # the second student has written nothing
        assert {question: float(row[question]) for question in FULL} == points
        assert float(row["total"]) == sum(points.values()) + memo
        assert row["waits for a person"] == ("yes" if waits else "no")


def test_each_student_has_a_page_that_says_the_marks(loop):
    pages = {path.parts[-3]: path.read_text() for path in loop[0].root.glob("feedback/*/ps1/ps1.html")}
    assert list(sorted(pages)) == list(choices())
    assert all(
        f"{sum(expected(student).values()) + 3:g} of 30" in pages[student] for student in list(choices())[::2]
    )


def test_the_summary_says_what_to_teach_again(loop):
    worst = min(FULL, key=lambda q: sum(expected(student)[q] for student in choices()) / FULL[q])
    assert loop[1]["grade"].partition("Teach again: ")[2].startswith(worst)
