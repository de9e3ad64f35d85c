"""Tests of course_utils.grading.marking: a class is graded once, whatever ends a run."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook
from small_assignment import RIGHT, hand_in, require_sandbox, small_class

from course_utils.grading import marking, sandbox
from course_utils.grading.classroom import Classroom
from course_utils.grading.errors import GradingError
from course_utils.grading.gradebook import open_gradebook

pytestmark = pytest.mark.sandbox
HALF = {"q1": "def l1_norm(b):\n    return sum(b)", "q2": RIGHT["q2"]}  # 1 of 3, 2 of 2
NOTHING = {}
EXPECTED = {"ada": 5, "bob": 3, "cyd": 0}


@pytest.fixture(scope="module")
def class_of_three(tmp_path_factory):
    """A class of three, whose work is in."""
    require_sandbox()
    room = small_class(tmp_path_factory.mktemp("class"))
    with open_gradebook(room) as book:
        book.release("small")
    for student, answers in (("ada", RIGHT), ("bob", HALF), ("cyd", NOTHING)):
        hand_in(room, student, **answers)
    return room


@pytest.fixture
def room(class_of_three, tmp_path):
    """A copy of the class, to be graded."""
    return Classroom(Path(shutil.copytree(class_of_three.root, tmp_path / "class")))


def points(room):
    """The points in the gradebook."""
    with open_gradebook(room) as book:
        return book.recorded("small")


def test_everybody_gets_what_the_answers_are_worth(room):
    graded = marking.grade(room, "small")
    assert {marks.student: marks.points for marks in graded.marks} == EXPECTED
    assert points(room) == EXPECTED
    assert all(room.autograded(student, "small").is_file() for student in EXPECTED)


def test_nobody_is_graded_twice(room):
    assert marking.grade(room, "small").fresh == ("ada", "bob", "cyd")
    assert marking.grade(room, "small").fresh == ()
    assert points(room) == EXPECTED


def test_who_hands_in_again_is_graded_again(room):
    marking.grade(room, "small")
    hand_in(room, "bob", **RIGHT)
    assert marking.grade(room, "small").fresh == ("bob",)
    assert points(room) == EXPECTED | {"bob": 5}


def test_other_checks_grade_everybody_again(room):
    marking.grade(room, "small")
    text = room.checks("small").read_text()
    room.checks("small").write_text(text.replace("close(a, 2.5)", "close(a, 2.75)"))
    assert marking.grade(room, "small").fresh == ("ada", "bob", "cyd")
    assert points(room) == {"ada": 3, "bob": 1, "cyd": 0}


@pytest.mark.parametrize(("words", "waits"), [("Because it is a sum.", False), ("Another reason.", True)])
def test_what_a_person_has_read_waits_again_only_if_the_answer_is_another(words, waits, room):
    hand_in(room, "ada", **RIGHT, q3="Because it is a sum.")
    marking.grade(room, "small")
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}") as book:
        grade = book.find_grade("q3", "small", "small", "ada")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()
    hand_in(room, "ada", **RIGHT, q3=words)
    room.checks("small").write_text(f"{room.checks('small').read_text()}\n# mended\n")
    assert "ada" in marking.grade(room, "small").fresh
    with open_gradebook(room) as book:
        ada = book.results("small")[0]
    assert (ada.student, ada.waiting, ada.points) == ("ada", waits, 8)


def test_a_run_draws_anew_and_a_seed_finds_earlier_marks_again(room):
    first, second = (marking.grade(room, "small", again=True).marks[0] for _ in range(2))
    assert first.seed != second.seed
    third = marking.grade(room, "small", again=True, seed=first.seed, students=["ada"]).marks[0]
    assert third == first


def test_of_several_students_only_those_named_are_graded(room):
    assert marking.grade(room, "small", students=["bob"]).fresh == ("bob",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "holds no readable JSON"),
        ('{"cells": [3]}', "no JSON object"),
        ("[" * 10**5, "no readable JSON"),
    ],
)
def test_what_cannot_be_read_gets_no_points_and_a_reason(text, problem, room):
    room.submitted("bob", "small").write_text(text)
    marks = marking.grade(room, "small", students=["bob"]).marks[0]
    assert marks.points == 0
    assert problem in marks.problem


def test_a_link_is_not_followed(room, tmp_path):
    room.submitted("cyd", "small").unlink()
    room.submitted("cyd", "small").symlink_to(room.submitted("ada", "small"))
    assert marking.grade(room, "small").marks[2].points == 0


def test_a_fault_of_the_grader_is_one_students_and_is_mended_by_the_next_run(room, monkeypatch):
    def fail_for_bob(job):
        if job.student == "bob":
            raise MemoryError("no more")
        return graded(job)

    graded = marking.grade_one
    monkeypatch.setattr(marking, "grade_one", fail_for_bob)
    run = marking.grade(room, "small", jobs=1)
    assert run.failed == {"bob": "MemoryError: no more"}
    assert points(room) == {"ada": 5, "cyd": 0}
    monkeypatch.undo()
    assert marking.grade(room, "small", jobs=1).fresh == ("bob",)
    assert points(room) == EXPECTED


@pytest.mark.parametrize("lost", ["autograded", "gradebook", "marks"])
def test_what_a_crash_has_lost_is_made_again(lost, room):
    marking.grade(room, "small")
    place = {
        "autograded": room.autograded("ada", "small"),
        "gradebook": room.root / "gradebook.db",
        "marks": room.marks("ada", "small"),
    }[lost]
    place.unlink()
    if lost == "gradebook":
        with open_gradebook(room) as book:
            book.release("small")
    assert marking.grade(room, "small").fresh == (("ada",) if lost == "marks" else ())
    assert place.is_file()
    assert points(room) == EXPECTED


@pytest.mark.parametrize("step", ["graded_notebook", "write_whole", "to_json"])
def test_a_run_that_ends_in_the_middle_of_recording_loses_and_doubles_nothing(step, room, monkeypatch):
    def end(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(marking, step, end)
    with pytest.raises(KeyboardInterrupt):
        marking.grade(room, "small", jobs=1)
    monkeypatch.undo()
    marking.grade(room, "small", jobs=1)
    assert points(room) == EXPECTED


def processes_of(grader, *, seconds):
    """The processes below a running grader, as soon as one of its workers has a sandbox."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(psutil.Error):  # one of them has just ended
            below = psutil.Process(grader).children(recursive=True)
            workers = {process.pid for process in below if "loky" in " ".join(process.cmdline())}
            if any(process.ppid() in workers for process in below):
                return below
        time.sleep(0.1)
    raise TimeoutError(f"nothing is graded within {seconds} seconds")


def test_whoever_kills_the_grader_leaves_no_process_behind(room):
    for student in ("ada", "bob"):
        hand_in(room, student, q1="while True:\n    pass")
    command = [sys.executable, "-m", "course_utils", "assignment", "grade", "small", "--jobs", "2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=room.root, **quiet) as grader:
        below = processes_of(grader.pid, seconds=30)
        grader.kill()
    _, left = psutil.wait_procs(below, timeout=30)  # one that is still starting ends once it has
    assert left == []


def test_a_worker_whose_grader_was_killed_before_it_began_ends_at_once():
    begin = (
        "import sys; from course_utils.grading import marking; marking._attempt(0, None, int(sys.argv[1]))"
    )
    gone, there = ([sys.executable, "-c", begin, str(pid)] for pid in (2**22 + 1, os.getpid()))
    assert subprocess.run(gone, timeout=60).returncode == 1
    assert subprocess.run(there, timeout=60).returncode == 0


def test_an_assignment_that_was_not_released_is_refused(tmp_path):
    room = small_class(tmp_path)
    with pytest.raises(GradingError, match="small was not released here: run `course assignment release"):
        marking.grade(room, "small", trusted=True)


def test_a_student_who_has_handed_in_nothing_is_named(room):
    with pytest.raises(GradingError, match="nothing was handed in for small by dan"):
        marking.grade(room, "small", students=["ada", "dan"])


def test_without_a_sandbox_nothing_is_graded(room, monkeypatch):
    def refuse():
        raise sandbox.SandboxUnavailableError("no")

    monkeypatch.setattr(marking, "require_sandbox", refuse)
    with pytest.raises(sandbox.SandboxUnavailableError):
        marking.grade(room, "small")
    assert not (room.root / "marks").exists()


def test_ones_own_notebooks_are_graded_without_a_sandbox_and_not_taken_for_others(room, monkeypatch):
    monkeypatch.setattr(sandbox, "_limiter", None)
    run = marking.grade(room, "small", trusted=True, jobs=1)
    assert {marks.student: marks.points for marks in run.marks} == EXPECTED
    monkeypatch.undo()
    assert len(marking.grade(room, "small").fresh) == 3


def test_a_scheduler_that_does_not_answer_is_named(room, monkeypatch):
    monkeypatch.setattr(marking, "SCHEDULER_TIMEOUT", 1)
    with pytest.raises(GradingError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        marking.grade(room, "small", scheduler="tcp://127.0.0.1:9")


@pytest.mark.service
def test_a_dask_cluster_gives_the_same_marks(room):
    from distributed import LocalCluster

    here = marking.grade(room, "small", seed=3)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        there = marking.grade(room, "small", seed=3, again=True, scheduler=cluster.scheduler_address)
    assert there == here
