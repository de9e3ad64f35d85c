"""The page that a student gets: each question with its checks, hints and comments, and their own work beside it.

One file without any script, which asks nothing of any machine. Everything that a student or a grader has written is
escaped by the template (feedback.html.j2), save what safe_text.rendered and Pygments return; a policy in the head of
the page lets a browser run and load nothing, were anything to slip through. Of the checks it knows what stands in the
marks: a label, points and a hint. The inputs, the expected values and the seed are not among what it is made from.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_utils.grading.assignment import POINTS
from course_utils.grading.classroom import Classroom, require_name, write_whole
from course_utils.grading.graded_notebook import FilledIn, filled_in
from course_utils.grading.marks import Marks
from course_utils.grading.results import QuestionResult, Result
from course_utils.grading.safe_text import cut, legible, rendered
from course_utils.grading.scoring import CheckScore, Failure
from course_utils.grading.submission import BadSubmissionError, nbgrader_metadata, read_notebook

LONGEST_PRINTED, MOST_LINES = 4_000, 60  # shown of what a cell printed, and of its error
LONGEST_CODE = 20_000  # characters of a cell's source
MOST_ADDED = 20  # cells of a student's own that are shown beside a question
HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
ABOUT = re.compile(r"\s*\([^()]*(?:points?|minutes)\b[^()]*\)$")  # what a heading says of points and time
WHAT_TO_DO = {
    Failure.NOT_ATTEMPTED: "This question is still open: its cell raises NotImplementedError, or holds no answer. "
    "Write one, and run the cell below it to try it.",
    Failure.UNDEFINED: "After all cells had run, the name that the question asks for was not there. Restart the "
    "kernel, run all cells, and see whether the name is spelt as in the question and its cell ends without an error.",
    Failure.RAISED: "Your code ended with an error where an answer was expected. Call it with small inputs of other "
    "shapes and signs until you see the error, and mend its cause.",
    Failure.ENDED: "Your code was stopped before it gave an answer. Look for a loop that may never end, for much "
    "memory, and for anything that ends Python.",
    Failure.WRONG: "Take the first check that did not pass and its hint, work a small case out by hand, and compare "
    "it with what your code returns.",
}
AMOUNTS = {
    "all": "All points",
    "part": "Part of the points",
    "none": "No points",
    "waiting": "Waits for a person",
}
READ_BY_A_PERSON = "A person reads this answer; until then its points are not in your total."


@dataclass(frozen=True)
class ShownCell:
    """A cell as the page shows it; `code` and `written` are HTML, everything else is text."""

    name: str
    note: str = ""
    code: str = ""
    written: str = ""
    printed: str = ""
    raised: str = ""


@dataclass(frozen=True)
class Part:
    """A question as the page shows it; `comment` is HTML, everything else is text."""

    title: str
    points: str
    of: str
    kind: str
    amount: str
    state: str
    checks: tuple[CheckScore, ...]
    todo: str
    comment: str
    cells: tuple[ShownCell, ...]


@dataclass(frozen=True)
class Page:
    """All that the page says."""

    title: str
    who: str
    problem: str
    total: str
    of: str
    penalty: str
    n_waiting: int
    waiting: str
    parts: tuple[Part, ...]
    others: tuple[ShownCell, ...]


def write_feedback(room: Classroom, name: str) -> int:
    """Write the page of every student whose marks are current and recorded; return how many."""
    from course_utils.grading.gradebook import open_gradebook
    from course_utils.grading.marking import marks_that_hold

    current = marks_that_hold(room, require_name(name))
    release = read_notebook(room.release(name))
    with open_gradebook(room) as book:
        results = {result.student: result for result in book.results(name)}
        recorded = [marks for marks in current if marks.student in results]
        for marks in recorded:
            result, comments = results[marks.student], book.comments(marks.student, name)
            page = feedback_page(release, _submitted(room, marks), marks, result, comments)
            write_whole(room.feedback(marks.student, name), page)
    return len(recorded)


def feedback_page(
    release: dict[str, Any],
    submitted: dict[str, Any] | None,
    marks: Marks,
    result: Result | None = None,
    comments: Mapping[str, str] | None = None,
) -> str:
    """Return a student's page.

    Parameters
    ----------
    release : dict
        The notebook that students got, as JSON holds it.
    submitted : dict or None
        What was handed in, or None where it could not be read.
    marks : Marks
        What the machine found in it.
    result : Result, optional
        What the gradebook says, with the points that a person gave; without one, the marks count.
    comments : mapping, optional
        What graders wrote, by the grade_id of the cell.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    ValueError
        The marks belong to another submission.

    Lesson: notebooks/00_start_here.ipynb
    """
    page = _page(release, filled_in(release, submitted, marks), marks, result, comments or {})
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _template().render(
        page=page,
        style=_html(style),
        style_hash=f"'sha256-{digest}'",
        longest=f"{LONGEST_PRINTED:,}",
        most_lines=MOST_LINES,
    )


def _page(release, cells: Sequence[FilledIn], marks: Marks, result: Result | None, comments) -> Page:
    reached = {question.grade_id: question for question in result.questions} if result else {}
    checks = {question.grade_id: question.checks for question in marks.questions}
    groups, rest = _by_question(cells)
    parts, standing = [], []
    for group in groups:
        grade_id = _grade_id(group)
        own = reached.get(grade_id) or _by_machine(group, checks.get(grade_id, ()))
        standing.append(own)
        parts.append(_part(group, own, checks.get(grade_id, ()), comments.get(grade_id, "")))
    points = sum(own.points for own in standing)
    n_waiting = sum(own.waiting for own in standing)
    return Page(
        title=_title_of(release, marks.assignment),
        who=_who(marks, result),
        problem=_plain(marks.problem),
        total=number(result.total if result else points),
        of=number(result.of if result else sum(own.of for own in standing)),
        penalty=number(result.penalty) if result and result.penalty else "",
        n_waiting=n_waiting,
        waiting=f"{n_waiting} question{'s' * (n_waiting != 1)} still to be read by a person.",
        parts=tuple(parts),
        others=tuple(_shown(rest)),
    )


def _by_question(cells: Sequence[FilledIn]) -> tuple[list[list[FilledIn]], list[FilledIn]]:
    """Return the cells up to each one that bears points, and those after the last."""
    groups, group = [], []
    for filled in cells:
        group.append(filled)
        if filled.released is not None and nbgrader_metadata(filled.released).get("grade") is True:
            groups.append(group)
            group = []
    return groups, group


def _grade_id(group: Sequence[FilledIn]) -> str:
    return group[-1].cell.grade_id.removesuffix(POINTS)


def _by_machine(group: Sequence[FilledIn], checks: Sequence[CheckScore]) -> QuestionResult:
    """Return what a question has reached where no gradebook says it."""
    last = nbgrader_metadata(group[-1].released)
    of = sum(check.of for check in checks) if checks else float(last.get("points", 0))
    points = sum(check.points for check in checks)
    return QuestionResult(_grade_id(group), points, of, waiting=not checks, by_hand=False)


def _part(group: Sequence[FilledIn], reached: QuestionResult, checks, comment: str) -> Part:
    by_machine = sum(check.points for check in checks)
    is_changed = bool(checks) and reached.by_hand and reached.points != by_machine
    kind = "waiting" if reached.waiting else _kind(reached.points, reached.of)
    given = f", given by a person; the checks gave {number(by_machine)}" if is_changed else ""
    failed = [check for check in checks if not check.points]
    todo = READ_BY_A_PERSON if reached.waiting else ""
    if failed and reached.points < reached.of:
        todo = WHAT_TO_DO[_failure(failed[0])]
    return Part(
        title=_title(group),
        points="–" if reached.waiting and not reached.points else number(reached.points),
        of=number(reached.of),
        kind=kind,
        amount=AMOUNTS[kind],
        state=AMOUNTS[kind] + given,
        checks=tuple(checks),
        todo=todo,
        comment=_html(rendered(comment, headings=False)) if comment.strip() else "",
        cells=tuple(_shown(group)),
    )


def _failure(check: CheckScore) -> Failure:
    try:
        return Failure(check.failure)
    except ValueError:  # a record by an earlier grader
        return Failure.WRONG


def _kind(points: float, of: float) -> str:
    if points >= of:
        return "all"
    return "part" if points > 0 else "none"


def _shown(cells: Sequence[FilledIn]) -> Iterator[ShownCell]:
    """Yield what a student is shown of their cells, and of the release's where they printed or failed."""
    n_added = 0
    for filled in cells:
        if filled.released is None:
            n_added += 1
            if n_added <= MOST_ADDED:
                yield _of_own(filled, "A cell that you added")
        elif nbgrader_metadata(filled.released).get("solution") is True:
            yield _of_own(filled, "Your answer")
        elif filled.output and (filled.cell.grade_id.endswith(POINTS) or filled.output.raised):
            shown = _with_output(filled, _name_of_ours(filled))
            if shown.printed or shown.raised:
                yield shown
    if n_added > MOST_ADDED:
        yield ShownCell(
            f"And {n_added - MOST_ADDED} more cells that you added", note="They are not shown here."
        )


def _name_of_ours(filled: FilledIn) -> str:
    if filled.cell.grade_id.endswith(POINTS):
        return "The cell below your answer"
    return f"A cell of the assignment ({filled.cell.grade_id})"


def _of_own(filled: FilledIn, name: str) -> ShownCell:
    if filled.is_unchanged:
        return _with_output(filled, name, note="You have left this cell as it was.")
    if filled.cell.is_code:
        return _with_output(filled, name, code=_highlighted(filled.cell.source))
    return ShownCell(name, written=_html(rendered(filled.cell.source, headings=False)))


def _with_output(filled: FilledIn, name: str, **about) -> ShownCell:
    if filled.output is None:
        return ShownCell(name, **about)
    return ShownCell(
        name, printed=_plain(filled.output.printed), raised=_plain(filled.output.raised), **about
    )


def _plain(text: str) -> str:
    return cut(legible(text), LONGEST_PRINTED, most_lines=MOST_LINES).rstrip()


def _highlighted(source: str) -> str:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    text = cut(legible(source), LONGEST_CODE).strip("\n")
    return _html(highlight(text, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))


def _title(group: Sequence[FilledIn]) -> str:
    """Return the last heading before a question's answer that is not the notebook's, without points and minutes."""
    texts = [
        filled.cell.source
        for filled in group
        if filled.released is not None
        and not filled.cell.is_code
        and nbgrader_metadata(filled.released).get("solution") is not True
    ]
    headings = [title for signs, title in HEADING.findall("\n".join(texts)) if signs != "#"]
    return ABOUT.sub("", headings[-1]) if headings else _grade_id(group)


def _title_of(release: dict[str, Any], name: str) -> str:
    texts = ("".join(cell["source"]) for cell in release["cells"] if cell["cell_type"] == "markdown")
    return next((title for text in texts for _, title in HEADING.findall(text)), name)


def _who(marks: Marks, result: Result | None) -> str:
    name = f"{result.first_name or ''} {result.last_name or ''}".strip() if result else ""
    return legible(f"{name} ({marks.student})" if name else marks.student)


def number(value: float) -> str:
    """Return points as they are written: no more digits than needed."""
    return f"{round(value, 2):g}"


def _sentence(text: str):
    """Return what a check says as HTML, with a capital at its beginning, a sign at its end, and its code as code."""
    from markupsafe import escape

    text = text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", ":")) else ".")
    return _html(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(legible(text)))))


def _submitted(room: Classroom, marks: Marks) -> dict[str, Any] | None:
    try:
        return read_notebook(room.submitted(marks.student, marks.assignment))
    except BadSubmissionError:
        return None


def _html(text: str):
    """Mark a text as HTML that the template need not escape."""
    from markupsafe import Markup

    return Markup(text)


@functools.cache
def _template():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "sentence": _sentence}
    return environment.get_template("feedback.html.j2")


@functools.cache
def _style() -> str:
    """Return the style of the page, in the colours of the course."""
    from course_utils import style

    colours = {
        "ink": style.TRUTH,
        "accent": style.ESTIMATE,
        "failed": style.CONTRAST,
        "passed": style.CHOICE,
        "waiting": style.FOURTH,
        "muted": style.MUTED,
        "keyword": "#005A8C",  # the blue of the course, darker: words need more contrast than lines
    }
    roles = "".join(f"--{role}: {colour}; " for role, colour in colours.items())
    return f":root {{ {roles}}}\n" + Path(__file__).with_name("feedback.css").read_text(encoding="utf-8")
