"""The exercises of lesson 00."""

from course_utils.exercises.types import Exercise

EXERCISES: tuple[Exercise, ...] = ()
