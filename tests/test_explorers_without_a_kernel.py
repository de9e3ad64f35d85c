"""The figures that move, where nothing is run: in the stored notebook, and on a page made of it."""

from __future__ import annotations

import json

import nbconvert
import pytest
from driving.explorers import explorer_cells, explorers_in

from course_utils.explorers.display import NEEDS_KERNEL
from course_utils.lessons.catalogue import NOTEBOOKS, ready_lessons

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]

LESSONS = [lesson.file for lesson in ready_lessons() if explorer_cells(lesson.path)]
every_stored_lesson = pytest.mark.parametrize("opened", LESSONS, indirect=True)
every_page = pytest.mark.parametrize("page", LESSONS, indirect=True)


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
    cells = json.loads((NOTEBOOKS / file).read_text(encoding="utf-8"))["cells"]
    are_live = ["show_live(" in "".join(cells[index]["source"]) for index in explorer_cells(NOTEBOOKS / file)]
    for explorer, is_live in zip(explorers_in(place), are_live, strict=True):
        assert (NEEDS_KERNEL in explorer.root.text_content()) == is_live, explorer.name
        assert bool(explorer.controls) != is_live, explorer.name
        assert [control.label for control in explorer.controls if not explorer.moves(control)] == []
        assert len(explorer.pictures) == 1
        assert explorer.failures == []


@every_stored_lesson
def test_explorers_of_a_stored_lesson_need_no_kernel_in_the_lab(opened):
    assert_it_needs_no_kernel(opened.page, opened.file)


@every_page
def test_explorers_of_a_lesson_need_no_kernel_on_a_page(page, request):
    assert_it_needs_no_kernel(page, request.node.callspec.params["page"])
