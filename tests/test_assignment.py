"""`course assignment`: the steps as an instructor calls them, what each says, and with which exit code it ends."""

from __future__ import annotations

import argparse
import json
import shutil

import pytest
from small_assignment import RIGHT, hand_in, require_sandbox, small_class

from course_utils import cli
from course_utils.cli import assignment
from course_utils.cli.assignment import STEPS
from course_utils.grading import marking, variants
from course_utils.grading.classroom import CONFIGURATION, find_classroom
from course_utils.grading.gradebook import open_gradebook


def course(*words):
    """Call `course assignment`; the exit code, argparse's too."""
    try:
        return cli.main(["assignment", *map(str, words)])
    except SystemExit as ended:
        return ended.code


@pytest.fixture(scope="module")
def released_class(tmp_path_factory):
    """A class whose assignment is released: ada has answered, bob's file is broken."""
    room = small_class(tmp_path_factory.mktemp("class"))
    with open_gradebook(room) as book:
        book.release("small")
    hand_in(room, "ada", **RIGHT, q3="Because it is a sum.")
    hand_in(room, "bob")
    room.submitted("bob", "small").write_text("{")
    return room


@pytest.fixture
def room(released_class, tmp_path, monkeypatch):
    """A copy of that class, in which we stand."""
    shutil.copytree(released_class.root, tmp_path / "class")
    monkeypatch.chdir(tmp_path / "class")
    return find_classroom(tmp_path / "class")


@pytest.fixture
def refused(capsys):
    """Checks that a step ends with 1 and says why in one line, without a traceback; returns the line."""

    def call(*words):
        assert course(*words) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"course assignment {words[0]}: ")
        return line

    return call


def test_the_help_names_every_step(capsys):
    assert course("--help") == 0
    said = capsys.readouterr().out
    assert all(f"\n    {name} " in said and step.help in said for name, step in STEPS.items())


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_a_help_that_says_what_it_does(step, capsys):
    assert course(step, "--help") == 0
    assert STEPS[step].help in capsys.readouterr().out


@pytest.mark.parametrize("words", [("--jobs", 0), ("--jobs", "x"), ("--seed", -1)])
def test_a_number_that_makes_no_sense_is_refused_before_anything_begins(words, capsys):
    assert course("grade", "small", *words) == 2
    assert "is no whole number of" in capsys.readouterr().err


def test_an_assignment_that_the_class_has_not_is_refused_by_the_name_of_those_it_has(room, refused):
    assert "has no assignment smal; it has small" in refused("audit", "smal")
    assert "has no assignment smal; it has small" in refused("collect", "smal", room.root)
    assert not room.submitted("ada", "smal").exists()


@pytest.mark.parametrize("step", ["grade", "feedback", "export"])
def test_what_was_not_released_is_refused_with_the_command_that_releases(step, room, refused):
    assert "run `course assignment release smal` first" in refused(step, "smal")


def test_a_name_that_leads_out_of_the_class_is_refused(room, refused):
    assert "cannot be the name of an assignment" in refused("export", "../small")


def test_checks_that_are_no_python_are_told_in_a_sentence(room, refused):
    room.checks("small").write_text("QUESTIONS = (")
    assert "small.py cannot be read: SyntaxError" in refused("grade", "small")


def test_a_source_that_is_no_notebook_is_told_in_a_sentence(room, refused):
    room.source("small").write_text("{")
    assert "small.ipynb is no notebook" in refused("audit", "small")


def test_a_folder_where_the_table_was_to_be_is_told_in_a_sentence(room, refused):
    assert str(room.root / "submitted") in refused("export", "small", "--to", room.root / "submitted")


def test_feedback_before_anybody_has_marks_says_what_comes_first(room, refused):
    assert "run `course assignment grade small` first" in refused("feedback", "small")


def test_the_class_is_the_one_named_else_where_we_stand_else_the_courses_own(room, tmp_path, monkeypatch):
    def found(**options):
        return assignment.classroom(argparse_like(**options)).root

    elsewhere = small_class(tmp_path / "elsewhere").root
    assert found(folder=elsewhere) == elsewhere.resolve()
    assert found() == room.root.resolve()
    monkeypatch.chdir(tmp_path)
    assert found() == assignment.OWN_CLASS.resolve()


def argparse_like(folder=None):
    """The arguments that a class is found by."""
    return argparse.Namespace(name="small", folder=folder)


def test_a_folder_that_is_no_class_is_refused_with_what_is_missing(tmp_path, refused):
    assert f"has no {CONFIGURATION}" in refused("grade", "small", "--folder", tmp_path)


def spoil(room):
    """Take the wrong solutions out of the checks."""
    text = room.checks("small").read_text()
    room.checks("small").write_text(text.replace('WrongSolution("squared", "np.abs(b)", "b**2"),', ""))


def test_an_assignment_that_the_audit_complains_of_is_not_released(room, capsys):
    before = room.release("small").read_bytes()
    spoil(room)
    assert course("release", "small") == 1
    said = capsys.readouterr()
    assert "q1: 1 wrong solutions; at least 2" in said.out
    assert said.err.endswith("small was not released: 1 complaint.\n")
    assert room.release("small").read_bytes() == before


def test_an_audit_with_a_complaint_ends_with_one(room, capsys):
    spoil(room)
    assert course("audit", "small") == 1
    assert capsys.readouterr().out.endswith("small: 1 complaint\n")


def test_an_audit_without_a_complaint_ends_with_zero(room, capsys):
    assert course("audit", "small", "--trusted") == 0
    assert capsys.readouterr().out == "small can be released.\n"


def test_a_new_assignment_is_drawn_as_asked_and_the_next_step_is_told(tmp_path, monkeypatch, capsys):
    asked = {}

    def draw(original, folder, **options):
        asked.update(options, original=original, folder=folder)
        return variants.Private("ps1", 7, {}, variants.Assignment({}, ""), path=folder / "mine.ipynb")

    monkeypatch.setattr(variants, "new_assignment", draw)
    assert course("new", "mine", "--from", "ps1", "--into", tmp_path, "--seed", 7) == 0
    assert [asked[key] for key in ("original", "folder", "seed", "name")] == ["ps1", tmp_path, 7, "mine"]
    assert asked["trusted"] is False
    assert f"Next, in {tmp_path}: course assignment release mine" in capsys.readouterr().out


def test_a_new_assignment_among_the_courses_own_is_refused(refused):
    assert "outside" in refused("new", "mine", "--into", assignment.OWN_CLASS)


def test_a_class_in_which_nobody_has_handed_in_is_told_how_to_collect(room, capsys, monkeypatch):
    shutil.rmtree(room.root / "submitted")
    monkeypatch.setattr(marking, "require_sandbox", lambda: None)
    assert course("grade", "small") == 0
    assert capsys.readouterr().out == "Nobody has handed in yet: `course assignment collect small FILE.zip`\n"


def test_who_stops_the_grading_is_told_that_nothing_is_lost(room, monkeypatch, capsys):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(marking, "grade", stopped)
    assert course("grade", "small") == 130
    assert "the same command does the rest" in capsys.readouterr().err


def test_collecting_says_what_became_of_each_file(room, tmp_path, capsys):
    (tmp_path / "handed").mkdir()
    shutil.copy(room.release("small"), tmp_path / "handed" / "eve_small.ipynb")
    assert course("collect", "small", tmp_path / "handed") == 0
    assert "taken     eve from eve_small.ipynb\n1 taken, 0 kept" in capsys.readouterr().out
    assert room.submitted("eve", "small").is_file()


@pytest.mark.sandbox
def test_from_grading_to_the_table_each_step_says_what_it_has_done(room, capsys):
    require_sandbox()
    assert [course(step, "small") for step in ("grade", "feedback", "export")] == [0, 0, 0]
    said = capsys.readouterr().out
    assert "small: graded 2 of 2.\n  bob: small.ipynb is no notebook" in said
    assert "2 pages in " in said
    assert "1 submission still to be read by a person, and their pages say so." in said
    assert f"2 students in {room.root / 'small.csv'}\n1 submission still to be read by a person.\n" in said


@pytest.mark.sandbox
def test_of_one_student_every_check_is_shown_and_what_the_inputs_were_drawn_from(room, capsys):
    require_sandbox()
    assert course("grade", "small", "--student", "ada", "--seed", 5) == 0
    said = capsys.readouterr().out
    assert (
        "ada: 5 points by machine, inputs drawn from seed 5\nq1: 3\n  PASS  of numbers of one sign (+1)"
        in said
    )
    assert "Teach again" not in said
    assert json.loads(room.marks("ada", "small").read_text())["seed"] == 5
