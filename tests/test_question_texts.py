"""Tests of course_utils.grading.question_texts: what a text promises is what the cells give."""

from __future__ import annotations

import pytest
from small_assignment import cell, source_notebook

from course_utils.grading.question_texts import QuestionOverview, questions_overview, text_complaints


@pytest.fixture
def source():
    """The source notebook, to be changed."""
    return source_notebook()


def rewritten(old, new):
    """A change of the text that announces the questions."""

    def change(cells):
        text = "".join(cells[0]["source"])
        assert old in text
        cells[0]["source"] = text.replace(old, new)

    return change


def written(text, **marks):
    """A change of the cell that a person reads."""

    def change(cells):
        cells[6]["source"] = text
        cells[6]["metadata"]["nbgrader"].update(marks)

    return change


def below(cells):
    """Move the text below all that is to be filled in."""
    cells.append(cells.pop(0))


def test_the_questions_are_listed_with_points_minutes_and_who_reads_them(source):
    assert questions_overview(source) == (
        QuestionOverview("q1", "Norm", 3, 5, True),
        QuestionOverview("q2", "Penalty", 2, 3, True),
        QuestionOverview("q3", "Reason", 4, 6, False),
    )
    assert text_complaints(source) == []


WORKED = "### BEGIN SOLUTION\nBecause.\n### END SOLUTION\n"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (rewritten("(3 points", "(5 points"), "q1: the text says 5 points, the cell 3"),
        (rewritten("Reason (4 points", "Reason (7 points"), "q3: the text says 7 points, the cell 4"),
        (rewritten("about 5 minutes", "soon"), "3 cells are to be filled in, and 2 headings give"),
        (rewritten("| 3 | a reason", "| 2 | a reason"), "adds up to 3, and the cell has 4"),
        (rewritten("assignment\n", "assignment\n\n10 points, about 14 minutes.\n"),
         "the title says 10 points in all, the questions have 9"),
        (rewritten("assignment\n", "assignment\n\n9 points, about 20 minutes.\n"),
         "the title says 20 minutes in all, the questions take 14"),
        (written(WORKED, points=0), "q3: a person gives 0 points; more than 0 are wanted"),
        (written("Say why."), "q3: the cell has no worked answer between its markers"),
        (written("### BEGIN SOLUTION\n\n### END SOLUTION\n"), "q3: the cell has no worked answer"),
        (written(f"{WORKED}Say why.\n\nAnd how."), "is left for students in the cell: one short line at most"),
        (written(f"{WORKED}{'Because of that. ' * 4}"), "is left for students in the cell: one short line at most"),
        (below, "q1: its heading 'Norm' stands below its cell"),
    ],
)  # fmt: skip
def test_what_the_texts_promise_and_the_cells_do_not_give_is_named(source, change, complaint):
    change(source["cells"])
    assert complaint in " ".join(text_complaints(source))


@pytest.mark.parametrize(
    "rubric",
    [
        "| for | points |\n|---|---|\n| all | 2.5 |\n| some | 1.5 |",
        "| points | for |\n|--:|---|\n| 4 | all |\n\n| 7 | 1 |\n|---|---|\n| 8 | 2 |",
    ],
)
def test_a_rubric_may_stand_in_a_cell_of_its_own_beside_other_tables(source, rubric):
    rewritten("| points | for |", "| years | for |")(source["cells"])
    source["cells"].insert(6, cell(rubric, "markdown"))
    assert text_complaints(source) == []


def test_the_title_may_give_the_minutes_in_round_figures(source):
    rewritten("assignment\n", "assignment\n\n9 points, about\n15 minutes.\n")(source["cells"])
    assert text_complaints(source) == []


def test_a_heading_in_what_a_student_is_to_write_announces_no_question(source):
    written(f"{WORKED}## A heading (4 points, about 2 minutes)")(source["cells"])
    assert len(questions_overview(source)) == 3
    assert text_complaints(source) == []
