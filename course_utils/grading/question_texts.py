"""What the texts of an assignment promise of each question: its points, its minutes, and a rubric where a person reads.

A question opens with a heading that ends with "(4 points, about 12 minutes)", on its own line or on the next; what
more stands in the brackets is free. The first heading belongs to the first cell that is to be filled in, and so on.
A rubric is a table with a column "points", and a worked answer stands between nbgrader's markers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from course_utils.grading.assignment import POINTS, SOLUTION, without_solution
from course_utils.grading.submission import nbgrader_metadata

STATED = re.compile(
    r"^#{1,6} (?P<title>[^\n]+?) *(?:\n+[*_]*)?"
    r"\((?P<points>\d+(?:\.\d+)?) points?, about (?P<minutes>\d+) minutes[^)\n]*\)",
    re.MULTILINE,
)
IN_ALL = re.compile(r"(?<!\()\b(\d+(?:\.\d+)?) points, about\s+(\d+)\s+minutes")
ROW = re.compile(r"^\|(.+)\|[ \t]*$", re.MULTILINE)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
ROUNDED_BY = 5  # minutes: the whole may be given in round figures
LONGEST_INVITATION = 60  # characters of "Your answer here."


@dataclass(frozen=True)
class QuestionOverview:
    """A question as its text announces it.

    Attributes
    ----------
    grade_id : of the cell to fill in.
    title : the heading, without points and minutes.
    points, minutes : as the heading gives them.
    by_machine : whether it is graded by machine; otherwise a person reads it.
    """

    grade_id: str
    title: str
    points: float
    minutes: int
    by_machine: bool


@dataclass(frozen=True)
class _Text:
    """A heading with what follows it up to the next, and the number of the cell that it stands in."""

    cell: int
    stated: re.Match
    body: str


def questions_overview(source: dict[str, Any]) -> tuple[QuestionOverview, ...]:
    """Return the questions of an assignment in order, as its texts announce them."""
    return tuple(
        QuestionOverview(
            nbgrader_metadata(cell)["grade_id"],
            text.stated["title"],
            float(text.stated["points"]),
            int(text.stated["minutes"]),
            not nbgrader_metadata(cell).get("grade"),
        )
        for cell, text in zip(_answers(source).values(), _texts(source), strict=False)
    )


def text_complaints(source: dict[str, Any]) -> list[str]:
    """Return where the texts promise other points than the cells give, and what a question for a person lacks."""
    texts, answers = _texts(source), _answers(source)
    if len(texts) != len(answers):
        return [
            f"{len(answers)} cells are to be filled in, and {len(texts)} headings give their points and minutes as "
            '"(4 points, about 12 minutes)"'
        ]
    complaints = list(_of_the_whole(source))
    for text, (number, cell) in zip(texts, answers.items(), strict=True):
        name, points = nbgrader_metadata(cell)["grade_id"], _points(source, cell)
        if text.cell > number:
            complaints.append(f"{name}: its heading {text.stated['title']!r} stands below its cell")
        if float(text.stated["points"]) != points:
            complaints.append(f"{name}: the text says {text.stated['points']} points, the cell {points}")
        if nbgrader_metadata(cell).get("grade"):
            complaints += [f"{name}: {lack}" for lack in _lacks(cell, text)]
    return complaints


def _answers(source: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Return the cells that are to be filled in, by their number."""
    cells = enumerate(source["cells"])
    return {number: cell for number, cell in cells if nbgrader_metadata(cell).get("solution") is True}


def _texts(source: dict[str, Any]) -> list[_Text]:
    """Return the headings that give points and minutes; a text may go on in cells below."""
    answers, texts = _answers(source), []
    for number, cell in enumerate(source["cells"]):
        if cell["cell_type"] != "markdown" or number in answers:
            continue
        text = "".join(cell["source"])
        found = list(STATED.finditer(text))
        if texts:
            rest = text[: found[0].start()] if found else text
            texts[-1] = _Text(texts[-1].cell, texts[-1].stated, f"{texts[-1].body}\n{rest}")
        ends = [match.start() for match in found[1:]] + [len(text)]
        texts += [
            _Text(number, match, text[match.end() : end]) for match, end in zip(found, ends, strict=False)
        ]
    return texts


def _points(source: dict[str, Any], answer: dict[str, Any]) -> float | None:
    """Return the points of a question, which stand on the answer that a person reads, or on the cell of its checks."""
    marks = nbgrader_metadata(answer)
    if marks.get("grade"):
        return marks.get("points")
    named = (nbgrader_metadata(cell) for cell in source["cells"])
    return next(
        (cell.get("points") for cell in named if cell.get("grade_id") == marks["grade_id"] + POINTS), None
    )


def _of_the_whole(source: dict[str, Any]) -> Iterator[str]:
    """Compare points and minutes of the whole, where the first text gives them, with those of the questions."""
    questions = questions_overview(source)
    first = next(("".join(cell["source"]) for cell in source["cells"] if cell["cell_type"] == "markdown"), "")
    if not (whole := IN_ALL.search(first)):
        return
    points, minutes = (
        sum(getattr(question, name) for question in questions) for name in ("points", "minutes")
    )
    if float(whole[1]) != points:
        yield f"the title says {whole[1]} points in all, the questions have {points:g}"
    if abs(int(whole[2]) - minutes) > ROUNDED_BY:
        yield f"the title says {whole[2]} minutes in all, the questions take {minutes}"


def _lacks(cell: dict[str, Any], text: _Text) -> Iterator[str]:
    """Yield what is missing from a question that a person reads."""
    points, written = nbgrader_metadata(cell).get("points"), "".join(cell["source"])
    if not points or points < 0:
        yield f"a person gives {points} points; more than 0 are wanted"
    if not any(worked.strip() for worked in SOLUTION.findall(written)):
        yield "the cell has no worked answer between its markers"
    left = without_solution(written, is_code=False).strip()
    if "\n" in left or len(left) > LONGEST_INVITATION:
        yield f"{left[:LONGEST_INVITATION]!r} is left for students in the cell: one short line at most is wanted"
    rubric = _rubric(text.body)
    if sum(rubric) != points:
        yield f"its rubric, the table with a column points, adds up to {sum(rubric):g}, and the cell has {points}"


def _rubric(text: str) -> list[float]:
    """Return the points of a rubric's rows: the numbers in the column that is headed points."""
    points, column = [], None
    for line in text.splitlines():
        row = [entry.strip() for entry in found[1].split("|")] if (found := ROW.match(line)) else []
        if "points" in row:
            column = row.index("points")
        elif not row:
            column = None
        elif column is not None and column < len(row) and NUMBER.fullmatch(row[column]):
            points.append(float(row[column]))
    return points
