"""notebooks/lessons.toml, and the functions that read it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils.lessons.catalogue import (
    NOTEBOOKS,
    ROOT,
    UnknownLessonError,
    find_lesson,
    lessons,
    ready_lessons,
)


def test_the_lessons_without_a_letter_are_numbered_from_00_to_14():
    first_halves = [lesson.number for lesson in lessons() if lesson.number.isdigit()]
    assert first_halves == [f"{number:02}" for number in range(15)]


def test_a_file_name_is_the_number_and_a_topic():
    for lesson in lessons():
        assert re.fullmatch(rf"{lesson.number}_[a-z0-9_]+\.ipynb", lesson.file), lesson


def test_the_core_course_is_lessons_00_to_08():
    assert {lesson.number[:2] for lesson in lessons() if lesson.core} == {
        f"{number:02}" for number in range(9)
    }


def test_a_lesson_is_planned_or_ready_and_nothing_else():
    assert {lesson.status for lesson in lessons()} <= {"planned", "ready"}


def test_ready_lessons_are_those_whose_notebook_is_there():
    assert {lesson.path for lesson in ready_lessons()} == set(NOTEBOOKS.glob("*.ipynb"))


def test_the_modules_that_a_ready_lesson_introduces_exist():
    for lesson in ready_lessons():
        for module in lesson.introduces:
            path = ROOT / "course_utils" / module
            assert path.is_dir() or path.with_suffix(".py").exists(), (lesson.number, module)


def test_no_module_is_introduced_twice():
    introduced = [module for lesson in lessons() for module in lesson.introduces]
    assert len(introduced) == len(set(introduced))


@pytest.mark.parametrize(
    "given",
    [
        "4",
        "04",
        4,
        " 04 ",
        "04_ista_from_scratch",
        Path("04_ista_from_scratch.ipynb"),
        r"a\04_ista_from_scratch.ipynb",
    ],
)
def test_a_lesson_is_found_by_number_name_or_path(given):
    assert find_lesson(given).title == "ISTA from scratch"


@pytest.mark.parametrize("given", ["99", "", "4_ista", "notebooks", -1])
def test_an_unknown_lesson_is_an_error_that_lists_the_numbers(given):
    with pytest.raises(UnknownLessonError, match=rf"no lesson '{given}'; the lessons are 00, 01, .*, 14$"):
        find_lesson(given)


def test_the_catalogue_needs_the_standard_library_alone():
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import course_utils.lessons.catalogue as c; c.lessons()"
    without_packages = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True
    )
    assert without_packages.returncode == 0, without_packages.stderr
