"""A class by question: who got how far, where most went wrong, and so what to teach again on Monday.

What counts as going wrong is the first check that a submission failed: the checks of a question are ordered so that
it names the misconception, and later ones often fail because of it.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from course_utils.grading.assignment import Question
from course_utils.grading.marks import Marks
from course_utils.grading.scoring import Failure, QuestionScore

WIDTH = 100  # characters of a line
WELL_DONE = 0.8  # of the points: whoever teaches a question with such a mean need not teach it again
MOST_TO_TEACH = 3
HEADINGS = ("question", "points", "mean", "full", "none", "stopped", "most common first failure")


@dataclass(frozen=True)
class QuestionSummary:
    """How a class answered one question.

    Attributes
    ----------
    grade_id, name : of the question.
    points : what the question is worth.
    n_submissions : how many could be read.
    mean : of their points; 0 where there are none.
    n_full : how many have full marks.
    n_not_attempted : how many left the question as it was, or define nothing of its name.
    n_stopped : in how many the code raised or ended while it was called, or took too long.
    failure, hint : the label and the hint of the check at which most answers were wrong first; empty if none was.
        Of two that are equally common the earlier stands here.
    n_met : how many answers were wrong there first.
    """

    grade_id: str
    name: str
    points: float
    n_submissions: int = 0
    mean: float = 0.0
    n_full: int = 0
    n_not_attempted: int = 0
    n_stopped: int = 0
    failure: str = ""
    hint: str = ""
    n_met: int = 0


def summary(marks: Sequence[Marks], questions: Sequence[Question]) -> tuple[QuestionSummary, ...]:
    """Return how a class answered each question; submissions that could not be read are left out."""
    readable = [work for work in marks if not work.problem]
    return tuple(
        _of_question(question, [score for work in readable for score in _scores(work, question)])
        for question in questions
    )


def lines(marks: Sequence[Marks], questions: Sequence[Question]) -> list[str]:
    """Return the summary as an aligned table, and what to teach again in sentences, in lines of 100 characters."""
    n_unreadable = sum(bool(work.problem) for work in marks)
    sentences = [f"Left out, because it could not be read: {_submissions(n_unreadable)}."] * (
        n_unreadable > 0
    )
    if n_unreadable == len(marks):
        return [*sentences, "There is nothing to sum up: no submission has been graded."]
    summaries = summary(marks, questions)
    sentences += _to_teach_again(summaries)
    return _table(summaries) + [part for text in sentences for part in ("", *textwrap.wrap(text, WIDTH))]


def _scores(work: Marks, question: Question) -> list[QuestionScore]:
    return [score for score in work.questions if score.grade_id == question.grade_id]


def _of_question(question: Question, scores: Sequence[QuestionScore]) -> QuestionSummary:
    about = {"grade_id": question.grade_id, "name": question.name, "points": question.points}
    if not scores:
        return QuestionSummary(**about)
    met = Counter(label for label in map(_first_wrong, scores) if label)
    common = max(question.checks, key=lambda check: met[check.label])  # the first of several
    found = {"failure": common.label, "hint": common.hint, "n_met": met[common.label]}
    return QuestionSummary(
        **about,
        n_submissions=len(scores),
        mean=sum(score.points for score in scores) / len(scores),
        n_full=sum(score.points >= question.points for score in scores),
        n_not_attempted=sum(_has(score, Failure.NOT_ATTEMPTED, Failure.UNDEFINED) for score in scores),
        n_stopped=sum(_has(score, Failure.RAISED, Failure.ENDED) for score in scores),
        **(found if met[common.label] else {}),
    )


def _first_wrong(score: QuestionScore) -> str:
    """Return the label of the first check that was answered, and answered wrongly."""
    wrong = (
        check.label
        for check in score.checks
        if not check.points and check.failure in ("", Failure.WRONG)  # "" of a record from before Failure
    )
    return next(wrong, "")


def _has(score: QuestionScore, *failures: Failure) -> bool:
    return any(check.failure in failures for check in score.checks)


def _table(summaries: Sequence[QuestionSummary]) -> list[str]:
    rows = [HEADINGS, *map(_row, summaries)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS) - 1)]
    return [_aligned(row, widths) for row in rows]


def _row(question: QuestionSummary) -> tuple[str, ...]:
    counts = (question.n_full, question.n_not_attempted, question.n_stopped)
    shares = [f"{count / max(question.n_submissions, 1):.0%}" for count in counts]
    failure = f"{question.n_met} at: {question.failure}" if question.failure else "-"
    name = textwrap.shorten(f"{question.grade_id} {question.name}", 34, placeholder="...")
    return (name, f"{question.points:g}", f"{question.mean:.2f}", *shares, failure)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers = (
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=False))
    )
    line = "  ".join((first, *numbers, row[-1]))
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."


def _to_teach_again(summaries: Sequence[QuestionSummary]) -> list[str]:
    if all(question.n_full == question.n_submissions for question in summaries):
        return ["All have full marks in every question: there is nothing to teach again."]
    weak = [question for question in summaries if question.mean < WELL_DONE * question.points]
    if not weak:
        return [
            f"No question has a mean below {WELL_DONE:.0%} of its points: nothing has to be taught again."
        ]
    worst = sorted(weak, key=lambda question: question.mean / question.points)[:MOST_TO_TEACH]
    return [_sentence(question) for question in worst]


def _sentence(question: QuestionSummary) -> str:
    """Return what went wrong in a question: the misconception and, where there were any, silence and crashes."""
    what = f"Teach again: {question.grade_id} {question.name}, {question.mean:.1f} of {question.points:g} points."
    if question.failure:
        what += f" {_submissions(question.n_met)} went wrong first at {question.failure!r}; the hint: {question.hint}"
    if question.n_not_attempted:
        what += f" Not attempted in {_submissions(question.n_not_attempted)}."
    if question.n_stopped:
        what += f" The code stopped in {_submissions(question.n_stopped)}."
    return what


def _submissions(count: int) -> str:
    return f"{count} submission{'s' if count != 1 else ''}"
