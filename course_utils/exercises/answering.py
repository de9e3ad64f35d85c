"""check, hint, solution and progress: what a learner calls, in words that fit in a notebook's output.

Everything is printed, nothing raised: a wrong call gets a sentence, like a wrong answer.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import traceback as tracebacks
from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.exercises.progress_file import Entry, read_entries, update_entry
from course_utils.exercises.registry import UnknownExerciseError, find_exercise
from course_utils.exercises.report import counted, progress_report
from course_utils.exercises.types import CheckResult, Exercise, Outcome, Verdict, judge_answer

TRIES_BEFORE_SOLUTION = 2
LONGEST_CALL = 160
LINES_OF_PRINT = 10
NOTHING_GIVEN = object()


class LearnersFunction:
    """A learner's function that prints nothing; `printed` holds what each call would have printed."""

    def __init__(self, function: Callable):
        self.function, self.printed = function, []

    def __call__(self, *args, **kwargs):
        output = io.StringIO()
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                return self.function(*args, **kwargs)
        finally:
            self.printed.append(output.getvalue())


def check(exercise_id: str, answer: Any = NOTHING_GIVEN, *, traceback: bool = False) -> None:
    """Judge your answer to an exercise on fresh random data, and print what is right and what is not yet.

    Parameters
    ----------
    exercise_id : the number of the exercise, "04.1".
    answer : your function (its name, without calling it) or your value.
    traceback : print the whole traceback where your code raises.

    Lesson: notebooks/00_start_here.ipynb
    """
    with _telling_not_raising():
        exercise = find_exercise(exercise_id)
        misuse = _misuse(exercise, answer)
        if misuse:
            print(f"Exercise {exercise.id} · {misuse}")
            return
        judged = LearnersFunction(answer) if exercise.wants_function else answer
        verdict = judge_answer(exercise, judged, np.random.default_rng())
        print(describe(exercise, verdict, judged))
        if traceback and verdict.outcome is Outcome.RAISED:
            print("".join(_learners_traceback(verdict.first_failure.error)), end="")
        if verdict.outcome is not Outcome.NOT_ATTEMPTED:
            _tell(update_entry(exercise.id, lambda entry: entry.after_try(verdict.outcome))[1])


def hint(exercise_id: str) -> None:
    """Print one more hint, beneath those you have seen.

    Lesson: notebooks/00_start_here.ipynb
    """
    with _telling_not_raising():
        exercise = find_exercise(exercise_id)
        n_hints = len(exercise.hints)
        entry, notice = update_entry(exercise.id, lambda entry: entry.after_hint(n_hints))
        for number, text in enumerate(exercise.hints[: entry.hints_used], start=1):
            print(f"Hint {number} of {n_hints} for {exercise.id}: {text}")
        left = n_hints - entry.hints_used
        print(
            f'{left} left: hint("{exercise.id}")'
            if left
            else f'None left. There is solution("{exercise.id}").'
        )
        _tell(notice)


def solution(exercise_id: str, *, show: bool = False) -> None:
    """Print the worked solution: once you have passed, after two tries, or at once with `show=True`.

    Lesson: notebooks/00_start_here.ipynb
    """
    with _telling_not_raising():
        exercise = find_exercise(exercise_id)
        entries, notice = read_entries()
        entry = entries.get(exercise.id, Entry())
        _tell(notice)
        if not show and entry.outcome != Outcome.PASSED and entry.tries < TRIES_BEFORE_SOLUTION:
            print(
                f"The solution of {exercise.id} opens after {TRIES_BEFORE_SOLUTION} tries; you have made "
                f'{entry.tries}. To see it now: solution("{exercise.id}", show=True)'
            )
            return
        print(f"Solution of {exercise.id}\n\n{exercise.solution.strip()}")
        if exercise.explanation:
            print(f"\n{exercise.explanation.strip()}")
        _tell(update_entry(exercise.id, Entry.after_solution)[1])


def progress() -> None:
    """Print what you have done so far, lesson by lesson.

    Lesson: notebooks/00_start_here.ipynb
    """
    with _telling_not_raising():
        print(progress_report())


def describe(exercise: Exercise, verdict: Verdict, judged: Any = None) -> str:
    """The verdict in words; a LearnersFunction as `judged` adds where it raised and what it printed."""
    if verdict.outcome is Outcome.NOT_ATTEMPTED:
        return not_attempted(exercise, judged)
    if verdict.outcome is Outcome.PASSED:
        checks = counted(len(verdict.results), "check", "checks")
        return f'Exercise {exercise.id} · passed, with {checks}. Compare with solution("{exercise.id}").'
    failure, n_checks = verdict.first_failure, counted(len(verdict.results), "check passes", "checks pass")
    lines = [
        f"Exercise {exercise.id} · {verdict.outcome}: {verdict.n_passed} of {n_checks}. "
        f"First to fail: {failure.check.label}."
    ]
    if failure.message:
        lines.append(failure.message + _place(failure, judged))
    elif exercise.wants_function:
        lines += _call(exercise.name, failure)
    if _has_other_parameters(failure, judged):
        lines.append(f"The checks call {exercise.call}.")
    elif failure.hint:
        lines.append(f"Hint: {failure.hint}")
    return "\n".join(lines + _printed(verdict, judged) + _other_name(exercise, judged))


def not_attempted(exercise: Exercise, judged: Any = None) -> str:
    """The line that a stub gets, the same on every machine, because lessons store it."""
    line = f"Exercise {exercise.id} · not attempted yet. "
    if isinstance(judged, LearnersFunction) and _differs_from(exercise.stub, judged.function):
        return line + f"`raise NotImplementedError` still stands in {exercise.name}: delete that line."
    return line + (
        f"Write your answer in {exercise.name} above, run that cell, then this one. "
        f'Stuck? hint("{exercise.id}")'
    )


def _misuse(exercise: Exercise, answer: Any) -> str:
    """What is wrong with the way that `check` was called, or an empty text."""
    call = f'check("{exercise.id}", {exercise.name})'
    if answer is NOTHING_GIVEN:
        return f"your answer is missing. Call {call}"
    if not exercise.wants_function:
        if callable(answer):
            return f"a value is asked for, and this is a function. Call {call} with the value it returns."
        return ""
    if isinstance(answer, str):
        return f"pass the function itself, without quotes: {call}"
    if answer is None:
        return f"this is None. Define {exercise.name} with `def`, run that cell, then {call}"
    if not callable(answer):
        return f"pass the function itself, without calling it: {call}. This is {_short(answer)}."
    return ""


def _place(failure: CheckResult, judged: Any) -> str:
    """Where the learner's own code raised, if it did: " (line 3: `beta[j] = z`)"."""
    if failure.error is None or not isinstance(judged, LearnersFunction):
        return ""
    file = getattr(getattr(judged.function, "__code__", None), "co_filename", None)
    frames = [frame for frame in tracebacks.extract_tb(failure.error.__traceback__) if frame.filename == file]
    if not frames:
        return ""
    source = linecache.getline(file, frames[-1].lineno).strip()
    return f" (line {frames[-1].lineno} of your cell" + (f": `{source}`)" if source else ")")


def _has_other_parameters(failure: CheckResult, judged: Any) -> bool:
    """Whether the call failed before the learner's code began: a hint about that code would mislead."""
    return isinstance(failure.error, TypeError) and not _place(failure, judged)


def _learners_traceback(error: BaseException) -> list[str]:
    """The formatted traceback without the frames of this package."""
    tb = error.__traceback__
    while tb is not None and tb.tb_frame.f_globals.get("__name__", "").startswith("course_utils.exercises"):
        tb = tb.tb_next
    return tracebacks.format_exception(type(error), error, tb)


def _call(name: str, failure: CheckResult) -> list[str]:
    """The call that went wrong and what it gave, if that fits in one line."""
    arguments = [_short(value) for value in failure.case.args]
    arguments += [f"{key}={_short(value)}" for key, value in failure.case.kwargs.items()]
    given = "changed its arguments to" if failure.check.observes_arguments else "gave"
    line = f"{name}({', '.join(arguments)}) {given} {_short(failure.answer)}"
    return [line] if len(line) <= LONGEST_CALL else []


def _short(value: Any) -> str:
    """A value in a few characters."""
    try:
        if isinstance(value, np.ndarray) and value.size > 6:
            return f"<array of shape {value.shape}>"
        if isinstance(value, np.ndarray):
            return str(np.round(value, 3).tolist())
        if isinstance(value, list):
            return f"[{', '.join(map(_short, value))}]"
        return f"{value:.4g}" if isinstance(value, float) else repr(value)[:60]
    except Exception:  # the learner's own __repr__ may raise
        return f"<{type(value).__name__}>"


def _printed(verdict: Verdict, judged: Any) -> list[str]:
    """What the learner's function printed in the call that failed first, shortened."""
    if not isinstance(judged, LearnersFunction):
        return []
    lines = judged.printed[verdict.results.index(verdict.first_failure)].splitlines()
    more = [f"... and {len(lines) - LINES_OF_PRINT} more lines"] if len(lines) > LINES_OF_PRINT else []
    return ["It printed:", *lines[:LINES_OF_PRINT], *more] if lines else []


def _other_name(exercise: Exercise, judged: Any) -> list[str]:
    """A reminder for whoever checks a function of another name, perhaps by mistake."""
    name = getattr(getattr(judged, "function", None), "__name__", None)
    if name in (None, "<lambda>", exercise.name):
        return []
    return [f"This was your function {name}; the exercise asks for {exercise.name}."]


def _differs_from(stub: str, function: Callable) -> bool:
    """Whether the learner has written anything into the stub; False where the source is not to be had."""
    code = getattr(function, "__code__", None)
    source = "".join(linecache.getlines(code.co_filename)) if code else ""
    return bool(source) and stub.strip() not in source


def _tell(notice: str) -> None:
    if notice:
        print(notice)


@contextlib.contextmanager
def _telling_not_raising():
    """Print a wrong id as a sentence, and a fault of ours as one that clears the learner."""
    try:
        yield
    except UnknownExerciseError as error:
        print(error)
    except Exception as error:
        print(f"The course made a mistake here, not you ({type(error).__name__}: {error}). Please report it.")
