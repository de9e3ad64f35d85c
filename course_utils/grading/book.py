"""nbgrader's gradebook, written in whole transactions: an assignment's cells, marks by machine and by hand, late days.

nbgrader's own Gradebook commits after every cell. What is written here uses its tables through one session a
submission, so that whatever ends the process leaves a submission recorded or not, and never in between.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import logging
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from course_utils.grading.assignment import POINTS
from course_utils.grading.classroom import Classroom, write_whole
from course_utils.grading.database import Settings, one_at_a_time
from course_utils.grading.errors import GradingError
from course_utils.grading.marks import Marks
from course_utils.grading.releasing import write_release
from course_utils.grading.results import Exported, QuestionResult, Result, to_csv
from course_utils.grading.submission import BadSubmissionError, nbgrader_metadata, read_notebook, rebuild

NO_RESPONSE = "No response."  # nbgrader's words for an answer that was not filled in
TOLERANCE = 1e-9  # of points: those of several checks are added up in another order


class Book:
    """The gradebook of a class; `open_gradebook` makes one."""

    def __init__(self, room: Classroom, settings: Settings, engine):
        self.room, self.settings, self.engine = room, settings, engine

    def release(self, name: str) -> Path:
        """Release an assignment, or release it again, and return the notebook for the students."""
        with Session(self.engine) as session:
            found = session.scalar(select(Assignment).where(Assignment.name == name))
            if found is not None and found.course_id != self.settings.course_id:
                raise GradingError(
                    f"this gradebook has an assignment {name} already, of the course {found.course_id!r}: "
                    "take another name, or a database of its own"
                )
        url = self.settings.url.render_as_string(hide_password=False)
        return write_release(self.room, name, self.settings.config, url)

    def record(self, marks: Marks, *, changed: bool = False) -> None:
        """Record what the machine found; what a person has given stays. Recording twice equals recording once.

        With `changed`, or another time of handing in, what a person has marked is up for another look.
        """
        handed_in = _handed_in(self.room, marks)
        unanswered = _unanswered(self.room, marks)
        with self._writing() as session:
            submission = _submission(session, _assignment(session, marks.assignment), marks.student)
            changed |= None not in (submission.timestamp, handed_in) and submission.timestamp != handed_in
            submission.timestamp = handed_in
            notebook = _complete(session, submission)
            for grade in notebook.grades:
                _mark(grade, _points(grade.cell, marks, unanswered), changed=changed)
            for comment in notebook.comments:
                is_empty = comment.cell.name in unanswered
                comment.auto_comment = (marks.problem or NO_RESPONSE) if is_empty else None
            notebook.late_submission_penalty = self._penalty(submission, notebook) or None

    def recorded(self, name: str) -> dict[str, float]:
        """Return the points by machine that stand in the gradebook, by student; of nobody who was not recorded."""
        points: dict[str, list[float]] = {}
        with Session(self.engine) as session:
            of = _assignment(session, name).id
            for student, score in session.execute(
                select(SubmittedAssignment.student_id, Grade.auto_score)
                .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
                .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
                .where(SubmittedAssignment.assignment_id == of, Grade.auto_score.is_not(None))
            ):
                points.setdefault(student, []).append(score)
        return {student: math.fsum(scores) for student, scores in sorted(points.items())}

    def comments(self, student: str, name: str) -> dict[str, str]:
        """Return what is remarked on a student's answers, by grade_id; by a person, or else by the machine."""
        with Session(self.engine) as session:
            of = _assignment(session, name).id
            found = session.execute(
                select(BaseCell.name, Comment.manual_comment, Comment.auto_comment)
                .join(Comment, Comment.cell_id == BaseCell.id)
                .join(SubmittedNotebook, Comment.notebook_id == SubmittedNotebook.id)
                .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
                .where(SubmittedAssignment.assignment_id == of, SubmittedAssignment.student_id == student)
            )
            return {cell: by_hand or auto for cell, by_hand, auto in found if by_hand or auto}

    def results(self, name: str) -> list[Result]:
        """Return what everybody has reached who was recorded, by student.

        A penalty is computed anew: points given by hand, and extensions, count as soon as they are in the gradebook.
        """
        with Session(self.engine) as session:
            assignment = _assignment(session, name)
            place = {cell: number for number, cell in enumerate(_order(self.room, name))}
            load = selectinload(SubmittedAssignment.notebooks).selectinload(SubmittedNotebook.grades)
            submissions = session.scalars(
                select(SubmittedAssignment)
                .where(SubmittedAssignment.assignment_id == assignment.id)
                .options(load.selectinload(Grade.cell), selectinload(SubmittedAssignment.student))
            )
            results = [self._result(submission, place) for submission in submissions]
        return sorted(results, key=lambda result: result.student)

    def export(self, name: str, path: Path) -> Exported:
        """Write everybody's results as a table for an LMS, the whole file or nothing."""
        results = self.results(name)
        write_whole(path, to_csv(results))
        return Exported(len(results), sum(result.waiting for result in results))

    def _result(self, submission: SubmittedAssignment, place: Mapping[str, int]) -> Result:
        (notebook,) = submission.notebooks
        grades = sorted(
            notebook.grades, key=lambda grade: (place.get(grade.cell.name, len(place)), grade.cell.name)
        )
        student = submission.student
        about = (student.id, student.first_name or "", student.last_name or "", student.email or "")
        return Result(*about, tuple(map(_question, grades)), self._penalty(submission, notebook))

    def _penalty(self, submission: SubmittedAssignment, notebook: SubmittedNotebook) -> float:
        """Return what nbgrader's own late policy takes off, between nothing and everything."""
        is_due = submission.assignment.duedate is not None
        seconds_late = submission.total_seconds_late if is_due else 0
        if not seconds_late:
            return 0.0
        points = math.fsum(map(_reached, notebook.grades))
        penalty = (
            self._late_policy.late_submission_penalty(submission.student_id, points, seconds_late) or 0.0
        )
        return min(max(float(penalty), 0.0), max(points, 0.0))

    @functools.cached_property
    def _late_policy(self):
        silent = logging.Logger("late", logging.CRITICAL)
        step = AssignLatePenalties(config=self.settings.config, log=silent)
        step.init_plugin()
        return step.plugin_inst

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Session]:
        """Open the one transaction of a submission; other writers wait, so that what is read still holds."""
        with Session(self.engine) as session, session.begin():
            one_at_a_time(session.connection())
            yield session


def _assignment(session: Session, name: str) -> Assignment:
    found = session.scalar(select(Assignment).where(Assignment.name == name))
    if found is None or [notebook.name for notebook in found.notebooks] != [name]:
        raise GradingError(
            f"the gradebook knows no assignment {name} of one notebook {name}.ipynb: "
            f"run `course assignment release {name}` first"
        )
    return found


def _submission(session: Session, assignment: Assignment, student: str) -> SubmittedAssignment:
    """Return a student's submission, made with the student if there is none."""
    if session.get(Student, student) is None:
        session.add(Student(id=student))
    mine = (SubmittedAssignment.assignment_id == assignment.id, SubmittedAssignment.student_id == student)
    found = session.scalar(select(SubmittedAssignment).where(*mine))
    if found is None:
        found = SubmittedAssignment(assignment_id=assignment.id, student_id=student)
        session.add(found)
        session.flush()
    return found


def _complete(session: Session, submission: SubmittedAssignment) -> SubmittedNotebook:
    """Return the notebook of a submission with a grade and a comment for every cell that can have one."""
    (original,) = submission.assignment.notebooks
    notebook = next(iter(submission.notebooks), None) or SubmittedNotebook(
        notebook_id=original.id, assignment_id=submission.id
    )
    session.add(notebook)
    session.flush()
    graded, commented = ({entry.cell_id for entry in kind} for kind in (notebook.grades, notebook.comments))
    for cell in _cells(original):
        if not isinstance(cell, SolutionCell) and cell.id not in graded:
            session.add(Grade(cell_id=cell.id, notebook_id=notebook.id))
        if isinstance(cell, SolutionCell | TaskCell) and cell.id not in commented:
            session.add(Comment(cell_id=cell.id, notebook_id=notebook.id))
    session.flush()
    session.refresh(notebook)
    return notebook


def _cells(notebook: Notebook) -> Iterable[BaseCell]:
    return [*notebook.grade_cells, *notebook.solution_cells, *notebook.task_cells]


def _points(cell: BaseCell, marks: Marks, unanswered: set[str]) -> float | None:
    """Return the points by machine of a cell, or None where a person has to read it."""
    scores = {question.grade_id + POINTS: question.points for question in marks.questions}
    if cell.name in scores:
        if scores[cell.name] > cell.max_score + TOLERANCE:
            raise GradingError(
                f"{marks.student} has {scores[cell.name]:g} points for {cell.name}, and the release says that it is "
                f"worth {cell.max_score:g}: release {marks.assignment} again"
            )
        return min(scores[cell.name], cell.max_score)
    return 0.0 if marks.problem or cell.name in unanswered else None


def _mark(grade: Grade, points: float | None, *, changed: bool) -> None:
    """Set the points by machine; those of a person stay, and are up for another look if what they judged is new."""
    is_new = changed or grade.auto_score != points
    grade.auto_score = points
    if grade.manual_score is None:
        grade.needs_manual_grade = points is None
    elif is_new:
        grade.needs_manual_grade = True


def _reached(grade: Grade) -> float:
    """Return the points of a cell: a person's, or else the machine's, and extra credit."""
    points = grade.auto_score if grade.manual_score is None else grade.manual_score
    return (points or 0.0) + (grade.extra_credit or 0.0)


def _question(grade: Grade) -> QuestionResult:
    grade_id = grade.cell.name.removesuffix(POINTS)
    by_hand = grade.manual_score is not None
    return QuestionResult(grade_id, _reached(grade), grade.cell.max_score, grade.needs_manual_grade, by_hand)


def _order(room: Classroom, name: str) -> list[str]:
    """Return the identifiers of the cells in the order of the release."""
    return [nbgrader_metadata(cell).get("grade_id", "") for cell in _released(room, name)["cells"]]


def _released(room: Classroom, name: str) -> dict:
    try:
        return read_notebook(room.release(name))
    except BadSubmissionError as error:
        raise GradingError(f"{error}: run `course assignment release {name}`") from None


def _unanswered(room: Classroom, marks: Marks) -> set[str]:
    """Return which of the cells to be filled in are empty or as they were released."""
    release = _released(room, marks.assignment)
    before = rebuild(release, release)
    try:
        cells = before if marks.problem else rebuild(release, _submitted(room, marks))
    except BadSubmissionError:
        cells = before
    nothing = {cell.grade_id: ("", cell.source.strip()) for cell in before}
    empty = {cell.grade_id for cell in cells if cell.source.strip() in nothing.get(cell.grade_id, ())}
    return {
        mark["grade_id"] for mark in map(nbgrader_metadata, release["cells"]) if mark.get("solution")
    } & empty


def _submitted(room: Classroom, marks: Marks) -> dict:
    return read_notebook(room.submitted(marks.student, marks.assignment))


def _handed_in(room: Classroom, marks: Marks) -> datetime.datetime | None:
    """Return when a submission was handed in, in UTC as nbgrader keeps it; None where no time is told."""
    path = room.submitted(marks.student, marks.assignment).with_name("timestamp.txt")
    try:
        told = path.read_text(encoding="utf-8").strip()
        joined = re.sub(
            r" (?=[+-]\d{4}$)", "", told
        )  # an offset that stands apart nbgrader takes for seconds
        return parse_utc(joined) if told else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, OverflowError):
        raise GradingError(
            f"{path} tells no time, like 2027-01-31 23:59:00 UTC; nobody can say who is late"
        ) from None
