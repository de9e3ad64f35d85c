"""Tests of course_utils.grading.feedback: what stands on a student's page, and what never does."""

from __future__ import annotations

import dataclasses
import itertools
import re

import bs4
import pytest
from markup import MARKUP
from small_assignment import (
    QUESTIONS,
    RIGHT,
    SIGN,
    answered,
    cell,
    hand_in,
    require_sandbox,
    small_class,
    source_notebook,
)

from course_utils.grading.audit import release_of
from course_utils.grading.classroom import BadClassError, require_student
from course_utils.grading.feedback import LONGEST_PRINTED, MOST_ADDED, feedback_page, write_feedback
from course_utils.grading.gradebook import open_gradebook
from course_utils.grading.marking import grade
from course_utils.grading.marks import Marks
from course_utils.grading.results import QuestionResult, Result
from course_utils.grading.scoring import CheckScore, Failure, QuestionScore
from course_utils.grading.student import CellOutput
from course_utils.grading.submission import rebuild

ONE_SIGN = CheckScore("of numbers of one sign", 1, 1)
BOTH_SIGNS = CheckScore("of numbers of both signs", 0, 2, SIGN, Failure.WRONG)
SCORES = (
    QuestionScore("q1", (ONE_SIGN, BOTH_SIGNS)),
    QuestionScore("q2", (CheckScore("the penalty", 2, 2),)),
)
SEED = 987654321


@pytest.fixture
def release():
    """What students get, without a heading before a question: it is called by its grade_id."""
    source = source_notebook()
    source["cells"][0]["source"] = "# A small assignment"
    return release_of(source)


def marks_of(release, submitted, outputs=None, scores=SCORES):
    """Marks whose cells printed this, by number of the code cell."""
    sources = tuple(c.source for c in rebuild(release, submitted) if c.is_code)
    printed = tuple((outputs or {}).get(number, CellOutput()) for number in range(len(sources)))
    return Marks("ada", "small", "fingerprint-of-ada", SEED, scores, sources, printed)


def result_of(*, q1=1, q3=None, penalty=0, by_hand=False):
    """What the gradebook says; without points of q3 it waits for a person."""
    questions = (
        QuestionResult("q1", q1, 3, False, by_hand),
        QuestionResult("q2", 2, 2, False, False),
        QuestionResult("q3", q3 or 0, 4, q3 is None, q3 is not None),
    )
    return Result("ada", "Ada", "Lovelace", "", questions, penalty)


def page_of(release, result=None, comments=None, outputs=None, scores=SCORES, **answers):
    """The page of these answers, read again."""
    submitted = answered(release, **RIGHT | answers)
    marks = marks_of(release, submitted, outputs, scores)
    return bs4.BeautifulSoup(feedback_page(release, submitted, marks, result, comments), "html.parser")


def words(tag):
    """The text of a tag on one line."""
    return " ".join(tag.get_text(" ").split())


def section(page, title):
    """The section of a question."""
    return next(part for part in page.find_all("section") if part.h2.text == title)


def test_a_check_says_in_words_how_it_went_and_its_hint(release):
    first, second = section(page_of(release), "q1").find_all("li")
    assert words(first) == "✓ Passed of numbers of one sign 1 of 1"
    assert words(second) == f"✗ Not passed of numbers of both signs 0 of 2 {SIGN}"
    assert (first["class"], second["class"]) == (["passed"], ["failed"])


def test_code_in_a_hint_is_shown_as_code(release):
    scores = (QuestionScore("q1", (CheckScore("x", 0, 1, "sort `by <b>` first"),)), SCORES[1])
    hint = section(page_of(release, scores=scores), "q1").find(class_="hint")
    assert (hint.text, hint.code.text) == ("Sort by <b> first.", "by <b>")


@pytest.mark.parametrize("failure", [*Failure, "by an earlier grader"])
def test_a_question_that_lost_points_says_what_to_do(release, failure):
    scores = (QuestionScore("q1", (dataclasses.replace(BOTH_SIGNS, failure=failure),)), SCORES[1])
    todo = section(page_of(release, scores=scores), "q1").find(class_="todo")
    assert len(words(todo)) > 60


def test_what_a_student_wrote_printed_and_met_stands_beside_the_checks(release):
    outputs = {1: CellOutput("two\nlines", "ValueError: no"), 2: CellOutput("by hand 5")}
    pieces = [pre.text.strip() for pre in section(page_of(release, outputs=outputs), "q1").find_all("pre")]
    assert pieces == [RIGHT["q1"], "two\nlines", "ValueError: no", "by hand 5"]


def test_a_written_answer_is_shown_as_markdown_without_headings_of_its_own(release):
    written = section(page_of(release, q3="# Because\n\n**it** is $b^2$ *so*"), "q3").find(class_="written")
    assert [p.name for p in written.find_all(recursive=False)] == ["p", "p"]
    assert words(written) == "Because it is $b^2$ so"


def test_points_of_a_person_count_and_without_them_the_answer_waits(release):
    waiting, read = page_of(release, result_of()), page_of(release, result_of(q3=3.5))
    assert words(section(waiting, "Your points").find(class_="total")) == "3 of 9 points so far"
    assert words(section(waiting, "q3").find(class_="state")) == "Waits for a person"
    assert words(section(waiting, "q3").find(class_="points")) == "– of 4 points"
    assert "A person reads this answer" in words(section(waiting, "q3").find(class_="todo"))
    assert words(section(read, "Your points").find(class_="total")) == "6.5 of 9 points"
    assert words(section(read, "q3").find(class_="points")) == "3.5 of 4 points"


def test_points_that_a_person_has_changed_are_told_as_such(release):
    part = section(page_of(release, result_of(q1=3, by_hand=True)), "q1")
    assert words(part.find(class_="state")) == "All points, given by a person; the checks gave 1"
    assert part.find(class_="todo") is None


def test_a_penalty_for_being_late_is_a_line_of_its_own(release):
    table = section(page_of(release, result_of(q3=4, penalty=1.5)), "Your points").table
    assert [words(row) for row in table.find_all("tr")][-2:] == ["Handed in late −1.5", "Total 5.5 of 9"]


def test_a_comment_stands_with_its_question(release):
    part = section(page_of(release, comments={"q3": "Say *more*.", "q1": ""}), "q3")
    assert words(part.find(class_="comment")) == "Comment on your answer Say more ."


def test_the_title_of_a_question_is_its_heading_without_its_price(release):
    release["cells"].insert(2, cell("## Question 1 · Norms (3 points, about 5 minutes)\n\nText", "markdown"))
    titles = [h2.text for h2 in page_of_raw(release).find_all("h2")]
    assert titles == ["Your points", "Question 1 · Norms", "q2", "q3"]


def page_of_raw(release, change=lambda submitted: None, **about):
    """The page of the release handed in after a change."""
    submitted = {**release, "cells": [dict(data) for data in release["cells"]]}
    change(submitted)
    marks = dataclasses.replace(marks_of(release, submitted), **about)
    return bs4.BeautifulSoup(feedback_page(release, submitted, marks), "html.parser")


def test_a_cell_left_as_it_was_is_said_to_be(release):
    assert "You have left this cell as it was." in words(section(page_of_raw(release), "q1"))


def test_cells_that_a_student_added_are_shown_where_they_stood_and_not_without_end(release):
    def add(submitted):
        submitted["cells"][2:2] = [cell(f"x = {number}") for number in range(MOST_ADDED + 3)]
        submitted["cells"].append(cell("last = 1"))

    page = page_of_raw(release, add)
    names = [h3.text for h3 in section(page, "q1").find_all("h3")]
    assert names.count("A cell that you added") == MOST_ADDED
    assert names[-1] == "And 3 more cells that you added"
    assert "last = 1" in words(section(page, "Other cells of your notebook"))


def test_what_was_printed_is_cut_at_a_stated_length(release):
    for text in ("x" * 1_000_000, "x\n" * 10_000):
        page = page_of(release, outputs={1: CellOutput(text)})
        shown = page.find(class_="printed").text
        assert len(shown) < LONGEST_PRINTED + 100
        assert re.search(r"… and [\d,]+ more characters, which are not shown", shown)
    assert "at most 4,000 characters and 60 lines" in words(page.footer)


def test_work_that_could_not_be_read_is_told_why(release):
    page = page_of_raw(release, problem="ps1.ipynb is no <b>notebook</b>")
    assert "ps1.ipynb is no <b>notebook</b>" in words(section(page, "Your submission was not graded"))
    assert page.find_all("li") == []


def test_neither_seed_nor_fingerprint_nor_checker_reaches_the_page(release):
    text = str(page_of(release, result_of(), q1="def l1_norm(b): return 1"))
    inner = [check.judge.__name__ for question in QUESTIONS for check in question.checks]
    assert not [secret for secret in (str(SEED), "fingerprint-of-ada", *inner) if secret in text]


def test_the_page_appeals_to_no_machine_and_runs_nothing(release):
    page = page_of(release)
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert page.find_all(["script", "link", "img", "iframe", "a", "form", "base", "object"]) == []
    assert "url(" not in page.style.text
    assert "@import" not in page.style.text


def test_the_page_has_a_language_a_title_and_headings_in_order(release):
    page = page_of(release, result_of(), outputs={1: CellOutput("x")})
    levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
    assert (page.html["lang"], page.title.text) == ("en", "Feedback: A small assignment · Ada Lovelace (ada)")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("text", [*MARKUP.values(), "<b>ada", "../ada", "a/b", "", "a\nb", "-a", "a" * 65])
def test_no_markup_and_no_path_identifies_a_student(text):
    with pytest.raises(BadClassError, match="cannot identify a student"):
        require_student(text)


@pytest.fixture
def room(tmp_path):
    """A class of two that is graded."""
    require_sandbox()
    room = small_class(tmp_path)
    with open_gradebook(room) as book:
        book.release("small")
    hand_in(room, "ada", **RIGHT)
    hand_in(room, "bob", q1="def l1_norm(b):\n    return sum(b)", q3="<b>Because.</b>")
    grade(room, "small")
    return room


@pytest.mark.sandbox
def test_everybody_with_current_marks_gets_a_page(room):
    assert write_feedback(room, "small") == 2
    page = bs4.BeautifulSoup(room.feedback("bob", "small").read_text(), "html.parser")
    assert words(section(page, "Your points").find(class_="total")) == "1 of 9 points so far"
    assert "<b>Because.</b>" in words(section(page, "q3"))


@pytest.mark.sandbox
def test_whose_work_has_changed_since_gets_none_and_nothing_else_is_touched(room):
    others = room.feedback("bob", "small").with_name("notes.txt")
    others.parent.mkdir(parents=True)
    others.write_text("mine")
    hand_in(room, "bob", **RIGHT)
    assert write_feedback(room, "small") == 1
    assert not room.feedback("bob", "small").exists()
    assert others.read_text() == "mine"
