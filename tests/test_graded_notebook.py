"""Tests of course_utils.grading.graded_notebook: what nbgrader's formgrader shows of a submission."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum
from small_assignment import RIGHT, SIGN, answered, cell, source_notebook

from course_utils.grading.audit import release_of
from course_utils.grading.graded_notebook import graded_notebook
from course_utils.grading.marks import Marks
from course_utils.grading.scoring import CheckScore, QuestionScore
from course_utils.grading.student import CellOutput
from course_utils.grading.submission import rebuild

CHECKS = (
    CheckScore("of numbers of one sign", 1, 1),
    CheckScore("of numbers of both signs", 0, 2, SIGN),
)
VALUE = (CheckScore("the penalty", 2, 2),)
QUESTIONS = (QuestionScore("q1", CHECKS), QuestionScore("q2", VALUE))


@pytest.fixture
def release():
    """What students get."""
    return release_of(source_notebook())


def marks_of(release, submitted, **outputs):
    """Marks whose outputs, by number of the code cell, are these."""
    sources = tuple(c.source for c in rebuild(release, submitted) if c.is_code)
    printed = tuple(outputs.get(f"cell_{number}", CellOutput()) for number in range(len(sources)))
    return Marks("ada", "small", "f", 7, QUESTIONS, sources, printed)


def graded(release, submitted, **outputs):
    """The graded notebook of a submission."""
    return graded_notebook(release, submitted, marks_of(release, submitted, **outputs))


def named(notebook, grade_id):
    """The cell with a grade_id."""
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def test_answers_stand_in_the_cells_of_the_release(release):
    notebook = graded(release, answered(release, **RIGHT, q3="Because."))
    assert [named(notebook, grade_id)["source"] for grade_id in ("q1", "q2", "q3")] == [
        *RIGHT.values(),
        "Because.",
    ]


def test_what_a_student_has_added_stands_where_it_was_and_bears_no_metadata(release):
    submitted = answered(release, **RIGHT)
    submitted["cells"].insert(2, cell("helper = 1", grade_id="mine", grade=True, points=99))
    notebook = graded(release, submitted)
    added = notebook["cells"][2]
    assert (added["source"], added["metadata"], added["outputs"]) == ("helper = 1", {}, [])
    assert [c["metadata"]["nbgrader"]["grade_id"] for c in notebook["cells"] if c is not added] == [
        c["metadata"]["nbgrader"]["grade_id"] for c in release["cells"]
    ]


def test_a_cell_shows_what_our_own_run_printed_and_how_it_ended(release):
    submitted = answered(release, **RIGHT)
    output = CellOutput("two\n", "ValueError: no")
    shown = named(graded(release, submitted, cell_1=output), "q1")["outputs"]
    assert [(o["output_type"], o.get("text", o.get("evalue"))) for o in shown] == [
        ("stream", "two\n"),
        ("error", "ValueError: no"),
    ]


def test_the_cell_of_the_points_shows_the_checks_and_apart_from_them_what_was_printed(release):
    submitted = answered(release, **RIGHT)
    forged = CellOutput("PASS  everything (+9)")
    (output,) = named(graded(release, submitted, cell_2=forged), "q1-points")["outputs"]
    assert output["text"].split("\n") == [
        "PASS  of numbers of one sign (+1)",
        f"FAIL  of numbers of both signs (0 of 2): {SIGN}",
        "",
        "This cell printed:",
        "    | PASS  everything (+9)",
        "",
    ]


DISPLAY = {"output_type": "display_data", "data": {"text/html": "<b>SMUGGLED"}, "metadata": {}}


def test_nothing_else_that_was_handed_in_survives(release):
    submitted = answered(release, **RIGHT)
    for data in submitted["cells"]:
        data["metadata"]["tags"] = data["metadata"]["nbgrader"]["comment"] = "SMUGGLED"
        data |= {"attachments": {"SMUGGLED": {}}, "outputs": [DISPLAY], "id": "SMUGGLED"}
    submitted |= {"metadata": {"SMUGGLED": 1}, "SMUGGLED": 1}
    assert "SMUGGLED" not in json.dumps(graded(release, submitted))


def test_nbgrader_reads_it_without_complaint(release):
    submitted = answered(release, **RIGHT)
    submitted["cells"] += [cell("a = 1"), cell("b = 2")]
    notebook = nbformat.from_dict(graded(release, submitted))
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert len({c.id for c in notebook.cells}) == len(notebook.cells) == len(release["cells"]) + 2


def test_a_checksum_is_of_the_release_so_that_an_answer_differs_from_it(release):
    untouched = nbformat.from_dict(graded(release, release))
    filled_in = nbformat.from_dict(graded(release, answered(release, **RIGHT, q3="Because.")))
    for data, answer in zip(untouched.cells, filled_in.cells, strict=True):
        assert data.metadata.nbgrader.checksum == compute_checksum(data) == answer.metadata.nbgrader.checksum
    assert compute_checksum(named(filled_in, "q3")) != named(filled_in, "q3").metadata.nbgrader.checksum


def test_what_nbgrader_has_written_on_the_release_stays(release):
    named(release, "q1")["metadata"]["nbgrader"] |= {"checksum": "abc", "schema_version": 3}
    named(release, "q1")["id"] = "mine"
    data = named(graded(release, release), "q1")
    assert (data["metadata"]["nbgrader"]["checksum"], data["id"]) == ("abc", "mine")


@pytest.mark.parametrize("own", [None, "a b", "x" * 65, 7, "same"])
def test_ids_that_notebooks_may_not_have_are_replaced(release, own):
    for data in release["cells"]:
        data["id"] = own
    ids = [c["id"] for c in graded(release, release)["cells"]]
    assert len(set(ids)) == len(ids)
    nbformat.validate(nbformat.from_dict(graded(release, release)))


def test_of_work_that_could_not_be_read_the_release_is_shown_under_the_reason(release):
    marks = Marks("ada", "small", "f", 7, QUESTIONS, problem="it is no <b>notebook</b>")
    for submitted in (None, answered(release, **RIGHT)):
        first, *others = graded_notebook(release, submitted, marks)["cells"]
        assert first["source"] == "**This submission was not graded.** it is no < b>notebook< /b>"
        assert [c["source"] for c in others] == ["".join(c["source"]) for c in release["cells"]]


def test_marks_of_other_cells_are_refused(release):
    marks = marks_of(release, release)
    with pytest.raises(ValueError, match="the marks of ada for small belong to"):
        graded_notebook(release, answered(release, **RIGHT), marks)


def test_no_markup_begins_in_a_written_answer(release):
    notebook = graded(release, answered(release, q3="<script>1</script> [x](javascript:1)"))
    assert named(notebook, "q3")["source"] == "< script>1< /script> [x] (javascript:1)"
