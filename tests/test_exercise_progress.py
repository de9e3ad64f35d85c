"""What a learner has done is neither lost nor private knowledge: the progress file and `course progress`."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time

import pytest

import course_utils
from course_utils.cli import main
from course_utils.exercises import check, hint, progress
from course_utils.exercises import progress_file as files
from course_utils.exercises.progress_file import Entry, progress_path, read_entries, update_entry
from course_utils.exercises.registry import all_exercises, find_exercise
from course_utils.exercises.types import Outcome

FIRST = "04.1"


def record(exercise_id=FIRST, outcome=Outcome.NOT_YET):
    return update_entry(exercise_id, lambda entry: entry.after_try(outcome))


def unwritable(monkeypatch, tmp_path):
    """Point at a folder that cannot be made, which stops root too: its parent is a file."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "progress.json"))


def test_an_entry_survives_the_kernel():
    record()
    record(outcome=Outcome.RAISED)
    assert json.loads(progress_path().read_text()) == {
        "course_version": course_utils.__version__,
        "exercises": {FIRST: {"outcome": "raised", "tries": 2, "hints_used": 0, "solution_seen": False}},
    }


def test_a_pass_is_kept_and_later_tries_are_not_counted():
    passed = Entry().after_try("not yet").after_try("passed")
    assert passed.after_try("raised") == passed == Entry("passed", tries=2)


def test_a_solution_counts_as_seen_only_before_the_pass():
    assert Entry().after_solution().solution_seen
    assert not Entry("passed").after_solution().solution_seen


def test_hints_are_counted_up_to_as_many_as_there_are():
    assert Entry().after_hint(1).after_hint(1).hints_used == 1


def test_without_a_chosen_place_the_file_lies_in_the_learners_folder(monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS")
    assert progress_path() == files.ROOT / "my_course" / "progress.json"


def test_the_file_needs_no_notebooks_beside_the_package(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.setattr(files, "ROOT", tmp_path / "site-packages")
    monkeypatch.chdir(tmp_path)
    assert progress_path() == tmp_path / "my_course" / "progress.json"


BROKEN = [
    "",
    "{",
    "[]",
    '{"another": "file"}',
    "[" * 100_000,
    '{"exercises": 3}',
    '{"exercises": {"04.1": {"tries": "two"}}}',
    '{"exercises": {"04.1": {"outcome": "brilliant"}}}',
    '{"exercises": {"04.1": {"solution_seen": 1}}}',
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_is_kept_aside_and_said_so(text):
    progress_path().write_text(text)
    entry, notice = record()
    assert entry.tries == 1
    assert notice == (
        "Your progress file could not be read: it is kept as progress.broken-1.json, and a new one begins."
    )
    assert progress_path().with_name("progress.broken-1.json").read_text() == text
    assert read_entries() == ({FIRST: entry}, "")


def test_a_second_broken_file_does_not_replace_the_first():
    for text in ("first", "second"):
        progress_path().write_text(text)
        read_entries()
    assert progress_path().with_name("progress.broken-1.json").read_text() == "first"
    assert progress_path().with_name("progress.broken-2.json").read_text() == "second"


def test_a_broken_file_that_cannot_be_moved_is_not_overwritten(monkeypatch):
    def refuse(source, target):
        raise PermissionError(13, "Permission denied")

    progress_path().write_text("broken")
    with monkeypatch.context() as locked:
        locked.setattr(files.os, "replace", refuse)
        assert "stays as it is" in record()[1]
    record()
    assert progress_path().read_text() == "broken"


def test_where_nothing_can_be_written_it_is_said_once_and_remembered(monkeypatch, tmp_path):
    unwritable(monkeypatch, tmp_path)
    notices = [record()[1] for _ in range(3)]
    assert "cannot be saved" in notices[0]
    assert notices[1:] == ["", ""]
    assert read_entries()[0][FIRST].tries == 3


def test_check_goes_on_where_nothing_can_be_written(monkeypatch, tmp_path, capsys):
    unwritable(monkeypatch, tmp_path)
    check(FIRST, lambda *args: None)
    check(FIRST, lambda *args: None)
    out = capsys.readouterr().out
    assert out.count("cannot be saved") == 1
    assert out.count("not yet") == 2


def test_an_unfinished_write_leaves_the_old_file_and_no_litter(monkeypatch):
    record()
    before = progress_path().read_text()
    monkeypatch.setattr(files.os, "replace", lambda *paths: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        record()
    assert progress_path().read_text() == before
    assert [path.name for path in progress_path().parent.iterdir()] == ["progress.json"]


def test_kernels_that_write_at_the_same_time_keep_each_others_entries():
    code = (
        "import sys; from course_utils.exercises.progress_file import update_entry\n"
        "for i in range(40): update_entry(sys.argv[1], lambda entry: entry.after_try('not yet'))\n"
    )
    kernels = [
        subprocess.Popen([sys.executable, "-c", code, name]) for name in ("00.1", "00.1", "01.1", "04.1")
    ]
    assert [kernel.wait() for kernel in kernels] == [0] * 4
    assert {name: entry.tries for name, entry in read_entries()[0].items()} == {
        "00.1": 80,
        "01.1": 40,
        "04.1": 40,
    }


def test_the_lock_of_a_dead_kernel_does_not_block(monkeypatch):
    monkeypatch.setattr(files, "LOCK_PATIENCE", 0.05)
    progress_path().with_name("progress.json.lock").touch()
    started = time.monotonic()
    record()
    assert time.monotonic() - started < 2
    assert [path.name for path in progress_path().parent.iterdir()] == ["progress.json"]


# --- the report and its export


def test_progress_shows_every_exercise_and_what_was_spent_on_it(capsys):
    record()
    update_entry(FIRST, lambda entry: entry.after_hint(3))
    progress()
    out = capsys.readouterr().out
    assert f"[ ] {FIRST} {find_exercise(FIRST).name}: not yet, 1 try, 1 hint\n" in out
    assert all(exercise.id in out for exercise in all_exercises())


def test_course_progress_prints_the_same_as_progress(capsys):
    hint(FIRST)
    record(outcome=Outcome.PASSED)
    capsys.readouterr()
    progress()
    in_the_notebook = capsys.readouterr().out
    assert main(["progress"]) == 0
    assert capsys.readouterr().out == in_the_notebook
    assert f"[x] {FIRST}" in in_the_notebook


def exported(path):
    assert main(["progress", "--export", str(path)]) == 0
    return path.read_text(encoding="utf-8")


def test_the_export_holds_one_record_an_exercise_and_nothing_about_the_learner(tmp_path):
    record()
    records = json.loads(exported(tmp_path / "export.json"))
    assert [entry["exercise"] for entry in records] == [exercise.id for exercise in all_exercises()]
    assert next(entry for entry in records if entry["exercise"] == FIRST) == {
        "course_version": course_utils.__version__,
        "lesson": "04",
        "exercise": FIRST,
        "kind": find_exercise(FIRST).kind,
        "outcome": "not yet",
        "tries": 1,
        "hints_used": 0,
        "solution_seen": False,
    }


def test_the_export_as_csv_holds_the_same_as_json(tmp_path):
    record(outcome=Outcome.PASSED)
    rows = list(csv.DictReader(exported(tmp_path / "export.CSV").splitlines()))
    records = json.loads(exported(tmp_path / "export.json"))
    assert rows == [{name: str(value) for name, value in entry.items()} for entry in records]


def test_an_export_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    assert main(["progress", "--export", str(tmp_path / "nowhere" / "export.json")]) == 1
    assert "cannot write" in capsys.readouterr().err
