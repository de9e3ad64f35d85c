"""Tests of the gradebook: nbgrader's release, marks recorded in whole transactions, results, and its refusal to run.

What depends on the database is tried on SQLite and on a Postgres server of the tests' own.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from postgres_server import empty_database, served_postgres
from small_assignment import RIGHT, hand_in, small_class
from small_gradebook import marks_of, open_released
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from course_utils.cli.assignment import OWN_CLASS
from course_utils.grading import book as books
from course_utils.grading.audit import release_of
from course_utils.grading.classroom import CONFIGURATION, Classroom
from course_utils.grading.errors import GradingError
from course_utils.grading.gradebook import open_gradebook
from course_utils.grading.inside_nbgrader import URL_VARIABLE
from course_utils.grading.results import QuestionResult, Result, to_csv
from course_utils.grading.scoring import CheckScore

SERVICE = pytest.param("postgres", marks=pytest.mark.service)
TABLES = (books.Student, books.SubmittedAssignment, books.SubmittedNotebook, books.Grade, books.Comment)


@pytest.fixture(scope="module")
def server():
    """The folder of the socket of a Postgres server."""
    with served_postgres() as folder:
        yield folder


@pytest.fixture(autouse=True)
def no_address_from_outside(monkeypatch):
    """No test writes into a gradebook of this machine's user."""
    monkeypatch.delenv(URL_VARIABLE, raising=False)


@pytest.fixture
def room(tmp_path):
    """A class with the small assignment, not yet released."""
    return small_class(tmp_path / "class")


@pytest.fixture
def released(room):
    """The open gradebook of a class whose assignment is released, and for which two have handed in."""
    with open_released(room) as book:
        yield book


@pytest.fixture(params=["sqlite", SERVICE])
def either(request, room, monkeypatch):
    """The same on SQLite, and on Postgres."""
    if request.param == "postgres":
        monkeypatch.setenv(URL_VARIABLE, empty_database(request.getfixturevalue("server")))
    with open_released(room) as book:
        yield book


def count_rows(book):
    """How many rows each table of submissions has."""
    with Session(book.engine) as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in TABLES]


def stored(book):
    """Everything that stands in the gradebook about submissions, but for names that are drawn."""
    with Session(book.engine) as session:
        grades = [
            (g.student.id, g.name, g.auto_score, g.manual_score, g.needs_manual_grade)
            for g in session.scalars(select(books.Grade))
        ]
        comments = [(c.student.id, c.name, c.comment) for c in session.scalars(select(books.Comment))]
        times = [(s.student_id, s.timestamp) for s in session.scalars(select(books.SubmittedAssignment))]
        return sorted(grades), sorted(comments, key=str), sorted(times)


def mark_by_hand(book, student, cell, points, comment=None):
    """Do what the formgrader does when a person has typed points and a remark."""
    with Session(book.engine) as session, session.begin():
        grades = [
            g for g in session.scalars(select(books.Grade)) if (g.student.id, g.name) == (student, cell)
        ]
        grades[0].manual_score, grades[0].needs_manual_grade = points, False
        for found in session.scalars(select(books.Comment)):
            if comment and (found.student.id, found.name) == (student, cell):
                found.manual_comment = comment


def hand_in_at(room, student, time):
    """Note when a student has handed in."""
    room.submitted(student, "small").with_name("timestamp.txt").write_text(time)


def edit(path, change):
    """Change a notebook on disk."""
    notebook = json.loads(path.read_text())
    change(notebook["cells"])
    path.write_text(json.dumps(notebook))


def question(result, grade_id):
    """One question of a result."""
    return next(found for found in result.questions if found.grade_id == grade_id)


def sources(notebook):
    """The texts of all cells."""
    return ["".join(cell["source"]) for cell in notebook["cells"]]


# --- release


@pytest.mark.parametrize("name", ["ps1", "ps2", "ps3", "ps4"])
def test_what_nbgrader_releases_is_what_was_audited(name, tmp_path, capfd):
    shutil.copytree(OWN_CLASS / "source" / name, tmp_path / "source" / name)
    shutil.copy(OWN_CLASS / CONFIGURATION, tmp_path)
    room = Classroom(tmp_path)
    with open_gradebook(room) as book:
        path = book.release(name)
    assert path == room.release(name)
    audited = release_of(json.loads(room.source(name).read_text()))
    assert sources(json.loads(path.read_text())) == sources(audited)
    assert capfd.readouterr() == ("", "")


def test_nbgrader_knows_every_cell_of_a_release(either):
    from nbgrader.api import Gradebook

    url = either.settings.url.render_as_string(hide_password=False)
    with Gradebook(url, either.settings.course_id) as gradebook:
        notebook = gradebook.find_notebook("small", "small")
        assert {cell.name: cell.max_score for cell in notebook.grade_cells} == {
            "q1-points": 3,
            "q2-points": 2,
            "q3": 4,
        }
        assert {cell.name for cell in notebook.solution_cells} == {"q1", "q2", "q3"}
        assert gradebook.find_assignment("small").course_id == "regularised-regression"


def test_a_text_can_be_released_again_while_there_are_submissions(either, room):
    either.record(marks_of("ada"))
    edit(room.source("small"), lambda cells: cells[0].update(source="# A better title"))
    either.release("small")
    assert sources(json.loads(room.release("small").read_text()))[0] == "# A better title"
    assert either.recorded("small") == {"ada": 5}


def test_cells_can_be_taken_away_only_before_anybody_is_marked(released, room):
    before = room.release("small").read_text()
    released.record(marks_of("ada"))
    edit(room.source("small"), lambda cells: cells.pop(4))
    with pytest.raises(GradingError, match="lacks some that were, and there are marks already"):
        released.release("small")
    assert room.release("small").read_text() == before
    assert [path.name for path in room.root.iterdir() if path.name.startswith(".release")] == []


def test_cells_can_be_taken_away_while_nobody_is_marked(released, room):
    edit(room.source("small"), lambda cells: cells.pop(4))
    released.release("small")
    assert len(json.loads(room.release("small").read_text())["cells"]) == 6


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("### BEGIN HIDDEN TESTS\nassert x\n### END HIDDEN TESTS", "holds 'BEGIN HIDDEN TESTS'"),
        ("### BEGIN MARK SCHEME\n1 point\n### END MARK SCHEME", "holds 'BEGIN MARK SCHEME'"),
        ("### AUTOTEST x", "holds 'AUTOTEST'"),
    ],
)
def test_what_the_audit_would_not_see_is_not_released(room, source, complaint):
    edit(room.source("small"), lambda cells: cells[3].update(source=source))
    with open_gradebook(room) as book, pytest.raises(GradingError, match=complaint):
        book.release("small")
    assert not room.release("small").exists()


def test_a_second_notebook_in_an_assignment_is_refused(room):
    shutil.copy(room.source("small"), room.source("small").with_name("Untitled.ipynb"))
    with open_gradebook(room) as book, pytest.raises(GradingError, match=r"holds another: Untitled\.ipynb"):
        book.release("small")


def test_an_assignment_that_is_not_there_is_not_released(room):
    with open_gradebook(room) as book, pytest.raises(GradingError, match="there is no assignment other"):
        book.release("other")


def test_two_courses_in_one_database_cannot_share_the_name_of_an_assignment(released, room):
    configuration = (room.root / CONFIGURATION).read_text()
    (room.root / CONFIGURATION).write_text(configuration.replace("regularised-regression", "another-course"))
    with (
        open_gradebook(room) as book,
        pytest.raises(GradingError, match="of the course 'regularised-regression'"),
    ):
        book.release("small")


# --- record


def test_points_by_machine_and_by_hand_add_up(either):
    either.record(marks_of("ada", q1=(1, 0)))
    assert either.recorded("small") == {"ada": 3}
    (result,) = either.results("small")
    assert (result.total, result.of, result.waiting) == (3, 9, True)
    mark_by_hand(either, "ada", "q3", 3.5, "Why a sum?")
    (result,) = either.results("small")
    assert [q.points for q in result.questions] == [1, 2, 3.5]
    assert (result.total, result.waiting) == (6.5, False)
    assert either.comments("ada", "small") == {"q3": "Why a sum?"}


def test_recording_twice_equals_recording_once(either):
    either.record(marks_of("ada"))
    before, rows = stored(either), count_rows(either)
    either.record(marks_of("ada"))
    assert (stored(either), count_rows(either)) == (before, rows)
    assert rows == [1, 1, 1, 3, 3]


class Interrupted(Exception):
    """What ends a recording at one of its statements."""


def interrupted_at(book, number):
    """Record marks, interrupted before a statement; whether there was so many of them."""
    counter = iter(range(10_000))

    def interrupt(*_):
        if next(counter) == number:
            raise Interrupted

    event.listen(book.engine, "before_cursor_execute", interrupt)
    try:
        book.record(marks_of("ada", q1=(0, 0)), changed=True)
    except Interrupted:
        return True
    finally:
        event.remove(book.engine, "before_cursor_execute", interrupt)
    return False


@pytest.mark.parametrize("is_known", [False, True])
def test_a_recording_that_is_interrupted_at_any_statement_leaves_what_was_there(either, is_known):
    if is_known:
        either.record(marks_of("ada"))
    before, number = (stored(either), count_rows(either)), 0
    while interrupted_at(either, number):
        assert (stored(either), count_rows(either)) == before
        number += 1
    assert number >= 5
    assert either.recorded("small") == {"ada": 2}
    assert count_rows(either) == [1, 1, 1, 3, 3]


KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from course_utils.grading.classroom import Classroom
from course_utils.grading.gradebook import open_gradebook
from course_utils.grading.marks import from_json
with open_gradebook(Classroom(Path(sys.argv[1]))) as book:
    event.listen(book.engine, "commit", lambda connection: os.kill(os.getpid(), signal.SIGKILL))
    book.record(from_json(sys.stdin.read()))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_recording_that_is_killed_before_its_end_leaves_nothing(either, room):
    from course_utils.grading.marks import to_json

    script = [sys.executable, "-c", KILLED, str(room.root)]
    done = subprocess.run(script, input=to_json(marks_of("ada")), text=True, capture_output=True)
    assert (done.returncode, count_rows(either)) == (-9, [0, 0, 0, 0, 0])
    either.record(marks_of("ada"))
    assert either.recorded("small") == {"ada": 5}


def test_recording_at_the_same_time_makes_one_submission(either):
    threads = [threading.Thread(target=either.record, args=(marks_of("ada"),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count_rows(either) == [1, 1, 1, 3, 3]


@pytest.mark.parametrize(
    ("again", "changed", "waits"),
    [({}, False, False), ({}, True, True), ({"q1": (0, 0)}, False, False)],
)
def test_what_a_person_gave_stays_and_is_looked_at_again_if_the_work_changed(either, again, changed, waits):
    either.record(marks_of("ada"))
    mark_by_hand(either, "ada", "q3", 4, "Right.")
    either.record(marks_of("ada", **again), changed=changed)
    (result,) = either.results("small")
    assert question(result, "q3") == QuestionResult("q3", 4, 4, waits, True)
    assert either.comments("ada", "small") == {"q3": "Right."}


def test_points_that_a_person_has_overruled_are_looked_at_again_when_the_machine_changes_its_mind(released):
    released.record(marks_of("ada", q1=(0, 0)))
    mark_by_hand(released, "ada", "q1-points", 2)
    released.record(marks_of("ada", q1=(0, 0)))
    assert not question(released.results("small")[0], "q1").waiting
    released.record(marks_of("ada"))
    assert question(released.results("small")[0], "q1") == QuestionResult("q1", 2, 3, True, True)


def test_work_handed_in_at_another_time_is_looked_at_again(released, room):
    hand_in_at(room, "ada", "2027-01-31 12:00:00 UTC")
    released.record(marks_of("ada"))
    mark_by_hand(released, "ada", "q3", 4)
    hand_in_at(room, "ada", "2027-01-31 13:00:00 UTC")
    released.record(marks_of("ada"))
    assert question(released.results("small")[0], "q3").waiting


@pytest.mark.parametrize("answer", ["Say why.", " Say why.\n", "", "  \n"])
def test_a_text_that_was_not_filled_in_waits_for_nobody(released, room, answer):
    hand_in(room, "bob", q3=answer)
    released.record(marks_of("bob", q1=(0, 0), q2=(0,)))
    (result,) = released.results("small")
    assert (result.total, result.waiting) == (0, False)
    assert released.comments("bob", "small") == dict.fromkeys(["q1", "q2", "q3"], "No response.")


def test_a_file_that_cannot_be_read_gets_nothing_and_is_told_so(released, room):
    room.submitted("bob", "small").write_text("{")
    released.record(marks_of("bob", q1=(0, 0), q2=(0,), problem="small.ipynb is no notebook"))
    (result,) = released.results("small")
    assert (result.total, result.waiting) == (0, False)
    assert released.comments("bob", "small")["q3"] == "small.ipynb is no notebook"


def test_more_points_than_the_release_promises_are_refused(released):
    marks = marks_of("ada")
    generous = replace(marks.questions[1], checks=(CheckScore("a check", 7, 7),))
    with pytest.raises(
        GradingError, match=r"ada has 7 points for q2-points, .* worth 2: release small again"
    ):
        released.record(replace(marks, questions=(marks.questions[0], generous)))
    assert count_rows(released) == [0, 0, 0, 0, 0]


def test_a_question_that_the_machine_did_not_mark_waits_for_a_person(released):
    marks = marks_of("ada")
    released.record(replace(marks, questions=marks.questions[:1]))
    assert [q.waiting for q in released.results("small")[0].questions] == [False, True, True]


# --- late


LATE = """
from nbgrader.plugins import LateSubmissionPlugin

class PointAnHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 3600

c.AssignLatePenalties.plugin_class = {}
"""


def with_late_policy(room, policy, due="2027-01-31 12:00:00"):
    """Open the gradebook of a class with a late policy, an assignment that is due, and one submission."""
    with (room.root / CONFIGURATION).open("a") as file:
        file.write(policy)
    with open_gradebook(room) as book:
        book.release("small")
        with Session(book.engine) as session, session.begin():
            session.scalars(select(books.Assignment)).one().duedate = books.parse_utc(due)
    hand_in(room, "ada", **RIGHT, q3="Because.")
    return open_gradebook(room)


@pytest.mark.parametrize(
    ("time", "penalty"),
    [
        ("2027-01-31 11:59:59 UTC", 0),
        ("2027-01-31 14:00:00 UTC", 2),
        ("2027-01-31 14:00:00 +0100", 1),
        ("2027-02-28 14:00:00 UTC", 5),
    ],
)
def test_nbgraders_late_policy_takes_off_at_most_what_was_reached(room, time, penalty):
    with with_late_policy(room, LATE.format("PointAnHour")) as book:
        hand_in_at(room, "ada", time)
        book.record(marks_of("ada"))
        (result,) = book.results("small")
        assert (result.penalty, result.total) == (penalty, 5 - penalty)
        with Session(book.engine) as session:
            assert session.scalar(select(books.SubmittedNotebook)).late_submission_penalty == (
                penalty or None
            )


def test_points_given_later_by_hand_do_not_escape_the_late_policy(room):
    with with_late_policy(room, "c.LateSubmissionPlugin.penalty_method = 'zero'\n") as book:
        hand_in_at(room, "ada", "2027-02-01 12:00:00 UTC")
        book.record(marks_of("ada"))
        mark_by_hand(book, "ada", "q3", 4)
        assert book.results("small")[0].total == 0


def test_without_a_late_policy_nothing_is_taken_off(room):
    with with_late_policy(room, "") as book:
        hand_in_at(room, "ada", "2027-02-01 12:00:00 UTC")
        book.record(marks_of("ada"))
        assert book.results("small")[0].total == 5


def test_a_time_that_is_none_is_told(released, room):
    hand_in_at(room, "ada", "yesterday evening")
    with pytest.raises(GradingError, match=r"timestamp\.txt tells no time, like 2027-01-31"):
        released.record(marks_of("ada"))


# --- results and export


def test_the_table_has_a_row_a_student_and_says_who_waits(either, room):
    either.record(marks_of("bob", q1=(1, 0), q2=(0,)))
    either.record(marks_of("ada"))
    exported = either.export("small", room.root / "out" / "small.csv")
    assert (exported.n_students, exported.n_waiting) == (2, 1)
    assert (room.root / "out" / "small.csv").read_text() == (
        "student,first name,last name,e-mail,q1,q2,q3,penalty,total,maximum,waits for a person\n"
        "ada,,,,3,2,0,0,5,9,yes\n"
        "bob,,,,1,0,0,0,1,9,no\n"
    )


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\n=1", "\r@x"])
def test_no_cell_of_the_table_is_a_formula(name):
    result = Result("ada", name, name, name, (QuestionResult("q1", -0.5, 1, False, True),), 0)
    (_, row) = csv.reader(io.StringIO(to_csv([result])))
    assert all(text.startswith("'") and text.isprintable() for text in row[1:4])
    assert row[4:] == ["-0.5", "0", "0", "1", "no"]


def test_names_in_the_table_are_those_of_the_gradebook(released, room):
    released.record(marks_of("ada"))
    with Session(released.engine) as session, session.begin():
        student = session.get(books.Student, "ada")
        student.first_name, student.last_name, student.email = "Ada", "King, Countess of Lovelace", "a@b.c"
    released.export("small", room.root / "small.csv")
    (_, row) = csv.reader((room.root / "small.csv").read_text(encoding="utf-8").splitlines())
    assert row[:4] == ["ada", "Ada", "King, Countess of Lovelace", "a@b.c"]


def test_a_table_of_nobody_has_its_headings_alone():
    assert to_csv([]) == "student,first name,last name,e-mail,penalty,total,maximum,waits for a person\n"


# --- what is missing


def test_an_assignment_that_was_never_released_is_told(room):
    with open_gradebook(room) as book:
        for ask in (book.recorded, book.results, lambda name: book.comments("ada", name)):
            with pytest.raises(GradingError, match="run `course assignment release small` first"):
                ask("small")


def test_without_nbgrader_a_sentence_says_how_to_get_it(room, monkeypatch):
    monkeypatch.setitem(sys.modules, "course_utils.grading.book", None)
    with (
        pytest.raises(GradingError, match=r"nbgrader, which is not installed here: .*course\.py test"),
        open_gradebook(room),
    ):
        pass


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada:hunter2@127.0.0.1:1/grades",
        "postgresql://ada:hunter2@127.0.0.1:nowhere/grades",
        "nosuchdatabase://ada:hunter2@host/grades",
        "hunter2",
    ],
)
def test_a_database_that_cannot_be_had_is_told_without_its_password(room, monkeypatch, address):
    monkeypatch.setenv(URL_VARIABLE, address)
    with pytest.raises(GradingError, match="the gradebook") as told, open_gradebook(room):
        pass
    assert "hunter2" not in str(told.value)
    assert told.value.__suppress_context__


def test_a_password_that_a_database_repeats_is_not_passed_on():
    from sqlalchemy.engine import make_url

    from course_utils.grading.database import told

    sentence = told(make_url("postgresql://ada:hunter2@host/grades"), ValueError("no\n hunter2 for ada"))
    assert (
        sentence == "the gradebook postgresql://ada:***@host/grades does not do what is asked: no *** for ada"
    )


def test_a_configuration_that_is_broken_is_told(room):
    (room.root / CONFIGURATION).write_text("c = get_config()\nc.x = 1 / 0\n")
    with (
        pytest.raises(GradingError, match=r"nbgrader_config\.py cannot be read: ZeroDivisionError"),
        open_gradebook(room),
    ):
        pass


def test_the_gradebook_stands_in_the_class_wherever_the_command_is_given(room, tmp_path, monkeypatch):
    with (room.root / CONFIGURATION).open("a") as file:
        file.write("c.CourseDirectory.db_url = 'sqlite:///marks.db'\n")
    monkeypatch.chdir(tmp_path)
    with open_gradebook(room) as book:
        book.release("small")
    assert (room.root / "marks.db").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class"]


def test_to_name_the_gradebook_loads_nothing_of_nbgrader():
    script = (
        "import sys, course_utils.grading.gradebook\nprint({'nbgrader', 'sqlalchemy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "set()\n"


# --- nbgrader's own execution


@pytest.fixture
def armed(released, room):
    """A class in which a submission would leave a file behind if it were run, with its marks recorded."""
    hand_in(room, "ada", q1=f"open({str(room.root / 'was-run')!r}, 'w')", setup="raise SystemExit")
    released.record(marks_of("ada"))
    room.autograded("ada", "small").parent.mkdir(parents=True)
    room.autograded("ada", "small").write_text("ours")
    return room


def assert_untouched(book, room):
    """Nothing was run, and what grading has left is as it was."""
    assert not (room.root / "was-run").exists()
    assert room.autograded("ada", "small").read_text() == "ours"
    assert book.recorded("small") == {"ada": 5}


def test_the_command_of_nbgrader_refuses_to_run_what_was_handed_in(released, armed):
    command = [Path(sys.executable).with_name("nbgrader"), "autograde", "small", "--force"]
    done = subprocess.run(command, cwd=armed.root, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Use `course assignment grade small`" in done.stderr
    assert_untouched(released, armed)


def test_the_button_of_the_formgrader_refuses_to_run_what_was_handed_in(released, armed):
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    config = released.settings.config
    course = CourseDirectory(config=config, root=str(armed.root))
    answer = NbGraderAPI(course, config=config).autograde("small", "ada")
    assert answer["success"] is False
    assert "Use `course assignment grade small`" in answer["log"]
    assert_untouched(released, armed)
