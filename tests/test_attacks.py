"""Submissions that attack the grader get what their answers earn, read nothing, write nothing, and the run ends."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from attack_table import Row, record_attack, table
from attacks import ATTACKER, ATTACKS, SPIES, Places, hand_in
from attacks.watch import (
    adopting_orphans,
    bait,
    contents,
    descendants,
    has_read,
    lay_bait,
    left_running,
    listening,
    runs_script,
)
from small_assignment import QUESTIONS, QUICK, RIGHT, answered, require_sandbox, small_class, source_notebook

from course_utils.grading import marking
from course_utils.grading.audit import release_of
from course_utils.grading.classroom import Classroom
from course_utils.grading.feedback import write_feedback
from course_utils.grading.gradebook import open_gradebook
from course_utils.grading.marks import to_json
from course_utils.grading.sandbox import PACKAGE
from course_utils.grading.scoring import score
from course_utils.grading.submission import rebuild

pytestmark = pytest.mark.sandbox
# They empty their own cells, answer in their own place, or are no notebook that the grader would read.
COST_THEMSELVES = {
    *("input transformer", "transformer of syntax trees", "forged answers with the right numbers"),
    *("twenty megabytes", "a hundred thousand cells"),
    *(f"JSON nested {depth} deep" for depth in (300, 900, 5_000)),
}
LONGEST = 40  # seconds: what QUICK allows, and some for a busy machine
WRITTEN_BY_US = ("marks/small/mallory", "autograded/mallory", "submitted/mallory", "gradebook.db", "socket")


@pytest.fixture(scope="module", autouse=True)
def a_sandbox():
    """Skip where there is none."""
    require_sandbox()


@pytest.fixture(scope="module")
def release():
    """What students get."""
    return release_of(source_notebook())


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory):
    """A class in which Ada has been graded, with a secret in everything that is nobody else's business."""
    room = small_class(tmp_path_factory.mktemp("class"))
    with open_gradebook(room) as book:
        book.release("small")
    release = json.loads(room.release("small").read_text())
    room.source("small").write_text(json.dumps(lay_bait(json.loads(room.source("small").read_text()))))
    with room.checks("small").open("a") as checks:
        checks.write(f"# {bait()}\n")
    room.submitted("ada", "small").parent.mkdir(parents=True)
    room.submitted("ada", "small").write_text(json.dumps(lay_bait(answered(release, **RIGHT))))
    assert marking.grade(room, "small", jobs=1).marks[0].points == 5
    with contextlib.closing(sqlite3.connect(room.root / "gradebook.db")) as book, book:
        book.execute("UPDATE student SET first_name = ?", (bait(),))
    return room


@pytest.fixture
def room(graded_class, tmp_path, monkeypatch):
    """A copy of this class, a home with a key, and a grader who is quick to lose patience."""
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id_course").write_text(bait())
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("COURSE_SECRET", bait())
    monkeypatch.setattr(marking, "score", functools.partial(score, pace=QUICK))
    shutil.copytree(graded_class.root, tmp_path / "class")
    return Classroom(tmp_path / "class")


def points_in(room):
    """The points in the gradebook."""
    with open_gradebook(room) as book:
        return book.recorded("small")


def run_attack(room, name):
    """Grade the attacker's work, and see what it came to."""
    home = room.root.parent / "home"
    release = json.loads(room.release("small").read_text())
    with listening(room.root) as listener, adopting_orphans():
        places = Places(room.root, home, PACKAGE.parent, Path(sys.prefix), listener.tcp, listener.udp)
        hand_in(ATTACKS[name], release, room.submitted(ATTACKER, "small").parent, places)
        before, running, began = contents(room.root.parent), descendants(), time.monotonic()
        run = marking.grade(room, "small", jobs=1)
        seconds, reached = time.monotonic() - began, bool(listener.reached)
        left = bool(left_running(running))
    return run, seconds, before, reached, left


def row_of(room, name):
    """What the attack came to, as a row of the table, and all that the grader has written of it."""
    run, seconds, before, reached, left = run_attack(room, name)
    points = next((marks.points for marks in run.marks if marks.student == ATTACKER), 0)
    recorded = points_in(room)
    text = "".join(to_json(marks) for marks in run.marks if marks.student == ATTACKER)
    row = Row(
        name,
        ATTACKS[name].honest,
        points,
        seconds,
        read=has_read(text),
        written=others(contents(room.root.parent)) != others(before),  # before there is any feedback
        reached=reached,
        left=left,
        forged=recorded != {"ada": 5} | ({ATTACKER: points} if ATTACKER in recorded else {}),
        markup=runs_script(page_of(room)),
        note=", ".join(run.failed.values()),
    )
    return row, text


def page_of(room):
    """The page that the attacker gets, if any."""
    write_feedback(room, "small")
    path = room.feedback(ATTACKER, "small")
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def others(files):
    """The files that grading one student has nothing to do with."""
    mine = tuple(f"class/{name}" for name in WRITTEN_BY_US)
    return {name: digest for name, digest in files.items() if not name.startswith(mine)}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_what_its_answers_earn_and_nothing_else(name, room, record_property):
    row, text = row_of(room, name)
    record_attack(record_property, row)
    assert row.points == (0 if name in COST_THEMSELVES else row.honest)
    assert row.harm == "-"
    assert row.seconds < LONGEST
    assert (name in SPIES) == ("FOUND []" in text)


FIND_SOMETHING_ELSEWHERE = {
    **dict.fromkeys(("reads the solutions", "reads other people's work", "reads the gradebook"), "read"),
    **{"reaches the network": "read, reached", "asks for a name": "read, reached"},
    **{"spoils the solutions": "read, written", "edits the gradebook": "read, forged"},
}


@pytest.mark.parametrize("name", FIND_SOMETHING_ELSEWHERE)
def test_without_the_sandbox_the_same_spy_is_seen_to_find_something(name, room, monkeypatch):
    monkeypatch.setattr(marking, "grade", functools.partial(marking.grade, trusted=True, students=[ATTACKER]))
    row, _ = row_of(room, name)
    assert row.harm == FIND_SOMETHING_ELSEWHERE[name]
    assert row.wins


def test_a_process_that_is_left_behind_is_seen():
    with adopting_orphans():
        before = descendants()
        subprocess.run(["sh", "-c", "sleep 60 &"], check=True)
        left = left_running(before)
        assert len(left) == 1
        os.kill(left.pop(), signal.SIGKILL)
        assert left_running(before) == set()


def test_the_table_puts_ours_beside_what_was_measured_of_nbgrader():
    rows = [Row("b", 2, 2, 0.5), Row("a", 2, 3, 1.0, read=True, note="late")]
    theirs = [asdict(Row("a", 2, None, 60, note="never ends")), asdict(Row("c", 0, 1, 1))]
    lines = table(rows, {"nbgrader": "0.9.6", "date": "2026-11-21", "rows": theirs})
    assert lines[0].endswith("| nbgrader 0.9.6, 2026-11-21")
    assert " ".join(lines[2].split()) == "a 2 | 3 1.0 read, late | lost 60.0 never ends"
    assert " ".join(lines[3].split()) == "b 2 | 2 0.5 - | not measured"
    assert lines[5].startswith("ours: 1 of 2 attacks")
    assert lines[6] == "stock nbgrader: 0 of 1 did, and 1 cost a submission its marks"


def test_hidden_inputs_cannot_be_smuggled_into_the_feedback(release):
    smuggler = (
        "def l1_norm(b):\n    print('INPUT', list(b))\n    name = 'INPUT_' + '_'.join(str(int(x * 1000)) for x in b)\n"
        "    raise type(name, (Exception,), {})('INPUT ' + str(list(b)))"
    )
    cells = rebuild(release, answered(release, q1=smuggler))
    result = score(cells, QUESTIONS, np.random.default_rng(0), pace=QUICK)
    assert "INPUT" not in "".join(result.questions[0].lines)
    assert "your code raised an exception of its own" in result.questions[0].lines[0]
    # the example that every student sees
    assert [output.printed for output in result.outputs if "INPUT" in output.printed] == ["INPUT [2, -3]\n"]


def test_a_run_that_ends_a_worker_forgets_what_it_saw(release):
    """A second run of the cells could print what the first was asked; only the first is kept."""
    twice = (
        "import os\nif os.path.exists('/tmp/seen'):\n    print(open('/tmp/seen').read())\n"
        "def l1_norm(b):\n    open('/tmp/seen', 'w').write(str(b))\n    os._exit(0)"
    )
    cells = rebuild(release, answered(release, q1=twice, q2=RIGHT["q2"]))
    result = score(cells, QUESTIONS, np.random.default_rng(0), pace=QUICK)
    assert {output.printed for output in result.outputs} == {"", "2.5\n"}
    assert result.points == 2
