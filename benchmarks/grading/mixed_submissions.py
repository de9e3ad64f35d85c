"""A class of mixed quality: the worked solutions, edits of them that we foresee, half of the work, and nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from course_utils.grading.assignment import Question
from course_utils.grading.submission import nbgrader_metadata

MARKER = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)
KINDS = ("worked", "one mistake", "mistakes", "half", "nothing")


def mixed_submissions(
    source: Mapping,
    release: Mapping,
    questions: Sequence[Question],
    n_students: int,
    rng: np.random.Generator,
) -> dict[str, dict]:
    """Return what each student hands in; names say of what kind it is, in turns.

    Parameters
    ----------
    source, release : dict
        The notebooks, with the worked solutions and without.
    questions : sequence of Question
        Their wrong solutions are the mistakes.
    n_students : int
    rng : numpy Generator

    Returns
    -------
    dict of student to notebook

    Lesson: notebooks/00_start_here.ipynb
    """
    handed_in = {}
    for number in range(n_students):
        kind = KINDS[number % len(KINDS)]
        answers = dict(_answers(kind, source, questions, rng))
        handed_in[f"s{number:03d}-{kind.replace(' ', '-')}"] = filled_in(release, answers)
    return handed_in


def _answers(
    kind: str, source: Mapping, questions: Sequence[Question], rng: np.random.Generator
) -> Iterator[tuple[str, str]]:
    solutions = {nbgrader_metadata(cell).get("grade_id"): "".join(cell["source"]) for cell in source["cells"]}
    mistaken = rng.integers(len(questions))
    for number, question in enumerate(questions):
        solution = solutions[question.grade_id]
        wrong = question.wrong_solutions[rng.integers(len(question.wrong_solutions))]
        if kind == "nothing" or (kind == "half" and number % 2):
            continue
        if kind == "mistakes" or (kind == "one mistake" and number == mistaken):
            solution = solution.replace(wrong.old, wrong.new)
        yield question.grade_id, MARKER.sub("", solution)


def filled_in(release: Mapping, answers: Mapping[str, str]) -> dict:
    """Return the released notebook with these sources in the cells of their grade_ids."""
    notebook = json.loads(json.dumps(release))
    for cell in notebook["cells"]:
        grade_id = nbgrader_metadata(cell).get("grade_id")
        cell["source"] = answers.get(grade_id, "".join(cell["source"]))
    return notebook
