"""Prove an assignment before it is released: full marks for the solution, none for the stub or for garbage.

Every complaint is a sentence; an assignment without complaints can be released.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from course_utils.grading.assignment import (
    MODULE_OF_CHECKS,
    POINTS,
    SOLUTION,
    Question,
    WrongSolution,
    without_solution,
)
from course_utils.grading.question_texts import text_complaints
from course_utils.grading.scoring import QuestionScore, scores_of_draws
from course_utils.grading.student import Pace
from course_utils.grading.submission import Cell, nbgrader_metadata, rebuild

FEWEST_WRONG_SOLUTIONS = 2
LONGEST_COMMON_LINE = 12  # characters that a line of a solution may share with the release by chance
LONGEST_COMMON_PAIR = (
    60  # characters of two lines that the checks may share with it, as two nested loops over columns
)
SECONDS_A_DRAW = 10
# Answers that know nothing of the question: none may earn a point.
GARBAGE = {
    "zero": "0.0",
    "one": "1.0",
    "its first argument": "args[0] if args else 0.0",
    "its last argument": "args[-1] if args else 0.0",
    "zeros like its first argument": "np.zeros_like(np.asarray(args[0], float)) if args else 0.0",
    "random numbers": "np.random.default_rng().normal(size=np.shape(args[0]) if args else ())",
    "an empty list": "[]",
    "not a number": "float('nan')",
    "text": "'full marks'",
    "infinity": "float('inf')",
}


def audit(
    source: dict[str, Any],
    questions: Sequence[Question],
    rng: np.random.Generator,
    *,
    seeds: int = 1,
    trusted: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Return what is wrong with an assignment, a sentence each.

    Parameters
    ----------
    source : dict
        The source notebook as JSON holds it, with its worked solutions.
    questions : sequence of Question
    rng : numpy Generator
        Where the inputs of the checks are drawn from.
    seeds : int
        How often to draw them: a solution that passes nearly always costs a student points now and then.
    trusted : bool
        Run the assignment without the sandbox.
    progress : callable, optional
        Called as `progress(done, total)` after each notebook that has been graded.

    Returns
    -------
    list of str

    Lesson: notebooks/00_start_here.ipynb
    """
    complaints = [*structure(source, questions), *text_complaints(source), *leaks(source, questions)]
    return complaints or _Grading(source, questions, rng, seeds, trusted, progress).complaints()


def release_of(source: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook as students get it: stubs for solutions, no outputs."""
    release = json.loads(json.dumps(source))
    for cell in release["cells"]:
        is_code = cell["cell_type"] == "code"
        cell["source"] = without_solution("".join(cell["source"]), is_code=is_code)
        if is_code:
            cell["outputs"], cell["execution_count"] = [], None
    return release


def structure(source: dict[str, Any], questions: Sequence[Question]) -> list[str]:
    """Compare the cells of the notebook with the questions: identifiers, points, solutions, wrong solutions."""
    cells = {nbgrader_metadata(cell).get("grade_id"): cell for cell in source["cells"]}
    ids = [nbgrader_metadata(cell)["grade_id"] for cell in source["cells"] if nbgrader_metadata(cell)]
    complaints = [
        f"the grade_id {name!r} occurs {ids.count(name)} times" for name in set(ids) if ids.count(name) > 1
    ]
    graded = {name for name in ids if str(name).endswith(POINTS)}
    wanted = {question.grade_id + POINTS for question in questions}
    complaints += [f"the cell {name!r} has points and no question" for name in sorted(graded - wanted)]
    complaints += [f"the cell {name!r} is missing" for name in sorted(wanted - graded)]
    for question in questions:
        if question.grade_id + POINTS in cells:
            complaints += _of_one_question(
                question, cells.get(question.grade_id), cells[question.grade_id + POINTS]
            )
    return complaints


def _of_one_question(question: Question, answer: dict | None, points_cell: dict) -> list[str]:
    name, complaints = question.grade_id, []
    if answer is None or nbgrader_metadata(answer).get("solution") is not True:
        return [f"{name}: there is no cell to fill in"]
    points = nbgrader_metadata(points_cell).get("points")
    if points != question.points:
        complaints.append(f"{name}: the cell says {points} points, the checks are worth {question.points:g}")
    solution = "".join(answer["source"])
    if not SOLUTION.search(solution):
        complaints.append(f"{name}: the cell has no worked solution between its markers")
    if len(question.wrong_solutions) < FEWEST_WRONG_SOLUTIONS:
        complaints.append(
            f"{name}: {len(question.wrong_solutions)} wrong solutions; at least {FEWEST_WRONG_SOLUTIONS}"
        )
    complaints += [
        f"{name}: the edit of {wrong.name!r} occurs {solution.count(wrong.old)} times in the solution, not once"
        for wrong in question.wrong_solutions
        if solution.count(wrong.old) != 1
    ]
    return complaints


def leaks(source: dict[str, Any], questions: Sequence[Question] = ()) -> list[str]:
    """Look for markers, lines of the solutions, hints and functions of the checks anywhere in the release."""
    released = release_of(source)
    shown = _lines("\n".join("".join(cell["source"]) for cell in released["cells"]))
    aside = "\n".join(_beside_the_cells(released))
    everything = "\n".join([*shown, *_lines(aside)])
    blocks = [found for cell in source["cells"] for found in SOLUTION.findall("".join(cell["source"]))]
    solved = {line for block in blocks for line in _lines(block) if len(line) > LONGEST_COMMON_LINE}
    hints = sorted({check.hint for question in questions for check in question.checks})
    functions = [text for text in _sources_of_checks(questions) for text in _functions(text)]
    return [
        *(f"the release holds {marker!r}" for marker in ("### BEGIN", "### END") if marker in everything),
        *(f"the release holds a line of a solution: {line!r}" for line in sorted(solved & {*shown})),
        *(
            f"the release holds a line of a solution beside its cells: {line!r}"
            for line in sorted(solved)
            if line in aside
        ),
        *(
            f"the release holds a hint: {hint!r}"
            for hint in hints
            if len(hint) > LONGEST_COMMON_LINE and hint in everything
        ),
        *(
            f"the release holds lines of the checks: {first!r} and the next"
            for function in functions
            for first, second in itertools.pairwise(function)
            if len(first + second) > LONGEST_COMMON_PAIR and f"{first}\n{second}" in everything
        ),
    ]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _functions(source: str) -> Iterator[list[str]]:
    """Yield the lines of each function of a file, without its docstring."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield _lines(
                "\n".join(
                    [*lines[node.lineno - 1 : node.lineno], *lines[body[0].lineno - 1 : node.end_lineno]]
                )
            )


def _beside_the_cells(released: dict[str, Any]) -> Iterator[str]:
    """Yield every text of a notebook outside its sources: metadata, outputs, and attachments with what they encode."""
    others = {key: value for key, value in released.items() if key != "cells"}
    cells = [{key: value for key, value in cell.items() if key != "source"} for cell in released["cells"]]
    for text in _texts_in([others, cells]):
        yield text
        with contextlib.suppress(ValueError):
            yield base64.b64decode(text, validate=True).decode("utf-8", errors="ignore")


def _texts_in(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts_in([key, value])
    elif isinstance(data, list):
        yield from ("".join(data),) if all(isinstance(line, str) for line in data) else ()
        for entry in data:
            yield from _texts_in(entry)


def _sources_of_checks(questions: Sequence[Question]) -> list[str]:
    """Return the files that `load_questions` has read these checks from."""
    made_in = [check.judge.__globals__ for question in questions for check in question.checks]
    files = {
        names["__file__"] for names in made_in if str(names.get("__name__")).startswith(MODULE_OF_CHECKS)
    }
    return [Path(file).read_text(encoding="utf-8") for file in sorted(files)]


class _Grading:
    """The solution, the stub, every wrong solution and garbage, graded and compared with what each should get."""

    def __init__(self, source, questions, rng, seeds, trusted, progress):
        self.source, self.questions, self.rng, self.seeds = source, questions, rng, seeds
        self.trusted, self.progress = trusted, progress or (lambda done, total: None)
        self.release = release_of(source)
        self.rounds = list(itertools.zip_longest(*(question.wrong_solutions for question in questions)))
        self.done, self.total = 0, 2 + len(self.rounds) + len(GARBAGE)

    def complaints(self) -> list[str]:
        """Return what does not get what it should."""
        solved = self._scored(rebuild(self.release, self.source), self.questions, self.seeds)
        complaints = self._counted(
            f"{result.grade_id}: the solution fails a check: {check}"
            for result in solved
            for check in result.checks
            if not check.points
        )
        for wrongs in self.rounds:
            complaints += self._counted(self._of_wrong_solutions(wrongs))
        blank = {"the released stub": rebuild(self.release, self.release)}
        garbage = {
            f"an answer of {name}": [Cell(_garbage(expression, self.questions), True)]
            for name, expression in GARBAGE.items()
        }
        return complaints + [
            f"{result.grade_id}: {whose} gets {result.points:g} points"
            for whose, cells in (blank | garbage).items()
            for result in self._scored(cells, self.questions, n_draws=1)  # chance has no part in these
            if result.points
        ]

    def _scored(self, cells: Sequence[Cell], questions, n_draws: int) -> list[QuestionScore]:
        """Return the scores of these questions in all draws."""
        pace = Pace(total=Pace.total + SECONDS_A_DRAW * n_draws)
        options = {"n_draws": n_draws, "pace": pace, "trusted": self.trusted}
        scores = scores_of_draws(cells, questions, self.rng, **options)
        self.done += 1
        self.progress(self.done, self.total)
        return [result for score in scores for result in score.questions]

    def _of_wrong_solutions(self, wrongs: Sequence[WrongSolution | None]) -> Iterator[str]:
        """Grade one wrong solution of every question that has one left, all in one notebook."""
        pairs = zip(self.questions, wrongs, strict=True)
        chosen = {question.grade_id: (question, wrong) for question, wrong in pairs if wrong}
        edited = self.source
        for question, wrong in chosen.values():
            edited = _edited(edited, question, wrong)
        questions = [question for question, _ in chosen.values()]
        for result in self._scored(rebuild(self.release, edited), questions, self.seeds):
            yield from _of_one_wrong_solution(*chosen[result.grade_id], result)

    def _counted(self, found: Iterable[str]) -> list[str]:
        """Return each complaint once, and in how many draws it came up if there were several."""
        counts = Counter(found)
        if self.seeds == 1:
            return list(counts)
        return [f"{text} (in {count} of {self.seeds} draws)" for text, count in counts.items()]


def _of_one_wrong_solution(question: Question, wrong: WrongSolution, result: QuestionScore) -> list[str]:
    if result.points >= question.points:
        return [f"{question.grade_id}: the wrong solution {wrong.name!r} gets full marks"]
    if wrong.hint and not any(check.say == wrong.hint for check in result.checks):
        return [f"{question.grade_id}: {wrong.name!r} does not meet its hint first; it meets {result.lines}"]
    return []


def _edited(source: dict[str, Any], question: Question, wrong) -> dict[str, Any]:
    notebook = json.loads(json.dumps(source))
    for cell in notebook["cells"]:
        if nbgrader_metadata(cell).get("grade_id") == question.grade_id:
            cell["source"] = "".join(cell["source"]).replace(wrong.old, wrong.new)
    return notebook


def _garbage(expression: str, questions: Sequence[Question]) -> str:
    """Return a cell that answers every question with one expression."""
    lines = ["import numpy as np"]
    for question in questions:
        if question.wants_function:
            lines.append(f"def {question.name}(*args, **kwargs):\n    return {expression}")
        else:
            lines.append(f"args = ()\n{question.name} = {expression}")
    return "\n".join(lines)
