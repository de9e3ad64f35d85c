"""The formgrader of nbgrader on a class of ours: what it lists, what a person types into it, what it refuses to run."""

from __future__ import annotations

import contextlib

import pytest
from driving.browser import ARTIFACTS
from driving.formgrader import served_formgrader
from small_assignment import small_class
from small_gradebook import keep, marks_of, open_released

from course_utils.grading.gradebook import open_gradebook

pytestmark = [pytest.mark.browser, pytest.mark.service]

MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"  # nbgrader's page asks for it; not answered here


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A class in which two are marked by machine, and one of them has written a text."""
    room = small_class(tmp_path_factory.mktemp("class"))
    with open_released(room) as book:
        keep(room, book, marks_of("ada"))
        keep(room, book, marks_of("bob", q1=(1, 0), q2=(0,)))
    return room


@pytest.fixture(scope="module")
def formgrader(browser, room, tmp_path_factory):
    """Its formgrader; without a browser none is needed."""
    with served_formgrader(room.root, tmp_path_factory.mktemp("home")) as formgrader:
        yield formgrader


@pytest.fixture
def opened(browser, formgrader):
    """Opens a page of the formgrader, and photographs it at the end; the page asks for MathJax alone elsewhere."""
    with contextlib.ExitStack() as pages:

        def open_page(address, picture):
            page = pages.enter_context(browser.page(address))
            pages.callback(page.screenshot, path=ARTIFACTS / f"formgrader-{picture}.png", full_page=True)
            return page

        yield open_page
    outside, errors = browser.take()
    assert [address for address in outside if not address.startswith(MATHJAX)] == []
    assert set(errors) <= {"MathJax is not defined"}


def rows(page):
    """The texts of the rows of a table, once it is filled."""
    page.wait_for_selector("tbody tr td a")
    return [row.split("\t") for row in page.locator("tbody tr").all_inner_texts()]


def test_the_assignment_is_listed_with_its_submissions(formgrader, opened):
    (row,) = [
        row
        for row in rows(opened(formgrader.address("manage_assignments"), "assignments"))
        if row[0] == "small"
    ]
    assert "2" in row


def test_the_submissions_are_listed_with_their_points_and_who_waits(formgrader, opened):
    page = opened(formgrader.address("manage_submissions/small"), "submissions")
    found = {row[1]: [cell.strip() for cell in row[3:5]] for row in rows(page)}
    assert found == {"ada": ["needs manual grading", "5 / 9"], "bob": ["graded", "1 / 9"]}


def test_the_page_of_the_class_shows_nothing_of_its_configuration(formgrader, opened):
    page = opened(formgrader.address("manage_assignments"), "configuration")
    rows(page)
    assert "sanitize_html" not in page.content()


def type_into(page, selector, text):
    """Type into a field and leave it; wait until nbgrader says that it is saved."""
    page.locator(selector).click()
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        page.keyboard.type(text)
        page.keyboard.press("Tab")


def test_points_and_a_remark_typed_by_a_person_are_in_the_gradebook(formgrader, opened, room):
    page = opened(formgrader.address_of("ada", "small"), "marked-by-hand")
    page.wait_for_selector("#q3-comment[placeholder]")
    assert "Because it is a sum." in page.locator("body").inner_text()
    type_into(page, "#q3", "3.5")
    type_into(page, "#q3-comment", "A sum of what?")
    with open_gradebook(room) as book:
        (ada, _) = book.results("small")
        assert (ada.total, ada.waiting, ada.questions[2].by_hand) == (8.5, False, True)
        assert book.comments("ada", "small") == {"q3": "A sum of what?"}


def test_the_button_that_would_run_what_was_handed_in_refuses(formgrader, opened, room):
    before = room.autograded("bob", "small").read_text()
    page = opened(formgrader.address("manage_submissions/small"), "refusal")
    rows(page)
    page.locator("tr", has_text="bob").locator(".autograde a").click()
    page.wait_for_selector(".modal.in")
    assert "Use `course assignment grade small`" in page.locator(".modal.in").inner_text()
    assert room.autograded("bob", "small").read_text() == before
