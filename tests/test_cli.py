"""The dispatcher and the small verbs: `course`, `course reset`, `course doctor`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from course_utils import cli
from course_utils.cli import claims, doctor, installation
from course_utils.cli.installation import Installation
from course_utils.lessons import catalogue, copies


@pytest.fixture
def probe_verb(monkeypatch):
    """A verb that records what it was given."""
    seen = SimpleNamespace(args=None, code=7)

    def add_arguments(parser):
        parser.add_argument("--fast", action="store_true")
        parser.add_argument("targets", nargs="*")

    def run(args):
        seen.args = args
        return seen.code

    module = SimpleNamespace(HELP="Record.", add_arguments=add_arguments, run=run)
    monkeypatch.setitem(sys.modules, "course_utils.cli.test", module)
    return seen


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"], ["help"]])
def test_course_alone_shows_the_two_main_commands_and_every_verb(argv, capsys):
    assert cli.main(argv) == 0
    shown = capsys.readouterr().out
    assert "course.py start" in shown
    assert "course.py test" in shown
    assert [verb for verb in cli.VERBS if f"course {verb}" not in shown] == []


def test_an_unknown_verb_is_answered_with_the_list(capsys):
    assert cli.main(["strat"]) == 2
    assert "no verb 'strat'; the verbs are start, test" in capsys.readouterr().err


def test_the_exit_code_of_a_verb_is_the_exit_code_of_course(probe_verb):
    assert cli.main(["test"]) == 7


def test_what_follows_two_dashes_reaches_the_verb_unread(probe_verb):
    cli.main(["test", "--fast", "--", "notebooks/04.ipynb", "-k", "name", "--fast", "--", "x"])
    assert probe_verb.args.fast
    assert probe_verb.args.targets == ["notebooks/04.ipynb", "-k", "name", "--fast", "--", "x"]


def test_a_verb_without_targets_refuses_two_dashes(capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["reset", "04", "--", "x"])
    assert "takes nothing after --" in capsys.readouterr().err


def test_ctrl_c_in_a_verb_ends_without_a_traceback(probe_verb, monkeypatch, capsys):
    def interrupted(args):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["course_utils.cli.test"], "run", interrupted)
    assert cli.main(["test"]) == 130
    assert capsys.readouterr().err == "\nStopped.\n"


@pytest.mark.parametrize("verb", cli.VERBS)
def test_every_verb_explains_itself(verb, capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main([verb, "--help"])
    assert f"course {verb}" in capsys.readouterr().out


@pytest.mark.parametrize("module", ["bootstrap", "doctor", "start", "reset"])
def test_what_runs_before_the_installation_imports_the_standard_library_only(module):
    script = f"import course_utils.cli.{module}"
    bare = subprocess.run([sys.executable, "-S", "-c", script], cwd=catalogue.ROOT, capture_output=True)
    assert bare.returncode == 0, bare.stderr.decode()


def test_python_m_course_utils_is_course(tmp_path):
    asked = [sys.executable, "-m", "course_utils", "nonsense"]
    answer = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr[:22]) == (2, "There is no verb 'nons")


@pytest.fixture
def ready_lesson(tmp_path, monkeypatch):
    """One ready lesson 04 and a learner's folder, in place of the real ones."""
    monkeypatch.setenv("COURSE_FOLDER", str(tmp_path / "my_course"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path)
    rows = [
        SimpleNamespace(number=n, path=tmp_path / f"{n}_x.ipynb", is_ready=n == "04") for n in ("04", "05")
    ]
    monkeypatch.setattr(catalogue, "ready_lessons", lambda: rows[:1])
    monkeypatch.setattr(catalogue, "find_lesson", lambda number: {"4": rows[0], "05": rows[1]}[number])
    rows[0].path.write_text(
        '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8"
    )
    copies.refresh(tmp_path / "my_course", [rows[0].path])
    return tmp_path / "my_course" / "04_x.ipynb"


def test_reset_says_where_the_old_copy_is(ready_lesson, capsys):
    ready_lesson.write_text("mine", encoding="utf-8")
    assert cli.main(["reset", "4"]) == 0
    assert "Yours is now 04_x.before-reset-1.ipynb." in capsys.readouterr().out


def test_reset_of_a_planned_lesson_lists_the_lessons_that_can_be_reset(ready_lesson, capsys):
    ready_lesson.write_text("mine", encoding="utf-8")
    assert cli.main(["reset", "4", "05"]) == 2
    assert "no lesson '05' to reset; the lessons are 04." in capsys.readouterr().err
    assert ready_lesson.read_text(encoding="utf-8") == "mine"


def test_reset_of_a_wrong_number_lists_the_lessons(capsys):
    assert cli.main(["reset", "77"]) == 2
    assert "There is no lesson '77' to reset; the lessons are" in capsys.readouterr().err


def make_installation(root, kind="learner"):
    """Lay down an environment that looks finished, and return it."""
    for name in installation.LOCKS.values():
        (root / name).write_text("numpy==2.4.6 ; python_full_version < '3.12' \\\n", encoding="utf-8")
    made = Installation(root)
    made.python.parent.mkdir(parents=True)
    made.python.touch()
    made.write_stamp(made.wanted_stamp(kind))
    return made


def test_the_doctor_finds_nothing_wrong_with_a_finished_environment(tmp_path):
    finding = doctor.environment(make_installation(tmp_path))
    assert finding.mend == ""
    assert str(finding).startswith("ok ")


def test_the_doctor_names_the_cause_and_the_command_for_a_changed_lock(tmp_path):
    made = make_installation(tmp_path)
    made.lock("learner").write_text("numpy==3.0\n", encoding="utf-8")
    line = str(doctor.environment(made))
    assert re.fullmatch(
        r"problem  environment: requirements.txt has changed. Mend it: python3? course.py start", line
    )


def test_the_doctor_does_not_send_a_stranger_s_environment_to_be_overwritten(tmp_path):
    made = make_installation(tmp_path)
    made.stamp_file.unlink()
    assert doctor.environment(made).mend.startswith("delete or rename")


@pytest.fixture
def one_import(monkeypatch):
    """Let the doctor try one import, because all of them take seconds."""
    monkeypatch.setattr(doctor, "IMPORTS", ["tqdm"])


@pytest.mark.usefixtures("one_import")
def test_the_doctor_reports_each_package_that_is_not_at_its_locked_version():
    packages = [
        {"name": "NumPy", "version": "0.1", "marker": ""},
        {"name": "no_such.package", "version": "1.0", "marker": ""},
        {"name": "appnope", "version": "1.0", "marker": "sys_platform == 'nowhere'"},
    ]
    numpy, absent = doctor._probe(sys.executable, packages)["packages"]
    assert re.fullmatch(r"NumPy [\d.]+ \(locked: 0.1\)", numpy)
    assert absent == "no_such.package missing (locked: 1.0)"


@pytest.mark.usefixtures("one_import")
def test_the_doctor_reports_a_package_that_cannot_be_imported(tmp_path, monkeypatch):
    (tmp_path / "tqdm.py").write_text("raise RuntimeError('broken')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert doctor._probe(sys.executable, [])["imports"] == ["tqdm (RuntimeError: broken)"]


@pytest.mark.usefixtures("one_import")
def test_the_doctor_sees_the_kernel_and_the_package_of_this_folder():
    found = doctor._probe(sys.executable, [])
    assert found["kernel"] == sys.executable
    assert found["course_utils"] == cli.__file__.replace("cli/__init__", "__init__")


def test_an_interpreter_that_does_not_answer_is_a_finding(tmp_path):
    made = make_installation(tmp_path)
    findings = list(doctor.inside(made))
    assert [finding.what for finding in findings] == [f"{made.python} does not answer"]


def test_a_changed_data_file_is_named(tmp_path):
    (tmp_path / "checksums.sha256").write_text(f"{'0' * 64}  prostate.csv\n", encoding="utf-8")
    (tmp_path / "prostate.csv").write_text("changed", encoding="utf-8")
    assert doctor.data_files(tmp_path).what == "wrong: prostate.csv"


def test_the_bundled_data_are_as_published():
    assert doctor.data_files(catalogue.ROOT / "data").mend == ""


@pytest.fixture
def own_environment(monkeypatch):
    """Pretend that this Python is the learner's own, not that of .venv."""
    monkeypatch.chdir(catalogue.ROOT)
    monkeypatch.setattr(sys, "prefix", "another environment")


@pytest.mark.usefixtures("own_environment")
def test_lesson_00_learns_that_nothing_is_wrong_here():
    assert doctor.installation_problems() == []


@pytest.mark.parametrize(("stamped", "expected"), [(True, 1), (False, 0)], ids=["ours", "a stranger's"])
def test_lesson_00_learns_that_its_environment_is_not_finished_if_it_is_ours(
    tmp_path, monkeypatch, stamped, expected
):
    made = make_installation(tmp_path)
    made.stamp_file.unlink()
    if stamped:
        made.stamp_file.write_text("{ half", encoding="utf-8")
    monkeypatch.setattr(sys, "prefix", str(made.environment))
    assert len(doctor._own_environment(made)) == expected


@pytest.mark.usefixtures("own_environment")
def test_lesson_00_learns_that_its_data_are_damaged(monkeypatch):
    monkeypatch.setattr(doctor, "_sha256", lambda path: "0" * 64)
    (problem,) = doctor.installation_problems()
    assert re.match(r"data: wrong: .*\bames_raw\.csv\.gz; .*prostate\.csv\b", problem)


@pytest.mark.usefixtures("own_environment")
def test_lesson_00_learns_which_package_is_missing_or_too_old(monkeypatch):
    declared = ["no-such-package>=1", "numpy>=99,<100", "scipy>=1.14,<2"]
    monkeypatch.setattr(doctor, "_declared_requirements", lambda: declared)
    (problem,) = doctor.installation_problems()
    assert re.search(r"no-such-package is missing; numpy \S+ \(needed: >=99,<100\)\. Mend", problem)


def test_lesson_00_learns_that_it_runs_with_the_package_of_another_folder(tmp_path, monkeypatch):
    (tmp_path / "course.py").touch()
    (tmp_path / "my_course").mkdir()
    monkeypatch.chdir(tmp_path / "my_course")
    assert "but course_utils comes from" in doctor.working_folder().what


@pytest.mark.usefixtures("own_environment")
def test_an_old_python_gets_only_the_advice_to_install_a_newer_one(monkeypatch):
    monkeypatch.setattr(doctor, "OLDEST_PYTHON", (99, 0))
    (problem,) = doctor.installation_problems()
    assert "is too old. Mend it: install Python" in problem


def test_the_doctor_ends_with_one_when_something_is_wrong(monkeypatch, capsys):
    findings = [doctor.Finding("disk", "full", "free some space"), doctor.Finding("data", "fine")]
    monkeypatch.setattr(doctor, "examine", lambda installation: iter(findings))
    assert cli.main(["doctor"]) == 1
    assert capsys.readouterr().out.splitlines()[:2] == [
        "problem  disk: full. Mend it: free some space",
        "ok       data: fine",
    ]


def test_a_folder_that_cannot_be_written_is_a_finding(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: False)
    assert doctor.writable(tmp_path / "my_course").what == f"{tmp_path} cannot be written"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close differently on Windows")
def test_a_reader_who_has_read_enough_gets_no_traceback():
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "course_utils", "progress"]
    run = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, text=True, cwd=catalogue.ROOT)
    os.close(write_end)
    assert run.stderr == ""


def test_the_claims_as_json_are_objects_with_six_fields(capsys):
    assert cli.main(["claims", "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert [tuple(record) for record in records] == [claims.FIELDS] * len(claims.read_ledger())
    assert claims.FIELDS == ("id", "statement", "verdict", "right", "lesson", "section")


@pytest.mark.parametrize("columns", [60, 72, 100])
def test_the_table_of_claims_fits_the_terminal_and_leaves_no_word_out(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert cli.main(["claims"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns
    words = " ".join(" ".join(lines).split())
    for claim in claims.read_ledger():
        assert f"{claim.id} {claim.verdict} {claim.lesson} {' '.join(claim.statement.split())}" in words


def test_claims_without_the_folder_of_the_course_say_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(claims, "TESTS", tmp_path)
    assert cli.main(["claims"]) == 1
    assert "which is not there. It comes with the folder of the course" in capsys.readouterr().err


def test_claims_that_need_what_is_not_installed_say_what(monkeypatch, capsys):
    def fails():
        raise ModuleNotFoundError("No module named 'cvxpy'", name="cvxpy")

    monkeypatch.setattr("claims.load_claims", fails)
    assert cli.main(["claims"]) == 1
    assert "needs cvxpy, which is not installed here. Run" in capsys.readouterr().err


def test_the_ledger_is_found_from_any_folder(tmp_path):
    asked = [sys.executable, "-m", "course_utils", "claims"]
    answer = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True)
    assert (answer.returncode, answer.stdout[:14]) == (0, "claim  verdict")
