"""What an exercise is, and how an answer to it is judged: values and pure functions, no input or output.

Imports NumPy and the standard library only, because the grader of untrusted work uses this module and
nothing else of the course. The learner's function is only ever *called*: with copies of the arguments, in
this process (a lesson) or across a JSON pipe (the grader), and what it gives back is reduced to plain
values before anything looks at it. So nothing a learner returns can mislead a judge.
"""

from __future__ import annotations

import ast
import copy
import enum
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

KINDS = ("recall", "apply", "find the bug", "extend")
FORGOT_RETURN = "Your function gave back None: did you forget `return`?"
NO_VALUE_YET = "Your answer is None: assign the value that you found."
DEEPEST_NESTING = 20


class Outcome(enum.StrEnum):
    """The four answers of `check`."""

    PASSED = "passed"
    NOT_YET = "not yet"
    RAISED = "raised"
    NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True, eq=False)
class Case:
    """The arguments of one call: JSON values or float arrays. Empty for an exercise that asks for a value."""

    args: tuple = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One thing that a right answer does, written to catch one misconception.

    Parameters
    ----------
    label : what is checked, as the end of the sentence "First to fail: ...".
    points : weight in a graded assignment; a lesson counts checks.
    make_case : draws the arguments afresh from the `rng` given to it.
    judge : `judge(case, answer) -> bool`; sees the untouched case and a plain answer (see `plain`).
    hint : what to say to whoever fails here first.
    observes_arguments : the judge receives, in place of the answer, the positional arguments as the call left
        them (a list), for the misconception that writes into its input.
    """

    label: str
    points: float
    make_case: Callable[[np.random.Generator], Case]
    judge: Callable[[Case, Any], bool]
    hint: str
    observes_arguments: bool = False


@dataclass(frozen=True)
class WrongAnswer:
    """A misconception that we foresee: complete source in place of the stub, and the hint it must meet.

    It gives a wrong answer rather than raise: what raises is told the exception, and no hint.
    """

    name: str
    source: str
    hint: str


@dataclass(frozen=True)
class Exercise:
    """A question with everything needed to answer it, to judge it and to test it.

    Parameters
    ----------
    id : lesson and place, as "04.1".
    objective : the sentence of the lesson's `metadata.course.objectives` that it assesses, word for word.
    stub : the cell the learner starts from: `def` with `raise NotImplementedError`, or `name = ...`.
    checks : in such an order that the first failure names the misconception.
    hints : from a nudge to nearly the answer.
    solution : complete source in place of the stub.
    wrong_answers : the misconceptions foreseen.
    explanation : why the solution is as it is; shown beneath it.
    kind : one of `KINDS`.
    setup : source that stands for what the lesson has defined before (imports, data); `np` is always there.
    """

    id: str
    objective: str
    stub: str
    checks: tuple[Check, ...]
    hints: tuple[str, ...]
    solution: str
    wrong_answers: tuple[WrongAnswer, ...]
    explanation: str = ""
    kind: str = "apply"
    setup: str = ""

    @property
    def lesson(self) -> str:
        """The lesson's number as text: "04" of "04.1"."""
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        """The name that the learner defines: the first `def` or assignment of the stub."""
        definition = self._definition()
        return definition.name if isinstance(definition, ast.FunctionDef) else definition.targets[0].id

    @property
    def wants_function(self) -> bool:
        """Whether the answer is a function to call; otherwise it is a value."""
        return isinstance(self._definition(), ast.FunctionDef)

    @property
    def call(self) -> str:
        """How the checks call the learner's function: "shrink(z, threshold)"."""
        return f"{self.name}({ast.unparse(self._definition().args)})"

    def _definition(self) -> ast.FunctionDef | ast.Assign:
        for node in ast.parse(self.stub).body:
            if isinstance(node, ast.FunctionDef | ast.Assign):
                return node
        raise ValueError(f"the stub of exercise {self.id} defines nothing: it needs a `def` or `name = ...`")


@dataclass(frozen=True, eq=False)
class CheckResult:
    """How one check went; `error` is what the call raised.

    An answer that could not be judged has a `message` and no `hint`: the check's hint was written for another
    mistake, and would send the learner to a formula that may well be right.
    """

    check: Check
    passed: bool
    message: str = ""
    hint: str = ""
    case: Case = Case()
    answer: Any = None
    error: BaseException | None = None


@dataclass(frozen=True)
class Verdict:
    """The outcome of an exercise and how each check went, in order."""

    outcome: Outcome
    results: tuple[CheckResult, ...] = ()

    @property
    def n_passed(self) -> int:
        """How many checks passed."""
        return sum(result.passed for result in self.results)

    @property
    def points(self) -> float:
        """The points of the checks that passed."""
        return sum(result.check.points for result in self.results if result.passed)

    @property
    def first_failure(self) -> CheckResult | None:
        """The first check that failed, or None: what the learner is told about."""
        return next((result for result in self.results if not result.passed), None)

    @property
    def label(self) -> str:
        """The label of the first check that failed, or an empty text."""
        return self.first_failure.check.label if self.first_failure else ""

    @property
    def hint(self) -> str:
        """The hint written for the mistake made, or an empty text."""
        return self.first_failure.hint if self.first_failure else ""

    @property
    def message(self) -> str:
        """What came instead of a judgeable answer: an exception in one line, a type, or an empty text."""
        return self.first_failure.message if self.first_failure else ""


class NotPlainError(TypeError):
    """The answer is something other than numbers, text, lists, dictionaries or arrays."""


class NotAttemptedError(Exception):
    """The answer still holds the `...` of the stub."""


def judge_answer(exercise: Exercise, answer: Any, rng: np.random.Generator) -> Verdict:
    """Judge a learner's function (any callable) or value against every check of an exercise.

    Parameters
    ----------
    exercise : the exercise answered.
    answer : the value, or (if a function is wanted) what is called with copies of each case's arguments. It
        may run the learner's code anywhere; the learner's exception, or one that stands for it, should come
        through, `NotImplementedError` as itself.
    rng : where the cases are drawn from.

    Returns
    -------
    Verdict : "not attempted" as soon as the stub shows; otherwise the outcome of the first failing check.

    Only KeyboardInterrupt passes through, and what an author's `make_case` raises.
    """
    results = []
    for check in exercise.checks:
        result = _judge_check(exercise, check, answer, rng)
        if isinstance(result.error, NotImplementedError | NotAttemptedError):
            return Verdict(Outcome.NOT_ATTEMPTED)
        results.append(result)
    verdict = Verdict(Outcome.PASSED, tuple(results))
    if verdict.first_failure is None:
        return verdict
    outcome = Outcome.NOT_YET if verdict.first_failure.error is None else Outcome.RAISED
    return Verdict(outcome, tuple(results))


def _judge_check(exercise: Exercise, check: Check, answer: Any, rng: np.random.Generator) -> CheckResult:
    case = check.make_case(rng)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a warning in the learner's code costs nothing
        return _judge_case(exercise, check, case, answer)


def _judge_case(exercise: Exercise, check: Check, case: Case, answer: Any) -> CheckResult:
    args, kwargs = copy.deepcopy((case.args, dict(case.kwargs)))
    try:
        given = answer(*args, **kwargs) if exercise.wants_function else answer
        given = plain(list(args) if check.observes_arguments else given)
    except KeyboardInterrupt:
        raise
    except NotPlainError as error:
        return CheckResult(check, False, message=str(error), case=case)
    except BaseException as error:
        return CheckResult(check, False, message=one_line(error), case=case, error=error)
    if given is None:  # never right, though "is not the usual mistake" may hold of it
        hint = FORGOT_RETURN if exercise.wants_function else NO_VALUE_YET
        return CheckResult(check, False, hint=hint, case=case)
    passed = _says_yes(check, case, given)
    return CheckResult(check, passed, hint="" if passed else check.hint, case=case, answer=given)


def _says_yes(check: Check, case: Case, answer: Any) -> bool:
    """Ask the judge; an answer of an unforeseen shape or type that trips it up is a wrong answer."""
    try:
        return bool(check.judge(case, answer))
    except Exception:
        return False


def plain(value: Any, depth: int = 0) -> Any:
    """Reduce an answer to None, bool, int, float, str, list, dict with text keys, or a float64 array.

    NumPy scalars and 0-d arrays become numbers. Anything rectangular and numeric (lists, tuples, integer and
    boolean arrays, pandas columns) becomes a float array, and subclasses lose whatever they override.

    Raises NotPlainError for anything else, NotAttemptedError where a `...` is left.
    """
    if value is ...:
        raise NotAttemptedError
    if depth > DEEPEST_NESTING:
        raise NotPlainError(f"Your answer is nested more than {DEEPEST_NESTING} deep.")
    if value is None or isinstance(value, bool):
        return value
    for kind, reduce in _SCALARS:
        if isinstance(value, kind):
            return reduce(value)
    if isinstance(value, dict):
        return {_key(key): plain(entry, depth + 1) for key, entry in dict.items(value)}
    if isinstance(value, list):
        return _plain_sequence(list(list.__iter__(value)), depth)
    if isinstance(value, tuple):
        return _plain_sequence(list(tuple.__iter__(value)), depth)
    return _plain_array(value, depth)


_SCALARS = (
    (np.bool_, bool),
    (np.integer, int),
    (np.floating, float),  # np.float64 is a Python float too: NumPy's kinds come before Python's
    (int, int.__int__),
    (float, float.__float__),
    (str, str.__str__),
)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    raise NotPlainError(
        f"Your answer is a dictionary with a key of type {type(key).__name__}; text is needed."
    )


def _plain_sequence(values: list, depth: int) -> Any:
    """A float array if the entries are numbers or equally shaped arrays of them, else a list."""
    entries = [plain(entry, depth + 1) for entry in values]
    shapes = {entry.shape if isinstance(entry, np.ndarray) else () for entry in entries}
    if len(shapes) > 1 or not all(isinstance(entry, bool | int | float | np.ndarray) for entry in entries):
        return entries
    try:
        return np.array(entries, dtype=np.float64)
    except OverflowError:
        return entries


def _plain_array(value: Any, depth: int) -> Any:
    """The array behind an ndarray, a pandas object or anything else that NumPy can read as one."""
    if not isinstance(value, np.ndarray):
        if not hasattr(type(value), "__array__"):
            raise NotPlainError(_not_plain(value))
        value = np.asarray(value)
    value = np.array(value, subok=False)
    if value.dtype.kind in "biuf":
        value = value.astype(np.float64)
        return value if value.ndim else float(value)
    if value.dtype.kind in "OUT":
        return plain(value.tolist(), depth + 1)
    raise NotPlainError(f"Your answer is an array of {value.dtype}; real numbers or text are needed.")


def _not_plain(value: Any) -> str:
    return (
        f"Your answer is of type {type(value).__name__}; a number, text, a list, a dictionary or an array is "
        "needed. Is it one of its fields that you mean?"
    )


def close(answer: Any, expected: Any, *, rtol: float = 1e-6, atol: float = 1e-9) -> bool:
    """Whether answer has expected's shape and |answer - expected| <= atol + rtol |expected| everywhere.

    False, never an exception, for None, text, ragged lists, NaN and wrong shapes: for use in a `judge`.
    """
    try:
        answer, expected = (np.asarray(value) for value in (answer, expected))
        if answer.shape != expected.shape or answer.dtype.kind not in "biuf":
            return False
        return bool(np.all(np.isclose(answer.astype(float), expected.astype(float), rtol=rtol, atol=atol)))
    except Exception:
        return False


def is_truth(truth: Callable) -> Callable[[Case, Any], bool]:
    """Return a judge that accepts what is close to the right answer, `truth(*case.args)`."""
    return lambda case, answer: close(answer, truth(*case.args))


def is_not(mistake: Callable) -> Callable[[Case, Any], bool]:
    """Return a judge that accepts any answer but the mistake, `mistake(*case.args)`: for one misconception."""
    return lambda case, answer: not close(answer, mistake(*case.args))


def edited(source: str, old: str, new: str) -> str:
    """Return source with its one occurrence of old replaced: a wrong answer is a solution with one edit.

    Raises ValueError if old does not occur exactly once, so that no wrong answer is the solution unawares.
    """
    if source.count(old) != 1:
        raise ValueError(f"{old!r} occurs {source.count(old)} times in the source; exactly once is needed")
    return source.replace(old, new)


def without_raise(stub: str) -> str:
    """Return a stub without its `raise NotImplementedError` line: the code with the bug, as it is found."""
    lines = stub.splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip().startswith("raise NotImplementedError"))


def one_line(error: BaseException) -> str:
    """The type and the first line of the message, whatever the exception's own `__str__` does."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:
        lines = []
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__


def no_arguments(rng: np.random.Generator) -> Case:
    """The make_case of an exercise that asks for a value."""
    return Case()
