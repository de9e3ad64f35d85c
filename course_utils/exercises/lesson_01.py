"""The exercises of lesson 01."""

from course_utils.exercises.types import Exercise

EXERCISES: tuple[Exercise, ...] = ()
