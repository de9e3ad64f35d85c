"""check, hint, solution and progress: what a learner calls, in words that fit in a notebook's output.

Everything is printed, nothing raised: a wrong call gets a sentence, like a wrong answer.
"""

from __future__ import annotations

import _thread
import contextlib
import io
import linecache
import signal
import threading
import time
import traceback as tracebacks
from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.exercises.progress_file import Entry, read_entries, update_entry
from course_utils.exercises.registry import UnknownExerciseError, find_exercise
from course_utils.exercises.report import counted, progress_report
from course_utils.exercises.types import CheckResult, Exercise, Outcome, Verdict, judge_answer

TRIES_BEFORE_SOLUTION = 2
SECONDS_FOR_ALL_CHECKS = 30
LONGEST_CALL = 160
MOST_ENTRIES = 6
LINES_OF_PRINT = 10
NOTHING_GIVEN = object()


class LearnersFunction:
    """A learner's function that prints nothing; `printed` holds what each call would have printed.

    All calls together have SECONDS_FOR_ALL_CHECKS; then the one that runs, and any later one, raises
    TimeoutError.
    """

    def __init__(self, function: Callable):
        self.function, self.printed = function, []
        self.limit = TimeLimit(SECONDS_FOR_ALL_CHECKS)

    def __call__(self, *args, **kwargs):
        output = io.StringIO()
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                return self.limit.call(self.function, *args, **kwargs)
        finally:
            self.printed.append(output.getvalue())


class TimeLimit:
    """Seconds that several calls may take together; when they are over, it does what the stop button does.

    Only the main thread can be interrupted, and only where an interrupt becomes KeyboardInterrupt, as in
    Python and in a notebook; elsewhere a call may take for ever.
    """

    def __init__(self, seconds: float):
        self.left = seconds
        self.complaint = f"your code ran for more than {seconds:g} seconds; does its loop ever end?"

    def call(self, function: Callable, *args, **kwargs) -> Any:
        """Call the function; TimeoutError, with the traceback of where it was, once the seconds are over."""
        if not _is_interruptible():
            return function(*args, **kwargs)
        if self.left <= 0:
            raise TimeoutError(self.complaint)
        alarm, began = Alarm(self.left), time.monotonic()
        try:
            alarm.start()
            try:
                return function(*args, **kwargs)
            finally:
                self.left -= time.monotonic() - began
                alarm.stop()
        except KeyboardInterrupt as interrupt:
            alarm.cancel()
            if not alarm.rang:  # the learner's own
                raise
            self.left = 0
            raise TimeoutError(self.complaint).with_traceback(interrupt.__traceback__) from None


class Alarm:
    """Interrupts the main thread after some seconds, unless it is stopped before.

    Bare locks, each step of which is one call into C: threading.Timer and its locks are Python code, and an
    interrupt that arrives in the middle of it leaves them locked for ever.
    """

    def __init__(self, seconds: float):
        self.seconds, self.rang = seconds, False
        self.cancelled, self.ended = _thread.allocate_lock(), _thread.allocate_lock()
        self.cancelled.acquire()
        self.ended.acquire()

    def start(self) -> None:
        """Let the seconds run."""
        _thread.start_new_thread(self._wait, ())

    def _wait(self) -> None:
        if not self.cancelled.acquire(timeout=self.seconds):
            self.rang = True
            _thread.interrupt_main()
        self.ended.release()

    def cancel(self) -> None:
        """Let it not ring, if it has not rung."""
        with contextlib.suppress(RuntimeError):  # cancelled before
            self.cancelled.release()

    def stop(self) -> None:
        """Return when it can no longer ring; an interrupt under way arrives before that."""
        self.cancel()
        self.ended.acquire()
        if self.rang:
            time.sleep(0)  # Python delivers what is under way after a call at the latest


def _is_interruptible() -> bool:
    in_main_thread = threading.current_thread() is threading.main_thread()
    return in_main_thread and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def check(exercise_id: str, answer: Any = NOTHING_GIVEN, *, traceback: bool = False) -> None:
    """Judge your answer to an exercise on fresh random data, and print what is right and what is not yet.

    Parameters
    ----------
    exercise_id : the number of the exercise, "04.1".
    answer : your function (its name, without calling it) or your value.
    traceback : print the whole traceback where your code raises.

    Code that runs for more than 30 seconds, as in a loop without end, is interrupted and told so. A loop that
    catches even that (`except:` or `except BaseException:` in it), or one long call into compiled code, goes
    on: press the notebook's stop button, and if that does not help either, restart the kernel.

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
        lines.append(_call(exercise.name, failure))
    elif isinstance(failure.answer, np.ndarray | list | dict):
        lines.append(f"{exercise.name} is {_given(failure.answer)}")
    if _has_other_parameters(failure, judged):
        lines.append(f"The checks call {exercise.call}.")
    elif failure.hint:
        lines.append(f"Hint: {failure.hint}")
    more = _printed(verdict, judged) + _ran_too_long_later(verdict, judged) + _other_name(exercise, judged)
    return "\n".join(lines + more)


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


def _call(name: str, failure: CheckResult) -> str:
    """The call that went wrong and what it gave; where that is too long for one line, without the arguments."""
    arguments = [_short(value) for value in failure.case.args]
    arguments += [f"{key}={_short(value)}" for key, value in failure.case.kwargs.items()]
    given = "changed its arguments to" if failure.check.observes_arguments else "gave"
    outcome = f"{given} {_given(failure.answer)}"
    line = f"{name}({', '.join(arguments)}) {outcome}"
    return line if len(line) <= LONGEST_CALL else f"{name}(...) {outcome}"


def _given(answer: Any) -> str:
    """An answer in a few characters; one number in brackets is easily taken for the number."""
    is_single = isinstance(answer, np.ndarray) and answer.size == 1
    return _short(answer) + (", one number in a list or an array" if is_single else "")


def _short(value: Any) -> str:
    """A value in a few characters: itself if it is small, otherwise its kind and its size."""
    try:
        if isinstance(value, np.ndarray):
            small = value.size <= MOST_ENTRIES
            return str(np.round(value, 3).tolist()) if small else f"<array of shape {value.shape}>"
        if isinstance(value, list | dict):
            return _short_collection(value)
        return f"{value:.4g}" if isinstance(value, float) else repr(value)[:60]
    except Exception:  # the learner's own __repr__ may raise
        return f"<{type(value).__name__}>"


def _short_collection(value: list | dict) -> str:
    if len(value) > MOST_ENTRIES:
        return f"<{type(value).__name__} of {len(value)} entries>"
    if isinstance(value, list):
        return f"[{', '.join(map(_short, value))}]"
    return "{" + ", ".join(f"{key!r}: {_short(entry)}" for key, entry in value.items()) + "}"


def _ran_too_long_later(verdict: Verdict, judged: Any) -> list[str]:
    """Why the answer was so long in coming, where the first failure does not say it."""
    in_time = not isinstance(judged, LearnersFunction) or judged.limit.left > 0
    if in_time or isinstance(verdict.first_failure.error, TimeoutError):
        return []
    return [f"In a later check, {judged.limit.complaint}"]


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
