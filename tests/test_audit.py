"""Tests of course_utils.grading.audit: an assignment that cannot be released is told why, one change at a time."""

from __future__ import annotations

import base64
import dataclasses
import re

import numpy as np
import pytest
from small_assignment import (
    NORM,
    QUESTIONS,
    SIGN,
    VALUE,
    cell,
    draw,
    require_sandbox,
    solved,
    source_notebook,
)

from course_utils.exercises.types import Check
from course_utils.grading.assignment import Question, WrongSolution, load_questions
from course_utils.grading.audit import audit, leaks, structure

needs_sandbox = pytest.mark.sandbox


@pytest.fixture
def source():
    """The source notebook, to be changed."""
    return source_notebook()


@pytest.fixture(autouse=True)
def a_sandbox(request):
    """Skip what needs a sandbox where there is none."""
    if request.node.get_closest_marker("sandbox"):
        require_sandbox()


@needs_sandbox
def test_the_small_assignment_passes_its_audit(source):
    assert audit(source, QUESTIONS, np.random.default_rng(0)) == []


def without_judge(question):
    """The question with a check that lets everything pass."""
    lax = Check("anything", 3, draw, lambda case, answer: True, "No hint.")
    return Question(question.grade_id, question.name, (lax,), question.wrong_solutions)


@needs_sandbox
def test_an_audit_sees_a_check_that_lets_everything_pass(source):
    complaints = " ".join(audit(source, (without_judge(NORM), VALUE), np.random.default_rng(0)))
    assert "q1: the wrong solution 'signed' gets full marks" in complaints
    assert "q1: an answer of zero gets 3 points" in complaints


@needs_sandbox
def test_an_audit_sees_a_solution_that_is_wrong(source):
    wrong = f"def l1_norm(b):\n{solved('    return np.abs(b).sum() + 1')}"
    source["cells"][2]["source"] = wrong
    questions = (Question("q1", "l1_norm", NORM.checks, (WrongSolution("a", "+ 1", "+ 2"),) * 2), VALUE)
    assert "q1: the solution fails a check" in " ".join(audit(source, questions, np.random.default_rng(0)))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda cells: cells.pop(3), "the cell 'q1-points' is missing"),
        (lambda cells: cells.append(cell("x", grade_id="q9-points")), "'q9-points' has points and no question"),
        (lambda cells: cells.append(cells[2]), "'q1' occurs 2 times"),
        (lambda cells: cells.pop(2), "q1: there is no cell to fill in"),
        (lambda cells: cells[3]["metadata"]["nbgrader"].update(points=5), "says 5 points, the checks are worth 3"),
        (lambda cells: cells[2].update(source="def l1_norm(b): ..."), "no worked solution between its markers"),
    ],
)  # fmt: skip
def test_cells_that_do_not_fit_the_questions_are_named(source, change, complaint):
    change(source["cells"])
    assert complaint in " ".join(structure(source, QUESTIONS))


def test_a_wrong_solution_whose_edit_finds_nothing_is_named(source):
    edits = (WrongSolution("lost", "np.square", "b"), *NORM.wrong_solutions)
    (complaint,) = structure(source, (Question("q1", "l1_norm", NORM.checks, edits), VALUE))
    assert complaint == "q1: the edit of 'lost' occurs 0 times in the solution, not once"


@pytest.mark.parametrize(
    ("extra", "complaint"),
    [
        (cell("The trick: `return np.abs(b).sum()`", "markdown"), None),
        (cell("    return np.abs(b).sum()", "markdown"), "a line of a solution: 'return np.abs(b).sum()'"),
        (cell("### END SOLUTION"), "the release holds '### END'"),
    ],
)
def test_a_solution_in_the_release_is_found(source, extra, complaint):
    source["cells"].append(extra)
    assert [c for c in leaks(source) if complaint and complaint in c] == leaks(source)


SECRET = "return np.abs(b).sum()"


def with_attachment(cells):
    """Attach a picture that is a text with a line of the solution."""
    data = base64.b64encode(f"so: {SECRET}".encode()).decode()
    cells[0]["attachments"] = {"figure.png": {"image/png": data}}


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells[1]["metadata"].update(note=f"the trick is {SECRET}"),
        lambda cells: cells[0].update(attachments={"note.txt": {"text/plain": [SECRET]}}),
        with_attachment,
        lambda cells: cells[0].update(outputs=[{"text": ["3.0\n", f"{SECRET}\n"]}]),
    ],
    ids=["metadata", "attachment", "encoded attachment", "output"],
)
def test_a_solution_beside_the_cells_of_the_release_is_found(source, change):
    change(source["cells"])
    assert leaks(source) == [f"the release holds a line of a solution beside its cells: {SECRET!r}"]


def test_a_solution_in_the_metadata_of_the_notebook_is_found(source):
    source["metadata"]["authors"] = [{"name": SECRET}]
    assert len(leaks(source)) == 1


def test_outputs_of_code_are_not_released(source):
    source["cells"][2]["outputs"] = [{"output_type": "stream", "text": [SECRET]}]
    assert leaks(source) == []


JUDGE = """def is_norm(case, answer):
    return close(answer, sum(abs(x) for x in case.args[0]))
"""
CHECKS = f"""from course_utils.exercises.types import Case, Check, close
from course_utils.grading.assignment import Question

{JUDGE}
HINT = "{SIGN}"
QUESTIONS = (Question("q1", "l1_norm", (Check("it", 3, lambda rng: Case(([1.0],)), is_norm, HINT),), ()),)
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (JUDGE, ["the release holds lines of the checks: 'def is_norm(case, answer):' and the next"]),
        (f"Think: {SIGN}", [f"the release holds a hint: {SIGN!r}"]),
        ("from course_utils.exercises.types import Case, Check, close\nfrom math import sqrt", []),
    ],
    ids=["a judge", "a hint", "an import"],
)
def test_checks_and_hints_in_the_release_are_found(source, tmp_path, text, found):
    (tmp_path / "small.py").write_text(CHECKS)
    source["cells"].append(cell(text))
    assert leaks(source, load_questions(tmp_path / "small.py")) == found


def test_lines_of_a_function_with_a_bug_that_is_handed_out_are_no_leak(source):
    bug = "def l1_norm(b):\n    sizes = np.abs(b).ravel()\n"
    source["cells"][2]["source"] = f"{bug}{solved('    return float(sizes.sum())')}"
    source["cells"].insert(2, cell(f"{bug}    return sizes.max()"))
    assert leaks(source) == []


SOMETIMES = dataclasses.replace(NORM.checks[0], judge=lambda case, answer: case.args[0][0] < 1.5)


@needs_sandbox
def test_a_check_that_fails_now_and_then_is_found_by_many_draws(source):
    flaky = dataclasses.replace(NORM, checks=(SOMETIMES, NORM.checks[1]))
    complaints = audit(source, (flaky, VALUE), np.random.default_rng(1), seeds=20)
    (found,) = (text for text in complaints if text.startswith("q1: the solution"))
    assert re.search(r"fails a check: FAIL  of numbers of one sign .* \(in \d+ of 20 draws\)$", found)


@needs_sandbox
def test_a_wrong_solution_has_to_meet_its_hint_before_any_other(source):
    late = (WrongSolution("nothing", "np.abs(b)", "0 * b", SIGN),) * 2
    questions = (dataclasses.replace(NORM, wrong_solutions=late), VALUE)
    (complaint, *_) = audit(source, questions, np.random.default_rng(0))
    assert complaint.startswith("q1: 'nothing' does not meet its hint first; it meets ['FAIL")


def test_whoever_waits_is_told_how_many_notebooks_have_been_graded(source):
    told = []
    audit(source, QUESTIONS, np.random.default_rng(0), trusted=True, progress=lambda *step: told.append(step))
    assert told == [(done, 14) for done in range(1, 15)]


def test_what_the_texts_promise_is_part_of_the_audit(source):
    source["cells"][0]["source"] = "no heading"
    (complaint,) = audit(source, QUESTIONS, np.random.default_rng(0))
    assert complaint.startswith("3 cells are to be filled in, and 0 headings give their points")
