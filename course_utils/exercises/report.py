"""What a learner has done so far, as text for them and as records for an instructor."""

from __future__ import annotations

from dataclasses import asdict

import course_utils
from course_utils.exercises.progress_file import Entry, read_entries
from course_utils.exercises.registry import all_exercises, exercises_of, lesson_numbers
from course_utils.exercises.types import Exercise, Outcome


def progress_report() -> str:
    """Every lesson with exercises, every exercise with its outcome, in plain ASCII for any terminal."""
    entries, notice = read_entries()
    lines = [notice] if notice else []
    for lesson in filter(exercises_of, lesson_numbers()):
        done = {exercise: entries.get(exercise.id, Entry()) for exercise in exercises_of(lesson)}
        n_passed = sum(entry.outcome == Outcome.PASSED for entry in done.values())
        lines.append(f"Lesson {lesson}: {n_passed} of {len(done)} exercises passed")
        lines += [_line(exercise, entry) for exercise, entry in done.items()]
    return "\n".join(lines) or "There are no exercises yet."


def progress_records() -> list[dict]:
    """One record an exercise, attempted or not; nothing in it names the learner or the machine."""
    entries, _ = read_entries()
    return [
        {
            "course_version": course_utils.__version__,
            "lesson": exercise.lesson,
            "exercise": exercise.id,
            "kind": exercise.kind,
            **asdict(entries.get(exercise.id, Entry())),
        }
        for exercise in all_exercises()
    ]


def counted(number: int, singular: str, plural: str) -> str:
    """A number with its noun: "1 try", "2 tries"."""
    return f"{number} {singular if number == 1 else plural}"


def _line(exercise: Exercise, entry: Entry) -> str:
    spent = [counted(entry.tries, "try", "tries")] if entry.tries else []
    spent += [counted(entry.hints_used, "hint", "hints")] if entry.hints_used else []
    spent += ["solution seen"] if entry.solution_seen else []
    mark = "x" if entry.outcome == Outcome.PASSED else " "
    return f"  [{mark}] {exercise.id} {exercise.name}: {', '.join([entry.outcome, *spent])}"
