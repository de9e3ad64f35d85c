"""Finds exercises by their id; a lesson's module is imported when it is first asked for."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from course_utils.exercises.types import Exercise

MODULE_PREFIX = "lesson_"


class UnknownExerciseError(LookupError):
    """There is no exercise of that id; the message says which there are."""


def lesson_numbers() -> tuple[str, ...]:
    """The lessons that have a module of exercises, in order: "00", "01", ..."""
    modules = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return tuple(
        sorted(name.removeprefix(MODULE_PREFIX) for name in modules if name.startswith(MODULE_PREFIX))
    )


def exercises_of(lesson: str) -> tuple[Exercise, ...]:
    """The exercises of one lesson, in order."""
    return importlib.import_module(f"course_utils.exercises.{MODULE_PREFIX}{lesson}").EXERCISES


def all_exercises() -> tuple[Exercise, ...]:
    """Every exercise of the course, in order."""
    return tuple(exercise for lesson in lesson_numbers() for exercise in exercises_of(lesson))


def find_exercise(exercise_id: str) -> Exercise:
    """Return the exercise of that id, such as "04.1".

    Raises UnknownExerciseError with a sentence for a learner.
    """
    if not isinstance(exercise_id, str):
        raise UnknownExerciseError('The first argument is the number of the exercise, in quotes: "04.1".')
    lesson = exercise_id.partition(".")[0]
    if lesson not in lesson_numbers():
        known = ", ".join(number for number in lesson_numbers() if exercises_of(number))
        raise UnknownExerciseError(
            f'There is no exercise "{exercise_id}". Lessons with exercises: {known or "none"}.'
        )
    exercises = exercises_of(lesson)
    for exercise in exercises:
        if exercise.id == exercise_id:
            return exercise
    known = ", ".join(exercise.id for exercise in exercises) or "none yet"
    raise UnknownExerciseError(f'There is no exercise "{exercise_id}". Those of lesson {lesson}: {known}.')
