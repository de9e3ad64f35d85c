"""Exercises that answer: check("04.1", f), hint("04.1"), solution("04.1") and progress().

How to write one, in lesson_04.py, whose tuple EXERCISES holds them in order::

    STUB = '''def shrink(z, threshold):
        raise NotImplementedError'''
    SOLUTION = '''def shrink(z, threshold):
        return np.sign(z) * np.maximum(np.abs(z) - threshold, 0)'''
    KEEP_SIGN = "A negative z stays negative. What does the sign of z do in your formula?"

    def draw_negative(rng):
        return Case((-rng.uniform(2, 3, size=4), rng.uniform(0.5, 1)))

    def is_shrunk(case, answer):
        return close(answer, soft_threshold(*case.args))

    Exercise(
        id="04.1",
        objective="derive the soft threshold",                # word for word as in the lesson's metadata
        stub=STUB,                                            # equal to the lesson's cell
        checks=(Check("the sign", 1, draw_negative, is_shrunk, KEEP_SIGN),),
        hints=("Draw |z| - threshold.", "Where is it negative?", "The sign comes last: np.sign(z) * ..."),
        solution=SOLUTION,
        wrong_answers=(WrongAnswer("forgets the sign", edited(SOLUTION, "np.sign(z) * ", ""), KEEP_SIGN),),
        explanation="The threshold is a price paid by every coefficient; below it there is nothing left.",
        kind="apply",                                         # or "recall", "find the bug", "extend"
    )

- The learner's function receives copies of the case's arguments (JSON values or float arrays), the judge the
  case itself and a plain answer: numbers, text, lists, dictionaries, and float arrays for anything numeric
  and rectangular. Compare with `close`, or ask for a certificate: `duality_gap(...) < 1e-6`. Whatever trips
  the judge up counts as wrong, so a judge needs no `isinstance`.
- Order the checks so that the first to fail names the misconception: easy cases first, one thing a check.
  Draw the arguments such that a wrong answer cannot be right by luck.
- A value is asked for by the stub `name = ...`; its checks take `no_arguments` as make_case.
- "find the bug": put `raise NotImplementedError` on top of the faulty body. The learner deletes that line.
- A stub's name occurs nowhere else in the lesson, or a check before the answer would judge the lesson's own.
- `setup` is source that stands for what the lesson defines before the stub (imports, data); NumPy is there.
- In the lesson, one cell (tag exercise-stub) holds the stub and the next one (tag exercise-check)
  `check("04.1", shrink)`. A real exercise foresees at least three wrong answers. Then
  tests/test_exercises_three_ways.py holds the solution, the stub and every wrong answer to their word.
"""

from course_utils.exercises.answering import check, hint, progress, solution

__all__ = ["check", "hint", "progress", "solution"]
