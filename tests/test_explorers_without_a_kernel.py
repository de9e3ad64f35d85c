"""The figures that move, where nothing is run: in the stored notebook, and on a page made of it."""

from __future__ import annotations

import nbconvert
import pytest
from driving.explorers import explorer_cells, explorers_in

from course_utils.lessons.catalogue import NOTEBOOKS, ready_lessons

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]

LESSONS = [lesson.file for lesson in ready_lessons() if explorer_cells(lesson.path)]
every_stored_lesson = pytest.mark.parametrize("opened", LESSONS, indirect=True)
every_page = pytest.mark.parametrize("page", LESSONS, indirect=True)
STANDS_STILL = "This figure is live"


@pytest.fixture(scope="module")
def page(request, browser, tmp_path_factory):
    """The lesson as a file of HTML, opened from the disk."""
    html, _ = nbconvert.HTMLExporter(template_name="basic").from_filename(str(NOTEBOOKS / request.param))
    path = tmp_path_factory.mktemp("page") / "lesson.html"
    path.write_text(f'<!doctype html><meta charset="utf-8">{html}', encoding="utf-8")
    with browser.page(path.as_uri()) as page:
        yield page


def assert_it_needs_no_kernel(place, file: str) -> None:
    """Page-drawn explorers move, live ones stand still and say so, and each shows one picture and no error."""
    explorers = explorers_in(place)
    assert len(explorers) == len(explorer_cells(NOTEBOOKS / file))
    for explorer in explorers:
        is_still = STANDS_STILL in explorer.root.inner_text()
        assert is_still != bool(explorer.controls), explorer.name
        assert [control.label for control in explorer.controls if not explorer.moves(control)] == []
        assert len(explorer.pictures) == 1
        assert explorer.failures == []


@every_stored_lesson
def test_explorers_of_a_stored_lesson_need_no_kernel_in_the_lab(opened):
    assert_it_needs_no_kernel(opened.page, opened.file)


@every_page
def test_explorers_of_a_lesson_need_no_kernel_on_a_page(page, request):
    assert_it_needs_no_kernel(page, request.node.callspec.params["page"])
