"""Prove an assignment before it is released: full marks for the solution, none for the stub or for garbage.

Every complaint is a sentence; an assignment without complaints can be released.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from course_utils.grading.assignment import POINTS, SOLUTION, Question, WrongSolution, without_solution
from course_utils.grading.scoring import QuestionScore, Score, score
from course_utils.grading.submission import Cell, nbgrader_metadata, rebuild

FEWEST_WRONG_SOLUTIONS = 2
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


def audit(source: dict[str, Any], questions: Sequence[Question], rng: np.random.Generator) -> list[str]:
    """Return what is wrong with an assignment, a sentence each.

    Parameters
    ----------
    source : dict
        The source notebook as JSON holds it, with its worked solutions.
    questions : sequence of Question
    rng : numpy Generator
        Where the inputs of the checks are drawn from.

    Returns
    -------
    list of str

    Lesson: notebooks/00_start_here.ipynb
    """
    complaints = [*structure(source, questions), *leaks(source)]
    return complaints or [*marks(source, questions, rng)]


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


def leaks(source: dict[str, Any]) -> list[str]:
    """Look for lines of the solutions, and for markers, anywhere in the release."""
    solutions = [found for cell in source["cells"] for found in SOLUTION.findall("".join(cell["source"]))]
    released = release_of(source)
    text = json.dumps(released, ensure_ascii=False)
    shown = {line.strip() for cell in released["cells"] for line in "".join(cell["source"]).splitlines()}
    complaints = [f"the release holds {marker!r}" for marker in ("### BEGIN", "### END") if marker in text]
    lines = {line.strip() for block in solutions for line in block.splitlines() if len(line.strip()) > 12}
    return complaints + [
        f"the release holds a line of a solution: {line!r}" for line in sorted(lines & shown)
    ]


def marks(source: dict[str, Any], questions: Sequence[Question], rng: np.random.Generator) -> list[str]:
    """Grade the solution, the stub, every wrong solution and garbage, and compare with what each should get."""
    release = release_of(source)

    def graded(notebook: dict[str, Any]) -> Score:
        return score(rebuild(release, notebook), questions, rng)

    complaints = [
        f"{result.grade_id}: the solution fails a check: {check}"
        for result in graded(source).questions
        for check in result.checks
        if not check.points
    ]
    complaints += [
        f"{result.grade_id}: the released stub gets {result.points:g} points"
        for result in graded(release).questions
        if result.points
    ]
    complaints += _of_wrong_solutions(source, questions, graded)
    for name, expression in GARBAGE.items():
        complaints += [
            f"{result.grade_id}: an answer of {name} gets {result.points:g} points"
            for result in _garbage_score(expression, questions, rng).questions
            if result.points
        ]
    return complaints


def _of_wrong_solutions(source: dict[str, Any], questions: Sequence[Question], graded) -> list[str]:
    """Grade the first wrong solution of every question in one notebook, then the second, and so on."""
    complaints = []
    for wrongs in itertools.zip_longest(*(question.wrong_solutions for question in questions)):
        chosen = [(question, wrong) for question, wrong in zip(questions, wrongs, strict=True) if wrong]
        edited = source
        for question, wrong in chosen:
            edited = _edited(edited, question, wrong)
        results = {result.grade_id: result for result in graded(edited).questions}
        for question, wrong in chosen:
            complaints += _of_one_wrong_solution(question, wrong, results[question.grade_id])
    return complaints


def _of_one_wrong_solution(question: Question, wrong: WrongSolution, result: QuestionScore) -> list[str]:
    if result.points >= question.points:
        return [f"{question.grade_id}: the wrong solution {wrong.name!r} gets full marks"]
    if wrong.hint and not any(check.say == wrong.hint for check in result.checks):
        return [f"{question.grade_id}: {wrong.name!r} does not meet its hint; it meets {result.lines}"]
    return []


def _edited(source: dict[str, Any], question: Question, wrong) -> dict[str, Any]:
    notebook = json.loads(json.dumps(source))
    for cell in notebook["cells"]:
        if nbgrader_metadata(cell).get("grade_id") == question.grade_id:
            cell["source"] = "".join(cell["source"]).replace(wrong.old, wrong.new)
    return notebook


def _garbage_score(expression: str, questions: Sequence[Question], rng: np.random.Generator) -> Score:
    lines = ["import numpy as np"]
    for question in questions:
        if question.wants_function:
            lines.append(f"def {question.name}(*args, **kwargs):\n    return {expression}")
        else:
            lines.append(f"args = ()\n{question.name} = {expression}")
    return score([Cell("\n".join(lines), True)], questions, rng)
