"""What the machine found in one submission, as a record that outlives the run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course_utils.grading.scoring import CheckScore, QuestionScore, Score
from course_utils.grading.student import CellOutput


@dataclass(frozen=True)
class Marks:
    """The marks of one student for one assignment.

    Attributes
    ----------
    student, assignment : str
    fingerprint : str
        Of everything the marks depend on but chance: release, checks, submission, grader. Another fingerprint means
        that the work has to be graded again.
    seed : int
        What the inputs of the checks were drawn from. With it the marks can be found again, in an appeal; a student
        who knew it would know the inputs.
    questions : tuple of QuestionScore
        In the order of the assignment.
    sources : tuple of str
        The code cells that were run, in order; empty for a submission that could not be read.
    outputs : tuple of CellOutput
        What each of them printed.
    problem : str
        Why the submission could not be read, in a sentence for its author; empty if it could.
    """

    student: str
    assignment: str
    fingerprint: str
    seed: int
    questions: tuple[QuestionScore, ...]
    sources: tuple[str, ...] = ()
    outputs: tuple[CellOutput, ...] = ()
    problem: str = ""
    trusted: bool = field(default=False)  # whether it was run without the sandbox

    @property
    def points(self) -> float:
        """The points of all questions."""
        return sum(question.points for question in self.questions)


def to_json(marks: Marks) -> str:
    """Return the record as text."""
    return json.dumps(asdict(marks), indent=1)  # ASCII: a student may print half a character


def from_json(text: str) -> Marks:
    """Return the marks behind a record that `to_json` wrote."""
    data = json.loads(text)
    questions = tuple(
        QuestionScore(question["grade_id"], tuple(CheckScore(**check) for check in question["checks"]))
        for question in data.pop("questions")
    )
    outputs = tuple(CellOutput(**output) for output in data.pop("outputs"))
    return Marks(**{**data, "questions": questions, "outputs": outputs, "sources": tuple(data["sources"])})


def read_marks(path: Path) -> Marks | None:
    """Return the marks that stand in a file, or None where there are none that can be read."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def of_score(score: Score, **about) -> Marks:
    """Return the marks behind a score; `about` are the other attributes."""
    return Marks(questions=score.questions, outputs=score.outputs, **about)
