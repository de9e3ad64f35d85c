"""The course in a real browser: it opens, its lessons run, it answers, and it keeps a learner's work."""

from __future__ import annotations

import pytest
from driving.explorers import explorer_cells
from driving.lab import open_lesson
from driving.server import served_course

from course_utils.cli.start import FIRST_LESSON
from course_utils.exercises.registry import find_exercise
from course_utils.lessons.catalogue import NOTEBOOKS, ready_lessons

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]

# tests/test_lab_explorers.py runs the lessons with explorers; the others are run by nbval every day, here weekly.
OTHERS = [lesson.file for lesson in ready_lessons() if lesson.file != FIRST_LESSON]
OTHERS = [
    pytest.param(file, marks=pytest.mark.weekly) for file in OTHERS if not explorer_cells(NOTEBOOKS / file)
]
lesson_00 = pytest.mark.parametrize("opened", [FIRST_LESSON], indirect=True)
EXERCISE = find_exercise("00.1")


@lesson_00
def test_lesson_00_opens_in_the_lab(opened):
    assert opened.page.get_by_role("heading", name="0 · Start here").is_visible()
    assert opened.page.get_by_role("tab", name=FIRST_LESSON).is_visible()


@lesson_00
def test_of_an_instructors_nbgrader_a_learner_sees_and_hears_nothing(opened):
    assert opened.page.get_by_text("File", exact=True).is_visible()
    for name in ("Nbgrader", "Create Assignment", "Validate"):
        assert opened.page.get_by_text(name, exact=True).count() == 0
    assert "nbgrader" not in opened.course.log.read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("opened", [FIRST_LESSON, *OTHERS], indirect=True)
def test_run_all_cells_ends_without_an_error(ran):
    ran.assert_ran()


def answer(lab, source: str) -> str:
    """Write over the stub of the exercise, run that cell and the check beneath, and return what it says."""
    cells = lab.course.read(lab.file)["cells"]
    place = next(
        i for i, cell in enumerate(cells) if "".join(cell["source"]).startswith(f'check("{EXERCISE.id}"')
    )
    lab.fill(place - 1, source)
    lab.run_cell(place - 1)
    lab.run_cell(place)
    return lab.output(place)


@lesson_00
def test_a_wrong_answer_typed_into_a_cell_meets_its_hint(ran):
    wrong = EXERCISE.wrong_answers[0]
    assert f"Hint: {wrong.hint}" in answer(ran, wrong.source)


@lesson_00
def test_a_right_answer_typed_into_a_cell_passes(ran):
    assert f"Exercise {EXERCISE.id} · passed" in answer(ran, EXERCISE.solution)


def test_closing_and_reopening_keeps_what_the_learner_wrote(browser, tmp_path):
    words = "my_note = 'the corner is where a coefficient dies'"
    first_code = 1
    with served_course(tmp_path) as course, open_lesson(browser, course, FIRST_LESSON) as lab:
        lab.fill(first_code, words)
        lab.save()
    with served_course(tmp_path) as course:
        with open_lesson(browser, course, FIRST_LESSON, course.address) as lab:
            assert lab.source(first_code) == words
        assert "Updated" not in course.log.read_text(encoding="utf-8")


def test_a_request_to_another_machine_is_aborted_and_counted(browser):
    elsewhere = "http://example.invalid/picture.png"
    with browser.page("about:blank") as page, page.expect_event("requestfailed"):
        page.set_content(f'<img src="{elsewhere}">')
    assert browser.take() == ([elsewhere], [])
