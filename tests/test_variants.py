"""Private assignments: every option fits, its answers are right, and the public ones are not."""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import json
import re
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from small_assignment import require_sandbox, small_class

from course_utils.exercises.types import judge_answer
from course_utils.grading import variants
from course_utils.grading.assignment import BadAssignmentError, load_questions
from course_utils.grading.audit import _edited, leaks, structure
from course_utils.grading.classroom import CONFIGURATION, find_classroom
from course_utils.grading.question_texts import text_complaints
from course_utils.grading.submission import nbgrader_metadata
from course_utils.grading.variants import CHECKS, Assignment, Edit, Private, draw_assignment, new_assignment

ORIGINALS = sorted(path.stem for path in (variants.PUBLIC.root / "variants").glob("*.py"))
ROUNDS = {
    name: max(len(variant.options) for variant in variants.variants(name)) for name in ORIGINALS
}  # so many private assignments show every option
every_original = pytest.mark.parametrize("original", ORIGINALS)
every_round = pytest.mark.parametrize(
    ("original", "number"), [(name, number) for name in ORIGINALS for number in range(ROUNDS[name])]
)


@functools.cache
def private(original, number):
    """A private assignment with this option of every question, or the last where there are fewer."""
    rng = np.random.default_rng(number)
    options = {v.question: v.options[min(number, len(v.options) - 1)] for v in variants.variants(original)}
    edits = [edit for option in options.values() for edit in option.drawn(rng)]
    names = {question: option.name for question, option in options.items()}
    return Private(original, number, names, variants.edited(variants.public_assignment(original), edits))


def executed(cells):
    """What the code of these (grade_id, source) defines, and what it prints; our own code, so in this process."""
    names, printed = {}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        for grade_id, source in cells:
            exec(compile(source, str(grade_id), "exec"), names)
    return names, printed.getvalue()


def code_of(notebook, *, examples=True):
    """The (grade_id, source) of the cells with code, with or without those that show examples."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    sources = [(nbgrader_metadata(cell).get("grade_id"), "".join(cell["source"])) for cell in cells]
    return [cell for cell in sources if examples or not cell[0].endswith("-points")]


@functools.cache
def solved(original, number):
    """What a private assignment with its solutions defines, and what it prints."""
    return executed(code_of(private(original, number).assignment.notebook))


@functools.cache
def questions_of(original, number):
    """The questions of a private assignment."""
    with tempfile.TemporaryDirectory() as folder:
        return variants.questions_of(private(original, number).assignment.checks, Path(folder))


def judged(question, names, seed=0):
    """What becomes of an answer: its verdict, with the hints of the checks that it fails."""
    answer = names.get(question.name, ...)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return judge_answer(question, answer, np.random.default_rng(seed))


def points(verdict):
    """The points of a verdict."""
    return sum(result.check.points for result in verdict.results if result.passed)


def answered(original, number, notebook):
    """What a private notebook defines if its questions are answered as in another one."""
    asked = {question.grade_id: question.name for question in questions_of(original, number)}
    names = {name: value for name, value in solved(original, number)[0].items() if name not in asked.values()}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for grade_id, source in code_of(notebook):
            if grade_id in asked:
                exec(compile(source, grade_id, "exec"), names)
    return names


def with_wrong_solutions(original, number, wrongs):
    """What the notebook defines with one wrong solution of every question that has one left."""
    notebook = private(original, number).assignment.notebook
    for question, wrong in zip(questions_of(original, number), wrongs, strict=True):
        notebook = _edited(notebook, question, wrong) if wrong else notebook
    return answered(original, number, notebook)


def numbers_in(text):
    """The numbers of a text."""
    return [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e[+-]?\d+)?", text)]


def by_hand(line):
    """The numbers that an example says, and those that the solution has found; None for any other line."""
    said, colon, found = line.partition(":")
    if not (colon and said.startswith("by hand")):
        found, _, said = line.partition(" should be ")
    said, found = numbers_in(said), numbers_in(found)
    n = min(len(said), len(found))
    return (said[-n:], found[-n:]) if n else None


# The options


@every_round
def test_a_private_assignment_is_built_as_an_assignment_has_to_be(original, number, tmp_path):
    notebook = private(original, number).assignment.notebook
    questions = variants.questions_of(private(original, number).assignment.checks, tmp_path)
    assert structure(notebook, questions) + text_complaints(notebook) + leaks(notebook, questions) == []


@every_round
def test_private_solutions_get_full_marks(original, number):
    names, _ = solved(original, number)
    for question in questions_of(original, number):
        failed = [r.check.label for s in range(3) for r in judged(question, names, s).results if not r.passed]
        assert (question.grade_id, failed) == (question.grade_id, [])


@every_round
def test_private_wrong_solutions_lose_points_and_meet_their_hints(original, number):
    questions = questions_of(original, number)
    for wrongs in itertools.zip_longest(*(question.wrong_solutions for question in questions)):
        names = with_wrong_solutions(original, number, wrongs)
        for question, wrong in zip(questions, wrongs, strict=True):
            if wrong:
                wrong_ones = [result for result in judged(question, names).results if not result.passed]
                assert wrong_ones, (question.grade_id, wrong.name)
                first = next((result.hint for result in wrong_ones if result.hint), "")
                assert wrong.hint in (first, ""), (question.grade_id, wrong.name)


@every_round
def test_public_answers_lose_points_where_the_private_question_differs(original, number):
    made, questions = private(original, number), questions_of(original, number)
    public = variants.under_new_names(original, questions)
    names = answered(original, number, public)
    earned = {
        q.grade_id: points(judged(q, names)) / q.points for q in questions if q.grade_id in made.options
    }
    assert set(earned) == set(made.options)
    assert max(earned.values()) < 1, earned


@every_round
def test_what_is_worked_out_by_hand_is_what_the_solution_finds(original, number):
    shown = [pair for line in solved(original, number)[1].splitlines() if (pair := by_hand(line))]
    assert len(shown) >= 4
    for said, found in shown:
        np.testing.assert_allclose(found, said, atol=6e-3)


@every_original
def test_options_of_different_questions_do_not_touch_the_same_words(original):
    rng, public = np.random.default_rng(0), variants.public_assignment(original)
    drawn = [[option.drawn(rng) for option in v.options] for v in variants.variants(original)]
    for first, second in itertools.combinations(drawn, 2):
        for edits in itertools.product(first, second):
            assert variants.edited(public, itertools.chain(*edits)).checks != public.checks


@every_original
def test_at_least_four_questions_vary_and_so_does_the_one_on_fixed_data(original):
    public = load_questions(variants.PUBLIC.checks(original))
    varied = {variant.question: variant for variant in variants.variants(original)}
    assert len(varied) >= 4
    assert all(question.grade_id in varied for question in public if not question.wants_function)
    drawn = [v for v in varied.values() if len(v.options) > 1 or callable(v.options[0].edits)]
    assert len(drawn) == len(varied)


@every_original
def test_a_seed_stands_for_one_private_assignment_and_another_for_another(original):
    first, again, other = (draw_assignment(original, seed).assignment for seed in (1, 1, 2))
    assert (first.notebook, first.checks) == (again.notebook, again.checks)
    assert first.notebook != other.notebook
    assert first.checks != other.checks


@pytest.mark.sandbox
@pytest.mark.weekly
@every_round
def test_nothing_speaks_against_a_private_assignment(original, number):
    require_sandbox()
    assert variants.proof(private(original, number)).complaints == ()


# Edits

TEXT = Assignment({"cells": [{"metadata": {"nbgrader": {"grade_id": "q1"}}, "source": ["a b ", "a"]}]}, "x x")


def source_after(*edits):
    """The text of the only cell, with these edits."""
    return "".join(variants.edited(TEXT, edits).notebook["cells"][0]["source"])


def test_edits_find_their_words_in_the_public_text_and_not_in_each_other():
    assert source_after(Edit("q1", "a", "b", times=2), Edit("q1", "b", "a")) == "b a b"
    assert source_after() == "a b a"


def test_checks_are_edited_as_cells_are():
    assert variants.edited(TEXT, [Edit(CHECKS, "x", "y", times=2)]).checks == "y y"
    assert TEXT.checks == "x x"


@pytest.mark.parametrize(
    ("edits", "complaint"),
    [
        ([Edit("q1", "a", "c")], "q1: 'a' occurs 2 times, not 1"),
        ([Edit(CHECKS, "z", "c")], "checks: 'z' occurs 0 times, not 1"),
        ([Edit("q1", "", "c")], "q1: '' occurs 0 times, not 1"),
        ([Edit("q9", "a", "c")], "there is no cell 'q9' to edit"),
        ([Edit("q1", "a b", "c"), Edit("q1", "b a", "d")], "q1: two edits meet at 'b a'"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edits, complaint):
    with pytest.raises(BadAssignmentError, match=re.escape(complaint)):
        variants.edited(TEXT, edits)


# A class of one's own

SMALL_VARIANTS = """
from course_utils.grading.variants import CHECKS, Edit, Option, Variant

def penalty(rng):
    half = f"{rng.integers(3, 9)}.5"
    return Edit("q2", "2.5", half), Edit(CHECKS, "2.5", half, times=3)

TWICE = (
    Edit("q1", "return np.abs(b).sum()", "return 2 * np.abs(b).sum()"),
    Edit(CHECKS, "np.abs(case.args[0]).sum()", "2 * np.abs(case.args[0]).sum()"),
)
VARIANTS = (
    Variant("q1", (Option("twice", TWICE),)),
    Variant("q2", (Option("another number", penalty),)),
)
"""


@pytest.fixture
def small_public(tmp_path, monkeypatch):
    """The small assignment in place of those that ship, with variants."""
    room = small_class(tmp_path / "public")
    (room.root / "variants").mkdir()
    (room.root / "variants" / "small.py").write_text(SMALL_VARIANTS)
    monkeypatch.setattr(variants, "PUBLIC", room)
    return room


@pytest.fixture
def made(small_public, tmp_path):
    """A private assignment in a new class, not proved."""
    return new_assignment("small", tmp_path / "class", name="hw1", prove=False)


@pytest.mark.sandbox
def test_a_new_assignment_is_proved_and_the_public_answers_earn_less(small_public, tmp_path):
    require_sandbox()
    stages = []
    found = new_assignment("small", tmp_path / "class", name="hw1", progress=stages.append)
    assert found.proof.complaints == ()
    assert [(answer.points, answer.of) for answer in found.proof.public_answers] == [(0, 3), (0, 2)]
    assert [stage.split()[0] for stage in stages] == ["proving", "writing"]


def test_where_there_is_no_sandbox_a_new_assignment_can_be_trusted(small_public, tmp_path, monkeypatch):
    monkeypatch.setattr("course_utils.grading.sandbox.sandboxed", None)
    found = new_assignment("small", tmp_path / "class", name="hw1", trusted=True)
    assert found.proof.complaints == ()
    assert variants.lines(found)[1] == "  q1: twice; the public answer earns 0 of 3"


@pytest.mark.sandbox
def test_nothing_is_written_where_a_public_answer_still_earns_full_marks(small_public, tmp_path):
    require_sandbox()
    only_said = SMALL_VARIANTS.replace('"return 2 * np', '"return 1 * np').replace('"2 * np', '"1 * np')
    (small_public.root / "variants" / "small.py").write_text(only_said)
    with pytest.raises(
        BadAssignmentError, match=r"nothing was written: q1: the public answer earns full marks"
    ):
        new_assignment("small", tmp_path / "class", name="hw1")
    assert not (tmp_path / "class").exists()


def test_a_new_assignment_makes_a_class_that_can_be_found(made, tmp_path):
    room = find_classroom(tmp_path / "class")
    assert room.assignments() == ["hw1"]
    assert made.path == room.source("hw1")
    assert json.loads(made.path.read_text()) == made.assignment.notebook
    assert room.checks("hw1").read_text() == made.assignment.checks


def test_what_was_drawn_is_kept_away_from_what_is_released(made, tmp_path):
    record = json.loads((tmp_path / "class" / "checks" / "hw1.json").read_text())
    assert record == {"original": "small", "seed": made.seed, "options": made.options}
    assert [path.name for path in made.path.parent.iterdir()] == ["hw1.ipynb"]
    assert str(made.seed) not in made.path.read_text() + "\n".join(variants.lines(made))


def test_nobody_else_can_read_what_was_drawn(made, tmp_path):
    files = [path for path in (tmp_path / "class").rglob("*") if path.is_file()]
    assert len(files) == 5
    assert {path.stat().st_mode & 0o077 for path in files} == {0}


def test_without_a_seed_no_two_new_assignments_share_theirs(small_public, tmp_path):
    seeds = {new_assignment("small", tmp_path / "c", name=f"hw{k}", prove=False).seed for k in range(3)}
    assert len(seeds) == 3
    assert max(seeds) > 2**32


def test_the_answers_of_a_class_are_ignored_by_git(made, tmp_path):
    ignored = (tmp_path / "class" / ".gitignore").read_text().splitlines()
    assert {f"/{path.relative_to(tmp_path / 'class').parts[0]}/" for path in (made.path,)} <= set(ignored)
    assert {"/checks/", "/submitted/", "/marks/", "/gradebook.db*"} <= set(ignored)


def test_a_second_assignment_leaves_the_configuration_of_a_class_alone(made, tmp_path):
    configuration = tmp_path / "class" / CONFIGURATION
    configuration.write_text("# my own\n")
    (tmp_path / "class" / ".gitignore").write_text("# mine\n")
    new_assignment("small", tmp_path / "class", name="hw2", prove=False)
    assert configuration.read_text() == "# my own\n"
    assert (tmp_path / "class" / ".gitignore").read_text() == "# mine\n"
    assert find_classroom(tmp_path / "class").assignments() == ["hw1", "hw2"]


@pytest.mark.parametrize("folder", [".", "instructor", "instructor/variants/../source", "new/class"])
def test_a_folder_in_the_repository_is_refused(small_public, folder):
    with pytest.raises(BadAssignmentError, match="lies in the course's repository"):
        new_assignment("small", variants.REPOSITORY / folder, name="hw1", prove=False)


@pytest.mark.parametrize("left", ["source/hw1/hw1.ipynb", "checks/hw1.py", "checks/hw1.json"])
def test_a_name_that_is_taken_is_refused(made, tmp_path, left):
    for path in (tmp_path / "class").rglob("hw1.*"):
        if path != tmp_path / "class" / left:
            path.unlink()
    with pytest.raises(BadAssignmentError, match=rf"there is a hw1 already: .*{left} exists"):
        new_assignment("small", tmp_path / "class", name="hw1", prove=False)


def test_a_writing_that_fails_leaves_nothing_behind(small_public, tmp_path, monkeypatch):
    def full_disk(path, text):
        if path.suffix == ".ipynb":
            raise OSError("no space left")
        path.write_text(text)

    monkeypatch.setattr(variants, "write_whole", full_disk)
    with pytest.raises(OSError, match="no space left"):
        new_assignment("small", tmp_path / "class", name="hw1", prove=False)
    assert [path for path in (tmp_path / "class").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("original", "complaint"),
    [("ps99", "'ps99' is no assignment that ships; these are small"), ("small", "small has no variants")],
)
def test_an_original_that_cannot_be_varied_is_refused(small_public, tmp_path, original, complaint):
    (small_public.root / "variants" / "small.py").unlink()
    with pytest.raises(BadAssignmentError, match=complaint):
        new_assignment(original, tmp_path / "class", name="hw1", prove=False)


def test_what_is_told_of_a_new_assignment_names_what_differs(made):
    told = variants.lines(made)
    assert told[0].startswith(f"Made {made.path} from small.")
    assert told[1:3] == ["  q1: twice", "  q2: another number"]


# Assignment 1


def module_of(original):
    """The module of variants of an assignment."""
    return variants._module(variants.PUBLIC.root / "variants" / f"{original}.py")


@pytest.fixture(scope="module")
def ps1():
    """The module of variants of assignment 1."""
    return module_of("ps1")


def changed(edits):
    """The edits that change anything."""
    return [(edit.old, edit.new) for edit in edits if edit.old != edit.new]


def test_the_numbers_of_assignment_1_are_found_as_the_public_ones_were(ps1):
    X, Z, y = ps1.tables(0, 203)
    assert changed(ps1.of_the_programs(Z, y)) == []
    assert changed(ps1.of_the_least_squares_sheet(X, y)) + changed(ps1.of_the_lasso_sheet(Z, y)) == []


@pytest.mark.parametrize("first", range(2, 9))
def test_the_memo_of_assignment_1_tells_the_same_story_of_all_quarters_drawn(ps1, first):
    assert ps1.FIRST_QUARTERS == (2, 9)
    for end in range(*ps1.ENDS):
        X, Z, y = ps1.tables(first, end)
        strong, weak = (numbers_in(edit.new.replace("−", "-")) for edit in ps1.of_the_lasso_sheet(Z, y))
        sheet = {
            edit.old: numbers_in(edit.new.replace("−", "-")) for edit in ps1.of_the_least_squares_sheet(X, y)
        }
        bend, beside = sheet["0.62, −0.75, −0.36, 0.33, 0.17"], sheet["−0.276"][0]
        assert strong == [0, 0, pytest.approx(0.35, abs=0.1)]
        assert np.all(np.array(weak) * [-1, 1, -1] > 0.01)
        assert -0.5 < beside < -0.25
        assert np.all(np.array([bend[0], -bend[1], -bend[2], max(bend[3:])]) > 0.1)
        assert -0.01 < sheet["−0.003"][0] < 0
        assert sheet["103.9"][0] > 90
        assert sheet["0.945, where 0.140"][0] > 0.9


# Assignment 2


def test_the_memo_of_assignment_2_is_found_as_the_public_one_was():
    ps2 = module_of("ps2")
    X, y = ps2.tables(0, ps2.N_PEOPLE)
    assert changed(ps2.of_the_memo(X, y)) == []
    assert ps2.memo_holds(*ps2.memo_effects(X, y))
    assert ps2.hdl_leaves(X, y)


def test_lists_of_assignment_2_that_are_public_are_not_drawn():
    ps2 = module_of("ps2")
    X, y = ps2.tables(0, ps2.N_PEOPLE)
    assert not ps2.lists_differ(X, y, ps2.PUBLIC_LAM)
    assert not ps2.lists_differ(X, y, 1.01 * ps2.PUBLIC_LAM)


# Assignment 3


def test_the_numbers_of_assignment_3_are_found_as_the_public_ones_were():
    ps3 = module_of("ps3")
    assert changed(ps3.of_the_split(ps3.practice(33), 33)) == []


@pytest.mark.parametrize("number", range(ROUNDS["ps3"]))
@pytest.mark.parametrize("grade_id", ["q7", "q7-text"])
def test_question_7_of_assignment_3_quotes_numbers_that_its_cells_print(grade_id, number):
    cells = private("ps3", number).assignment.notebook["cells"]
    texts = {nbgrader_metadata(cell)["grade_id"]: "".join(cell["source"]) for cell in cells}
    quoted = re.findall(r"\d+\.\d", texts[grade_id])
    assert quoted
    assert [quote for quote in quoted if quote not in solved("ps3", number)[1]] == []


def tells_its_story(names):
    """Whether the worked answer to question 7 is right of these patients."""
    highest = names["frequencies"].max(axis=0)
    chosen, later = (
        np.sqrt(names["curve"].mean_error.min()),
        names["rmse"](names["truth"], names["later_with"]),
    )
    return (
        (highest[8], highest[4]) == (1, 0)
        and names["kept_by_best"][4]
        and names["excess"].low > 0
        and abs(chosen - later) < 2.5
    )


@pytest.mark.parametrize("number", range(ROUNDS["ps3"]))
def test_question_7_of_assignment_3_tells_the_story_of_the_patients_drawn(number):
    assert tells_its_story(solved("ps3", number)[0])


@pytest.mark.weekly
@pytest.mark.parametrize("split", module_of("ps3").SPLITS)
def test_every_split_of_assignment_3_tells_the_story(split):
    ps3, public = module_of("ps3"), variants.public_assignment("ps3")
    notebook = variants.edited(public, ps3.of_the_split(ps3.practice(split), split)).notebook
    assert tells_its_story(executed(code_of(notebook, examples=False))[0])
