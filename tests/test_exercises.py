"""The engine behind check, hint and solution, on one exercise of each sort that are not in the course."""

from __future__ import annotations

import _thread
import ast
import json
import linecache
import re
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import course_utils.exercises
from course_utils.exercises import answering, check, hint, solution
from course_utils.exercises.answering import LearnersFunction, describe
from course_utils.exercises.registry import UnknownExerciseError, find_exercise
from course_utils.exercises.types import (
    FORGOT_RETURN,
    NO_VALUE_YET,
    Case,
    Check,
    Exercise,
    NotPlainError,
    Outcome,
    WrongAnswer,
    close,
    edited,
    is_truth,
    judge_answer,
    no_arguments,
    plain,
    without_raise,
)
from course_utils.objective import duality_gap, lam_max
from course_utils.prox import soft_threshold


def drawn(low, high):
    return lambda rng: Case((rng.uniform(low, high, size=4), 0.5))


def is_shrunk(case, answer):
    return close(answer, soft_threshold(*case.args))


SHRINK = """def shrink(z, threshold):
    return np.sign(z) * np.maximum(np.abs(z) - threshold, 0)
"""
FUNCTION = Exercise(
    id="00.1",
    objective="shrink a number",
    stub="def shrink(z, threshold):\n    raise NotImplementedError\n",
    checks=(
        Check("far from zero", 1, drawn(2, 3), is_shrunk, "Subtract the threshold."),
        Check("the sign", 1, drawn(-3, -2), is_shrunk, "A negative z stays negative."),
        Check("the dead zone", 2, drawn(-0.4, 0.4), is_shrunk, "Nothing crosses zero."),
        Check(
            "z itself",
            1,
            drawn(2, 3),
            lambda case, arguments: close(arguments[0], case.args[0]),
            "Your function writes into z.",
            observes_arguments=True,
        ),
    ),
    hints=("Draw it.", "Two cases.", "np.sign and np.maximum."),
    solution=SHRINK,
    wrong_answers=(
        WrongAnswer("no threshold", "def shrink(z, threshold):\n    return z\n", "Subtract the threshold."),
        WrongAnswer("no sign", edited(SHRINK, "np.sign(z) * ", ""), "A negative z stays negative."),
        WrongAnswer(
            "crosses zero",
            "def shrink(z, threshold):\n    return z - threshold * np.sign(z)\n",
            "Nothing crosses zero.",
        ),
        WrongAnswer(
            "writes into z",
            "def shrink(z, threshold):\n    z[:] = np.sign(z) * np.maximum(np.abs(z) - threshold, 0)\n    return z\n",
            "Your function writes into z.",
        ),
        WrongAnswer(
            "forgets return", "def shrink(z, threshold):\n    np.maximum(z - threshold, 0)\n", FORGOT_RETURN
        ),
    ),
    explanation="The threshold is a price.",
)
VALUE = Exercise(
    id="00.2",
    objective="count what is not zero",
    kind="recall",
    stub="n_selected = ...\n",
    checks=(Check("the count", 1, no_arguments, lambda case, answer: answer == 2, "Count the non-zeros."),),
    hints=("Count.",),
    solution="n_selected = int(np.sum(beta != 0))\n",
    wrong_answers=(
        WrongAnswer("counts all", "n_selected = len(beta)\n", "Count the non-zeros."),
        WrongAnswer("no value", "n_selected = print('two')\n", NO_VALUE_YET),
    ),
    setup="beta = np.array([0.0, 1.0, -2.0])\n",
)
MEAN_WITH_BUG = """def mean_square(z):
    raise NotImplementedError  # find the bug, then delete this line
    total = 0
    for value in z:
        total = value**2
    return total / len(z)
"""
BUG = Exercise(
    id="00.3",
    objective="read code against its formula",
    kind="find the bug",
    stub=MEAN_WITH_BUG,
    checks=(
        Check(
            "one number",
            1,
            lambda rng: Case((rng.normal(size=1),)),
            lambda case, answer: close(answer, np.mean(case.args[0] ** 2)),
            "Begin with a single number.",
        ),
        Check(
            "several numbers",
            1,
            lambda rng: Case((rng.normal(size=5),)),
            lambda case, answer: close(answer, np.mean(case.args[0] ** 2)),
            "Which of the numbers does the total remember?",
        ),
    ),
    hints=("Follow total.",),
    solution=edited(without_raise(MEAN_WITH_BUG), "total = value**2", "total += value**2"),
    wrong_answers=(
        WrongAnswer(
            "as found", without_raise(MEAN_WITH_BUG), "Which of the numbers does the total remember?"
        ),
    ),
)


def small_lasso(rng):
    X = rng.normal(size=(30, 4)) + 2
    y = X @ [2.0, 0.0, -1.0, 0.0] + rng.normal(size=30)
    return Case((X, y), {"lam": 0.1 * lam_max(X, y)})


def has_small_gap(case, answer):
    (X, y), lam = case.args, case.kwargs["lam"]
    return duality_gap(X, y, answer["beta"], answer["intercept"], lam) < 1e-6


MY_LASSO = """def my_lasso(X, y, lam):
    model = Lasso(alpha=lam, tol=1e-12).fit(X, y)
    return {"beta": model.coef_, "intercept": model.intercept_}
"""
SOLVER = Exercise(
    id="00.4",
    objective="solve to a gap",
    kind="extend",
    stub="def my_lasso(X, y, lam):\n    raise NotImplementedError\n",
    checks=(Check("the duality gap", 1, small_lasso, has_small_gap, "The gap says that you are not done."),),
    hints=("Any solver will do.",),
    solution=MY_LASSO,
    wrong_answers=(
        WrongAnswer(
            "another lam",
            edited(MY_LASSO, "alpha=lam", "alpha=lam / len(y)"),
            "The gap says that you are not done.",
        ),
    ),
    setup="from sklearn.linear_model import Lasso\n",
)
EXAMPLES = (FUNCTION, VALUE, BUG, SOLVER)


def answer_to(exercise, source):
    names = {"np": np}
    exec(exercise.setup, names)
    exec(source, names)
    return names[exercise.name]


def verdict_of(exercise, answer, seed=0):
    return judge_answer(exercise, answer, np.random.default_rng(seed))


@pytest.fixture(autouse=True)
def examples_as_lesson_00(monkeypatch):
    monkeypatch.setitem(sys.modules, "course_utils.exercises.lesson_00", SimpleNamespace(EXERCISES=EXAMPLES))


@pytest.fixture
def printed(capsys):
    """Call something and return what it printed; nothing may reach stderr."""

    def call(function, *args, **kwargs):
        function(*args, **kwargs)
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return call


by_exercise = pytest.mark.parametrize("exercise", EXAMPLES, ids=lambda exercise: exercise.name)


# --- judging


@by_exercise
def test_the_solution_passes_every_check(exercise):
    verdict = verdict_of(exercise, answer_to(exercise, exercise.solution))
    assert verdict.outcome is Outcome.PASSED
    assert verdict.points == sum(check.points for check in exercise.checks)


@by_exercise
def test_the_stub_is_not_attempted(exercise):
    assert verdict_of(exercise, answer_to(exercise, exercise.stub)).outcome is Outcome.NOT_ATTEMPTED


@by_exercise
def test_each_wrong_answer_meets_its_hint(exercise):
    met = [verdict_of(exercise, answer_to(exercise, wrong.source)).hint for wrong in exercise.wrong_answers]
    assert met == [wrong.hint for wrong in exercise.wrong_answers]


def test_points_count_every_check_that_passes_also_after_a_failure():
    verdict = verdict_of(FUNCTION, answer_to(FUNCTION, FUNCTION.wrong_answers[1].source))
    assert verdict.label == "the sign"
    assert verdict.points == 4


def test_the_judge_compares_with_arguments_that_the_learner_cannot_touch():
    def shrink(z, threshold):
        z[:] = 0.0
        return z

    assert verdict_of(FUNCTION, shrink).results[0].passed is False


def test_warnings_in_the_learners_code_cost_nothing():
    def shrink(z, threshold):
        warnings.warn("look out", UserWarning, stacklevel=1)
        return soft_threshold(z, threshold)

    assert verdict_of(FUNCTION, shrink).outcome is Outcome.PASSED


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), GeneratorExit(), RecursionError()])
def test_whatever_the_learners_code_raises_is_reported(error):
    def shrink(z, threshold):
        raise error

    verdict = verdict_of(FUNCTION, shrink)
    assert verdict.outcome is Outcome.RAISED
    assert verdict.message.startswith(type(error).__name__)


def test_stopping_the_kernel_stops_the_check():
    def shrink(z, threshold):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verdict_of(FUNCTION, shrink)


@pytest.mark.parametrize("body", ["sine(z)", "z + z[1:]", "z[9]", "z + '1'", "z.mean(axis=5)", "max(z, 0)"])
def test_an_exception_gets_no_hint_because_the_hint_was_written_for_another_mistake(body):
    verdict = verdict_of(FUNCTION, answer_to(FUNCTION, f"def shrink(z, threshold):\n    return {body}\n"))
    assert verdict.outcome is Outcome.RAISED
    assert verdict.message
    assert {result.hint for result in verdict.results} == {""}


def test_an_answer_that_cannot_be_judged_gets_no_hint_about_what_it_says():
    verdict = verdict_of(FUNCTION, lambda z, threshold: AlwaysEqual())
    assert verdict.message.startswith("Your answer is of type AlwaysEqual")
    assert verdict.hint == ""


def test_an_exception_that_cannot_say_what_it_is_still_has_a_name():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    def shrink(z, threshold):
        raise Mute

    assert verdict_of(FUNCTION, shrink).message == "Mute"


class AlwaysEqual:
    def __eq__(self, other):
        return True

    __hash__ = None


class Flattering(np.ndarray):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return np.zeros(4)

    def __array_function__(self, *arguments):
        return True

    __hash__ = None


class FlatteringFloat(float):
    def __eq__(self, other):
        return True

    def __float__(self):
        return 2.0

    __hash__ = None


GARBAGE = {
    "always equal": AlwaysEqual(),
    "ndarray subclass": np.ones(4).view(Flattering),
    "float subclass": FlatteringFloat(7.0),
    "None": None,
    "text": "2",
    "NaN": float("nan"),
    "infinity": float("inf"),
    "huge integer": 10**400,
    "complex": 1j,
    "complex array": np.ones(4) * 1j,
    "bytes": b"2",
    "wrong shape": np.ones((4, 4, 4)),
    "ragged": [[1.0], [1.0, 2.0]],
    "objects": np.array([object()], dtype=object),
    "a class": type,
    "a generator": (value for value in ()),
    "a dictionary": {"beta": None},
    "numbered keys": {1: 2},
    "nothing": [],
}


@by_exercise
@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_neither_passes_nor_raises(exercise, garbage):
    answer = (lambda *args, **kwargs: garbage) if exercise.wants_function else garbage
    assert verdict_of(exercise, answer).outcome is Outcome.NOT_YET


def test_a_list_that_holds_itself_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises(NotPlainError, match="more than 20 deep"):
        plain(endless)


def test_the_example_for_authors_is_an_exercise_that_works():
    text = course_utils.exercises.__doc__.partition("::\n\n")[2].partition("\n\n- ")[0]
    *definitions, exercise = ast.parse(textwrap.dedent(text)).body
    names = dict(globals())
    exec(compile(ast.Module(definitions, []), "<docstring>", "exec"), names)
    example = eval(compile(ast.Expression(exercise.value), "<docstring>", "eval"), names)
    assert verdict_of(example, answer_to(example, example.solution)).outcome is Outcome.PASSED
    wrong = example.wrong_answers[0]
    assert verdict_of(example, answer_to(example, wrong.source)).hint == wrong.hint


# --- plain values


def is_plain(value):
    if isinstance(value, list | dict):
        return all(map(is_plain, value.values() if type(value) is dict else value))
    if type(value) is np.ndarray:
        return value.dtype == np.float64
    return type(value) in (type(None), bool, int, float, str)


numbers = st.integers() | st.floats() | st.booleans()
json_values = st.recursive(
    st.none() | numbers | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_every_json_value_becomes_plain_and_stays_so(value):
    once = plain(value)
    assert is_plain(once)
    assert repr(plain(once)) == repr(once)


@pytest.mark.parametrize(
    "value",
    [
        [1, 2, 3],
        (1, 2, 3),
        np.array([1, 2, 3]),
        [np.int64(1), np.float32(2), 3.0],
        np.array([1, 2, 3], object),
    ],
    ids=["list", "tuple", "integers", "scalars", "objects"],
)
def test_any_sequence_of_numbers_becomes_a_float_array(value):
    reduced = plain(value)
    assert reduced.dtype == np.float64
    assert reduced.tolist() == [1, 2, 3]


def test_numpy_scalars_and_arrays_without_dimension_become_python_numbers():
    values = [np.float64(2), np.int8(2), np.bool_(True), np.array(2.0), np.str_("2")]
    assert [type(plain(value)) for value in values] == [float, int, bool, float, str]


def test_columns_of_a_frame_are_read_by_value():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    assert plain(frame["a"]).tolist() == [1.0, 2.0]
    assert plain(frame["b"]) == ["x", "y"]


def test_integers_too_large_for_a_float_stay_a_list():
    assert plain([10**400, 1]) == [10**400, 1]


def test_a_pair_of_an_array_and_a_number_keeps_its_parts():
    beta, intercept = plain((np.array([1, 2]), np.float64(3)))
    assert beta.tolist() == [1, 2]
    assert intercept == 3


def test_an_answer_of_another_type_is_named():
    with pytest.raises(NotPlainError, match="of type AlwaysEqual; a number"):
        plain(AlwaysEqual())


@pytest.mark.parametrize(
    "answer", [None, "1", [1.0], [[1.0], [1.0, 2.0]], [[1.0, 2.0]], [1.0, float("nan")], [1.0, 2.1], {}, 1.0]
)
def test_close_is_false_for_anything_but_the_same_numbers_in_the_same_shape(answer):
    assert close(answer, [1.0, 2.0]) is False


def test_close_accepts_rounding_and_lists():
    assert close([1, 2 + 1e-9], np.array([1.0, 2.0])) is True


def test_an_edit_that_would_change_nothing_is_refused():
    with pytest.raises(ValueError, match="occurs 0 times"):
        edited("a = 1", "b", "c")


def test_types_import_numpy_and_the_standard_library_only():
    code = (
        "import sys, course_utils.exercises.types;"
        "top = {name.partition('.')[0] for name in sys.modules};"
        "print(sorted(top & {'scipy', 'pandas', 'sklearn', 'matplotlib', 'IPython'}))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def through_a_pipe(function):
    """What the grader will do: arguments and answer exist on the other side only as JSON."""

    def encoded(value):
        return json.loads(
            json.dumps(value, default=lambda array: {"array": array.tolist()}),
            object_hook=lambda entry: np.array(entry["array"]) if "array" in entry else entry,
        )

    return lambda *args, **kwargs: encoded(function(*encoded(list(args)), **encoded(kwargs)))


@pytest.mark.parametrize("exercise", [FUNCTION, BUG, SOLVER], ids=lambda exercise: exercise.name)
def test_the_same_checks_judge_a_function_at_the_other_end_of_a_pipe(exercise):
    remote = through_a_pipe(answer_to(exercise, exercise.solution))
    wrong = through_a_pipe(answer_to(exercise, exercise.wrong_answers[0].source))
    assert verdict_of(exercise, remote).outcome is Outcome.PASSED
    assert verdict_of(exercise, wrong).hint == exercise.wrong_answers[0].hint


# --- what a learner reads


def test_check_answers_the_stub_with_one_line_that_lessons_store(printed):
    assert printed(check, "00.1", answer_to(FUNCTION, FUNCTION.stub)) == (
        "Exercise 00.1 · not attempted yet. Write your answer in shrink above, run that cell, then this one. "
        'Stuck? hint("00.1")\n'
    )


def test_check_answers_a_value_stub_with_the_same_line(printed):
    assert "not attempted yet. Write your answer in n_selected above" in printed(check, "00.2", ...)


def test_check_says_when_all_is_right(printed):
    assert (
        printed(check, "00.2", 2) == 'Exercise 00.2 · passed, with 1 check. Compare with solution("00.2").\n'
    )


def test_check_names_the_first_failure_shows_the_call_and_gives_its_hint(printed):
    out = printed(check, "00.1", lambda z, threshold: abs(z) - threshold).splitlines()
    assert out[0] == "Exercise 00.1 · not yet: 2 of 4 checks pass. First to fail: the sign."
    assert re.fullmatch(r"shrink\(\[-2\..*\], 0\.5\) gave \[.*\]", out[1])
    assert out[2] == "Hint: A negative z stays negative."


def test_check_reports_an_exception_in_one_line_with_the_line_of_the_cell(printed):
    source = "def shrink(z, threshold):\n    shorter = z[1:]\n    return z + shorter\n"
    names = {}
    exec(compile(source, "<cell 7>", "exec"), names)
    linecache.cache["<cell 7>"] = (len(source), None, source.splitlines(keepends=True), "<cell 7>")
    out = printed(check, "00.1", names["shrink"])
    assert "ValueError: operands could not be broadcast" in out
    assert "(line 3 of your cell: `return z + shorter`)" in out
    assert "Traceback" not in out


def test_check_prints_the_traceback_of_the_learners_frames_when_asked(printed):
    out = printed(check, "00.1", lambda z, threshold: z[9], traceback=True)
    assert "Traceback (most recent call last)" in out
    assert "course_utils" not in out


def test_what_the_learner_prints_is_shown_for_the_call_that_failed_and_not_otherwise(printed):
    def shrink(z, threshold):
        print("smallest:", z.min() > 0)
        return np.abs(z) - threshold

    out = printed(check, "00.1", shrink)
    assert out.count("smallest") == 1
    assert "It printed:\nsmallest: False\n" in out


def test_long_prints_are_cut(printed):
    out = printed(check, "00.1", lambda z, threshold: print("line\n" * 5000))
    assert out.count("line\n") == 10
    assert "... and 4991 more lines" in out


def test_what_the_learner_writes_to_stderr_is_shown_like_a_print(printed):
    out = printed(check, "00.1", lambda z, threshold: print("look", file=sys.stderr))
    assert "It printed:\nlook\n" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("00.1",), 'your answer is missing. Call check("00.1", shrink)'),
        (("00.1", "shrink"), 'without quotes: check("00.1", shrink)'),
        (("00.1", 2.5), 'without calling it: check("00.1", shrink). This is 2.5.'),
        (("00.1", None), "this is None. Define shrink with `def`"),
        (("00.2", len), "a value is asked for, and this is a function"),
        (("00.9", len), 'There is no exercise "00.9". Those of lesson 00: 00.1, 00.2, 00.3, 00.4.'),
        (("77.1", len), 'There is no exercise "77.1". Lessons with exercises: 00'),
        ((1.1, len), 'in quotes: "04.1"'),
        ((len, "00.1"), 'in quotes: "04.1"'),
    ],
)
def test_a_wrong_call_of_check_gets_one_clear_sentence(printed, arguments, sentence):
    out = printed(check, *arguments)
    assert sentence in out
    assert out.count("\n") == 1


def test_a_function_of_another_name_is_judged_and_the_mix_up_pointed_out(printed):
    def ridge(z, threshold):
        return z

    assert "This was your function ridge; the exercise asks for shrink." in printed(check, "00.1", ridge)


def test_a_function_with_other_parameters_is_told_how_it_is_called(printed):
    out = printed(check, "00.1", lambda z: z)
    assert "TypeError: " in out
    assert out.endswith("The checks call shrink(z, threshold).\n")


def test_after_a_type_error_in_the_learners_code_the_parameters_are_not_questioned(printed):
    out = printed(check, "00.1", lambda z, threshold: len(threshold)).splitlines()
    assert out[1].startswith("TypeError: object of type 'float' has no len()")
    assert len(out) == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (2.5, "gave 2.5"),
        ([2.5], "gave [2.5], one number in a list or an array"),
        (np.ones((1, 1)), "gave [[1.0]], one number in a list or an array"),
        (np.ones((201, 5)), "gave <array of shape (201, 5)>"),
        ((np.ones(9), 2.0), "gave [<array of shape (9,)>, 2]"),
        ({"beta": np.ones(9)}, "gave {'beta': <array of shape (9,)>}"),
        ([np.ones(2), 1.0] * 50, "gave <list of 100 entries>"),
        (dict.fromkeys("abcdefgh", 1), "gave <dict of 8 entries>"),
        ("text", "gave 'text'"),
    ],
)
def test_an_answer_of_any_kind_is_told_in_a_few_characters(printed, answer, told):
    assert printed(check, "00.1", lambda z, threshold: answer).splitlines()[1].endswith(told)


def test_a_call_too_long_for_one_line_is_shown_without_its_arguments(printed, monkeypatch):
    monkeypatch.setattr(answering, "LONGEST_CALL", 30)
    assert "\nshrink(...) gave <array of shape (3, 4)>\n" in printed(
        check, "00.1", lambda *a: np.ones((3, 4))
    )


@pytest.mark.parametrize(
    ("answer", "told"),
    [([3], "n_selected is [3.0], one number in a list or an array"), ({"n": 2}, "n_selected is {'n': 2}")],
)
def test_a_value_of_the_wrong_kind_is_shown(printed, answer, told):
    assert printed(check, "00.2", answer).splitlines()[1:] == [told, "Hint: Count the non-zeros."]


def test_a_value_that_is_a_plain_number_is_not_repeated(printed):
    assert printed(check, "00.2", 3).splitlines()[1:] == ["Hint: Count the non-zeros."]


def test_a_forgotten_raise_is_pointed_out():
    source = FUNCTION.stub.replace("raise", "z = z - 1\n    raise")
    names = {}
    exec(compile(source, "<cell 8>", "exec"), names)
    linecache.cache["<cell 8>"] = (len(source), None, source.splitlines(keepends=True), "<cell 8>")
    judged = LearnersFunction(names["shrink"])
    assert "still stands in shrink: delete that line" in describe(
        FUNCTION, verdict_of(FUNCTION, judged), judged
    )


def test_an_answer_whose_repr_raises_is_survived(printed):
    class Unspeakable:
        def __repr__(self):
            raise ValueError

    assert "This is <Unspeakable>." in printed(check, "00.1", Unspeakable())


def test_a_fault_of_the_exercise_is_not_blamed_on_the_learner(printed, monkeypatch):
    def broken(rng):
        raise ZeroDivisionError("in make_case")

    faulty = Exercise("00.1", "", FUNCTION.stub, (Check("", 1, broken, is_shrunk, ""),), (), "", ())
    monkeypatch.setattr(sys.modules["course_utils.exercises.lesson_00"], "EXERCISES", (faulty,))
    assert "The course made a mistake here, not you (ZeroDivisionError" in printed(check, "00.1", len)


# --- code that does not end


@pytest.fixture
def little_time(monkeypatch):
    """A fifth of a second for all checks; no interrupt may arrive afterwards."""
    monkeypatch.setattr(answering, "SECONDS_FOR_ALL_CHECKS", 0.2)
    n_threads = _thread._count()
    yield
    time.sleep(0.3)
    assert _thread._count() == n_threads


ENDLESS = "def shrink(z, threshold):\n    while True:\n        pass\n"
COMPLAINT = "your code ran for more than 0.2 seconds; does its loop ever end?"


def test_a_loop_without_end_is_reported_with_its_line_and_without_a_hint(printed, little_time):
    names = {}
    exec(compile(ENDLESS, "<cell 9>", "exec"), names)
    out = printed(check, "00.1", names["shrink"]).splitlines()
    assert out[0] == "Exercise 00.1 · raised: 0 of 4 checks pass. First to fail: far from zero."
    assert re.fullmatch(rf"TimeoutError: {re.escape(COMPLAINT)} \(line [23] of your cell\)", out[1])
    assert len(out) == 2


def test_a_loop_without_end_is_reported_each_time(printed, little_time):
    endless = answer_to(FUNCTION, ENDLESS)
    assert all(COMPLAINT in printed(check, "00.1", endless) for _ in range(3))
    assert "passed" in printed(check, "00.1", soft_threshold)


def test_all_checks_share_the_time(little_time):
    began = time.monotonic()
    check("00.1", answer_to(FUNCTION, ENDLESS))
    assert time.monotonic() - began < 2 * answering.SECONDS_FOR_ALL_CHECKS


def test_a_loop_without_end_in_one_case_leaves_the_other_checks_their_verdict(printed, little_time):
    def shrink(z, threshold):
        while z[0] < 0:
            pass
        return soft_threshold(z, threshold)

    out = printed(check, "00.1", shrink)
    assert "raised: 1 of 4 checks pass. First to fail: the sign.\nTimeoutError: " in out


def test_a_wrong_answer_keeps_its_hint_though_a_later_check_does_not_end(printed, little_time):
    def shrink(z, threshold):
        while z[0] < 0:
            pass
        return z

    out = printed(check, "00.1", shrink)
    assert "Hint: Subtract the threshold.\n" in out
    assert f"In a later check, {COMPLAINT}\n" in out


def test_the_traceback_of_a_loop_without_end_shows_the_learners_line_only(printed, little_time):
    out = printed(check, "00.1", answer_to(FUNCTION, ENDLESS), traceback=True)
    assert 'File "<string>", line' in out
    assert "course_utils" not in out
    assert "KeyboardInterrupt" not in out


def test_a_quick_answer_leaves_no_timer_running(little_time, monkeypatch):
    monkeypatch.setattr(answering, "SECONDS_FOR_ALL_CHECKS", 60)
    n_threads = _thread._count()
    check("00.1", soft_threshold)
    time.sleep(0.1)
    assert _thread._count() == n_threads


def test_a_quick_answer_gets_no_interrupt_later(printed, little_time):
    assert "passed" in printed(check, "00.1", soft_threshold)
    time.sleep(0.4)


def test_the_learners_own_interrupt_passes_through_check_and_stops_the_timer(little_time):
    def shrink(z, threshold):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("00.1", shrink)


def test_an_exception_stops_the_timer(printed, little_time):
    assert "IndexError: " in printed(check, "00.1", lambda z, threshold: z[9])


def test_an_interrupt_that_comes_as_the_call_ends_is_not_left_to_others():
    """Calls as long as their limit: the interrupt arrives in them, at their end, or not at all."""
    pause = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(300):
            try:
                answering.TimeLimit(0.001).call(spin, 0.0011)
            except TimeoutError:
                continue
    finally:
        sys.setswitchinterval(pause)


def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_outside_the_main_thread_there_is_no_limit_and_no_interrupt(little_time):
    results = []
    limit = answering.TimeLimit(0.01)
    thread = threading.Thread(target=lambda: results.append(limit.call(spin, 0.1)))
    thread.start()
    thread.join()
    assert results == [None]


def test_the_time_that_check_grants_is_the_time_that_its_help_names():
    assert f"more than {answering.SECONDS_FOR_ALL_CHECKS} seconds" in check.__doc__


# --- hints, solutions and the registry


def test_hints_escalate_stay_visible_and_are_counted_down(printed):
    assert printed(hint, "00.1") == 'Hint 1 of 3 for 00.1: Draw it.\n2 left: hint("00.1")\n'
    printed(hint, "00.1")
    third = printed(hint, "00.1")
    assert third.startswith("Hint 1 of 3 for 00.1: Draw it.\nHint 2 of 3")
    assert third.endswith('None left. There is solution("00.1").\n')
    assert printed(hint, "00.1") == third


def test_the_solution_opens_after_two_tries(printed):
    assert "you have made 0" in printed(solution, "00.1")
    printed(check, "00.1", lambda z, threshold: z)
    assert "you have made 1" in printed(solution, "00.1")
    printed(check, "00.1", lambda z, threshold: z)
    assert printed(solution, "00.1") == f"Solution of 00.1\n\n{SHRINK}\nThe threshold is a price.\n"


def test_looking_at_the_stub_is_not_a_try(printed):
    printed(check, "00.2", ...)
    printed(check, "00.2", ...)
    assert "you have made 0" in printed(solution, "00.2")


def test_the_solution_opens_on_request(printed):
    assert "n_selected = int(" in printed(solution, "00.2", show=True)


def test_the_solution_opens_once_passed(printed):
    printed(check, "00.2", 2)
    assert "n_selected = int(" in printed(solution, "00.2")


def test_an_unknown_exercise_has_its_own_error():
    with pytest.raises(UnknownExerciseError, match=r'no exercise "00\.7"'):
        find_exercise("00.7")


def test_a_judge_of_the_truth_accepts_it_and_nothing_else():
    case = Case((np.array([3.0, -0.2]), 0.5))
    assert is_truth(soft_threshold)(case, [2.5, 0.0])
    assert not is_truth(soft_threshold)(case, [2.5, 0.1])
