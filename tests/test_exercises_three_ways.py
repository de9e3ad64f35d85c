"""Every exercise three ways: the solution passes, the stub is not attempted, a wrong answer meets its hint."""

from __future__ import annotations

import ast
import contextlib
import io
import json
from functools import cache

import nbformat
import numpy as np
import pytest
from house_rules.reading import Notebook, read_notebook
from kill_rate import PROPERTY

from course_utils.exercises.answering import not_attempted
from course_utils.exercises.registry import all_exercises, exercises_of, lesson_numbers
from course_utils.exercises.types import (
    FORGOT_RETURN,
    KINDS,
    NO_VALUE_YET,
    Exercise,
    Outcome,
    Verdict,
    judge_answer,
    without_raise,
)
from course_utils.lessons.catalogue import find_lesson, ready_lessons
from course_utils.lessons.execution import run_notebook

EXERCISES = all_exercises()
WRONG_ANSWERS = [(exercise, wrong) for exercise in EXERCISES for wrong in exercise.wrong_answers]
FEWEST_EXERCISES, FEWEST_WRONG_ANSWERS = 5, 3
GARBAGE = (None, "garbage", float("nan"), -1e300, [], {}, np.full((7, 7, 7), 0.5), np.array([object()]))

by_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
by_wrong_answer = pytest.mark.parametrize(
    ("exercise", "wrong"),
    WRONG_ANSWERS,
    ids=[f"{exercise.id} {wrong.name}" for exercise, wrong in WRONG_ANSWERS],
)
by_ready_lesson = pytest.mark.parametrize("lesson", [lesson.number for lesson in ready_lessons()])


def answer_to(exercise: Exercise, source: str):
    """Run the source as the lesson's kernel would, silently, and return what it defines."""
    names = {"np": np, "__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(exercise.setup, names)
        exec(source, names)
    return names[exercise.name]


def verdict_of(exercise: Exercise, answer, seed: int = 0) -> Verdict:
    return judge_answer(exercise, answer, np.random.default_rng(seed))


def through_json(value):
    """Return the value as it arrives at the other end of the grader's pipe; TypeError if it cannot travel."""

    def encode(value):
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            return {"array": value.tolist(), "shape": value.shape}
        raise TypeError(f"{type(value).__name__} is no JSON value and no float array")

    def decode(entry):
        return np.array(entry["array"], float).reshape(entry["shape"]) if "array" in entry else entry

    return json.loads(json.dumps(value, default=encode), object_hook=decode)


@cache
def notebook_of(lesson: str) -> Notebook:
    path = find_lesson(lesson).path
    if not path.exists():
        pytest.skip(f"{path.name} is not written yet")
    return read_notebook(path)


# --- the three ways


@pytest.mark.parametrize("seed", range(5))
@by_exercise
def test_the_solution_passes(exercise, seed):
    verdict = verdict_of(exercise, answer_to(exercise, exercise.solution), seed)
    assert verdict.outcome is Outcome.PASSED, f"{verdict.label}: {verdict.message}"


@by_exercise
def test_the_stub_runs_and_is_not_attempted(exercise):
    assert verdict_of(exercise, answer_to(exercise, exercise.stub)).outcome is Outcome.NOT_ATTEMPTED


@by_wrong_answer
def test_a_wrong_answer_meets_the_hint_written_for_it(exercise, wrong, record_property):
    record_property(PROPERTY, f"{exercise.id} {wrong.name}")
    answer = answer_to(exercise, wrong.source)
    verdicts = [verdict_of(exercise, answer, seed) for seed in range(3)]
    assert {verdict.hint or verdict.message for verdict in verdicts} == {wrong.hint}


# --- what makes them trustworthy


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.wants_function], ids=lambda e: e.id)
def test_the_solution_also_passes_across_a_pipe(exercise):
    solution = answer_to(exercise, exercise.solution)

    def remote(*args, **kwargs):
        return through_json(solution(*through_json(list(args)), **through_json(kwargs)))

    assert verdict_of(exercise, remote).outcome is Outcome.PASSED


@by_exercise
def test_garbage_never_passes(exercise):
    answers = [lambda *a, g=g, **k: g for g in GARBAGE] if exercise.wants_function else GARBAGE
    assert {verdict_of(exercise, answer).outcome for answer in answers} == {Outcome.NOT_YET}


@by_exercise
def test_arguments_are_drawn_afresh(exercise):
    def drawn(seed):
        cases = [check.make_case(np.random.default_rng(seed)) for check in exercise.checks]
        return repr([(case.args, dict(case.kwargs)) for case in cases])

    assert not exercise.wants_function or drawn(0) != drawn(1)


@by_exercise
def test_each_wrong_answer_belongs_to_a_check_and_is_named_once(exercise):
    hints = {check.hint for check in exercise.checks} | {FORGOT_RETURN, NO_VALUE_YET}
    names = [wrong.name for wrong in exercise.wrong_answers]
    assert {wrong.hint for wrong in exercise.wrong_answers} <= hints
    assert len(set(names)) == len(names) >= FEWEST_WRONG_ANSWERS


@by_exercise
def test_every_check_has_a_label_a_hint_and_points(exercise):
    labels = [check.label for check in exercise.checks]
    assert all(check.label and check.hint and check.points > 0 for check in exercise.checks)
    assert len(set(labels)) == len(labels) > 0


@by_exercise
def test_hints_escalate_and_do_not_give_the_solution_away(exercise):
    assert len(exercise.hints) >= 2
    assert len(set(exercise.hints)) == len(exercise.hints)
    assert all(hint.strip() for hint in exercise.hints)
    assert not any(exercise.solution.strip() in hint for hint in exercise.hints)


@by_exercise
def test_the_solution_is_explained(exercise):
    assert exercise.explanation.strip()


@by_exercise
def test_the_kind_is_one_of_the_four(exercise):
    assert exercise.kind in KINDS


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.kind == "find the bug"], ids=lambda e: e.id)
def test_the_bug_is_there_to_be_found(exercise):
    as_found = without_raise(exercise.stub)
    assert as_found != exercise.stub
    assert verdict_of(exercise, answer_to(exercise, as_found)).outcome is Outcome.NOT_YET


@pytest.mark.parametrize("lesson", lesson_numbers())
def test_ids_are_consecutive(lesson):
    ids = [exercise.id for exercise in exercises_of(lesson)]
    assert ids == [f"{lesson}.{number}" for number in range(1, len(ids) + 1)]


# --- the lesson and the registry say the same


@by_ready_lesson
def test_a_ready_lesson_has_enough_exercises_and_a_bug_to_find(lesson):
    kinds = [exercise.kind for exercise in exercises_of(lesson)]
    assert len(kinds) >= FEWEST_EXERCISES
    assert "find the bug" in kinds


@by_ready_lesson
def test_every_objective_is_assessed_by_an_exercise(lesson):
    assessed = {exercise.objective for exercise in exercises_of(lesson)}
    assert set(notebook_of(lesson).course["objectives"]) <= assessed


@by_exercise
def test_the_objective_is_one_of_the_lessons(exercise):
    assert exercise.objective in notebook_of(exercise.lesson).course["objectives"]


def stub_and_check_cells(exercise: Exercise):
    """The cell with the stub of an exercise, and the one with its check."""
    notebook = notebook_of(exercise.lesson)
    checks = [cell for cell in notebook.code if check_ids(cell) == [exercise.id]]
    assert len(checks) == 1, f'{len(checks)} cells call check("{exercise.id}", ...)'
    return notebook.cells[checks[0].index - 1], checks[0]


def check_ids(cell) -> list:
    return [getattr(call.args[0], "value", None) for call in cell.calls("check")]


@by_exercise
def test_the_stub_in_the_lesson_is_the_registrys(exercise):
    stub, _ = stub_and_check_cells(exercise)
    assert stub.source.strip() == exercise.stub.strip()


@by_exercise
def test_the_check_in_the_lesson_asks_for_the_stubs_name_and_stores_that_it_is_not_attempted(exercise):
    _, check = stub_and_check_cells(exercise)
    assert check.source.strip() == f'check("{exercise.id}", {exercise.name})'
    assert check.output_text.strip() == not_attempted(exercise)


@by_exercise
def test_the_name_asked_for_means_nothing_else_in_the_lesson(exercise):
    stub, _ = stub_and_check_cells(exercise)
    others = [cell for cell in notebook_of(exercise.lesson).code if cell.index != stub.index]
    assert exercise.name not in {name for cell in others for name in names_bound_by(cell)}


def names_bound_by(cell) -> set[str]:
    """Names that a cell defines, assigns or imports at its top level."""
    names = {node.name for node in cell.nodes(ast.FunctionDef, ast.ClassDef)}
    names |= {node.id for node in cell.nodes(ast.Name) if isinstance(node.ctx, ast.Store)}
    imports = cell.nodes(ast.Import, ast.ImportFrom)
    return names | {alias.asname or alias.name for node in imports for alias in node.names}


@pytest.mark.notebook
@by_ready_lesson
def test_solutions_written_into_the_lesson_pass_there(lesson):
    """What `setup` stands for is what the lesson really defines: run it as a learner who solved everything."""
    path = find_lesson(lesson).path
    notebook = nbformat.read(path, as_version=4)
    solutions = {exercise.stub.strip(): exercise.solution for exercise in exercises_of(lesson)}
    for cell in notebook.cells:
        cell.source = solutions.get(cell.source.strip(), cell.source)
    executed = run_notebook(notebook, folder=path.parent, name=path.name)
    outputs = [
        "".join(output.get("text", "") for output in cell.get("outputs", ())) for cell in executed.cells
    ]
    passed = [text for text in outputs if text.startswith("Exercise ") and "· passed, with" in text]
    assert len(passed) == len(exercises_of(lesson))
